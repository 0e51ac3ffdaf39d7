"""Compile signals to queries, and run them: observations x signals.

A panel at a day sees what was known at the end of that day, and nothing else. Each
table is read in one place of the query: its visible records, from which all reductions
over it are made. Where groups (customers, say) or gaps between days are needed, they
are made from the same visible records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.algebra.nodes import Across, Aggregate, LongestGap, reductions, walk
from kexin.algebra.resolve import resolve
from kexin.algebra.to_ibis import reduce, to_ibis, visible
from kexin.panel.gaps import longest_gaps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import AnyReduction, Node
    from kexin.signals.signal import Signal


class Plan(NamedTuple):
    """What must be computed for some signals on a day.

    Attributes:
        formulas: Formula of each signal, its windows resolved to dates.
        places: Column in which each reduction's value will stand.
    """

    formulas: Mapping[str, Node]
    places: Mapping[AnyReduction, str]


def panel(
    signals: Collection[Signal],
    as_of: date,
    firms: ir.Table,
    tables: Mapping[str, ir.Table],
) -> ir.Table:
    """Return the signals of each firm as they stood on a day.

    Args:
        signals: Signals to compute.
        as_of: The day at which one stands; nothing known later is seen.
        firms: One row a firm, with its `firm_key`.
        tables: Table name to its versions, envelope columns included.

    Returns:
        One row a firm, in the order of `firm_key`: `firm_key`, `as_of`, then one
        float64 a signal, absent where the signal is.
    """
    made = plan(signals, as_of)
    joined = firms.select("firm_key").distinct()
    for name in sorted({reduction.table for reduction in made.places}):
        seen = visible(tables[name], as_of).semi_join(firms, "firm_key")
        own = {r: place for r, place in made.places.items() if r.table == name}
        for part in parts(own, seen):
            joined = joined.left_join(part, "firm_key").drop("firm_key_right")
    values = {
        name: to_ibis(
            formula, lambda leaf: value_of(leaf, joined, made.places), as_of
        ).cast("float64")
        for name, formula in made.formulas.items()
    }
    return joined.select("firm_key", as_of=ibis.literal(as_of), **values).order_by(
        "firm_key"
    )


def plan(signals: Iterable[Signal], as_of: date) -> Plan:
    """Return the resolved formulas and a column for each different reduction."""
    formulas = {signal.id: resolve(signal.formula, as_of) for signal in signals}
    places: dict[AnyReduction, str] = {}
    for formula in formulas.values():
        for reduction in reductions(formula):
            places.setdefault(reduction, f"reduction_{len(places)}")
    return Plan(formulas, places)


def value_of(
    leaf: AnyReduction, joined: ir.Table, places: Mapping[AnyReduction, str]
) -> ir.Value:
    """Return a reduction's column; a firm without a record has sums and counts of 0."""
    column = joined[places[leaf]]
    adds = not isinstance(leaf, LongestGap) and leaf.reduction in {
        "sum",
        "count",
        "distinct",
    }
    return column.fill_null(0) if adds else column


def parts(places: Mapping[AnyReduction, str], seen: ir.Table) -> list[ir.Table]:
    """Return tables, one row a firm each, that hold all reductions over one table."""
    plain = {r: p for r, p in places.items() if isinstance(r, Aggregate)}
    across = {r: p for r, p in places.items() if isinstance(r, Across)}
    gaps = {r: p for r, p in places.items() if isinstance(r, LongestGap)}
    made = [longest_gaps(gap, seen, place) for gap, place in gaps.items()]
    for by in dict.fromkeys(reduction.by for reduction in across):
        own = {r: place for r, place in across.items() if r.by == by}
        made.append(across_groups(own, seen, by))
    if plain:
        columns = {place: reduce(r, seen) for r, place in plain.items()}
        made.append(seen.group_by("firm_key").agg(**columns))
    return made


def across_groups(places: Mapping[Across, str], seen: ir.Table, by: Node) -> ir.Table:
    """Return one row a firm with every reduction across the same groups."""
    inner = dict.fromkeys(
        part
        for reduction in places
        for side in (reduction.of, reduction.rank)
        if side is not None
        for part in walk(side)
        if isinstance(part, Aggregate)
    )
    names = {aggregate: f"inner_{number}" for number, aggregate in enumerate(inner)}
    named = seen.mutate(group_name=to_ibis(by, lambda column: seen[column.name]))
    named = named.filter(named.group_name.notnull())
    groups = named.group_by("firm_key", "group_name").agg(
        **{name: reduce(aggregate, named) for aggregate, name in names.items()}
    )
    ranked = with_ranks(places, groups, names)
    columns = {
        place: reduce_groups(reduction, place, ranked, names)
        for reduction, place in places.items()
    }
    return ranked.group_by("firm_key").agg(**columns)


def with_ranks(
    places: Mapping[Across, str], groups: ir.Table, names: Mapping[Aggregate, str]
) -> ir.Table:
    """Return the groups with a column of places for every ranked reduction."""
    ranks: dict[str, ir.Value] = {}
    for reduction, place in places.items():
        if reduction.rank is not None:
            rank = to_ibis(reduction.rank, lambda leaf: groups[names[leaf]])
            order: Sequence[ir.Value] = [
                rank.isnull(),
                rank.desc(),
                groups.group_name,
            ]
            window = ibis.window(group_by=groups.firm_key, order_by=order)
            number = ibis.row_number().over(window)
            ranks[f"rank_{place}"] = ibis.ifelse(rank.notnull(), number, None)
    return groups.mutate(**ranks) if ranks else groups


def reduce_groups(
    reduction: Across, place: str, groups: ir.Table, names: Mapping[Aggregate, str]
) -> ir.Value:
    """Return the Ibis reduction over a firm's groups."""
    value = to_ibis(reduction.of, lambda leaf: groups[names[leaf]])
    rows = None
    if reduction.top is not None:
        rows = groups[f"rank_{place}"] < reduction.top
    match reduction.reduction:
        case "sum":
            return value.sum(where=rows)
        case "count":
            return value.count(where=rows)
        case "max":
            return value.max(where=rows)
