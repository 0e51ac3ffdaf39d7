"""Tax register (税务): so far the invoices."""

from datetime import date

from kexin.language import Text
from kexin.registers.contract import Rule, Table, code, day, money, text

DIRECTION = {"out": "销项(开具)", "in": "进项(取得)"}

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

FIRST_VAT_DAY = date(1994, 1, 1)


class TaxInvoice(
    Table,
    zh="增值税发票",
    key=("invoice_uid", "direction"),
    event="issue_date",
    lag_days=3,
    amount="amount_ex_tax",
    source="REGISTERS.md section 2.2; lag: READINGS.md A01",
):
    """One invoice header and direction."""

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
