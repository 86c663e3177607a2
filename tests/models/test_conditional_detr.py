"""Conditional DETR against the reference."""

from harness import Family, family_tests
from test_detr import SIZES, padded

FAMILY = Family(
    "conditional_detr",
    sizes=SIZES,
    image=(3, 3, 43, 58),
    inputs=padded,
    variants={"no auxiliary loss, learned positions, other weights": {
        "auxiliary_loss": False, "position_embedding_type": "learned", "class_cost": 3, "cls_loss_coefficient": 4, "focal_alpha": 0.4,
        "bbox_loss_coefficient": 2, "activation_function": "gelu",
    }},
    variant_heads=("AutoModelForObjectDetection",),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForObjectDetection"))
