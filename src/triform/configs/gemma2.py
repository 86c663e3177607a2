"""Configuration of Gemma 2."""

from collections.abc import Iterator
from typing import Any

from triform.configs.llama import LlamaConfig


class Gemma2Config(LlamaConfig):
    """Hyper-parameters of Gemma 2; names and defaults are those of config.json. `hidden_activation` decides, not the older `hidden_act`."""

    model_type = "gemma2"

    # how large it is
    head_dim: int | None = 256
    hidden_size: int = 2304
    intermediate_size: int = 9216
    max_position_embeddings: int = 8192
    num_attention_heads: int = 8
    num_hidden_layers: int = 26
    num_key_value_heads: int | None = 4
    sliding_window: int | None = 4096
    vocab_size: int = 256000

    # what it computes
    attn_logit_softcapping: float | None = 50.0
    final_logit_softcapping: float | None = 30.0
    hidden_activation: str = "gelu_pytorch_tanh"
    layer_types: list[str] | None = None
    query_pre_attn_scalar: float = 256

    # tokens, and what is kept of them
    bos_token_id: int | None = 2
    eos_token_id: int | list[int] | None = 1
    pad_token_id: int | None = 0
    tie_word_embeddings: bool = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden_act = self.hidden_activation
        if self.layer_types is None:
            self.layer_types = ["full_attention" if i % 2 else "sliding_attention" for i in range(self.num_hidden_layers)]

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        if self.layer_types is not None and len(self.layer_types) != self.num_hidden_layers:
            yield f"layer_types has {len(self.layer_types)} entries for num_hidden_layers={self.num_hidden_layers}"
