"""Points of an image at which losses look."""

import numpy as np
import pytest
from frameworks import assert_near

from triform.configs.base import PretrainedConfig


def holder(fw):
    class Sampled(fw.nn.Model):
        config_class = PretrainedConfig

        def __init__(self, config):
            super().__init__(config)
            self.points = fw.nn.Points(2)

        def forward(self, x):
            return self.points(x.shape[0], 50, like=x)

    return Sampled


def test_points_in_evaluation_are_the_same_and_spread_evenly(fw):
    scipy = pytest.importorskip("scipy.stats")
    got = fw.numpy(fw.filled(holder(fw), {})(x=fw.tensor(np.zeros((3, 1)))))
    assert_near(got, np.broadcast_to(scipy.qmc.Halton(2, scramble=False).random(51)[1:], (3, 50, 2)))


def test_points_in_training_are_random(fw):
    model = fw.training(holder(fw))
    a, b = (fw.numpy(model(x=fw.tensor(np.zeros((40, 1))))) for _ in range(2))
    assert a.shape == (40, 50, 2) and a.min() >= 0 and a.max() < 1
    assert np.abs(a - b).max() > 0.5 and np.abs(a[0] - a[1]).max() > 0.5
    assert abs(a.mean() - 0.5) < 0.02 and abs(a.std() - 12**-0.5) < 0.02
