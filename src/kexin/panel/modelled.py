"""The firms on which a model learns (POLICY.md 1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from kexin.algebra.dates import months_before
from kexin.algebra.to_ibis import visible
from kexin.panel.events import (
    BANKRUPTCIES,
    CASE,
    GRACE_DAYS,
    LOST_DAYS,
    OWED_AT_LEAST,
    PERFORMED,
    after,
    declared,
    enforced,
    label_events,
)
from kexin.panel.loans import bad_loans, loan_events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

MONTHS = 12
"""Age that a firm must have, and months in which it must have traded."""

BANKRUPTCY_OVER = ("rejected", "withdrawn", "ended")


def modelling_population(tables: Tables, as_of: date) -> ir.Table:
    """Return the firms on which a model learns, all as known on the day.

    Enterprises in scope, active, at least a year old, known to the tax office, with
    sales or insured staff in the year, without a bad event in it or one still open.

    Returns:
        One row a firm: `firm_key`, and `prior_bad`: whether it had a bad event more
        than a year ago that is over.
    """
    year_ago = months_before(as_of, MONTHS)
    events = [
        told.select("firm_key", "event_date")
        for told in (label_events(tables, as_of), loan_events(tables, as_of))
    ]
    before = ibis.union(*events).filter(ibis._.event_date <= as_of)
    recent = before.filter(before.event_date > year_ago)
    firms = (
        standing(tables, as_of)
        .semi_join(taxed(tables, as_of), "firm_key")
        .semi_join(busy(tables, as_of), "firm_key")
        .anti_join(recent, "firm_key")
        .anti_join(open_events(tables, as_of), "firm_key")
    )
    known = before.select("firm_key").distinct().mutate(prior_bad=True)
    told = firms.left_join(known, "firm_key")
    return told.select("firm_key", prior_bad=told.prior_bad.notnull())


def standing(tables: Tables, as_of: date) -> ir.Table:
    """Return enterprises in scope that are active and a year old: `firm_key`."""
    registry = visible(tables["reg_firm"], as_of)
    kind = registry.firm_type_code
    in_scope = kind.startswith("1") | kind.startswith("5") | kind.startswith("6")
    kept = registry.filter(
        in_scope | kind.startswith("45"),
        ~registry.is_branch,
        registry.reg_status == "active",
        registry.establish_date <= months_before(as_of, MONTHS),
    )
    return kept.select("firm_key").distinct()


def taxed(tables: Tables, as_of: date) -> ir.Table:
    """Return firms that the tax office knows: `firm_key`."""
    known = [visible(tables[t], as_of) for t in ("tax_payer", "tax_vat_return")]
    return ibis.union(*(table.select("firm_key") for table in known))


def busy(tables: Tables, as_of: date) -> ir.Table:
    """Return firms with sales or insured staff in the year: `firm_key`."""
    year_ago = months_before(as_of, MONTHS)
    returns = visible(tables["tax_vat_return"], as_of)
    staff = visible(tables["si_month"], as_of)
    sold = returns.filter(declared(returns) > 0, returns.event_date > year_ago)
    insured = staff.filter(staff.insured_count > 0, staff.event_date > year_ago)
    return sold.select("firm_key").union(insured.select("firm_key"))


def open_events(tables: Tables, as_of: date) -> ir.Table:
    """Return firms with a bad event that is not over on the day: `firm_key`.

    Records that a source withdrew, as lists do once a debt is paid, are over.
    """
    public = [unperformed(tables, as_of)]
    for name, is_open in OPEN.items():
        table = visible(tables[name], as_of)
        public.append(table.filter(is_open(table, as_of)).select("firm_key"))
    return ibis.union(*public, bad_loans(tables, as_of))


def not_over(end: ir.DateValue, as_of: date) -> ir.BooleanValue:
    """Whether something has no end by a day."""
    return end.isnull() | (end > as_of)


def unperformed(tables: Tables, as_of: date) -> ir.Table:
    """Return firms with an enforcement that counts and is not performed: `firm_key`."""
    cases = enforced(tables)
    due = cases.filter(cases.large, cases.day <= as_of)
    stood = visible(tables["court_enforcement"], as_of)
    held = stood.filter(stood.exec_status.notin(PERFORMED))
    return held.semi_join(due, CASE).select("firm_key")


def bankrupt(cases: ir.Table, as_of: date) -> ir.BooleanValue:
    """Whether a bankruptcy counts as bad, and is not over."""
    accepted = cases.proc_kind.isin(BANKRUPTCIES) & (cases.accept_date <= as_of)
    begun = accepted.fill_null(False) | (cases.applicant_kind == "debtor")  # noqa: FBT003
    return begun & cases.bk_status.notin(BANKRUPTCY_OVER)


OPEN: Mapping[str, Callable[[ir.Table, date], ir.BooleanValue]] = {
    "court_bankruptcy": bankrupt,
    "court_round_end": lambda t, _: (
        t.unpaid_amount.isnull() | (t.unpaid_amount >= OWED_AT_LEAST)
    ),
    "court_dishonest": lambda t, day: not_over(t.remove_date, day),
    "court_spending_limit": lambda t, day: (
        (after(t.order_date, GRACE_DAYS) <= day) & not_over(t.lifted_date, day)
    ),
    "si_wage_arrears": lambda t, day: (
        (t.case_kind == "wage_blacklist") & not_over(t.resolved_date, day)
    ),
    "tax_abnormal_status": lambda t, day: (
        (after(t.declared_date, LOST_DAYS) <= day) & not_over(t.lifted_date, day)
    ),
}
"""When a record of a table is by itself a bad event that is not over."""
