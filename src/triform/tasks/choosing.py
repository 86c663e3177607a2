"""Which task a checkpoint was made for, and on which backend it runs."""

import logging
from importlib.util import find_spec
from typing import Any

from triform.auto.factory import NEEDS, architecture_of
from triform.auto.listing import task_name
from triform.auto.registry import BACKENDS, auto_classes
from triform.errors import InputError, MissingDependencyError, nearest

# In this order, where a checkpoint fits several.
RUNNABLE = (
    "AutoModelForSequenceClassification", "AutoModelForTokenClassification", "AutoModelForQuestionAnswering", "AutoModelForMaskedLM",
    "AutoModelForSeq2SeqLM", "AutoModelForCausalLM", "AutoModelForImageClassification", "AutoModelForObjectDetection",
    "AutoModelForUniversalSegmentation", "AutoModelForInstanceSegmentation", "AutoModelForImageSegmentation",
    "AutoModelForSemanticSegmentation", "AutoModelForDepthEstimation", "AutoModelForImageToImage", "AutoModelForVideoClassification",
    "AutoModelForZeroShotImageClassification", "AutoModelForZeroShotObjectDetection", "AutoModelForMaskGeneration", "AutoModel",
)  # fmt: skip


def installed_backend(wanted: str | None = None) -> str:
    """The backend to run on: the one that was asked for, else the first that is installed.

    Raises: InputError for a name that is none; MissingDependencyError where nothing is installed.
    """
    from triform.auto.factory import require_backend

    if wanted is not None:
        if wanted not in BACKENDS:
            raise InputError(f"There is no backend {wanted!r}.{nearest(wanted, BACKENDS)} There are: {', '.join(BACKENDS)}.")
        require_backend(wanted, f"--backend {wanted}")
        return wanted
    for backend in ("torch", "flax", "tf"):
        if all(find_spec(name) is not None for name in NEEDS[backend]):
            return backend
    raise MissingDependencyError('No framework is installed: pip install "triform[torch]" (or [flax], [tf]).')


def choose_task(config: Any, wanted: str | None) -> str:
    """The Auto class that runs: what was asked for, else what `architectures` says, else the base model.

    Raises: InputError for a task that the command line does not run, or that the model has no class for.
    """
    architecture = architecture_of(config)
    classes = {} if architecture is None else auto_classes(architecture)
    if wanted is not None:
        auto = task_name(wanted) if wanted not in ("similarity", "embedding") else "AutoModel"
        if auto not in RUNNABLE:
            shown = ", ".join(name.removeprefix("AutoModelFor") for name in RUNNABLE if name != "AutoModel")
            raise InputError(f"`triform run` cannot show {auto.removeprefix('AutoModelFor')} yet. It shows: {shown}, similarity.")
        return auto
    made = [str(name) for name in config.architectures or ()]
    for auto in RUNNABLE:
        if classes.get(auto) in made:
            return auto
    if made and classes:
        logging.getLogger("triform").warning("Made as %s, which `triform run` cannot show: the base model is run instead.", ", ".join(made))
    return "AutoModel"
