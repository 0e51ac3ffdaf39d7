"""Signals of the network (关联网络): what became of those with whom a firm is tied.

A tie counts while it stands: from its first day, and no more on its last (READINGS.md,
A85). Who went bad is told by the same events as outcomes are (section 6); a firm is
never its own neighbour.
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Constant, Node
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    Circle,
    Peers,
    Window,
    count,
    latest,
)
from kexin.algebra.views import Derived, Joined, Selected, United, View, named
from kexin.language import Text
from kexin.registers.business import RegFirm
from kexin.registers.core import RelEdge
from kexin.signals.label_events import label_event
from kexin.signals.signal import Signal

EVER, YEAR, TWO_YEARS = Window(), Window(12), Window(24)

STAKE = 0.25
"""Least share in another firm that makes a family of both."""

SCORED_AT_LEAST = 0.3
"""Share of the sales that must go to customers with a score."""

LEAST_AT_ADDRESS = 5
WEIGHT = 50
"""Firms of the city that stand beside those counted in a rate (SIGNALS.md 1.1)."""

now = AsOf()
source, target = RelEdge.src_key, RelEdge.dst_key
is_other = (source < target) | (source > target)
is_family = RelEdge.edge_kind.is_in("controls", "same_legal_rep") | (
    RelEdge.edge_kind.is_in("invest") & (RelEdge.weight >= STAKE)
)
is_debtor = RelEdge.edge_kind.is_in("joint_debtor")

trade = Selected(
    name="trade",
    source=RelEdge.id,
    where=is_other & RelEdge.edge_kind.is_in("sells_to", "buys_from"),
    columns=named(
        RelEdge.id,
        "edge_kind", "weight", "valid_from", "valid_to",
        firm_key=source,
        other=target,
    ),
)
trade_gone_bad = Joined(
    name="trade_gone_bad",
    left=trade,
    right=label_event,
    on=((trade["other"], label_event["firm_key"]),),
    columns=named(
        trade,
        "edge_kind", "weight", "valid_from", "valid_to", "other",
        event_date=label_event["event_date"],
    ),
)

published_pd = Derived(
    name="ref_published_pd",
    tables=("ref_published_pd",),
    columns=named("ref_published_pd", "pd"),
)
trade_scored = Joined(
    name="trade_scored",
    left=trade,
    right=published_pd,
    on=((trade["other"], published_pd["firm_key"]),),
    columns=named(
        trade,
        "edge_kind", "weight", "valid_from", "valid_to", "other",
        event_date=published_pd["event_date"],
        pd=published_pd["pd"],
    ),
)


def tie_of(name: str, firm: Node, other: Node) -> Selected:
    """Return family ties and common debts, as the firm at one of their ends sees them."""
    return Selected(
        name=name,
        source=RelEdge.id,
        where=is_other & (is_family | is_debtor),
        columns=named(
            RelEdge.id,
            "valid_from", "valid_to",
            firm_key=firm,
            other=other,
            family=is_family,
            debtor=is_debtor,
        ),
    )


tie = United(
    name="tie",
    parts=(tie_of("tie_out", source, target), tie_of("tie_in", target, source)),
)
tie_gone_bad = Joined(
    name="tie_gone_bad",
    left=tie,
    right=label_event,
    on=((tie["other"], label_event["firm_key"]),),
    columns=named(
        tie,
        "valid_from", "valid_to", "other", "family", "debtor",
        event_date=label_event["event_date"],
    ),
)
itself, far = tie["firm_key"], tie_gone_bad["other"]
near_family = Selected(
    name="near_family_gone_bad",
    source=tie_gone_bad,
    where=tie_gone_bad["family"],
    columns=named(
        tie_gone_bad,
        "valid_from", "valid_to", "other",
        next_from=tie_gone_bad["valid_from"],
        next_to=tie_gone_bad["valid_to"],
    ),
)
far_family = Joined(
    name="far_family_gone_bad",
    left=tie,
    right=tie_gone_bad,
    on=((tie["other"], tie_gone_bad["firm_key"]),),
    where=tie["family"] & tie_gone_bad["family"] & ((itself < far) | (itself > far)),
    columns=named(
        tie,
        "valid_from", "valid_to",
        other=far,
        event_date=tie_gone_bad["event_date"],
        next_from=tie_gone_bad["valid_from"],
        next_to=tie_gone_bad["valid_to"],
    ),
)
family = United(name="family_gone_bad", parts=(near_family, far_family))
"""Firms of the family that went bad, one step away or two, on that day."""

guarantee = Selected(
    name="guarantee",
    source=RelEdge.id,
    where=is_other & RelEdge.edge_kind.is_in("guarantees"),
    columns=named(
        RelEdge.id, "valid_from", "valid_to", firm_key=source, other=target
    ),
)


def stands(view: View, start: str = "valid_from", end: str = "valid_to") -> Node:
    """Whether a tie stands: it is over on its last day (A85)."""
    return (view[start] <= now) & (view[end].is_absent() | (view[end] > now))


def gone_bad_share(kind: str) -> Node:
    """Share of the trade with partners that went bad in the year.

    Absent where no trade of the firm was ever told (READINGS.md, A31).
    """
    of_kind = trade_gone_bad["edge_kind"].is_in(kind) & stands(trade_gone_bad)
    share = Aggregate("max", trade_gone_bad["weight"], YEAR, of_kind)
    trades = count(trade["other"], EVER)
    return Across("sum", share, by=trade_gone_bad["other"]).given(trades > 0)


of_customer = trade_scored["edge_kind"].is_in("sells_to") & stands(trade_scored)
customer_share = Aggregate("max", trade_scored["weight"], EVER, of_customer)
customer_pd = Aggregate(
    "latest", trade_scored["pd"], EVER, of_customer & (trade_scored["event_date"] < now)
)
scored, expected = (
    Across("sum", part, by=trade_scored["other"])
    for part in (customer_share.given(~customer_pd.is_absent()), customer_share * customer_pd)
)

address = latest(RegFirm.address_norm_hash)
every_one = Constant(1)
bad_one = every_one.given(count(label_event["event"], TWO_YEARS) > 0)


def others(one: Node, *by: Node) -> Peers:
    """Number of other firms, of those that share something or of all."""
    return Peers("count", one, by, others=True)


city_rate = others(bad_one) / others(every_one)
neighbours = others(every_one, address)
bad_share = (others(bad_one, address) + city_rate * WEIGHT) / (neighbours + WEIGHT)


cust_bad_12m = Signal(
    id="net.cust_bad_12m",
    register="reg",
    name=Text("不良客户销售占比", "Sales to customers gone bad"),
    formula=gone_bad_share("sells_to"),
    unit="fraction", direction=1, absent="no_records", family="partners",
    reason=Text("对近12个月出险客户的销售占{v_pct}%", "{v_pct}% of sales go to customers that went bad"),
    why=Text("应收款损失", "Receivables lost"),
    source="SIGNALS.md section 2, net.cust_bad_12m; READINGS.md A31, A85, section 6",
)


cust_pd = Signal(
    id="net.cust_pd",
    register="reg",
    name=Text("客户加权违约概率", "Expected badness of customers"),
    formula=(expected / scored).given(scored >= SCORED_AT_LEAST),
    unit="fraction", direction=1, absent="too_few", family="partners",
    reason=Text("主要客户加权违约概率{v_pct}%", "The customers' weighted PD is {v_pct}%"),
    why=Text("前瞻性；使用上月评分，因此没有循环", "Forward-looking; uses last month's score, so no circularity"),
    source="SIGNALS.md section 2, net.cust_pd; READINGS.md A85, section 6",
)


sup_bad_12m = Signal(
    id="net.sup_bad_12m",
    register="reg",
    name=Text("不良供应商采购占比", "Purchases from suppliers gone bad"),
    formula=gone_bad_share("buys_from"),
    unit="fraction", direction=1, absent="no_records", family="partners",
    reason=Text("对近12个月出险供应商的采购占{v_pct}%", "{v_pct}% of purchases come from suppliers that went bad"),
    why=Text("供应中断", "Supply broken"),
    source="SIGNALS.md section 2, net.sup_bad_12m; READINGS.md A31, A85, section 6",
)


group_bad_24m = Signal(
    id="net.group_bad_24m",
    register="reg",
    name=Text("关联企业近24月出险数", "Group members gone bad, 24"),
    formula=Aggregate(
        "distinct",
        family["other"],
        TWO_YEARS,
        stands(family) & stands(family, "next_from", "next_to"),
    ),
    unit="count", direction=1, absent="never", family="family",
    reason=Text("关联企业近24个月出险{v}家", "{v} related firm(s) went bad in 24 months"),
    why=Text("关联企业内部的传染", "Contagion inside a family of firms"),
    source="SIGNALS.md section 2, net.group_bad_24m; READINGS.md A37, A85, section 6",
)


guar_circle = Signal(
    id="net.guar_circle",
    register="pboc",
    name=Text("担保圈规模", "Size of the guarantee circle"),
    formula=Call(
        "ln_1p",
        (
            Call(
                "coalesce",
                (Circle(guarantee["other"], stands(guarantee)), Constant(0)),
            ),
        ),
    ),
    unit="ln firms", direction=1, absent="never", family="guarantees",
    reason=Text("所在担保圈有{v_n}家企业", "The guarantee circle holds {v_n} firms"),
    why=Text("2012年浙江的担保链；“四张清单”之一", "Chains of Zhejiang 2012; one of the “four lists”"),
    source="SIGNALS.md section 2, net.guar_circle; READINGS.md A85",
)


joint_debtor_24m = Signal(
    id="net.joint_debtor_24m",
    register="reg",
    name=Text("共同被告/被执行企业出险数", "Co-debtors gone bad"),
    formula=Aggregate(
        "distinct",
        tie_gone_bad["other"],
        TWO_YEARS,
        tie_gone_bad["debtor"] & stands(tie_gone_bad),
    ),
    unit="count", direction=1, absent="never", family="debtors",
    reason=Text("共同债务企业出险{v}家", "{v} co-debtor firm(s) went bad"),
    why=Text("共同的债务", "Shared obligations"),
    source="SIGNALS.md section 2, net.joint_debtor_24m; READINGS.md A85, section 6",
)


addr_bad_share = Signal(
    id="net.addr_bad_share",
    register="reg",
    name=Text("同址企业出险率", "Bad share at the address"),
    formula=bad_share.given(neighbours >= LEAST_AT_ADDRESS),
    unit="fraction", direction=1, absent="too_few", family="address",
    reason=Text("同址企业近24个月出险率{v_pct}%", "{v_pct}% of firms at the address went bad in 24 months"),
    why=Text("空壳企业的地址", "Shell addresses"),
    source="SIGNALS.md section 2, net.addr_bad_share; READINGS.md section 6",
)
