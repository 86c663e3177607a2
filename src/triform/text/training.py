"""A tokenizer of the same kind with a vocabulary of its own, learned from texts."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from triform.errors import TokenizerError, UnknownKeywordError, nearest
from triform.text.added import SPECIAL_NAMES, added, content, flags

TRAINERS = {"BPE": "BpeTrainer", "WordPiece": "WordPieceTrainer", "Unigram": "UnigramTrainer", "WordLevel": "WordLevelTrainer"}


def train_new(
    tokenizer: Any, text_iterator: Iterable[Any], vocab_size: int, length: int | None = None, new_special_tokens: list[Any] | None = None,
    special_tokens_map: dict[str, str] | None = None, **trainer_options: Any,
) -> Any:  # fmt: skip
    """A tokenizer that cleans, splits and frames text as `tokenizer` does, with a vocabulary learned from other texts.

    Args:
        text_iterator: texts, or lists of texts, which is quicker.
        vocab_size: how many tokens, special ones included.
        length: how many texts or lists there are, for the progress bar.
        new_special_tokens: special tokens to add to those it has.
        special_tokens_map: new names of its special tokens: {"[CLS]": "<s>"}.
        **trainer_options: of the trainer of `tokenizers.trainers`, such as min_frequency, show_progress, initial_alphabet.

    Raises: TokenizerError where the engine is of a kind that cannot be trained; UnknownKeywordError for an option that the trainer lacks.
    """
    from tokenizers import Tokenizer

    renamed = dict(special_tokens_map or {})
    engine = tokenizer.backend_tokenizer
    if not hasattr(engine, "to_str"):
        raise TokenizerError(f"{type(tokenizer).__name__} has an engine that is not trained: its vocabulary is not learned from texts.")
    state = json.loads(engine.to_str())
    kept = state.pop("added_tokens")
    processor = state.pop("post_processor")
    kind = state["model"]["type"]
    if kind not in TRAINERS:
        raise TokenizerError(f"An engine of kind {kind} cannot be trained; {', '.join(TRAINERS)} can.")
    unknown = state["model"].get("unk_token")
    if kind == "Unigram" and state["model"].get("unk_id") is not None:
        unknown = state["model"]["vocab"][state["model"]["unk_id"]][0]
    _empty(state["model"], renamed)
    state["padding"] = state["truncation"] = None
    made = Tokenizer.from_str(json.dumps({**state, "added_tokens": [], "post_processor": None}))
    for token in kept:
        if not token["special"]:  # special ones come with the trainer, first in the vocabulary
            made.add_tokens([added(token)])
    special = [added({**token, "content": renamed.get(token["content"], token["content"])}) for token in kept if token["special"]]
    fresh = [
        added(token, special=True, normalized=False)
        if flags(token)
        else added({"content": content(token), "special": True}, normalized=False)
        for token in new_special_tokens or ()
    ]
    special = list({token.content: token for token in [*special, *fresh]}.values())
    unknown = renamed.get(unknown, unknown)
    if unknown is not None and unknown not in [token.content for token in special]:
        special.insert(0, added({"content": unknown, "special": True}, normalized=False))
    options = _trainer_options(state, unknown, kind) | trainer_options
    _learn(made, text_iterator, kind, {"vocab_size": vocab_size, "special_tokens": special, **options}, length)
    return _rebuilt(tokenizer, made, processor, renamed, [*special, *fresh], new_special_tokens or ())


def _empty(model: dict[str, Any], renamed: dict[str, str]) -> None:
    """Takes the vocabulary away, and keeps the rest of what a model says of itself."""
    kind = model["type"]
    model["vocab"] = [] if kind == "Unigram" else {}
    if kind == "BPE":
        model["merges"] = []
    if kind == "Unigram":
        model["unk_id"] = None
    if model.get("unk_token") is not None:
        model["unk_token"] = renamed.get(model["unk_token"], model["unk_token"])
        if kind in ("WordPiece", "WordLevel"):
            model["vocab"] = {model["unk_token"]: 0}


def _trainer_options(state: dict[str, Any], unknown: str | None, kind: str) -> dict[str, Any]:
    """What the trainer has to know of the engine."""
    model = state["model"]
    options = {name: model[name] for name in ("continuing_subword_prefix", "end_of_word_suffix") if model.get(name) is not None}
    if kind == "Unigram" and unknown is not None:
        options["unk_token"] = unknown
    if '"ByteLevel"' in json.dumps(state["pre_tokenizer"]):
        from tokenizers.pre_tokenizers import ByteLevel

        options["initial_alphabet"] = ByteLevel.alphabet()
    return options


def _learn(engine: Any, texts: Iterable[Any], kind: str, options: dict[str, Any], length: int | None) -> None:
    """Trains in place."""
    import tokenizers.trainers

    trainer_class = getattr(tokenizers.trainers, TRAINERS[kind])
    known = [name for name in dir(trainer_class) if not name.startswith("_")] + [
        "unk_token",
        "shrinking_factor",
        "max_piece_length",
        "n_sub_iterations",
    ]
    wrong = [name for name in options if name not in known]
    if wrong:
        raise UnknownKeywordError(
            f"{TRAINERS[kind]} takes no {wrong[0]!r}.{nearest(wrong[0], known)} It takes: {', '.join(sorted(known))}."
        )
    try:
        engine.train_from_iterator(texts, trainer=trainer_class(**options), length=length)
    except BaseException as error:  # the engine panics with an exception that is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise TokenizerError(f"Training failed: {error}") from error


def _rebuilt(tokenizer: Any, engine: Any, processor: Any, renamed: dict[str, str], special: list[Any], new: Any) -> Any:
    """The tokenizer around the trained engine, with special tokens by their names and the frame with their new ids."""
    from tokenizers import Tokenizer

    state = json.loads(engine.to_str())
    if processor is not None:
        state["post_processor"] = _framed(processor, engine, renamed)
    made = Tokenizer.from_str(json.dumps(state))
    named = {name: renamed.get(token, token) for name, token in tokenizer.special_tokens_map.items() if name != "additional_special_tokens"}
    additional = [renamed.get(token, token) for token in tokenizer.additional_special_tokens]
    additional += [text for token in new if (text := str(content(token))) not in [*additional, *named.values()]]
    if additional:
        named["additional_special_tokens"] = additional
    settings = {name: value for name, value in tokenizer.settings.items() if name not in ("added_tokens_decoder", *SPECIAL_NAMES)}
    fresh = type(tokenizer)(made, named, tokenizer.model_input_names, settings)
    for name in ("model_max_length", "padding_side", "truncation_side", "clean_up_tokenization_spaces", "chat_template"):
        setattr(fresh, name, getattr(tokenizer, name))
    return fresh


def _framed(processor: dict[str, Any], engine: Any, renamed: dict[str, str]) -> dict[str, Any]:
    """A post-processor of tokenizer.json with the new tokens and ids. Raises TokenizerError where a token is not there any more."""

    def number(token: str) -> int:
        found = engine.token_to_id(token)
        if found is None:
            raise TokenizerError(f"{token!r} is put around texts, but the new vocabulary lacks it: give new_special_tokens=[{token!r}].")
        return found

    made = dict(processor)
    if made["type"] == "Sequence":
        return {**made, "processors": [_framed(part, engine, renamed) for part in made["processors"]]}
    for name in ("cls", "sep"):
        if name in made:
            token = renamed.get(made[name][0], made[name][0])
            made[name] = [token, number(token)]
    if made["type"] == "TemplateProcessing":
        new: Callable[[str], str] = lambda token: renamed.get(token, token)
        for name in ("single", "pair"):
            made[name] = [
                {"SpecialToken": {**part["SpecialToken"], "id": new(part["SpecialToken"]["id"])}} if "SpecialToken" in part else part
                for part in made[name]
            ]
        made["special_tokens"] = {
            new(key): {"id": new(key), "ids": [number(new(token)) for token in value["tokens"]], "tokens": list(map(new, value["tokens"]))}
            for key, value in made["special_tokens"].items()
        }
    return made
