"""Compile signals to queries, and run them: observations x signals.

A panel at a day sees what was known at the end of that day, and nothing else. Each
table is read in one place of the query: its visible records, from which all reductions
over it are made. Where groups (customers, say) or gaps between days are needed, they
are made from the same visible records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.algebra.nodes import (
    Across,
    Aggregate,
    LongestGap,
    Statistic,
    reductions,
    walk,
)
from kexin.algebra.resolve import resolve
from kexin.algebra.to_ibis import reduce, series, to_ibis, visible
from kexin.panel.gaps import longest_gaps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import AnyReduction, Node
    from kexin.signals.signal import Signal


ADDING = frozenset({"sum", "count", "distinct"})
"""Reductions of nothing that are 0, not absent."""


class Plan(NamedTuple):
    """What must be computed for some signals on a day.

    Attributes:
        chosen: What each reduction that a signal names is on the day: a reduction over
            spans, or a choice between several.
        names: Column in which each reduction over spans will stand.
    """

    chosen: Mapping[AnyReduction, Node]
    names: Mapping[AnyReduction, str]


def panel(
    signals: Collection[Signal],
    as_of: date,
    firms: ir.Table,
    tables: Mapping[str, ir.Table],
) -> ir.Table:
    """Return the signals of each firm as they stood on a day.

    The names given to steps of the query (`alias`) are not for the eye: they keep Ibis
    from writing each reduction as often as formulas name it (1.6 MB of SQL for 36
    signals), and a table's visible records from being read again for each part.

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
    reduced, places = chosen_values(made, as_of, firms, tables)
    formulas = [signal.formula for signal in signals]
    ready, columns = with_series(formulas, reduced, places, as_of)
    values = {
        signal.id: to_ibis(
            signal.formula, lambda leaf: ready[columns[leaf]], as_of
        ).cast("float64")
        for signal in signals
    }
    return ready.select("firm_key", as_of=ibis.literal(as_of), **values).order_by(
        "firm_key"
    )


def chosen_values(
    made: Plan, as_of: date, firms: ir.Table, tables: Mapping[str, ir.Table]
) -> tuple[ir.Table, dict[Node, str]]:
    """Return one row a firm with every declared reduction, and where each stands."""
    spanned = reductions_of(made, as_of, firms, tables)
    places: dict[Node, str] = {r: f"value_{n}" for n, r in enumerate(made.chosen)}
    values = {
        places[declared]: to_ibis(node, lambda leaf: stood(leaf, spanned, made))
        for declared, node in made.chosen.items()
    }
    return spanned.select("firm_key", **values).alias("reduced"), places


def with_series(
    formulas: Iterable[Node],
    reduced: ir.Table,
    places: Mapping[Node, str],
    as_of: date,
) -> tuple[ir.Table, dict[Node, str]]:
    """Return the reductions with an array for each statistic, and where each stands."""
    statistics = dict.fromkeys(
        part
        for formula in formulas
        for part in walk(formula)
        if isinstance(part, Statistic)
    )
    names: dict[Node, str] = {s: f"series_{n}" for n, s in enumerate(statistics)}
    arrays = {
        names[statistic]: series(statistic, lambda leaf: reduced[places[leaf]], as_of)
        for statistic in statistics
    }
    return reduced.mutate(**arrays).alias("ready"), {**places, **names}


def plan(signals: Iterable[Signal], as_of: date) -> Plan:
    """Return each reduction on the day, and a column for each reduction over spans."""
    declared = dict.fromkeys(
        reduction for signal in signals for reduction in reductions(signal.formula)
    )
    chosen = {reduction: resolve(reduction, as_of) for reduction in declared}
    spanned = dict.fromkeys(
        reduction for node in chosen.values() for reduction in reductions(node)
    )
    return Plan(chosen, {reduction: f"part_{n}" for n, reduction in enumerate(spanned)})


def reductions_of(
    made: Plan, as_of: date, firms: ir.Table, tables: Mapping[str, ir.Table]
) -> ir.Table:
    """Return one row a firm with every reduction over spans, over all tables."""
    joined = firms.select("firm_key").distinct()
    for name in sorted({reduction.table for reduction in made.names}):
        seen = visible(tables[name], as_of).semi_join(firms, "firm_key")
        seen = seen.alias(f"seen_{name}")
        own = {r: column for r, column in made.names.items() if r.table == name}
        for part in parts(own, seen):
            joined = joined.left_join(part, "firm_key").drop("firm_key_right")
    return joined


def stood(leaf: AnyReduction, reduced: ir.Table, made: Plan) -> ir.Value:
    """Return a reduction's column; a firm without a record has sums and counts of 0."""
    column = reduced[made.names[leaf]]
    adds = not isinstance(leaf, LongestGap) and leaf.reduction in ADDING
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
