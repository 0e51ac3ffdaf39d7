"""The longest stretch without an event, the Spring Festival week taken off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.dates import FESTIVAL_DAYS, spring_festivals
from kexin.algebra.resolve import on_day
from kexin.algebra.to_ibis import spanned, to_ibis, within
from kexin.panel.days import KEYS, record_leaf

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.reductions import LongestGap, Span
    from kexin.panel.days import Days


def longest_gaps(gap: LongestGap, seen: ir.Table, known: Days, place: str) -> ir.Table:
    """Return observations with an event in the window: the gap in days, as `place`.

    Args:
        gap: The declared gap; its window must be a span.
        seen: Records, each on the days on which it stood.
        known: Those days.
        place: Name of the column for the result.

    Raises:
        TypeError: The window has no end.
    """
    window = spanned(gap.window)
    if window.until is None:
        raise TypeError(window)
    leaf = record_leaf(seen, known)
    end = known.names[window.until]
    rows = seen.filter(within(gap, leaf))
    day = to_ibis(gap.of, record_leaf(rows, known))
    found = rows.select(*KEYS, day=day, end=rows[end]).distinct()
    order = ibis.window(group_by=[*KEYS], order_by=found.day)
    pairs = found.mutate(before=found.day.lag().over(order))
    weeks = festivals_in(window, known)
    between = pairs.day.delta(pairs.before, unit="day")
    stretch = between - FESTIVAL_DAYS * weeks_between(pairs.before, pairs.day, weeks)
    firms = (
        pairs.mutate(stretch=stretch)
        .group_by(*KEYS, "end")
        .agg(longest=lambda t: t.stretch.max(), last=lambda t: t.day.max())
    )
    open_days = firms.end.delta(firms.last, unit="day")
    # The window's last day is itself a day without an event, so a week may end on it.
    after_end = (firms.end + ibis.interval(days=1)).cast("date")
    open_weeks = weeks_between(firms.last, after_end, weeks)
    open_stretch = open_days - FESTIVAL_DAYS * open_weeks
    longest = ibis.greatest(firms.longest.fill_null(0), open_stretch)
    return firms.select(*KEYS, **{place: longest})


def weeks_between(
    before: ir.DateValue, after: ir.DateValue, weeks: list[date]
) -> ir.Value:
    """Return how many festival weeks lie wholly between two days, both left out."""
    number: ir.Value = ibis.literal(0)
    for first in weeks:
        last = first + timedelta(FESTIVAL_DAYS - 1)
        inside = (before < first) & (after > last)
        number = number + ibis.ifelse(inside, 1, 0)
    return number


def festivals_in(window: Span, known: Days) -> list[date]:
    """Return the first days of the festivals that could lie in a window."""
    if window.until is None or window.after is None:
        return list(spring_festivals())
    earliest = on_day(window.after, known.as_ofs[0])
    latest = on_day(window.until, known.as_ofs[-1])
    return [first for first in spring_festivals() if earliest < first <= latest]
