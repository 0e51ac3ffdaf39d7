"""Q24, and court records without a date: days that cannot be, days that are inferred."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kexin.intake.deliver import deliver
from kexin.intake.mapping import contract_form
from kexin.intake.traces import INFERRED
from kexin.registers.contract import ENVELOPE
from kexin.registers.court import CourtCase
from unit.intake.bureau import engine
from unit.intake.desk import DAY, FIRM, Desk, flags

LATER = date(2024, 9, 30)


def penalty(**days: str) -> dict[str, Any]:
    return {
        "firm": FIRM,
        "decision_no": "罚1号",
        "authority_kind": "market",
        "penalty_kinds": "fine",
        "severity": "minor",
        "decision_date": "2024-05-06",
        **days,
    }


@pytest.mark.parametrize("written", ["1900-01-01", "9999-12-31", "2024-07-01"])
def test_an_impossible_day_that_may_be_absent_is_absent(
    desk: Desk, written: str
) -> None:
    account = desk.send(reg_penalty=[penalty(repaired_at=written)])
    assert account.tables[0].accepted == 1
    [row] = desk.held("reg_penalty")
    assert row["repaired_at"] is None
    assert flags([row]) == [{"impossible_day"}]


def test_a_day_that_may_be_told_ahead_stays(desk: Desk) -> None:
    desk.send(reg_penalty=[penalty(publish_until="2027-05-06", repaired_at=str(DAY))])
    [row] = desk.held("reg_penalty")
    assert row["publish_until"] == date(2027, 5, 6)
    assert row["repaired_at"] == DAY
    assert flags([row]) == [set()]


def test_an_impossible_day_that_is_needed_refuses_the_record(desk: Desk) -> None:
    row = {"firm": FIRM, "period_start": "2024-04-01", "period_end": "2024-04-30"}
    amounts = {"sales_taxable": 1, "tax_payable": 0, "is_amended": "0"}
    account = desk.send(tax_vat_return=[{**row, **amounts, "due_date": "1900-01-01"}])
    assert account.tables[0].quarantined == 1
    [failure] = desk.refused()
    assert (failure.rule, failure.column) == ("impossible_day", "due_date")


def test_what_happened_after_receipt_is_refused_unless_announced(desk: Desk) -> None:
    hearing = {
        "notice_id": "N1",
        "hearing_date": "2024-07-20",
        "published_date": "2024-06-28",
    }
    account = desk.send(
        reg_penalty=[penalty(decision_date="2024-07-01")], court_hearing=[hearing]
    )
    assert {count.table: count.quarantined for count in account.tables} == {
        "court_hearing": 0,
        "reg_penalty": 1,
    }


NUMBER = "（2024）浙0106民初7号"
CASE = {"case_id": NUMBER, "case_no_raw": NUMBER, "filed_date": ""}
HEARING = {
    "notice_id": "N1",
    "case_id": NUMBER,
    "hearing_date": "2024-06-20",
    "published_date": "2024-06-01",
}
JUDGMENT = {
    "doc_id": "D1",
    "case_id": NUMBER,
    "doc_type": "judgment",
    "judgment_date": "2024-06-25",
    "outcome": "lose",
    "anonymised": "0",
}
ENFORCED = {
    "firm": FIRM,
    "case_id": NUMBER,
    "party_seq": 1,
    "filed_date": "2024-06-28",
    "exec_status": "open",
}


def test_a_case_without_a_date_has_that_of_its_earliest_trace(desk: Desk) -> None:
    desk.send(court_case=[CASE], court_hearing=[HEARING], court_judgment=[JUDGMENT])
    [row] = desk.held("court_case")
    assert row["filed_date"] is None
    assert row["event_date"] == date(2024, 6, 1)
    assert row["known_at"].date() == DAY
    assert flags([row]) == [{INFERRED}]


def test_a_withdrawn_trace_dates_no_case(desk: Desk) -> None:
    desk.send(court_case=[CASE], court_hearing=[{**HEARING, "withdrawn": "1"}])
    assert [row["op"] for row in desk.held("court_hearing")] == ["D"]
    [failure] = desk.refused()
    assert (failure.table, failure.column) == ("court_case", "filed_date")


def test_an_enforcement_lies_sixty_days_after_the_case(desk: Desk) -> None:
    desk.send(court_enforcement=[ENFORCED], court_hearing=[HEARING])
    desk.send(court_case=[CASE], on=LATER)
    assert desk.held("court_case")[0]["event_date"] == date(2024, 4, 29)


def test_a_case_with_a_date_keeps_it(desk: Desk) -> None:
    desk.send(
        court_case=[{**CASE, "filed_date": "2024-05-20"}], court_hearing=[HEARING]
    )
    [row] = desk.held("court_case")
    assert row["event_date"] == date(2024, 5, 20)
    assert flags([row]) == [set()]


def test_an_impossible_day_of_filing_is_inferred_as_well(desk: Desk) -> None:
    desk.send(
        court_case=[{**CASE, "filed_date": "1900-01-01"}], court_hearing=[HEARING]
    )
    [row] = desk.held("court_case")
    assert row["event_date"] == date(2024, 6, 1)
    assert flags([row]) == [{INFERRED, "impossible_day"}]


def test_parties_take_the_day_of_their_case(desk: Desk) -> None:
    party = {
        "name": "王伟",
        "party_name_raw": "王伟",
        "case_id": NUMBER,
        "party_seq": 1,
        "party_role": "defendant",
        "is_firm": "0",
    }
    desk.send(
        court_party=[party],
        court_case=[{**CASE, "filed_date": "2024-05-20"}],
        court_hearing=[{**HEARING, "published_date": "2024-05-02"}],
    )
    [row] = desk.held("court_party")
    assert row["event_date"] == date(2024, 5, 20)


def test_a_case_of_which_nothing_is_known_waits_for_a_trace(desk: Desk) -> None:
    account = desk.send(court_case=[CASE])
    assert account.tables[0].quarantined == 1
    [failure] = desk.refused()
    assert (failure.rule, failure.column) == ("required", "filed_date")
    assert "hearing" in failure.expected.en
    desk.send(court_hearing=[HEARING], on=LATER)
    desk.retry("court_case", CASE, on=LATER)
    [row] = desk.held("court_case")
    assert row["event_date"] == date(2024, 6, 1)
    assert row["known_at"].date() == LATER
    assert desk.refused() == []


def test_a_trace_that_comes_later_changes_nothing(desk: Desk) -> None:
    desk.send(court_case=[CASE], court_hearing=[HEARING])
    before = desk.held("court_case")
    earlier = {**HEARING, "notice_id": "N0", "published_date": "2024-04-01"}
    desk.send(court_case=[CASE], court_hearing=[earlier], on=LATER)
    assert desk.held("court_case") == before


def test_another_platforms_inferred_day_is_taken_over(desk: Desk) -> None:
    names = [*ENVELOPE, *CourtCase.fields()]
    case = {
        **dict.fromkeys(names),
        "case_id": "2024|浙0106|民初|7",
        "case_no_raw": NUMBER,
        "event_date": "2024-04-02",
        "known_at": "2024-04-05 00:00:00",
        "version_no": "1",
        "op": "I",
        "dq_flags": INFERRED,
    }
    folder = desk.folder / "tables"
    folder.mkdir()
    rows = pa.Table.from_pylist([case], pa.schema([(n, pa.string()) for n in names]))
    pq.write_table(rows, folder / "court_case.parquet")
    deliver([folder], contract_form(["court_case"]), desk.warehouse, DAY, engine())
    [row] = desk.held("court_case")
    assert (row["event_date"], row["filed_date"]) == (date(2024, 4, 2), None)
    assert row["dq_flags"] == [INFERRED]
