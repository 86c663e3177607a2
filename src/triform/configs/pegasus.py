"""Configuration of Pegasus."""

from typing import ClassVar

from triform.configs.bart import BartConfig


class PegasusConfig(BartConfig):
    """Hyper-parameters of Pegasus; names and defaults are those of config.json."""

    model_type = "pegasus"
    classes: ClassVar[int] = 2

    # tokens, and what is kept of them
    bos_token_id: int | None = None
    decoder_start_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    forced_eos_token_id: int | list[int] | None = 1
    pad_token_id: int | None = 0
