"""Files of the courts (法院): lines of JSON out of a data interface."""

from kexin.registers.court import (
    CASE_TYPE,
    CourtBankruptcy,
    CourtCase,
    CourtDishonest,
    CourtEnforcement,
    CourtFreeze,
    CourtHearing,
    CourtJudgment,
    CourtParty,
    CourtRoundEnd,
    CourtSpendingLimit,
)
from kexin.simulate.looks.look import Look, Supplier

COURT = Supplier(
    id="court",
    zh="人民法院",
    form="jsonl",
    days="%Y年%m月%d日",
    padded=False,
    code="证照号码",
    name="当事人",
    sent="采集时间",
    operation="数据操作",
    new="新增",
    changed="修改",
    deleted="删除",
)

CASE = "案号键"

court_case = Look(
    table=CourtCase,
    supplier=COURT,
    file="案件立案",
    headings={
        "case_id": CASE,
        "case_no_raw": "案号",
        "root_case_id": "原审案号键",
        "court_code": "法院代字",
        "case_year": "年度",
        "cause_code": "案由大类",
        "cause_text": "案由",
        "filed_date": "立案时间",
        "claim_amount": "标的额",
        "close_date": "结案时间",
    },
    codes={
        "case_type": {kind: kind for kind in CASE_TYPE if kind != "other"}
        | {"other": "其他"}
    },
)

court_party = Look(
    table=CourtParty,
    supplier=COURT,
    file="案件当事人",
    headings={
        "case_id": CASE,
        "party_seq": "当事人序号",
        "party_role": "诉讼地位",
        "party_name_raw": "当事人姓名或名称",
        "is_firm": "是否单位",
        "filed_date": "立案时间",
    },
    own_name="party_name_raw",
)

court_hearing = Look(
    table=CourtHearing,
    supplier=COURT,
    file="开庭公告",
    headings={
        "notice_id": "公告编号",
        "case_id": CASE,
        "hearing_date": "开庭时间",
        "published_date": "公告发布日期",
    },
)

court_judgment = Look(
    table=CourtJudgment,
    supplier=COURT,
    file="裁判文书",
    headings={
        "doc_id": "文书编号",
        "case_id": CASE,
        "judgment_date": "裁判时间",
        "published_date": "发布日期",
        "outcome": "裁判结果",
        "award_amount": "判决金额",
        "anonymised": "是否匿名",
    },
)

court_enforcement = Look(
    table=CourtEnforcement,
    supplier=COURT,
    file="被执行人",
    headings={
        "case_id": CASE,
        "party_seq": "被执行人序号",
        "filed_date": "立案时间",
        "exec_amount": "执行标的金额",
        "exec_status": "执行状态",
        "closed_date": "结案时间",
    },
    name="被执行人姓名或名称",
)

court_dishonest = Look(
    table=CourtDishonest,
    supplier=COURT,
    file="失信被执行人名单",
    headings={
        "case_id": CASE,
        "party_seq": "被执行人序号",
        "list_date": "发布时间",
        "exec_filed_date": "立案时间",
        "behaviour": "失信被执行人行为具体情形",
        "performance": "被执行人的履行情况",
        "remove_date": "屏蔽时间",
    },
    code="组织机构代码",
    name="被执行人姓名或名称",
)

court_spending_limit = Look(
    table=CourtSpendingLimit,
    supplier=COURT,
    file="限制消费",
    headings={
        "order_no": "限消令编号",
        "case_id": CASE,
        "order_date": "发布时间",
        "restricted_rep_hash": "限消人员标识",
        "lifted_date": "解除时间",
    },
)

court_round_end = Look(
    table=CourtRoundEnd,
    supplier=COURT,
    file="终本案件",
    headings={"case_id": CASE, "end_date": "终本时间", "resumed_date": "恢复时间"},
)

court_bankruptcy = Look(
    table=CourtBankruptcy,
    supplier=COURT,
    file="破产重整",
    headings={
        "case_id": CASE,
        "proc_kind": "程序类型",
        "applicant_kind": "申请人类型",
        "apply_date": "申请时间",
        "accept_date": "受理时间",
        "end_date": "终结时间",
        "bk_status": "案件进度",
    },
    name="被申请人",
)

court_freeze = Look(
    table=CourtFreeze,
    supplier=COURT,
    file="财产保全",
    headings={
        "freeze_no": "裁定书文号",
        "asset_kind": "保全财产种类",
        "amount": "保全金额",
        "start_date": "保全起始日期",
        "end_date": "保全到期日期",
        "lifted_date": "解除日期",
    },
    name="被保全人",
)
