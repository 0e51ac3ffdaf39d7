"""Records on their way into files, and a note of everything that was done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import clock
from kexin.simulate.looks.look import looks
from kexin.simulate.rows import arrow

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.lags import Known
    from kexin.simulate.looks.look import Look
    from kexin.simulate.rows import Rows
    from kexin.simulate.world import World

LIST_SIGN = ","


class Mark(NamedTuple):
    """What one kind of dirt did to some rows.

    Attributes:
        kind: The kind.
        column: Column that it changed; empty where it changed none.
        row: Places of the rows.
        true: Their values before, as text.
        told: Their values after.
    """

    kind: str
    column: str
    row: Ints
    true: pa.Array
    told: pa.Array


class Sheet(NamedTuple):
    """Rows of one table in the form of its contract, each to be delivered once.

    Attributes:
        look: How the bureau writes them.
        table: `src_code`, `src_name`, and the contract's columns.
        place: Place of each row among the clean records of the chunk.
        day: Day on which each is handed over.
        again: Whether the row belongs to a batch that restates earlier ones.
        marks: What was done to the rows.
    """

    look: Look
    table: pa.Table
    place: Ints
    day: Days
    again: Flags
    marks: tuple[Mark, ...] = ()

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.place)

    def column(self, name: str) -> pa.Array:
        """Return a column in one piece."""
        found = self.table[name]
        if found.num_chunks == 1:
            return found.chunk(0)
        return pa.concat_arrays(found.chunks) if found.num_chunks else nothing(found)


def nothing(column: pa.ChunkedArray) -> pa.Array:
    """Return an empty array of a column's type."""
    return pa.array([], column.type)


def clean(world: World, rows: Rows, known: Known) -> Sheet:
    """Return a chunk's records as a bureau without faults would deliver them."""
    look, own = looks()[rows.table], arrow(rows)
    names = named(world, rows, own[look.table.event])
    codes = coded(world, rows, names)
    if look.own_code:
        codes = whole(own[look.own_code])
    if look.own_name:
        names = whole(own[look.own_name])
    table = pa.table(
        {"src_code": codes, "src_name": names}
        | {name: own[name] for name in own.column_names}
    )
    place = np.arange(rows.size)
    return Sheet(look, table, place, known.day, np.zeros(rows.size, np.bool_))


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else nothing(column)


def own_names(world: World, rows: Rows, event: pa.ChunkedArray) -> pa.Array:
    """Return the name of each record's firm on the day of the event."""
    days = whole(event.cast(pa.date32())).to_numpy(zero_copy_only=False)
    days = days.astype("datetime64[D]")
    days = np.where(np.isnat(days), clock.LAST_DAY, days)
    found = world.naming.names.on(np.maximum(rows.firm, 0), days)
    return pc.if_else(pa.array(rows.firm < 0), pa.scalar(None, pa.string()), found)


def named(world: World, rows: Rows, event: pa.ChunkedArray) -> pa.Array:
    """Return how the bureau names whom a record is about."""
    own = own_names(world, rows, event)
    return own if rows.name is None else pc.coalesce(rows.name.cast(pa.string()), own)


def coded(world: World, rows: Rows, names: pa.Array) -> pa.Array:
    """Return the code of each record's firm.

    Where the bureau means a branch, a person, or hides who it is, it has no code.
    """
    known = rows.firm >= 0
    if rows.person is not None:
        known = known & ~rows.person
    if rows.name is not None:
        firm = pa.array(np.maximum(rows.firm, 0))
        first, last = world.naming.names.first[:-1], world.naming.names.first[1:] - 1
        own = [
            pc.equal(names, world.naming.names.text.take(pa.array(places).take(firm)))
            for places in (first, last)
        ]
        either = pc.fill_null(pc.or_(*own), false_value()).to_numpy(
            zero_copy_only=False
        )
        known = known & either
    code = world.naming.uscc.take(pa.array(np.maximum(rows.firm, 0)))
    return pc.if_else(pa.array(known), code, pa.scalar(None, pa.string()))


def false_value() -> pa.Scalar:
    """Return Arrow's no."""
    return pa.scalar(value=False)


def put(sheet: Sheet, column: str, row: Ints, values: pa.Array, kind: str) -> Sheet:
    """Return the rows with a column's values at some places changed, and noted.

    Values that are as they were are neither changed nor noted.
    """
    if not len(row):
        return sheet
    before = sheet.column(column)
    true = before.take(pa.array(row))
    values = values.cast(true.type)
    true_text, told_text = as_text(true), as_text(values)
    same = pc.fill_null(pc.equal(true_text, told_text), false_value())
    both_absent = pc.and_(pc.is_null(true_text), pc.is_null(told_text))
    other = pc.invert(pc.or_(same, both_absent)).to_numpy(zero_copy_only=False)
    if not other.any():
        return sheet
    hit = pa.array(other)
    kept = row[other]
    order = np.argsort(kept, kind="stable")
    mask = np.zeros(sheet.size, np.bool_)
    mask[kept] = True
    changed = replaced(before, mask, values.filter(hit).take(pa.array(order)))
    place = sheet.table.column_names.index(column)
    mark = Mark(kind, column, kept, true_text.filter(hit), told_text.filter(hit))
    return sheet._replace(
        table=sheet.table.set_column(place, column, changed),
        marks=(*sheet.marks, mark),
    )


def replaced(before: pa.Array, mask: Flags, values: pa.Array) -> pa.Array:
    """Return an array with the masked values replaced, in their order."""
    if pa.types.is_list(before.type):
        places = np.where(mask, len(before) + np.cumsum(mask) - 1, np.arange(len(mask)))
        return pa.concat_arrays([before, values]).take(pa.array(places))
    return pc.replace_with_mask(before, pa.array(mask), values)


def as_text(values: pa.Array) -> pa.Array:
    """Return values as text: days as 2024-05-01, sets with commas."""
    if pa.types.is_list(values.type):
        return pc.binary_join(values, LIST_SIGN)
    return values.cast(pa.string())


def noted(sheet: Sheet, kind: str, row: Ints) -> Sheet:
    """Return the rows with a note on some that are as they were."""
    if not len(row):
        return sheet
    absent = pa.nulls(len(row), pa.string())
    return sheet._replace(marks=(*sheet.marks, Mark(kind, "", row, absent, absent)))


def copied(sheet: Sheet, row: Ints, day: Days) -> Sheet:
    """Return some rows to be delivered once more on other days, notes included."""
    return Sheet(
        sheet.look,
        sheet.table.take(pa.array(row)),
        sheet.place[row],
        day,
        np.zeros(len(row), np.bool_),
        tuple(filter(None, (moved(mark, row) for mark in sheet.marks))),
    )


def moved(mark: Mark, row: Ints) -> Mark | None:
    """Return a note as it holds for copies of rows; None where it holds for none."""
    order = np.argsort(mark.row, kind="stable")
    noted_rows = mark.row[order]
    found = np.searchsorted(noted_rows, row)
    found[found == len(noted_rows)] = 0
    hit = noted_rows[found] == row
    if not hit.any():
        return None
    places = pa.array(order[found[hit]])
    return mark._replace(
        row=np.flatnonzero(hit),
        true=mark.true.take(places),
        told=mark.told.take(places),
    )


def below(first: Sheet, second: Sheet) -> Sheet:
    """Return rows one below the other."""
    shifted = tuple(m._replace(row=m.row + first.size) for m in second.marks)
    return first._replace(
        table=pa.concat_tables([first.table, second.table]),
        place=np.concatenate([first.place, second.place]),
        day=np.concatenate([first.day, second.day]),
        again=np.concatenate([first.again, second.again]),
        marks=first.marks + shifted,
    )


def ordered(sheet: Sheet, order: Ints) -> Sheet:
    """Return some rows in another order; notes on rows left out are dropped."""
    at = np.full(sheet.size, -1)
    at[order] = np.arange(len(order))
    marks = []
    for mark in sheet.marks:
        row = at[mark.row]
        kept = row >= 0
        hit = pa.array(kept)
        marks.append(
            mark._replace(
                row=row[kept], true=mark.true.filter(hit), told=mark.told.filter(hit)
            )
        )
    return sheet._replace(
        table=sheet.table.take(pa.array(order)),
        place=sheet.place[order],
        day=sheet.day[order],
        again=sheet.again[order],
        marks=tuple(marks),
    )


def operations(rows: Rows, number: Ints, look: Look) -> pa.Array:
    """Return what each clean row does, in the bureau's words."""
    supplier = look.supplier
    kind = np.where(number == 1, 0, 1)
    if rows.withdrawn is not None:
        kind = np.where(rows.withdrawn, 2, kind)
    words = pa.array([supplier.new, supplier.changed, supplier.deleted])
    return words.take(pa.array(kind))
