"""Configuration of mBART."""

from typing import ClassVar

from triform.configs.bart import BartConfig


class MBartConfig(BartConfig):
    """Hyper-parameters of mBART; names and defaults are those of config.json."""

    model_type = "mbart"
    classes: ClassVar[int] = 2

    decoder_start_token_id: int | None = None
