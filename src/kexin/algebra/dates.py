"""Calendar months and the Spring Festival, computed here, so that no engine does it.

A day is a `datetime.date` in Asia/Shanghai. A window over event dates is half-open: it
leaves out its first day and holds its last. Months are calendar months, the day clipped
to the month's length (READINGS.md, section 1).
"""

from __future__ import annotations

import calendar
import csv
import functools
from collections import Counter
from datetime import date, datetime, time, timedelta
from importlib import resources

FESTIVAL_DAYS = 7
"""Length of the festival week from its first day (READINGS.md, A32)."""

SPELL_DAYS, SPELL_BEFORE = 15, 3
"""Length of the festival spell, and its days before the festival (section 6)."""


def months_before(day: date, months: int) -> date:
    """Return the day `months` calendar months earlier, clipped to the month's length.

    Examples:
        >>> months_before(date(2026, 3, 31), 1)
        datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))


def month_start(day: date) -> date:
    """Return the first day of the month in which a day falls."""
    return day.replace(day=1)


def is_month_end(day: date) -> bool:
    """Whether a day is the last of its month."""
    return (day + timedelta(1)).day == 1


def last_closed_month(as_of: date, lag_days: int = 0) -> date:
    """Return the first day of the latest month whose last day + `lag_days` has come.

    A month is closed on its last day, at its end (READINGS.md, A01c).

    Examples:
        >>> last_closed_month(date(2020, 1, 31))
        datetime.date(2020, 1, 1)
        >>> last_closed_month(date(2020, 1, 31), lag_days=3)
        datetime.date(2019, 12, 1)
    """
    following = month_start(as_of - timedelta(lag_days) + timedelta(1))
    return months_before(following, 1)


def last_closed_quarter(as_of: date, lag_days: int = 0) -> date:
    """Return the first day of the last month of the latest quarter that is closed.

    Examples:
        >>> last_closed_quarter(date(2020, 5, 31))
        datetime.date(2020, 3, 1)
    """
    month = last_closed_month(as_of, lag_days)
    return months_before(month, month.month % 3)


def next_midnight(as_of: date) -> datetime:
    """Return the end of a day: what is known before it is known on that day (A02)."""
    return datetime.combine(as_of + timedelta(1), time.min)


@functools.cache
def spell_factors() -> tuple[tuple[date, float], ...]:
    """Return what amounts of months with festival days are to be multiplied by.

    The festival spell is 15 days from the third day before the Spring Festival; a month
    of d days, f of them in the spell, counts d / (d - f) times (READINGS.md, section
    6). Months without such days are left out.

    Examples:
        >>> dict(spell_factors())[date(2022, 2, 1)]
        1.75
    """
    days = [
        first + timedelta(place)
        for first in spring_festivals()
        for place in range(-SPELL_BEFORE, SPELL_DAYS - SPELL_BEFORE)
    ]
    inside = Counter(map(month_start, days))
    lengths = {m: calendar.monthrange(m.year, m.month)[1] for m in inside}
    return tuple((m, lengths[m] / (lengths[m] - inside[m])) for m in sorted(inside))


@functools.cache
def spring_festivals() -> tuple[date, ...]:
    """Return the first day of each Spring Festival in the package's calendar.

    Source:
        `ref_calendar.csv`, after GB/T 33661-2017 (calculation of the Chinese calendar).
    """
    text = resources.files("kexin.algebra").joinpath("ref_calendar.csv").read_text()
    return tuple(
        date.fromisoformat(row["date"])
        for row in csv.DictReader(text.splitlines())
        if row["kind"] == "spring_festival"
    )
