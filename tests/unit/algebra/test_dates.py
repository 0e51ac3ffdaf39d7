from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kexin.algebra.dates import (
    is_month_end,
    last_closed_month,
    last_closed_quarter,
    month_start,
    months_before,
    next_midnight,
    spell_factors,
    spring_festivals,
)

day = date.fromisoformat


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-03-31", 0, "2026-03-31"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2020-02-29", 12, "2019-02-28"),
        ("2020-02-29", 48, "2016-02-29"),
        ("2019-12-31", 1, "2019-11-30"),
        ("2020-01-15", 1, "2019-12-15"),
        ("2020-01-01", 13, "2018-12-01"),
        ("2020-01-31", -1, "2020-02-29"),
        ("2019-12-31", -2, "2020-02-29"),
    ],
)
def test_months_are_calendar_months_clipped_to_their_length(
    start: str, months: int, expected: str
) -> None:
    assert months_before(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("as_of", "lag", "expected"),
    [
        ("2020-01-30", 0, "2019-12-01"),
        ("2020-01-31", 0, "2020-01-01"),
        ("2020-02-28", 0, "2020-01-01"),
        ("2020-02-29", 0, "2020-02-01"),
        ("2020-02-02", 3, "2019-12-01"),
        ("2020-02-03", 3, "2020-01-01"),
        ("2020-02-25", 26, "2019-12-01"),
        ("2020-02-26", 26, "2020-01-01"),
        ("2020-03-05", 35, "2019-12-01"),
        ("2020-03-06", 35, "2020-01-01"),
    ],
)
def test_a_month_is_closed_on_its_last_day_and_known_its_lag_later(
    as_of: str, lag: int, expected: str
) -> None:
    assert last_closed_month(day(as_of), lag) == day(expected)


@pytest.mark.parametrize(
    ("as_of", "lag", "expected"),
    [
        ("2020-03-30", 0, "2019-12-01"),
        ("2020-03-31", 0, "2020-03-01"),
        ("2020-04-25", 26, "2019-12-01"),
        ("2020-04-26", 26, "2020-03-01"),
        ("2020-12-31", 0, "2020-12-01"),
        ("2021-01-25", 26, "2020-09-01"),
    ],
)
def test_a_quarter_is_closed_with_its_last_month(
    as_of: str, lag: int, expected: str
) -> None:
    assert last_closed_quarter(day(as_of), lag) == day(expected)


def test_spell_factors_count_the_days_outside_the_festival() -> None:
    """15 days from the third day before: 22 January to 5 February in 2020."""
    factors = dict(spell_factors())
    assert factors[day("2020-01-01")] == 31 / (31 - 10)
    assert factors[day("2020-02-01")] == 29 / (29 - 5)
    assert day("2020-03-01") not in factors


def test_a_month_starts_and_ends() -> None:
    assert month_start(day("2020-02-29")) == day("2020-02-01")
    ends = [day("2019-12-31") + timedelta(n) for n in range(366)]
    assert [end.month for end in ends if is_month_end(end)] == [12, *range(1, 12)]


def test_a_day_ends_at_the_next_midnight() -> None:
    assert next_midnight(day("2020-02-29")) == datetime.fromisoformat("2020-03-01")


def test_the_calendar_knows_the_festivals() -> None:
    """First days as announced by the State Council for these years."""
    announced = "2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12"
    found = [str(first) for first in spring_festivals() if 2016 <= first.year <= 2021]
    assert found == announced.split(" ")


def test_every_festival_lies_between_21_january_and_20_february() -> None:
    years = [first.year for first in spring_festivals()]
    assert years == list(range(years[0], years[-1] + 1))
    for first in spring_festivals():
        assert day(f"{first.year}-01-21") <= first <= day(f"{first.year}-02-20")
