"""Configuration of GPT-Neo."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class GPTNeoConfig(PretrainedConfig):
    """Hyper-parameters of GPT-Neo; names and defaults are those of config.json."""

    model_type = "gpt_neo"
    attribute_map = {"num_attention_heads": "num_heads", "num_hidden_layers": "num_layers"}

    # how large it is
    attention_layers: list[str] | None = None
    hidden_size: int = 2048
    intermediate_size: int | None = None
    max_position_embeddings: int = 2048
    num_heads: int = 16
    num_layers: int = 24
    vocab_size: int = 50257
    window_size: int = 256

    # what it computes
    activation_function: str = "gelu_new"
    attention_types: list[Any] = [[["global", "local"], 12]]
    layer_norm_epsilon: float = 1e-5

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    classifier_dropout: float = 0.1
    embed_dropout: float = 0.0
    initializer_range: float = 0.02
    resid_dropout: float = 0.0

    # tokens, and what is kept of them
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256
    use_cache: bool = True

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("attention_layers", None)  # it follows from attention_types
        super().__init__(**kwargs)
        self.attention_layers = self._kinds()

    def _kinds(self) -> list[str]:
        """What each layer looks at: everything so far ("global"), or a window ("local")."""
        return [kind for kinds, times in self.attention_types for _ in range(times) for kind in kinds]

    def validate(self) -> Iterator[str]:
        if self.num_heads < 1 or self.hidden_size % self.num_heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_heads={self.num_heads}"
        kinds = self._kinds()
        if len(kinds) != self.num_layers:
            yield f"attention_types={self.attention_types} says what {len(kinds)} layers look at, but num_layers is {self.num_layers}"
        if strange := sorted(set(kinds) - {"global", "local"}):
            yield f"attention_types has {', '.join(map(repr, strange))}, expected 'global' and 'local'"
