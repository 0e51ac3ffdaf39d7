"""Files of the credit reference (人行征信), with the firm's authorisation."""

from kexin.registers.credit import PbocGuarantee, PbocInquiry, PbocLoanMonth
from kexin.simulate.looks.look import Look, Supplier

CREDIT_REFERENCE = Supplier(
    id="pboc",
    zh="征信中心",
    delimiter="|",
    days="%Y%m%d",
    months="%Y%m",
    yes="1",
    no="0",
    code="企业身份标识号码",
    name="企业名称",
    sent="信息报告时间",
    operation="记录操作类型",
    new="1",
    changed="2",
    deleted="删除",
)

CLASSES = {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5"}
"""Its own codes of the five classes (五级分类)."""

pboc_loan_month = Look(
    table=PbocLoanMonth,
    supplier=CREDIT_REFERENCE,
    file="借贷账户月度表现",
    headings={
        "account_hash": "账户标识码",
        "lender_hash": "业务管理机构代码",
        "lender_kind": "业务管理机构类型",
        "product_kind": "借贷业务种类",
        "guarantee_kind": "担保方式",
        "principal": "借款金额",
        "overdue_days": "当前逾期天数",
        "overdue_amount": "当前逾期总额",
        "is_rescheduled": "特定交易标志",
    },
    codes={"five_class": CLASSES},
)

pboc_guarantee = Look(
    table=PbocGuarantee,
    supplier=CREDIT_REFERENCE,
    file="相关还款责任",
    headings={
        "guarantee_hash": "保证合同标识",
        "obligor_firm_key": "主借款人身份标识",
        "balance": "相关还款责任余额",
        "obligor_class": "主债务五级分类",
    },
    codes={"obligor_class": CLASSES},
)

pboc_inquiry = Look(
    table=PbocInquiry,
    supplier=CREDIT_REFERENCE,
    file="信用报告查询",
    headings={"inquiry_id": "查询记录号", "lender_kind": "查询机构类型"},
)
