"""Views over the records that are visible on a day, by nested loops.

The engine makes a view once for all days, out of versions with intervals; here there
is one day, and only what is seen on it is put together.
"""

from __future__ import annotations

import functools
from datetime import date
from typing import TYPE_CHECKING, Any

from kexin.algebra.dates import months_before
from kexin.algebra.views import (
    Derived,
    Joined,
    Selected,
    Spread,
    United,
    View,
    name_of,
)
from laws.reference_events import label_events
from laws.reference_words import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kexin.algebra.nodes import Column, Node
    from kexin.algebra.views import Source

Record = dict[str, Any]

LAST_MONTH = date(2040, 12, 1)
"""The end of the calendar, to which a record with an open end is spread."""


class Views:
    """Tables and views as they are seen on a day.

    Args:
        tables: All versions, also those that are not seen, by table.
        seen: Whether a version stands.
        as_of: The day.
    """

    def __init__(
        self,
        tables: Mapping[str, list[Record]],
        seen: Callable[[Record], bool],
        as_of: date,
    ) -> None:
        self.tables, self.seen, self.as_of = tables, seen, as_of
        self.rows = functools.cache(self.made)

    def made(self, source: Source) -> list[Record]:
        """The visible rows of a table or view."""
        match source:
            case str():
                return [r for r in self.tables.get(source, []) if self.seen(r)]
            case Selected():
                return [
                    under(row, source, reading(row))
                    for row in self.marked(source.source)
                    if holds(source.where, reading(row))
                ]
            case Joined():
                return self.pairs(source)
            case United(parts=parts):
                return [row for part in parts for row in self.rows(part)]
            case Spread():
                return [
                    {**under(row, source, reading(row)), "event_date": month}
                    for row in self.marked(source.source)
                    for month in covered_months(row, source)
                ]
            case Derived(name="label_event"):
                return label_events(self.tables, self.as_of)
        raise AssertionError(source)

    def marked(self, source: Source) -> list[Record]:
        """The rows of a source, whose ids tell their table as well."""
        rows = self.rows(source)
        if isinstance(source, View):
            return rows
        return [{**row, "row_id": f"{source}/{row['row_id']}"} for row in rows]

    def pairs(self, view: Joined) -> list[Record]:
        """Every two rows that agree in all keys; absent agrees with nothing."""
        partners: dict[tuple[Any, ...], list[Record]] = {}
        for row in self.marked(view.right):
            key = tuple(of_row(right, row) for _, right in view.on)
            partners.setdefault(key, []).append(row)
        found = []
        for left in self.marked(view.left):
            key = tuple(of_row(node, left) for node, _ in view.on)
            for right in partners.get(key, []) if None not in key else []:
                sides = {name_of(view.left): left, name_of(view.right): right}
                if holds(view.where, reading_of(sides)):
                    found.append(under(both(left, right), view, reading_of(sides)))
        return found


def both(left: Record, right: Record) -> Record:
    """What stands of a pair itself: known with the later of the two."""
    return {
        **left,
        "known_at": max(left["known_at"], right["known_at"]),
        "row_id": f"{left['row_id']}|{right['row_id']}",
    }


def under(row: Record, view: View, leaf: Callable[[Column], Any]) -> Record:
    """A row of a view: what every row has, and the columns that are named."""
    kept = {n: row[n] for n in ("firm_key", "event_date", "known_at", "row_id")}
    named = {name: evaluate(node, leaf, None) for name, node in view.columns}
    return kept | named


def reading(row: Record) -> Callable[[Column], Any]:
    """What reads the columns of one row."""
    return lambda column: row[column.name]


def reading_of(sides: Mapping[str, Record]) -> Callable[[Column], Any]:
    """What reads the columns of a pair's two sides."""
    return lambda column: sides[name_of(column.table)][column.name]


def of_row(node: Node, row: Record) -> Any:
    """What a row formula of a view gives."""
    return evaluate(node, reading(row), None)


def holds(where: Node | None, leaf: Callable[[Column], Any]) -> bool:
    """Whether a view's condition is met; one that is not given is."""
    return where is None or evaluate(where, leaf, None) is True


def covered_months(row: Record, view: Spread) -> Iterable[date]:
    """The first days of the months from that of `start` to that of `end`."""
    start, end = of_row(view.start, row), of_row(view.end, row)
    if start is None:
        return
    month = start.replace(day=1)
    while month <= min(end or LAST_MONTH, LAST_MONTH):
        yield month
        month = months_before(month, -1)
