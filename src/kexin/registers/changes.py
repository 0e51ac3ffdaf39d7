"""Rules that changed on a known day: a break in a series that is no change of risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kexin.language import Text


@dataclass(frozen=True, kw_only=True)
class RuleChange:
    """A change of law or practice that shows in what bureaus deliver.

    Args:
        since: First day on which it holds.
        until: Last day of a transition; None where there is none.
        tables: Tables whose series break.
        what: What changed.
        source: Where it is written.
    """

    since: date
    tables: tuple[str, ...]
    what: Text
    source: str
    until: date | None = None


digital_invoices = RuleChange(
    since=date(2024, 12, 1),
    tables=("tax_invoice", "tax_invoice_month"),
    what=Text(
        "数电发票全国推广，不能作废，只能红冲",
        "Fully digital invoices everywhere: they cannot be voided, only offset by a "
        "red one",
    ),
    source="REGISTERS.md SRC-S15",
)

capital_within_five_years = RuleChange(
    since=date(2024, 7, 1),
    until=date(2027, 6, 30),
    tables=("reg_firm", "reg_change", "reg_shareholder"),
    what=Text(
        "认缴资本须在五年内缴足，存量公司过渡", "Capital is to be paid within 5 years"
    ),
    source="REGISTERS.md SRC-L5",
)

rating_counts_social_security = RuleChange(
    since=date(2025, 7, 1),
    tables=("tax_credit_rating",),
    what=Text(
        "纳税缴费信用评价计入社保费", "The rating counts social-security fees as well"
    ),
    source="REGISTERS.md SRC-S3",
)

forced_deregistration = RuleChange(
    since=date(2025, 10, 10),
    tables=("reg_firm", "reg_status_event"),
    what=Text(
        "吊销满三年可强制注销", "Firms revoked for 3 years may be deregistered by force"
    ),
    source="REGISTERS.md SRC-S11",
)

vat_law = RuleChange(
    since=date(2026, 1, 1),
    tables=("tax_vat_return", "tax_invoice", "tax_invoice_month"),
    what=Text("增值税法施行", "The VAT Law is in force"),
    source="REGISTERS.md SRC-L7",
)

causes_of_action = RuleChange(
    since=date(2026, 1, 1),
    tables=("court_case",),
    what=Text("民事案由代码调整", "The codes of causes of action change"),
    source="REGISTERS.md SRC-S9",
)

customs_classes = RuleChange(
    since=date(2026, 4, 1),
    tables=("cus_credit_class",),
    what=Text("海关信用等级由三级改为五级", "Customs classes: five instead of three"),
    source="REGISTERS.md SRC-S10",
)

unified_credit_repair = RuleChange(
    since=date(2026, 4, 1),
    tables=("reg_penalty", "reg_serious_violation", "cus_penalty", "court_dishonest"),
    what=Text(
        "信用修复统一管理，修复后不得再使用",
        "Credit repair is unified: what is repaired must no longer be used",
    ),
    source="REGISTERS.md SRC-S12",
)

court_documents_withheld = RuleChange(
    since=date(2021, 1, 1),
    tables=("court_judgment",),
    what=Text(
        "裁判文书上网数量逐年大幅减少，数量下降不代表风险下降",
        "Far fewer judgments are published each year: fewer documents are not less risk",
    ),
    source="REGISTERS.md SRC-S8",
)
