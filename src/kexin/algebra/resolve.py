"""A reduction on a day: its windows become spans between days that follow from it.

After this step an engine compares days and never calculates with them.

Which month is the first of a series may differ from firm to firm: a month whose silence
is not yet known counts only for firms that have a record in it. Such a reduction is
resolved once for each month that may be the first, and the firm's own records choose.
The same months under another count are the same span, so they are computed once.
"""

from __future__ import annotations

import dataclasses
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from kexin.algebra.dates import last_closed_month, last_closed_quarter, months_before
from kexin.algebra.nodes import (
    AsOf,
    Choose,
    ClosedMonth,
    Column,
    Node,
    Operation,
    source_of,
    walk,
)
from kexin.algebra.reductions import (
    ALL_REDUCTIONS,
    Aggregate,
    LongestGap,
    Months,
    Span,
    Turns,
    Window,
)
from kexin.errors import DeclarationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from kexin.algebra.nodes import Moment
    from kexin.algebra.reductions import AnyReduction, AnyWindow, MonthSeries

    Change = Callable[[Node], Node]

SHORTEST_MONTH = 28

WINDOWED = (Aggregate, LongestGap, Turns)


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


def resolve(reduction: AnyReduction) -> Node:
    """Return a reduction over spans, or a choice between possible first months."""
    series = series_of(reduction)
    if series is None:
        return with_spans(reduction, ClosedMonth())
    by_month = chosen(reduction, series, step=1)
    if series.quarterly is None:
        return by_month
    return Choose(
        resolved(series.quarterly), chosen(reduction, series, step=3), by_month
    )


def resolved(node: Node) -> Node:
    """Return a firm formula with each of its reductions resolved."""
    if isinstance(node, ALL_REDUCTIONS):
        return resolve(node)
    return rebuilt(node, resolved)


def chosen(reduction: AnyReduction, series: MonthSeries, step: int) -> Node:
    """Return a reduction for each month that may be the first, the newest seen first.

    Args:
        reduction: The reduction.
        series: Whose months it counts.
        step: Months of a report: 1, or 3.
    """
    oldest = ClosedMonth(0, series.lag_days, quarterly=step > 1)
    newest = newest_seen(series, oldest)
    formula: Node = with_spans(reduction, oldest)
    for months in range(step, step * late(series, step) + 1, step):
        before, first = moved(oldest, months - step), moved(oldest, months)
        has_record = Operation(">", newest, before)
        formula = Choose(has_record, with_spans(reduction, first), formula)
    return formula


def late(series: MonthSeries, step: int) -> int:
    """Return how many reports at most are closed whose silence is not yet known."""
    return math.ceil(series.lag_days / (SHORTEST_MONTH * step))


def moved(month: ClosedMonth, forward: int) -> ClosedMonth:
    """Return the month some months later."""
    return dataclasses.replace(month, back=month.back - forward)


def newest_seen(series: MonthSeries, oldest: ClosedMonth) -> Aggregate:
    """Return the latest day of the series after `oldest`, in months that are closed."""
    event_date = Column(source_of(series.where), "event_date")
    closed = Span(oldest, ClosedMonth(quarterly=oldest.quarterly))
    return Aggregate("max", event_date, closed, series.where)


def series_of(reduction: AnyReduction) -> MonthSeries | None:
    """Return the series whose months a reduction counts; None if it counts none.

    Raises:
        DeclarationError: It counts the months of two series.
    """
    found = {
        part.window.series
        for part in walk(reduction)
        if isinstance(part, WINDOWED)
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


def with_spans(node: Node, first: ClosedMonth) -> Node:
    """Return a reduction with each window as a span, month 1 being `first`."""
    node = rebuilt(node, lambda part: with_spans(part, first))
    if isinstance(node, WINDOWED):
        return dataclasses.replace(node, window=span(node.window, first))
    return node


def span(window: AnyWindow, first: ClosedMonth) -> Span:
    """Return a window as a span.

    Examples:
        >>> str(span(Window(12), ClosedMonth()))
        '(as_of - 12m, as_of]'
    """
    match window:
        case Window(months=months, ending=ending):
            after = AsOf(ending + months) if months else None
            return Span(after, AsOf(ending))
        case Months(first=latest, last=earliest):
            return Span(moved(first, -earliest), moved(first, 1 - latest))
    return window


def moments(node: Node) -> Iterator[Moment]:
    """Yield the days on which a resolved formula stands, those of its spans too."""
    for part in walk(node):
        if isinstance(part, AsOf | ClosedMonth):
            yield part
        if isinstance(part, WINDOWED) and isinstance(part.window, Span):
            yield from filter(None, (part.window.after, part.window.until))


def on_day(moment: Moment, as_of: date) -> date:
    """Return the day that a moment is for an as-of date.

    Examples:
        >>> from datetime import date
        >>> on_day(AsOf(1), date(2026, 3, 31))
        datetime.date(2026, 2, 28)
    """
    match moment:
        case AsOf(months=months, days=days):
            return months_before(as_of, months) + timedelta(days)
        case ClosedMonth(back=back, lag_days=lag_days, quarterly=quarterly):
            closed = last_closed_quarter if quarterly else last_closed_month
            following = months_before(closed(as_of, lag_days), back - 1)
            return following - timedelta(1)
