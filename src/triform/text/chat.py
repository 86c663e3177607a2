"""Conversations as the text that a model was trained on, by the chat template of its checkpoint."""

import secrets
from collections.abc import Mapping
from typing import Any

from triform.errors import TokenizerError
from triform.text.encoding import BatchEncoding
from triform.text.templates import checked_templates


def chosen_template(tokenizer: Any, chat_template: str | None = None, tools: Any = None) -> str:
    """The template to use.

    Args:
        chat_template: the name of one of the tokenizer's templates, or a template itself; default: the one there is; of several, that
            for tools (`tool_use`) where tools are given, else `default`.

    Raises: TokenizerError where there is none, or none can be chosen.
    """
    own = checked_templates(tokenizer.chat_template)
    if isinstance(own, Mapping):
        if chat_template is not None:
            return own.get(chat_template, chat_template)
        for name in ("tool_use", "default") if tools is not None else ("default",):
            if name in own:
                return own[name]
        raise TokenizerError(
            f"This tokenizer has several chat templates and no default: give chat_template= one of {', '.join(sorted(own))}."
        )
    chosen = own if chat_template is None else chat_template
    if chosen is None:
        raise TokenizerError(
            f"{tokenizer.name_or_path or type(tokenizer).__name__} has no chat template: set tokenizer.chat_template, or give one."
        )
    return chosen


def apply(
    tokenizer: Any, conversation: Any, tools: Any = None, documents: Any = None, chat_template: str | None = None,
    add_generation_prompt: bool = False, continue_final_message: bool = False, tokenize: bool = True, padding: Any = False,
    truncation: Any = False, max_length: int | None = None, return_tensors: Any = None, return_dict: bool = False,
    return_assistant_tokens_mask: bool = False, tokenizer_kwargs: dict[str, Any] | None = None, **values: Any,
) -> Any:  # fmt: skip
    """A conversation, or a batch of them, as text or ids.

    Args:
        conversation: messages such as {"role": "user", "content": "Hello"}, or a list of such lists.
        tools: Python functions with type hints and a docstring, or JSON schemas.
        documents: mappings that the template shows to the model, for retrieval.
        chat_template: a template, or the name of one of the tokenizer's.
        add_generation_prompt: end with what comes before the model's answer.
        continue_final_message: end within the last message, for the model to go on with it.
        tokenize: ids, else the text. padding, truncation, max_length, return_tensors, tokenizer_kwargs: as of a call.
        return_dict: everything that a call returns, else the ids alone.
        return_assistant_tokens_mask: with return_dict, `assistant_masks`: 1 for tokens of what the model wrote, where the template says so
            with {% generation %}.
        **values: further names that the template reads.

    The template runs in a sandbox, with bounds on its steps, its time, its output and the memory of what it builds: see
    `triform.text.bounds`.

    Raises: TokenizerError.
    """
    if add_generation_prompt and continue_final_message:
        raise TokenizerError(
            "add_generation_prompt begins a new message and continue_final_message goes on with the last one: give one of them."
        )
    if return_assistant_tokens_mask and not (return_dict and tokenize):
        raise TokenizerError("return_assistant_tokens_mask=True is for return_dict=True and tokenize=True.")
    template = chosen_template(tokenizer, chat_template, tools)
    if return_assistant_tokens_mask and "generation" not in template:
        raise TokenizerError("return_assistant_tokens_mask=True, but the chat template marks nothing with {% generation %}.")
    batched, conversations = _conversations(conversation)
    known = {**tokenizer.special_tokens_map, **values, "tools": _schemas(tools), "documents": _documents(documents)}
    mark = f"\x00{secrets.token_hex(8)}" if return_assistant_tokens_mask else None
    from triform.text.sandbox import render

    texts, spans = [], []
    for messages in conversations:
        text = render(template, {**known, "messages": messages, "add_generation_prompt": add_generation_prompt}, mark)
        text, written = _unmarked(text, mark)
        texts.append(_up_to_last(text, messages) if continue_final_message else text)
        spans.append(written)
    if not tokenize:
        return texts if batched else texts[0]
    options = {"add_special_tokens": False, **(tokenizer_kwargs or {})}
    shape = {"padding": padding, "truncation": truncation, "max_length": max_length}
    made = tokenizer(texts if batched else texts[0], **shape, **options, return_tensors=None if mark else return_tensors)
    if mark is not None:
        made = _with_mask(made, spans, batched, return_tensors)
    return made if return_dict else made["input_ids"]


def _conversations(given: Any) -> tuple[bool, list[Any]]:
    """(whether it is a batch, the conversations). Raises TokenizerError for anything else."""
    if hasattr(given, "messages"):
        return False, [given.messages]
    if isinstance(given, (list, tuple)):
        if given and all(isinstance(part, (list, tuple)) or hasattr(part, "messages") for part in given):
            return True, [getattr(part, "messages", part) for part in given]
        if all(isinstance(message, Mapping) for message in given):
            return False, [given]
    raise TokenizerError(
        f"A conversation is a list of messages such as {{'role': 'user', 'content': '…'}}, or a list of such lists; found {given!r:.80}."
    )


def _schemas(tools: Any) -> list[Any] | None:
    if tools is None:
        return None
    from triform.text.tools import tool_schema

    made = []
    for tool in tools:
        if not isinstance(tool, Mapping) and not callable(tool):
            raise TokenizerError(f"A tool is a function or a JSON schema; found {tool!r:.80}.")
        made.append(tool if isinstance(tool, Mapping) else tool_schema(tool))
    return made


def _documents(documents: Any) -> Any:
    for document in documents or ():
        if not isinstance(document, Mapping):
            raise TokenizerError(f"A document is a mapping, such as {{'title': '…', 'text': '…'}}; found {document!r:.80}.")
    return documents


def _unmarked(text: str, mark: str | None) -> tuple[str, list[tuple[int, int]]]:
    """(the text without marks, the spans of characters that they enclosed)."""
    if mark is None:
        return text, []
    parts = text.split(mark)
    plain, spans, opened = parts[0], [], []
    for part in parts[1:]:
        if part.startswith("<"):
            opened.append(len(plain))
        elif opened:
            spans.append((opened.pop(), len(plain)))
        plain += part[1:]
    return plain, spans


def _up_to_last(text: str, messages: Any) -> str:
    """The text up to the end of the last message; spaces at its end are kept where the template kept them."""
    last = messages[-1].get("content") if messages else None
    if isinstance(last, (list, tuple)):
        last = next((part["text"] for part in reversed(last) if isinstance(part, Mapping) and isinstance(part.get("text"), str)), None)
    if not isinstance(last, str):
        raise TokenizerError("continue_final_message=True needs a last message whose content is a text.")
    start = text.rfind(last.strip())
    if start < 0:
        raise TokenizerError("continue_final_message=True, but the chat template does not write the last message as it is.")
    whole = last.lstrip()
    return text[: start + (len(whole) if text.startswith(whole, start) else len(last.strip()))]


def _with_mask(made: BatchEncoding, spans: list[list[tuple[int, int]]], batched: bool, return_tensors: Any) -> BatchEncoding:
    """Adds `assistant_masks`: 1 for tokens that stand for characters that the model wrote."""
    rows = []
    owners = made.get("overflow_to_sample_mapping") or range(len(made.encodings or ()))
    for encoding, owner in zip(made.encodings or (), owners):
        inside = lambda start, end, own=spans[owner]: any(start < last and first < end for first, last in own)
        rows.append([int(start < end and inside(start, end)) for start, end in encoding.offsets])
    nested = batched or "overflow_to_sample_mapping" in made
    made["assistant_masks"] = rows if nested else rows[0]
    return made.convert_to_tensors(return_tensors, prepend_batch_axis=not nested)
