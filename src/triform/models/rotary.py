"""Rotary position embeddings, in all the ways that checkpoints stretch them to longer texts.

Paper   Su et al., 2021, https://arxiv.org/abs/2104.09864; "yarn": Peng et al., 2023, https://arxiv.org/abs/2309.00071;
        "dynamic": base grows with the text; "longrope": Ding et al., 2024, https://arxiv.org/abs/2402.13753; "llama3": by wavelength
Shapes  B batch (or 1), T tokens, H heads, D width of a head that is turned
"""

import math
from typing import Any

import numpy as np

from triform.errors import ConfigError

from .. import nn, ops


class Rotary(nn.Module):
    """Angles of each position. `config.rope_theta` is the base, `config.rope_scaling` the way it is stretched."""

    def __init__(self, config: Any, width: int):
        super().__init__()
        scaling = config.rope_scaling or {}
        self.kind = scaling.get("rope_type", scaling.get("type", "default"))
        if self.kind not in KINDS:
            raise ConfigError(f"rope_scaling has rope_type {self.kind!r}. triform knows: {', '.join(KINDS)}.")
        self.width, self.longest = width, config.max_position_embeddings
        plain = config.rope_theta ** (-np.arange(0, width, 2, dtype=np.float64) / width)
        frequencies, self.amplitude = KINDS[self.kind](config, scaling, plain)
        self.frequencies = tuple(map(float, frequencies))
        self.factor = float(scaling.get("factor") or 1.0)
        self.long_frequencies: tuple[float, ...] = ()
        if self.kind == "longrope":
            self.longest = _original(config, scaling)
            self.long_frequencies = tuple(map(float, plain / np.array(scaling["long_factor"])))

    def forward(
        self, positions, like
    ):  # (B, T) -> cos and sin, (B, 1, T, D); the first half of the sines is negative, as `turn` wants them
        places = ops.cast(positions, "float32")
        frequencies = ops.constant(np.array(self.frequencies, np.float32), like=places)
        if self.kind in ("dynamic", "longrope"):
            frequencies = self._by_length(frequencies, places)
        angles = places[:, None, :, None] * frequencies
        cos, sin = ops.cos(angles) * self.amplitude, ops.sin(angles) * self.amplitude
        return ops.cast(ops.concat([cos, cos], axis=-1), like.dtype), ops.cast(ops.concat([-sin, sin], axis=-1), like.dtype)

    def _by_length(self, frequencies, places):
        """Frequencies that depend on how long the text is."""
        length = ops.max(ops.reshape(places, (-1,)), axis=0) + 1.0
        if self.kind == "longrope":
            far = ops.constant(np.array(self.long_frequencies, np.float32), like=places)
            return ops.where(length > self.longest, far, frequencies)
        growth = ops.maximum(self.factor * length / self.longest - (self.factor - 1.0), 1.0)
        steps = np.arange(0, self.width, 2, dtype=np.float32) / (self.width - 2)
        return frequencies * ops.exp(ops.log(growth) * ops.constant(-steps, like=places))


def turn(x: Any, cos: Any, sin: Any) -> Any:
    """x (B, H, T, D') turned by the angles (B, 1, T, D), D <= D': halves of the first D places are the two coordinates."""
    width = cos.shape[-1]
    if x.shape[-1] == width:
        return x * cos + ops.roll(x, width // 2, axis=-1) * sin
    head = x[..., :width]
    return ops.concat([head * cos + ops.roll(head, width // 2, axis=-1) * sin, x[..., width:]], axis=-1)


def turn_pairs(x: Any, cos: Any, sin: Any) -> Any:
    """As `turn`, where neighbours among the first D places are the two coordinates."""
    width = cos.shape[-1]
    b, h, t, _ = ops.shape(x)
    pairs = ops.reshape(x[..., :width], (b, h, t, width // 2, 2))
    first, second = pairs[..., 0], pairs[..., 1]
    cos, sin = cos[..., width // 2 :], sin[..., width // 2 :]
    turned = ops.stack([first * cos - second * sin, second * cos + first * sin], axis=-1)
    turned = ops.reshape(turned, (b, h, t, width))
    return turned if x.shape[-1] == width else ops.concat([turned, x[..., width:]], axis=-1)


# ---- kinds: (config, rope_scaling, plain frequencies) -> (frequencies, what cos and sin are multiplied by)


def _default(config: Any, scaling: dict[str, Any], plain: np.ndarray) -> tuple[np.ndarray, float]:
    return plain, 1.0


def _linear(config: Any, scaling: dict[str, Any], plain: np.ndarray) -> tuple[np.ndarray, float]:
    return plain / scaling["factor"], 1.0


def _yarn(config: Any, scaling: dict[str, Any], plain: np.ndarray) -> tuple[np.ndarray, float]:
    """Slow frequencies are divided by the factor, fast ones are left, those between are mixed."""
    factor, width = scaling["factor"], 2 * len(plain)
    longest = scaling.get("original_max_position_embeddings") or config.max_position_embeddings
    turns = lambda n: width * math.log(longest / (n * 2 * math.pi)) / (2 * math.log(config.rope_theta))
    low, high = turns(scaling.get("beta_fast") or 32), turns(scaling.get("beta_slow") or 1)
    if scaling.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, width - 1)
    ramp = np.clip((np.arange(width // 2) - low) / max(high - low, 0.001), 0, 1)
    amplitude = scaling.get("attention_factor")
    if amplitude is None:
        scale = lambda m: 1.0 if factor <= 1 else 0.1 * m * math.log(factor) + 1.0
        both = scaling.get("mscale") and scaling.get("mscale_all_dim")
        amplitude = scale(scaling["mscale"]) / scale(scaling["mscale_all_dim"]) if both else scale(1.0)
    return plain / factor * ramp + plain * (1 - ramp), float(amplitude)


def _longrope(config: Any, scaling: dict[str, Any], plain: np.ndarray) -> tuple[np.ndarray, float]:
    original = _original(config, scaling)
    factor = config.max_position_embeddings / original if _declared(config, scaling) else scaling.get("factor") or 1.0
    amplitude = scaling.get("attention_factor")
    if amplitude is None:
        amplitude = 1.0 if factor <= 1 else math.sqrt(1 + math.log(factor) / math.log(original))
    return plain / np.array(scaling["short_factor"]), float(amplitude)


def _llama3(config: Any, scaling: dict[str, Any], plain: np.ndarray) -> tuple[np.ndarray, float]:
    """Long waves are stretched by the factor, short ones left, those between mixed."""
    low, high, old = scaling["low_freq_factor"], scaling["high_freq_factor"], scaling["original_max_position_embeddings"]
    waves = 2 * math.pi / plain
    smooth = (old / waves - low) / (high - low)
    mixed = (1 - smooth) * plain / scaling["factor"] + smooth * plain
    return np.where(waves > old / low, plain / scaling["factor"], np.where(waves < old / high, plain, mixed)), 1.0


def _declared(config: Any, scaling: dict[str, Any]) -> Any:
    return getattr(config, "original_max_position_embeddings", None) or scaling.get("original_max_position_embeddings")


def _original(config: Any, scaling: dict[str, Any]) -> int:
    return _declared(config, scaling) or config.max_position_embeddings


KINDS = {"default": _default, "linear": _linear, "dynamic": _default, "yarn": _yarn, "longrope": _longrope, "llama3": _llama3}
