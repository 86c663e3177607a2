"""BiT against the reference."""

import numpy as np
import pytest
from harness import Family, auto, family_tests, reference_case, tensors

from triform.errors import InputError

SIZES = {"embedding_size": 8, "hidden_sizes": [16, 24, 40], "depths": [1, 2, 1], "num_groups": 4, "num_labels": 5}
FAMILY = Family(
    "bit",
    sizes=SIZES,
    image=(3, 3, 45, 38),
    asked=("output_hidden_states",),
    variants={
        "norms after convolutions, padded as TensorFlow pads": {
            "layer_type": "bottleneck", "global_padding": "SAME", "embedding_dynamic_padding": True, "hidden_act": "gelu",
            "out_features": ["stem", "stage2"],
        },
        "finer maps": {"output_stride": 8, "out_indices": [1, 3], "width_factor": 1},
    },
    variant_heads=("AutoModel", "AutoBackbone"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))


def test_images_of_other_channels_are_refused(backend):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    with pytest.raises(InputError, match=r"\(1, 4, 24, 24\), but config.num_channels is 3"):
        model(**tensors(backend, {"pixel_values": np.zeros((1, 4, 24, 24), np.float32)}))
