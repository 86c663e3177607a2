"""Pretrained models on PyTorch: genuine torch.nn.Modules whose parameters are adopted from mapped files without a copy."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from triform.errors import InputError
from triform.options import LoadOptions
from triform.outputs import ModelOutput, on_new_class
from triform.pretrained import Pretrained
from triform.weights.initial import seeded
from triform.weights.report import LoadingReport
from triform.weights.slots import Found, Slot
from triform.weights.tensor import STORAGE, LazyTensor


def _register(cls: type[ModelOutput]) -> None:
    """Makes an output class known to torch.export, torch.compile and torch.func."""
    torch.utils._pytree.register_pytree_node(
        cls,
        lambda out: (list(out.to_tuple()), list(out)),
        lambda values, names: cls(**dict(zip(names, values))),
        serialized_type_name=f"{cls.__module__}.{cls.__name__}",
        to_dumpable_context=lambda names: names,
        from_dumpable_context=lambda names: names,
    )


on_new_class(_register)


class PreTrainedModel(Pretrained, torch.nn.Module):
    """The base of all models on PyTorch, and of users' own.

    A subclass sets `config_class`, calls `super().__init__(config)` and defines `forward`.
    """

    backend = "torch"

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        torch.nn.Module.__init__(self)
        self.config = config

    # ---- the arrays of a model

    def _places(self) -> Iterator[Found]:
        return places(self)

    def _submodels(self) -> Iterator[tuple[str, Any]]:
        return ((name, module) for name, module in self.named_modules() if isinstance(module, PreTrainedModel))

    def layers_by_name(self) -> Iterator[tuple[str, Any]]:
        return self.named_modules()

    @torch.no_grad()
    def fill(self, slot: Slot, tensor: LazyTensor, dtype: str) -> None:
        _adopt(slot, from_bits(tensor).to(getattr(torch, dtype)))

    @torch.no_grad()
    def draw(self, slot: Slot, drawn: tuple[str, float], dtype: str, seed: int | None) -> None:
        kind, number = drawn
        if seed is not None and kind != "constant":
            value = torch.from_numpy(seeded(drawn, slot.shape, seed, slot.name)).to(getattr(torch, dtype))
        else:
            value = torch.empty(slot.shape, dtype=getattr(torch, dtype))
            match kind:
                case "constant":
                    value.fill_(number)
                case "normal":
                    value.normal_(0.0, number)
                case "truncated_normal":
                    torch.nn.init.trunc_normal_(value, 0.0, number, -2 * number, 2 * number)
                case "uniform":
                    value.uniform_(-number, number)
                case "uniform_from_0":
                    value.uniform_(0.0, number)
        if slot.zero_row is not None:
            value[slot.zero_row] = 0
        _adopt(slot, value)

    def tensors(self) -> dict[str, LazyTensor]:
        return {slot.name: to_bits(slot.value) for slot in self.slots()}

    def put_on(self, adapter: Any) -> None:
        from .adapters import put_on

        put_on(self, adapter)

    def complete(self, report: LoadingReport, options: LoadOptions) -> None:
        if options.param_dtype is not None and options.dtype_name not in ("auto", report.dtype):
            raise InputError("On PyTorch, weights are computed with as they are kept: leave param_dtype out and use torch.autocast.")
        if options.device_map is not None:
            self.to(_device(options.device_map))
        self.loading_report = report
        self.eval()

    @classmethod
    def _as_checkpoint(cls, state_dict: Any) -> dict[str, LazyTensor]:
        return {name: to_bits(torch.as_tensor(value)) if not isinstance(value, LazyTensor) else value for name, value in state_dict.items()}

    # ---- conveniences that users know

    @property
    def device(self) -> torch.device:
        """Where the first parameter lies."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the first floating parameter."""
        return next((p.dtype for p in self.parameters() if p.is_floating_point()), torch.float32)

    @property
    def dummy_inputs(self) -> dict[str, torch.Tensor]:
        """A small input, for tools that trace."""
        return {"input_ids": torch.tensor([[7, 6, 0, 0, 1], [1, 2, 3, 0, 0], [0, 0, 0, 4, 5]])}

    def gradient_checkpointing_enable(self, gradient_checkpointing_kwargs: Any = None) -> None:
        """Keeps the inputs of layers alone for the backward pass, and computes the rest again: less memory, more time."""
        self._checkpoint(True)

    def gradient_checkpointing_disable(self) -> None:
        """Keeps everything again."""
        self._checkpoint(False)

    @property
    def is_gradient_checkpointing(self) -> bool:
        """Whether it is on."""
        return any(getattr(module, "gradient_checkpointing", False) for module in self.modules())

    def _checkpoint(self, on: bool) -> None:
        for module in self.modules():
            if hasattr(module, "gradient_checkpointing"):
                module.gradient_checkpointing = on  # type: ignore[assignment]

    def optimize(self, on: bool = True) -> Any:
        """Makes inference on this CPU faster: float32 linear layers run on oneDNN where that is found faster here, for each size.

        What is measured takes a few seconds, once; models that generate are laid out for one row at a time, others for many. On Linux the
        process then keeps the memory that a pass frees for the next one, instead of asking the system for it again. Convolutional networks
        lay several images in memory place by place (torch.channels_last) where that is found faster; so do the maps that they return lie.

        Weights may be laid out by columns meanwhile, with the same shapes and values, and no copy is kept but while four texts or beams, or
        more, are generated: training, saving, adapters and
        torch.compile go on as before. Computing with gradients, in 16 bit or on another device is not changed. Results differ by rounding.
        Parts of the model are exchanged by setattr, as ever; taking one away, or writing to `_modules`, is for after optimize(False).

        Args:
            on: False undoes it.

        Returns: the model.
        """
        from .fast import optimize

        optimize(self, on)
        return self

    def num_parameters(self, only_trainable: bool = False, exclude_embeddings: bool = False) -> int:
        if only_trainable:
            return sum(p.numel() for p in self.parameters() if p.requires_grad)
        return super().num_parameters(exclude_embeddings=exclude_embeddings)


def places(model: torch.nn.Module) -> Iterator[Found]:
    """Every place of a module that holds a parameter, or a buffer that is saved."""
    for path, module in model.named_modules(remove_duplicate=False):
        dot = f"{path}." if path else ""
        for name, parameter in module._parameters.items():
            if parameter is not None:
                yield Found(dot + name, module, name, parameter, _details(parameter, module))
        for name, buffer in module._buffers.items():
            if buffer is not None and name not in module._non_persistent_buffers_set:
                yield Found(dot + name, module, name, buffer, _details(buffer, module))


def _details(value: torch.Tensor, module: torch.nn.Module) -> dict[str, Any]:
    return {
        "shape": tuple(value.shape),
        "dtype": str(value.dtype).removeprefix("torch."),
        "trainable": isinstance(value, torch.nn.Parameter),
        "initial": getattr(value, "initial", "normal"),
        "zero_row": getattr(module, "padding_idx", None),
        "filled": not value.is_meta,
    }


def _adopt(slot: Slot, value: torch.Tensor) -> None:
    """Replaces what a slot holds; every place that shares it gets the same object."""
    frozen = slot.trainable and not slot.value.requires_grad
    slot.value = torch.nn.Parameter(value, requires_grad=value.is_floating_point() and not frozen) if slot.trainable else value
    for owner, attribute in slot.owners:
        (owner._parameters if slot.trainable else owner._buffers)[attribute] = slot.value


def from_bits(tensor: LazyTensor) -> torch.Tensor:
    """A tensor over the very bytes of the file."""
    bits = tensor.read()
    if not bits.flags.writeable or not bits.flags.c_contiguous:
        bits = np.array(bits)
    if bits.dtype in (np.uint16, np.uint32, np.uint64) and tensor.dtype.startswith("uint"):
        return torch.from_numpy(bits.astype(np.int64)).to(getattr(torch, tensor.dtype))
    if tensor.dtype == "bfloat16":
        bits = bits.view(np.int16)
    return torch.from_numpy(bits).view(getattr(torch, tensor.dtype)).reshape(tensor.shape)


def to_bits(tensor: torch.Tensor) -> LazyTensor:
    """A tensor as bits, on the CPU, without a copy if it lies there."""
    name = str(tensor.dtype).removeprefix("torch.")
    plain = tensor.detach().cpu().contiguous()

    def read() -> np.ndarray:
        if name == "bfloat16":
            return plain.view(torch.int16).numpy().view(np.uint16)
        if name.startswith("float8"):
            return plain.view(torch.uint8).numpy()
        return plain.numpy().view(STORAGE[name])

    return LazyTensor(name, tuple(tensor.shape), read)


def _device(device_map: Any) -> Any:
    if isinstance(device_map, dict) and set(device_map) == {""}:
        device_map = device_map[""]
    if isinstance(device_map, dict) or (isinstance(device_map, str) and device_map in ("auto", "balanced", "balanced_low_0", "sequential")):
        raise InputError(
            f"device_map={device_map!r} spreads a model over devices, which triform does not do. Name one device, such as "
            "device_map='cuda:0', or spread the loaded model with accelerate.dispatch_model."
        )
    if isinstance(device_map, int) and device_map < 0:
        raise InputError(f"device_map={device_map} is no device; give 0 or above, 'cpu', or 'cuda:0'.")
    return device_map
