"""DeiT: ViT with a second token, which learns from a teacher.

Paper        Touvron et al., 2020, https://arxiv.org/abs/2012.12877
Checkpoints  every repository whose config.json says `model_type: deit`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N patches, T = 2 + N tokens, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.deit import DeiTConfig
from triform.vision_outputs import DistilledClassifierOutput

from .. import nn, ops
from .vit import RENAME as RENAME
from .vit import ViTEmbeddings, ViTForImageClassification, ViTForMaskedImageModeling, ViTModel


class DeiTEmbeddings(ViTEmbeddings):
    """The class token, the distillation token and the patches, with their positions."""

    leading = 2

    def __init__(self, config: Any, use_mask_token: bool = False):
        super().__init__(config, use_mask_token)
        self.distillation_token = nn.Parameter((1, 1, config.hidden_size))

    def first_tokens(self) -> Any:
        return ops.concat([self.cls_token[...], self.distillation_token[...]], axis=1)


class DeiTPreTrainedModel(nn.Model):
    """The base of all DeiT models."""

    config_class = DeiTConfig
    prefix = "deit"


class DeiTModel(DeiTPreTrainedModel, ViTModel):
    """DeiT without a head: see ViTModel; T = 2 + N."""

    embeddings_class = DeiTEmbeddings


class DeiTForMaskedImageModeling(DeiTPreTrainedModel, ViTForMaskedImageModeling):
    """DeiT that fills in masked patches: reconstruction (B, C, H, W); the loss where bool_masked_pos (B, N) is given."""

    base = DeiTModel
    read = slice(1, -1)  # from the distillation token on, as checkpoints were trained


class DeiTForImageClassification(DeiTPreTrainedModel, ViTForImageClassification):
    """DeiT with a linear classifier on the class token: logits (B, L). labels: see `classification_loss`."""

    base = DeiTModel


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
INIT = {r"(_token|position_embeddings)$": "zeros"}
