"""Q3, Q4, Q5, Q8, Q23, Q25: versions, gaps, what a batch changed, what is covered."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kexin.errors import ConfigurationError
from kexin.intake.accounts import ACCOUNTS
from kexin.intake.coverage import Coverage, coverage, is_covered
from kexin.intake.deliver import deliver
from kexin.intake.watermarks import watermarks
from unit.intake.bureau import engine
from unit.intake.desk import DAY, FIRM, Desk, mapping

if TYPE_CHECKING:
    from pathlib import Path

LATER = date(2024, 9, 30)


def payroll(month: str, persons: int = 5) -> dict[str, Any]:
    return {"firm": FIRM, "period_month": month, "persons": persons}


def test_an_amended_return_is_a_new_version(desk: Desk) -> None:
    desk.send(tax_iit_withholding=[payroll("2024-01", 5)])
    desk.send(tax_iit_withholding=[payroll("2024-01", 6)], on=LATER)
    old, new = desk.held("tax_iit_withholding")
    assert (old["persons"], old["superseded_at"].date()) == (5, LATER)
    assert (new["persons"], new["superseded_at"]) == (6, None)


def test_a_duplicate_is_held_once_and_known_from_the_first(desk: Desk) -> None:
    account = desk.send(tax_iit_withholding=[payroll("2024-01"), payroll("2024-01")])
    assert account.tables[0][1:] == (2, 1, 1, 0)
    desk.send(tax_iit_withholding=[payroll("2024-01")], on=LATER)
    [row] = desk.held("tax_iit_withholding")
    assert row["known_at"].date() == DAY


def test_the_account_tells_what_a_batch_changed(desk: Desk) -> None:
    months = [payroll(f"2024-{n:02d}") for n in range(1, 5)]
    first = desk.send(tax_iit_withholding=months)
    assert [batch[2:] for batch in first.restated] == [(4, 0, 0, 0)]
    again = [payroll("2024-03", 7), payroll("2024-04", 8), payroll("2024-05")]
    second = desk.send(tax_iit_withholding=[months[0], *again], on=LATER)
    [batch] = second.restated
    assert batch.table == "tax_iit_withholding"
    assert batch[2:] == (1, 2, 0, 2)
    lines = (desk.warehouse / ACCOUNTS).read_text().splitlines()
    assert json.loads(lines[-1])["restated"] == [batch._asdict()]


def test_a_watermark_tells_how_far_a_supplier_reaches(desk: Desk) -> None:
    desk.send(tax_iit_withholding=[payroll("2023-11"), payroll("2024-02")])
    desk.send(src="other", tax_iit_withholding=[payroll("2024-04")], on=LATER)
    mine, other = watermarks(desk.warehouse, engine())
    assert (mine.src_system, mine.table, mine.records) == (
        "desk",
        "tax_iit_withholding",
        2,
    )
    assert (mine.last_event, mine.last_known.date()) == (date(2024, 2, 1), DAY)
    assert mine.missing == (date(2023, 12, 1), date(2024, 1, 1))
    assert mine.late == 2, "three times 26 days after the month they were not known"
    assert (other.src_system, other.missing) == ("other", ())


HEADINGS = "src_system,district_code,from,to,lag_median_days,completeness\n"


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "coverage.csv"


def test_a_workspace_without_coverage_is_covered(told: Path) -> None:
    assert coverage(told) is None
    assert is_covered(None, "tax", DAY)


def test_coverage_holds_from_its_first_day_until_the_day_it_ends(told: Path) -> None:
    told.write_text(HEADINGS + "tax,330106,2024-01-01,2024-03-01,19,0.98\n")
    rows = coverage(told)
    assert rows == (
        Coverage("tax", "330106", date(2024, 1, 1), date(2024, 3, 1), 19, 0.98),
    )
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 1)]
    found = [is_covered(rows, "tax", day, "330106") for day in days]
    assert found == [False, True, True, False]
    assert not is_covered(rows, "tax", days[1], "330108")
    assert not is_covered(rows, "si", days[1], "330106"), "no row: not covered"


@pytest.mark.parametrize(
    "text",
    [
        "src_system,from\ntax,2024-01-01\n",
        HEADINGS + "taxes,,2024-01-01,,19,0.98\n",
        HEADINGS + "tax,,1 January,,19,0.98\n",
        HEADINGS + "tax,,2024-01-01,,19,98\n",
        HEADINGS + "tax,,2024-01-01\n",
    ],
)
def test_coverage_that_cannot_be_read_is_told_by_line(told: Path, text: str) -> None:
    told.write_text(text)
    with pytest.raises(ConfigurationError, match=r"coverage.csv:[12]"):
        coverage(told)


@pytest.mark.parametrize(
    ("row", "notes"),
    [
        (("tax", "", date(2024, 1, 1), None, None, None), 1),
        (("tax", "", date(2023, 11, 1), None, None, None), 0),
        (("si", "", date(2023, 1, 1), None, None, None), 2),
    ],
)
def test_records_that_nothing_covers_are_told(
    desk: Desk, row: tuple[Any, ...], notes: int
) -> None:
    folder = desk.folder / "delivery"
    folder.mkdir()
    text = f"firm,period_month,persons\n{FIRM},2023-11,5\n{FIRM},2024-02,5\n"
    (folder / "tax_iit_withholding.csv").write_text(text)
    account = deliver(
        [folder],
        mapping("desk", {"tax_iit_withholding": [payroll("")]}),
        desk.warehouse,
        DAY,
        engine(),
        who=desk.given,
        covered=[Coverage(*row)],
    )
    told = [note.en for note in account.notes if "not covered" in note.en]
    assert len(told) == min(notes, 1)
    assert all(f": {notes} records" in note for note in told)
