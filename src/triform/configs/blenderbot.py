"""Configuration of Blenderbot."""

from typing import ClassVar

from triform.configs.bart import BartConfig


class BlenderbotConfig(BartConfig):
    """Hyper-parameters of Blenderbot; names and defaults are those of config.json."""

    model_type = "blenderbot"
    classes: ClassVar[int] = 2

    # how large it is
    d_model: int = 2560
    decoder_attention_heads: int = 32
    decoder_ffn_dim: int = 10240
    decoder_layers: int = 24
    encoder_attention_heads: int = 32
    encoder_ffn_dim: int = 10240
    encoder_layers: int = 2
    encoder_no_repeat_ngram_size: int = 3
    max_position_embeddings: int = 128
    vocab_size: int = 8008

    # tokens, and what is kept of them
    bos_token_id: int | None = 1
    decoder_start_token_id: int | None = 1
    pad_token_id: int | None = 0
