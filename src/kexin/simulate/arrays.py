"""What the city's arrays hold; numpy's own types do not tell the kinds apart well."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[Any]
"""Whole numbers: places of firms and months, counts, codes."""

Floats: TypeAlias = NDArray[Any]
"""Amounts, traits and chances; absent where NaN."""

Flags: TypeAlias = NDArray[Any]
"""Yes or no."""

Days: TypeAlias = NDArray[np.datetime64]
"""Calendar days; absent where NaT."""

Column: TypeAlias = NDArray[Any] | pa.Array
"""A column of records: numbers, days and flags in numpy, texts and codes in Arrow."""
