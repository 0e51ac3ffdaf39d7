"""Reports are made again from the warehouse, whatever a kill prevented."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kexin import settings
from kexin.cli import app
from kexin.errors import WarehouseError
from kexin.intake.deliver import deliver
from kexin.intake.mapping import read_mapping
from kexin.report.deliveries import number_of
from unit.identity.test_ladder import CITY, code_of
from unit.intake.bureau import Bureau, engine
from unit.report.monthly import FORM, invoices, month_after, report, send

if TYPE_CHECKING:
    from pathlib import Path


def test_a_report_that_a_kill_prevented_changes_no_later_one(
    usual: Bureau, tmp_path: Path
) -> None:
    """Reports of the first four were never made; here they are, one by one."""
    prompt = Bureau(tmp_path / "prompt", FORM)
    prompt.folder.mkdir()
    for month in range(1, 5):
        send(prompt, month)
        report(prompt)
    bad = invoices(5, no_goods=50)
    for bureau in (usual, prompt):
        send(bureau, 5, bad)
    one, other = report(usual), report(prompt)
    assert one.page.read_bytes() == other.page.read_bytes()
    assert one.data.read_bytes() == other.data.read_bytes()
    assert one.content["unusual"]


def test_numbers_that_were_taken_later_say_so(usual: Bureau) -> None:
    made = report(usual, 2)
    assert made.content["delivery"]["taken_after"] == 4
    assert "were taken after delivery 4" in made.page.read_text()
    assert "补取" in report(usual, 2, "zh").page.read_text()


@pytest.mark.parametrize("damage", ["", "{", '{"format": 0}'])
def test_damaged_numbers_are_taken_again(usual: Bureau, damage: str) -> None:
    made = report(usual)
    (made.page.parent / "numbers.json").write_text(damage)
    assert report(usual).content == made.content


def test_numbers_once_taken_stay(usual: Bureau) -> None:
    before = report(usual, 4).content["tables"]
    usual.form = FORM.replace('amount_ex_tax = "金额"', 'amount_ex_tax = "税额"')
    account = usual.retry(on=date(2024, 6, 1))
    assert report(usual, 4).content["tables"] == before
    assert number_of(usual.warehouse, account) == 5
    (retried,) = report(usual).content["tables"]
    assert retried["records"] == 1600
    assert retried["reasons"] == []


def test_the_same_files_again_are_the_last_delivery(usual: Bureau) -> None:
    path = usual.file(invoices(4), "04.csv")
    accounts = [usual.deliver(path, on=month_after(4)) for _ in range(2)]
    assert [number_of(usual.warehouse, each) for each in accounts] == [6, 6]
    (table,) = report(usual).content["tables"]
    assert table["rows"]["already_held"] == 398
    told = [(each["delivery"], each["quarantined"]) for each in table["compared_with"]]
    assert told == [(1, 0.005), (2, 0.005), (3, 0.005)]


@pytest.mark.parametrize("number", [0, 5, -1])
def test_a_delivery_that_is_not_there_is_told(usual: Bureau, number: int) -> None:
    with pytest.raises(WarehouseError, match="there is no delivery") as raised:
        report(usual, number)
    assert "1 to 4" in raised.value.expected.en


def test_an_empty_warehouse_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no delivery"):
        report(Bureau(tmp_path))


def test_lags_steps_and_flags_are_counted_from_records(tmp_path: Path) -> None:
    form = """\
name = "registry"
source = "registry:hz"

[[sources]]
table = "reg_abnormal_list"
files = ["*.csv"]
firm = "代码"
firm_name = "名称"

[sources.columns]
listing_id = "编号"
list_reason = { constant = "no_annual_report" }
list_date = "列入日"
"""
    path = tmp_path / "mapping.toml"
    path.write_text(form)
    lines = ["代码,名称,编号,列入日"]
    lines += [f"{code_of(41)},,L{n},2024-06-{28 - n:02}" for n in range(9)]
    lines += [",某不知名有限公司,L9,2024-01-31"]
    file = tmp_path / "list.csv"
    file.write_text("\n".join(lines) + "\n")
    warehouse = tmp_path / "warehouse"
    deliver(
        [file], read_mapping(path), warehouse, date(2024, 6, 30), engine(), who=CITY
    )
    (table,) = report(Bureau(tmp_path)).content["tables"]
    lag = {key: table["lag"][key] for key in ("measured", "median", "p90")}
    assert lag == {"measured": 10, "median": 6, "p90": 10}
    steps = [(each["step"], each["records"]) for each in table["steps"]]
    assert steps == [("", 1), ("M1", 9)]
    assert table["steps"][1]["confidence"] == 1.0
    assert table["unmatched"]["share"] == 0.1
    assert ("unmatched", 1) in [(f["flag"], f["records"]) for f in table["flags"]]
    (stream,) = table["streams"]
    assert stream["source"] == "registry:hz"
    assert stream["empty_months"] == ["2024-02", "2024-03", "2024-04", "2024-05"]
    assert (stream["newest"], stream["days_before_receipt"]) == ("2024-06-28", 2)


def answer(*arguments: object) -> dict[str, Any]:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def test_the_command_says_where_the_report_is_and_makes_it_again(
    tmp_path: Path,
) -> None:
    place = tmp_path / "work"
    made = settings.init(place)
    (made.mappings / "bureau.toml").write_text(FORM)
    bureau = Bureau(tmp_path)
    path = bureau.file(invoices(1, wrong=60), "01.csv")
    where = ("--workspace", place, "--json", "--lang", "zh")
    told = answer(
        *("intake", path, "--mapping", "bureau", "--received", "2024-02-02"), *where
    )
    assert told["report"]["delivery"] == 1
    assert [each["limit"] for each in told["report"]["unusual"]] == ["quarantine_share"]
    page = place / "data/reports/0001-bureau-2024-02-02/report.zh.html"
    assert told["report"]["page"] == str(page)
    content = page.read_bytes()
    page.unlink()
    again = answer("quality", 1, *where)
    assert page.read_bytes() == content
    assert again["report"] == told["report"]
    assert again["tables"][0]["rows"] == {
        key: told["tables"][0][key]
        for key in ("read", "accepted", "already_held", "quarantined")
    }
    shown = CliRunner().invoke(app, ["quality", "--workspace", str(place)])
    assert "alarm: tax_invoice" in shown.stdout
    assert "report.en.html" in shown.stdout.replace("\n", "")
