"""Models of the reference to hold searches against, and triform's from the same files."""

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from harness import auto, move_off_defaults

SIZES: dict[str, dict[str, Any]] = {
    "gpt2": {"n_positions": 128, "n_embd": 48, "n_layer": 3, "n_head": 4},
    "llama": {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 37},
    "t5": {"d_model": 48, "d_kv": 10, "d_ff": 37, "num_layers": 3, "num_decoder_layers": 2, "num_heads": 4, "decoder_start_token_id": 0},
}
SIZES["mistral"] = {**SIZES["llama"], "sliding_window": 11}
SIZES["gemma2"] = {**SIZES["llama"], "head_dim": 12, "sliding_window": 11, "query_pre_attn_scalar": 10}
SIZES["bloom"] = {"hidden_size": 48, "n_layer": 3, "n_head": 4}
SIZES["bart"] = {
    "d_model": 48, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 4, "decoder_attention_heads": 3,
    "encoder_ffn_dim": 37, "decoder_ffn_dim": 41, "max_position_embeddings": 60, "decoder_start_token_id": 2, "forced_eos_token_id": 2,
}  # fmt: skip
SIZES["marian"] = {**SIZES["bart"], "decoder_start_token_id": 1, "static_position_embeddings": True, "bad_words_ids": [[1]]}
SIZES["encoder-decoder"] = {}
SEQ2SEQ = ("t5", "bart", "marian", "encoder-decoder")
IDS = {"vocab_size": 97, "pad_token_id": 1, "eos_token_id": 2, "bos_token_id": 0}


def composite() -> Any:
    """A BERT that reads, and a GPT-2 that writes."""
    import transformers

    sizes = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "max_position_embeddings": 40}
    encoder = transformers.BertConfig(**IDS, **sizes)
    decoder = transformers.GPT2Config(**IDS, **{**SIZES["gpt2"], "n_embd": 36})
    ids = {**IDS, "decoder_start_token_id": 0}
    ids.pop("vocab_size")
    return transformers.EncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder, **ids)


@dataclass(frozen=True)
class Written:
    """A model of the reference with random weights, saved, and three prompts of unequal length."""

    model: Any
    folder: Path
    ids: np.ndarray
    mask: np.ndarray

    def reference(self, **settings: Any) -> Any:
        """What the reference generates."""
        import torch

        ids, mask = torch.tensor(self.ids), torch.tensor(self.mask)
        return self.model.generate(ids, attention_mask=mask, **{"do_sample": False, **settings})


@functools.cache
def written(kind: str) -> Written:
    """The tiny model of a kind."""
    import torch
    import transformers

    torch.manual_seed(0)
    rng = np.random.default_rng(sum(map(ord, kind)))
    config = composite() if kind == "encoder-decoder" else transformers.AutoConfig.for_model(kind, **{**IDS, **SIZES[kind]})
    seq2seq = kind in SEQ2SEQ
    cls = transformers.AutoModelForSeq2SeqLM if seq2seq else transformers.AutoModelForCausalLM
    model = cls.from_config(config, attn_implementation="eager").eval()
    move_off_defaults(model, rng)
    with torch.no_grad():  # so that the likeliest words differ from step to step
        for parameter in filter(lambda p: p.requires_grad, model.parameters()):
            parameter.add_(0.15 * torch.tensor(rng.standard_normal(tuple(parameter.shape)), dtype=parameter.dtype))
    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-"))
    model.save_pretrained(folder)
    mask = np.ones((3, 9), np.int64)
    mask[1, slice(5, None) if seq2seq else slice(0, 4)] = 0
    mask[2, slice(8, None) if seq2seq else slice(0, 1)] = 0
    return Written(model, folder, np.where(mask == 1, rng.integers(3, 97, (3, 9)), 1), mask)


@functools.cache
def loaded(kind: str, backend: str) -> Any:
    """triform's model of a kind, from the same files."""
    return auto(backend, f"AutoModelFor{'Seq2SeqLM' if kind in SEQ2SEQ else 'CausalLM'}").from_pretrained(written(kind).folder)


def ids_of(backend: str, values: Any) -> Any:
    """Token ids as a backend's tensor."""
    if backend == "torch":
        import torch

        return torch.tensor(np.asarray(values))
    return np.asarray(values, np.int32)


def generated(kind: str, backend: str, **settings: Any) -> np.ndarray:
    """What triform generates from the three prompts."""
    case = written(kind)
    out = loaded(kind, backend).generate(ids_of(backend, case.ids), attention_mask=ids_of(backend, case.mask), **settings)
    return np.asarray(out)
