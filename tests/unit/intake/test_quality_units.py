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
