"""SentencePiece's replacement of characters: the longest match counts, as in SentencePiece itself.

The table is a double-array trie (Yata's darts-clone) over UTF-8, then the replacements, each ended by a zero byte. The Rust engine replaces
whole graphemes, which differs where combining marks are stacked.
"""

import struct
from typing import Any

from triform.errors import CorruptFileError

END = 0  # of a replacement
MOST_KEPT = 2**16


class Charsmap:
    """A table of replacements. Raises CorruptFileError where the bytes are none."""

    def __init__(self, table: bytes) -> None:
        self._units: tuple[int, ...] = ()
        self._texts = b""
        self._plain: set[str] = set()  # characters that no replacement begins with, as far as they were seen
        self._unmatched: set[str] = set()  # two characters, of which the first begins some and these none
        if table:
            size = struct.unpack_from("<I", table)[0] if len(table) >= 4 else 0
            if size < 4 or size % 4 or 4 + size > len(table):
                raise CorruptFileError(
                    f"The model's table of characters is cut off: {len(table)} bytes, of which {size} should be its tree."
                )
            self._units = struct.unpack_from(f"<{size // 4}I", table, 4)
            self._texts = table[4 + size :]

    def replaced(self, text: str) -> list[tuple[str, int, int]] | None:
        """(what takes the place, begin, end) of every part of a text; None where nothing changes."""
        if not self._units or self._plain.issuperset(text):
            return None
        edits, at, plain = [], 0, self._plain
        for i in [i for i, character in enumerate(text) if character not in plain]:
            if i < at or text[i : i + 2] in self._unmatched:
                continue
            found = self._match(text, i)
            if found is not None:
                at = found[1]
                if found[0] != text[i:at]:
                    edits.append((found[0], i, at))
        if not edits:
            return None
        parts, at = [], 0
        for new, begin, end in edits:
            parts += [(text[i], i, i + 1) for i in range(at, begin)]
            parts.append((new, begin, end))
            at = end
        return parts + [(text[i], i, i + 1) for i in range(at, len(text))]

    def _unit(self, at: int) -> int:
        if at >= len(self._units):
            raise CorruptFileError("The model's table of characters leads outside of itself.")
        return self._units[at]

    def _walk(self, node: int, key: bytes) -> int | None:
        """The node that some bytes lead to; None where nothing is."""
        for byte in key:
            unit = self._unit(node)
            node ^= (unit >> 10) << ((unit & 0x200) >> 6) ^ byte
            if self._unit(node) & 0x800000FF != byte:
                return None
        return node

    def _match(self, text: str, begin: int) -> tuple[str, int] | None:
        """(the replacement, its end) of the longest match at a place."""
        node, best, at = 0, None, begin
        while at < len(text):
            further = self._walk(node, text[at].encode("utf-8", "surrogatepass"))
            if further is None:
                if at == begin:
                    self._plain.add(text[at])
                elif at == begin + 1 and best is None and len(self._unmatched) < MOST_KEPT:
                    self._unmatched.add(text[begin : at + 1])
                break
            node, at = further, at + 1
            unit = self._unit(node)
            if unit >> 8 & 1:
                leaf = self._unit(node ^ (unit >> 10) << ((unit & 0x200) >> 6))
                best = (leaf & 0x7FFFFFFF, at)
        return None if best is None else (self._text(best[0]), best[1])

    def _text(self, begin: int) -> str:
        end = self._texts.find(END, begin)
        if begin >= len(self._texts) or end < 0:
            raise CorruptFileError("The model's table of characters leads outside of its texts.")
        return self._texts[begin:end].decode("utf-8", "replace")


class Normalizer:
    """What SentencePiece does to text before it cuts it: characters, spaces, the space before. Made of a PieceModel."""

    def __init__(self, model: Any) -> None:
        self._table = Charsmap(model.charsmap)
        self._prefix, self._squeeze = model.add_dummy_prefix, model.remove_extra_whitespaces

    def __call__(self, text: str) -> tuple[str, list[int]]:
        """(the text with spaces marked, for each of its characters where it began; and one entry more for the end)."""
        parts = self._table.replaced(text)
        if parts is None:
            characters, begins = text, list(range(len(text)))
        else:
            characters = "".join(part for part, _, _ in parts)
            begins = [begin for part, begin, _ in parts for _ in part]
        if self._squeeze:
            characters, begins = _squeezed(characters, begins)
        if not characters:
            return "", [0]
        if self._prefix:
            characters, begins = " " + characters, [begins[0], *begins]
        return characters.replace(" ", "\u2581"), [*begins, len(text)]


def _squeezed(text: str, begins: list[int]) -> tuple[str, list[int]]:
    """No spaces at the ends, one between words."""
    if "  " not in text and not text.startswith(" ") and not text.endswith(" "):
        return text, begins
    kept = [i for i, c in enumerate(text) if c != " " or (i > 0 and text[i - 1] != " ")]
    if kept and text[kept[-1]] == " ":
        kept.pop()
    return "".join(text[i] for i in kept), [begins[i] for i in kept]
