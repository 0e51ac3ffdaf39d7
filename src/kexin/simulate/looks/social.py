"""Files of social security (人社) and of the housing fund (公积金中心)."""

from kexin.registers.social import (
    HfMonth,
    SiArrears,
    SiHeadcountChange,
    SiMonth,
    SiWageArrears,
)
from kexin.simulate.looks.look import Look, Supplier

SOCIAL_SECURITY = Supplier(
    id="si",
    zh="人力资源和社会保障局",
    days="%Y%m%d",
    months="%Y%m",
    yes="1",
    no="0",
    code="统一信用代码",
    name="单位名称",
    sent="交换时间",
    operation="数据状态",
    new="有效",
    changed="变更",
    deleted="删除",
)

HOUSING_FUND = Supplier(
    id="hf",
    zh="住房公积金管理中心",
    encoding="gb18030",
    months="%Y年%m月",
    code="单位社会信用代码",
    name="缴存单位",
    sent="导出时间",
    operation="记录状态",
    new="正常",
    changed="修改",
    deleted="删除",
)

INSURANCE = {"pension": "110", "unemployment": "210", "injury": "410", "medical": "310"}
"""The agency's own codes of kinds (险种类型)."""

si_month = Look(
    table=SiMonth,
    supplier=SOCIAL_SECURITY,
    file="单位参保缴费",
    headings={
        "month": "费款所属期",
        "si_kind": "险种类型",
        "insured_count": "应缴人数",
        "base_total": "缴费基数合计",
        "payable": "应缴总额",
        "paid": "实缴总额",
        "due_date": "缴费截止日",
        "paid_at": "到账日期",
    },
    codes={"si_kind": INSURANCE},
)

si_headcount_change = Look(
    table=SiHeadcountChange,
    supplier=SOCIAL_SECURITY,
    file="单位人员增减变动",
    headings={"month": "业务期", "joins": "新增参保人数", "leaves": "停保人数"},
)

si_arrears = Look(
    table=SiArrears,
    supplier=SOCIAL_SECURITY,
    file="单位欠费",
    headings={
        "si_kind": "险种类型",
        "start_month": "欠费开始期",
        "cleared_date": "补缴到账日",
        "amount": "欠缴本金",
        "is_deferred": "缓缴标志",
    },
    codes={"si_kind": INSURANCE},
)

si_wage_arrears = Look(
    table=SiWageArrears,
    supplier=SOCIAL_SECURITY,
    file="劳动监察案件",
    headings={
        "case_no": "案件编号",
        "decision_date": "处理决定日期",
        "workers": "涉及劳动者人数",
        "amount": "涉案金额",
        "case_kind": "案件类别",
        "resolved_date": "结案时间",
    },
    name="用人单位",
)

hf_month = Look(
    table=HfMonth,
    supplier=HOUSING_FUND,
    file="公积金汇缴",
    headings={
        "month": "汇缴年月",
        "contributors": "汇缴人数",
        "base_total": "工资基数合计",
        "payable": "应缴额",
        "paid": "实缴额",
        "hf_status": "单位账户状态",
    },
    codes={
        "hf_status": {"normal": "01", "deferred": "03", "arrears": "02", "sealed": "04"}
    },
)
