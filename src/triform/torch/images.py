"""Pooling, resizing and sampling of images (B, C, H, W) on PyTorch."""

import torch.nn.functional as F


def max_pool(x, size, stride, padding=0):
    return F.max_pool2d(x, size, stride, padding)


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
