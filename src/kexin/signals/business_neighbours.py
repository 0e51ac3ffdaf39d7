"""Signals of a firm's neighbours in the business registry (市场监管).

Other firms of the same person, address, industry and district, all as they stand on the
day. Rates are shrunk towards the city's, as if 50 firms of the city stood beside those
counted; a firm is never its own neighbour in them (READINGS.md, section 6).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Constant, Node
from kexin.algebra.reductions import Aggregate, Peers, Window, count, latest
from kexin.algebra.views import Joined, Selected, United, named
from kexin.language import Text
from kexin.registers.business import RegFirm, RegOfficer, RegStatusEvent
from kexin.registers.court import CourtDishonest
from kexin.signals.business import in_office
from kexin.signals.label_events import label_event
from kexin.signals.signal import Signal
from kexin.signals.vat import industry_2, is_active

YEAR, THREE_YEARS = Window(12), Window(36)

WEIGHT = 50
"""Firms of the city that stand beside those counted in a rate (SIGNALS.md 1.1)."""

now = AsOf()
represents = RegOfficer.role.is_in("legal_rep")
representative = latest(RegOfficer.person_hash, represents & in_office(now))
address = latest(RegFirm.address_norm_hash)
district = latest(RegFirm.district_code)
active_one = Constant(1).given(is_active)

representative_spell = Selected(
    name="representative_spell",
    source=RegOfficer.id,
    where=represents,
    columns=named(RegOfficer.id, "person_hash", "valid_from", "valid_to"),
)
any_office = Selected(
    name="any_office",
    source=RegOfficer.id,
    where=RegOfficer.role.is_in("legal_rep", "beneficial_owner"),
    columns=named(RegOfficer.id, "person_hash"),
)
dishonest = Selected(name="dishonest", source=CourtDishonest.id, columns=())
revoked = Selected(
    name="revoked",
    source=RegStatusEvent.id,
    where=RegStatusEvent.event_code.is_in("revoked"),
    columns=(),
)
gone_bad = United(name="gone_bad", parts=(dishonest, revoked))
person_gone_bad = Joined(
    name="person_gone_bad",
    left=gone_bad,
    right=any_office,
    on=((gone_bad["firm_key"], any_office["firm_key"]),),
    columns=named(any_office, "person_hash"),
)
"""Persons whose firm, at any time theirs (A18), was listed as dishonest or revoked."""

own_bad, other_bad = representative_spell["firm_key"], person_gone_bad["firm_key"]
neighbour_gone_bad = Joined(
    name="neighbour_gone_bad",
    left=representative_spell,
    right=person_gone_bad,
    on=((representative_spell["person_hash"], person_gone_bad["person_hash"]),),
    where=(own_bad < other_bad) | (own_bad > other_bad),
    columns=named(
        representative_spell,
        "valid_from",
        "valid_to",
        other=other_bad,
        event_date=person_gone_bad["event_date"],
    ),
)
"""Firms with a legal representative whose other firm went bad, on that day."""

still_represents = (neighbour_gone_bad["valid_from"] <= now) & (
    neighbour_gone_bad["valid_to"].is_absent() | (neighbour_gone_bad["valid_to"] > now)
)

went_bad = count(label_event["event"], YEAR) > 0


bad_one = Constant(1).given(is_active & went_bad)


def bad_rate(*by: Node) -> Node:
    """Share of the other active firms that share something which went bad in the year."""
    bad, all_ = (Peers("count", one, by, others=True) for one in (bad_one, active_one))
    return (bad + city_rate * WEIGHT) / (all_ + WEIGHT)


city_rate = Peers("count", bad_one, (), others=True) / Peers(
    "count", active_one, (), others=True
)
"""The same of all firms of the city; absent where the firm is its only active one."""


rep_firms_n = Signal(
    id="reg.rep_firms_n",
    register="reg",
    name=Text("法定代表人名下其他在营企业数", "Other active firms of the legal representative"),
    formula=Peers("count", active_one, (representative,), others=True),
    unit="count", direction=0, absent="missing", family="neighbours",
    reason=Text("法定代表人名下另有{v}家在营企业", "The legal representative runs {v} other active firm(s)"),
    why=Text("少量属正常，数十家则是挂名", "Some is normal, dozens mean nominee"),
    source="SIGNALS.md section 2, reg.rep_firms_n; READINGS.md A12, A18",
)


rep_bad_36m = Signal(
    id="reg.rep_bad_36m",
    register="reg",
    name=Text("法定代表人关联企业不良数", "Bad firms of the legal representative"),
    formula=(
        Aggregate(
            "distinct", neighbour_gone_bad["other"], THREE_YEARS, still_represents
        ).given(~representative.is_absent())
    ),
    unit="count", direction=1, absent="missing", family="neighbours",
    reason=Text("法定代表人关联企业中{v}家近36个月失信或被吊销", "{v} other firm(s) of the legal representative became dishonest or revoked in 36 months"),
    why=Text("同一人重蹈覆辙", "The person repeats"),
    source="SIGNALS.md section 2, reg.rep_bad_36m; READINGS.md A18",
)


addr_shared_n = Signal(
    id="reg.addr_shared_n",
    register="reg",
    name=Text("同址企业数", "Firms at the same address"),
    formula=Call("ln_1p", (Peers("count", active_one, (address,)),)),
    unit="ln count", direction=0, absent="missing", family="neighbours",
    reason=Text("同一住所登记有{v_n}家企业", "{v_n} firms share the registered address"),
    why=Text("孵化器无妨，虚拟地址则不然；需要孵化器名单", "Incubators are fine, virtual addresses less so; needs the incubator list"),
    source="SIGNALS.md section 2, reg.addr_shared_n; READINGS.md A12",
)


industry_bad_12m = Signal(
    id="reg.industry_bad_12m",
    register="reg",
    name=Text("行业近12月不良率", "Known bad rate of the industry"),
    formula=Call("coalesce", (bad_rate(industry_2), city_rate)),
    unit="fraction", direction=1, absent="too_few", family="climate",
    reason=Text("所属行业近12个月不良率{v_pct}%", "{v_pct}% of the firms in its industry went bad in 12 months"),
    why=Text("行业环境；只用时点T已知的标签计算", "Sector climate; computed only from labels known at T"),
    source="SIGNALS.md section 2, reg.industry_bad_12m; READINGS.md section 6",
)


district_bad_12m = Signal(
    id="reg.district_bad_12m",
    register="reg",
    name=Text("区县近12月不良率", "Known bad rate of the district"),
    formula=Call("coalesce", (bad_rate(district), city_rate)),
    unit="fraction", direction=1, absent="too_few", family="climate",
    reason=Text("所在区近12个月不良率{v_pct}%", "{v_pct}% of the firms in its district went bad in 12 months"),
    why=Text("当地环境；需要公平性审查（POLICY第8节）", "Local climate; fairness review needed (POLICY §8)"),
    source="SIGNALS.md section 2, reg.district_bad_12m; READINGS.md section 6",
)
