"""Business registry (市场监管): who a firm is."""

from kexin.registers.contract import Table, code, day, flag, money, text

REG_STATUS = {
    "active": "存续/在营/开业/在册",
    "dormant": "歇业",
    "liquidating": "清算",
    "revoked": "吊销,未注销",
    "revoked_deregistered": "吊销,已注销",
    "deregistered": "注销",
    "forced_deregistered": "强制注销",
    "cancelled": "撤销登记",
    "moved_out": "迁出",
    "merged": "因合并注销",
}


class RegFirm(
    Table,
    zh="企业登记基本信息",
    key=("firm_key",),
    event="approve_date",
    lag_days=3,
    source="REGISTERS.md section 2.1; lag: section 3",
):
    """One firm and version; a change of any field is a new version."""

    uscc = text("统一社会信用代码", form="[0-9A-HJ-NPQRTUWXY]{18}")
    regno_15 = text("工商注册号", optional=True, form="[0-9]{15}")
    firm_name = text("企业名称")
    firm_type_code = text("企业类型", form="[0-9]{4}")
    is_branch = flag("是否分支机构")
    parent_uscc = text("隶属企业代码", optional=True, form="[0-9A-HJ-NPQRTUWXY]{18}")
    legal_rep_hash = text("法定代表人标识", optional=True)
    legal_rep_name = text("法定代表人姓名", optional=True)
    reg_capital = money("注册资本(认缴)", optional=True)
    paid_in_capital = money("实缴资本", optional=True)
    establish_date = day("成立日期")
    approve_date = day("核准日期")
    term_end = day("经营期限至", optional=True)
    reg_status = code("登记状态", REG_STATUS)
    status_date = day("状态日期", optional=True)
    reg_authority = text("登记机关代码", form="[0-9]{6}")
    district_code = text("住所所在区", form="[0-9]{6}")
    address = text("住所", optional=True)
    address_norm_hash = text("标准地址标识", optional=True)
    phone_hash = text("联系电话标识", optional=True)
    industry_code = text("行业代码", optional=True, form="[A-T][0-9]{2,4}")
    business_scope = text("经营范围", optional=True)
