"""Every architecture against the reference library: a family says what it is, the tests made here do the rest.

The reference is run live, on PyTorch, with tiny random weights whose biases and norms are moved off their defaults. What it saves is
loaded through the Auto classes of each backend. Differences are measured relative to the largest number of each output.
"""

import copy
import functools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
        asked: what the models are asked to show; less where the reference cannot.
        jitted: on Flax, calls are compiled; not where shapes of outputs depend on values.
        only_real: real tokens alone are compared, where padding sees no slot at all, so that its values mean nothing.
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
    asked: tuple[str, ...] = ("output_hidden_states", "output_attentions")
    jitted: bool = True
    only_real: bool = False

    def __hash__(self) -> int:
        return hash(self.model_type)


@dataclass
class Case:
    """What the reference said: a saved folder, the inputs, and the outputs."""

    folder: Path
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    real: np.ndarray | None


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
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.add_(torch.tensor(0.2 * rng.standard_normal(tuple(buffer.shape)), dtype=buffer.dtype))
            elif name.endswith("running_var"):
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
    inputs = text_inputs(family, auto_class, config, rng, left)
    given = {name: torch.tensor(value) for name, value in inputs.items()}
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
                if part is not None:
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


def tensors(backend: str, inputs: dict[str, np.ndarray]) -> dict[str, Any]:
    """NumPy inputs as a backend's tensors."""
    if backend == "torch":
        import torch

        return {name: torch.tensor(value) for name, value in inputs.items()}
    if backend == "flax":
        import jax.numpy as jnp

        return {name: jnp.asarray(value) for name, value in inputs.items()}
    import tensorflow as tf

    return {name: tf.constant(value) for name, value in inputs.items()}


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


def assert_close(got: dict[str, np.ndarray], want: dict[str, np.ndarray], tolerance: float, real: np.ndarray | None = None) -> None:
    """Same names, same shapes, same numbers; where `real` (B, T) is given, only real tokens count."""
    assert sorted(got) == sorted(want)
    problems = []
    for name, expected in want.items():
        found = got[name]
        if found.shape != expected.shape:
            problems.append(f"{name}: shape {found.shape}, expected {expected.shape}")
            continue
        if real is not None and name.startswith(("hidden_states", "last_hidden", "logits")) and expected.shape[:2] == real.shape:
            found, expected = found[real == 1], expected[real == 1]
        if real is not None and "attentions" in name:
            rows = np.broadcast_to(real[:, None, :, None] == 1, expected.shape)
            found, expected = np.where(rows, found, 0), np.where(rows, expected, 0)
        scale = max(float(np.abs(expected).max(initial=0)), 1e-6)
        difference = float(np.abs(found - expected).max(initial=0)) / scale
        if not difference <= tolerance:
            problems.append(f"{name}: differs by {difference:.2e} of its largest number {scale:.3g}")
    assert not problems, "\n".join(problems)


def check_head(family: Family, auto_class: str, backend: str, variant: str | None = None, left: bool = False) -> None:
    """Loads what the reference saved and compares every output, the loss among them."""
    if auto_class in family.skip:
        pytest.skip(family.skip[auto_class])
    case = reference_case(family, auto_class, variant, left)
    model, info = auto(backend, auto_class).from_pretrained(case.folder, output_loading_info=True)
    assert not info["missing_keys"] and not info["mismatched_keys"]
    got = run(backend, model, case.inputs, jitted=family.jitted, **dict.fromkeys(family.asked, True))
    assert_close(got, case.outputs, family.tolerance, case.real if left or family.decoder or family.only_real else None)


def check_names(family: Family, auto_class: str, tmp_path: Path) -> None:
    """What triform saves has the reference's names and shapes, and the reference loads it with nothing missing."""
    import re

    import safetensors.numpy
    import transformers

    case = reference_case(family, auto_class)
    model = auto("torch", auto_class).from_pretrained(case.folder)
    model.save_pretrained(tmp_path)
    theirs = safetensors.numpy.load_file(case.folder / "model.safetensors")
    ours = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    shapes = lambda held: {name: x.shape for name, x in held.items() if not any(re.search(p, name) for p in family.unused)}
    assert shapes(ours) == shapes(theirs)
    _, info = getattr(transformers, auto_class).from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"]


def check_round_trip(family: Family, auto_class: str, backend: str, tmp_path: Path) -> None:
    """A checkpoint that a backend saves loads in the other two and gives the same outputs."""
    case = reference_case(family, auto_class)
    auto(backend, auto_class).from_pretrained(case.folder).save_pretrained(tmp_path)
    auto("torch", auto_class).from_pretrained(case.folder).save_pretrained(tmp_path / "torch")
    for name in ("model.safetensors", "config.json"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "torch" / name).read_bytes(), f"{backend} writes another {name} than torch"
    others = [other for other in MARK if other != backend]
    for other in others:
        model, info = auto(other, auto_class).from_pretrained(tmp_path, output_loading_info=True)
        assert not info["missing_keys"] and not info["unexpected_keys"]
        got = run(other, model, case.inputs)
        want = {name: value for name, value in case.outputs.items() if name in got}
        assert_close(got, want, family.tolerance, case.real if family.decoder or family.only_real else None)


def check_seed(family: Family, auto_class: str) -> None:
    """The same seed gives the same initial weights on the three backends, bit for bit."""
    import triform

    config = triform.AutoConfig.for_model(family.model_type, **family.sizes)
    made = {}
    for backend in MARK:
        model = auto(backend, auto_class).from_config(config, seed=7)
        made[backend] = {slot.name: array(getattr(slot.value, "value", slot.value)) for slot in model.slots()}
    for backend in ("flax", "tf"):
        assert made[backend].keys() == made["torch"].keys()
        for name, value in made["torch"].items():
            assert np.array_equal(made[backend][name], value), f"{name} on {backend}"


def check_steps(family: Family, auto_class: str, backend: str, capacity: bool | int, left: bool) -> None:
    """Step-by-step decoding with the cache equals the full pass, with padding on the left too."""
    case = reference_case(family, auto_class, left=left)
    model = auto(backend, auto_class).from_pretrained(case.folder)
    ids, mask = case.inputs["input_ids"], case.inputs["attention_mask"]
    want = run(backend, model, {"input_ids": ids, "attention_mask": mask})["logits"] if backend != "flax" else case.outputs["logits"]
    start, parts, past = ids.shape[1] - 3, [], None
    for begin, end in ((0, start), (start, start + 2), (start + 2, start + 3)):
        given = tensors(backend, {"input_ids": ids[:, begin:end], "attention_mask": mask[:, :end]})
        out = model(**given, past_key_values=past, use_cache=capacity if past is None else None)
        past = out.past_key_values
        parts.append(array(out.logits))
    got = np.concatenate(parts, axis=1)
    assert_close({"logits": got}, {"logits": want}, family.tolerance, mask)


def check_compiled_steps(family: Family, auto_class: str, backend: str) -> None:
    """Steps over a cache of fixed room, compiled once (plain ones on PyTorch), equal the full pass; the mask is said once."""
    case = reference_case(family, auto_class, left=True)
    model = auto(backend, auto_class).from_pretrained(case.folder)
    given = tensors(backend, {name: case.inputs[name] for name in ("input_ids", "attention_mask")})
    start, parts = case.inputs["input_ids"].shape[1] - 3, []
    out = model(**{name: x[:, :start] for name, x in given.items()}, use_cache=16)
    past = out.past_key_values
    parts.append(array(out.logits))

    def step(ids: Any, past: Any) -> Any:
        out = model(input_ids=ids, past_key_values=past)
        return out.logits, out.past_key_values

    if backend == "flax":
        import jax

        step = jax.jit(step)
    elif backend == "tf":
        import tensorflow as tf

        step, past = tf.function(step, autograph=False), past._replace(start=tf.constant(past.start))
    for place in range(start, start + 3):
        logits, past = step(given["input_ids"][:, place : place + 1], past)
        parts.append(array(logits))
    if backend == "tf":
        assert step.experimental_get_tracing_count() <= 2
    assert_close({"logits": np.concatenate(parts, axis=1)}, {"logits": case.outputs["logits"]}, family.tolerance, case.real)


def check_seq2seq_steps(family: Family, auto_class: str, backend: str, capacity: bool | int) -> None:
    """A decoder's steps equal one pass: cross attention is projected once, the encoder's output handed on; fixed room is compiled for."""
    case = reference_case(family, auto_class)
    model = auto(backend, auto_class).from_pretrained(case.folder)
    vocabulary = model.config.get_text_config().vocab_size
    given = tensors(backend, {name: case.inputs[name] for name in ("input_ids", "attention_mask")})
    target = tensors(backend, {"ids": np.random.default_rng(3).integers(3, vocabulary, (family.shape[0], 9))})["ids"]
    want = array(model(**given, decoder_input_ids=target, use_cache=False).logits)
    out = model(**given, decoder_input_ids=target[:, :4], use_cache=capacity)
    parts, past, memory = [array(out.logits)], out.past_key_values, out.encoder_last_hidden_state

    def step(ids: Any, past: Any) -> Any:
        out = model(
            encoder_outputs=(memory,), attention_mask=given["attention_mask"], decoder_input_ids=ids, past_key_values=past, logits_to_keep=1
        )  # fmt: skip
        return out.logits, out.past_key_values

    if backend == "flax" and capacity is not True:
        import jax

        step = jax.jit(step)
    if backend == "tf" and capacity is not True:
        import tensorflow as tf

        step, past = tf.function(step, autograph=False), past._replace(start=tf.constant(past.start))
    for place in range(4, 9):
        logits, past = step(target[:, place : place + 1], past)
        parts.append(array(logits))
    assert_close({"logits": np.concatenate(parts, axis=1)}, {"logits": want}, family.tolerance)


def check_decoder_alone(family: Family, backend: str) -> None:
    """A decoder that is loaded from the whole model's file lacks nothing, and with the encoder's states says what the whole model says."""
    case = reference_case(family, "AutoModelForSeq2SeqLM")
    whole = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(case.folder)
    alone, info = auto(backend, "AutoModelForCausalLM").from_pretrained(case.folder, output_loading_info=True)
    assert not info["missing_keys"]
    given = tensors(backend, {name: case.inputs[name] for name in ("input_ids", "attention_mask")})
    ids = np.random.default_rng(3).integers(3, whole.config.vocab_size, (family.shape[0], 9))
    target = tensors(backend, {"ids": ids})["ids"]
    out = whole(**given, decoder_input_ids=target, output_attentions=True)
    bias = next(
        array(slot.value.value if backend == "tf" else slot.value[...]) for slot in whole.slots() if slot.name == "final_logits_bias"
    )
    got = alone(
        input_ids=target, encoder_hidden_states=out.encoder_last_hidden_state, encoder_attention_mask=given["attention_mask"],
        output_attentions=True,
    )  # fmt: skip
    pick = lambda out: {name: value for name, value in flat(out) if "logits" in name or "cross" in name}
    want = pick(out)
    want["logits"] = want["logits"] - bias
    assert_close(pick(got), want, family.tolerance)


def check_compiled(family: Family, auto_class: str, backend: str) -> None:
    """Compiled equals eager: torch.compile(fullgraph=True), jax.jit, tf.function with batch and length left open."""
    case = reference_case(family, auto_class)
    inputs = case.inputs
    model = auto(backend, auto_class).from_pretrained(case.folder)
    given = tensors(backend, inputs)
    if backend == "torch":
        import torch

        torch._dynamo.reset()
        with torch.no_grad():
            got = dict(flat(torch.compile(model, fullgraph=True, backend="aot_eager")(**given)))
    elif backend == "flax":
        got = dict(flat(model.jit()(**given)))
    else:
        import tensorflow as tf

        signature = {name: tf.TensorSpec([None if i < 2 else n for i, n in enumerate(x.shape)], x.dtype) for name, x in given.items()}
        traced = tf.function(lambda inputs: model(inputs), input_signature=[signature], autograph=False)
        got = dict(flat(traced(given)))
    want = {name: value for name, value in case.outputs.items() if name in got}
    assert_close(got, want, family.tolerance, case.real if family.decoder or family.only_real else None)


def gradients(backend: str, model: Any, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Gradient of the loss for every parameter, by canonical name."""
    given = tensors(backend, inputs)
    if backend == "torch":
        model(**given).loss.backward()
        return {
            s.name: np.zeros(s.shape, np.float32) if s.value.grad is None else array(s.value.grad) for s in model.slots() if s.trainable
        }
    if backend == "flax":
        import jax

        tree = jax.jit(jax.grad(lambda params: model(**given, params=params).loss))(model.params)
        from triform.flax.pretrained import _leaves

        return {".".join(path): np.asarray(value) for path, value in _leaves(tree)}
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = model(given).loss
    slots = [s for s in model.slots() if s.trainable]
    grads = tape.gradient(loss, [s.value.value for s in slots], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {slot.name: tf.convert_to_tensor(grad).numpy() for slot, grad in zip(slots, grads)}


def check_gradients(family: Family, auto_class: str) -> None:
    """The gradient of the loss is the same on the three backends, parameter by parameter."""
    case = reference_case(family, auto_class)
    want = None
    for backend in MARK:
        got = gradients(backend, auto(backend, auto_class).from_pretrained(case.folder), case.inputs)
        if want is None:
            want = got
            continue
        largest = max(float(np.abs(value).max()) for value in want.values())
        assert sorted(got) == sorted(want)
        for name, expected in want.items():
            assert np.abs(got[name] - expected).max() <= 10 * family.tolerance * largest, name


def check_checkpoint(folder: Path, auto_class: str, backend: str, tolerance: float = TOLERANCE, missing: tuple[str, ...] = ()) -> None:
    """Other people's files: a text of a few tokens gives the reference's outputs."""
    import torch
    import transformers

    theirs = getattr(transformers, auto_class).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    model, info = auto(backend, auto_class).from_pretrained(folder, dtype="float32", output_loading_info=True)
    assert not set(info["missing_keys"]) - set(missing)
    ids = (np.arange(18).reshape(2, 9) * 7 + 1) % theirs.config.get_text_config().vocab_size
    with torch.no_grad():
        want = dict(flat(theirs(input_ids=torch.tensor(ids))))
    got = run(backend, model, {"input_ids": ids})
    assert_close(got, want, tolerance)


def check_golden(folder: Path, auto_class: str, backend: str, outputs: dict[str, str] | None = None, tolerance: float = TOLERANCE) -> None:
    """Other people's files with the numbers that they stored beside them: `outputs` says which of theirs is which of ours."""
    import json

    (stored,) = folder.glob("golden_*.json")
    golden = json.loads(stored.read_text(encoding="utf-8"))
    model = auto(backend, auto_class).from_pretrained(folder, dtype="float32")
    if "enc_sequences" in golden:
        inputs = {"input_ids": np.array(golden["enc_sequences"]), "decoder_input_ids": np.array(golden["dec_sequences"])}
    else:
        inputs = {"input_ids": np.array(golden["sequences"])}
    got = run(backend, model, inputs)
    want = {ours: np.array(golden[theirs], np.float32) for theirs, ours in (outputs or {"logits": "logits"}).items()}
    assert_close({name: got[name] for name in want}, want, tolerance)


def heads(family: Family) -> list[str]:
    """The Auto classes that triform has for a family."""
    from triform.auto.registry import auto_classes, row

    return list(auto_classes(row(family.model_type)))


def decoder_alone_tests(family: Family) -> dict[str, Any]:
    """The tests of an encoder–decoder's decoder as a model of its own, for a test file's namespace."""
    group = pytest.mark.xdist_group(family.model_type)

    @group
    def test_decoder_alone_equals_the_whole(backend):
        check_decoder_alone(family, backend)

    @group
    def test_decoder_alone_padded_on_the_left(backend):
        check_head(family, "AutoModelForCausalLM", backend, left=True)

    @group
    @pytest.mark.parametrize(("capacity", "left"), [(True, True), (16, False)])
    def test_decoder_alone_in_steps(backend, capacity, left):
        check_steps(family, "AutoModelForCausalLM", backend, capacity, left)

    @group
    def test_decoder_alone_in_compiled_steps(backend):
        check_compiled_steps(family, "AutoModelForCausalLM", backend)

    @group
    def test_decoder_alone_whose_positions_are_given(backend):
        """Padding on the left then changes nothing: this is how generation reads prompts of several lengths."""
        case = reference_case(family, "AutoModelForCausalLM")
        model = auto(backend, "AutoModelForCausalLM").from_pretrained(case.folder)
        ids = case.inputs["input_ids"]
        want = run(backend, model, {"input_ids": ids})["logits"]
        pads = lambda x, value: np.pad(x, ((0, 0), (4, 0)), constant_values=value)
        places = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
        given = {"input_ids": pads(ids, 5), "attention_mask": pads(np.ones_like(ids), 0), "position_ids": pads(places, 0)}
        assert_close({"logits": run(backend, model, given)["logits"][:, 4:]}, {"logits": want}, family.tolerance)

    return {name: value for name, value in locals().items() if name.startswith("test_")}


def family_tests(family: Family, *, main: str | None = None) -> dict[str, Any]:
    """The tests of a family, for a test file's namespace: `globals().update(family_tests(FAMILY))`.

    Args:
        main: the Auto class that is compiled, differentiated and passed between the backends; default: the first with a loss.
    """
    every = heads(family)
    with_loss = [h for h in every if h not in ("AutoModel", "AutoModelForTextEncoding", "AutoBackbone") and h not in family.skip]
    chosen = main or (with_loss or every)[0]
    group = pytest.mark.xdist_group(family.model_type)

    @group
    @pytest.mark.parametrize("auto_class", every)
    def test_head_equals_reference(auto_class, backend):
        check_head(family, auto_class, backend)

    @group
    @pytest.mark.parametrize("variant", family.variants)
    def test_variant_equals_reference(variant, backend):
        for auto_class in family.variant_heads:
            check_head(family, auto_class, backend, variant)

    @group
    @pytest.mark.skipif(not family.decoder, reason="no decoder")
    def test_padding_on_the_left_equals_reference(backend):
        check_head(family, chosen, backend, left=True)

    @group
    @pytest.mark.parametrize(("capacity", "left"), [(True, True), (16, False)])
    def test_steps_equal_one_pass(backend, capacity, left):
        check_steps(family, chosen, backend, capacity, left)

    @group
    @pytest.mark.parametrize("capacity", [True, 16])
    def test_decoder_steps_equal_one_pass(backend, capacity):
        check_seq2seq_steps(family, chosen, backend, capacity)

    @group
    def test_compiled_steps_equal_one_pass(backend):
        check_compiled_steps(family, chosen, backend)

    @group
    @pytest.mark.parametrize("auto_class", [h for h in every if h not in family.skip])
    def test_names_are_the_reference_s(auto_class, tmp_path):
        check_names(family, auto_class, tmp_path)

    @group
    def test_round_trip_through_backends(backend, tmp_path):
        check_round_trip(family, chosen, backend, tmp_path)

    @group
    def test_the_same_seed_gives_the_same_weights():
        check_seed(family, chosen)

    @group
    def test_compiled_equals_eager(backend):
        check_compiled(family, chosen, backend)

    @group
    @pytest.mark.skipif(chosen not in with_loss, reason="no loss")
    def test_gradients_agree():
        check_gradients(family, chosen)

    made = {name: value for name, value in locals().items() if name.startswith("test_")}
    if not family.variants:
        made.pop("test_variant_equals_reference")
    if not family.seq2seq:
        made.pop("test_decoder_steps_equal_one_pass")
    if not family.decoder:
        made.pop("test_padding_on_the_left_equals_reference")
        made.pop("test_steps_equal_one_pass")
        made.pop("test_compiled_steps_equal_one_pass")
    return made
