"""What goes wrong with records: as often as told, and every time noted."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kexin.identity.codes import (
    organisation_code,
    organisation_part,
    registration_number,
    uscc,
)
from kexin.simulate.dirt import UNCODED, Rates, damaged, spotless
from kexin.simulate.draws import stream
from kexin.simulate.sheet import as_text, clean
from unit.simulate.contractrows import records
from unit.simulate.delivering import known_soon

if TYPE_CHECKING:
    from kexin.simulate.rows import Rows
    from kexin.simulate.sheet import Sheet
    from kexin.simulate.world import World

SIZE = 12_000


def spoilt(world: World, rows: Rows, rates: Rates | None = None) -> Sheet:
    """Return records with what went wrong inside of them."""
    sheet = clean(world, rows, known_soon(rows))
    return damaged(sheet, world, rows, rates or Rates(), stream(3, "test.dirt"))


def hits(sheet: Sheet, kind: str) -> int:
    """Return how many rows a kind of dirt hit."""
    return sum(len(mark.row) for mark in sheet.marks if mark.kind == kind)


def assert_share(found: int, of: int, rate: float) -> None:
    """Raise where a number of hits is beyond five standard errors."""
    assert abs(found - of * rate) <= 5 * sqrt(of * rate * (1 - rate)) + 1


@pytest.mark.parametrize(
    "table",
    ["hf_month", "si_headcount_change", "court_hearing", "ip_software", "util_month"],
)
def test_codes_are_absent_as_often_as_the_register_lacks_them(
    town: World, table: str
) -> None:
    sheet = spoilt(town, records(town, table, SIZE, year=2022))
    rate = UNCODED.get(table, UNCODED.get(table.partition("_")[0], 0.0))
    assert_share(hits(sheet, "no_code"), SIZE, rate)


@pytest.mark.parametrize("table", ["reg_firm", "tax_payer", "pboc_inquiry"])
def test_registers_with_complete_codes_lack_none(town: World, table: str) -> None:
    sheet = spoilt(town, records(town, table, 3_000, year=2022))
    assert hits(sheet, "no_code") == 0
    assert sheet.column("src_code").null_count == 0


@pytest.mark.parametrize(("year", "rate"), [(2016, 0.30), (2022, 0.01)])
def test_old_codes_are_frequent_before_2018_only(
    town: World, year: int, rate: float
) -> None:
    sheet = spoilt(town, records(town, "tax_payer", SIZE, year=year))
    assert_share(hits(sheet, "old_code"), SIZE, rate)


def test_old_codes_are_the_firms_own(town: World) -> None:
    sheet = spoilt(town, records(town, "tax_payer", 3_000, year=2016))
    (mark,) = (mark for mark in sheet.marks if mark.kind == "old_code")
    kinds = set()
    for true, told in zip(mark.true.to_pylist(), mark.told.to_pylist(), strict=True):
        if registration_number(told):
            kinds.add("registration")
        else:
            assert organisation_code(told) == organisation_part(true)
            kinds.add("organisation")
    assert kinds == {"registration", "organisation"}


def test_typing_errors_never_have_right_check_characters(town: World) -> None:
    rates = Rates(mistyped=0.2)
    sheet = spoilt(town, records(town, "tax_payer", 3_000, year=2022), rates)
    (mark,) = (mark for mark in sheet.marks if mark.kind == "mistyped_code")
    assert len(mark.row) > 400
    assert not any(uscc(code) for code in mark.told.to_pylist())
    assert all(uscc(code) for code in mark.true.to_pylist())


def test_an_agents_code_is_valid_and_another_firms(town: World) -> None:
    rates = Rates(agent=0.2)
    sheet = spoilt(town, records(town, "tax_payer", 3_000, year=2022), rates)
    (mark,) = (mark for mark in sheet.marks if mark.kind == "agent_code")
    own = set(town.naming.uscc.to_pylist())
    assert all(uscc(code) and code not in own for code in mark.told.to_pylist())


def names_alone(world: World, rows: Rows, sheet: Sheet) -> dict[str, np.ndarray]:
    """Return which rows are known by a name alone, and by one of which kind."""
    names = clean(world, rows, known_soon(rows)).column("src_name")
    alone = pc.is_null(sheet.column("src_code")).to_numpy(zero_copy_only=False)
    bracketed = pc.match_substring_regex(names, "[（(]").to_numpy(zero_copy_only=False)
    company = pc.match_substring_regex(names, "公司$").to_numpy(zero_copy_only=False)
    limited = pc.match_substring_regex(names, "公司$").to_numpy(zero_copy_only=False)
    first = world.naming.names.first
    renamed = (first[1:] - first[:-1] > 1)[rows.firm]
    return {
        "every": alone,
        "bracketed": alone & bracketed,
        "company": alone & company & limited,
        "renamed": alone & renamed,
    }


def test_names_are_written_otherwise_as_often_as_told(town: World) -> None:
    rows = records(town, "court_hearing", SIZE, year=2024)
    sheet, rates = spoilt(town, rows), Rates()
    count = {n: int(which.sum()) for n, which in names_alone(town, rows, sheet).items()}
    assert_share(hits(sheet, "brackets"), count["bracketed"], rates.brackets)
    assert_share(hits(sheet, "no_brackets"), count["bracketed"], rates.no_brackets)
    assert_share(hits(sheet, "spaced"), count["every"], rates.spaced)
    assert_share(hits(sheet, "branch"), count["company"], rates.branch)
    assert_share(hits(sheet, "misspelt"), count["every"], rates.misspelt)
    assert_share(hits(sheet, "short_name"), count["every"], rates.short)


def test_about_an_eighth_of_names_is_written_otherwise(town: World) -> None:
    sheet = spoilt(town, records(town, "court_hearing", SIZE, year=2024))
    named = [mark for mark in sheet.marks if mark.column == "src_name"]
    written = sum(len(mark.row) for mark in named if mark.kind != "garbled")
    alone = sheet.column("src_code").null_count
    assert 0.09 < written / alone < 0.15


def test_a_name_that_stands_beside_a_code_is_right(town: World) -> None:
    sheet = spoilt(town, records(town, "tax_payer", 6_000, year=2022))
    named = {mark.kind for mark in sheet.marks if mark.column == "src_name"}
    assert named <= {"garbled"}


def test_nobodys_and_persons_records_have_no_code_and_their_own_names(
    town: World,
) -> None:
    rows = records(town, "court_hearing", 3_000, year=2024)
    person = np.arange(3_000) % 3 == 0
    names = pa.array(
        [f"王某{n}" if p else f"外地{n}有限公司" for n, p in enumerate(person)]
    )
    rows = rows._replace(firm=np.full(3_000, -1), person=person, name=names)
    sheet = spoilt(town, rows)
    assert sheet.column("src_code").null_count == 3_000
    for mark in sheet.marks:
        if mark.column == "src_name" and mark.kind != "garbled":
            assert not person[mark.row].any()


def test_a_masked_name_brings_no_code_with_it(town: World) -> None:
    rows = records(town, "court_hearing", 100, year=2024)
    masked = pa.array(["杭州某科技有限公司"] * 50 + [None] * 50, pa.string())
    sheet = clean(town, rows._replace(name=masked), known_soon(rows))
    code, name = sheet.column("src_code"), sheet.column("src_name")
    assert code[:50].null_count == 50
    assert code[50:].null_count == 0
    assert name.null_count == 0


@pytest.mark.parametrize(
    ("table", "kind", "rate"),
    [
        ("reg_shareholder", "absent", 0.002),
        ("court_hearing", "absent", 0.002),
        ("court_hearing", "impossible_day", 0.001),
    ],
)
def test_values_go_wrong_as_often_as_told(
    town: World, table: str, kind: str, rate: float
) -> None:
    sheet = spoilt(town, records(town, table, SIZE, year=2022))
    assert_share(hits(sheet, kind), SIZE, rate)


def test_units_are_wrong_in_the_registry_and_in_statements_alone(town: World) -> None:
    rates = Rates(unit=0.2)
    amounts = records(town, "reg_chattel_mortgage", 3_000, year=2022)
    sheet = spoilt(town, amounts, rates)
    (mark,) = (mark for mark in sheet.marks if mark.kind == "unit")
    there = amounts.columns["secured_amount"].drop_null().to_pylist()
    assert_share(len(mark.row), sum(value != 0 for value in there), 0.2)
    for true, told in zip(mark.true.to_pylist(), mark.told.to_pylist(), strict=True):
        larger = float(told) == pytest.approx(float(true) * 10_000)
        smaller = float(told) == pytest.approx(float(true) / 10_000, abs=0.006)
        assert larger or smaller
    assert hits(spoilt(town, records(town, "si_arrears", 500), rates), "unit") == 0


def test_impossible_days_lie_in_1900_or_a_century_ahead(town: World) -> None:
    rates = Rates(impossible=0.5)
    sheet = spoilt(town, records(town, "hf_month", 1_000, year=2022), rates)
    (mark,) = (mark for mark in sheet.marks if mark.kind == "impossible_day")
    told = mark.told.to_pylist()
    assert {day[:4] for day in told} == {"1900", "2122"}
    assert {day[8:] for day in told} == {"01"}


def test_damaged_texts_were_chinese(town: World) -> None:
    rates = Rates(garbled=0.2, uncoded={})
    sheet = spoilt(town, records(town, "gov_subsidy", 1_000, year=2022), rates)
    marks = [mark for mark in sheet.marks if mark.kind == "garbled"]
    assert {mark.column for mark in marks} >= {"src_name", "program"}
    for mark in marks:
        assert not any(text.isascii() for text in mark.true.to_pylist())


def test_without_rates_nothing_happens(town: World) -> None:
    rows = records(town, "reg_penalty", 2_000, year=2016)
    sheet = spoilt(town, rows, spotless())
    assert sheet.marks == ()
    assert sheet.table.equals(clean(town, rows, known_soon(rows)).table)


@pytest.mark.parametrize("table", ["reg_penalty", "court_party", "tax_fin_stmt"])
def test_each_change_is_noted_with_what_was_there(town: World, table: str) -> None:
    rates = Rates(mistyped=0.1, garbled=0.05, unit=0.1, impossible=0.1, absent=0.1)
    rows = records(town, table, 2_000, year=2024)
    before = clean(town, rows, known_soon(rows))
    sheet = spoilt(town, rows, rates)
    for name in sheet.table.column_names:
        value = as_text(before.column(name)).to_pylist()
        for mark in sheet.marks:
            if mark.column == name:
                lines = zip(
                    mark.row, mark.true.to_pylist(), mark.told.to_pylist(), strict=True
                )
                for row, true, told in lines:
                    assert value[row] == true != told
                    value[row] = told
        assert as_text(sheet.column(name)).to_pylist() == value
