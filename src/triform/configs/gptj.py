"""Configuration of GPT-J."""

from collections.abc import Iterator
from typing import Any, ClassVar

from triform.configs.base import PretrainedConfig


class GPTJConfig(PretrainedConfig):
    """Hyper-parameters of GPT-J; names and defaults are those of config.json."""

    model_type = "gptj"
    attribute_map = {
        "num_hidden_layers": "n_layer", "hidden_size": "n_embd", "num_attention_heads": "n_head", "max_position_embeddings": "n_positions",
    }  # fmt: skip
    rope_theta: ClassVar[float] = 10000.0
    rope_scaling: ClassVar[dict[str, Any] | None] = None

    # how large it is
    n_embd: int = 4096
    n_head: int = 16
    n_inner: int | None = None
    n_layer: int = 28
    n_positions: int = 2048
    rotary_dim: int | None = 64
    vocab_size: int = 50400

    # what it computes
    activation_function: str = "gelu_new"
    layer_norm_epsilon: float = 1e-5

    # training: what is dropped, what weights start as
    attn_pdrop: float = 0.0
    embd_pdrop: float = 0.0
    initializer_range: float = 0.02
    resid_pdrop: float = 0.0

    # tokens, and what is kept of them
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256
    tie_word_embeddings: bool = False
    use_cache: bool = True

    @property
    def turned_width(self) -> int:
        """How many places of each head are turned."""
        return self.rotary_dim or self.n_embd // self.n_head

    def validate(self) -> Iterator[str]:
        if self.n_head < 1 or self.n_embd % self.n_head:
            yield f"n_embd={self.n_embd} is not a multiple of n_head={self.n_head}"
        elif self.turned_width % 2 or self.turned_width > self.n_embd // self.n_head:
            yield f"rotary_dim={self.rotary_dim} is none for heads of width {self.n_embd // self.n_head}: an even number of those is needed"
