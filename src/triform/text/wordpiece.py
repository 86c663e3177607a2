"""Tokenizers from a vocab.txt: WordPiece (Schuster & Nakajima, 2012; Devlin et al., 2018)."""

from pathlib import Path
from typing import Any

from triform.errors import TokenizerError


def read_vocabulary(path: Path) -> dict[str, int]:
    """The lines of a vocab.txt, numbered. Raises TokenizerError where it is empty or no text."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise TokenizerError(f"{path} is not UTF-8 text (byte {error.start}).") from None
    if lines and lines[-1] == "":
        lines.pop()
    if not lines:
        raise TokenizerError(f"{path} is empty; it should hold one token per line.")
    return {token.rstrip("\r"): i for i, token in enumerate(lines)}


def build_wordpiece(vocabulary: dict[str, int], settings: dict[str, Any], special: dict[str, Any]) -> Any:
    """A BERT tokenizer as an engine: clean and lower the text, split at spaces and punctuation, then longest pieces first."""
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
    from tokenizers.models import WordPiece

    prefix = str(settings.get("wordpieces_prefix", "##"))
    model = WordPiece(
        vocabulary, unk_token=special.get("unk_token") or "[UNK]", max_input_chars_per_word=100, continuing_subword_prefix=prefix
    )
    engine = Tokenizer(model)
    engine.normalizer = normalizers.BertNormalizer(
        clean_text=settings.get("clean_text", True),
        handle_chinese_chars=settings.get("tokenize_chinese_chars", True),
        strip_accents=settings.get("strip_accents"),
        lowercase=settings.get("do_lower_case", True),
    )
    engine.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    engine.decoder = decoders.WordPiece(prefix=prefix)
    return engine
