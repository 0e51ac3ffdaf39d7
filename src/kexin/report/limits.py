"""From where on a number is unusual: every limit of the report, with its reason.

A limit of a change counts only if chance does not explain the change as well: `chance`
and `drift` say how far apart two deliveries of the same kind may lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

Level = Literal["alarm", "notice"]

LEVELS: dict[Level, Text] = {
    "alarm": Text("警报", "alarm"),
    "notice": Text("留意", "notice"),
}
"""An alarm: look before the records are used. A notice: know of it."""


class Limit(NamedTuple):
    """One limit.

    Attributes:
        id: Its name.
        level: What it means when it is passed.
        value: The number.
        unit: `share`, `points` (a difference of shares), `times`, `days`, `rows`,
            `deliveries`, `deviations` or `index`.
        says: What is held against it.
        why: Why it is this number.
        source: Where it comes from; `[design]` for a choice of this project.
    """

    id: str
    level: Level
    value: float
    unit: str
    says: Text
    why: Text
    source: str


DESIGN = "[design]"

history = Limit(
    "history",
    "notice",
    12,
    "deliveries",
    Text(
        "与同一映射、同一表此前最多这么多批次的合计比较",
        "compared is with up to so many earlier deliveries of the same mapping and "
        "table, taken together",
    ),
    Text(
        "按月交付时为一年，季节性因素各出现一次",
        "a year of monthly deliveries: every season is in it once",
    ),
    DESIGN,
)

chance = Limit(
    "chance",
    "notice",
    4,
    "deviations",
    Text(
        "两个占比(取反正弦)之差至少为标准误的这么多倍，才算变化",
        "two shares differ only if their arcsines do by so many standard errors "
        "(Cohen 1988, ch. 6)",
    ),
    Text(
        "一份报告比较数百个占比；z=4约每三万次偶然一次。同一企业的记录相关，故不取3",
        "a report compares hundreds of shares; z = 4 comes by chance once in 30,000. "
        "Records of one firm resemble each other, hence not 3",
    ),
    DESIGN,
)

null_change = Limit(
    "null_change",
    "alarm",
    0.02,
    "points",
    Text("某列空值率的变化", "the change of a column's null rate"),
    Text(
        "信号以缺失为信息；2个百分点即每50条记录中有1条改变",
        "signals read absence as information; with 2 points, one record in 50 is "
        "another than before",
    ),
    DESIGN,
)

quarantine_rise = Limit(
    "quarantine_rise",
    "alarm",
    0.01,
    "points",
    Text("隔离率的上升", "the rise of the share of rows in quarantine"),
    Text(
        "已知的各类错误都低于1%(代码0.3%、单位0.3%、未来日期0.1%：REGISTERS.md 6)",
        "each known kind of error lies below 1 % (wrong codes 0.3 %, units 0.3 %, "
        "future dates 0.1 %: REGISTERS.md section 6)",
    ),
    DESIGN,
)

quarantine_share = Limit(
    "quarantine_share",
    "alarm",
    0.05,
    "share",
    Text(
        "没有更早批次时的隔离率",
        "the share of rows in quarantine where there is no earlier delivery",
    ),
    Text(
        "首批数据的错误多在映射：二十行中超过一行被拒，应先改映射",
        "what is wrong in a first delivery is mostly the mapping: with more than one "
        "row in twenty refused, mend it first",
    ),
    DESIGN,
)

late_share = Limit(
    "late_share",
    "alarm",
    0.20,
    "share",
    Text(
        "晚于契约时滞(lag_days，应为P90)到达的记录占比",
        "the share of records that came later than the contract's lag_days, which "
        "nine of ten should keep",
    ),
    Text(
        "按P90应为10%；两倍时面板会把尚未到达当作没有发生",
        "10 % by definition; at twice that a panel takes what has not come for what "
        "has not happened",
    ),
    DESIGN,
)

drift_alarm = Limit(
    "drift_alarm",
    "alarm",
    0.25,
    "index",
    Text("代码列的PSI", "the PSI of a column of codes"),
    Text("分布明显改变", "the distribution has clearly shifted"),
    "Siddiqi (2006), Credit Risk Scorecards, p. 137",
)

drift_notice = Limit(
    "drift_notice",
    "notice",
    0.10,
    "index",
    Text(
        "代码列的PSI；还须超过样本大小所能解释的值",
        "the PSI of a column of codes, if it also exceeds what the number of records "
        "explains",
    ),
    Text(
        "分布略有改变。无变化时PSI约为(1/n+1/m)乘以自由度为k-1的卡方"
        "(Yurdakul 2018，西密歇根大学博士论文)",
        "a small shift. Without any, the PSI is about (1/n + 1/m) times chi-squared "
        "with k - 1 degrees of freedom (Yurdakul 2018, thesis, Western Michigan "
        "University)",
    ),
    "Siddiqi (2006), Credit Risk Scorecards, p. 137",
)

unmatched_rise = Limit(
    "unmatched_rise",
    "alarm",
    0.02,
    "points",
    Text(
        "未匹配企业的记录占比的上升", "the rise of the share of records without a firm"
    ),
    Text(
        "未匹配的记录对任何信号都不可见",
        "a record without a firm is seen by no signal",
    ),
    DESIGN,
)

unmatched_share = Limit(
    "unmatched_share",
    "alarm",
    0.20,
    "share",
    Text(
        "没有更早批次时，未匹配企业的记录占比",
        "the share of records without a firm where there is no earlier delivery",
    ),
    Text(
        "法院与知识产权记录约12%没有代码(REGISTERS.md Q10)，其中多数可按名称匹配",
        "about 12 % of court and IP rows have no code (REGISTERS.md Q10), and most of "
        "them match by name",
    ),
    DESIGN,
)

flag_rise = Limit(
    "flag_rise",
    "notice",
    0.02,
    "points",
    Text(
        "带某质量标记的记录占比的上升",
        "the rise of the share of records with a quality flag",
    ),
    Text(
        "已标记的记录仍可使用，故仅为提示",
        "flagged records are usable all the same, hence a notice",
    ),
    DESIGN,
)

fewer_rows = Limit(
    "fewer_rows",
    "alarm",
    0.5,
    "times",
    Text(
        "读取行数与此前批次中位数之比，低于此值",
        "rows read, against the median of earlier deliveries: below",
    ),
    Text(
        "春节月份约为平均月的0.49(REGISTERS.md Q16)；更少则多半缺文件",
        "the month of Spring Festival has 0.49 of a mean month (REGISTERS.md Q16); "
        "with less, files are probably missing",
    ),
    DESIGN,
)

more_rows = Limit(
    "more_rows",
    "notice",
    2.0,
    "times",
    Text(
        "读取行数与此前批次中位数之比，高于此值",
        "rows read, against the median of earlier deliveries: above",
    ),
    Text(
        "多为补交历史或重复交付",
        "mostly history that is delivered late, or the same twice",
    ),
    DESIGN,
)

usual_deliveries = Limit(
    "usual_deliveries",
    "alarm",
    3,
    "deliveries",
    Text(
        "判断行数、缺表所需的此前批次数",
        "so many earlier deliveries must there be to judge the number of rows, and to "
        "miss a table that each of them had",
    ),
    Text("少于三次谈不上惯例", "what happened less than three times is no habit"),
    DESIGN,
)

empty_month = Limit(
    "empty_month",
    "alarm",
    30,
    "rows",
    Text(
        "最近12个月内没有记录的月份：此前12个月的中位数至少为此行数",
        "a month without records among the last 12, if the 12 months before it have "
        "this many in the median",
    ),
    Text(
        "若每月平均30行且互相独立，空月的概率为e的-30次方；且此前12个月至少10个月有记录，"
        "季节性的表因此不计",
        "with 30 a month, independent of each other, an empty month has the "
        "probability e^-30; and 10 of the 12 months before it must have records, so "
        "that tables with a season are left alone",
    ),
    DESIGN,
)

stale = Limit(
    "stale",
    "alarm",
    31,
    "days",
    Text(
        "最新事件早于接收日超过契约时滞加此天数(每月都有记录的来源)",
        "the newest event lies further before the day of receipt than lag_days and "
        "this (sources with records every month)",
    ),
    Text("按月交付的间隔", "the time between monthly deliveries"),
    DESIGN,
)


def limits() -> Iterable[Limit]:
    """Return every limit, in the order of this page."""
    return [value for value in globals().values() if isinstance(value, Limit)]
