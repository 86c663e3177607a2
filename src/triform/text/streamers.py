"""Text as it is generated: on the terminal, piece by piece for a loop, or for a function of the user's."""

import queue
from collections.abc import Callable, Iterator
from typing import Any

from triform.errors import InputError
from triform.text.streaming import TextStream


class TextStreamer:
    """Prints text while it is generated: `model.generate(ids, streamer=TextStreamer(tokenizer))`.

    Args:
        tokenizer: decodes.
        skip_prompt: leave the prompt out.
        **decode: keywords of `tokenizer.decode`, such as skip_special_tokens=True.

    A character is given out when it is whole. Subclasses say in `on_finalized_text` what becomes of the pieces.
    """

    def __init__(self, tokenizer: Any, skip_prompt: bool = False, **decode: Any) -> None:
        self.tokenizer, self.skip_prompt = tokenizer, skip_prompt
        self._prompt_is_next = True
        self._stream = TextStream(lambda ids: tokenizer.decode(ids, **decode))

    def put(self, value: Any) -> None:
        """Takes token ids: the prompt first, then one at a time. Raises InputError where there are several texts."""
        values = value.tolist() if hasattr(value, "tolist") else list(value)
        if values and isinstance(values[0], list):
            if len(values) > 1:
                raise InputError(f"A streamer shows one text, but was given {len(values)}.")
            values = values[0]
        if self._prompt_is_next:
            self._prompt_is_next = False
            if self.skip_prompt:
                return
        piece = self._stream.put(values)
        if piece:
            self.on_finalized_text(piece)

    def end(self) -> None:
        """The text is over: gives out what is left."""
        self._prompt_is_next = True
        self.on_finalized_text(self._stream.end(), stream_end=True)

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        """Prints a piece."""
        print(text, end="\n" if stream_end else "", flush=True)


class TextIteratorStreamer(TextStreamer):
    """Pieces of text to loop over in one thread, while `generate` runs in another.

    Args:
        timeout: seconds to wait for a piece; then queue.Empty is raised. Default: for ever.
    """

    def __init__(self, tokenizer: Any, skip_prompt: bool = False, timeout: float | None = None, **decode: Any) -> None:
        super().__init__(tokenizer, skip_prompt, **decode)
        self.timeout = timeout
        self._pieces: queue.Queue[str | None] = queue.Queue()

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        """Hands a piece to the loop."""
        if text:
            self._pieces.put(text)
        if stream_end:
            self._pieces.put(None)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        piece = self._pieces.get(timeout=self.timeout)
        if piece is None:
            raise StopIteration
        return piece


class CallbackStreamer(TextStreamer):
    """Gives each piece of text to a function."""

    def __init__(self, tokenizer: Any, callback: Callable[[str], None], skip_prompt: bool = True, **decode: Any) -> None:
        super().__init__(tokenizer, skip_prompt, **decode)
        self.callback = callback

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        """Calls the function."""
        if text:
            self.callback(text)
