"""The frame of one call of a stack of layers: positions, mask and cache (specified as `nn.Context`)."""

from collections.abc import Callable
from typing import Any

from triform.caches import Cache
from triform.errors import InputError

from .. import ops


class Context:
    """See `triform.nn.Context`."""

    def __init__(
        self,
        x: Any,
        attention_mask: Any = None,
        *,
        causal: bool = False,
        past: Cache | None = None,
        use_cache: bool | int = False,
        position_ids: Any = None,
        window: int | None = None,
        kind: str = "",
        memory: Any = None,
        memory_mask: Any = None,
    ) -> None:
        self.rows, self.length = ops.shape(x)[:2]
        self.like, self.past, self.kind, self.window, self.memory = x, past, kind, window, memory
        self.memory_mask = ops.padding_mask(memory_mask)
        self.keeps = past is not None or use_cache is not False
        self.room = use_cache if isinstance(use_cache, int) and not isinstance(use_cache, bool) else 0
        self.start = 0 if past is None else past.start
        self.forked = past is not None and not isinstance(past.fork, tuple)
        self.end = self.start + self.length
        self._keys: dict[int, Any] = {}
        self._values: dict[int, Any] = {}
        self._cross: dict[int, tuple[Any, Any]] = {}
        self._masks: dict[int | None, Any] = {}
        self.seen: Any = None
        self._visible: Any = None
        self._number(position_ids)
        self.numbered = self.count is not None
        if causal:
            self._see(attention_mask)
            self.causal = past is None and self.seen is None and not self._narrow(window)
            self.mask = None if self.causal else self._causal_mask(window)
        else:
            self.causal, self.seen = False, None
            self.mask = ops.padding_mask(attention_mask)

    def _number(self, position_ids: Any) -> None:
        """Positions of this call's tokens: as given, or counted on from where earlier ones ended."""
        counted: Any = None if self.past is None else self.past.count
        if self.forked:  # the branches of a text stand at one place
            self.positions, self.count = ops.broadcast_to(counted, (self.rows, self.length)), counted + 1
            return
        if position_ids is not None:
            self.positions = ops.cast(position_ids, "int")
            self.count = self.positions[:, -1:] + 1
            return
        steps = ops.arange(self.length, like=self.like)[None]
        self.positions = steps + (self.start if counted is None else counted)
        self.count = None if counted is None else counted + self.length

    def _see(self, attention_mask: Any) -> None:
        """Which slots hold real tokens; None where nothing is padded."""
        earlier = None if self.past is None else self.past.seen
        if self.forked:
            self.seen, self._visible = earlier, ops.cast(attention_mask, "bool")
            return
        if attention_mask is None and earlier is None:
            self.seen = self._visible = None
            return
        if attention_mask is not None and self.past is not None:
            attention_mask = attention_mask[:, -self.length :]
        if attention_mask is None:
            new = ops.full((self.rows, self.length), 1, like=self.positions) > 0
        else:
            new = ops.cast(attention_mask, "bool")
        if self.past is not None and earlier is None:
            capacity = ops.shape(self.past.keys[0])[2]
            earlier = ops.full((self.rows, capacity), 1, like=self.positions) > 0
        self.seen = self._extend(earlier, new, axis=1)
        self._visible = new if self.past is None else ops.used(self.seen, self.end, 1)

    def _narrow(self, window: int | None) -> bool:
        """Whether a window hides anything here."""
        return window is not None and not (isinstance(self.end, int) and self.end <= window)

    def _causal_mask(self, window: int | None = None) -> Any:
        """(…, T, S) bool: slots up to each token's own, real ones, inside the window. None where all slots may be seen by all."""
        key = window if self._narrow(window) else None
        if key in self._masks:
            return self._masks[key]
        queries, slots = self.slots()
        mask = self._visible[:, None] if self.forked else None
        exact = isinstance(self.end, int) and ops.shape(slots)[0] == self.end
        if not self.forked and not (isinstance(self.length, int) and self.length == 1 and exact):
            mask = (slots[None, :] <= queries[:, None])[None, None]
        if key is not None:
            near = (slots[None, :] > queries[:, None] - key)[None, None]
            mask = near if mask is None else mask & near
        if self._visible is not None and not self.forked:
            seen = self._visible[:, None, None, :]
            mask = seen if mask is None else mask & seen
        self._masks[key] = mask
        return mask

    def slots(self) -> tuple[Any, Any]:
        """See `triform.nn.Context.slots`."""
        queries = ops.arange(self.length, like=self.positions) + self.start
        slots = ops.arange(self._capacity(), like=self.positions)
        if self.forked:  # behind the fork, as many slots as there are branches are one place
            place = lambda x: ops.where(x < self.past.fork, x, self.past.fork + (x - self.past.fork) // self.length)  # type: ignore[union-attr]
            return place(queries), place(slots)
        return queries, slots

    def real_slots(self) -> tuple[Any, Any]:
        """See `triform.nn.Context.real_slots`."""
        queries, slots = self.slots()
        if self.forked:
            return self._real_places(queries, slots)
        if self._visible is None:
            return queries[None], slots[None]
        places = ops.where(self._visible, ops.cumsum(self._visible, axis=1) - 1, -1)
        return ops.take(places, queries, axis=1), places

    def _real_places(self, queries: Any, slots: Any) -> tuple[Any, Any]:
        """`real_slots` of branches: the padding stands before the fork."""
        if self.seen is None:
            return queries[None], slots[None]
        size, trunk = ops.shape(slots)[0], slots < self.past.fork  # type: ignore[union-attr]
        seen = ops.used(self.seen, self.end, 1)
        seen = ops.pad(seen, [(0, 0), (0, size - ops.shape(seen)[1])]) if isinstance(size, int) else seen
        padding = ops.sum(ops.cast(~seen & trunk, "int"), axis=1, keepdims=True)
        first = ops.where(seen, ops.cumsum(seen, axis=1) - 1, -1)
        return queries[None] - padding, ops.where(trunk, first, slots[None] - padding)

    def _capacity(self) -> Any:
        """Slots that attention looks at: those in use, or all of a buffer whose unused ones a mask must hide."""
        if self.past is None:
            return self.length
        buffer = ops.shape(self.past.keys[0])[2]
        if isinstance(self.start, int) and isinstance(self.length, int) and self.end > buffer:
            buffer = self._grown(buffer)
        return ops.shape(ops.used(ops.arange(buffer, like=self.positions), self.end, 0))[0]

    def _grown(self, capacity: Any) -> Any:
        return max(64, 2 * self.end) if isinstance(self.end, int) else capacity

    def _extend(self, buffer: Any, new: Any, axis: int) -> Any:
        """A buffer with this call's slots written into it, made or enlarged where there is too little room."""
        if buffer is None:
            if not self.keeps:
                return new
            size = ops.shape(new)[axis]
            if self.room and isinstance(size, int) and self.room < size:
                raise InputError(f"use_cache={self.room} has no room for the {size} tokens of this call.")
            capacity = self.room or size
            return self._widened(new, axis, capacity - size)
        capacity = ops.shape(buffer)[axis]
        if isinstance(self.end, int) and isinstance(capacity, int) and self.end > capacity:
            buffer = self._widened(buffer, axis, self._grown(capacity) - capacity)
        return ops.write(buffer, new, self.start, axis)

    def _widened(self, x: Any, axis: int, more: Any) -> Any:
        if isinstance(more, int) and more == 0:
            return x
        return ops.pad(x, [(0, more if a == axis else 0) for a in range(len(x.shape))])

    def remember(self, layer: int, k: Any, v: Any) -> tuple[Any, Any]:
        """See `triform.nn.Context.remember`."""
        if not self.keeps:
            return k, v
        past = self.past
        if past is None:
            self._keys[layer], self._values[layer] = self._extend(None, k, 2), self._extend(None, v, 2)
            return k, v
        self._keys[layer] = keys = self._extend(past.keys[layer], k, 2)
        self._values[layer] = values = self._extend(past.values[layer], v, 2)
        return ops.used(keys, self.end, 2), ops.used(values, self.end, 2)

    def attend(
        self,
        layer: int,
        q: Any,
        k: Any,
        v: Any,
        *,
        dropout: Any = None,
        bias: Any = None,
        scale: float | None = None,
        softcap: float | None = None,
        window: int | None = None,
    ) -> Any:
        """See `triform.nn.Context.attend`."""
        k, v = self.remember(layer, k, v)
        causal, mask = self.causal, self.mask
        if window is not None and self._narrow(window):
            causal, mask = False, self._causal_mask(window)
        return ops.attention(
            q, k, v, mask, causal=causal, bias=bias, scale=scale, softcap=softcap, dropout=dropout, kind=self.kind + "attentions"
        )

    def attend_memory(
        self,
        layer: int,
        q: Any,
        keys_values: Callable[[Any], tuple[Any, Any]],
        *,
        dropout: Any = None,
        bias: Any = None,
        scale: float | None = None,
    ) -> Any:
        """See `triform.nn.Context.attend_memory`."""
        past = self.past
        if past is not None and past.cross_keys:
            k, v = past.cross_keys[layer], past.cross_values[layer]
        else:
            k, v = keys_values(self.memory)
        if self.keeps:
            self._cross[layer] = k, v
        return ops.attention(q, k, v, self.memory_mask, bias=bias, scale=scale, dropout=dropout, kind="cross_attentions")

    def cache(self) -> Cache | None:
        """See `triform.nn.Context.cache`."""
        if not self._keys:
            return None
        layers = sorted(self._keys)
        keys, values = tuple(self._keys[i] for i in layers), tuple(self._values[i] for i in layers)
        crossed = sorted(self._cross)
        cross_keys = tuple(self._cross[i][0] for i in crossed)
        cross_values = tuple(self._cross[i][1] for i in crossed)
        fork = () if self.past is None else self.past.fork
        return Cache(keys, values, self.end, self.seen, self.count, cross_keys, cross_values, fork)
