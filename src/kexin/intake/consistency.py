"""What must hold between registers, looked at after every batch (REGISTERS.md 7).

A check is a declaration: what must hold, between which tables, of how many it is
expected. Its query gives one row for each thing that was examined, with the supplier
of its record and whether it holds. Only firms that the batch touched are looked at, so
that a month's delivery costs a month's work. Nothing is refused here: the counts stand
in the account, and tell how far a supplier can be trusted.

Left out: inventions of the file of a high-tech firm against `ip_patent`, as no table
holds that file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.intake.numbers import FLAGS
from kexin.language import Text
from kexin.registers.quality import MOST_SHARING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

ENDED = ("deregistered", "revoked_deregistered", "forced_deregistered")
"""Registry states after which nothing is filed any more."""


class Scope(NamedTuple):
    """What a check can look at.

    Attributes:
        own: Standing records of the firms that the batch touched, by table.
        every: Every version of every record, by table.
    """

    own: Tables
    every: Tables


@dataclass(frozen=True)
class CrossCheck:
    """Something that must hold between registers.

    Args:
        id: Its name.
        text: What must hold.
        tables: What it reads; it is looked at when a batch brings one of them, and all
            are held.
        expected: Share of which it is expected to hold; None where none is published.
        source: Where it is asked for.
        examined: Gives `src_system` and `holds`, one row for each thing examined.
    """

    id: str
    text: Text
    tables: tuple[str, ...]
    expected: float | None
    source: str
    examined: Callable[[Scope], ir.Table]


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
        table.filter(table.src_code.notnull(), table.firm_step != "local").select(
            "src_system", holds=table.firm_step.isin(("M1", "M3", "M4", "M5", "given"))
        )
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
    standing = every.filter(every.superseded_at.isnull(), every.op != "D")
    sharing = standing.group_by(phone="phone_hash").agg(
        firms=standing.firm_key.nunique()
    )
    both = told.join(sharing, told.phone_hash == sharing.phone)
    return both.select("src_system", holds=both.firms <= MOST_SHARING)


SECTION = "REGISTERS.md section 7"

CHECKS = (
    CrossCheck(
        "vat_cit",
        Text(
            "全年增值税销售额与所得税年度收入相差不超过10%",
            "VAT sales of a year are within 10 % of the CIT revenue",
        ),
        ("tax_vat_return", "tax_cit_return"),
        0.85,
        SECTION,
        vat_and_cit,
    ),
    CrossCheck(
        "vat_invoices",
        Text(
            "全年开票净额与增值税销售额相差不超过10%",
            "net invoices of a year are within 10 % of the VAT sales",
        ),
        ("tax_vat_return", "tax_invoice"),
        0.85,
        SECTION,
        vat_and_invoices,
    ),
    CrossCheck(
        "exports_vat",
        Text(
            "全年报关出口额与增值税出口销售额相差不超过15%",
            "declared exports of a year are within 15 % of the VAT export sales",
        ),
        ("cus_declaration", "tax_vat_return"),
        None,
        SECTION,
        exports,
    ),
    CrossCheck(
        "iit_si",
        Text(
            "个税申报人数不少于参保人数的0.8倍",
            "payroll has at least 0.8 of the insured staff",
        ),
        ("tax_iit_withholding", "si_month"),
        None,
        SECTION,
        payroll,
    ),
    CrossCheck(
        "report_si",
        Text(
            "年报从业人数不少于参保人数的0.8倍",
            "the annual report tells at least 0.8 of the insured staff",
        ),
        ("reg_annual_report", "si_month"),
        None,
        SECTION,
        reported_staff,
    ),
    CrossCheck(
        "dishonest_enforced",
        Text("失信记录应有对应的执行案件", "a dishonest listing has an enforcement"),
        ("court_dishonest", "court_enforcement"),
        1.0,
        SECTION,
        listed_and_enforced,
    ),
    CrossCheck(
        "enforcement_based",
        Text("执行案件应有执行依据", "an enforcement has a base document"),
        ("court_enforcement", "court_case", "court_judgment"),
        None,
        SECTION,
        enforced_by_title,
    ),
    CrossCheck(
        "silent_when_ended",
        Text("注销企业此后不再申报", "a deregistered firm has no later return"),
        ("reg_firm", "tax_vat_return"),
        1.0,
        SECTION,
        silent_when_ended,
    ),
    CrossCheck(
        "grant_after_app",
        Text("授权日晚于申请日", "a patent is granted after its application"),
        ("ip_patent",),
        1.0,
        SECTION,
        granted_after_application,
    ),
    CrossCheck(
        "patent_numbers",
        Text("专利申请号校验位正确", "patent numbers have the right check digit"),
        ("ip_patent",),
        1.0,
        SECTION,
        sound_patent_numbers,
    ),
    CrossCheck(
        "statements_balance",
        Text(
            "资产等于负债加权益(误差1%以内)",
            "assets are liabilities and equity, to 1 %",
        ),
        ("tax_fin_stmt",),
        0.92,
        "REGISTERS.md section 6, Q22",
        balanced_statements,
    ),
    CrossCheck(
        "own_contact",
        Text(
            f"联系电话由不超过{MOST_SHARING}家企业共用(超过者为代理机构)",
            f"no more than {MOST_SHARING} firms share a phone (else it is an agent's)",
        ),
        ("reg_firm",),
        0.85,
        "REGISTERS.md section 6, Q14",
        own_contact,
    ),
)

FIRM_CODES = CrossCheck(
    "firm_codes",
    Text("企业代码符合编码规则", "codes of firms are codes"),
    (),
    0.97,
    "REGISTERS.md section 7; share: section 6, Q11",
    sound_firm_codes,
)
"""The check of every table that a batch brings."""
