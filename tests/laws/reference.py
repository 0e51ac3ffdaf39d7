"""Formulas in plain Python, one firm at a time: slow, obvious, the judge of engines.

It reads the same declarations as the compiler and shares nothing else with it but
`months_before` and the calendar of festivals. Sums stay decimals and integers;
a quotient makes floats. Absence is None.
"""

from __future__ import annotations

import functools
import math
import statistics
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kexin.algebra.dates import months_before, spring_festivals
from kexin.algebra.nodes import (
    Call,
    Choose,
    Constant,
    IsIn,
    Node,
    Operation,
    Statistic,
)
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    LongestGap,
    Months,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kexin.algebra.reductions import (
        AnyWindow,
        MonthSeries,
    )
    from kexin.signals.signal import Signal

Record = dict[str, Any]
Result = Any  # a number, a text, a day, a truth value, or None

ONE_DAY = timedelta(1)


def signal_value(signal: Signal, records: Iterable[Record], as_of: date) -> Result:
    """The signal of the one firm whose versions are `records`, as a float."""
    value = Firm(records, as_of).value(signal.formula)
    return None if value is None else float(value)


def stands(record: Record, as_of: date) -> bool:
    """Whether a version is seen at the end of a day (REGISTERS.md 0.2; A02)."""
    midnight = datetime.combine(as_of + ONE_DAY, time())
    known = record["known_at"] < midnight
    over = record["superseded_at"] is not None and record["superseded_at"] < midnight
    return known and not over and record["op"] != "D"


class Firm:
    """One firm's visible records on a day, and what formulas say of them."""

    def __init__(self, records: Iterable[Record], as_of: date) -> None:
        self.as_of = as_of
        self.seen = [record for record in records if stands(record, as_of)]
        self.first_month = functools.cache(self.latest_known_month)

    def value(self, node: Node) -> Result:
        """What a firm formula gives."""
        return self.of_records(node, self.seen)

    def of_records(self, node: Node, records: list[Record]) -> Result:
        """What a formula gives for the firm, or for one group of its records."""

        def leaf(part: Node) -> Result:
            match part:
                case Aggregate():
                    return self.aggregate(part, records)
                case Across():
                    return self.across(part, records)
                case LongestGap():
                    return self.longest_gap(part, records)
            raise AssertionError(part)

        return evaluate(node, leaf, self.as_of)

    def of_record(self, node: Node | None, record: Record) -> Result:
        """What a row formula gives for one record; a condition not given is met."""
        if node is None:
            return True
        return evaluate(node, lambda column: record[column.name], self.as_of)

    def aggregate(self, node: Aggregate, records: list[Record]) -> Result:
        chosen = [
            record
            for record in records
            if self.is_in_window(self.day(node.on, record), node.window)
            and self.of_record(node.where, record) is True
        ]
        values = [self.of_record(node.of, record) for record in chosen]
        if node.reduction == "latest":
            order = [(r["event_date"], r["known_at"], r["row_id"]) for r in chosen]
            return values[order.index(max(order))] if values else None
        return REDUCTIONS[node.reduction]([v for v in values if v is not None])

    def day(self, on: Node | None, record: Record) -> date:
        return record["event_date"] if on is None else self.of_record(on, record)

    def across(self, node: Across, records: list[Record]) -> Result:
        groups: dict[Result, list[Record]] = {}
        for record in records:
            groups.setdefault(self.of_record(node.by, record), []).append(record)
        groups.pop(None, None)
        names = sorted(groups)
        if node.rank is not None:
            ranks = {name: self.of_records(node.rank, groups[name]) for name in names}
            ranked = [name for name in names if ranks[name] is not None]
            names = sorted(ranked, key=lambda name: -ranks[name])[: node.top]
        values = [self.of_records(node.of, groups[name]) for name in names]
        return REDUCTIONS[node.reduction]([v for v in values if v is not None])

    def longest_gap(self, node: LongestGap, records: list[Record]) -> int | None:
        found = {
            self.of_record(node.of, record)
            for record in records
            if self.is_in_window(record["event_date"], node.window)
            and self.of_record(node.where, record) is True
        }
        if not found:
            return None
        days = sorted(found)
        end = self.last_day(node.window)
        silences = [days_after(a, b - ONE_DAY) for a, b in pairwise(days)]
        lengths = [len(s) + 1 - festival_days(s) for s in silences]
        silence = days_after(days[-1], end)
        return max([*lengths, len(silence) - festival_days(silence)])

    def is_in_window(self, day: date | None, window: AnyWindow) -> bool:
        if day is None:
            return False
        match window:
            case Window(months=months, ending=ending):
                last = months_before(self.as_of, ending)
                if months is None:
                    return day <= last
                return months_before(self.as_of, ending + months) < day <= last
            case Months(first=first, last=last, series=series):
                latest = self.first_month(series)
                wanted = [months_before(latest, k - 1) for k in range(first, last + 1)]
                return day.replace(day=1) in wanted
        raise AssertionError(window)

    def last_day(self, window: AnyWindow) -> date:
        if isinstance(window, Window):
            return months_before(self.as_of, window.ending)
        assert isinstance(window, Months)
        latest = self.first_month(window.series)
        return month_end(months_before(latest, window.first - 1))

    def latest_known_month(self, series: MonthSeries | None) -> date:
        """Month k = 1: the latest closed month that is known (A01, A01b, A01c)."""
        month = self.as_of.replace(day=1)
        while not (self.is_closed(month) and self.is_known(month, series)):
            month = months_before(month, 1)
        return month

    def is_closed(self, month: date) -> bool:
        return month_end(month) <= self.as_of

    def is_known(self, month: date, series: MonthSeries | None) -> bool:
        if series is None:  # A77
            return True
        has_row = any(
            record["event_date"].replace(day=1) == month
            and self.of_record(series.where, record) is True
            for record in self.seen
        )
        return has_row or month_end(month) + timedelta(series.lag_days) <= self.as_of


def evaluate(  # noqa: C901  (a case for each kind of node)
    node: Node, leaf: Callable[[Any], Result], as_of: date
) -> Result:
    """What a formula gives, where `leaf` knows what its leaves give."""

    def value(part: Node) -> Result:
        return evaluate(part, leaf, as_of)

    match node:
        case Constant(value=constant):
            return constant
        case Operation(operator="and" | "or" as op, left=left, right=right):
            return logic(op, value(left), value(right))
        case Operation(operator=op, left=left, right=right):
            return arithmetic(op, value(left), value(right))
        case IsIn(item=item, values=values):
            found = value(item)
            return None if found is None else found in values
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return value(then if value(condition) is True else otherwise)
        case Call(function=function, items=items):
            return call(function, [value(item) for item in items], as_of)
        case Statistic(name=name, items=items):
            found = [value(item) for item in items]
            return STATISTICS[name]([None if v is None else float(v) for v in found])
    return leaf(node)


def logic(op: str, left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001
    """SQL's logic: what decides outweighs what is absent."""
    decides = op == "or"
    if left is decides or right is decides:
        return decides
    return None if left is None or right is None else not decides


def arithmetic(op: str, left: Result, right: Result) -> Result:
    if left is None or right is None:
        return None
    if op == "/":
        return float(left) / float(right) if right else None
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return OPERATORS[op](left, right)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def call(function: str, items: list[Result], as_of: date) -> Result:
    if function == "is_absent":
        return items[0] is None
    if function == "coalesce":
        return next((item for item in items if item is not None), None)
    if any(item is None for item in items):
        return None
    if function in COUNTED_BACK:
        return COUNTED_BACK[function](items[0], as_of)
    return FUNCTIONS[function](*items)


def days_since(day: date, as_of: date) -> int:
    return (as_of - day).days


def months_since(day: date, as_of: date) -> int:
    """The greatest n with day + n months <= as_of (A65)."""
    months = 0
    while months_before(day, -(months + 1)) <= as_of:
        months += 1
    return months


def month_end(day: date) -> date:
    """The last day of the month in which a day falls."""
    while (day + ONE_DAY).month == day.month:
        day += ONE_DAY
    return day


def days_after(first: date, last: date) -> set[date]:
    """The days after the first, up to the last."""
    return {first + timedelta(n) for n in range(1, (last - first).days + 1)}


def festival_days(silence: set[date]) -> int:
    """Days of the festival weeks that lie wholly in a silence (A32)."""
    weeks = [{first + timedelta(n) for n in range(7)} for first in spring_festivals()]
    return sum(len(week) for week in weeks if week <= silence)


def last_festival_days(days: int, as_of: date) -> int:
    return festival_days(days_after(as_of - timedelta(days), as_of))


COUNTED_BACK: dict[str, Callable[[Any, date], int]] = {
    "days_since": days_since,
    "festival_days": last_festival_days,
    "months_since": months_since,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "days_to_month_end": lambda day: (month_end(day) - day).days,
    "greatest": max,
    "least": min,
    "ln_1p": math.log1p,
    "month_start": lambda day: day.replace(day=1),
    "not": lambda item: not item,
    "square": lambda item: item * item,
}

REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: sum(values, Decimal(0)),
    "count": len,
    "distinct": lambda values: len(set(values)),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}


def present(items: list[float | None]) -> list[float]:
    return [item for item in items if item is not None]


def at_least(few: int, statistic: Callable[[list[float]], float]) -> Any:
    """A statistic that is absent of fewer items than it needs."""

    def found(items: list[float | None]) -> float | None:
        known = present(items)
        return statistic(known) if len(known) >= few else None

    return found


def leading_zeros(items: list[float | None]) -> int:
    return next((n for n, item in enumerate(items) if item != 0), len(items))


def slope(items: list[float | None]) -> float | None:
    """Least squares over the places of the items that are there."""
    points = [(place, item) for place, item in enumerate(items) if item is not None]
    if len(points) < 2:
        return None
    places, values = zip(*points, strict=True)
    return statistics.linear_regression(places, values).slope


STATISTICS: dict[str, Callable[[list[float | None]], float | None]] = {
    "deviation": at_least(2, statistics.stdev),
    "leading_zeros": leading_zeros,
    "mean": at_least(1, statistics.fmean),
    "median": at_least(1, statistics.median),
    "slope": slope,
}
