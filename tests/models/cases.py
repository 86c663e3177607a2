"""What the reference says of a family: its model of each task, inputs with padding, outputs; and the way between frameworks."""

import copy
import functools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

MARK = {"torch": "", "flax": "Flax", "tf": "TF"}
TOLERANCE = 1e-5  # float32


@dataclass(frozen=True)
class Family:
    """One architecture, as its test file describes it.

    Attributes:
        model_type: its key in the registry.
        sizes: a tiny config; no two sizes that could be confused are equal.
        variants: name -> changes of the config that change what is computed.
        skip: Auto classes that the reference cannot run, with the reason.
        seq2seq, decoder: encoder-decoder; left-to-right (padding on the left is tried too).
        inputs: more inputs, or others: a function of (auto_class, rng, config) -> dict of arrays; replaces the usual ones of the same name.
        tolerance: stated with a reason where it is not the usual one.
        variant_heads: the Auto classes that variants are tried on.
        unused: patterns of keys that either library may leave out of its files.
        shape: batch and length of the text.
        image: (batch, channels, height, width) of a model of images, or (batch, frames, channels, height, width) of videos.
        asked: what the models are asked to show; less where the reference cannot.
        jitted: on Flax, calls are compiled; not where shapes of outputs depend on values.
        only_real: real tokens alone are compared, where padding sees no slot at all, so that its values mean nothing.
        meaningful: which values of an output mean something, where not all do: (name, shape) -> an array that broadcasts to it, or None.
    """

    model_type: str
    sizes: dict[str, Any]
    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    skip: dict[str, str] = field(default_factory=dict)
    seq2seq: bool = False
    decoder: bool = False
    inputs: Any = None
    tolerance: float = TOLERANCE
    variant_heads: tuple[str, ...] = ("AutoModel",)
    unused: tuple[str, ...] = ()
    segments: bool = False
    shape: tuple[int, int] = (3, 11)
    image: tuple[int, ...] = ()
    asked: tuple[str, ...] = ("output_hidden_states", "output_attentions")
    jitted: bool = True
    only_real: bool = False
    meaningful: Any = None

    def __hash__(self) -> int:
        return hash(self.model_type)


@dataclass
class Case:
    """What the reference said: a saved folder, the inputs, and the outputs."""

    folder: Path
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    real: np.ndarray | None


def compared(family: Family, case: Case, left: bool = False) -> Any:
    """What of the outputs is compared; see `assert_close`."""
    return family.meaningful or (case.real if left or family.decoder or family.only_real else None)


def text_inputs(family: Family, auto_class: str, config: Any, rng: np.random.Generator, left: bool) -> dict[str, np.ndarray]:
    """Token ids with padding in the batch, and the labels of the task."""
    b, t = family.shape
    task = auto_class.removeprefix("AutoModelFor")
    choices = (4,) if task == "MultipleChoice" else ()
    size = (b, *choices, t)
    vocabulary = config.get_text_config().vocab_size
    low = 3
    ids = rng.integers(low, vocabulary, size)
    mask = np.ones(size, np.int64)
    for row, padding in ((1, 4), (2, 1)):
        where = slice(0, padding) if left else slice(t - padding, t)
        mask[row, ..., where] = 0
    pad = getattr(config, "pad_token_id", None)
    if pad is not None and task != "Seq2SeqLM":
        ids = np.where(mask == 1, ids, pad)
    inputs = {"input_ids": ids, "attention_mask": mask}
    if family.segments:
        inputs["token_type_ids"] = rng.integers(0, 2, size)
    words = np.where(mask == 1, rng.integers(low, vocabulary, size), -100)
    if left:  # what is predicted from padding is anybody's guess
        words[np.arange(b), mask.argmax(-1)] = -100
    classes = config.num_labels
    match task:
        case "MaskedLM" | "CausalLM":
            inputs["labels"] = words
        case "PreTraining" if family.segments:
            inputs |= {"labels": words, "next_sentence_label": rng.integers(0, 2, b)}
        case "PreTraining" | "Seq2SeqLM":
            inputs["labels"] = words
        case "NextSentencePrediction":
            inputs["labels"] = rng.integers(0, 2, b)
        case "SequenceClassification":
            inputs["labels"] = rng.integers(0, classes, b)
        case "MultipleChoice":
            inputs["labels"] = rng.integers(0, 4, b)
        case "TokenClassification":
            inputs["labels"] = np.where(mask == 1, rng.integers(0, classes, size), -100)
        case "QuestionAnswering":
            inputs |= {"start_positions": rng.integers(0, t - 4, b), "end_positions": rng.integers(0, t - 4, b)}
    if family.seq2seq and "labels" not in inputs and task not in ("TextEncoding",):
        inputs["decoder_input_ids"] = rng.integers(low, vocabulary, (b, t - 2))
        inputs["decoder_attention_mask"] = (np.arange(t - 2) < np.array([t, t - 6, t])[:b, None]).astype(np.int64)
    if family.inputs is not None:
        inputs = {name: value for name, value in {**inputs, **family.inputs(auto_class, rng, config)}.items() if value is not None}
    return inputs


def image_inputs(family: Family, auto_class: str, config: Any, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Pixels, and the labels of the task."""
    b, *_, height, width = family.image
    inputs: dict[str, np.ndarray] = {"pixel_values": rng.standard_normal(family.image).astype(np.float32)}
    match auto_class.removeprefix("AutoModelFor"):
        case "ImageClassification" | "VideoClassification":
            inputs["labels"] = rng.integers(0, config.num_labels, b)
        case "SemanticSegmentation":
            inputs["labels"] = np.where(rng.random((b, height, width)) < 0.1, 255, rng.integers(0, config.num_labels, (b, height, width)))
    if family.inputs is not None:
        inputs = {name: value for name, value in {**inputs, **family.inputs(auto_class, rng, config)}.items() if value is not None}
    return inputs


def ends_of_text(auto_class: str, rng: np.random.Generator, config: Any) -> dict[str, Any]:
    """More inputs, for families whose classifiers look at the last end-of-text token: as many in each row, before the padding."""
    if auto_class != "AutoModelForSequenceClassification":
        return {}
    ids = rng.integers(3, config.vocab_size, (3, 11))
    ids[:, 6] = config.eos_token_id
    mask = np.ones((3, 11), np.int64)
    mask[1, 8:] = 0
    return {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": None, "decoder_attention_mask": None}


def move_off_defaults(model: Any, rng: np.random.Generator) -> None:
    """Random values everywhere: weights of a useful size, biases and norms away from 0 and 1, running statistics too."""
    import torch

    with torch.no_grad():
        for _, parameter in model.named_parameters():
            if not parameter.requires_grad:  # a table that follows from the config
                continue
            noise = torch.tensor(rng.standard_normal(tuple(parameter.shape)), dtype=parameter.dtype)
            constant = parameter.numel() > 1 and bool((parameter == parameter.reshape(-1)[0]).all())
            parameter.add_(0.2 * noise) if constant or parameter.ndim < 2 else parameter.add_(0.08 * noise)
        for path, buffer in model.named_buffers():
            name = path.rpartition(".")[2]
            if not buffer.is_floating_point():  # a mask
                continue
            if name in ("running_mean", "weight", "bias"):  # the latter of norms that are never trained
                buffer.add_(torch.tensor(0.2 * rng.standard_normal(tuple(buffer.shape)), dtype=buffer.dtype))
            elif name == "running_var":
                buffer.mul_(torch.tensor(rng.uniform(0.5, 2.0, tuple(buffer.shape)), dtype=buffer.dtype))


@functools.cache
def reference_case(family: Family, auto_class: str, variant: str | None = None, left: bool = False) -> Case:
    """The reference's model of a task, its inputs and its outputs."""
    import torch
    import transformers

    rng = np.random.default_rng(sum(map(ord, f"{family.model_type}{auto_class}{variant}{left}")))
    torch.manual_seed(0)
    options = copy.deepcopy({**family.sizes, **(family.variants[variant] if variant else {})})  # the reference empties nested ones
    if auto_class.endswith("QuestionAnswering"):
        options["num_labels"] = 2  # where a span starts and where it ends
    config = transformers.AutoConfig.for_model(family.model_type, **options)
    auto = getattr(transformers, auto_class)
    model = auto.from_config(config, attn_implementation="eager").eval()  # its other one ignores some options, and shows no attentions
    move_off_defaults(model, rng)
    folder = Path(tempfile.mkdtemp(prefix=f"{family.model_type}-"))
    model.save_pretrained(folder)
    inputs = image_inputs(family, auto_class, config, rng) if family.image else text_inputs(family, auto_class, config, rng, left)
    given = tensors("torch", inputs)
    with torch.no_grad():
        outputs = dict(flat(model(**given, **dict.fromkeys(family.asked, True))))
    mask = inputs.get("attention_mask")
    return Case(folder, inputs, outputs, None if mask is None or mask.ndim != 2 else mask)


def flat(out: Any, path: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """(name, array) of everything in an output but caches."""
    for name, value in out.items():
        if name in ("past_key_values", "mems"):
            continue
        if isinstance(value, (tuple, list)):
            for i, part in enumerate(value):
                if hasattr(part, "items"):
                    yield from flat(part, f"{path}{name}.{i}.")
                elif part is not None:
                    yield f"{path}{name}.{i}", array(part)
        elif hasattr(value, "items"):
            yield from flat(value, f"{path}{name}.")
        elif value is not None:
            yield f"{path}{name}", array(value)


def array(x: Any) -> np.ndarray:
    """Any framework's tensor as a NumPy array."""
    if hasattr(x, "detach"):
        x = x.detach().cpu()
        return x.float().numpy() if str(x.dtype) == "torch.bfloat16" else x.numpy()
    return np.asarray(x)


def tensors(backend: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """NumPy inputs as a backend's tensors, in lists and mappings too; flags stay what they are."""
    if backend == "torch":
        from torch import tensor as made
    elif backend == "flax":
        from jax.numpy import asarray as made
    else:
        from tensorflow import constant as made

    def convert(value: Any) -> Any:
        if isinstance(value, list):
            return [convert(part) for part in value]
        if isinstance(value, dict):
            return {name: convert(part) for name, part in value.items()}
        return made(value) if isinstance(value, np.ndarray) else value

    return {name: convert(value) for name, value in inputs.items()}


def auto(backend: str, auto_class: str) -> Any:
    """The Auto class of a backend."""
    import triform

    return getattr(triform, MARK[backend] + auto_class)


def run(backend: str, model: Any, inputs: dict[str, np.ndarray], *, jitted: bool = True, **asked: Any) -> dict[str, np.ndarray]:
    """A model's outputs as NumPy arrays."""
    given = tensors(backend, inputs)
    if backend == "flax":
        return dict(flat((model.jit() if jitted else model)(**given, **asked)))
    if backend == "torch":
        import torch

        with torch.no_grad():
            return dict(flat(model(**given, **asked)))
    return dict(flat(model(**given, **asked)))


def assert_close(got: dict[str, np.ndarray], want: dict[str, np.ndarray], tolerance: float, real: Any = None) -> None:
    """Same names, same shapes, same numbers; where `real` (B, T) is given, only real tokens count, or what `real(name, shape)` says."""
    assert sorted(got) == sorted(want)
    problems = []
    for name, expected in want.items():
        found = got[name]
        if found.shape != expected.shape:
            problems.append(f"{name}: shape {found.shape}, expected {expected.shape}")
            continue
        if callable(real):
            if (counts := real(name, expected.shape)) is not None:
                found, expected = np.where(counts, found, 0), np.where(counts, expected, 0)
        elif real is not None and name.startswith(("hidden_states", "last_hidden", "logits")) and expected.shape[:2] == real.shape:
            found, expected = found[real == 1], expected[real == 1]
        if isinstance(real, np.ndarray) and "attentions" in name:
            rows = np.broadcast_to(real[:, None, :, None] == 1, expected.shape)
            found, expected = np.where(rows, found, 0), np.where(rows, expected, 0)
        scale = max(float(np.abs(expected).max(initial=0)), 1e-6)
        difference = float(np.abs(found - expected).max(initial=0)) / scale
        if not difference <= tolerance:
            problems.append(f"{name}: differs by {difference:.2e} of its largest number {scale:.3g}")
    assert not problems, "\n".join(problems)
