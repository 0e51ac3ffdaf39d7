"""Reference data of the package is complete, and each row has a source."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources

from kexin.algebra.dates import spring_festivals
from kexin.registers.contract import contracts
from kexin.registers.quality import DOUBTS, NUMBERS, PAST_DAYS, TRACES, WATCHED
from kexin.registers.reference import si_floors_caps

PUBLISHED = {
    2019: (2, 5),
    2020: (1, 25),
    2021: (2, 12),
    2022: (2, 1),
    2023: (1, 22),
    2024: (2, 10),
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
}
"""First days of Spring Festivals (REGISTERS.md, section 8)."""


def test_the_calendar_has_the_festivals_that_were_published() -> None:
    days = {day.year: (day.month, day.day) for day in spring_festivals()}
    assert {year: days[year] for year in PUBLISHED} == PUBLISHED
    path = resources.files("kexin.algebra").joinpath("ref_calendar.csv")
    assert all(row["source"] for row in csv.DictReader(path.read_text().splitlines()))


def test_floors_lie_below_caps_and_have_a_source() -> None:
    assert si_floors_caps()
    for each in si_floors_caps():
        assert 0 < each.floor < each.cap
        assert date(2000, 1, 1) < each.valid_from <= each.valid_to
        assert len(each.province) == 2
        assert each.source


def test_treatments_name_columns_that_contracts_have() -> None:
    named = [
        *((t, c) for t, n in NUMBERS.items() for c in (*n.columns, *n.parts)),
        *((t, c) for t, w in WATCHED.items() for c in w.columns),
        *((t, w.apart) for t, w in WATCHED.items() if w.apart),
        *((t, c) for t, days in PAST_DAYS.items() for c in days),
        *((trace.table, trace.column) for ts in TRACES.values() for trace in ts),
        *((trace.table, "case_id") for ts in TRACES.values() for trace in ts),
    ]
    for table, column in named:
        assert column in contracts()[table].columns(), (table, column)
    assert {doubt.table for doubt in DOUBTS} <= set(contracts())


def test_only_amounts_in_yuan_or_usage_are_watched() -> None:
    for table, watched in WATCHED.items():
        fields = contracts()[table].fields()
        assert all(fields[name].dtype == "decimal(18, 2)" for name in watched.columns)
