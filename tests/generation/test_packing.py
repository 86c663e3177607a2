"""Weights are packed for a recorded step where that pays, and only while a text is generated."""

import pytest
from writers import ids_of, loaded, written

torch = pytest.importorskip("torch")

from triform.torch import fast, packing  # noqa: E402
from triform.torch.packing import Packing  # noqa: E402

pytestmark = pytest.mark.skipif(not fast.available(), reason="this torch has no oneDNN")
KINDS = [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("gpt2", "llama", "t5")]


@pytest.fixture
def packs(monkeypatch):
    """Packing of small weights, too, on a machine that gains by it; the names that were packed, recording by recording."""
    monkeypatch.setattr(fast, "measured", lambda n_in, n_out, typical: fast.Choice(False, (True,) * len(fast.ROWS)))
    monkeypatch.setattr(packing, "LEAST", 0)
    monkeypatch.setattr(packing, "ROWS", 2)
    monkeypatch.setattr(packing, "_faster", lambda *given: True)
    seen, of = [], Packing.of
    monkeypatch.setattr(Packing, "of", lambda self, products: seen.append(of(self, products)) or seen[-1])
    return seen


def text(model, kind, beams):
    case = written(kind)
    given = {"inputs": ids_of("torch", case.ids), "attention_mask": ids_of("torch", case.mask)}
    return model.generate(**given, max_new_tokens=40, min_new_tokens=40, do_sample=False, num_beams=beams).tolist()


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_text(kind, beams, packs, monkeypatch):
    model = loaded(kind, "torch")
    plain = text(model, kind, beams)
    assert not any(packs), "nobody asked for it"
    model.optimize()
    try:
        assert text(model, kind, beams) == plain
        assert len(packs[-1]) > 4, "nothing was packed"
        weight = next(m for m in model.modules() if getattr(m, "fast", ())).weight
        before = weight.data.clone()
        weight.data *= -1.5
        changed = text(model, kind, beams)
        monkeypatch.setattr(packing, "STEPS", 9999)
        assert changed == text(model, kind, beams) != plain, "a packed weight outlived its text"
        weight.data.copy_(before)
    finally:
        model.optimize(False)


def products(*sizes, rows=8):
    return {f"w{i}": (torch.rand(*size), rows) for i, size in enumerate(sizes)}


def test_only_where_it_pays(packs, monkeypatch):
    given = products((32, 16), (8, 32))
    packed = Packing(64).of(given)
    assert packed.keys() == given.keys()
    x = torch.rand(8, 16)
    with torch.inference_mode():
        assert torch.allclose(fast.product(x, packed["w0"], None), x @ given["w0"][0].T, atol=1e-5)
    assert not Packing(packing.STEPS - 1).of(given), "it ends too soon"
    assert not Packing(64).of(products((32, 16), rows=1)), "one row"
    assert not Packing(64).of({"w": (torch.rand(16, 32).T, 8)}), "by columns"
    with monkeypatch.context() as patch:
        patch.setattr(packing, "spare_memory", lambda: 4 * 32 * 16)
        assert not Packing(64).of(given), "too little memory"
    with monkeypatch.context() as patch:
        patch.setattr(packing, "LEAST", 10**6)
        assert not Packing(64).of(given), "they stay in the cache"
    with monkeypatch.context() as patch:
        patch.setattr(packing, "_faster", lambda *given: False)
        slow = Packing(64)
        assert not slow.of(given) and slow.steps == 0


def test_packed_once_for_all_recordings(packs, monkeypatch):
    given, kept = products((32, 16)), Packing(64)
    first = kept.of(given)
    monkeypatch.setattr(packing, "spare_memory", lambda: 0)
    assert kept.of({"other": given["w0"]})["other"] is first["w0"]


def test_a_packed_weight_is_timed():
    assert packing._faster(torch.ops.mkldnn._reorder_linear_weight(torch.rand(64, 48), 8), torch.rand(64, 48), 8) in (True, False)
