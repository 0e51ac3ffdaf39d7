"""Files of customs (海关), as its system exports them."""

from kexin.registers.customs import (
    CusArrears,
    CusCreditClass,
    CusDeclaration,
    CusDeclarationItem,
    CusPenalty,
    CusRegistrant,
)
from kexin.simulate.looks.look import Look, Supplier

CUSTOMS = Supplier(
    id="cus",
    zh="海关",
    delimiter=";",
    days="%Y/%m/%d",
    padded=False,
    code="社会信用代码",
    name="企业中文名称",
    sent="传输时间",
    operation="数据标志",
    new="A",
    changed="M",
    deleted="删除",
)

cus_registrant = Look(
    table=CusRegistrant,
    supplier=CUSTOMS,
    file="海关备案企业",
    headings={
        "customs_code": "海关编码",
        "uscc": "社会信用代码",
        "customs_office": "注册地海关",
        "registrant_kind": "经营类别",
        "valid_from": "首次备案日期",
    },
    own_code="uscc",
)

cus_credit_class = Look(
    table=CusCreditClass,
    supplier=CUSTOMS,
    file="海关信用等级",
    headings={"credit_class": "企业信用等级", "class_cause": "等级变动原因"},
)

cus_declaration = Look(
    table=CusDeclaration,
    supplier=CUSTOMS,
    file="报关单表头",
    headings={
        "decl_no": "海关编号",
        "role": "企业在单证中的角色",
        "declare_date": "申报时间",
        "release_date": "放行时间",
        "trade_mode": "监管方式代码",
        "country_code": "贸易国别代码",
        "value_cny": "总价（人民币）",
        "value_usd": "总价（美元）",
        "decl_status": "报关单状态",
    },
    codes={"ie_flag": {"I": "I", "E": "E"}},
    name="境内收发货人",
)

cus_declaration_item = Look(
    table=CusDeclarationItem,
    supplier=CUSTOMS,
    file="报关单商品项",
    headings={
        "decl_no": "海关编号",
        "line_no": "商品序号",
        "item_value_cny": "商品总价（人民币）",
        "declare_date": "申报时间",
    },
    name="境内收发货人",
)

cus_penalty = Look(
    table=CusPenalty,
    supplier=CUSTOMS,
    file="海关处罚",
    headings={
        "decision_no": "处罚决定书编号",
        "decision_date": "处罚日期",
        "violation_class": "案件性质",
        "fine_amount": "罚款金额",
    },
    name="当事人",
)

cus_arrears = Look(
    table=CusArrears,
    supplier=CUSTOMS,
    file="海关欠税",
    headings={
        "start_date": "欠税起始日",
        "amount": "欠税金额",
        "cleared_date": "清缴日",
    },
)
