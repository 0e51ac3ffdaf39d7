"""Labels as bureaus write them are the contract's codes, or are left to a person."""

from __future__ import annotations

import pytest

from kexin.intake import labels
from kexin.registers.contract import contracts


def label(table: str, column: str, told: str) -> labels.Label:
    field = contracts()[table].fields()[column]
    (found,) = labels.labels({told: 1}, field)
    return found


@pytest.mark.parametrize(
    ("table", "column", "told", "code"),
    [
        ("reg_firm", "reg_status", "存续（在营、开业、在册）", "active"),
        ("reg_firm", "reg_status", "在营", "active"),
        ("reg_firm", "reg_status", "吊销，未注销", "revoked"),
        ("reg_firm", "reg_status", "DEREGISTERED", "deregistered"),
        ("tax_payer", "taxpayer_kind", "一般纳税人", "general"),
        ("tax_invoice", "direction", "销项", "out"),
        ("tax_credit_rating", "rating", "A", "A"),
        ("court_case", "case_type", "民事一审", "民初"),
        ("pboc_loan_month", "five_class", "正常", "1"),
        ("reg_penalty", "penalty_kinds", "其他", "other"),
    ],
)
def test_a_label_that_the_contract_tells_is_sure(
    table: str, column: str, told: str, code: str
) -> None:
    found = label(table, column, told)
    assert (found.code, found.sure) == (code, True)


@pytest.mark.parametrize(
    ("table", "column", "told", "code"),
    [
        ("pboc_loan_month", "five_class", "正常类", "1"),
        ("court_judgment", "doc_type", "民事判决书", "judgment"),
        ("reg_penalty", "authority_kind", "药品监督管理局", "drug"),
        ("qual_cert", "cert_kind", "瞪羚企业", "GAZELLE"),
    ],
)
def test_a_label_that_is_like_one_is_a_guess(
    table: str, column: str, told: str, code: str
) -> None:
    found = label(table, column, told)
    assert (found.code, found.sure) == (code, False)


@pytest.mark.parametrize(
    ("table", "column", "told"),
    [
        ("reg_firm", "reg_status", "状态七"),
        ("court_dishonest", "performance", "全部履行"),
        ("reg_firm", "reg_status", "9"),
    ],
)
def test_a_label_that_is_like_none_or_like_two_is_left_open(
    table: str, column: str, told: str
) -> None:
    found = label(table, column, told)
    assert found.code is None
    assert found.near


def test_brackets_that_tell_another_code_make_a_label_unsure() -> None:
    assert not label("tax_invoice", "invoice_kind", "增值税普通发票(卷票)").sure


def test_the_labels_of_a_set_are_taken_one_by_one() -> None:
    field = contracts()["reg_penalty"].fields()["penalty_kinds"]
    found = labels.labels({"罚款;警告": 2, "警告、没收": 1}, field)
    assert {each.told: each.code for each in found} == {
        "罚款": "fine",
        "警告": "warning",
        "没收": "confiscation",
    }
