"""Shares that few deliveries show, on numbers made for the purpose."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from kexin.report.compare import before
from kexin.report.content import content
from kexin.report.numbers import FileRows, Lags, Numbers, Rows, Step, TableNumbers
from kexin.report.unusual import findings

if TYPE_CHECKING:
    from kexin.report.unusual import Finding

TABLE = "court_party"


def delivery(number: int, records: int = 1000, **changes: Any) -> Numbers:
    """Return a delivery of one table, in all but the changes like any other."""
    rows = Rows(records, records, 0, 0)
    table = TableNumbers(
        table=TABLE,
        rows=rows,
        records=records,
        lags=Lags(records, 0, 0, 3, 9),
        absent={},
        codes={},
        steps=(Step("M1", records, 1.0),),
        flags={"unmatched": records // 20, "unknown_code": records // 100},
        reasons=(),
        streams=(),
    )
    file = FileRows("f", f"f:{number:012}", TABLE, rows)
    changed = dataclasses.replace(table, **changes)
    return Numbers(1, number, number, "m", "2024-06-30", (file,), (changed,), ())


def found(now: Numbers, *earlier: Numbers) -> list[Finding]:
    return findings(now, {TABLE: before(TABLE, now, earlier)}, earlier)


def test_more_records_without_a_firm_are_an_alarm() -> None:
    now = delivery(2, flags={"unmatched": 150})
    (finding,) = found(now, delivery(1))
    assert (finding.limit.id, finding.limit.level) == ("unmatched_rise", "alarm")
    assert "rose from 5.0 % to 15.0 % (150 of 1,000; 50 of 1,000 before)" in (
        finding.says.en
    )


def test_fewer_records_without_a_firm_are_none() -> None:
    assert found(delivery(2, flags={}), delivery(1)) == []


@pytest.mark.parametrize(("lost", "told"), [(199, []), (200, ["unmatched_share"])])
def test_a_first_delivery_may_leave_up_to_a_fifth_without_a_firm(
    lost: int, told: list[str]
) -> None:
    now = delivery(1, flags={"unmatched": lost})
    assert [finding.limit.id for finding in found(now)] == told


def test_a_flag_that_spreads_is_a_notice_with_its_name() -> None:
    now = delivery(2, flags={"unmatched": 50, "unknown_code": 80, "new": 90})
    told = found(now, delivery(1))
    assert [(each.limit.level, each.subject) for each in told] == [
        ("notice", "new"),
        ("notice", "unknown_code"),
    ]
    assert "flagged unknown_code rose from 1.0 % to 8.0 %" in told[1].says.en


def test_a_column_that_earlier_numbers_do_not_know_counts_as_absent_then() -> None:
    now = delivery(2, absent={"role": 0})
    (finding,) = found(now, delivery(1))
    assert "the null rate of role fell from 100.0 % to 0.0 %" in finding.says.en


def test_shares_in_the_report_are_those_of_the_counts() -> None:
    now, was = delivery(2, flags={"unmatched": 150}), delivery(1)
    (table,) = content(now, [was])["tables"]
    assert table["unmatched"] == {"records": 150, "share": 0.15, "before": 0.05}
    assert table["steps"] == [
        {"step": "M1", "records": 1000, "share": 1.0, "confidence": 1.0}
    ]
    assert [each["flag"] for each in table["flags"]] == ["unknown_code", "unmatched"]
    assert table["flags"][0]["share"] == 0.0
