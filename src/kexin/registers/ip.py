"""Intellectual property (知识产权): patents, trademarks, software copyrights."""

from kexin.registers.contract import (
    PATENT_NUMBER,
    Table,
    code,
    day,
    flag,
    integer,
    money,
    text,
)

PATENT_KIND = {
    "invention": "发明",
    "utility": "实用新型",
    "design": "外观设计",
}

PATENT_STATUS = {
    "published": "公布",
    "examined": "实审",
    "granted": "授权",
    "refused": "驳回",
    "withdrawn": "视撤",
    "lapsed_fee": "未缴年费终止",
    "expired": "届满",
    "invalidated": "宣告无效",
    "abandoned": "放弃",
    "restored": "恢复",
    "other": "未知状态",
}

PATENT_EVENT = {
    "exam_start": "进入实审",
    "grant": "授权",
    "refuse": "驳回",
    "deemed_withdrawn": "视为撤回",
    "lapse_fee": "未缴年费终止",
    "restore": "恢复",
    "transfer_in": "转入",
    "transfer_out": "转出",
    "licence": "许可",
    "pledge": "质押",
    "pledge_end": "质押解除",
    "invalid_request": "请求无效",
    "invalidated": "宣告无效",
    "freeze": "冻结",
    "other": "未知事件",
}

TRADEMARK_STATUS = {
    "applied": "申请中",
    "registered": "已注册",
    "rejected": "驳回",
    "cancelled": "撤销",
    "expired": "到期",
    "invalidated": "宣告无效",
}


class IpPatent(
    Table,
    zh="专利",
    key=("app_no",),
    event="app_date",
    lag_days=560,
    source="REGISTERS.md section 2.6; lag: section 3",
):
    """One row per application."""

    app_no = text("申请号", form=PATENT_NUMBER)
    patent_kind = code("专利类型", PATENT_KIND)
    app_date = day("申请日")
    pub_date = day("公开(公布)日", optional=True)
    grant_date = day("授权公告日", optional=True)
    expiry_date = day("期限届满日", optional=True)
    legal_status = code("法律状态", PATENT_STATUS)
    ipc_main = text("主分类号", optional=True)
    claims_count = integer("权利要求数", "claims", optional=True)
    desc_pages = integer("说明书页数", "pages", optional=True)
    inventors_count = integer("发明人数", "persons", optional=True)
    family_size = integer("同族数", "members", optional=True)
    pct_flag = flag("PCT")


class IpPatentHolder(
    Table,
    zh="专利权人",
    key=("app_no", "holder_seq", "valid_from"),
    event="valid_from",
    lag_days=560,
    source="REGISTERS.md section 2.6; lag: not published, as its neighbours",
    derived={"holder_firm_key": "firm_key"},
):
    """One row per application, holder and period."""

    app_no = text("申请号", form=PATENT_NUMBER)
    holder_seq = integer("顺序", None)
    holder_name_raw = text("名称原文")
    holder_firm_key = text("匹配企业", optional=True)
    valid_from = day("起")
    valid_to = day("止", optional=True)
    acquired_by_transfer = flag("受让取得")


class IpPatentEvent(
    Table,
    zh="专利法律事件",
    key=("app_no", "event_code", "event_date", "seq"),
    event="event_date",
    lag_days=290,
    measure="amount",
    source="REGISTERS.md section 2.6; lag: section 3",
):
    """One row per event."""

    app_no = text("申请号", form=PATENT_NUMBER)
    event_code = code("事件", PATENT_EVENT)
    event_date = day("事件日期")
    announce_date = day("公告日")
    seq = integer("序号", None)
    other_party = text("相对方", optional=True)
    amount = money("金额", optional=True)


class IpCitation(
    Table,
    zh="专利引证",
    key=("citing_no", "cited_no"),
    event="citing_pub_date",
    lag_days=120,
    source="REGISTERS.md section 2.6; lag: section 3",
):
    """One row per citing–cited pair."""

    citing_no = text("引证专利", form=PATENT_NUMBER)
    cited_no = text("被引专利", form=PATENT_NUMBER)
    citing_pub_date = day("引证专利公开日")
    by_examiner = flag("审查员引证")
    is_self = flag("是否自引")


class IpTrademark(
    Table,
    zh="商标",
    key=("tm_no", "tm_class"),
    event="app_date",
    lag_days=15,
    source="REGISTERS.md section 2.6; lag: section 3",
):
    """One row per registration and class."""

    tm_no = text("注册号")
    tm_class = integer("类别", None)
    app_date = day("申请日")
    reg_date = day("注册公告日", optional=True)
    expiry_date = day("专用权截止日", optional=True)
    tm_status = code("状态", TRADEMARK_STATUS)


class IpSoftware(
    Table,
    zh="计算机软件著作权",
    key=("sw_reg_no",),
    event="reg_date",
    lag_days=60,
    source="REGISTERS.md section 2.6; lag: section 3",
):
    """One row per registration."""

    sw_reg_no = text("登记号")
    sw_name = text("软件名称")
    reg_date = day("登记日期")
    first_pub_date = day("首次发表日期", optional=True)
