"""Signals of disputes before courts (司法): who sues the firm, for what, how it ends.

One dispute makes many procedures; it is counted once, by its first-instance case. The
firm is the party that was found with a confidence of 0.9 or more (READINGS.md, A30b and
A69). Mediation before a suit is left out everywhere (A30). A case counts on its event
date, which stands in for a missing day of filing (A46).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import ABSENT, AsOf, Call, Choose, Column, Constant, Node
from kexin.algebra.reductions import (
    ALWAYS,
    Across,
    Aggregate,
    Window,
    latest,
)
from kexin.algebra.views import Derived, Joined, Selected, Without, named
from kexin.language import Text
from kexin.registers.business import RegFirm
from kexin.registers.court import CourtCase, CourtHearing, CourtJudgment, CourtParty
from kexin.signals.signal import Signal
from kexin.signals.vat import sales_12m, to_sales

HALF_YEAR, YEAR, TWO_YEARS, THREE_YEARS = map(Window, (6, 12, 24, 36))

now = AsOf()
is_trusted = CourtParty.match_conf >= 0.9
is_mediation = CourtCase.case_type.is_in("民诉前调")
defends = CourtParty.party_role.is_in("defendant", "respondent")
sues = CourtParty.party_role.is_in("plaintiff", "applicant")

mediation = Selected(
    name="mediation",
    source=CourtCase.id,
    where=is_mediation,
    columns=named(CourtCase.id, "case_id"),
)
dispute = Joined(
    name="dispute",
    left=CourtParty.id,
    right=CourtCase.id,
    on=((CourtParty.case_id, CourtCase.case_id),),
    where=is_trusted & ~is_mediation,
    columns=named(
        CourtCase.id,
        "case_id",
        "root_case_id",
        "cause_code",
        "claim_amount",
        "event_date",
        firm_key=CourtParty.party_firm_key,
        party_role=CourtParty.party_role,
    ),
)
"""One row a party and procedure, on the day of the procedure."""

opponent = Selected(
    name="opponent",
    source=CourtParty.id,
    where=sues,
    columns=named(
        CourtParty.id,
        "case_id",
        who=Call(
            "coalesce",
            (CourtParty.party_firm_key.given(is_trusted), CourtParty.party_name_raw),
        ),
    ),
)
"""Who sues, by the firm that was found; by the name as delivered where none was."""

sued_by = Joined(
    name="sued_by",
    left=dispute,
    right=opponent,
    on=((dispute["case_id"], opponent["case_id"]),),
    where=dispute["party_role"].is_in("defendant", "respondent"),
    columns=named(opponent, "who"),
)

defendant_heard = Joined(
    name="defendant_heard",
    left=CourtHearing.id,
    right=CourtParty.id,
    on=((CourtHearing.case_id, CourtParty.case_id),),
    where=is_trusted & defends,
    columns=named(
        CourtHearing.id,
        "case_id",
        "hearing_date",
        "published_date",
        firm_key=CourtParty.party_firm_key,
    ),
)
hearing = Without(
    name="hearing",
    left=defendant_heard,
    right=mediation,
    on=((defendant_heard["case_id"], mediation["case_id"]),),
    columns=named(defendant_heard, "case_id", "hearing_date", "published_date"),
)
"""Hearings of defendants. The case may be known later than its hearing: what is left
out is known to be a mediation."""

defendant_judged = Joined(
    name="defendant_judged",
    left=CourtJudgment.id,
    right=CourtParty.id,
    on=(
        (CourtJudgment.case_id, CourtParty.case_id),
        (Column(CourtJudgment.id, "firm_key"), CourtParty.party_firm_key),
    ),
    where=is_trusted & defends,
    columns=named(CourtJudgment.id, "doc_id", "case_id", "outcome", "award_amount"),
)
judged = Without(
    name="judged",
    left=defendant_judged,
    right=mediation,
    on=((defendant_judged["case_id"], mediation["case_id"]),),
    columns=named(defendant_judged, "doc_id", "outcome", "award_amount"),
)

court_coverage = Derived(
    name="ref_court_coverage",
    tables=("ref_court_coverage",),
    columns=named("ref_court_coverage", "city", "valid_from", "valid_to", "share"),
)
defendant_cases = Derived(
    name="ref_defendant_cases",
    tables=("ref_defendant_cases",),
    columns=named(
        "ref_defendant_cases", "industry", "decile", "valid_from", "valid_to",
        "sales_from", "cases",
    ),
)
covered = Joined(
    name="city_coverage",
    left=RegFirm.id,
    right=court_coverage,
    on=((Call("prefix", (RegFirm.district_code, Constant(4))), court_coverage["city"]),),
    columns=named(court_coverage, "valid_from", "valid_to", "share"),
)
usual = Joined(
    name="usual_defendant_cases",
    left=RegFirm.id,
    right=defendant_cases,
    on=((Call("prefix", (RegFirm.industry_code, Constant(3))), defendant_cases["industry"]),),
    columns=named(defendant_cases, "decile", "valid_from", "valid_to", "sales_from", "cases"),
)

is_defendant = dispute["party_role"].is_in("defendant", "respondent")


def holds(of: Joined) -> Node:
    """Whether an estimate holds on the day, its first and last day included."""
    return (of["valid_from"] <= now) & (of["valid_to"] >= now)


def defended(window: Window, *causes: str) -> Aggregate:
    """Number of disputes in which the firm defends, of some causes or of any."""
    of_causes = is_defendant & dispute["cause_code"].is_in(*causes)
    return Aggregate(
        "distinct", dispute["root_case_id"], window, of_causes if causes else is_defendant
    )


def decided(*outcomes: str) -> Aggregate:
    """Number of documents that decided a case of the firm as defendant in such a way."""
    return Aggregate(
        "distinct", judged["doc_id"], THREE_YEARS, judged["outcome"].is_in(*outcomes)
    )


def of_decile(column: str, decile: int) -> Aggregate:
    """What the estimate of usual cases says of a decile of the firm's industry."""
    return Aggregate(
        "max", usual[column], where=holds(usual) & usual["decile"].is_in(decile)
    )


def usual_cases() -> Node:
    """Cases that firms of the industry and of such sales usually defend in a year."""
    cases: Node = ABSENT
    for decile in range(1, 11):
        reached = sales_12m >= of_decile("sales_from", decile)
        cases = Choose(reached, of_decile("cases", decile), cases)
    return cases


known_outcomes = decided("win", "partly_win", "lose", "dismissed")

claimed = Across(
    "sum",
    Aggregate("max", dispute["claim_amount"], TWO_YEARS, is_defendant),
    by=dispute["root_case_id"],
)
awarded = Across(
    "sum", Aggregate("max", judged["award_amount"], THREE_YEARS), by=judged["doc_id"]
)


def_6m = Signal(
    id="court.def_6m",
    register="court",
    name=Text("近6月作为被告案件数", "Cases as defendant, 6 months"),
    formula=defended(HALF_YEAR),
    unit="count", direction=1, absent="never", family="disputes",
    reason=Text("近6个月新增被告案件{v}件", "{v} new case(s) as defendant in 6 months"),
    why=Text("违约前3–6个月上升", "Rises 3–6 months before default"),
    source="SIGNALS.md section 2, court.def_6m; READINGS.md A30, A46",
)


def_12m = Signal(
    id="court.def_12m",
    register="court",
    name=Text("近12月作为被告案件数", "Cases as defendant, 12 months"),
    formula=defended(YEAR),
    unit="count", direction=1, absent="never", family="disputes",
    reason=Text("近12个月新增被告案件{v}件", "{v} new case(s) as defendant in 12 months"),
    why=Text("违约前3–6个月上升；期间更长", "Rises 3–6 months before default; a longer window"),
    source="SIGNALS.md section 2, court.def_12m; READINGS.md A30, A46",
)


def_24m = Signal(
    id="court.def_24m",
    register="court",
    name=Text("近24月作为被告案件数", "Cases as defendant, 24 months"),
    formula=defended(TWO_YEARS),
    unit="count", direction=1, absent="never", family="disputes",
    reason=Text("近24个月被告案件{v}件", "{v} case(s) as defendant in 24 months"),
    why=Text("纠纷的基准水平", "Base level of disputes"),
    source="SIGNALS.md section 2, court.def_24m; READINGS.md A30, A46",
)


def_rel_12m = Signal(
    id="court.def_rel_12m",
    register="court",
    name=Text("被告案件数偏离同规模", "Defendant cases against peers"),
    formula=(defended(YEAR) - usual_cases()).given(~sales_12m.is_absent()),
    unit="count", direction=1, absent="missing", family="disputes",
    reason=Text("近12个月被告案件数高于同规模企业{v}件", "{v} more defendant cases than firms of its size"),
    why=Text("大企业被诉更多：剔除规模影响", "Big firms are sued more: take scale out"),
    source="SIGNALS.md section 2, court.def_rel_12m; READINGS.md section 6, last row",
)


def_loan_24m = Signal(
    id="court.def_loan_24m",
    register="court",
    name=Text("近24月借贷类被告案件数", "Sued over loans, 24 months"),
    formula=defended(TWO_YEARS, "loan_bank", "loan_private", "guarantee", "bill"),
    unit="count", direction=1, absent="never", family="lenders",
    reason=Text("近24个月金融/民间借贷等被告案件{v}件", "Sued over loans, guarantees or bills {v} time(s) in 24 months"),
    why=Text("已对出借人违约", "Already failing its lenders"),
    source="SIGNALS.md section 2, court.def_loan_24m; READINGS.md A30, A46",
)


def_supply_12m = Signal(
    id="court.def_supply_12m",
    register="court",
    name=Text("近12月买卖合同类被告案件数", "Sued by suppliers, 12 months"),
    formula=defended(
        YEAR, "sale", "processing", "service", "construction", "lease", "transport"
    ),
    unit="count", direction=1, absent="never", family="suppliers",
    reason=Text("近12个月买卖、加工、服务等合同被告案件{v}件", "Sued by suppliers {v} time(s) in 12 months"),
    why=Text("拖欠供应商货款：流动性紧张", "Suppliers unpaid: liquidity"),
    source="SIGNALS.md section 2, court.def_supply_12m; READINGS.md A30, A46",
)


def_labor_12m = Signal(
    id="court.def_labor_12m",
    register="court",
    name=Text("近12月劳动争议被告案件数", "Labour disputes, 12 months"),
    formula=defended(YEAR, "labour"),
    unit="count", direction=1, absent="never", family="labour",
    reason=Text("近12个月劳动争议案件{v}件", "{v} labour case(s) in 12 months"),
    why=Text("拖欠工资和补偿金", "Wages and severance unpaid"),
    source="SIGNALS.md section 2, court.def_labor_12m; READINGS.md A30, A46",
)


def_ip_24m = Signal(
    id="court.def_ip_24m",
    register="court",
    name=Text("近24月知产侵权被告案件数", "IP infringement as defendant, 24"),
    formula=defended(TWO_YEARS, "ip"),
    unit="count", direction=1, absent="never", family="infringement",
    reason=Text("近24个月知识产权侵权被告案件{v}件", "Sued for IP infringement {v} time(s) in 24 months"),
    why=Text("科技企业的产品存亡所系", "Product at stake, for tech firms"),
    source="SIGNALS.md section 2, court.def_ip_24m; READINGS.md A30, A46",
)


pl_12m = Signal(
    id="court.pl_12m",
    register="court",
    name=Text("近12月作为原告案件数", "Cases as plaintiff, 12 months"),
    formula=Aggregate(
        "distinct",
        dispute["root_case_id"],
        YEAR,
        dispute["party_role"].is_in("plaintiff", "applicant"),
    ),
    unit="count", direction=0, absent="never", family="plaintiff",
    reason=Text("近12个月原告案件{v}件", "{v} case(s) as plaintiff in 12 months"),
    why=Text("客户不良，但积极追债；贷款人并不介意（SRC-B4）", "Bad customers, but an active creditor; lenders do not mind (SRC-B4)"),
    source="SIGNALS.md section 2, court.pl_12m; READINGS.md A30, A30b, A46",
)


claim_ratio_24m = Signal(
    id="court.claim_ratio_24m",
    register="court",
    name=Text("被诉标的占销售额", "Claims against the firm to sales"),
    formula=to_sales(claimed).clip(0, 5),
    unit="ratio", direction=1, absent="missing", family="claims",
    reason=Text("近24个月被诉标的额占销售额{v_pct}%", "Claims of 24 months equal {v_pct}% of sales"),
    why=Text("涉诉威胁的大小", "Size of threat"),
    source="SIGNALS.md section 2, court.claim_ratio_24m; READINGS.md A06, A46",
)


creditors_12m = Signal(
    id="court.creditors_12m",
    register="court",
    name=Text("近12月不同原告数", "Different opponents, 12 months"),
    formula=Aggregate("distinct", sued_by["who"], YEAR),
    unit="count", direction=1, absent="never", family="disputes",
    reason=Text("近12个月有{v}个不同原告起诉", "{v} different parties sued in 12 months"),
    why=Text("多个债权人同时起诉：是整体偿付困难，而非单一纠纷", "Many creditors at once: general insolvency, not one dispute"),
    source="SIGNALS.md section 2, court.creditors_12m; READINGS.md A47",
)


hearing_90d = Signal(
    id="court.hearing_90d",
    register="court",
    name=Text("90天内被告开庭公告数", "Hearings announced as defendant, next or last 90 days"),
    formula=Aggregate(
        "distinct",
        hearing["case_id"],
        ALWAYS,
        (hearing["hearing_date"] >= AsOf(days=-90))
        & (hearing["hearing_date"] <= AsOf(days=60))
        & ~hearing["published_date"].is_absent(),
    ),
    unit="count", direction=1, absent="never", family="disputes",
    reason=Text("近期被告开庭公告{v}条", "{v} hearing(s) announced as defendant"),
    why=Text("案件最早的公开痕迹；公告已经发布，因此可以使用未来的日期", "First public trace of a case; future dates are allowed because they are published"),
    source="SIGNALS.md section 2, court.hearing_90d; READINGS.md A30, A30b, A86",
)


lose_rate_36m = Signal(
    id="court.lose_rate_36m",
    register="court",
    name=Text("近36月败诉率", "Share of cases lost, 36 months"),
    formula=(decided("lose", "partly_win") / known_outcomes).given(
        known_outcomes >= 2
    ),
    unit="fraction", direction=1, absent="too_few", family="judgments",
    reason=Text("近36个月被告案件败诉率{v_pct}%", "Lost {v_pct}% of decided cases"),
    why=Text("对方的请求成立", "Claims were founded"),
    source="SIGNALS.md section 2, court.lose_rate_36m; READINGS.md A30b, A48, A69",
)


award_ratio_36m = Signal(
    id="court.award_ratio_36m",
    register="court",
    name=Text("判令金额占销售额", "Awarded against the firm to sales"),
    formula=to_sales(awarded),
    unit="ratio", direction=1, absent="missing", family="judgments",
    reason=Text("近36个月判令给付额占销售额{v_pct}%", "Awards of 36 months equal {v_pct}% of sales"),
    why=Text("法院已判令给付的债务", "Debt fixed by court"),
    source="SIGNALS.md section 2, court.award_ratio_36m; READINGS.md A06, A30b, A69",
)


coverage = Signal(
    id="court.coverage",
    register="court",
    name=Text("司法公开覆盖指数", "Visibility index of court documents"),
    formula=latest(covered["share"], holds(covered)),
    unit="fraction", direction=0, absent="missing", family="coverage",
    reason=Text("当年裁判文书公开覆盖率{v_pct}%", "{v_pct}% of that year's cases were published"),
    why=Text("不是风险信号：让模型对公开不足的年份打折扣（SRC-S8）", "Not a risk sign: lets the model discount thin years (SRC-S8)"),
    source="SIGNALS.md section 2, court.coverage; READINGS.md section 6, last row",
)
