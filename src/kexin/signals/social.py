"""Signals of social security (社保) and the housing fund (公积金): staff, and what is paid.

Staff are those insured for a pension: the four kinds of insurance would count them four
times (READINGS.md, A38).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

import functools
import operator
from collections.abc import Iterable

from kexin.algebra.nodes import AsOf, Call, Choose, Constant, Node
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    MonthSeries,
    Window,
    count,
    latest,
    total,
)
from kexin.algebra.views import Selected, Spread, United, named
from kexin.language import Text
from kexin.registers.reference import FloorCap, si_floors_caps
from kexin.registers.social import (
    HfMonth,
    SiArrears,
    SiHeadcountChange,
    SiMonth,
    SiWageArrears,
)
from kexin.signals.floors import floor_in
from kexin.signals.signal import Signal
from kexin.signals.vat import or_zero, sales_12m

EVER, HALF_YEAR, YEAR = Window(), Window(6), Window(12)
TWO_YEARS, THREE_YEARS = Window(24), Window(36)

FEWEST = 3
"""Persons below whom a staff is too small to compare with."""

pension = SiMonth.si_kind.is_in("pension")
staff_months = MonthSeries(pension, SiMonth.lag_days)
fund_months = MonthSeries(~HfMonth.month.is_absent(), HfMonth.lag_days)


def insured(first: int, last: int) -> Aggregate:
    """The most staff of the known months `first` to `last`; absent without a row."""
    months = staff_months.months(first, last)
    return Aggregate("max", SiMonth.insured_count, months, pension)


def growth(months: int) -> Node:
    """Staff now, as a part of that some months ago."""
    base = insured(1 + months, 1 + months)
    return (insured(1, 1) / base).given(base >= FEWEST)


def mean_staff(window: Window) -> Node:
    """Mean staff of the months with a row; absent without one."""
    rows = count(SiMonth.insured_count, window, pension)
    return total(SiMonth.insured_count, window, pension) / rows


def base_in(month: int, floors: Iterable[FloorCap]) -> Node:
    """Contribution base a head in a known month, as a multiple of that month's floor."""
    months = staff_months.months(month, month)
    base = Aggregate("max", SiMonth.base_total, months, pension)
    day = Aggregate("max", SiMonth.month, months, pension)
    return base / insured(month, month) / floor_in(day, floors)


def base_growth(floors: Iterable[FloorCap]) -> Node:
    """The base a head against that of a year before, each as a multiple of its floor."""
    known = tuple(floors)
    return (base_in(1, known) / base_in(13, known)).given(insured(13, 13) >= FEWEST)


def members(month: int) -> Aggregate:
    """Members of the housing fund in a known month; absent without a row."""
    return Aggregate("max", HfMonth.contributors, fund_months.months(month, month))


arrears_month = Spread(
    name="arrears_month",
    source=SiArrears.id,
    start=SiArrears.start_month,
    end=SiArrears.cleared_date,
    columns=named(SiArrears.id, "si_kind", "cleared_date", "is_deferred"),
)
"""One row a month of a spell of arrears, up to the month that cleared it."""

short_payment = Selected(
    name="short_payment",
    source=SiMonth.id,
    where=(SiMonth.paid < SiMonth.payable) | (SiMonth.paid_at > SiMonth.due_date),
    columns=named(SiMonth.id, "si_kind", day=SiMonth.due_date, is_short=Constant(value=True)),
)
deferred_month = Selected(
    name="deferred_month",
    source=arrears_month,
    where=arrears_month["is_deferred"],
    columns=named(
        arrears_month, "si_kind", day=arrears_month["cleared_date"], is_short=Constant(value=False)
    ),
)
short_or_deferred = United(name="short_or_deferred", parts=(short_payment, deferred_month))
"""Months not paid in full and in time, and months of deferral, both by kind.

The day is that on which the payment was due, or on which the deferral ended.
"""


def uncleared(end: Node, month: Node) -> Node:
    """Whether a spell was still open on the first day of a month (A42)."""
    return end.is_absent() | (end > month)


def is_late(kind: str) -> Node:
    """Whether contributions of a kind were late or short in a month, and not deferred."""
    day, month, is_short = (
        short_or_deferred[name] for name in ("day", "event_date", "is_short")
    )
    of_kind = short_or_deferred["si_kind"].is_in(kind)
    short = Aggregate("count", month, YEAR, is_short & of_kind, on=day)
    deferred = count(month, EVER, ~is_short & of_kind & uncleared(day, month))
    return (short > 0) & (deferred <= 0)


late_in_any = is_late("pension") | is_late("unemployment") | is_late("injury") | is_late("medical")

owed_month = uncleared(arrears_month["cleared_date"], arrears_month["event_date"])
arrears = total(
    SiArrears.amount,
    EVER,
    ~SiArrears.is_deferred
    & (SiArrears.cleared_date.is_absent() | (SiArrears.cleared_date > AsOf())),
)
contributions = total(SiMonth.payable, YEAR)

is_stopped = HfMonth.hf_status.is_in("arrears", "sealed")
first_paid = Aggregate("min", HfMonth.month, EVER, HfMonth.paid > 0)


def stopped(months_ago: int) -> Node:
    """1 if the housing fund was interrupted in a month of the last twelve, else 0.

    A month is one of the event window: each of its parts holds one first day. Nothing
    paid interrupts only what was paid before (SIGNALS.md, hf.stop_12m).
    """
    month = Window(1, ending=months_ago)
    said = count(HfMonth.month, month, is_stopped)
    unpaid = count(HfMonth.month, month, HfMonth.paid <= 0)
    paid_before = first_paid <= AsOf(months=months_ago + 1)
    return Choose((said > 0) | ((unpaid > 0) & paid_before), Constant(1), Constant(0))


first_stop, *other_stops = map(stopped, range(12))
stops = functools.reduce(operator.add, other_stops, first_stop)


head_now = Signal(
    id="si.head_now",
    register="si",
    name=Text("当前参保人数", "Insured staff now"),
    formula=Call("ln", (latest(SiMonth.insured_count, pension) + 1,)),
    unit="ln persons", direction=-1, absent="no_records", family="staff",
    reason=Text("最近参保{v_n}人", "{v_n} insured employees"),
    why=Text("规模与真实性；部分产品要求至少5人", "Size and reality; some products ask at least 5"),
    source="SIGNALS.md section 2, si.head_now",
)


head_g3 = Signal(
    id="si.head_g3",
    register="si",
    name=Text("近3月参保人数变动", "Insured staff, 3 months"),
    formula=growth(3),
    unit="ratio", direction=-1, absent="small_base", family="staff_growth",
    reason=Text("参保人数为3个月前的{v_pct}%", "Insured staff is {v_pct}% of three months ago"),
    why=Text("裁员最多领先违约6–9个月", "Layoffs lead default by 6–9 months at the strong end"),
    source="SIGNALS.md section 2, si.head_g3; READINGS.md A38",
)


head_g6 = Signal(
    id="si.head_g6",
    register="si",
    name=Text("近6月参保人数变动", "Insured staff, 6 months"),
    formula=growth(6),
    unit="ratio", direction=-1, absent="small_base", family="staff_growth",
    reason=Text("参保人数为6个月前的{v_pct}%", "Insured staff is {v_pct}% of six months ago"),
    why=Text("裁员最多领先违约6–9个月；期间更长", "Layoffs lead default by 6–9 months at the strong end; a longer window"),
    source="SIGNALS.md section 2, si.head_g6; READINGS.md A38",
)


head_g12 = Signal(
    id="si.head_g12",
    register="si",
    name=Text("参保人数同比", "Insured staff, year on year"),
    formula=growth(12),
    unit="ratio", direction=-1, absent="small_base", family="staff_growth",
    reason=Text("参保人数为去年同期的{v_pct}%", "Insured staff is {v_pct}% of a year ago"),
    why=Text("不受季节影响", "Season-free"),
    source="SIGNALS.md section 2, si.head_g12; READINGS.md A38",
)


head_vs_peak = Signal(
    id="si.head_vs_peak",
    register="si",
    name=Text("参保人数较24月峰值", "Insured staff against the 24-month peak"),
    formula=(insured(1, 1) / insured(1, 24)).given(insured(1, 24) >= FEWEST),
    unit="ratio", direction=-1, absent="small_base", family="staff_growth",
    reason=Text("参保人数为24个月峰值的{v_pct}%", "Insured staff is {v_pct}% of its 24-month peak"),
    why=Text("收缩的深度", "Depth of shrinking"),
    source="SIGNALS.md section 2, si.head_vs_peak; READINGS.md A38",
)


leave_rate_6m = Signal(
    id="si.leave_rate_6m",
    register="si",
    name=Text("近6月离职率", "Leavers' rate, 6 months"),
    formula=(total(SiHeadcountChange.leaves, HALF_YEAR) / mean_staff(HALF_YEAR)).given(
        mean_staff(HALF_YEAR) >= FEWEST
    ),
    unit="ratio", direction=1, absent="small_base", family="staff_growth",
    reason=Text("近6个月离职率{v_pct}%", "{v_pct}% of the staff left in 6 months"),
    why=Text("即使总数补足，流动也会显现", "Turnover shows even when the total is refilled"),
    source="SIGNALS.md section 2, si.leave_rate_6m; READINGS.md A21, A38",
)


zero_now = Signal(
    id="si.zero_now",
    register="si",
    name=Text("当前零参保", "No insured staff now"),
    formula=(count(SiMonth.month, staff_months.months(1, 1), pension & (SiMonth.insured_count <= 0)) > 0)
    | (count(SiMonth.month, staff_months.months(1, 2), pension) <= 0),
    unit="0/1", direction=1, absent="never", family="staff",
    reason=Text("当前{v:无|有}在保人员", "{v:No|Has} insured staff now"),
    why=Text("空壳或已关闭", "Shell or closed"),
    source="SIGNALS.md section 2, si.zero_now; READINGS.md A67",
)


base_pp_rel = Signal(
    id="si.base_pp_rel",
    register="si",
    name=Text("人均缴费基数/下限", "Base per head against the floor"),
    formula=(
        latest(SiMonth.base_total, pension)
        / latest(SiMonth.insured_count, pension)
        / floor_in(latest(SiMonth.month, pension), si_floors_caps())
    ),
    unit="ratio", direction=-1, absent="missing", family="wages",
    reason=Text("人均缴费基数为下限的{v_x}倍", "The base per head is {v_x} times the floor"),
    why=Text("岗位质量；许多企业按下限参保", "Quality of jobs; many firms insure at the floor"),
    source="SIGNALS.md section 2, si.base_pp_rel; READINGS.md O2, O3",
)


base_pp_yoy = Signal(
    id="si.base_pp_yoy",
    register="si",
    name=Text("人均缴费基数同比", "Base per head, year on year"),
    formula=base_growth(si_floors_caps()),
    unit="ratio", direction=-1, absent="missing", family="wages",
    reason=Text("人均缴费基数同比{v_pct}%", "The base per head is {v_pct}% of a year ago"),
    why=Text("降薪；已按每年下限调整校正", "Pay cuts; corrected for the yearly floor change"),
    source="SIGNALS.md section 2, si.base_pp_yoy; READINGS.md O2, O3",
)


late_12m = Signal(
    id="si.late_12m",
    register="si",
    name=Text("近12月社保逾期缴费月数", "Late or partial contributions, 12"),
    formula=Across("count", Constant(1).given(late_in_any), by=short_or_deferred["event_date"]),
    unit="months", direction=1, absent="never", family="contributions",
    reason=Text("近12个月有{v}个月社保未足额按期缴纳", "Contributions late or short in {v} of 12 months"),
    why=Text("资金紧张；2025年7月起还会降低纳税信用级别（SRC-S3）", "Cash squeeze; since 2025-07 it also lowers the tax credit rating (SRC-S3)"),
    source="SIGNALS.md section 2, si.late_12m; READINGS.md A41",
)


arrears_ratio = Signal(
    id="si.arrears_ratio",
    register="si",
    name=Text("社保欠费占年缴费额", "Social-security arrears"),
    formula=Call("coalesce", (arrears / contributions, Constant(0.0).given(arrears <= 0))),
    unit="ratio", direction=1, absent="small_base", family="contributions",
    reason=Text("社保欠费占年缴费额{v_pct}%", "Arrears equal {v_pct}% of a year's contributions"),
    why=Text("深度", "Depth"),
    source="SIGNALS.md section 2, si.arrears_ratio; READINGS.md A06b, A63",
)


arrears_m_24m = Signal(
    id="si.arrears_m_24m",
    register="si",
    name=Text("近24月欠费月数", "Months in arrears, 24"),
    formula=(
        Aggregate(
            "distinct",
            arrears_month["event_date"],
            TWO_YEARS,
            owed_month & ~arrears_month["is_deferred"],
        )
    ),
    unit="months", direction=1, absent="never", family="contributions",
    reason=Text("近24个月社保欠费{v}个月", "In arrears for {v} of 24 months"),
    why=Text("持续性", "Persistence"),
    source="SIGNALS.md section 2, si.arrears_m_24m; READINGS.md A42",
)


wage_case_36m = Signal(
    id="si.wage_case_36m",
    register="si",
    name=Text("近36月欠薪处理次数", "Wage-arrears cases, 36 months"),
    formula=count(SiWageArrears.decision_date, THREE_YEARS),
    unit="count", direction=1, absent="never", family="wages",
    reason=Text("近36个月劳动监察/欠薪处理{v}次", "{v} wage-arrears case(s) in 36 months"),
    why=Text("欠薪往往就在倒闭之前", "Unpaid wages come just before collapse"),
    source="SIGNALS.md section 2, si.wage_case_36m",
)


sales_pp = Signal(
    id="si.sales_pp",
    register="si",
    name=Text("人均销售额", "Sales per insured head"),
    formula=(
        Call(
            "ln",
            (
                Call("greatest", (sales_12m, Constant(1)))
                / Call("greatest", (or_zero(mean_staff(YEAR)), Constant(1))),
            ),
        )
    ),
    unit="ln CNY", direction=0, absent="too_few", family="productivity",
    reason=Text("人均销售额{v_wan}万元", "Sales per head are CNY {v_wan} ten-thousand"),
    why=Text("过高：开票空壳；过低：生产率弱", "Far too high: invoicing shell; low: weak productivity"),
    source="SIGNALS.md section 2, si.sales_pp; READINGS.md A43",
)


cover = Signal(
    id="hf.cover",
    register="hf",
    name=Text("公积金覆盖率", "Housing-fund coverage"),
    formula=(latest(HfMonth.contributors) / latest(SiMonth.insured_count, pension)).clip(0, 1.5),
    unit="fraction", direction=-1, absent="no_records", family="housing_fund",
    reason=Text("公积金覆盖率{v_pct}%", "The housing fund covers {v_pct}% of the staff"),
    why=Text("自愿的良好行为", "Voluntary good conduct"),
    source="SIGNALS.md section 2, hf.cover; READINGS.md A60, O6",
)


stop_12m = Signal(
    id="hf.stop_12m",
    register="hf",
    name=Text("近12月公积金中断月数", "Housing-fund interruption, 12 months"),
    formula=stops.given(count(HfMonth.month, EVER) > 0),
    unit="months", direction=1, absent="no_records", family="housing_fund",
    reason=Text("近12个月公积金中断{v}个月", "Housing fund interrupted in {v} of 12 months"),
    why=Text("最先被削减的开支", "First cost to be dropped"),
    source="SIGNALS.md section 2, hf.stop_12m; READINGS.md A81",
)


head_g6_fund = Signal(
    id="hf.head_g6",
    register="hf",
    name=Text("近6月公积金人数变动", "Housing-fund members, 6 months"),
    formula=(members(1) / members(7)).given(members(7) >= FEWEST),
    unit="ratio", direction=-1, absent="small_base", family="housing_fund",
    reason=Text("公积金缴存人数为6个月前的{v_pct}%", "Housing-fund members are {v_pct}% of six months ago"),
    why=Text("骨干员工流失", "Core staff leaving"),
    source="SIGNALS.md section 2, hf.head_g6",
)
