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
from typing import TYPE_CHECKING

from kexin.intake import examined
from kexin.language import Text
from kexin.registers.quality import MOST_SHARING

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from kexin.intake.examined import Scope


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
        examined.vat_and_cit,
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
        examined.vat_and_invoices,
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
        examined.exports,
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
        examined.payroll,
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
        examined.reported_staff,
    ),
    CrossCheck(
        "dishonest_enforced",
        Text("失信记录应有对应的执行案件", "a dishonest listing has an enforcement"),
        ("court_dishonest", "court_enforcement"),
        1.0,
        SECTION,
        examined.listed_and_enforced,
    ),
    CrossCheck(
        "enforcement_based",
        Text("执行案件应有执行依据", "an enforcement has a base document"),
        ("court_enforcement", "court_case", "court_judgment"),
        None,
        SECTION,
        examined.enforced_by_title,
    ),
    CrossCheck(
        "silent_when_ended",
        Text("注销企业此后不再申报", "a deregistered firm has no later return"),
        ("reg_firm", "tax_vat_return"),
        1.0,
        SECTION,
        examined.silent_when_ended,
    ),
    CrossCheck(
        "grant_after_app",
        Text("授权日晚于申请日", "a patent is granted after its application"),
        ("ip_patent",),
        1.0,
        SECTION,
        examined.granted_after_application,
    ),
    CrossCheck(
        "patent_numbers",
        Text("专利申请号校验位正确", "patent numbers have the right check digit"),
        ("ip_patent",),
        1.0,
        SECTION,
        examined.sound_patent_numbers,
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
        examined.balanced_statements,
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
        examined.own_contact,
    ),
)

FIRM_CODES = CrossCheck(
    "firm_codes",
    Text("企业代码符合编码规则", "codes of firms are codes"),
    (),
    0.97,
    "REGISTERS.md section 7; share: section 6, Q11",
    examined.sound_firm_codes,
)
"""The check of every table that a batch brings."""
