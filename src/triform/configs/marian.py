"""Configuration of Marian."""

from typing import Any, ClassVar

from triform.configs.bart import BartConfig


class MarianConfig(BartConfig):
    """Hyper-parameters of Marian; names and defaults are those of config.json."""

    model_type = "marian"
    classes: ClassVar[int] = 2

    # how large it is
    decoder_vocab_size: int | None = None
    vocab_size: int = 58101

    # what it computes
    share_encoder_decoder_embeddings: bool = True

    # tokens, and what is kept of them
    bos_token_id: int | None = None
    decoder_start_token_id: int | None = 58100
    eos_token_id: int | list[int] | None = 0
    forced_eos_token_id: int | list[int] | None = 0
    pad_token_id: int | None = 58100

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.decoder_vocab_size is None:
            self.decoder_vocab_size = self.vocab_size

    @property
    def target_vocab_size(self) -> int:
        """How many words the decoder knows."""
        return self.vocab_size if self.share_encoder_decoder_embeddings else self.decoder_vocab_size or self.vocab_size
