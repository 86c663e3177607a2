"""What there is: the table, turned into answers for people and programs."""

from triform.auto.registry import ARCHITECTURES, BACKENDS, TASKS, auto_classes, head
from triform.errors import InputError, nearest


def list_models(task: str | None = None, backend: str | None = None) -> list[str]:
    """The model types that triform knows, sorted.

    Args:
        task: an Auto class, such as "AutoModelForMaskedLM" or "MaskedLM": only types that have a model for it.
        backend: "torch", "tf" or "flax". Every type is on every backend, so this only checks the name.

    Raises: InputError for a task or backend that does not exist.
    """
    if backend is not None and backend not in BACKENDS:
        raise InputError(f"There is no backend {backend!r}.{nearest(backend, BACKENDS)} There are: {', '.join(BACKENDS)}.")
    if task is None:
        return sorted(ARCHITECTURES)
    wanted = task_name(task)
    return sorted(model_type for model_type, row in ARCHITECTURES.items() if head(row, wanted) is not None)


def task_name(task: str) -> str:
    """The Auto class that a user's word for a task means: "masked-lm", "MaskedLM" and "TFAutoModelForMaskedLM" are AutoModelForMaskedLM."""
    plain = lambda word: word.lower().replace("-", "").replace("_", "").replace(" ", "")
    bare = task.removeprefix("TF").removeprefix("Flax")
    for name in TASKS:
        if plain(bare) in (plain(name), plain(name.removeprefix("AutoModelFor")), plain(name.removeprefix("Auto"))):
            return name
    short = [name.removeprefix("AutoModelFor") for name in TASKS]
    raise InputError(f"There is no task {task!r}.{nearest(task, short)} There are: {', '.join(short)}.")


def table() -> list[tuple[str, str, str]]:
    """(model type, Auto class, class) for everything in the table."""
    return [(model_type, auto, cls) for model_type, row in sorted(ARCHITECTURES.items()) for auto, cls in auto_classes(row).items()]
