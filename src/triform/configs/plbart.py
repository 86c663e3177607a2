"""Configuration of PLBART."""

from typing import ClassVar

from triform.configs.bart import BartConfig


class PLBartConfig(BartConfig):
    """Hyper-parameters of PLBART; names and defaults are those of config.json."""

    model_type = "plbart"
    classes: ClassVar[int] = 2

    # how large it is
    d_model: int = 768
    decoder_attention_heads: int = 12
    decoder_ffn_dim: int = 3072
    decoder_layers: int = 6
    encoder_attention_heads: int = 12
    encoder_ffn_dim: int = 3072
    encoder_layers: int = 6
    vocab_size: int = 50005

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.1

    # tokens, and what is kept of them
    decoder_start_token_id: int | None = None
    scale_embedding: bool = True
