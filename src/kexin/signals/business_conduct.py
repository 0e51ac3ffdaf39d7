"""Signals of the business registry (市场监管): what was held against a firm, and its reports.

Listings, penalties, liens, notices and annual reports. A penalty that was repaired leaves
all signals at once (READINGS.md, A14).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Choose, Coded, Constant, Node
from kexin.algebra.reductions import Aggregate, Window, count, latest, total
from kexin.algebra.views import Joined, named
from kexin.language import Text
from kexin.registers.business import (
    RegAbnormalList,
    RegAnnualReport,
    RegChattelMortgage,
    RegEquityPledge,
    RegFirm,
    RegPenalty,
    RegStatusEvent,
)
from kexin.registers.social import SiMonth
from kexin.signals.signal import Signal
from kexin.signals.vat import or_zero, to_sales

EVER, YEAR, TWO_YEARS = Window(), Window(12), Window(24)
THREE_YEARS, FIVE_YEARS = Window(36), Window(60)

GRAVITY = (("minor", 1), ("general", 2), ("serious", 3))


def open_on(day: AsOf, end: Node) -> Node:
    """Whether a spell that began was not over on a day: it ends on its last (A85)."""
    return end.is_absent() | (end > day)


now = AsOf()
unreachable = RegAbnormalList.list_reason.is_in("unreachable")
is_listed = open_on(now, RegAbnormalList.remove_date)

not_repaired = open_on(now, RegPenalty.repaired_at)
fined = total(
    or_zero(RegPenalty.fine_amount) + or_zero(RegPenalty.confiscated_amount),
    TWO_YEARS,
    not_repaired,
)

pledged = total(
    RegEquityPledge.pledged_amount,
    EVER,
    RegEquityPledge.pledge_status.is_in("valid")
    & open_on(now, RegEquityPledge.cancel_date),
)
pledged_part = (pledged / latest(RegFirm.reg_capital)).clip(0, 1)

of_receivables = RegChattelMortgage.secured_kind.is_in(
    "receivable_pledge", "receivable_transfer", "factoring"
)

notice = RegStatusEvent.event_code.is_in(
    "simple_dereg_notice", "liquidation_notice", "dormant"
)


def failed(years_back: int) -> Node:
    """1 if the report of a due year is late or missing, else 0.

    The report of a year is due once 30 June of the next has passed: at T the last year
    that is due is that of the day 18 months earlier. No report is due of a year before
    the firm was established (A16).

    Args:
        years_back: Years before the last one that is due.
    """
    year = Call("year", (AsOf(months=18 + 12 * years_back),))
    reported = RegAnnualReport.report_year
    of_year = (reported >= year) & (reported <= year)
    in_time = count(reported, EVER, of_year & ~RegAnnualReport.is_late)
    existed = Call("year", (established,)) <= year
    return Choose(existed & (in_time <= 0), Constant(1), Constant(0))


established = latest(RegFirm.establish_date)
is_of_age = Call("months_since", (established,)) >= 18

assets = latest(RegAnnualReport.total_assets)
is_recent = latest(RegAnnualReport.submit_date) > AsOf(months=24)

staff_report = Joined(
    name="staff_report",
    left=RegAnnualReport.id,
    right=SiMonth.id,
    on=(
        (RegAnnualReport.envelope("firm_key"), SiMonth.envelope("firm_key")),
        (RegAnnualReport.report_year, Call("year", (SiMonth.month,))),
    ),
    where=SiMonth.si_kind.is_in("pension")
    & (Call("month_of_year", (SiMonth.month,)) >= 12),
    columns=named(
        RegAnnualReport.id,
        "report_year",
        "employees",
        insured_count=SiMonth.insured_count,
    ),
)
"""Annual reports with the insured staff of the December of their year."""

year_told = latest(RegAnnualReport.report_year)
year_met = latest(staff_report["report_year"])


abn_now = Signal(
    id="reg.abn_now",
    register="reg",
    name=Text("当前列入经营异常名录", "On the abnormal-operation list now"),
    formula=count(RegAbnormalList.list_date, EVER, is_listed) > 0,
    unit="0/1", direction=1, absent="never", family="listing",
    reason=Text("{v:目前被列入|目前未被列入}经营异常名录", "{v:Is|Is not} on the abnormal-operation list"),
    why=Text("未报送、失联或弄虚作假：同时也是硬性规则（POLICY第3节）", "Not filed, not reachable or false: a hard rule as well (POLICY §3)"),
    source="SIGNALS.md section 2, reg.abn_now; READINGS.md A85",
)


abn_cnt_36m = Signal(
    id="reg.abn_cnt_36m",
    register="reg",
    name=Text("近36月列入经营异常次数", "Abnormal listings, 36 months"),
    formula=count(RegAbnormalList.list_date, THREE_YEARS),
    unit="count", direction=1, absent="never", family="listing",
    reason=Text("近36个月列入经营异常名录{v}次", "Listed as abnormal {v} time(s) in 36 months"),
    why=Text("疏忽会延续", "Carelessness persists"),
    source="SIGNALS.md section 2, reg.abn_cnt_36m",
)


abn_unreach_60m = Signal(
    id="reg.abn_unreach_60m",
    register="reg",
    name=Text("近60月曾因住所失联列异", "Ever unreachable at the address, 60 months"),
    formula=count(RegAbnormalList.list_date, FIVE_YEARS, unreachable) > 0,
    unit="0/1", direction=1, absent="never", family="listing",
    reason=Text("近60个月{v:曾|未曾}因登记住所无法联系被列异", "{v:Was|Was never} listed as unreachable at its address in 60 months"),
    why=Text("最强的列入原因：占列入的11%（SRC-N5）", "The strongest reason code: 11 % of listings (SRC-N5)"),
    source="SIGNALS.md section 2, reg.abn_unreach_60m",
)


penalty_cnt_24m = Signal(
    id="reg.penalty_cnt_24m",
    register="reg",
    name=Text("近24月行政处罚次数", "Administrative penalties, 24 months"),
    formula=(
        count(
            RegPenalty.decision_date,
            TWO_YEARS,
            ~RegPenalty.severity.is_in("minor") & not_repaired,
        )
    ),
    unit="count", direction=1, absent="never", family="penalty",
    reason=Text("近24个月行政处罚{v}次(不含轻微)", "{v} administrative penalt(y/ies) in 24 months (minor ones excluded)"),
    why=Text("违规；2026-04-01起轻微处罚不计", "Rule-breaking; minor ones are left out since 2026-04-01"),
    source="SIGNALS.md section 2, reg.penalty_cnt_24m; READINGS.md A14, A70",
)


penalty_fine_24m = Signal(
    id="reg.penalty_fine_24m",
    register="reg",
    name=Text("近24月罚没金额占销售额比", "Fines to sales, 24 months"),
    formula=to_sales(fined),
    unit="fraction", direction=1, absent="too_few", family="penalty",
    reason=Text("近24个月罚没金额占年销售额{v_pct}%", "Fines of 24 months equal {v_pct}% of yearly sales"),
    why=Text("代价与严重程度", "Cost and gravity"),
    source="SIGNALS.md section 2, reg.penalty_fine_24m; READINGS.md A06, A14, A62",
)


penalty_worst_36m = Signal(
    id="reg.penalty_worst_36m",
    register="reg",
    name=Text("近36月最重处罚程度", "Gravest penalty, 36 months"),
    formula=(
        or_zero(
            Aggregate("max", Coded(RegPenalty.severity, GRAVITY), THREE_YEARS, not_repaired)
        )
    ),
    unit="level", direction=1, absent="never", family="penalty",
    reason=Text("近36个月最重行政处罚为“{v_name}”", "The gravest penalty in 36 months was \"{v_name}\""),
    why=Text("停业和吊销许可比次数更重要", "Suspension and licence loss matter more than count"),
    source="SIGNALS.md section 2, reg.penalty_worst_36m; READINGS.md A14, A70",
    labels=(
        (0, Text("无", "none")),
        (1, Text("轻微", "minor")),
        (2, Text("一般", "general")),
        (3, Text("严重", "serious")),
    ),
)


pledge_ratio = Signal(
    id="reg.pledge_ratio",
    register="reg",
    name=Text("股权出质比例", "Pledged part of the equity"),
    formula=Call("coalesce", (pledged_part, Constant(0).given(pledged <= 0))),
    unit="fraction", direction=1, absent="missing", family="pledge",
    reason=Text("股权出质比例{v_pct}%", "{v_pct}% of the equity is pledged"),
    why=Text("股东已用股权借款", "Owners already borrowed on the shares"),
    source="SIGNALS.md section 2, reg.pledge_ratio; READINGS.md A06b, A15",
)


chattel_new_12m = Signal(
    id="reg.chattel_new_12m",
    register="reg",
    name=Text("近12月新增动产担保登记", "New movable-property liens, 12 months"),
    formula=count(RegChattelMortgage.reg_date, YEAR),
    unit="count", direction=1, absent="never", family="pledge",
    reason=Text("近12个月新增动产担保登记{v}笔", "{v} new lien(s) on movable property in 12 months"),
    why=Text("最后的资产正在被抵押", "Last assets are being pledged"),
    source="SIGNALS.md section 2, reg.chattel_new_12m",
)


chattel_recv_12m = Signal(
    id="reg.chattel_recv_12m",
    register="reg",
    name=Text("近12月应收账款质押/转让登记额占比", "Receivables pledged or sold, 12 months"),
    formula=to_sales(total(RegChattelMortgage.secured_amount, YEAR, of_receivables)),
    unit="fraction", direction=1, absent="too_few", family="pledge",
    reason=Text("近12个月应收账款质押或转让额占销售额{v_pct}%", "Receivables pledged or sold in 12 months equal {v_pct}% of sales"),
    why=Text("未来的现金已被占用", "Future cash already committed"),
    source="SIGNALS.md section 2, reg.chattel_recv_12m; READINGS.md A06",
)


ar_late_36m = Signal(
    id="reg.ar_late_36m",
    register="reg",
    name=Text("近3个年度年报逾期或未报次数", "Late or missing annual reports, last 3"),
    formula=(failed(0) + failed(1) + failed(2)).given(is_of_age),
    unit="count", direction=1, absent="too_few", family="reporting",
    reason=Text("近3个年度有{v}个年度年报逾期或未报", "{v} of the last 3 annual reports were late or missing"),
    why=Text("守规的习惯", "Habit of compliance"),
    source="SIGNALS.md section 2, reg.ar_late_36m; READINGS.md A16",
)


ar_leverage = Signal(
    id="reg.ar_leverage",
    register="reg",
    name=Text("年报资产负债率", "Liabilities to assets in the annual report"),
    formula=(latest(RegAnnualReport.total_liabilities) / assets)
    .clip(0, 3)
    .given(is_recent & (assets > 0)),
    unit="ratio", direction=1, absent="missing", family="leverage",
    reason=Text("年报资产负债率{v_pct}%", "Liabilities are {v_pct}% of assets in the annual report"),
    why=Text("抵御亏损的缓冲；70%是常见上限（SRC-B3）", "Buffer against loss; 70 % is a usual ceiling (SRC-B3)"),
    source="SIGNALS.md section 2, reg.ar_leverage; READINGS.md A17, A28",
)


ar_emp_gap = Signal(
    id="reg.ar_emp_gap",
    register="reg",
    name=Text("年报从业人数与参保人数偏离", "Annual-report staff vs insured staff"),
    formula=(
        Call(
            "ln",
            (
                (latest(staff_report["employees"]) + 1)
                / (latest(staff_report["insured_count"]) + 1),
            ),
        ).given((year_met >= year_told) & (year_met <= year_told))
    ),
    unit="log ratio", direction=1, absent="missing", family="staff",
    reason=Text("年报从业人数为同期参保人数的{v_x}倍", "Reported staff is {v_x} times the insured staff"),
    why=Text("夸大人数，或员工未参保", "Exaggeration or uninsured staff"),
    source="SIGNALS.md section 2, reg.ar_emp_gap; READINGS.md O6",
)


wind_notice = Signal(
    id="reg.wind_notice",
    register="reg",
    name=Text("简易注销/清算/歇业公告", "Deregistration, liquidation or dormancy notice"),
    formula=count(RegStatusEvent.event_date, YEAR, notice) > 0,
    unit="0/1", direction=1, absent="never", family="ending",
    reason=Text("近12个月{v:有|无}注销、清算或歇业公告", "{v:A|No} deregistration, liquidation or dormancy notice in 12 months"),
    why=Text("经营者正在退出", "The owner is leaving"),
    source="SIGNALS.md section 2, reg.wind_notice",
)
