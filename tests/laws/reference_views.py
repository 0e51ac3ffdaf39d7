"""Views over the records that are visible on a day, by nested loops.

The engine makes a view once for all days, out of versions with intervals; here there
is one day, and only what is seen on it is put together.
"""

from __future__ import annotations

import functools
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from kexin.algebra.dates import months_before
from kexin.algebra.views import (
    Derived,
    Joined,
    Selected,
    Spread,
    United,
    View,
    Without,
    name_of,
)
from kexin.registers.reference import ESTIMATES
from laws.reference_events import label_events
from laws.reference_words import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kexin.algebra.nodes import Column, Node
    from kexin.algebra.views import Source

Record = dict[str, Any]

LAST_MONTH = date(2040, 12, 1)
"""The month to which a record with an open end is spread."""


ESTIMATE_COLUMNS = {
    "ref_court_coverage": ("city", "valid_from"),
    "ref_defendant_cases": ("industry", "valid_from"),
    "ref_published_pd": ("firm_key", "published_at"),
    "ref_strong_buyer": ("uscc", "valid_from"),
    "ref_tariff_country": ("country_code", "valid_from"),
}
"""Of each table of estimates: what stands for the firm, and from when a row is known."""


def day_and_moment(known: date | datetime) -> tuple[date, datetime]:
    """A day and its first moment; of a moment its day, and itself."""
    if isinstance(known, datetime):
        return known.date(), known
    return known, datetime.combine(known, time())


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
            case Without():
                return self.alone(source)
            case Derived():
                return self.derived(source.name)
        raise AssertionError(source)

    def alone(self, view: Without) -> list[Record]:
        """The left rows with which no right row agrees."""
        others = {
            tuple(of_row(right, row) for _, right in view.on)
            for row in self.marked(view.right)
        }
        return [
            under(row, view, reading(row))
            for row in self.marked(view.left)
            if None in (key := tuple(of_row(left, row) for left, _ in view.on))
            or key not in others
        ]

    def derived(self, name: str) -> list[Record]:
        """What the panel makes by hand."""
        match name:
            case "label_event":
                return label_events(self.tables, self.as_of)
            case "vat_first_filing":
                return self.first_filings()
            case "held_list":
                return [
                    {**min(rows, key=lambda row: row["known_at"]), "firm_key": None,
                     "list": held}
                    for held in ESTIMATES
                    if (rows := self.estimated(held))
                ]  # fmt: skip
        return self.estimated(name)

    def estimated(self, name: str) -> list[Record]:
        """The rows of a table of estimates that are known: from their first day on."""
        firm, known = ESTIMATE_COLUMNS[name]
        return [
            {**row, "firm_key": row[firm], "event_date": day, "known_at": moment,
             "row_id": f"{name}/{row[firm]}"}
            for row in self.tables.get(name, [])
            for day, moment in [day_and_moment(row[known])]
            if day <= self.as_of
        ]  # fmt: skip

    def first_filings(self) -> list[Record]:
        """Each VAT return as it was first told filed, however it was amended since."""
        first: dict[tuple[Any, ...], Record] = {}
        told = sorted(
            self.tables.get("tax_vat_return", []),
            key=lambda row: (row["known_at"], row["version_no"], row["row_id"]),
        )
        for row in told:
            was_seen = row["superseded_at"] is None or (
                row["superseded_at"] > row["known_at"]
            )
            filed = row["op"] != "D" and row["filed_at"] is not None
            known = row["known_at"].date() <= self.as_of and row["firm_key"] is not None
            if was_seen and filed and known:
                key = (row["firm_key"], row["period_start"])
                own = {**row, "row_id": f"tax_vat_return/{row['row_id']}"}
                first.setdefault(key, own)
        return list(first.values())

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
