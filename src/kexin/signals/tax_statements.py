"""Signals of financial statements, payrolls and export rebates, as the tax office has them.

A statement tells nothing when its period ended nine months ago or more, or when its
assets are not above zero (READINGS.md, A28).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import ABSENT, AsOf, Call, Choose, Constant, Node
from kexin.algebra.reductions import (
    Aggregate,
    MonthSeries,
    Window,
    count,
    latest,
    total,
)
from kexin.language import Text
from kexin.registers.business import RegFirm
from kexin.registers.social import SiMonth
from kexin.registers.tax import TaxExportRebate, TaxFinStmt, TaxIitWithholding
from kexin.signals.signal import Signal
from kexin.signals.vat import FLOOR, to_sales

YEAR = Window(12)
MONTHS = 12
YEAR_DAYS = 365

SERVICES = ("G", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T")
"""Sections of GB/T 4754 that hold little stock (READINGS.md, section 6)."""

is_fresh = latest(TaxFinStmt.period_end) > AsOf(months=9)
is_usable = is_fresh & (latest(TaxFinStmt.total_assets) > 0)


def at_least(amount: Node, floor: float) -> Node:
    """An amount, or the floor where it is smaller."""
    return Call("greatest", (amount, Constant(floor)))


short_debts = at_least(TaxFinStmt.current_liabilities, 1)
interest = TaxFinStmt.fin_expense_ytd
before_interest = TaxFinStmt.net_profit_ytd + interest

yearly_cost = (
    TaxFinStmt.cost_ytd * MONTHS / Call("month_of_year", (TaxFinStmt.period_end,))
)
stock_to_cost = latest(TaxFinStmt.inventory / at_least(yearly_cost, FLOOR))
section = Call("prefix", (latest(RegFirm.industry_code), Constant(1)))

has_payroll = ~TaxIitWithholding.persons.is_absent()
payroll_months = MonthSeries(has_payroll, TaxIitWithholding.lag_days)


def persons_paid(k: int) -> Node:
    """Persons on the payroll of known month k; absent without a return."""
    month = payroll_months.months(k, k)
    persons = TaxIitWithholding.persons
    return total(persons, month).given(count(persons, month) > 0)


def persons_insured(k: int) -> Node:
    """Persons with a pension in the payroll's known month k; absent without a record."""
    month, pension = payroll_months.months(k, k), SiMonth.si_kind.is_in("pension")
    insured = SiMonth.insured_count
    return total(insured, month, pension).given(count(insured, month, pension) > 0)


has_income = ~TaxIitWithholding.income_total.is_absent()


def income_in(first: int, last: int) -> Node:
    """Wages of known payroll months, CNY."""
    months = payroll_months.months(first, last)
    return total(TaxIitWithholding.income_total, months, has_income)


def persons_in(first: int, last: int) -> Node:
    """Persons of the same months, each month counted, where wages are told."""
    months = payroll_months.months(first, last)
    return total(TaxIitWithholding.persons, months, has_income)


def payrolls_in(first: int, last: int) -> Node:
    """Number of the same months where wages are told."""
    months = payroll_months.months(first, last)
    return count(TaxIitWithholding.persons, months, has_income)


pay_per_head = income_in(1, 3) / persons_in(1, 3)
pay_per_head_before = income_in(13, 15) / persons_in(13, 15)
persons_before = persons_in(13, 15) / payrolls_in(13, 15)

is_decided = ~TaxExportRebate.approved_amount.is_absent()
refund_claimed = total(TaxExportRebate.claim_amount, YEAR, is_decided)
refund_approved = total(TaxExportRebate.approved_amount, YEAR, is_decided)
days_to_approve = Call(
    "days_between", (TaxExportRebate.claim_date, TaxExportRebate.approved_date)
)


fs_leverage = Signal(
    id="tax.fs_leverage",
    register="tax",
    name=Text("资产负债率", "Liabilities to assets"),
    formula=(
        latest(TaxFinStmt.total_liabilities / TaxFinStmt.total_assets)
        .clip(0, 3)
        .given(is_usable)
    ),
    unit="ratio", direction=1, absent="out_of_date", family="debt",
    reason=Text("资产负债率{v_pct}%", "Liabilities are {v_pct}% of assets"),
    why=Text("偿付能力；未经审计", "Solvency; unaudited"),
    source="SIGNALS.md section 2, tax.fs_leverage; READINGS.md A28",
)


fs_cash_ratio = Signal(
    id="tax.fs_cash_ratio",
    register="tax",
    name=Text("现金流动负债比", "Cash to current liabilities"),
    formula=latest(TaxFinStmt.cash / short_debts).clip(0, 5).given(is_usable),
    unit="ratio", direction=-1, absent="out_of_date", family="liquidity",
    reason=Text("货币资金为流动负债的{v_pct}%", "Cash covers {v_pct}% of current liabilities"),
    why=Text("流动性", "Liquidity"),
    source="SIGNALS.md section 2, tax.fs_cash_ratio; READINGS.md A28",
)


fs_current = Signal(
    id="tax.fs_current",
    register="tax",
    name=Text("流动比率", "Current ratio"),
    formula=latest(TaxFinStmt.current_assets / short_debts).clip(0, 10).given(is_usable),
    unit="ratio", direction=-1, absent="out_of_date", family="liquidity",
    reason=Text("流动比率{v}", "The current ratio is {v}"),
    why=Text("流动性", "Liquidity"),
    source="SIGNALS.md section 2, tax.fs_current; READINGS.md A28",
)


fs_recv_days = Signal(
    id="tax.fs_recv_days",
    register="tax",
    name=Text("应收账款周转天数", "Receivable days"),
    formula=(
        (to_sales(latest(TaxFinStmt.receivables)) * YEAR_DAYS)
        .clip(0, 1000)
        .given(is_usable)
    ),
    unit="days", direction=1, absent="out_of_date", family="turnover",
    reason=Text("应收账款周转{v}天", "Receivables stand for {v} days of sales"),
    why=Text("客户付款拖延", "Customers pay late"),
    source="SIGNALS.md section 2, tax.fs_recv_days; READINGS.md A06, A28",
)


fs_inv_days = Signal(
    id="tax.fs_inv_days",
    register="tax",
    name=Text("存货周转天数", "Inventory days"),
    formula=Choose(
        section.is_in(*SERVICES), ABSENT, (stock_to_cost * YEAR_DAYS).clip(0, 1500)
    ).given(is_usable),
    unit="days", direction=1, absent="no_event", family="turnover",
    reason=Text("存货周转{v}天", "Inventory stands for {v} days of cost"),
    why=Text("货物积压", "Unsold goods"),
    source="SIGNALS.md section 2, tax.fs_inv_days; READINGS.md section 6, O8",
)


fs_other_pay = Signal(
    id="tax.fs_other_pay",
    register="tax",
    name=Text("其他应付款占资产", "Other payables to assets"),
    formula=(
        latest(TaxFinStmt.other_payables / at_least(TaxFinStmt.total_assets, 1))
        .clip(0, 2)
        .given(is_usable)
    ),
    unit="ratio", direction=1, absent="out_of_date", family="debt",
    reason=Text("其他应付款占总资产{v_pct}%", "Other payables are {v_pct}% of assets"),
    why=Text("民间借贷隐藏于此", "Private lending hides here"),
    source="SIGNALS.md section 2, tax.fs_other_pay; READINGS.md A28",
)


fs_loans_sales = Signal(
    id="tax.fs_loans_sales",
    register="tax",
    name=Text("短期借款销售比", "Short loans to sales"),
    formula=to_sales(latest(TaxFinStmt.short_loans)).clip(0, 5).given(is_usable),
    unit="ratio", direction=1, absent="out_of_date", family="debt",
    reason=Text("短期借款为年销售额的{v_pct}%", "Short loans are {v_pct}% of sales"),
    why=Text("债务负担", "Debt load"),
    source="SIGNALS.md section 2, tax.fs_loans_sales; READINGS.md A06, A28",
)


fs_int_cover = Signal(
    id="tax.fs_int_cover",
    register="tax",
    name=Text("利息保障倍数", "Interest cover"),
    formula=(
        latest((before_interest / at_least(interest, 1000)).given(interest > 0))
        .clip(-10, 50)
        .given(is_usable)
    ),
    unit="ratio", direction=-1, absent="no_event", family="debt",
    reason=Text("利息保障倍数{v}", "Interest is covered {v} times"),
    why=Text("能否负担利息", "Can it carry its interest"),
    source="SIGNALS.md section 2, tax.fs_int_cover; READINGS.md section 6, O8",
)


fs_neg_equity = Signal(
    id="tax.fs_neg_equity",
    register="tax",
    name=Text("净资产为负", "Negative equity"),
    formula=(latest(TaxFinStmt.owner_equity) < 0).given(is_usable),
    unit="0/1", direction=1, absent="out_of_date", family="debt",
    reason=Text("净资产{v:为负|为正}", "Equity is {v:negative|positive}"),
    why=Text("账面资不抵债", "Insolvent on paper"),
    source="SIGNALS.md section 2, tax.fs_neg_equity; READINGS.md A28",
)


iit_head_g6 = Signal(
    id="tax.iit_head_g6",
    register="tax",
    name=Text("近6月个税申报人数变动", "Staff on payroll-tax returns, 6 months"),
    formula=(persons_paid(1) / persons_paid(7)).given(persons_paid(7) >= 3),
    unit="ratio", direction=-1, absent="small_base", family="staff",
    reason=Text("个税申报人数为6个月前的{v_pct}%", "Payroll headcount is {v_pct}% of six months ago"),
    why=Text("即使不参保，工资也会申报个税", "Payroll is filed even when insurance is not"),
    source="SIGNALS.md section 2, tax.iit_head_g6; READINGS.md A84",
)


iit_si_gap = Signal(
    id="tax.iit_si_gap",
    register="tax",
    name=Text("个税人数与参保人数偏离", "Payroll staff against insured staff"),
    formula=Call("ln_1p", (persons_paid(1),)) - Call("ln_1p", (persons_insured(1),)),
    unit="log ratio", direction=1, absent="missing", family="consistency",
    reason=Text("个税申报人数为参保人数的{v_x}倍", "Payroll headcount is {v_x} times the insured headcount"),
    why=Text("参保不足，或虚列员工", "Under-insurance or paper staff"),
    source="SIGNALS.md section 2, tax.iit_si_gap; READINGS.md A84, O6",
)


wage_pp_yoy = Signal(
    id="tax.wage_pp_yoy",
    register="tax",
    name=Text("人均工资同比", "Wage per head, year on year"),
    formula=(pay_per_head / pay_per_head_before).given(persons_before >= 3),
    unit="ratio", direction=-1, absent="small_base", family="staff",
    reason=Text("人均工资为去年同期的{v_pct}%", "Pay per head is {v_pct}% of a year ago"),
    why=Text("降薪先于裁员", "Pay cuts precede layoffs"),
    source="SIGNALS.md section 2, tax.wage_pp_yoy; READINGS.md A29",
)


rebate_wait = Signal(
    id="tax.rebate_wait",
    register="tax",
    name=Text("出口退税核准天数", "Waiting time of export rebates"),
    formula=Aggregate("median", days_to_approve, YEAR, on=TaxExportRebate.approved_date),
    unit="days", direction=1, absent="no_event", family="export",
    reason=Text("出口退税平均{v}天核准", "Export rebates took {v} days to approve"),
    why=Text("税务机关存疑，资金被占压", "Doubts of the tax office, and cash blocked"),
    source="SIGNALS.md section 2, tax.rebate_wait",
)


rebate_cut = Signal(
    id="tax.rebate_cut",
    register="tax",
    name=Text("出口退税核减比例", "Share of rebates refused"),
    formula=Constant(1) - refund_approved / refund_claimed,
    unit="fraction", direction=1, absent="no_event", family="export",
    reason=Text("出口退税核减{v_pct}%", "{v_pct}% of the claimed rebate was refused"),
    why=Text("单证不规范或骗税", "Irregular paperwork or fraud"),
    source="SIGNALS.md section 2, tax.rebate_cut",
)
