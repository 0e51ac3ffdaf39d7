"""Files of the platform's own office and of the banks on it."""

from kexin.registers.core import CoreConsent, CoreLoanOutcome, RelEdge
from kexin.simulate.looks.look import TEN_THOUSAND, Look, Supplier

PLATFORM = Supplier(
    id="core",
    zh="平台与合作银行",
    sent="上传时间",
    operation="操作",
    changed="修改",
)

RELATIONS = Supplier(
    id="rel",
    zh="关系图谱服务商",
    code="主体代码",
    name="主体名称",
    sent="生成时间",
    operation="边操作",
)

core_consent = Look(
    table=CoreConsent,
    supplier=PLATFORM,
    file="授权记录",
    headings={
        "consent_id": "授权书编号",
        "grantee": "被授权机构",
        "scope_registers": "授权范围",
        "purpose": "授权用途",
        "evidence_hash": "授权书文件摘要",
    },
)

core_loan_outcome = Look(
    table=CoreLoanOutcome,
    supplier=PLATFORM,
    file="贷款贷后反馈",
    headings={
        "loan_id": "借据编号",
        "report_month": "报送月份",
        "bank_id": "放款银行",
        "product": "信贷产品",
        "drawdown_date": "放款日期",
        "principal": "借据金额（万元）",
        "balance": "借据余额（万元）",
        "dpd": "当前逾期天数",
        "five_class": "五级分类结果",
        "is_rescheduled": "展期续贷标志",
    },
    digits={"principal": TEN_THOUSAND, "balance": TEN_THOUSAND},
)

rel_edge = Look(
    table=RelEdge,
    supplier=RELATIONS,
    file="企业关系",
    headings={
        "src_key": "起点",
        "dst_key": "终点",
        "edge_kind": "关系",
        "weight": "关系权重",
        "valid_from": "关系起始日",
        "valid_to": "关系终止日",
    },
)
