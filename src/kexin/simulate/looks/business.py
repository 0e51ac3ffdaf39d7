"""Files of the business registry (市场监管局)."""

from kexin.registers.business import (
    RegAbnormalList,
    RegAnnualReport,
    RegChange,
    RegChattelMortgage,
    RegEquityPledge,
    RegFirm,
    RegNameHistory,
    RegOfficer,
    RegPenalty,
    RegSeriousViolation,
    RegShareholder,
    RegStatusEvent,
)
from kexin.simulate.looks.look import PERCENT, TEN_THOUSAND, Look, Supplier

REGISTRY = Supplier(id="reg", zh="市场监督管理局", sent="推送时间")

reg_firm = Look(
    table=RegFirm,
    supplier=REGISTRY,
    file="市场主体基本信息",
    headings={
        "regno_15": "注册号",
        "firm_name": "市场主体名称",
        "firm_type_code": "市场主体类型",
        "is_branch": "分支机构标志",
        "parent_uscc": "隶属单位统一社会信用代码",
        "legal_rep_hash": "法定代表人证件摘要",
        "legal_rep_name": "法定代表人（负责人）",
        "reg_capital": "注册资本（万元）",
        "paid_in_capital": "实收资本（万元）",
        "term_end": "营业期限止",
        "status_date": "状态变更日期",
        "reg_authority": "登记机关",
        "district_code": "行政区划",
        "address": "住所（经营场所）",
        "address_norm_hash": "标准地址编码",
        "phone_hash": "联系电话摘要",
        "industry_code": "行业门类及代码",
        "business_scope": "经营范围及方式",
    },
    digits={"reg_capital": TEN_THOUSAND, "paid_in_capital": TEN_THOUSAND},
    own_code="uscc",
    own_name="firm_name",
)

reg_name_history = Look(
    table=RegNameHistory,
    supplier=REGISTRY,
    file="名称变更历史",
    headings={
        "name_raw": "使用名称",
        "name_norm_k1": "规范名称",
        "name_norm_k2": "规范名称（去括号）",
        "valid_from": "名称启用日期",
        "valid_to": "名称停用日期",
    },
)

reg_change = Look(
    table=RegChange,
    supplier=REGISTRY,
    file="变更备案信息",
    headings={
        "change_id": "变更记录号",
        "filing_no": "业务受理号",
        "change_item": "变更（备案）事项",
        "value_before": "变更前",
        "value_after": "变更后",
        "change_date": "核准变更日期",
    },
)

reg_shareholder = Look(
    table=RegShareholder,
    supplier=REGISTRY,
    file="投资人及出资信息",
    headings={
        "holder_key": "投资人标识",
        "holder_kind": "投资人类型",
        "subscribed": "认缴出资额（万元）",
        "paid": "实缴出资额（万元）",
        "ratio": "出资比例（%）",
        "valid_from": "登记日期",
        "valid_to": "退出日期",
    },
    digits={"subscribed": TEN_THOUSAND, "paid": TEN_THOUSAND, "ratio": PERCENT},
)

reg_officer = Look(
    table=RegOfficer,
    supplier=REGISTRY,
    file="主要人员信息",
    headings={
        "person_hash": "人员证件摘要",
        "role": "职务名称",
        "valid_from": "任职起始日期",
        "valid_to": "任职终止日期",
    },
)

reg_annual_report = Look(
    table=RegAnnualReport,
    supplier=REGISTRY,
    file="年报信息",
    headings={
        "report_year": "年报年份",
        "submit_date": "年报日期",
        "is_late": "逾期标志",
        "total_assets": "资产总额（万元）",
        "total_liabilities": "负债总额（万元）",
        "owner_equity": "所有者权益合计（万元）",
        "revenue": "营业总收入（万元）",
        "net_profit": "净利润（万元）",
        "tax_total": "纳税总额（万元）",
        "guarantee_amount": "对外担保金额（万元）",
        "si_pension_count": "城镇职工基本养老保险人数",
        "si_arrears_amount": "单位累计欠缴社保金额（万元）",
        "overdue_sme_payables": "拖欠中小企业账款（万元）",
        "finance_disclosed": "资产状况是否公示",
    },
    digits=dict.fromkeys(
        (
            "total_assets",
            "total_liabilities",
            "owner_equity",
            "revenue",
            "net_profit",
            "tax_total",
            "guarantee_amount",
            "si_arrears_amount",
            "overdue_sme_payables",
        ),
        TEN_THOUSAND,
    ),
)

reg_abnormal_list = Look(
    table=RegAbnormalList,
    supplier=REGISTRY,
    file="经营异常名录",
    headings={
        "listing_id": "列入记录号",
        "list_reason": "列入经营异常名录原因",
        "list_authority": "列入决定机关",
        "remove_reason": "移出经营异常名录原因",
    },
)

reg_serious_violation = Look(
    table=RegSeriousViolation,
    supplier=REGISTRY,
    file="严重违法失信名单",
    headings={"listing_id": "列入记录号", "list_reason": "列入事由"},
)

reg_penalty = Look(
    table=RegPenalty,
    supplier=REGISTRY,
    file="双公示行政处罚",
    headings={
        "decision_no": "行政处罚决定书文号",
        "authority_kind": "处罚机关",
        "violation_type": "违法事实",
        "penalty_kinds": "处罚类别",
        "fine_amount": "罚款金额（万元）",
        "confiscated_amount": "没收违法所得（万元）",
        "severity": "失信严重程度",
        "publish_until": "公示截止日期",
        "repaired_at": "修复日期",
    },
    digits={"fine_amount": TEN_THOUSAND, "confiscated_amount": TEN_THOUSAND},
    code="行政相对人代码",
    name="行政相对人名称",
)

reg_equity_pledge = Look(
    table=RegEquityPledge,
    supplier=REGISTRY,
    file="股权出质登记",
    headings={
        "pledge_no": "股权出质登记编号",
        "pledgor_key": "出质人证照摘要",
        "pledgee_name": "质权人名称",
        "target_uscc": "出质股权所在公司代码",
        "pledged_amount": "出质股权数额（万元）",
        "pledge_date": "股权出质设立登记日期",
        "pledge_status": "出质状态",
        "cancel_date": "出质注销日期",
    },
    digits={"pledged_amount": TEN_THOUSAND},
)

reg_chattel_mortgage = Look(
    table=RegChattelMortgage,
    supplier=REGISTRY,
    file="动产担保登记",
    headings={
        "secured_amount": "主债权金额",
        "secured_kind": "登记业务类型",
        "creditor_name": "抵押权人名称",
    },
    name="担保人名称",
)

reg_status_event = Look(
    table=RegStatusEvent,
    supplier=REGISTRY,
    file="主体状态变动",
    headings={
        "event_id": "事件编号",
        "event_code": "状态变动类型",
        "event_date": "状态变动日期",
        "other_uscc": "关联主体代码",
        "notice_end": "公告截止日期",
        "reason": "变动原因",
    },
)
