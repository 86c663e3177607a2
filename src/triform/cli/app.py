"""The commands. Each asks the library and shows what it says; errors are one paragraph, without a traceback unless asked."""

import atexit
import gc
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="triform",
    help="Auto classes for pretrained models, native on PyTorch, TensorFlow and Flax.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
Backend = Annotated[str | None, typer.Option("--backend", "-b", help="torch, tf or flax. Default: the first that is installed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Revision = Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")]
_state = {"traceback": False}


@app.callback(invoke_without_command=True)
def _root(
    traceback: Annotated[bool, typer.Option("--traceback", help="Show Python's traceback of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    _state["traceback"] = traceback
    if version:
        import triform

        print(f"triform {triform.__version__}")
        raise typer.Exit()


@app.command(
    epilog="Examples: `triform run ./my-bert 'The capital of France is [MASK].'` · `triform run ./my-classifier 'I like it' --json` "
    "· `triform run ./my-gpt2 'Once upon a time' -n 50` · `triform run ./my-detr street.jpg -o found.png`"
)
def run(
    model: Annotated[str, typer.Argument(help="A folder, or a name on the Hub.")],
    inputs: Annotated[list[str] | None, typer.Argument(help="Texts, or paths of images. Without any, lines of standard input.")] = None,
    task: Annotated[str | None, typer.Option("--task", "-t", help="Such as masked-lm. Default: what the checkpoint was made for.")] = None,
    backend: Backend = None,
    as_json: AsJson = False,
    top: Annotated[int, typer.Option(help="How many answers to show for each input.")] = 5,
    question: Annotated[str | None, typer.Option("--question", "-q", help="For question answering: asked of each input.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", "-n", help="For models that write: at most so many new tokens.")] = None,
    beams: Annotated[int | None, typer.Option(help="For models that write: texts that are followed at once.")] = None,
    temperature: Annotated[float | None, typer.Option(help="For models that write: draws tokens, the wilder the higher.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed draws the same tokens.")] = None,
    source: Annotated[str | None, typer.Option("--from", help="For models of several languages: that of the input.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="For models of several languages: that of the answer.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="For images: a .png, or a folder, for what was found, drawn.")
    ] = None,
    label: Annotated[list[str] | None, typer.Option("--label", "-l", help="For images: what to look for. Repeat it.")] = None,
    threshold: Annotated[float | None, typer.Option(help="For images: what is surer is shown. Default: 0.5; with labels, 0.1.")] = None,
    point: Annotated[list[str] | None, typer.Option(help="For images: x,y of what to outline. Repeat it.")] = None,
    box: Annotated[list[str] | None, typer.Option(help="For images: left,top,right,bottom of what to outline. Repeat it.")] = None,
    revision: Revision = None,
) -> None:
    """Runs a model on INPUTS and prints what it says; what a model writes is shown while it is written."""
    from triform.cli import show
    from triform.tasks.run import run_task
    from triform.tasks.wishes import Wishes

    texts = inputs or [line.rstrip("\n") for line in sys.stdin if line.strip()]
    asked = {"max_new_tokens": tokens, "num_beams": beams, "temperature": temperature, "seed": seed}
    generation = {name: value for name, value in asked.items() if value is not None}
    generation |= {} if temperature is None and seed is None else {"do_sample": True}
    writing = None if as_json else show.Writing()
    wishes = Wishes(
        top, question, generation, source, target, writing, labels=tuple(label or ()),
        threshold=(0.1 if label else 0.5) if threshold is None else threshold,
        points=tuple(_coordinates(text, 2, "--point") for text in point or ()),  # type: ignore[misc]
        boxes=tuple(_coordinates(text, 4, "--box") for text in box or ()), output=output,  # type: ignore[misc]
    )  # fmt: skip
    try:
        result = run_task(model, texts, task=task, backend=backend, revision=revision, wishes=wishes)
    finally:
        if writing is not None:
            writing.end()
    if as_json:
        print(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
    elif writing is None or not writing.shown:
        show.result(result)
    if not as_json:
        for picture in result.pictures:
            print(f"Drawn: {picture}")


def _coordinates(text: str, count: int, option: str) -> tuple[float, ...]:
    """The numbers of "x,y". Raises InputError."""
    from triform.errors import InputError

    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) != count:
        raise InputError(
            f"{option} {text!r}: expected {count} numbers with commas between them, such as {','.join(['10', '20', '200', '100'][:count])}."
        )
    return found


@app.command(epilog="Example: `triform explain ./my-model`")
def explain(
    model: Annotated[str, typer.Argument(help="A folder, or a name on the Hub.")], revision: Revision = None, as_json: AsJson = False
) -> None:
    """Says which class each Auto class gives, and which file and key decided it. Reads no weights."""
    from triform.auto.explain import explain as explained
    from triform.cli import show

    said = explained(model, **({} if revision is None else {"revision": revision}))
    print(json.dumps(said.as_dict(), ensure_ascii=False, indent=2)) if as_json else show.explanation(said)


@app.command("list", epilog="Example: `triform list --task masked-lm`")
def list_(
    task: Annotated[str | None, typer.Option("--task", "-t", help="Only models for this task.")] = None,
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Lists the model types, and the Auto classes that each has a class for."""
    from triform.auto.listing import list_models, table
    from triform.cli import show

    wanted = set(list_models(task, backend))
    rows = [row for row in table() if row[0] in wanted]
    if as_json:
        made: dict[str, dict[str, str]] = {}
        for model_type, auto, cls in rows:
            made.setdefault(model_type, {})[auto] = cls
        print(json.dumps(made, indent=2))
    else:
        show.models(rows)


@app.command(epilog="Example: `triform convert ./from-tensorflow ./for-everyone`")
def convert(
    source: Annotated[str, typer.Argument(help="A folder, a name on the Hub, or a file of weights.")],
    target: Annotated[Path, typer.Argument(help="The folder to write. It must not hold weights yet, unless --force is given.")],
    dtype: Annotated[str, typer.Option(help="Such as float16. Default: what the source holds.")] = "auto",
    format: Annotated[
        str, typer.Option("--format", help="safetensors, h5 (the reference's TensorFlow) or msgpack (its Flax).")
    ] = "safetensors",
    max_shard_size: Annotated[str, typer.Option(help="Larger models are split.")] = "5GB",
    gguf_file: Annotated[str | None, typer.Option(help="Which .gguf of SOURCE to read.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Converts a checkpoint of any format into safetensors that every backend loads, or into another format, tensor by tensor."""
    from triform.cli import show
    from triform.weights.converting import convert_checkpoint

    with show.progress("Converting") as watch:
        written = convert_checkpoint(
            source, target, dtype=dtype, format=format, max_shard_size=max_shard_size, gguf_file=gguf_file, force=force, watch=watch
        )
    print(f"{target}: {', '.join(path.name for path in written)}")


@app.command(epilog="Example: `triform embed sentences.txt --model ./all-MiniLM-L6-v2 --output vectors.npy`")
def embed(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Lines of text, or .csv, .tsv, .jsonl, .parquet.")],
    model: Annotated[str, typer.Option("--model", "-m", help="A folder, or a name on the Hub.")],
    output: Annotated[Path, typer.Option("--output", "-o", help=".npy, float32 (N, D), or .parquet with the columns text and embedding.")],
    column: Annotated[str | None, typer.Option(help="Which column holds the text.")] = None,
    backend: Backend = None,
    normalize: Annotated[bool | None, typer.Option(help="Vectors of length 1. Default: as the checkpoint says.")] = None,
    batch_tokens: Annotated[int, typer.Option(help="About how many tokens go through the model at once.")] = 4096,
    force: Annotated[bool, typer.Option("--force", help="Begin anew, and replace what is there.")] = False,
    revision: Revision = None,
) -> None:
    """Turns the texts of INPUT into vectors, in their order. A run that was stopped goes on where it was."""
    import time

    from triform.cli import show
    from triform.embedding.files import embed_file

    where = {} if revision is None else {"revision": revision}
    began = time.perf_counter()
    with show.progress("Embedding") as watch:
        done = embed_file(
            source, output, model, column=column, force=force, progress=watch, backend=backend, normalize=normalize,
            batch_tokens=batch_tokens, **where,
        )  # fmt: skip
    rate = (done.rows - done.before) / max(time.perf_counter() - began, 1e-9)
    earlier = f", {done.before} of them by an earlier run" if done.before else ""
    print(f"{done.output}: {done.rows} vectors of {done.width} numbers{earlier}; {rate:.0f} a second, loading included")


def main(arguments: list[str] | None = None) -> Any:
    """The entry point. Exit status: 0 done, 1 an error of the input, 2 an error of the command, 130 stopped with Ctrl-C."""
    from triform.errors import TriformError

    if arguments is None:  # at the end of our own process, collections would walk a framework's whole heap, for a third of a second
        atexit.register(gc.freeze)
    try:
        return app(arguments, prog_name="triform")
    except TriformError as error:
        if _state["traceback"]:
            raise
        print(f"triform: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(1)
