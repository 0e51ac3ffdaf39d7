"""Files as they are delivered: CSV, Parquet and Excel, every value as text.

Everything starts as text, so that what was found can be shown as it was found. Rows are
numbered as a person counts them who opens the file: the headings are row 1.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from kexin.errors import DeliveryError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

    from kexin.intake.mapping import Source

ENCODINGS = ("utf-8", "gb18030", "utf-16")
"""Encodings that are tried, to tell a person which one a file has."""

DELIMITERS = (",", ";", "\t", "|")

BLOCK = 8 << 20


@dataclass
class Delivered:
    """One file, opened.

    Args:
        headings: Names of its columns, as they stand there.
        batches: Rows as text, with `_row`, the row's number.
        broken: Lines that have too few or too many values: number and text. Complete
            once all batches were read.
    """

    headings: list[str]
    batches: Iterator[pa.RecordBatch]
    broken: dict[int, str] = field(default_factory=dict)


def opened(path: Path, source: Source) -> Delivered:
    """Return a file's rows as text.

    Raises:
        DeliveryError: The file is empty, truncated, damaged, or in another encoding or
            with another delimiter than the mapping says.
    """
    if path.stat().st_size == 0:
        raise damaged(path, Text("文件是空的", "the file is empty"))
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if ".parquet" in suffixes:
        return opened_parquet(path)
    if suffixes[-1:] in ([".xlsx"], [".xls"]):
        return opened_excel(path, source)
    return opened_csv(path, source)


def damaged(path: Path, found: Text) -> DeliveryError:
    """Return the error for a file that cannot be read to its end."""
    return DeliveryError(
        found,
        where=str(path),
        expected=Text("一个完整的数据文件", "a whole file with a row of headings"),
        do=Text("请数据提供方重新交付该文件", "ask the supplier to deliver it again"),
    )


def opened_csv(path: Path, source: Source) -> Delivered:
    """Return a text file's rows."""
    headings = headings_of(path, source)
    broken: dict[int, str] = {}

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        broken[row.number] = row.text
        return "skip"

    def batches() -> Iterator[pa.RecordBatch]:
        with binary(path) as stream:
            try:
                yield from numbered(
                    csv_batches(stream, source, headings, refuse), broken
                )
            except (EOFError, OSError, gzip.BadGzipFile) as error:
                raise cut_off(path) from error
            except (pa.ArrowInvalid, UnicodeError) as error:
                raise not_readable(path, source, str(error)) from error

    return Delivered(headings, batches(), broken)


def csv_batches(
    stream: IO[bytes],
    source: Source,
    headings: list[str],
    refuse: Callable[[pyarrow.csv.InvalidRow], str],
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a text stream in blocks."""
    # One thread: only then are broken lines told with their numbers.
    reading = pyarrow.csv.ReadOptions(
        use_threads=False, block_size=BLOCK, encoding=source.encoding
    )
    parsing = pyarrow.csv.ParseOptions(
        delimiter=source.delimiter,
        newlines_in_values=True,
        invalid_row_handler=refuse,
    )
    converting = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(headings, pa.string()), strings_can_be_null=False
    )
    with pyarrow.csv.open_csv(stream, reading, parsing, converting) as reader:
        yield from reader


def numbered(
    batches: Iterator[pa.RecordBatch], broken: dict[int, str]
) -> Iterator[pa.RecordBatch]:
    """Yield batches with the rows' numbers; broken lines have kept theirs."""
    row = 2
    for batch in batches:
        numbers = []
        while len(numbers) < batch.num_rows:
            if row not in broken:
                numbers.append(row)
            row += 1
        yield batch.append_column("_row", pa.array(numbers, pa.int64()))


def binary(path: Path) -> IO[bytes]:
    """Open a file's bytes, unpacked where it is a gzip."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")
    return path.open("rb")


def headings_of(path: Path, source: Source) -> list[str]:
    """Return the first line's values, a mark of byte order taken off."""
    try:
        with binary(path) as stream:
            first = stream.readline()
    except (EOFError, OSError) as error:
        raise cut_off(path) from error
    try:
        text = first.decode(source.encoding)
    except UnicodeDecodeError as error:
        raise not_readable(path, source, str(error)) from error
    line = text.removeprefix("\ufeff").rstrip("\r\n")
    return next(csv.reader(io.StringIO(line), delimiter=source.delimiter), [])


def cut_off(path: Path) -> DeliveryError:
    """Return the error for a gzip that ends too early."""
    return damaged(
        path, Text("压缩文件不完整或已损坏", "the gzip is truncated or damaged")
    )


def not_readable(path: Path, source: Source, why: str) -> DeliveryError:
    """Return the error for text in another encoding, naming those that would do."""
    fitting = [name for name in ENCODINGS if decodes(path, name)]
    told = ", ".join(fitting) or "-"
    return DeliveryError(
        Text(f"无法按{source.encoding}读取：{why}", f"not {source.encoding}: {why}"),
        where=str(path),
        expected=Text(
            f"{source.encoding}编码的文本(映射文件如此声明)",
            f"text in {source.encoding}, as the mapping says",
        ),
        do=Text(
            f'在映射文件中改为 encoding = "…"；可读的编码：{told}',
            f'set encoding = "..." in the mapping; it can be read as: {told}',
        ),
    )


def decodes(path: Path, encoding: str) -> bool:
    """Whether a file's first block is text in an encoding."""
    try:
        with binary(path) as stream:
            # A block may end inside a character; its last line is left out.
            stream.read(BLOCK).rpartition(b"\n")[0].decode(encoding)
    except (UnicodeDecodeError, OSError, EOFError):
        return False
    return True


def opened_parquet(path: Path) -> Delivered:
    """Return a Parquet file's rows, every column cast to text."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise damaged(
            path, Text("不是有效的Parquet文件", "not a Parquet file")
        ) from error
    headings = list(file.schema_arrow.names)
    text = pa.schema([(name, pa.string()) for name in headings])
    batches = (batch.cast(text) for batch in file.iter_batches())
    return Delivered(headings, numbered(batches, {}))


def opened_excel(path: Path, source: Source) -> Delivered:
    """Return a sheet's rows, every cell as text; days in the form YYYY-MM-DD."""
    try:
        book = CalamineWorkbook.from_path(path)
        name = source.sheet or book.sheet_names[0]
        first, *rows = book.get_sheet_by_name(name).to_python() or [[]]
    except (CalamineError, OSError, IndexError) as error:
        raise damaged(
            path, Text("不是有效的Excel文件", f"not Excel: {error}")
        ) from error
    headings = [str(cell).strip() for cell in first]
    columns = {
        heading: pa.array([cell_text(row[place]) for row in rows], pa.string())
        for place, heading in enumerate(headings)
    }
    batches = iter(pa.table(columns).to_batches())
    return Delivered(headings, numbered(batches, {}))


def cell_text(cell: object) -> str:
    """Return an Excel cell as text; whole numbers without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
