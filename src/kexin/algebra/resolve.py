"""A reduction on a day: its windows become spans of dates.

After this step an engine compares dates and never calculates with them.

Which month is the first of a series may differ from firm to firm: a month whose silence
is not yet known counts only for firms that have a record in it. Such a reduction is
resolved once for each month that may be the first, and the firm's own records choose.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from kexin.algebra.dates import last_closed_month, month_span, months_before
from kexin.algebra.nodes import (
    Aggregate,
    Call,
    Choose,
    Column,
    Constant,
    LongestGap,
    Months,
    Node,
    Operation,
    Span,
    Window,
    table_of,
    walk,
)
from kexin.errors import DeclarationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from kexin.algebra.nodes import AnyReduction, AnyWindow, MonthSeries

    Change = Callable[[Node], Node]


def rebuilt(node: Node, change: Change) -> Node:
    """Return a node with each of its parts replaced by what `change` makes of it."""
    changes = {
        field.name: changed(getattr(node, field.name), change)
        for field in dataclasses.fields(node)
        if field.init and contains_node(getattr(node, field.name))
    }
    return dataclasses.replace(node, **changes) if changes else node


def contains_node(value: object) -> bool:
    """Whether a field of a node holds parts of the formula."""
    if isinstance(value, tuple):
        return any(isinstance(item, Node) for item in value)
    return isinstance(value, Node)


def changed(value: Node | tuple[Node, ...], change: Change) -> Node | tuple[Node, ...]:
    """Return one part, or each of several, changed."""
    return change(value) if isinstance(value, Node) else tuple(map(change, value))


def resolve(reduction: AnyReduction, as_of: date) -> Node:
    """Return a reduction on a day: over spans, or a choice of possible first months."""
    series = series_of(reduction)
    if series is None:
        return with_spans(reduction, as_of, last_closed_month(as_of))
    newest = last_closed_month(as_of)
    oldest = last_closed_month(as_of, series.lag_days)
    first = newest_month_seen(series, oldest, newest)
    formula: Node = with_spans(reduction, as_of, oldest)
    for month in months_between(oldest, newest):
        later = with_spans(reduction, as_of, month)
        formula = Choose(Operation(">=", first, Constant(month)), later, formula)
    return formula


def months_between(oldest: date, newest: date) -> list[date]:
    """Return the first days of the months after `oldest` up to `newest`, in order."""
    months = []
    month = newest
    while month > oldest:
        months.append(month)
        month = months_before(month, 1)
    return months[::-1]


def newest_month_seen(series: MonthSeries, oldest: date, newest: date) -> Aggregate:
    """Return the latest month after `oldest` in which the series has a record."""
    event_date = Column(table_of(series.where), "event_date")
    span = Span(month_span(oldest, 1, 1)[1], month_span(newest, 1, 1)[1])
    return Aggregate("max", Call("month_start", (event_date,)), span, series.where)


def series_of(reduction: AnyReduction) -> MonthSeries | None:
    """Return the series whose months a reduction counts; None if it counts none.

    Raises:
        DeclarationError: It counts the months of two series.
    """
    found = {
        part.window.series
        for part in walk(reduction)
        if isinstance(part, Aggregate | LongestGap)
        and isinstance(part.window, Months)
        and part.window.series
    }
    if len(found) > 1:
        raise DeclarationError(
            Text(
                "一个归约用了两个月度序列", "one reduction counts months of two series"
            ),
            where=repr(reduction),
            expected=Text("同一个月度序列", "one series of months"),
            do=Text("请拆成两个归约", "write it as two reductions"),
        )
    return next(iter(found), None)


def with_spans(node: Node, as_of: date, first_month: date) -> Node:
    """Return a reduction with each window as a span, month 1 being `first_month`."""
    node = rebuilt(node, lambda part: with_spans(part, as_of, first_month))
    if isinstance(node, Aggregate | LongestGap):
        return dataclasses.replace(node, window=span(node.window, as_of, first_month))
    return node


def span(window: AnyWindow, as_of: date, first_month: date) -> Span:
    """Return the days of a window on a day.

    Examples:
        >>> from datetime import date
        >>> str(span(Window(12), date(2026, 3, 31), date(2026, 3, 1)))
        '(2025-03-31, 2026-03-31]'
    """
    match window:
        case Window(months=months, ending=ending):
            until = months_before(as_of, ending)
            after = months_before(as_of, ending + months) if months else None
            return Span(after, until)
        case Months(first=first, last=last):
            return Span(*month_span(first_month, first, last))
    return window
