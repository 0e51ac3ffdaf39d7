from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kexin.algebra.nodes import (
    ABSENT,
    AsOf,
    Call,
    Choose,
    ClosedMonth,
    Coded,
    Column,
    Constant,
    Node,
    Statistic,
    walk,
)
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    Circle,
    LongestGap,
    Months,
    MonthSeries,
    Peers,
    Span,
    Turns,
    Window,
    count,
    month_by_month,
    reductions,
    total,
)
from kexin.algebra.resolve import on_day, resolve
from kexin.digest import digest

if TYPE_CHECKING:
    from kexin.algebra.reductions import AnyWindow

amount, party = Column("t", "amount"), Column("t", "party")
out = Column("t", "direction").is_in("out")
series = MonthSeries(out, lag_days=3)
sales = total(amount, Window(12), out)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (Constant(1) + amount * 2 - 3, "(1 + (amount * 2)) - 3"),
        (Constant(date(2020, 1, 1)), "2020-01-01"),
        ((amount >= 1) & ~out, "(amount >= 1) and not(direction in ('out',))"),
        ((amount < 1) | (amount <= 1), "(amount < 1) or (amount <= 1)"),
        (amount.is_absent(), "is_absent(amount)"),
        (amount.given(amount > 0), "(amount given amount > 0)"),
        (Choose(out, amount, Constant(0)), "(amount if direction in ('out',) else 0)"),
        (amount.clip(0, 5), "least(greatest(amount, 0), 5)"),
        (sales, "sum(amount where direction in ('out',))[12m]"),
        (count(amount, Window()), "count(amount)[ever]"),
        (count(amount, Window(12, ending=6)), "count(amount)[12m, 6m ago]"),
        (count(amount, Window(ending=6)), "count(amount)[ever, 6m ago]"),
        (total(amount, Months(1, 3)), "sum(amount)[months 1..3]"),
        (total(amount, series.months(2, 2)), "sum(amount)[known months 2..2]"),
        (
            Aggregate("latest", amount, Span(None, AsOf(3)), on=party),
            "latest(amount by party)[(, as_of - 3m]]",
        ),
        (
            Across("sum", total(amount, Window(3)), by=party),
            "sum across party of sum(amount)[3m]",
        ),
        (
            Across("max", Constant(1), party, top=5, rank=count(amount, Window(3))),
            "max across party of 1, top 5 by count(amount)[3m]",
        ),
        (
            LongestGap(Column("t", "day"), Window(12), out),
            "longest_gap(day where direction in ('out',))[12m]",
        ),
        (AsOf(months=24, days=-1), "as_of - 24m -1d"),
        (ClosedMonth(2, quarterly=True), "end of closed quarter - 2m"),
        (Coded(party, (("A", 1),)), "coded(party, {'A': 1})"),
        (Turns(out, party, Window(24)), "turns(direction in ('out',) by party)[24m]"),
        (
            Across("sum", sales, by=party, top=1, rank=sales, skip=1),
            (
                "sum across party of sum(amount where direction in ('out',))[12m], "
                "top 1 after 1 by sum(amount where direction in ('out',))[12m]"
            ),
        ),
        (
            Peers("median", Constant(1), by=(Constant(2),)),
            "median(1) of firms by (2,)",
        ),
        (Circle(party, out), "circle(party where direction in ('out',))"),
        (
            Statistic("mean", month_by_month(amount, series, 2)),
            "mean(sum(amount)[known months 1..1] ... sum(amount)[known months 2..2])",
        ),
    ],
    ids=str,
)
def test_a_formula_can_be_read(formula: Node, text: str) -> None:
    assert repr(formula) == text


def test_equal_formulas_are_equal_values_with_one_digest() -> None:
    again = total(Column("t", "amount"), Window(12), out)
    assert again == sales
    assert len({again, sales}) == 1
    assert digest(again) == digest(sales)


def test_other_formulas_have_other_digests() -> None:
    near = [
        sales,
        total(amount, Window(13), out),
        total(amount, Window(12, ending=1), out),
        total(amount, Months(1, 12), out),
        total(amount, series.months(1, 12), out),
        total(amount, Window(12)),
        count(amount, Window(12), out),
        sales / 1,
        sales * 1,
        ABSENT,
        Call("abs", (sales,)),
    ]
    assert len({digest(formula) for formula in near}) == len(near)


def test_a_walk_tells_all_parts_from_the_top() -> None:
    parts = [repr(part) for part in walk(sales + 1)]
    assert parts[:3] == [repr(sales + 1), repr(sales), "amount"]
    assert parts[-1] == "1"


def test_the_reductions_of_a_formula_are_the_outermost() -> None:
    inner = total(amount, Window(3))
    across = Across("max", inner, by=party)
    found = list(reductions((across / sales).given(sales > 0)))
    assert found == [sales, across, sales]


@pytest.mark.parametrize(
    ("window", "as_of", "after", "until"),
    [
        (Window(12), "2020-02-29", "2019-02-28", "2020-02-29"),
        (Window(12, ending=12), "2020-02-29", "2018-02-28", "2019-02-28"),
        (Window(), "2020-02-29", None, "2020-02-29"),
        (Months(1, 1), "2020-02-29", "2020-01-31", "2020-02-29"),
        (Months(1, 1), "2020-02-28", "2019-12-31", "2020-01-31"),
        (Months(2, 3), "2020-02-28", "2019-10-31", "2019-12-31"),
        (Months(1, 12), "2020-07-15", "2019-06-30", "2020-06-30"),
        (Span(AsOf(days=-1), AsOf(days=60)), "2020-02-29", "2020-02-28", "2020-04-29"),
    ],
)
def test_a_window_becomes_a_span_between_days(
    window: AnyWindow, as_of: str, after: str | None, until: str
) -> None:
    found = resolve(total(amount, window))
    assert isinstance(found, Aggregate)
    assert isinstance(found.window, Span)
    assert days_of(found.window, as_of) == (after, until)


def days_of(span: Span, as_of: str) -> tuple[str | None, ...]:
    """The ends of a span on a day."""
    ends = (span.after, span.until)
    return tuple(m and str(on_day(m, date.fromisoformat(as_of))) for m in ends)


@pytest.mark.parametrize(
    ("lag_days", "quarterly", "candidates"),
    [(0, False, 1), (3, False, 2), (28, False, 2), (35, False, 3), (26, True, 4)],
)
def test_a_known_month_is_a_choice_while_its_silence_is_young(
    lag_days: int, *, quarterly: bool, candidates: int
) -> None:
    """A candidate is the latest month that is closed, or one that only a record tells."""
    by_quarter = count(amount, Window()) > 0 if quarterly else None
    slow = MonthSeries(out, lag_days, by_quarter)
    found = resolve(total(amount, slow.months(1, 1)))
    spans = {part.window for part in reductions(found) if part.reduction == "sum"}
    assert len(spans) == candidates


def test_the_month_that_was_seen_last_is_the_first() -> None:
    found = resolve(total(amount, series.months(1, 1)))
    assert isinstance(found, Choose)
    ends = [
        days_of(part.window, "2020-03-02")[1]
        for part in (found.then, found.otherwise)
        if isinstance(part, Aggregate) and isinstance(part.window, Span)
    ]
    assert ends == ["2020-02-29", "2020-01-31"]
