"""Credit reference (人行征信): loans and guarantees, with the firm's written authorisation."""

from kexin.registers.contract import (
    Table,
    code,
    day,
    digest,
    flag,
    integer,
    money,
    month,
    text,
)

LENDER_KIND = {
    "state_bank": "国有银行",
    "joint_stock": "股份制银行",
    "city_rural": "城商行/农商行",
    "internet_bank": "互联网银行",
    "microloan": "小额贷款公司",
    "leasing": "融资租赁公司",
    "factoring": "保理公司",
    "other": "其他",
}

PRODUCT_KIND = {
    "working_capital": "流贷",
    "fixed": "固贷",
    "credit_line": "循环",
    "discount": "贴现",
    "acceptance": "银承",
    "letter": "信用证",
    "lease": "租赁",
    "factoring": "保理",
}

GUARANTEE_KIND = {
    "credit": "信用",
    "mortgage": "抵押",
    "pledge": "质押",
    "guarantee": "保证",
    "mixed": "组合",
}

FIVE_CLASS = {
    "1": "正常",
    "2": "关注",
    "3": "次级",
    "4": "可疑",
    "5": "损失",
}

INQUIRY_REASON = {
    "pre_loan": "贷前审批",
    "post_loan": "贷后管理",
    "guarantee": "担保资格",
    "other": "其他",
}


class PbocLoanMonth(
    Table,
    zh="人行征信:借贷账户月度表现",
    key=("account_hash", "month"),
    event="month",
    lag_days=12,
    measure="balance",
    source="REGISTERS.md section 2.7; lag: section 3",
):
    """One row per account and month."""

    account_hash = digest("账户标识")
    month = month("月份")
    lender_hash = digest("机构标识")
    lender_kind = code("机构类型", LENDER_KIND)
    product_kind = code("业务种类", PRODUCT_KIND)
    guarantee_kind = code("担保方式", GUARANTEE_KIND)
    open_date = day("开立日期")
    due_date = day("到期日期", optional=True)
    principal = money("借款金额")
    balance = money("余额")
    five_class = code("五级分类", FIVE_CLASS)
    overdue_days = integer("逾期天数", "days")
    overdue_amount = money("逾期总额")
    is_rescheduled = flag("展期/借新还旧/重组")


class PbocGuarantee(
    Table,
    zh="人行征信:相关还款责任(对外担保)",
    key=("guarantee_hash", "month"),
    event="month",
    lag_days=12,
    measure="balance",
    source="REGISTERS.md section 2.7; lag: not published, as its neighbours",
):
    """One row per guarantee and month."""

    guarantee_hash = digest("担保标识")
    month = month("月份")
    obligor_firm_key = text("主债务人", optional=True)
    balance = money("担保余额")
    obligor_class = code("主业务五级分类", FIVE_CLASS)


class PbocInquiry(
    Table,
    zh="人行征信:查询记录",
    key=("inquiry_id",),
    event="inquiry_date",
    lag_days=12,
    source="REGISTERS.md section 2.7; lag: not published, as its neighbours",
):
    """One row per inquiry."""

    inquiry_id = text("查询标识")
    inquiry_date = day("查询日期")
    inquiry_reason = code("查询原因", INQUIRY_REASON)
    lender_kind = code("机构类型", LENDER_KIND, optional=True)
