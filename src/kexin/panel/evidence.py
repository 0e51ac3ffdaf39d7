"""The records from which a signal's value came, out of the same declaration.

Evidence is what the value stands on, not what made it worth telling: a condition such
as «at least five invoices» adds no records. Where a value is an extreme (the latest
day), its evidence is the records that attain it. A view's rows lead back to the records
of which they are made. What is said of other firms is evidence as well: their own
values, one row a firm. Reducing the evidence gives the value again; a test holds every
signal to that.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import pyarrow as pa

from kexin.algebra.nodes import ABSENT, Call, Choose, Node, Statistic, walk
from kexin.algebra.reductions import (
    ALL_REDUCTIONS,
    Across,
    Aggregate,
    Circle,
    Peers,
    Turns,
    reductions,
)
from kexin.algebra.resolve import moments, rebuilt, resolve
from kexin.algebra.to_ibis import to_ibis, within
from kexin.algebra.views import View, tables_of
from kexin.panel.build import values_of
from kexin.panel.circles import circles_of
from kexin.panel.days import days, meeting, observed, record_leaf
from kexin.panel.firms import population
from kexin.panel.peers import over
from kexin.panel.readable import Flag
from kexin.panel.sources import versions
from kexin.registers.reference import ESTIMATES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.reductions import AnyReduction, RecordReduction
    from kexin.algebra.views import Source
    from kexin.panel.days import Days
    from kexin.signals.signal import Signal

    Tables = Mapping[str, ir.Table]
    Holding = Callable[[Node, frozenset[str]], frozenset[str]]

EXTREMES = frozenset({"min", "max"})

TELL_OF_ABSENCE = frozenset({"coalesce", "is_absent"})
"""Functions that give a value where an item is absent."""

PEERS = "firms"
"""Name under which evidence shows other firms: no table is called so."""


def evidence(
    signal: Signal, firms: Collection[str], as_of: date, tables: Tables
) -> dict[str, ir.Table]:
    """Return the records behind one signal of some firms on a day.

    Returns:
        Table name to its records, all their columns, for each table that the signal
        reads; no record where the value stands on silence. Where it compares a firm
        with others, `PEERS` names one row for each firm (`firm_key`) with which one of
        the firms (`of`) is compared, with the values that are compared.
    """
    told = bare(signal.formula)

    @functools.cache
    def holding(condition: Node, some: frozenset[str]) -> frozenset[str]:
        rows = values_for({"holds": condition}, some, as_of, tables)
        return frozenset(row["firm_key"] for row in rows if row["holds"])

    needed = [
        leaf
        for reduction in own_reductions(told)
        for leaf in taken(resolve(reduction), frozenset(firms), holding)
    ]
    found: dict[str, list[ir.Table]] = {}
    for source in dict.fromkeys(leaf.reduction.source for leaf in needed):
        wanted = [leaf for leaf in needed if leaf.reduction.source == source]
        rows = behind(source, wanted, as_of, tables)
        for name, records in records_of(source, rows, tables).items():
            found.setdefault(name, []).append(records)
    records = {name: joined(parts) for name, parts in sorted(found.items())}
    asked = peers_in(told)
    if asked:
        records[PEERS] = compared(asked, firms, as_of, tables)
    return records


def peers_in(node: Node) -> list[Peers]:
    """Return what a formula asks of other firms, each once, in its order."""
    return [part for part in dict.fromkeys(walk(node)) if isinstance(part, Peers)]


def compared(
    asked: list[Peers], firms: Collection[str], as_of: date, tables: Tables
) -> ir.Table:
    """Return the firms with which some firms are compared, and what is compared.

    Columns are `of` and `firm_key`, then `compared_0`, `compared_1`, ... in the order
    in which the formula asks; absent for firms that do not count there.
    """
    formulas = {f"item_{n}": peers.of for n, peers in enumerate(asked)}
    shared = {
        f"shared_{n}_{place}": key
        for n, peers in enumerate(asked)
        for place, key in enumerate(peers.by)
    }
    known = population(tables, [as_of])
    made = values_of({**formulas, **shared}, known, [as_of], tables)
    every = ibis.memtable(made.drop("as_of").to_pyarrow())
    own = every.filter(every.firm_key.isin(list(firms)))
    pairs = own.rename(lambda name: f"own_{name}").cross_join(every)
    columns = {
        f"compared_{n}": ibis.ifelse(counts(peers, n, pairs), pairs[f"item_{n}"], None)
        for n, peers in enumerate(asked)
    }
    table = pairs.select("firm_key", of=pairs.own_firm_key, **columns)
    there = [table[name].notnull() for name in columns]
    met = table.filter(functools.reduce(operator.or_, there))
    return met.select("of", "firm_key", *columns).order_by("of", "firm_key")


def counts(peers: Peers, number: int, pairs: ir.Table) -> ir.BooleanValue:
    """Whether a firm counts in what is asked for another."""
    rows = [pairs.firm_key != pairs.own_firm_key] if peers.others else []
    for place in range(len(peers.by)):
        name = f"shared_{number}_{place}"
        rows.append(pairs[name] == pairs[f"own_{name}"])
    return functools.reduce(operator.and_, rows, ibis.literal(True))  # noqa: FBT003


def joined(parts: list[ir.Table]) -> ir.Table:
    """Return the records of several parts, each once."""
    return functools.reduce(lambda a, b: a.union(b, distinct=True), parts)


def bare(node: Node) -> Node:
    """Return a firm formula without the conditions under which it is told.

    Where an absent part leaves a value all the same, its condition stays: in a
    statistic, in what is asked of other firms, and where something is put for it.
    """
    if isinstance(node, (*ALL_REDUCTIONS, Peers, Statistic)):
        return node
    if isinstance(node, Call) and node.function in TELL_OF_ABSENCE:
        return node
    if isinstance(node, Choose) and node.otherwise == ABSENT:
        return bare(node.then)
    return rebuilt(node, bare)


def own_reductions(node: Node) -> Iterator[AnyReduction]:
    """Yield the reductions over a firm's own records: what peers say is left out."""
    if isinstance(node, Peers):
        return
    if isinstance(node, ALL_REDUCTIONS):
        yield node
        return
    for field in dataclasses.fields(node):
        part = getattr(node, field.name)
        for item in part if isinstance(part, tuple) else (part,):
            if isinstance(item, Node):
                yield from own_reductions(item)


class Taken(NamedTuple):
    """A reduction from which a value comes, and the firms of which it does.

    Attributes:
        reduction: The reduction, its windows resolved.
        firms: The firms.
    """

    reduction: AnyReduction
    firms: frozenset[str]


def taken(node: Node, firms: frozenset[str], holding: Holding) -> Iterator[Taken]:
    """Yield the reductions that a resolved one comes to, and of which firms.

    Where a firm's own records chose the first month, those records are evidence too.

    Args:
        node: The resolved reduction.
        firms: The firms.
        holding: Gives those of some firms for which a condition holds.
    """
    if not firms:
        return
    if not isinstance(node, Choose):
        yield from (Taken(reduction, firms) for reduction in reductions(node))
        return
    yield from (Taken(reduction, firms) for reduction in reductions(node.condition))
    holds = holding(node.condition, firms)
    yield from taken(node.then, holds, holding)
    yield from taken(node.otherwise, firms - holds, holding)


def values_for(
    formulas: Mapping[str, Node],
    firms: Collection[str],
    as_of: date,
    tables: Tables,
    flags: ir.Table | None = None,
) -> list[dict[str, Any]]:
    """Return what firm formulas give for some firms: a row each, with its key."""
    asked = observed(ibis.memtable({"firm_key": sorted(firms)}), [as_of])
    made = values_of(formulas, asked, [as_of], tables, flags=flags)
    rows: list[dict[str, Any]] = made.to_pyarrow().to_pylist()
    return rows


def seen_of(
    source: Source, formulas: list[Node], as_of: date, tables: Tables
) -> tuple[ir.Table, Days]:
    """Return the records of one source as they stood on a day, and that day."""
    known = days([as_of], [m for formula in formulas for m in moments(formula)])
    return meeting(versions(source, tables), known), known


def behind(
    source: Source, needed: list[Taken], as_of: date, tables: Tables
) -> ir.Table:
    """Return the firms' records of one source that any of the reductions takes."""
    seen, known = seen_of(source, [leaf.reduction for leaf in needed], as_of, tables)
    wanted = dict.fromkeys(
        (part, by, leaf.firms) for leaf in needed for part, by in inner(leaf.reduction)
    )
    masks = [mask(part, by, seen, known, firms) for part, by, firms in wanted]
    return seen.filter(functools.reduce(operator.or_, masks)).drop(
        "midnight", *known.names.values()
    )


def inner(reduction: AnyReduction) -> Iterator[tuple[AnyReduction, Node | None]]:
    """Yield the reductions over records of which one is made, each with its groups."""
    if not isinstance(reduction, Across):
        yield reduction, None
        return
    for part in walk(reduction):
        if isinstance(part, Aggregate):
            yield part, reduction.by


def mask(
    reduction: AnyReduction,
    by: Node | None,
    seen: ir.Table,
    known: Days,
    firms: frozenset[str],
) -> ir.BooleanValue:
    """Whether a record counts in firms' reduction; only those that attain an extreme.

    In a circle the ties of all its firms count.

    Args:
        reduction: The reduction.
        by: The groups in each of which it is taken; a firm as a whole if None.
        seen: The records.
        known: The days that follow from the as-of date.
        firms: The firms.
    """
    leaf = record_leaf(seen, known)
    if isinstance(reduction, Circle):
        members = circles_of(reduction, seen, known, firms)
        holds = to_ibis(reduction.where, leaf) & seen.firm_key.isin(members)
        return holds.fill_null(False)  # noqa: FBT003
    return seen.firm_key.isin(sorted(firms)) & own_mask(reduction, by, leaf)


def own_mask(
    reduction: RecordReduction, by: Node | None, leaf: Callable[[Node], ir.Value]
) -> ir.BooleanValue:
    """Whether a record of the firm itself counts."""
    if isinstance(reduction, Turns):
        return ibis.literal(True)  # noqa: FBT003  (what is not counted is compared)
    rows = within(reduction, leaf).fill_null(False)  # type: ignore[arg-type]  # noqa: FBT003
    if not isinstance(reduction, Aggregate) or reduction.reduction not in EXTREMES:
        return rows
    value = to_ibis(reduction.of, leaf)
    extreme = getattr(value, reduction.reduction)(where=rows)
    groups = ["firm_key"] if by is None else ["firm_key", to_ibis(by, leaf)]
    return rows & (value == extreme.over(ibis.window(group_by=groups)))


def records_of(source: Source, rows: ir.Table, tables: Tables) -> dict[str, ir.Table]:
    """Return the records of tables behind rows of a source, all their columns."""
    if not isinstance(source, View):
        return {source: rows}
    ids = rows.row_id.to_pyarrow().to_pylist()
    told = {part for row_id in ids for part in row_id.split("|")}
    found: dict[str, ir.Table] = {}
    for name in sorted(tables_of(source)):
        if name in ESTIMATES:
            found |= {name: tables[name]} if name in tables else {}
            continue
        own = [part.partition("/")[2] for part in told if part.startswith(f"{name}/")]
        wanted = ibis.memtable(pa.table({"row_id": pa.array(own, pa.string())}))
        found[name] = tables[name].semi_join(wanted, "row_id")
    return found


def values_from(
    signal: Signal, firms: Collection[str], as_of: date, records: Tables
) -> dict[str, float | None]:
    """Return the values that a signal takes from its evidence alone, by firm."""
    formula, flags = bare(signal.formula), None
    if PEERS in records:
        flags = said_of(peers_in(formula), firms, as_of, records[PEERS])
        formula = with_flags(formula)
    tables = {name: table for name, table in records.items() if name != PEERS}
    made = values_for({"value": formula}, firms, as_of, tables, flags)
    return {
        row["firm_key"]: None if row["value"] is None else float(row["value"])
        for row in made
    }


def said_of(
    asked: list[Peers], firms: Collection[str], as_of: date, rows: ir.Table
) -> ir.Table:
    """Return observations with what is asked of other firms, reduced from rows."""
    reduced = {f"said_{n}": over(p, rows[f"compared_{n}"]) for n, p in enumerate(asked)}
    asking = observed(ibis.memtable({"firm_key": sorted(firms)}), [as_of])
    said = rows.group_by("of").agg(**reduced).rename(firm_key="of")
    told = asking.left_join(said, "firm_key").drop("firm_key_right")
    nothing = {
        f"said_{n}": told[f"said_{n}"].fill_null(0)
        for n, peers in enumerate(asked)
        if peers.reduction != "median"
    }
    return told.mutate(**nothing) if nothing else told


def with_flags(formula: Node) -> Node:
    """Return a formula in which what is asked of other firms stands at hand."""
    said = {peers: Flag(f"said_{n}") for n, peers in enumerate(peers_in(formula))}

    def replaced(node: Node) -> Node:
        return said[node] if isinstance(node, Peers) else rebuilt(node, replaced)

    return replaced(formula)
