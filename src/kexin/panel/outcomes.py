"""What became of an observation in the twelve months after it.

From public events for every firm of the population (POLICY.md 1.1, label B2), and from
banks' reports where there are loans (B1). An outcome is a pure function of the
warehouse and of the day by which it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import ibis

from kexin.algebra.dates import month_start, months_before
from kexin.algebra.to_ibis import to_ibis, visible
from kexin.panel.events import exits, label_events, lesser_events
from kexin.registers.core import CoreLoanOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis.expr.types as ir
    import pandas as pd

Outcome = Literal["good", "bad", "indeterminate", "unknown"]

MONTHS = 12
"""Length of the performance window (POLICY.md 1.2)."""

REPORTING_MONTHS = 4
"""Months after the window within which its events become known (POLICY.md 1.2)."""

PAST_DUE_DAYS = 90
DOUBTFUL_DAYS = 30
OWED_AT_LEAST = 1_000

past_due = (CoreLoanOutcome.dpd >= PAST_DUE_DAYS) & (
    CoreLoanOutcome.balance > OWED_AT_LEAST
)
"""B1.1: 90 days past due with more than CNY 1,000 owed."""

worse = CoreLoanOutcome.five_class.is_in(
    "3", "4", "5"
) | CoreLoanOutcome.is_rescheduled.is_in("restructured")
"""B1.2 and B1.3: classified substandard or worse, or restructured."""

doubtful = (
    CoreLoanOutcome.dpd >= DOUBTFUL_DAYS
) | CoreLoanOutcome.is_rescheduled.is_in("extension")
"""Neither good nor bad: 30 to 89 days past due, or extended (POLICY.md 1.3)."""


def outcomes(
    tables: Mapping[str, ir.Table], as_of: date, known_by: date
) -> pd.DataFrame:
    """Return what became of each firm in (as_of, as_of + 12 months].

    A firm is bad if public events or its loans say so. Firms of the population that
    have no loan are told by public events alone; where registry or courts were never
    delivered nothing public is known, and loans alone tell.

    Args:
        tables: The warehouse.
        as_of: Day of the observation.
        known_by: Day by which it is told; what is known later is not seen.

    Returns:
        One row a firm, in the order of `firm_key`: `firm_key` and `outcome`.
    """
    loans = loan_outcomes(tables, as_of, known_by)
    if not all(
        is_delivered(tables, name) for name in ("reg_firm", "court_enforcement")
    ):
        return loans
    public = public_outcomes(tables, as_of, known_by)
    both = public.merge(loans, "left", "firm_key", suffixes=("", "_loan"))
    told_by_loan = both["outcome_loan"].isin(["bad", "indeterminate"])
    worse = told_by_loan & (both["outcome"] != "bad")
    both["outcome"] = both["outcome"].mask(worse, both["outcome_loan"])
    return both[["firm_key", "outcome"]]


def is_delivered(tables: Mapping[str, ir.Table], name: str) -> bool:
    """Whether any record of a table was ever delivered."""
    return name in tables and bool(tables[name].count().execute())


def public_outcomes(
    tables: Mapping[str, ir.Table], as_of: date, known_by: date
) -> pd.DataFrame:
    """Return what public events say of each firm of the population (B2).

    Bad: an event in the window. Else, for good or not yet: unknown before the window
    and four months for reports to come are over; indeterminate where a firm left in
    good order, or was enforced for little or paid in time; good otherwise.
    """
    until = months_before(as_of, -MONTHS)
    mature = months_before(until, -REPORTING_MONTHS) <= known_by

    def inside(events: ir.Table) -> ir.Table:
        kept = events.filter(events.day > as_of, events.day <= until)
        return kept.select("firm_key").distinct()

    events = label_events(tables, known_by).rename(day="event_date")
    bad = inside(events).mutate(bad=True)
    open_still = inside(
        lesser_events(tables, known_by).union(exits(tables, known_by))
    ).mutate(open_still=True)
    firms = population(tables, as_of)
    told = firms.left_join(bad, "firm_key").drop("firm_key_right")
    told = told.left_join(open_still, "firm_key").drop("firm_key_right")
    outcome = ibis.cases(
        (told.bad.notnull(), "bad"),
        (ibis.literal(not mature), "unknown"),
        (told.open_still.notnull(), "indeterminate"),
        else_="good",
    )
    frame: pd.DataFrame = (
        told.select("firm_key", outcome=outcome).order_by("firm_key").to_pandas()
    )
    return frame


def population(tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """Return the firms on which a model learns (POLICY.md 1.2): `firm_key`.

    Enterprises in scope, active, at least a year old, with sales or insured staff in
    the year, and without a bad event in it, all as known on the day.
    """
    year_ago = months_before(as_of, MONTHS)
    registry = visible(tables["reg_firm"], as_of)
    kind = registry.firm_type_code
    in_scope = kind.startswith("1") | kind.startswith("5") | kind.startswith("6")
    standing = registry.filter(
        in_scope | kind.startswith("45"),
        ~registry.is_branch,
        registry.reg_status == "active",
        registry.establish_date <= year_ago,
    ).select("firm_key")
    returns = visible(tables["tax_vat_return"], as_of)
    sales = returns.sales_taxable + returns.sales_exempt + returns.sales_export
    staff = visible(tables["si_month"], as_of)
    busy = returns.filter(sales > 0, returns.event_date > year_ago).select("firm_key")
    busy = busy.union(
        staff.filter(staff.insured_count > 0, staff.event_date > year_ago).select(
            "firm_key"
        )
    )
    events = label_events(tables, as_of)
    bad = events.filter(events.event_date > year_ago, events.event_date <= as_of)
    return standing.distinct().semi_join(busy, "firm_key").anti_join(bad, "firm_key")


def loan_outcomes(
    tables: Mapping[str, ir.Table], as_of: date, known_by: date
) -> pd.DataFrame:
    """Return what became of each firm with loans in (as_of, as_of + 12 months] (B1).

    Args:
        tables: The warehouse.
        as_of: Day of the observation.
        known_by: Day by which it is told; reports known later are not seen.

    Returns:
        One row a firm that has a loan report, in the order of `firm_key`: `firm_key`
        and `outcome`. Bad: an event in the window. Good: none, and a report that covers
        the window's last day. Indeterminate: neither, for good. Unknown: reports do
        not reach so far yet.
    """
    reports = visible(tables["core_loan_outcome"], known_by)
    until = months_before(as_of, -MONTHS)

    def holds(condition: object) -> ir.BooleanValue:
        value = to_ibis(condition, lambda column: reports[column.name])  # type: ignore[arg-type]  # a formula
        return value.fill_null(False)  # noqa: FBT003

    due, classed = holds(past_due), holds(worse)
    day = ibis.ifelse(due, first_past_due(reports), reports.report_month)
    bad = (due | classed) & (day > as_of) & (day <= until)
    inside = (reports.report_month > as_of) & (reports.report_month <= until)
    told = reports.group_by("firm_key").agg(
        bad=bad.any(),
        doubtful=(holds(doubtful) & inside).any(),
        covered=reports.report_month.max() >= month_start(until),
    )
    outcome = ibis.cases(
        (told.bad, "bad"),
        (~told.covered, "unknown"),
        (told.doubtful, "indeterminate"),
        else_="good",
    )
    frame: pd.DataFrame = (
        told.select("firm_key", outcome=outcome).order_by("firm_key").to_pandas()
    )
    return frame


def first_past_due(reports: ir.Table) -> ir.DateValue:
    """Return the day on which a loan was 90 days past due: month end - (dpd - 90)."""
    following = reports.report_month + ibis.interval(months=1)
    back = (reports.dpd - PAST_DUE_DAYS + 1).as_interval("D")
    return (following - back).cast("date")


def last_known(tables: Mapping[str, ir.Table]) -> date | None:
    """Return the day on which the newest report that tells outcomes was known."""
    days = [
        tables[name].known_at.max().to_pyarrow().as_py()
        for name in ("core_loan_outcome", "court_enforcement")
    ]
    return max((day.date() for day in days if day is not None), default=None)
