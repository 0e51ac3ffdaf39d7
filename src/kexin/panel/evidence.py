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
from typing import TYPE_CHECKING, Any

import ibis

from kexin.algebra.nodes import ABSENT, Choose, Constant, Node, walk
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
from kexin.panel.circles import circle_of
from kexin.panel.days import days, meeting, observed, record_leaf
from kexin.panel.firms import population
from kexin.panel.peers import over
from kexin.panel.sources import versions
from kexin.registers.reference import ESTIMATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.reductions import AnyReduction, RecordReduction
    from kexin.algebra.views import Source
    from kexin.panel.days import Days
    from kexin.signals.signal import Signal

    Tables = Mapping[str, ir.Table]

EXTREMES = frozenset({"min", "max"})

PEERS = "firms"
"""Name under which evidence shows other firms: no table is called so."""


def evidence(
    signal: Signal, firm_key: str, as_of: date, tables: Tables
) -> dict[str, ir.Table]:
    """Return the records behind one signal of one firm on a day.

    Returns:
        Table name to its records, all their columns, for each table that the signal
        reads; no record where the value stands on silence. Where it compares the firm
        with others, `PEERS` names one row a firm with the values that are compared.
    """
    told = bare(signal.formula)
    needed = [
        leaf
        for reduction in own_reductions(told)
        for leaf in taken(resolve(reduction), firm_key, as_of, tables)
    ]
    found: dict[str, list[ir.Table]] = {}
    for source in dict.fromkeys(reduction.source for reduction in needed):
        wanted = [r for r in needed if r.source == source]
        rows = behind(source, wanted, firm_key, as_of, tables)
        for name, records in records_of(source, rows, tables).items():
            found.setdefault(name, []).append(records)
    records = {name: joined(parts) for name, parts in sorted(found.items())}
    asked = peers_in(told)
    if asked:
        records[PEERS] = compared(asked, firm_key, as_of, tables)
    return records


def peers_in(node: Node) -> list[Peers]:
    """Return what a formula asks of other firms, each once, in its order."""
    return [part for part in dict.fromkeys(walk(node)) if isinstance(part, Peers)]


def compared(
    asked: list[Peers], firm_key: str, as_of: date, tables: Tables
) -> ir.Table:
    """Return one row a firm that shares something with a firm: what is compared.

    Columns are `firm_key` and `compared_0`, `compared_1`, ... in the order in which the
    formula asks; absent for firms that do not count there.
    """
    formulas = {f"item_{n}": peers.of for n, peers in enumerate(asked)}
    shared = {
        f"shared_{n}_{place}": key
        for n, peers in enumerate(asked)
        for place, key in enumerate(peers.by)
    }
    firms = population(tables, [as_of])
    every = values_of({**formulas, **shared}, firms, [as_of], tables)
    own = every.filter(every.firm_key == firm_key).to_pyarrow().to_pylist()
    columns = {
        f"compared_{n}": ibis.ifelse(
            counts(peers, n, firm_key, own, every), every[f"item_{n}"], None
        )
        for n, peers in enumerate(asked)
    }
    table = every.select("firm_key", **columns)
    there = [table[name].notnull() for name in columns]
    return table.filter(functools.reduce(operator.or_, there)).order_by("firm_key")


def counts(
    peers: Peers, number: int, firm_key: str, own: list[dict[str, Any]], every: ir.Table
) -> ir.BooleanValue:
    """Whether a firm counts in what is asked for another."""
    rows = [every.firm_key != firm_key] if peers.others else []
    for place in range(len(peers.by)):
        name = f"shared_{number}_{place}"
        mine = own[0][name] if own else None
        rows.append(every[name] == (ibis.null() if mine is None else mine))
    return functools.reduce(operator.and_, rows, ibis.literal(True))  # noqa: FBT003


def joined(parts: list[ir.Table]) -> ir.Table:
    """Return the records of several parts, each once."""
    return functools.reduce(lambda a, b: a.union(b, distinct=True), parts)


def bare(node: Node) -> Node:
    """Return a firm formula without the conditions under which it is told."""
    if isinstance(node, ALL_REDUCTIONS):
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


def taken(
    node: Node, firm_key: str, as_of: date, tables: Tables
) -> Iterator[AnyReduction]:
    """Yield the reductions that a resolved one comes to for a firm.

    Where the firm's own records chose the first month, those records are evidence too.
    """
    while isinstance(node, Choose):
        yield from reductions(node.condition)
        holds = value_of(node.condition, firm_key, as_of, tables)
        node = node.then if holds else node.otherwise
    yield from reductions(node)


def value_of(condition: Node, firm_key: str, as_of: date, tables: Tables) -> bool:
    """Return whether a condition over reductions holds for a firm."""
    firm = observed(ibis.memtable({"firm_key": [firm_key]}), [as_of])
    told = values_of({"holds": condition}, firm, [as_of], tables)
    return bool(told.to_pyarrow()["holds"][0].as_py())


def seen_of(
    source: Source, formulas: list[Node], as_of: date, tables: Tables
) -> tuple[ir.Table, Days]:
    """Return the records of one source as they stood on a day, and that day."""
    known = days([as_of], [m for formula in formulas for m in moments(formula)])
    return meeting(versions(source, tables), known), known


def behind(
    source: Source,
    needed: list[AnyReduction],
    firm_key: str,
    as_of: date,
    tables: Tables,
) -> ir.Table:
    """Return a firm's records of one source that any of the reductions takes."""
    seen, known = seen_of(source, list(needed), as_of, tables)
    wanted = [part for reduction in needed for part in inner(reduction)]
    masks = [
        mask(part, by, seen, known, firm_key) for part, by in dict.fromkeys(wanted)
    ]
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
    firm_key: str,
) -> ir.BooleanValue:
    """Whether a record counts in a firm's reduction; only those that attain an extreme.

    In a circle the ties of all its firms count.

    Args:
        reduction: The reduction.
        by: The groups in each of which it is taken; the firm as a whole if None.
        seen: The records.
        known: The days that follow from the as-of date.
        firm_key: The firm.
    """
    leaf = record_leaf(seen, known)
    if isinstance(reduction, Circle):
        members = circle_of(reduction, seen, known, firm_key)
        holds = to_ibis(reduction.where, leaf) & seen.firm_key.isin(members)
        return holds.fill_null(False)  # noqa: FBT003
    return (seen.firm_key == firm_key) & own_mask(reduction, by, leaf)


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
        found[name] = tables[name].filter(tables[name].row_id.isin(own or [""]))
    return found


def value_from(
    signal: Signal, firm_key: str, as_of: date, records: Tables
) -> float | None:
    """Return the value that a signal takes from its evidence alone."""
    firm = observed(ibis.memtable({"firm_key": [firm_key]}), [as_of])
    formula = bare(signal.formula)
    if PEERS in records:
        formula = with_compared(formula, records[PEERS])
    tables = {name: table for name, table in records.items() if name != PEERS}
    made = values_of({"value": formula}, firm, [as_of], tables)
    value = made.to_pyarrow()["value"][0].as_py()
    return None if value is None else float(value)


def with_compared(formula: Node, firms: ir.Table) -> Node:
    """Return a formula in which what is asked of other firms is reduced from rows."""
    said = {
        peers: Constant(over(peers, firms[f"compared_{n}"]).to_pyarrow().as_py())
        for n, peers in enumerate(peers_in(formula))
    }

    def replaced(node: Node) -> Node:
        return said[node] if isinstance(node, Peers) else rebuilt(node, replaced)

    return replaced(formula)
