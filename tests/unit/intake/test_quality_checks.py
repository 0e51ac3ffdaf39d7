"""What must hold between registers is counted after every batch (section 7)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kexin.intake.accounts import ACCOUNTS
from kexin.intake.consistency import CHECKS, FIRM_CODES
from kexin.registers.contract import contracts
from unit.identity.test_ladder import code_of
from unit.intake.desk import FIRM, OTHER, Desk

if TYPE_CHECKING:
    from kexin.intake.accounts import Account

LATER = date(2024, 9, 30)
YEAR = range(1, 13)


def found(account: Account, check: str) -> tuple[int, int] | None:
    """How many things a check examined, and of how many it does not hold."""
    counts = [c for c in account.checks if c.id == check]
    assert len(counts) <= 1
    return (counts[0].examined, counts[0].failed) if counts else None


def vat(
    firm: str, monthly: int, months: range = YEAR, **other: Any
) -> list[dict[str, Any]]:
    return [
        {
            "firm": firm,
            "period_start": f"2023-{n:02d}-01",
            "period_end": f"2023-{n:02d}-28",
            "due_date": f"2023-{n:02d}-28",
            "filed_at": f"2023-{n:02d}-28",
            "sales_taxable": monthly,
            "sales_exempt": 0,
            "sales_export": 0,
            **other,
        }
        for n in months
    ]


def annual(firm: str, revenue: int) -> dict[str, Any]:
    return {
        "firm": firm,
        "fiscal_year": 2023,
        "period_kind": "annual",
        "period_end": "2023-12-31",
        "due_date": "2024-05-31",
        "filed_at": "2024-05-20",
        "revenue": revenue,
    }


def test_vat_sales_are_held_to_the_years_revenue(desk: Desk) -> None:
    firms = [FIRM, OTHER, code_of(23)]
    returns = [row for f in firms[:2] for row in vat(f, 100)] + vat(
        firms[2], 100, YEAR[:11]
    )
    settled = [annual(f, r) for f, r in zip(firms, (1300, 1400, 1100), strict=True)]
    account = desk.send(tax_vat_return=returns, tax_cit_return=settled)
    assert found(account, "vat_cit") == (2, 1), "1,200 is within 10 % of 1,300 alone"
    assert found(account, "vat_invoices") is None, "no invoices, nothing to compare"


def test_only_firms_that_the_batch_touched_are_looked_at(desk: Desk) -> None:
    desk.send(tax_vat_return=[*vat(FIRM, 100), *vat(OTHER, 100)])
    desk.send(tax_cit_return=[annual(FIRM, 1200)], on=LATER)
    account = desk.send(tax_cit_return=[annual(OTHER, 9900)], on=LATER)
    assert found(account, "vat_cit") == (1, 1)


def test_invoices_are_held_to_vat_sales_with_red_ones_taken_off(desk: Desk) -> None:
    invoices = [
        {
            "firm": firm,
            "invoice_uid": f"{firm}{n}{status}",
            "direction": "out",
            "invoice_kind": "e_special",
            "issue_date": f"2023-{n:02d}-05",
            "amount_ex_tax": amount,
            "tax_amount": 0,
            "invoice_status": status,
        }
        for firm, red in ((FIRM, -50), (OTHER, -5))
        for n in YEAR
        for status, amount in (("normal", 100 - red), ("red", red), ("void", 900))
    ]
    returns = [*vat(FIRM, 100), *vat(OTHER, 100)]
    invoices = [row for row in invoices if row["invoice_uid"] != f"{OTHER}7red"]
    account = desk.send(tax_vat_return=returns, tax_invoice=invoices)
    assert found(account, "vat_invoices") == (2, 0)
    doubled = [{**row, "invoice_uid": row["invoice_uid"] + "x"} for row in invoices]
    again = desk.send(tax_invoice=doubled[:36], on=LATER)
    assert found(again, "vat_invoices") == (1, 1), "the firm whose invoices came twice"


def test_declared_exports_are_held_to_export_sales(desk: Desk) -> None:
    declared = [
        {
            "firm": firm,
            "decl_no": f"{n:018d}",
            "ie_flag": "E",
            "role": "owner",
            "declare_date": "2023-05-06",
            "trade_mode": "0110",
            "country_code": "USA",
            "value_cny": value,
            "value_usd": 1,
            "decl_status": status,
        }
        for n, (firm, value, status) in enumerate(
            [
                (FIRM, 1300, "released"),
                (FIRM, 900, "cancelled"),
                (OTHER, 1500, "closed"),
            ]
        )
    ]
    returns = [row for f in (FIRM, OTHER) for row in vat(f, 0, sales_export=100)]
    account = desk.send(cus_declaration=declared, tax_vat_return=returns)
    assert found(account, "exports_vat") == (2, 1)


def test_staff_on_payroll_and_in_the_report_are_held_to_the_insured(desk: Desk) -> None:
    insured = [
        {
            "firm": firm,
            "month": "2023-12",
            "si_kind": kind,
            "insured_count": 10,
            "base_total": 1,
            "payable": 1,
            "paid": 1,
            "due_date": "2023-12-28",
        }
        for firm in (FIRM, OTHER)
        for kind in ("pension", "injury")
    ]
    paid = [
        {"firm": firm, "period_month": "2023-12", "persons": persons}
        for firm, persons in ((FIRM, 8), (OTHER, 7))
    ]
    reports = [
        {"firm": firm, "report_year": 2023, "submit_date": "2024-05-06", "employees": n}
        for firm, n in ((FIRM, 7), (OTHER, 8))
    ]
    account = desk.send(
        si_month=insured, tax_iit_withholding=paid, reg_annual_report=reports
    )
    assert found(account, "iit_si") == (2, 1)
    assert found(account, "report_si") == (2, 1)


def debtor(case: str, **own: Any) -> dict[str, Any]:
    return {"firm": FIRM, "case_id": f"（2024）浙0106执{case}号", "party_seq": 1, **own}


def test_a_listing_needs_an_enforcement_and_that_a_title(desk: Desk) -> None:
    enforced = [
        debtor(case, filed_date="2024-05-06", exec_status="open") for case in "123"
    ]
    listed = [
        debtor(case, list_date="2024-06-06", behaviour="evade", performance="none")
        for case in "14"
    ]
    number, judged = "（2024）浙0106执1号", "（2024）浙0106执2号"
    case = {
        "case_id": number,
        "case_no_raw": number,
        "root_case_id": "（2023）浙0106民初5号",
        "filed_date": "2024-05-06",
    }
    document = {
        "doc_id": "D",
        "case_id": judged,
        "doc_type": "ruling",
        "judgment_date": "2024-05-07",
        "outcome": "lose",
        "anonymised": "0",
    }
    account = desk.send(
        court_enforcement=enforced,
        court_dishonest=listed,
        court_case=[case],
        court_judgment=[document],
    )
    assert found(account, "dishonest_enforced") == (2, 1)
    assert found(account, "enforcement_based") == (3, 1)


def registered(code: str, **own: Any) -> dict[str, Any]:
    return {
        "firm": code,
        "uscc": code,
        "firm_name": f"杭州{code[8:12]}有限公司",
        "establish_date": "2019-01-01",
        "approve_date": "2023-06-30",
        "reg_status": "active",
        "district_code": "330106",
        **own,
    }


def test_a_firm_that_ended_files_nothing_more(desk: Desk) -> None:
    ended = {"reg_status": "deregistered", "status_date": "2023-06-30"}
    account = desk.send(
        reg_firm=[registered(FIRM, **ended), registered(OTHER, **ended)],
        tax_vat_return=[*vat(FIRM, 1, YEAR[:6]), *vat(OTHER, 1, YEAR[:7])],
    )
    assert found(account, "silent_when_ended") == (2, 1)


def test_a_phone_of_more_than_twenty_firms_is_an_agents(desk: Desk) -> None:
    many = [registered(code_of(n), phone_hash="agent") for n in range(100, 121)]
    few = [registered(code_of(n), phone_hash="office") for n in range(200, 220)]
    account = desk.send(reg_firm=[*many, *few])
    assert found(account, "own_contact") == (41, 21)


def test_patents_and_statements_are_counted(desk: Desk) -> None:
    patents = [
        {
            "firm": FIRM,
            "app_no": number,
            "patent_kind": "invention",
            "app_date": "2019-08-28",
            "grant_date": granted,
            "legal_status": "granted",
            "pct_flag": "0",
        }
        for number, granted in (
            ("201910796888.7", "2021-01-01"),
            ("201910796889.7", "2019-08-28"),
            ("202110652477.8", ""),
        )
    ]
    statements = [
        {
            "firm": FIRM,
            "period_end": f"2023-{month}",
            "total_assets": assets,
            "total_liabilities": 600,
            "owner_equity": 400,
        }
        for month, assets in (("03-31", 1000), ("06-30", 1100))
    ]
    account = desk.send(ip_patent=patents, tax_fin_stmt=statements)
    assert found(account, "grant_after_app") == (2, 1)
    assert found(account, "patent_numbers") == (3, 1)
    assert found(account, "statements_balance") == (2, 1)


def test_codes_that_lead_to_no_firm_are_counted_by_supplier(desk: Desk) -> None:
    rows = [
        {"firm": code, "period_month": "2023-12", "persons": 1}
        for code in (FIRM, OTHER, FIRM[:-2] + "00", "12345")
    ]
    account = desk.send(src="payroll office", tax_iit_withholding=rows)
    assert found(account, "firm_codes") == (4, 2)
    [check] = [c for c in account.checks if c.id == "firm_codes"]
    assert (check.src_system, check.share, check.expected) == (
        "payroll office",
        0.5,
        0.97,
    )
    lines = (desk.warehouse / ACCOUNTS).read_text().splitlines()
    [told] = [c for c in json.loads(lines[-1])["checks"] if c["id"] == "firm_codes"]
    assert {"examined", "failed", "expected", "zh", "en", "tables"} <= set(told)


@pytest.mark.parametrize("check", [*CHECKS, FIRM_CODES], ids=lambda check: check.id)
def test_a_check_is_complete(check: Any) -> None:
    assert check.text.zh
    assert check.text.en
    assert check.source
    assert set(check.tables) <= set(contracts())
    assert check.expected is None or 0 < check.expected <= 1
