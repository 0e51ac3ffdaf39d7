"""What is done about the quality problems of registers, as data (REGISTERS.md 6).

Contracts say what a record must be; here stands what may be odd about one that is
accepted all the same, which numbers have a normal form, and which amounts are watched
for errors of unit. Intake reads these tables; nothing here knows an engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from kexin.algebra.nodes import Call
from kexin.registers.business import RegAnnualReport, RegStatusEvent
from kexin.registers.ip import IpPatent
from kexin.registers.tax import TaxFinStmt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kexin.algebra.nodes import Node

FIRST_DAY = date(1949, 10, 1)
"""No register of the country reaches back further."""

YEARS_AHEAD = 75
"""Years after receipt that a day may lie ahead, such as a term's end [design]: the
longest term of all, that of land for housing, is 70 years."""

MOST_SHARING = 20
"""Firms that may share a phone or an address before it is taken for an agent's, and
makes no relation between them.

Source: REGISTERS.md section 6, Q14.
"""

OF_NO_FIRM = ("court_case", "court_hearing", "ip_citation")
"""Tables whose records are no single firm's: their firms stand in other tables."""

NumberKind = Literal["case_number", "patent_number"]


@dataclass(frozen=True)
class Numbers:
    """Columns that hold a number of one kind, and what the number itself tells.

    Args:
        kind: Kind of number, which has one normal form.
        columns: Columns that hold it.
        parts: Column to its place in the normal form of the first of `columns`, from 1
            on, or 0 for all of it; filled where the bureau delivers none.
    """

    kind: NumberKind
    columns: tuple[str, ...]
    parts: Mapping[str, int]


CASE = Numbers("case_number", ("case_id",), {})
PATENT = Numbers("patent_number", ("app_no",), {})

NUMBERS: Mapping[str, Numbers] = {
    "court_case": Numbers(
        "case_number",
        ("case_id", "root_case_id"),
        {"root_case_id": 0, "case_year": 1, "court_code": 2, "case_type": 3},
    ),
    "court_party": CASE,
    "court_hearing": CASE,
    "court_judgment": CASE,
    "court_enforcement": CASE,
    "court_dishonest": CASE,
    "court_spending_limit": CASE,
    "court_round_end": CASE,
    "court_bankruptcy": CASE,
    "ip_patent": PATENT,
    "ip_patent_holder": PATENT,
    "ip_patent_event": PATENT,
    "ip_citation": Numbers("patent_number", ("citing_no", "cited_no"), {}),
}
"""Tables with numbers of cases and patents (REGISTERS.md 1.5, 1.7; Q6)."""


@dataclass(frozen=True)
class Trace:
    """A day in another table from which a missing event date is inferred.

    Args:
        table: Table of the trace; it has a `case_id` as well.
        column: Its day.
        days_before: Days that the event lies before it.
        decides: Whether it is taken before all others, and not the earliest of them.
    """

    table: str
    column: str
    days_before: int = 0
    decides: bool = False


FIRST_SEEN = (
    Trace("court_hearing", "published_date"),
    Trace("court_judgment", "judgment_date"),
    Trace("court_enforcement", "filed_date", days_before=60),
)

TRACES: Mapping[str, tuple[Trace, ...]] = {
    "court_case": FIRST_SEEN,
    "court_party": (Trace("court_case", "event_date", decides=True), *FIRST_SEEN),
}
"""Tables whose event date is inferred where it is not told (REGISTERS.md 2.5)."""


@dataclass(frozen=True)
class Balance:
    """A whole that must be the sum of its parts, to one part in a hundred (Q22)."""

    whole: str
    parts: tuple[str, str]

    @property
    def amounts(self) -> tuple[str, str, str]:
        """The whole and its parts."""
        return (self.whole, *self.parts)


STATEMENT = Balance("total_assets", ("total_liabilities", "owner_equity"))


@dataclass(frozen=True)
class Bound:
    """How far an amount can be from another of its record, whatever the firm (Q13).

    Args:
        amount: The amount.
        sizes: What it is held against: the largest of them.
        most: Powers of ten by which it can lie above.
        least: Powers of ten by which it can lie below; None where it comes near to
            zero without any error.
    """

    amount: str
    sizes: tuple[str, ...]
    most: float = 1.0
    least: float | None = None


@dataclass(frozen=True)
class Watched:
    """Amounts of a table in which an error of unit is looked for (Q13).

    Only amounts that measure how large a firm is can be compared with its others.
    Profits are differences: they come near to zero without any error, and can only be
    too large for their record.

    Args:
        columns: The amounts.
        apart: Column whose codes have amounts of different size; empty for none.
        balance: What they must add up to, where a firm has no history yet.
        per: Amounts that follow another column closely: they are compared after they
            were divided by it.
        swinging: Those of `per` that may come near to zero; they are compared in firms
            where they have not done so.
        bounds: What holds of one record.
        whole: Table and column that tell, for a firm, of what the only one of `per` is
            the part; it counts as one more of the firm's amounts.
    """

    columns: tuple[str, ...]
    apart: str = ""
    balance: Balance | None = None
    per: Mapping[str, str] = field(default_factory=dict)
    swinging: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    whole: tuple[str, str] | None = None

    @property
    def compared(self) -> tuple[str, ...]:
        """The amounts that are compared with the firm's others."""
        return (*self.columns, *self.per)

    @property
    def judged(self) -> tuple[str, ...]:
        """All amounts that may be found suspect, each once."""
        bound = (bound.amount for bound in self.bounds)
        return tuple(dict.fromkeys((*self.compared, *bound)))


PAID_UP = {"most": 1.5, "least": -3.5}
"""What was paid of a capital: of 2,000 synthetic firms none paid over 3 times or under
a thousandth of it [design]."""

WATCHED: Mapping[str, Watched] = {
    "reg_firm": Watched(
        ("reg_capital", "paid_in_capital"),
        bounds=(Bound("paid_in_capital", ("reg_capital",), **PAID_UP),),
    ),
    "reg_shareholder": Watched(
        (),
        per={"subscribed": "ratio"},
        bounds=(Bound("paid", ("subscribed",), **PAID_UP),),
        whole=("reg_firm", "reg_capital"),
    ),
    "reg_annual_report": Watched(
        ("total_assets", "total_liabilities", "owner_equity", "revenue"),
        balance=STATEMENT,
        per={"tax_total": "revenue"},
        bounds=(Bound("net_profit", ("total_assets", "revenue")),),
    ),
    "reg_equity_pledge": Watched(("pledged_amount",)),
    "reg_chattel_mortgage": Watched(("secured_amount",)),
    "tax_vat_return": Watched(
        ("sales_taxable", "sales_exempt", "sales_export", "output_tax", "input_tax")
    ),
    "tax_cit_return": Watched(("revenue", "cost")),
    "tax_fin_stmt": Watched(
        (
            "cash",
            "receivables",
            "inventory",
            "current_assets",
            "total_assets",
            "short_loans",
            "payables",
            "other_payables",
            "current_liabilities",
            "total_liabilities",
            "paid_in_capital",
            "owner_equity",
            "revenue_ytd",
            "cost_ytd",
        ),
        balance=STATEMENT,
        per={
            "rd_expense_ytd": "revenue_ytd",
            "fin_expense_ytd": "total_liabilities",
        },
        swinging=("fin_expense_ytd",),
        bounds=tuple(
            Bound(amount, ("total_assets", "revenue_ytd"))
            for amount in ("net_profit_ytd", "fin_expense_ytd", "rd_expense_ytd")
        ),
    ),
    "tax_iit_withholding": Watched(("income_total",)),
    "tax_invoice_month": Watched(("amt_valid",), apart="direction"),
    "si_month": Watched(("base_total", "payable", "paid"), apart="si_kind"),
    "hf_month": Watched(("base_total", "payable", "paid")),
    "util_month": Watched(("usage", "billed"), apart="utility"),
}


@dataclass(frozen=True)
class Doubt:
    """A condition under which a record is flagged, and accepted all the same.

    Args:
        table: Table of the record.
        flag: The flag.
        when: The condition; absent counts as not.
    """

    table: str
    flag: str
    when: Node


def unbalanced(table: type[RegAnnualReport | TaxFinStmt]) -> Node:
    """Whether assets differ from liabilities and equity by more than 1 % (Q22)."""
    assets = table.total_assets
    difference = assets - (table.total_liabilities + table.owner_equity)
    return Call("abs", (difference,)) * 100 > Call("abs", (assets,))


DOUBTS = (
    Doubt("reg_annual_report", "unbalanced", unbalanced(RegAnnualReport)),
    Doubt("tax_fin_stmt", "unbalanced", unbalanced(TaxFinStmt)),
    Doubt("ip_patent", "grant_before_app", IpPatent.grant_date <= IpPatent.app_date),
    Doubt(
        "reg_status_event",
        "history_inherited",
        RegStatusEvent.event_code.is_in("merged_into", "split")
        & ~RegStatusEvent.other_uscc.is_absent(),
    ),
)
"""Conditions on one record alone (Q18, Q22, section 7)."""

PAST_DAYS: Mapping[str, tuple[str, ...]] = {
    "reg_firm": ("establish_date",),
    "reg_penalty": ("repaired_at",),
    "tax_vat_return": ("filed_at",),
    "tax_cit_return": ("filed_at",),
    "tax_fin_stmt": ("filed_at",),
    "tax_iit_withholding": ("filed_at",),
    "tax_invoice": ("status_date",),
    "tax_arrears": ("announced_at",),
    "tax_violation": ("resolved_date",),
    "tax_inspection": ("opened_date",),
    "tax_export_rebate": ("approved_date",),
    "si_month": ("paid_at",),
    "si_arrears": ("cleared_date",),
    "si_wage_arrears": ("resolved_date",),
    "cus_declaration": ("release_date",),
    "cus_penalty": ("repaired_at",),
    "cus_arrears": ("cleared_date",),
    "court_case": ("close_date",),
    "court_hearing": ("published_date",),
    "court_judgment": ("published_date",),
    "court_enforcement": ("closed_date",),
    "court_dishonest": ("exec_filed_date",),
    "court_bankruptcy": ("accept_date",),
    "ip_patent": ("pub_date", "grant_date"),
    "ip_patent_event": ("announce_date",),
    "ip_trademark": ("reg_date",),
    "ip_software": ("first_pub_date",),
    "pboc_loan_month": ("open_date",),
    "util_month": ("paid_at",),
    "core_loan_outcome": ("drawdown_date",),
}
"""Days, besides that of the event, that tell what has happened: none lies after
receipt. Ends of terms, of listings and of permits may be told ahead (section 0.2)."""
