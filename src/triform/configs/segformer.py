"""Configuration of SegFormer."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig


class SegformerConfig(PretrainedConfig):
    """Hyper-parameters of SegFormer; names and defaults are those of config.json.

    Attributes:
        depths, hidden_sizes, num_attention_heads, mlp_ratios: layers, channels, heads, and how much wider the feed-forward network is, of
            each of num_encoder_blocks stages.
        patch_sizes, strides: of the convolution that each stage begins with.
        sr_ratios: by how much each stage divides height and width of what its attention looks at.
        layer_norm_eps: read and written; the norms of checkpoints have 1e-5, whatever it says.
        reshape_last_stage: whether the last map is given as (B, C, H, W).
        decoder_hidden_size: channels inside the segmenter's decoder.
    """

    model_type = "segformer"

    # how large it is
    decoder_hidden_size: int = 256
    depths: list[int] = [2, 2, 2, 2]
    hidden_sizes: list[int] = [32, 64, 160, 256]
    mlp_ratios: list[float] = [4, 4, 4, 4]
    num_attention_heads: list[int] = [1, 2, 5, 8]
    num_channels: int = 3
    num_encoder_blocks: int = 4
    patch_sizes: list[int] = [7, 3, 3, 3]
    sr_ratios: list[int] = [8, 4, 2, 1]
    strides: list[int] = [4, 2, 2, 2]

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-6
    reshape_last_stage: bool = True

    # training: what is dropped, what weights start as, what counts
    attention_probs_dropout_prob: float = 0.0
    classifier_dropout_prob: float = 0.1
    drop_path_rate: float = 0.1
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02
    semantic_loss_ignore_index: int = 255

    def validate(self) -> Iterator[str]:
        for name in ("depths", "hidden_sizes", "mlp_ratios", "num_attention_heads", "patch_sizes", "sr_ratios", "strides"):
            if len(getattr(self, name)) != self.num_encoder_blocks:
                yield f"{name}={list(getattr(self, name))} should have an entry for each of num_encoder_blocks={self.num_encoder_blocks}"
        for width, heads in zip(self.hidden_sizes, self.num_attention_heads):
            if width % heads:
                yield f"a stage of hidden_sizes={width} cannot have num_attention_heads={heads}"
