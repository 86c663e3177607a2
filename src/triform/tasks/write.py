"""Writes on from texts, answers messages, translates and summarises: the tasks of `triform run` whose answer is a text."""

from collections.abc import Callable
from typing import Any

from triform.errors import InputError
from triform.text.streamers import CallbackStreamer

Row = tuple[Any, ...]
Listener = Callable[[str, str], None]  # (which input, a piece of its answer)


def write(call: Any, texts: list[str]) -> list[list[Row]]:
    """What a decoder writes after each text; with a chat template, its answer to the text as a message."""
    tokenizer = call.tokenizer
    answers = []
    for text in texts:
        if tokenizer.chat_template:
            talk = [{"role": "user", "content": text}]
            prompt = tokenizer.apply_chat_template(talk, tokenize=False, add_generation_prompt=True)
            encoding = tokenizer(prompt, add_special_tokens=False, return_tensors=call.tensors)
        else:
            encoding = tokenizer(text, return_tensors=call.tensors)
        encoding.pop("token_type_ids", None)
        ids = _generated(call, text, encoding)
        answers.append([(tokenizer.decode(ids[0, encoding["input_ids"].shape[1] :].tolist(), skip_special_tokens=True).strip(),)])
    return answers


def answer(call: Any, texts: list[str]) -> list[list[Row]]:
    """What an encoder-decoder makes of each text: its translation, its summary."""
    tokenizer, settings = call.tokenizer, {}
    if call.wishes.source_language is not None:
        _set_language(tokenizer, "src_lang", call.wishes.source_language)
    if call.wishes.target_language is not None:
        settings["forced_bos_token_id"] = _language_id(tokenizer, call.wishes.target_language)
    answers = []
    for text in texts:
        encoding = tokenizer(text, return_tensors=call.tensors, **call.limits())
        encoding.pop("token_type_ids", None)
        ids = _generated(call, text, encoding, **settings)
        answers.append([(tokenizer.decode(ids[0].tolist(), skip_special_tokens=True).strip(),)])
    return answers


def _generated(call: Any, text: str, encoding: Any, **settings: Any) -> Any:
    import numpy as np

    settings |= call.wishes.generation
    listener = call.wishes.listener
    if listener is not None and settings.get("num_beams", call.model.generation_config.num_beams) == 1:
        settings["streamer"] = CallbackStreamer(call.tokenizer, lambda piece: listener(text, piece), skip_special_tokens=True)
        settings.setdefault("num_beams", 1)
    if "max_new_tokens" not in settings and not call.model.generation_config.given("max_length"):
        settings["max_new_tokens"] = call.model.generation_config.max_new_tokens or 128
    return np.asarray(call.model.generate(**encoding, **_fitting(call, encoding, settings)))


def _fitting(call: Any, encoding: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings whose length the model can place, where the user asked for no length."""
    longest = call.model.most_tokens
    if longest is None or "max_new_tokens" in call.wishes.generation or "decoder_input_ids" in call.model.argument_names():
        return settings
    room = longest - encoding["input_ids"].shape[1]
    return {**settings, "max_new_tokens": max(1, min(settings.get("max_new_tokens", room), room))}


def _set_language(tokenizer: Any, name: str, language: str) -> None:
    if not hasattr(tokenizer, name):
        raise InputError(f"{type(tokenizer).__name__} knows no languages, so --from {language} says nothing.")
    setattr(tokenizer, name, language)


def _language_id(tokenizer: Any, language: str) -> int:
    """The token that a text in this language begins with."""
    if hasattr(tokenizer, "language_token"):
        return tokenizer.convert_tokens_to_ids(tokenizer.language_token(language))
    codes = (language, f"<2{language}>", f">>{language}<<")
    vocabulary = tokenizer.get_vocab()
    found = next((vocabulary[code] for code in codes if code in vocabulary), None)
    if found is None:
        raise InputError(f"{type(tokenizer).__name__} has no token for the language {language!r}.")
    return found
