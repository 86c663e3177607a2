"""Configuration of MobileNet V2."""

from collections.abc import Iterator
from typing import Literal

from triform.configs.base import PretrainedConfig


class MobileNetV2Config(PretrainedConfig):
    """Hyper-parameters of MobileNet V2; names and defaults are those of config.json.

    Attributes:
        depth_multiplier, depth_divisible_by, min_depth: every number of channels is the paper's times the first, rounded to a multiple of
            the second, and at least the third.
        expand_ratio: how much wider layers are inside.
        output_stride: by how much height and width are divided in all; layers that would divide them further look wider instead.
        first_layer_is_expansion: whether the first convolution widens too.
        finegrained_output: whether the last convolution keeps its width where depth_multiplier is below 1.
        tf_padding: whether images are padded as TensorFlow's convolutions do: more below and on the right.
        image_size: of the images that the checkpoint was trained on; those of any other size pass too.
    """

    model_type = "mobilenet_v2"

    # how large it is
    depth_divisible_by: int = 8
    depth_multiplier: float = 1.0
    expand_ratio: float = 6.0
    finegrained_output: bool = True
    first_layer_is_expansion: bool = True
    image_size: int = 224
    min_depth: int = 8
    num_channels: int = 3
    output_stride: Literal[8, 16, 32] = 32

    # what it computes
    hidden_act: str = "relu6"
    layer_norm_eps: float = 0.001
    tf_padding: bool = True

    # training: what is dropped, what weights start as, what counts
    classifier_dropout_prob: float = 0.8
    initializer_range: float = 0.02
    semantic_loss_ignore_index: int = 255

    def validate(self) -> Iterator[str]:
        if self.depth_multiplier <= 0:
            yield f"depth_multiplier is {self.depth_multiplier}, expected a number above 0"
