"""Configuration of BERT."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class BertConfig(PretrainedConfig):
    """Hyper-parameters of BERT; names and defaults are those of config.json."""

    model_type = "bert"

    # how large it is
    hidden_size: int = 768
    intermediate_size: int = 3072
    max_position_embeddings: int = 512
    num_attention_heads: int = 12
    num_hidden_layers: int = 12
    type_vocab_size: int = 2
    vocab_size: int = 30522

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    position_embedding_type: str = "absolute"

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.1
    classifier_dropout: float | None = None
    hidden_dropout_prob: float = 0.1
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    pad_token_id: int | None = 0
    use_cache: bool = True

    def validate(self) -> Iterator[str]:
        yield from attention_problems(self)


def attention_problems(config: Any) -> Iterator[str]:
    """What attention of this kind cannot be: heads of unequal width, positions of an unknown kind."""
    if config.num_attention_heads < 1 or config.hidden_size % config.num_attention_heads:
        yield f"hidden_size={config.hidden_size} is not a multiple of num_attention_heads={config.num_attention_heads}"
    kinds = ("absolute", "relative_key", "relative_key_query")
    if config.position_embedding_type not in kinds:
        yield f"position_embedding_type is {config.position_embedding_type!r}, expected one of {', '.join(kinds)}"
