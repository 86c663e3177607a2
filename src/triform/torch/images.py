"""Pooling, resizing and sampling of images (B, C, H, W) on PyTorch."""

from functools import reduce

import torch
import torch.nn.functional as F

SMALL = 4  # squares of up to so many places a side are pooled by rows and columns


def max_pool(x, size, stride, padding=0):
    if not x.is_cpu or x.requires_grad or torch.compiler.is_compiling() or not x.is_contiguous() or size > SMALL:
        return F.max_pool2d(x, size, stride, padding)
    # torch finds each place's index, too, one place at a time: a twentieth of a ResNet. Whole rows at once, then whole columns, do not.
    x = F.pad(x, (padding,) * 4, value=float("-inf")) if padding else x
    for axis in (2, 3):
        reach = x.shape[axis] - size + 1
        x = reduce(torch.maximum, (x.narrow(axis, i, reach)[(slice(None),) * axis + (slice(None, None, stride),)] for i in range(size)))
    return x


def average_pool(x, size, stride, padding=0):
    return F.avg_pool2d(x, size, stride, padding)


def resize_bilinear(x, size, align_corners=False):
    return F.interpolate(x, tuple(size), mode="bilinear", align_corners=align_corners)


def resize_bicubic(x, size, align_corners=False, smooth=False):
    return F.interpolate(x, tuple(size), mode="bicubic", align_corners=align_corners, antialias=smooth)


def resize_nearest(x, size):
    return F.interpolate(x, tuple(size), mode="nearest")


def sample(x, places):
    return F.grid_sample(x, places, mode="bilinear", padding_mode="zeros", align_corners=False)
