"""Relations between firms, and what the platform itself and its banks know."""

from kexin.registers.contract import (
    Table,
    code,
    codes,
    day,
    decimal,
    digest,
    integer,
    moment,
    money,
    month,
    text,
)
from kexin.registers.credit import FIVE_CLASS

EDGE_KIND = {
    "invest": "投资",
    "controls": "控制",
    "same_legal_rep": "同一法定代表人",
    "same_officer": "同一高管",
    "same_address": "同一地址",
    "same_phone": "同一电话",
    "guarantees": "担保",
    "sells_to": "销售给",
    "buys_from": "采购自",
    "joint_debtor": "共同债务人",
    "joint_patent": "共同专利权人",
}

REGISTER = {
    "reg": "市场监管",
    "tax": "税务(含发票)",
    "si": "社会保险",
    "hf": "住房公积金",
    "cus": "海关",
    "court": "司法",
    "ip": "知识产权",
    "pboc": "人行征信",
    "gov": "政府采购与补助",
    "util": "水电气",
    "qual": "科技资质",
    "vc": "股权融资",
    "hr": "招聘",
}

PURPOSE = {
    "scoring": "信用评价",
    "pre_loan": "贷前审批",
    "post_loan": "贷后管理",
    "model_training": "模型训练",
}

RESCHEDULED = {
    "none": "无",
    "renewal_performing": "正常续贷",
    "extension": "展期",
    "restructured": "重组",
}


class RelEdge(
    Table,
    zh="企业关系边",
    key=("src_key", "dst_key", "edge_kind", "valid_from"),
    event="valid_from",
    lag_days=1,
    source="REGISTERS.md section 2.9; lag: not published, as its neighbours",
):
    """One row per directed pair, kind and period."""

    src_key = text("起点企业")
    dst_key = text("终点企业")
    edge_kind = code("关系类型", EDGE_KIND)
    weight = decimal("权重", "fraction", 9, 6, optional=True)
    valid_from = day("起")
    valid_to = day("止", optional=True)


class CoreConsent(
    Table,
    zh="授权记录",
    key=("consent_id",),
    event="granted_at",
    lag_days=1,
    source="REGISTERS.md section 2.9; lag: not published, as its neighbours",
):
    """One row per grant."""

    consent_id = text("授权编号")
    grantee = text("被授权方")
    scope_registers = codes("授权数据范围", REGISTER)
    purpose = code("用途", PURPOSE)
    granted_at = moment("授权时间")
    expires_at = moment("到期时间", optional=True)
    revoked_at = moment("撤回时间", optional=True)
    evidence_hash = digest("授权文件摘要")


class CoreLoanOutcome(
    Table,
    zh="银行贷款反馈",
    key=("loan_id", "report_month"),
    event="report_month",
    lag_days=15,
    measure="balance",
    source="REGISTERS.md section 2.9; lag: section 3",
):
    """One row per loan and reporting month."""

    loan_id = text("借据标识")
    report_month = month("报告月")
    bank_id = text("银行")
    product = text("产品", optional=True)
    drawdown_date = day("放款日")
    principal = money("放款金额")
    balance = money("余额")
    dpd = integer("逾期天数", "days")
    max_dpd_ever = integer("历史最大逾期天数", "days")
    five_class = code("五级分类", FIVE_CLASS)
    is_rescheduled = code("无还本续贷/展期/重组", RESCHEDULED)
