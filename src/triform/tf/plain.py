"""Users' plain keras.Models, and TFPreTrainedModels that are made of Keras layers."""

import json
from collections.abc import Iterator
from typing import Any

import keras

from triform.options import LoadOptions
from triform.plain import PlainModel
from triform.weights.report import LoadingReport
from triform.weights.slots import Found

from .pretrained import TFPreTrainedModel
from .tree import PretrainedTree, details

BUILT = "keras_build_config"  # the key under which the file says for which inputs the layers were built


class Plain(PlainModel):
    """The frame around one. Names are the paths of attributes, since Keras numbers its layers anew in every process."""

    backend = "tf"
    fill, draw, tensors = PretrainedTree.fill, PretrainedTree.draw, PretrainedTree.tensors

    def prepare(self, checkpoint: Any) -> None:
        """Builds layers that wait for their first input, as the file says that they were."""
        built = getattr(checkpoint, "metadata", {}).get(BUILT)
        if built is not None and not all(layer.built for _, layer in _walk(self.module)):
            self.module.build_from_config(json.loads(built))

    def metadata(self) -> dict[str, str]:
        """What the file says beside the arrays."""
        config = self.module.get_build_config()
        return {} if config is None else {BUILT: json.dumps(config)}

    def _places(self) -> Iterator[Found]:
        for path, layer in _walk(self.module):
            dot = f"{path}." if path else ""
            for variable in (*layer._trainable_variables, *layer._non_trainable_variables):
                if "seed_generator" not in variable.path:
                    yield Found(f"{dot}{variable.name}", layer, variable.name, variable, details(variable, layer))

    def _submodels(self) -> Iterator[tuple[str, Any]]:
        return iter(())

    def layers_by_name(self) -> Iterator[tuple[str, Any]]:
        return _walk(self.module)

    def complete(self, report: LoadingReport, options: LoadOptions) -> None:
        object.__setattr__(self.module, "loading_report", report)


def _walk(layer: keras.layers.Layer, path: str = "", seen: set[int] | None = None) -> Iterator[tuple[str, keras.layers.Layer]]:
    """Every layer, with the path of attributes that leads to it."""
    seen = set() if seen is None else seen
    if id(layer) in seen:
        return
    seen.add(id(layer))
    yield path, layer
    dot = f"{path}." if path else ""
    for name, value in vars(layer).items():
        if name.startswith("_"):
            continue
        for label, child in ((name, value), *_listed(name, value)):
            if isinstance(child, keras.layers.Layer) and not isinstance(child, TFPreTrainedModel):
                yield from _walk(child, f"{dot}{label}", seen)
    if isinstance(layer, keras.Sequential) or type(layer) is keras.Model:
        for i, child in enumerate(layer.layers):
            yield from _walk(child, f"{dot}layers.{i}", seen)


def _listed(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        return ((f"{name}.{i}", child) for i, child in enumerate(value))
    if isinstance(value, dict):
        return ((f"{name}.{key}", child) for key, child in value.items())
    return iter(())
