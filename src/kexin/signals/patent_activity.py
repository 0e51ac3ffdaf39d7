"""Signals of intellectual property (知识产权): filing and losing rights, other rights.

Where a signal does not ask who holds a patent, it is the firm of which the record
speaks (READINGS.md, A53). Legal events count on the day on which they took effect,
though they are known months later (A87).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import ABSENT, AsOf, Call, Column, Constant, Node
from kexin.algebra.reductions import ALWAYS, Across, Aggregate, Window, count
from kexin.algebra.views import Joined, Selected, United, named
from kexin.language import Text
from kexin.registers.ip import (
    IpCitation,
    IpPatent,
    IpPatentEvent,
    IpSoftware,
    IpTrademark,
)
from kexin.registers.support import QualCert
from kexin.signals.patents import KEPT, held, held_event, holds
from kexin.signals.signal import Signal

EVER = Window()
YEAR, TWO_YEARS, THREE_YEARS = map(Window, (12, 24, 36))
YEARS_BEFORE = Window(24, ending=12)

YOUNG = 60
"""Months after its grant in which an invention is young."""

BURST = 6
"""Months before a first certificate in which filing is a burst."""

now, then = AsOf(), AsOf(months=24)

invention = IpPatent.patent_kind.is_in("invention")

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


lapsed, restored = last_of("lapse_fee", "invalidated"), last_of("restore")
held_then = count(life["app_no"], ALWAYS, holds(life, then)) > 0
in_force_then = Across(
    "count",
    Constant(1).given(held_then & (lapsed.is_absent() | (restored >= lapsed))),
    by=life["app_no"],
)
"""Patents in force two years ago, as their events tell (READINGS.md, O9)."""

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


sw_total = Signal(
    id="ip.sw_total",
    register="ip",
    name=Text("软件著作权数", "Software copyrights"),
    formula=Call("ln_1p", (count(IpSoftware.reg_date, EVER),)),
    unit="ln count", direction=0, absent="never", family="software",
    reason=Text("软件著作权{v_n}件", "{v_n} software copyright(s)"),
    why=Text("适用于软件企业", "For software firms"),
    source="SIGNALS.md section 2, ip.sw_total",
)


sw_24m = Signal(
    id="ip.sw_24m",
    register="ip",
    name=Text("近24月新增软著", "New software copyrights, 24 months"),
    formula=count(IpSoftware.reg_date, TWO_YEARS),
    unit="count", direction=-1, absent="never", family="software",
    reason=Text("近24个月新增软著{v}件", "{v} new software copyright(s) in 24 months"),
    why=Text("仍在开发", "Still developing"),
    source="SIGNALS.md section 2, ip.sw_24m",
)


inv_new_36m = Signal(
    id="ip.inv_new_36m",
    register="ip",
    name=Text("近36月授权发明数", "Inventions granted, 36 months"),
    formula=Aggregate(
        "distinct",
        held["app_no"],
        THREE_YEARS,
        held["patent_kind"].is_in("invention")
        & held["holder_seq"].is_in(1)
        & ~held["acquired_by_transfer"],
        on=held["grant_date"],
    ),
    unit="count", direction=-1, absent="never", family="filing",
    reason=Text("近36个月自主授权发明{v}件", "{v} own invention(s) granted in 36 months"),
    why=Text("自己新近的成果", "Own fresh results"),
    source="SIGNALS.md section 2, ip.inv_new_36m; READINGS.md A52",
)


app_pub_24m = Signal(
    id="ip.app_pub_24m",
    register="ip",
    name=Text("近24月公开发明申请数", "Inventions published, 24 months"),
    formula=published(TWO_YEARS, invention),
    unit="count", direction=-1, absent="never", family="filing",
    reason=Text("近24个月公开发明申请{v}件", "{v} invention application(s) published in 24 months"),
    why=Text("约18个月前的研发活动：申请在公布前是保密的", "Activity about 18 months earlier: applications are secret until published"),
    source="SIGNALS.md section 2, ip.app_pub_24m; READINGS.md A53",
)


activity_drop = Signal(
    id="ip.activity_drop",
    register="ip",
    name=Text("专利申请活跃度下降", "Fall of filing activity"),
    formula=(published(YEAR) / (published(YEARS_BEFORE) / 2)).given(
        published(YEARS_BEFORE) >= 3
    ),
    unit="ratio", direction=-1, absent="too_few", family="filing",
    reason=Text("近12个月专利公开量为此前年均的{v_pct}%", "Publications are {v_pct}% of the earlier yearly mean"),
    why=Text("研发停止", "R&D stopped"),
    source="SIGNALS.md section 2, ip.activity_drop; READINGS.md A53",
)


lapse_24m = Signal(
    id="ip.lapse_24m",
    register="ip",
    name=Text("近24月欠费终止专利数", "Patents lapsed for unpaid fees, 24 months"),
    formula=events("lapse_fee", TWO_YEARS),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近24个月因未缴年费终止专利{v}件", "{v} patent(s) lapsed for unpaid fees in 24 months"),
    why=Text("节省年费或清理专利；晚7–9个月才可知", "Saving on fees, or pruning; known 7–9 months late"),
    source="SIGNALS.md section 2, ip.lapse_24m; READINGS.md A87",
)


lapse_rate_24m = Signal(
    id="ip.lapse_rate_24m",
    register="ip",
    name=Text("近24月专利终止率", "Lapse rate, 24 months"),
    formula=(events("lapse_fee", TWO_YEARS) / in_force_then).given(
        in_force_then >= 3
    ),
    unit="fraction", direction=1, absent="too_few", family="losses",
    reason=Text("近24个月专利终止率{v_pct}%", "{v_pct}% of the patents lapsed in 24 months"),
    why=Text("与规模无关；半数实用新型本就在5年内终止（SRC-N10）：应与同类型、同年龄的正常比率比较", "Scale-free; half of utility models lapse within 5 years anyway (SRC-N10): use against the normal rate by kind and age"),
    source="SIGNALS.md section 2, ip.lapse_rate_24m; READINGS.md section 6, O9",
)


inv_lapse_young = Signal(
    id="ip.inv_lapse_young",
    register="ip",
    name=Text("授权5年内发明终止数", "Young inventions lapsed"),
    formula=count(
        lost["app_no"],
        THREE_YEARS,
        Call("months_between", (lost["grant_date"], lost["event_date"])) < YOUNG,
    ),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近36个月有{v}件授权未满5年的发明被放弃", "{v} young invention(s) were dropped in 36 months"),
    why=Text("没有人会放弃有用的新专利", "Nobody drops a useful new patent"),
    source="SIGNALS.md section 2, ip.inv_lapse_young; READINGS.md A87",
)


cites_36m = Signal(
    id="ip.cites_36m",
    register="ip",
    name=Text("近36月被引次数", "Forward citations, 36 months"),
    formula=Call(
        "ln_1p", (count(IpCitation.citing_pub_date, THREE_YEARS, ~IpCitation.is_self),)
    ).given(published(EVER) > 0),
    unit="ln count", direction=-1, absent="no_event", family="quality",
    reason=Text("近36个月被他人引用{v_n}次", "Cited {v_n} time(s) by others in 36 months"),
    why=Text("他人在其基础上研发", "Others build on it"),
    source="SIGNALS.md section 2, ip.cites_36m; READINGS.md A53",
)


pct_n = Signal(
    id="ip.pct_n",
    register="ip",
    name=Text("PCT申请数", "International applications"),
    formula=Call("ln_1p", (count(IpPatent.app_no, EVER, IpPatent.pct_flag),)),
    unit="ln count", direction=-1, absent="never", family="quality",
    reason=Text("PCT申请{v_n}件", "{v_n} international application(s)"),
    why=Text("费用高，因此是认真的", "Costly, so meant"),
    source="SIGNALS.md section 2, ip.pct_n; READINGS.md A23, A53",
)


burst_share = Signal(
    id="ip.burst_share",
    register="ip",
    name=Text("资质申报前突击申请占比", "Filing burst before qualification"),
    formula=filings(Constant(1).given(in_burst)) / filings(
        filed_on.given(~first_certified.is_absent())
    ),
    unit="fraction", direction=1, absent="no_event", family="filing",
    reason=Text("高企认定前6个月突击申请占{v_pct}%", "{v_pct}% of the IP was filed in the 6 months before qualification"),
    why=Text("纸面创新", "Paper innovation"),
    source="SIGNALS.md section 2, ip.burst_share; READINGS.md A53, A79",
)


sold_24m = Signal(
    id="ip.sold_24m",
    register="ip",
    name=Text("近24月转出专利数", "Patents transferred away, 24 months"),
    formula=events("transfer_out", TWO_YEARS),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近24个月转出专利{v}件", "{v} patent(s) transferred away in 24 months"),
    why=Text("出售核心资产，或将其移出债权人可及的范围", "Selling the core, or moving it out of creditors' reach"),
    source="SIGNALS.md section 2, ip.sold_24m; READINGS.md A87",
)


invalid_36m = Signal(
    id="ip.invalid_36m",
    register="ip",
    name=Text("近36月专利被宣告无效数", "Invalidation decisions, 36 months"),
    formula=events("invalidated", THREE_YEARS),
    unit="count", direction=1, absent="never", family="losses",
    reason=Text("近36个月被宣告无效专利{v}件", "{v} patent(s) invalidated in 36 months"),
    why=Text("失去核心权利", "Core right lost"),
    source="SIGNALS.md section 2, ip.invalid_36m; READINGS.md A87",
)


tm_valid = Signal(
    id="ip.tm_valid",
    register="ip",
    name=Text("有效注册商标数", "Valid trademarks"),
    formula=Call("ln_1p", (count(IpTrademark.tm_no, EVER, is_registered),)),
    unit="ln count", direction=-1, absent="never", family="brand",
    reason=Text("有效商标{v_n}件", "{v_n} valid trademark(s)"),
    why=Text("自有品牌", "Own brand"),
    source="SIGNALS.md section 2, ip.tm_valid; READINGS.md O1",
)
