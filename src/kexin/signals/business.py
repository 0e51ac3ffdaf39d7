"""Signals of the business registry (市场监管): what a firm is, who owns and runs it.

Holders and officers come and go: who left on a day is gone on that day (READINGS.md,
A85). A firm's own record stands for it as its latest version tells.
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Choose, Constant, Node
from kexin.algebra.reductions import Across, Aggregate, Window, count, latest
from kexin.language import Text
from kexin.registers.business import RegChange, RegFirm, RegOfficer, RegShareholder
from kexin.signals.signal import Signal

EVER, TWO_YEARS = Window(), Window(24)


def changes(item: str, months: int) -> Aggregate:
    """Number of changes of an item, as rows: one filing may hold several (A10)."""
    return count(RegChange.change_date, Window(months), RegChange.change_item.is_in(item))


def held(day: AsOf) -> Node:
    """Whether a holder had the stake on a day."""
    until = RegShareholder.valid_to
    return (RegShareholder.valid_from <= day) & (until.is_absent() | (until > day))


def in_office(day: AsOf) -> Node:
    """Whether an officer was in office on a day."""
    until = RegOfficer.valid_to
    return (RegOfficer.valid_from <= day) & (until.is_absent() | (until > day))


now, before = AsOf(), AsOf(months=24)
capital = latest(RegFirm.reg_capital)

holders = count(RegShareholder.holder_key, EVER, held(now))
stake_before = latest(RegShareholder.ratio, held(before))
stake_now = Choose(holders > 0, latest(RegShareholder.ratio, held(now)), Constant(0))
stake_lost = Call("greatest", (stake_before - stake_now, Constant(0)))
"""Of one holder; absent where the stake is unknown on either day (A11)."""

left_lately = Aggregate("count", RegOfficer.valid_to, TWO_YEARS, on=RegOfficer.valid_to)
officers_before = count(RegOfficer.person_hash, EVER, in_office(before))


age_m = Signal(
    id="reg.age_m",
    register="reg",
    name=Text("成立月数", "Age since establishment"),
    formula=Call("months_since", (latest(RegFirm.establish_date),)),
    unit="months", direction=-1, absent="no_records", family="background",
    reason=Text("企业成立{v}个月", "The firm was established {v} months ago"),
    why=Text("失败集中在第3–7年（SRC-N1）；很年轻的企业没有记录", "Failures peak in years 3–7 (SRC-N1); very young firms have no record"),
    source="SIGNALS.md section 2, reg.age_m; READINGS.md A65",
)


capital_log = Signal(
    id="reg.capital_log",
    register="reg",
    name=Text("注册资本(对数)", "Registered capital, log"),
    formula=Call("ln", (capital + 1,)),
    unit="ln CNY", direction=0, absent="missing", family="capital",
    reason=Text("注册资本{v_wan}万元", "Registered capital is CNY {v_wan} ten-thousand"),
    why=Text("规模的弱信号；五年实缴规定（SRC-L5）后虚高的资本正在削减，因此不设单调性", "Weak sign of scale; since the five-year payment rule (SRC-L5) inflated capital is being cut, so not monotone"),
    source="SIGNALS.md section 2, reg.capital_log",
)


paid_ratio = Signal(
    id="reg.paid_ratio",
    register="reg",
    name=Text("实缴比例", "Paid-in share of registered capital"),
    formula=(latest(RegFirm.paid_in_capital) / capital).clip(0, 1),
    unit="fraction", direction=-1, absent="missing", family="capital",
    reason=Text("注册资本实缴比例{v_pct}%", "{v_pct}% of the registered capital has been paid in"),
    why=Text("自己投入资金的股东更少违约", "Owners with money at stake default less"),
    source="SIGNALS.md section 2, reg.paid_ratio; READINGS.md A63",
)


capital_cut_24m = Signal(
    id="reg.capital_cut_24m",
    register="reg",
    name=Text("近24月减资次数", "Capital reduction in 24 months"),
    formula=changes("capital_cut", 24),
    unit="count", direction=1, absent="never", family="capital",
    reason=Text("近24个月减资{v}次", "Registered capital was reduced {v} time(s) in 24 months"),
    why=Text("减资使股东避开债权人；2024年7月至2027年6月的减资多为法定调整：应保留制度标志", "Reduction shields owners from creditors; 2024-07 to 2027-06 many are only legal adjustments: keep a regime flag"),
    source="SIGNALS.md section 2, reg.capital_cut_24m; READINGS.md A10",
)


capital_raise_24m = Signal(
    id="reg.capital_raise_24m",
    register="reg",
    name=Text("近24月增资次数", "Capital increase in 24 months"),
    formula=changes("capital_raise", 24),
    unit="count", direction=-1, absent="never", family="capital",
    reason=Text("近24个月增资{v}次", "Registered capital was raised {v} time(s) in 24 months"),
    why=Text("股东或投资人投入的新资金", "New money from owners or investors"),
    source="SIGNALS.md section 2, reg.capital_raise_24m; READINGS.md A10",
)


rep_change_12m = Signal(
    id="reg.rep_change_12m",
    register="reg",
    name=Text("近12月法定代表人变更次数", "Changes of legal representative, 12 months"),
    formula=changes("legal_rep", 12),
    unit="count", direction=1, absent="never", family="control",
    reason=Text("近12个月法定代表人变更{v}次", "The legal representative changed {v} time(s) in 12 months"),
    why=Text("变更后6–12个月内银行拒贷（SRC-B4）：常见于企业被弃置或作为空壳出售之前", "Banks refuse within 6–12 months of a change (SRC-B4): typical before a firm is abandoned or sold as a shell"),
    source="SIGNALS.md section 2, reg.rep_change_12m; READINGS.md A10",
)


rep_change_36m = Signal(
    id="reg.rep_change_36m",
    register="reg",
    name=Text("近36月法定代表人变更次数", "Changes of legal representative, 36 months"),
    formula=changes("legal_rep", 36),
    unit="count", direction=1, absent="never", family="control",
    reason=Text("近36个月法定代表人变更{v}次", "The legal representative changed {v} time(s) in 36 months"),
    why=Text("多次变更说明控制权不稳定", "Repeated changes show unstable control"),
    source="SIGNALS.md section 2, reg.rep_change_36m; READINGS.md A10",
)


holder_exit_24m = Signal(
    id="reg.holder_exit_24m",
    register="reg",
    name=Text("近24月股权变动比例", "Equity that changed hands, 24 months"),
    formula=Across("sum", stake_lost, by=RegShareholder.holder_key),
    unit="fraction", direction=1, absent="never", family="control",
    reason=Text("近24个月有{v_pct}%的股权易手", "{v_pct}% of the equity changed hands in 24 months"),
    why=Text("创始人提前退出；融资也会改变股权，因此与vc.months_since一并解读", "Founders leaving early; financing rounds also move it, hence read with vc.months_since"),
    source="SIGNALS.md section 2, reg.holder_exit_24m; READINGS.md A11",
)


addr_move_24m = Signal(
    id="reg.addr_move_24m",
    register="reg",
    name=Text("近24月住所变更次数", "Address changes, 24 months"),
    formula=changes("address", 24),
    unit="count", direction=1, absent="never", family="changes",
    reason=Text("近24个月住所变更{v}次", "The registered address changed {v} time(s) in 24 months"),
    why=Text("频繁搬迁常伴随拖欠租金和逃避", "Frequent moves go with rent arrears and evasion"),
    source="SIGNALS.md section 2, reg.addr_move_24m; READINGS.md A10",
)


name_change_36m = Signal(
    id="reg.name_change_36m",
    register="reg",
    name=Text("近36月名称变更次数", "Name changes, 36 months"),
    formula=changes("name", 36),
    unit="count", direction=1, absent="never", family="changes",
    reason=Text("近36个月企业名称变更{v}次", "The firm changed its name {v} time(s) in 36 months"),
    why=Text("掩盖不良历史", "Hides bad history"),
    source="SIGNALS.md section 2, reg.name_change_36m; READINGS.md A10",
)


scope_change_24m = Signal(
    id="reg.scope_change_24m",
    register="reg",
    name=Text("近24月经营范围变更次数", "Business-scope changes, 24 months"),
    formula=changes("scope", 24),
    unit="count", direction=0, absent="never", family="changes",
    reason=Text("近24个月经营范围变更{v}次", "The business scope changed {v} time(s) in 24 months"),
    why=Text("经营方向变化：成长或漂移", "Change of trade: growth or drifting"),
    source="SIGNALS.md section 2, reg.scope_change_24m; READINGS.md A10",
)


top1_ratio = Signal(
    id="reg.top1_ratio",
    register="reg",
    name=Text("第一大股东持股比例", "Largest holder's stake"),
    formula=Aggregate("max", RegShareholder.ratio, EVER, held(now)),
    unit="fraction", direction=0, absent="missing", family="control",
    reason=Text("第一大股东持股{v_pct}%", "The largest shareholder holds {v_pct}%"),
    why=Text("两个极端都有风险", "Both extremes carry risk"),
    source="SIGNALS.md section 2, reg.top1_ratio; READINGS.md A85",
)


fund_holder = Signal(
    id="reg.fund_holder",
    register="reg",
    name=Text("有基金或国资股东", "Fund or state among the holders"),
    formula=(
        count(
            RegShareholder.holder_key,
            EVER,
            held(now) & RegShareholder.holder_kind.is_in("fund", "state"),
        )
        > 0
    ).given(holders > 0),
    unit="0/1", direction=-1, absent="missing", family="control",
    reason=Text("{v:有|无}基金或国资股东", "{v:Has|Has no} fund or state shareholder"),
    why=Text("经外部筛选，资金更雄厚", "Outside screening and deeper pockets"),
    source="SIGNALS.md section 2, reg.fund_holder; READINGS.md A85",
)


officer_turn_24m = Signal(
    id="reg.officer_turn_24m",
    register="reg",
    name=Text("近24月高管变动率", "Officer turnover, 24 months"),
    formula=(left_lately / officers_before).given(officers_before >= 2),
    unit="fraction", direction=1, absent="too_few", family="control",
    reason=Text("近24个月高管变动率{v_pct}%", "{v_pct}% of the officers left in 24 months"),
    why=Text("关键人员最先离开", "Key people leave first"),
    source="SIGNALS.md section 2, reg.officer_turn_24m; READINGS.md A13",
)
