"""On a CPU, JAX and TensorFlow multiply by weights that are kept a second time, the other way round, as long as they stay what they are."""

import gc
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from writers import ids_of, loaded, written

from triform import spare, turning

CASES = [
    pytest.param(*case, marks=pytest.mark.xdist_group(case[0])) for case in (("gpt2", 1, 1), ("gpt2", 3, 1), ("bart", 3, 1), ("bart", 1, 2))
]
BACKENDS = pytest.mark.parametrize("compiler", ["flax", "tf"])


def text(model, kind, backend, rows, beams):
    case = written(kind)
    given = {"inputs": ids_of(backend, case.ids[:rows]), "attention_mask": ids_of(backend, case.mask[:rows])}
    found = model.generate(**given, max_new_tokens=6, min_new_tokens=6, num_beams=beams, do_sample=False, return_dict_in_generate=True,
                           output_scores=True)  # fmt: skip
    return np.asarray(found.sequences), np.asarray(found.scores[-2])  # the last end of a text is forced


def turned(model, backend, rows):
    if backend == "flax":
        from triform.flax.turning import turned
    else:
        from triform.tf.turning import turned

        model = model.tree
    return turned(model, rows)


def head(model, backend):
    """The head, and how to set its weight to a multiple of what it is."""
    layers = dict((model if backend == "flax" else model.tree).layers_by_name())
    weight = next(layers[path] for path in ("lm_head", "model.lm_head") if path in layers).weight
    if backend == "flax":
        return lambda factor: weight.set_value(weight[...] * factor)
    return lambda factor: weight.assign(weight.value * factor)


def turn_small(monkeypatch):
    """Small weights are turned, too."""
    monkeypatch.setattr(turning, "LEAST", 0)
    monkeypatch.setattr(turning, "spare_memory", lambda: 2**40)


@BACKENDS
@pytest.mark.parametrize(("kind", "rows", "beams"), CASES)
def test_the_same_text(kind, compiler, rows, beams, monkeypatch):
    pytest.importorskip({"flax": "flax", "tf": "tensorflow"}[compiler])
    model = loaded.__wrapped__(kind, compiler)  # one of which nothing is turned yet
    plain, scores = text(model, kind, compiler, rows, beams)
    assert not turned(model, compiler, 3), "tiny weights were turned"
    turn_small(monkeypatch)
    assert turned(model, compiler, rows * beams), "nothing was turned"
    found, more = text(model, kind, compiler, rows, beams)
    assert (found == plain).all()
    np.testing.assert_allclose(more, scores, rtol=0, atol=1e-5 * np.abs(scores[np.isfinite(scores)]).max())


@BACKENDS
def test_a_changed_weight_is_turned_again(compiler, monkeypatch):
    pytest.importorskip({"flax": "flax", "tf": "tensorflow"}[compiler])
    turn_small(monkeypatch)
    model = loaded.__wrapped__("bart", compiler)
    scale = head(model, compiler)
    before = text(model, "bart", compiler, 3, 1)[1]
    kept = turned(model, compiler, 3)
    assert all(kept[key] is weight for key, weight in turned(model, compiler, 3).items()), "nothing changed, and all was turned again"
    scale(-2.0)
    found, changed = text(model, "bart", compiler, 3, 1)
    assert [kept[key] is weight for key, weight in turned(model, compiler, 3).items()].count(False) == 1
    monkeypatch.setattr(sys.modules[f"triform.{compiler}.turning"], "layers_to_turn", lambda *given: {})
    plain, scores = text(model, "bart", compiler, 3, 1)
    assert (found == plain).all() and np.abs(np.where(np.isfinite(scores), scores - before, 0)).max() > 1e-2
    np.testing.assert_allclose(changed, scores, rtol=0, atol=1e-5 * np.abs(scores[np.isfinite(scores)]).max())


def test_what_was_turned_goes_with_its_array(monkeypatch):
    pytest.importorskip("flax")
    import triform
    from triform.flax import turning as of_jax

    turn_small(monkeypatch)
    config = triform.AutoConfig.for_model("gpt2", vocab_size=97, n_embd=16, n_layer=1, n_head=2, n_positions=32)
    model = triform.FlaxAutoModelForCausalLM.from_config(config, seed=0)
    gc.collect()
    before = len(of_jax._kept)
    assert len(of_jax.turned(model, 1)) == 4 and len(of_jax.turned(model, 2)) == 1
    assert len(of_jax._kept) == before + 5
    del model
    gc.collect()
    assert len(of_jax._kept) == before


def test_which_layers():
    inward, outward = type("Inward", (), {}), type("Outward", (), {})
    encoder = SimpleNamespace()
    layers = {
        "model.encoder": encoder,
        "model.encoder.a": outward(),
        "model.decoder.encoder.b": outward(),
        "c": inward(),
        "head": outward(),
    }
    model = SimpleNamespace(base_model=SimpleNamespace(encoder=encoder), layers_by_name=layers.items, argument_names=lambda: ("input_ids",))
    chosen = lambda rows: list(turning.layers_to_turn(model, inward, outward, rows))
    assert chosen(1) == ["c"]
    assert chosen(2) == ["model.encoder.a", "model.decoder.encoder.b", "head"]
    model.argument_names = lambda: ("input_ids", "decoder_input_ids")
    assert chosen(2) == ["model.decoder.encoder.b", "head"], "an encoder reads once"
    assert [turning.columns(130, rows) for rows in (1, 2)] == [130, 192]


def test_only_where_it_pays(monkeypatch):
    large = [(4096, 4096)]
    monkeypatch.setattr(turning, "spare_memory", lambda: 2**30)
    assert turning.worth_it(large) and not turning.worth_it([(64, 64)])
    assert not turning.worth_it(large * 5), "more than a quarter of what is free"
    monkeypatch.setattr(turning, "spare_memory", lambda: 0)
    assert not turning.worth_it(large), "the system does not say what is free"


def test_spare_memory(monkeypatch):
    assert spare.spare_memory() >= 0

    def missing(self):
        raise FileNotFoundError(self)

    monkeypatch.setattr(spare.Path, "read_text", missing)
    assert spare.spare_memory() == 0
