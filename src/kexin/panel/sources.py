"""Tables and views as versions: what the engine reads.

A view is made of versions once, for all days: a pair of records stands from when the
later of the two was known until the earlier of the two ended.
"""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.to_ibis import to_ibis
from kexin.algebra.views import (
    Derived,
    Joined,
    Selected,
    Spread,
    United,
    View,
    Without,
    name_of,
)
from kexin.panel.events import label_event_versions
from kexin.panel.filings import first_vat_filings
from kexin.registers.reference import ESTIMATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Column, Node
    from kexin.algebra.views import Source

    Tables = Mapping[str, ir.Table]
    Leaf = Callable[[Column], ir.Value]

STANDING = ("firm_key", "event_date", "known_at", "superseded_at", "row_id")
"""Columns of every version, as far as a view needs them."""

FIRST_MONTH, LAST_MONTH = date(1990, 1, 1), date(2040, 12, 1)
"""Months over which records are spread, whatever day was put for an open end."""

NEVER = datetime(9999, 12, 31)  # noqa: DTZ001  (moments are in local time)
"""Later than all moments."""


def estimates(name: str, firm: str, known: str) -> Callable[[Tables], ir.Table]:
    """Return what gives a table of estimates as versions; none where it is not held.

    Args:
        name: The table.
        firm: Its column that becomes `firm_key`.
        known: Its column with the day or moment from which it is known.
    """

    def versions_of(tables: Tables) -> ir.Table:
        types = ibis.schema(ESTIMATES[name])
        nothing = ibis.memtable(types.to_pyarrow().empty_table())
        table = tables.get(name, nothing)
        return table.mutate(
            firm_key=table[firm],
            event_date=table[known].cast("date"),
            known_at=table[known].cast("timestamp(6)"),
            superseded_at=ibis.null().cast("timestamp(6)"),
            row_id=ibis.literal(f"{name}/") + table[firm],
        )

    return versions_of


def held_lists(tables: Tables) -> ir.Table:
    """Return one row a list of estimates that has rows, from its first day on."""
    parts = [
        versions_of(tables)
        .mutate(list=ibis.literal(name))
        .group_by("list")
        .agg(
            firm_key=ibis.literal(None, "string"),
            event_date=ibis._.event_date.min(),
            known_at=ibis._.known_at.min(),
            superseded_at=ibis._.superseded_at.max(),
            row_id=ibis.literal(name),
        )
        for name, versions_of in DERIVED.items()
        if name in ESTIMATES
    ]
    return ibis.union(*parts)


DERIVED: Mapping[str, Callable[[Tables], ir.Table]] = {
    "held_list": held_lists,
    "label_event": label_event_versions,
    "vat_first_filing": first_vat_filings,
    "ref_court_coverage": estimates("ref_court_coverage", "city", "valid_from"),
    "ref_defendant_cases": estimates("ref_defendant_cases", "industry", "valid_from"),
    "ref_strong_buyer": estimates("ref_strong_buyer", "uscc", "valid_from"),
    "ref_tariff_country": estimates("ref_tariff_country", "country_code", "valid_from"),
    "ref_published_pd": estimates("ref_published_pd", "firm_key", "published_at"),
}
"""Views that are made by hand, by name."""


def versions(source: Source, tables: Tables) -> ir.Table:
    """Return a table as it is held, or a view made of such tables.

    In a view `row_id` names the records behind a row, each with its table: a person, or
    `kexin.panel.evidence`, can go back to them.
    """
    match source:
        case str():
            return tables[source]
        case Selected():
            return selected(source, tables)
        case Joined():
            return joined(source, tables)
        case Without():
            return without(source, tables)
        case United():
            return united(source, tables)
        case Spread():
            return spread(source, tables)
        case Derived():
            return DERIVED[source.name](tables)
    raise TypeError(source)


def marked(source: Source, tables: Tables) -> ir.Table:
    """Return versions whose `row_id` tells the table as well."""
    table = versions(source, tables)
    if isinstance(source, View):
        return table
    return table.mutate(row_id=ibis.literal(f"{source}/") + table.row_id)


def own(view: View, leaf: Leaf) -> dict[str, ir.Value]:
    """Return the columns that a view names."""
    return {name: to_ibis(node, leaf) for name, node in view.columns}


def selected(view: Selected, tables: Tables) -> ir.Table:
    """Return some records of a source, under other names."""
    table = marked(view.source, tables)

    def leaf(column: Column) -> ir.Value:
        return table[column.name]

    columns = {name: table[name] for name in STANDING} | own(view, leaf)
    rows = table if view.where is None else table.filter(to_ibis(view.where, leaf))
    return rows.select(**columns)


def joined(view: Joined, tables: Tables) -> ir.Table:
    """Return pairs of versions that agree and stand at the same time."""
    sides = {name_of(view.left): "left_", name_of(view.right): "right_"}
    left, right = (
        side(source, tables, prefix, [pair[place] for pair in view.on])
        for place, (source, prefix) in enumerate(
            [(view.left, "left_"), (view.right, "right_")]
        )
    )
    keys = [(f"left_key_{n}", f"right_key_{n}") for n in range(len(view.on))]
    pairs = left.join(right, [left[a] == right[b] for a, b in keys])

    def leaf(column: Column) -> ir.Value:
        return pairs[f"{sides[name_of(column.table)]}{column.name}"]

    columns = {
        "firm_key": pairs.left_firm_key,
        "event_date": pairs.left_event_date,
        "known_at": ibis.greatest(pairs.left_known_at, pairs.right_known_at),
        "superseded_at": ibis.least(
            pairs.left_superseded_at, pairs.right_superseded_at
        ),
        "row_id": pairs.left_row_id + "|" + pairs.right_row_id,
    } | own(view, leaf)
    rows = pairs if view.where is None else pairs.filter(to_ibis(view.where, leaf))
    both = rows.select(**columns)
    return both.filter(
        both.superseded_at.isnull() | (both.known_at < both.superseded_at)
    )


def side(source: Source, tables: Tables, prefix: str, on: list[Node]) -> ir.Table:
    """Return one side of a join: its keys, and all columns under a prefix."""
    table = marked(source, tables)
    keys = {
        f"key_{n}": to_ibis(node, lambda column: table[column.name])
        for n, node in enumerate(on)
    }
    return table.mutate(**keys).rename(lambda name: f"{prefix}{name}")


def without(view: Without, tables: Tables) -> ir.Table:
    """Return versions for as long as nothing of the other source agrees with them.

    Those that agree are put in the order in which they began. What lies between the
    latest end so far and the next beginning is free of them; so is what follows the
    last, for which a beginning at the end of all time is added.
    """
    left = side(view.left, tables, "left_", [pair[0] for pair in view.on])
    right = side(view.right, tables, "right_", [pair[1] for pair in view.on])
    keys = [(f"left_key_{n}", f"right_key_{n}") for n in range(len(view.on))]
    never = ibis.literal(NEVER).cast("timestamp(6)")
    pairs = left.join(right, [left[a] == right[b] for a, b in keys])
    ends = ibis.coalesce(pairs.right_superseded_at, never)
    met = pairs.select(*left.columns, begins=pairs.right_known_at, ends=ends)
    rows = met.union(left.mutate(begins=never, ends=never))
    one = ["left_row_id", "left_known_at", "left_event_date", *(a for a, _ in keys)]
    earlier = ibis.window(group_by=one, order_by="begins", preceding=(None, 1))
    free_from = ibis.greatest(
        rows.left_known_at,
        ibis.coalesce(rows.ends.max().over(earlier), rows.left_known_at),
    )
    stood = ibis.coalesce(rows.left_superseded_at, never)
    rows = rows.mutate(free_from=free_from, until=ibis.least(rows.begins, stood))
    free = rows.filter(rows.free_from < rows.until)
    columns = {
        name: free[f"left_{name}"] for name in ("firm_key", "event_date", "row_id")
    } | {"known_at": free.free_from, "superseded_at": free.until.nullif(never)}
    return free.select(
        **columns | own(view, lambda column: free[f"left_{column.name}"])
    )


def united(view: United, tables: Tables) -> ir.Table:
    """Return the rows of all parts, typed as the first one's are."""
    first, *others = [versions(part, tables) for part in view.parts]
    types = first.schema()
    alike = [
        other.select(**{name: other[name].cast(types[name]) for name in types})
        for other in others
    ]
    return functools.reduce(lambda a, b: a.union(b), alike, first)


def spread(view: Spread, tables: Tables) -> ir.Table:
    """Return a row for each month that a record covers."""
    table = marked(view.source, tables)

    def leaf(column: Column) -> ir.Value:
        return table[column.name]

    # SQL's LEAST leaves out what is absent, so that an open end becomes the last month.
    end = ibis.least(to_ibis(view.end, leaf).cast("date"), ibis.literal(LAST_MONTH))
    begun = to_ibis(view.start, leaf).cast("date")
    # No greatest: it would let a record without a start begin with the first month.
    start = month_number(ibis.ifelse(begun < FIRST_MONTH, FIRST_MONTH, begun))
    columns = {name: table[name] for name in STANDING if name != "event_date"}
    columns |= own(view, leaf)
    number = ibis.range(start, month_number(end) + 1).unnest()
    rows = table.select(**columns, month_number=number)
    month = (rows.month_number % 12 + 1).cast("int32")
    year = (rows.month_number // 12).cast("int32")
    # No join with months: engines would do it after those with days, on many more rows.
    return rows.mutate(event_date=ibis.date(year, month, 1)).drop("month_number")


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Return the months from the year 0 to a day's month."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1
