"""Compile signals to queries, and run them: observations x signals.

A panel sees on each of its days what was known at the end of that day, and nothing
else. The versions of a table or view meet the days on which they stood, and from there
all reductions over it are made for all signals and all days together, by as few queries
as engines do well.

    versions ─┐
              ├─ meet ─ group by firm, day ─ reductions ─┐
    days ─────┘                                          ├─ peers ─ formulas ─ panel
    observations ────────────────────────────────────────┘
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from kexin.algebra.nodes import AsOf, ClosedMonth, Statistic, children, walk
from kexin.algebra.reductions import (
    ALL_REDUCTIONS,
    Across,
    Aggregate,
    Circle,
    LongestGap,
    Turns,
    reductions,
)
from kexin.algebra.resolve import moments, resolve
from kexin.algebra.to_ibis import series, to_ibis
from kexin.algebra.views import View, name_of
from kexin.panel.circles import circles
from kexin.panel.days import KEYS, days, meeting, only, standing
from kexin.panel.gaps import longest_gaps
from kexin.panel.groups import across_groups, turns
from kexin.panel.peers import with_peers
from kexin.panel.readable import Flag, guarded, readable, told
from kexin.panel.records import aggregates
from kexin.panel.sources import versions

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Moment, Node
    from kexin.algebra.reductions import AnyReduction
    from kexin.algebra.views import Source
    from kexin.intake.coverage import Coverage
    from kexin.panel.days import Days
    from kexin.signals.signal import Signal

    class Held(Protocol):
        """What becomes of a part of the query: see `kexin.algebra.aside`."""

        def __call__(
            self, name: str, part: ir.Table, /, *, drops: ir.Table | None = None
        ) -> ir.Table:
            """Return the part, or a table that stands for it."""


FORMULAS_AT_ONCE = 60
"""Formulas that are told by one query where parts of it are put aside."""

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


def lazily(_: str, table: ir.Table, *, drops: ir.Table | None = None) -> ir.Table:  # noqa: ARG001
    """Leave a part of the query to be computed with the rest."""
    return table


def step(
    name: str, table: ir.Table, held: Held, *, drops: ir.Table | None = None
) -> ir.Table:
    """Return a step of the query by a name, or computed and put aside.

    A name keeps Ibis from writing each reduction as often as formulas name it; but it
    writes all that comes before again for each step, which what is put aside spares.

    Args:
        name: The name.
        table: The step.
        held: What becomes of each part of the query.
        drops: A step before it that nothing else reads.
    """
    return table.alias(name) if held is lazily else held(name, table, drops=drops)


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
        held: What becomes of each part of the query once it is described: left as it
            is, or computed and put aside.

    Returns:
        One row an observation, in the order of `as_of` and `firm_key`: `firm_key`,
        `as_of`, then one float64 a signal, absent where the signal is.
    """
    flags = readable(signals, observations, as_ofs, tables, covered)
    if flags is not None:
        flags = held("readable", flags)
    named = () if flags is None else flags.columns
    formulas = {signal.id: guarded(signal, named) for signal in signals}
    made = values_of(formulas, observations, as_ofs, tables, held, flags)
    ready = made if flags is None else met(made, [flags])
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

    Each source is read for all formulas together. What is put aside is told some
    formulas at a time: an engine takes longer than linear to plan a query.

    Args:
        formulas: Name of the column, and the formula.
        observations: As for a panel; so are the rest.
        as_ofs: The days of the observations.
        tables: Table name to its versions.
        held: What becomes of each part of the query.
        flags: What of each observation may be read, for formulas with such leaves.
    """
    made = plan(formulas.values(), as_ofs)
    reduced = list(parts(made, tables, held))
    names = list(formulas)
    size = len(names) if held is lazily else FORMULAS_AT_ONCE
    some = [
        formulas_of(
            {name: formulas[name] for name in names[first : first + size]},
            made,
            observations,
            reduced,
            held,
            flags,
        )
        for first in range(0, len(names), size)
    ]
    return met(observations.select(*KEYS), some)


def formulas_of(
    formulas: Mapping[str, Node],
    made: Plan,
    observations: ir.Table,
    reduced: Sequence[ir.Table],
    held: Held,
    flags: ir.Table | None,
) -> ir.Table:
    """Return what some formulas give, from reductions that are made already."""
    own = as_needed(made, formulas.values())
    names = [] if flags is None else [n for n in flags.columns if n not in KEYS]
    spanned = met(
        observations.select(*KEYS),
        [*needed(own, reduced), *([] if flags is None else [flags])],
        own.days.table.drop("midnight"),
    )
    table, places = chosen_values(own, spanned, {Flag(name): name for name in names})
    chosen = step("reduced", table, held)
    table, places = with_peers(formulas.values(), chosen, places)
    table, places = with_series(formulas.values(), table, places)
    ready = step("ready", table, held, drops=chosen)
    values = {
        name: to_ibis(formula, placed(ready, places))
        for name, formula in formulas.items()
    }
    return step("values", ready.select(*KEYS, **values), held, drops=ready)


def as_needed(made: Plan, formulas: Collection[Node]) -> Plan:
    """Return as much of a plan as some of its formulas need of each observation."""
    declared = dict.fromkeys(r for formula in formulas for r in reductions(formula))
    chosen = {reduction: made.chosen[reduction] for reduction in declared}
    spanned = dict.fromkeys(r for node in chosen.values() for r in reductions(node))
    every = (*formulas, *chosen.values())
    outer = [moment for formula in every for moment in outer_moments(formula)]
    return Plan(
        chosen,
        {reduction: made.names[reduction] for reduction in spanned},
        only(made.days, outer),
    )


def outer_moments(node: Node) -> Iterator[Moment]:
    """Yield the days on which a firm formula stands, those of its spans left out."""
    if isinstance(node, AsOf | ClosedMonth):
        yield node
    elif not isinstance(node, ALL_REDUCTIONS):
        for child in children(node):
            yield from outer_moments(child)


def needed(made: Plan, parts: Iterable[ir.Table]) -> Iterator[ir.Table]:
    """Yield as much of the parts as a plan names; nothing of those it does not."""
    names = set(made.names.values())
    for part in parts:
        columns = [column for column in part.columns if column in names]
        if columns:
            yield part.select(*KEYS, *columns)


def met(
    observations: ir.Table, parts: Iterable[ir.Table], days: ir.Table | None = None
) -> ir.Table:
    """Return observations with the columns of all parts, and what follows of days.

    One chain of joins, so that the query is as long as its parts together.
    """
    chain = observations
    names = list(observations.columns)
    for number, part in enumerate(parts):
        chain = chain.left_join(part, KEYS, rname=f"{{name}}_of_{number}")
        names += [column for column in part.columns if column not in KEYS]
    if days is not None:
        chain = chain.join(days, "as_of", rname="{name}_of_days")
        names += [column for column in days.columns if column != "as_of"]
    return chain.select(*names)


def placed(table: ir.Table, places: Mapping[Node, str]) -> Callable[[Node], ir.Value]:
    """Return what gives a leaf's column."""
    return lambda leaf: table[places[leaf]]


def plan(formulas: Collection[Node], as_ofs: Iterable[date]) -> Plan:
    """Return what each reduction comes to, and a column for each one over spans."""
    declared = dict.fromkeys(r for formula in formulas for r in reductions(formula))
    chosen = {reduction: resolve(reduction) for reduction in declared}
    spanned = dict.fromkeys(r for node in chosen.values() for r in reductions(node))
    every = [m for node in (*formulas, *chosen.values()) for m in moments(node)]
    names: dict[Node, str] = {r: f"part_{n}" for n, r in enumerate(spanned)}
    return Plan(chosen, names, days(as_ofs, every))


def parts(made: Plan, tables: Mapping[str, ir.Table], held: Held) -> Iterable[ir.Table]:
    """Yield tables of observations that hold all reductions over spans."""
    spanned = [r for node in made.chosen.values() for r in reductions(node)]
    for source in sorted({r.source for r in spanned}, key=name_of):
        own = {r: made.names[r] for r in spanned if r.source == source}
        known = only(made.days, [m for r in own for m in moments(r)])
        for number, part in enumerate(parts_of(source, own, known, tables, held)):
            yield held(f"{name_of(source)}_{number}", part)


def parts_of(
    source: Source,
    places: Mapping[AnyReduction, str],
    known: Days,
    tables: Mapping[str, ir.Table],
    held: Held,
) -> list[ir.Table]:
    """Return tables of observations that hold all reductions over one source.

    A view that several of them read is made once, and put aside; but where circles
    are joined up from it, they fetch its rows at once.
    """
    table = versions(source, tables)
    made = reduced_from(table, source, places, known)
    circled = any(isinstance(reduction, Circle) for reduction in places)
    if (
        len(made) > 1
        and isinstance(source, View)
        and not circled
        and held is not lazily
    ):
        table = held(name_of(source), standing(table, known))
        made = reduced_from(table, source, places, known)
    return made


def reduced_from(
    table: ir.Table, source: Source, places: Mapping[AnyReduction, str], known: Days
) -> list[ir.Table]:
    """Return tables of observations that hold all reductions over some versions."""
    seen = meeting(table, known).alias(f"seen_{name_of(source)}")
    plain = {r: p for r, p in places.items() if isinstance(r, Aggregate)}
    across = {r: p for r, p in places.items() if isinstance(r, Across)}
    made = [
        OTHERS[type(reduction)](reduction, seen, known, place)
        for reduction, place in places.items()
        if type(reduction) in OTHERS
    ]
    for by in dict.fromkeys(reduction.by for reduction in across):
        own = {r: place for r, place in across.items() if r.by == by}
        made += across_groups(own, seen, known, by)
    return [*made, *aggregates(plain, seen, known)]


OTHERS: Mapping[type, Callable[..., ir.Table]] = {
    Circle: circles,
    LongestGap: longest_gaps,
    Turns: turns,
}
"""What computes the reductions that are no plain group by."""


def chosen_values(
    made: Plan, spanned: ir.Table, flags: Mapping[Node, str]
) -> tuple[ir.Table, dict[Node, str]]:
    """Return observations with every declared reduction, and where each leaf stands."""
    places: dict[Node, str] = {r: f"value_{n}" for n, r in enumerate(made.chosen)}

    def leaf(node: Node) -> ir.Value:
        if isinstance(node, AsOf | ClosedMonth):
            return spanned[made.days.names[node]]
        return stood(node, spanned[made.names[node]])

    values = {places[r]: to_ibis(node, leaf) for r, node in made.chosen.items()}
    kept = [name for name in made.days.names.values() if name != "as_of"]
    reduced = spanned.select(*KEYS, *kept, *flags.values(), **values)
    return reduced, {**places, **made.days.names, **flags}


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
