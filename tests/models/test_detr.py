"""DETR against the reference, over either kind of backbone, and what the reference takes and leaves unused."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, family_tests, reference_case, run
from objects import objects

RESNET = {"model_type": "resnet", "embedding_size": 6, "hidden_sizes": [8, 12, 16, 20], "depths": [1, 2, 1, 1], "layer_type": "basic"}
SIZES = {
    "d_model": 24, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 3, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 22, "decoder_ffn_dim": 30, "num_queries": 7, "num_labels": 4, "auxiliary_loss": True, "use_timm_backbone": False,
    "backbone": None, "use_pretrained_backbone": False, "backbone_config": RESNET,
}  # fmt: skip
IMAGE = (3, 3, 75, 102)


def padded(auto_class, rng, config):
    """A batch with padding, and labels."""
    mask = np.ones((IMAGE[0], *IMAGE[2:]), np.int64)
    mask[1, 40:], mask[2, :, 66:] = 0, 0
    inputs = {"pixel_mask": mask}
    if auto_class != "AutoModel":
        masks = ((20, 30), (31, 25), (18, 27)) if auto_class.endswith("Segmentation") else ()
        inputs["labels"] = objects(rng, (3, 0, 2), config.num_labels, masks)
    return inputs


SEGMENTING = ("AutoModelForImageSegmentation", "AutoModelForUniversalSegmentation")
FAMILY = Family(
    "detr",
    sizes=SIZES,
    image=IMAGE,
    inputs=padded,
    variants={"learned positions, another activation, other weights": {
        "position_embedding_type": "learned", "activation_function": "gelu", "auxiliary_loss": False, "backbone_config": {
            **RESNET, "layer_type": "bottleneck", "hidden_act": "relu", "downsample_in_bottleneck": True, "out_features": ["stage2", "stage3"]
        }, "class_cost": 2, "bbox_cost": 3, "giou_cost": 4, "bbox_loss_coefficient": 3, "giou_loss_coefficient": 1, "eos_coefficient": 0.3,
    }},
    variant_heads=("AutoModelForObjectDetection",),
    skip=dict.fromkeys(SEGMENTING, "another width: below"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForObjectDetection"))
