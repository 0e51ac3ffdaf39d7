"""Queries of the checks between registers: what is examined, and whether it holds.

Each gives one row for each thing that was examined: `src_system`, the supplier of its
record, and `holds`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.intake.numbers import FLAGS
from kexin.registers.quality import MOST_SHARING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

ENDED = ("deregistered", "revoked_deregistered", "forced_deregistered")
"""Registry states after which nothing is filed any more."""

BY_CODE = ("M1", "M3", "M4", "M5", "given")
"""Steps of firms that were found by a code as it was delivered."""


class Scope(NamedTuple):
    """What a check can look at.

    Attributes:
        own: Standing records of the firms that the batch touched, by table.
        every: Every version of every record, by table.
    """

    own: Tables
    every: Tables


def within(one: ir.Value, other: ir.Value, percent: int) -> ir.BooleanValue:
    """Whether an amount differs from another by no more than a share of that."""
    return (one - other).abs() * 100 <= other.abs() * percent


def vat_years(tables: Tables) -> ir.Table:
    """Return a firm's VAT sales of each year of which all twelve months are filed."""
    table = tables["tax_vat_return"]
    filed = table.filter(table.filed_at.notnull())
    first, last = filed.period_start, filed.period_end
    months = (last.year() - first.year()) * 12 + last.month() - first.month() + 1
    sales = filed.sales_taxable + filed.sales_exempt + filed.sales_export
    years = filed.mutate(year=last.year(), months=months, sales=sales)
    summed = years.group_by("firm_key", "year").agg(
        months=years.months.sum(),
        vat=years.sales.sum(),
        export=years.sales_export.sum(),
        src_system=years.src_system.max(),
    )
    return summed.filter(summed.months == 12)  # noqa: PLR2004  (months of a year)


def vat_and_cit(scope: Scope) -> ir.Table:
    """Return whether a year's VAT sales agree with the revenue of its settlement."""
    table = scope.own["tax_cit_return"]
    settled = table.filter(table.period_kind == "annual", table.filed_at.notnull())
    annual = settled.select("firm_key", "revenue", year=settled.fiscal_year)
    vat = vat_years(scope.own)
    both = vat.join(annual, ["firm_key", vat.year == annual.year])
    return both.select("src_system", holds=within(both.vat, both.revenue, 10))


def vat_and_invoices(scope: Scope) -> ir.Table:
    """Return whether a year's VAT sales agree with its invoices, red ones taken off.

    Only firms that issued invoices in every month of the year are looked at: of others
    nobody can tell whether all invoices were delivered.
    """
    table = scope.own["tax_invoice"]
    issued = table.filter(table.direction == "out", table.invoice_status != "void")
    dated = issued.mutate(
        year=issued.issue_date.year(), month=issued.issue_date.month()
    )
    summed = dated.group_by("firm_key", "year").agg(
        net=dated.amount_ex_tax.sum(), active=dated.month.nunique()
    )
    whole = summed.filter(summed.active == 12).drop("active")  # noqa: PLR2004
    vat = vat_years(scope.own)
    both = vat.join(whole, ["firm_key", "year"])
    return both.select("src_system", holds=within(both.net, both.vat, 10))


def exports(scope: Scope) -> ir.Table:
    """Return whether a year's declared exports agree with the VAT export sales."""
    table = scope.own["cus_declaration"]
    kept = table.filter(
        table.ie_flag == "E", table.role == "owner", table.decl_status != "cancelled"
    )
    dated = kept.mutate(year=kept.declare_date.year())
    summed = dated.group_by("firm_key", "year").agg(
        declared=dated.value_cny.sum(), src_system=dated.src_system.max()
    )
    vat = vat_years(scope.own).drop("src_system")
    both = summed.join(vat, ["firm_key", "year"])
    return both.select("src_system", holds=within(both.declared, both.export, 15))


def pension(tables: Tables) -> ir.Table:
    """Return a firm's insured staff by month."""
    table = tables["si_month"]
    kept = table.filter(table.si_kind == "pension")
    return kept.select("firm_key", "month", "insured_count")


def payroll(scope: Scope) -> ir.Table:
    """Return whether the month's payroll has at least 0.8 of the insured staff."""
    paid = scope.own["tax_iit_withholding"]
    persons = paid.select("firm_key", "src_system", "persons", month=paid.period_month)
    both = persons.join(pension(scope.own), ["firm_key", "month"])
    return both.select("src_system", holds=both.persons * 10 >= both.insured_count * 8)


def reported_staff(scope: Scope) -> ir.Table:
    """Return whether an annual report tells at least 0.8 of the insured staff."""
    table = scope.own["reg_annual_report"]
    told = table.filter(table.employees.notnull())
    insured = pension(scope.own)
    december = insured.filter(insured.month.month() == 12).mutate(  # noqa: PLR2004
        report_year=insured.month.year().cast("int64")
    )
    both = told.join(december, ["firm_key", "report_year"])
    holds = both.employees * 10 >= both.insured_count * 8
    return both.select("src_system", holds=holds)


def listed_and_enforced(scope: Scope) -> ir.Table:
    """Return whether a listing as dishonest has an enforcement, standing or ended."""
    listed = scope.own["court_dishonest"]
    cases = scope.every["court_enforcement"].select(case="case_id").distinct()
    both = listed.left_join(cases, listed.case_id == cases.case)
    return both.select("src_system", holds=both.case.notnull())


def enforced_by_title(scope: Scope) -> ir.Table:
    """Return whether an enforcement's case names another as its root, or a judgment."""
    enforced = scope.own["court_enforcement"]
    cases = scope.every["court_case"]
    of_another = cases.filter(cases.root_case_id != cases.case_id)
    judged = scope.every["court_judgment"].select("case_id")
    based = of_another.select("case_id").union(judged).distinct()
    known = based.select(base="case_id")
    both = enforced.left_join(known, enforced.case_id == known.base)
    return both.select("src_system", holds=both.base.notnull())


def silent_when_ended(scope: Scope) -> ir.Table:
    """Return whether a deregistered firm files no return for a later period."""
    table = scope.own["reg_firm"]
    ended = table.filter(table.reg_status.isin(ENDED), table.status_date.notnull())
    filed = scope.own["tax_vat_return"]
    last = filed.group_by("firm_key").agg(last=filed.period_start.max())
    both = ended.left_join(last, "firm_key")
    later = (both["last"] > both.status_date).fill_null(False)  # noqa: FBT003
    return both.select("src_system", holds=~later)


def granted_after_application(scope: Scope) -> ir.Table:
    """Return whether a patent was granted after its application."""
    table = scope.own["ip_patent"]
    granted = table.filter(table.grant_date.notnull())
    return granted.select("src_system", holds=granted.grant_date > granted.app_date)


def sound_patent_numbers(scope: Scope) -> ir.Table:
    """Return whether a patent's number has the right check digit."""
    table = scope.own["ip_patent"]
    wrong = table.dq_flags.contains(FLAGS["patent_number"])
    return table.select("src_system", holds=~wrong)


def sound_firm_codes(scope: Scope) -> ir.Table:
    """Return whether a record that brings a code found its firm by that code."""
    parts = [
        table.filter(
            table.src_code.notnull(), table.firm_step.fill_null("") != "local"
        ).select("src_system", holds=table.firm_step.isin(BY_CODE))
        for table in scope.own.values()
    ]
    return ibis.union(*parts)


def balanced_statements(scope: Scope) -> ir.Table:
    """Return whether assets are liabilities and equity, to 1 %."""
    table = scope.own["tax_fin_stmt"]
    told = table.filter(
        table.total_assets.notnull(),
        table.total_liabilities.notnull(),
        table.owner_equity.notnull(),
    )
    return told.select("src_system", holds=~told.dq_flags.contains("unbalanced"))


def own_contact(scope: Scope) -> ir.Table:
    """Return whether a firm's phone is not an agent's: few firms share it (Q14)."""
    table = scope.own["reg_firm"]
    told = table.filter(table.phone_hash.notnull())
    every = scope.every["reg_firm"]
    standing = every.filter(every.superseded_at.isnull(), every["op"] != "D")
    sharing = standing.group_by(phone="phone_hash").agg(
        firms=standing.firm_key.nunique()
    )
    both = told.join(sharing, told.phone_hash == sharing.phone)
    return both.select("src_system", holds=both.firms <= MOST_SHARING)
