"""Business registry (市场监管): who a firm is, what it changed, and what was held against it."""

from datetime import date

from kexin.language import Text
from kexin.registers.contract import (
    REGISTRATION_NUMBER,
    USCC,
    Rule,
    Table,
    code,
    codes,
    day,
    decimal,
    digest,
    flag,
    integer,
    money,
    text,
)

REG_STATUS = {
    "active": "存续/在营/开业/在册",
    "dormant": "歇业",
    "liquidating": "清算",
    "revoked": "吊销,未注销",
    "revoked_deregistered": "吊销,已注销",
    "deregistered": "注销",
    "forced_deregistered": "强制注销",
    "cancelled": "撤销登记",
    "moved_out": "迁出",
    "merged": "因合并注销",
    "other": "未知状态",
}

NAME_KIND = {
    "current": "现用名称",
    "former": "曾用名称",
    "short": "简称",
    "english": "英文名称",
    "brand": "品牌",
}

CHANGE_ITEM = {
    "legal_rep": "法定代表人",
    "name": "名称",
    "address": "住所",
    "scope": "经营范围",
    "capital_raise": "注册资本增加",
    "capital_cut": "注册资本减少",
    "paid_in": "实缴资本",
    "holders": "股东/股权",
    "officers": "高管备案",
    "type": "企业类型",
    "term": "经营期限",
    "articles": "章程备案",
    "other": "其他事项",
}

HOLDER_KIND = {
    "person": "自然人",
    "firm": "企业",
    "fund": "基金",
    "state": "国有",
    "foreign": "外资",
    "other": "其他",
}

ROLE = {
    "legal_rep": "法定代表人",
    "chair": "董事长",
    "director": "董事",
    "supervisor": "监事",
    "manager": "经理",
    "finance": "财务负责人",
    "beneficial_owner": "受益所有人",
}

ABNORMAL_REASON = {
    "no_annual_report": "未公示年报",
    "unreachable": "住所无法联系",
    "false_info": "隐瞒真实情况、弄虚作假",
    "info_not_published": "未公示其他信息",
    "other": "未知原因",
}

REMOVE_REASON = {
    "report_filed": "已补报年报",
    "info_published": "已公示信息",
    "corrected": "已更正信息",
    "reachable": "可以联系",
    "revoked_by_authority": "列入决定被撤销",
    "other": "其他",
}

AUTHORITY_KIND = {
    "market": "市场监管",
    "ecology": "生态环境",
    "emergency_fire": "应急消防",
    "transport": "交通运输",
    "construction": "住建",
    "labour": "人社",
    "drug": "药监",
    "cyber": "网信",
    "statistics": "统计",
    "other": "其他",
}

PENALTY_KIND = {
    "warning": "警告",
    "criticism": "通报批评",
    "fine": "罚款",
    "confiscation": "没收",
    "suspend_permit": "暂扣许可证",
    "downgrade": "降低资质等级",
    "revoke_permit": "吊销许可证",
    "restrict_business": "限制开展经营活动",
    "suspend_business": "责令停产停业",
    "close": "责令关闭",
    "restrict_occupation": "限制从业",
    "detention": "行政拘留",
    "other": "未知处罚",
}

SEVERITY = {
    "minor": "轻微",
    "general": "一般",
    "serious": "严重",
}

PLEDGE_STATUS = {
    "valid": "有效",
    "cancelled": "已注销",
    "revoked": "已撤销",
}

SECURED_KIND = {
    "equipment": "生产设备",
    "inventory": "存货",
    "receivable_pledge": "应收账款质押",
    "receivable_transfer": "应收账款转让",
    "lease": "融资租赁",
    "retention_of_title": "所有权保留",
    "factoring": "保理",
    "other": "其他",
}

STATUS_EVENT = {
    "established": "设立",
    "simple_dereg_notice": "简易注销公告",
    "dereg_notice": "清算公告/债权人公告",
    "liquidation_notice": "清算组备案",
    "dormant": "歇业备案",
    "resumed": "恢复营业",
    "revoked": "吊销",
    "ordered_closed": "责令关闭",
    "forced_dereg_notice": "强制注销公告",
    "deregistered": "注销",
    "merged_into": "被合并",
    "split": "分立",
    "moved_out": "迁出",
    "moved_in": "迁入",
    "restored": "恢复登记",
    "other": "未知事件",
}

FORCED_DEREGISTRATION = date(2025, 10, 10)
"""SAMR order 105 in force (REGISTERS.md, SRC-S11)."""


class RegFirm(
    Table,
    zh="企业登记基本信息",
    key=("firm_key",),
    event="approve_date",
    lag_days=3,
    source="REGISTERS.md section 2.1; lag: section 3",
    place="district_code",
):
    """One row per firm and version."""

    uscc = text("统一社会信用代码", form=USCC)
    regno_15 = text("工商注册号", optional=True, form=REGISTRATION_NUMBER)
    firm_name = text("企业名称")
    firm_type_code = text("企业类型", form="[0-9]{4}")
    is_branch = flag("是否分支机构")
    parent_uscc = text("隶属企业代码", optional=True, form=USCC)
    legal_rep_hash = digest("法定代表人标识", optional=True)
    legal_rep_name = text("法定代表人姓名", optional=True)
    reg_capital = money("注册资本(认缴)", optional=True)
    paid_in_capital = money("实缴资本", optional=True)
    establish_date = day("成立日期")
    approve_date = day("核准日期")
    term_end = day("经营期限至", optional=True)
    reg_status = code("登记状态", REG_STATUS)
    status_date = day("状态日期", optional=True)
    reg_authority = text("登记机关代码", form="[0-9]{6}")
    district_code = text("住所所在区", form="[0-9]{6}")
    address = text("住所", optional=True)
    address_norm_hash = digest("标准地址标识", optional=True)
    phone_hash = digest("联系电话标识", optional=True)
    industry_code = text("行业代码", optional=True, form="[A-T][0-9]{2,4}")
    business_scope = text("经营范围", optional=True)

    forced_since_the_order = Rule(
        ~reg_status.is_in("forced_deregistered")
        | (approve_date >= FORCED_DEREGISTRATION),
        column="reg_status",
        expected=Text(
            f"自{FORCED_DEREGISTRATION}起才有的代码",
            f"a code that exists since {FORCED_DEREGISTRATION}",
        ),
    )


class RegNameHistory(
    Table,
    zh="名称变更历史",
    key=("firm_key", "name_norm_k1", "valid_from"),
    event="valid_from",
    lag_days=3,
    source="REGISTERS.md section 2.1; lag: not published, as its neighbours",
):
    """One row per firm and name."""

    name_raw = text("名称原文")
    name_norm_k1 = text("规范名K1")
    name_norm_k2 = text("规范名K2")
    name_kind = code("名称类别", NAME_KIND)
    valid_from = day("启用日期")
    valid_to = day("停用日期", optional=True)


class RegChange(
    Table,
    zh="变更登记",
    key=("change_id",),
    event="change_date",
    lag_days=3,
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per changed item."""

    change_id = text("变更标识")
    filing_no = text("变更批次号", optional=True)
    change_item = code("变更事项", CHANGE_ITEM)
    value_before = text("变更前内容", optional=True)
    value_after = text("变更后内容", optional=True)
    change_date = day("变更日期")


class RegShareholder(
    Table,
    zh="股东及出资",
    key=("firm_key", "holder_key", "valid_from"),
    event="valid_from",
    lag_days=3,
    measure="subscribed",
    source="REGISTERS.md section 2.1; lag: not published, as its neighbours",
):
    """One row per holder and period."""

    holder_key = text("股东标识")
    holder_kind = code("股东类型", HOLDER_KIND)
    subscribed = money("认缴出资额", optional=True)
    paid = money("实缴出资额", optional=True)
    ratio = decimal("持股比例", "fraction", 7, 4, optional=True)
    valid_from = day("起")
    valid_to = day("止", optional=True)


class RegOfficer(
    Table,
    zh="主要人员",
    key=("firm_key", "person_hash", "role", "valid_from"),
    event="valid_from",
    lag_days=3,
    source="REGISTERS.md section 2.1; lag: not published, as its neighbours",
):
    """One row per person, role and period."""

    person_hash = digest("人员标识")
    role = code("职务", ROLE)
    valid_from = day("任职起")
    valid_to = day("任职止", optional=True)


class RegAnnualReport(
    Table,
    zh="企业年度报告",
    key=("firm_key", "report_year"),
    event="submit_date",
    lag_days=3,
    measure="revenue",
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per firm, year and version."""

    report_year = integer("年报年度", "year")
    submit_date = day("报送日期")
    is_late = flag("是否逾期报送")
    employees = integer("从业人数", "persons", optional=True)
    total_assets = money("资产总额", optional=True)
    total_liabilities = money("负债总额", optional=True)
    owner_equity = money("所有者权益合计", optional=True)
    revenue = money("营业总收入", optional=True)
    net_profit = money("净利润", optional=True)
    tax_total = money("纳税总额", optional=True)
    guarantee_amount = money("对外提供保证担保额", optional=True)
    si_pension_count = integer("参加养老保险人数", "persons", optional=True)
    si_arrears_amount = money("单位参保各险种累计欠缴金额", optional=True)
    overdue_sme_payables = money("逾期尚未支付中小企业款项", optional=True)
    finance_disclosed = flag("财务是否公示")


class RegAbnormalList(
    Table,
    zh="经营异常名录",
    key=("listing_id",),
    event="list_date",
    lag_days=15,
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per listing."""

    listing_id = text("列入标识")
    list_reason = code("列入原因", ABNORMAL_REASON)
    list_date = day("列入日期")
    list_authority = text("作出决定机关", optional=True)
    remove_date = day("移出日期", optional=True)
    remove_reason = code("移出原因", REMOVE_REASON, optional=True)


class RegSeriousViolation(
    Table,
    zh="严重违法失信名单",
    key=("listing_id",),
    event="list_date",
    lag_days=20,
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per listing."""

    listing_id = text("列入标识")
    list_reason = text("列入原因", optional=True)
    list_date = day("列入日期")
    remove_date = day("移出日期", optional=True)


class RegPenalty(
    Table,
    zh="行政处罚",
    key=("decision_no", "firm_key"),
    event="decision_date",
    lag_days=28,
    measure="fine_amount",
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per decision and firm."""

    decision_no = text("处罚决定书文号")
    authority_kind = code("处罚机关类别", AUTHORITY_KIND)
    violation_type = text("违法行为类型", optional=True)
    penalty_kinds = codes("处罚种类", PENALTY_KIND)
    fine_amount = money("罚款金额", optional=True)
    confiscated_amount = money("没收金额", optional=True)
    severity = code("失信程度", SEVERITY)
    decision_date = day("处罚决定日期")
    publish_until = day("公示截止期", optional=True)
    repaired_at = day("信用修复日期", optional=True)


class RegEquityPledge(
    Table,
    zh="股权出质登记",
    key=("pledge_no",),
    event="pledge_date",
    lag_days=7,
    measure="pledged_amount",
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per pledge."""

    pledge_no = text("登记编号")
    pledgor_key = text("出质人标识")
    pledgee_name = text("质权人", optional=True)
    target_uscc = text("标的企业", form=USCC)
    pledged_amount = money("出质股权数额", optional=True)
    pledge_date = day("设立登记日期")
    pledge_status = code("状态", PLEDGE_STATUS)
    cancel_date = day("注销日期", optional=True)


class RegChattelMortgage(
    Table,
    zh="动产抵押/动产融资登记",
    key=("reg_no",),
    event="reg_date",
    lag_days=2,
    measure="secured_amount",
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per registration."""

    reg_no = text("登记编号")
    secured_amount = money("被担保债权数额", optional=True)
    secured_kind = code("担保类型", SECURED_KIND)
    creditor_name = text("担保权人", optional=True)
    reg_date = day("登记日期")
    cancel_date = day("注销日期", optional=True)


class RegStatusEvent(
    Table,
    zh="存续状态事件",
    key=("event_id",),
    event="event_date",
    lag_days=40,
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One row per event."""

    event_id = text("事件标识")
    event_code = code("事件类型", STATUS_EVENT)
    event_date = day("事件日期")
    other_uscc = text("相关企业代码", optional=True, form=USCC)
    notice_end = day("公告期截止", optional=True)
    reason = text("原因", optional=True)

    forced_since_the_order = Rule(
        ~event_code.is_in("forced_dereg_notice")
        | (event_date >= FORCED_DEREGISTRATION),
        column="event_code",
        expected=Text(
            f"自{FORCED_DEREGISTRATION}起才有的代码",
            f"a code that exists since {FORCED_DEREGISTRATION}",
        ),
    )
