"""Pickles read as data: an interpreter of the opcodes that looks names up in one small table and never calls what a file names.

A pickle is a program for a stack machine (described in the standard library's `pickletools`). `GLOBAL` and `REDUCE`, which import and
call, are what makes it dangerous; here `GLOBAL` gives an inert `Name` if it is in a table of builders below, and `REDUCE` runs that
builder, which only arranges values. Every other name, and every other opcode that could make an object, is an error that says which.
"""

import io
import pickletools
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError, Warning)
MOST_BYTES = 64 * 2**20  # of one pickle; tensors are stored outside of it
MOST_STEPS = 2_000_000  # a state dict takes about forty opcodes for each tensor
NUMPY_DTYPES = {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1", "c8", "c16"}


@dataclass(frozen=True)
class Name:
    """What `GLOBAL` leaves on the stack: a name, and nothing that could be called."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


def shown(value: Any) -> str:
    """A value for a message: never what it contains, for a small tuple may hold itself a billion times over."""
    plain = isinstance(value, (str, float, bytes, type(None), Name)) or (isinstance(value, int) and value.bit_length() <= 64)
    return repr(value)[:80] if plain else type(value).__name__


class Refused(ValueError):
    """What a pickle holds that data need not, in words that follow "it holds". Readers make it a CorruptFileError that names the file."""


class Array:
    """A NumPy array in the making: `REDUCE` makes it, `BUILD` fills it."""

    value: np.ndarray | None = None


@dataclass
class Dtype:
    """A NumPy dtype in the making, whose byte order `BUILD` sets."""

    code: str
    order: str = "<"

    def numpy(self) -> np.dtype:
        return np.dtype(self.order.replace("|", "=") + self.code)


Builder = Callable[..., Any]


def _dtype(code: Any, *_: Any) -> Dtype:
    if not isinstance(code, str) or code.lstrip("<>=|") not in NUMPY_DTYPES:
        raise Refused(f"a NumPy array of dtype {shown(code)}")
    return Dtype(code.lstrip("<>=|"), ">" if code.startswith(">") else "<")


def _array(dtype: Dtype, shape: tuple[int, ...], data: bytes, order: str = "C") -> np.ndarray:
    if not isinstance(data, (bytes, bytearray)):
        raise Refused("a NumPy array whose data are no bytes")
    flat = np.frombuffer(data, dtype.numpy())
    made = flat.reshape(shape, order="F" if order == "F" else "C")
    return made.astype(made.dtype.newbyteorder("="), copy=False)


def _encode(text: str, encoding: str = "utf-8") -> bytes:
    if encoding not in ("latin1", "latin-1", "utf-8", "ascii"):
        raise Refused(f"a text in the encoding {shown(encoding)}")
    return text.encode(encoding)


# What plain data may name, and what is done instead of a call. Readers add their own, such as the tensors of torch.save.
BUILDERS: dict[str, Builder] = {
    "collections.OrderedDict": lambda pairs=(): {_key(key): value for key, value in pairs},
    "builtins.bytes": lambda: b"",  # how old protocols write bytes of length 0; others go through _codecs.encode
    "builtins.set": lambda items=(): items,
    "builtins.frozenset": lambda items=(): items,
    "_codecs.encode": _encode,
    "numpy.dtype": _dtype,
    "numpy.ndarray": lambda *_: Array(),
    "numpy._core.multiarray._reconstruct": lambda *_: Array(),
    "numpy._core.multiarray.scalar": lambda dtype, data: _array(dtype, (), data),
    "numpy._core.numeric._frombuffer": lambda data, dtype, shape, order: _array(dtype, shape, data, order),
}


class Interpreter:
    """Runs pickles that lie one behind the other in `data`, as data.

    Args:
        builders: full names that the file may use beside `BUILDERS`, and what each makes of its arguments.
        persistent: what a persistent id stands for.
    """

    def __init__(self, data: bytes, builders: Mapping[str, Builder] | None = None, persistent: Callable[[Any], Any] | None = None) -> None:
        self.stream = io.BytesIO(data)
        self.builders = BUILDERS | dict(builders or {})
        self.persistent = persistent
        self.steps = 0

    def load(self) -> Any:
        """The value of the next pickle. Raises: Refused."""
        stack: list[Any] = []
        marks: list[int] = []
        memo: dict[int, Any] = {}
        try:
            for opcode, argument, _ in pickletools.genops(self.stream):
                self._spend(1)
                if opcode.name == "STOP":
                    return stack.pop()
                self._step(opcode.name, argument, stack, marks, memo)
        except Refused:
            raise
        except MALFORMED as error:
            raise Refused(f"something malformed ({type(error).__name__}: {str(error)[:200]})") from None
        raise Refused("a pickle without an end")

    def _step(self, name: str, argument: Any, stack: list[Any], marks: list[int], memo: dict[int, Any]) -> None:
        if name in PLAIN:
            stack.append(argument)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in EMPTY:
            stack.append(EMPTY[name]())
        elif name in ("BINPUT", "LONG_BINPUT", "PUT", "MEMOIZE"):
            memo[len(memo) if argument is None else argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(memo[argument])
        elif name == "MARK":
            marks.append(len(stack))
        elif name in FROM_MARK:
            items = stack[(start := marks.pop()) :]
            del stack[start:]
            FROM_MARK[name](stack, items)
        elif name in FROM_STACK:
            count, act = FROM_STACK[name]
            if len(stack) < count or (marks and len(stack) - count < marks[-1]):
                raise IndexError(f"{name} finds too little on the stack")
            items = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            act(stack, items)
        elif name == "GLOBAL":
            stack.append(self._name(*argument.split(" ", 1)))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(self._name(module, attribute))
        elif name == "REDUCE":
            arguments, function = stack.pop(), stack.pop()
            stack.append(self._built(function, arguments))
        elif name == "BUILD":
            state = stack.pop()
            self._spend(_cost(state))
            _set_state(stack[-1], state)
        elif name in ("BINPERSID", "PERSID"):
            if self.persistent is None:
                raise Refused("a persistent id where none belongs")
            stack.append(self.persistent(stack.pop() if name == "BINPERSID" else argument))
        elif name not in ("PROTO", "FRAME"):
            raise Refused(f"the opcode {name}, which makes objects")

    def _name(self, module: Any, name: Any) -> Name:
        if not isinstance(module, str) or not isinstance(name, str):
            raise Refused("a name that is no text")
        full = f"{MODULES.get(module, module)}.{name}"
        if full not in self.builders:
            raise Refused(f"{full[:200]!r}, which is code and not data")
        return Name(*full.rsplit(".", 1))

    def _spend(self, steps: int) -> None:
        """Counts work, so that a short file cannot ask for much of it."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise Refused(f"more than {MOST_STEPS:,} steps of work")

    def _built(self, function: Any, arguments: Any) -> Any:
        if not isinstance(function, Name) or not isinstance(arguments, tuple):
            raise Refused("a call of something that is no name")
        self._spend(_cost(arguments))
        return self.builders[str(function)](*arguments)


def _cost(arguments: Any) -> int:
    """How much a builder may copy: one step for each item, or for each 64 bytes."""
    items = arguments if isinstance(arguments, tuple) else ()
    sizes = [len(item) // (64 if isinstance(item, (str, bytes, bytearray)) else 1) for item in items if hasattr(item, "__len__")]
    return len(items) + sum(sizes)


MODULES = {"__builtin__": "builtins", "numpy.core.multiarray": "numpy._core.multiarray", "numpy.core.numeric": "numpy._core.numeric"}

EMPTY: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
PLAIN = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING",
    "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip


def _key(key: Any) -> Hashable:
    """A key that is cheap to hash and that nobody can make collide: hashing nested tuples, or huge numbers, can take for ever."""
    if not isinstance(key, (str, int, float, bytes, type(None))) or (isinstance(key, int) and key.bit_length() > 64):
        raise Refused(f"a dictionary with a key that is no text or small number but {type(key).__name__}")
    return key


def _pairs(target: Any, items: list[Any]) -> None:
    if not isinstance(target, dict) or len(items) % 2:
        raise Refused("key-value pairs for something that is no dictionary")
    for key, value in zip(items[::2], items[1::2]):
        target[_key(key)] = value


def _extend(target: Any, items: list[Any]) -> None:
    if not isinstance(target, list):
        raise Refused("items for something that is no list")
    target.extend(items)


def _new_dict(stack: list[Any], items: list[Any]) -> None:
    stack.append({})
    _pairs(stack[-1], items)


FROM_MARK: dict[str, Callable[[list[Any], list[Any]], None]] = {
    "TUPLE": lambda stack, items: stack.append(tuple(items)),
    "LIST": lambda stack, items: stack.append(items),
    "FROZENSET": lambda stack, items: stack.append(items),
    "DICT": _new_dict,
    "SETITEMS": lambda stack, items: _pairs(stack[-1], items),
    "APPENDS": lambda stack, items: _extend(stack[-1], items),
    "ADDITEMS": lambda stack, items: _extend(stack[-1], items),
    "POP_MARK": lambda stack, items: None,
}
FROM_STACK: dict[str, tuple[int, Callable[[list[Any], list[Any]], None]]] = {
    "TUPLE1": (1, lambda stack, items: stack.append(tuple(items))),
    "TUPLE2": (2, lambda stack, items: stack.append(tuple(items))),
    "TUPLE3": (3, lambda stack, items: stack.append(tuple(items))),
    "SETITEM": (2, lambda stack, items: _pairs(stack[-1], items)),
    "APPEND": (1, lambda stack, items: _extend(stack[-1], items)),
    "DUP": (1, lambda stack, items: stack.extend(items * 2)),
    "POP": (1, lambda stack, items: None),
}


def _set_state(target: Any, state: Any) -> None:
    """What `BUILD` may do: fill an array, set a dtype's byte order, or attach to a dictionary what torch calls its metadata (dropped)."""
    if isinstance(target, Array):
        _version, shape, dtype, fortran, data = state
        target.value = _array(dtype, shape, data, "F" if fortran else "C")
    elif isinstance(target, Dtype):
        target.order = state[1] if state[1] in ("<", ">", "=", "|") else "<"
    elif not isinstance(target, dict):
        raise Refused(f"the state of something that is no dictionary but {type(target).__name__}")
