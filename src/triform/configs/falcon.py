"""Configuration of Falcon."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class FalconConfig(PretrainedConfig):
    """Hyper-parameters of Falcon; names and defaults are those of config.json."""

    model_type = "falcon"
    attribute_map = {"n_embed": "hidden_size"}

    # how large it is
    ffn_hidden_size: int | None = None
    hidden_size: int = 4544
    max_position_embeddings: int = 2048
    num_attention_heads: int = 71
    num_hidden_layers: int = 32
    num_kv_heads: int | None = None
    num_ln_in_parallel_attn: int | None = None
    vocab_size: int = 65024

    # what it computes
    activation: str = "gelu"
    alibi: bool = False
    bias: bool = False
    layer_norm_epsilon: float = 1e-5
    multi_query: bool = True
    new_decoder_architecture: bool = False
    parallel_attn: bool = True
    rope_scaling: dict[str, Any] | None = None
    rope_theta: float = 10000.0

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    hidden_dropout: float = 0.0
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 11
    eos_token_id: int | list[int] | None = 11
    use_cache: bool = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.num_kv_heads is None:
            self.num_kv_heads = self.num_attention_heads
        if self.ffn_hidden_size is None:
            self.ffn_hidden_size = 4 * self.hidden_size

    @property
    def head_dim(self) -> int:
        """Width of a head."""
        return self.hidden_size // self.num_attention_heads

    @property
    def groups(self) -> int:
        """How many heads of keys and values there are: the file's number counts in the newer architecture alone."""
        if self.new_decoder_architecture:
            return self.num_kv_heads or self.num_attention_heads
        return 1 if self.multi_query else self.num_attention_heads

    @property
    def two_norms(self) -> bool:
        """Whether attention and feed-forward, side by side, have a norm each."""
        return self.new_decoder_architecture and self.num_ln_in_parallel_attn in (None, 2)

    def validate(self) -> Iterator[str]:
        heads = self.num_attention_heads
        if heads < 1 or self.hidden_size % heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={heads}"
        elif self.new_decoder_architecture and heads % self.groups:
            yield f"num_attention_heads={heads} is not a multiple of num_kv_heads={self.groups}"
        elif not self.alibi and self.head_dim % 2:
            yield f"heads of width {self.head_dim} cannot be turned: an even width is needed"
        if self.num_ln_in_parallel_attn not in (None, 1, 2):
            yield f"num_ln_in_parallel_attn is {self.num_ln_in_parallel_attn}, expected 1 or 2"
