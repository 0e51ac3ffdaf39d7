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
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.nodes import ABSENT, Choose, Node, walk
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
from kexin.algebra.to_ibis import reduce, to_ibis, within
from kexin.algebra.views import View, tables_of
from kexin.panel.build import panel
from kexin.panel.days import days, meeting, observed, record_leaf
from kexin.panel.sources import versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.reductions import AnyReduction
    from kexin.algebra.views import Source
    from kexin.panel.days import Days
    from kexin.signals.signal import Signal

    Tables = Mapping[str, ir.Table]


def evidence(
    signal: Signal, firm_key: str, as_of: date, tables: Tables
) -> dict[str, ir.Table]:
    """Return the records behind one signal of one firm on a day.

    Returns:
        Table name to its records, all their columns, for each table that the signal
        reads; no record where the value stands on silence.
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
    return {name: joined(parts) for name, parts in sorted(found.items())}


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
    """Return whether a condition over one aggregate holds for a firm."""
    aggregate = next(reductions(condition))
    seen, known = seen_of(aggregate.source, [condition], firm_key, as_of, tables)
    leaf = record_leaf(seen, known)

    def value(node: Node) -> ir.Value:
        if isinstance(node, Aggregate):
            return reduce(node, leaf)
        return ibis.literal(known.table[known.names[node]].execute()[0])  # type: ignore[index]  # a moment

    answer = seen.aggregate(answer=to_ibis(condition, value))
    return bool(answer.to_pyarrow()["answer"][0].as_py())


def seen_of(
    source: Source, formulas: list[Node], firm_key: str, as_of: date, tables: Tables
) -> tuple[ir.Table, Days]:
    """Return a firm's records of one source as they stood on a day, and that day."""
    known = days([as_of], [m for formula in formulas for m in moments(formula)])
    seen = meeting(versions(source, tables), known)
    return seen.filter(seen.firm_key == firm_key), known


def behind(
    source: Source,
    needed: list[AnyReduction],
    firm_key: str,
    as_of: date,
    tables: Tables,
) -> ir.Table:
    """Return a firm's records of one source that any of the reductions takes."""
    seen, known = seen_of(source, list(needed), firm_key, as_of, tables)
    wanted = [part for reduction in needed for part in inner(reduction)]
    masks = [mask(part, by, seen, known) for part, by in dict.fromkeys(wanted)]
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
    reduction: AnyReduction, by: Node | None, seen: ir.Table, known: Days
) -> ir.BooleanValue:
    """Whether a record counts in a reduction; only those that attain an extreme.

    Args:
        reduction: The reduction.
        by: The groups in each of which it is taken; the firm as a whole if None.
        seen: The records.
        known: The days that follow from the as-of date.
    """
    leaf = record_leaf(seen, known)
    if isinstance(reduction, Circle):
        return to_ibis(reduction.where, leaf).fill_null(False)  # noqa: FBT003
    if isinstance(reduction, Turns):
        return ibis.literal(True)  # noqa: FBT003  (what is not counted is compared)
    rows = within(reduction, leaf).fill_null(False)  # type: ignore[arg-type]  # noqa: FBT003
    if getattr(reduction, "reduction", None) not in {"min", "max"}:
        return rows
    value = to_ibis(reduction.of, leaf)  # type: ignore[union-attr]
    extreme = getattr(value, reduction.reduction)(where=rows)  # type: ignore[union-attr]
    groups = [] if by is None else [to_ibis(by, leaf)]
    return rows & (value == extreme.over(ibis.window(group_by=groups)))


def records_of(source: Source, rows: ir.Table, tables: Tables) -> dict[str, ir.Table]:
    """Return the records of tables behind rows of a source, all their columns."""
    if not isinstance(source, View):
        return {source: rows}
    ids = rows.row_id.to_pyarrow().to_pylist()
    told = {part for row_id in ids for part in row_id.split("|")}
    found = {}
    for name in sorted(tables_of(source)):
        own = [part.partition("/")[2] for part in told if part.startswith(f"{name}/")]
        found[name] = tables[name].filter(tables[name].row_id.isin(own or [""]))
    return found


def value_from(
    signal: Signal, firm_key: str, as_of: date, records: Tables
) -> float | None:
    """Return the value that a signal takes from its evidence alone."""
    firm = observed(ibis.memtable({"firm_key": [firm_key]}), [as_of])
    told = dataclasses.replace(signal, formula=bare(signal.formula))
    value = panel([told], firm, [as_of], records).to_pyarrow()[signal.id][0].as_py()
    return None if value is None else float(value)
