"""Tax register (税务): returns, invoices, payments, ratings, violations."""

from datetime import date

from kexin.language import Text
from kexin.registers.contract import (
    Rule,
    Table,
    code,
    day,
    decimal,
    flag,
    integer,
    money,
    month,
    text,
)

TAXPAYER_KIND = {
    "general": "一般纳税人",
    "small": "小规模纳税人",
}

TAXPAYER_STATUS = {
    "normal": "正常",
    "abnormal": "非正常",
    "abnormal_closed": "非正常注销",
    "closed": "注销",
    "suspended": "停业",
    "unreported": "未登记报验",
}

FILING_FREQUENCY = {
    "month": "按月",
    "quarter": "按季",
    "per_event": "按次",
}

CIT_PERIOD = {
    "q1": "一季度预缴",
    "q2": "二季度预缴",
    "q3": "三季度预缴",
    "q4": "四季度预缴",
    "annual": "年度汇算清缴",
}

DIRECTION = {
    "out": "销项(开具)",
    "in": "进项(取得)",
}

INVOICE_KIND = {
    "e_special": "数电专票",
    "e_normal": "数电普票",
    "paper_special": "增值税专用发票",
    "paper_normal": "增值税普通发票",
    "old_e_normal": "电子普票",
    "old_e_special": "电子专票",
    "roll": "卷票",
    "vehicle": "机动车发票",
    "second_hand_vehicle": "二手车发票",
    "rail_e_ticket": "铁路电子客票",
    "air_e_ticket": "航空电子客票",
    "customs_payment": "海关缴款书",
    "other": "未知票种",
}

INVOICE_STATUS = {
    "normal": "正常",
    "void": "作废",
    "red": "红字",
    "red_full": "已全额红冲",
    "red_part": "部分红冲",
    "abnormal": "异常凭证",
    "lost": "失控",
    "other": "未知状态",
}

RED_REASON = {
    "return": "销货退回",
    "error": "开票有误",
    "service_stop": "服务中止",
    "discount": "销售折让",
    "other": "未知原因",
}

TAX_KIND = {
    "vat": "增值税",
    "cit": "企业所得税",
    "iit": "个人所得税",
    "urban": "城市维护建设税",
    "stamp": "印花税",
    "land": "土地使用税",
    "property": "房产税",
    "consumption": "消费税",
    "surcharge": "附加费",
    "late_fee": "滞纳金",
    "fine": "罚款",
    "other": "其他",
}

TAX_RATING = {
    "A": "A级",
    "B": "B级",
    "M": "M级",
    "C": "C级",
    "D": "D级",
}

RATING_CAUSE = {
    "annual": "年度评价",
    "review": "复评",
    "repair": "修复",
    "dynamic": "动态调整",
    "direct_d": "直接判级",
}

TAX_VIOLATION_KIND = {
    "late_filing": "逾期申报",
    "late_payment": "逾期缴款",
    "late_statement": "逾期报送财务报表",
    "invoice": "发票违章",
    "registration": "登记违章",
    "lost_invoice": "丢失发票",
    "other": "其他",
}

INSPECTION_CLASS = {
    "evasion": "偷税",
    "false_invoice": "虚开",
    "refund_fraud": "骗税",
    "arrears_evasion": "逃避追缴欠税",
    "other": "其他",
}

REBATE_CLASS = {
    "1": "一类",
    "2": "二类",
    "3": "三类",
    "4": "四类",
}

FIRST_VAT_DAY = date(1994, 1, 1)


class TaxPayer(
    Table,
    zh="纳税人登记",
    key=("firm_key",),
    event="valid_from",
    lag_days=20,
    source="REGISTERS.md section 2.2; lag: not published, as its neighbours",
):
    """One row per firm and version."""

    taxpayer_kind = code("增值税纳税人类型", TAXPAYER_KIND)
    taxpayer_status = code("纳税人状态", TAXPAYER_STATUS)
    tax_authority = text("主管税务机关", optional=True, form="[0-9]{11}")
    filing_freq_vat = code("增值税申报周期", FILING_FREQUENCY)
    valid_from = day("有效起")


class TaxVatReturn(
    Table,
    zh="增值税申报表",
    key=("firm_key", "period_start"),
    event="period_end",
    lag_days=26,
    measure="tax_payable",
    source="REGISTERS.md section 2.2; lag: READINGS.md A01",
):
    """One row per firm, period and version."""

    period_start = day("税款所属期起")
    period_end = day("税款所属期止")
    due_date = day("申报期限")
    filed_at = day("申报日期", optional=True)
    sales_taxable = money("应税销售额")
    sales_exempt = money("免税销售额")
    sales_export = money("出口免抵退销售额")
    output_tax = money("销项税额")
    input_tax = money("进项税额", optional=True)
    input_transfer_out = money("进项税额转出", optional=True)
    credit_carried = money("期末留抵税额", optional=True)
    tax_payable = money("应纳税额")
    is_amended = flag("是否更正申报")


class TaxCitReturn(
    Table,
    zh="企业所得税申报表",
    key=("firm_key", "fiscal_year", "period_kind"),
    event="period_end",
    lag_days=26,
    measure="cit_payable",
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per firm, year, period kind and version."""

    fiscal_year = integer("税款所属年度", "year")
    period_kind = code("申报类型", CIT_PERIOD)
    period_end = day("税款所属期止")
    due_date = day("申报期限")
    filed_at = day("申报日期", optional=True)
    revenue = money("营业收入")
    cost = money("营业成本")
    total_profit = money("利润总额")
    taxable_income = money("应纳税所得额", optional=True)
    loss_carried = money("弥补以前年度亏损", optional=True)
    cit_payable = money("应纳所得税额")
    rd_expense = money("研发费用", optional=True)
    rd_super_deduction = money("研发费用加计扣除额", optional=True)
    hnte_relief = money("高新技术企业减免税额", optional=True)
    is_amended = flag("是否更正申报")


class TaxFinStmt(
    Table,
    zh="财务会计报表报送",
    key=("firm_key", "period_end"),
    event="period_end",
    lag_days=30,
    measure="total_assets",
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per firm, period and version."""

    period_end = day("报表期")
    filed_at = day("报送日期", optional=True)
    cash = money("货币资金", optional=True)
    receivables = money("应收账款", optional=True)
    inventory = money("存货", optional=True)
    current_assets = money("流动资产合计", optional=True)
    total_assets = money("资产总计", optional=True)
    short_loans = money("短期借款", optional=True)
    payables = money("应付账款", optional=True)
    other_payables = money("其他应付款", optional=True)
    current_liabilities = money("流动负债合计", optional=True)
    total_liabilities = money("负债合计", optional=True)
    paid_in_capital = money("实收资本", optional=True)
    owner_equity = money("所有者权益合计", optional=True)
    revenue_ytd = money("营业收入(本年累计)", optional=True)
    cost_ytd = money("营业成本(本年累计)", optional=True)
    fin_expense_ytd = money("财务费用(本年累计)", optional=True)
    rd_expense_ytd = money("研发费用(本年累计)", optional=True)
    net_profit_ytd = money("净利润(本年累计)", optional=True)


class TaxIitWithholding(
    Table,
    zh="个人所得税扣缴申报汇总",
    key=("firm_key", "period_month"),
    event="period_month",
    lag_days=26,
    measure="income_total",
    source="REGISTERS.md section 2.2; lag: READINGS.md A01",
):
    """One row per firm and month."""

    period_month = month("所属月份")
    persons = integer("申报人数", "persons")
    income_total = money("工资薪金收入总额", optional=True)
    filed_at = day("申报日期", optional=True)


class TaxInvoice(
    Table,
    zh="增值税发票",
    key=("invoice_uid", "direction"),
    event="issue_date",
    lag_days=3,
    measure="amount_ex_tax",
    source="REGISTERS.md section 2.2; lag: READINGS.md A01",
):
    """One row per invoice header and direction."""

    invoice_uid = text("发票唯一标识")
    direction = code("方向", DIRECTION)
    invoice_kind = code("票种", INVOICE_KIND)
    issue_date = day("开票日期")
    counterparty_code = text("对方纳税人识别号", optional=True)
    counterparty_name = text("对方名称", optional=True)
    amount_ex_tax = money("金额(不含税)")
    tax_amount = money("税额")
    invoice_status = code("发票状态", INVOICE_STATUS)
    status_date = day("状态日期", optional=True)
    orig_invoice_uid = text("对应蓝字发票", optional=True)
    red_reason = code("红冲原因", RED_REASON, optional=True)
    goods_code = text("税收分类编码", optional=True, form="[0-9]{19}")

    issued_since_vat = Rule(
        issue_date >= FIRST_VAT_DAY,
        column="issue_date",
        expected=Text(
            f"不早于{FIRST_VAT_DAY}(增值税开征日)的日期",
            f"a day from {FIRST_VAT_DAY} on, when value-added tax began",
        ),
    )


class TaxInvoiceMonth(
    Table,
    zh="发票月度汇总",
    key=("firm_key", "month", "direction"),
    event="month",
    lag_days=3,
    measure="amt_valid",
    source="REGISTERS.md section 2.2; lag: not published, as its neighbours",
):
    """One row per firm, month and direction."""

    month = month("月份")
    direction = code("方向", DIRECTION)
    n_valid = integer("有效张数", "invoices")
    n_void = integer("作废张数", "invoices")
    n_red = integer("红字张数", "invoices")
    amt_valid = money("蓝字金额")
    amt_red = money("红字金额(绝对值)")
    n_counterparty = integer("交易对手数", "firms")
    top1_share = decimal("第一大对手占比", "fraction", 7, 4, optional=True)
    top5_share = decimal("前五大对手占比", "fraction", 7, 4, optional=True)
    n_days_active = integer("开票天数", "days")


class TaxPayment(
    Table,
    zh="税款入库",
    key=("payment_id",),
    event="paid_at",
    lag_days=20,
    measure="amount",
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per payment."""

    payment_id = text("税票号")
    tax_kind = code("税种", TAX_KIND)
    period_end = day("税款所属期止")
    due_date = day("缴款期限", optional=True)
    paid_at = day("入库日期")
    amount = money("入库金额")
    late_fee = money("滞纳金")


class TaxArrears(
    Table,
    zh="欠税记录与公告",
    key=("firm_key", "tax_kind", "balance_date"),
    event="balance_date",
    lag_days=75,
    measure="balance",
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per firm, tax kind and reporting date."""

    tax_kind = code("税种", TAX_KIND)
    balance_date = day("余额日期")
    balance = money("欠税余额")
    new_in_period = money("当期新发生", optional=True)
    announced_at = day("公告日期", optional=True)


class TaxCreditRating(
    Table,
    zh="纳税(缴费)信用等级",
    key=("firm_key", "rating_year", "seq"),
    event="effective_date",
    lag_days=20,
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per firm, rating year and change."""

    rating_year = integer("评价年度", "year")
    seq = integer("变动序号", None)
    rating = code("级别", TAX_RATING)
    score = decimal("评价得分", "points", 5, 1, optional=True)
    rating_cause = code("变动类型", RATING_CAUSE)
    effective_date = day("生效日期")


class TaxViolation(
    Table,
    zh="税务违法违章记录",
    key=("violation_id",),
    event="found_date",
    lag_days=35,
    measure="fine_amount",
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per record."""

    violation_id = text("违章标识")
    violation_kind = code("违章类型", TAX_VIOLATION_KIND)
    found_date = day("违章日期")
    resolved_date = day("处理完成日期", optional=True)
    fine_amount = money("罚款", optional=True)


class TaxInspection(
    Table,
    zh="税务稽查案件",
    key=("case_no",),
    event="decision_date",
    lag_days=60,
    measure="tax_due",
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per case."""

    case_no = text("稽查案件号")
    opened_date = day("立案日期", optional=True)
    decision_date = day("处理决定日期")
    violation_class = code("违法性质", INSPECTION_CLASS)
    tax_due = money("补缴税款", optional=True)
    fine_amount = money("罚款", optional=True)
    is_major = flag("重大税收违法失信主体")


class TaxAbnormalStatus(
    Table,
    zh="非正常户认定",
    key=("firm_key", "declared_date"),
    event="declared_date",
    lag_days=30,
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per spell."""

    declared_date = day("认定日期")
    lifted_date = day("解除日期", optional=True)


class TaxExportRebate(
    Table,
    zh="出口退(免)税",
    key=("claim_no",),
    event="claim_date",
    lag_days=20,
    measure="claim_amount",
    source="REGISTERS.md section 2.2; lag: section 3",
):
    """One row per claim."""

    claim_no = text("申报批次")
    claim_date = day("申报日期")
    claim_amount = money("申报退税额")
    approved_date = day("核准日期", optional=True)
    approved_amount = money("核准退税额", optional=True)
    rebate_class = code("出口企业管理类别", REBATE_CLASS, optional=True)
