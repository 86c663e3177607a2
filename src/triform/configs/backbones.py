"""What configs of backbones have in common: which stages give feature maps."""

from collections.abc import Iterator, Mapping
from typing import Any

from triform.configs.base import PretrainedConfig


def numbered_stages(count: int) -> list[str]:
    """ "stem", "stage1", … for so many stages."""
    return ["stem", *(f"stage{number + 1}" for number in range(count))]


def stage_sizes_problems(config: Any) -> Iterator[str]:
    """Another number of widths than of stages, or no stage at all."""
    if not config.depths or len(config.depths) != len(config.hidden_sizes):
        yield f"hidden_sizes={list(config.hidden_sizes)} and depths={list(config.depths)} should have an entry for each stage"


class BackboneConfig(PretrainedConfig):
    """A config whose model has stages, some of which give feature maps. A subclass says `stage_names`.

    Attributes:
        out_features: the names of the stages whose maps a backbone returns, in their order; default: the last.
        out_indices: the same as numbers; negative ones count from the last.
    """

    out_features: list[str] | None = None
    out_indices: list[int] | None = None

    @property
    def stage_names(self) -> list[str]:
        """All stages, in order: "stem", "stage1", …"""
        raise NotImplementedError

    def chosen_stages(self) -> list[int]:
        """The numbers of the stages that give feature maps."""
        names = self.stage_names
        if self.out_features is not None:
            return [names.index(name) for name in self.out_features]
        return [len(names) - 1] if self.out_indices is None else [index % len(names) for index in self.out_indices]

    def stage_problems(self) -> Iterator[str]:
        """Stages that are not there, out of order or named twice; names and numbers that disagree."""
        names, features, indices = self.stage_names, self.out_features, self.out_indices
        unknown = [name for name in features or () if name not in names]
        outside = [index for index in indices or () if not -len(names) <= index < len(names)]
        if unknown or outside:
            yield f"stages {[*unknown, *outside]} are not there: there are {', '.join(names)}"
            return
        by_name = [names.index(name) for name in features or ()]
        by_number = [index % len(names) for index in indices or ()]
        for what, given in (("out_features", by_name), ("out_indices", by_number)):
            if given != sorted(set(given)):
                yield f"{what} is {getattr(self, what)}, expected each stage once, in the order {', '.join(names)}"
        if features is not None and indices is not None and by_name != by_number:
            yield f"out_features={features} and out_indices={list(indices)} are not the same stages"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, return_unused_kwargs: bool = False, **kwargs: Any) -> Any:
        """A config from a dictionary; where `kwargs` say one of out_features and out_indices, the dictionary's other one does not count."""
        if kwargs.get("out_features") is not None or kwargs.get("out_indices") is not None:
            data = {name: value for name, value in data.items() if name not in ("out_features", "out_indices")}
        return super().from_dict(data, return_unused_kwargs=return_unused_kwargs, **kwargs)
