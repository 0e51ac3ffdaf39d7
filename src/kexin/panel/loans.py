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

doubtful = (
    CoreLoanOutcome.dpd >= DOUBTFUL_DAYS
) | CoreLoanOutcome.is_rescheduled.is_in("extension")
"""Neither good nor bad: 30 to 89 days past due, or extended (POLICY.md 1.3)."""


def reported(tables: Tables, known_by: date) -> ir.Table:
    """Return banks' reports on firms, as they stood at the end of a day."""
    stood = visible(tables["core_loan_outcome"], known_by)
    return stood.filter(stood.firm_key.notnull())


def holding(reports: ir.Table, condition: Node) -> ir.Table:
    """Return the reports for which a condition is known to hold."""
    met = to_ibis(condition, lambda column: reports[column.name])
    return reports.filter(met.fill_null(False))  # noqa: FBT003


def loan_events(tables: Tables, known_by: date) -> ir.Table:
    """Return what loans made firms bad, as far as it was known by a day.

    Returns:
        One row a report that tells it: `firm_key`, `event` (its id in POLICY.md),
        `event_date` (its label date) and `known_at` (when the report was known).
    """
    reports = reported(tables, known_by)
    parts = []
    for event, condition in (
        ("B1.1", past_due),
        ("B1.2", classified),
        ("B1.3", restructured),
    ):
        told = holding(reports, condition)
        day = first_past_due(told) if event == "B1.1" else told.report_month
        parts.append(
            told.select(
                "firm_key",
                event=ibis.literal(event),
                event_date=day,
                known_at=told.known_at,
            )
        )
    return ibis.union(*parts)


def first_past_due(reports: ir.Table) -> ir.DateValue:
    """Return the day on which a loan was 90 days past due: month end - (dpd - 90)."""
    following = reports.report_month + ibis.interval(months=1)
    back = (reports.dpd - PAST_DUE_DAYS + 1).as_interval("D")
    return (following - back).cast("date")


def doubtful_loans(tables: Tables, known_by: date) -> ir.Table:
    """Return reports that leave an outcome open: `firm_key` and `day`."""
    told = holding(reported(tables, known_by), doubtful)
    return told.select("firm_key", day=told.report_month)


def bad_loans(tables: Tables, as_of: date) -> ir.Table:
    """Return firms with a loan whose last report still tells it bad: `firm_key`."""
    reports = reported(tables, as_of)
    newest = ibis.window(
        group_by=["loan_id"],
        order_by=[reports.report_month.desc(), reports.row_id],
    )
    last = reports.mutate(place=ibis.row_number().over(newest)).filter(
        ibis._.place == 0
    )
    return holding(last, past_due | classified).select("firm_key")
