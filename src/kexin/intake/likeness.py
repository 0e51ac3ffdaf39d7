"""How like a delivered heading is to a contract's name, from 0 to 1.

Characters that many names share, as those of 日期, weigh less than those that few have.
A heading in capital letters is compared with the first letters of the names' syllables,
as many bureaus' columns are called: NSRSBH for 纳税人识别号.
"""

from __future__ import annotations

import bisect
import functools
import math
import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from kexin.intake.headings import HEADINGS, UNITS, WORDS
from kexin.intake.mapping import plain
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.registers.contract import Field

BRACKETED = re.compile(r"[(\[【<](.*?)[)\]】>]")
NAMED_UNIT = re.compile(r"单位[::]\s*([^\s,;)]+)")
MARKS = re.compile(r"[\s\-_.:,;、/|*#'\"?·—]+")
NUMBERED = re.compile(r"^\d+[.、)]\s*")

FIRST_SYLLABLES = (
    0xB0A1,
    0xB0C5,
    0xB2C1,
    0xB4EE,
    0xB6EA,
    0xB7A2,
    0xB8C1,
    0xB9FE,
    0xBBF7,
    0xBFA6,
    0xC0AC,
    0xC2E8,
    0xC4C3,
    0xC5B6,
    0xC5BE,
    0xC6DA,
    0xC8BB,
    0xC8F6,
    0xCBFA,
    0xCDDA,
    0xCEF4,
    0xD1B9,
    0xD4D1,
)
LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"
LAST_BY_SYLLABLE = 0xD7F9
"""GB 2312 holds its common characters in the order of their syllables: the first of
each letter, and the last of all."""

SYNONYM = 0.98
"""A declared synonym is worth a little less than the contract's own name."""

NEARLY = 0.75
"""Likeness of first letters below which it is chance."""

LONG = 3
"""First letters that are more than these seldom fit two names by chance."""

CANONICAL = 0.97
"""So is a name that is the same but for words of one meaning."""


@functools.cache
def bare(heading: str) -> str:
    """Return a heading as it is compared: without marks, numbering and brackets' signs.

    Examples:
        >>> bare(" 1、注册资本（万元）")
        '注册资本'
        >>> bare("是否逾期 (年报)")
        '是否逾期年报'
    """
    text = NUMBERED.sub("", plain(heading).lower())
    text = BRACKETED.sub(lambda found: "" if is_unit(found[1]) else found[1], text)
    return MARKS.sub("", text)


def is_unit(text: str) -> bool:
    """Whether brackets hold a unit, which is no part of a name."""
    return unit_text(text) in UNITS or text in {
        "人",
        "天",
        "份",
        "个",
        "张",
        "户",
        "件",
    }


def unit_text(text: str) -> str:
    """Return what stands in brackets without the word unit before it."""
    return re.sub(r"^单位[::]?|\s", "", plain(text))


@functools.cache
def unit_told(heading: str) -> Decimal | None:
    """Return the factor of the unit that a heading tells; None where it tells none.

    Examples:
        >>> unit_told("注册资本（万元）")
        Decimal('10000')
        >>> unit_told("企业登记信息 单位：万元 2024年")
        Decimal('10000')
        >>> unit_told("持股比例%")
        Decimal('0.01')
    """
    text = plain(heading)
    for told in (*BRACKETED.findall(text), *NAMED_UNIT.findall(text)):
        if unit_text(told) in UNITS:
            return Decimal(UNITS[unit_text(told)])
    for unit in sorted(UNITS, key=len, reverse=True):
        if len(unit) > 1 and text.endswith(unit) and text != unit:
            return Decimal(UNITS[unit])
    return Decimal("0.01") if text.endswith("%") else None


@functools.cache
def canonical(text: str) -> str:
    """Return a bare name with words of one meaning made one.

    Examples:
        >>> canonical("立案时间") == canonical("立案日期")
        True
    """
    for word, one in WORDS.items():
        text = text.replace(word, one)
    return re.sub("日期?$", "日期", text)


@functools.cache
def initials(text: str) -> str:
    """Return the first letters of a name's syllables, signs of other kinds as they are.

    Examples:
        >>> initials("纳税人名称")
        'NSRMC'
    """
    return "".join(initial(sign) for sign in text).upper()


def initial(sign: str) -> str:
    """Return the first letter of a character's syllable; `?` where it is a rare one."""
    if sign.isascii():
        return sign
    try:
        high, low = sign.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return "?"
    place = high * 256 + low
    if not FIRST_SYLLABLES[0] <= place <= LAST_BY_SYLLABLE:
        return "?"
    return LETTERS[bisect.bisect_right(FIRST_SYLLABLES, place) - 1]


@functools.cache
def weights() -> dict[str, float]:
    """Return how much each character says, by how few names of contracts have it."""
    names = {
        canonical(bare(field.zh))
        for table in contracts().values()
        for field in table.fields().values()
    }
    having = Counter(sign for name in names for sign in set(name))
    return {sign: math.log(1 + len(names) / n) for sign, n in having.items()}


def weighed(text: Counter[str]) -> float:
    """Return how much some characters say together."""
    known = weights()
    rare = math.log(1 + len(known))
    return sum(known.get(sign, rare) * times for sign, times in text.items())


@functools.cache
def likeness(heading: str, name: str) -> float:
    """Return how like two bare names are.

    Examples:
        >>> likeness("立案时间", "立案日期")
        0.97
        >>> likeness("立案日期", "结案日期") < 0.75
        True
    """
    if heading == name:
        return 1.0
    one, other = canonical(heading), canonical(name)
    if one == other:
        return CANONICAL
    if heading.isascii() and not name.isascii():
        return initials_likeness(heading, name)
    if not one or not other:
        return 0.0
    left, right = Counter(one), Counter(other)
    shared = 2 * weighed(left & right) / (weighed(left) + weighed(right))
    alike = 0.35 * fuzz.ratio(one, other) / 100 + 0.65 * shared
    if one in other or other in one:
        contained = weighed(left & right) / max(weighed(left), weighed(right))
        alike = max(alike, 0.5 + 0.45 * contained)
    return min(alike, CANONICAL - 0.02)


def initials_likeness(heading: str, name: str) -> float:
    """Return how like a heading in letters is to a Chinese name's first letters."""
    told, own = heading.upper(), initials(name)
    if "?" in own:
        pattern = re.escape(own).replace(r"\?", "[A-Z]")
        return 0.9 if re.fullmatch(pattern, told) else 0.0
    if told == own and len(own) > 1:
        return 0.95 if len(own) > LONG else 0.9
    alike = fuzz.ratio(told, own) / 100
    return 0.7 * alike if alike >= NEARLY and len(own) > LONG else 0.0


def names(table: str, column: str, field: Field | None) -> Iterator[tuple[str, float]]:
    """Yield the names under which a column may be delivered, and what each is worth."""
    if field:
        yield bare(field.zh), 1.0
        without = MARKS.sub("", BRACKETED.sub("", plain(field.zh).lower()))
        yield without, SYNONYM
        if field.dtype == "date" and not without.endswith(("日", "期", "月")):
            yield without + "日期", SYNONYM
    yield MARKS.sub("", column), 1.0
    for key in (f"{table}.{column}", column):
        for name in HEADINGS.get(key, "").split():
            yield bare(name), SYNONYM


@functools.cache
def heading_likeness(heading: str, table: str, column: str) -> float:
    """Return how like a heading is to the best of a column's names.

    What a heading says of its table beforehand, as 专利 in 专利申请日, may be left out.
    """
    told = bare(heading)
    short = without_table(told, table)
    field = contracts_of(table).get(column)
    best = 0.0
    for name, worth in names(table, column, field):
        alike = likeness(told, name)
        if short != told:
            alike = max(alike, 0.95 * likeness(short, name))
        best = max(best, alike * worth)
    return best


@functools.cache
def contracts_of(table: str) -> dict[str, Field]:
    """Return a table's columns by name."""
    return contracts()[table].fields()


@functools.cache
def table_name(table: str) -> str:
    """Return a table's Chinese name."""
    return contracts()[table].zh


def without_table(heading: str, table: str) -> str:
    """Return a heading without the table's own words in front of it."""
    zh = table_name(table)
    for length in range(min(len(heading) - 1, len(zh)), 1, -1):
        if heading[:length] in zh:
            return heading[length:]
    return heading
