"""What is asked of each family and backend."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import MARK, TOLERANCE, Family, array, assert_close, auto, compared, flat, reference_case, run, tensors


def check_head(family: Family, auto_class: str, backend: str, variant: str | None = None, left: bool = False) -> None:
    """Loads what the reference saved and compares every output, the loss among them."""
    if auto_class in family.skip:
        pytest.skip(family.skip[auto_class])
    case = reference_case(family, auto_class, variant, left)
    model, info = auto(backend, auto_class).from_pretrained(case.folder, output_loading_info=True)
    assert not info["missing_keys"] and not info["mismatched_keys"]
    got = run(backend, model, case.inputs, jitted=family.jitted, **dict.fromkeys(family.asked, True))
    assert_close(got, case.outputs, family.tolerance, compared(family, case, left))


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
        assert_close(got, want, family.tolerance, compared(family, case))


def check_seed(family: Family, auto_class: str) -> None:
    """The same seed gives the same initial weights on the three backends, bit for bit."""
    import triform

    config = triform.AutoConfig.for_model(family.model_type, **family.sizes)
    made = {}
    for backend in MARK:
        model = auto(backend, auto_class).from_config(config, seed=7)
        made[backend] = {slot.name: array(slot.value.value if backend == "tf" else slot.value[...]) for slot in model.slots()}
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
    """Compiled equals eager: torch.compile(fullgraph=True), jax.jit, tf.function with the batch, and the length of texts, left open."""
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

        opened = 1 if family.image else 2
        spec = lambda x: tf.TensorSpec([None if i < opened else n for i, n in enumerate(x.shape)], x.dtype)
        flags = {name: x for name, x in given.items() if isinstance(x, (bool, int, str))}
        given = {name: x for name, x in given.items() if name not in flags}
        signature = {name: tf.nest.map_structure(spec, x) for name, x in given.items()}  # of lists too: how many objects is open
        traced = tf.function(lambda inputs: model({**inputs, **flags}), input_signature=[signature], autograph=False)
        got = dict(flat(traced(given)))
    want = {name: value for name, value in case.outputs.items() if name in got}
    assert_close(got, want, family.tolerance, compared(family, case))


def gradients(backend: str, model: Any, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Gradient of the loss for every parameter, by canonical name."""
    given = tensors(backend, inputs)
    if backend == "torch":
        model(**given).loss.backward()
        trained = [slot for slot in model.slots() if slot.trainable and slot.value.requires_grad]
        return {s.name: np.zeros(s.shape, np.float32) if s.value.grad is None else array(s.value.grad) for s in trained}
    if backend == "flax":
        import jax

        flags = {name: x for name, x in given.items() if isinstance(x, (bool, int, str))}
        given = {name: x for name, x in given.items() if name not in flags}  # arguments, since JAX would compute with constants itself
        tree = jax.jit(jax.grad(lambda params, given: model(**given, **flags, params=params).loss))(model.params, given)
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


def check_golden_image(folder: Path, auto_class: str, backend: str, output: str, tolerance: float = TOLERANCE) -> None:
    """Other people's files with the images, and one output of each, that they stored beside them."""
    import json

    (stored,) = folder.glob("golden_*.json")
    golden = json.loads(stored.read_text(encoding="utf-8"))
    model = auto(backend, auto_class).from_pretrained(folder, dtype="float32")
    pixels = np.array(golden.pop("pixels"), np.float32)[None]
    want = np.array(golden["logits" if "logits" in golden else "hidden"], np.float32)
    got = run(backend, model, {"pixel_values": pixels})[output]
    assert_close({output: got.reshape(want.shape)}, {output: want}, tolerance)
