"""LeViT, a fast Transformer over images: convolutions first, then attention that is biased by distance and shrinks its map.

Paper        Graham et al., 2021, https://arxiv.org/abs/2104.01136
Checkpoints  every repository whose config.json says `model_type: levit`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N places of a map, D hidden_sizes[-1], L num_labels
"""

from typing import Any

import numpy as np

from triform.configs.levit import LevitConfig
from triform.outputs import LogitsOutput
from triform.vision_outputs import DistilledClassifierOutput, ImageEncoderOutput

from .. import nn, ops
from .chains import through
from .constants import Constant
from .drop_path import DropPath
from .losses import classification_loss
from .patches import as_tokens, check_channels, check_image_size


def hard_swish(x: Any) -> Any:
    """x · min(max(x + 3, 0), 6) / 6. Paper: Howard et al., 2019, https://arxiv.org/abs/1905.02244, section 5.2."""
    return x * ops.minimum(ops.maximum(x + 3.0, 0.0), 6.0) / 6.0


class LevitConvEmbeddings(nn.Module):
    """A convolution that halves height and width, and its norm."""

    def __init__(self, config: Any, n_in: int, n_out: int):
        super().__init__()
        self.convolution = nn.Conv2d(n_in, n_out, config.kernel_size, stride=config.stride, padding=config.padding, bias=False)
        self.batch_norm = nn.BatchNorm(n_out)

    def forward(self, x):
        return self.batch_norm(self.convolution(x))


class LevitPatchEmbeddings(nn.Module):
    """Four convolutions: a place for each sixteen pixels a side."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.hidden_sizes[0]
        self.embedding_layer_1 = LevitConvEmbeddings(config, config.num_channels, width // 8)
        self.embedding_layer_2 = LevitConvEmbeddings(config, width // 8, width // 4)
        self.embedding_layer_3 = LevitConvEmbeddings(config, width // 4, width // 2)
        self.embedding_layer_4 = LevitConvEmbeddings(config, width // 2, width)

    def forward(self, x):  # (B, C, H, W) -> (B, N, hidden_sizes[0])
        for layer in (self.embedding_layer_1, self.embedding_layer_2, self.embedding_layer_3):
            x = hard_swish(layer(x))
        return as_tokens(self.embedding_layer_4(x))


class MLPLayerWithBN(nn.Module):
    """A linear layer, and a norm over batch and places."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out, bias=False)
        self.batch_norm = nn.BatchNorm(n_out)

    def forward(self, x):  # (B, N, C) -> (B, N, C')
        x = self.linear(x)
        b, n, c = ops.shape(x)
        return ops.reshape(self.batch_norm(ops.reshape(x, (-1, c))), (b, n, c))


def distances(side: int, stride: int = 1) -> np.ndarray:
    """(M, N): the number of the distance between each place that looks, every `stride`-th of a map, and each that is looked at."""
    y, x = map(np.ravel, np.mgrid[:side, :side])
    from_y, from_x = map(np.ravel, np.mgrid[:side:stride, :side:stride])
    return np.abs(from_y[:, None] - y) * side + np.abs(from_x[:, None] - x)


class LevitAttention(nn.Module):
    """Multi-head attention, biased by distance; values are wider than keys."""

    def __init__(self, width: int, key: int, heads: int, ratio: int, side: int):
        super().__init__()
        self.heads, self.key, self.value = heads, key, ratio * key
        self.attention_biases = nn.Parameter((heads, side**2), "zeros")
        self.queries_keys_values = MLPLayerWithBN(width, (2 + ratio) * key * heads)
        self.projection = MLPLayerWithBN(ratio * key * heads, width)
        self.pairs = Constant(distances(side))

    def forward(self, x):
        every = ops.split_heads(self.queries_keys_values(x), self.heads)
        q, k, v = ops.split(every, (self.key, self.key, self.value), axis=3)
        return self.projection(hard_swish(ops.merge_heads(ops.attention(q, k, v, bias=biases(self, x)))))


def biases(attention: Any, like: Any) -> Any:
    """(1, heads, M, N): what each pair of places adds to the scores."""
    return ops.take(attention.attention_biases[...], attention.pairs.tensor(like), axis=1)[None]


class LevitAttentionSubsample(nn.Module):
    """Attention of every `stride`-th place, in height and width, to all places."""

    def __init__(self, n_in: int, n_out: int, key: int, heads: int, ratio: int, stride: int, side: int):
        super().__init__()
        self.heads, self.key, self.value = heads, key, ratio * key
        self.side, self.stride = side, stride
        self.attention_biases = nn.Parameter((heads, side**2), "zeros")
        self.keys_values = MLPLayerWithBN(n_in, (1 + ratio) * key * heads)
        self.queries = MLPLayerWithBN(n_in, key * heads)
        self.projection = MLPLayerWithBN(ratio * key * heads, n_out)
        self.pairs = Constant(distances(side, stride))

    def forward(self, x):
        b, _, c = ops.shape(x)
        looking = ops.reshape(x, (b, self.side, self.side, c))[:, :: self.stride, :: self.stride]
        q = ops.split_heads(self.queries(ops.reshape(looking, (b, -1, c))), self.heads)
        k, v = ops.split(ops.split_heads(self.keys_values(x), self.heads), (self.key, self.value), axis=3)
        return self.projection(hard_swish(ops.merge_heads(ops.attention(q, k, v, bias=biases(self, x)))))


class LevitMLPLayer(nn.Module):
    """The feed-forward network."""

    def __init__(self, width: int, inner: int):
        super().__init__()
        self.linear_up = MLPLayerWithBN(width, inner)
        self.linear_down = MLPLayerWithBN(inner, width)

    def forward(self, x):
        return self.linear_down(hard_swish(self.linear_up(x)))


class LevitResidualLayer(nn.Module):
    """A module, added to what it is given."""

    def __init__(self, module: Any, drop_rate: float):
        super().__init__()
        self.module = module
        self.drop_path = DropPath(drop_rate)

    def forward(self, x):
        return x + self.drop_path(self.module(x))


class LevitStage(nn.Module):
    """Layers of one width; then, where another stage follows, attention that shrinks the map."""

    def __init__(self, config: Any, stage: int, side: int):
        super().__init__()
        width, ratio = config.hidden_sizes[stage], config.mlp_ratio[stage]
        heads, key, wider = config.num_attention_heads[stage], config.key_dim[stage], config.attention_ratio[stage]
        rate, layers = config.drop_path_rate, list[Any]()
        for _ in range(config.depths[stage]):
            layers.append(LevitResidualLayer(LevitAttention(width, key, heads, wider, side), rate))
            if ratio > 0:
                layers.append(LevitResidualLayer(LevitMLPLayer(width, ratio * width), rate))
        self.after = side
        if stage < len(config.depths) - 1:
            _, key, heads, wider, ratio, stride = config.down_ops[stage]
            n_out = config.hidden_sizes[stage + 1]
            layers.append(LevitAttentionSubsample(width, n_out, key, heads, wider, stride, side))
            layers.append(LevitResidualLayer(LevitMLPLayer(n_out, ratio * n_out), rate))
            self.after = (side - 1) // stride + 1
        self.layers = nn.List(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class LevitEncoder(nn.Module):
    """The stages."""

    def __init__(self, config: Any):
        super().__init__()
        side, stages = config.image_size // config.patch_size, []
        for stage in range(len(config.depths)):
            stages.append(LevitStage(config, stage, side))
            side = stages[-1].after
        self.stages = nn.List(stages)

    def forward(self, x):
        return through(self.stages, x)


class LevitPreTrainedModel(nn.Model):
    """The base of all LeViT models."""

    config_class = LevitConfig
    prefix = "levit"


class LevitModel(LevitPreTrainedModel):
    """LeViT without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        ImageEncoderOutput with last_hidden_state (B, N, D) and pooler_output (B, D).

    Raises:
        InputError: images of another size or number of channels.
    """

    def __init__(self, config: LevitConfig):
        super().__init__(config)
        self.patch_embeddings = LevitPatchEmbeddings(config)
        self.encoder = LevitEncoder(config)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.config.num_channels)
        check_image_size(self, pixel_values, self.config, resizable=False)
        x = self.encoder(self.patch_embeddings(pixel_values))
        return ImageEncoderOutput(x, ops.mean(x, 1))


class LevitClassificationLayer(nn.Module):
    """A norm and a linear classifier."""

    def __init__(self, config: Any):
        super().__init__()
        self.batch_norm = nn.BatchNorm(config.hidden_sizes[-1])
        self.linear = nn.Linear(config.hidden_sizes[-1], config.num_labels)

    def forward(self, x):
        return self.linear(self.batch_norm(x))


class LevitForImageClassification(LevitPreTrainedModel):
    """LeViT with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: LevitConfig):
        super().__init__(config)
        self.levit = LevitModel(config)
        self.classifier = LevitClassificationLayer(config)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(self.levit(pixel_values).pooler_output)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class LevitForImageClassificationWithTeacher(LevitPreTrainedModel):
    """LeViT with a second classifier, which learned from a teacher; the mean of both is the answer; for inference, without a loss."""

    def __init__(self, config: LevitConfig):
        super().__init__(config)
        self.levit = LevitModel(config)
        self.classifier = LevitClassificationLayer(config)
        self.classifier_distill = LevitClassificationLayer(config)

    def forward(self, pixel_values):
        pooled = self.levit(pixel_values).pooler_output
        by_class, by_teacher = self.classifier(pooled), self.classifier_distill(pooled)
        return DistilledClassifierOutput((by_class + by_teacher) / 2, by_class, by_teacher)


IGNORE = (r"attention_bias_idxs$",)  # of older files: it follows from the config
