"""Q13 errors of unit, and Q22 statements that do not balance."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kexin.intake.units import SUSPECT, mark_units
from kexin.registers.tax import TaxVatReturn
from unit.intake.bureau import engine
from unit.intake.desk import FIRM, Desk, flags

LATER = date(2024, 9, 30)


def month(number: int, sales: float, **other: Any) -> dict[str, Any]:
    return {
        "firm": FIRM,
        "period_start": f"2023-{number:02d}-01",
        "period_end": f"2023-{number:02d}-28",
        "due_date": f"2023-{number:02d}-28",
        "sales_taxable": sales,
        **other,
    }


def suspects(desk: Desk, table: str = "tax_vat_return") -> list[set[str]]:
    return [
        {flag for flag in found if flag.startswith(SUSPECT)}
        for found in flags(desk.held(table))
    ]


SALES = [200_000, 310_000, 150_000, 240_000]


@pytest.mark.parametrize("factor", [10_000, 0.0001])
def test_an_amount_in_another_unit_is_flagged_and_kept(
    desk: Desk, factor: float
) -> None:
    desk.send(tax_vat_return=[month(n, s) for n, s in enumerate(SALES, 1)])
    desk.send(tax_vat_return=[month(5, 220_000 * factor)], on=LATER)
    assert suspects(desk) == [set()] * 4 + [{SUSPECT, f"{SUSPECT}.sales_taxable"}]
    assert float(desk.held("tax_vat_return")[-1]["sales_taxable"]) == 220_000 * factor


def test_one_delivery_is_its_own_history(desk: Desk) -> None:
    rows = [month(n, s) for n, s in enumerate([*SALES, 2_200_000_000], 1)]
    desk.send(tax_vat_return=rows)
    assert [bool(found) for found in suspects(desk)] == [False] * 4 + [True]


def test_two_amounts_are_no_history(desk: Desk) -> None:
    desk.send(tax_vat_return=[month(1, 200_000), month(2, 2_000_000_000)])
    assert suspects(desk) == [set(), set()]


def test_a_factor_of_a_hundred_is_seen_in_a_quiet_history(desk: Desk) -> None:
    quiet = [month(n, 200_000 + n * 1000) for n in range(1, 8)]
    desk.send(tax_vat_return=[*quiet, month(8, 20_000_000)])
    assert [bool(found) for found in suspects(desk)] == [False] * 7 + [True]


def test_a_month_without_business_is_no_error_of_unit(desk: Desk) -> None:
    rows = [month(n, s, output_tax=s * 0.06) for n, s in enumerate(SALES, 1)]
    idle = month(5, 3, output_tax=0.18)
    in_other_unit = month(6, 22, output_tax=1.32)
    desk.send(tax_vat_return=[*rows, idle, in_other_unit])
    assert [bool(found) for found in suspects(desk)] == [False] * 5 + [True]


def test_kinds_of_insurance_are_not_compared(desk: Desk) -> None:
    rows = [
        {
            "firm": FIRM,
            "month": f"2023-{n:02d}",
            "si_kind": kind,
            "insured_count": 9,
            "base_total": 90_000,
            "payable": amount,
            "paid": amount,
            "due_date": f"2023-{n:02d}-28",
        }
        for n in range(1, 6)
        for kind, amount in (("pension", 21_600), ("injury", 36))
        if kind == "pension" or n < 4
    ]
    desk.send(si_month=rows)
    assert suspects(desk, "si_month") == [set()] * 8


def statement(assets: float, liabilities: float, equity: float) -> dict[str, Any]:
    return {
        "firm": FIRM,
        "period_end": "2023-12-31",
        "total_assets": assets,
        "total_liabilities": liabilities,
        "owner_equity": equity,
    }


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        ((1000, 600, 400), set()),
        ((1009, 600, 400), set()),
        ((1020, 600, 400), {"unbalanced"}),
        ((-1020, 600, 400), {"unbalanced"}),
        (
            (10_000_000, 600, 400),
            {"unbalanced", SUSPECT, f"{SUSPECT}.total_assets"},
        ),
        ((1000, 600, 0.04), {"unbalanced", SUSPECT, f"{SUSPECT}.owner_equity"}),
    ],
)
def test_a_statement_must_balance_to_one_part_in_a_hundred(
    desk: Desk, amounts: tuple[float, float, float], found: set[str]
) -> None:
    desk.send(tax_fin_stmt=[statement(*amounts)])
    assert flags(desk.held("tax_fin_stmt")) == [found]


def test_a_record_that_comes_again_is_no_history(desk: Desk) -> None:
    """Three times the same error is one amount, and the balance tells what it is."""
    desk.send(tax_fin_stmt=[statement(1000, 6_000_000, 400)] * 3)
    (found,) = suspects(desk, "tax_fin_stmt")
    assert found == {SUSPECT, f"{SUSPECT}.total_liabilities"}


def quarters(*amounts: tuple[float, float, float]) -> list[dict[str, Any]]:
    return [
        {**statement(*told), "period_end": f"{2020 + n // 4}-{n % 4 * 3 + 1:02d}-28"}
        for n, told in enumerate(amounts)
    ]


def test_a_statement_far_out_of_balance_is_righted_to_a_third(desk: Desk) -> None:
    desk.send(tax_fin_stmt=[statement(50, 600_000, 300_000)])
    assert suspects(desk, "tax_fin_stmt") == [set()], "1.5 is not 1"
    desk.send(tax_fin_stmt=[statement(100, 600_000, 300_000)], on=LATER)
    (*_, found) = suspects(desk, "tax_fin_stmt")
    assert found == {SUSPECT, f"{SUSPECT}.total_assets"}


def test_a_small_part_of_a_statement_that_balances_is_no_error(desk: Desk) -> None:
    usual = [(1000 + n, 600, 400 + n) for n in range(5)]
    desk.send(tax_fin_stmt=quarters(*usual, (601, 600, 1)))
    assert suspects(desk, "tax_fin_stmt") == [set()] * 6


def holder(name: str, subscribed: float, ratio: float, **other: Any) -> dict[str, Any]:
    return {
        "firm": FIRM,
        "holder_key": name,
        "holder_kind": "person",
        "subscribed": subscribed,
        "ratio": ratio,
        "valid_from": "2020-01-02",
        **other,
    }


def test_what_holders_subscribed_is_compared_by_their_shares(desk: Desk) -> None:
    small, large = holder("a", 5_000, 0.0005), holder("b", 6_000_000, 0.6)
    wrong = holder("c", 399.5, 0.3995)
    desk.send(reg_shareholder=[small, large, wrong])
    found = [set(), set(), {SUSPECT, f"{SUSPECT}.subscribed"}]
    assert suspects(desk, "reg_shareholder") == found


@pytest.mark.parametrize("together", [True, False])
def test_an_only_holder_is_compared_with_the_registered_capital(
    desk: Desk, *, together: bool
) -> None:
    registered = [
        {"firm": FIRM, "uscc": FIRM, "firm_name": "杭州海创科技有限公司",
         "approve_date": day, "reg_status": "active", "reg_capital": 10_000_000}
        for day in ("2020-01-02", "2021-01-02")
    ]  # fmt: skip
    only = [holder("a", 100_000_000_000, 1)]
    if together:
        desk.send(reg_firm=registered, reg_shareholder=only)
    else:
        desk.send(reg_firm=registered)
        desk.send(reg_shareholder=only, on=LATER)
    assert suspects(desk, "reg_shareholder") == [{SUSPECT, f"{SUSPECT}.subscribed"}]


@pytest.mark.parametrize(
    ("paid", "found"),
    [
        (10_000, set()),
        (10_000_000, set()),
        (0, set()),
        (1_000, {SUSPECT, f"{SUSPECT}.paid"}),
        (100_000_000_000, {SUSPECT, f"{SUSPECT}.paid"}),
    ],
)
def test_what_was_paid_is_part_of_what_was_subscribed(
    desk: Desk, paid: float, found: set[str]
) -> None:
    holders = [holder(name, 10_000_000, 0.25) for name in "abc"]
    desk.send(reg_shareholder=[*holders, holder("d", 10_000_000, 0.25, paid=paid)])
    assert suspects(desk, "reg_shareholder")[-1] == found


def test_of_two_that_contradict_each_other_both_are_suspect(desk: Desk) -> None:
    desk.send(reg_shareholder=[holder("a", 100, 1, paid=1_000_000)])
    assert suspects(desk, "reg_shareholder") == [
        {SUSPECT, f"{SUSPECT}.paid", f"{SUSPECT}.subscribed"}
    ]


def annual(year: int, revenue: float, **other: Any) -> dict[str, Any]:
    return {
        "firm": FIRM,
        "report_year": year,
        "submit_date": f"{year + 1}-05-01",
        "revenue": revenue,
        **other,
    }


def test_tax_follows_revenue(desk: Desk) -> None:
    revenue = [10_000, 1_000_000, 300_000_000, 2_000_000]
    rows = [annual(2018 + n, r, tax_total=r / 20) for n, r in enumerate(revenue)]
    rows.append(annual(2022, 2_000_000, tax_total=10))
    desk.send(reg_annual_report=rows)
    found = suspects(desk, "reg_annual_report")
    assert [f"{SUSPECT}.tax_total" in each for each in found] == [False] * 4 + [True]


def test_tax_is_not_blamed_for_an_error_in_revenue(desk: Desk) -> None:
    rows = [annual(2018 + n, 2_000_000, tax_total=100_000) for n in range(4)]
    rows.append(annual(2022, 200, tax_total=100_000))
    desk.send(reg_annual_report=rows)
    found = suspects(desk, "reg_annual_report")
    assert found == [set()] * 4 + [{SUSPECT, f"{SUSPECT}.revenue"}]


@pytest.mark.parametrize(
    ("profit", "found"),
    [
        (-19_000_000, set()),
        (1, set()),
        (-21_000_000, {SUSPECT, f"{SUSPECT}.net_profit"}),
    ],
)
def test_a_profit_can_be_small_and_not_of_another_size_than_the_firm(
    desk: Desk, profit: float, found: set[str]
) -> None:
    row = annual(2022, 1_000_000, total_assets=2_000_000, net_profit=profit)
    desk.send(reg_annual_report=[row])
    assert suspects(desk, "reg_annual_report") == [found]


@pytest.mark.parametrize(("steady", "found"), [(True, True), (False, False)])
def test_interest_near_to_zero_is_odd_where_it_never_was(
    desk: Desk, *, steady: bool, found: bool
) -> None:
    rows = quarters(*[(1000_000, 600_000, 400_000)] * 8)
    for n, row in enumerate(rows):
        row["fin_expense_ytd"] = 12_000 if steady else 12_000 / 10 ** (n % 4)
    rows[-1]["fin_expense_ytd"] = 1.2 if steady else 0.12
    desk.send(tax_fin_stmt=rows)
    told = [bool(each) for each in suspects(desk, "tax_fin_stmt")]
    assert told == [False] * 7 + [found]


@pytest.mark.parametrize(
    ("sigma", "caught", "alarms"), [(0.8, 0.999, 0.0005), (1.6, 0.975, 0.0006)]
)
def test_errors_are_caught_and_noise_is_not(
    tmp_path: Any, sigma: float, caught: float, alarms: float
) -> None:
    """Of 10,000 firms with 36 months: 0.3 % of the amounts are damaged."""
    dice = np.random.default_rng(7)
    firms, months = 10_000, 36
    level = dice.normal(12, 2, firms).repeat(months)
    amount = np.exp(level + dice.normal(0, sigma, firms * months))
    damaged = dice.random(firms * months) < 0.003
    factor = np.where(dice.random(firms * months) < 0.5, 1e4, 1e-4)
    sales = np.where(damaged, amount * factor, amount).clip(0.01, 1e15).round(2)
    connection = engine()
    rows = pd.DataFrame(
        {
            "firm_key": np.arange(firms).repeat(months).astype(str),
            "period_start": np.tile(pd.date_range("2020-01-01", periods=months), firms),
            "sales_taxable": sales,
            "delivered": np.arange(firms * months),
        }
    )
    connection.con.register("rows", rows)
    connection.con.execute(
        """
        CREATE TEMP TABLE kept_tax_vat_return AS
        SELECT *, 0 AS sales_exempt, 0 AS sales_export, 0 AS output_tax, 0 AS input_tax,
               firm_key AS src_code, NULL AS src_name, period_start::DATE AS event_date, 'I' AS op,
               []::VARCHAR[] AS dq_flags
        FROM rows
        """
    )
    mark_units(connection, TaxVatReturn, tmp_path, {})
    flagged = connection.con.execute(
        "SELECT len(dq_flags) > 0 AS f FROM marked_tax_vat_return ORDER BY delivered"
    ).df()["f"]
    assert flagged[damaged].mean() >= caught
    assert flagged[~damaged].mean() <= alarms
