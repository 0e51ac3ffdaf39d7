"""Signals of bank debt (人行征信): overdue months, load, lenders, guarantees given.

«Latest» is the firm's latest month with a row, however old (READINGS.md, A57). With
consent and without any row there is no debt, and that is known (A72).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Coded, Constant, Node
from kexin.algebra.reductions import (
    Across,
    Aggregate,
    Turns,
    Window,
    count,
    latest,
    total,
)
from kexin.language import Text
from kexin.registers.credit import PbocGuarantee, PbocInquiry, PbocLoanMonth
from kexin.registers.tax import TaxFinStmt
from kexin.signals.signal import Signal
from kexin.signals.vat import to_sales

EVER = Window()
TWO_YEARS = Window(24)

balance = PbocLoanMonth.balance
is_overdue = PbocLoanMonth.overdue_days > 0
is_owed = balance > 0
is_nonbank = PbocLoanMonth.lender_kind.is_in("microloan", "leasing", "factoring", "other")
any_loan = count(PbocLoanMonth.account_hash, EVER) > 0

LOAN_CLASS = (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5))
NON_PERFORMING = ("3", "4", "5")


def month_number(month: Node) -> Node:
    """A month's place in the calendar."""
    return Call("year", (month,)) * 12 + Call("month_of_year", (month,))


loan_month = month_number(PbocLoanMonth.month)
guarantee_month = month_number(PbocGuarantee.month)


def in_latest_month(of: Node, month: Node = loan_month) -> Across:
    """A sum or count over the accounts of the firm's latest month with a row."""
    return Across("sum", of, by=month, top=1, rank=Aggregate("max", month))


def to_base(amount: Node, base: Node, floor: float) -> Node:
    """An amount as a part of a base not below a floor; 0 of no amount (READINGS.md, A06)."""
    measured = amount / Call("greatest", (base, Constant(floor)))
    return Call("coalesce", (measured, Constant(0.0).given(amount <= 0)))


owed = in_latest_month(total(balance, EVER))
owed_to_nonbanks = in_latest_month(total(balance, EVER, is_nonbank))
due_soon = in_latest_month(total(balance, EVER, PbocLoanMonth.due_date <= AsOf(months=-6)))
lenders = in_latest_month(Aggregate("distinct", PbocLoanMonth.lender_hash, EVER, is_owed))
lenders_before = in_latest_month(
    Aggregate(
        "distinct",
        PbocLoanMonth.lender_hash,
        EVER,
        is_owed & (PbocLoanMonth.open_date <= AsOf(months=6)),
    )
)
overdue_accounts = count(PbocLoanMonth.account_hash, TWO_YEARS, is_overdue)
guaranteed = in_latest_month(total(PbocGuarantee.balance, EVER), guarantee_month)
guaranteed_bad = in_latest_month(
    total(
        PbocGuarantee.balance,
        EVER,
        PbocGuarantee.obligor_class.is_in(*NON_PERFORMING),
    ),
    guarantee_month,
)


overdue_now = Signal(
    id="pboc.overdue_now",
    register="pboc",
    name=Text("当前逾期", "Overdue now"),
    formula=in_latest_month(count(PbocLoanMonth.account_hash, EVER, is_overdue)) > 0,
    unit="0/1", direction=1, absent="never", family="overdue",
    reason=Text("当前{v:存在|不存在}逾期", "{v:Is|Is not} overdue now"),
    why=Text("同样一票否决", "Knock-out as well"),
    source="SIGNALS.md section 2, pboc.overdue_now; READINGS.md A57, A72",
)


overdue_m_24m = Signal(
    id="pboc.overdue_m_24m",
    register="pboc",
    name=Text("近24月逾期月数", "Overdue months, 24"),
    formula=Across(
        "count", overdue_accounts.given(overdue_accounts > 0), by=loan_month
    ).given(any_loan),
    unit="months", direction=1, absent="no_records", family="overdue",
    reason=Text("近24个月有{v}个月出现逾期", "Overdue in {v} of 24 months"),
    why=Text("习惯；两年内六次短期逾期是常见上限（SRC-B3）", "Habit; six short ones in two years is a usual limit (SRC-B3)"),
    source="SIGNALS.md section 2, pboc.overdue_m_24m; READINGS.md A39, A72",
)


dpd_max_24m = Signal(
    id="pboc.dpd_max_24m",
    register="pboc",
    name=Text("近24月最长逾期天数", "Longest overdue, 24 months"),
    formula=Aggregate("max", PbocLoanMonth.overdue_days, TWO_YEARS),
    unit="days", direction=1, absent="no_records", family="overdue",
    reason=Text("近24个月最长逾期{v}天", "Overdue for at most {v} days in 24 months"),
    why=Text("深度", "Depth"),
    source="SIGNALS.md section 2, pboc.dpd_max_24m",
)


class_worst_24m = Signal(
    id="pboc.class_worst_24m",
    register="pboc",
    name=Text("近24月最差五级分类", "Worst loan class, 24 months"),
    formula=Aggregate("max", Coded(PbocLoanMonth.five_class, LOAN_CLASS), TWO_YEARS),
    unit="1–5", direction=1, absent="no_records", family="overdue",
    reason=Text("近24个月最差五级分类为{v_name}", "The worst loan class in 24 months is {v_name}"),
    why=Text("银行自己的判断", "Banks' own judgement"),
    source="SIGNALS.md section 2, pboc.class_worst_24m",
    labels=(
        (1, Text("正常", "normal")),
        (2, Text("关注", "special mention")),
        (3, Text("次级", "substandard")),
        (4, Text("可疑", "doubtful")),
        (5, Text("损失", "loss")),
    ),
)


debt_sales = Signal(
    id="pboc.debt_sales",
    register="pboc",
    name=Text("银行负债销售比", "Bank debt to sales"),
    formula=to_sales(owed).clip(0, 5),
    unit="ratio", direction=1, absent="missing", family="debt",
    reason=Text("银行负债为年销售额的{v_pct}%", "Bank debt is {v_pct}% of sales"),
    why=Text("负担", "Load"),
    source="SIGNALS.md section 2, pboc.debt_sales; READINGS.md A06, A57, A72",
)


lenders_n = Signal(
    id="pboc.lenders_n",
    register="pboc",
    name=Text("授信机构数", "Lenders"),
    formula=lenders,
    unit="count", direction=1, absent="never", family="lenders",
    reason=Text("当前有{v}家机构余额", "{v} lenders have balances"),
    why=Text("多头借贷；1–3家为正常", "Multi-lending; 1–3 is normal"),
    source="SIGNALS.md section 2, pboc.lenders_n; READINGS.md section 6, lender",
)


lenders_g6 = Signal(
    id="pboc.lenders_g6",
    register="pboc",
    name=Text("近6月新增授信机构", "New lenders, 6 months"),
    formula=lenders - lenders_before,
    unit="count", direction=1, absent="never", family="lenders",
    reason=Text("近6个月新增{v}家授信机构", "{v} new lender(s) in 6 months"),
    why=Text("对信贷饥渴", "Credit hunger"),
    source="SIGNALS.md section 2, pboc.lenders_g6; READINGS.md O10",
)


nonbank_share = Signal(
    id="pboc.nonbank_share",
    register="pboc",
    name=Text("非银机构负债占比", "Share of non-bank debt"),
    formula=(owed_to_nonbanks / owed).given(owed > 0),
    unit="fraction", direction=1, absent="no_event", family="debt",
    reason=Text("非银机构负债占{v_pct}%", "{v_pct}% of debt is with non-banks"),
    why=Text("资金昂贵；超过50%通常预警（SRC-B11）", "Expensive money; over 50 % is a usual warning (SRC-B11)"),
    source="SIGNALS.md section 2, pboc.nonbank_share; READINGS.md A57",
)


due_6m = Signal(
    id="pboc.due_6m",
    register="pboc",
    name=Text("6个月内到期债务/货币资金", "Debt due within 6 months to cash"),
    formula=to_base(due_soon, latest(TaxFinStmt.cash), 10_000).clip(0, 20),
    unit="ratio", direction=1, absent="missing", family="debt",
    reason=Text("6个月内到期债务为货币资金的{v_x}倍", "Debt due in 6 months is {v_x} times the cash"),
    why=Text("集中到期的再融资压力", "Refinancing wall"),
    source="SIGNALS.md section 2, pboc.due_6m; READINGS.md A06, O6",
)


resched_24m = Signal(
    id="pboc.resched_24m",
    register="pboc",
    name=Text("近24月展期重组次数", "Extensions and restructurings, 24"),
    formula=Turns(PbocLoanMonth.is_rescheduled, PbocLoanMonth.account_hash, TWO_YEARS),
    unit="count", direction=1, absent="never", family="overdue",
    reason=Text("近24个月展期或重组{v}次", "{v} extension(s) or restructuring(s) in 24 months"),
    why=Text("隐性违约；正常的无还本续贷不算", "Hidden default; regular renewal (无还本续贷) is not one"),
    source="SIGNALS.md section 2, pboc.resched_24m; READINGS.md A58",
)


inquiry_3m = Signal(
    id="pboc.inquiry_3m",
    register="pboc",
    name=Text("近3月贷前查询次数", "Loan inquiries, 3 months"),
    formula=count(
        PbocInquiry.inquiry_date,
        Window(3),
        PbocInquiry.inquiry_reason.is_in("pre_loan"),
    ),
    unit="count", direction=1, absent="never", family="lenders",
    reason=Text("近3个月贷款审批查询{v}次", "{v} loan inquiries in 3 months"),
    why=Text("对信贷饥渴", "Credit hunger"),
    source="SIGNALS.md section 2, pboc.inquiry_3m; READINGS.md A72",
)


guar_ratio = Signal(
    id="pboc.guar_ratio",
    register="pboc",
    name=Text("对外担保/净资产", "Guarantees given to equity"),
    formula=to_base(guaranteed, latest(TaxFinStmt.owner_equity), 100_000).clip(0, 10),
    unit="ratio", direction=1, absent="missing", family="guarantees",
    reason=Text("对外担保为净资产的{v_x}倍", "Guarantees are {v_x} times the equity"),
    why=Text("浙江的担保圈", "Guarantee circles of Zhejiang"),
    source="SIGNALS.md section 2, pboc.guar_ratio; READINGS.md A57, O6",
)


guar_bad = Signal(
    id="pboc.guar_bad",
    register="pboc",
    name=Text("被担保债务不良占比", "Guaranteed debt gone bad"),
    formula=Call("coalesce", (guaranteed_bad / guaranteed, Constant(0.0))),
    unit="fraction", direction=1, absent="never", family="guarantees",
    reason=Text("对外担保中不良占{v_pct}%", "{v_pct}% of the guaranteed debt is non-performing"),
    why=Text("将被要求代偿", "Will be called"),
    source="SIGNALS.md section 2, pboc.guar_bad; READINGS.md A59",
)
