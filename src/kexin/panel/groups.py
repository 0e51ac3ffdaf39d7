"""Reductions over groups of a firm's records, and over records in their order."""

from __future__ import annotations

import dataclasses
import functools
import operator
from typing import TYPE_CHECKING, TypeVar

import ibis

from kexin.algebra.nodes import AsOf, ClosedMonth, Column, walk
from kexin.algebra.reductions import Aggregate
from kexin.algebra.to_ibis import counted, to_ibis, within
from kexin.panel.days import KEYS, record_leaf
from kexin.panel.records import distinct, reduced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Node
    from kexin.algebra.reductions import Across, Turns
    from kexin.panel.days import Days

    Leaf = Callable[[Node], ir.Value]

T = TypeVar("T")


def across_groups(
    places: Mapping[Across, str], seen: ir.Table, known: Days, by: Node
) -> Iterator[ir.Table]:
    """Yield observations with every reduction across the same groups.

    Args:
        places: Column of each reduction.
        seen: Records, each on the days on which it stood.
        known: Those days.
        by: What the groups are.
    """
    names = {reduction: last_name(reduction) for reduction in places}
    for last in dict.fromkeys(names.values()):
        own = {r: place for r, place in places.items() if names[r] == last}
        rows = seen if last is None else in_last_group(seen, known, last)
        yield of_groups(own, rows, known, by)


def last_name(reduction: Across) -> Aggregate | None:
    """Return the greatest name of a group, where a reduction is of that group alone."""
    rank = reduction.rank
    if not isinstance(rank, Aggregate) or (reduction.skip, reduction.top) != (0, 1):
        return None
    return rank if rank.reduction == "max" and rank.of == reduction.by else None


def in_last_group(seen: ir.Table, known: Days, rank: Aggregate) -> ir.Table:
    """Return the records of the group with the greatest name, such as a newest month.

    Args:
        seen: Records, each on the days on which it stood.
        known: Those days.
        rank: The greatest name, for each observation.
    """
    last = reduced({rank: "last_name"}, seen, record_leaf(seen, known), KEYS)
    both = seen.join(last, KEYS, rname="{name}_of_last")
    name = to_ibis(rank.of, record_leaf(both, known))
    return both.filter(name == both.last_name).select(*seen.columns)


def of_groups(
    places: Mapping[Across, str], seen: ir.Table, known: Days, by: Node
) -> ir.Table:
    """Return observations with reductions across groups, all groups made at once."""
    inner = aggregates_in(places)
    took = numbered(records_of(reduction) for reduction in places)
    leaf = record_leaf(seen, known)
    records = dict.fromkeys(count for counts in took for count in counts)
    named = seen.filter(any_of(records, leaf)).mutate(group_name=to_ibis(by, leaf))
    named = named.filter(named.group_name.notnull())
    leaf = record_leaf(named, known)
    counting = {f"took_{n}": any_of(counts, leaf) for counts, n in took.items()}
    named = named.mutate(**counting)
    names = {aggregate: f"inner_{n}" for n, aggregate in enumerate(inner)}
    days: dict[Node, str] = {
        moment: known.names[moment]
        for moment in sides(places)
        if isinstance(moment, AsOf | ClosedMonth)
    }
    others = [name for name in days.values() if name != "as_of"]
    leaf = record_leaf(named, known)
    keys = [*KEYS, "group_name", *others]
    plain = {a: name for a, name in names.items() if a.reduction != "distinct"}
    took_part = {name: named[name].any() for name in counting}
    groups = reduced(plain, named, leaf, keys, **took_part)
    for counts in distinct(names, named, leaf, keys):
        both = groups.left_join(counts, keys, rname="{name}_counted")
        added = [name for name in counts.columns if name not in keys]
        filled = {name: both[name].fill_null(0) for name in added}
        groups = both.select(*groups.columns, **filled)
    columns: dict[Node, str] = {**dict(names.items()), **days}
    orders = {r: (r.rank, took[records_of(r)]) for r in places}
    ranks = numbered(orders.values())
    ranked = with_ranks(ranks, groups, columns)
    values = {}
    for reduction, place in places.items():
        order = _, part = orders[reduction]
        rows = ranked[f"took_{part}"]
        if reduction.top is not None:
            number = ranked[f"rank_{ranks[order]}"]
            last = reduction.skip + reduction.top
            rows = rows & (number >= reduction.skip) & (number < last)
        values[place] = reduce_groups(reduction, rows, ranked, columns)
    return ranked.group_by(*KEYS).agg(**values)


def numbered(items: Iterable[T]) -> dict[T, int]:
    """Return a number for each item: what is alike is computed once."""
    return {item: number for number, item in enumerate(dict.fromkeys(items))}


def records_of(reduction: Across) -> tuple[Aggregate, ...]:
    """Return counts of the records by which a group takes part in a reduction.

    A condition adds nothing where all records of the same days count anyway.
    """
    own = aggregates_in([reduction])
    all_of = {(a.window, a.on) for a in own if a.where is None}
    counts = (
        dataclasses.replace(a, reduction="count", of=Column(a.source, "event_date"))
        for a in own
        if a.where is None or (a.window, a.on) not in all_of
    )
    return tuple(dict.fromkeys(counts))


def any_of(counts: Iterable[Aggregate], leaf: Leaf) -> ir.BooleanValue:
    """Whether a record counts in any of some aggregates."""
    rows = [within(aggregate, leaf) for aggregate in counts]
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
    ranks: Mapping[tuple[Node | None, int], int],
    groups: ir.Table,
    names: Mapping[Node, str],
) -> ir.Table:
    """Return the groups with a column of places for every order among them.

    Args:
        ranks: By what groups are ranked, and which of them take part; and a number.
        groups: The groups.
        names: Column of each part of a formula over groups.
    """
    columns: dict[str, ir.Value] = {}
    for (by, took), number in ranks.items():
        if by is None:
            continue
        rank = to_ibis(by, lambda leaf: groups[names[leaf]])
        rank = ibis.ifelse(groups[f"took_{took}"], rank, None)
        order: Sequence[ir.Value] = [rank.isnull(), rank.desc(), groups.group_name]
        window = ibis.window(group_by=list(KEYS), order_by=order)
        place = ibis.row_number().over(window)
        columns[f"rank_{number}"] = ibis.ifelse(rank.notnull(), place, None)
    return groups.mutate(**columns) if columns else groups


def reduce_groups(
    reduction: Across,
    rows: ir.BooleanValue,
    groups: ir.Table,
    names: Mapping[Node, str],
) -> ir.Value:
    """Return the Ibis reduction over those of a firm's groups that take part."""
    value = counted(to_ibis(reduction.of, lambda leaf: groups[names[leaf]]), rows)
    match reduction.reduction:
        case "sum":
            return value.sum()
        case "count":
            return value.count()
        case "max":
            return value.max()


def turns(turning: Turns, seen: ir.Table, known: Days, place: str) -> ir.Table:
    """Return observations with the number of turns, as `place`.

    Only groups in which something holds that counts are put in order: few do, mostly.
    """
    leaf = record_leaf(seen, known)
    rows = seen.select(
        *KEYS,
        "event_date",
        "known_at",
        "row_id",
        group_name=to_ibis(turning.by, leaf),
        holds=to_ibis(turning.of, leaf).fill_null(False),  # noqa: FBT003
        counts=within(turning, leaf),
    )
    turned = rows.filter(rows.holds, rows.counts).select(*KEYS, "group_name")
    rows = rows.semi_join(turned, [*KEYS, "group_name"])
    order = ibis.window(
        group_by=[*KEYS, "group_name"],
        order_by=["event_date", "known_at", "row_id"],
    )
    before = rows.holds.lag().over(order).fill_null(False)  # noqa: FBT003
    turned = rows.mutate(turned=rows.holds & ~before & rows.counts)
    return turned.group_by(*KEYS).agg(**{place: turned.turned.sum()})
