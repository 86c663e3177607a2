"""AutoTokenizer: the right tokenizer for a name or a folder."""

import os
from pathlib import Path
from typing import Any

from triform.auto import custom
from triform.auto.config import TRUST
from triform.auto.tokenizer_table import TOKENIZERS
from triform.errors import RegistrationError, TokenizerError, UsageError, nearest

PARTS = {  # composite models -> the part that reads text, where the files name no tokenizer
    "encoder-decoder": "encoder", "vision-encoder-decoder": "decoder", "speech-encoder-decoder": "decoder",
}  # fmt: skip


class AutoTokenizer:
    """Finds the tokenizer of a checkpoint and gives it back loaded. No framework is imported."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise UsageError("AutoTokenizer is never made itself: use AutoTokenizer.from_pretrained(name_or_path).")

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **kwargs: Any) -> Any:
        """The tokenizer of a folder or of a name on the Hub.

        The class is that of tokenizer_config.json, else that of config.json (tokenizer_class, then model_type), else a general one;
        tokenizer.json is the truth where there is one. `tokenizer.resolution` says what decided.

        Args:
            tokenizer_type: a model type, whose tokenizer it shall be.
            config: a config object, instead of the checkpoint's config.json.
            gguf_file: take everything from the metadata of this .gguf of the checkpoint; a .gguf that is named itself, and has no tokenizer
                beside it, is taken so as well.
            use_fast: accepted; there is one kind of tokenizer.
            trust_remote_code: True to run the class that the checkpoint brings along, where triform has none; from the Hub only with
                `revision` (`code_revision`, for code in another repository) naming a commit. Without it, tokenizer.json is read.
            **kwargs: the Hub's keywords; settings such as padding_side, and special tokens, which override the files'.

        Raises: MissingFileError, CorruptFileError, TokenizerError, UnknownKeywordError, RemoteCodeError.
        """
        from triform import hub
        from triform.text.reading import load_tokenizer, read_json

        wanted, config = kwargs.pop("tokenizer_type", None), kwargs.pop("config", None)
        trust = {key: kwargs.pop(key, None) for key in TRUST}
        kwargs["gguf_file"] = kwargs.get("gguf_file") or _gguf_alone(name_or_path)
        if wanted is not None:
            if wanted not in TOKENIZERS:
                raise TokenizerError(f"tokenizer_type={wanted!r} is no model type with a tokenizer.{nearest(wanted, TOKENIZERS)}")
            return load_tokenizer(name_or_path, class_name=TOKENIZERS[wanted], resolution=f"tokenizer_type={wanted!r}", **kwargs)
        where = {key: kwargs[key] for key in kwargs if key in hub.HUB_KEYWORDS}
        source = hub.locate(name_or_path, **where)
        if kwargs["gguf_file"] is not None:
            return load_tokenizer(source, **{key: value for key, value in kwargs.items() if key not in where})
        del kwargs["gguf_file"]
        own = _registered(source, config)
        if own is not None:
            return own.from_pretrained(name_or_path, **kwargs)
        named = read_json(source, "tokenizer_config.json").get("tokenizer_class")
        how = "tokenizer_config.json: tokenizer_class"
        if named is None:
            data = config.to_dict() if config is not None else read_json(source, "config.json")
            named, how = data.get("tokenizer_class"), "config.json: tokenizer_class"
            if named is None and data.get("model_type") in PARTS:
                data = data.get(PARTS[data["model_type"]]) or {}
            if named is None and data.get("model_type") in TOKENIZERS:
                named, how = TOKENIZERS[data["model_type"]], f"config.json: model_type {data['model_type']!r}"
        own = _brought(source, named, trust)
        if own is not None:
            return own.from_pretrained(name_or_path, **kwargs)
        rest = {key: value for key, value in kwargs.items() if key not in where}
        return load_tokenizer(source, class_name=named, resolution=how if named else "tokenizer.json", **rest)

    @staticmethod
    def register(
        config_class: type, slow_tokenizer_class: type | None = None, fast_tokenizer_class: type | None = None, exist_ok: bool = False,
        *, tokenizer_class: type | None = None,
    ) -> None:  # fmt: skip
        """Makes AutoTokenizer give a class for configs of `config_class`; of several, the fast one. Raises RegistrationError."""
        chosen = tokenizer_class or fast_tokenizer_class or slow_tokenizer_class
        if chosen is None:
            raise RegistrationError(
                "AutoTokenizer.register needs a tokenizer class: tokenizer_class, fast_tokenizer_class or slow_tokenizer_class."
            )
        custom.register_class("preprocessors", "AutoTokenizer", config_class, chosen, False, exist_ok)

    @staticmethod
    def unregister(config_class: type) -> None:
        """Takes a registered class away."""
        custom.unregister("preprocessors", "AutoTokenizer", config_class)


def _gguf_alone(place: Any) -> str | None:
    """The name of a .gguf that a user named itself, where no tokenizer's files lie beside it."""
    path = Path(place) if isinstance(place, (str, os.PathLike)) else getattr(place, "file", None)
    if path is None or path.suffix != ".gguf" or not path.is_file():
        return None
    return None if any((path.parent / name).exists() for name in ("tokenizer.json", "tokenizer_config.json")) else path.name


def _registered(source: Any, config: Any) -> Any:
    """The class registered for the checkpoint's config; None if there is none."""
    if not any(auto == "AutoTokenizer" for auto, _ in custom.CUSTOM.preprocessors):
        return None
    if config is None and source.find("config.json") is not None:
        from triform.auto.config import AutoConfig
        from triform.errors import TriformError

        try:
            config = AutoConfig.from_pretrained(source)
        except TriformError:
            return None
    return None if config is None else custom.find_class("preprocessors", "AutoTokenizer", config)


def _brought(source: Any, named: Any, trust: dict[str, Any]) -> Any:
    """The class that the checkpoint brings along, where triform has none of its name; None where none is needed."""
    from triform.remote.gate import class_in_files
    from triform.text.families import tokenizer_class

    if isinstance(named, str) and tokenizer_class(named) is not None:
        return None
    if trust.get("trust_remote_code") is not True and source.find("tokenizer.json") is not None:
        return None
    return class_in_files("AutoTokenizer", source, ("tokenizer_config.json",), **trust)
