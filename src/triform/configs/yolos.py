"""Configuration of YOLOS."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig
from triform.configs.images import Sides, patch_problems


class YolosConfig(PretrainedConfig):
    """Hyper-parameters of YOLOS; names and defaults are those of config.json.

    Attributes:
        image_size: (height, width) that positions were learned for; images of other sizes get interpolated ones.
        num_detection_tokens: how many objects an image has at most.
        use_mid_position_embeddings: every layer but the last adds positions of its own.
        auxiliary_loss: the states after every layer are judged, not the last ones alone.
        class_cost, bbox_cost, giou_cost: how much each counts where predictions and objects are matched.
        bbox_loss_coefficient, giou_loss_coefficient: the same in the loss; eos_coefficient: the weight of "no object" among the classes.
    """

    model_type = "yolos"

    # how large it is
    hidden_size: int = 768
    image_size: Sides = [512, 864]
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_channels: int = 3
    num_detection_tokens: int = 100
    num_hidden_layers: int = 12
    patch_size: Sides = 16

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    qkv_bias: bool = True
    use_mid_position_embeddings: bool = True

    # training: what is dropped, what weights start as, what the loss weighs
    attention_probs_dropout_prob: float = 0.0
    auxiliary_loss: bool = False
    bbox_cost: float = 5
    bbox_loss_coefficient: float = 5
    class_cost: float = 1
    eos_coefficient: float = 0.1
    giou_cost: float = 2
    giou_loss_coefficient: float = 2
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
