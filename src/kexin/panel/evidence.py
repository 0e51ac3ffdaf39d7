"""The records from which a signal's value came, out of the same declaration.

Evidence is what the value stands on, not what made it worth telling: a condition such
as «at least five invoices» adds no records. Where a value is an extreme (the latest
day), its evidence is the records that attain it. Reducing the evidence gives the value
again; a test holds every signal to that.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.nodes import (
    ABSENT,
    Across,
    Aggregate,
    Choose,
    LongestGap,
    Node,
    reductions,
    walk,
)
from kexin.algebra.resolve import rebuilt, resolve
from kexin.algebra.to_ibis import reduce, to_ibis, visible, within
from kexin.panel.build import panel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import AnyReduction
    from kexin.signals.signal import Signal


def evidence(
    signal: Signal, firm_key: str, as_of: date, tables: Mapping[str, ir.Table]
) -> dict[str, ir.Table]:
    """Return the records behind one signal of one firm on a day.

    Returns:
        Table name to its records, all their columns, for each table that the signal
        reads; no record where the value stands on silence.
    """
    needed = [
        leaf
        for reduction in reductions(bare(signal.formula))
        for leaf in taken(resolve(reduction, as_of), firm_key, as_of, tables)
    ]
    return {
        name: behind([r for r in needed if r.table == name], firm_key, as_of, tables)
        for name in sorted({reduction.table for reduction in needed})
    }


def bare(node: Node) -> Node:
    """Return a firm formula without the conditions under which it is told."""
    if isinstance(node, Aggregate | Across | LongestGap):
        return node
    if isinstance(node, Choose) and node.otherwise == ABSENT:
        return bare(node.then)
    return rebuilt(node, bare)


def taken(
    node: Node, firm_key: str, as_of: date, tables: Mapping[str, ir.Table]
) -> Iterator[AnyReduction]:
    """Yield the reductions that a resolved one comes to for a firm.

    Where the firm's own records chose the first month, those records are evidence too.
    """
    while isinstance(node, Choose):
        yield from reductions(node.condition)
        holds = value_of(node.condition, firm_key, as_of, tables)
        node = node.then if holds else node.otherwise
    yield from reductions(node)


def value_of(
    condition: Node, firm_key: str, as_of: date, tables: Mapping[str, ir.Table]
) -> bool:
    """Return whether a condition over one aggregate holds for a firm."""
    name = next(reductions(condition)).table
    seen = seen_of(name, firm_key, as_of, tables)
    answer = to_ibis(condition, lambda leaf: reduce(leaf, seen))
    return bool(seen.aggregate(answer=answer).to_pyarrow()["answer"][0].as_py())


def seen_of(
    name: str, firm_key: str, as_of: date, tables: Mapping[str, ir.Table]
) -> ir.Table:
    """Return a firm's records of one table as they stood on a day."""
    seen = visible(tables[name], as_of)
    return seen.filter(seen.firm_key == firm_key)


def behind(
    needed: list[AnyReduction],
    firm_key: str,
    as_of: date,
    tables: Mapping[str, ir.Table],
) -> ir.Table:
    """Return a firm's records of one table that any of the reductions takes."""
    seen = seen_of(needed[0].table, firm_key, as_of, tables)
    wanted = [part for reduction in needed for part in inner(reduction)]
    masks = [mask(part, seen) for part in dict.fromkeys(wanted)]
    return seen.filter(functools.reduce(operator.or_, masks))


def inner(reduction: AnyReduction) -> Iterator[Aggregate | LongestGap]:
    """Yield the reductions over records of which a reduction is made."""
    if not isinstance(reduction, Across):
        yield reduction
        return
    for part in walk(reduction):
        if isinstance(part, Aggregate):
            yield part


def mask(reduction: Aggregate | LongestGap, seen: ir.Table) -> ir.BooleanValue:
    """Whether a record counts in a reduction; only those that attain an extreme."""
    rows = within(seen, reduction).fill_null(False)  # noqa: FBT003
    if isinstance(reduction, LongestGap) or reduction.reduction not in {"min", "max"}:
        return rows
    value = to_ibis(reduction.of, lambda column: seen[column.name])
    extreme = getattr(value, reduction.reduction)(where=rows)
    return rows & (value == extreme.over(ibis.window()))


def value_from(
    signal: Signal, firm_key: str, as_of: date, records: Mapping[str, ir.Table]
) -> float | None:
    """Return the value that a signal takes from its evidence alone."""
    firm = ibis.memtable({"firm_key": [firm_key]})
    told = dataclasses.replace(signal, formula=bare(signal.formula))
    value = panel([told], as_of, firm, records).to_pyarrow()[signal.id][0].as_py()
    return None if value is None else float(value)
