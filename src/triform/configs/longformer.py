"""Configuration of Longformer."""

from collections.abc import Iterator
from typing import ClassVar

from triform.configs.base import PretrainedConfig
from triform.configs.bert import attention_problems
from triform.configs.roberta import padding_problems


class LongformerConfig(PretrainedConfig):
    """Hyper-parameters of Longformer; names and defaults are those of config.json.

    Attributes:
        attention_window: how many tokens around it each token sees, an even number; one for all layers, or a list.
    """

    model_type = "longformer"
    position_embedding_type: ClassVar[str] = "absolute"

    # how large it is
    attention_window: int | list[int] = 512
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
    onnx_export: bool = False

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.1
    hidden_dropout_prob: float = 0.1
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    pad_token_id: int | None = 1
    sep_token_id: int | None = 2

    def windows(self) -> list[int]:
        """The window of each layer."""
        one = self.attention_window
        return [one] * self.num_hidden_layers if isinstance(one, int) else list(one)

    @property
    def longest_text(self) -> int:
        """How many tokens a text may have: positions begin behind that of padding."""
        return self.max_position_embeddings - (self.pad_token_id or 0) - 1

    def validate(self) -> Iterator[str]:
        yield from attention_problems(self)
        yield from padding_problems(self)
        windows = self.windows()
        if len(windows) != self.num_hidden_layers:
            yield f"attention_window has {len(windows)} entries, expected one for each of num_hidden_layers={self.num_hidden_layers}"
        if any(window < 2 or window % 2 for window in windows):
            yield f"attention_window is {self.attention_window}, expected even numbers above 0"
