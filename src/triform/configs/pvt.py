"""Configuration of PVT."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class PvtConfig(PretrainedConfig):
    """Hyper-parameters of PVT; names and defaults are those of config.json.

    Attributes:
        image_size: in pixels, a side; images of any other size pass too.
        depths, hidden_sizes, num_attention_heads, mlp_ratios: layers, channels, heads, and how much wider the feed-forward network is, of
            each of num_encoder_blocks stages.
        patch_sizes, strides: of the convolution that each stage begins with.
        sequence_reduction_ratios: by how much each stage divides height and width of what its attention looks at; 1 in the last.
    """

    model_type = "pvt"

    # how large it is
    depths: list[int] = [2, 2, 2, 2]
    hidden_sizes: list[int] = [64, 128, 320, 512]
    image_size: int = 224
    mlp_ratios: list[float] = [8, 8, 4, 4]
    num_attention_heads: list[int] = [1, 2, 5, 8]
    num_channels: int = 3
    num_encoder_blocks: int = 4
    patch_sizes: list[int] = [4, 2, 2, 2]
    sequence_reduction_ratios: list[int] = [8, 4, 2, 1]
    strides: list[int] = [4, 2, 2, 2]

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-6
    qkv_bias: bool = True

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    drop_path_rate: float = 0.0
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02

    def __init__(self, num_labels: int = 1000, **kwargs: Any) -> None:
        if not {"id2label", "label2id"} & kwargs.keys():
            kwargs["num_labels"] = num_labels
        super().__init__(**kwargs)

    def to_diff_dict(self) -> dict[str, Any]:
        """What is saved: labels too where there are two, which is the number that all other configs have by default."""
        labels = {"id2label": {str(key): label for key, label in (self.id2label or {}).items()}, "label2id": dict(self.label2id or {})}
        return {**super().to_diff_dict(), **labels}

    def grid(self, stage: int) -> tuple[int, int]:
        """Height and width of a stage's map, for images of image_size."""
        side = (self.image_size if stage == 0 else self.image_size // 2 ** (stage + 1)) // self.patch_sizes[stage]
        return side, side

    def validate(self) -> Iterator[str]:
        for name in (
            "depths", "hidden_sizes", "mlp_ratios", "num_attention_heads", "patch_sizes", "sequence_reduction_ratios", "strides",
        ):  # fmt: skip
            if len(getattr(self, name)) != self.num_encoder_blocks:
                yield f"{name}={list(getattr(self, name))} should have an entry for each of num_encoder_blocks={self.num_encoder_blocks}"
        for width, heads in zip(self.hidden_sizes, self.num_attention_heads):
            if width % heads:
                yield f"a stage of hidden_sizes={width} cannot have num_attention_heads={heads}"
        if self.sequence_reduction_ratios[-1] != 1:
            yield f"sequence_reduction_ratios={list(self.sequence_reduction_ratios)} should end with 1: the class token has no place"
