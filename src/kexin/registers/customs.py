"""Customs (海关): traders, their declarations, classes and penalties."""

from datetime import date

from kexin.language import Text
from kexin.registers.business import SEVERITY
from kexin.registers.contract import (
    USCC,
    Rule,
    Table,
    code,
    day,
    decimal,
    integer,
    money,
    text,
)

REGISTRANT_KIND = {
    "trader": "进出口货物收发货人",
    "broker": "报关企业",
    "branch": "分支机构",
    "temporary": "临时备案",
    "other": "其他",
}

CREDIT_CLASS = {
    "advanced_certified": "高级认证企业",
    "certified": "认证企业",
    "regular": "其他(备案)企业/常规企业",
    "dishonest": "失信企业",
    "seriously_dishonest": "严重失信企业",
    "other": "未知等级",
}

CLASS_CAUSE = {
    "certify": "认证",
    "re_certify": "重新认证",
    "downgrade": "下调",
    "dishonest": "认定失信",
    "repair": "信用修复",
    "migrate": "新旧等级转换",
}

IE_FLAG = {
    "I": "进口",
    "E": "出口",
}

DECLARATION_ROLE = {
    "owner": "收发货人(境内)",
    "producer": "生产销售/消费使用单位",
    "agent": "申报单位",
}

DECLARATION_STATUS = {
    "released": "放行",
    "closed": "结关",
    "amended": "改单",
    "cancelled": "撤销/删单",
}

CUSTOMS_VIOLATION = {
    "smuggling": "走私",
    "supervision": "违规",
    "inspection_quarantine": "检验检疫",
    "ipr": "知识产权",
    "other": "其他",
}

FIVE_CLASSES = date(2026, 4, 1)
"""GACC order 282 in force (REGISTERS.md, SRC-S10)."""


class CusRegistrant(
    Table,
    zh="海关注册登记/备案",
    key=("customs_code",),
    event="valid_from",
    lag_days=35,
    source="REGISTERS.md section 2.4; lag: not published, as its neighbours",
):
    """One row per customs code and version."""

    customs_code = text("海关注册编码", form="[0-9A-Z]{10}")
    uscc = text("统一社会信用代码", optional=True, form=USCC)
    customs_office = text("注册海关", form="[0-9]{4}")
    registrant_kind = code("企业类别", REGISTRANT_KIND)
    valid_from = day("备案日期")
    cancelled_date = day("注销日期", optional=True)


class CusCreditClass(
    Table,
    zh="海关信用等级",
    key=("firm_key", "effective_date"),
    event="effective_date",
    lag_days=10,
    source="REGISTERS.md section 2.4; lag: section 3",
):
    """One row per firm and change."""

    credit_class = code("信用等级", CREDIT_CLASS)
    effective_date = day("适用日期")
    class_cause = code("变动原因", CLASS_CAUSE)

    five_classes_since_the_order = Rule(
        ~credit_class.is_in("certified", "seriously_dishonest")
        | (effective_date >= FIVE_CLASSES),
        column="credit_class",
        expected=Text(
            f"自{FIVE_CLASSES}起才有的代码",
            f"a code that exists since {FIVE_CLASSES}",
        ),
    )


class CusDeclaration(
    Table,
    zh="报关单表头",
    key=("decl_no",),
    event="declare_date",
    lag_days=35,
    measure="value_cny",
    source="REGISTERS.md section 2.4; lag: READINGS.md A01",
):
    """One row per declaration."""

    decl_no = text("报关单号", form="[0-9]{18}")
    ie_flag = code("进出口标志", IE_FLAG)
    role = code("企业角色", DECLARATION_ROLE)
    declare_date = day("申报日期")
    release_date = day("放行日期", optional=True)
    trade_mode = text("监管方式", form="[0-9]{4}")
    country_code = text("运抵/启运国", form="[0-9A-Z]{3}")
    value_cny = money("总价人民币")
    value_usd = decimal("总价美元", "USD", 18, 2)
    decl_status = code("状态", DECLARATION_STATUS)


class CusDeclarationItem(
    Table,
    zh="报关单表体",
    key=("decl_no", "line_no"),
    event="declare_date",
    lag_days=35,
    measure="item_value_cny",
    source="REGISTERS.md section 2.4; lag: not published, as its neighbours",
):
    """One row per declaration line."""

    decl_no = text("报关单号", form="[0-9]{18}")
    line_no = integer("项号", None)
    hs_code = text("商品编号", form="[0-9]{10}")
    item_value_cny = money("成交总价")
    qty_legal = decimal("法定数量", "legal unit", 18, 4, optional=True)
    declare_date = day("申报日期")


class CusPenalty(
    Table,
    zh="海关行政处罚",
    key=("decision_no",),
    event="decision_date",
    lag_days=30,
    measure="fine_amount",
    source="REGISTERS.md section 2.4; lag: section 3",
):
    """One row per decision."""

    decision_no = text("处罚决定书号")
    decision_date = day("决定日期")
    violation_class = code("违法类型", CUSTOMS_VIOLATION)
    fine_amount = money("罚款", optional=True)
    severity = code("失信程度", SEVERITY)
    repaired_at = day("信用修复日期", optional=True)


class CusArrears(
    Table,
    zh="海关欠税及滞纳",
    key=("firm_key", "start_date"),
    event="start_date",
    lag_days=35,
    measure="amount",
    source="REGISTERS.md section 2.4; lag: not published, as its neighbours",
):
    """One row per spell."""

    start_date = day("欠缴起始日")
    amount = money("欠缴金额")
    cleared_date = day("清缴日期", optional=True)
