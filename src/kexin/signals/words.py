"""What units and families of signals are called: a declaration names them by a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS: Mapping[str, str] = {
    "0/1": "0/1",
    "0–1": "0–1",
    "1–5": "1–5级",
    "CNY": "元",
    "abs log ratio": "对数比绝对值",
    "claims": "涉诉标的",
    "count": "次数",
    "days": "天",
    "fraction": "占比",
    "level": "级",
    "levels": "级数",
    "ln CNY": "元的对数",
    "ln count": "次数的对数",
    "ln firms": "企业数的对数",
    "ln persons": "人数的对数",
    "ln/month": "对数/月",
    "log ratio": "对数比",
    "months": "月",
    "nats": "奈特",
    "per 100": "每百人",
    "quarters": "季",
    "ratio": "比值",
    "years": "年",
}
"""Units in Chinese; in English they are called by their code."""

FAMILIES: Mapping[str, str] = {
    "activity": "经营活动",
    "address": "住所",
    "amendment": "更正申报",
    "arrears": "欠缴",
    "background": "企业背景",
    "brand": "品牌",
    "breadth": "客户与供应商广度",
    "capital": "资本",
    "changes": "变更",
    "claims": "涉诉标的",
    "climate": "外部环境",
    "concentration": "集中度",
    "consistency": "数据一致性",
    "continuity": "经营连续性",
    "contributions": "社保缴费",
    "control": "控制权",
    "coverage": "覆盖程度",
    "customs_conduct": "海关守法",
    "debt": "债务",
    "debtors": "共同债务人",
    "destinations": "出口目的地",
    "disputes": "纠纷",
    "ending": "退出",
    "enforcement": "执行",
    "equity": "股权融资",
    "export": "出口退税",
    "exports": "出口",
    "family": "关联企业",
    "filing": "申请与申报",
    "freezing": "冻结",
    "growth": "增长",
    "guarantees": "担保",
    "housing_fund": "公积金",
    "infringement": "知产侵权",
    "insolvency": "破产",
    "inventions": "发明",
    "judgments": "判决",
    "labour": "劳动争议",
    "lenders": "授信机构",
    "leverage": "杠杆",
    "liquidity": "流动性",
    "listing": "经营异常",
    "lists": "名单",
    "losses": "专利丧失",
    "neighbours": "同址与同法定代表人",
    "overdue": "逾期",
    "owner": "企业主",
    "partners": "交易伙伴",
    "payment": "付款",
    "penalty": "处罚",
    "plaintiff": "作为原告",
    "pledge": "质押",
    "productivity": "生产率",
    "products": "进出口商品",
    "profit": "利润",
    "public_money": "财政资金",
    "qualifications": "资质",
    "quality": "交易质量",
    "rating": "信用级别",
    "reporting": "报送",
    "research": "研发",
    "reversals": "红冲作废",
    "rights": "知识产权",
    "software": "软件",
    "staff": "员工",
    "staff_growth": "员工增减",
    "suppliers": "供应商",
    "tax": "税额",
    "turnover": "周转",
    "violation": "税务违法",
    "volatility": "波动",
    "volume": "规模",
    "wages": "工资",
}
"""Families in Chinese; in English they are called by their code."""


def unit(code: str) -> Text:
    """Return what a unit is called; a workspace's own by its code."""
    return Text(UNITS.get(code, code), code)


def family(code: str) -> Text:
    """Return what a family is called; a workspace's own by its code."""
    return Text(FAMILIES.get(code, code), code.replace("_", " "))
