"""What breaks in a delivery is told in words; an ordinary one passes in silence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kexin.report.limits import limits
from unit.intake.bureau import Bureau
from unit.report.monthly import FORM, invoices, month_after, report, send

if TYPE_CHECKING:
    from pathlib import Path


def told(bureau: Bureau) -> dict[tuple[str, str], dict[str, Any]]:
    found = report(bureau).content["unusual"]
    return {(each["limit"], each["subject"]): each for each in found}


def test_an_ordinary_delivery_raises_nothing(usual: Bureau) -> None:
    made = report(usual)
    assert made.content["unusual"] == []
    assert "Nothing passed a limit." in made.page.read_text()


def test_a_column_that_is_suddenly_empty_is_told_with_both_rates(usual: Bureau) -> None:
    send(usual, 5, invoices(5, no_goods=32))
    ((key, finding),) = told(usual).items()
    assert key == ("null_change", "goods_code")
    assert finding["level"] == "alarm"
    assert finding["en"] == (
        "tax_invoice: the null rate of goods_code rose from 0.3 % to 8.0 % "
        "(32 of 398; 4 of 1,592 before)"
    )
    assert "空值率由0.3 %升至8.0 %" in finding["zh"]


def test_a_column_that_is_suddenly_filled_is_told_too(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path, FORM)
    for month in (1, 2):
        send(bureau, month, invoices(month, no_goods=400))
    send(bureau, 3)
    assert (
        "fell from 100.0 % to 0.3 %" in told(bureau)["null_change", "goods_code"]["en"]
    )


def test_more_refused_rows_are_an_alarm(usual: Bureau) -> None:
    send(usual, 5, invoices(5, wrong=40))
    finding = told(usual)["quarantine_rise", ""]
    assert "from 0.5 % to 10.0 % (40 of 400; 8 of 1,600 before)" in finding["en"]


def test_a_first_delivery_is_held_against_a_limit_of_its_own(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path, FORM)
    send(bureau, 1, invoices(1, wrong=40))
    assert ("quarantine_share", "") in told(bureau)
    assert "there is no earlier delivery" in told(bureau)["quarantine_share", ""]["en"]


def test_late_records_are_an_alarm_that_names_days(usual: Bureau) -> None:
    send(usual, 5, invoices(5, late=200))
    finding = told(usual)["late_share", ""]
    assert "within 32 days of the event, where 3 are expected" in finding["en"]
    assert "50.3 % of 398" in finding["en"]


def test_codes_that_shift_are_told_with_the_one_that_moved_most(usual: Bureau) -> None:
    send(usual, 5, invoices(5, void=199))
    finding = told(usual)["drift_alarm", "invoice_status"]
    assert "most of all normal, from 89.9 % to 50.0 %" in finding["en"]
    assert "normal(正常)由89.9 %变为50.0 %" in finding["zh"]


def test_a_small_shift_is_a_notice(usual: Bureau) -> None:
    send(usual, 5, invoices(5, void=90))
    assert told(usual)["drift_notice", "invoice_status"]["level"] == "notice"


def test_few_rows_are_an_alarm_and_many_a_notice(usual: Bureau) -> None:
    send(usual, 5, invoices(5, rows=100, void=10, wrong=0, late=7))
    assert "100 rows read" in told(usual)["fewer_rows", ""]["en"]
    send(usual, 6, invoices(6, rows=900, void=90, wrong=4, late=67))
    assert told(usual)["more_rows", ""]["level"] == "notice"


def test_one_bad_record_of_a_few_is_chance(usual: Bureau) -> None:
    send(usual, 5, invoices(5, rows=20, no_goods=1, void=2, wrong=1, late=1))
    assert {limit for limit, _ in told(usual)} == {"fewer_rows"}


def test_a_table_that_did_not_come_is_missed(tmp_path: Path) -> None:
    firms = (
        "\n[[sources]]\n"
        'table = "reg_firm"\n'
        'files = ["firms*"]\n'
        'firm = "企业"\n'
        'not_delivered = ["uscc", "firm_type_code", "is_branch", "establish_date", '
        '"approve_date", "reg_status", "reg_authority", "district_code"]\n'
        "event_date = 2023-10-01\n"
        "[sources.columns]\n"
        'firm_name = "名称"\n'
    )
    form = FORM.replace('"*.csv", ', '"0*.csv", ') + firms
    bureau = Bureau(tmp_path, form)
    for month in range(1, 6):
        paths = [bureau.file(invoices(month), f"{month:02}.csv")]
        if month != 5:
            names = f"企业,名称\nE{month},甲{month}\n"
            paths.append(bureau.file(names, f"firms{month}.csv"))
        bureau.deliver(*paths, on=month_after(month))
    finding = told(bureau)["usual_deliveries", ""]
    assert finding["table"] == "reg_firm"
    assert "reg_firm is missing: each of the 3 deliveries" in finding["en"]


def test_rows_of_a_retry_are_not_taken_for_a_small_delivery(usual: Bureau) -> None:
    usual.form = FORM.replace('amount_ex_tax = "金额"', 'amount_ex_tax = "税额"')
    account = usual.retry(on=date(2024, 6, 1))
    assert sum(count.accepted for count in account.tables) == 8
    assert "fewer_rows" not in {limit for limit, _ in told(usual)}


def test_another_mapping_is_no_measure(usual: Bureau) -> None:
    usual.form = FORM.replace('name = "bureau"', 'name = "other"')
    send(usual, 5, invoices(5, no_goods=200))
    (table,) = report(usual).content["tables"]
    assert table["compared_with"] == []
    assert told(usual) == {}


def test_alarms_come_before_notices_and_the_worst_first(usual: Bureau) -> None:
    text = invoices(5, rows=1000, no_goods=400, wrong=50, late=80, void=90)
    send(usual, 5, text)
    found = report(usual).content["unusual"]
    assert [each["limit"] for each in found] == [
        "null_change",
        "quarantine_rise",
        "more_rows",
    ]


def test_every_limit_is_told_with_reason_and_source_in_both_languages() -> None:
    declared = list(limits())
    assert len({limit.id for limit in declared}) == len(declared) > 10
    for limit in declared:
        assert all((*limit.says, *limit.why, limit.source)), limit.id
