"""What a call adds around texts: the special tokens at the ends and between the two texts of a pair, as a step of the engine."""

import json
from collections.abc import Callable
from typing import Any

from triform.errors import TokenizerError

Frame = Callable[[Any, dict[str, Any], dict[str, Any]], None]  # (engine, settings, special tokens by name): sets engine.post_processor


def numbered(engine: Any, special: dict[str, Any], name: str) -> tuple[str, int]:
    """(a special token, its id). Raises TokenizerError where it is not set or has no id."""
    token = special.get(name)
    number = None if token is None else engine.token_to_id(token)
    if token is None or number is None:
        raise TokenizerError(f"This tokenizer puts {name} around texts, and it is {token!r}: give it, as {name}='...'.")
    return token, number


def set_template(engine: Any, single: list[str], pair: list[str], tokens: list[tuple[str, int]]) -> None:
    """A template of pieces such as "$A:0" and "[SEP]:1". Raises TokenizerError where a special token makes it unreadable."""
    from tokenizers import processors

    try:
        engine.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=sorted(dict(tokens).items()))
    except ValueError as error:
        raise TokenizerError(f"Special tokens that cannot stand around a text: {sorted(dict(tokens))} ({error}).") from None


def enclose(first: str = "cls_token", last: str = "sep_token", *, doubled: bool = False, first_type: int = 0) -> Frame:
    """FIRST A LAST, and FIRST A LAST B LAST for pairs; `doubled` has LAST twice between them."""

    def frame(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
        if special.get(first) is None or special.get(last) is None:
            return  # the checkpoint does without
        (begin, _), (end, _) = tokens = [numbered(engine, special, first), numbered(engine, special, last)]
        single = [f"{begin}:{first_type}", "$A:0", f"{end}:0"]
        set_template(engine, single, [*single, *([f"{end}:0"] if doubled else []), "$B:1", f"{end}:1"], tokens)

    return frame


def end_alone(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """A EOS for a text, A B for a pair: Blenderbot's."""
    eos = numbered(engine, special, "eos_token")
    set_template(engine, ["$A:0", f"{eos[0]}:0"], ["$A:0", "$B:1"], [eos])


def question(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """Splinter's: pairs are CLS A [QUESTION] . SEP B SEP, and the text comes first where the padding is on the left."""
    cls, sep = numbered(engine, special, "cls_token"), numbered(engine, special, "sep_token")
    asked, dot = str(settings.get("question_token", "[QUESTION]")), "."
    marks = [(token, number) for token in (asked, dot) if (number := engine.token_to_id(token)) is not None]
    single = [f"{cls[0]}:0", "$A:0", f"{sep[0]}:0"]
    asking = [f"{token}:0" for token, _ in marks]
    if settings.get("padding_side", "right") == "right":
        pair = [f"{cls[0]}:0", "$A:0", *asking, f"{sep[0]}:0", "$B:1", f"{sep[0]}:1"]
    else:
        pair = [*single, "$B:1", *asking, f"{sep[0]}:1"]
    set_template(engine, single, pair, [cls, sep, *marks])


def begin_and_end(begin: bool, end: bool) -> Frame:
    """BOS A EOS BOS B EOS, each where add_bos_token and add_eos_token say so; `begin` and `end` where they say nothing."""

    def frame(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
        with_bos = bool(settings.get("add_bos_token", begin))
        with_eos = bool(settings.get("add_eos_token", end))
        bos = [numbered(engine, special, "bos_token")] if with_bos else []
        eos = [numbered(engine, special, "eos_token")] if with_eos else []
        parts = [[*(f"{t}:{i}" for t, _ in bos), f"${text}:{i}", *(f"{t}:{i}" for t, _ in eos)] for i, text in enumerate("AB")]
        set_template(engine, parts[0], parts[0] + parts[1], bos + eos)

    return frame


def byte_level(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """GPT-2's: nothing, or the beginning token alone where add_bos_token says so."""
    from tokenizers import processors

    if settings.get("add_bos_token"):
        bos = numbered(engine, special, "bos_token")
        set_template(engine, [f"{bos[0]}:0", "$A:0"], [f"{bos[0]}:0", "$A:0", "$B:1"], [bos])
    else:
        engine.post_processor = processors.ByteLevel(trim_offsets=False)


def roberta(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """CLS A SEP SEP B SEP, all of segment 0."""
    from tokenizers import processors

    engine.post_processor = processors.RobertaProcessing(
        numbered(engine, special, "sep_token"), numbered(engine, special, "cls_token"),
        trim_offsets=bool(settings.get("trim_offsets", True)), add_prefix_space=bool(settings.get("add_prefix_space", False)),
    )  # fmt: skip


def clip(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """BOS A EOS EOS B EOS, all of segment 0."""
    from tokenizers import processors

    engine.post_processor = processors.RobertaProcessing(
        numbered(engine, special, "eos_token"), numbered(engine, special, "bos_token"), trim_offsets=False, add_prefix_space=False
    )


# ---- where tokenizer.json and the settings differ


def follow_prefix(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """Whether a space goes before the text is the settings' to say, and without their word there is none, as in the reference."""
    wanted = bool(settings.get("add_prefix_space", False))
    splitter = engine.pre_tokenizer
    if hasattr(splitter, "add_prefix_space") and splitter.add_prefix_space != wanted:
        splitter.add_prefix_space = wanted
        engine.pre_tokenizer = splitter


def follow_bert(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """BERT's way of cleaning text, and the space before it."""
    follow_prefix(engine, settings, special)
    normalizer = engine.normalizer
    if type(normalizer).__name__ != "BertNormalizer":
        return
    names = {"do_lower_case": "lowercase", "strip_accents": "strip_accents", "tokenize_chinese_chars": "handle_chinese_chars"}
    for name, attribute in names.items():
        if name in settings and getattr(normalizer, attribute) != settings[name]:
            setattr(normalizer, attribute, settings[name])
    engine.normalizer = normalizer


def follow_roberta(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """The space before the text, and whether offsets leave it out."""
    from tokenizers import processors

    follow_prefix(engine, settings, special)
    kind = type(engine.post_processor).__name__
    options = {"trim_offsets": bool(settings.get("trim_offsets", True)), "add_prefix_space": bool(settings.get("add_prefix_space", False))}
    if kind == "RobertaProcessing":
        state = json.loads(engine.post_processor.__getstate__())
        engine.post_processor = processors.RobertaProcessing(tuple(state["sep"]), tuple(state["cls"]), **options)
    elif kind == "ByteLevel":
        engine.post_processor = processors.ByteLevel(**options)


def follow_begin_and_end(begin: bool, end: bool) -> Frame:
    """The space before the text, and add_bos_token and add_eos_token, which count more than tokenizer.json."""
    frame = begin_and_end(begin, end)

    def follow(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
        follow_prefix(engine, settings, special)
        frame(engine, settings, special)

    return follow
