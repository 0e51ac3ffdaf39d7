"""A small city in plain Python, one firm at a time: slow, obvious, the judge of engines.

It reads the same declarations as the compiler and shares nothing else with it but
`months_before` and the calendar of festivals. First the records that are visible on the
day, then views of them (`laws.reference_views`), then formulas
(`laws.reference_words`). Absence is None.
"""

from __future__ import annotations

import functools
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kexin.algebra.dates import months_before
from kexin.algebra.nodes import Node, source_of, walk
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    Circle,
    LongestGap,
    Months,
    Peers,
    Span,
    Turns,
    Window,
    latest,
)
from kexin.algebra.views import Derived
from kexin.registers.business import RegFirm
from kexin.registers.core import REGISTER
from laws.reference_views import Views
from laws.reference_words import (
    ONE_DAY,
    QUARTER_ENDS,
    day_of,
    days_after,
    evaluate,
    festival_days,
    month_end,
    reduced,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kexin.algebra.reductions import AnyWindow, MonthSeries
    from kexin.algebra.views import Source
    from kexin.intake.coverage import Coverage
    from kexin.signals.signal import Signal

Record = dict[str, Any]
Result = Any  # a number, a text, a day, a truth value, or None

AGREED_TO = {"tax", "si", "hf", "cus", "pboc", "util"}
"""Registers of which a firm must consent to the reading (A04, O5)."""


class City:
    """What is known of firms on a day.

    Args:
        tables: All versions by table.
        as_of: The day.
        firms: The firms that are compared with each other; all that have a record if
            None.
        covered: What the workspace says of the registers' coverage.
    """

    def __init__(
        self,
        tables: Mapping[str, list[Record]],
        as_of: date,
        firms: Iterable[str] | None = None,
        covered: Sequence[Coverage] | None = None,
    ) -> None:
        self.tables, self.as_of, self.covered = tables, as_of, covered
        self.midnight = datetime.combine(as_of + ONE_DAY, time())
        self.views = Views(tables, self.stands, as_of)
        self.firms = sorted({*keys_of(tables)} if firms is None else {*firms})
        self.firm = functools.cache(lambda key: Firm(self, key))
        self.rows_by_firm = functools.cache(self.rows_by)
        self.circle_of = functools.cache(self.circles)

    def stands(self, record: Record) -> bool:
        """Whether a version is seen at the end of the day (REGISTERS.md 0.2; A02)."""
        known = record["known_at"] < self.midnight
        ended = record["superseded_at"]
        over = ended is not None and ended < self.midnight
        return known and not over and record["op"] != "D"

    def rows_by(self, source: Source) -> dict[str | None, list[Record]]:
        """The visible rows of a table or view, by firm."""
        found: dict[str | None, list[Record]] = {}
        for row in self.views.rows(source):
            found.setdefault(row["firm_key"], []).append(row)
        return found

    def value(self, signal: Signal, firm: str) -> float | None:
        """A signal of a firm, as a float; absent where it may not be told."""
        if not self.is_readable(signal, firm):
            return None
        own = self.firm(firm)

        def leaf(node: Node) -> Result:
            return own.of_leaf(node) if self.may_be_read(node, signal, firm) else None

        value = evaluate(signal.formula, leaf, self.as_of)
        return None if value is None else float(value)

    def may_be_read(self, node: Node, signal: Signal, firm: str) -> bool:
        """Whether what a signal takes from other registers may be read (A04, O6).

        Other firms count as their rows show.
        """
        if isinstance(node, Peers):
            return True
        return all(
            self.is_covered(register, firm)
            and (register not in AGREED_TO or self.is_consented(register, firm))
            for register in registers_of(node.source) - {signal.register}
        )

    def is_readable(self, signal: Signal, firm: str) -> bool:
        """Whether a signal's register is covered, and consented to (A04)."""
        needs_consent = signal.register in AGREED_TO and not signal.public
        consented = not needs_consent or self.is_consented(signal.register, firm)
        return consented and self.is_covered(signal.register, firm)

    def is_consented(self, register: str, firm: str) -> bool:
        """Whether a consent holds; while none was ever known, nobody was asked."""
        grants = self.tables.get("core_consent", [])
        if not any(grant["known_at"] < self.midnight for grant in grants):
            return True
        return any(
            register in grant["scope_registers"] and self.is_valid(grant)
            for grant in self.rows_by_firm("core_consent").get(firm, [])
        )

    def is_valid(self, grant: Record) -> bool:
        """Whether a consent is one to scoring by the platform, and in force."""
        ends = (grant["expires_at"], grant["revoked_at"])
        return (
            grant["grantee"] == "platform"
            and grant["purpose"] == "scoring"
            and grant["granted_at"] < self.midnight
            and all(end is None or end >= self.midnight for end in ends)
        )

    def is_covered(self, register: str, firm: str) -> bool:
        """Whether a register is delivered for the firm's district (A04b)."""
        if self.covered is None:
            return True
        district = self.firm(firm).value(latest(RegFirm.district_code))
        return any(
            row.src_system == register
            and row.district_code in {"", district}
            and row.first <= self.as_of
            and (row.until is None or self.as_of < row.until)
            for row in self.covered
        )

    def peers(self, node: Peers, firm: str) -> Result:
        """What firms of the same day say that share something with a firm."""
        shared = [self.firm(firm).value(by) for by in node.by]
        if None in shared:
            return None
        values = [
            self.firm(other).value(node.of)
            for other in self.firms
            if not (node.others and other == firm)
            and [self.firm(other).value(by) for by in node.by] == shared
        ]
        return reduced(node.reduction, values)

    def circles(self, circle: Circle) -> dict[str, int]:
        """The size of the circle of every firm that has a tie."""
        ties: dict[str, set[str]] = {}
        for row in self.views.rows(circle.source):
            ends = (row["firm_key"], row[circle.end.name])
            if None in ends or not self.of_row(circle.where, row):
                continue
            for one, other in (ends, reversed(ends)):
                ties.setdefault(one, set()).add(other)
        return {firm: len(reached_from(firm, ties)) for firm in ties}

    def of_row(self, node: Node | None, row: Record) -> Result:
        """What a row formula gives for one row; a condition not given is met."""
        if node is None:
            return True
        return evaluate(node, lambda column: row[column.name], self.as_of)


def registers_of(source: Source) -> set[str]:
    """The registers to which the tables of a source belong.

    Relations, label events and other tables of the platform belong to none.
    """
    if isinstance(source, str):
        return {source.partition("_")[0]} & set(REGISTER)
    if isinstance(source, Derived):
        return set()
    return {register for part in source.sources for register in registers_of(part)}


def keys_of(tables: Mapping[str, list[Record]]) -> Iterable[str]:
    """The firms that have a record."""
    return (
        row["firm_key"]
        for rows in tables.values()
        for row in rows
        if row.get("firm_key") is not None
    )


def reached_from(firm: str, ties: Mapping[str, set[str]]) -> set[str]:
    """The firms that can be reached over ties, the firm itself with them."""
    reached, ahead = {firm}, [firm]
    while ahead:
        new = ties[ahead.pop()] - reached
        reached |= new
        ahead.extend(new)
    return reached


class Firm:
    """What formulas say of one firm."""

    def __init__(self, city: City, key: str) -> None:
        self.city, self.key, self.as_of = city, key, city.as_of
        self.first_month = functools.cache(self.latest_known_month)
        self.told: dict[int, tuple[Node, Result]] = {}

    def rows(self, source: Source) -> list[Record]:
        """The firm's visible rows of a table or view."""
        return self.city.rows_by_firm(source).get(self.key, [])

    def value(self, node: Node) -> Result:
        """What a firm formula gives."""
        return evaluate(node, self.of_leaf, self.as_of)

    def of_leaf(self, node: Node) -> Result:
        """What a reduction gives, asked once: formulas share them as objects."""
        if id(node) not in self.told:
            self.told[id(node)] = (node, self.computed(node))
        return self.told[id(node)][1]

    def computed(self, node: Node) -> Result:
        match node:
            case Aggregate():
                return self.aggregate(node, self.rows(node.source))
            case Across():
                return self.across(node)
            case LongestGap():
                return self.longest_gap(node)
            case Turns():
                return self.turns(node)
            case Peers():
                return self.city.peers(node, self.key)
            case Circle():
                return self.city.circle_of(node).get(self.key)
        raise AssertionError(node)

    def aggregate(self, node: Aggregate, rows: list[Record]) -> Result:
        chosen = [row for row in rows if self.counts(node, row)]
        values = [self.city.of_row(node.of, row) for row in chosen]
        if node.reduction in {"latest", "earliest"}:
            order = list(map(place, chosen))
            end = max if node.reduction == "latest" else min
            return values[order.index(end(order))] if values else None
        return reduced(node.reduction, values)

    def counts(self, node: Aggregate, row: Record) -> bool:
        in_window = self.is_in_window(self.day(node.on, row), node.window)
        return in_window and self.city.of_row(node.where, row) is True

    def day(self, on: Node | None, row: Record) -> date | None:
        day: date | None = (
            row["event_date"] if on is None else self.city.of_row(on, row)
        )
        return day

    def across(self, node: Across) -> Result:
        groups: dict[Result, list[Record]] = {}
        inner = [
            part
            for side in (node.of, node.rank)
            if side is not None
            for part in walk(side)
            if isinstance(part, Aggregate)
        ]
        for row in self.rows(node.source):
            if not any(self.counts(part, row) for part in inner):
                continue
            groups.setdefault(self.city.of_row(node.by, row), []).append(row)
        groups.pop(None, None)
        names = sorted(groups)
        if node.rank is not None:
            ranks = {name: self.of_group(node.rank, groups[name]) for name in names}
            ranked = [name for name in names if ranks[name] is not None]
            ordered = sorted(ranked, key=lambda name: -ranks[name])
            end = None if node.top is None else node.skip + node.top
            names = ordered[node.skip : end]
        return reduced(
            node.reduction, [self.of_group(node.of, groups[name]) for name in names]
        )

    def of_group(self, node: Node, rows: list[Record]) -> Result:
        """What a formula over aggregates gives for one group of the firm's rows."""
        return evaluate(node, lambda part: self.aggregate(part, rows), self.as_of)

    def longest_gap(self, node: LongestGap) -> int | None:
        found = {
            self.city.of_row(node.of, row)
            for row in self.rows(node.source)
            if self.is_in_window(row["event_date"], node.window)
            and self.city.of_row(node.where, row) is True
        } - {None}
        if not found:
            return None
        days = sorted(found)
        end = self.last_day(node.window)
        silences = [days_after(a, b - ONE_DAY) for a, b in pairwise(days)]
        lengths = [len(s) + 1 - festival_days(s) for s in silences]
        silence = days_after(days[-1], end)
        return max([*lengths, len(silence) - festival_days(silence)])

    def turns(self, node: Turns) -> int:
        groups: dict[Result, list[Record]] = {}
        for row in sorted(self.rows(node.source), key=place):
            groups.setdefault(self.city.of_row(node.by, row), []).append(row)
        groups.pop(None, None)
        return sum(self.turns_of(node, rows) for rows in groups.values())

    def turns_of(self, node: Turns, rows: list[Record]) -> int:
        """How often the condition became true in one group."""
        state = [self.city.of_row(node.of, row) is True for row in rows]
        return sum(
            now and not before and self.is_in_window(row["event_date"], node.window)
            for row, before, now in zip(rows, [False, *state], state, strict=False)
        )

    def is_in_window(self, day: date | None, window: AnyWindow) -> bool:
        """Whether a day is in a window; one without bounds holds what has no day."""
        if isinstance(window, Span) and window.after is window.until is None:
            return True
        if day is None:
            return False
        match window:
            case Window(months=months, ending=ending):
                last = months_before(self.as_of, ending)
                if months is None:
                    return day <= last
                return months_before(self.as_of, ending + months) < day <= last
            case Months(first=first, last=last, series=series):
                newest = self.first_month(series)
                oldest = months_before(newest, last - 1)
                return oldest <= day.replace(day=1) <= months_before(newest, first - 1)
            case Span(after=after, until=until):
                late = after is None or day > day_of(after, self.as_of)
                return late and (until is None or day <= day_of(until, self.as_of))
        raise AssertionError(window)

    def last_day(self, window: AnyWindow) -> date:
        """The last day of a window."""
        match window:
            case Window(ending=ending):
                return months_before(self.as_of, ending)
            case Months(first=first, series=series):
                return month_end(months_before(self.first_month(series), first - 1))
        raise AssertionError(window)

    def latest_known_month(self, series: MonthSeries | None) -> date:
        """Month k = 1: the latest closed month that is known (A01, A01b, A01c).

        For a firm that reports by the quarter, the last month of such a quarter (A07).
        """
        month = self.as_of.replace(day=1)
        if series is None:  # A77
            while month_end(month) > self.as_of:
                month = months_before(month, 1)
            return month
        quarterly = series.quarterly is not None
        step = 3 if quarterly and self.value(series.quarterly) is True else 1
        while not self.is_known(month, step, series):
            month = months_before(month, 1)
        return month

    def is_known(self, month: date, length: int, series: MonthSeries) -> bool:
        """Whether the months that end with `month` are closed and known."""
        if length > 1 and month.month not in QUARTER_ENDS:
            return False
        if month_end(month) > self.as_of:
            return False
        if month_end(month) + timedelta(series.lag_days) <= self.as_of:
            return True
        first = months_before(month, length - 1)
        return any(
            first <= row["event_date"].replace(day=1) <= month
            and self.city.of_row(series.where, row) is True
            for row in self.rows(source_of(series.where))
            if row["event_date"] is not None
        )


def place(row: Record) -> tuple[date, datetime, str]:
    """Where a row stands among others (A05, A05b)."""
    return row["event_date"], row["known_at"], row["row_id"]
