"""Signals of conduct towards the tax office: late, unpaid, amended, rated, in arrears.

What a return says of its own lateness stands on its due date, an amendment on the day
it was known; all else on the day it happened.
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Coded, Column, Constant, Node
from kexin.algebra.reductions import Across, Aggregate, Window, count, latest, total
from kexin.algebra.views import Derived, Joined, named
from kexin.language import Text
from kexin.registers.tax import (
    TaxAbnormalStatus,
    TaxArrears,
    TaxCitReturn,
    TaxCreditRating,
    TaxInspection,
    TaxPayment,
    TaxVatReturn,
    TaxViolation,
)
from kexin.signals.signal import Signal
from kexin.signals.tax_returns import taxes_paid
from kexin.signals.vat import (
    SALES_COLUMNS,
    declared,
    declared_in,
    is_filed,
    or_zero,
    to_sales,
)

HALF_YEAR = Window(6)
YEAR = Window(12)
TWO_YEARS = Window(24)
THREE_YEARS = Window(36)
EVER = Window()

Return = type[TaxVatReturn] | type[TaxCitReturn]

LEVELS = (("A", 0), ("B", 1), ("M", 2), ("C", 3), ("D", 4))
RANKS = (("A", 0), ("B", 1), ("C", 2), ("D", 3))
"""Ratings as steps of one scale; M, of the young and of those without sales, is none."""

QUARTERS = tuple((month, (month - 1) // 3) for month in range(1, 13))


def known_on(table: Return) -> Node:
    """The day on which a version was known."""
    return Call("day", (Column(table.id, "known_at"),))


def is_late(table: Return) -> Node:
    """Whether a return was filed late, or is late by the as-of day."""
    unfiled = table.filed_at.is_absent() & (table.due_date < AsOf())
    return (table.filed_at > table.due_date) | unfiled


def late_returns(table: Return, window: Window) -> Node:
    """Number of late returns of one tax that were due in the window."""
    due = table.due_date
    return Aggregate("count", due, window, is_late(table), due)


def late_in(window: Window) -> Node:
    """Number of late returns of both taxes that were due in the window."""
    return late_returns(TaxVatReturn, window) + late_returns(TaxCitReturn, window)


def amended_in(table: Return, window: Window) -> Node:
    """Number of periods of one tax that an amendment known in the window tells."""
    amended = table.is_amended
    return Aggregate("count", table.period_end, window, amended, known_on(table))


vat_first_filing = Derived(
    name="vat_first_filing",
    tables=(TaxVatReturn.id,),
    columns=named(TaxVatReturn.id, "period_start", *SALES_COLUMNS),
)
"""Each VAT return as it was first filed, which stays known when it is amended."""

vat_amendment = Joined(
    name="vat_amendment",
    left=TaxVatReturn.id,
    right=vat_first_filing,
    on=(
        (Column(TaxVatReturn.id, "firm_key"), vat_first_filing["firm_key"]),
        (TaxVatReturn.period_start, vat_first_filing["period_start"]),
    ),
    columns=named(
        TaxVatReturn.id,
        event_date=known_on(TaxVatReturn),
        raised=declared - declared_in(vat_first_filing),
    ),
    where=TaxVatReturn.is_amended & is_filed,
)
"""One row per amended period and version, on the day when that version was known."""

days_late = Call(
    "days_between",
    (TaxVatReturn.due_date, Call("coalesce", (TaxVatReturn.filed_at, AsOf()))),
)
worst_lateness = or_zero(Aggregate("max", days_late, YEAR))
not_filed = TaxVatReturn.filed_at.is_absent() & (TaxVatReturn.due_date < AsOf())

ranked = TaxCreditRating.rating.is_in("A", "B", "C", "D")
rank = Coded(TaxCreditRating.rating, RANKS)
annual = TaxCreditRating.rating_cause.is_in("annual")
rated_year = Aggregate("max", TaxCreditRating.rating_year, EVER, annual)
rated_a = count(TaxCreditRating.seq, EVER, annual & TaxCreditRating.rating.is_in("A"))

owed = latest(TaxArrears.balance)
quarter = (
    Call("year", (TaxArrears.balance_date,)) * 4
    + Coded(Call("month_of_year", (TaxArrears.balance_date,)), QUARTERS)
)
unresolved = (
    TaxViolation.resolved_date.is_absent() | (TaxViolation.resolved_date > AsOf())
)
inspected = or_zero(TaxInspection.tax_due) + or_zero(TaxInspection.fine_amount)


late_file_6m = Signal(
    id="tax.late_file_6m",
    register="tax",
    name=Text("近6月逾期申报次数", "Late VAT/CIT returns, 6 months"),
    formula=late_in(HALF_YEAR),
    unit="count", direction=1, absent="never", family="filing",
    reason=Text("近6个月逾期申报{v}次", "{v} late tax return(s) in 6 months"),
    why=Text("最早的行为信号；3日内纠正可恢复级别（SRC-S4），但此处仍计入", "Earliest behaviour sign; 3-day cures restore the rating (SRC-S4) but still count here"),
    source="SIGNALS.md section 2, tax.late_file_6m; READINGS.md A22",
)


late_file_12m = Signal(
    id="tax.late_file_12m",
    register="tax",
    name=Text("近12月逾期申报次数", "Late returns, 12 months"),
    formula=late_in(YEAR),
    unit="count", direction=1, absent="never", family="filing",
    reason=Text("近12个月逾期申报{v}次", "{v} late tax return(s) in 12 months"),
    why=Text("最早的行为信号；期间更长", "Earliest behaviour sign; a longer window"),
    source="SIGNALS.md section 2, tax.late_file_12m; READINGS.md A22",
)


late_file_24m = Signal(
    id="tax.late_file_24m",
    register="tax",
    name=Text("近24月逾期申报次数", "Late returns, 24 months"),
    formula=late_in(TWO_YEARS),
    unit="count", direction=1, absent="never", family="filing",
    reason=Text("近24个月逾期申报{v}次", "{v} late tax return(s) in 24 months"),
    why=Text("习惯", "Habit"),
    source="SIGNALS.md section 2, tax.late_file_24m; READINGS.md A22",
)


late_days_12m = Signal(
    id="tax.late_days_12m",
    register="tax",
    name=Text("近12月最长逾期申报天数", "Days late, worst of 12 months"),
    formula=Call("greatest", (worst_lateness, Constant(0))),
    unit="days", direction=1, absent="never", family="filing",
    reason=Text("近12个月最长逾期申报{v}天", "The worst return was {v} days late"),
    why=Text("逾期的深度", "Depth of lateness"),
    source="SIGNALS.md section 2, tax.late_days_12m; READINGS.md A21, A22",
)


late_pay_12m = Signal(
    id="tax.late_pay_12m",
    register="tax",
    name=Text("近12月逾期缴税次数", "Late tax payments, 12 months"),
    formula=count(TaxPayment.paid_at, YEAR, TaxPayment.paid_at > TaxPayment.due_date),
    unit="count", direction=1, absent="never", family="payment",
    reason=Text("近12个月逾期缴税{v}次", "{v} late tax payment(s) in 12 months"),
    why=Text("已申报却无现金缴税：流动性", "Filed but no cash: liquidity"),
    source="SIGNALS.md section 2, tax.late_pay_12m; READINGS.md A23",
)


late_fee_12m = Signal(
    id="tax.late_fee_12m",
    register="tax",
    name=Text("近12月滞纳金占比", "Late fees to tax paid"),
    formula=total(TaxPayment.late_fee, YEAR) / Call("greatest", (taxes_paid, Constant(1000))),
    unit="ratio", direction=1, absent="never", family="payment",
    reason=Text("近12个月滞纳金占入库税额{v_pct}%", "Late fees equal {v_pct}% of the tax paid"),
    why=Text("金额与时间合在一起（每日0.05%）", "Amount and time together (0.05 % a day)"),
    source="SIGNALS.md section 2, tax.late_fee_12m",
)


nonfile_now = Signal(
    id="tax.nonfile_now",
    register="tax",
    name=Text("当前未申报期数", "Returns due and not filed now"),
    formula=count(TaxVatReturn.period_start, EVER, not_filed),
    unit="count", direction=1, absent="never", family="filing",
    reason=Text("当前有{v}期应申报未申报", "{v} return(s) are due and not filed"),
    why=Text("弃置的开始：三个月即成为非正常户", "Beginning of abandonment: three months lead to 非正常户"),
    source="SIGNALS.md section 2, tax.nonfile_now",
)


amend_12m = Signal(
    id="tax.amend_12m",
    register="tax",
    name=Text("近12月更正申报次数", "Amended returns, 12 months"),
    formula=amended_in(TaxVatReturn, YEAR) + amended_in(TaxCitReturn, YEAR),
    unit="count", direction=1, absent="never", family="amendment",
    reason=Text("近12个月更正申报{v}次", "{v} amended return(s) in 12 months"),
    why=Text("差错，或贷款前的粉饰", "Errors or dressing up before a loan"),
    source="SIGNALS.md section 2, tax.amend_12m; READINGS.md A24, O13",
)


amend_up_6m = Signal(
    id="tax.amend_up_6m",
    register="tax",
    name=Text("近6月更正调增销售额占比", "Sales raised by amendments, 6 months"),
    formula=to_sales(total(vat_amendment["raised"], HALF_YEAR)),
    unit="ratio", direction=1, absent="too_few", family="amendment",
    reason=Text("近6个月更正申报调增销售额占{v_pct}%", "Amendments raised sales by {v_pct}%"),
    why=Text("申请前不久突然调增", "Sudden upward corrections shortly before applying"),
    source="SIGNALS.md section 2, tax.amend_up_6m; READINGS.md A06, A24, O13",
)


rating_ord = Signal(
    id="tax.rating_ord",
    register="tax",
    name=Text("当前纳税信用级别", "Tax credit rating now"),
    formula=latest(Coded(TaxCreditRating.rating, LEVELS)),
    unit="level", direction=0, absent="no_records", family="rating",
    reason=Text("纳税信用级别{v_name}", "The tax credit rating is {v_name}"),
    why=Text("贷款人接受A、B和M级（SRC-B1至B4）；M级性质不同，因此按类别处理", "Lenders admit A, B and M (SRC-B1..B4); M is a different kind, so categorical"),
    source="SIGNALS.md section 2, tax.rating_ord; READINGS.md A83",
    labels=(
        (0, Text("A级", "A")),
        (1, Text("B级", "B")),
        (2, Text("M级", "M")),
        (3, Text("C级", "C")),
        (4, Text("D级", "D")),
    ),
)


rating_drop_24m = Signal(
    id="tax.rating_drop_24m",
    register="tax",
    name=Text("近24月纳税信用降级", "Rating downgraded in 24 months"),
    formula=(
        # The latest of the window is one of those compared: never below 0.
        latest(rank, ranked) - Aggregate("min", rank, TWO_YEARS, ranked)
    ).given(count(TaxCreditRating.seq, EVER, ranked) >= 2),
    unit="levels", direction=1, absent="too_few", family="rating",
    reason=Text("近24个月纳税信用下降{v}级", "The tax credit rating fell {v} level(s) in 24 months"),
    why=Text("变化比水平更能说明问题", "Change says more than level"),
    source="SIGNALS.md section 2, tax.rating_drop_24m; READINGS.md A25",
)


rating_a_years = Signal(
    id="tax.rating_a_years",
    register="tax",
    name=Text("近5年A级年数", "Years rated A in the last 5"),
    formula=Across(
        "count",
        rated_a.given(rated_a > 0),
        by=TaxCreditRating.rating_year,
        top=5,
        rank=rated_year,
    ),
    unit="years", direction=-1, absent="never", family="rating",
    reason=Text("近5个年度有{v}年为A级", "Rated A in {v} of the last 5 years"),
    why=Text("长期自律", "Long discipline"),
    source="SIGNALS.md section 2, tax.rating_a_years; READINGS.md A26",
)


arrears_ratio = Signal(
    id="tax.arrears_ratio",
    register="tax",
    name=Text("欠税余额占销售额", "Tax arrears to sales"),
    formula=to_sales(Across("sum", owed, by=TaxArrears.tax_kind)),
    unit="ratio", direction=1, absent="too_few", family="arrears",
    reason=Text("欠税余额占年销售额{v_pct}%", "Tax arrears equal {v_pct}% of sales"),
    why=Text("某模型中超过100万元即否决（SRC-D2）", "Veto above CNY 1 million in one model (SRC-D2)"),
    source="SIGNALS.md section 2, tax.arrears_ratio; READINGS.md A06",
)


arrears_cnt_24m = Signal(
    id="tax.arrears_cnt_24m",
    register="tax",
    name=Text("近24月欠税期数", "Snapshots with tax arrears, 24 months"),
    formula=Aggregate("distinct", quarter, TWO_YEARS, TaxArrears.balance > 0),
    unit="quarters", direction=1, absent="never", family="arrears",
    reason=Text("近24个月有{v}个季度存在欠税", "Tax arrears in {v} of the last 8 quarters"),
    why=Text("持续性", "Persistence"),
    source="SIGNALS.md section 2, tax.arrears_cnt_24m",
)


viol_24m = Signal(
    id="tax.viol_24m",
    register="tax",
    name=Text("近24月税务违章次数", "Tax violations, 24 months"),
    formula=count(TaxViolation.found_date, TWO_YEARS),
    unit="count", direction=1, absent="never", family="violation",
    reason=Text("近24个月税务违章{v}次", "{v} tax violation(s) in 24 months"),
    why=Text("在公开研究中显著（SRC-D4）", "Significant in the public study (SRC-D4)"),
    source="SIGNALS.md section 2, tax.viol_24m",
)


viol_open = Signal(
    id="tax.viol_open",
    register="tax",
    name=Text("未处理税务违章数", "Unresolved tax violations"),
    formula=count(TaxViolation.found_date, EVER, unresolved),
    unit="count", direction=1, absent="never", family="violation",
    reason=Text("有{v}条税务违章未处理", "{v} tax violation(s) unresolved"),
    why=Text("搁置不处理：正在失控", "Left unsolved: losing control"),
    source="SIGNALS.md section 2, tax.viol_open; READINGS.md A85",
)


inspect_36m = Signal(
    id="tax.inspect_36m",
    register="tax",
    name=Text("近36月稽查处理次数", "Tax inspection decisions, 36 months"),
    formula=count(TaxInspection.decision_date, THREE_YEARS),
    unit="count", direction=1, absent="never", family="violation",
    reason=Text("近36个月税务稽查处理{v}次", "{v} tax inspection decision(s) in 36 months"),
    why=Text("意外的大额支出；管理质量", "Large unexpected payments, management quality"),
    source="SIGNALS.md section 2, tax.inspect_36m",
)


inspect_ratio_36m = Signal(
    id="tax.inspect_ratio_36m",
    register="tax",
    name=Text("近36月稽查补罚占比", "Inspection payments to sales"),
    formula=to_sales(total(inspected, THREE_YEARS)),
    unit="ratio", direction=1, absent="too_few", family="violation",
    reason=Text("近36个月稽查补缴及罚款占销售额{v_pct}%", "Inspection payments equal {v_pct}% of sales"),
    why=Text("对流动性的打击", "Hit to liquidity"),
    source="SIGNALS.md section 2, tax.inspect_ratio_36m; READINGS.md A06, A62",
)


abnormal_36m = Signal(
    id="tax.abnormal_36m",
    register="tax",
    name=Text("近36月非正常户次数", "Non-normal taxpayer spells, 36 months"),
    formula=count(TaxAbnormalStatus.declared_date, THREE_YEARS),
    unit="count", direction=1, absent="never", family="violation",
    reason=Text("近36个月被认定非正常户{v}次", "Declared a non-normal taxpayer {v} time(s) in 36 months"),
    why=Text("曾与税务机关失联", "Was lost to the tax office"),
    source="SIGNALS.md section 2, tax.abnormal_36m",
)
