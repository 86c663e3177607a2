"""Configuration of RoBERTa."""

from collections.abc import Iterator

from triform.configs.bert import BertConfig


class RobertaConfig(BertConfig):
    """Hyper-parameters of RoBERTa: BERT's, with positions that count on from `pad_token_id`; names and defaults are config.json's."""

    model_type = "roberta"

    vocab_size: int = 50265
    bos_token_id: int | None = 0
    pad_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        if self.pad_token_id is None:
            yield "pad_token_id is null, but positions are counted on from it"
        elif not 0 <= self.pad_token_id < self.max_position_embeddings - 1:
            yield f"pad_token_id={self.pad_token_id} leaves no positions below max_position_embeddings={self.max_position_embeddings}"
