"""What a .gguf file says of its model, as the fields of a config.json.

llama.cpp has one name for a size in every architecture ("llama.block_count"); config.json's names differ, and what it says beside sizes
follows from which tensors there are.
"""

import math
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, UnknownArchitectureError
from triform.weights.gguf import Header

SIZES = {
    "context_length": "max_position_embeddings", "embedding_length": "hidden_size", "block_count": "num_hidden_layers",
    "feed_forward_length": "intermediate_size", "attention.head_count": "num_attention_heads",
}  # fmt: skip
TURNED = SIZES | {
    "attention.head_count_kv": "num_key_value_heads", "attention.layer_norm_rms_epsilon": "rms_norm_eps", "rope.freq_base": "rope_theta",
}  # fmt: skip
HEADS = TURNED | {"attention.key_length": "head_dim"}
GPT2 = {
    "context_length": "n_positions", "embedding_length": "n_embd", "block_count": "n_layer", "feed_forward_length": "n_inner",
    "attention.head_count": "n_head", "attention.layer_norm_epsilon": "layer_norm_epsilon",
}  # fmt: skip
WINDOW = {"attention.sliding_window": "sliding_window"}
CAPS = {"attn_logit_softcapping": "attn_logit_softcapping", "final_logit_softcapping": "final_logit_softcapping"}
FRACTIONS = ("epsilon", "freq_base", "softcapping", "factor")  # ends of the keys that need not be whole numbers
TOKENS = {"bos_token_id": "bos_token_id", "eos_token_id": "eos_token_id", "padding_token_id": "pad_token_id"}
BIASES = {"blk.0.attn_q.bias": "attention_bias", "blk.0.ffn_up.bias": "mlp_bias"}
ROPE_FREQUENCIES = "rope_freqs.weight"
LLAMA3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}  # as in all files there are


@dataclass(frozen=True)
class Described:
    """How a model type is described.

    Attributes:
        architecture: of config.json's `architectures`: the class that such files are of.
        fields: llama.cpp's key without the architecture -> field.
        biases: tensor -> the field that it sets, by being there.
        tied: whether a file without a head of its own means that the embedding is the head.
    """

    architecture: str
    fields: dict[str, str]
    biases: dict[str, str] = field(default_factory=dict)
    tied: bool = True


DESCRIBED: dict[str, Described] = {
    "llama": Described("LlamaForCausalLM", HEADS, BIASES),
    "mistral": Described("MistralForCausalLM", HEADS),
    "qwen2": Described("Qwen2ForCausalLM", TURNED),
    "qwen3": Described("Qwen3ForCausalLM", HEADS, {"blk.0.attn_q.bias": "attention_bias"}),
    "phi3": Described("Phi3ForCausalLM", TURNED | WINDOW),
    "gemma2": Described("Gemma2ForCausalLM", HEADS | WINDOW | CAPS),
    "gpt2": Described("GPT2LMHeadModel", GPT2, tied=False),
    "bert": Described("BertModel", SIZES | {"attention.layer_norm_epsilon": "layer_norm_eps"}, tied=False),
}
NEEDED = ("block_count", "embedding_length", "attention.head_count")


def config_fields(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of a config.json that a .gguf file's metadata and tensors stand for. What it does not say keeps its default.

    Raises: UnknownArchitectureError; CorruptFileError that lists everything that is missing or of the wrong kind; as `Header` does.
    """
    header = Header(path)
    problems: list[str] = []
    said = header.metadata.get("general.architecture")
    model_type = model_type_of(header)
    how = DESCRIBED[model_type]
    fields: dict[str, Any] = {"model_type": model_type, "architectures": [how.architecture]}
    for key, name in how.fields.items():
        value = _number(header, f"{said}.{key}", key.endswith(FRACTIONS), problems, needed=key in NEEDED)
        if value is not None:
            fields[name] = value
    for key, name in TOKENS.items():
        value = _number(header, f"tokenizer.ggml.{key}", False, problems)
        if value is not None:
            fields[name] = value
    fields["vocab_size"] = _vocabulary(header, str(said), problems)
    if how.tied:
        fields["tie_word_embeddings"] = "output.weight" not in header.places
    fields |= {name: True for tensor, name in how.biases.items() if tensor in header.places}
    if not problems:
        fields |= _particulars(header, str(said), model_type, fields, problems)
    if problems:
        raise CorruptFileError(f"{header.path}: its metadata do not describe a {said} model: {'; '.join(problems)}. Give config=.")
    return fields


def model_type_of(header: Header) -> str:
    """The model type of a file. Mistral's files are called llama, which computes the same; their model's name tells.

    Raises: UnknownArchitectureError.
    """
    said = header.metadata.get("general.architecture")
    if said == "llama" and "mistral" in str(header.metadata.get("general.name", "")).lower():
        return "mistral"
    if not isinstance(said, str) or said not in DESCRIBED:
        found = "names no architecture (general.architecture)" if said is None else f"is of architecture {said!r:.60}"
        raise UnknownArchitectureError(
            f"{header.path} {found}, of which no config is made. Known are: {', '.join(DESCRIBED)}. Give config=, if triform has the model."
        )
    return said


def _number(header: Header, key: str, fraction: bool, problems: list[str], needed: bool = False) -> Any:
    """A number of the metadata; None where there is none, which is a problem if it is `needed`."""
    value = header.metadata.get(key)
    if value is None:
        if needed:
            problems.append(f"{key} is missing")
        return None
    kinds = (int, float) if fraction else (int,)
    if type(value) not in kinds or not math.isfinite(value) or value < 0:
        problems.append(f"{key} is {value!r:.60}, expected a {'' if fraction else 'whole '}number from 0")
        return None
    return float(str(np.float32(value))) if fraction else value  # 1e-05, where the file's 32 bits would be 9.999999747378752e-06


def _vocabulary(header: Header, said: str, problems: list[str]) -> int | None:
    """How many tokens there are: rows of the embedding, else as the metadata say."""
    if "token_embd.weight" in header.places:
        return _rows(header, "token_embd.weight")
    tokens = header.metadata.get("tokenizer.ggml.tokens")
    if isinstance(tokens, list):
        return len(tokens)
    return _number(header, f"{said}.vocab_size", False, problems, needed=True)


def _rows(header: Header, tensor: str) -> int:
    return (*header.places[tensor][0], 0)[0]


def _particulars(header: Header, said: str, model_type: str, fields: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """What one architecture alone has, or what takes more than one key."""
    found: dict[str, Any] = {}
    share = fields.get("hidden_size", 0) // max(fields.get("num_attention_heads", 1), 1)
    width = fields.get("head_dim") or share
    turned = _number(header, f"{said}.rope.dimension_count", False, problems)
    if model_type == "mistral":
        found["sliding_window"] = None  # llama.cpp looks at everything
    if model_type == "phi3" and turned is not None and width:
        found["partial_rotary_factor"] = turned / width
    elif "head_dim" not in fields and "attention.key_length" in DESCRIBED[model_type].fields and turned:
        found["head_dim"] = turned
    if model_type == "gemma2":  # the 27 billion scale by the width of a head's share, all others by that of a head
        found["query_pre_attn_scalar"] = share if fields["num_hidden_layers"] == 46 else width
    if model_type == "bert" and "token_types.weight" in header.places:
        found["type_vocab_size"] = _rows(header, "token_types.weight")
    scaling = _scaling(header, said, fields, problems)
    return found | ({"rope_scaling": scaling} if scaling else {})


def _scaling(header: Header, said: str, fields: dict[str, Any], problems: list[str]) -> dict[str, Any] | None:
    """How positions beyond those of the training are turned: by metadata, or by Llama 3's factors, which are a tensor."""
    kind = header.metadata.get(f"{said}.rope.scaling.type", "none")
    factor = _number(header, f"{said}.rope.scaling.factor", True, problems)
    original = _number(header, f"{said}.rope.scaling.original_context_length", False, problems)
    if kind in ("linear", "yarn") and factor:
        return {"rope_type": kind, "factor": factor} | ({"original_max_position_embeddings": original} if original else {})
    if kind not in ("none", "linear", "yarn"):
        problems.append(f"{said}.rope.scaling.type is {kind!r:.60}, expected none, linear or yarn")
    if ROPE_FREQUENCIES not in header.places:
        return None
    factors = header.tensor(ROPE_FREQUENCIES).read().astype(np.float64).ravel()
    if (factors == 1).all():
        return None
    low, high, old = LLAMA3["low_freq_factor"], LLAMA3["high_freq_factor"], LLAMA3["original_max_position_embeddings"]
    with np.errstate(divide="ignore"):
        turns = old / (2 * np.pi * fields.get("rope_theta", 10000.0) ** (np.arange(factors.size) / max(factors.size, 1)))
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    most = float(factors.max(initial=1.0))
    if not np.allclose(factors, 1 / ((1 - smooth) / most + smooth), rtol=1e-4):
        problems.append(f"{ROPE_FREQUENCIES} has factors of no known kind")
        return None
    return {"rope_type": "llama3", "factor": float(str(np.float32(most))), **LLAMA3}
