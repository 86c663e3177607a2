"""BatchFeature: what image processors, feature extractors and processors return."""

from collections import UserDict
from collections.abc import Mapping
from typing import Any

from triform.errors import InputError
from triform.tensors import array, kind_of, tensor


class BatchFeature(UserDict):
    """Arrays by name: `features["pixel_values"]`, `features.pixel_values`."""

    def __init__(self, data: Mapping[str, Any] | None = None, tensor_type: Any = None) -> None:
        super().__init__(data or {})
        self.convert_to_tensors(tensor_type)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            raise KeyError(f"Features are found by name ({', '.join(self.data)}), not by {key!r}.")
        return self.data[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "data":
            raise AttributeError(name)
        if name in self.data:
            return self.data[name]
        raise AttributeError(f"These features have no {name!r}. They have: {', '.join(self.data)}.")

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def convert_to_tensors(self, tensor_type: Any = None, skip: tuple[str, ...] = ()) -> "BatchFeature":
        """Makes every entry but those in `skip` a tensor of "np", "pt", "tf" or "jax", in place.

        Raises: InputError where the parts of an entry differ in shape.
        """
        if tensor_type is None:
            return self
        kind = kind_of(tensor_type)
        for name, value in self.data.items():
            if name not in skip:
                self.data[name] = tensor(stacked(name, value), kind)
        return self

    def to(self, *args: Any, **kwargs: Any) -> "BatchFeature":
        """Moves PyTorch tensors to a device, in place; a dtype is for those of floats alone. Lists of tensors are moved too."""
        self.data = {name: _moved(value, args, kwargs) for name, value in self.data.items()}
        return self


def stacked(name: str, value: Any) -> Any:
    """A list of arrays as one. Raises InputError where their shapes differ."""
    import numpy as np

    if not isinstance(value, (list, tuple)):
        return array(value)
    parts = [array(part) for part in value]
    if len({part.shape for part in parts}) > 1:
        shapes = ", ".join(str(part.shape) for part in parts[:4]) + (", …" if len(parts) > 4 else "")
        raise InputError(
            f"{name}: the parts have the shapes {shapes}, which make no tensor. Have them resized, cropped or padded to one "
            "(do_resize, do_center_crop, do_pad), or leave out return_tensors."
        )
    made = np.stack(parts) if parts else np.zeros((0,), np.float32)
    return made


def _moved(value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if isinstance(value, BatchFeature):
        return value.to(*args, **kwargs)
    if isinstance(value, list):
        return [_moved(part, args, kwargs) for part in value]
    if not hasattr(value, "is_floating_point") or not hasattr(value, "to"):
        return value
    if value.is_floating_point():
        return value.to(*args, **kwargs)
    device = kwargs.get("device", next((arg for arg in args if not _is_dtype(arg)), None))
    return value if device is None else value.to(device)


def _is_dtype(value: Any) -> bool:
    return type(value).__name__ == "dtype"
