"""Signals of the invoices (发票), as REGISTERS.md calls them: part of the tax register.

Void invoices are left out; every other row counts with its sign, a red one on its own
day (READINGS.md, A20). An invoice that counts as one is blue and not void (A35). The
customers and suppliers are the parties of such invoices (A36).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Choose, Column, Constant, Node, Statistic
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    LongestGap,
    Months,
    MonthSeries,
    Window,
    count,
    month_by_month,
    total,
)
from kexin.algebra.views import Derived, Joined, Selected, United, named
from kexin.language import Text
from kexin.registers.business import RegFirm
from kexin.registers.core import RelEdge
from kexin.registers.tax import TaxInvoice
from kexin.signals.signal import Signal
from kexin.signals.vat import sales_12m as vat_sales

YEAR = Window(12)
THREE_YEARS = Window(36)
EVER = Window()

sold = TaxInvoice.direction.is_in("out")
bought = TaxInvoice.direction.is_in("in")
blue = ~TaxInvoice.invoice_status.is_in("void", "red")
red = TaxInvoice.invoice_status.is_in("red")
void = TaxInvoice.invoice_status.is_in("void")
sold_net, bought_net = sold & ~void, bought & ~void
sold_blue, bought_blue = sold & blue, bought & blue
electronic = TaxInvoice.invoice_kind.is_in("e_special", "e_normal")

amount = TaxInvoice.amount_ex_tax
uid = TaxInvoice.invoice_uid
issued = TaxInvoice.issue_date
issue_month = Call("month_start", (issued,))
party = Call("coalesce", (TaxInvoice.counterparty_code, TaxInvoice.counterparty_name))

sales_months = MonthSeries(sold, TaxInvoice.lag_days)
purchase_months = MonthSeries(bought, TaxInvoice.lag_days)

counterparty = TaxInvoice.counterparty_code
firm_of_invoice = Column(TaxInvoice.id, "firm_key")

any_invoice = count(uid, EVER) > 0
sales, purchases = total(amount, YEAR, sold_net), total(amount, YEAR, bought_net)
sold_n, bought_n = count(uid, YEAR, sold_blue), count(uid, YEAR, bought_blue)
sold_rows, bought_rows = count(uid, YEAR, sold_net), count(uid, YEAR, bought_net)
sales_by_month = month_by_month(amount, sales_months, 36, sold_net)
turnover = sales + purchases


def of_months(reduction: Aggregate) -> Aggregate:
    """The same reduction as the monthly table gives it: by the month's first day."""
    return Aggregate(
        reduction.reduction, reduction.of, reduction.window, reduction.where, issue_month
    )


def customers(first: int, last: int) -> Aggregate:
    """Number of customers in the known months `first` to `last`."""
    return Aggregate("distinct", party, sales_months.months(first, last), sold_blue)


def share(part: Node, whole: Node) -> Node:
    """A part of a whole; absent where the whole is not above zero."""
    return (part / whole).given(whole > 0)


def kept(series: MonthSeries, net: Node, valid: Node) -> Node:
    """Share of the trade of months 13-24 that was with parties met again in 1-12."""
    before = count(uid, series.months(13, 24), valid)
    again = count(uid, series.months(1, 12), valid)
    worth = total(amount, series.months(13, 24), net).given(before > 0)
    parties = Across("count", worth, by=party)
    old, still = (
        Across("sum", part, by=party) for part in (worth, worth.given(again > 0))
    )
    return share(still, old).given(parties >= 3)


def logs(months: tuple[Node, ...]) -> tuple[Node, ...]:
    """ln(1 + x) of each month's amount; a month that returns outweigh counts as 0."""
    return tuple(
        Call("ln_1p", (Call("greatest", (month, Constant(0))),)) for month in months
    )


def sum_of(parts: tuple[Node, ...]) -> Node:
    """The sum of several formulas."""
    first, *others = parts
    for other in others:
        first = first + other
    return first


original = Selected(
    name="original_invoice",
    source=TaxInvoice.id,
    where=sold,
    columns=named(TaxInvoice.id, "invoice_uid", "issue_date"),
)
late_red = Joined(
    name="late_red_invoice",
    left=TaxInvoice.id,
    right=original,
    on=((firm_of_invoice, original["firm_key"]), (TaxInvoice.orig_invoice_uid, original["invoice_uid"])),
    where=sold & red & (Call("days_between", (original["issue_date"], issued)) > 90),
    columns=named(TaxInvoice.id, reversed=Call("abs", (amount,))),
)
"""Red invoices that take back sales more than 90 days old, by their link alone (A34)."""

RELATED = RelEdge.edge_kind.is_in("controls", "invest", "same_legal_rep", "same_officer")
tie = United(
    name="tie_of_firm",
    parts=tuple(
        Selected(
            name=name,
            source=RelEdge.id,
            where=RELATED,
            columns=named(
                RelEdge.id, "valid_from", "valid_to", firm_key=own, other=other
            ),
        )
        for name, own, other in (
            ("tie_from_firm", RelEdge.src_key, RelEdge.dst_key),
            ("tie_to_firm", RelEdge.dst_key, RelEdge.src_key),
        )
    ),
)
"""Ties of ownership and persons, seen from either end (A37)."""

to_related = Joined(
    name="sale_to_related",
    left=TaxInvoice.id,
    right=tie,
    on=((firm_of_invoice, tie["firm_key"]), (counterparty, tie["other"])),
    where=sold_net,
    columns=named(TaxInvoice.id, "invoice_uid", "amount_ex_tax", valid_from=tie["valid_from"], valid_to=tie["valid_to"]),
)
is_tied = (to_related["valid_from"] <= AsOf()) & (
    to_related["valid_to"].is_absent() | (to_related["valid_to"] > AsOf())
)

strong_buyer = Derived(
    name="ref_strong_buyer",
    tables=("ref_strong_buyer",),
    columns=named("ref_strong_buyer", "uscc", "valid_from", "valid_to"),
)
to_strong = Joined(
    name="sale_to_strong_buyer",
    left=TaxInvoice.id,
    right=strong_buyer,
    on=((counterparty, strong_buyer["uscc"]),),
    where=sold_net & (strong_buyer["valid_from"] <= issued) & (strong_buyer["valid_to"] >= issued),
    columns=named(TaxInvoice.id, "invoice_uid", "amount_ex_tax"),
)
held_list = Derived(
    name="held_list",
    tables=("ref_strong_buyer",),
    columns=named("held_list", "list"),
)
invoice_list = Joined(
    name="list_of_strong_buyers",
    left=RegFirm.id,
    right=held_list,
    on=((Constant("ref_strong_buyer"), held_list["list"]),),
    columns=named(held_list, "list"),
)
"""One row for a firm once the list is held at all."""


def once_each(view: Joined, condition: Node | None = None) -> Node:
    """Sum of the year's invoices in a view, each once however often it is met."""
    each = Aggregate("max", view["amount_ex_tax"], YEAR, condition)
    return Across("sum", each, by=view["invoice_uid"])


sales_12m = Signal(
    id="inv.sales_12m",
    register="tax",
    name=Text("近12个月销项净额", "Invoiced sales, 12 months"),
    formula=sales.given(any_invoice),
    unit="CNY", direction=-1, absent="no_records", family="volume",
    reason=Text("近12个月开票销售净额{v_wan}万元", "Invoiced sales of 12 months are CNY {v_wan} ten-thousand, net of returns"),
    why=Text("规模：校准数据中最强的单一信号", "Scale: the strongest single signal in the calibration data"),
    source="SIGNALS.md section 3.6, tax.sales_12m (invoices)",
)


purchases_12m = Signal(
    id="inv.purchases_12m",
    register="tax",
    name=Text("近12个月进项净额", "Invoiced purchases, 12 months"),
    formula=purchases.given(any_invoice),
    unit="CNY", direction=-1, absent="no_records", family="volume",
    reason=Text("近12个月采购净额{v_wan}万元", "Invoiced purchases of 12 months are CNY {v_wan} ten-thousand, net of returns"),
    why=Text("有采购的企业才是在经营的企业", "A firm that buys is a firm that works"),
    source="SIGNALS.md section 3.6, by analogy to sales",
)


sales_n_12m = Signal(
    id="inv.sales_n_12m",
    register="tax",
    name=Text("近12个月有效销项张数", "Sales invoices, 12 months"),
    formula=Call("ln_1p", (sold_n,)).given(any_invoice),
    unit="ln count", direction=-1, absent="no_records", family="volume",
    reason=Text("近12个月开具有效发票{v_n}张", "{v_n} valid sales invoices in 12 months"),
    why=Text("多笔小额销售比少数大额销售更稳定", "Many small sales are steadier than few large ones"),
    source="REGISTERS.md section 4: bank clients issue 15.6 a month at the median",
)


ticket_12m = Signal(
    id="inv.ticket_12m",
    register="tax",
    name=Text("近12个月单张平均金额", "Mean amount of a sales invoice, 12 months"),
    formula=share(total(amount, YEAR, sold_blue), sold_n).given(sold_n >= 5),
    unit="CNY", direction=0, absent="too_few", family="volume",
    reason=Text("近12个月单张发票平均{v_wan}万元", "A sales invoice of 12 months is CNY {v_wan} ten-thousand on average"),
    why=Text("区分批发与零售；与开票张数一并解读", "Tells wholesale from retail; read beside the number of invoices"),
    source="[design] what a lender asks of invoices",
)


vat_net_12m = Signal(
    id="inv.vat_net_12m",
    register="tax",
    name=Text("近12个月销项税额减进项税额", "Output less input tax, 12 months"),
    formula=(
        total(TaxInvoice.tax_amount, YEAR, sold_net)
        - total(TaxInvoice.tax_amount, YEAR, bought_net)
    ).given(any_invoice),
    unit="CNY", direction=-1, absent="no_records", family="tax",
    reason=Text("近12个月销项税额减进项税额为{v_wan}万元", "Output tax less input tax of 12 months is CNY {v_wan} ten-thousand"),
    why=Text("增加值及由此产生的税额", "Value added, and the tax that follows from it"),
    source="SIGNALS.md section 3.6, tax paid net",
)


vat_burden_12m = Signal(
    id="inv.vat_burden_12m",
    register="tax",
    name=Text("近12个月发票税负率", "Net tax to sales, 12 months"),
    formula=(
        (
            total(TaxInvoice.tax_amount, YEAR, sold_net)
            - total(TaxInvoice.tax_amount, YEAR, bought_net)
        )
        / sales
    ).given(sales >= 100_000),
    unit="fraction", direction=0, absent="small_base", family="tax",
    reason=Text("近12个月发票税负率{v_pct}%", "Output tax less input tax is {v_pct}% of sales"),
    why=Text("远低于同行：利润微薄或虚假进项；远高于同行：没有真实采购", "Far below peers: thin margins or false input; far above: no real purchases"),
    source="SIGNALS.md section 2, tax.burden_12m, taken from invoices",
)


sales_36m = Signal(
    id="inv.sales_36m",
    register="tax",
    name=Text("近36个月销项净额", "Invoiced sales, 36 months"),
    formula=total(amount, THREE_YEARS, sold_net).given(any_invoice),
    unit="CNY", direction=-1, absent="no_records", family="volume",
    reason=Text("近36个月开票销售净额{v_wan}万元", "Invoiced sales of 36 months are CNY {v_wan} ten-thousand, net of returns"),
    why=Text("持续多年的规模", "Scale that lasted"),
    source="SIGNALS.md section 3.6; windows of up to 36 months (SIGNALS.md section 3.1)",
)


purchases_36m = Signal(
    id="inv.purchases_36m",
    register="tax",
    name=Text("近36个月进项净额", "Invoiced purchases, 36 months"),
    formula=total(amount, THREE_YEARS, bought_net).given(any_invoice),
    unit="CNY", direction=-1, absent="no_records", family="volume",
    reason=Text("近36个月采购净额{v_wan}万元", "Invoiced purchases of 36 months are CNY {v_wan} ten-thousand, net of returns"),
    why=Text("持续多年的经营", "Work that lasted"),
    source="windows of up to 36 months (SIGNALS.md section 3.1)",
)


sales_n_36m = Signal(
    id="inv.sales_n_36m",
    register="tax",
    name=Text("近36个月有效销项张数", "Sales invoices, 36 months"),
    formula=Call("ln_1p", (count(uid, THREE_YEARS, sold_blue),)).given(any_invoice),
    unit="ln count", direction=-1, absent="no_records", family="volume",
    reason=Text("近36个月开具有效发票{v_n}张", "{v_n} valid sales invoices in 36 months"),
    why=Text("多年的多笔小额销售比少数大额销售更稳定", "Many small sales over years are steadier than few large ones"),
    source="windows of up to 36 months (SIGNALS.md section 3.1)",
)


vat_net_36m = Signal(
    id="inv.vat_net_36m",
    register="tax",
    name=Text("近36个月销项税额减进项税额", "Output less input tax, 36 months"),
    formula=(
        total(TaxInvoice.tax_amount, THREE_YEARS, sold_net)
        - total(TaxInvoice.tax_amount, THREE_YEARS, bought_net)
    ).given(any_invoice),
    unit="CNY", direction=-1, absent="no_records", family="tax",
    reason=Text("近36个月销项税额减进项税额为{v_wan}万元", "Output tax less input tax of 36 months is CNY {v_wan} ten-thousand"),
    why=Text("多年的增加值", "Value added over years"),
    source="windows of up to 36 months (SIGNALS.md section 3.1)",
)


sales_level_36m = Signal(
    id="inv.sales_level_36m",
    register="tax",
    name=Text("近36个月月度开票销售对数均值", "Mean log of monthly invoiced sales, 36 months"),
    formula=Statistic("mean", logs(sales_by_month)).given(any_invoice),
    unit="ln CNY", direction=-1, absent="no_records", family="volume",
    reason=Text("近36个月的典型月份(几何平均)开票销售{v_n}元，无开票月份会拉低此数", "A typical month of the last 36 (geometric mean) sold CNY {v_n}; months without sales pull this down"),
    why=Text("逐月都有的规模：一个大月弥补不了空白月份", "Scale that was there month after month: one large month cannot make up for empty ones"),
    source="[design] scale and continuity in one (SIGNALS.md section 3.6)",
)


sales_g12 = Signal(
    id="inv.sales_g12",
    register="tax",
    name=Text("近12个月开票销售同比", "Invoiced sales growth, year on year"),
    formula=(
        total(amount, sales_months.months(1, 12), sold_net)
        / total(amount, sales_months.months(13, 24), sold_net)
    ).given(total(amount, sales_months.months(13, 24), sold_net) >= 50_000),
    unit="ratio", direction=-1, absent="small_base", family="growth",
    reason=Text("近12个月开票销售额为上年同期的{v_pct}%", "Invoiced sales of 12 months are {v_pct}% of the year before"),
    why=Text("增长或下滑", "Growth or decline"),
    source="SIGNALS.md section 3.6, tax.sales_g12",
)


sales_yoy_6m = Signal(
    id="inv.sales_yoy_6m",
    register="tax",
    name=Text("近6个月开票销售同比", "Invoiced sales, 6 months year on year"),
    formula=(
        total(amount, sales_months.months(1, 6), sold_net)
        / total(amount, sales_months.months(13, 18), sold_net)
    ).given(total(amount, sales_months.months(13, 18), sold_net) >= 25_000),
    unit="ratio", direction=-1, absent="small_base", family="growth",
    reason=Text("近6个月开票销售额为去年同期的{v_pct}%", "Invoiced sales of 6 months are {v_pct}% of a year ago"),
    why=Text("半年下降超过50%通常即被拒贷（SRC-B3）", "A half-year fall of more than 50 % is a usual refusal (SRC-B3)"),
    source="SIGNALS.md section 2, tax.sales_yoy_6m, taken from invoices",
)


sales_vs_peak = Signal(
    id="inv.sales_vs_peak",
    register="tax",
    name=Text("近3个月开票销售较24个月峰值", "Invoiced sales, last 3 months against the best 3 in 24"),
    formula=share(
        sum_of(sales_by_month[:3]),
        Call(
            "greatest",
            tuple(sum_of(sales_by_month[k : k + 3]) for k in range(22)),
        ),
    ),
    unit="ratio", direction=-1, absent="small_base", family="growth",
    reason=Text("近3个月开票销售额为24个月内峰值的{v_pct}%", "Invoiced sales of 3 months are {v_pct}% of the best quarter in 24 months"),
    why=Text("下滑的深度", "Depth of decline"),
    source="SIGNALS.md section 2, tax.sales_vs_peak, taken from invoices",
)


sales_trend_12m = Signal(
    id="inv.sales_trend_12m",
    register="tax",
    name=Text("近12个月开票销售趋势", "Trend of monthly invoiced sales"),
    formula=Statistic("slope", logs(sales_by_month[11::-1])).given(any_invoice),
    unit="ln/month", direction=-1, absent="no_records", family="growth",
    reason=Text("近12个月开票销售额月均变动{v_pct}%", "Monthly invoiced sales change by {v_pct}% a month"),
    why=Text("经营走向", "Direction of business"),
    source="SIGNALS.md section 2, tax.sales_trend_12m, taken from invoices, no festival adjustment",
)


in_g6 = Signal(
    id="inv.in_g6",
    register="tax",
    name=Text("近6月进项同比", "Purchases, 6 months year on year"),
    formula=(
        total(amount, purchase_months.months(1, 6), bought_net)
        / total(amount, purchase_months.months(13, 18), bought_net)
    ).given(total(amount, purchase_months.months(13, 18), bought_net) >= 25_000),
    unit="ratio", direction=-1, absent="small_base", family="growth",
    reason=Text("近6个月进项金额为去年同期的{v_pct}%", "Purchases of 6 months are {v_pct}% of a year ago"),
    why=Text("采购先于销售下降", "Purchases fall before sales"),
    source="SIGNALS.md section 2: WSY",
)


surge_2m = Signal(
    id="inv.surge_2m",
    register="tax",
    name=Text("近2月开票突增", "Unusual surge before applying"),
    formula=share(
        sum_of(sales_by_month[:2]), Statistic("median", sales_by_month[2:14]) * 2
    ),
    unit="ratio", direction=0, absent="small_base", family="growth",
    reason=Text("近2个月开票为此前月中位数的{v_x}倍", "Sales of 2 months are {v_x} times the earlier median"),
    why=Text("贷款前突击开票；与inv.red_old_6m一并解读", "Raised just before a loan; read together with inv.red_old_6m"),
    source="SIGNALS.md section 2: WB",
)


active_12m = Signal(
    id="inv.active_12m",
    register="tax",
    name=Text("近12月有开票月数", "Months with sales invoices, 12"),
    formula=Aggregate(
        "distinct", issue_month, Months(1, 12), sold_blue
    ).given(any_invoice),
    unit="months", direction=-1, absent="no_records", family="continuity",
    reason=Text("近12个月有{v}个月开票", "Invoiced in {v} of 12 months"),
    why=Text("不良企业中位数为12个月中的7个月，正常企业为11个月（SRC-D1）", "Bad firms' median is 7 of 12, good firms' 11 (SRC-D1)"),
    source="SIGNALS.md section 2: TB, WB, CUM",
)


in_active_12m = Signal(
    id="inv.in_active_12m",
    register="tax",
    name=Text("近12个月有进项月数", "Months with purchase invoices, 12"),
    formula=Aggregate(
        "distinct", issue_month, Months(1, 12), bought_blue
    ).given(any_invoice),
    unit="months", direction=-1, absent="no_records", family="continuity",
    reason=Text("近12个月有{v}个月取得进项发票", "Received purchase invoices in {v} of 12 months"),
    why=Text("持续采购说明持续生产", "Continuous purchases show continuous work"),
    source="SIGNALS.md section 2, inv.active_12m, for purchases",
)


sales_days_12m = Signal(
    id="inv.sales_days_12m",
    register="tax",
    name=Text("近12个月开票天数", "Days with sales invoices, 12 months"),
    formula=Aggregate(
        "distinct", issued, YEAR, sold_blue
    ).given(any_invoice),
    unit="days", direction=-1, absent="no_records", family="continuity",
    reason=Text("近12个月有{v}天开票", "Invoiced on {v} days in 12 months"),
    why=Text("开票天数多，经营才真实", "Trading on many days is trading for real"),
    source="REGISTERS.md section 2.2, n_days_active",
)


sales_days_36m = Signal(
    id="inv.sales_days_36m",
    register="tax",
    name=Text("近36个月开票天数", "Days with sales invoices, 36 months"),
    formula=Aggregate(
        "distinct", issued, THREE_YEARS, sold_blue
    ).given(any_invoice),
    unit="days", direction=-1, absent="no_records", family="continuity",
    reason=Text("近36个月有{v}天开票", "Invoiced on {v} days in 36 months"),
    why=Text("多年来开票天数多", "Trading on many days over years"),
    source="REGISTERS.md section 2.2, n_days_active, over 36 months",
)


sales_zero_24m = Signal(
    id="inv.sales_zero_24m",
    register="tax",
    name=Text("近24个月无开票月数", "Months without sales invoices, 24"),
    formula=(
        Constant(24)
        - Aggregate("distinct", issue_month, sales_months.months(1, 24), sold_blue)
    ).given(any_invoice),
    unit="months", direction=1, absent="no_records", family="continuity",
    reason=Text("近24个月有{v}个月未开票", "{v} of the last 24 months had no sales invoice"),
    why=Text("经营中断", "Interrupted business"),
    source="SIGNALS.md section 2, tax.sales_zero_12m, taken from invoices",
)


sales_zero_streak = Signal(
    id="inv.sales_zero_streak",
    register="tax",
    name=Text("当前连续无开票月数", "Months without sales invoices in a row, now"),
    formula=Statistic(
        "leading_zeros",
        tuple(
            count(uid, sales_months.months(k, k), sold_blue) for k in range(1, 25)
        ),
    ).given(any_invoice),
    unit="months", direction=1, absent="no_records", family="continuity",
    reason=Text("已连续{v}个月未开票(最多计24个月)", "No sales invoice for {v} months in a row (24 at most)"),
    why=Text("可能已经停业", "May have stopped"),
    source="SIGNALS.md section 2, tax.sales_zero_streak, taken from invoices",
)


gap_max_12m = Signal(
    id="inv.gap_max_12m",
    register="tax",
    name=Text("近12月最长断票天数", "Longest invoicing gap"),
    formula=LongestGap(issued, YEAR, sold_blue),
    unit="days", direction=1, absent="too_few", family="continuity",
    reason=Text("近12个月最长断票{v}天", "The longest gap without invoices was {v} days"),
    why=Text("断票超过45–60天通常即被拒贷", "“断票” over 45–60 days is a usual refusal"),
    source="SIGNALS.md section 2: TB, WB",
)


since_last = Signal(
    id="inv.since_last",
    register="tax",
    name=Text("距最近开票天数", "Days since the last sales invoice"),
    formula=Call(
        "days_since",
        (
            Aggregate(
                "max", issued, EVER, sold & TaxInvoice.invoice_status.is_in("normal")
            ),
        ),
    ),
    unit="days", direction=1, absent="too_few", family="continuity",
    reason=Text("距最近一次开票{v}天", "{v} days since the last sales invoice"),
    why=Text("已停止交易", "Stopped trading"),
    source="SIGNALS.md section 2: TB",
)


history_m = Signal(
    id="inv.history_m",
    register="tax",
    name=Text("发票历史月数", "Length of the invoice history"),
    formula=Call("months_since", (Aggregate("min", issued, EVER),)),
    unit="months", direction=-1, absent="no_records", family="continuity",
    reason=Text("发票记录已有{v}个月", "The invoice history is {v} months long"),
    why=Text("记录越长越可信；年轻企业记录不多", "A longer record can be read with more confidence; young firms have little"),
    source="SIGNALS.md section 3.6, history length",
)


active_36m = Signal(
    id="inv.active_36m",
    register="tax",
    name=Text("近36个月有开票月数", "Months with sales invoices, 36"),
    formula=Aggregate(
        "distinct", issue_month, Months(1, 36), sold_blue
    ).given(any_invoice),
    unit="months", direction=-1, absent="no_records", family="continuity",
    reason=Text("近36个月有{v}个月开票", "Invoiced in {v} of 36 months"),
    why=Text("多年持续经营", "Continuous trading over years"),
    source="windows of up to 36 months (SIGNALS.md section 3.1)",
)


sales_cv_12m = Signal(
    id="inv.sales_cv_12m",
    register="tax",
    name=Text("近12个月开票销售变异系数", "Volatility of monthly invoiced sales"),
    formula=share(
        Statistic("deviation", sales_by_month[:12]),
        Statistic("mean", sales_by_month[:12]),
    ),
    unit="ratio", direction=1, absent="small_base", family="volatility",
    reason=Text("近12个月月度开票销售波动系数{v}", "Monthly invoiced sales vary with a coefficient of {v}"),
    why=Text("不良企业中位数为2.0，正常企业为0.8（SRC-D1）", "Bad firms' median is 2.0 against 0.8 (SRC-D1)"),
    source="SIGNALS.md section 3.6, tax.sales_cv_12m",
)


month_end = Signal(
    id="inv.month_end",
    register="tax",
    name=Text("月末三日开票占比", "Sales on the last 3 days of the month"),
    formula=share(
        total(
            amount, YEAR, sold_net & (Call("days_to_month_end", (issued,)) < 3)
        ),
        sales,
    ).given(sold_n >= 12),
    unit="fraction", direction=1, absent="too_few", family="volatility",
    reason=Text("月末三日开票占{v_pct}%", "{v_pct}% of sales are invoiced on the last three days of a month"),
    why=Text("粉饰报表；信号较弱", "Window dressing; weak"),
    source="SIGNALS.md section 2",
)


void_rate_12m = Signal(
    id="inv.void_rate_12m",
    register="tax",
    name=Text("近12月作废率", "Void rate of sales invoices"),
    formula=(
        of_months(count(uid, YEAR, sold & void)) / of_months(count(uid, YEAR, sold))
    ).given(
        (of_months(count(uid, YEAR, sold_blue)) >= 10)
        & (of_months(count(uid, YEAR, sold & ~electronic)) > 0)
    ),
    unit="fraction", direction=1, absent="too_few", family="quality",
    reason=Text("近12个月发票作废率{v_pct}%", "{v_pct}% of the invoices were voided"),
    why=Text("2016–2020年数据中正常企业7.5%，不良企业14%（SRC-D1）。制度变化：数电票不能作废，企业切换之后为空", "7.5 % good, 14 % bad firms in 2016–2020 data (SRC-D1). Regime break: e-invoices cannot be voided, so null after the firm's switch"),
    source="SIGNALS.md section 2: CUM, WB",
)


red_rate_12m = Signal(
    id="inv.red_rate_12m",
    register="tax",
    name=Text("近12月红冲金额占比", "Red-letter rate by amount"),
    formula=share(
        of_months(total(Call("abs", (amount,)), YEAR, sold & red)),
        of_months(total(amount, YEAR, sold_blue)),
    ).given(of_months(count(uid, YEAR, sold_blue)) >= 10),
    unit="fraction", direction=1, absent="too_few", family="quality",
    reason=Text("近12个月红冲金额占{v_pct}%", "Red-letter invoices are {v_pct}% of sales"),
    why=Text("退货与纠纷；改用数电票后接替作废率", "Returns and disputes; takes over the void signal after the e-invoice switch"),
    source="SIGNALS.md section 2: CUM, WB",
)


recip_share = Signal(
    id="inv.recip_share",
    register="tax",
    name=Text("互开发票占比", "Mutual invoicing share"),
    formula=share(
        Across(
            "sum", turnover.given((sold_n > 0) & (bought_n > 0)), by=party
        ),
        turnover,
    ).given(sold_n + bought_n >= 5),
    unit="fraction", direction=1, absent="too_few", family="quality",
    reason=Text("与同一对手互开发票占{v_pct}%", "{v_pct}% of trade is with parties that both sell and buy"),
    why=Text("对开发票虚增销售", "Round-tripping to inflate sales"),
    source="SIGNALS.md section 2: WSY, P2",
)


top1_12m = Signal(
    id="inv.top1_12m",
    register="tax",
    name=Text("第一大客户占比", "Largest customer's share"),
    formula=share(
        Across("max", sales.given(sold_rows > 0), by=party), sales
    ).given(sold_n >= 5),
    unit="fraction", direction=1, absent="too_few", family="concentration",
    reason=Text("第一大客户占销售额{v_pct}%", "The largest customer takes {v_pct}% of sales"),
    why=Text("正常企业0.32，不良企业0.60（SRC-D1）", "0.32 good, 0.60 bad firms (SRC-D1)"),
    source="SIGNALS.md section 2: CUM, WSY, WB",
)


top5_12m = Signal(
    id="inv.top5_12m",
    register="tax",
    name=Text("前五大客户占比", "Five largest customers' share"),
    formula=share(
        Across("sum", sales, by=party, top=5, rank=sales.given(sold_rows > 0)), sales
    ).given(sold_n >= 5),
    unit="fraction", direction=1, absent="too_few", family="concentration",
    reason=Text("前五大客户占销售额{v_pct}%", "The five largest customers take {v_pct}% of sales"),
    why=Text("集中程度", "Concentration"),
    source="SIGNALS.md section 2: WSY, WB",
)


hhi_12m = Signal(
    id="inv.hhi_12m",
    register="tax",
    name=Text("客户集中度HHI", "Customer concentration (HHI)"),
    formula=share(
        Across("sum", Call("square", (sales,)), by=party) / sales,
        sales,
    ).given(sold_n >= 5),
    unit="0–1", direction=1, absent="too_few", family="concentration",
    reason=Text("客户集中度HHI为{v}", "The customer concentration index is {v}"),
    why=Text("集中程度", "Concentration"),
    source="SIGNALS.md section 2: WSY",
)


sup_top1_12m = Signal(
    id="inv.sup_top1_12m",
    register="tax",
    name=Text("第一大供应商占比", "Largest supplier's share"),
    formula=share(
        Across("max", purchases.given(bought_rows > 0), by=party), purchases
    ).given(bought_n >= 5),
    unit="fraction", direction=1, absent="too_few", family="concentration",
    reason=Text("第一大供应商占采购额{v_pct}%", "The largest supplier has {v_pct}% of purchases"),
    why=Text("依赖程度；单独使用较弱", "Dependence; weak alone"),
    source="SIGNALS.md section 2: CUM, WSY",
)


in_out_12m = Signal(
    id="inv.in_out_12m",
    register="tax",
    name=Text("进销比", "Purchases to sales"),
    formula=(purchases / sales).clip(0, 5).given(sales >= 100_000),
    unit="ratio", direction=0, absent="small_base", family="quality",
    reason=Text("近12个月进销比{v_pct}%", "Purchases are {v_pct}% of sales"),
    why=Text("过高：压货或虚假进项；过低：没有真实经营", "Too high: stock or false input; too low: no real activity"),
    source="SIGNALS.md section 2: CUM",
)


cust_n_12m = Signal(
    id="inv.cust_n_12m",
    register="tax",
    name=Text("近12月客户数", "Customers, 12 months"),
    formula=Call(
        "ln_1p", (Aggregate("distinct", party, YEAR, sold_blue),)
    ).given(any_invoice),
    unit="ln count", direction=-1, absent="no_records", family="breadth",
    reason=Text("近12个月有{v_n}家客户", "Sold to {v_n} customers in 12 months"),
    why=Text("正常企业20个，不良企业5个（SRC-D1）", "20 good, 5 bad firms (SRC-D1)"),
    source="SIGNALS.md section 2: CUM, WSY",
)


sup_n_12m = Signal(
    id="inv.sup_n_12m",
    register="tax",
    name=Text("近12月供应商数", "Suppliers, 12 months"),
    formula=Call(
        "ln_1p", (Aggregate("distinct", party, YEAR, bought_blue),)
    ).given(any_invoice),
    unit="ln count", direction=-1, absent="no_records", family="breadth",
    reason=Text("近12个月有{v_n}家供应商", "Bought from {v_n} suppliers in 12 months"),
    why=Text("正常企业52个，不良企业7个（SRC-D1）", "52 good, 7 bad firms (SRC-D1)"),
    source="SIGNALS.md section 2: CUM, WSY",
)


cust_n_36m = Signal(
    id="inv.cust_n_36m",
    register="tax",
    name=Text("近36个月客户数", "Customers, 36 months"),
    formula=Call(
        "ln_1p", (Aggregate("distinct", party, THREE_YEARS, sold_blue),)
    ).given(any_invoice),
    unit="ln count", direction=-1, absent="no_records", family="breadth",
    reason=Text("近36个月有{v_n}家客户", "Sold to {v_n} customers in 36 months"),
    why=Text("多年赢得的市场", "A market won over years"),
    source="windows of up to 36 months (SIGNALS.md section 3.1)",
)


sup_n_36m = Signal(
    id="inv.sup_n_36m",
    register="tax",
    name=Text("近36个月供应商数", "Suppliers, 36 months"),
    formula=Call(
        "ln_1p", (Aggregate("distinct", party, THREE_YEARS, bought_blue),)
    ).given(any_invoice),
    unit="ln count", direction=-1, absent="no_records", family="breadth",
    reason=Text("近36个月有{v_n}家供应商", "Bought from {v_n} suppliers in 36 months"),
    why=Text("多年信任该企业的供应商", "Suppliers who trust the firm over years"),
    source="windows of up to 36 months (SIGNALS.md section 3.1)",
)


cust_g12 = Signal(
    id="inv.cust_g12",
    register="tax",
    name=Text("客户数同比", "Change of the number of customers"),
    formula=(customers(1, 12) / customers(13, 24)).given(customers(13, 24) >= 3),
    unit="ratio", direction=-1, absent="small_base", family="breadth",
    reason=Text("客户数为上年的{v_pct}%", "The number of customers is {v_pct}% of the year before"),
    why=Text("正在失去市场", "Losing the market"),
    source="SIGNALS.md section 2: WSY",
)


cust_keep = Signal(
    id="inv.cust_keep",
    register="tax",
    name=Text("客户留存率", "Customer retention"),
    formula=kept(sales_months, sold_net, sold_blue),
    unit="fraction", direction=-1, absent="small_base", family="breadth",
    reason=Text("老客户留存率{v_pct}%(按金额)", "{v_pct}% of last year's customers, by amount, bought again"),
    why=Text("客户忠诚", "Loyal customers"),
    source="SIGNALS.md section 2: WSY",
)


sup_keep = Signal(
    id="inv.sup_keep",
    register="tax",
    name=Text("供应商留存率", "Supplier retention"),
    formula=kept(purchase_months, bought_net, bought_blue),
    unit="fraction", direction=-1, absent="small_base", family="breadth",
    reason=Text("老供应商留存率{v_pct}%(按金额)", "{v_pct}% of last year's suppliers, by amount, sold again"),
    why=Text("留下的供应商是收到货款的供应商", "Suppliers who stay are suppliers who are paid"),
    source="SIGNALS.md section 2, inv.cust_keep, for suppliers",
)


top1_lost = Signal(
    id="inv.top1_lost",
    register="tax",
    name=Text("第一大客户流失", "Main customer lost"),
    formula=Across(
        "max",
        Choose(
            count(uid, sales_months.months(1, 3), sold_blue) > 0,
            Constant(0),
            Constant(1),
        ),
        by=party,
        top=1,
        rank=total(amount, sales_months.months(4, 15), sold_net).given(
            count(uid, sales_months.months(4, 15), sold_blue) > 0
        ),
    ).given(count(uid, sales_months.months(4, 15), sold_blue) >= 5),
    unit="0/1", direction=1, absent="too_few", family="breadth",
    reason=Text("原第一大客户近3个月{v:无|有}交易", "The former main customer {v:bought nothing|still bought} in 3 months"),
    why=Text("违约之前的一次打击", "A blow that precedes default"),
    source="SIGNALS.md section 2: WSY",
)


red_old_6m = Signal(
    id="inv.red_old_6m",
    register="tax",
    name=Text("近6月跨期红冲占比", "Old sales reversed in 6 months"),
    formula=Choose(
        total(late_red["reversed"], Window(6)) > 0,
        (total(late_red["reversed"], Window(6)) / vat_sales).given(vat_sales > 0),
        Constant(0.0),
    ),
    unit="fraction", direction=1, absent="missing", family="reversals",
    reason=Text("近6个月跨期红冲占年销售额{v_pct}%", "Reversals of older sales equal {v_pct}% of yearly sales"),
    why=Text("给贷款人看过的销售又被冲回", "Reversal of sales shown to a lender"),
    source="SIGNALS.md section 2, inv.red_old_6m; READINGS.md A34",
)


related_share = Signal(
    id="inv.related_share",
    register="tax",
    name=Text("关联方销售占比", "Sales to related firms"),
    formula=share(once_each(to_related, is_tied), sales).given(any_invoice),
    unit="fraction", direction=1, absent="no_records", family="concentration",
    reason=Text("关联方销售占{v_pct}%", "{v_pct}% of sales go to related firms"),
    why=Text("未必真实的销售", "Sales that may not be sales"),
    source="SIGNALS.md section 2, inv.related_share; READINGS.md A37",
)


big_share = Signal(
    id="inv.big_share",
    register="tax",
    name=Text("优质客户销售占比", "Sales to strong buyers"),
    formula=share(once_each(to_strong), sales).given(
        any_invoice & (count(invoice_list["list"], EVER) > 0)
    ),
    unit="fraction", direction=-1, absent="no_records", family="concentration",
    reason=Text("对政府、上市公司等优质客户销售占{v_pct}%", "{v_pct}% of sales go to state bodies and listed firms"),
    why=Text("付款虽慢但可靠", "Payment is slow but sure"),
    source="SIGNALS.md section 2, inv.big_share; READINGS.md section 6, last row",
)
