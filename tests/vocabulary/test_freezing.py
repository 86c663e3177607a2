"""Arrays that are kept and not trained."""

import numpy as np


def test_what_is_frozen_is_loaded_and_not_trained(fw, rng):
    nn = fw.nn

    def build():
        layers = nn.List([nn.Linear(3, 4), nn.Linear(4, 2)])
        nn.freeze(layers[0])
        return layers

    cls = fw.holder(build)
    arrays = {f"layer.{i}.{name}": rng.standard_normal(shape).astype(np.float32) for i, (n, m) in enumerate([(3, 4), (4, 2)])
              for name, shape in (("weight", (m, n)), ("bias", (m,)))}  # fmt: skip
    model = fw.filled(cls, arrays)
    slots = {slot.name: slot for slot in model.slots()}
    assert slots.keys() == arrays.keys()
    for name, slot in slots.items():
        value = slot.value.value if fw.name == "tf" else slot.value[...]
        assert np.array_equal(fw.numpy(value), arrays[name])
        trained = slot.value.requires_grad if fw.name == "torch" else slot.value.trainable if fw.name == "tf" else slot.trainable
        assert trained is name.startswith("layer.1.")
