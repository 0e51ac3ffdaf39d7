"""Codes and names as they go wrong: typing errors, old codes, ways of writing a name.

The rows that are hit are few, so they are taken one by one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kexin.identity.codes import organisation_part, uscc
from kexin.simulate import words
from kexin.simulate.naming import ALPHABET

if TYPE_CHECKING:
    import numpy as np

SIGNS = ALPHABET.tobytes().decode()
PLACES = ("滨江", "西湖", "余杭", "萧山", "宁波", "上海", "温州", "嘉兴")
OTHER_BRACKETS = (("(", ")"), ("〔", "〕"), ("[", "]"))

ALIKE = {
    "晨": "辰", "诚": "城", "德": "得", "飞": "非", "丰": "风", "福": "富", "恒": "衡",
    "宏": "红", "华": "化", "汇": "会", "慧": "惠", "佳": "加", "建": "健", "杰": "捷",
    "金": "今", "锦": "绵", "景": "影", "聚": "巨", "凯": "楷", "联": "连", "隆": "龙",
    "铭": "名", "鹏": "朋", "启": "起", "强": "墙", "荣": "容", "瑞": "锐", "盛": "胜",
    "泰": "太", "腾": "藤", "通": "同", "拓": "柘", "伟": "维", "沃": "活", "翔": "祥",
    "晓": "小", "欣": "新", "兴": "星", "旭": "绪", "雅": "稚", "洋": "阳", "亿": "忆",
    "易": "益", "颖": "颍", "永": "水", "优": "忧", "宇": "字", "誉": "裕", "源": "原",
    "远": "运", "泽": "译", "展": "辗", "智": "志", "卓": "桌", "朗": "郎", "技": "枝",
    "科": "料", "软": "欧", "信": "言", "息": "熄", "贸": "货", "电": "甩", "机": "饥",
}  # fmt: skip
"""Characters that sound or look like others [design]."""


def mistyped(code: str, random: np.random.Generator) -> str:
    """Return a code with one character wrong, or two neighbours swapped.

    Its check characters then fail, or it would be another error.
    """
    while True:
        place = int(random.integers(0, len(code)))
        if random.random() < 0.3 and place + 1 < len(code):
            pair = code[place + 1] + code[place]
            wrong = code[:place] + pair + code[place + 2 :]
        else:
            sign = SIGNS[int(random.integers(0, len(SIGNS)))]
            wrong = code[:place] + sign + code[place + 1 :]
        if wrong != code and uscc(wrong) is None:
            return wrong


def organisation(code: str) -> str:
    """Return the organisation code inside a code, as it was printed.

    Examples:
        >>> organisation("91350100M000100Y43")
        'M000100Y-4'
    """
    part = organisation_part(code)
    return f"{part[:8]}-{part[8]}"


def taxpayer(code: str) -> str:
    """Return the number that a firm had as a taxpayer: division and organisation.

    Examples:
        >>> taxpayer("91350100M000100Y43")
        '350100M000100Y4'
    """
    return code[2:17]


def other_width(name: str, random: np.random.Generator) -> str:
    """Return a name with brackets of another kind.

    Examples:
        >>> import numpy as np
        >>> other_width("海创科技（杭州）有限公司", np.random.default_rng(3))
        '海创科技(杭州)有限公司'
    """
    opening, closing = OTHER_BRACKETS[int(random.choice(3, p=(0.8, 0.1, 0.1)))]
    return re.sub("[（(](.*?)[）)]", rf"{opening}\1{closing}", name)


def without_brackets(name: str, _random: np.random.Generator) -> str:
    """Return a name without brackets; their content stays."""
    return re.sub("[（()）]", "", name)


def spaced(name: str, random: np.random.Generator) -> str:
    """Return a name with a blank in it, or at its end."""
    place = int(random.integers(1, len(name) + 1))
    blank = " " if random.random() < 0.7 else "　"
    return name[:place] + blank + name[place:]


def other_form(name: str, _random: np.random.Generator) -> str:
    """Return a name with the other way to write a limited company.

    Examples:
        >>> other_form("杭州海创科技有限公司", None)
        '杭州海创科技有限责任公司'
    """
    if name.endswith("有限责任公司"):
        return name.removesuffix("有限责任公司") + "有限公司"
    if name.endswith("有限公司") and not name.endswith("股份有限公司"):
        return name.removesuffix("有限公司") + "有限责任公司"
    return name


def of_branch(name: str, random: np.random.Generator) -> str:
    """Return the name of a branch of a firm."""
    return f"{name}{PLACES[int(random.integers(0, len(PLACES)))]}分公司"


def short(name: str, _random: np.random.Generator) -> str:
    """Return a name without its legal form."""
    for form in sorted(words.FORMS, key=len, reverse=True):
        if name.endswith(form):
            return name.removesuffix(form)
    return name


def misspelt(name: str, random: np.random.Generator) -> str:
    """Return a name with one character that sounds or looks like the right one."""
    places = [place for place, sign in enumerate(name) if sign in ALIKE]
    if not places:
        place = int(random.integers(0, max(1, len(name) - 4)))
        return (
            name[:place] + words.BRAND[int(random.integers(0, 200))] + name[place + 1 :]
        )
    place = places[int(random.integers(0, len(places)))]
    return name[:place] + ALIKE[name[place]] + name[place + 1 :]


def garbled(text: str, random: np.random.Generator) -> str:
    """Return text damaged by a wrong encoding: signs lost, or all of it misread."""
    way = random.random()
    if way < 0.6:
        place = int(random.integers(0, len(text)))
        sign = "□" if way < 0.3 else "？"
        return text[:place] + sign + text[place + 1 :]
    if way < 0.8:
        return text.encode("gb18030").decode("utf-8", "replace")
    return text.encode().decode("gb18030", "replace")
