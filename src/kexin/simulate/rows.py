"""What a register's module hands on: records of one table, in the contract's form.

A module yields all versions of a record together, each with the day from which it can
become known: the event's for the first, the change's for those after it. So that no
end is known before it happens, a spell that ended is told twice, by `spell`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from kexin.registers.contract import Field
    from kexin.simulate.arrays import Column, Days, Flags, Ints


class Rows(NamedTuple):
    """Records of one table.

    Attributes:
        table: The table.
        firm: Place of the firm that each record is about; -1 for nobody of the city.
        columns: Every column of the contract that is filled. Numbers, days and flags
            as arrays, absent where NaN or NaT; texts and codes as Arrow arrays.
        after: Day from which the lag of each version is counted.
        lag: Kind of lag, where it is not that of the table (`kexin.simulate.lags`).
        withdrawn: Whether the version only says that the record is withdrawn.
        record: Number of each record, the same for all its versions; where it is left
            out every row is a record of its own.
        name: How each record names its firm, where that is not the firm's name of the
            day: a party that is a person, a branch, a masked name.
        person: Whether each record is about a natural person.
        code: Code that each record bears, where it is not that of `firm`: a branch's,
            which is a place of that firm but has a code of its own.
        inferred: Day of the event as other records tell it, for records whose own
            column may be without it.
    """

    table: str
    firm: Ints
    columns: Mapping[str, Column]
    after: Days
    lag: str = ""
    withdrawn: Flags | None = None
    record: Ints | None = None
    name: pa.Array | None = None
    person: Flags | None = None
    code: pa.Array | None = None
    inferred: Days | None = None

    @property
    def size(self) -> int:
        """Number of versions."""
        return len(self.firm)

    @property
    def records(self) -> Ints:
        """Number of each row's record."""
        return np.arange(self.size) if self.record is None else self.record


def coded(places: Ints, codes: Sequence[str]) -> pa.Array:
    """Return codes by their places; absent where the place is below 0."""
    absent = pa.array(places < 0)
    indices = pc.if_else(absent, None, pa.array(places.astype(np.int32)))
    return pa.array(list(codes), pa.string()).take(indices)


def always(code: str, size: int) -> pa.Array:
    """Return the same code for every record."""
    return pa.repeat(pa.scalar(code, pa.string()), size)


def numbered(prefix: str, numbers: Ints, width: int = 8) -> pa.Array:
    """Return texts that end in numbers of a fixed width.

    Examples:
        >>> numbered("A", np.array([7]), 3).to_pylist()
        ['A007']
    """
    plain = pc.cast(pa.array(numbers.astype(np.int64)), pa.string())
    padded = pc.utf8_lpad(plain, width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, "")


def kept(rows: Rows, which: Flags | Ints) -> Rows:
    """Return some of the records, in the order asked for."""
    places = np.flatnonzero(which) if which.dtype == np.bool_ else which
    return rows._replace(
        firm=rows.firm[places],
        columns={n: taken(column, places) for n, column in rows.columns.items()},
        after=rows.after[places],
        withdrawn=None if rows.withdrawn is None else rows.withdrawn[places],
        record=None if rows.record is None else rows.record[places],
        name=None if rows.name is None else taken(rows.name, places),
        person=None if rows.person is None else rows.person[places],
        code=None if rows.code is None else taken(rows.code, places),
        inferred=None if rows.inferred is None else rows.inferred[places],
    )


def taken(column: Column, places: Ints) -> Column:
    """Return a column's values at some places."""
    if isinstance(column, np.ndarray):
        return column[places]
    return column.take(pa.array(places))


def joined(parts: Iterable[Rows]) -> Rows:
    """Return records of one table, and of one kind of lag, as one.

    The parts hold different records.
    """
    every = list(parts)
    if all(rows.record is None for rows in every):
        return below(every)
    first, moved = 0, []
    for rows in every:
        moved.append(rows._replace(record=rows.records + first))
        first += int(rows.records.max(initial=-1)) + 1
    return below(moved)


def below(every: Sequence[Rows]) -> Rows:
    """Return parts one below the other, their records' numbers as they are."""
    first = every[0]
    sizes = [rows.size for rows in every]
    numbers = None if first.record is None else stacked([r.record for r in every])
    return first._replace(
        firm=np.concatenate([rows.firm for rows in every]),
        columns={
            name: stacked([rows.columns[name] for rows in every])
            for name in first.columns
        },
        after=np.concatenate([rows.after for rows in every]),
        withdrawn=flags_of([rows.withdrawn for rows in every], sizes),
        record=numbers,
        name=None if first.name is None else stacked([rows.name for rows in every]),
        person=flags_of([rows.person for rows in every], sizes),
        code=None if first.code is None else stacked([rows.code for rows in every]),
        inferred=(
            None if first.inferred is None else stacked([r.inferred for r in every])
        ),
    )


def stacked(parts: list[Any]) -> Any:  # noqa: ANN401  (one kind of column or the other)
    """Return columns one below the other."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return pa.concat_arrays(parts)


def flags_of(parts: list[Flags | None], sizes: list[int]) -> Flags | None:
    """Return flags one below the other; none where no part has any."""
    if all(part is None for part in parts):
        return None
    return np.concatenate(
        [
            np.zeros(size, np.bool_) if part is None else part
            for part, size in zip(parts, sizes, strict=True)
        ]
    )


def later(rows: Rows, which: Flags | Ints, after: Days, **changed: Column) -> Rows:
    """Return a later version of some records.

    Args:
        rows: The records.
        which: Those that change.
        after: Day from which the lag of each new version is counted.
        changed: Columns that are other than before.
    """
    new = kept(rows._replace(record=rows.records), which)
    return new._replace(after=after, columns={**new.columns, **changed})


def versions(first: Rows, *others: Rows) -> Rows:
    """Return records and their later versions, as `later` makes them, as one."""
    return below([first._replace(record=first.records), *others])


def withdrawal(rows: Rows, which: Flags | Ints, after: Days) -> Rows:
    """Return the withdrawal of some records: the source deletes them."""
    gone = later(rows, which, after)
    return gone._replace(withdrawn=np.ones(gone.size, np.bool_))


def spell(rows: Rows, end: str, before: Mapping[str, Column] | None = None) -> Rows:
    """Return records of spells as they become known: open first, then ended.

    Args:
        rows: The records as they are in the end; `end` is absent where they last.
        end: Column of the last day.
        before: Columns that the first version does not know either (a status, a reason
            of the end), with the values that it has instead.
    """
    ended = ~np.isnat(rows.columns[end])
    nothing = np.full(rows.size, np.datetime64("NaT"), "datetime64[D]")
    opened = rows._replace(columns={**rows.columns, end: nothing, **(before or {})})
    closed = later(rows, ended, rows.columns[end][ended])
    return versions(opened, closed)


def arrow(rows: Rows) -> pa.Table:
    """Return the contract's own columns as Arrow, in its order and its types."""
    fields = contracts()[rows.table].fields()
    columns = {
        name: converted(rows.columns.get(name), field, rows.size)
        for name, field in fields.items()
    }
    return pa.table(columns)


def converted(column: Column | None, field: Field, size: int) -> pa.Array:
    """Return one column in its contract's type; absent where nothing fills it."""
    kind = arrow_type(field)
    if column is None:
        return pa.nulls(size, kind)
    if not isinstance(column, np.ndarray):
        return column if column.type == kind else column.cast(kind)
    if pa.types.is_decimal(kind):
        return exact(column, kind)
    if pa.types.is_integer(kind) and column.dtype.kind == "f":
        return pa.array(column, from_pandas=True).cast(kind)
    return pa.array(column, from_pandas=True).cast(kind)


def arrow_type(field: Field) -> pa.DataType:
    """Return the Arrow type of a contract's column."""
    simple = {
        "string": pa.string(),
        "date": pa.date32(),
        "timestamp(6)": pa.timestamp("us"),
        "int64": pa.int64(),
        "boolean": pa.bool_(),
        "array<string>": pa.list_(pa.string()),
    }
    if field.dtype in simple:
        return simple[field.dtype]
    digits, decimals = field.dtype.removeprefix("decimal(").rstrip(")").split(",")
    return pa.decimal128(int(digits), int(decimals))


def exact(values: NDArray[Any], kind: pa.Decimal128Type) -> pa.Array:
    """Return numbers as decimals, rounded to their digits; absent where NaN."""
    absent = (
        np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
    )
    scaled = np.rint(np.where(absent, 0, values).astype(float) * 10**kind.scale)
    low = scaled.astype(np.int64)
    words = np.column_stack([low, low >> 63])
    valid = pa.array(~absent).buffers()[1]
    buffers = [valid, pa.py_buffer(np.ascontiguousarray(words))]
    return pa.Array.from_buffers(kind, len(values), buffers)
