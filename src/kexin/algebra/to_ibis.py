"""Formulas as Ibis expressions: the only place that knows an engine's language.

Sums, counts and products stay decimals and integers, so that their value does not
depend on the order of rows. Quotients are quotients of floats: decimals keep 9 digits
on Spark and 17 on DuckDB.
"""

from __future__ import annotations

import functools
import operator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import ibis

from kexin.algebra.dates import FESTIVAL_DAYS, next_midnight, spring_festivals
from kexin.algebra.nodes import (
    AsOf,
    Call,
    Choose,
    Coded,
    Column,
    Constant,
    IsIn,
    Operation,
    Statistic,
)
from kexin.algebra.reductions import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Function, Node, Operator, StatisticName
    from kexin.algebra.reductions import (
        Aggregate,
        AnyWindow,
        LongestGap,
        Reduction,
        Turns,
    )

    Leaf = Callable[[Any], ir.Value]


SHORT, LONG = 18, 38
"""Digits of a decimal that an engine keeps in eight bytes, and in sixteen."""


def exact(
    operate: Callable[[Any, Any], Any], digits: Callable[[Iterable[int]], int]
) -> Callable[[Any, Any], Any]:
    """Return an operator whose decimals have room for every digit of what it gives.

    Ibis 12 takes the type of the longer operand: a part that is put aside with it is
    rounded where two decimals are multiplied, and too narrow for a number of records
    that is added to a share; a float with a decimal is no decimal. Eighteen digits cost
    an engine no more than nine.

    Args:
        operate: Python's operator.
        digits: Digits after the point, from those of both operands.
    """

    def number(left: ir.NumericValue, right: ir.NumericValue) -> ir.NumericValue:
        value = operate(left, right)
        told = value.type()
        if not told.is_decimal():
            return value
        types = [left.type(), right.type()]
        if any(t.is_floating() for t in types):
            return value.cast("float64")
        scale = digits([t.scale if t.is_decimal() else 0 for t in types])
        room = max(told.precision, SHORT) if scale == told.scale else LONG
        return value.cast(f"decimal({room}, {scale})")

    return number


OPERATORS: dict[Operator, Callable[[Any, Any], Any]] = {
    "+": exact(operator.add, max),
    "-": exact(operator.sub, max),
    "*": exact(operator.mul, sum),
    "/": lambda left, right: left.cast("float64") / right.cast("float64").nullif(0),
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "and": operator.and_,
    "or": operator.or_,
}


def to_ibis(node: Node, leaf: Leaf) -> ir.Value:  # noqa: C901  (a case for each kind of node)
    """Return the Ibis value of a formula.

    Args:
        node: The formula.
        leaf: Gives the Ibis value of a leaf: a column, a reduction, a signal, a day
            that follows from the as-of date; and of a statistic the array of its items,
            so that the items are written once.
    """

    def value(part: Node) -> ir.Value:
        return to_ibis(part, leaf)

    match node:
        case Constant(value=constant):
            return ibis.null() if constant is None else ibis.literal(constant)
        case Operation(operator=op, left=left, right=right):
            return OPERATORS[op](value(left), value(right))
        case IsIn(item=item, values=values):
            return value(item).isin(values)
        case Coded(item=item, values=pairs, otherwise=otherwise):
            return value(item).cases(*pairs, else_=otherwise)
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return ibis.ifelse(value(condition), value(then), value(otherwise))
        case Call():
            return called(node, leaf)
        case Statistic(name=name):
            return STATISTICS[name](leaf(node))
    return leaf(node)


def called(call: Call, leaf: Leaf) -> ir.Value:
    """Return the Ibis value of a function."""
    items = [to_ibis(item, leaf) for item in call.items]
    if call.function in COUNTED_BACK:
        return COUNTED_BACK[call.function](items[0], leaf(AsOf()))
    return FUNCTIONS[call.function](*items)


def days_between(first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    """Return the days from one day to another."""
    return last.delta(first, unit="day")


def months_between(first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    """Return the months completed from one day to another (READINGS.md, A65)."""
    months = (last.year() - first.year()) * 12 + last.month() - first.month()
    ends_month = (last + ibis.interval(days=1)).day() == 1
    short = (first.day() > last.day()) & ~ends_month
    return months - short.cast("int32")


def days_to_month_end(day: ir.DateValue) -> ir.IntegerValue:
    """Return the days left of the month in which a day falls."""
    following = day.truncate("M") + ibis.interval(months=1)
    return following.cast("date").delta(day, unit="day") - 1


def festival_days(days: ir.NumericValue, as_of: ir.DateValue) -> ir.IntegerValue:
    """Return how many of the last days belong to festival weeks wholly in them."""
    weeks = days - days
    for first in spring_festivals():
        last = ibis.literal(first + timedelta(FESTIVAL_DAYS - 1))
        back = as_of.delta(ibis.literal(first), unit="day")
        weeks += ((last <= as_of) & (days > back)).cast("int64")
    return weeks * FESTIVAL_DAYS


def n_ln_n(number: ir.IntegerValue) -> ir.DecimalValue:
    """Return n ln n with 12 decimals; 0 of 0, as its limit is."""
    real = number.cast("float64")
    product = real * ibis.greatest(real, 1.0).ln()
    return product.cast("decimal(38, 12)")


def logarithm(value: ir.NumericValue) -> ir.FloatingValue:
    """Return the natural logarithm; absent where there is none."""
    known = value.cast("float64")
    return ibis.ifelse(known > 0.0, known, None).ln()


def square(amount: ir.DecimalValue) -> ir.DecimalValue:
    """Return an amount's square, exact up to 17 digits before the point.

    A product of two DECIMAL(18, 2) is DECIMAL(18, 4) on DuckDB 2 and overflows.
    """
    wide = amount.cast("decimal(38, 2)")
    return OPERATORS["*"](wide, wide)


def strictest(choose: Callable[..., ir.Value]) -> Callable[..., ir.Value]:
    """Return greatest or least as absent where any item is; SQL's leave it out."""

    def chosen(*items: ir.Value) -> ir.Value:
        known = functools.reduce(operator.and_, [item.notnull() for item in items])
        return ibis.ifelse(known, choose(*items), None)

    return chosen


FUNCTIONS: dict[Function, Callable[..., ir.Value]] = {
    "abs": lambda item: item.abs(),
    "coalesce": ibis.coalesce,
    "day": lambda moment: moment.date(),
    "days_between": days_between,
    "days_to_month_end": days_to_month_end,
    "greatest": strictest(ibis.greatest),
    "is_absent": lambda item: item.isnull(),
    "key": lambda *items: functools.reduce(lambda a, b: a + "\t" + b, items),
    "least": strictest(ibis.least),
    "ln": logarithm,
    "ln_1p": lambda item: logarithm(item.cast("float64") + 1.0),
    "month_of_year": lambda day: day.month(),
    "month_start": lambda day: day.truncate("M").cast("date"),
    "months_between": months_between,
    "n_ln_n": n_ln_n,
    "not": operator.invert,
    "prefix": lambda text, length: text.left(length),
    "square": square,
    "year": lambda day: day.year(),
}

COUNTED_BACK: dict[Function, Callable[[Any, Any], ir.Value]] = {
    "days_since": days_between,
    "festival_days": festival_days,
    "months_since": months_between,
}


def series(statistic: Statistic, leaf: Leaf) -> ir.ArrayValue:
    """Return the items of a statistic as an array of floats, in their order."""
    items = [to_ibis(item, leaf).cast("float64") for item in statistic.items]
    return ibis.array(items)


def present(items: ir.ArrayValue) -> ir.ArrayValue:
    """Return the items that are not absent."""
    return items.filter(lambda item: item.notnull())


def deviation(items: ir.ArrayValue) -> ir.FloatingValue:
    """Return the deviation of a sample, with n - 1."""
    squares = items.map(lambda item: (item - items.means()) ** 2).sums()
    freedom = present(items).length() - 1
    return (squares / ibis.ifelse(freedom > 0, freedom, None)).sqrt()


def slope(items: ir.ArrayValue) -> ir.FloatingValue:
    """Return the least-squares slope over the items' places 0, 1, ...

    An engine computes the middle again for each item, as often as there are items: so
    it is told by as little as can be.
    """
    places = items.map(lambda each, at: ibis.ifelse(each.notnull(), at, None))
    middle = places.means()
    joint = items.map(lambda item, place: (place - middle) * item).sums()
    own = places.map(lambda place: (place - middle) ** 2).sums()
    return joint / own.nullif(0.0)


def median(items: ir.ArrayValue) -> ir.FloatingValue:
    """Return the middle item, or the mean of the two in the middle."""
    ordered = present(items).sort()
    last = ordered.length() - 1
    # Spark takes a place in an array as a short integer only.
    middle = [(last // 2).cast("int32"), ((last + 1) // 2).cast("int32")]
    both = (ordered[middle[0]] + ordered[middle[1]]) / 2.0
    return ibis.ifelse(last >= 0, both, None)


def leading_zeros(items: ir.ArrayValue) -> ir.IntegerValue:
    """Return how many items are zero before the first that is not, or is absent."""
    first = items.map(lambda item: (item != 0.0).cast("int8").fill_null(1)).index(1)
    return ibis.ifelse(first >= 0, first, items.length())


STATISTICS: dict[StatisticName, Callable[[Any], ir.NumericValue]] = {
    "deviation": deviation,
    "leading_zeros": leading_zeros,
    "max": lambda items: present(items).maxs(),
    "mean": lambda items: items.means(),
    "median": median,
    "slope": slope,
}


def visible(table: ir.Table, as_of: date) -> ir.Table:
    """Keep the versions that stood at the end of a day (READINGS.md, A02)."""
    midnight = ibis.literal(next_midnight(as_of))
    return table.filter(
        table.known_at < midnight,
        table.superseded_at.isnull() | (table.superseded_at >= midnight),
    )


def spanned(window: AnyWindow) -> Span:
    """Return a window that is a span.

    Raises:
        TypeError: It is none: the formula was not resolved.
    """
    if isinstance(window, Span):
        return window
    raise TypeError(window)


def within(reduction: Aggregate | LongestGap | Turns, leaf: Leaf) -> ir.BooleanValue:
    """Whether a record's day lies in a reduction's span and its condition holds.

    Args:
        reduction: The reduction.
        leaf: Gives a record's columns, and the days that follow from the as-of date.
    """
    on = getattr(reduction, "on", None) or Column(reduction.source, "event_date")
    where = getattr(reduction, "where", None)
    span = spanned(reduction.window)
    rows = [] if where is None else [to_ibis(where, leaf)]
    if span.until is not None:
        rows.append(to_ibis(on, leaf) <= leaf(span.until))
    if span.after is not None:
        rows.append(to_ibis(on, leaf) > leaf(span.after))
    return functools.reduce(operator.and_, rows, ibis.literal(True))  # noqa: FBT003


def reduce(aggregate: Aggregate, leaf: Leaf) -> ir.Value:
    """Return the Ibis reduction, for use in a group by.

    The aggregate's window must be a span: see `kexin.algebra.resolve`. None that counts
    values that differ: see `kexin.panel.records.distinct`.
    """
    value = to_ibis(aggregate.of, leaf)
    if aggregate.reduction in ORDERED:
        return at_an_end(aggregate, value, leaf)
    return UNORDERED[aggregate.reduction](counted(value, within(aggregate, leaf)))


def counted(value: ir.Value, rows: ir.BooleanValue) -> ir.Value:
    """Return a value where it counts, for a reduction that leaves out what is absent.

    DuckDB takes half the time that it takes with a FILTER: for each of those it selects
    the rows of all columns that the query reduces.
    """
    return ibis.ifelse(rows, value, None)


ORDERED = frozenset({"latest", "earliest"})
"""Reductions that read one record alone, the last or the first in their order."""


UNORDERED: dict[Reduction, Callable[[Any], ir.Value]] = {
    "sum": lambda value: value.sum().fill_null(0),
    "count": lambda value: value.count(),
    "min": lambda value: value.min(),
    "max": lambda value: value.max(),
    "median": lambda value: value.median(),
}


def at_an_end(aggregate: Aggregate, value: ir.Column, leaf: Leaf) -> ir.Value:
    """Return a value of the last record or the first, even where it is absent."""
    columns = ("event_date", "known_at", "row_id")
    order = [leaf(Column(aggregate.source, name)) for name in columns]
    chosen = value.last if aggregate.reduction == "latest" else value.first
    rows = within(aggregate, leaf)
    return chosen(where=rows, order_by=order, include_null=True)
