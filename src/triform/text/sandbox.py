"""Jinja for templates that strangers wrote: no way out, and bounded work, time and size.

A chat template comes with a checkpoint and is a program. Here it may read what it is given and write text, and nothing else: Jinja's
immutable sandbox refuses attributes that lead into Python, filters without a use for conversations are absent, and each run has a
`Budget`. A loop's turn, a call, a filter and an operation that builds something cost a step; whatever could build something large in
one operation is checked before it runs.
"""

import functools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError
from jinja2.utils import Namespace

from triform.errors import TokenizerError
from triform.text.bounds import ABSENT, MOST_PARTS, MOST_RANGE, Budget, budget, charged, check_call, check_size, running, weigh

TEXT = {"string", "safe", "escape", "e", "upper", "lower", "title", "capitalize", "trim", "tojson", "replace", "sort", "unique"}
COUNTED, JOINED, BUILT = "counted loop", "joined parts", "built value"  # filters that the parser puts in


# ---- what the parser puts in


def _counted(iterable: Any, constant: int = 0) -> Any:
    """What a loop runs over: each turn costs a step, and more where the loop's body writes long constant texts."""
    return _Counted(iterable, 1 + max(0, constant) // 64)


class _Counted:
    def __init__(self, iterable: Any, cost: int) -> None:
        self._iterable, self._cost = iterable, cost

    def __iter__(self) -> Iterator[Any]:
        left = budget()
        for entry in self._iterable:
            left.spend(self._cost)
            yield entry

    def __len__(self) -> int:
        return len(self._iterable)


def _joined(parts: list[Any]) -> str:
    """`a ~ b`."""
    budget().spend()
    check_size(sum(map(weigh, parts)))
    return charged("".join(map(str, parts)))


def _built(value: Any) -> Any:
    """A list, tuple or mapping that the template writes down."""
    budget().spend()
    weigh(value)
    return value


# ---- operations


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that costs a step and makes nothing large."""
    skipped = 1 if hasattr(function, "jinja_pass_arg") else 0

    @functools.wraps(function)
    def guarded(*arguments: Any, **keywords: Any) -> Any:
        own = arguments[skipped:]
        budget().spend(1 + (len(own[0]) >> 4 if own and hasattr(own[0], "__len__") else 0))
        check_call(name, own[0] if own else "", own[1:], keywords)
        if name in TEXT:
            weigh(own[0] if own else "")
        return charged(function(*arguments, **keywords))

    return guarded


class ChatEnvironment(ImmutableSandboxedEnvironment):
    """Jinja as chat templates know it: blocks take no line of their own, break and continue, {% generation %}."""

    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, GenerationBlocks], finalize=_written, optimized=False
        )
        for name in ABSENT:
            self.filters.pop(name, None)
        self.filters["tojson"] = to_json
        self.filters |= {name: _guarded(name, function) for name, function in self.filters.items()}
        self.filters |= {COUNTED: _counted, JOINED: _joined, BUILT: _built}
        self.globals = {
            "range": _range, "dict": self.globals["dict"], "namespace": _Namespace, "cycler": self.globals["cycler"],
            "joiner": self.globals["joiner"], "raise_exception": _raise, "strftime_now": _now,
        }  # fmt: skip

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return _rewritten(super()._parse(source, name, filename), self)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        budget().spend()
        sized = (str, bytes, list, tuple)
        if operator == "*" and isinstance(left, sized) != isinstance(right, sized):
            value, times = (left, right) if isinstance(left, sized) else (right, left)
            check_size(len(value) * times if isinstance(times, int) else 0)
            weigh([value] * min(max(times, 0), MOST_PARTS) if not isinstance(value, (str, bytes)) else "")
        elif operator == "+" and isinstance(left, sized) and isinstance(right, sized):
            check_size(len(left) + len(right))
        elif operator == "%" and isinstance(left, (str, bytes)):
            check_call("format", left, (right,), {})
        elif operator in ("*", "**") and isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()
            if bits > 4096:
                raise SecurityError("it computes a number beyond reason")
        return charged(super().call_binop(context, operator, left, right))

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Every call in a template."""
        budget().spend()
        if isinstance(obj, LoopContext):  # a recursive loop, called for its next level
            args = (_counted(args[0]), *args[1:]) if args else args
        method = getattr(obj, "__wrapped__", obj)  # the sandbox wraps str.format
        receiver = getattr(method, "__self__", None)
        if isinstance(receiver, (str, bytes)):
            check_call(method.__name__, receiver, args, kwargs)
        elif obj is dict:
            weigh([args, kwargs])
        return charged(super().call(context, obj, *args, **kwargs))


def _rewritten(tree: nodes.Template, environment: ChatEnvironment) -> nodes.Template:
    """The template with loops counted, and with what it puts together weighed."""

    def filtered(node: Any, name: str, *arguments: int) -> nodes.Node:
        made = nodes.Filter(node, name, [nodes.Const(a) for a in arguments], [], None, None, lineno=node.lineno)
        return made.set_environment(environment)

    def visit(node: nodes.Node) -> nodes.Node:
        for field, value in node.iter_fields():
            if isinstance(value, nodes.Node):
                setattr(node, field, visit(value))
            elif isinstance(value, list):
                setattr(node, field, [visit(part) if isinstance(part, nodes.Node) else part for part in value])
        if isinstance(node, nodes.For):
            constant = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
            node.iter = filtered(node.iter, COUNTED, constant)
        elif isinstance(node, nodes.Concat):
            return filtered(nodes.List(node.nodes, lineno=node.lineno).set_environment(environment), JOINED)
        elif isinstance(node, (nodes.List, nodes.Tuple, nodes.Dict)) and getattr(node, "ctx", "load") == "load":
            return filtered(node, BUILT)
        return node

    visit(tree)
    return tree


def _written(value: Any) -> Any:
    """What an expression writes."""
    budget().write(weigh(value) if not isinstance(value, str) else len(value))
    return value


# ---- what templates may call


class _Namespace(Namespace):
    """Jinja's, which as a text does not show what it holds: that could be itself, many times over."""

    def __repr__(self) -> str:
        return "<Namespace>"


def _range(*numbers: int) -> range:
    made = range(*numbers)
    if len(made) > MOST_RANGE:
        raise SecurityError(f"it asks for a range of {len(made)}; at most {MOST_RANGE}")
    return made


def _raise(message: Any) -> None:
    raise TemplateError(str(message)[:2000])


def _now(format: str) -> str:
    return datetime.now().strftime(str(format)[:1000])


def to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, separators: Any = None, sort_keys: bool = False) -> str:
    """JSON as it is, letters of all scripts included, without the escapes that HTML needs."""
    import json

    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


class GenerationBlocks(Extension):
    """{% generation %} … {% endgeneration %}: what the model itself wrote. A run that asks for it finds the text between two marks."""

    tags = {"generation"}

    def parse(self, parser: Any) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_mark"), [], [], body).set_lineno(line)

    def _mark(self, caller: Callable[[], str]) -> str:
        written, mark = caller(), getattr(running, "mark", None)
        return written if mark is None else f"{mark}<{written}{mark}>"


# ---- running


@functools.lru_cache(maxsize=64)
def _compiled(template: str) -> Any:
    return _environment().from_string(template)


@functools.cache
def _environment() -> ChatEnvironment:
    return ChatEnvironment()


def render(template: str, values: dict[str, Any], mark: str | None = None) -> str:
    """What a template writes, given names and their values.

    At most MOST_STEPS loop turns, calls, filters and operations, MOST_SECONDS seconds, MOST_SIZE characters of output or of a text on
    the way, ranges of MOST_RANGE and values of MOST_PARTS parts.

    Args:
        mark: put before '<' and '>' around what {% generation %} blocks write.

    Raises: TokenizerError for a template that is malformed, refuses its input, or goes beyond these bounds.
    """
    earlier = vars(running).copy()
    running.budget, running.mark = Budget(), mark
    try:
        pieces = []
        for piece in _compiled(template).generate(**values):
            budget().write(len(piece) // 2)  # expressions are counted when written; constant texts are not
            pieces.append(piece)
        return "".join(pieces)
    except SecurityError as error:
        raise TokenizerError(f"The chat template is refused: {error}.") from None
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise TokenizerError(f"The chat template{f', line {line}' if line else ''}: {error}") from error
    except (RecursionError, MemoryError, SyntaxError) as error:
        raise TokenizerError(f"The chat template is refused: it is nested too deeply ({type(error).__name__}).") from None
    except TokenizerError:
        raise
    except Exception as error:
        raise TokenizerError(f"The chat template failed: {type(error).__name__}: {error}") from error
    finally:
        vars(running).clear()
        vars(running).update(earlier)
