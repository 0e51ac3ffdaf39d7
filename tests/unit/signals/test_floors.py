"""The floor of the insurance base; figures of two years that are nobody's but the test's."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

from kexin.dictionary.example import Example, records
from kexin.language import Text
from kexin.registers.reference import FloorCap
from kexin.signals import social
from kexin.signals.floors import by_month
from laws.small import values


def floor(province: str, first: str, last: str, amount: int) -> FloorCap:
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    return FloorCap(province, begins, ends, Decimal(amount), Decimal(30_000), "test")


FLOORS = [
    floor("33", "2019-07-01", "2020-06-30", 3000),
    floor("33", "2018-07-01", "2019-06-30", 2500),
    floor("31", "2018-07-01", "2020-06-30", 4000),
]

SIGNAL = dataclasses.replace(social.base_pp_yoy, formula=social.base_growth(FLOORS))


def growth(
    months: str, district: str = "330106", as_of: str = "2020-06-30"
) -> float | None:
    """The signal of a firm on a day, from its rows of pensions."""
    tables = records(
        Example(
            Text("", ""),
            as_of=as_of,
            tables={
                "reg_firm": f"approve_date district_code\n2015-01-01 {district}",
                "si_month": f"month si_kind insured_count base_total\n{months}",
            },
            expected={},
        )
    )
    observed = ("F", date.fromisoformat(as_of))
    return values([SIGNAL], tables, [observed])[observed][SIGNAL.id]


def test_a_base_is_compared_as_a_multiple_of_its_own_month_s_floor() -> None:
    rows = "2019-05-01 pension 4 20000\n2020-05-01 pension 10 54000"
    # 5,000 a head over a floor of 2,500, then 5,400 over 3,000: 1.8 / 2.
    assert growth(rows) == 0.9


def test_two_persons_a_year_ago_are_too_few_to_compare_with() -> None:
    assert growth("2019-05-01 pension 2 10000\n2020-05-01 pension 10 54000") is None


def test_a_month_before_the_first_floor_has_none() -> None:
    rows = "2018-05-01 pension 4 20000\n2019-05-01 pension 10 54000"
    assert growth(rows, as_of="2019-06-30") is None


def test_a_province_without_floors_has_none() -> None:
    rows = "2019-05-01 pension 4 20000\n2020-05-01 pension 10 54000"
    assert growth(rows, district="320500") is None


def test_of_two_floors_of_a_month_the_one_that_began_later_holds() -> None:
    told = dict(
        by_month(
            [
                floor("33", "2020-03-01", "2020-04-30", 30),
                floor("33", "2020-01-15", "2020-03-31", 10),
            ]
        )
    )
    # January's first day is before the first floor.
    assert told == {
        date(2020, 2, 1): 10.0,
        date(2020, 3, 1): 30.0,
        date(2020, 4, 1): 30.0,
    }
