"""Lines that tokenizers get wrong, and plain text to train small vocabularies on: what every test of this folder shares.

`LINES` are partly written by hand and partly made by code, so that each class of character stands alone, doubled, at both ends and inside
a word. `training_text()` is plain prose, with the lines themselves.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

BY_HAND = [
    "", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "a", "A", ".", "?", "0", "é", "日", "😀", "\x00", "\ufeff", "\u200b",
    # spaces
    "  leading", "trailing  ", "  both   and    inside  ", "tabs\tand\t\tmore", "new\nline", "two\n\nlines", "end\n", "\nstart", "cr\rlf\r\nend",
    "a  b", "a   b", "a    b\t c \n d", "nbsp\u00a0here", "thin\u2009space", "ideographic\u3000space", "line\u2028separator",
    "paragraph\u2029separator", "vertical\x0btab\x0cfeed", "next\x85line", "figure\u2007space narrow\u202fspace", " . ", " , a", "a ,b", " 's",
    # plain words, case, contractions
    "Hello, world!", "hello world", "HELLO WORLD", "The quick brown fox jumps over the lazy dog.", "MiXeD CaSe WORDS", "camelCaseWord snake_case_word",
    "don't won't it's they've I'm you'll we'd", "DON'T IT'S I'M", "can’t it’s ‘tis", "rock 'n' roll", "o'clock 'tis ''quoted''", "a.b.c...d",
    "U.S.A. e.g. i.e. etc.", "Mr. Smith went to Washington, D.C.", "well-known state-of-the-art", "anti-dis-establishment-arian-ism",
    "antidisestablishmentarianism", "supercalifragilisticexpialidocious", "unbelievable unaffable", "xyzzy plugh qwrtpsdfg zzxqj",
    # accents, composed and not
    "naïve café, Ångström", "nai\u0308ve cafe\u0301, A\u030angstro\u0308m", "e\u0301 combining, and q\u0323\u0307 two", "ﬁne ﬂag ligature ﬀ ﬃ",
    "Å Å Å", "ǅ ǈ ǋ titlecase", "İstanbul ıssız ß ẞ", "Straße STRASSE", "ΌΣΟΣ ς final sigma", "a\u0300\u0301\u0302\u0303\u0304 stacked",
    "\u0301start with a mark", "mark at end e\u0301", "Việt Nam tiếng Việt", "Vie\u0323\u0302t Nam", "Đặng Thị Ngọc Thịnh", "Łódź žluťoučký kůň",
    # punctuation and symbols
    "—–-‐‑ dashes", "“quotes” ‘single’ «guillemets» „low“", "(parentheses) {braces} [brackets] <angles>", "$3.50, 10% & #5 @home", "^`~|\\/+=*_",
    "!!! ??? ... ,,, ;;; :::", "?!?!?!", "¿Qué? ¡Olé!", "© ® ™ ℃ № ℡", "½ ¼ ² ³ ₂ ⅷ Ⅷ", "∑∏∫√∞≈≠≤≥", "← ↑ → ↓ ⇒ ⟹", "␀␁ ☃ ☎ ♫", "ﷺ ﷽", "…", "‥ ⋯",
    # numbers
    "1 12 123 1234 12345", "100,000.00 1e-5 0x1F 0b101", "3.14159265358979323846", "2024-02-29T23:59:59Z", "+49 (0)30 1234-5678", "１２３ ４５６", "٠١٢٣٤٥ ۰۱۲۳",
    "१२३४ ๑๒๓", "1st 2nd 3rd 4th", "-1 −1 ±1", "1/2 1⁄2", "192.168.0.1", "v1.2.3-rc4", "00000000000000000000000000000001", "12 345 678", "12'345.67",
    # addresses and code
    "http://example.org/a?b=c&d=e#f", "https://user:pass@example.org:8080/~x/%7Ey/?q=ü", "mail me: first.last+tag@sub.example.co.uk", "C++ and C# and F#",
    "def f(x):\n    return x ** 2  # squared\n", "for (int i = 0; i < n; ++i) { a[i] <<= 2; }", "<html><body class=\"x\">a &amp; b</body></html>",
    "SELECT * FROM t WHERE a='b' -- c", "{\"key\": [1, 2.5, null, true]}", "if __name__ == '__main__':", "\t\tindented\n\t\t\tmore", "C:\\Users\\x\\y.txt",
    "/usr/local/bin/python3.11", "git commit -m \"x\" && echo $?", "x = lambda *a, **k: (a, k)", "#!/bin/sh", "<!-- comment -->", "\\n is not \n", "%s %d {0} {name}",
    # scripts
    "Привет, мир! Ещё раз.", "ПРИВЕТ ёлка йод и\u0306од", "Українська їжа ґанок", "Γειά σου Κόσμε ΆΈΉ", "Հայերեն լեզու", "ქართული ენა", "مرحبا بالعالم",
    "السَّلَامُ عَلَيْكُمْ", "فارسی می‌خواهم", "اردو زبان ہے", "שלום עולם", "שָׁלוֹם", "ܣܘܪܝܝܐ", "नमस्ते दुनिया", "क्षत्रिय ज्ञान", "বাংলা ভাষা", "ਪੰਜਾਬੀ", "ગુજરાતી", "தமிழ் மொழி",
    "తెలుగు భాష", "ಕನ್ನಡ", "മലയാളം", "සිංහල", "thai ภาษาไทย lao ລາວ khmer ខ្មែរ", "ภาษาไทยไม่มีช่องว่าง", "မြန်မာဘာသာ", "བོད་ཡིག", "አማርኛ ቋንቋ", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "ᐃᓄᒃᑎᑐᑦ",
    "ᠮᠣᠩᠭᠣᠯ", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "東京都は日本の首都です。", "日本語とEnglishと한국어", "カタカナ ｶﾀｶﾅ ひらがな", "が か\u3099 ば", "漢字仮名交じり文、句読点「括弧」『二重』。", "中文没有空格", "繁體中文與簡体",
    "混合 mixed 文字 text", "한국어 문장입니다", "\u1112\u1161\u11ab\u1100\u1173\u11af 한글", "㍿ ㌔ ㎏ ㊙", "𠮷野家 𠀀𠀁", "々〆〇", "！？。，、；：", "ｆｕｌｌ　ｗｉｄｔｈ", "ᚠᚢᚦ runes 𔊀", "𝔊𝔬𝔱𝔥𝔦𝔠 𝒮𝒸𝓇𝒾𝓅𝓉 𝟘𝟙𝟚",
    "𐌰𐌱 gothic 𒀀𒀁 cuneiform 𓀀𓁐", "🄰🅱 🆒", "ⓐⓑ ①②", "ꙮ ꜵ Ꝏ",
    # emoji
    "😀 👩‍👩‍👧‍👦 🇩🇪 ✌🏽", "👨🏿‍🚀👩🏻‍🔬", "🏳️‍🌈🏴‍☠️", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "❤️ ❤ ☺️☺", "1️⃣ #️⃣ *️⃣", "🇩 🇩🇪🇫🇷🇮", "a😀b", "😀😀😀", "\U0001f600" * 20, "👍🏼👍🏽👍🏾", "\u200d\u200d", "🫠🩷",
    # invisible
    "zero\u200bwidth\u200djoin\ufeffbom", "control\x00\x01\x7f\ufffd characters", "soft\u00adhyphen", "\u202eright to left\u202c", "\u2066isolate\u2069", "\u061c\u200e\u200f marks",
    "variation\ufe0f\ufe0e selectors", "word\u2060joiner", "tag\U000e0001\U000e0020", "\x1b[31mred\x1b[0m", "\x07\x08", "a\x00b", "\ufdd0 \uffff noncharacters", "\ue000 private \U000f0000 \U0010ffff",
    "\u0085\u009f c1", "\u034f joiner", "\u115f\u1160 fillers", "\u2800 braille blank",
    # special tokens of many families inside text
    "[CLS] in text [SEP] and [MASK] too [PAD] [UNK]", "<s> in text </s> and <mask> <pad> <unk>", "<|endoftext|> a <|endoftext|>", "a<mask>b", "a <mask> b", "a  <mask>  b", "[MASK][MASK]", "x[SEP]y", "<|startoftext|>a<|endoftext|>",
    "<|im_start|>user\nhi<|im_end|>", "<s>", "</s></s>", "[mask] [cls] <MASK>", "< s > [ SEP ]", "<extra_id_0> and <extra_id_99>", "▁ the piece mark ▁a", "Ġ the byte mark Ġa", "## the wordpiece mark ##ing", "@@ the cut@@ mark", "</w> end</w>", "<unk>",
    "<0x0A> <0xFF>", "en_XX de_DE __en__ >>fr<<", "<2de> <|en|> <|transcribe|>", "<image> <video> [INST] [/INST] <<SYS>>", "0.00 <|0.00|> <|12.34|>",
]  # fmt: skip

SAMPLES = "aZ9_-.,'\"éßЖΩאعह中あア한ไ😀\u0301\u200b\u200d\x00\x7f\u00a0\u3000\u2028\ufeff\ufffd\u00ad①½ﬁ𝒳\U0001f1e9\U0010fffd"


def _made() -> list[str]:
    """Each sample character alone with spaces, doubled, at both ends of a word and within; then long and mixed lines."""
    lines = [f"{c}{c} w{c} {c}w w{c}w {c}" for c in SAMPLES]
    lines += [
        "x" * 50,
        "x" * 99,
        "x" * 100,
        "x" * 101,
        "x" * 300,
        "ab" * 500,
        "é" * 101,
        "日" * 120,
        "!" * 130,
        "a " * 150,
        "1" * 70,
        " " * 70,
        "\n" * 9,
        "\u0301" * 30,
    ]
    lines += ["https://example.org/" + "/".join(f"part{i}" for i in range(30)), "_".join(["very"] * 40), "-".join("abcdefghij" * 6)]
    prose = "Attention weighs every word, and each word is weighed."
    lines += [
        prose.upper(),
        prose.title(),
        prose.swapcase(),
        prose[::-1],
        " ".join(prose),
        "  ".join(prose.split()),
        prose.replace(" ", "\t"),
    ]
    for text in ("Ǖber Ḱöñîg ệ ṩ ΐ", "각 곰 깊", "ガギグゲゴ", "क़ ख़ ड़", "Ω Å K"):
        lines += [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    planes = (
        0x0100,
        0x0400,
        0x0530,
        0x0900,
        0x0E00,
        0x10A0,
        0x1200,
        0x1E00,
        0x2000,
        0x2100,
        0x2500,
        0x2C00,
        0x3040,
        0x4E00,
        0xA000,
        0xAC00,
        0xFB00,
        0xFE30,
        0xFF00,
    )
    planes += (0x10000, 0x10400, 0x12000, 0x1D400, 0x1F300, 0x1F900, 0x20000, 0x30000, 0xE0000, 0xF0000, 0x10FF00)
    lines += ["".join(chr(start + 7 * i) for i in range(12)) for start in planes]
    return lines


LINES: list[str] = list(dict.fromkeys([*BY_HAND, *_made()]))


@cache
def training_text() -> tuple[str, ...]:
    """The licence's prose, which nobody edits, and LINES. Every vocabulary of the tests is trained on this."""
    prose = [line.strip() for line in (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()]
    return tuple(line for line in [*prose, *LINES] if re.search(r"\S", line))
