"""Configuration of Mistral."""

from triform.configs.llama import LlamaConfig


class MistralConfig(LlamaConfig):
    """Hyper-parameters of Mistral: Llama's, and a window; names and defaults are those of config.json."""

    model_type = "mistral"

    intermediate_size: int = 14336
    num_key_value_heads: int | None = 8
    max_position_embeddings: int = 4096 * 32
    sliding_window: int | None = 4096
