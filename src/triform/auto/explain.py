"""Which class each Auto class gives for a checkpoint, and which file and key decided it. No weights are read, no framework is imported."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from triform.auto import custom
from triform.auto.choosing import image_choice, read_object
from triform.auto.config import class_in
from triform.auto.factory import architecture_of
from triform.auto.registry import TASKS, auto_classes
from triform.errors import MissingFileError, TriformError

TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "source.spm")


@dataclass(frozen=True)
class Finding:
    """What one Auto class gives.

    Attributes:
        auto_class, cls: names; cls is "" where there is none.
        decided_by: file and key.
        missing: what stands in the way, or will be initialised.
    """

    auto_class: str
    cls: str
    decided_by: str
    missing: str = ""


@dataclass
class Explanation:
    """A checkpoint as triform sees it."""

    name: str
    commit: str | None = None
    model_type: str = ""
    made_as: list[str] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def explain(name_or_path: Any, **where: Any) -> Explanation:
    """Explains a folder or a name on the Hub. Raises MissingFileError where there is nothing at all."""
    from triform import hub

    source = hub.locate(name_or_path, **where)
    said = Explanation(str(source.name), source.commit_hash)
    data = _config(source, said)
    said.findings += _preprocessors(source, data)
    said.findings += _models(source, data, said)
    return said


def _config(source: Any, said: Explanation) -> dict[str, Any] | None:
    from triform.configs.reading import read_config_dict

    try:
        path = source.require("config.json")
        data = read_config_dict(path, str(path))
        cls = class_in(data, str(path))
        cls.from_dict(data)
    except TriformError as error:
        said.findings.append(Finding("AutoConfig", "", "config.json", str(error)))
        return None
    said.model_type = str(data.get("model_type"))
    said.findings.append(Finding("AutoConfig", cls.__name__, f"config.json: model_type {said.model_type!r}"))
    return data


def _models(source: Any, data: dict[str, Any] | None, said: Explanation) -> Iterator[Finding]:
    if data is None:
        return
    config = class_in(data, said.name).from_dict(data)
    missing = _weights(source, said)
    made = said.made_as = [str(name) for name in data.get("architectures") or ()]
    architecture = architecture_of(config)
    classes = {} if architecture is None else auto_classes(architecture)
    for task in TASKS:
        cls = classes.get(task)
        registered = custom.CUSTOM.models.get((task, type(config)))
        if registered is not None:
            yield Finding(task, registered.__qualname__, f"registered for {type(config).__name__}", missing)
        elif cls is not None:
            how = f"config.json: model_type {said.model_type!r}"
            yield Finding(task, cls, how, missing or _head(cls, task, made))


def _head(cls: str, task: str, made: list[str]) -> str:
    if not made or cls in made or task in ("AutoModel", "AutoModelForTextEncoding", "AutoBackbone"):
        return ""
    return "new head"


def _weights(source: Any, said: Explanation) -> str:
    from triform.weights.finding import find_weights

    try:
        said.weights = [find_weights(source).name]
        return ""
    except TriformError as error:
        return str(error)


def _preprocessors(source: Any, data: dict[str, Any] | None) -> Iterator[Finding]:
    settings = read_object(source, "tokenizer_config.json")
    present = [name for name in TOKENIZER_FILES if source.find(name) is not None]
    if present:
        cls, how = settings.get("tokenizer_class"), "tokenizer_config.json: tokenizer_class"
        if cls is None and data is not None:
            cls, how = data.get("tokenizer_class"), "config.json: tokenizer_class"
        if cls is None and data is not None:
            cls, how = _table_tokenizer(str(data.get("model_type"))), f"config.json: model_type {data.get('model_type')!r}"
        if cls is None:
            cls, how = "PreTrainedTokenizer", present[0]
        yield Finding("AutoTokenizer", str(cls), f"{how}; read from {', '.join(present)}")
    else:
        yield Finding("AutoTokenizer", "", "", f"none of {', '.join(TOKENIZER_FILES)} is there")
    yield from _image_processor(source)
    for auto, files, key in (
        ("AutoFeatureExtractor", ("preprocessor_config.json",), "feature_extractor_type"),
        ("AutoProcessor", ("processor_config.json", "preprocessor_config.json", "tokenizer_config.json"), "processor_class"),
    ):
        for filename in files:
            value = read_object(source, filename).get(key)
            if isinstance(value, str):
                yield Finding(auto, value, f"{filename}: {key}")
                break


def _image_processor(source: Any) -> Iterator[Finding]:
    """Nothing where no file has settings of an image processor: most checkpoints have no eyes."""
    try:
        choice = image_choice(source)
    except MissingFileError:
        return
    except TriformError as error:
        yield Finding("AutoImageProcessor", "", "", str(error))
        return
    if choice.cls is not None:
        yield Finding("AutoImageProcessor", choice.cls.__name__, choice.how)
    elif choice.name is not None and "ImageProcessor" in choice.name:
        yield Finding("AutoImageProcessor", choice.name, choice.how, "triform does not have it yet")


def _table_tokenizer(model_type: str) -> str | None:
    from triform.auto.tokenizer_table import TOKENIZERS

    return TOKENIZERS.get(model_type)
