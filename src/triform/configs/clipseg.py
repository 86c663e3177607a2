"""Configurations of CLIPSeg: its text model, its image model, and both with a decoder."""

from collections.abc import Iterator

from triform.configs.clip import CLIPTextConfig, CLIPVisionConfig
from triform.configs.image_text import ImageTextConfig
from triform.configs.images import Sides


class CLIPSegTextConfig(CLIPTextConfig):
    """Hyper-parameters of CLIPSeg's text model: those of CLIP's."""

    model_type = "clipseg_text_model"


class CLIPSegVisionConfig(CLIPVisionConfig):
    """Hyper-parameters of CLIPSeg's image model: those of CLIP's."""

    model_type = "clipseg_vision_model"

    patch_size: Sides = 32


class CLIPSegConfig(ImageTextConfig):
    """The configs of CLIPSeg's two models, what joins them, and the decoder.

    Attributes:
        projection_dim: width of the space that texts and images share.
        logit_scale_init_value: logarithm of what cosines are multiplied by, before training.
        extract_layers: the layers of the image model that the decoder reads, counted from 0.
        conditional_layer: the layer of the decoder that is told what is looked for.
        reduce_dim, decoder_intermediate_size, decoder_num_attention_heads, decoder_hidden_act, decoder_attention_dropout: of the decoder.
        use_complex_transposed_convolution: three convolutions, not one, from patches to pixels.
    """

    model_type = "clipseg"
    sub_configs = {"text_config": CLIPSegTextConfig, "vision_config": CLIPSegVisionConfig}

    conditional_layer: int = 0
    decoder_attention_dropout: float = 0.0
    decoder_hidden_act: str = "quick_gelu"
    decoder_intermediate_size: int = 2048
    decoder_num_attention_heads: int = 4
    extract_layers: list[int] = [3, 6, 9]
    initializer_factor: float = 1.0
    logit_scale_init_value: float = 2.6592
    projection_dim: int = 512
    reduce_dim: int = 64
    use_complex_transposed_convolution: bool = False

    def validate(self) -> Iterator[str]:
        outside = [layer for layer in self.extract_layers if not 0 <= layer < self.vision_config.num_hidden_layers]
        if outside:
            yield f"extract_layers has {outside}, but vision_config.num_hidden_layers is {self.vision_config.num_hidden_layers}"
        if self.reduce_dim % self.decoder_num_attention_heads:
            yield f"reduce_dim={self.reduce_dim} is not a multiple of decoder_num_attention_heads={self.decoder_num_attention_heads}"
