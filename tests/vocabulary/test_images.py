"""Convolutions, their norms, pooling, resizing: each backend against torch, whose conventions are the vocabulary's."""

import numpy as np
import pytest
from frameworks import assert_near

torch = pytest.importorskip("torch")
import torch.nn.functional as F  # noqa: E402

TOLERANCE = 5e-6

LAYERS = {
    "Conv1d": (lambda nn: nn.Conv1d(6, 4, 3, stride=2, padding=1), (2, 6, 11)),
    "Conv1d, groups": (lambda nn: nn.Conv1d(6, 4, 5, padding=2, groups=2, bias=False), (2, 6, 9)),
    "Conv2d": (lambda nn: nn.Conv2d(3, 5, 3), (2, 3, 7, 9)),
    "Conv2d, patches": (lambda nn: nn.Conv2d(3, 5, (2, 3), stride=(2, 3)), (2, 3, 8, 9)),
    "Conv2d, wide": (lambda nn: nn.Conv2d(3, 5, 3, stride=2, padding=(2, 1), dilation=2), (2, 3, 11, 10)),
    "Conv2d, groups": (lambda nn: nn.Conv2d(6, 4, 3, padding=1, groups=2), (2, 6, 5, 7)),
    "Conv2d, depthwise": (lambda nn: nn.Conv2d(6, 6, 3, stride=2, padding=1, groups=6), (2, 6, 7, 8)),
    "Conv2d, depthwise, doubled": (lambda nn: nn.Conv2d(3, 6, 3, padding=1, groups=3, bias=False), (2, 3, 7, 8)),
    "Conv3d": (lambda nn: nn.Conv3d(3, 5, (2, 3, 2), stride=(2, 1, 2), padding=(0, 1, 1)), (2, 3, 4, 5, 6)),
    "ConvTranspose2d": (lambda nn: nn.ConvTranspose2d(4, 3, 2, stride=2), (2, 4, 3, 5)),
    "ConvTranspose2d, padded": (lambda nn: nn.ConvTranspose2d(4, 3, (4, 3), stride=(2, 1), padding=(1, 0)), (2, 4, 5, 6)),
    "BatchNorm": (lambda nn: nn.BatchNorm(6, eps=1e-3), (2, 6, 3, 4)),
    "BatchNorm of one axis": (lambda nn: nn.BatchNorm(6), (5, 6)),
    "GroupNorm": (lambda nn: nn.GroupNorm(3, 6), (2, 6, 4, 5)),
}  # fmt: skip
OPS = {
    "max_pool": (lambda ops, x: ops.max_pool(x, 3, 2, 1), lambda x: F.max_pool2d(x, 3, 2, 1)),
    "max_pool, pairs": (lambda ops, x: ops.max_pool(x, 2, 2), lambda x: F.max_pool2d(x, 2, 2)),
    "max_pool, wide": (lambda ops, x: ops.max_pool(x, 5, 2, 2), lambda x: F.max_pool2d(x, 5, 2, 2)),
    "average_pool": (lambda ops, x: ops.average_pool(x, 2, 2), lambda x: F.avg_pool2d(x, 2, 2)),
    "average_pool, padded": (lambda ops, x: ops.average_pool(x, 3, 1, 1), lambda x: F.avg_pool2d(x, 3, 1, 1)),
    "larger, bilinear": (lambda ops, x: ops.resize_bilinear(x, (11, 20)), lambda x: F.interpolate(x, (11, 20), mode="bilinear")),
    "smaller, bilinear": (lambda ops, x: ops.resize_bilinear(x, (4, 3)), lambda x: F.interpolate(x, (4, 3), mode="bilinear")),
    "bilinear by corners": (
        lambda ops, x: ops.resize_bilinear(x, (9, 5), align_corners=True),
        lambda x: F.interpolate(x, (9, 5), mode="bilinear", align_corners=True),
    ),
    "larger, bicubic": (lambda ops, x: ops.resize_bicubic(x, (13, 10)), lambda x: F.interpolate(x, (13, 10), mode="bicubic")),
    "smaller, bicubic": (lambda ops, x: ops.resize_bicubic(x, (3, 5)), lambda x: F.interpolate(x, (3, 5), mode="bicubic")),
    "bicubic by corners": (
        lambda ops, x: ops.resize_bicubic(x, (9, 4), align_corners=True),
        lambda x: F.interpolate(x, (9, 4), mode="bicubic", align_corners=True),
    ),
    "smooth, bicubic": (
        lambda ops, x: ops.resize_bicubic(x, (3, 10), smooth=True),
        lambda x: F.interpolate(x, (3, 10), mode="bicubic", antialias=True),
    ),
    "nearest": (lambda ops, x: ops.resize_nearest(x, (14, 5)), lambda x: F.interpolate(x, (14, 5), mode="nearest")),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layer_equals_torch(fw, rng, name):
    import triform.torch.nn as reference

    build, shape = LAYERS[name]
    holder = _holder(reference, build)
    arrays = {}
    for key, parameter in {**dict(holder.named_parameters()), **dict(holder.named_buffers())}.items():
        value = rng.uniform(0.5, 2.0, parameter.shape) if key.endswith("running_var") else rng.standard_normal(parameter.shape)
        arrays[key] = np.array(3) if key.endswith("tracked") else value.astype(np.float32)
    x = rng.standard_normal(shape).astype(np.float32)
    made = build(reference)
    made.load_state_dict({key.removeprefix("layer."): torch.tensor(value) for key, value in arrays.items()}, assign=True)
    want = made.eval()(torch.tensor(x)).detach().numpy()
    model = fw.filled(fw.holder(lambda: build(fw.nn)), arrays)
    assert_near(fw.numpy(model(fw.tensor(x))), want, TOLERANCE)


def _holder(nn, build):
    holder = torch.nn.Module()
    holder.layer = build(nn)
    return holder


@pytest.mark.parametrize("name", OPS)
def test_op_equals_torch(fw, rng, name):
    ours, theirs = OPS[name]
    x = rng.standard_normal((2, 3, 8, 7)).astype(np.float32)
    assert_near(fw.numpy(ours(fw.ops, fw.tensor(x))), theirs(torch.tensor(x)).numpy(), TOLERANCE)


def test_sample_equals_torch(fw, rng):
    x, places = rng.standard_normal((2, 3, 6, 5)).astype(np.float32), rng.uniform(-1.3, 1.3, (2, 4, 7, 2)).astype(np.float32)
    want = F.grid_sample(torch.tensor(x), torch.tensor(places), align_corners=False).numpy()
    assert_near(fw.numpy(fw.ops.sample(fw.tensor(x), fw.tensor(places))), want, TOLERANCE)


def test_running_statistics_move_in_training(fw, rng):
    """Towards the batch's mean and unbiased variance, by a tenth; the output is normalised by the batch's own."""
    x = (3 * rng.standard_normal((4, 5, 3, 2)) + 2).astype(np.float32)
    cls = fw.holder(lambda: fw.nn.BatchNorm(5))
    from triform.configs.base import PretrainedConfig

    model = cls.from_config(PretrainedConfig(), seed=0)
    given = fw.tensor(x)
    out = model(given, training=True) if fw.name == "tf" else model(given)
    axes = (0, 2, 3)
    mean, variance = x.mean(axes), x.var(axes)
    want = (x - mean[:, None, None]) / np.sqrt(variance + 1e-5)[:, None, None]
    assert_near(fw.numpy(out), want, TOLERANCE)
    layer = model.tree.layer if fw.name == "tf" else model.layer
    read = lambda v: fw.numpy(v.value if fw.name == "tf" else v[...])
    count = x.size / 5
    assert_near(read(layer.running_mean), 0.1 * mean, TOLERANCE)
    assert_near(read(layer.running_var), 0.9 + 0.1 * variance * count / (count - 1), TOLERANCE)
    assert int(read(layer.num_batches_tracked)) == 1


def test_wrong_channels_are_named(fw):
    from triform.errors import InputError

    model = fw.holder(lambda: fw.nn.Conv2d(3, 5, 3)).from_config(__import__("triform").PretrainedConfig(), seed=0)
    if fw.name == "torch":
        pytest.skip("torch's own error names the channels")
    with pytest.raises(InputError, match=r"layer.*Conv2d was given \(1, 4, 5, 5\), whose size 1 should be 3"):
        model(fw.tensor(np.zeros((1, 4, 5, 5))))
