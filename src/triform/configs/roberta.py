"""Configuration of RoBERTa."""

from collections.abc import Iterator
from typing import Any

from triform.configs.bert import BertConfig


class RobertaConfig(BertConfig):
    """Hyper-parameters of RoBERTa: BERT's, with positions that count on from `pad_token_id`; names and defaults are config.json's."""

    model_type = "roberta"

    vocab_size: int = 50265
    bos_token_id: int | None = 0
    pad_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2

    @property
    def longest_text(self) -> int:
        """How many tokens a text may have: positions begin behind that of padding."""
        return self.max_position_embeddings - (self.pad_token_id or 0) - 1

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        yield from padding_problems(self)


def padding_problems(config: Any) -> Iterator[str]:
    """What keeps positions from being counted on from `pad_token_id`."""
    if config.pad_token_id is None:
        yield "pad_token_id is null, but positions are counted on from it"
    elif not 0 <= config.pad_token_id < config.max_position_embeddings - 1:
        yield f"pad_token_id={config.pad_token_id} leaves no positions below max_position_embeddings={config.max_position_embeddings}"
