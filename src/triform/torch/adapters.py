"""Adapters (PEFT) put onto a model, in place: the model stays of its own class."""

from typing import Any

from triform.adapters import FILE
from triform.errors import CorruptFileError, MissingDependencyError, MissingFileError, WeightsMismatchError
from triform.weights.files import listed
from triform.weights.formats import open_file

from .pretrained import from_bits

WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")
PREFIX = "base_model.model."  # what PEFT's own model puts before names


def put_on(model: Any, source: Any) -> None:
    """Puts an adapter onto a model, in evaluation mode; `peft`'s functions for adapters work on the model afterwards.

    Raises: MissingDependencyError without peft; MissingFileError, CorruptFileError; WeightsMismatchError where it is for another model.
    """
    try:
        import peft
    except ImportError:
        raise MissingDependencyError(f"{source.name} is an adapter, which needs peft, not installed here: pip install peft") from None
    path = source.require(FILE, "which makes it an adapter")
    try:
        settings = peft.PeftConfig.from_pretrained(str(path.parent))
    except Exception as error:  # whatever a hostile or newer file makes of it
        raise CorruptFileError(f"{path} cannot be read by peft {peft.__version__}: {type(error).__name__}: {error}") from error
    found = next((path for name in WEIGHTS if (path := source.find(name)) is not None), None)
    if found is None:
        raise MissingFileError(f"{source.name} has none of {', '.join(WEIGHTS)}. It has: {listed(source.files())}.")
    weights = {name.removeprefix(PREFIX): from_bits(tensor) for name, tensor in open_file(found).items()}
    settings.inference_mode = True
    try:
        peft.inject_adapter_in_model(settings, model)
    except ValueError as error:  # none of the layers that it is for
        raise WeightsMismatchError(f"The adapter {source.name} does not fit {type(model).__name__}: {error}") from error
    try:
        said: Any = peft.set_peft_model_state_dict(model, weights)
    except RuntimeError as error:
        raise WeightsMismatchError(f"The adapter {source.name} does not fit {type(model).__name__}: {error}") from error
    absent = [name for name in said.missing_keys if ".lora_" in name] if hasattr(said, "missing_keys") else []
    lines = [f"missing: {listed(absent)}"] * bool(absent) + [f"no place for: {listed(said.unexpected_keys)}"] * bool(said.unexpected_keys)
    if lines:
        raise WeightsMismatchError(f"The adapter {source.name} does not fit {type(model).__name__}; {'; '.join(lines)}.")
    model.peft_config = {"default": settings}
