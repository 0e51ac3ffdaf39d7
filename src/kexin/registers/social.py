"""Social security (社保) and housing fund (公积金): staff, and what is paid for it."""

from kexin.registers.contract import Table, code, day, flag, integer, money, month, text

SI_KIND = {
    "pension": "养老",
    "unemployment": "失业",
    "injury": "工伤",
    "medical": "医疗(含生育)",
}

WAGE_CASE_KIND = {
    "inspection": "劳动监察处理",
    "wage_blacklist": "失信联合惩戒名单",
    "arbitration": "劳动仲裁",
}

HF_STATUS = {
    "normal": "正常",
    "deferred": "缓缴",
    "arrears": "欠缴",
    "sealed": "封存",
}


class SiMonth(
    Table,
    zh="社会保险月度缴费",
    key=("firm_key", "month", "si_kind"),
    event="month",
    lag_days=20,
    measure="payable",
    source="REGISTERS.md section 2.3; lag: READINGS.md A01",
):
    """One row per firm, month, kind and version."""

    month = month("费款所属月")
    si_kind = code("险种", SI_KIND)
    insured_count = integer("参保人数", "persons")
    base_total = money("缴费基数总额")
    payable = money("应缴金额")
    paid = money("实缴金额")
    due_date = day("缴费期限")
    paid_at = day("缴费日期", optional=True)


class SiHeadcountChange(
    Table,
    zh="参保人员增减",
    key=("firm_key", "month"),
    event="month",
    lag_days=20,
    source="REGISTERS.md section 2.3; lag: not published, as its neighbours",
):
    """One row per firm and month."""

    month = month("月份")
    joins = integer("增员人数", "persons")
    leaves = integer("减员人数", "persons")


class SiArrears(
    Table,
    zh="社保欠费",
    key=("firm_key", "si_kind", "start_month"),
    event="start_month",
    lag_days=20,
    measure="amount",
    source="REGISTERS.md section 2.3; lag: not published, as its neighbours",
):
    """One row per spell."""

    si_kind = code("险种", SI_KIND)
    start_month = month("欠费起始月")
    cleared_date = day("清欠日期", optional=True)
    amount = money("欠费金额")
    is_deferred = flag("是否政策缓缴")


class SiWageArrears(
    Table,
    zh="拖欠农民工工资失信名单/劳动监察",
    key=("case_no",),
    event="decision_date",
    lag_days=30,
    measure="amount",
    source="REGISTERS.md section 2.3; lag: section 3",
):
    """One row per case."""

    case_no = text("案件号")
    decision_date = day("决定日期")
    workers = integer("涉及人数", "persons", optional=True)
    amount = money("涉及金额", optional=True)
    case_kind = code("类型", WAGE_CASE_KIND)
    resolved_date = day("结案日期", optional=True)


class HfMonth(
    Table,
    zh="住房公积金月度缴存",
    key=("firm_key", "month"),
    event="month",
    lag_days=25,
    measure="payable",
    source="REGISTERS.md section 2.3; lag: READINGS.md A01",
):
    """One row per firm and month."""

    month = month("汇缴月份")
    contributors = integer("缴存人数", "persons")
    base_total = money("缴存基数总额", optional=True)
    payable = money("应缴")
    paid = money("实缴")
    hf_status = code("缴存状态", HF_STATUS)
