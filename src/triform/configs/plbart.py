"""Configuration of PLBART."""

from typing import ClassVar

from triform.configs.bart import BartConfig


class PLBartConfig(BartConfig):
    """Hyper-parameters of PLBART; names and defaults are those of config.json."""

    model_type = "plbart"
    classes: ClassVar[int] = 2

    vocab_size: int = 50005
    encoder_layers: int = 6
    encoder_ffn_dim: int = 3072
    encoder_attention_heads: int = 12
    decoder_layers: int = 6
    decoder_ffn_dim: int = 3072
    decoder_attention_heads: int = 12
    d_model: int = 768
    attention_dropout: float = 0.1
    scale_embedding: bool = True
    decoder_start_token_id: int | None = None
