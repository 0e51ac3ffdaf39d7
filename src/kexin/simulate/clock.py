"""The city's time: months by their place, working days, and when a register begins.

Month 0 is July 2016. The first 30 months only let health, distress and trade settle;
what happens from January 2019 on is delivered (SIMULATOR.md section 2).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from kexin.algebra.dates import spring_festivals

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Ints


FIRST_MONTH = np.datetime64("2016-07", "M")
MONTHS = 124
BURN_IN = 30
FIRST_YEAR, LAST_YEAR = 2019, 2026
HISTORY = FIRST_YEAR - 1
"""Stands for all years before the first that is delivered."""

YEARS = tuple(range(HISTORY, LAST_YEAR + 1))
FIRST_DAY = np.datetime64("2019-01-01", "D")
LAST_DAY = np.datetime64("2026-10-31", "D")

NATIONAL_WEEK = tuple(f"10-0{day}" for day in range(1, 8))
FIXED_HOLIDAYS = ("01-01", "04-05", "05-01", "05-02", "05-03", *NATIONAL_WEEK)
FESTIVAL_HOLIDAYS = range(-1, 6)
"""Days off around the first day of the Spring Festival: its eve and six more."""


def first_day(month: Ints | int) -> Days:
    """Return the first day of months."""
    return (FIRST_MONTH + np.asarray(month)).astype("datetime64[D]")


def last_day(month: Ints | int) -> Days:
    """Return the last day of months."""
    return first_day(np.asarray(month) + 1) - 1


def month_of(day: Days) -> Ints:
    """Return the places of the months in which days fall."""
    return (day.astype("datetime64[M]") - FIRST_MONTH).astype(np.int64)


def year_of(month: Ints | int) -> Ints:
    """Return the calendar years of months."""
    return (2016 * 12 + 6 + np.asarray(month, np.int64)) // 12


def number_of(month: Ints | int) -> Ints:
    """Return the numbers of months in their years, 1 to 12."""
    return (2016 * 12 + 6 + np.asarray(month, np.int64)) % 12 + 1


def months_of(year: int) -> Ints:
    """Return the months of a year that the city lives through.

    Examples:
        >>> months_of(2019)[[0, -1]].tolist()
        [30, 41]
        >>> len(months_of(2026))
        10
    """
    every = np.arange(MONTHS)
    return every[year_of(every) == year]


@functools.cache
def holidays() -> Days:
    """Return the public holidays, weekends left out.

    Days in lieu and make-up working days, which are announced year by year, are not
    known here; a deadline may be a day off for them.
    """
    years = range(2016, LAST_YEAR + 2)
    fixed = [f"{year}-{day}" for year in years for day in FIXED_HOLIDAYS]
    feasts = [
        np.datetime64(feast, "D") + shift
        for feast in spring_festivals()
        for shift in FESTIVAL_HOLIDAYS
    ]
    return np.unique(np.array([*fixed, *feasts], "datetime64[D]"))


def working_day(day: Days) -> Days:
    """Return each day, or the next working day where it is a day off."""
    return np.busday_offset(day, 0, roll="forward", holidays=holidays())


def due_day(month: Ints | int, day: int) -> Days:
    """Return a deadline on a day of months, moved where it falls on a day off."""
    return working_day(first_day(month) + (day - 1))


def delivery_year(day: Days) -> Ints:
    """Return the years in which days are delivered: `HISTORY` for all before the first.

    Examples:
        >>> delivery_year(np.array(["2011-05-06", "2020-01-01"], "datetime64[D]"))
        array([2018, 2020])
    """
    return np.maximum(day.astype("datetime64[Y]").astype(int) + 1970, HISTORY)
