"""Every word of a formula in plain Python: operators, functions, statistics.

Nothing here is shared with the compiler but `months_before` and the calendar of
festivals. Sums stay decimals and integers; a quotient makes floats. Absence is None.
"""

from __future__ import annotations

import math
import statistics
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kexin.algebra.dates import months_before, spring_festivals
from kexin.algebra.nodes import (
    AsOf,
    Call,
    Choose,
    ClosedMonth,
    Coded,
    Constant,
    IsIn,
    Operation,
    Statistic,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kexin.algebra.nodes import Moment, Node

Result = Any  # a number, a text, a day, a truth value, or None

ONE_DAY = timedelta(1)
QUARTER_ENDS = {3, 6, 9, 12}


def evaluate(  # noqa: C901, PLR0911  (a case for each kind of node)
    node: Node, leaf: Callable[[Any], Result], as_of: date | None
) -> Result:
    """What a formula gives, where `leaf` knows what its leaves give.

    Args:
        node: The formula.
        leaf: Gives the value of a column or of a reduction.
        as_of: The day at which one stands; None where there is none, in a view.
    """

    def value(part: Node) -> Result:
        return evaluate(part, leaf, as_of)

    match node:
        case Constant(value=constant):
            return constant
        case AsOf() | ClosedMonth():
            return day_of(node, as_of)
        case Operation(operator="and" | "or" as op, left=left, right=right):
            return logic(op, value(left), value(right))
        case Operation(operator=op, left=left, right=right):
            return arithmetic(op, value(left), value(right))
        case IsIn(item=item, values=values):
            found = value(item)
            return None if found is None else found in values
        case Coded(item=item, values=pairs, otherwise=otherwise):
            return dict(pairs).get(value(item), otherwise)
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return value(then if value(condition) is True else otherwise)
        case Call(function=function, items=items):
            return call(function, [value(item) for item in items], as_of)
        case Statistic(name=name, items=items):
            found = [value(item) for item in items]
            return STATISTICS[name]([None if v is None else float(v) for v in found])
    return leaf(node)


def day_of(moment: Moment, as_of: date | None) -> date:
    """The day that a moment is (A01c: a month is closed on its last day)."""
    assert as_of is not None, "a view knows no as-of date"
    if isinstance(moment, AsOf):
        return months_before(as_of, moment.months) + timedelta(moment.days)
    end = as_of
    while not is_closed_month_end(end, moment, as_of):
        end -= ONE_DAY
    return month_end(months_before(end.replace(day=1), moment.back))


def is_closed_month_end(day: date, moment: ClosedMonth, as_of: date) -> bool:
    """Whether a day is the last of a month, or of a quarter, that counts as closed."""
    return (
        month_end(day) == day
        and day + timedelta(moment.lag_days) <= as_of
        and (day.month in QUARTER_ENDS or not moment.quarterly)
    )


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
    if isinstance(left, datetime) or isinstance(right, datetime):
        left, right = moment_of(left), moment_of(right)
    return OPERATORS[op](left, right)


def moment_of(day: date) -> datetime:
    """A moment as it is; a day from its beginning."""
    return day if isinstance(day, datetime) else datetime.combine(day, time())


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def call(function: str, items: list[Result], as_of: date | None) -> Result:
    if function == "is_absent":
        return items[0] is None
    if function == "coalesce":
        return next((item for item in items if item is not None), None)
    if any(item is None for item in items):
        return None
    if function in COUNTED_BACK:
        assert as_of is not None, "a view knows no as-of date"
        return COUNTED_BACK[function](items[0], as_of)
    return FUNCTIONS[function](*items)


def plain_day(day: date) -> date:
    """A day as it is; of a moment, its day."""
    return day.date() if isinstance(day, datetime) else day


def days_between(first: date, last: date) -> int:
    return (plain_day(last) - plain_day(first)).days


def months_between(first: date, last: date) -> int:
    """The greatest n with first + n months <= last (A65)."""
    days = days_between(first, last)
    months = max(days // 28, days // 31) + 1
    while months_before(plain_day(first), -months) > plain_day(last):
        months -= 1
    return months


def month_end(day: date) -> date:
    """The last day of the month in which a day falls."""
    return months_before(day.replace(day=1), -1) - ONE_DAY


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
    "days_since": days_between,
    "festival_days": last_festival_days,
    "months_since": months_between,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "day": lambda moment: moment.date(),
    "days_between": days_between,
    "days_to_month_end": lambda day: (month_end(day) - day).days,
    "greatest": max,
    "key": lambda *texts: "\t".join(texts),
    "least": min,
    "ln": lambda item: math.log(item) if item > 0 else None,
    "ln_1p": lambda item: math.log1p(item) if item > -1 else None,
    "month_of_year": lambda day: day.month,
    "month_start": lambda day: plain_day(day).replace(day=1),
    "months_between": months_between,
    "n_ln_n": lambda item: round(Decimal(item * math.log(item)), 12) if item else 0,
    "not": lambda item: not item,
    "prefix": lambda text, length: text[:length],
    "square": lambda item: item * item,
    "year": lambda day: day.year,
}


def sum_of(values: list[Any]) -> Any:
    """The sum, exact but for floats."""
    if any(isinstance(value, float) for value in values):
        return math.fsum(values)
    return sum(values, Decimal(0))


REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum_of,
    "count": len,
    "distinct": lambda values: len(set(values)),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "median": lambda values: statistics.median(values) if values else None,
}
"""How values become one; those that are absent are left out before."""


def reduced(reduction: str, values: Iterable[Result]) -> Result:
    """Values that are there, as one."""
    return REDUCTIONS[reduction]([value for value in values if value is not None])


def at_least(few: int, statistic: Callable[[list[float]], float]) -> Any:
    """A statistic that is absent of fewer items than it needs."""

    def found(items: list[float | None]) -> float | None:
        known = [item for item in items if item is not None]
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
    "max": at_least(1, max),
    "mean": at_least(1, statistics.fmean),
    "median": at_least(1, statistics.median),
    "slope": slope,
}
