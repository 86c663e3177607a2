"""BERT's words (Devlin et al., 2018) in Python, for tokenizers of which words are only the beginning."""

import unicodedata

CHINESE = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)  # fmt: skip


def basic_words(text: str, lower: bool, chinese: bool = True, accents: bool | None = None) -> list[str]:
    """Words at spaces and punctuation.

    Args:
        lower: whether they are put into lower case. chinese: whether every Chinese character is a word.
        accents: whether accents are dropped; None where letters are lowered.
    """
    clean = "".join(_cleaned(character, chinese) for character in text)
    out: list[str] = []
    for word in unicodedata.normalize("NFC", clean).split():
        if lower:
            word = word.lower()
        if lower if accents is None else accents:
            word = "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")
        out += _parts(word)
    return out


def _cleaned(character: str, chinese: bool) -> str:
    number = ord(character)
    if character in " \t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    if number in (0, 0xFFFD) or unicodedata.category(character).startswith("C"):
        return ""
    if chinese and any(first <= number <= last for first, last in CHINESE):
        return f" {character} "
    return character


def is_punctuation(character: str) -> bool:
    """Whether a character is punctuation, or one of ASCII that is neither letter, number nor space."""
    return (character.isascii() and "!" <= character <= "~" and not character.isalnum()) or unicodedata.category(character).startswith("P")


def _parts(word: str) -> list[str]:
    """A word, cut at its punctuation."""
    out: list[str] = []
    fresh = True
    for character in word:
        if is_punctuation(character):
            out.append(character)
            fresh = True
        elif fresh:
            out.append(character)
            fresh = False
        else:
            out[-1] += character
    return out
