"""Files of other offices and vendors: public money, qualifications, jobs, meters."""

from kexin.registers.support import (
    GovAward,
    GovSubsidy,
    HrRecruitMonth,
    QualCert,
    UtilMonth,
    VcRound,
)
from kexin.simulate.looks.look import EXCEL, TEN_THOUSAND, Look, Supplier

FINANCE_BUREAU = Supplier(
    id="gov",
    zh="财政局",
    days=EXCEL,
    code="供应商（受补单位）代码",
    name="单位名称",
    sent="上报时间",
    operation="备注",
    new="新增",
    changed="更正",
    deleted="删除",
)

SCIENCE_BUREAU = Supplier(
    id="qual",
    zh="科学技术局",
    days="%Y年%m月%d日",
    code="企业信用代码",
    sent="归集时间",
    operation="归集方式",
)

CAPITAL_VENDOR = Supplier(
    id="vc",
    zh="投融资数据服务商",
    form="jsonl",
    days="%Y/%m/%d",
    code="工商代码",
    name="融资主体",
    sent="更新时间",
    operation="更新类型",
)

JOB_VENDOR = Supplier(
    id="hr",
    zh="招聘数据服务商",
    months="%Y/%m",
    code="公司代码",
    name="公司名称",
    sent="抓取时间",
    operation="状态",
    new="上线",
    changed="变动",
    deleted="删除",
)

UTILITIES = Supplier(
    id="util",
    zh="水电气公司",
    days="%Y%m%d",
    months="%Y%m",
    code="用户证照号",
    name="户名",
    sent="数据生成时间",
    operation="数据标记",
    new="正常",
    changed="冲正",
    deleted="删除",
)

gov_award = Look(
    table=GovAward,
    supplier=FINANCE_BUREAU,
    file="政府采购中标结果",
    headings={
        "notice_no": "采购项目编号",
        "award_date": "中标公告日期",
        "amount": "中标（成交）金额（万元）",
        "buyer_name": "采购人",
        "contract_end": "合同履行截止",
    },
    digits={"amount": TEN_THOUSAND},
    name="中标（成交）供应商",
)

gov_subsidy = Look(
    table=GovSubsidy,
    supplier=FINANCE_BUREAU,
    file="惠企资金兑付",
    headings={
        "grant_no": "兑付编号",
        "program": "政策名称",
        "level": "资金层级",
        "granted_date": "拨付日期",
        "amount": "兑付金额（万元）",
    },
    digits={"amount": TEN_THOUSAND},
)

qual_cert = Look(
    table=QualCert,
    supplier=SCIENCE_BUREAU,
    file="科技企业资质",
    headings={
        "cert_no": "证书编号",
        "cert_kind": "资质名称",
        "batch": "认定批次",
        "issue_date": "认定日期",
        "valid_from": "有效期起",
        "valid_to": "有效期止",
        "revoked_date": "撤销日期",
    },
)

hr_recruit_month = Look(
    table=HrRecruitMonth,
    supplier=JOB_VENDOR,
    file="招聘月报",
    headings={
        "month": "统计月份",
        "posts": "在招职位数",
        "rd_posts": "研发类职位数",
        "median_wage": "薪酬中位数",
    },
)

vc_round = Look(
    table=VcRound,
    supplier=CAPITAL_VENDOR,
    file="融资事件",
    headings={
        "round_id": "事件编号",
        "round_date": "融资日期",
        "round_kind": "融资轮次",
        "amount": "融资金额（万元）",
        "has_gov_fund": "政府基金",
    },
    digits={"amount": TEN_THOUSAND},
)

util_month = Look(
    table=UtilMonth,
    supplier=UTILITIES,
    file="用能账单",
    headings={
        "utility": "能源品类",
        "month": "账期",
        "usage": "结算用量",
        "billed": "应收费用",
        "due_date": "缴费截止日",
        "paid_at": "实际缴费日",
    },
    codes={"utility": {"electricity": "DL", "water": "SL", "gas": "RQ"}},
)
