"""Configuration of Phi-3."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class Phi3Config(PretrainedConfig):
    """Hyper-parameters of Phi-3; names and defaults are those of config.json."""

    model_type = "phi3"

    # how large it is
    hidden_size: int = 3072
    intermediate_size: int = 8192
    max_position_embeddings: int = 4096
    num_attention_heads: int = 32
    num_hidden_layers: int = 32
    num_key_value_heads: int | None = None
    original_max_position_embeddings: int = 4096
    sliding_window: int | None = None
    vocab_size: int = 32064

    # what it computes
    hidden_act: str = "silu"
    partial_rotary_factor: float = 1.0
    rms_norm_eps: float = 1e-5
    rope_scaling: dict[str, Any] | None = None
    rope_theta: float = 10000.0

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    embd_pdrop: float = 0.0
    initializer_range: float = 0.02
    resid_pdrop: float = 0.0

    # tokens, and what is kept of them
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 32000
    pad_token_id: int | None = 32000
    tie_word_embeddings: bool = False
    use_cache: bool = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.num_key_value_heads is None:
            self.num_key_value_heads = self.num_attention_heads
        if self.rope_scaling is not None and self.rope_scaling.get("type") in ("su", "yarn"):  # older files' names of the one kind there is
            self.rope_scaling = {**self.rope_scaling, "type": "longrope"}

    @property
    def head_dim(self) -> int:
        """Width of a head."""
        return self.hidden_size // self.num_attention_heads

    @property
    def turned_width(self) -> int:
        """How many places of each head are turned."""
        return int(self.head_dim * self.partial_rotary_factor)

    def validate(self) -> Iterator[str]:
        heads, groups = self.num_attention_heads, self.num_key_value_heads or self.num_attention_heads
        if heads < 1 or groups < 1 or heads % groups:
            yield f"num_attention_heads={heads} is not a multiple of num_key_value_heads={groups}"
        elif self.hidden_size % heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={heads}"
        elif self.turned_width % 2 or not self.turned_width:
            yield f"partial_rotary_factor={self.partial_rotary_factor} turns {self.turned_width} places of a head: an even number is needed"
        for name in ("short_factor", "long_factor"):
            found = (self.rope_scaling or {}).get(name)
            if found is not None and len(found) != self.turned_width // 2:
                yield f"rope_scaling's {name} has {len(found)} numbers, expected {self.turned_width // 2}, half of what is turned of a head"
