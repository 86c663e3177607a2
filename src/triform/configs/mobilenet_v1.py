"""Configuration of MobileNet V1."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig


class MobileNetV1Config(PretrainedConfig):
    """Hyper-parameters of MobileNet V1; names and defaults are those of config.json.

    Attributes:
        depth_multiplier, min_depth: every number of channels is the paper's times the first, and at least the second.
        tf_padding: whether images are padded as TensorFlow's convolutions do: more below and on the right.
        image_size: of the images that the checkpoint was trained on; those of any other size pass too.
    """

    model_type = "mobilenet_v1"

    # how large it is
    depth_multiplier: float = 1.0
    image_size: int = 224
    min_depth: int = 8
    num_channels: int = 3

    # what it computes
    hidden_act: str = "relu6"
    layer_norm_eps: float = 0.001
    tf_padding: bool = True

    # training: what is dropped, what weights start as
    classifier_dropout_prob: float = 0.999
    initializer_range: float = 0.02

    def validate(self) -> Iterator[str]:
        if self.depth_multiplier <= 0:
            yield f"depth_multiplier is {self.depth_multiplier}, expected a number above 0"
