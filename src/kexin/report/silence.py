"""Sources that fell silent: months without records, and an end that came too early."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

from kexin.algebra.dates import month_start, months_before
from kexin.language import Text
from kexin.report import limits
from kexin.report.finding import Finding
from kexin.report.measured import MONTHS, month_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kexin.registers.contract import Table
    from kexin.report.finding import Seen
    from kexin.report.numbers import Counts, Stream

DENSE = 10
"""Months of twelve that must have records before an empty one is missed."""


def silences(seen: Seen, received: date) -> Iterator[Finding]:
    """Yield the sources with an empty month of late, or that end too early."""
    for stream in seen.now.streams:
        yield from gaps(seen, stream)
        yield from ended(seen, stream, received)


def gaps(seen: Seen, stream: Stream) -> Iterator[Finding]:
    """Yield the months of the last year without records, where a month has many."""
    last = place(max(stream.months))
    for month in empty_months(stream.months):
        usual = usual_rows(stream.months, place(month) - 1)
        if place(month) < last - MONTHS or usual < limits.empty_month.value:
            continue
        yield Finding(
            limits.empty_month,
            seen.now.table,
            month,
            0,
            usual,
            usual / limits.empty_month.value,
            Text(
                f"{seen.name.zh}：来源{stream.source}在{month}没有记录，"
                f"此前每月中位数{usual:,.0f}条",
                f"{seen.name.en}: {stream.source} has no record of {month}, where the "
                f"months before had {usual:,.0f} in the median",
            ),
        )


def ended(seen: Seen, stream: Stream, received: date) -> Iterator[Finding]:
    """Yield a source whose newest event is old, where a month has many.

    A delivery of history, all of whose days of knowing are reconstructed, ends where
    it does.
    """
    newest = waited_from(stream.newest, seen.contract)
    days = (received - newest).days
    expected = seen.contract.lag_days + int(limits.stale.value)
    usual = usual_rows(stream.months, place(max(stream.months)))
    told = seen.now.lags
    history_only = told.reconstructed > 0 and told.measured == 0
    if days <= expected or usual < limits.empty_month.value or history_only:
        return
    yield Finding(
        limits.stale,
        seen.now.table,
        stream.source,
        days,
        expected,
        days / expected,
        Text(
            f"{seen.name.zh}：来源{stream.source}最新事件为{newest}，"
            f"早于接收日{days}天，应不超过{expected}天",
            f"{seen.name.en}: the newest event of {stream.source} is of "
            f"{newest}, {days} days before receipt, where {expected} are "
            "expected at most",
        ),
    )


def waited_from(newest: str, contract: type[Table]) -> date:
    """Return the day from which the next record is waited for.

    A record of a month stands for all of it (READINGS.md, A01).
    """
    day = date.fromisoformat(newest)
    if not contract.fields()[contract.event].monthly:
        return day
    return months_before(month_start(day), -1) - timedelta(1)


def empty_months(months: Iterable[str]) -> list[str]:
    """Return the months without records between the first and the last with some.

    Examples:
        >>> empty_months(["2019-11", "2020-02"])
        ['2019-12', '2020-01']
    """
    there = {place(month) for month in months}
    span = range(min(there, default=0), max(there, default=0))
    return [month_named(month) for month in span if month not in there]


def usual_rows(months: Counts, last: int) -> float:
    """Return the median rows of twelve months up to one; 0 where too many are empty."""
    rows = [months.get(month_named(m), 0) for m in range(last - MONTHS + 1, last + 1)]
    filled = sum(1 for each in rows if each)
    return float(median(rows)) if filled >= DENSE else 0.0


def place(month: str) -> int:
    """Return a month as its number from the year 0.

    Examples:
        >>> place("2020-02") - place("2019-12")
        2
    """
    year, _, number = month.partition("-")
    return int(year) * MONTHS + int(number) - 1
