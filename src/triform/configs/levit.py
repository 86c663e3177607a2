"""Configuration of LeViT."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class LevitConfig(PretrainedConfig):
    """Hyper-parameters of LeViT; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels, a side; the four first convolutions (kernel_size, stride, padding) make the grid of patches.
        depths, hidden_sizes, num_attention_heads, key_dim: layers, channels, heads and their width, of each of the three stages.
        attention_ratio, mlp_ratio: how much wider values than keys, and the feed-forward network than the stage, are.
    """

    model_type = "levit"

    # how large it is
    attention_ratio: list[int] = [2, 2, 2]
    depths: list[int] = [4, 4, 4]
    hidden_sizes: list[int] = [128, 256, 384]
    image_size: int = 224
    kernel_size: int = 3
    key_dim: list[int] = [16, 16, 16]
    mlp_ratio: list[int] = [2, 2, 2]
    num_attention_heads: list[int] = [4, 8, 12]
    num_channels: int = 3
    padding: int = 1
    patch_size: int = 16
    stride: int = 2

    # training: what is dropped, what weights start as
    drop_path_rate: float = 0
    initializer_range: float = 0.02

    @property
    def down_ops(self) -> list[list[Any]]:
        """How the first stages end: the kind, the width of keys, heads, ratio of attention, ratio of the feed-forward network, stride."""
        key = self.key_dim[0]
        return [["Subsample", key, width // key, 4, 2, 2] for width in self.hidden_sizes[:-1]]

    def validate(self) -> Iterator[str]:
        for name in ("hidden_sizes", "num_attention_heads", "key_dim", "attention_ratio", "mlp_ratio"):
            if len(getattr(self, name)) != len(self.depths):
                yield f"{name}={list(getattr(self, name))} should have an entry for each of depths={list(self.depths)}"
        if self.hidden_sizes[0] % 8:
            yield f"hidden_sizes={list(self.hidden_sizes)} should begin with a multiple of 8"
