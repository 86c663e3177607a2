"""Users' plain nnx.Modules."""

import inspect
from collections.abc import Iterator
from typing import Any

from flax import nnx

from triform.options import LoadOptions
from triform.plain import PlainModel
from triform.weights.report import LoadingReport
from triform.weights.slots import Found

from .pretrained import FlaxPreTrainedModel, places
from .skeleton import walk


class Plain(PlainModel):
    """The frame around one."""

    backend = "flax"
    fill, draw, tensors = FlaxPreTrainedModel.fill, FlaxPreTrainedModel.draw, FlaxPreTrainedModel.tensors

    @classmethod
    def make(cls, config: Any, *args: Any, **kwargs: Any) -> Any:
        if "rngs" in inspect.signature(cls.wraps.__init__).parameters:
            kwargs.setdefault("rngs", nnx.Rngs(0))
        return cls.wraps(config, *args, **kwargs)

    def _places(self) -> Iterator[Found]:
        return places(self.module)

    def _submodels(self) -> Iterator[tuple[str, Any]]:
        return ((name, module) for name, module in walk(self.module) if isinstance(module, FlaxPreTrainedModel))

    def layers_by_name(self) -> Iterator[tuple[str, Any]]:
        return walk(self.module)

    def complete(self, report: LoadingReport, options: LoadOptions) -> None:
        self.module.loading_report = report
        self.module.eval()
