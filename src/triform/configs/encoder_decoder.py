"""Configuration of an encoder and a decoder of any two architectures."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class EncoderDecoderConfig(PretrainedConfig):
    """Two configs: `encoder` and `decoder`. The decoder's says is_decoder and add_cross_attention: see `from_encoder_decoder_configs`."""

    model_type = "encoder-decoder"
    sub_configs = {"encoder": None, "decoder": None}
    is_composition = True

    encoder: Any = None
    decoder: Any = None
    is_encoder_decoder: bool = True

    @classmethod
    def from_encoder_decoder_configs(cls, encoder_config: Any, decoder_config: Any, **kwargs: Any) -> Any:
        """The config of an encoder and a decoder, which are copied; the decoder's copy becomes one that looks at an encoder."""
        decoder = decoder_config.copy()
        decoder.is_decoder = decoder.add_cross_attention = True
        return cls(encoder=encoder_config.copy(), decoder=decoder, **kwargs)

    def validate(self) -> Iterator[str]:
        absent = [name for name in self.sub_configs if not isinstance(getattr(self, name, None), PretrainedConfig)]
        if absent:
            yield f"{' and '.join(absent)} must be given: a config, or the dictionary of one with its model_type"
            return
        for flag in ("is_decoder", "add_cross_attention"):
            if not getattr(self.decoder, flag):
                yield f"decoder.{flag} is not set, so that it could not look at the encoder; use from_encoder_decoder_configs"
