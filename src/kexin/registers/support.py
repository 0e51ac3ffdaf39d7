"""Public money, qualifications, capital, recruiting, utilities: what else is known of a firm."""

from kexin.registers.contract import (
    Table,
    code,
    day,
    decimal,
    flag,
    integer,
    money,
    month,
    text,
)

LEVEL = {
    "national": "国家级",
    "province": "省级",
    "city": "市级",
    "district": "区县级",
}

CERT_KIND = {
    "HNTE": "高新技术企业",
    "TSME": "科技型中小企业",
    "ZJ_TSME": "省科技型中小企业",
    "INNOVATIVE": "创新型中小企业",
    "SRDI": "省专精特新",
    "LITTLE_GIANT": "专精特新小巨人",
    "CHAMPION": "单项冠军",
    "GAZELLE": "瞪羚",
    "QUASI_UNICORN": "准独角兽",
    "UNICORN": "独角兽",
    "EAGLE": "雄鹰",
    "RD_CENTER": "研发机构",
    "SW": "软件企业",
    "other": "未知资质",
}

ROUND_KIND = {
    "seed": "种子轮",
    "angel": "天使轮",
    "pre_a": "Pre-A轮",
    "a": "A轮",
    "b": "B轮",
    "c": "C轮",
    "d_plus": "D轮及以后",
    "strategic": "战略融资",
    "ipo": "上市",
}

UTILITY = {
    "electricity": "电",
    "water": "水",
    "gas": "气",
}


class GovAward(
    Table,
    zh="政府采购中标",
    key=("notice_no", "firm_key"),
    event="award_date",
    lag_days=5,
    measure="amount",
    source="REGISTERS.md section 2.8; lag: section 3",
):
    """One row per award and supplier."""

    notice_no = text("公告编号")
    award_date = day("中标(成交)公告日")
    amount = money("中标金额")
    buyer_name = text("采购单位", optional=True)
    contract_end = day("合同截止日", optional=True)


class GovSubsidy(
    Table,
    zh="财政补助",
    key=("grant_no",),
    event="granted_date",
    lag_days=90,
    measure="amount",
    source="REGISTERS.md section 2.8; lag: section 3",
):
    """One row per grant."""

    grant_no = text("拨付编号")
    program = text("项目名称", optional=True)
    level = code("级别", LEVEL)
    granted_date = day("公示/拨付日期")
    amount = money("金额")


class QualCert(
    Table,
    zh="科技资质与名单",
    key=("cert_no",),
    event="issue_date",
    lag_days=60,
    source="REGISTERS.md section 2.8; lag: section 3",
):
    """One row per qualification and validity."""

    cert_no = text("证书/入库编号")
    cert_kind = code("资质类型", CERT_KIND)
    batch = text("批次", optional=True)
    issue_date = day("发证/公告日期")
    valid_from = day("有效起")
    valid_to = day("有效止")
    revoked_date = day("取消日期", optional=True)


class HrRecruitMonth(
    Table,
    zh="招聘信息月度汇总",
    key=("firm_key", "month"),
    event="month",
    lag_days=30,
    source="REGISTERS.md section 2.8; lag: READINGS.md A01",
):
    """One row per firm and month."""

    month = month("月份")
    posts = integer("在招岗位数", "posts")
    rd_posts = integer("其中研发岗位", "posts", optional=True)
    median_wage = decimal("中位薪酬", "CNY/month", 12, 2, optional=True)


class VcRound(
    Table,
    zh="股权融资事件",
    key=("round_id",),
    event="round_date",
    lag_days=240,
    measure="amount",
    source="REGISTERS.md section 2.8; lag: section 3",
):
    """One row per round."""

    round_id = text("事件标识")
    round_date = day("披露日期")
    round_kind = code("轮次", ROUND_KIND)
    amount = money("金额", optional=True)
    has_gov_fund = flag("政府引导基金参投", optional=True)


class UtilMonth(
    Table,
    zh="水电气月度用量",
    key=("firm_key", "utility", "month"),
    event="month",
    lag_days=30,
    measure="billed",
    source="REGISTERS.md section 2.8; lag: READINGS.md A01",
):
    """One row per firm, utility and month."""

    utility = code("类型", UTILITY)
    month = month("月份")
    usage = decimal("用量", "kWh or m3", 18, 2)
    billed = money("应缴", optional=True)
    due_date = day("缴费期限", optional=True)
    paid_at = day("缴费日期", optional=True)
