"""Signals of intellectual property (知识产权): the patents that a firm holds in force.

A patent is in force while it is granted, its term runs and the firm holds it: as its
status was known on the day (READINGS.md, A40), through the last day of its term, to the
day on which it went to another (A85).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Column, Constant, Node
from kexin.algebra.reductions import Across, Aggregate, Window, latest
from kexin.algebra.views import Joined, United, named
from kexin.language import Text
from kexin.registers.ip import IpPatent, IpPatentEvent, IpPatentHolder
from kexin.registers.social import SiMonth
from kexin.signals.signal import Signal

EVER = Window()

LEAST_STAFF = 5
"""Insured staff against which inventions are measured at least."""

now = AsOf()

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

staff = latest(SiMonth.insured_count, SiMonth.si_kind.is_in("pension"))


inv_valid = Signal(
    id="ip.inv_valid",
    register="ip",
    name=Text("有效发明专利数", "Valid inventions"),
    formula=Call("ln_1p", (inventions,)),
    unit="ln count", direction=-1, absent="never", family="inventions",
    reason=Text("有效发明专利{v_n}件", "{v_n} valid invention patent(s)"),
    why=Text("科技评级的核心指标（SRC-B6）", "Core of the technology rating (SRC-B6)"),
    source="SIGNALS.md section 2, ip.inv_valid; READINGS.md A40, A85, O1",
)


um_valid = Signal(
    id="ip.um_valid",
    register="ip",
    name=Text("有效实用新型数", "Valid utility models"),
    formula=Call(
        "ln_1p", (number(valid & held["patent_kind"].is_in("utility")),)
    ),
    unit="ln count", direction=0, absent="never", family="rights",
    reason=Text("有效实用新型{v_n}件", "{v_n} valid utility model(s)"),
    why=Text("廉价的权利；信号较弱", "Cheap rights; weak"),
    source="SIGNALS.md section 2, ip.um_valid; READINGS.md A40, A85, O1",
)


claims_avg = Signal(
    id="ip.claims_avg",
    register="ip",
    name=Text("发明平均权利要求数", "Claims per invention"),
    formula=Across("sum", a_claim_count, by=of_patent) / Across(
        "count", a_claim_count, by=of_patent
    ),
    unit="claims", direction=-1, absent="no_event", family="inventions",
    reason=Text("有效发明平均{v}项权利要求", "{v} claims per valid invention"),
    why=Text("质量；信号较弱", "Quality, weak"),
    source="SIGNALS.md section 2, ip.claims_avg; READINGS.md A40",
)


breadth = Signal(
    id="ip.breadth",
    register="ip",
    name=Text("技术领域广度", "Technology breadth"),
    formula=(Call("ln", (number(classified),)) - in_a_class / number(classified)).given(
        number(classified) >= 3
    ),
    unit="nats", direction=0, absent="too_few", family="breadth",
    reason=Text("专利技术领域广度{v}", "The technology breadth is {v}"),
    why=Text("专注或分散", "Focus or spread"),
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
    why=Text("未来的保护期", "Future protection"),
    source="SIGNALS.md section 2, ip.remain_years; READINGS.md A40",
)


bought_share = Signal(
    id="ip.bought_share",
    register="ip",
    name=Text("受让专利占比", "Share of bought patents"),
    formula=number(valid & held["acquired_by_transfer"]) / number(valid),
    unit="fraction", direction=1, absent="no_event", family="rights",
    reason=Text("受让取得的专利占{v_pct}%", "{v_pct}% of the patents were bought"),
    why=Text("为满足资质条件而购买", "Bought to meet an eligibility test"),
    source="SIGNALS.md section 2, ip.bought_share; READINGS.md A40, A85",
)


pledge_now = Signal(
    id="ip.pledge_now",
    register="ip",
    name=Text("当前质押专利占比", "Patents pledged now"),
    formula=pledges / number(valid),
    unit="fraction", direction=0, absent="no_event", family="rights",
    reason=Text("当前质押专利占{v_pct}%", "{v_pct}% of the patents are pledged"),
    why=Text("得到过银行认可；但也已设负担", "A bank trusted them; also encumbered"),
    source="SIGNALS.md section 2, ip.pledge_now; READINGS.md A40, A54",
)


per_head = Signal(
    id="ip.per_head",
    register="ip",
    name=Text("百人发明拥有量", "Inventions per 100 staff"),
    formula=Call(
        "coalesce",
        (
            inventions * 100 / Call("greatest", (staff, Constant(LEAST_STAFF))),
            Constant(0.0).given(inventions <= 0),
        ),
    ),
    unit="per 100", direction=-1, absent="missing", family="inventions",
    reason=Text("每百名参保员工有效发明{v}件", "{v} valid inventions per 100 employees"),
    why=Text("密度", "Density"),
    source="SIGNALS.md section 2, ip.per_head; READINGS.md A40, O6",
)
