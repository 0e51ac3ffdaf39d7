"""Signals of intellectual property (知识产权): patents, software copyrights, trademarks.

A patent is in force while it is granted, its term runs and the firm holds it: as its
status was known on the day (READINGS.md, A40), through the last day of its term, to the
day on which it went to another (A85). Where a signal does not ask who holds a patent,
it is the firm of which the record speaks (A53). Legal events count on the day on which
they took effect, though they are known months later (A87).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import ABSENT, AsOf, Call, Column, Constant, Node
from kexin.algebra.reductions import (
    ALWAYS,
    Across,
    Aggregate,
    Window,
    count,
    latest,
)
from kexin.algebra.views import Joined, Selected, United, named
from kexin.language import Text
from kexin.registers.ip import (
    IpCitation,
    IpPatent,
    IpPatentEvent,
    IpPatentHolder,
    IpSoftware,
    IpTrademark,
)
from kexin.registers.social import SiMonth
from kexin.registers.support import QualCert
from kexin.signals.signal import Signal

EVER = Window()
YEAR, TWO_YEARS, THREE_YEARS = map(Window, (12, 24, 36))

YOUNG = 60
"""Months after its grant in which an invention is young."""

BURST = 6
"""Months before a first certificate in which filing is a burst."""

LEAST_STAFF = 5
"""Insured staff against which inventions are measured at least."""

now, then = AsOf(), AsOf(months=24)

invention = IpPatent.patent_kind.is_in("invention")

held = Joined(
    name="held_patent",
    left=IpPatent.id,
    right=IpPatentHolder.id,
    on=((IpPatent.app_no, IpPatentHolder.app_no),),
    columns=named(
        IpPatent.id,
        "app_no",
        "patent_kind",
        "grant_date",
        "expiry_date",
        "legal_status",
        "ipc_main",
        "claims_count",
        firm_key=IpPatentHolder.holder_firm_key,
        holder_seq=IpPatentHolder.holder_seq,
        valid_from=IpPatentHolder.valid_from,
        valid_to=IpPatentHolder.valid_to,
        acquired_by_transfer=IpPatentHolder.acquired_by_transfer,
    ),
)
"""One row a patent, holder and period."""

KEPT = ("app_no", "grant_date", "expiry_date", "legal_status", "valid_from", "valid_to")

held_event = Joined(
    name="held_patent_event",
    left=held,
    right=IpPatentEvent.id,
    on=((held["app_no"], IpPatentEvent.app_no),),
    columns=named(
        held,
        *KEPT,
        event_date=Column(IpPatentEvent.id, "event_date"),
        event_code=IpPatentEvent.event_code,
    ),
)
without_event = Selected(
    name="held_patent_itself",
    source=held,
    columns=named(held, *KEPT, event_code=ABSENT),
)
life = United(name="patent_life", parts=(held_event, without_event))
"""Each held patent once by itself, and once with each of its legal events."""

lost = Joined(
    name="lapsed_patent",
    left=IpPatentEvent.id,
    right=IpPatent.id,
    on=((IpPatentEvent.app_no, IpPatent.app_no),),
    where=IpPatentEvent.event_code.is_in("lapse_fee") & invention,
    columns=named(IpPatent.id, "app_no", "grant_date"),
)

patent_filing = Selected(
    name="patent_filing",
    source=IpPatent.id,
    columns=named(IpPatent.id, number=IpPatent.app_no, filed_on=IpPatent.app_date),
)
software_filing = Selected(
    name="software_filing",
    source=IpSoftware.id,
    columns=named(IpSoftware.id, number=IpSoftware.sw_reg_no, filed_on=IpSoftware.reg_date),
)
filing = United(name="filing", parts=(patent_filing, software_filing))
certified = Joined(
    name="filing_and_certificate",
    left=filing,
    right=QualCert.id,
    on=((filing["firm_key"], Column(QualCert.id, "firm_key")),),
    where=QualCert.cert_kind.is_in("HNTE"),
    columns=named(filing, "number", "filed_on", issue_date=QualCert.issue_date),
)
"""Each filing of a firm with each of its certificates as a high-tech enterprise."""


def holds(source: Joined | United, day: AsOf) -> Node:
    """Whether a patent was granted, its term running, and the firm its holder on a day."""
    return (
        (source["grant_date"] <= day)
        & (source["expiry_date"] >= day)
        & (source["valid_from"] <= day)
        & (source["valid_to"].is_absent() | (source["valid_to"] > day))
    )


def in_force(source: Joined) -> Node:
    """Whether a held patent is in force as its status tells (A40)."""
    return holds(source, now) & source["legal_status"].is_in("granted", "restored")


def number(where: Node) -> Aggregate:
    """Number of different patents among those held."""
    return Aggregate("distinct", held["app_no"], EVER, where)


def last_of(*codes: str) -> Aggregate:
    """Day of a patent's last event of some kinds in its life, by two years ago."""
    return Aggregate(
        "max", life["event_date"], Window(None, ending=24), life["event_code"].is_in(*codes)
    )


def events(code: str, window: Window) -> Aggregate:
    """Number of legal events of a kind."""
    return count(
        IpPatentEvent.announce_date, window, IpPatentEvent.event_code.is_in(code)
    )


def published(window: Window, where: Node | None = None) -> Aggregate:
    """Number of applications published in a window."""
    return Aggregate(
        "count", IpPatent.pub_date, window, where, on=IpPatent.pub_date
    )


valid = in_force(held)
valid_invention = valid & held["patent_kind"].is_in("invention")
inventions = number(valid_invention)
a_claim_count = Aggregate("max", held["claims_count"], EVER, valid_invention)
a_remainder = Aggregate(
    "max", Call("days_between", (now, held["expiry_date"])), EVER, valid_invention
)
of_patent = held["app_no"]

classified = valid & ~held["ipc_main"].is_absent()
in_a_class = Across(
    "sum",
    Call("n_ln_n", (number(valid),)),
    by=Call("prefix", (held["ipc_main"], Constant(4))),
)

lapsed, restored = last_of("lapse_fee", "invalidated"), last_of("restore")
held_then = count(life["app_no"], ALWAYS, holds(life, then)) > 0
in_force_then = Across(
    "count",
    Constant(1).given(held_then & (lapsed.is_absent() | (restored >= lapsed))),
    by=life["app_no"],
)
"""Patents in force two years ago, as their events tell (READINGS.md, O9)."""

pledged, freed = (
    Aggregate(
        "max",
        held_event["event_date"],
        EVER,
        in_force(held_event) & held_event["event_code"].is_in(code),
    )
    for code in ("pledge", "pledge_end")
)
pledges = Across(
    "count",
    Constant(1).given(~pledged.is_absent() & (freed.is_absent() | (freed < pledged))),
    by=held_event["app_no"],
)
"""Patents in force with a pledge that none of the same day or later ended (A54)."""

first_certified = Aggregate(
    "min", certified["issue_date"], EVER, certified["issue_date"] <= now
)
filed_on = Aggregate("max", certified["filed_on"], EVER)
months_before = Call("months_between", (filed_on, first_certified))
in_burst = (filed_on <= first_certified) & (months_before < BURST)


def filings(one: Node) -> Across:
    """Number of a certified firm's filings of which there is `one`."""
    return Across("count", one, by=certified["number"])


is_registered = (
    IpTrademark.tm_status.is_in("registered")
    & (IpTrademark.reg_date <= now)
    & (IpTrademark.expiry_date.is_absent() | (IpTrademark.expiry_date >= now))
)

staff = latest(SiMonth.insured_count, SiMonth.si_kind.is_in("pension"))


inv_valid = Signal(
    id="ip.inv_valid",
    register="ip",
    name=Text("有效发明专利数", "Valid inventions"),
    formula=Call("ln_1p", (inventions,)),
    unit="ln count", direction=-1, absent="never", family="inventions",
    reason=Text("有效发明专利{v_n}件", "{v_n} valid invention patent(s)"),
    why="Core of the technology rating (SRC-B6)",
    source="SIGNALS.md section 2, ip.inv_valid; READINGS.md A40, A85, O1",
)


um_valid = Signal(
    id="ip.um_valid",
    register="ip",
    name=Text("有效实用新型数", "Valid utility models"),
    formula=(
        Call(
            "ln_1p", (number(valid & held["patent_kind"].is_in("utility")),)
        )
    ),
    unit="ln count", direction=0, absent="never", family="rights",
    reason=Text("有效实用新型{v_n}件", "{v_n} valid utility model(s)"),
    why="Cheap rights; weak",
    source="SIGNALS.md section 2, ip.um_valid; READINGS.md A40, A85, O1",
)


sw_total = Signal(
    id="ip.sw_total",
    register="ip",
    name=Text("软件著作权数", "Software copyrights"),
    formula=Call("ln_1p", (count(IpSoftware.reg_date, EVER),)),
    unit="ln count", direction=0, absent="never", family="software",
    reason=Text("软件著作权{v_n}件", "{v_n} software copyright(s)"),
    why="For software firms",
    source="SIGNALS.md section 2, ip.sw_total",
)


sw_24m = Signal(
    id="ip.sw_24m",
    register="ip",
    name=Text("近24月新增软著", "New software copyrights, 24 months"),
    formula=count(IpSoftware.reg_date, TWO_YEARS),
    unit="count", direction=-1, absent="never", family="software",
    reason=Text("近24个月新增软著{v}件", "{v} new software copyright(s) in 24 months"),
    why="Still developing",
    source="SIGNALS.md section 2, ip.sw_24m",
)


inv_new_36m = Signal(
    id="ip.inv_new_36m",
    register="ip",
    name=Text("近36月授权发明数", "Inventions granted, 36 months"),
    formula=(
        Aggregate(
            "distinct",
            held["app_no"],
            THREE_YEARS,
            held["patent_kind"].is_in("invention")
            & held["holder_seq"].is_in(1)
            & ~held["acquired_by_transfer"],
            on=held["grant_date"],
        )
    ),
    unit="count", direction=-1, absent="never", family="filing",
    reason=Text("近36个月自主授权发明{v}件", "{v} own invention(s) granted in 36 months"),
    why="Own fresh results",
    source="SIGNALS.md section 2, ip.inv_new_36m; READINGS.md A52",
)


app_pub_24m = Signal(
    id="ip.app_pub_24m",
    register="ip",
    name=Text("近24月公开发明申请数", "Inventions published, 24 months"),
    formula=published(TWO_YEARS, invention),
    unit="count", direction=-1, absent="never", family="filing",
    reason=Text("近24个月公开发明申请{v}件", "{v} invention application(s) published in 24 months"),
    why="Activity about 18 months earlier: applications are secret until published",
    source="SIGNALS.md section 2, ip.app_pub_24m; READINGS.md A53",
)


activity_drop = Signal(
    id="ip.activity_drop",
    register="ip",
    name=Text("专利申请活跃度下降", "Fall of filing activity"),
    formula=(
        (published(YEAR) / (published(Window(24, ending=12)) / 2)).given(
            published(Window(24, ending=12)) >= 3
        )
    ),
    unit="ratio", direction=-1, absent="too_few", family="filing",
    reason=Text("近12个月专利公开量为此前年均的{v_pct}%", "Publications are {v_pct}% of the earlier yearly mean"),
    why="R&D stopped",
    source="SIGNALS.md section 2, ip.activity_drop; READINGS.md A53",
)


lapse_24m = Signal(
    id="ip.lapse_24m",
    register="ip",
    name=Text("近24月欠费终止专利数", "Patents lapsed for unpaid fees, 24 months"),
    formula=events("lapse_fee", TWO_YEARS),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近24个月因未缴年费终止专利{v}件", "{v} patent(s) lapsed for unpaid fees in 24 months"),
    why="Saving on fees, or pruning; known 7–9 months late",
    source="SIGNALS.md section 2, ip.lapse_24m; READINGS.md A87",
)


lapse_rate_24m = Signal(
    id="ip.lapse_rate_24m",
    register="ip",
    name=Text("近24月专利终止率", "Lapse rate, 24 months"),
    formula=(
        (events("lapse_fee", TWO_YEARS) / in_force_then).given(
            in_force_then >= 3
        )
    ),
    unit="fraction", direction=1, absent="too_few", family="losses",
    reason=Text("近24个月专利终止率{v_pct}%", "{v_pct}% of the patents lapsed in 24 months"),
    why="Scale-free; half of utility models lapse within 5 years anyway (SRC-N10): use against the normal rate by kind and age",
    source="SIGNALS.md section 2, ip.lapse_rate_24m; READINGS.md section 6, O9",
)


inv_lapse_young = Signal(
    id="ip.inv_lapse_young",
    register="ip",
    name=Text("授权5年内发明终止数", "Young inventions lapsed"),
    formula=(
        count(
            lost["app_no"],
            THREE_YEARS,
            Call("months_between", (lost["grant_date"], lost["event_date"])) < YOUNG,
        )
    ),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近36个月有{v}件授权未满5年的发明被放弃", "{v} young invention(s) were dropped in 36 months"),
    why="Nobody drops a useful new patent",
    source="SIGNALS.md section 2, ip.inv_lapse_young; READINGS.md A87",
)


claims_avg = Signal(
    id="ip.claims_avg",
    register="ip",
    name=Text("发明平均权利要求数", "Claims per invention"),
    formula=(
        Across("sum", a_claim_count, by=of_patent) / Across(
            "count", a_claim_count, by=of_patent
        )
    ),
    unit="claims", direction=-1, absent="no_event", family="inventions",
    reason=Text("有效发明平均{v}项权利要求", "{v} claims per valid invention"),
    why="Quality, weak",
    source="SIGNALS.md section 2, ip.claims_avg; READINGS.md A40",
)


cites_36m = Signal(
    id="ip.cites_36m",
    register="ip",
    name=Text("近36月被引次数", "Forward citations, 36 months"),
    formula=(
        Call(
            "ln_1p", (count(IpCitation.citing_pub_date, THREE_YEARS, ~IpCitation.is_self),)
        ).given(published(EVER) > 0)
    ),
    unit="ln count", direction=-1, absent="no_event", family="quality",
    reason=Text("近36个月被他人引用{v_n}次", "Cited {v_n} time(s) by others in 36 months"),
    why="Others build on it",
    source="SIGNALS.md section 2, ip.cites_36m; READINGS.md A53",
)


pct_n = Signal(
    id="ip.pct_n",
    register="ip",
    name=Text("PCT申请数", "International applications"),
    formula=Call("ln_1p", (count(IpPatent.app_no, EVER, IpPatent.pct_flag),)),
    unit="ln count", direction=-1, absent="never", family="quality",
    reason=Text("PCT申请{v_n}件", "{v_n} international application(s)"),
    why="Costly, so meant",
    source="SIGNALS.md section 2, ip.pct_n; READINGS.md A23, A53",
)


breadth = Signal(
    id="ip.breadth",
    register="ip",
    name=Text("技术领域广度", "Technology breadth"),
    formula=(
        (Call("ln", (number(classified),)) - in_a_class / number(classified)).given(
            number(classified) >= 3
        )
    ),
    unit="nats", direction=0, absent="too_few", family="breadth",
    reason=Text("专利技术领域广度{v}", "The technology breadth is {v}"),
    why="Focus or spread",
    source="SIGNALS.md section 2, ip.breadth; READINGS.md A40",
)


remain_years = Signal(
    id="ip.remain_years",
    register="ip",
    name=Text("发明平均剩余年限", "Remaining life of inventions"),
    formula=(
        Across("sum", a_remainder, by=of_patent)
        / Across("count", a_remainder, by=of_patent)
        / 365.25
    ),
    unit="years", direction=-1, absent="no_event", family="inventions",
    reason=Text("有效发明平均剩余{v}年", "{v} years left on the valid inventions"),
    why="Future protection",
    source="SIGNALS.md section 2, ip.remain_years; READINGS.md A40",
)


bought_share = Signal(
    id="ip.bought_share",
    register="ip",
    name=Text("受让专利占比", "Share of bought patents"),
    formula=number(valid & held["acquired_by_transfer"]) / number(valid),
    unit="fraction", direction=1, absent="no_event", family="rights",
    reason=Text("受让取得的专利占{v_pct}%", "{v_pct}% of the patents were bought"),
    why="Bought to meet an eligibility test",
    source="SIGNALS.md section 2, ip.bought_share; READINGS.md A40, A85",
)


burst_share = Signal(
    id="ip.burst_share",
    register="ip",
    name=Text("资质申报前突击申请占比", "Filing burst before qualification"),
    formula=(
        filings(Constant(1).given(in_burst)) / filings(
            filed_on.given(~first_certified.is_absent())
        )
    ),
    unit="fraction", direction=1, absent="no_event", family="filing",
    reason=Text("高企认定前6个月突击申请占{v_pct}%", "{v_pct}% of the IP was filed in the 6 months before qualification"),
    why="Paper innovation",
    source="SIGNALS.md section 2, ip.burst_share; READINGS.md A53, A79",
)


sold_24m = Signal(
    id="ip.sold_24m",
    register="ip",
    name=Text("近24月转出专利数", "Patents transferred away, 24 months"),
    formula=events("transfer_out", TWO_YEARS),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近24个月转出专利{v}件", "{v} patent(s) transferred away in 24 months"),
    why="Selling the core, or moving it out of creditors' reach",
    source="SIGNALS.md section 2, ip.sold_24m; READINGS.md A87",
)


pledge_now = Signal(
    id="ip.pledge_now",
    register="ip",
    name=Text("当前质押专利占比", "Patents pledged now"),
    formula=pledges / number(valid),
    unit="fraction", direction=0, absent="no_event", family="rights",
    reason=Text("当前质押专利占{v_pct}%", "{v_pct}% of the patents are pledged"),
    why="A bank trusted them; also encumbered",
    source="SIGNALS.md section 2, ip.pledge_now; READINGS.md A40, A54",
)


invalid_36m = Signal(
    id="ip.invalid_36m",
    register="ip",
    name=Text("近36月专利被宣告无效数", "Invalidation decisions, 36 months"),
    formula=events("invalidated", THREE_YEARS),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近36个月被宣告无效专利{v}件", "{v} patent(s) invalidated in 36 months"),
    why="Core right lost",
    source="SIGNALS.md section 2, ip.invalid_36m; READINGS.md A87",
)


tm_valid = Signal(
    id="ip.tm_valid",
    register="ip",
    name=Text("有效注册商标数", "Valid trademarks"),
    formula=Call("ln_1p", (count(IpTrademark.tm_no, EVER, is_registered),)),
    unit="ln count", direction=-1, absent="never", family="brand",
    reason=Text("有效商标{v_n}件", "{v_n} valid trademark(s)"),
    why="Own brand",
    source="SIGNALS.md section 2, ip.tm_valid; READINGS.md O1",
)


per_head = Signal(
    id="ip.per_head",
    register="ip",
    name=Text("百人发明拥有量", "Inventions per 100 staff"),
    formula=(
        Call(
            "coalesce",
            (
                inventions * 100 / Call("greatest", (staff, Constant(LEAST_STAFF))),
                Constant(0.0).given(inventions <= 0),
            ),
        )
    ),
    unit="per 100", direction=-1, absent="missing", family="inventions",
    reason=Text("每百名参保员工有效发明{v}件", "{v} valid inventions per 100 employees"),
    why="Density",
    source="SIGNALS.md section 2, ip.per_head; READINGS.md A40, O6",
)
