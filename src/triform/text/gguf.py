"""A tokenizer of a .gguf file's metadata: the vocabulary, what joins its pieces, and what tokenizer_config.json would say.

tokenizer.ggml.model   "gpt2": byte-level BPE with merges; "llama": SentencePiece's BPE with scores; "bert": WordPiece
tokenizer.ggml.pre     of a byte-level BPE: where text is cut first
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, TokenizerError
from triform.text import framing
from triform.text.sentencepiece import BPE, BYTE, CONTROL, NORMAL, UNKNOWN, USER_DEFINED, PieceModel

MODEL, TOKENS, KINDS, SCORES, MERGES = (f"tokenizer.ggml.{name}" for name in ("model", "tokens", "token_type", "scores", "merges"))
CUT, TEMPLATE = "tokenizer.ggml.pre", "tokenizer.chat_template"
SPECIAL = {
    "bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "sep_token": "seperator|separator", "pad_token": "padding",
    "cls_token": "cls", "mask_token": "mask",
}  # fmt: skip
SWITCHES = {"add_bos_token": "add_bos_token", "add_eos_token": "add_eos_token", "add_prefix_space": "add_space_prefix"}
GENERAL = "PreTrainedTokenizer"
# (what the vocabulary is, model type) -> the class; others are of no class of their own
CLASSES = {
    ("gpt2", "gpt2"): "GPT2Tokenizer", ("gpt2", "qwen2"): "Qwen2Tokenizer", ("gpt2", "qwen3"): "Qwen2Tokenizer",
    ("llama", "llama"): "LlamaTokenizer", ("llama", "mistral"): "LlamaTokenizer", ("llama", "phi3"): "LlamaTokenizer",
    ("llama", "gemma2"): "GemmaTokenizer", ("bert", "bert"): "BertTokenizer",
}  # fmt: skip
# where text is cut, as llama.cpp calls it -> as ours
CUTS = {
    "gpt-2": "gpt2", "gpt2": "gpt2", "qwen2": "qwen2", "llama-bpe": "llama3", "llama3": "llama3", "llama-v3": "llama3", "default": "",
    "": "",
}  # fmt: skip
CUTS_OF_CLASSES = {"GPT2Tokenizer": "gpt2", "Qwen2Tokenizer": "qwen2", GENERAL: "llama3"}
FIRST = "\u2581"  # llama.cpp marks the first piece of a word; WordPiece marks all others


class GgufVocabulary:
    """What a file's metadata say of its tokenizer, checked.

    Raises: CorruptFileError that lists what is missing or of the wrong kind; TokenizerError for a kind that is not known.
    """

    def __init__(self, path: Path) -> None:
        from triform.weights.gguf import Header
        from triform.weights.gguf_config import model_type_of

        header = Header(path)
        self.path, self._said = header.path, header.metadata
        self._problems: list[str] = []
        self.model = self._of(MODEL, str)
        self.tokens: list[str] = self._list(TOKENS, str)
        self.kinds: list[int] = self._list(KINDS, int, len(self.tokens)) if KINDS in self._said else [NORMAL] * len(self.tokens)
        self.scores: list[float] = self._list(SCORES, float, len(self.tokens)) if self.model == "llama" else []
        self.merges = [tuple(line.split(" ")) for line in self._list(MERGES, str)] if self.model == "gpt2" else []
        if any(len(pair) != 2 for pair in self.merges):
            self._problems.append(f"{MERGES} has {next(' '.join(pair) for pair in self.merges if len(pair) != 2)!r:.60}, which is no pair")
        called = self._of(CUT, str) if CUT in self._said else ""
        self.settings = self._settings()
        if self._problems:
            raise CorruptFileError(f"{self.path}: its metadata do not describe a tokenizer: {'; '.join(self._problems)}.")
        self.class_name = CLASSES.get((self.model, model_type_of(header)), GENERAL)
        if self.model not in ("gpt2", "llama", "bert"):
            raise TokenizerError(f"{self.path}: {MODEL} is {self.model!r:.60}; known are gpt2, llama and bert.")
        self.cut = CUTS.get(called) if self.model == "gpt2" else ""
        if self.cut is None:
            raise TokenizerError(f"{self.path}: {CUT} is {called!r:.60}; known are {', '.join(filter(None, CUTS))}.")
        if self.class_name == GENERAL:
            self.settings["model_input_names"] = ["input_ids", "attention_mask"]

    def _of(self, key: str, kind: type) -> Any:
        value = self._said.get(key)
        if type(value) is not kind:
            self._problems.append(f"{key} is {'missing' if value is None else repr(value)[:60]}, expected {kind.__name__}")
            return kind()
        return value

    def _list(self, key: str, kind: type, length: int | None = None) -> list[Any]:
        value = self._of(key, list)
        if any(type(item) is not kind for item in value):
            self._problems.append(f"{key} holds other things than {kind.__name__}")
            return []
        if length is not None and len(value) != length:
            self._problems.append(f"{key} has {len(value):,} entries for {length:,} tokens")
        return value

    def _settings(self) -> dict[str, Any]:
        """What tokenizer_config.json would say."""
        found: dict[str, Any] = {}
        for name, key in SPECIAL.items():
            numbers = (self._said.get(f"tokenizer.ggml.{spelled}_token_id") for spelled in key.split("|"))
            number = next((number for number in numbers if number is not None), None)
            if number is None:
                continue
            if type(number) is not int or not 0 <= number < len(self.tokens):
                self._problems.append(f"tokenizer.ggml.{key}_token_id is {number!r:.60}, expected one of {len(self.tokens):,} tokens")
                continue
            found[name] = self.tokens[number]
        if self.model == "llama" and "unk_token" not in found and UNKNOWN in self.kinds and len(self.kinds) == len(self.tokens):
            found["unk_token"] = self.tokens[self.kinds.index(UNKNOWN)]
        for name, key in SWITCHES.items():
            if f"tokenizer.ggml.{key}" in self._said:
                found[name] = self._of(f"tokenizer.ggml.{key}", bool)
        if TEMPLATE in self._said:
            found["chat_template"] = self._of(TEMPLATE, str)
        never_split = {CONTROL: True, USER_DEFINED: False}
        listed = {i: text for i, (text, kind) in enumerate(zip(self.tokens, self.kinds)) if kind in never_split and text}
        found["added_tokens_decoder"] = {str(i): {"content": text, "special": self.kinds[i] == CONTROL} for i, text in listed.items()}
        return found

    def absent(self, special: dict[str, Any]) -> dict[str, Any]:
        """Which of a family's special tokens the file neither names nor has."""
        from triform.text.added import content

        there = set(self.tokens)
        return {name: None for name, token in special.items() if name not in self.settings and content(token) not in there}

    def engine(self, settings: dict[str, Any], special: dict[str, Any]) -> Any:
        """The engine, as the class of `class_name` cuts and joins."""
        return {"gpt2": self._byte_level, "llama": self._pieces, "bert": self._words}[self.model](settings, special)

    def frame(self, family_frame: Callable[..., None] | None) -> Callable[..., None] | None:
        """What a call adds around texts: as the family does; a general one has the beginning unless it is told otherwise."""
        return framing.begin_and_end(True, False) if self.class_name == GENERAL and self.model == "gpt2" else family_frame

    def _byte_level(self, settings: dict[str, Any], special: dict[str, Any]) -> Any:
        from triform.text import bytelevel

        cut = self.cut or CUTS_OF_CLASSES[self.class_name]
        build = {"gpt2": bytelevel.build_byte_level, "qwen2": bytelevel.build_qwen2, "llama3": bytelevel.build_llama3}[cut]
        pairs = [(left, right) for left, right in self.merges]
        try:
            return build({text: i for i, text in enumerate(self.tokens)}, pairs, settings)
        except TokenizerError as error:
            raise TokenizerError(f"{self.path}: {error}") from None

    def _pieces(self, settings: dict[str, Any], special: dict[str, Any]) -> Any:
        from triform.text.families_pieces import GEMMA, LLAMA

        kinds = list(self.kinds)
        if UNKNOWN not in kinds and special.get("unk_token") in self.tokens:
            kinds[self.tokens.index(special["unk_token"])] = UNKNOWN
        if UNKNOWN not in kinds:
            raise CorruptFileError(f"{self.path}: none of its tokens stands for what is unknown (tokenizer.ggml.unknown_token_id).")
        pieces = list(zip(self.tokens, self.scores, kinds))
        model = PieceModel(pieces, BPE, remove_extra_whitespaces=False, byte_fallback=BYTE in kinds)
        try:
            return (GEMMA if self.class_name == "GemmaTokenizer" else LLAMA).engine(model, settings, special)
        except CorruptFileError as error:
            raise CorruptFileError(f"{self.path}: {error}") from None

    def _words(self, settings: dict[str, Any], special: dict[str, Any]) -> Any:
        from triform.text.wordpiece import build_wordpiece

        def spelled(text: str, kind: int) -> str:
            if text.startswith(FIRST):
                return text[1:]
            return text if kind != NORMAL or (text.startswith("[") and text.endswith("]")) else f"##{text}"

        return build_wordpiece({spelled(*entry): i for i, entry in enumerate(zip(self.tokens, self.kinds))}, settings, special)
