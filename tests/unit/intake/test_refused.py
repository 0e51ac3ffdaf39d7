"""Bad rows never stop a delivery and never vanish: what the quarantine says of them."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from kexin.intake import quarantine
from unit.intake.bureau import MAPPING, engine, row, text_of

if TYPE_CHECKING:
    from unit.intake.bureau import Bureau


@pytest.mark.parametrize(
    ("changes", "rule", "column", "found", "en", "zh"),
    [
        (
            {"日期": "1900-01-01"},
            "issued_since_vat",
            "issue_date",
            "1900-01-01",
            "a day from 1994-01-01 on, when value-added tax began",
            "不早于1994-01-01(增值税开征日)的日期",
        ),
        (
            {"日期": "2024-07-01"},
            "future",
            "issue_date",
            "2024-07-01",
            "a day up to 2024-06-30, when it was received",
            "不晚于接收日2024-06-30",
        ),
        (
            {"金额": "about 5"},
            "type",
            "amount_ex_tax",
            "about 5",
            "a number (CNY)",
            "数字(CNY)",
        ),
        ({"金额": " "}, "required", "amount_ex_tax", " ", "a value", "不可为空"),
        (
            {"状态": "失控"},
            "type",
            "invoice_status",
            "失控",
            "one of 有效, 作废",
            "以下之一：有效、作废",
        ),
        (
            {"企业": ""},
            "firm",
            "firm_key",
            None,
            "a firm in column 企业",
            "列“企业”中的企业代号",
        ),
    ],
)
def test_a_bad_row_is_told_with_row_column_what_was_found_and_expected(
    bureau: Bureau,
    changes: dict[str, str],
    rule: str,
    column: str,
    found: str | None,
    en: str,
    zh: str,
) -> None:
    count = bureau.send(row(号码="8"), row(**changes), row(号码="9"))
    assert count[1:] == (3, 2, 0, 1)
    told = {failure.rule: failure for failure in bureau.failures()}[rule]
    assert (told.file, told.row, told.table) == ("a.csv", 3, "tax_invoice")
    assert (told.column, told.found or None) == (column, found)
    assert (told.expected.en, told.expected.zh) == (en, zh)


def test_the_last_day_of_receipt_is_not_the_future(bureau: Bureau) -> None:
    assert bureau.send(row(日期="2024-06-30")).accepted == 1


def test_all_that_is_wrong_with_a_row_is_kept_and_the_row_as_delivered(
    bureau: Bureau,
) -> None:
    count = bureau.send(row(日期="x", 金额="　y ", 状态="z"))
    assert count.quarantined == 1
    failures = bureau.failures()
    assert [(f.column, f.found) for f in failures] == [
        ("amount_ex_tax", "　y "),
        ("invoice_status", "z"),
        ("issue_date", "x"),
    ]
    raw = json.loads(failures[0].raw or "")
    assert raw["金额"] == "　y "
    assert raw["企业"] == "E1"


def test_the_summary_counts_rows_by_rule(bureau: Bureau) -> None:
    bureau.send(row(金额="x"), row(金额="y", 号码="2"), row(状态="z", 号码="3"))
    assert quarantine.summary(bureau.warehouse, engine()) == [
        ("tax_invoice", "amount_ex_tax", "type", 2),
        ("tax_invoice", "invoice_status", "type", 1),
    ]


def test_the_quarantine_is_exported_as_csv(bureau: Bureau) -> None:
    bureau.send(row(金额="x,\n'y'"))
    path = bureau.folder / "it's out.csv"
    assert quarantine.export(bureau.warehouse, engine(), path) == 0 or path.exists()
    bureau.send(row(金额="x"), row(金额="y", 状态="z"), name="b.csv")
    lines = quarantine.export(bureau.warehouse, engine(), path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == lines
    assert {r["found"] for r in rows} >= {"x", "y", "z"}


def test_without_refused_rows_there_is_no_quarantine(bureau: Bureau) -> None:
    bureau.send(row())
    assert bureau.failures() == []
    assert quarantine.summary(bureau.warehouse, engine()) == []
    assert quarantine.export(bureau.warehouse, engine(), bureau.folder / "x.csv") == 0


def test_a_retry_with_a_mended_mapping_takes_rows_out_of_the_quarantine(
    bureau: Bureau,
) -> None:
    bureau.send(row(), row(号码="2", 状态="失控"), row(号码="3", 金额="x"))
    bureau.form = MAPPING.replace("}\n", "}\n").replace(
        '"作废" = "void"', '"作废" = "void", "失控" = "lost"'
    )
    account = bureau.retry(on=date(2024, 7, 9))
    assert account.tables[0][1:] == (2, 1, 0, 1)
    assert [(f.row, f.found) for f in bureau.failures()] == [(4, "x")]
    assert {r["invoice_uid"]: r["known_at"] for r in bureau.held()} == {
        "E1|1": datetime(2024, 6, 30),
        "E1|2": datetime(2024, 7, 9),
    }


def test_a_retry_that_mends_nothing_changes_nothing(bureau: Bureau) -> None:
    text = text_of([row(), row(号码="3", 金额="x")]) + "broken\n"
    bureau.deliver(bureau.file(text))
    before = bureau.snapshot
    assert bureau.retry().tables[0][1:] == (2, 0, 0, 2)
    assert bureau.snapshot == before


def test_rows_of_files_that_the_mended_mapping_does_not_know_stay(
    bureau: Bureau,
) -> None:
    bureau.send(row(金额="x"))
    before = bureau.snapshot
    bureau.form = MAPPING.replace('"*.csv", ', "")
    account = bureau.retry()
    assert account.tables == []
    assert account.notes[0].en == "rows of a.csv were not tried again"
    assert bureau.snapshot == before


def test_a_file_that_is_delivered_again_is_in_quarantine_once(bureau: Bureau) -> None:
    path = bureau.file(text_of([row(), row(号码="3", 金额="x")]))
    bureau.deliver(path)
    before = bureau.snapshot
    assert bureau.deliver(path).tables[0][1:] == (2, 0, 1, 1)
    assert bureau.deliver(path, on=date(2025, 1, 1)).tables[0][1:] == (2, 0, 1, 1)
    renamed = path.rename(path.with_name("b.csv"))
    assert bureau.deliver(renamed).tables[0][1:] == (2, 0, 1, 1)
    assert bureau.snapshot == before


def test_the_same_file_twice_in_a_delivery_balances(bureau: Bureau) -> None:
    text = text_of([row(), row(号码="3", 金额="x")])
    account = bureau.deliver(bureau.file(text), bureau.file(text))
    assert account.tables[0][1:] == (4, 1, 1, 2)
    assert len(bureau.failures()) == 1


def test_the_account_tells_each_file(bureau: Bureau) -> None:
    account = bureau.deliver(
        bureau.file(text_of([row()]), "a.csv"),
        bureau.file(text_of([row(), row(号码="2", 金额="x")]), "b.csv"),
    )
    told = [(file.file, *file.rows[1:]) for file in account.files]
    assert told == [("a.csv", 1, 0, 1, 0), ("b.csv", 2, 1, 0, 1)]
    assert account.tables[0][1:] == (3, 1, 1, 1)
