"""Excel and Parquet files: values that have types already, told as text again."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from kexin.errors import DeliveryError
from kexin.intake.layout import Delivered, as_batch, damaged
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kexin.intake.mapping import Source

ROWS = 50_000
"""Rows of a sheet that are handed on together."""


def opened_parquet(path: Path) -> Delivered:
    """Return a Parquet file's rows, every column cast to text.

    Raises:
        DeliveryError: It is no Parquet file, or is damaged, or holds nested columns.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        found = Text("不是有效的Parquet文件", "not a Parquet file, or a damaged one")
        raise damaged(path, found) from error
    headings = [name.strip() for name in file.schema_arrow.names]
    return Delivered(headings, parquet_batches(file, path))


def parquet_batches(file: pq.ParquetFile, path: Path) -> Iterator[pa.RecordBatch]:
    """Yield a Parquet file's rows as text."""
    row = 2
    try:
        for batch in file.iter_batches():
            columns = [as_text(column) for column in batch.columns]
            yield as_batch(columns, range(row, row + batch.num_rows))
            row += batch.num_rows
    except pa.ArrowNotImplementedError as error:
        found = Text("含有嵌套的列", f"a column is no plain value: {error}")
        raise damaged(path, found) from error
    except (pa.ArrowInvalid, OSError) as error:
        raise damaged(path, Text("Parquet文件已损坏", "damaged Parquet")) from error


def as_text(column: pa.Array) -> pa.Array:
    """Return a column as text: a moment at midnight as its day, lists with commas."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return pc.binary_join(pc.cast(column, pa.list_(pa.string())), ",")
    text = pc.cast(column, pa.string())
    if pa.types.is_timestamp(column.type):
        return pc.replace_substring_regex(text, r" 00:00:00(\.0+)?Z?$", "")
    return text


def opened_excel(path: Path, source: Source) -> Delivered:
    """Return a sheet's rows, every cell as text; the first row that is not empty heads.

    Rows above the mapping's `heading_row` are left out.

    Raises:
        DeliveryError: It is no Excel file, or is damaged, or has no such sheet.
    """
    try:
        book = CalamineWorkbook.from_path(path)
        if source.sheet and source.sheet not in book.sheet_names:
            raise no_sheet(path, source, book.sheet_names)
        sheet = book.get_sheet_by_name(source.sheet or book.sheet_names[0])
        rows = enumerate(sheet.to_python(skip_empty_area=False), start=1)
        filled = [
            (number, row)
            for number, row in rows
            if number >= source.heading_row and any(c != "" for c in row)
        ]
    except (CalamineError, OSError, IndexError) as error:
        found = Text("不是有效的Excel文件", "not an Excel file, or a damaged one")
        raise damaged(path, found) from error
    if not filled:
        raise damaged(path, Text("工作表是空的", "the sheet is empty"))
    headings = [cell_text(cell).strip() for cell in filled[0][1]]
    return Delivered(headings, excel_batches(filled[1:], len(headings)))


def no_sheet(path: Path, source: Source, known: list[str]) -> DeliveryError:
    """Return the error for a sheet that is not there."""
    told = ", ".join(known)
    return DeliveryError(
        Text(f"没有工作表“{source.sheet}”", f"there is no sheet {source.sheet!r}"),
        where=str(path),
        expected=Text(f"以下之一：{told}", f"one of {told}"),
        do=Text("请修正映射文件的sheet", "mend `sheet` in the mapping"),
    )


def excel_batches(
    rows: Sequence[tuple[int, Sequence[object]]], width: int
) -> Iterator[pa.RecordBatch]:
    """Yield a sheet's rows as text."""
    for first in range(0, len(rows), ROWS):
        chunk = rows[first : first + ROWS]
        columns = [
            pa.array([cell_text(row[place]) for _, row in chunk], pa.string())
            for place in range(width)
        ]
        yield as_batch(columns, [number for number, _ in chunk])


def cell_text(cell: object) -> str:
    """Return an Excel cell as text: whole numbers without a point, days as ISO days."""
    match cell:
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case date():
            return cell.isoformat()
    return str(cell)
