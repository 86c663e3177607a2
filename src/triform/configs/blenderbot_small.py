"""Configuration of Blenderbot small."""

from typing import ClassVar

from triform.configs.bart import BartConfig


class BlenderbotSmallConfig(BartConfig):
    """Hyper-parameters of Blenderbot small; names and defaults are those of config.json."""

    model_type = "blenderbot-small"
    classes: ClassVar[int] = 2

    # how large it is
    d_model: int = 512
    decoder_ffn_dim: int = 2048
    decoder_layers: int = 8
    encoder_ffn_dim: int = 2048
    encoder_layers: int = 8
    max_position_embeddings: int = 512

    # tokens, and what is kept of them
    bos_token_id: int | None = 1
    decoder_start_token_id: int | None = 1
    pad_token_id: int | None = 0
