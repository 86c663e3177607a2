"""Weights that were saved with few bits, as the numbers that they stand for: GPTQ, AWQ, bitsandbytes, FP8.

Read as data, without the libraries that wrote them, on every backend and processor; a model then takes as much memory as one that was never
quantised. Formats: GPTQ, https://arxiv.org/abs/2210.17323, as AutoGPTQ packs it; AWQ, https://arxiv.org/abs/2306.00978, as AutoAWQ packs
it ("gemm"); bitsandbytes, https://arxiv.org/abs/2208.07339 and https://arxiv.org/abs/2305.14314; FP8 in blocks, as DeepSeek-V3 has it,
https://arxiv.org/abs/2412.19437.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, UnsupportedTaskError, nearest
from triform.weights.lazy import widened
from triform.weights.tensor import LazyTensor

AWQ_ORDER = (0, 4, 1, 5, 2, 6, 3, 7)  # where, of the eight numbers in a word, each column's stands
Tensors = Mapping[str, LazyTensor]
FLOATS = ("float32", "float16", "bfloat16")
WORDS = ("int32",)


def dequantized(tensors: Tensors, settings: Any, where: str) -> dict[str, LazyTensor]:
    """The tensors of a quantised checkpoint, each packed matrix as the float32 `weight` (n_out, n_in) that it stands for.

    Args:
        settings: `quantization_config` of config.json.

    Raises: UnsupportedTaskError for a method that cannot be read; CorruptFileError for parts that are missing or do not fit.
    """
    method = settings.get("quant_method") if isinstance(settings, Mapping) else None
    if method is None and isinstance(settings, Mapping) and (settings.get("load_in_8bit") or settings.get("load_in_4bit")):
        method = "bitsandbytes"
    if method not in METHODS:
        raise UnsupportedTaskError(
            f"{where} is quantised by {method!r}, which cannot be read here. Read are: {', '.join(METHODS)}."
            f"{nearest(str(method), METHODS)} Load a checkpoint that was not quantised."
        )
    return METHODS[method](tensors, settings, where)


def _part(tensors: Tensors, name: str, where: str, shape: tuple[int | None, ...] | None, kinds: tuple[str, ...] = FLOATS) -> LazyTensor:
    """A tensor that has to be there, of a shape whose open sizes are None, and of one of some dtypes."""
    found = tensors.get(name)
    if found is None:
        raise CorruptFileError(f"{where} has no {name}, without which the quantised weight beside it says nothing.")
    if shape is not None and (
        len(shape) != len(found.shape) or any(a is not None and a != b for a, b in zip(shape, found.shape, strict=True))
    ):
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise CorruptFileError(f"{where}: {name} has the shape {found.shape}, expected ({wanted}).")
    if found.dtype not in kinds:
        raise CorruptFileError(f"{where}: {name} is {found.dtype}, expected {' or '.join(kinds)}.")
    return found


def _bits(settings: Mapping[str, Any], key: str, allowed: tuple[int, ...], where: str) -> int:
    bits = settings.get(key, 4)
    if bits not in allowed:
        raise UnsupportedTaskError(f"{where} is quantised to {bits!r} bits; read are {', '.join(map(str, allowed))}.")
    return int(bits)


def _unpacked(words: np.ndarray, bits: int, axis: int) -> np.ndarray:
    """int32 words as the small numbers in them, lowest bits first, along an axis."""
    shifts = np.arange(0, 32, bits, dtype=np.uint32)
    several = (words.view(np.uint32)[..., None] >> shifts) & np.uint32(2**bits - 1)
    if axis == 0:  # (rows, columns, n) -> (rows * n, columns)
        several = several.transpose(0, 2, 1)
        return several.reshape(-1, several.shape[2]).astype(np.int32)
    return several.reshape(several.shape[0], -1).astype(np.int32)


def _gptq(tensors: Tensors, settings: Mapping[str, Any], where: str) -> dict[str, LazyTensor]:
    bits = _bits(settings, "bits", (2, 4, 8), where)
    shift = 0 if settings.get("checkpoint_format") == "gptq_v2" else 1  # the older format keeps zero points less one
    made: dict[str, LazyTensor] = {}
    for name, tensor in tensors.items():
        path, _, last = name.rpartition(".")
        if last == "qweight":
            rows, n_out = _part(tensors, name, where, (None, None), WORDS).shape
            n_in = rows * 32 // bits
            scales = _part(tensors, f"{path}.scales", where, (None, n_out))
            zeros = _part(tensors, f"{path}.qzeros", where, (scales.shape[0], n_out * bits // 32), WORDS)
            groups = _part(tensors, f"{path}.g_idx", where, (n_in,), ("int32", "int64"))
            made[f"{path}.weight"] = LazyTensor(
                "float32", (n_out, n_in), partial(_gptq_weight, tensor, scales, zeros, groups, bits, shift, where)
            )
        elif last not in ("qzeros", "scales", "g_idx") or f"{path}.qweight" not in tensors:
            made[name] = tensor
    return made


def _gptq_weight(
    packed: LazyTensor, scales: LazyTensor, zeros: LazyTensor, groups: LazyTensor, bits: int, shift: int, where: str
) -> np.ndarray:
    group = groups.read()
    if group.min(initial=0) < 0 or group.max(initial=0) >= scales.shape[0]:
        raise CorruptFileError(f"{where}: g_idx names group {int(group.max(initial=0))} of {scales.shape[0]}.")
    scale = widened(scales).read().astype(np.float32)
    zero = _unpacked(zeros.read(), bits, axis=1) + shift
    return ((_unpacked(packed.read(), bits, axis=0) - zero[group]) * scale[group]).T


def _awq(tensors: Tensors, settings: Mapping[str, Any], where: str) -> dict[str, LazyTensor]:
    _bits(settings, "bits" if "bits" in settings else "w_bit", (4,), where)
    if str(settings.get("version", "gemm")).lower() != "gemm":
        raise UnsupportedTaskError(f"{where} is packed by AWQ for {settings['version']!r}; read is 'gemm'.")
    made: dict[str, LazyTensor] = {}
    for name, tensor in tensors.items():
        path, _, last = name.rpartition(".")
        if last == "qweight":
            n_in, words = _part(tensors, name, where, (None, None), WORDS).shape
            scales = _part(tensors, f"{path}.scales", where, (None, 8 * words))
            zeros = _part(tensors, f"{path}.qzeros", where, (scales.shape[0], words), WORDS)
            if n_in % scales.shape[0]:
                raise CorruptFileError(f"{where}: {path}.scales has {scales.shape[0]} groups for {n_in} inputs.")
            made[f"{path}.weight"] = LazyTensor("float32", (8 * words, n_in), partial(_awq_weight, tensor, scales, zeros))
        elif last not in ("qzeros", "scales") or f"{path}.qweight" not in tensors:
            made[name] = tensor
    return made


def _awq_weight(packed: LazyTensor, scales: LazyTensor, zeros: LazyTensor) -> np.ndarray:
    order = (np.arange(scales.shape[1]).reshape(-1, 8)[:, :1] + np.array(AWQ_ORDER)).reshape(-1)
    size = packed.shape[0] // scales.shape[0]
    scale = np.repeat(widened(scales).read().astype(np.float32), size, axis=0)
    zero = np.repeat(_unpacked(zeros.read(), 4, axis=1)[:, order], size, axis=0)
    return ((_unpacked(packed.read(), 4, axis=1)[:, order] - zero) * scale).T


def _bitsandbytes(tensors: Tensors, settings: Mapping[str, Any], where: str) -> dict[str, LazyTensor]:
    made: dict[str, LazyTensor] = {}
    for name, tensor in tensors.items():
        path, _, last = name.rpartition(".")
        state = next((f"{name}.quant_state.bitsandbytes__{kind}" for kind in ("nf4", "fp4") if
                      f"{name}.quant_state.bitsandbytes__{kind}" in tensors), None)  # fmt: skip
        if state is not None:
            made[name] = _four_bits(tensors, name, state, where)
        elif last == "weight" and tensor.dtype == "int8":
            scale = _part(tensors, f"{path}.SCB", where, (tensor.shape[0],))
            made[name] = LazyTensor("float32", tensor.shape, partial(_eight_bits, tensor, scale))
        elif last not in ("SCB", "weight_format") and ".weight." not in name:
            made[name] = tensor
    return made


def _eight_bits(weight: LazyTensor, scale: LazyTensor) -> np.ndarray:
    return weight.read() * (widened(scale).read().astype(np.float32) / 127)[:, None]


def _four_bits(tensors: Tensors, name: str, state: str, where: str) -> LazyTensor:
    try:
        said = json.loads(bytes(tensors[state].read()))
        shape, block = tuple(int(size) for size in said["shape"]), int(said["blocksize"])
        nested = max(0, int(said.get("nested_blocksize", 0)))
        offset = float(said.get("nested_offset", 0.0))
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFileError(f"{where}: {state} is no state of a quantised weight: {error!r}.") from None
    count = int(np.prod(shape, dtype=np.int64)) if 0 < len(shape) <= 8 and min(shape) > 0 and max(shape) < 2**40 else -1
    packed, blocks = tensors[name], -(-count // block) if block > 0 else -1
    if count < 0 or blocks < 0 or packed.nbytes != -(-count // 2):
        raise CorruptFileError(f"{where}: {name} has {packed.nbytes} bytes for a weight of the shape {shape} in blocks of {block}.")
    levels = _part(tensors, f"{name}.quant_map", where, (16,))
    largest = _part(tensors, f"{name}.absmax", where, (blocks,), ("uint8",) if nested else FLOATS)
    outer: tuple[LazyTensor, ...] = ()
    if nested:
        outer = (
            _part(tensors, f"{name}.nested_quant_map", where, (256,)),
            _part(tensors, f"{name}.nested_absmax", where, (-(-blocks // nested),)),
        )

    def read() -> np.ndarray:
        codes = packed.read().reshape(-1).view(np.uint8)
        numbers = np.stack([codes >> 4, codes & 15], axis=1).reshape(-1)[:count]
        scale = widened(largest).read()
        if outer:
            scale = outer[0].read()[scale] * np.repeat(outer[1].read(), nested)[:blocks] + np.float32(offset)
        values = levels.read()[numbers] * np.repeat(scale.astype(np.float32), block)[:count]
        return values.astype(np.float32).reshape(shape)

    return LazyTensor("float32", shape, read)


def _fp8(tensors: Tensors, settings: Mapping[str, Any], where: str) -> dict[str, LazyTensor]:
    made: dict[str, LazyTensor] = {}
    for name, tensor in tensors.items():
        path, _, last = name.rpartition(".")
        if last == "weight" and tensor.dtype.startswith("float8"):
            tall, wide = _block(settings, where)
            grid = (-(-tensor.shape[0] // tall), -(-tensor.shape[1] // wide)) if len(tensor.shape) == 2 else None
            scale = _part(tensors, f"{path}.weight_scale_inv", where, grid)
            made[name] = LazyTensor("float32", tensor.shape, partial(_fp8_weight, tensor, scale, tall, wide))
        elif last not in ("weight_scale_inv", "input_scale", "activation_scale"):
            made[name] = tensor
    return made


def _block(settings: Mapping[str, Any], where: str) -> tuple[int, int]:
    block = settings.get("weight_block_size", [128, 128])
    if not isinstance(block, (list, tuple)) or len(block) != 2 or not all(type(side) is int and side > 0 for side in block):
        raise CorruptFileError(f"{where}: weight_block_size is {block!r}, expected two numbers above 0.")
    return block[0], block[1]


def _fp8_weight(weight: LazyTensor, scale: LazyTensor, tall: int, wide: int) -> np.ndarray:
    rows, columns = weight.shape
    grown = np.repeat(np.repeat(widened(scale).read().astype(np.float32), tall, axis=0)[:rows], wide, axis=1)[:, :columns]
    return widened(weight).read() * grown


METHODS: dict[str, Callable[[Tensors, Mapping[str, Any], str], dict[str, LazyTensor]]] = {
    "gptq": _gptq, "awq": _awq, "bitsandbytes": _bitsandbytes, "fp8": _fp8,
}  # fmt: skip
