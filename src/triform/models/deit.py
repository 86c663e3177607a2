"""DeiT: ViT with a second token, which learns from a teacher.

Paper        Touvron et al., 2020, https://arxiv.org/abs/2012.12877
Checkpoints  every repository whose config.json says `model_type: deit`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N patches, T = 2 + N tokens, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.deit import DeiTConfig
from triform.configs.images import grid
from triform.outputs import EncoderOutput, LogitsOutput
from triform.vision_outputs import DistilledClassifierOutput, MaskedImageOutput

from .. import nn, ops
from .losses import classification_loss
from .patches import PatchProjection, as_tokens, check_image_size, interpolated, mask_patches, masked_pixel_loss
from .vit import RENAME as RENAME
from .vit import ViTEncoder, ViTPooler, as_pixels


class DeiTEmbeddings(nn.Module):
    """The class token, the distillation token and the patches, with their positions."""

    def __init__(self, config: Any, use_mask_token: bool = False):
        super().__init__()
        self.config, self.grid = config, grid(config)
        width = config.hidden_size
        self.cls_token = nn.Parameter((1, 1, width), "zeros")
        self.distillation_token = nn.Parameter((1, 1, width), "zeros")
        self.mask_token = nn.Parameter((1, 1, width), "zeros") if use_mask_token else None
        self.patch_embeddings = PatchProjection(config)
        self.position_embeddings = nn.Parameter((1, self.grid[0] * self.grid[1] + 2, width), "zeros")
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):  # (B, C, H, W) -> (B, T, D)
        patches = self.patch_embeddings(pixel_values)
        if not interpolate_pos_encoding:
            check_image_size(self, pixel_values, self.config)
        x = as_tokens(patches)
        if bool_masked_pos is not None:
            x = mask_patches(x, bool_masked_pos, self.mask_token[...])
        first = ops.concat([self.cls_token[...], self.distillation_token[...]], axis=1)
        first = ops.broadcast_to(first, (ops.shape(x)[0], *ops.shape(first)[1:]))
        positions = interpolated(self.position_embeddings[...], self.grid, ops.shape(patches)[2:], leading=2)
        return self.dropout(ops.concat([first, x], axis=1) + positions)


class DeiTPreTrainedModel(nn.Model):
    """The base of all DeiT models."""

    config_class = DeiTConfig
    prefix = "deit"


class DeiTModel(DeiTPreTrainedModel):
    """DeiT without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        bool_masked_pos: (B, N), nonzero where a patch is hidden; only when built with `use_mask_token=True`.
        interpolate_pos_encoding: True to take images of another size than config.image_size.

    Returns:
        EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another size or number of channels.
    """

    def __init__(self, config: DeiTConfig, add_pooling_layer: bool = True, use_mask_token: bool = False):
        super().__init__(config)
        self.embeddings = DeiTEmbeddings(config, use_mask_token)
        self.encoder = ViTEncoder(config)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.pooler = ViTPooler(config) if add_pooling_layer else None

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        x = self.embeddings(pixel_values, bool_masked_pos, interpolate_pos_encoding)
        x = self.layernorm(self.encoder(x))
        return EncoderOutput(x, None if self.pooler is None else self.pooler(x))


class DeiTForMaskedImageModeling(DeiTPreTrainedModel):
    """DeiT that fills in masked patches: reconstruction (B, C, H, W); the loss where bool_masked_pos (B, N) is given."""

    def __init__(self, config: DeiTConfig):
        super().__init__(config)
        self.deit = DeiTModel(config, add_pooling_layer=False, use_mask_token=True)
        self.decoder = nn.List([nn.Conv2d(config.hidden_size, config.encoder_stride**2 * config.num_channels, 1)])

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        out = self.deit(pixel_values, bool_masked_pos, interpolate_pos_encoding)
        tokens = out.last_hidden_state[:, 1:-1]  # from the distillation token on, as checkpoints were trained
        image = as_pixels(self.decoder, tokens, pixel_values, self.deit.embeddings, self.config.encoder_stride)
        loss = None if bool_masked_pos is None else masked_pixel_loss(image, pixel_values, bool_masked_pos, self.config)
        return MaskedImageOutput(loss, image)


class DeiTForImageClassification(DeiTPreTrainedModel):
    """DeiT with a linear classifier on the class token: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: DeiTConfig):
        super().__init__(config)
        self.deit = DeiTModel(config, add_pooling_layer=False)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None, interpolate_pos_encoding=False):
        out = self.deit(pixel_values, interpolate_pos_encoding=interpolate_pos_encoding)
        logits = self.classifier(out.last_hidden_state[:, 0])
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class DeiTForImageClassificationWithTeacher(DeiTPreTrainedModel):
    """DeiT with classifiers on the class token and on the distillation token, whose mean is the answer; for inference, without a loss."""

    def __init__(self, config: DeiTConfig):
        super().__init__(config)
        self.deit = DeiTModel(config, add_pooling_layer=False)
        self.cls_classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.distillation_classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        x = self.deit(pixel_values, interpolate_pos_encoding=interpolate_pos_encoding).last_hidden_state
        by_class, by_teacher = self.cls_classifier(x[:, 0]), self.distillation_classifier(x[:, 1])
        return DistilledClassifierOutput((by_class + by_teacher) / 2, by_class, by_teacher)


OPTIONAL = (r"^(deit\.)?pooler\.", r"\bmask_token$")
