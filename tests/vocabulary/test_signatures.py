"""The vocabulary is the same on every backend: its names, and the signature of each."""

import ast
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import triform.nn as nn_spec
import triform.ops as ops_spec

MOST_NAMES = 95

# The framework's own classes, which its tools look for; they may take more than the specification says, never less.
NATIVE = {
    "torch": {"Dropout", "List", "Module", "Model"},
    "flax": {"List", "Model"},
    "tf": {"Model"},
}


def functions(module: ModuleType) -> dict[str, Any]:
    """The public functions of a module, those included that it imports: other imports are classes, modules or constants."""
    return {name: value for name, value in vars(module).items() if not name.startswith("_") and inspect.isroutine(value)}


def vocabulary(module: ModuleType) -> dict[str, Any]:
    """The classes and functions in `__all__`."""
    return {name: value for name in module.__all__ if inspect.isclass(value := getattr(module, name)) or inspect.isroutine(value)}


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """(name, kind, default) of each parameter."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


OPS, NN = functions(ops_spec), vocabulary(nn_spec)
CLASSES = {name: value for name, value in NN.items() if inspect.isclass(value)}


def test_names_of_ops(fw):
    assert sorted(functions(fw.ops)) == sorted(OPS)


def test_names_of_nn(fw):
    assert sorted(vocabulary(fw.nn)) == sorted(NN)
    assert sorted(fw.nn.__all__) == sorted(NN), "what a backend exports beside classes and functions is no part of the vocabulary"


@pytest.mark.parametrize("name", OPS)
def test_signature_of_op(fw, name):
    assert parameters(getattr(fw.ops, name)) == parameters(OPS[name])


@pytest.mark.parametrize("name", [name for name in NN if name not in CLASSES])
def test_signature_of_nn_function(fw, name):
    assert parameters(getattr(fw.nn, name)) == parameters(NN[name])


@pytest.mark.parametrize("name", CLASSES)
def test_constructor(fw, name):
    wanted, found = parameters(CLASSES[name].__init__), parameters(getattr(fw.nn, name).__init__)
    if name not in NATIVE[fw.name]:
        assert found == wanted
        return
    assert found != wanted, f"{name} has become equal: take it out of NATIVE"
    inspect.signature(getattr(fw.nn, name).__init__).bind(*(object() for _ in wanted))


@pytest.mark.parametrize("name", [name for name, value in vars(nn_spec.Context).items() if inspect.isfunction(value)])
def test_method_of_context(fw, name):
    assert parameters(getattr(fw.nn.Context, name)) == parameters(getattr(nn_spec.Context, name))


def test_the_vocabulary_stays_small():
    count = len(OPS) + len(NN)
    assert count <= MOST_NAMES, (
        f"nn and ops have {count} names. First try to say it in the {MOST_NAMES} there may be; "
        "passing that number is a decision for docs/architecture.md, then for MOST_NAMES here."
    )


@pytest.mark.parametrize("module", [nn_spec, ops_spec], ids=lambda module: module.__name__)
def test_the_specification_does_nothing(module):
    found = [n for n in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)]
    assert found
    for function in found:
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        assert [ast.unparse(statement) for statement in body] in ([], ["..."]), f"{function.name} does something"
