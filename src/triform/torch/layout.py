"""How the images of a convolutional network lie in memory: channel after channel, as torch lays them, or all channels of a place together.

The second is faster here and slower there, by how many images there are. An image that comes in lying so leaves each layer lying so: it is
enough to turn it once, at the first convolution.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F

from .timing import shortest

SEVERAL = 4  # images from which on a batch is one of several
WORTH = {1: 0.9, SEVERAL: 0.95}  # the part of the time that convolutions may need for it to pay: what lies between them gains nothing
PLACES = 28  # the side of the maps that are tried
KINDS = 4  # so many shapes of layers, the most frequent ones, stand for all


def least(convolutions: Sequence[Any]) -> int:
    """How many images a batch must have for places to be better than channels; 0 where they never are. Measured."""
    kinds = Counter((c.in_channels, c.out_channels, c.kernel_size, c.stride, c.padding, c.groups) for c in convolutions).most_common(KINDS)
    return next((batch for batch, most in WORTH.items() if _part(kinds, batch) < most), 0)


@torch.inference_mode()
def _part(kinds: list[tuple[Any, int]], batch: int) -> float:
    """The time by places as a part of the time by channels."""
    by_channels = by_places = 0.0
    for (n_in, n_out, size, stride, padding, groups), often in kinds:
        weight = torch.empty(n_out, n_in // groups, *size).uniform_(-0.1, 0.1)
        x = torch.rand(batch, n_in, PLACES, PLACES)
        lying = (x, x.contiguous(memory_format=torch.channels_last))
        plain, last = shortest(*(partial(F.conv2d, images, weight, None, stride, padding, 1, groups) for images in lying))
        by_channels, by_places = by_channels + often * plain, by_places + often * last
    return by_places / by_channels


def choose(model: torch.nn.Module, on: bool) -> None:
    """Has the first convolution of a convolutional network turn its images where that is found faster, or undoes it."""
    convolutions: list[Any] = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d) and hasattr(m, "turns_from")]
    for layer in convolutions:
        layer.turns_from = 0
    products = sum(isinstance(m, torch.nn.Linear) for m in model.modules())
    if on and len(convolutions) > products and convolutions[0].weight.is_cpu:
        convolutions[0].turns_from = least(convolutions)


def turned(x: torch.Tensor, least: int) -> torch.Tensor:
    """A batch of at least so many images by places; others, and those that are trained on or compiled, as they are."""
    if x.shape[0] < least or not x.is_cpu or x.dtype != torch.float32 or torch.is_grad_enabled() or torch.compiler.is_compiling():
        return x
    return x.contiguous(memory_format=torch.channels_last)
