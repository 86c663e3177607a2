"""SegFormer, a Transformer over images in stages, whose attention looks at a smaller map than it comes from; segments with a light decoder.

Paper        Xie et al., 2021, https://arxiv.org/abs/2105.15203
Checkpoints  every repository whose config.json says `model_type: segformer`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N = H · W places of a stage's map, D channels of the last stage, L num_labels
"""

from typing import Any

from triform.configs.segformer import SegformerConfig
from triform.outputs import BaseModelOutput, LogitsOutput

from .. import nn, ops
from .drop_path import DropPath, drop_rates
from .losses import classification_loss, masked_binary_cross_entropy
from .patches import as_image, as_tokens, check_channels
from .segmentation import segmentation_loss


class SegformerOverlapPatchEmbeddings(nn.Module):
    """Patches that overlap, normalised."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        n_in = config.hidden_sizes[stage - 1] if stage else config.num_channels
        size, width = config.patch_sizes[stage], config.hidden_sizes[stage]
        self.proj = nn.Conv2d(n_in, width, size, stride=config.strides[stage], padding=size // 2)
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, x):  # (B, C, H, W) -> (B, N, C'), (H', W')
        x = self.proj(x)
        return self.layer_norm(as_tokens(x)), ops.shape(x)[2:]


class SegformerSelfAttention(nn.Module):
    """Multi-head attention of all places to those of a smaller map."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        width, ratio = config.hidden_sizes[stage], config.sr_ratios[stage]
        self.heads = config.num_attention_heads[stage]
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)
        self.sr = nn.Conv2d(width, width, ratio, stride=ratio) if ratio > 1 else None
        self.layer_norm = nn.LayerNorm(width) if ratio > 1 else None

    def forward(self, x, size):  # (B, N, C), (H, W) -> (B, N, C)
        seen = x
        if self.sr is not None and self.layer_norm is not None:
            seen = self.layer_norm(as_tokens(self.sr(as_image(x, *size))))
        q, k, v = (ops.split_heads(y, self.heads) for y in (self.query(x), self.key(seen), self.value(seen)))
        return ops.merge_heads(ops.attention(q, k, v, dropout=self.dropout))


class SegformerSelfOutput(nn.Module):
    """The projection after attention."""

    def __init__(self, config: Any, width: int):
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x):
        return self.dropout(self.dense(x))


class SegformerAttention(nn.Module):
    """Attention, and the projection after it."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        self.self = SegformerSelfAttention(config, stage)
        self.output = SegformerSelfOutput(config, config.hidden_sizes[stage])

    def forward(self, x, size):
        return self.output(self.self(x, size))


class SegformerDWConv(nn.Module):
    """A depthwise convolution of places that lie in a row."""

    def __init__(self, width: int):
        super().__init__()
        self.dwconv = nn.Conv2d(width, width, 3, padding=1, groups=width)

    def forward(self, x, size):
        return as_tokens(self.dwconv(as_image(x, *size)))


class SegformerMixFFN(nn.Module):
    """The feed-forward network, with a depthwise convolution in its middle, which tells places where they are."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        width = config.hidden_sizes[stage]
        inner = int(width * config.mlp_ratios[stage])
        self.dense1 = nn.Linear(width, inner)
        self.dwconv = SegformerDWConv(inner)
        self.act = ops.activation(config.hidden_act)
        self.dense2 = nn.Linear(inner, width)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x, size):
        x = self.dropout(self.act(self.dwconv(self.dense1(x), size)))
        return self.dropout(self.dense2(x))


class SegformerLayer(nn.Module):
    """Attention and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any, stage: int, drop_rate: float):
        super().__init__()
        width = config.hidden_sizes[stage]
        self.layer_norm_1 = nn.LayerNorm(width)
        self.attention = SegformerAttention(config, stage)
        self.layer_norm_2 = nn.LayerNorm(width)
        self.mlp = SegformerMixFFN(config, stage)
        self.drop_path = DropPath(drop_rate)

    def forward(self, x, size):
        x = x + self.drop_path(self.attention(self.layer_norm_1(x), size))
        return x + self.drop_path(self.mlp(self.layer_norm_2(x), size))


class SegformerEncoder(nn.Module):
    """The stages; gives the map of each, (B, C, H, W)."""

    def __init__(self, config: Any):
        super().__init__()
        stages, rates = range(config.num_encoder_blocks), drop_rates(config.drop_path_rate, config.depths)
        self.reshapes_last = config.reshape_last_stage
        self.patch_embeddings = nn.List([SegformerOverlapPatchEmbeddings(config, stage) for stage in stages])
        self.block = nn.List([nn.List([SegformerLayer(config, stage, rate) for rate in rates[stage]]) for stage in stages])
        self.layer_norm = nn.List([nn.LayerNorm(config.hidden_sizes[stage]) for stage in stages])

    def forward(self, x):
        maps = []
        for embeddings, layers, norm in zip(self.patch_embeddings, self.block, self.layer_norm):
            x, size = embeddings(x)
            for layer in layers:
                x = layer(x, size)
            flat = norm(x)
            x = as_image(flat, *size)
            maps.append(x)
            nn.record("hidden_states", x if self.reshapes_last or len(maps) < len(self.block) else flat)
        return maps


class SegformerPreTrainedModel(nn.Model):
    """The base of all SegFormer models."""

    config_class = SegformerConfig
    prefix = "segformer"


class SegformerModel(SegformerPreTrainedModel):
    """SegFormer without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        BaseModelOutput with last_hidden_state (B, D, H, W), or (B, N, D) without config.reshape_last_stage.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: SegformerConfig):
        super().__init__(config)
        self.encoder = SegformerEncoder(config)

    def forward(self, pixel_values):
        x = self.maps(pixel_values)[-1]
        return BaseModelOutput(x if self.config.reshape_last_stage else as_tokens(x))

    def maps(self, pixel_values):
        """What each stage gives."""
        check_channels(self, pixel_values, self.config.num_channels)
        return self.encoder(pixel_values)


class SegformerForImageClassification(SegformerPreTrainedModel):
    """SegFormer with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: SegformerConfig):
        super().__init__(config)
        self.segformer = SegformerModel(config)
        self.classifier = nn.Linear(config.hidden_sizes[-1], config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(ops.mean(self.segformer.maps(pixel_values)[-1], (2, 3)))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class SegformerMLP(nn.Module):
    """A linear layer on the channels of each place."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.proj = nn.Linear(n_in, n_out)

    def forward(self, x):  # (B, C, H, W) -> (B, C', H, W)
        return as_image(self.proj(as_tokens(x)), *ops.shape(x)[2:])


class SegformerDecodeHead(nn.Module):
    """All maps, enlarged to the first and mixed, to the scores of each place."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.decoder_hidden_size
        self.linear_c = nn.List([SegformerMLP(n, width) for n in config.hidden_sizes])
        self.linear_fuse = nn.Conv2d(width * config.num_encoder_blocks, width, 1, bias=False)
        self.batch_norm = nn.BatchNorm(width)
        self.act = ops.activation("relu")
        self.dropout = nn.Dropout(config.classifier_dropout_prob)
        self.classifier = nn.Conv2d(width, config.num_labels, 1)

    def forward(self, maps):
        size = ops.shape(maps[0])[2:]
        mixed = [ops.resize_bilinear(project(x), size) for project, x in zip(self.linear_c, maps)]
        x = self.linear_fuse(ops.concat(mixed[::-1], axis=1))
        return self.classifier(self.dropout(self.act(self.batch_norm(x))))


class SegformerForSemanticSegmentation(SegformerPreTrainedModel):
    """SegFormer that labels each pixel: logits (B, L, H / 4, W / 4). labels (B, H, W): see `segmentation_loss`.

    With config.num_labels == 1, a label is 0 or 1, and the loss is the binary cross entropy of each pixel.
    """

    def __init__(self, config: SegformerConfig):
        super().__init__(config)
        self.segformer = SegformerModel(config)
        self.decode_head = SegformerDecodeHead(config)

    def forward(self, pixel_values, labels=None):
        logits = self.decode_head(self.segformer.maps(pixel_values))
        return LogitsOutput(None if labels is None else self.loss_of(logits, labels), logits)

    def loss_of(self, logits, labels):
        """The loss of scores (B, L, H / 4, W / 4)."""
        if self.config.num_labels > 1:
            return segmentation_loss(self.config, logits, labels)
        scores = ops.resize_bilinear(logits, ops.shape(labels)[1:])[:, 0]
        counts = (labels >= 0) & (labels != self.config.semantic_loss_ignore_index)
        share = ops.mean(ops.cast(counts, "float32"))
        return masked_binary_cross_entropy(scores, ops.cast(labels, scores.dtype), ops.cast(counts, "int")) * share


RENAME = {  # names of newer files
    r"\.attention\.q_proj\.": ".attention.self.query.",
    r"\.attention\.k_proj\.": ".attention.self.key.",
    r"\.attention\.v_proj\.": ".attention.self.value.",
    r"\.attention\.o_proj\.": ".attention.output.dense.",
    r"\.attention\.sequence_reduction\.sequence_reduction\.": ".attention.self.sr.",
    r"\.attention\.sequence_reduction\.layer_norm\.": ".attention.self.layer_norm.",
    r"\.layernorm_before\.": ".layer_norm_1.",
    r"\.layernorm_after\.": ".layer_norm_2.",
    r"\.mlp\.fc([12])\.": r".mlp.dense\1.",
    r"(^|\.)stages\.(\d+)\.blocks\.": r"\1encoder.block.\2.",
    r"(^|\.)stages\.(\d+)\.(patch_embeddings|layer_norm)\.": r"\1encoder.\3.\2.",
    r"\.linear_projections\.": ".linear_c.",
}
