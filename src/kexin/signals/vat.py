"""Sales as VAT returns (增值税申报) tell them, month by month; and which firms are active.

Most registers measure what they know against the sales of twelve known months, so these
stand here once. A quarterly return is spread evenly over its months (READINGS.md, A07).
An amount is kept as twelve times its month's share, so that sums stay exact; a return
that was not filed makes its month known and adds nothing (A08).
"""

from kexin.algebra.dates import spell_factors
from kexin.algebra.nodes import Call, Coded, Column, Constant, Node
from kexin.algebra.reductions import (
    Aggregate,
    Months,
    MonthSeries,
    Window,
    count,
    latest,
    total,
)
from kexin.algebra.views import Source, Spread, named
from kexin.registers.business import RegFirm
from kexin.registers.social import SiMonth
from kexin.registers.tax import TaxPayer, TaxVatReturn

YEAR = Window(12)

FLOOR = 100_000
"""Least sales against which amounts are measured, CNY (SIGNALS.md 1.1)."""

TWELFTHS = ((1, 12), (2, 6), (3, 4), (4, 3), (6, 2), (12, 1))
"""Twelve times a month's share, by the months of a return."""


def or_zero(value: Node) -> Node:
    """The value; 0 where a part of a sum is absent (READINGS.md, A62)."""
    return Call("coalesce", (value, Constant(0)))


SALES_COLUMNS = ("sales_taxable", "sales_exempt", "sales_export")


def declared_in(source: Source) -> Node:
    """All sales that a VAT return declares, CNY."""
    taxable, exempt, export = (or_zero(Column(source, name)) for name in SALES_COLUMNS)
    return taxable + exempt + export


declared = declared_in(TaxVatReturn.id)
is_filed = ~TaxVatReturn.filed_at.is_absent()
months_covered = (
    Call("months_between", (TaxVatReturn.period_start, TaxVatReturn.period_end)) + 1
)
twelfths = Coded(months_covered, TWELFTHS)

vat_month = Spread(
    name="vat_month",
    source=TaxVatReturn.id,
    start=TaxVatReturn.period_start,
    end=TaxVatReturn.period_end,
    columns=named(
        TaxVatReturn.id,
        "period_start",
        "filed_at",
        sales=declared * twelfths,
        tax=or_zero(TaxVatReturn.tax_payable) * twelfths,
    ),
)
"""One row per firm, month and version of a return; amounts are twelve times theirs."""

filed = ~vat_month["filed_at"].is_absent()
files_by_quarter = latest(TaxPayer.filing_freq_vat).is_in("quarter")
months_of_sales = MonthSeries(
    ~vat_month["period_start"].is_absent(),
    TaxVatReturn.lag_days,
    files_by_quarter,
)
"""Every return makes its months known, filed or not (A01b)."""


def sales_of(first: int, last: int) -> Node:
    """VAT sales of the known months `first` to `last`, CNY; 0 without a return."""
    return total(vat_month["sales"], months_of_sales.months(first, last), filed) / 12


def months_filed(first: int, last: int) -> Aggregate:
    """Number of the known months `first` to `last` with a filed return."""
    months = months_of_sales.months(first, last)
    return Aggregate("distinct", vat_month["event_date"], months, filed)


def month_of_sales(k: int) -> Node:
    """VAT sales of known month k, CNY; absent without a filed return."""
    returns = count(vat_month["sales"], months_of_sales.months(k, k), filed)
    return sales_of(k, k).given(returns > 0)


def adjusted_month(k: int) -> Node:
    """VAT sales of known month k as if no festival fell in it (READINGS.md, section 6).

    CNY; absent without a filed return.
    """
    month: Months = months_of_sales.months(k, k)
    factor = Coded(
        Call("month_start", (vat_month["event_date"],)), spell_factors(), otherwise=1.0
    )
    return sales_of(k, k) * Aggregate("max", factor, month, filed)


KNOWN_AT_LEAST = 6
"""Months with a filed return that twelve months' sales need (A09)."""

sales_12m = sales_of(1, 12).given(months_filed(1, 12) >= KNOWN_AT_LEAST)
"""VAT sales of twelve known months, CNY: the formula of tax.sales_12m."""


def to_sales(amount: Node, floor: float = FLOOR) -> Node:
    """An amount as a part of a year's sales; 0 of an amount of 0 (READINGS.md, A06)."""
    measured = amount / Call("greatest", (sales_12m, Constant(floor)))
    return Call("coalesce", (measured, Constant(0.0).given(amount.is_in(0))))


sold_lately = count(TaxVatReturn.period_end, YEAR, is_filed & (declared > 0))
staffed_lately = count(SiMonth.month, YEAR, SiMonth.insured_count > 0)

is_active = latest(RegFirm.reg_status).is_in("active") & (
    (sold_lately > 0) | (staffed_lately > 0)
)
"""Whether a firm is active: registered so, with sales or insured staff in the year (A12)."""


industry_2 = Call("prefix", (latest(RegFirm.industry_code), Constant(3)))
"""The firm's two-digit industry with its section's letter, such as I65 (GB/T 4754)."""
