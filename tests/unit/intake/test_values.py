"""A value is held as delivered, or refused; it is never made to fit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ibis
import pytest

from kexin.intake.mapping import Column, Mapping
from kexin.intake.values import as_number, typed
from kexin.registers.contract import Field, codes, integer, moment, month

MAPPING = Mapping.model_construct(firm_prefix="")
KINDS = {"fine": "罚款", "warning": "警告"}


def held(found: str, field: Field, **column: Any) -> Any:
    form = Column.model_validate({"from": "x", **column})
    value = typed(ibis.literal(found), field, form, MAPPING)
    return value.to_pyarrow().as_py()


@pytest.mark.parametrize(
    ("found", "number"),
    [("12", 12), ("12.0", 12), ("12.5", None), ("-3", -3), ("1e3", 1000), ("x", None)],
)
def test_a_whole_number_with_decimals_is_not_rounded(
    found: str, number: int | None
) -> None:
    field = integer("人数", "persons")
    assert as_number(ibis.literal(found), field).to_pyarrow().as_py() == number


@pytest.mark.parametrize(
    "found", ["2024-05", "202405", "2024年5月", "2024-05-31", "20240501", "2024/05/17"]
)
def test_a_month_is_its_first_day_however_it_is_told(found: str) -> None:
    assert held(found, month("月份")) == date(2024, 5, 1)


@pytest.mark.parametrize("found", ["2024-13", "五月", "2024"])
def test_what_is_no_month_is_refused(found: str) -> None:
    assert held(found, month("月份")) is None


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("2024-05-02 13:30:59", datetime(2024, 5, 2, 13, 30, 59)),
        ("2024-05-02", datetime(2024, 5, 2)),
        ("2024-05-02 25:00:00", None),
    ],
)
def test_a_moment_keeps_its_clock(found: str, told: datetime | None) -> None:
    assert held(found, moment("授权时间")) == told


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("fine", ["fine"]),
        ("warning, fine,fine", ["fine", "warning"]),
        ("fine;arrest", None),
        ("fine|", ["fine"]),
    ],
)
def test_a_set_of_codes_has_each_once_and_none_that_is_unknown(
    found: str, told: list[str] | None
) -> None:
    assert held(found, codes("处罚种类", KINDS)) == told


def test_a_set_of_codes_is_told_in_the_bureaus_words() -> None:
    words = {label: code for code, label in KINDS.items()}
    assert held("警告、罚款", codes("种类", KINDS), codes=words) == ["fine", "warning"]
    assert held(
        "警告、拘留",
        codes("种类", {**KINDS, "other": "?"}),
        codes=words,
        unknown="other",
    ) == ["other", "warning"]
