"""Which row of a table goes with which column, so that what the pairs cost is least: on the host, in SciPy."""

import numpy as np

from triform.errors import MissingDependencyError


def assignment(costs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows, columns) of the pairs, rows ascending. A cost that is no number counts nothing, and an infinite one 1e10."""
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError:
        raise MissingDependencyError(
            'Matching predictions with objects, for a loss, needs scipy, which is not installed: pip install "triform[vision]".'
        ) from None
    rows, columns = linear_sum_assignment(np.nan_to_num(np.asarray(costs, np.float64), nan=0.0, posinf=1e10, neginf=-1e10))
    return rows.astype(np.int64), columns.astype(np.int64)
