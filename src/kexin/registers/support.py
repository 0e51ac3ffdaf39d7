"""What banks and the platform itself know: so far the outcome of loans."""

from kexin.registers.contract import Table, code, day, integer, money, text

FIVE_CLASS = {"1": "正常", "2": "关注", "3": "次级", "4": "可疑", "5": "损失"}

RESCHEDULED = {
    "none": "无",
    "renewal_performing": "正常续贷",
    "extension": "展期",
    "restructured": "重组",
}


class CoreLoanOutcome(
    Table,
    zh="银行贷款反馈",
    key=("loan_id", "report_month"),
    event="report_month",
    lag_days=15,
    amount="balance",
    source="REGISTERS.md section 2.9; lag: section 3",
):
    """One loan and reporting month; the source of the primary label."""

    loan_id = text("借据标识")
    report_month = day("报告月")
    bank_id = text("银行")
    product = text("产品", optional=True)
    drawdown_date = day("放款日")
    principal = money("放款金额")
    balance = money("余额")
    dpd = integer("逾期天数", "days")
    max_dpd_ever = integer("历史最大逾期天数", "days")
    five_class = code("五级分类", FIVE_CLASS)
    is_rescheduled = code("无还本续贷/展期/重组", RESCHEDULED)
