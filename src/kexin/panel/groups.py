"""Reductions over groups of a firm's records, and over records in their order."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.nodes import AsOf, ClosedMonth, walk
from kexin.algebra.reductions import Aggregate
from kexin.algebra.to_ibis import reduce, to_ibis, within
from kexin.panel.days import record_leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Node
    from kexin.algebra.reductions import Across, Turns
    from kexin.panel.days import Days

    Leaf = Callable[[Node], ir.Value]

KEYS = ("firm_key", "as_of")


def across_groups(
    places: Mapping[Across, str], seen: ir.Table, known: Days, by: Node
) -> ir.Table:
    """Return observations with every reduction across the same groups.

    Args:
        places: Column of each reduction.
        seen: Records, each on the days on which it stood.
        known: Those days.
        by: What the groups are.
    """
    inner = aggregates_in(places)
    leaf = record_leaf(seen, known)
    named = seen.filter(counted(inner, leaf)).mutate(group_name=to_ibis(by, leaf))
    named = named.filter(named.group_name.notnull())
    names: dict[Node, str] = {a: f"inner_{n}" for n, a in enumerate(inner)}
    days: dict[Node, str] = {
        moment: known.names[moment]
        for moment in sides(places)
        if isinstance(moment, AsOf | ClosedMonth)
    }
    others = [name for name in days.values() if name != "as_of"]
    leaf = record_leaf(named, known)
    groups = named.group_by(*KEYS, "group_name", *others).agg(
        **{names[aggregate]: reduce(aggregate, leaf) for aggregate in inner},
        **{
            f"took_{place}": counted(aggregates_in([reduction]), leaf).any()
            for reduction, place in places.items()
        },
    )
    columns: dict[Node, str] = {**names, **days}
    ranked = with_ranks(places, groups, columns)
    return ranked.group_by(*KEYS).agg(
        **{
            place: reduce_groups(reduction, place, ranked, columns)
            for reduction, place in places.items()
        }
    )


def counted(aggregates: Iterable[Aggregate], leaf: Leaf) -> ir.BooleanValue:
    """Whether a record counts in any of some aggregates."""
    by_records = {(a.window, a.where, a.on): a for a in aggregates}
    rows = [within(aggregate, leaf) for aggregate in by_records.values()]
    return functools.reduce(operator.or_, rows, ibis.literal(False))  # noqa: FBT003


def aggregates_in(places: Iterable[Across]) -> list[Aggregate]:
    """Return the aggregates on which the formulas over groups stand."""
    return [part for part in sides(places) if isinstance(part, Aggregate)]


def sides(places: Iterable[Across]) -> dict[Node, None]:
    """Return all parts of the formulas over groups, each once, in their order."""
    return dict.fromkeys(
        part
        for reduction in places
        for side in (reduction.of, reduction.rank)
        if side is not None
        for part in walk(side)
    )


def with_ranks(
    places: Mapping[Across, str], groups: ir.Table, names: Mapping[Node, str]
) -> ir.Table:
    """Return the groups with a column of places for every ranked reduction."""
    ranks: dict[str, ir.Value] = {}
    for reduction, place in places.items():
        if reduction.rank is not None:
            rank = to_ibis(reduction.rank, lambda leaf: groups[names[leaf]])
            rank = ibis.ifelse(groups[f"took_{place}"], rank, None)
            order: Sequence[ir.Value] = [
                rank.isnull(),
                rank.desc(),
                groups.group_name,
            ]
            window = ibis.window(group_by=list(KEYS), order_by=order)
            number = ibis.row_number().over(window)
            ranks[f"rank_{place}"] = ibis.ifelse(rank.notnull(), number, None)
    return groups.mutate(**ranks) if ranks else groups


def reduce_groups(
    reduction: Across, place: str, groups: ir.Table, names: Mapping[Node, str]
) -> ir.Value:
    """Return the Ibis reduction over a firm's groups."""
    value = to_ibis(reduction.of, lambda leaf: groups[names[leaf]])
    rows = groups[f"took_{place}"]
    if reduction.top is not None:
        rank = groups[f"rank_{place}"]
        rows = rows & (rank >= reduction.skip) & (rank < reduction.skip + reduction.top)
    match reduction.reduction:
        case "sum":
            return value.sum(where=rows)
        case "count":
            return value.count(where=rows)
        case "max":
            return value.max(where=rows)


def turns(turning: Turns, seen: ir.Table, known: Days, place: str) -> ir.Table:
    """Return observations with the number of turns, as `place`."""
    leaf = record_leaf(seen, known)
    rows = seen.mutate(
        group_name=to_ibis(turning.by, leaf),
        holds=to_ibis(turning.of, leaf).fill_null(False),  # noqa: FBT003
        counts=within(turning, leaf),
    )
    order = ibis.window(
        group_by=[*KEYS, "group_name"],
        order_by=["event_date", "known_at", "row_id"],
    )
    before = rows.holds.lag().over(order).fill_null(False)  # noqa: FBT003
    turned = rows.mutate(turned=rows.holds & ~before & rows.counts)
    return turned.group_by(*KEYS).agg(**{place: turned.turned.sum()})
