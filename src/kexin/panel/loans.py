"""What loans tell of a firm: label B1 of POLICY.md, section 1.1.

Banks report a loan month by month. B1.4, written off or paid by the guarantor, is left
out: no column of the reports tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from kexin.algebra.to_ibis import to_ibis, visible
from kexin.registers.core import CoreLoanOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.nodes import Node

    Tables = Mapping[str, ir.Table]

PAST_DUE_DAYS = 90
DOUBTFUL_DAYS = 30
OWED_AT_LEAST = 1_000
"""CNY that must be owed for a loan to be past due (B1.1)."""

past_due = (CoreLoanOutcome.dpd >= PAST_DUE_DAYS) & (
    CoreLoanOutcome.balance > OWED_AT_LEAST
)
"""B1.1: 90 days past due with more than CNY 1,000 owed."""

classified = CoreLoanOutcome.five_class.is_in("3", "4", "5")
"""B1.2: classified substandard or worse."""

restructured = CoreLoanOutcome.is_rescheduled.is_in("restructured")
"""B1.3: restructured with a loss."""

late = CoreLoanOutcome.dpd >= DOUBTFUL_DAYS
extended = CoreLoanOutcome.is_rescheduled.is_in("extension")
"""Neither good nor bad: 30 to 89 days past due, or extended (POLICY.md 1.3)."""

owing = CoreLoanOutcome.balance > 0

LOAN = ("firm_key", "bank_id", "loan_id")
"""What names a loan: banks may use the same numbers."""


def reported(tables: Tables, known_by: date) -> ir.Table:
    """Return banks' reports on firms, as they stood at the end of a day."""
    stood = visible(tables["core_loan_outcome"], known_by)
    return stood.filter(stood.firm_key.notnull())


def holding(reports: ir.Table, condition: Node) -> ir.Table:
    """Return the reports for which a condition is known to hold."""
    met = to_ibis(condition, lambda column: reports[column.name])
    return reports.filter(met.fill_null(False))  # noqa: FBT003


def begun(reports: ir.Table, condition: Node) -> ir.Table:
    """Return the reports in which a condition holds that did not the month before."""
    met = to_ibis(condition, lambda column: reports[column.name])
    in_order = ibis.window(group_by=LOAN, order_by=["report_month", "row_id"])
    told = reports.mutate(met=met.fill_null(False))  # noqa: FBT003
    told = told.mutate(before=told.met.lag().over(in_order).fill_null(False))  # noqa: FBT003
    return told.filter(told.met & ~told.before).drop("met", "before")


def loan_events(tables: Tables, known_by: date) -> ir.Table:
    """Return what loans made firms bad, as far as it was known by a day.

    Returns:
        One row a report that tells it: `firm_key`, `event` (its id in POLICY.md),
        `event_date` (its label date) and `known_at` (when the report was known).
    """
    reports = reported(tables, known_by)
    due = holding(reports, past_due).mutate(event=ibis.literal("B1.1"))
    worse = begun(reports, classified).mutate(event=ibis.literal("B1.2"))
    eased = begun(reports, restructured).mutate(event=ibis.literal("B1.3"))
    parts = [
        due.mutate(event_date=first_past_due(due)),
        worse.mutate(event_date=worse.report_month),
        eased.mutate(event_date=eased.report_month),
    ]
    columns = ("firm_key", "event", "event_date", "known_at")
    return ibis.union(*(part.select(*columns) for part in parts))


def first_past_due(reports: ir.Table) -> ir.DateValue:
    """Return the day on which a loan was 90 days past due: month end - (dpd - 90)."""
    following = reports.report_month + ibis.interval(months=1)
    back = (reports.dpd - PAST_DUE_DAYS + 1).as_interval("D")
    return (following - back).cast("date")


def doubtful_loans(tables: Tables, known_by: date) -> ir.Table:
    """Return reports that leave an outcome open: `firm_key` and `day`."""
    reports = reported(tables, known_by)
    told = holding(reports, late).union(begun(reports, extended))
    return told.select("firm_key", day=told.report_month)


def last_reports(tables: Tables, known_by: date) -> ir.Table:
    """Return each loan's newest report, as known by a day."""
    reports = reported(tables, known_by)
    newest = ibis.window(
        group_by=LOAN, order_by=[reports.report_month.desc(), reports.row_id]
    )
    ranked = reports.mutate(place=ibis.row_number().over(newest))
    return ranked.filter(ranked.place == 0).drop("place")


def bad_loans(tables: Tables, as_of: date) -> ir.Table:
    """Return firms with a loan that is owed, and bad when last reported: `firm_key`."""
    last = holding(last_reports(tables, as_of), owing)
    return holding(last, past_due | classified).select("firm_key")
