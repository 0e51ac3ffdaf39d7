"""Text files: CSV in any encoding and with any delimiter, packed with gzip or not."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import zlib
from typing import IO, TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv

from kexin.errors import DeliveryError
from kexin.intake.layout import Delivered, as_batch, damaged
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kexin.intake.mapping import Source

ENCODINGS = ("utf-8", "gb18030")
"""Encodings that are tried, to tell a person which one a file has."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How a file in UTF-16 begins."""

DELIMITERS = (",", ";", "\t", "|")

BLOCK = 8 << 20

CUT_OFF = (EOFError, OSError, zlib.error)
"""What unpacking a truncated or damaged gzip raises."""


def opened_csv(path: Path, source: Source) -> Delivered:
    """Return a text file's rows.

    Raises:
        DeliveryError: It cannot be read; also while the batches are read.
    """
    headings, *more = beginning(path, source)
    if not more:
        return Delivered(headings, iter(()))
    broken: dict[int, str] = {}

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        broken[row.number] = row.text
        return "skip"

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            with binary(path) as stream:
                read = csv_batches(stream, source, len(headings), refuse)
                yield from numbered(read, broken, source.heading_row + 1)
        except (pa.ArrowInvalid, UnicodeError) as error:
            raise not_readable(path, source, error) from error
        except CUT_OFF as error:
            raise cut_off(path) from error

    return Delivered(headings, ended(batches(), path), broken)


def csv_batches(
    stream: IO[bytes],
    source: Source,
    width: int,
    refuse: Callable[[pyarrow.csv.InvalidRow], str],
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a text stream in blocks."""
    names = [str(place) for place in range(width)]
    # One thread: only then are broken lines told with their numbers.
    reading = pyarrow.csv.ReadOptions(
        use_threads=False,
        block_size=BLOCK,
        encoding=source.encoding,
        column_names=names,
        skip_rows=source.heading_row - 1,
        skip_rows_after_names=1,
    )
    parsing = pyarrow.csv.ParseOptions(
        delimiter=source.delimiter,
        newlines_in_values=True,
        invalid_row_handler=refuse,
    )
    converting = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
    )
    with pyarrow.csv.open_csv(stream, reading, parsing, converting) as reader:
        yield from reader


def numbered(
    batches: Iterator[pa.RecordBatch], broken: dict[int, str], row: int
) -> Iterator[pa.RecordBatch]:
    """Yield batches with the rows' numbers from one on; broken lines kept theirs."""
    for batch in batches:
        passed_over = [number for number in broken if number >= row]
        numbers = np.arange(row, row + batch.num_rows + len(passed_over))
        free = numbers[~np.isin(numbers, passed_over)][: batch.num_rows]
        yield as_batch(batch.columns, free)
        row = int(free[-1]) + 1 if len(free) else row


def ended(batches: Iterator[pa.RecordBatch], path: Path) -> Iterator[pa.RecordBatch]:
    """Yield batches, and refuse a file whose last value runs to the file's end.

    Raises:
        DeliveryError: A quotation mark is never closed, so that rows would vanish in
            one value.
    """
    last: pa.RecordBatch | None = None
    for batch in batches:
        yield batch
        last = batch if batch.num_rows else last
    if last is None:
        return
    value = str(last.column(last.num_columns - 2)[-1])
    if value.endswith("\n") and not ends_quoted(path):
        row = last["_row"][-1].as_py()
        raise damaged(
            path,
            Text(
                f"第{row}行的引号没有结束", f"row {row} opens a quotation mark for good"
            ),
        )


def ends_quoted(path: Path) -> bool:
    """Whether the last sign of a file, line ends left out, is a quotation mark."""
    end = b""
    with binary(path) as stream:
        while block := stream.read(BLOCK):
            end = (end + block)[-8:]
    return end.rstrip(b"\r\n\0").endswith(b'"')


def binary(path: Path) -> IO[bytes]:
    """Open a file's bytes, unpacked where it is a gzip."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def beginning(path: Path, source: Source) -> list[list[str]]:
    """Return the headings, and the first row if there is one.

    Raises:
        DeliveryError: There are no headings, or they cannot be read.
    """
    try:
        skipped = source.heading_row - 1
        lines = first_lines(path, source.encoding, source.delimiter, skipped)
    except CUT_OFF as error:
        raise cut_off(path) from error
    except UnicodeError as error:
        raise not_readable(path, source, error) from error
    except csv.Error as error:
        raise damaged(path, Text(f"标题行无法读取：{error}", f"{error}")) from error
    if not lines:
        raise damaged(path, Text("文件是空的", "the file is empty"))
    return lines


def first_lines(
    path: Path, encoding: str, delimiter: str, skipped: int = 0
) -> list[list[str]]:
    """Return the values of the first two lines that are not blank, if there are any.

    Args:
        path: The file.
        encoding: Its encoding.
        delimiter: Sign between its columns.
        skipped: Lines at its beginning that are left out.
    """
    with binary(path) as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        below = itertools.islice(text, skipped, None)
        lines = filter(None, csv.reader(below, delimiter=delimiter))
        return [
            [value.removeprefix("\ufeff").strip() for value in values]
            for values in itertools.islice(lines, 2)
        ]


def first_line(path: Path, encoding: str, delimiter: str) -> set[str]:
    """Return the headings that a file has in an encoding and with a delimiter."""
    return set(itertools.chain(*first_lines(path, encoding, delimiter)[:1]))


def cut_off(path: Path) -> DeliveryError:
    """Return the error for a gzip that ends too early."""
    return damaged(
        path, Text("压缩文件不完整或已损坏", "the gzip is truncated or damaged")
    )


def not_readable(path: Path, source: Source, why: Exception) -> DeliveryError:
    """Return the error for text in another encoding, naming those that would do."""
    if not isinstance(why, UnicodeError) and "UTF8" not in str(why):
        return damaged(path, Text(f"无法读取：{why}", f"it cannot be read: {why}"))
    return wrong_encoding(path, source, [e for e in ENCODINGS if decodes(path, e)])


def wrong_encoding(path: Path, source: Source, fitting: list[str]) -> DeliveryError:
    """Return the error for text in another encoding than the mapping's."""
    told = ", ".join(fitting) or "?"
    return DeliveryError(
        Text(f"文件不是{source.encoding}编码", f"the text is not in {source.encoding}"),
        where=str(path),
        expected=Text(
            f"{source.encoding}编码的文本(映射文件如此声明)",
            f"text in {source.encoding}, as the mapping says",
        ),
        do=Text(
            f'可按以下编码读取：{told}；请在映射文件中改为 encoding = "{told}"',
            f'it can be read as {told}: set encoding = "{told}" in the mapping',
        ),
    )


def decodes(path: Path, encoding: str) -> bool:
    """Whether a file's first block is text in an encoding."""
    try:
        with binary(path) as stream:
            # A block may end inside a character; its last line is left out.
            block = stream.read(BLOCK)
        whole = block if len(block) < BLOCK else block.rpartition(b"\n")[0]
        whole.decode(encoding)
    except (UnicodeError, *CUT_OFF):
        return False
    return True


def encoding_with(path: Path, source: Source, wanted: list[str]) -> str | None:
    """Return the encoding, if another, in which the wanted headings appear."""
    with binary(path) as stream:
        marked = stream.read(2) in UTF_16
    tried: tuple[str, ...] = ("utf-16", *ENCODINGS) if marked else ENCODINGS
    for encoding in tried:
        if decodes(path, encoding) and set(wanted) <= first_line(
            path, encoding, source.delimiter
        ):
            return encoding
    return None


def delimiter_with(path: Path, source: Source, wanted: list[str]) -> str | None:
    """Return the delimiter, if another, with which the wanted headings appear."""
    for delimiter in DELIMITERS:
        if set(wanted) <= first_line(path, source.encoding, delimiter):
            return delimiter
    return None
