"""Typed records as the text that a bureau writes: CSV or JSON Lines, in its own signs.

Whole columns at a time; days and codes by looking them up in what each can be.
"""

from __future__ import annotations

import calendar as calendars
import functools
import io
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from kexin.simulate.looks.look import EXCEL

if TYPE_CHECKING:
    from kexin.registers.contract import Field
    from kexin.simulate.looks.look import Look, Supplier

YEARS = range(1900, 2251)
"""Years that a bureau can write: from its worst mistake to a century from now."""

FIRST = np.datetime64(f"{YEARS.start}-01-01")

EXCEL_ZERO = np.datetime64("1899-12-30")
MOMENT = "%Y-%m-%d %H:%M:%S"

UNSAFE = r'["\\\x00-\x1f]'
"""What must be escaped in JSON."""

BETWEEN = "、"
"""Sign between the codes of a set."""


@functools.lru_cache(maxsize=16)
def calendar(form: str, *, padded: bool) -> pa.Array:
    """Return every day of the years that can be written, as a bureau writes it.

    Examples:
        >>> place = int((np.datetime64("2024-05-01") - FIRST).astype(int))
        >>> str(calendar("%Y年%m月%d日", padded=False)[place])
        '2024年5月1日'
        >>> str(calendar(EXCEL, padded=True)[place])
        '45413'
    """
    if form == EXCEL:
        last = np.datetime64(f"{YEARS.stop}-01-01")
        numbers = (np.arange(FIRST, last) - EXCEL_ZERO).astype(int)
        return pa.array([str(number) for number in numbers.tolist()])
    # The year stands first in every form, so that a year's days need no more than it.
    rest = form.removeprefix("%Y")
    if not padded:
        rest = rest.replace("%m", "%-m").replace("%d", "%-d")
    of_year = [days_of_year(rest, leap=False), days_of_year(rest, leap=True)]
    return pa.array(
        [f"{year}{day}" for year in YEARS for day in of_year[calendars.isleap(year)]]
    )


def days_of_year(form: str, *, leap: bool) -> list[str]:
    """Return the days of a year in a form without the year."""
    first = date(2024 if leap else 2023, 1, 1)
    return [
        (first + timedelta(days=number)).strftime(form)
        for number in range(366 if leap else 365)
    ]


def days(column: pa.Array, form: str, *, padded: bool = True) -> pa.Array:
    """Return days as text."""
    since = pa.scalar(int(FIRST.astype(int)), pa.int32())
    places = pc.subtract(column.cast(pa.int32()), since)
    return calendar(form, padded=padded).take(places)


def told(look: Look, name: str, column: pa.Array) -> pa.Array:
    """Return a column as the bureau writes it: text, or numbers in its unit."""
    field, supplier = look.table.fields()[name], look.supplier
    if field.codes:
        return labelled(column, field, look.labels(name))
    match field.dtype:
        case "date" if field.monthly:
            return days(column, supplier.months)
        case "date":
            return days(column, supplier.days, padded=supplier.padded)
        case "timestamp(6)":
            return pc.strftime(column.cast(pa.timestamp("s")), MOMENT)
        case "boolean":
            return pc.if_else(column, supplier.yes, supplier.no)
    if name in look.digits:
        return scaled(column, look.digits[name])
    return column


def labelled(column: pa.Array, field: Field, labels: object) -> pa.Array:
    """Return codes, or sets of codes, as the bureau's own."""
    pairs = dict(labels)  # type: ignore[call-overload]  # a mapping
    known, own = pa.array(list(pairs)), pa.array(list(pairs.values()))
    if field.dtype != "array<string>":
        return own.take(pc.index_in(column, known))
    parts = own.take(pc.index_in(column.flatten(), known))
    sizes = pc.fill_null(pc.list_value_length(column), 0)
    ends = np.concatenate([[0], np.cumsum(sizes.to_numpy(zero_copy_only=False))])
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), parts)
    text = pc.binary_join(lists, BETWEEN)
    return pc.if_else(column.is_null(), pa.scalar(None, pa.string()), text)


def scaled(column: pa.Array, digits: int) -> pa.Array:
    """Return numbers divided by a power of ten, exactly: the point alone moves."""
    if column.offset:
        column = pa.concat_arrays([column])
    kind = column.type
    wider = pa.decimal128(
        max(kind.precision, kind.precision + digits), kind.scale + digits
    )
    return pa.Array.from_buffers(wider, len(column), column.buffers())


def headings(look: Look) -> list[str]:
    """Return the headings of a table's files, in their order."""
    supplier = look.supplier
    firm = [] if look.own_code else [look.code_heading]
    name = [] if look.own_name else [look.name_heading]
    own = [look.heading(n) for n in look.table.fields() if n not in look.table.derived]
    return [*firm, *name, *own, supplier.operation, supplier.sent]


def cells(look: Look, table: pa.Table, operation: pa.Array, sent: pa.Array) -> pa.Table:
    """Return records as what stands in the file, under its headings.

    Args:
        look: How the bureau writes the table.
        table: `src_code`, `src_name` and the contract's columns.
        operation: What each row does, in the bureau's words.
        sent: When each was handed over, as text.
    """
    firm = {} if look.own_code else {look.code_heading: column(table, "src_code")}
    name = {} if look.own_name else {look.name_heading: column(table, "src_name")}
    own = {}
    for field in look.table.fields():
        if field in look.table.derived:
            continue
        shared = {look.own_code: "src_code", look.own_name: "src_name"}.get(field)
        own[look.heading(field)] = (
            column(table, shared) if shared else told(look, field, column(table, field))
        )
    last = {look.supplier.operation: operation, look.supplier.sent: sent}
    return pa.table({**firm, **name, **own, **last})


def column(table: pa.Table, name: str) -> pa.Array:
    """Return a column in one piece."""
    found = table[name].combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found


def lines(table: pa.Table, supplier: Supplier) -> pa.Table | pa.Array:
    """Return cells ready to be cut into files: for JSON, the lines."""
    if supplier.form == "csv":
        return table
    parts: list[pa.Scalar | pa.Array] = []
    for place, name in enumerate(table.column_names):
        start = "{" if place == 0 else ", "
        parts += [pa.scalar(f"{start}{json.dumps(name, ensure_ascii=False)}: ")]
        parts += [in_json(column(table, name))]
    return pc.binary_join_element_wise(*parts, pa.scalar("}\n"), "")


def in_json(values: pa.Array) -> pa.Array:
    """Return values as JSON."""
    if not pa.types.is_string(values.type):
        return pc.fill_null(values.cast(pa.string()), "null")
    if any(pc.match_substring_regex(values, UNSAFE).drop_null().unique().to_pylist()):
        escaped = [
            None if text is None else json.dumps(text, ensure_ascii=False)
            for text in values.to_pylist()
        ]
        return pc.fill_null(pa.array(escaped, pa.string()), "null")
    quoted = pc.binary_join_element_wise('"', values, '"', "")
    return pc.fill_null(quoted, "null")


def heading_bytes(look: Look) -> bytes:
    """Return the line of headings; nothing for JSON."""
    supplier = look.supplier
    if supplier.form != "csv":
        return b""
    line = supplier.delimiter.join(f'"{name}"' for name in headings(look))
    return f"{line}\n".encode(supplier.encoding)


def as_bytes(part: pa.Table | pa.Array, supplier: Supplier) -> bytes:
    """Return a file's next rows, encoded."""
    if isinstance(part, pa.Table):
        stream = io.BytesIO()
        options = pa_csv.WriteOptions(
            include_header=False, delimiter=supplier.delimiter
        )
        pa_csv.write_csv(part, stream, options)
        content = stream.getvalue()
    else:
        whole = pa.concat_arrays([part])
        content = whole.buffers()[2].to_pybytes() if len(whole) else b""
        end = (
            np.frombuffer(whole.buffers()[1], np.int32)[len(whole)] if len(whole) else 0
        )
        content = content[:end]
    if supplier.encoding == "utf-8":
        return content
    return content.decode().encode(supplier.encoding)
