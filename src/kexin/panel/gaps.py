"""The longest stretch without an event, the Spring Festival week taken off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.dates import FESTIVAL_DAYS, spring_festivals
from kexin.algebra.to_ibis import spanned, to_ibis, within

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import LongestGap, Span


def longest_gaps(gap: LongestGap, seen: ir.Table, place: str) -> ir.Table:
    """Return one row a firm with an event in the window: the gap in days, as `place`.

    Args:
        gap: The declared gap; its window must be a span.
        seen: Visible records of the gap's table.
        place: Name of the column for the result.
    """
    span = spanned(gap.window)
    rows = seen.filter(within(seen, gap))
    day = to_ibis(gap.of, lambda column: rows[column.name])
    days = rows.select("firm_key", day=day).distinct()
    order = ibis.window(group_by=days.firm_key, order_by=days.day)
    pairs = days.mutate(before=days.day.lag().over(order))
    between = pairs.day.delta(pairs.before, unit="day")
    stretch = between - FESTIVAL_DAYS * weeks_between(pairs.before, pairs.day, span)
    firms = (
        pairs.mutate(stretch=stretch)
        .group_by("firm_key")
        .agg(longest=lambda t: t.stretch.max(), last=lambda t: t.day.max())
    )
    end = ibis.literal(span.until)
    open_days = end.delta(firms.last, unit="day")
    # The window's last day is itself a day without an event, so a week may end on it.
    after_end = ibis.literal(span.until + timedelta(1))
    open_stretch = open_days - FESTIVAL_DAYS * weeks_between(
        firms.last, after_end, span
    )
    longest = ibis.greatest(firms.longest.fill_null(0), open_stretch)
    return firms.select("firm_key", **{place: longest})


def weeks_between(before: ir.DateValue, after: ir.DateValue, span: Span) -> ir.Value:
    """Return how many festival weeks lie wholly between two days, both left out."""
    weeks: ir.Value = ibis.literal(0)
    for first in festivals_in(span):
        last = first + timedelta(FESTIVAL_DAYS - 1)
        inside = (before < first) & (after > last)
        weeks = weeks + ibis.ifelse(inside, 1, 0)
    return weeks


def festivals_in(span: Span) -> list[date]:
    """Return the first days of the festivals that could lie in a span."""
    return [
        first
        for first in spring_festivals()
        if first <= span.until and (span.after is None or first > span.after)
    ]
