"""Opened files as large chunks of rows: small files together, a large one in parts.

What files of one source and the same headings say is put to one query, so that its
price is paid by the chunk and not by the file. The next chunk is read while one is
worked on.
"""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from kexin.intake.layout import as_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kexin.intake.layout import Delivered
    from kexin.intake.validate import Delivery

ROWS = 400_000
"""Rows that make a chunk full."""

BYTES = 128 << 20
"""Bytes of text that do."""

FILE = 32
"""Bits of a row's place in its file; the number of the file stands above them."""

SAMPLE = 1000
"""Rows by which it is told whether a column says few things over and over."""

NOTHING = pa.scalar(None, pa.string())

Item = TypeVar("Item")


class Arrived(NamedTuple):
    """One opened file.

    Attributes:
        number: Its place in the delivery, by which its rows are ordered.
        delivery: What it is and when it came.
        content: Its rows, still to be read.
    """

    number: int
    delivery: Delivery
    content: Delivered


class Chunk(NamedTuple):
    """Rows of files of one source that have the same headings.

    Attributes:
        delivery: What one of the files is; the others differ in name and batch only.
        headings: Their headings.
        rows: See `normalised`.
        ended: The files of which these are the last rows; their `broken` is complete.
    """

    delivery: Delivery
    headings: tuple[str, ...]
    rows: pa.Table
    ended: list[Arrived]


def chunks(files: Iterable[Arrived]) -> Iterator[Chunk]:
    """Yield the rows of files in chunks; files of one source stand together.

    Raises:
        DeliveryError: A file cannot be read to its end.
    """
    parts: list[pa.Table] = []
    ended: list[Arrived] = []
    fill = 0.0
    for file in files:
        if ended and not alike(ended[-1], file):
            yield chunk(ended[-1], parts, ended)
            parts, ended, fill = [], [], 0.0
        for batch in file.content.batches:
            parts.append(normalised(batch, file))
            fill += max(batch.num_rows / ROWS, batch.nbytes / BYTES)
            if fill >= 1:
                yield chunk(file, parts, ended)
                parts, ended, fill = [], [], 0.0
        ended.append(file)
    if ended:
        yield chunk(ended[-1], parts, ended)


def alike(one: Arrived, other: Arrived) -> bool:
    """Whether the rows of two files can be put to one query."""
    if one.delivery.source is not other.delivery.source:
        return False
    return one.content.headings == other.content.headings


def chunk(file: Arrived, parts: list[pa.Table], ended: list[Arrived]) -> Chunk:
    """Return parts of files like one of them as a chunk."""
    headings = tuple(file.content.headings)
    nothing = as_batch([pa.array([], pa.string())] * len(headings), [])
    rows = pa.concat_tables(parts or [normalised(nothing, file)])
    return Chunk(file.delivery, headings, rows, ended)


def normalised(batch: pa.RecordBatch, file: Arrived) -> pa.Table:
    """Return a file's rows as they are put to the engine.

    Returns:
        For each heading `raw_<place>`, the text as delivered; for those that the source
        reads `plain_<place>`, the text in its plain form; both absent where empty.
        Then `_row`, the row's number, `_delivered`, its place in the whole delivery,
        and `_batch` and `_file`, the file's batch and name.
    """
    read = set(file.delivery.source.read)
    columns = {}
    for place, heading in enumerate(file.content.headings):
        raw = batch.column(place)
        columns[f"raw_{place}"] = present(raw)
        if heading in read:
            columns[f"plain_{place}"] = present(plain_text(raw))
    rows = batch["_row"]
    columns["_row"] = rows
    columns["_delivered"] = pc.add(rows, file.number << FILE)
    columns["_batch"] = repeated(file.delivery.batch, batch.num_rows)
    columns["_file"] = repeated(file.delivery.file, batch.num_rows)
    return pa.table(columns)


def repeated(text: str, times: int) -> pa.Array:
    """Return a text for each of some rows."""
    places = pa.repeat(pa.scalar(0, pa.int32()), times)
    return pa.DictionaryArray.from_arrays(places, pa.array([text]))


def present(texts: pa.Array) -> pa.Array:
    """Return texts, absent where they are empty."""
    empty = pc.equal(texts, "")
    if not pc.any(empty).as_py():
        return texts
    return pc.if_else(empty, NOTHING, texts)


def plain_text(texts: pa.Array) -> pa.Array:
    """Return texts with compatible characters unified (NFKC), without outer blanks."""
    if pc.all(pc.string_is_ascii(texts)).as_py():
        return pc.utf8_trim_whitespace(texts)
    if not says_little(texts):
        return unified(texts)
    said = texts.dictionary_encode()
    return unified(said.dictionary).take(said.indices)


def unified(texts: pa.Array) -> pa.Array:
    """Return texts with compatible characters unified (NFKC), without outer blanks."""
    # Arrow's NFKC leaves accents apart from their letters; NFC puts them together.
    apart = pc.utf8_normalize(texts, form="NFKC")
    return pc.utf8_trim_whitespace(pc.utf8_normalize(apart, form="NFC"))


def says_little(texts: pa.Array) -> bool:
    """Whether a column seems to say few things, each of them often."""
    some = texts[:SAMPLE]
    return int(pc.count_distinct(some).as_py()) * 4 < len(some)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield items, each of which is made while the one before it is used."""
    following = functools.partial(next, items, None)
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = worker.submit(following)
        while (item := coming.result()) is not None:
            coming = worker.submit(following)
            yield item
