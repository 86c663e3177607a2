"""Configuration of Llama."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class LlamaConfig(PretrainedConfig):
    """Hyper-parameters of Llama; names and defaults are those of config.json."""

    model_type = "llama"

    # how large it is
    head_dim: int | None = None
    hidden_size: int = 4096
    intermediate_size: int = 11008
    max_position_embeddings: int = 2048
    num_attention_heads: int = 32
    num_hidden_layers: int = 32
    num_key_value_heads: int | None = None
    vocab_size: int = 32000

    # what it computes
    attention_bias: bool = False
    hidden_act: str = "silu"
    mlp_bias: bool = False
    pretraining_tp: int = 1
    rms_norm_eps: float = 1e-6
    rope_scaling: dict[str, Any] | None = None
    rope_theta: float = 10000.0

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    tie_word_embeddings: bool = False
    use_cache: bool = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.num_key_value_heads is None:
            self.num_key_value_heads = self.num_attention_heads
        if self.head_dim is None:
            self.head_dim = self.hidden_size // self.num_attention_heads

    def validate(self) -> Iterator[str]:
        heads, groups = self.num_attention_heads, self.num_key_value_heads or self.num_attention_heads
        if heads < 1 or groups < 1 or heads % groups:
            yield f"num_attention_heads={heads} is not a multiple of num_key_value_heads={groups}"
        elif self.head_dim is None and self.hidden_size % heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={heads}"
        elif (self.head_dim or self.hidden_size // heads) % 2:
            yield f"heads of width {self.head_dim or self.hidden_size // heads} cannot be turned: an even width is needed"
