"""The days on which a panel stands, and the days that follow from each of them.

They are made in Python and given to the engine as a small table, one row an as-of date,
so that engines compare days and never calculate with them; and so that one query serves
any number of as-of dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis
import pyarrow as pa

from kexin.algebra.dates import next_midnight
from kexin.algebra.nodes import AsOf, ClosedMonth
from kexin.algebra.resolve import on_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Moment, Node

KEYS = ("firm_key", "as_of")
"""What names an observation."""


class Days(NamedTuple):
    """As-of dates, and what follows from them.

    Attributes:
        table: One row an as-of date: `as_of`, `midnight` (its end), a day a moment.
        names: Column of each moment.
        as_ofs: The dates, in order.
    """

    table: ir.Table
    names: Mapping[Node, str]
    as_ofs: tuple[date, ...]


def days(as_ofs: Iterable[date], moments: Iterable[Moment]) -> Days:
    """Return the days that are needed for some as-of dates."""
    ordered = tuple(sorted(set(as_ofs)))
    others = [m for m in dict.fromkeys(moments) if m != AsOf()]
    needed: dict[Moment, str] = {AsOf(): "as_of"}
    needed |= {moment: f"on_{number}" for number, moment in enumerate(others)}
    columns = {
        name: pa.array([on_day(moment, day) for day in ordered], pa.date32())
        for moment, name in needed.items()
    }
    ends = pa.array([next_midnight(day) for day in ordered], pa.timestamp("us"))
    table = ibis.memtable(pa.table({**columns, "midnight": ends}))
    return Days(table, dict(needed.items()), ordered)


def only(known: Days, moments: Iterable[Moment]) -> Days:
    """Return the same days with no more of what follows from them than is needed."""
    names: dict[Node, str] = {
        m: known.names[m] for m in dict.fromkeys((AsOf(), *moments))
    }
    return known._replace(
        table=known.table.select(*names.values(), "midnight"), names=names
    )


def meeting(table: ir.Table, known: Days) -> ir.Table:
    """Return the versions that stand on each day, with the day (READINGS.md, A02).

    A single day and all that follows from it are constants, which engines use while
    they read a file, and compare at half the cost of columns.
    """
    met = with_day(table, known) if single(known) else table.cross_join(known.table)
    stands = met.superseded_at.isnull() | (met.superseded_at >= met.midnight)
    return met.filter(met.known_at < met.midnight, stands)


def single(known: Days) -> bool:
    """Whether there is one as-of date only."""
    return len(known.as_ofs) == 1


def with_day(table: ir.Table, known: Days) -> ir.Table:
    """Return a table with a single as-of date in each row, and what follows from it."""
    (as_of,) = known.as_ofs
    columns = {
        name: ibis.literal(on_day(moment, as_of))
        for moment, name in known.names.items()
        if isinstance(moment, AsOf | ClosedMonth)
    }
    return table.mutate(**columns, midnight=ibis.literal(next_midnight(as_of)))


def standing(table: ir.Table, known: Days) -> ir.Table:
    """Return the versions that stand on any of the days, or between two of them."""
    first, last = (next_midnight(known.as_ofs[place]) for place in (0, -1))
    stands = table.superseded_at.isnull() | (table.superseded_at >= ibis.literal(first))
    return table.filter(table.known_at < ibis.literal(last), stands)


def record_leaf(seen: ir.Table, known: Days) -> Callable[[Node], ir.Value]:
    """Return what gives a record's columns, and the days it has met."""

    def leaf(node: Node) -> ir.Value:
        if isinstance(node, AsOf | ClosedMonth):
            if single(known):
                return ibis.literal(on_day(node, known.as_ofs[0]))
            return seen[known.names[node]]
        return seen[node.name]  # type: ignore[attr-defined]  # a column

    return leaf


def observed(firms: ir.Table, as_ofs: Sequence[date]) -> ir.Table:
    """Return observations: each firm on each day, as `firm_key` and `as_of`."""
    dates = days(as_ofs, ()).table.select("as_of")
    return firms.select("firm_key").distinct().cross_join(dates)
