"""The decoding of triform/generation, executed once more with this package's `ops`."""

import os

# Not resolved on purpose: tracebacks then read triform/torch/generation/../../generation/context.py, and so name the backend.
__path__ = [os.path.join(os.path.dirname(__file__), "..", "..", "generation")]
