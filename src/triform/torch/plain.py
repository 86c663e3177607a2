"""Users' plain torch.nn.Modules."""

from collections.abc import Iterator
from typing import Any

from triform.options import LoadOptions
from triform.plain import PlainModel
from triform.weights.report import LoadingReport
from triform.weights.slots import Found

from .pretrained import PreTrainedModel, places


class Plain(PlainModel):
    """The frame around one."""

    backend = "torch"
    fill, draw, tensors, _as_checkpoint = (
        PreTrainedModel.fill,
        PreTrainedModel.draw,
        PreTrainedModel.tensors,
        PreTrainedModel._as_checkpoint,
    )

    def _places(self) -> Iterator[Found]:
        return places(self.module)

    def _submodels(self) -> Iterator[tuple[str, Any]]:
        return ((name, module) for name, module in self.module.named_modules() if isinstance(module, PreTrainedModel))

    def layers_by_name(self) -> Iterator[tuple[str, Any]]:
        return self.module.named_modules()

    def complete(self, report: LoadingReport, options: LoadOptions) -> None:
        self.module.loading_report = report
        self.module.eval()
