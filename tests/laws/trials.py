"""Trial signals: every form of the language, on tables of all registers.

None is a signal of the catalogue. They stand in the laws beside it, so that a form that
no signal uses yet is held to the reference all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.algebra.nodes import (
    AsOf,
    Call,
    Choose,
    ClosedMonth,
    Coded,
    Constant,
    Statistic,
)
from kexin.algebra.reductions import (
    ALWAYS,
    Across,
    Aggregate,
    Circle,
    LongestGap,
    Months,
    MonthSeries,
    Peers,
    Span,
    Turns,
    Window,
    count,
    latest,
    total,
)
from kexin.algebra.views import Derived, Joined, Selected, Spread, United, named
from kexin.language import Text
from kexin.registers.business import RegFirm, RegOfficer, RegShareholder
from kexin.registers.core import RelEdge
from kexin.registers.court import CourtCase, CourtHearing, CourtParty
from kexin.registers.credit import PbocGuarantee, PbocLoanMonth
from kexin.registers.customs import CusDeclaration
from kexin.registers.ip import IpPatent, IpPatentHolder
from kexin.registers.social import SiMonth
from kexin.registers.tax import TaxIitWithholding, TaxVatReturn
from kexin.signals import vat
from kexin.signals.signal import Signal

if TYPE_CHECKING:
    from kexin.algebra.nodes import Node

YEAR, TWO_YEARS, EVER = Window(12), Window(24), Window()

part = named(CourtParty.id, "case_id", "party_role", "party_seq", "match_conf")
defendant = Selected(
    name="trial_defendant",
    source=CourtParty.id,
    where=CourtParty.party_role.is_in("defendant") & (CourtParty.match_conf >= 0.9),
    columns=part,
)
plaintiff = Selected(
    name="trial_plaintiff",
    source=CourtParty.id,
    where=CourtParty.party_role.is_in("plaintiff"),
    columns=named(
        CourtParty.id,
        "case_id",
        person=Call("coalesce", (CourtParty.party_firm_key, CourtParty.party_name_raw)),
    ),
)
opponents = Joined(
    name="trial_opponents",
    left=defendant,
    right=plaintiff,
    on=((defendant["case_id"], plaintiff["case_id"]),),
    columns=named(plaintiff, "person"),
)
sued = Joined(
    name="trial_sued",
    left=defendant,
    right=CourtCase.id,
    on=((defendant["case_id"], CourtCase.case_id),),
    where=~CourtCase.case_type.is_in("民诉前调"),
    columns=named(
        CourtCase.id,
        "claim_amount",
        "close_date",
        filed=Call("coalesce", (CourtCase.filed_date, defendant["event_date"])),
    ),
)
late_vat = Selected(
    name="trial_late_vat",
    source=TaxVatReturn.id,
    where=TaxVatReturn.filed_at.is_absent()
    | (TaxVatReturn.filed_at > TaxVatReturn.due_date),
    columns=named(TaxVatReturn.id, "due_date", days=Constant(1)),
)
late_iit = Selected(
    name="trial_late_iit",
    source=TaxIitWithholding.id,
    where=Call(
        "days_between", (TaxIitWithholding.period_month, TaxIitWithholding.filed_at)
    )
    > 45,
    columns=named(
        TaxIitWithholding.id, due_date=TaxIitWithholding.period_month, days=Constant(2)
    ),
)
late = United(name="trial_late", parts=(late_vat, late_iit))
guaranteed = Spread(
    name="trial_guaranteed",
    source=RelEdge.id,
    start=RelEdge.valid_from,
    end=RelEdge.valid_to,
    columns=named(RelEdge.id, "dst_key", "edge_kind"),
)
label_event = Derived(
    name="label_event",
    tables=(
        "court_bankruptcy",
        "court_dishonest",
        "court_enforcement",
        "court_round_end",
        "court_spending_limit",
        "reg_status_event",
        "si_wage_arrears",
        "tax_abnormal_status",
        "tax_credit_rating",
        "tax_inspection",
    ),
    columns=named("label_event", "event"),
)
neighbours_event = Joined(
    name="trial_neighbours_event",
    left=RelEdge.id,
    right=label_event,
    on=((RelEdge.dst_key, label_event["firm_key"]),),
    where=RelEdge.weight.is_absent() | (RelEdge.weight >= 0.25),
    columns=named(
        RelEdge.id, "valid_from", "valid_to", "dst_key", day=label_event["event_date"]
    ),
)
officers_firms = Joined(
    name="trial_officers_firms",
    left=RegOfficer.id,
    right=RegShareholder.id,
    on=((RegOfficer.person_hash, RegShareholder.holder_key),),
    columns=named(
        RegOfficer.id, "valid_from", "valid_to", other=RegShareholder.envelope("firm_key")
    ),
)
held = Joined(
    name="trial_held",
    left=IpPatentHolder.id,
    right=IpPatent.id,
    on=((IpPatentHolder.app_no, IpPatent.app_no),),
    columns=named(
        IpPatent.id,
        "legal_status",
        "expiry_date",
        "grant_date",
        since=IpPatentHolder.valid_from,
        until=IpPatentHolder.valid_to,
    ),
)

stands = (held["since"] <= AsOf()) & (
    held["until"].is_absent() | (held["until"] > AsOf())
)
pension = SiMonth.si_kind.is_in("pension")
staffed = MonthSeries(pension, SiMonth.lag_days)
exported = CusDeclaration.ie_flag.is_in("E")
exports = MonthSeries(exported, CusDeclaration.lag_days)
by_quarter = MonthSeries(
    ~TaxVatReturn.filed_at.is_absent(), TaxVatReturn.lag_days, vat.files_by_quarter
)
industry = Call("prefix", (latest(RegFirm.industry_code), Constant(3)))
district = latest(RegFirm.district_code)
bad = count(label_event["event"], TWO_YEARS) > 0
heads = total(SiMonth.insured_count, staffed.months(1, 1), pension)
worth = total(CusDeclaration.value_cny, YEAR, exported)
edge_stands = (RelEdge.valid_from <= AsOf()) & (
    RelEdge.valid_to.is_absent() | (RelEdge.valid_to > AsOf(days=-1))
)
months_of_exports = tuple(
    total(CusDeclaration.value_cny, exports.months(k, k), exported) for k in range(1, 7)
)
balances = total(PbocLoanMonth.balance, Window(3))
shipped = count(CusDeclaration.decl_no, TWO_YEARS, exported)
shipments = count(CusDeclaration.decl_no, TWO_YEARS)

FORMULAS: dict[str, tuple[str, Node]] = {
    "cases": ("court", count(sued["filed"], TWO_YEARS)),
    "cases by another day": (
        "court",
        Aggregate("count", sued["filed"], YEAR, on=sued["filed"]),
    ),
    "claims": ("court", total(sued["claim_amount"], EVER)),
    "claims open a year ago": (
        "court",
        count(
            sued["filed"],
            EVER,
            (sued["filed"] <= AsOf(12))
            & (sued["close_date"].is_absent() | (sued["close_date"] > AsOf(12))),
        ),
    ),
    "opponents": ("court", Aggregate("distinct", opponents["person"], TWO_YEARS)),
    "hearings to come": (
        "court",
        count(
            CourtHearing.hearing_date,
            ALWAYS,
            (CourtHearing.hearing_date >= AsOf(days=-30))
            & (CourtHearing.hearing_date <= AsOf(days=60)),
        ),
    ),
    "hearings of a span": (
        "court",
        count(CourtHearing.hearing_date, Span(AsOf(days=-1), AsOf(days=60))),
    ),
    "late returns": ("tax", total(late["days"], YEAR)),
    "last late return": (
        "tax",
        Call("days_since", (Aggregate("max", late["due_date"], EVER),)),
    ),
    "late by month": (
        "tax",
        Aggregate("max", Call("month_of_year", (late["event_date"],)), EVER),
    ),
    "years of lateness": (
        "tax",
        Aggregate("distinct", Call("year", (late["due_date"],)), EVER),
    ),
    "ties by month": (
        "reg",
        count(guaranteed["dst_key"], Months(1, 12)),
    ),
    "tied months ended": (
        "reg",
        count(
            guaranteed["dst_key"],
            EVER,
            guaranteed["event_date"] <= ClosedMonth(3, lag_days=20),
        ),
    ),
    "quarters closed": (
        "reg",
        count(
            guaranteed["dst_key"],
            EVER,
            guaranteed["event_date"] > ClosedMonth(6, 26, quarterly=True),
        ),
    ),
    "label events": ("court", count(label_event["event"], TWO_YEARS)),
    "label events of all kinds": (
        "court",
        Aggregate("distinct", label_event["event"], EVER),
    ),
    "latest label event": (
        "court",
        latest(
            Coded(
                Call("prefix", (label_event["event"], Constant(4))),
                tuple((f"B2.{n}", n) for n in range(1, 10)),
                otherwise=-1,
            )
        ),
    ),
    "events of neighbours": (
        "reg",
        Aggregate(
            "distinct",
            neighbours_event["dst_key"],
            EVER,
            (neighbours_event["day"] > AsOf(24))
            & (neighbours_event["valid_from"] <= AsOf())
            & (
                neighbours_event["valid_to"].is_absent()
                | (neighbours_event["valid_to"] > AsOf())
            ),
        ),
    ),
    "firms of officers": (
        "reg",
        Aggregate(
            "distinct",
            officers_firms["other"],
            EVER,
            officers_firms["valid_to"].is_absent()
            | (officers_firms["valid_to"] > AsOf()),
        ),
    ),
    "patents held": (
        "ip",
        count(
            held["legal_status"],
            EVER,
            stands
            & held["legal_status"].is_in("granted", "restored")
            & (held["expiry_date"] >= AsOf()),
        ),
    ),
    "age of patents": (
        "ip",
        Aggregate(
            "max", Call("months_between", (held["grant_date"], held["expiry_date"])), EVER
        ),
    ),
    "heads": ("si", heads),
    "heads against the year before": (
        "si",
        heads / total(SiMonth.insured_count, staffed.months(13, 13), pension),
    ),
    "last heads of two years": (
        "si",
        Aggregate("latest", SiMonth.insured_count, YEAR)
        - Aggregate("latest", SiMonth.insured_count, Window(12, ending=12)),
    ),
    "median of heads": ("si", Aggregate("median", SiMonth.insured_count, YEAR, pension)),
    "longest silence of customs": (
        "cus",
        LongestGap(CusDeclaration.declare_date, exports.months(1, 24), exported),
    ),
    "best month": ("cus", Statistic("max", months_of_exports)),
    "best month that was one": (
        "cus",
        Statistic("max", tuple(m.given(m > 0) for m in months_of_exports)),
    ),
    "second country": (
        "cus",
        Across(
            "sum",
            total(CusDeclaration.value_cny, YEAR, exported),
            CusDeclaration.country_code,
            top=1,
            rank=worth.given(worth > 0),
            skip=1,
        )
        / worth,
    ),
    "countries and trades": (
        "cus",
        Across(
            "count",
            shipped.given(shipped > 0),
            Call("key", (CusDeclaration.country_code, CusDeclaration.trade_mode)),
        ),
    ),
    "spread of countries": (
        "cus",
        (
            Call("ln", (shipped,))
            - Across("sum", Call("n_ln_n", (shipped,)), CusDeclaration.country_code)
            / shipped
        ).given(shipped > 0),
    ),
    "greatest share of a country": (
        "cus",
        Across("max", shipped / shipments, CusDeclaration.country_code),
    ),
    "rescheduled": (
        "pboc",
        Turns(PbocLoanMonth.is_rescheduled, PbocLoanMonth.account_hash, TWO_YEARS),
    ),
    "turned overdue": (
        "pboc",
        Turns(
            PbocLoanMonth.overdue_days > 0,
            PbocLoanMonth.account_hash,
            Window(6, ending=3),
        ),
    ),
    "two lenders": (
        "pboc",
        Across("sum", balances, PbocLoanMonth.lender_hash, top=2, rank=balances),
    ),
    "bad guarantee lately": (
        "pboc",
        latest(PbocGuarantee.obligor_class.is_in("3", "4", "5")),
    ),
    "VAT sales": ("tax", vat.sales_12m),
    "guarantees to sales": (
        "tax",
        vat.to_sales(total(PbocGuarantee.balance, Window(1))),
    ),
    "VAT by quarter": (
        "tax",
        total(TaxVatReturn.tax_payable, by_quarter.months(1, 3)),
    ),
    "VAT of months": (
        "tax",
        Statistic("deviation", tuple(vat.month_of_sales(k) for k in range(1, 13)))
        / 1_000_000,
    ),
    "VAT of months, adjusted": (
        "tax",
        Statistic(
            "slope",
            tuple(
                Call("ln_1p", (Call("greatest", (vat.adjusted_month(k), Constant(0))),))
                for k in range(12, 0, -1)
            ),
        ),
    ),
    "peers of an industry": (
        "reg",
        Peers("count", Constant(1).given(vat.is_active), by=(industry,)),
    ),
    "bad others of a place": (
        "reg",
        (Peers("count", Constant(1).given(bad), (district,), others=True) + Constant(1))
        / (Peers("count", Constant(1), (district,), others=True) + 2),
    ),
    "heads of others": ("si", Peers("sum", heads, (industry, district), others=True)),
    "heads of all": ("si", Peers("sum", heads, ())),
    "heads in the middle": (
        "si",
        heads - Peers("median", heads.given(heads > 0), (industry,)),
    ),
    "worth in the middle": ("cus", Peers("median", worth.given(worth > 0), ())),
    "share in the middle": (
        "cus",
        Peers("median", worth / total(CusDeclaration.value_cny, EVER), ()),
    ),
    "circle": ("reg", Circle(RelEdge.dst_key, edge_stands)),
    "circle that guarantees": (
        "reg",
        Circle(RelEdge.dst_key, RelEdge.edge_kind.is_in("guarantees") & edge_stands),
    ),
    "industry": (
        "reg",
        Coded(industry, (("C39", 1), ("I65", 2)), otherwise=0).given(
            ~industry.is_absent()
        ),
    ),
    "age": ("reg", Call("months_since", (latest(RegFirm.establish_date),))),
    "form": (
        "reg",
        Choose(latest(RegFirm.is_branch), Constant(1), Call("ln", (latest(RegFirm.reg_capital),))),
    ),
}


def trial(number: int, name: str, register: str, formula: Node) -> Signal:
    """A formula in the dress of a signal."""
    text = Text("{v}", "{v}")
    return Signal(
        id=f"trial.{number}",
        register=register,
        name=Text(name, name),
        formula=formula,
        unit="",
        direction=0,
        absent="missing",
        family="trial",
        reason=text,
        why=Text("", ""),
        source="",
    )


TRIALS = {
    name: trial(number, name, register, formula)
    for number, (name, (register, formula)) in enumerate(FORMULAS.items())
}
