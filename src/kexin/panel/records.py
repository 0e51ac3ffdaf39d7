"""Aggregates of records: of all that a firm has on a day, or of one group of them.

What costs an engine least differs by kind, so kinds are asked apart: values of one
record, the last or the first, are read of it together; values that differ are counted
in two steps, each value of a firm once; all else is one group by.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.resolve import on_day
from kexin.algebra.to_ibis import ORDERED, at_an_end, reduce, to_ibis, within
from kexin.algebra.to_ibis import spanned as to_span
from kexin.panel.days import KEYS, record_leaf
from kexin.panel.folding import folded, is_folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Moment, Node
    from kexin.algebra.reductions import Aggregate
    from kexin.panel.days import Days

    Leaf = Callable[[Node], ir.Value]
    Places = Mapping[Aggregate, str]

AT_ONCE = 40
"""Aggregates of one group by. Where a group's row is wider than that, so few fit into a
processor's cache that DuckDB begins the same groups anew again and again."""

SHARED = 8
"""Aggregates under one condition from which on they have a query of their own, which
leaves out the records that do not meet it. Fewer are not worth another reading, unless
they are all: then there is no other."""


def aggregates(places: Places, seen: ir.Table, known: Days) -> Iterator[ir.Table]:
    """Yield observations with some aggregates of the records they see.

    Those over bounded spans are made apart, so that old records are not looked at.

    Args:
        places: Column of each aggregate; its window must be a span.
        seen: Records, each on the days on which it stood.
        known: Those days.
    """
    bounded = {r: p for r, p in places.items() if begin_of(r) is not None}
    endless = {r: p for r, p in places.items() if begin_of(r) is None}
    if bounded:
        yield from by_kind(bounded, recent(bounded, seen, known), known)
    if endless:
        yield from by_kind(endless, seen, known)


def begin_of(aggregate: Aggregate) -> Moment | None:
    """Return the day after which event dates count; None where all do."""
    return None if aggregate.on is not None else to_span(aggregate.window).after


def recent(bounded: Iterable[Aggregate], seen: ir.Table, known: Days) -> ir.Table:
    """Leave out the records that lie before or after every span of some aggregates.

    What lies outside on all days is told by constants: engines need not read it.
    """
    spans = [to_span(aggregate.window) for aggregate in bounded]
    begins = dict.fromkeys(span.after for span in spans if span.after is not None)
    ends = dict.fromkeys(span.until for span in spans)
    leaf = record_leaf(seen, known)
    earliest, *others = [leaf(begin) for begin in begins]
    # Spark takes the least of two at least.
    first = ibis.least(earliest, *others) if others else earliest
    rows = [seen.event_date > first]
    rows.append(seen.event_date > ibis.literal(min(all_days(begins, known))))
    if None not in ends:
        last = max(all_days(filter(None, ends), known))
        rows.append(seen.event_date <= ibis.literal(last))
    return seen.filter(*rows)


def all_days(moments: Iterable[Moment], known: Days) -> list[date]:
    """Return what some moments are on all of the days."""
    return [on_day(moment, as_of) for moment in moments for as_of in known.as_ofs]


def by_kind(places: Places, seen: ir.Table, known: Days) -> Iterator[ir.Table]:
    """Yield observations with some aggregates, each kind by what makes it fastest."""
    leaf = record_leaf(seen, known)
    by_cells = {r: p for r, p in places.items() if is_folded(r)}
    others = {r: p for r, p in places.items() if r not in by_cells}
    by_records = [(r, p) for r, p in others.items() if r.reduction != "distinct"]
    if by_cells:
        yield folded(by_cells, seen, known)
    for condition, own in by_condition(by_records):
        rows = seen if condition is None else seen.filter(to_ibis(condition, leaf))
        for first in range(0, len(own), AT_ONCE):
            some = dict(own[first : first + AT_ONCE])
            # Of the filtered records: columns of others are not theirs.
            yield reduced(some, rows, record_leaf(rows, known), KEYS)
    yield from distinct(others, seen, leaf, KEYS)


def by_condition(
    places: Sequence[tuple[Aggregate, str]],
) -> Iterator[tuple[Node | None, list[tuple[Aggregate, str]]]]:
    """Yield aggregates that many share a condition, with it, and then all others.

    A firm of which no record meets the condition has no row, as has one without any
    record; `kexin.panel.build.stood` makes both the same, 0 or absent.
    """
    shared = Counter(a.where for a, _ in places if a.where is not None)
    enough = min(SHARED, len(places))
    alone = [where for where, number in shared.items() if number >= enough]
    for where in alone:
        own = [(replace(a, where=None), p) for a, p in places if a.where == where]
        yield where, own
    others = [(a, p) for a, p in places if a.where not in alone]
    if others:
        yield None, others


def reduced(
    places: Places,
    rows: ir.Table,
    leaf: Leaf,
    keys: Sequence[str],
    **more: ir.Value,
) -> ir.Table:
    """Return a row for each group of records, with some aggregates of them.

    What is read of the same record, the latest under some condition, is read together.

    Args:
        places: Column of each aggregate; none counts values that differ.
        rows: The records.
        leaf: Gives their columns, and the days that they have met.
        keys: What names a group.
        more: Other columns of a group.
    """
    ends: dict[tuple[object, ...], dict[Aggregate, str]] = {}
    for aggregate, place in places.items():
        if aggregate.reduction in ORDERED:
            one = (aggregate.reduction, aggregate.window, aggregate.where, aggregate.on)
            ends.setdefault(one, {})[aggregate] = place
    records = {f"record_{n}": own for n, own in enumerate(ends.values())}
    columns = {
        p: reduce(a, leaf) for a, p in places.items() if a.reduction not in ORDERED
    }
    for name, own in records.items():
        record = ibis.struct({p: to_ibis(a.of, leaf) for a, p in own.items()})
        columns[name] = at_an_end(next(iter(own)), record, leaf)
    table = rows.group_by(*keys).agg(**columns, **more)
    read = {p: table[name][p] for name, own in records.items() for p in own.values()}
    return table.mutate(**read).drop(*records)


def distinct(
    places: Places, rows: ir.Table, leaf: Leaf, keys: Sequence[str]
) -> Iterator[ir.Table]:
    """Yield, for each thing of which values are counted, the counts of each group.

    A group whose records have no value has no row; absent values do not count. Each
    value of a group is looked at once for all counts: engines that count within a
    group by go through the records once a count.

    Args:
        places: Column of each aggregate; those of other kinds are left out.
        rows: The records.
        leaf: Gives their columns, and the days that they have met.
        keys: What names a group.
    """
    things: dict[Node, dict[str, ir.Value]] = {}
    for aggregate, place in places.items():
        if aggregate.reduction == "distinct":
            things.setdefault(aggregate.of, {})[place] = within(aggregate, leaf)
    for of, flags in things.items():
        flagged = rows.select(*keys, value=to_ibis(of, leaf), **flags)
        values = (
            flagged.filter(flagged.value.notnull())
            .group_by(*keys, "value")
            .agg(**{place: flagged[place].any() for place in flags})
        )
        yield values.group_by(*keys).agg(
            **{place: values.count(where=values[place]) for place in flags}
        )
