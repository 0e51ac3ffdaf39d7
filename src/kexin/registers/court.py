"""Courts (司法): disputes, enforcement, and what follows from not paying."""

from kexin.registers.contract import (
    Table,
    code,
    day,
    decimal,
    digest,
    flag,
    integer,
    money,
    text,
)

CASE_TYPE = {
    "民初": "民事一审",
    "民终": "民事二审",
    "民申": "民事申请再审",
    "民再": "民事再审",
    "执": "首次执行",
    "执恢": "恢复执行",
    "执保": "财产保全执行",
    "财保": "诉前保全",
    "执异": "执行异议",
    "执复": "执行复议",
    "破申": "破产申请",
    "破": "破产",
    "强清": "强制清算",
    "行初": "行政一审",
    "行终": "行政二审",
    "非诉行审": "非诉行政执行审查",
    "刑初": "刑事一审",
    "民诉前调": "诉前调解",
    "知民初": "知识产权民事一审",
    "督": "支付令",
    "other": "未知类型",
}

CAUSE_GROUP = {
    "loan_bank": "金融借款/信用卡",
    "loan_private": "民间借贷/企业借贷",
    "guarantee": "保证/追偿权",
    "bill": "票据",
    "factoring_lease": "保理/融资租赁",
    "sale": "买卖",
    "processing": "承揽/加工",
    "service": "服务/技术/软件开发合同",
    "construction": "建设工程",
    "lease": "租赁",
    "transport": "运输",
    "labour": "劳动争议/劳务",
    "equity": "股权/与公司有关",
    "ip": "知识产权",
    "insurance_property": "财产损害/保险",
    "liability": "机动车/侵权",
    "bankruptcy": "破产",
    "admin": "行政",
    "criminal": "刑事",
    "other": "其他",
}

CLOSE_MODE = {
    "judgment": "判决",
    "mediation": "调解",
    "withdrawal": "撤诉",
    "rejected": "驳回起诉",
    "transferred": "移送",
    "other": "其他",
}

PARTY_ROLE = {
    "plaintiff": "原告",
    "defendant": "被告",
    "third": "第三人",
    "appellant": "上诉人",
    "appellee": "被上诉人",
    "applicant": "申请人",
    "respondent": "被申请人",
    "exec_applicant": "申请执行人",
    "exec_debtor": "被执行人",
    "debtor": "债务人(破产)",
    "creditor": "债权人",
}

MATCH_METHOD = {
    "M1": "统一社会信用代码",
    "M2": "修复一位的代码",
    "M3": "组织机构代码",
    "M4": "工商注册号",
    "M5": "海关编码",
    "M6": "名称一致",
    "M7": "规范名称一致",
    "M8": "近似名称及佐证",
    "M9": "隐名",
}

DOC_TYPE = {
    "judgment": "判决书",
    "ruling": "裁定书",
    "mediation": "调解书",
    "decision": "决定书",
    "order": "支付令",
}

OUTCOME = {
    "win": "胜诉",
    "partly_win": "部分胜诉",
    "lose": "败诉",
    "withdrawn": "撤诉",
    "settled": "和解",
    "dismissed": "驳回",
    "unknown": "不明",
}

EXEC_STATUS = {
    "open": "执行中",
    "performed": "执行完毕",
    "settled": "和解",
    "terminated_round": "终本",
    "withdrawn": "撤回",
    "transferred_bankruptcy": "移送破产",
}

BEHAVIOUR = {
    "able_refuse": "有履行能力而拒不履行",
    "obstruct": "妨碍、抗拒执行",
    "evade": "规避执行",
    "asset_report": "违反财产报告",
    "spending": "违反限消",
    "settlement": "无正当理由拒不履行和解协议",
}

PERFORMANCE = {
    "none": "全部未履行",
    "part": "部分",
    "full": "全部",
}

BANKRUPTCY_KIND = {
    "liquidation": "清算",
    "reorganisation": "重整",
    "composition": "和解",
    "pre_reorganisation": "预重整",
    "compulsory_liquidation": "强制清算",
}

BANKRUPTCY_APPLICANT = {
    "creditor": "债权人",
    "debtor": "债务人",
    "enforcement_transfer": "执转破",
    "shareholder": "股东",
}

BANKRUPTCY_STATUS = {
    "applied": "已申请",
    "accepted": "已受理",
    "rejected": "不予受理",
    "withdrawn": "撤回",
    "declared": "宣告破产",
    "plan_approved": "计划获批",
    "ended": "终结",
}

ASSET_KIND = {
    "equity": "股权",
    "deposit": "存款",
    "realty": "不动产",
    "patent": "专利",
    "receivable": "应收账款",
    "other": "其他",
}


class CourtCase(
    Table,
    zh="案件",
    key=("case_id",),
    event="filed_date",
    lag_days=110,
    measure="claim_amount",
    source="REGISTERS.md section 2.5; lag: section 3",
    place="court_code",
):
    """One row per procedure."""

    case_id = text("案号规范键")
    case_no_raw = text("案号原文")
    root_case_id = text("原审案件键")
    court_code = text("法院代字")
    case_year = integer("立案年度", "year")
    case_type = code("案件类型", CASE_TYPE)
    cause_code = code("案由", CAUSE_GROUP, optional=True)
    cause_text = text("案由原文", optional=True)
    filed_date = day("立案日期", optional=True)
    claim_amount = money("诉讼标的额", optional=True)
    close_date = day("结案日期", optional=True)
    close_mode = code("结案方式", CLOSE_MODE, optional=True)


class CourtParty(
    Table,
    zh="案件当事人",
    key=("case_id", "party_seq"),
    event="filed_date",
    lag_days=110,
    source="REGISTERS.md section 2.5; lag: not published, as its neighbours",
    place="case_id",
    derived={
        "party_firm_key": "firm_key",
        "via_branch": "via_branch",
        "match_method": "firm_step",
        "match_conf": "firm_conf",
    },
):
    """One row per case and party."""

    case_id = text("案号规范键")
    party_seq = integer("序号", None)
    party_role = code("诉讼地位", PARTY_ROLE)
    party_name_raw = text("名称原文")
    is_firm = flag("是否组织")
    party_firm_key = text("匹配企业", optional=True)
    via_branch = flag("经分支机构归集")
    match_method = code("匹配方式", MATCH_METHOD, optional=True)
    match_conf = decimal("匹配置信度", "0–1", 4, 3, optional=True)
    filed_date = day("立案日期", optional=True)


class CourtHearing(
    Table,
    zh="开庭公告",
    key=("notice_id",),
    event="hearing_date",
    lag_days=4,
    source="REGISTERS.md section 2.5; lag: section 3",
    place="case_id",
    announced=True,
):
    """One row per notice."""

    notice_id = text("公告标识")
    case_id = text("案号规范键", optional=True)
    hearing_date = day("开庭日期")
    published_date = day("公告日期")


class CourtJudgment(
    Table,
    zh="裁判文书",
    key=("doc_id",),
    event="judgment_date",
    lag_days=260,
    measure="award_amount",
    source="REGISTERS.md section 2.5; lag: section 3",
    place="case_id",
):
    """One row per document."""

    doc_id = text("文书标识")
    case_id = text("案号规范键")
    doc_type = code("文书类型", DOC_TYPE)
    judgment_date = day("裁判日期")
    published_date = day("上网日期", optional=True)
    outcome = code("对本企业结果", OUTCOME)
    award_amount = money("判令金额", optional=True)
    anonymised = flag("当事人是否隐名")


class CourtEnforcement(
    Table,
    zh="被执行人",
    key=("case_id", "party_seq"),
    event="filed_date",
    lag_days=10,
    measure="exec_amount",
    source="REGISTERS.md section 2.5; lag: section 3",
    place="case_id",
):
    """One row per enforcement case and debtor."""

    case_id = text("执行案号规范键")
    party_seq = integer("序号", None)
    filed_date = day("执行立案日期")
    exec_amount = money("执行标的", optional=True)
    unpaid_amount = money("未履行金额", optional=True)
    exec_status = code("状态", EXEC_STATUS)
    closed_date = day("结案日期", optional=True)


class CourtDishonest(
    Table,
    zh="失信被执行人",
    key=("case_id", "party_seq"),
    event="list_date",
    lag_days=7,
    source="REGISTERS.md section 2.5; lag: section 3",
    place="case_id",
):
    """One row per listing."""

    case_id = text("执行案号规范键")
    party_seq = integer("序号", None)
    list_date = day("决定/发布日期")
    exec_filed_date = day("执行立案日期", optional=True)
    behaviour = code("失信行为情形", BEHAVIOUR)
    performance = code("履行情况", PERFORMANCE)
    remove_date = day("屏蔽/删除日期", optional=True)


class CourtSpendingLimit(
    Table,
    zh="限制消费令",
    key=("order_no",),
    event="order_date",
    lag_days=10,
    source="REGISTERS.md section 2.5; lag: section 3",
    place="case_id",
):
    """One row per order."""

    order_no = text("文号")
    case_id = text("执行案号规范键", optional=True)
    order_date = day("发布日期")
    restricted_rep_hash = digest("被限消的法定代表人标识", optional=True)
    lifted_date = day("解除日期", optional=True)


class CourtRoundEnd(
    Table,
    zh="终结本次执行",
    key=("case_id",),
    event="end_date",
    lag_days=20,
    measure="unpaid_amount",
    source="REGISTERS.md section 2.5; lag: section 3",
    place="case_id",
):
    """One row per case."""

    case_id = text("执行案号规范键")
    end_date = day("终本日期")
    unpaid_amount = money("未履行金额", optional=True)
    resumed_date = day("恢复执行日期", optional=True)


class CourtBankruptcy(
    Table,
    zh="破产案件",
    key=("case_id",),
    event="apply_date",
    lag_days=70,
    source="REGISTERS.md section 2.5; lag: section 3",
    place="case_id",
):
    """One row per case."""

    case_id = text("破产案号规范键")
    proc_kind = code("程序", BANKRUPTCY_KIND)
    applicant_kind = code("申请人", BANKRUPTCY_APPLICANT)
    apply_date = day("申请日期")
    accept_date = day("受理日期", optional=True)
    end_date = day("终结日期", optional=True)
    bk_status = code("状态", BANKRUPTCY_STATUS)


class CourtFreeze(
    Table,
    zh="财产保全与股权冻结",
    key=("freeze_no",),
    event="start_date",
    lag_days=20,
    measure="amount",
    source="REGISTERS.md section 2.5; lag: section 3",
):
    """One row per measure."""

    freeze_no = text("文书号")
    asset_kind = code("财产类型", ASSET_KIND)
    amount = money("冻结/保全金额", optional=True)
    start_date = day("起始日")
    end_date = day("期限届满日", optional=True)
    lifted_date = day("解除日期", optional=True)
