"""Signals of utilities (水电气) and recruiting (招聘): what a firm uses, and whom it looks for."""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Node
from kexin.algebra.reductions import MonthSeries, Window, count, total
from kexin.language import Text
from kexin.registers.support import HrRecruitMonth, UtilMonth
from kexin.signals.signal import Signal
from kexin.signals.vat import adjusted_month

electric = UtilMonth.utility.is_in("electricity")
meter_months = MonthSeries(electric, UtilMonth.lag_days)
post_months = MonthSeries(~HrRecruitMonth.month.is_absent(), HrRecruitMonth.lag_days)

FEWEST_POSTS = 3
"""Posts below which recruiting is too little to compare with."""

LEAST_SALES = 10_000
"""Sales of three months, CNY, below which they are too small to compare with."""


def electricity(first: int, last: int) -> Node:
    """Electricity used in the known months `first` to `last`, kWh."""
    return total(UtilMonth.usage, meter_months.months(first, last), electric)


def posts(first: int, last: int) -> Node:
    """Posts offered in the known months `first` to `last`, added up over the months."""
    return total(HrRecruitMonth.posts, post_months.months(first, last))


def quarter_of_sales(first: int) -> Node:
    """Sales of three months as if no festival fell in them; absent if one is missing."""
    return adjusted_month(first) + adjusted_month(first + 1) + adjusted_month(first + 2)


electricity_growth = (electricity(1, 3) / electricity(13, 15)).given(
    electricity(13, 15) > 0
)
sales_growth = (quarter_of_sales(1) / quarter_of_sales(13)).given(
    quarter_of_sales(13) >= LEAST_SALES
)
"""Sales of three months against those of a year before (READINGS.md, section 6)."""

is_overdue = (UtilMonth.paid_at > UtilMonth.due_date) | (
    UtilMonth.paid_at.is_absent() & (UtilMonth.due_date < AsOf())
)


elec_yoy_3m = Signal(
    id="util.elec_yoy_3m",
    register="util",
    name=Text("近3月用电量同比", "Electricity, 3 months year on year"),
    formula=electricity_growth,
    unit="ratio", direction=-1, absent="no_records", family="activity",
    reason=Text("近3个月用电量为去年同期的{v_pct}%", "Electricity of 3 months is {v_pct}% of a year ago"),
    why=Text("制造企业的真实活动；难以伪造", "Real activity for makers; hard to fake"),
    source="SIGNALS.md section 2, util.elec_yoy_3m",
)


elec_vs_sales = Signal(
    id="util.elec_vs_sales",
    register="util",
    name=Text("用电与销售背离", "Electricity against sales"),
    formula=Call("ln", (electricity_growth,)) - Call("ln", (sales_growth,)),
    unit="log ratio", direction=0, absent="missing", family="activity",
    reason=Text("用电与销售变动背离{v}", "Electricity and sales diverge by {v}"),
    why=Text("账目与电表不一致", "Books and meters disagree"),
    source="SIGNALS.md section 2, util.elec_vs_sales; READINGS.md O11",
)


late_12m = Signal(
    id="util.late_12m",
    register="util",
    name=Text("近12月水电逾期次数", "Late utility payments, 12"),
    formula=count(UtilMonth.month, Window(12), is_overdue).given(count(UtilMonth.month, Window()) > 0),
    unit="count", direction=1, absent="no_records", family="payment",
    reason=Text("近12个月水电费逾期{v}次", "{v} late utility payment(s) in 12 months"),
    why=Text("小额账单未付", "Small bills unpaid"),
    source="SIGNALS.md section 2, util.late_12m; READINGS.md A23, A80",
)


posts_yoy_6m = Signal(
    id="hr.posts_yoy_6m",
    register="hr",
    name=Text("近6月招聘岗位同比", "Job posts, 6 months year on year"),
    formula=(posts(1, 6) / posts(13, 18)).given(posts(13, 18) >= FEWEST_POSTS),
    unit="ratio", direction=-1, absent="small_base", family="activity",
    reason=Text("近6个月招聘岗位为去年同期的{v_pct}%", "Job posts of 6 months are {v_pct}% of a year ago"),
    why=Text("管理层的计划", "Plans of the management"),
    source="SIGNALS.md section 2, hr.posts_yoy_6m",
)
