"""A tokenizer from its files, and back."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from triform.configs.reading import write_text
from triform.errors import CorruptFileError, InputError, MissingFileError, TokenizerError, UnknownKeywordError, nearest
from triform.text.families import FAMILY_SETTINGS, Family, family, tokenizer_class
from triform.text.tokenizer import SPECIAL_NAMES, PreTrainedTokenizer

ENGINE_FILE = "tokenizer.json"
KNOWN_SETTINGS = {
    "do_lower_case", "strip_accents", "tokenize_chinese_chars", "model_max_length", "padding_side", "truncation_side", "chat_template",
    "clean_up_tokenization_spaces", "pad_token_type_id", "add_prefix_space", "use_fast", "trust_remote_code", "legacy", "add_bos_token",
    "add_eos_token", "additional_special_tokens", "max_length", "tokenizer_type", "config", "from_slow", *SPECIAL_NAMES,
    *FAMILY_SETTINGS,
}  # fmt: skip


def load_tokenizer(name_or_path: Any, *, class_name: str | None = None, resolution: str = "", **kwargs: Any) -> PreTrainedTokenizer:
    """The tokenizer of a source.

    Args:
        class_name: of which family; default: as tokenizer_config.json says.
        resolution: what decided that, for `tokenizer.resolution`.
        **kwargs: the Hub's keywords; settings and special tokens, which override the files'.

    Raises: MissingFileError, CorruptFileError, TokenizerError, UnknownKeywordError.
    """
    from triform import hub

    where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
    source = hub.locate(name_or_path, **where)
    settings = read_json(source, "tokenizer_config.json")
    unknown = [name for name in kwargs if name not in KNOWN_SETTINGS and name not in settings]
    if unknown:
        known = {*KNOWN_SETTINGS, *hub.HUB_KEYWORDS}
        raise UnknownKeywordError(f"No tokenizer takes {unknown[0]!r}.{nearest(unknown[0], known)}")
    for dropped in ("use_fast", "trust_remote_code", "config", "from_slow", "tokenizer_type"):
        kwargs.pop(dropped, None)
    class_name = class_name or settings.get("tokenizer_class") or "PreTrainedTokenizer"
    kind = family(class_name)
    settings = {**kind.defaults, **settings, **{name: value for name, value in kwargs.items() if value is not None}}
    special = special_tokens(kind, settings, read_json(source, "special_tokens_map.json"))
    engine, files, how = _engine(source, kind, settings, special)
    _add_tokens(engine, settings, read_json(source, "added_tokens.json"))
    cls = tokenizer_class(class_name) or PreTrainedTokenizer
    inputs = settings.get("model_input_names") or kind.inputs
    if kind is family(None) and "model_input_names" not in settings:
        inputs = (
            ("input_ids", "token_type_ids", "attention_mask")
            if class_name in ("PreTrainedTokenizer", "PreTrainedTokenizerFast")
            else kind.inputs
        )
    tokenizer = cls(engine, special, inputs, {**settings, "tokenizer_class": class_name}, files)
    tokenizer.name_or_path = str(source.name)
    tokenizer.resolution = f"{resolution or 'tokenizer_config.json: tokenizer_class'} -> {class_name}; read from {how}"
    return tokenizer


def read_json(source: Any, filename: str) -> dict[str, Any]:
    """A JSON object of a source; {} where there is no such file. Raises CorruptFileError where it is none."""
    path = source.find(filename)
    if path is None:
        return {}
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"{path} is not valid JSON: {error}.") from None
    if not isinstance(data, dict):
        raise CorruptFileError(f"{path} holds a {type(data).__name__}, expected an object.")
    return data


def special_tokens(kind: Family, settings: dict[str, Any], mapped: dict[str, Any]) -> dict[str, Any]:
    """Special tokens by name: those of the family, as the files change them."""
    found: dict[str, Any] = dict(kind.special)
    for name in SPECIAL_NAMES:
        for place in (mapped, settings):
            if name in place:
                found[name] = content(place[name])
    extra = settings.get("additional_special_tokens") or mapped.get("additional_special_tokens")
    extra = extra or (kind.extra(settings) if kind.extra is not None else None)
    if extra:
        found["additional_special_tokens"] = [content(token) for token in extra]
    return found


def content(token: Any) -> str | None:
    """A token of a file: a text, or an object with its content."""
    if token is None or isinstance(token, str):
        return token
    if isinstance(token, dict) and isinstance(token.get("content"), str):
        return token["content"]
    if hasattr(token, "content"):
        return token.content
    raise CorruptFileError(f"A special token is {token!r}; expected a text, or an object with its `content`.")


def _engine(source: Any, kind: Family, settings: dict[str, Any], special: dict[str, Any]) -> tuple[Any, dict[str, Path], str]:
    """(the engine, the vocabulary files, what it was read from): tokenizer.json where there is one."""
    files = {role: path for role, name in kind.files.items() if (path := source.find(name)) is not None}
    path = source.find(ENGINE_FILE)
    if path is not None:
        engine = read_engine(path)
        _follow_settings(engine, settings)
        return engine, files, ENGINE_FILE
    if kind.build is None or len(files) < len(kind.files):
        wanted = [ENGINE_FILE, *kind.files.values()]
        there = ", ".join(source.files()) or "nothing"
        raise MissingFileError(f"{source.name} has no tokenizer that {settings.get('tokenizer_class') or 'triform'} reads "
                               f"({' or '.join(wanted)}). It has: {there}.")  # fmt: skip
    return kind.build(files, settings, special), files, ", ".join(kind.files.values())


def read_engine(path: Path) -> Any:
    """The engine of a tokenizer.json. Raises CorruptFileError; the library's panics too come out as that."""
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise CorruptFileError(f"{path} is no tokenizer that the library `tokenizers` reads: {error}.") from None


def _follow_settings(engine: Any, settings: dict[str, Any]) -> None:
    """Where tokenizer_config.json differs from tokenizer.json on BERT's way of cleaning text, the former counts."""
    normalizer = engine.normalizer
    if type(normalizer).__name__ != "BertNormalizer":
        return
    for name, attribute in (
        ("do_lower_case", "lowercase"),
        ("strip_accents", "strip_accents"),
        ("tokenize_chinese_chars", "handle_chinese_chars"),
    ):
        if name in settings and getattr(normalizer, attribute) != settings[name]:
            setattr(normalizer, attribute, settings[name])
    engine.normalizer = normalizer


def _add_tokens(engine: Any, settings: dict[str, Any], added: dict[str, Any]) -> None:
    """Tokens that tokenizer_config.json (or, in older files, added_tokens.json) lists and the engine does not know."""
    from tokenizers import AddedToken

    listed = {int(i): token for i, token in (settings.get("added_tokens_decoder") or {}).items()}
    listed |= {int(i): {"content": token} for token, i in added.items() if isinstance(i, int)}
    for _, token in sorted(listed.items()):
        text = content(token)
        if text is None or engine.token_to_id(text) is not None:
            continue
        flags = {
            name: token[name]
            for name in ("single_word", "lstrip", "rstrip", "normalized", "special")
            if isinstance(token, dict) and name in token
        }
        made = AddedToken(text, **flags)
        engine.add_special_tokens([made]) if flags.get("special") else engine.add_tokens([made])


def save_tokenizer(tokenizer: PreTrainedTokenizer, folder: str | os.PathLike[str]) -> tuple[str, ...]:
    """Writes a tokenizer's files; see `PreTrainedTokenizer.save_pretrained`."""
    target = Path(folder)
    if target.is_file():
        raise InputError(f"{target} is a file; save_pretrained needs a folder.")
    target.mkdir(parents=True, exist_ok=True)
    engine = tokenizer.backend_tokenizer
    with tokenizer._lock:
        engine.no_padding()
        engine.no_truncation()
        text = engine.to_str(pretty=True)
    decoder = {
        str(i): {
            "content": t.content, "lstrip": t.lstrip, "normalized": t.normalized, "rstrip": t.rstrip, "single_word": t.single_word,
            "special": t.special,
        }
        for i, t in sorted(engine.get_added_tokens_decoder().items())
    }  # fmt: skip
    settings = {**tokenizer.settings, "added_tokens_decoder": decoder, "model_max_length": tokenizer.model_max_length}
    settings |= {"padding_side": tokenizer.padding_side, "truncation_side": tokenizer.truncation_side, **tokenizer.special_tokens_map}
    out = {
        ENGINE_FILE: text,
        "tokenizer_config.json": json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
        "special_tokens_map.json": json.dumps(tokenizer.special_tokens_map, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
    }
    vocabulary = _vocabulary(tokenizer)
    if vocabulary is not None:
        out["vocab.txt"] = vocabulary
    for name, written in out.items():
        write_text(target / name, written)
    return tuple(str(target / name) for name in [*out, *_copied(tokenizer, target, set(out))])


def _copied(tokenizer: PreTrainedTokenizer, target: Path, written: set[str]) -> list[str]:
    """Copies the files that the vocabulary was read from, under the names that they usually have; gives the names."""
    names = []
    for role, path in tokenizer._vocabulary_files.items():
        name = tokenizer.family.files.get(role, Path(path).name)
        if name not in written and Path(path).is_file():
            if not (target / name).exists() or not (target / name).samefile(path):
                shutil.copyfile(path, target / name)
            names.append(name)
    return names


def _vocabulary(tokenizer: PreTrainedTokenizer) -> str | None:
    """vocab.txt, where the engine is a WordPiece."""
    if type(tokenizer.backend_tokenizer.model).__name__ != "WordPiece":
        return None
    ordered = sorted(tokenizer.backend_tokenizer.get_vocab(with_added_tokens=False).items(), key=lambda item: item[1])
    if [i for _, i in ordered] != list(range(len(ordered))):
        raise TokenizerError("The vocabulary has gaps in its ids, so it cannot be written as vocab.txt.")
    return "".join(f"{token}\n" for token, _ in ordered)
