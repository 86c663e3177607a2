"""Configurations of SAM: its image model, its encoder of prompts, its decoder of masks, and all three."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig
from triform.configs.images import head_problems, patch_problems


class SamVisionConfig(PretrainedConfig):
    """Hyper-parameters of SAM's image model; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels, of both sides.
        output_channels: of what the image model gives, and so of prompts and masks.
        window_size: patches on each side of the windows that layers attend in, except for those in global_attn_indexes.
        use_abs_pos, use_rel_pos: whether patches have positions of their own, and attention a bias for each distance.
        mlp_dim: width of the feed-forward network; default: hidden_size · mlp_ratio.
        num_pos_feats: random frequencies of positions; half of output_channels.
    """

    model_type = "sam_vision_model"

    # how large it is
    hidden_size: int = 768
    image_size: int = 1024
    mlp_dim: int | None = None
    mlp_ratio: float = 4.0
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    num_pos_feats: int = 128
    output_channels: int = 256
    patch_size: int = 16

    # what it computes
    global_attn_indexes: list[int] = [2, 5, 8, 11]
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-6
    qkv_bias: bool = True
    use_abs_pos: bool = True
    use_rel_pos: bool = True
    window_size: int = 14

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    initializer_range: float = 1e-10

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.mlp_dim is None:
            self.mlp_dim = int(self.hidden_size * self.mlp_ratio)

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
        outside = [index for index in self.global_attn_indexes if not 0 <= index < self.num_hidden_layers]
        if outside:
            yield f"global_attn_indexes has {outside}, but there are {self.num_hidden_layers} layers"


class SamPromptEncoderConfig(PretrainedConfig):
    """Hyper-parameters of SAM's encoder of prompts.

    Attributes:
        image_embedding_size: patches on each side of an image; default: image_size / patch_size.
        mask_input_channels: channels inside the network that reads masks.
    """

    hidden_act: str = "gelu"
    hidden_size: int = 256
    image_embedding_size: int | None = None
    image_size: int = 1024
    layer_norm_eps: float = 1e-6
    mask_input_channels: int = 16
    num_point_embeddings: int = 4
    patch_size: int = 16

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.image_embedding_size is None:
            self.image_embedding_size = self.image_size // self.patch_size


class SamMaskDecoderConfig(PretrainedConfig):
    """Hyper-parameters of SAM's decoder of masks.

    Attributes:
        attention_downsample_rate: how much narrower the last attention of prompts to images is than they are; the others are half as wide.
        num_multimask_outputs: how many masks it offers where a prompt has several meanings; it has one more, for one meaning.
        iou_head_depth, iou_head_hidden_dim: layers and width of what guesses how good a mask is.
    """

    attention_downsample_rate: int = 2
    hidden_act: str = "relu"
    hidden_size: int = 256
    iou_head_depth: int = 3
    iou_head_hidden_dim: int = 256
    layer_norm_eps: float = 1e-6
    mlp_dim: int = 2048
    num_attention_heads: int = 8
    num_hidden_layers: int = 2
    num_multimask_outputs: int = 3

    def validate(self) -> Iterator[str]:
        yield from head_problems(self)


class SamConfig(PretrainedConfig):
    """The configs of SAM's three parts, each a config, or a dictionary of its fields."""

    model_type = "sam"
    sub_configs = {
        "vision_config": SamVisionConfig, "prompt_encoder_config": SamPromptEncoderConfig, "mask_decoder_config": SamMaskDecoderConfig,
    }  # fmt: skip

    vision_config: Any
    prompt_encoder_config: Any
    mask_decoder_config: Any
    initializer_range: float = 0.02

    def validate(self) -> Iterator[str]:
        vision, prompts, masks = (getattr(self, name) for name in self.sub_configs)
        widths = {vision.output_channels, 2 * vision.num_pos_feats, prompts.hidden_size, masks.hidden_size}
        if len(widths) > 1:
            yield (
                f"vision_config.output_channels={vision.output_channels}, twice vision_config.num_pos_feats={vision.num_pos_feats}, "
                f"prompt_encoder_config.hidden_size={prompts.hidden_size} and mask_decoder_config.hidden_size={masks.hidden_size} "
                "are not the same"
            )
