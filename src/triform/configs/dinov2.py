"""Configuration of DINOv2."""

from collections.abc import Iterator

from triform.configs.backbones import BackboneConfig, numbered_stages
from triform.configs.images import Sides, patch_problems


class Dinov2Config(BackboneConfig):
    """Hyper-parameters of DINOv2; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; images of any other size pass too.
        mlp_ratio: how much wider than hidden_size the feed-forward network is.
        layerscale_value: what the scales of residual branches start as.
        apply_layernorm, reshape_hidden_states: whether a backbone normalises its maps, and gives them as (B, C, H, W).
    """

    model_type = "dinov2"

    # how large it is
    hidden_size: int = 768
    image_size: Sides = 224
    mlp_ratio: float = 4
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    patch_size: Sides = 14

    # what it computes
    apply_layernorm: bool = True
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-6
    qkv_bias: bool = True
    reshape_hidden_states: bool = True
    use_mask_token: bool = True
    use_swiglu_ffn: bool = False

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    drop_path_rate: float = 0.0
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02
    layerscale_value: float = 1.0

    @property
    def stage_names(self) -> list[str]:
        """ "stem", "stage1", …, one for each layer."""
        return numbered_stages(self.num_hidden_layers)

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
        yield from self.stage_problems()
