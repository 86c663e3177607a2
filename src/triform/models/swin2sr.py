"""Swin2SR, which makes images larger: layers of Swin V2 on single pixels, and an upsampler.

Paper        Conde et al., 2022, https://arxiv.org/abs/2209.11345
Checkpoints  every repository whose config.json says `model_type: swin2sr`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, D embed_dim, n upscale
"""

import math
from typing import Any

import numpy as np

from triform.configs.swin2sr import Swin2SRConfig
from triform.outputs import BaseModelOutput
from triform.vision_outputs import ImageSuperResolutionOutput

from .. import nn, ops
from .chains import chained
from .channels import channels_first, channels_last
from .drop_path import drop_rates
from .patches import check_channels, interpolated, pixel_shuffle
from .swinv2 import Swinv2Layer

MEAN = (0.4488, 0.4371, 0.4040)  # of the colours of the DIV2K data set


def same(n_in: int, n_out: int, size: int = 3) -> Any:
    """A convolution that keeps height and width."""
    return nn.Conv2d(n_in, n_out, size, padding=size // 2)


class LeakyReLU(nn.Module):
    """x where it is positive, and `slope` times x elsewhere."""

    def __init__(self, slope: float):
        super().__init__()
        self.slope = slope

    def forward(self, x):
        return ops.maximum(x, self.slope * x)


def residual_convolution(config: Any, width: int) -> Any:
    """What ends a stage: one convolution, or three, narrow inside."""
    if config.resi_connection == "1conv":
        return same(width, width)
    narrow = width // 4
    return nn.List([same(width, narrow), LeakyReLU(0.2), same(narrow, narrow, 1), LeakyReLU(0.2), same(narrow, width)])


class Swin2SRPatchEmbeddings(nn.Module):
    """A linear layer on the channels of each place; normalised, where the model begins."""

    def __init__(self, config: Any, normalize: bool):
        super().__init__()
        self.projection = nn.Conv2d(config.embed_dim, config.embed_dim, 1)
        self.layernorm = nn.LayerNorm(config.embed_dim) if normalize else None

    def forward(self, x):  # (B, D, H, W) -> (B, H, W, D)
        x = channels_last(self.projection(x))
        return x if self.layernorm is None else self.layernorm(x)


class Swin2SREmbeddings(nn.Module):
    """The places, with positions where the config says so."""

    def __init__(self, config: Any):
        super().__init__()
        self.grid = (config.image_size, config.image_size)
        self.patch_embeddings = Swin2SRPatchEmbeddings(config, normalize=True)
        absolute, rows = config.use_absolute_embeddings, config.image_size**2 + 1  # the first row is nobody's, as Swin's
        self.position_embeddings = nn.Parameter((1, rows, config.embed_dim), "zeros") if absolute else None
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x):
        x = self.patch_embeddings(x)
        if self.position_embeddings is not None:
            size = ops.shape(x)[1:3]
            positions = interpolated(self.position_embeddings[...], self.grid, size)[:, 1:]
            x = x + ops.reshape(positions, (1, *size, ops.shape(x)[3]))
        return self.dropout(x)


class Swin2SRStage(nn.Module):
    """Layers and convolutions, added to what came in."""

    def __init__(self, config: Any, stage: int, rates: list[float]):
        super().__init__()
        self.layers = nn.List([Swinv2Layer(config, stage, number, rate) for number, rate in enumerate(rates)])
        self.conv = residual_convolution(config, config.embed_dim)
        self.patch_embed = Swin2SRPatchEmbeddings(config, normalize=False)

    def forward(self, x):  # (B, H, W, D) -> the same
        return x + self.patch_embed(_convolved(self.conv, channels_first(chained(self.layers, x))))


def _convolved(convolution: Any, x: Any) -> Any:
    return chained(convolution, x) if isinstance(convolution, nn.List) else convolution(x)


class Swin2SREncoder(nn.Module):
    """The stages."""

    def __init__(self, config: Any):
        super().__init__()
        self.stages = nn.List([Swin2SRStage(config, *stage) for stage in enumerate(drop_rates(config.drop_path_rate, config.depths))])

    def forward(self, x):
        flat = lambda x: ops.reshape(x, (ops.shape(x)[0], -1, ops.shape(x)[3]))
        nn.record("hidden_states", flat(x))
        for stage in self.stages:
            x = stage(x)
            nn.record("hidden_states", flat(x))
        return x


class Swin2SRPreTrainedModel(nn.Model):
    """The base of all Swin2SR models."""

    config_class = Swin2SRConfig
    prefix = "swin2sr"


def mean_colour(config: Any, like: Any) -> Any:
    """(C or 1, 1, 1): what is taken from pixels before, and given back after."""
    coloured = config.num_channels == config.num_channels_out == 3
    return ops.reshape(ops.constant(np.array(MEAN if coloured else (0.0,)), like=like), (-1, 1, 1))


class Swin2SRModel(Swin2SRPreTrainedModel):
    """Swin2SR without an upsampler.

    Args of the call:
        pixel_values: (B, C, H, W) from 0 to 1; of any size: a mirror image makes up for windows that do not divide it.

    Returns:
        BaseModelOutput with last_hidden_state (B, D, H, W), both sides rounded up to multiples of config.window_size.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: Swin2SRConfig):
        super().__init__(config)
        self.first_convolution = same(config.num_channels, config.embed_dim)
        self.embeddings = Swin2SREmbeddings(config)
        self.encoder = Swin2SREncoder(config)
        self.layernorm = nn.LayerNorm(config.embed_dim, eps=config.layer_norm_eps)
        self.conv_after_body = same(config.embed_dim, config.embed_dim)

    def forward(self, pixel_values):
        config = self.config
        check_channels(self, pixel_values, config.num_channels)
        x = mirrored(pixel_values, config.window_size)
        x = self.first_convolution((x - mean_colour(config, x)) * config.img_range)
        y = channels_first(self.layernorm(self.encoder(self.embeddings(x))))
        return BaseModelOutput(self.conv_after_body(y) + x)


def mirrored(x: Any, multiple: int) -> Any:
    """(B, C, H, W), continued below and on the right by its mirror image, so that both sides are multiples of a number."""
    for axis in (2, 3):
        n = ops.shape(x)[axis]
        while missing := -n % multiple:  # a mirror image lacks the edge itself, so that a small image needs several
            more = min(missing, n - 1) or missing
            edge = (slice(None),) * axis
            tail = ops.flip(x[(*edge, slice(n - 1 - more, n - 1))], axis) if n > 1 else ops.repeat(x, more, axis)
            x = ops.concat([x, tail], axis=axis)
            n += more
    return x


class Upsample(nn.Module):
    """Larger by 3, or by a power of 2, twofold each time."""

    def __init__(self, scale: int, width: int):
        super().__init__()
        self.factors = (3,) if scale == 3 else (2,) * int(math.log2(scale))
        self.names = ("convolution",) if scale == 3 else tuple(f"convolution_{i}" for i in range(len(self.factors)))
        for name, factor in zip(self.names, self.factors):
            setattr(self, name, same(width, factor**2 * width))

    def forward(self, x):
        for name, factor in zip(self.names, self.factors):
            x = pixel_shuffle(getattr(self, name)(x), factor)
        return x


class PixelShuffleUpsampler(nn.Module):
    """Larger in many channels, then to pixels."""

    def __init__(self, config: Any, width: int = 64):
        super().__init__()
        self.conv_before_upsample = same(config.embed_dim, width)
        self.act = ops.activation("leaky_relu")
        self.upsample = Upsample(config.upscale, width)
        self.final_convolution = same(width, config.num_channels_out)

    def forward(self, x, pixel_values):
        return self.final_convolution(self.upsample(self.act(self.conv_before_upsample(x))))


class PixelShuffleAuxUpsampler(PixelShuffleUpsampler):
    """The image as it is, then larger; added to the image that bicubic resizing gives."""

    def __init__(self, config: Any, width: int = 64):
        super().__init__(config, width)
        self.upscale = config.upscale
        self.conv_bicubic = same(config.num_channels, width)
        self.conv_aux = same(width, config.num_channels)
        self.conv_after_aux = nn.List([same(3, width), LeakyReLU(0.01)])

    def forward(self, x, pixel_values):
        height, width = (n * self.upscale for n in ops.shape(pixel_values)[2:])
        bicubic = self.conv_bicubic(ops.resize_bicubic(pixel_values, (height, width)))
        x = self.conv_aux(self.act(self.conv_before_upsample(x)))
        x = self.upsample(chained(self.conv_after_aux, x))[:, :, :height, :width]
        return self.final_convolution(x + bicubic)


class UpsampleOneStep(nn.Module):
    """All pixels that each place stands for, at once."""

    def __init__(self, config: Any):
        super().__init__()
        self.upscale = config.upscale
        self.conv = same(config.embed_dim, config.upscale**2 * config.num_channels_out)

    def forward(self, x, pixel_values):
        return pixel_shuffle(self.conv(x), self.upscale)


class NearestConvUpsampler(nn.Module):
    """Fourfold: copies of each place, twice, each time with a convolution after."""

    def __init__(self, config: Any, width: int = 64):
        super().__init__()
        self.conv_before_upsample = same(config.embed_dim, width)
        self.act, self.lrelu = ops.activation("leaky_relu"), LeakyReLU(0.2)
        self.conv_up1, self.conv_up2, self.conv_hr = same(width, width), same(width, width), same(width, width)
        self.final_convolution = same(width, config.num_channels_out)

    def forward(self, x, pixel_values):
        x = self.act(self.conv_before_upsample(x))
        for convolution in (self.conv_up1, self.conv_up2):
            x = self.lrelu(convolution(ops.repeat(ops.repeat(x, 2, 2), 2, 3)))
        return self.final_convolution(self.lrelu(self.conv_hr(x)))


UPSAMPLERS = {
    "pixelshuffle": PixelShuffleUpsampler, "pixelshuffle_aux": PixelShuffleAuxUpsampler, "pixelshuffledirect": UpsampleOneStep,
    "nearest+conv": NearestConvUpsampler,
}  # fmt: skip


class Swin2SRForImageSuperResolution(Swin2SRPreTrainedModel):
    """Swin2SR that makes images larger: reconstruction (B, C, n · H, n · W); labels are of that shape, the loss is L1."""

    def __init__(self, config: Swin2SRConfig):
        super().__init__(config)
        self.swin2sr = Swin2SRModel(config)
        upsampler: Any = UPSAMPLERS.get(config.upsampler)
        self.upsample = None if upsampler is None else upsampler(config)
        self.final_convolution = same(config.embed_dim, config.num_channels_out) if upsampler is None else None

    def forward(self, pixel_values, labels=None):
        config, (height, width) = self.config, ops.shape(pixel_values)[2:]
        x = self.swin2sr(pixel_values).last_hidden_state
        if self.upsample is None:
            image, scale = pixel_values + self.final_convolution(x)[:, :, :height, :width], 1
        else:
            image, scale = self.upsample(x, pixel_values), config.upscale
        image = image / config.img_range + mean_colour(config, image)
        image = image[:, :, : height * scale, : width * scale]
        loss = None if labels is None else ops.mean(ops.absolute(ops.cast(image - labels, "float32")))
        return ImageSuperResolutionOutput(loss, image)


IGNORE = (r"\brelative_(coords_table|position_index)$", r"^(swin2sr\.)?mean$")  # of older files: they follow from the config
INIT = {r"logit_scale$": ("constant", math.log(10))}
