"""Configuration of Qwen 2."""

from typing import Any

from triform.configs.llama import LlamaConfig


class Qwen2Config(LlamaConfig):
    """Hyper-parameters of Qwen 2; names and defaults are those of config.json."""

    model_type = "qwen2"

    # how large it is
    intermediate_size: int = 22016
    max_position_embeddings: int = 32768
    max_window_layers: int = 28
    num_key_value_heads: int | None = 32
    sliding_window: int | None = 4096
    use_sliding_window: bool = False
    vocab_size: int = 151936

    # what it computes
    layer_types: list[str] | None = None

    # tokens, and what is kept of them
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.use_sliding_window:
            self.sliding_window = None
        if self.layer_types is None:
            narrow = lambda i: self.sliding_window is not None and i >= self.max_window_layers
            self.layer_types = ["sliding_attention" if narrow(i) else "full_attention" for i in range(self.num_hidden_layers)]
