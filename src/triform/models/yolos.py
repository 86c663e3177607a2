"""YOLOS, a Vision Transformer whose last tokens stand for the objects of an image.

Paper        Fang et al., 2021, https://arxiv.org/abs/2106.00666; its loss: DETR, https://arxiv.org/abs/2005.12872
Checkpoints  every repository whose config.json says `model_type: yolos`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N patches, Q detection tokens, T = 1 + N + Q, D hidden_size, L num_labels
"""

from triform.configs.images import grid
from triform.configs.yolos import YolosConfig
from triform.outputs import EncoderOutput
from triform.vision_outputs import ObjectDetectionOutput

from .. import nn, ops
from .patches import PatchProjection, as_tokens, interpolated
from .set_prediction import Perceptron, detection_loss
from .vit import ViTLayer, ViTPooler


class YolosEmbeddings(nn.Module):
    """The class token, the patches and the detection tokens, with their positions."""

    def __init__(self, config: YolosConfig):
        super().__init__()
        self.grid, self.objects, width = grid(config), config.num_detection_tokens, config.hidden_size
        self.cls_token = nn.Parameter((1, 1, width), "zeros")
        self.detection_tokens = nn.Parameter((1, self.objects, width), "zeros")
        self.position_embeddings = nn.Parameter((1, tokens(config), width), "zeros")
        self.patch_embeddings = PatchProjection(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, pixel_values):  # (B, C, H, W) -> (B, T, D), the grid of its patches
        patches = self.patch_embeddings(pixel_values)
        x, size = as_tokens(patches), ops.shape(patches)[2:]
        b, _, width = ops.shape(x)
        first, last = (ops.broadcast_to(each[...], (b, each.shape[1], width)) for each in (self.cls_token, self.detection_tokens))
        positions = resized(self.position_embeddings[...], self.grid, size, self.objects)
        return self.dropout(ops.concat([first, x, last], axis=1) + positions), size


class YolosEncoder(nn.Module):
    """The stack of layers; all but the last add positions of their own, where the config says so."""

    def __init__(self, config: YolosConfig):
        super().__init__()
        count = config.num_hidden_layers
        self.layer = nn.List([ViTLayer(config) for _ in range(count)])
        self.grid, self.objects = grid(config), config.num_detection_tokens
        sizes = (count - 1, 1, tokens(config), config.hidden_size)
        self.mid_position_embeddings = nn.Parameter(sizes, "zeros") if config.use_mid_position_embeddings else None

    def forward(self, x, size):  # (B, T, D) -> the states after each layer
        positions, states = None, []
        if self.mid_position_embeddings is not None:
            positions = resized(self.mid_position_embeddings[...][:, 0], self.grid, size, self.objects)
        nn.record("hidden_states", x)
        for i, layer in enumerate(self.layer):
            x = layer(x)
            nn.record("hidden_states", x)
            states.append(x)
            if positions is not None and i < len(self.layer) - 1:
                x = x + positions[i]
        return states


class YolosPreTrainedModel(nn.Model):
    """The base of all YOLOS models."""

    config_class = YolosConfig
    prefix = "vit"


class YolosModel(YolosPreTrainedModel):
    """YOLOS without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor; positions are interpolated where the size differs.

    Returns:
        EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: YolosConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = YolosEmbeddings(config)
        self.encoder = YolosEncoder(config)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.pooler = ViTPooler(config) if add_pooling_layer else None

    def forward(self, pixel_values):
        x = self.layernorm(self.states(pixel_values)[-1])
        return EncoderOutput(x, None if self.pooler is None else self.pooler(x))

    def states(self, pixel_values):
        """(B, T, D) after each layer, before the norm."""
        return self.encoder(*self.embeddings(pixel_values))


class YolosForObjectDetection(YolosPreTrainedModel):
    """YOLOS with a classifier and a predictor of boxes on its detection tokens.

    Args of the call:
        pixel_values: (B, C, H, W).
        labels: of each image a mapping with class_labels (N,) int and boxes (N, 4), centre x and y, width, height, as shares of the image.

    Returns:
        ObjectDetectionOutput with logits (B, Q, L + 1) and pred_boxes (B, Q, 4).
    """

    host_loss = True

    def __init__(self, config: YolosConfig):
        super().__init__(config)
        self.vit = YolosModel(config, add_pooling_layer=False)
        self.class_labels_classifier = Perceptron(config.hidden_size, config.hidden_size, config.num_labels + 1, 3)
        self.bbox_predictor = Perceptron(config.hidden_size, config.hidden_size, 4, 3)

    def forward(self, pixel_values, labels=None):
        *earlier, last = self.vit.states(pixel_values)
        x = self.vit.layernorm(last)
        made, loss, terms, auxiliary = self.predicted(x), None, None, None
        if labels is not None:
            if self.config.auxiliary_loss:
                auxiliary = [self.predicted(self.vit.layernorm(state)) for state in earlier]
            loss, terms = detection_loss(self.config, made, labels, auxiliary)
        return ObjectDetectionOutput(loss, terms, made["logits"], made["pred_boxes"], auxiliary, x)

    def predicted(self, x):  # (B, T, D) -> of the last Q tokens
        x = x[:, -self.config.num_detection_tokens :]
        return {"logits": self.class_labels_classifier(x), "pred_boxes": ops.sigmoid(self.bbox_predictor(x))}


def tokens(config: YolosConfig) -> int:
    """How many tokens there are for an image of config.image_size."""
    height, width = grid(config)
    return 1 + height * width + config.num_detection_tokens


def resized(table, before, after, objects):
    """Positions (K, T, D) for another grid of patches; the last are of detection tokens."""
    if tuple(before) == tuple(after):
        return table
    return ops.concat([interpolated(table[:, :-objects], before, after), table[:, -objects:]], axis=1)


OPTIONAL = (r"^(vit\.)?pooler\.",)  # files of detectors have none
INIT = {r"layernorm\w*\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
