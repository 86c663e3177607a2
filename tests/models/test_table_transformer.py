"""Table Transformer against the reference."""

from harness import Family, family_tests
from test_detr import SIZES, padded

FAMILY = Family(
    "table-transformer",
    sizes=SIZES,
    image=(3, 3, 43, 58),
    inputs=padded,
    variants={"no auxiliary loss, learned positions": {
        "auxiliary_loss": False, "position_embedding_type": "learned", "activation_function": "gelu", "encoder_layers": 2,
    }},
    variant_heads=("AutoModelForObjectDetection",),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForObjectDetection"))
