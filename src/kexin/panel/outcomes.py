"""What became of an observation in the twelve months after it.

So far from banks' reports on loans alone (POLICY.md 1.1, label B1). An outcome is a
pure function of the warehouse and of the day by which it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import ibis

from kexin.algebra.dates import month_start, months_before
from kexin.algebra.to_ibis import to_ibis, visible
from kexin.registers.core import CoreLoanOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis.expr.types as ir
    import pandas as pd

Outcome = Literal["good", "bad", "indeterminate", "unknown"]

MONTHS = 12
"""Length of the performance window (POLICY.md 1.2)."""

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
    """Return what became of each firm with loans in (as_of, as_of + 12 months].

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
    """Return the day on which the newest loan report was known; None without one."""
    newest = tables["core_loan_outcome"].known_at.max().to_pyarrow().as_py()
    return None if newest is None else newest.date()
