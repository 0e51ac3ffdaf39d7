"""Files of the tax office (税务局)."""

from kexin.registers.tax import (
    TaxAbnormalStatus,
    TaxArrears,
    TaxCitReturn,
    TaxCreditRating,
    TaxExportRebate,
    TaxFinStmt,
    TaxIitWithholding,
    TaxInspection,
    TaxInvoice,
    TaxInvoiceMonth,
    TaxPayer,
    TaxPayment,
    TaxVatReturn,
    TaxViolation,
)
from kexin.simulate.looks.look import Look, Supplier

TAX = Supplier(
    id="tax",
    zh="税务局",
    yes="Y",
    no="N",
    code="纳税人识别号",
    name="纳税人名称",
    sent="数据推送时间",
    operation="操作标志",
    new="I",
    changed="U",
    deleted="删除",
)

KINDS = {
    "vat": "10101",
    "consumption": "10102",
    "cit": "10104",
    "iit": "10106",
    "urban": "10109",
    "property": "10110",
    "stamp": "10111",
    "land": "10112",
    "surcharge": "30203",
    "late_fee": "30299",
    "fine": "30298",
    "other": "99999",
}
"""Codes of taxes as the office's system has them (征收项目代码) [est]."""

INVOICES = {
    "paper_special": "01",
    "vehicle": "03",
    "paper_normal": "04",
    "old_e_special": "08",
    "old_e_normal": "10",
    "roll": "11",
    "second_hand_vehicle": "15",
    "customs_payment": "17",
    "rail_e_ticket": "51",
    "air_e_ticket": "61",
    "e_special": "81",
    "e_normal": "82",
    "other": "99",
}
"""Codes of kinds of invoices (发票票种代码) [est]."""

tax_payer = Look(
    table=TaxPayer,
    supplier=TAX,
    file="税务登记信息",
    headings={
        "taxpayer_kind": "纳税人资格",
        "tax_authority": "主管税务机关代码",
        "filing_freq_vat": "纳税期限",
        "valid_from": "有效期起",
    },
)

tax_vat_return = Look(
    table=TaxVatReturn,
    supplier=TAX,
    file="增值税申报",
    headings={
        "period_start": "所属期起",
        "period_end": "所属期止",
        "due_date": "申报期限止",
        "sales_taxable": "按适用税率计税销售额",
        "sales_exempt": "免税销售额合计",
        "sales_export": "免抵退办法出口销售额",
        "input_transfer_out": "进项税额转出额",
        "tax_payable": "应纳税额合计",
        "is_amended": "更正标志",
    },
)

tax_cit_return = Look(
    table=TaxCitReturn,
    supplier=TAX,
    file="企业所得税申报",
    headings={
        "fiscal_year": "所属年度",
        "period_kind": "申报类别",
        "period_end": "所属期止",
        "due_date": "申报期限止",
        "total_profit": "利润总额（实际利润额）",
        "loss_carried": "弥补亏损",
        "cit_payable": "应纳税额",
        "rd_super_deduction": "加计扣除额",
        "hnte_relief": "减免所得税额（高新）",
        "is_amended": "更正标志",
    },
    codes={
        "period_kind": {"q1": "Q1", "q2": "Q2", "q3": "Q3", "q4": "Q4", "annual": "NB"}
    },
)

tax_fin_stmt = Look(
    table=TaxFinStmt,
    supplier=TAX,
    file="财务报表",
    headings={
        "period_end": "会计期间止",
        "filed_at": "报送时间",
        "receivables": "应收账款净额",
        "payables": "应付账款余额",
        "owner_equity": "所有者权益（股东权益）合计",
        "revenue_ytd": "营业收入本年累计",
        "cost_ytd": "营业成本本年累计",
        "fin_expense_ytd": "财务费用本年累计",
        "rd_expense_ytd": "研发费用本年累计",
        "net_profit_ytd": "净利润本年累计",
    },
)

tax_iit_withholding = Look(
    table=TaxIitWithholding,
    supplier=TAX,
    file="个税代扣代缴汇总",
    headings={
        "period_month": "所属期",
        "persons": "扣缴人数",
        "income_total": "收入额合计",
    },
    code="扣缴义务人识别号",
    name="扣缴义务人名称",
)

tax_invoice = Look(
    table=TaxInvoice,
    supplier=TAX,
    file="发票明细",
    headings={
        "invoice_uid": "发票标识",
        "direction": "进销项标志",
        "invoice_kind": "发票种类代码",
        "counterparty_code": "交易对方识别号",
        "counterparty_name": "交易对方名称",
        "amount_ex_tax": "合计金额",
        "tax_amount": "合计税额",
        "status_date": "状态变更日期",
        "orig_invoice_uid": "蓝字发票标识",
        "red_reason": "红字原因",
        "goods_code": "商品和服务税收分类编码",
    },
    codes={"direction": {"out": "XX", "in": "JX"}, "invoice_kind": INVOICES},
)

tax_invoice_month = Look(
    table=TaxInvoiceMonth,
    supplier=TAX,
    file="发票汇总月度",
    headings={
        "month": "开票月份",
        "direction": "进销项标志",
        "n_valid": "正常发票份数",
        "n_void": "作废发票份数",
        "n_red": "红字发票份数",
        "amt_valid": "蓝字发票金额",
        "amt_red": "红字发票金额",
        "n_counterparty": "交易对方户数",
        "top1_share": "最大交易对方占比",
        "top5_share": "前五交易对方占比",
    },
    codes={"direction": {"out": "XX", "in": "JX"}},
)

tax_payment = Look(
    table=TaxPayment,
    supplier=TAX,
    file="税款征收入库",
    headings={
        "payment_id": "电子税票号码",
        "tax_kind": "征收项目代码",
        "period_end": "所属期止",
        "due_date": "限缴日期",
        "amount": "实缴税额",
        "late_fee": "加收滞纳金",
    },
    codes={"tax_kind": KINDS},
)

tax_arrears = Look(
    table=TaxArrears,
    supplier=TAX,
    file="欠税信息",
    headings={
        "tax_kind": "征收项目代码",
        "balance_date": "统计截止日期",
        "new_in_period": "本期新欠",
    },
    codes={"tax_kind": KINDS},
)

tax_credit_rating = Look(
    table=TaxCreditRating,
    supplier=TAX,
    file="纳税缴费信用评价",
    headings={
        "rating_year": "评价年份",
        "seq": "评价序号",
        "rating": "信用级别",
        "score": "得分",
        "rating_cause": "评价类型",
        "effective_date": "评价日期",
    },
    codes={"rating": {rating: rating for rating in "ABMCD"}},
)

tax_violation = Look(
    table=TaxViolation,
    supplier=TAX,
    file="违法违章",
    headings={
        "violation_id": "违法违章登记号",
        "violation_kind": "违法行为",
        "found_date": "登记日期",
        "resolved_date": "处理完毕日期",
        "fine_amount": "罚款金额",
    },
)

tax_inspection = Look(
    table=TaxInspection,
    supplier=TAX,
    file="稽查案件",
    headings={
        "case_no": "案件编号",
        "violation_class": "违法类型",
        "tax_due": "查补税款",
        "fine_amount": "罚款金额",
        "is_major": "重大违法失信标志",
    },
)

tax_abnormal_status = Look(
    table=TaxAbnormalStatus,
    supplier=TAX,
    file="非正常户",
    headings={"declared_date": "非正常认定日期", "lifted_date": "非正常解除日期"},
)

tax_export_rebate = Look(
    table=TaxExportRebate,
    supplier=TAX,
    file="出口退税",
    headings={
        "claim_no": "申报批次号",
        "claim_amount": "申报退（免）税额",
        "approved_amount": "核准退（免）税额",
        "rebate_class": "管理类别",
    },
)
