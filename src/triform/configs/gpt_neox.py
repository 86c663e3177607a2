"""Configuration of GPT-NeoX."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class GPTNeoXConfig(PretrainedConfig):
    """Hyper-parameters of GPT-NeoX; names and defaults are those of config.json."""

    model_type = "gpt_neox"
    attribute_map = {"partial_rotary_factor": "rotary_pct", "rope_theta": "rotary_emb_base"}

    # how large it is
    hidden_size: int = 6144
    intermediate_size: int = 24576
    max_position_embeddings: int = 2048
    num_attention_heads: int = 64
    num_hidden_layers: int = 44
    vocab_size: int = 50432

    # what it computes
    attention_bias: bool = True
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-5
    rope_scaling: dict[str, Any] | None = None
    rotary_emb_base: float = 10000
    rotary_pct: float = 0.25
    use_parallel_residual: bool = True

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    classifier_dropout: float = 0.1
    hidden_dropout: float = 0.0
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    tie_word_embeddings: bool = False
    use_cache: bool = True

    @property
    def turned_width(self) -> int:
        """How many places of each head are turned."""
        return int(self.hidden_size // self.num_attention_heads * self.rotary_pct)

    def validate(self) -> Iterator[str]:
        if self.num_attention_heads < 1 or self.hidden_size % self.num_attention_heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={self.num_attention_heads}"
        elif self.turned_width % 2 or not self.turned_width:
            yield f"rotary_pct={self.rotary_pct} turns {self.turned_width} places of each head: an even number is needed"
