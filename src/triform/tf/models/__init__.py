"""The architectures of triform/models, executed once more with this package's `nn` and `ops`."""

import os

# Not resolved on purpose: tracebacks then read triform/tf/models/../../models/bert.py, and so name the backend.
__path__ = [os.path.join(os.path.dirname(__file__), "..", "..", "models")]
