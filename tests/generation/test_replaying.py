"""PyTorch repeats what a watched step asked of it: the same text as by the model's own Python, and only where that is all of a step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from writers import SIZES, ids_of, loaded, written

torch = pytest.importorskip("torch")

from triform.torch import replaying  # noqa: E402
from triform.torch.growing import Growing, Horizon  # noqa: E402


@pytest.fixture
def replayed(monkeypatch):
    """How many steps each recording served."""
    counts = []

    class Counting(replaying.Replay):
        def run(self, going, state):
            step, counted = self.step, []
            self.step = lambda *args: counted.append(1) or step(*args)
            out = super().run(going, state)
            counts.append(len(counted))
            return out

    monkeypatch.setattr(replaying, "Replay", Counting)
    return counts


@torch.inference_mode()
def repeated(going, body, state):
    return replaying.loop(going, body, state)


def plainly(going, body, state):
    while going(state):
        state = body(state)
    return state


def text(model, monkeypatch=None, **settings):
    if monkeypatch is not None:
        monkeypatch.setattr(replaying, "repeatable", lambda model: False)
    return model.generate(**{"max_new_tokens": 40, "min_new_tokens": 40, "do_sample": False, **settings}).tolist()


SEARCHES = {"greedy": {}, "beams": {"num_beams": 3}, "drawn": {"do_sample": True, "top_k": 9, "temperature": 1.3, "seed": 5}}


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in SIZES])
def test_the_same_text(kind, search, replayed, monkeypatch):
    model, case = loaded(kind, "torch"), written(kind)
    given = {"inputs": ids_of("torch", case.ids), "attention_mask": ids_of("torch", case.mask), **SEARCHES[search]}
    with_recordings = text(model, **given)
    assert sum(replayed) > 20, "a step was not repeatable"
    assert with_recordings == text(model, monkeypatch, **given)


@pytest.mark.xdist_group("llama")
def test_a_cache_that_grows_on_the_way(replayed, monkeypatch):
    model = loaded("llama", "torch")
    given = {"inputs": torch.tensor([[5, 7, 9]]), "max_new_tokens": 560, "min_new_tokens": 560}
    long = text(model, **given)
    assert len(replayed) == 2 and sum(replayed) > 540
    assert long == text(model, monkeypatch, **given)


@pytest.mark.xdist_group("gpt2")
def test_what_is_watched_is_not_repeated(replayed):
    model, seen = loaded("gpt2", "torch"), []
    handle = model.transformer.h[1].mlp.register_forward_hook(lambda *args: seen.append(1))
    try:
        text(model, inputs=torch.tensor([[5, 7, 9]]))
    finally:
        handle.remove()
    assert len(seen) == 40 and not replayed


@pytest.mark.xdist_group("gpt2")
def test_weights_that_change_between_two_texts_are_seen(replayed, monkeypatch):
    model = loaded("gpt2", "torch")
    first = text(model, inputs=torch.tensor([[5, 7, 9]]))
    weight = model.transformer.h[0].mlp.c_fc.weight
    before = weight.data
    weight.data = weight.data.flip(0) * 1.5
    try:
        changed = text(model, inputs=torch.tensor([[5, 7, 9]]))
        assert changed != first and changed == text(model, monkeypatch, inputs=torch.tensor([[5, 7, 9]]))
    finally:
        weight.data = before


class Grown:
    """Bodies (n, x) -> (n, x) in which something else than an even growth happens."""

    def squares(n, x):
        return n + 1, x + n * n

    def halves(n, x):
        return n + 1, x + n // 2

    def turns(n, x):
        return n + 1, x + 1 if n % 7 else x * 2

    def late(n, x):
        return n + 1, x + 1 if n < 23 else x * 2

    def on_values(n, x):
        return n + 1, x + (1 if bool(x.sum() > 40) else 2)

    def as_many_as_values(n, x):
        return n + 1, x + len(torch.nonzero(x > 20))

    def strides(n, x):
        return n + 1, x + torch.arange(n)[::2].shape[0] // 2

    def as_text(n, x):
        return n + 1, x + len(str(int(n)))

    def by_table(n, x):
        return n + 1, x + {19: 5}.get(n, 1)

    def from_outside(n, x):
        return n + 1, x + torch.from_numpy(np.full(3, float(n), np.float32))

    def doubles(n, x):
        return n + n if n < 20 else n + 1, x + 1


@pytest.mark.parametrize("name", [name for name in vars(Grown) if not name.startswith("_")])
def test_any_loop_ends_as_it_would(name):
    body = lambda state: vars(Grown)[name](*state)
    going = lambda state: state[0] < 50
    start = (1, torch.tensor([1.0, 2.0, 30.0]))
    n, x = repeated(going, body, start)
    want_n, want = plainly(going, body, start)
    assert (n, x.tolist()) == (want_n, want.tolist()) and type(n) is int


def test_buffers_views_and_several_results(replayed):
    def body(state):
        n, buffer, parts = state
        buffer[:, n] = parts[0] + n
        low, high = (buffer[:, : n + 1] * 0.5).sort(-1)
        buffer.narrow(1, n, 1).add_(low.mean(-1, keepdim=True) + high[:, -1:])
        return n + 1, buffer, (parts[1] + buffer[:, n], parts[0].clamp(max=9.0))

    start = lambda: (0, torch.zeros(3, 80), (torch.tensor([1.0, 2.0, 3.0]), torch.zeros(3)))
    got, want = (loop(lambda state: state[0] < 80, body, start()) for loop in (repeated, plainly))
    assert sum(replayed) > 70 and torch.equal(got[1], want[1]) and torch.equal(got[2][0], want[2][0])


OPERATIONS = ["+", "-", "r-", "*", "neg"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]


@given(
    st.integers(-20, 20),
    st.integers(-3, 3).filter(bool),
    st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(-3, 3)), max_size=4),
    st.lists(st.tuples(st.sampled_from(COMPARISONS), st.integers(-40, 40), st.booleans()), min_size=1, max_size=3),
)
def test_answers_hold_as_long_as_is_said(value, slope, operations, comparisons):
    def answers(n):
        m = n
        for sign, other in operations:
            m = {"+": lambda: other + m, "-": lambda: m - other, "r-": lambda: other - m, "*": lambda: m * other, "neg": lambda: -m}[sign]()  # noqa: B023
        found = []
        for sign, other, itself in comparisons:
            right = n + other if itself else other
            compare = {"<": m < right, "<=": m <= right, ">": m > right, ">=": m >= right, "==": m == right, "!=": m != right}
            found.append(compare[sign])
        return [*found, bool(m)]

    horizon = Horizon()
    now = answers(Growing(value, slope, horizon))
    assert now == answers(value) and not horizon.unknown
    for s in range(1, min(horizon.steps, 200) + 1):
        assert answers(value + slope * s) == now


@pytest.mark.parametrize(
    "use",
    [
        float,
        int,
        hash,
        abs,
        lambda n: n // 2,
        lambda n: 7 % n,
        lambda n: n**2,
        lambda n: n * 0.5,
        lambda n: n < 2.5,
        lambda n: n & 1,
        lambda n: divmod(n, 3),
    ],
)
def test_what_cannot_be_known_is_said(use):
    horizon = Horizon()
    assert use(Growing(5, 1, horizon)) == use(5) and horizon.unknown
