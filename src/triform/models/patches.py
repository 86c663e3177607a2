"""Images as sequences of patches: what Vision Transformers share. B batch, C channels, N patches, D width."""

from typing import Any

from triform.configs.images import grid, pair
from triform.errors import InputError

from .. import nn, ops


class PatchProjection(nn.Module):
    """Each patch of an image to a vector, by a convolution as large as a patch."""

    def __init__(self, config: Any, bias: bool = True, width: int | None = None):
        super().__init__()
        self.channels = config.num_channels
        self.patch = pair(config.patch_size)
        self.projection = nn.Conv2d(config.num_channels, width or config.hidden_size, self.patch, stride=self.patch, bias=bias)

    def forward(self, pixel_values):  # (B, C, H, W) -> (B, D, H / P, W / P)
        check_channels(self, pixel_values, self.channels)
        return self.projection(pixel_values)


def as_tokens(x: Any) -> Any:
    """(B, D, H, W) -> (B, H · W, D), row by row."""
    b, d = ops.shape(x)[:2]
    return ops.transpose(ops.reshape(x, (b, d, -1)), (0, 2, 1))


def as_image(x: Any, height: Any, width: Any) -> Any:
    """(B, H · W, D) -> (B, D, H, W)."""
    b, _, d = ops.shape(x)
    return ops.reshape(ops.transpose(x, (0, 2, 1)), (b, d, height, width))


def interpolated(table: Any, before: tuple[int, int], after: tuple[Any, ...], leading: int = 1, smooth: bool = False) -> Any:
    """Learned positions for another grid of patches, bicubic.

    Args:
        table: (1, leading + N, D), the positions of `leading` tokens that are no patches, and of the patches.
        before, after: (height, width) of the grid that it was learned for, and of the grid that is wanted.
        smooth: see `ops.resize_bicubic`.
    """
    if tuple(after) == tuple(before):
        return table
    tokens, patches = table[:, :leading], table[:, leading:]
    resized = ops.resize_bicubic(as_image(patches, *before), after, smooth=smooth)
    return ops.concat([tokens, as_tokens(resized)], axis=1)


def check_channels(module: Any, x: Any, channels: int) -> None:
    """Raises InputError where images are not (B, channels, H, W)."""
    if len(x.shape) != 4 or x.shape[1] != channels:
        raise InputError(
            f"pixel_values has the shape {tuple(x.shape)}, but config.num_channels is {channels}: "
            f"expected (batch, {channels}, height, width)."
        )


def check_image_size(module: Any, x: Any, config: Any, resizable: bool = True) -> None:
    """Raises InputError where images are not of the size that the positions were learned for, which may be `resizable` for another."""
    wanted = pair(config.image_size)
    if tuple(x.shape[2:]) != wanted:
        raise InputError(
            f"Images of {' x '.join(map(str, x.shape[2:]))} pixels, but config.image_size is {wanted[0]} x {wanted[1]}. "
            f"Resize them (AutoImageProcessor does){', or pass interpolate_pos_encoding=True' if resizable else ''}."
        )


def mask_patches(x: Any, bool_masked_pos: Any, mask_token: Any) -> Any:
    """x (B, N, D) with `mask_token` (1, 1, D) in the places where bool_masked_pos (B, N) is nonzero."""
    return ops.where((ops.cast(bool_masked_pos, "int") != 0)[:, :, None], mask_token, x)


def pixel_shuffle(x: Any, factor: int) -> Any:
    """(B, C · factor², H, W) -> (B, C, H · factor, W · factor). Paper: Shi et al., 2016, https://arxiv.org/abs/1609.05158, eq. 4."""
    b, c, h, w = ops.shape(x)
    c = c // factor**2
    x = ops.transpose(ops.reshape(x, (b, c, factor, factor, h, w)), (0, 1, 4, 2, 5, 3))
    return ops.reshape(x, (b, c, h * factor, w * factor))


def masked_pixel_loss(reconstruction: Any, pixel_values: Any, bool_masked_pos: Any, config: Any) -> Any:
    """Mean absolute difference over masked pixels. Paper: Xie et al., 2021, https://arxiv.org/abs/2111.09886, section 3.4.

    Args:
        reconstruction, pixel_values: (B, C, H, W). bool_masked_pos: (B, N), nonzero where a patch was masked.
    """
    tall, wide = pair(config.patch_size)
    mask = ops.reshape(ops.cast(bool_masked_pos, pixel_values.dtype), (-1, *grid(config)))
    mask = ops.repeat(ops.repeat(mask, tall, axis=1), wide, axis=2)[:, None]
    difference = ops.absolute(pixel_values - reconstruction) * mask
    return ops.sum(difference) / (ops.sum(mask) + 1e-5) / config.num_channels
