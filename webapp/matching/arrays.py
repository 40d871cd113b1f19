"""The array types the engine speaks in, and how rows are chosen from a column."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.signedinteger[Any]]
Codes: TypeAlias = NDArray[np.intp]
"""Whole numbers from 0 that stand for distinct values, in the type that numpy looks up fastest."""
Words: TypeAlias = NDArray[np.uint64]
Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = "slice | NDArray[np.int64]"
"""Either every row, as `slice(None)` (a view, no copy), or the chosen ones by number."""

UNKNOWN = -1
"""Stands for an unknown value in every integer column. In float columns unknown is NaN, in bit sets 0."""
