"""Signals of tax returns (纳税申报): sales, their growth and rhythm, tax paid, the burden.

Sales are those of VAT returns in known months (`kexin.signals.vat`). A month without a
filed return is neither a month of sales nor one without (READINGS.md, A08): sums leave
it out, a row of empty months ends at it.
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import ABSENT, Call, Choose, Constant, Node, Statistic
from kexin.algebra.reductions import (
    Across,
    Peers,
    Window,
    count,
    latest,
    month_by_month,
    total,
)
from kexin.language import Text
from kexin.registers.tax import TaxPayer, TaxPayment, TaxVatReturn
from kexin.signals import vat
from kexin.signals.signal import Signal

YEAR = Window(12)
MONTHS_BACK = 24
"""Known months that are told one by one; a row of empty months is counted no further."""

MOST_TAXES = ("vat", "cit", "consumption", "urban", "surcharge")

taxpayer_kind = latest(TaxPayer.taxpayer_kind)
taxes_paid = total(TaxPayment.amount, YEAR, TaxPayment.tax_kind.is_in(*MOST_TAXES))

last_year = vat.months_of_sales.months(1, 12)
sales_in_group = total(vat.vat_month["sales"], last_year, vat.filed)
returns_in_group = count(vat.vat_month["sales"], last_year, vat.filed)
twelvefold = month_by_month(
    vat.vat_month["sales"], vat.months_of_sales, MONTHS_BACK, vat.filed
)

sales_before = vat.sales_of(13, 24)
half_before = vat.sales_of(13, 18)
enough_for_shape = vat.months_filed(1, 12) >= 9
credit_left = latest(TaxVatReturn.credit_carried.given(vat.is_filed))


def quarter(months: tuple[Node, ...], first: int) -> Node:
    """The sum of three known months, `first` the newest; absent where one is."""
    newest, middle, oldest = months[first - 1 : first + 2]
    return newest + middle + oldest


def variation(amounts: tuple[Node, ...]) -> Node:
    """Deviation of some amounts over their mean; absent ones are left out."""
    return Statistic("deviation", amounts) / Statistic("mean", amounts)


months = tuple(vat.month_of_sales(k) for k in range(1, MONTHS_BACK + 1))
adjusted = tuple(vat.adjusted_month(k) for k in range(1, 16))
quarters = tuple(quarter(months, first) for first in (1, 4, 7, 10))
quarter_before = quarter(adjusted, 13)
peak = Call("greatest", tuple(quarter(twelvefold, k) for k in range(1, 23)))
logs_from_oldest = tuple(
    Call("ln_1p", (Call("greatest", (month, Constant(0))),))
    for month in adjusted[11::-1]
)

tax_payable = total(vat.vat_month["tax"], last_year, vat.filed) / 12
burden = (tax_payable / vat.sales_12m).given(vat.sales_12m >= 100_000)


sales_12m = Signal(
    id="tax.sales_12m",
    register="tax",
    name=Text("近12月增值税销售额", "VAT sales, 12 known months"),
    formula=vat.sales_12m,
    unit="CNY", direction=-1, absent="too_few", family="volume",
    reason=Text("近12个月增值税申报销售额{v_wan}万元", "VAT sales of 12 months are CNY {v_wan} ten-thousand"),
    why=Text("规模：校准数据中最强的单一信号（SRC-D1）；取对数使用", "Scale: the strongest single signal in the calibration data (SRC-D1); used in log"),
    source="SIGNALS.md section 2, tax.sales_12m; READINGS.md A07, A09",
)


sales_g12 = Signal(
    id="tax.sales_g12",
    register="tax",
    name=Text("近12月销售额同比", "Sales growth, year on year"),
    formula=(vat.sales_12m / sales_before).given(sales_before >= 50_000),
    unit="ratio", direction=-1, absent="small_base", family="growth",
    reason=Text("近12个月销售额为上年同期的{v_pct}%", "Sales of 12 months are {v_pct}% of the year before"),
    why=Text("增长或下滑", "Growth or decline"),
    source="SIGNALS.md section 2, tax.sales_g12",
)


sales_yoy_6m = Signal(
    id="tax.sales_yoy_6m",
    register="tax",
    name=Text("近6月销售额同比", "Sales, 6 months year on year"),
    formula=(vat.sales_of(1, 6) / half_before).given(half_before >= 25_000),
    unit="ratio", direction=-1, absent="small_base", family="growth",
    reason=Text("近6个月销售额为去年同期的{v_pct}%", "Sales of 6 months are {v_pct}% of a year ago"),
    why=Text("半年下降超过50%通常即被拒贷（SRC-B3）", "Half-year fall of more than 50 % is a usual refusal (SRC-B3)"),
    source="SIGNALS.md section 2, tax.sales_yoy_6m",
)


sales_yoy_3m = Signal(
    id="tax.sales_yoy_3m",
    register="tax",
    name=Text("近3月销售额同比", "Sales, 3 months year on year"),
    formula=(quarter(adjusted, 1) / quarter_before).given(quarter_before >= 10_000),
    unit="ratio", direction=-1, absent="small_base", family="growth",
    reason=Text("近3个月销售额为去年同期的{v_pct}%", "Sales of 3 months are {v_pct}% of a year ago"),
    why=Text("反应快；春节前后噪声大", "Fast signal; noisy around the festival"),
    source="SIGNALS.md section 2, tax.sales_yoy_3m; READINGS.md section 6, O7",
)


sales_vs_peak = Signal(
    id="tax.sales_vs_peak",
    register="tax",
    name=Text("近3月销售额较24月峰值", "Last 3 months against the best 3 in 24"),
    formula=(quarter(twelvefold, 1) / peak).given(
        (peak > 0) & (vat.months_filed(1, 24) >= 12)
    ),
    unit="ratio", direction=-1, absent="too_few", family="growth",
    reason=Text("近3个月销售额为24个月内峰值的{v_pct}%", "Sales of 3 months are {v_pct}% of the best quarter in 24 months"),
    why=Text("下滑的深度", "Depth of decline"),
    source="SIGNALS.md section 2, tax.sales_vs_peak; READINGS.md A19",
)


sales_cv_12m = Signal(
    id="tax.sales_cv_12m",
    register="tax",
    name=Text("近12月销售额变异系数", "Volatility of monthly sales"),
    formula=Choose(
        vat.files_by_quarter, variation(quarters), variation(months[:12])
    ).given(enough_for_shape),
    unit="ratio", direction=1, absent="too_few", family="volatility",
    reason=Text("近12个月月度销售波动系数{v}", "The monthly sales vary with a coefficient of {v}"),
    why=Text("不良企业中位数为2.0，正常企业为0.8（SRC-D1）", "Bad firms' median is 2.0 against 0.8 (SRC-D1)"),
    source="SIGNALS.md section 2, tax.sales_cv_12m; READINGS.md section 6, O7",
)


sales_trend_12m = Signal(
    id="tax.sales_trend_12m",
    register="tax",
    name=Text("近12月销售额趋势", "Trend of monthly sales"),
    formula=Statistic("slope", logs_from_oldest).given(enough_for_shape),
    unit="ln/month", direction=-1, absent="too_few", family="growth",
    reason=Text("近12个月销售额月均变动{v_pct}%(季调)", "Seasonally adjusted sales change {v_pct}% a month"),
    why=Text("剔除季节后的走向", "Direction net of season"),
    source="SIGNALS.md section 2, tax.sales_trend_12m; READINGS.md section 6, O7",
)


sales_zero_12m = Signal(
    id="tax.sales_zero_12m",
    register="tax",
    name=Text("近12月零销售月数", "Zero-sales months, 12"),
    formula=Across(
        "count",
        sales_in_group.given((returns_in_group > 0) & sales_in_group.is_in(0)),
        by=vat.vat_month["event_date"],
    ),
    unit="months", direction=1, absent="never", family="continuity",
    reason=Text("近12个月有{v}个月零销售", "{v} of the last 12 months had no sales"),
    why=Text("经营中断", "Interrupted business"),
    source="SIGNALS.md section 2, tax.sales_zero_12m; READINGS.md A07, A08",
)


sales_zero_streak = Signal(
    id="tax.sales_zero_streak",
    register="tax",
    name=Text("当前连续零销售月数", "Zero-sales streak now"),
    formula=Statistic("leading_zeros", months),
    unit="months", direction=1, absent="never", family="continuity",
    reason=Text("已连续{v}个月零销售", "No sales for {v} months in a row"),
    why=Text("可能已经停业", "May have stopped"),
    source="SIGNALS.md section 2, tax.sales_zero_streak; READINGS.md A08; 24 months at most",
)


taxpaid_12m = Signal(
    id="tax.taxpaid_12m",
    register="tax",
    name=Text("近12月入库税额", "Tax paid, 12 months"),
    formula=taxes_paid,
    unit="CNY", direction=-1, absent="never", family="tax",
    reason=Text("近12个月入库税额{v_wan}万元", "Taxes paid in 12 months are CNY {v_wan} ten-thousand"),
    why=Text("税贷的依据：每年至少1–3万元（SRC-B2、B3）", "Basis of tax loans: at least CNY 10,000–30,000 a year (SRC-B2, B3)"),
    source="SIGNALS.md section 2, tax.taxpaid_12m",
)


taxpaid_last3m = Signal(
    id="tax.taxpaid_last3m",
    register="tax",
    name=Text("近3月有缴税", "Tax paid at least once in 3 months"),
    formula=count(TaxPayment.amount, Window(3), TaxPayment.amount > 0) > 0,
    unit="0/1", direction=-1, absent="never", family="tax",
    reason=Text("近3个月{v:有|无}缴税记录", "{v:Paid|Paid no} tax in the last 3 months"),
    why=Text("某大型产品的准入条件（SRC-B2）", "Condition of one large product (SRC-B2)"),
    source="SIGNALS.md section 2, tax.taxpaid_last3m",
)


burden_12m = Signal(
    id="tax.burden_12m",
    register="tax",
    name=Text("增值税税负率", "VAT burden"),
    formula=burden,
    unit="ratio", direction=0, absent="small_base", family="tax",
    reason=Text("近12个月增值税税负率{v_pct}%", "The VAT burden is {v_pct}%"),
    why=Text("与同行比较解读", "Read against peers"),
    source="SIGNALS.md section 2, tax.burden_12m; READINGS.md A21, O12",
)


burden_gap = Signal(
    id="tax.burden_gap",
    register="tax",
    name=Text("税负率偏离行业", "VAT burden against the industry median"),
    formula=burden - Peers(
        "median", burden.given(vat.is_active), by=(vat.industry_2, taxpayer_kind)
    ),
    unit="ratio", direction=0, absent="small_base", family="tax",
    reason=Text("税负率较行业中位数偏离{v_pp}个百分点", "The VAT burden is {v_pp} points from the industry median"),
    why=Text("过低：利润微薄或虚假进项；过高：没有真实采购", "Far below: thin margins or false input; far above: no real purchases"),
    source="SIGNALS.md section 2, tax.burden_gap; READINGS.md A12",
)


credit_carried = Signal(
    id="tax.credit_carried",
    register="tax",
    name=Text("留抵税额占销售额", "VAT credit carried over sales"),
    formula=Choose(taxpayer_kind.is_in("small"), ABSENT, vat.to_sales(credit_left)),
    unit="ratio", direction=0, absent="no_event", family="tax",
    reason=Text("期末留抵税额占年销售额{v_pct}%", "The carried VAT credit is {v_pct}% of sales"),
    why=Text("囤货或长期亏损；退税会使其归零", "Stock building or lasting losses; rebates reset it"),
    source="SIGNALS.md section 2, tax.credit_carried; READINGS.md A05b, A08",
)
