"""Q6: numbers of cases and patents in one normal form, and what they tell."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexin.identity.codes import case_number, patent_number
from kexin.intake.mapping import plain
from kexin.intake.numbers import case_read, patent_read
from unit.intake.bureau import engine
from unit.intake.desk import FIRM, Desk, flags

CASE = {"cause_code": "sale", "filed_date": "2024-05-06"}


@pytest.mark.parametrize(
    "written", ["（2024）浙0106民初01234号", "(2024)浙0106民初1234号之一"]
)
def test_a_case_number_is_held_in_its_normal_form(desk: Desk, written: str) -> None:
    desk.send(court_case=[{**CASE, "case_id": written, "case_no_raw": written}])
    [row] = desk.held("court_case")
    assert row["case_id"] == row["root_case_id"] == "2024|浙0106|民初|1234"
    assert row["case_no_raw"] == plain(written)
    assert (row["case_year"], row["court_code"]) == (2024, "浙0106")
    assert row["case_type"] == "民初"
    assert flags([row]) == [set()]


def test_a_further_document_is_of_the_same_case(desk: Desk) -> None:
    first, again = "（2024）浙0106民初1号", "（2024）浙0106民初1号之二"
    desk.send(court_case=[{**CASE, "case_id": first, "case_no_raw": first}])
    desk.send(court_case=[{**CASE, "case_id": again, "case_no_raw": again}])
    assert {row["case_id"] for row in desk.held("court_case")} == {"2024|浙0106|民初|1"}


def test_the_original_case_is_the_root_of_an_appeal(desk: Desk) -> None:
    appeal = {
        **CASE,
        "case_id": "（2024）浙01民终9号",
        "case_no_raw": "（2024）浙01民终9号",
        "root_case_id": "（2023）浙0106民初0077号",
    }
    desk.send(court_case=[appeal])
    [row] = desk.held("court_case")
    assert row["root_case_id"] == "2023|浙0106|民初|77"
    assert row["case_type"] == "民终"


def test_a_number_that_cannot_be_read_is_kept_and_flagged(desk: Desk) -> None:
    debtor = {"firm": FIRM, "party_seq": 1, "exec_status": "open"}
    rows = [{**debtor, "case_id": "执行案件77", "filed_date": "2024-05-06"}]
    account = desk.send(court_enforcement=rows)
    assert account.tables[0].accepted == 1
    [row] = desk.held("court_enforcement")
    assert row["case_id"] == "执行案件77"
    assert flags([row]) == [{"case_no_unparsed"}]


def test_a_type_that_nobody_has_named_is_other(desk: Desk) -> None:
    number = "（2024）浙0106环保令5号"
    desk.send(court_case=[{**CASE, "case_id": number, "case_no_raw": number}])
    assert desk.held("court_case")[0]["case_type"] == "other"


PATENT = {
    "firm": FIRM,
    "patent_kind": "invention",
    "app_date": "2019-08-28",
    "legal_status": "granted",
    "pct_flag": "0",
}


def test_a_patents_number_loses_its_dot_and_its_letters(desk: Desk) -> None:
    desk.send(ip_patent=[{**PATENT, "app_no": "ZL201910796888.7"}])
    [row] = desk.held("ip_patent")
    assert row["app_no"] == "2019107968887"
    assert flags([row]) == [set()]


def test_a_patent_with_a_wrong_check_digit_is_flagged(desk: Desk) -> None:
    desk.send(ip_patent=[{**PATENT, "app_no": "201910796888.8"}])
    assert flags(desk.held("ip_patent")) == [{"check_digit"}]


def test_a_patent_of_the_last_century_keeps_its_short_number(desk: Desk) -> None:
    old = {**PATENT, "app_date": "1997-01-08", "app_no": "97101765.4"}
    account = desk.send(ip_patent=[old])
    assert account.tables[0].quarantined == 0
    assert desk.held("ip_patent")[0]["app_no"] == "971017654"


courts = st.sampled_from(["浙", "浙01", "浙0106", "最高法", "杭西", "苏05", "A", ""])
types = st.sampled_from(
    ["民初", "执", "执恢", "商初字第", "民一初字第", "破申", "民诉前调", ""]
)
years = st.sampled_from(["（2024）", "(2015)", "〔2016〕", "[2020]", "2021", "（24）"])
serials = st.sampled_from(["1", "0012", "", "77", "1234"])
ends = st.sampled_from(["号", "", "号之一", "之十二号", "-1", "号之3", " 号"])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(years, courts, types, serials, ends), min_size=60))
def test_the_engine_reads_case_numbers_as_the_rules_do(
    parts: list[tuple[str, ...]],
) -> None:
    texts = [plain("".join(part)) for part in parts]
    table = ibis.memtable({"text": texts}, schema={"text": "string"})
    read = case_read(table.text)
    rows = engine().to_pyarrow(table.select("text", read=read.text, sound=read.sound))
    for row in rows.to_pylist():
        number = case_number(row["text"])
        assert row["sound"] == (number is not None), row
        assert row["read"] == (number.case_id if number else row["text"])


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.from_regex(r"\A(ZL)?(CN)?(20[12]\d|9\d)[1-9]\d{5,8}\.?[\dX]\Z"), min_size=60
    )
)
def test_the_engine_reads_patent_numbers_as_the_rules_do(texts: list[str]) -> None:
    real = ["202110305380.X", "ZL97101765.4", "201518998489.0", "971017655"]
    table = ibis.memtable({"text": [*texts, *real]}, schema={"text": "string"})
    read = patent_read(table.text)
    rows = engine().to_pyarrow(table.select("text", read=read.text, sound=read.sound))
    for row in rows.to_pylist():
        number = patent_number(row["text"])
        assert row["sound"] == (number is not None), row
        assert number in {None, row["read"]}
