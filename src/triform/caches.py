"""What a decoder remembers between calls."""

from typing import Any, NamedTuple


class Cache(NamedTuple):
    """Keys and values of every slot so far: a value, never a model's state. Trees of JAX and TensorFlow walk it as it is.

    L layers, B rows, H heads, S slots (the capacity), D width of a head. One `start` serves all rows, since padding stands on the left.
    PyTorch writes into the buffers in place, so that one cache continues one text: `copy()` it to continue twice.

    Attributes:
        keys, values: L arrays (B, H, S, D).
        start: slots in use, and so where the next token goes: an int, or a scalar inside a compiled loop.
        seen: (B, S) bool, whether a slot holds a real token; None where no row is padded.
        count: (B, 1), the next position of each row; None where that is `start`.
        cross_keys, cross_values: L arrays (B, H, S', D) of the encoder's states, computed once; empty without cross attention.
        fork: (), or how many slots there were when each text forked into branches. From there on a call reads one token of each branch, a
            text's branches beside each other as (B, T), and its mask (B, T, S) says which slots each branch has come by.
    """

    keys: tuple[Any, ...]
    values: tuple[Any, ...]
    start: Any
    seen: Any = None
    count: Any = None
    cross_keys: tuple[Any, ...] = ()
    cross_values: tuple[Any, ...] = ()
    fork: Any = ()

    def get_seq_length(self, layer_idx: int = 0) -> Any:
        """Tokens so far."""
        return self.start

    def copy(self) -> "Cache":
        """The same memory in buffers of its own."""
        twin = lambda arrays: tuple(x.clone() if hasattr(x, "clone") else x for x in arrays)
        seen = self.seen.clone() if hasattr(self.seen, "clone") else self.seen
        return self._replace(keys=twin(self.keys), values=twin(self.values), seen=seen)
