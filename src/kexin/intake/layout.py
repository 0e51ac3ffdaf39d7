"""What every reader gives: headings, and rows as text.

Everything starts as text, so that what was found can be shown as it was found. Rows are
numbered as a person counts them who opens the file: the headings are row 1, the first
record is row 2. Blank lines of a text file are not counted, those of a sheet are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from kexin.errors import DeliveryError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass
class Delivered:
    """One file, opened.

    Args:
        headings: Names of its columns, without blanks at their ends.
        batches: Rows as text: a column for each heading, in their order and named by
            their places ("0", "1", ...), and `_row`, the row's number.
        broken: Lines that have too few or too many values: number and text. Complete
            once all batches were read.
    """

    headings: list[str]
    batches: Iterator[pa.RecordBatch]
    broken: dict[int, str] = field(default_factory=dict)


def as_batch(
    columns: list[pa.Array], numbers: Sequence[int] | NDArray[np.int64]
) -> pa.RecordBatch:
    """Return columns of text, and the rows' numbers, as a batch."""
    names = [*(str(place) for place in range(len(columns))), "_row"]
    return pa.record_batch([*columns, pa.array(numbers, pa.int64())], names=names)


def damaged(path: Path, found: Text) -> DeliveryError:
    """Return the error for a file that cannot be read to its end."""
    return DeliveryError(
        found,
        where=str(path),
        expected=Text("一个完整的数据文件", "a whole file with a row of headings"),
        do=Text("请数据提供方重新交付该文件", "ask the supplier to deliver it again"),
    )


def repeated(headings: list[str]) -> list[str]:
    """Return the headings that stand over several columns."""
    return [name for name, times in Counter(headings).items() if times > 1]
