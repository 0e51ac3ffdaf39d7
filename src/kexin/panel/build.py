"""Compile signals to queries, and run them: observations x signals.

A panel sees on each of its days what was known at the end of that day, and nothing
else. Each table or view is read in one place of the query: its versions meet the days
on which they stood, and from there all reductions over it are made for all days at
once.

    versions ─┐
              ├─ meet ─ group by firm, day ─ reductions ─┐
    days ─────┘                                          ├─ peers ─ formulas ─ panel
    observations ────────────────────────────────────────┘
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.algebra.nodes import AsOf, ClosedMonth, Statistic, walk
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    Circle,
    LongestGap,
    Turns,
    reductions,
)
from kexin.algebra.resolve import moments, resolve
from kexin.algebra.to_ibis import reduce, series, to_ibis
from kexin.algebra.views import name_of
from kexin.panel.circles import circles
from kexin.panel.days import days, meeting, record_leaf
from kexin.panel.gaps import longest_gaps
from kexin.panel.groups import across_groups, turns
from kexin.panel.peers import with_peers
from kexin.panel.readable import Flag, guarded, readable, told
from kexin.panel.sources import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Node
    from kexin.algebra.reductions import AnyReduction
    from kexin.algebra.views import Source
    from kexin.intake.coverage import Coverage
    from kexin.panel.days import Days
    from kexin.signals.signal import Signal

    Held = Callable[[str, ir.Table], ir.Table]

KEYS = ("firm_key", "as_of")

ADDING = frozenset({"sum", "count", "distinct"})
"""Reductions of nothing that are 0, not absent."""


class Plan(NamedTuple):
    """What must be computed for some formulas on some days.

    Attributes:
        chosen: What each reduction that a formula names comes to: one over spans, or a
            choice between several.
        names: Column in which each reduction over spans will stand.
        days: The days, and those that follow from them.
    """

    chosen: Mapping[AnyReduction, Node]
    names: Mapping[Node, str]
    days: Days


def lazily(_: str, table: ir.Table) -> ir.Table:
    """Leave a part of the query to be computed with the rest."""
    return table


def step(name: str, table: ir.Table, held: Held) -> ir.Table:
    """Return a step of the query by a name, or computed and put aside.

    A name keeps Ibis from writing each reduction as often as formulas name it; but it
    writes all that comes before again for each step, which what is put aside spares.
    """
    return table.alias(name) if held is lazily else held(name, table)


def panel(
    signals: Collection[Signal],
    observations: ir.Table,
    as_ofs: Sequence[date],
    tables: Mapping[str, ir.Table],
    *,
    covered: Sequence[Coverage] | None = None,
    held: Held = lazily,
) -> ir.Table:
    """Return the signals of each observation.

    Args:
        signals: Signals to compute.
        observations: `firm_key` and `as_of`, each pair once. Signals that compare a
            firm with others see the firms of the same day, and no other.
        as_ofs: The days of the observations; nothing known later is seen.
        tables: Table name to its versions, envelope columns included.
        covered: What the workspace says of the registers' coverage.
        held: What becomes of each table's reductions once they are described: left as
            they are, or computed and put aside.

    Returns:
        One row an observation, in the order of `as_of` and `firm_key`: `firm_key`,
        `as_of`, then one float64 a signal, absent where the signal is.
    """
    flags = readable(signals, observations, as_ofs, tables, covered)
    named = () if flags is None else flags.columns
    formulas = {signal.id: guarded(signal, named) for signal in signals}
    made = values_of(formulas, observations, as_ofs, tables, held, flags)
    ready = made if flags is None else joined(made, flags)
    values = {s.id: told(s, ready, ready[s.id]) for s in signals}
    return ready.select(*KEYS, **values).order_by("as_of", "firm_key")


def values_of(
    formulas: Mapping[str, Node],
    observations: ir.Table,
    as_ofs: Sequence[date],
    tables: Mapping[str, ir.Table],
    held: Held = lazily,
    flags: ir.Table | None = None,
) -> ir.Table:
    """Return what firm formulas give for each observation, each of its own type.

    Args:
        formulas: Name of the column, and the formula.
        observations: As for a panel; so are the rest.
        as_ofs: The days of the observations.
        tables: Table name to its versions.
        held: What becomes of each table's reductions.
        flags: What of each observation may be read, for formulas with such leaves.
    """
    made = plan(formulas.values(), as_ofs)
    spanned = observations.select(*KEYS).join(made.days.table.drop("midnight"), "as_of")
    for part in parts(made, tables, held):
        spanned = joined(spanned, part)
    reduced, places = chosen_values(made, spanned)
    reduced = step("reduced", reduced, held)
    if flags is not None:
        reduced = step("flagged", joined(reduced, flags), held)
        places |= {Flag(name): name for name in flags.columns}
    peered, places = with_peers(formulas.values(), reduced, places)
    ready, places = with_series(formulas.values(), peered, places)
    ready = step("ready", ready, held)
    values = {
        name: to_ibis(formula, placed(ready, places))
        for name, formula in formulas.items()
    }
    return step("values", ready.select(*KEYS, **values), held)


def joined(left: ir.Table, part: ir.Table) -> ir.Table:
    """Return observations with a part's columns; absent where it has no row."""
    both = left.left_join(part, KEYS)
    return both.drop(*(f"{key}_right" for key in KEYS))


def placed(table: ir.Table, places: Mapping[Node, str]) -> Callable[[Node], ir.Value]:
    """Return what gives a leaf's column."""
    return lambda leaf: table[places[leaf]]


def plan(formulas: Collection[Node], as_ofs: Iterable[date]) -> Plan:
    """Return what each reduction comes to, and a column for each one over spans."""
    declared = dict.fromkeys(r for formula in formulas for r in reductions(formula))
    chosen = {reduction: resolve(reduction) for reduction in declared}
    spanned = dict.fromkeys(r for node in chosen.values() for r in reductions(node))
    needed = [m for node in (*formulas, *chosen.values()) for m in moments(node)]
    names: dict[Node, str] = {r: f"part_{n}" for n, r in enumerate(spanned)}
    return Plan(chosen, names, days(as_ofs, needed))


def parts(made: Plan, tables: Mapping[str, ir.Table], held: Held) -> Iterable[ir.Table]:
    """Yield tables of observations that hold all reductions over spans."""
    spanned = [r for node in made.chosen.values() for r in reductions(node)]
    for source in sorted({r.source for r in spanned}, key=name_of):
        own = {r: made.names[r] for r in spanned if r.source == source}
        for number, part in enumerate(parts_of(source, own, made.days, tables)):
            yield held(f"{name_of(source)}_{number}", part)


def parts_of(
    source: Source,
    places: Mapping[AnyReduction, str],
    known: Days,
    tables: Mapping[str, ir.Table],
) -> list[ir.Table]:
    """Return tables of observations that hold all reductions over one source."""
    seen = meeting(versions(source, tables), known).alias(f"seen_{name_of(source)}")
    plain = {r: p for r, p in places.items() if isinstance(r, Aggregate)}
    across = {r: p for r, p in places.items() if isinstance(r, Across)}
    made = [
        OTHERS[type(reduction)](reduction, seen, known, place)
        for reduction, place in places.items()
        if type(reduction) in OTHERS
    ]
    for by in dict.fromkeys(reduction.by for reduction in across):
        own = {r: place for r, place in across.items() if r.by == by}
        made.append(across_groups(own, seen, known, by))
    if plain:
        leaf = record_leaf(seen, known)
        columns = {place: reduce(r, leaf) for r, place in plain.items()}
        made.append(seen.group_by(*KEYS).agg(**columns))
    return made


OTHERS: Mapping[type, Callable[..., ir.Table]] = {
    Circle: circles,
    LongestGap: longest_gaps,
    Turns: turns,
}
"""What computes the reductions that are no plain group by."""


def chosen_values(made: Plan, spanned: ir.Table) -> tuple[ir.Table, dict[Node, str]]:
    """Return observations with every declared reduction, and where each leaf stands."""
    places: dict[Node, str] = {r: f"value_{n}" for n, r in enumerate(made.chosen)}

    def leaf(node: Node) -> ir.Value:
        if isinstance(node, AsOf | ClosedMonth):
            return spanned[made.days.names[node]]
        return stood(node, spanned[made.names[node]])

    values = {places[r]: to_ibis(node, leaf) for r, node in made.chosen.items()}
    kept = [name for name in made.days.names.values() if name != "as_of"]
    reduced = spanned.select(*KEYS, *kept, **values)
    return reduced, {**places, **made.days.names}


def stood(leaf: Node, column: ir.Value) -> ir.Value:
    """Return a reduction's column; a firm without a record has sums and counts of 0."""
    adds = isinstance(leaf, Turns) or getattr(leaf, "reduction", None) in ADDING
    return column.fill_null(0) if adds else column


def with_series(
    formulas: Iterable[Node], reduced: ir.Table, places: Mapping[Node, str]
) -> tuple[ir.Table, dict[Node, str]]:
    """Return observations with an array for each statistic, and where each stands."""
    statistics = dict.fromkeys(
        part
        for formula in formulas
        for part in walk(formula)
        if isinstance(part, Statistic)
    )
    names: dict[Node, str] = {s: f"series_{n}" for n, s in enumerate(statistics)}
    arrays = {
        place: series(statistic, placed(reduced, places))
        for statistic, place in names.items()
        if isinstance(statistic, Statistic)
    }
    return reduced.mutate(**arrays), {**places, **names}
