"""Each layer against NumPy, with weights under the checkpoint's names and in the checkpoint's shapes on every backend."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from frameworks import TOLERANCE, Framework, assert_near
from ml_dtypes import bfloat16

from triform.calls import ShapeError
from triform.configs.base import PretrainedConfig
from triform.errors import InputError, WeightsMismatchError

N, M = 5, 7  # sizes in and out


class Layer(NamedTuple):
    """How a layer is made, its parameters, what it does, and what its parameters start as (None: random)."""

    build: Any
    shapes: dict[str, tuple[int, ...]]
    formula: Any
    starts: dict[str, float | None] = {}


def layer_norm(x, weight, bias=0.0, eps=1e-5):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * weight + bias


def rms_norm(x, weight, eps=1e-6, offset=0.0):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + eps) * (offset + weight)


LAYERS = {
    "Linear": Layer(lambda nn: nn.Linear(N, M), {"weight": (M, N), "bias": (M,)}, lambda x, weight, bias: x @ weight.T + bias, {"bias": 0}),
    "Linear, no bias": Layer(lambda nn: nn.Linear(N, M, bias=False), {"weight": (M, N)}, lambda x, weight: x @ weight.T),
    "TransposedLinear": Layer(
        lambda nn: nn.TransposedLinear(N, M), {"weight": (N, M), "bias": (M,)}, lambda x, weight, bias: x @ weight + bias, {"bias": 0}
    ),
    "TransposedLinear, no bias": Layer(lambda nn: nn.TransposedLinear(N, M, False), {"weight": (N, M)}, lambda x, weight: x @ weight),
    "LayerNorm": Layer(lambda nn: nn.LayerNorm(N), {"weight": (N,), "bias": (N,)}, layer_norm, {"weight": 1, "bias": 0}),
    "LayerNorm, no bias": Layer(
        lambda nn: nn.LayerNorm(N, 0.1, bias=False), {"weight": (N,)}, lambda x, weight: layer_norm(x, weight, eps=0.1), {"weight": 1}
    ),
    "RMSNorm": Layer(lambda nn: nn.RMSNorm(N, 0.1), {"weight": (N,)}, lambda x, weight: rms_norm(x, weight, 0.1), {"weight": 1}),
    "RMSNorm, offset": Layer(
        lambda nn: nn.RMSNorm(N, offset=1.0), {"weight": (N,)}, lambda x, weight: rms_norm(x, weight, offset=1.0), {"weight": 0}
    ),
}


def weights(layer: Layer, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {f"layer.{name}": rng.standard_normal(size).astype(np.float32) for name, size in layer.shapes.items()}


def filled(fw: Framework, layer: Layer, arrays: dict[str, np.ndarray], dtype: str = "float32") -> Any:
    return fw.filled(fw.holder(lambda: layer.build(fw.nn)), arrays, dtype)


def apply(layer: Layer, arrays: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    return layer.formula(x.astype(np.float64), **{name.removeprefix("layer."): a.astype(np.float64) for name, a in arrays.items()})


@pytest.mark.parametrize("name", LAYERS)
def test_values(fw, rng, name):
    layer = LAYERS[name]
    arrays = weights(layer, rng)
    model = filled(fw, layer, arrays)
    for sizes in ((4, N), (2, 3, N), (N,)):
        x = rng.standard_normal(sizes).astype(np.float32) + 0.5
        found = model(fw.tensor(x))
        assert fw.dtype(found) == "float32"
        assert_near(fw.numpy(found), apply(layer, arrays, x))


@pytest.mark.parametrize("name", LAYERS)
def test_parameters_are_the_checkpoints(fw, name):
    layer = LAYERS[name]
    model = fw.holder(lambda: layer.build(fw.nn)).from_config(PretrainedConfig(), seed=0)
    assert {slot.name: slot.shape for slot in model.slots()} == {f"layer.{name}": size for name, size in layer.shapes.items()}
    assert all(slot.trainable and slot.dtype == "float32" for slot in model.slots())
    assert {t: lazy.shape for t, lazy in (model.tree if fw.name == "tf" else model).tensors().items()} == {
        s.name: s.shape for s in model.slots()
    }


@pytest.mark.parametrize("name", LAYERS)
def test_first_values(fw, name):
    """Biases start as zeros and norms as the identity; weights are random, of the config's standard deviation."""
    layer = LAYERS[name]
    config = PretrainedConfig(initializer_range=0.5)
    model = fw.holder(lambda: layer.build(fw.nn)).from_config(config, seed=0)
    for key, lazy in (model.tree if fw.name == "tf" else model).tensors().items():
        value, start = lazy.read().view(np.float32), layer.starts.get(key.removeprefix("layer."))
        assert 0.2 < value.std() < 0.8 if start is None else (value == start).all()


@pytest.mark.parametrize("name", LAYERS)
def test_wrong_size(fw, rng, name):
    layer = LAYERS[name]
    model = filled(fw, layer, weights(layer, rng))
    x = fw.tensor(rng.standard_normal((2, 4)))
    with pytest.raises(ShapeError, match=rf"{name.split(',')[0]}.*\(2, 4\).*{N}") as caught:
        model.layer(x)
    assert caught.value.layer is model.layer
    with pytest.raises(InputError, match=rf"Holder, layer: .*\(2, 4\).*{N}"):
        model(x)


def test_the_loader_refuses_other_shapes(fw, rng):
    """A weight that lies the other way round is an error, not a transposed layer."""
    with pytest.raises(WeightsMismatchError, match=r"layer\.weight"):
        filled(fw, LAYERS["Linear"], {"layer.weight": np.zeros((N, M), np.float32), "layer.bias": np.zeros(M, np.float32)})


def test_constructors_allocate_nothing(fw):
    """Layers of many terabytes."""
    nn, big = fw.nn, 10**7
    layers = (nn.Linear(big, big), nn.TransposedLinear(big, big), nn.Embedding(big, big), nn.LayerNorm(big), nn.RMSNorm(big))
    found = [parameter for layer in layers for name in ("weight", "bias") if (parameter := getattr(layer, name, None)) is not None]
    assert len(found) == 8
    assert all(fw.unset(parameter) for parameter in (*found, nn.Parameter((big, big)), nn.Buffer((big, big))))


# ---- embeddings


@pytest.mark.parametrize("padding", [None, 0, 3])
def test_embedding(fw, rng, padding):
    table = rng.standard_normal((M, N)).astype(np.float32)
    model = fw.filled(fw.holder(lambda: fw.nn.Embedding(M, N, padding)), {"layer.weight": table})
    for ids in (rng.integers(0, M, (2, 3)), np.array([[0, 3, 3, 6]]), np.array(3), rng.integers(0, M, (2, 3, 4))):
        assert (fw.numpy(model(fw.tensor(ids))) == table[ids]).all(), "a loaded row of padding is a row as any other"


@pytest.mark.parametrize("padding", [None, 0, 3])
def test_the_row_of_padding_starts_as_zeros(fw, padding):
    model = fw.holder(lambda: fw.nn.Embedding(M, N, padding)).from_config(PretrainedConfig(), seed=0)
    (lazy,) = (model.tree if fw.name == "tf" else model).tensors().values()
    empty = ~lazy.read().view(np.float32).any(-1)
    assert empty.tolist() == [row == padding for row in range(M)]


@pytest.mark.parametrize("padding", [None, 3])
def test_the_row_of_padding_gets_no_gradient(fw, rng, padding):
    ids, pull = np.array([[0, 3, 3, 6]]), rng.standard_normal((1, 4, N)).astype(np.float32)
    model = fw.filled(fw.holder(lambda: fw.nn.Embedding(M, N, padding)), {"layer.weight": rng.standard_normal((M, N)).astype(np.float32)})
    wanted = np.zeros((M, N))
    np.add.at(wanted, ids[0], pull[0])
    if padding is not None:
        wanted[padding] = 0
    assert_near(gradient_of_weight(fw, model, fw.tensor(ids), fw.tensor(pull)), wanted)


def gradient_of_weight(fw: Framework, model: Any, x: Any, pull: Any) -> np.ndarray:
    """The gradient of sum(model(x) · pull) by layer.weight."""
    if fw.name == "torch":
        fw.ops.sum(model(x) * pull).backward()
        return model.layer.weight.grad.numpy()
    if fw.name == "flax":
        import jax

        return np.asarray(jax.grad(lambda params: fw.ops.sum(model(x, params=params) * pull))(model.params)["layer"]["weight"])
    import tensorflow as tf

    with tf.GradientTape() as tape:
        total = fw.ops.sum(model(x) * pull)
    return tf.convert_to_tensor(tape.gradient(total, model.layer.weight.value)).numpy()


# ---- 16 bit


@pytest.mark.parametrize("dtype, digits", [("float16", 11), ("bfloat16", 8)])
@pytest.mark.parametrize("name", ["LayerNorm", "LayerNorm, no bias", "RMSNorm", "RMSNorm, offset"])
def test_norms_accumulate_in_float32(fw, rng, name, dtype, digits):
    """Wide rows of large numbers, whose squares overflow float16 and whose sums bfloat16 cannot hold."""
    width, kind = 1001, np.dtype(bfloat16 if dtype == "bfloat16" else dtype)
    arrays = {f"layer.{key}": rng.standard_normal(width).astype(kind) for key in LAYERS[name].shapes}
    build = {
        "LayerNorm": lambda: fw.nn.LayerNorm(width),
        "LayerNorm, no bias": lambda: fw.nn.LayerNorm(width, 0.1, bias=False),
        "RMSNorm": lambda: fw.nn.RMSNorm(width, 0.1),
        "RMSNorm, offset": lambda: fw.nn.RMSNorm(width, offset=1.0),
    }[name]
    model = fw.filled(fw.holder(build), {key: array.astype(np.float32) for key, array in arrays.items()}, dtype)
    x = (1000 * rng.standard_normal((3, width)) + 300).astype(kind)
    found = model(fw.tensor(x.astype(np.float32), dtype))
    assert fw.dtype(found) == dtype
    wanted = apply(LAYERS[name], arrays, x)
    rounding = 2.0**-digits * (2 if name == "RMSNorm" else 1)  # which rounds before it multiplies by the weight, and after
    assert (np.abs(fw.numpy(found) - wanted) <= rounding * 1.01 * np.abs(wanted) + 1e-5).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", [name for name in LAYERS if "Linear" in name])
def test_half_precision_is_kept(fw, rng, name, dtype):
    layer = LAYERS[name]
    model = filled(fw, layer, weights(layer, rng), dtype)
    assert fw.dtype(model(fw.tensor(rng.standard_normal((2, N)), dtype))) == dtype


# ---- parameters of one's own


def test_parameter_and_buffer(fw, rng):
    class Own(fw.nn.Model):
        config_class = PretrainedConfig

        def __init__(self, config):
            super().__init__(config)
            self.scale = fw.nn.Parameter((N,), "ones")
            self.shift = fw.nn.Parameter((2, N))
            self.steps = fw.nn.Buffer((), "int32")
            self.running = fw.nn.Buffer((N,), init="ones")

        def forward(self, x):
            return x * self.scale[...] + self.shift[...][1] + self.running[...]

    model = Own.from_config(PretrainedConfig(), seed=0)
    found = {slot.name: (slot.shape, slot.trainable, slot.dtype) for slot in model.slots()}
    assert found == {
        "scale": ((N,), True, "float32"), "shift": ((2, N), True, "float32"),
        "steps": ((), False, "int32"), "running": ((N,), False, "float32"),
    }  # fmt: skip
    started = {name: lazy.read() for name, lazy in (model.tree if fw.name == "tf" else model).tensors().items()}
    assert (started["scale"].view(np.float32) == 1).all()
    assert (started["running"].view(np.float32) == 1).all()
    assert started["steps"].reshape(()) == 0
    assert started["shift"].view(np.float32).std() > 0
    arrays = {"scale": rng.standard_normal(N), "shift": rng.standard_normal((2, N)), "running": rng.standard_normal(N)}
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
    x = rng.standard_normal((3, N)).astype(np.float32)
    model = fw.filled(Own, {**arrays, "steps": np.array(4, np.int32)})
    assert_near(fw.numpy(model(fw.tensor(x))), x * arrays["scale"] + arrays["shift"][1] + arrays["running"])
    assert int(model.steps[...]) == 4


def test_list(fw, rng):
    class Stack(fw.nn.Model):
        config_class = PretrainedConfig

        def __init__(self, config):
            super().__init__(config)
            self.layers = fw.nn.List([fw.nn.Linear(N, N, bias=False) for _ in range(3)])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    arrays = {f"layers.{i}.weight": rng.standard_normal((N, N)).astype(np.float32) for i in range(3)}
    x = rng.standard_normal((2, N)).astype(np.float32)
    model = fw.filled(Stack, arrays)
    first, second, third = (arrays[f"layers.{i}.weight"].T for i in range(3))
    assert_near(fw.numpy(model(fw.tensor(x))), x @ first @ second @ third, 3 * TOLERANCE)  # three products, one after the other
    assert len(model.layers) == 3
    assert list(model.layers)[2] is model.layers[2] is model.layers[-1]


# ---- dropout

P, COUNT = 0.3, (40, 50, 11)


def test_dropout_in_training(fw):
    """Bounds of five standard deviations, for each share and each mean."""
    model, ones = fw.training(fw.holder(lambda: fw.nn.Dropout(P))), fw.tensor(np.ones(COUNT))
    first, second = (fw.numpy(model(x=ones)) for _ in range(2))
    size = first.size
    assert (first != second).any()
    for values in (first, second):
        assert abs((values == 0).mean() - P) < 5 * np.sqrt(P * (1 - P) / size)
        assert np.allclose(values[values != 0], 1 / (1 - P), rtol=TOLERANCE, atol=0)
        assert abs(values.mean() - 1) < 5 * np.sqrt(P / (1 - P) / size)
    both = ((first == 0) & (second == 0)).mean()
    assert abs(both - P**2) < 5 * np.sqrt(P**2 * (1 - P**2) / size), "the calls are not independent"


def test_two_dropouts_differ(fw):
    class Two(fw.nn.Model):
        config_class = PretrainedConfig

        def __init__(self, config):
            super().__init__(config)
            self.one, self.other = fw.nn.Dropout(0.5), fw.nn.Dropout(0.5)

        def forward(self, x):
            return fw.ops.stack([self.one(x), self.other(x)], 0)

    one, other = fw.numpy(fw.training(Two)(x=fw.tensor(np.ones(COUNT))))
    assert (one != other).any()


def test_dropout_in_evaluation(fw, rng):
    x = rng.standard_normal((3, 7)).astype(np.float32)
    model = fw.filled(fw.holder(lambda: fw.nn.Dropout(0.9)), {})
    assert (fw.numpy(model(fw.tensor(x))) == x).all()


def test_dropout_of_nothing(fw, rng):
    x = rng.standard_normal((3, 7)).astype(np.float32)
    assert (fw.numpy(fw.training(fw.holder(lambda: fw.nn.Dropout(0.0)))(x=fw.tensor(x))) == x).all()


def test_dropout_keeps_half_precision(fw):
    class Half(fw.holder(lambda: fw.nn.Dropout(P))):
        def forward(self, x):
            return self.layer(fw.ops.cast(x, "bfloat16"))  # inside: Keras casts what goes into a model

    assert fw.dtype(fw.training(Half)(x=fw.tensor(np.ones(COUNT)))) == "bfloat16"


def test_noise(fw):
    """All values from 0 to 1 equally likely; others at each call while training."""
    model, x = fw.training(fw.holder(lambda: fw.nn.Noise())), fw.tensor(np.zeros(COUNT))
    first, second = fw.numpy(model(x=x)), fw.numpy(model(x=x))
    assert first.shape == COUNT and first.dtype == np.float32 and (first != second).mean() > 0.99
    shares = np.histogram(first, bins=10, range=(0, 1))[0] / first.size
    assert abs(shares.sum() - 1) < 1e-6 and np.abs(shares - 0.1).max() < 5 * (0.09 / first.size) ** 0.5


def test_noise_in_evaluation(fw):
    noise = fw.numpy(fw.filled(fw.holder(lambda: fw.nn.Noise()), {})(fw.tensor(np.zeros((4, 7)))))
    assert noise.shape == (4, 7) and (noise >= 0).all() and (noise < 1).all() and len(np.unique(noise)) > 20
