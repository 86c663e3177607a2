"""llama.cpp's names and layouts of tensors, into PyTorch's.

llama.cpp writes one name for the same thing in every architecture ("blk.0.attn_q.weight"); PyTorch's names differ by architecture. Some
values differ, too: LLaMA's queries and keys have the two halves of each head interleaved (for its form of rotary embeddings), Gemma's
norms have 1 added, GPT-2's matrices are (out, in).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from triform.errors import CorruptFileError
from triform.weights.checkpoint import Checkpoint
from triform.weights.lazy import computed, flipped

LLAMA = {
    "token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
    "blk.attn_norm": "model.layers.{}.input_layernorm", "blk.ffn_norm": "model.layers.{}.post_attention_layernorm",
    "blk.attn_q": "model.layers.{}.self_attn.q_proj", "blk.attn_k": "model.layers.{}.self_attn.k_proj",
    "blk.attn_v": "model.layers.{}.self_attn.v_proj", "blk.attn_output": "model.layers.{}.self_attn.o_proj",
    "blk.attn_q_norm": "model.layers.{}.self_attn.q_norm", "blk.attn_k_norm": "model.layers.{}.self_attn.k_norm",
    "blk.ffn_gate": "model.layers.{}.mlp.gate_proj", "blk.ffn_up": "model.layers.{}.mlp.up_proj",
    "blk.ffn_down": "model.layers.{}.mlp.down_proj",
}  # fmt: skip
PHI3 = LLAMA | {"blk.attn_qkv": "model.layers.{}.self_attn.qkv_proj", "blk.ffn_up": "model.layers.{}.mlp.gate_up_proj"}
STARCODER2 = LLAMA | {"blk.ffn_up": "model.layers.{}.mlp.c_fc", "blk.ffn_down": "model.layers.{}.mlp.c_proj"}
GEMMA2 = LLAMA | {
    "blk.post_attention_norm": "model.layers.{}.post_attention_layernorm", "blk.ffn_norm": "model.layers.{}.pre_feedforward_layernorm",
    "blk.post_ffw_norm": "model.layers.{}.post_feedforward_layernorm",
}  # fmt: skip
GPT2 = {
    "token_embd": "transformer.wte", "position_embd": "transformer.wpe", "output_norm": "transformer.ln_f", "output": "lm_head",
    "blk.attn_norm": "transformer.h.{}.ln_1", "blk.ffn_norm": "transformer.h.{}.ln_2", "blk.attn_qkv": "transformer.h.{}.attn.c_attn",
    "blk.attn_output": "transformer.h.{}.attn.c_proj", "blk.ffn_up": "transformer.h.{}.mlp.c_fc",
    "blk.ffn_down": "transformer.h.{}.mlp.c_proj",
}  # fmt: skip
BERT = {
    "token_embd": "embeddings.word_embeddings", "position_embd": "embeddings.position_embeddings",
    "token_types": "embeddings.token_type_embeddings", "token_embd_norm": "embeddings.LayerNorm",
    "blk.attn_q": "encoder.layer.{}.attention.self.query", "blk.attn_k": "encoder.layer.{}.attention.self.key",
    "blk.attn_v": "encoder.layer.{}.attention.self.value", "blk.attn_output": "encoder.layer.{}.attention.output.dense",
    "blk.attn_output_norm": "encoder.layer.{}.attention.output.LayerNorm", "blk.ffn_up": "encoder.layer.{}.intermediate.dense",
    "blk.ffn_down": "encoder.layer.{}.output.dense", "blk.layer_output_norm": "encoder.layer.{}.output.LayerNorm",
}  # fmt: skip
IGNORED = re.compile(r"^rope_freqs\.|\.rope_freqs\.|\.attn_rot_embd\.")  # computed from the config


@dataclass(frozen=True)
class Architecture:
    """How llama.cpp stores one architecture.

    Attributes:
        names: its name without block number and last part -> PyTorch's, {} for the number.
        interleaved: metadata's counts of heads, by layer -> the two halves of each head were interleaved.
        norm_bias: what was added to the weights of norms.
        transposed: layers whose matrices are (in, out) in PyTorch.
    """

    names: Mapping[str, str]
    interleaved: Mapping[str, str] = field(default_factory=dict)
    norm_bias: float = 0.0
    transposed: str = "(?!)"


ARCHITECTURES: dict[str, Architecture] = {
    "llama": Architecture(LLAMA, {"blk.attn_q": "attention.head_count", "blk.attn_k": "attention.head_count_kv"}),
    "qwen2": Architecture(LLAMA),
    "qwen3": Architecture(LLAMA),
    "phi3": Architecture(PHI3),
    "starcoder2": Architecture(STARCODER2),
    "gemma": Architecture(LLAMA, norm_bias=1.0),
    "gemma2": Architecture(GEMMA2, norm_bias=1.0),
    "gemma3": Architecture(GEMMA2, norm_bias=1.0),
    "gpt2": Architecture(GPT2, transposed=r"blk\.(attn_qkv|attn_output|ffn_up|ffn_down)"),
    "bert": Architecture(BERT),
}


def gguf_to_pytorch(checkpoint: Checkpoint) -> Checkpoint:
    """The tensors of a .gguf checkpoint under PyTorch's names and with its values.

    Raises: CorruptFileError for an architecture, or a tensor, that has no known name in PyTorch.
    """
    files = ", ".join(str(path) for path in checkpoint.files)
    name = checkpoint.metadata.get("general.architecture", "")
    architecture = ARCHITECTURES.get(name)
    if architecture is None:
        raise CorruptFileError(f"{files}: GGUF of architecture {name!r} is not read. Known are: {', '.join(ARCHITECTURES)}.")
    tensors, unknown = {}, []
    for stored, tensor in checkpoint.items():
        number, layer, last = _parts(stored)
        if layer not in architecture.names or last not in ("weight", "bias"):
            if not IGNORED.search(stored):
                unknown.append(stored)
            continue
        if last == "weight" and re.fullmatch(architecture.transposed, layer):
            tensor = flipped(tensor)
        elif (convert := _conversion(layer, last, architecture, checkpoint.metadata, name, files)) is not None:
            tensor = computed(tensor, convert)
        tensors[f"{architecture.names[layer].format(number)}.{last}"] = tensor
    if unknown:
        raise CorruptFileError(f"{files}: {name} has tensors of unknown meaning: {', '.join(unknown[:20])}. Experts are not read yet.")
    return Checkpoint(tensors, format="pt", files=checkpoint.files, metadata=checkpoint.metadata)


def _parts(name: str) -> tuple[str, str, str]:
    """ "blk.7.attn_q.weight" is ("7", "blk.attn_q", "weight")."""
    layer, _, last = name.rpartition(".")
    match = re.fullmatch(r"blk\.(\d{1,5})\.(.+)", layer)
    return (match[1], f"blk.{match[2]}", last) if match else ("", layer, last)


Conversion = Callable[[np.ndarray], np.ndarray]


def _conversion(layer: str, last: str, how: Architecture, metadata: Mapping[str, str], name: str, files: str) -> Conversion | None:
    if layer in how.interleaved:
        key = f"{name}.{how.interleaved[layer]}"
        heads = metadata.get(key, metadata.get(f"{name}.attention.head_count", ""))
        if not heads.isdigit() or not 0 < int(heads) < 2**16:
            raise CorruptFileError(f"{files}: {key} is {heads[:40]!r}; expected the number of heads.")
        return lambda values: _halved(values, int(heads), files)
    if how.norm_bias and layer.endswith("norm") and last == "weight":
        return lambda values: values - values.dtype.type(how.norm_bias)
    return None


def _halved(values: np.ndarray, heads: int, files: str) -> np.ndarray:
    """Rows of each head from (first of half 1, first of half 2, second of half 1, …) back to half 1, half 2."""
    if values.shape[0] % (2 * heads):
        raise CorruptFileError(f"{files}: {values.shape[0]} rows of queries or keys cannot be those of {heads} heads.")
    return values.reshape(heads, -1, 2, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)
