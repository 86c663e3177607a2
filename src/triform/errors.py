"""Every error that triform raises on purpose. One class per kind; each is also the built-in that callers already catch.

A message says, in this order: where, what was found, what was expected, what to do. Problems are collected and raised once.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TriformError(Exception):
    """The base of all of them."""


class ConfigError(TriformError, ValueError):
    """A configuration that cannot be: unreadable, of wrong types, or impossible in combination."""


class UsageError(TriformError, OSError, TypeError):
    """A class or function that is not meant to be used this way."""


class UnknownArchitectureError(TriformError, ValueError):
    """A model type that no table knows."""


class UnsupportedTaskError(TriformError, ValueError):
    """An architecture that has no class for this task."""


class UnknownKeywordError(TriformError, ValueError, TypeError):
    """A keyword that nothing takes: usually a typing slip."""


class MissingDependencyError(TriformError, ImportError):
    """A package that is needed here is not installed."""


class MissingFileError(TriformError, OSError):
    """A file that is needed is not there, on disk or on the Hub."""


class CorruptFileError(TriformError, OSError, ValueError):
    """A file that is truncated, malformed, hostile, or not what its name says."""


class WeightsMismatchError(TriformError, ValueError, RuntimeError):
    """Weights that do not fit the model: missing parts, other shapes."""


class HubError(TriformError, OSError):
    """The Hub could not be reached, or refused."""


class RemoteCodeError(TriformError, ValueError):
    """A checkpoint wants to run its own code and the user has not allowed that."""


class RegistrationError(TriformError, ValueError):
    """A class that cannot be registered as asked."""


class TokenizerError(TriformError, ValueError):
    """Tokenizer files or arguments that do not make sense."""


class InputError(TriformError, ValueError):
    """An argument of a call that a model or processor cannot use."""


def nearest(word: str, known: Iterable[str]) -> str:
    """' Did you mean 'roberta'?' where something known is near `word`, else ''."""
    names = [str(name) for name in known]
    close = get_close_matches(str(word), names, n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
