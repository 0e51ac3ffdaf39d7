"""Tables of invoice size, folded into cells of a firm before windows are told.

The days on which windows begin and end cut a firm's time into slices. Records of one
slice lie in the same windows; so they are reduced once, to a cell, and each window
reduces cells: twenty-four months of a firm are some forty cells, whatever its invoices.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from typing import TYPE_CHECKING, Literal

from kexin.algebra.reductions import ALWAYS
from kexin.algebra.resolve import moments
from kexin.algebra.to_ibis import counted, reduce, within
from kexin.panel.days import KEYS, record_leaf
from kexin.registers.tax import TaxInvoice

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from kexin.algebra.reductions import Aggregate, Reduction
    from kexin.algebra.views import Source
    from kexin.panel.days import Days

FOLDED: frozenset[Source] = frozenset({TaxInvoice.id})
"""Tables of which a firm has many records between two days that windows name."""

OVER_CELLS: Mapping[Reduction, Literal["sum", "min", "max"]] = {
    "sum": "sum",
    "count": "sum",
    "min": "min",
    "max": "max",
}
"""Reductions that come to the same over cells, and what reduces the cells."""


def is_folded(aggregate: Aggregate) -> bool:
    """Whether an aggregate is reduced by cells: exactly, and worth it."""
    return (
        aggregate.source in FOLDED
        and aggregate.reduction in OVER_CELLS
        and aggregate.on is None
    )


def folded(places: Mapping[Aggregate, str], seen: ir.Table, known: Days) -> ir.Table:
    """Return observations with some aggregates of the records they see, by cells.

    Args:
        places: Column of each aggregate; its window must be a span of event dates.
        seen: Records, each on the days on which it stood.
        known: Those days.
    """
    kinds = {aggregate: of_all_days(aggregate) for aggregate in places}
    names = {kind: f"cell_{n}" for n, kind in enumerate(dict.fromkeys(kinds.values()))}
    leaf = record_leaf(seen, known)
    cuts = dict.fromkeys(
        moment for aggregate in places for moment in moments(aggregate)
    )
    passed = [(seen.event_date > leaf(cut)).cast("int16") for cut in cuts]
    number = functools.reduce(operator.add, passed) if passed else 0
    cells = (
        seen.mutate(slice=number)
        .group_by(*KEYS, "slice")
        .agg(
            # Any day of a slice stands for all of them: no window cuts through it.
            event_date=seen.event_date.max(),
            **{name: reduce(kind, leaf) for kind, name in names.items()},
        )
    )
    cells = cells.join(known.table, "as_of")
    leaf = record_leaf(cells, known)
    values = {}
    for aggregate, place in places.items():
        column = cells[names[kinds[aggregate]]]
        rows = within(dataclasses.replace(aggregate, where=None), leaf)
        value = getattr(counted(column, rows), OVER_CELLS[aggregate.reduction])()
        adds = aggregate.reduction in {"sum", "count"}
        values[place] = value.fill_null(0) if adds else value
    return cells.group_by(*KEYS).agg(**values)


def of_all_days(aggregate: Aggregate) -> Aggregate:
    """Return an aggregate without its window: what a cell holds of it."""
    return dataclasses.replace(aggregate, window=ALWAYS)
