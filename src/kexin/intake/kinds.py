"""What kind of value a delivered text is: a day and its form, a number, a code.

Judged text by text, so that a column's kinds are shares of its values: a column of days
with three slips is still one of days.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from kexin.identity import codes
from kexin.intake.fitting import EXCEL
from kexin.intake.values import NO, YES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DAYS = {
    "%Y-%m-%d": r"\d{4}-\d{1,2}-\d{1,2}",
    "%Y/%m/%d": r"\d{4}/\d{1,2}/\d{1,2}",
    "%Y%m%d": r"\d{8}",
    "%Y年%m月%d日": r"\d{4}年\d{1,2}月\d{1,2}日",
    "%Y-%m-%d %H:%M:%S": r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d\d:\d\d",
    "%Y.%m.%d": r"\d{4}\.\d{1,2}\.\d{1,2}",
    "%Y/%m/%d %H:%M:%S": r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d\d:\d\d",
    "%Y-%m-%d %H:%M": r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d\d",
    "%Y/%m/%d %H:%M": r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d\d",
    "%Y-%m-%dT%H:%M:%S": r"\d{4}-\d{1,2}-\d{1,2}T\d{1,2}:\d\d:\d\d",
    "%Y-%m-%d %H:%M:%S.%f": r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d\d:\d\d\.\d+",
    "%Y%m%d%H%M%S": r"\d{14}",
    "%Y年%m月%d日 %H:%M:%S": r"\d{4}年\d{1,2}月\d{1,2}日 \d{1,2}:\d\d:\d\d",
}
"""Forms of a day that are looked for, with what they look like."""

MONTHS = {
    "%Y-%m": r"\d{4}-\d{1,2}",
    "%Y/%m": r"\d{4}/\d{1,2}",
    "%Y.%m": r"\d{4}\.\d{1,2}",
    "%Y%m": r"\d{6}",
    "%Y年%m月": r"\d{4}年\d{1,2}月",
}

YEARS = range(1900, 2101)
LAST_YEAR = 9999
"""Written where something never ends."""

EXCEL_DAYS = (10_000, 75_000)
"""Days that Excel counts from 1927 to 2105."""

NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
WITH_COMMAS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
WITH_SIGN = re.compile(
    r"(?P<before>[¥$]?)[-+]?\d+(\.\d+)?(?P<after>%|元|万元|万|亿元|元人民币|万元人民币|人|天|件|个)?"
)
FIRM = re.compile(
    r".{2,}(公司|厂|合伙企业.*|中心|集团|商行|经营部|工作室|合作社|事务所|研究院|银行|支行"
    r"|医院|学校|大学|分行|门市部|店|企业|协会|有限合伙\))(\([^)]*\))?"
)
SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏"
    "蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛"
    "常万顾赖武康贺严尹钱施牛洪龚俞章竺楼裘骆"
)
PERSON = re.compile(f"[{SURNAMES}]([·\u4e00-\u9fff]{{1,2}}|[某*＊]{{1,2}})")
ID_CARD = re.compile(
    r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])\d{2}\d{3}[\dXx*]|\d{4,6}\*+\d{2,4}"
)
PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|1\d{2}\*{4}\d{4}")
HASH = re.compile(r"[0-9a-fA-F]{16,64}")
NOTHING = {
    "-",
    "--",
    "---",
    "—",
    "——",
    "/",
    "\\",
    "null",
    "none",
    "nan",
    "n/a",
    "(null)",
}
"""Texts that say in any column that there is no value."""

NOT_A_VALUE = {
    *NOTHING,
    *("无", "空", "暂无", "不详", "长期", "永久", "长期有效", "无固定期限", "无限期"),
}
"""Texts that say so where a day, a number or a code is wanted."""

FURTHER_YES = {"有", "已", "√", "t", "真", "是的", "已公示"}
FURTHER_NO = {"无", "未", "×", "f", "假", "不是", "不", "未公示"}


def day_form(text: str) -> str | None:
    """Return the form of a day; None where the text is no day.

    Examples:
        >>> day_form("2024年5月1日")
        '%Y年%m月%d日'
        >>> day_form("20241301") is None
        True
    """
    for form, look in DAYS.items():
        if re.fullmatch(look, text) and tells_day(text, form):
            return form
    return None


def month_form(text: str) -> str | None:
    """Return the form of a month; None where the text is no month."""
    for form, look in MONTHS.items():
        if re.fullmatch(look, text) and tells_day(text, form):
            return form
    return None


def tells_day(text: str, form: str) -> bool:
    """Whether a text is a day of this or a near century in a form."""
    try:
        year = datetime.strptime(text, form).year  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return False
    return year in YEARS or year == LAST_YEAR


def is_excel_day(text: str) -> bool:
    """Whether a text may be a day as Excel counts it."""
    return bool(re.fullmatch(r"\d{5}(\.\d+)?", text)) and (
        EXCEL_DAYS[0] <= float(text) <= EXCEL_DAYS[1]
    )


def form_of(text: str) -> str | None:
    """Return the form of a day, Excel's included."""
    return day_form(text) or (EXCEL if is_excel_day(text) else None)


def is_whole(text: str) -> bool:
    """Whether a text is a whole number, thousands apart or not."""
    return bool(re.fullmatch(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.0+)?", text))


def is_number(text: str) -> bool:
    """Whether a text is a number, with a sign of its unit or not."""
    return bool(
        NUMBER.fullmatch(text)
        or WITH_COMMAS.fullmatch(text)
        or WITH_SIGN.fullmatch(text)
    )


def yes_or_no(text: str) -> bool | None:
    """Return what a text says to a question; None where it says something else."""
    low = text.lower()
    if low in YES or low in FURTHER_YES:
        return True
    return False if low in NO or low in FURTHER_NO else None


KINDS: Mapping[str, Callable[[str], bool]] = {
    "day": lambda text: day_form(text) is not None,
    "excel": is_excel_day,
    "month": lambda text: month_form(text) is not None,
    "whole": is_whole,
    "number": is_number,
    "year": lambda text: text.isdecimal() and int(text) in YEARS,
    "yes": lambda text: yes_or_no(text) is not None,
    "uscc": lambda text: codes.uscc(text) is not None,
    "registration": lambda text: codes.registration_number(text) is not None,
    "organisation": lambda text: codes.organisation_code(text) is not None,
    "patent": lambda text: codes.patent_number(text) is not None,
    "case": lambda text: codes.case_number(text) is not None,
    "firm": lambda text: bool(FIRM.fullmatch(text)),
    "person": lambda text: bool(PERSON.fullmatch(text)),
    "card": lambda text: bool(ID_CARD.fullmatch(text) and not codes.uscc(text)),
    "phone": lambda text: bool(PHONE.fullmatch(text)),
    "hash": lambda text: bool(HASH.fullmatch(text)) and not text.isdecimal(),
    "chinese": lambda text: bool(re.search("[\u4e00-\u9fff]", text)),
}
"""Kinds, each with what a text must be for it; one text may be of several."""


def shares(values: Mapping[str, int]) -> dict[str, float]:
    """Return of each kind the share of values that are of it, those of none left out.

    Args:
        values: Text to how often it occurs.
    """
    total = sum(values.values())
    if not total:
        return {}
    found = {
        kind: sum(times for text, times in values.items() if fits(text)) / total
        for kind, fits in KINDS.items()
    }
    return {kind: share for kind, share in found.items() if share}


class Digits(NamedTuple):
    """How a column writes its numbers: the keys of a mapping, and what they cost.

    Attributes:
        thousands: Sign between thousands, or another that stands in every number.
        unit: Factor that the numbers' own sign tells; 1 where there is none.
        read: Share of the values that are then read as numbers.
    """

    thousands: str
    unit: str
    read: float


SIGNS = {
    "": "1",
    ",": "1",
    "%": "0.01",
    "元": "1",
    "¥": "1",
    "万元": "10000",
    "万": "10000",
    "亿元": "100000000",
    "元人民币": "1",
    "万元人民币": "10000",
    "人": "1",
    "天": "1",
    "件": "1",
    "个": "1",
}
"""Signs that a mapping can take out of numbers, one a column, and their factors."""


def digits(values: Mapping[str, int]) -> Digits:
    """Return the sign to be taken out so that most values are numbers.

    Examples:
        >>> digits({"1,200.50": 2, "80": 1})
        Digits(thousands=',', unit='1', read=1.0)
        >>> digits({"12.5%": 1})
        Digits(thousands='%', unit='0.01', read=1.0)
    """
    total = sum(values.values()) or 1
    found = [
        Digits(sign, unit, read(values, sign) / total) for sign, unit in SIGNS.items()
    ]
    return max(found, key=lambda each: each.read)


def read(values: Mapping[str, int], sign: str) -> int:
    """Return how many values are numbers once a sign is taken out."""
    return sum(
        times
        for text, times in values.items()
        if NUMBER.fullmatch(text.replace(sign, "") if sign else text)
        and (sign != "," or "," not in text or WITH_COMMAS.fullmatch(text))
    )
