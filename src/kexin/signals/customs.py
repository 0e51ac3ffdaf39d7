"""Signals of customs (海关): exports and imports, the credit class, penalties.

Trade is the firm's own: declarations in which it is the owner, released or closed
(READINGS.md, A45). A firm that is not registered with customs has no trade to tell of; a
registration that was cancelled is none from that day on (A44).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Coded, Column, Constant, Node
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    MonthSeries,
    Window,
    count,
    latest,
    total,
)
from kexin.algebra.views import Derived, Joined, named
from kexin.language import Text
from kexin.registers.customs import (
    CusArrears,
    CusCreditClass,
    CusDeclaration,
    CusDeclarationItem,
    CusPenalty,
    CusRegistrant,
)
from kexin.signals.signal import Signal
from kexin.signals.vat import to_sales

YEAR, TWO_YEARS, EVER = Window(12), Window(24), Window()

value = CusDeclaration.value_cny
is_own = CusDeclaration.role.is_in("owner") & CusDeclaration.decl_status.is_in(
    "released", "closed"
)
is_export = CusDeclaration.ie_flag.is_in("E") & is_own

is_registered = (
    count(
        CusRegistrant.customs_code,
        EVER,
        CusRegistrant.cancelled_date.is_absent()
        | (CusRegistrant.cancelled_date > AsOf()),
    )
    > 0
)

exports = total(value, YEAR, is_export)
has_exports = count(CusDeclaration.decl_no, YEAR, is_export) > 0
export_months = MonthSeries(is_export, CusDeclaration.lag_days)
half_before = total(value, export_months.months(13, 18), is_export)

item_of = Joined(
    name="declared_item",
    left=CusDeclarationItem.id,
    right=CusDeclaration.id,
    on=(
        (Column(CusDeclarationItem.id, "firm_key"), Column(CusDeclaration.id, "firm_key")),
        (CusDeclarationItem.decl_no, CusDeclaration.decl_no),
    ),
    where=is_own,
    columns=named(CusDeclarationItem.id, "hs_code", "item_value_cny", ie_flag=CusDeclaration.ie_flag),
)
"""One row an item of the firm's own declarations."""

item_value = item_of["item_value_cny"]
is_import = item_of["ie_flag"].is_in("I")
is_machinery = Call("prefix", (item_of["hs_code"], Constant(2))).is_in("84", "85", "90")
imports = total(item_value, TWO_YEARS, is_import)

tariff_country = Derived(
    name="ref_tariff_country",
    tables=("ref_tariff_country",),
    columns=named("ref_tariff_country", "country_code", "valid_from", "valid_to"),
)
to_listed = Joined(
    name="export_and_list",
    left=CusDeclaration.id,
    right=tariff_country,
    on=((Constant(1), Constant(1)),),
    where=is_export
    & (tariff_country["valid_from"] <= CusDeclaration.declare_date)
    & (tariff_country["valid_to"] >= CusDeclaration.declare_date),
    columns=named(CusDeclaration.id, "value_cny", "country_code", listed=tariff_country["country_code"]),
)
"""Each export beside each country on the list of its day: without a list there is none."""

is_listed = (to_listed["country_code"] <= to_listed["listed"]) & (
    to_listed["country_code"] >= to_listed["listed"]
)
has_list = count(to_listed["value_cny"], YEAR) > 0

CLASS = (
    ("advanced_certified", 0),
    ("certified", 1),
    ("regular", 2),
    ("dishonest", 3),
    ("seriously_dishonest", 4),
)
CLASS_LABELS = (
    (0, Text("高级认证", "advanced certified")),
    (1, Text("认证", "certified")),
    (2, Text("常规", "regular")),
    (3, Text("失信", "dishonest")),
    (4, Text("严重失信", "seriously dishonest")),
)

is_changed = CusDeclaration.decl_status.is_in("amended", "cancelled")
declared = count(CusDeclaration.decl_no, YEAR)
is_repaired = ~CusPenalty.repaired_at.is_absent() & (CusPenalty.repaired_at <= AsOf())
is_open = CusArrears.cleared_date.is_absent() | (CusArrears.cleared_date > AsOf())


def share(part: Node, whole: Node) -> Node:
    """A part of a whole; absent where the whole is not above zero."""
    return (part / whole).given(whole > 0)


export_12m = Signal(
    id="cus.export_12m",
    register="cus",
    name=Text("近12月出口额", "Exports, 12 months"),
    formula=Call("ln_1p", (exports,)).given(is_registered),
    unit="ln CNY", direction=0, absent="not_registered", family="exports",
    reason=Text("近12个月出口{v_wan}万元", "Exports of 12 months are CNY {v_wan} ten-thousand"),
    why=Text("有出口业务", "Export business exists"),
    source="SIGNALS.md section 2, cus.export_12m; READINGS.md A44",
)


export_share = Signal(
    id="cus.export_share",
    register="cus",
    name=Text("出口占销售额", "Export share of sales"),
    formula=to_sales(exports).clip(0, 1.5).given(is_registered),
    unit="fraction", direction=0, absent="not_registered", family="exports",
    reason=Text("出口占销售额{v_pct}%", "Exports are {v_pct}% of sales"),
    why=Text("受贸易冲击影响的程度", "Exposure to trade shocks"),
    source="SIGNALS.md section 2, cus.export_share; READINGS.md A06, A45, O12",
)


export_yoy_6m = Signal(
    id="cus.export_yoy_6m",
    register="cus",
    name=Text("近6月出口同比", "Exports, 6 months year on year"),
    formula=(total(value, export_months.months(1, 6), is_export) / half_before).given(
        half_before >= 200_000
    ),
    unit="ratio", direction=-1, absent="small_base", family="exports",
    reason=Text("近6个月出口额为去年同期的{v_pct}%", "Exports of 6 months are {v_pct}% of a year ago"),
    why=Text("订单下降", "Falling orders"),
    source="SIGNALS.md section 2, cus.export_yoy_6m; READINGS.md A01, A45",
)


export_gap = Signal(
    id="cus.export_gap",
    register="cus",
    name=Text("距最近出口月数", "Months since the last export"),
    formula=Call(
        "months_since",
        (Aggregate("max", CusDeclaration.release_date, EVER, is_export),),
    ).given(count(CusDeclaration.decl_no, TWO_YEARS, is_export) > 0),
    unit="months", direction=1, absent="no_event", family="exports",
    reason=Text("距最近一次出口{v}个月", "{v} months since the last export"),
    why=Text("失去了国外客户", "Lost foreign customers"),
    source="SIGNALS.md section 2, cus.export_gap; READINGS.md A45, A65",
)


country_hhi = Signal(
    id="cus.country_hhi",
    register="cus",
    name=Text("出口国别集中度", "Concentration of destinations"),
    formula=share(
        Across("sum", Call("square", (exports,)), by=CusDeclaration.country_code)
        / exports,
        exports,
    ),
    unit="0–1", direction=1, absent="no_event", family="destinations",
    reason=Text("出口国别集中度{v}", "The destination concentration is {v}"),
    why=Text("单一国家的关税就足以造成伤害", "One country's tariff can hurt"),
    source="SIGNALS.md section 2, cus.country_hhi; READINGS.md A45",
)


us_share = Signal(
    id="cus.us_share",
    register="cus",
    name=Text("高关税国别占比", "Share of the most affected destination"),
    formula=share(total(to_listed["value_cny"], YEAR, is_listed), exports).given(has_list),
    unit="fraction", direction=1, absent="no_event", family="destinations",
    reason=Text("对高关税国别出口占{v_pct}%", "{v_pct}% of exports go to high-tariff countries"),
    why=Text("关税冲击；名单由人工维护并注明日期", "Tariff shocks; list is maintained by people, with dates"),
    source="SIGNALS.md section 2, cus.us_share; READINGS.md section 6, last row",
)


hs4_n = Signal(
    id="cus.hs4_n",
    register="cus",
    name=Text("出口商品种类数", "Products exported"),
    formula=Aggregate(
        "distinct",
        Call("prefix", (item_of["hs_code"], Constant(4))),
        YEAR,
        item_of["ie_flag"].is_in("E"),
    ).given(has_exports),
    unit="count", direction=-1, absent="no_event", family="products",
    reason=Text("近12个月出口{v}类商品(HS4)", "Exported {v} product groups (HS4)"),
    why=Text("分散程度", "Diversification"),
    source="SIGNALS.md section 2, cus.hs4_n",
)


import_tech = Signal(
    id="cus.import_tech",
    register="cus",
    name=Text("进口设备零部件占比", "Imports of equipment and parts"),
    formula=share(total(item_value, TWO_YEARS, is_import & is_machinery), imports),
    unit="fraction", direction=0, absent="no_event", family="products",
    reason=Text("近24个月进口中机电仪器占{v_pct}%", "Machinery and instruments are {v_pct}% of imports"),
    why=Text("对生产的投入；对芯片的依赖", "Investment in production; chip dependence"),
    source="SIGNALS.md section 2, cus.import_tech",
)


credit_class = Signal(
    id="cus.class",
    register="cus",
    name=Text("海关信用等级", "Customs credit class"),
    formula=Coded(latest(CusCreditClass.credit_class), CLASS).given(is_registered),
    unit="level", direction=1, absent="not_registered", family="customs_conduct",
    reason=Text("海关信用等级为{v_name}", "The customs credit class is {v_name}"),
    why=Text("经海关审核；1%的企业为AEO，占贸易额的40%（SRC-N9）", "Audited by customs; 1 % of traders are AEO with 40 % of trade (SRC-N9)"),
    source="SIGNALS.md section 2, cus.class; READINGS.md A44, A61, O5",
    public=True,
    labels=CLASS_LABELS,
)


penalty_24m = Signal(
    id="cus.penalty_24m",
    register="cus",
    name=Text("近24月海关处罚次数", "Customs penalties, 24 months"),
    formula=count(
        CusPenalty.decision_date,
        TWO_YEARS,
        ~CusPenalty.severity.is_in("minor") & ~is_repaired,
    ),
    unit="count", direction=1, absent="never", family="customs_conduct",
    reason=Text("近24个月海关行政处罚{v}次", "{v} customs penalt(y/ies) in 24 months"),
    why=Text("合规情况", "Compliance"),
    source="SIGNALS.md section 2, cus.penalty_24m; READINGS.md A14",
)


cancel_rate = Signal(
    id="cus.cancel_rate",
    register="cus",
    name=Text("改单撤单率", "Amended or cancelled declarations"),
    formula=(count(CusDeclaration.decl_no, YEAR, is_changed) / declared).given(
        declared >= 10
    ),
    unit="fraction", direction=1, absent="too_few", family="customs_conduct",
    reason=Text("近12个月改单撤单率{v_pct}%", "{v_pct}% of declarations were amended or cancelled"),
    why=Text("报关草率，或贸易虚假", "Sloppy or fictitious trade"),
    source="SIGNALS.md section 2, cus.cancel_rate",
)


arrears_now = Signal(
    id="cus.arrears_now",
    register="cus",
    name=Text("当前海关欠税", "Customs arrears now"),
    formula=to_sales(total(CusArrears.amount, EVER, is_open)),
    unit="ratio", direction=1, absent="missing", family="customs_conduct",
    reason=Text("海关欠缴占销售额{v_pct}%", "Customs arrears equal {v_pct}% of sales"),
    why=Text("也是被列为失信企业的原因之一", "Also a reason for the dishonest class"),
    source="SIGNALS.md section 2, cus.arrears_now; READINGS.md A06, A85",
)
