"""A file of texts into a file of vectors."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from triform.embedding.embedder import Embedder
from triform.embedding.texts import Texts
from triform.embedding.vectors import Vectors

WINDOW = 8192  # texts that are held, and sorted by length, at once


@dataclass(frozen=True)
class Done:
    """What was written: `rows` vectors of `width` numbers, `before` of which an earlier run had left."""

    output: Path
    rows: int
    width: int
    before: int


def embed_file(
    source: str | Path, output: str | Path, model: Any, *, column: str | None = None, force: bool = False,
    progress: Callable[[str, int, int], None] | None = None, **kwargs: Any,
) -> Done:  # fmt: skip
    """Writes the vectors of a file's texts, in their order; goes on where an earlier run stopped.

    Args:
        source: see `Texts`. output: see `Vectors`. column: see `Texts`.
        model: a folder, a name on the Hub, or an Embedder. **kwargs: see `Embedder.from_pretrained`.
        force: begin anew, and replace what is there.
        progress: called with ("", how many are done, how many there are).

    Raises: MissingFileError, CorruptFileError, InputError; whatever loading raises.
    """
    texts = Texts(source, column)
    total = texts.count()
    embedder = model if isinstance(model, Embedder) else Embedder.from_pretrained(model, **kwargs)
    config, pooling = embedder.model.config, embedder.pooling
    about = {
        "input": texts.identity, "model": config.name_or_path, "commit": config._commit_hash, "dtype": str(config.dtype),
        "pooling": [*pooling.modes], "normalize": pooling.normalize,
    }  # fmt: skip
    vectors = Vectors(output, embedder.width, about, force)
    before = vectors.done
    try:
        rest = texts.after(before)
        done = before

        def tell(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress("", done, total)

        while window := list(islice(rest, WINDOW)):
            vectors.add(embedder(window, tell))
        vectors.finish(texts)
    finally:
        vectors.close()
    return Done(Path(output), vectors.done, embedder.width, before)
