"""What other firms of the same day say of a firm: rates, medians, numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from kexin.algebra.nodes import walk
from kexin.algebra.reductions import Peers
from kexin.algebra.to_ibis import to_ibis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Node


def with_peers(
    formulas: Iterable[Node], reduced: ir.Table, places: Mapping[Node, str]
) -> tuple[ir.Table, dict[Node, str]]:
    """Return observations with what their peers say, and where each leaf stands."""
    asked = [
        part
        for part in dict.fromkeys(p for formula in formulas for p in walk(formula))
        if isinstance(part, Peers)
    ]
    names: dict[Node, str] = {peers: f"peers_{n}" for n, peers in enumerate(asked)}
    table = reduced
    for by in dict.fromkeys(peers.by for peers in asked):
        own = {peers: names[peers] for peers in asked if peers.by == by}
        table = with_group(own, by, table, reduced, places)
    return (table.alias("peered") if asked else table), {**places, **names}


def with_group(
    asked: Mapping[Peers, str],
    by: tuple[Node, ...],
    table: ir.Table,
    reduced: ir.Table,
    places: Mapping[Node, str],
) -> ir.Table:
    """Return observations with what the firms of one grouping say.

    Args:
        asked: Reductions over the same grouping, and the column of each.
        by: What the firms of a group share.
        table: Observations, to which the columns are added.
        reduced: Observations with all that formulas of a firm need.
        places: Column of each of these.
    """

    def value(node: Node) -> ir.Value:
        return to_ibis(node, lambda leaf: reduced[places[leaf]])

    keys = {f"shared_{n}": value(node) for n, node in enumerate(by)}
    items = {f"item_{place}": value(peers.of) for peers, place in asked.items()}
    firms = reduced.select("firm_key", "as_of", **keys, **items)
    groups = firms.group_by("as_of", *keys).agg(
        **{place: over(peers, firms[f"item_{place}"]) for peers, place in asked.items()}
    )
    # What is absent equals nothing: a firm that lacks a key has no peers.
    met = firms.join(groups, ["as_of", *keys])
    columns = {
        place: without(peers, met[place], met[f"item_{place}"])
        for peers, place in asked.items()
    }
    said = met.select("firm_key", "as_of", **columns)
    both = table.left_join(said, ["firm_key", "as_of"])
    return both.drop("firm_key_right", "as_of_right")


def over(peers: Peers, items: ir.Column) -> ir.Value:
    """Return the reduction over the firms of a group."""
    match peers.reduction:
        case "sum":
            return items.sum().fill_null(0)
        case "count":
            return items.count()
        case "median":
            # Of decimals DuckDB's median is a decimal, and the mean of two is cut off.
            return items.cast("float64").median()


def without(peers: Peers, whole: ir.Value, item: ir.Value) -> ir.Value:
    """Return a group's number without the firm itself, where that is asked."""
    if not peers.others:
        return whole
    if peers.reduction == "count":
        return whole - item.notnull().cast("int64")
    return whole - ibis.coalesce(item, 0)
