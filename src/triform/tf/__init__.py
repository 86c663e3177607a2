"""triform on TensorFlow: every architecture as a genuine keras.Model, under its usual name (`triform.tf.BertModel`)."""

from typing import Any

from triform.auto.factory import require_backend

require_backend("tf", "triform.tf")

from triform.auto.registry import ARCHITECTURES  # noqa: E402
from triform.tf.pretrained import announce  # noqa: E402

announce({row.prefix + head: row.module for row in ARCHITECTURES.values() for head in row.heads})


def architecture_class(module: str, name: str) -> Any:
    """The keras.Model of an architecture."""
    from triform.tf.pretrained import face

    return face(module, name)


def __getattr__(name: str) -> Any:
    if name == "TFPreTrainedModel":
        from triform.tf.pretrained import TFPreTrainedModel

        return TFPreTrainedModel
    from triform.auto.names import backend_class

    return backend_class("tf", name)


def __dir__() -> list[str]:
    from triform.auto.registry import public_classes

    return ["TFPreTrainedModel", *public_classes()]
