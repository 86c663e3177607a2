"""Configuration of BEiT."""

from collections.abc import Iterator
from typing import ClassVar

from triform.configs.backbones import BackboneConfig, numbered_stages
from triform.configs.images import Sides, patch_problems


class BeitConfig(BackboneConfig):
    """Hyper-parameters of BEiT; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; images of any other size pass too.
        use_relative_position_bias, use_shared_relative_position_bias: whether each layer, or all together, have biases of attention.
        layer_scale_init_value: what the scales of residual branches start as; 0: there are none.
        use_mean_pooling: whether an image is summarised by the mean of its patches, not by its first token.
        out_indices: the layers whose maps a semantic segmenter looks at, counted from 1; four of them.
        pool_scales: into how many places a side the segmenter's decoder pools the last map.
        auxiliary_…: of the segmenter's second head, which is there for its loss alone.
        add_fpn, batch_norm_eps: whether a backbone gives its four maps in four sizes, and the norm of the largest.
        reshape_hidden_states: whether a backbone gives its maps as (B, C, H, W).
    """

    model_type = "beit"
    attribute_map: ClassVar[dict[str, str]] = {"segmentation_indices": "out_indices"}

    # how large it is
    auxiliary_channels: int = 256
    auxiliary_num_convs: int = 1
    hidden_size: int = 768
    image_size: Sides = 224
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    patch_size: Sides = 16
    pool_scales: list[int] = [1, 2, 3, 6]
    vocab_size: int = 8192

    # what it computes
    add_fpn: bool = False
    auxiliary_concat_input: bool = False
    batch_norm_eps: float = 1e-5
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    reshape_hidden_states: bool = True
    use_absolute_position_embeddings: bool = False
    use_auxiliary_head: bool = True
    use_mask_token: bool = False
    use_mean_pooling: bool = True
    use_relative_position_bias: bool = False
    use_shared_relative_position_bias: bool = False

    # training: what is dropped, what weights start as, what counts
    attention_probs_dropout_prob: float = 0.0
    auxiliary_loss_weight: float = 0.4
    drop_path_rate: float = 0.1
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02
    layer_scale_init_value: float = 0.1
    semantic_loss_ignore_index: int = 255

    @property
    def stage_names(self) -> list[str]:
        """ "stem", "stage1", …, one for each layer."""
        return numbered_stages(self.num_hidden_layers)

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
        yield from self.stage_problems()
