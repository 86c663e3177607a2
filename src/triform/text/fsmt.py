"""FSMT's tokenizer (Ng et al., 2019): one vocabulary for each of two languages."""

from typing import Any

from triform.text.cutting import CutTokenizer


class FSMTTokenizer(CutTokenizer):
    """Text becomes ids of the source's vocabulary, and ids become text by the target's."""

    @property
    def src_lang(self) -> str:
        """The language that text is in."""
        return str(self.settings["langs"][0])

    @property
    def tgt_lang(self) -> str:
        """The language that ids become text in."""
        return str(self.settings["langs"][1])

    def convert_ids_to_tokens(self, ids: Any, skip_special_tokens: bool = False) -> Any:
        """The target's token of an id, or of each of a list."""
        engine: Any = self.backend_tokenizer
        added = engine.get_added_tokens_decoder()
        one = lambda i: added[i].content if i in added else engine.targets.get(i, self.unk_token)
        if isinstance(ids, int):
            return one(ids)
        skipped = set(self.all_special_ids) if skip_special_tokens else set()
        return [one(int(i)) for i in ids if int(i) not in skipped]
