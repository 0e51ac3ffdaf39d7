"""Every word of the formula language means on the engine what the reference says.

The catalogue does not use all of the language in all ways; these formulas do. None is
a signal: they are asked of the same random firms.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.algebra.nodes import (
    ABSENT,
    AsOf,
    Call,
    Choose,
    ClosedMonth,
    Coded,
    Constant,
    Node,
    Statistic,
)
from kexin.algebra.reductions import (
    ALWAYS,
    Across,
    Aggregate,
    LongestGap,
    Months,
    MonthSeries,
    Turns,
    Window,
    count,
    total,
)
from kexin.errors import DeclarationError
from kexin.language import Text
from kexin.panel.build import panel
from kexin.registers.core import CoreLoanOutcome
from kexin.registers.tax import TaxInvoice
from kexin.signals.signal import Signal
from laws.engine import Panels, agrees, examples, told
from laws.invoices import AS_OFS, city, sale
from laws.reference import City
from laws.small import values

if TYPE_CHECKING:
    from random import Random

    from laws.small import Record

amount, uid, issued = (
    TaxInvoice.amount_ex_tax,
    TaxInvoice.invoice_uid,
    TaxInvoice.issue_date,
)
party, name = TaxInvoice.counterparty_code, TaxInvoice.counterparty_name
sold = TaxInvoice.direction.is_in("out")
void = TaxInvoice.invoice_status.is_in("void")
year, ever = Window(12), Window()
in_months = MonthSeries(TaxInvoice.direction.is_in("in"), lag_days=3)
slow_months = MonthSeries(sold & ~void, lag_days=40)
quarters = MonthSeries(sold, 26, Aggregate("count", uid) > 0)
some_quarters = MonthSeries(sold, 26, Aggregate("count", uid, where=void) > 0)
issue_month = Call("month_start", (issued,))
tied = Choose(sold, amount, ABSENT)

n, sales = count(uid, year), total(amount, year)
first = Aggregate("min", issued, year)
months = tuple(total(amount, Months(k, k), sold) for k in range(1, 7))
gaps = tuple(month.given(month > 0) for month in months)
few = tuple(month.given(month >= 50_000) for month in months)

FORMULAS: dict[str, Node] = {
    "absent": ABSENT,
    "a whole number": Constant(3) + n,
    "difference below zero": Constant(3) - n,
    "product": sales * n,
    "quotient": sales / n,
    "quotient over zero": n / count(uid, Window(1)),
    "zero over zero": count(uid, Window(1)) / total(amount, Window(1)),
    "less": n < 5,
    "at most": n <= 5,
    "more": n > 5,
    "at least": n >= 5,
    "false and absent": (n < 0) & (Constant(1) / (n * 0) > 0),
    "true and absent": (n >= 0) & (Constant(1) / (n * 0) > 0),
    "true or absent": (n >= 0) | (Constant(1) / (n * 0) > 0),
    "false or absent": (n < 0) | (Constant(1) / (n * 0) > 0),
    "not absent": ~(Constant(1) / (n * 0) > 0),
    "absence is told": (Constant(1) / n).is_absent(),
    "absent is not in": count(uid, year, ~party.is_in("nobody")),
    "absent is not out": count(uid, year, ~(party.is_in("nobody") | sold)),
    "one of": n.is_in(1, 2, 3),
    "a choice on absence": Choose(Constant(1) / (n * 0) > 0, Constant(1), Constant(2)),
    "a choice": Choose(n > 5, sales, n),
    "given": sales.given(sales > 0),
    "clip": (sales / n).clip(0, 1000),
    "greatest of an absence": Call("greatest", (Constant(1) / n, Constant(0))),
    "least of an absence": Call("least", (Constant(1) / n, Constant(0))),
    "the first that is there": Call("coalesce", (gaps[0], gaps[1], Constant(-1))),
    "absolute": Call("abs", (total(amount, year, sold) - total(amount, ever),)),
    "logarithm": Call("ln_1p", (n,)),
    "square": Call("square", (sales,)),
    "days since": Call("days_since", (first,)),
    "months since": Call("months_since", (first,)),
    "months since the last": Call("months_since", (Aggregate("max", issued, ever),)),
    "festival days": Call("festival_days", (Call("days_since", (first,)),)),
    "festival days since the last": Call(
        "festival_days", (Call("days_since", (Aggregate("max", issued, ever),)),)
    ),
    "days to a month's end": total(Call("days_to_month_end", (issued,)), year),
    "days of a month": Call(
        "days_since", (Aggregate("max", Call("month_start", (issued,)), year),)
    ),
    "a code": Coded(n, ((0, 5), (1, 7), (2, 9))),
    "a code for others": Coded(n / n, ((1.0, 5),), otherwise=7),
    "largest of what is there": Statistic("max", gaps),
    "largest of few": Statistic("max", few),
    "logarithm of nothing": Call("ln", (n,)),
    "n ln n": Call("n_ln_n", (n,)),
    "sum of n ln n": Across("sum", Call("n_ln_n", (n,)), by=party),
    "the second of groups": Across("sum", n, by=party, top=1, rank=sales, skip=1),
    "the third and fourth": Across("sum", n, by=party, top=2, rank=n, skip=2),
    "pairs of texts": Across("count", n, Call("key", (party, name))),
    "beginnings of texts": Aggregate("distinct", Call("prefix", (party, Constant(7))), ever),
    "years": Aggregate("distinct", Call("year", (issued,)), ever),
    "months of the year": Aggregate("distinct", Call("month_of_year", (issued,)), ever),
    "days between": Call("days_between", (first, Aggregate("max", issued, ever))),
    "months between": Call("months_between", (first, Aggregate("max", issued, year))),
    "months between, backwards": Call("months_between", (AsOf(), first)),
    "middle of days": Aggregate("median", Call("days_since", (issued,)), year),
    "from a day on": count(uid, ever, issued > AsOf(months=3, days=-1)),
    "until a closed month": count(uid, ever, issued <= ClosedMonth(1, lag_days=3)),
    "within closed quarters": count(uid, ever, issued <= ClosedMonth(quarterly=True)),
    "announced": count(uid, ALWAYS, issued >= AsOf(days=-2)),
    "turns": Turns(amount > 50_000, by=party, window=year),
    "turns of what is sometimes absent": Turns(tied > 0, void, Window(12, ending=1)),
    "months by the quarter": total(amount, quarters.months(1, 4)),
    "months by the quarter of some": total(amount, some_quarters.months(1, 1)),
    "sum of nothing": total(amount, year, void & ~void),
    "sum of squares": total(Call("square", (amount,)), year),
    "count of what is there": count(party, year),
    "distinct": Aggregate("distinct", party, year),
    "distinct amounts": Aggregate("distinct", amount, year, sold),
    "least amount": Aggregate("min", amount, year),
    "greatest amount": Aggregate("max", amount, year, ~sold),
    "ended a year ago": total(amount, Window(12, ending=12)),
    "until half a year ago": count(uid, Window(ending=6)),
    "by another day": Aggregate("count", uid, year, on=issue_month),
    "by another day, in months": Aggregate("sum", amount, Months(2, 4), on=issue_month),
    "latest": Aggregate("latest", amount, year),
    "latest where it is silent": Aggregate("latest", tied, ever),
    "months": count(uid, Months(1, 3)),
    "the second month": count(uid, Months(2, 2)),
    "known months of purchases": total(amount, in_months.months(1, 2)),
    "known months, slowly known": count(uid, slow_months.months(1, 1)),
    "known months, slowly known, later": total(amount, slow_months.months(2, 13)),
    "mean of what is there": Statistic("mean", gaps),
    "median of what is there": Statistic("median", gaps),
    "median of an even number": Statistic("median", months),
    "deviation of what is there": Statistic("deviation", gaps),
    "deviation of few": Statistic("deviation", few) / 1000,
    "slope over places": Statistic("slope", gaps) / 1000,
    "slope of few": Statistic("slope", few) / 1000,
    "zeros before": Statistic("leading_zeros", months),
    "zeros before an absence": Statistic(
        "leading_zeros", (months[0] * 0, months[1] * 0, *few, months[2])
    ),
    "mean of none": Statistic("mean", (ABSENT / 1, ABSENT / 1)),
    "longest gap": LongestGap(issued, year, sold),
    "longest gap, half a year ago": LongestGap(issued, Window(12, ending=6), sold),
    "longest gap of known months": LongestGap(issued, in_months.months(1, 6), sold),
    "longest gap of months": LongestGap(issued, Months(2, 9), ~void),
    "groups": Across("count", n, by=party),
    "groups with a value": Across("count", sales.given(sales > 0), by=party),
    "sum across": Across("sum", Call("square", (sales,)), by=party),
    "sum across nothing": Across("sum", sales.given(n < 0), by=party),
    "greatest across": Across("max", sales, by=name),
    "the two greatest": Across("sum", n, by=party, top=2, rank=sales),
    "greatest with a rank": Across(
        "sum", n, by=party, top=1, rank=sales.given(sales > 0)
    ),
    "ties": Across("sum", sales, by=Call("coalesce", (party, name)), top=1, rank=n),
    "known months of groups": Across(
        "max", total(amount, in_months.months(1, 1)), by=party
    ),
    "groups by status": Across("count", n.given(n > 0), by=TaxInvoice.invoice_status),
}


def signal_of(number: int, formula: Node) -> Signal:
    """A formula in the dress of a signal."""
    text = Text("", "")
    return Signal(
        id=f"formula_{number}",
        register="tax",
        name=text,
        formula=formula,
        unit="",
        direction=0,
        absent="no_records",
        family="",
        reason=text,
        why=Text("", ""),
        source="",
    )


ASKED = {
    key: signal_of(number, node) for number, (key, node) in enumerate(FORMULAS.items())
}


@pytest.fixture(scope="module")
def formulas() -> Panels:
    return Panels(threads=2, signals=ASKED.values())


@examples(6)
@given(
    random=st.randoms(use_true_random=True),
    as_of=st.sampled_from([AS_OFS[0], AS_OFS[4], AS_OFS[5]]),
)
def test_every_word_means_what_the_reference_says(
    formulas: Panels, random: Random, as_of: date
) -> None:
    histories = city(random, as_of, 30)
    found = formulas.of(histories, as_of)
    for key, records in histories.items():
        judge = City({TaxInvoice.id: records}, as_of)
        for said, signal in ASKED.items():
            expected = judge.value(signal, key)
            got = found[key][signal.id]
            case = f"{said}: {signal.formula!r} of {key} at {as_of}\n{told(records)}"
            assert agrees(got, expected), f"engine {got}, reference {expected}: {case}"


def test_a_formula_may_stand_on_two_tables() -> None:
    as_of = date(2020, 1, 31)
    loan = {
        **dict.fromkeys(CoreLoanOutcome.columns()),
        "firm_key": "A",
        "event_date": date(2020, 1, 1),
        "known_at": datetime(2020, 1, 16),
        "balance": Decimal("50.00"),
    }
    tables: dict[str, list[Record]] = {
        TaxInvoice.id: [sale("A", as_of, "200.00"), sale("B", as_of, "300.00")],
        CoreLoanOutcome.id: [loan, {**loan, "firm_key": "C"}],
    }
    debt = total(CoreLoanOutcome.balance, Window(1))
    asked = [signal_of(0, debt / sales), signal_of(1, sales - debt)]
    found = values(asked, tables, [(firm, as_of) for firm in "CBA"])
    assert found == {
        ("A", as_of): {"formula_0": 0.25, "formula_1": 150},
        ("B", as_of): {"formula_0": 0, "formula_1": 300},
        ("C", as_of): {"formula_0": None, "formula_1": -50},
    }


def test_a_reduction_counts_the_months_of_one_series() -> None:
    both = Across(
        "sum",
        total(amount, in_months.months(1, 1)) + total(amount, slow_months.months(1, 1)),
        by=party,
    )
    day = AS_OFS[0]
    asked = ibis.memtable({"firm_key": ["A"], "as_of": [day]})
    table = ibis.table(TaxInvoice.columns(), name="tax_invoice")
    with pytest.raises(DeclarationError, match="two series"):
        panel([signal_of(0, both)], asked, [day], {TaxInvoice.id: table})
