"""Batch norms that stay as they were pre-trained: detectors train on too few images at a time to learn others."""

from typing import Any

from .. import nn, ops


class FrozenBatchNorm(nn.Module):
    """As nn.BatchNorm in evaluation, always; nothing is trained. weight, bias, running_mean, running_var (width,)."""

    def __init__(self, width: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Buffer((width,), init="ones"), nn.Buffer((width,))
        self.running_mean, self.running_var = nn.Buffer((width,)), nn.Buffer((width,), init="ones")

    def forward(self, x):  # (B, C, H, W) -> the same
        scale = self.weight[...] * ops.rsqrt(self.running_var[...] + self.eps)
        shift = self.bias[...] - self.running_mean[...] * scale
        return x * scale[:, None, None] + shift[:, None, None]


def freeze_norms(model: Any) -> None:
    """Puts a FrozenBatchNorm in the place of every batch norm inside a model."""
    layers = dict(model.layers_by_name())
    for name, layer in layers.items():
        if isinstance(layer, nn.BatchNorm):
            owner, _, attribute = name.rpartition(".")
            setattr(layers[owner], attribute, FrozenBatchNorm(layer.weight.shape[0], layer.eps))
