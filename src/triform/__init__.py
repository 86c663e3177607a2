"""triform: the Auto classes, native on PyTorch, TensorFlow and Flax, from one definition of each architecture.

    from triform import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained("path/or/name")
    model = AutoModel.from_pretrained("path/or/name")       # TFAutoModel: a keras.Model; FlaxAutoModel: an nnx.Module
    out = model(**tokenizer("Hello", return_tensors="pt"))

Importing this imports nothing else: every public name is resolved when it is first used. `__init__.pyi` lists them for editors.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module 'triform' has no attribute {name!r}")
    from triform.auto.names import public

    value = public(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from triform.auto.names import names

    return sorted({"__version__", *names()})
