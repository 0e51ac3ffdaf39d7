"""How one delivered column is to be read for a contract's: the keys of a mapping.

Each proposal says what it is not sure of: a unit that no heading tells, labels that are
only like a code's, values that could not be read.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kexin.intake import labels
from kexin.intake.fitting import EXCEL
from kexin.intake.kinds import (
    NOT_A_VALUE,
    NOTHING,
    NUMBER,
    digits,
    form_of,
    is_excel_day,
    month_form,
)
from kexin.intake.likeness import unit_told
from kexin.intake.mapping import DATES
from kexin.intake.matching import form_share
from kexin.intake.values import MONTHS, NO, YES
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kexin.intake.profile import Seen
    from kexin.registers.contract import Field

SMALL = 20_000
"""An amount of capital, loans or claims is seldom so few yuan; it may be 万元."""

LARGE_WORDS = ("资本", "出资", "标的", "资产", "收入", "贷款", "借款", "债权", "货值")

YUAN_DECIMALS = 2

READ = 0.995
"""Share of values from which a column counts as read; slips are the dry run's."""

TOLD = 12
"""Labels that are listed one by one; beyond, their number is told."""


class Proposal(NamedTuple):
    """Keys of a column, and what a person should look at.

    Attributes:
        keys: Keys of the mapping besides `from`.
        doubts: What is not sure.
        remarks: Lines that stand before the column, such as labels to be decided.
    """

    keys: Mapping[str, object]
    doubts: tuple[Text, ...] = ()
    remarks: tuple[Text, ...] = ()


def proposal(field: Field, seen: Seen) -> Proposal:
    """Return how a delivered column is to be read."""
    if not seen.filled:
        doubt = Text("该列没有任何值", "the column holds no value at all")
        return Proposal({}, (doubt,))
    nothing = absent_in(field, seen)
    if not nothing:
        return of_kind(field, seen)
    values = {told: n for told, n in seen.values.items() if told not in nothing}
    filled = seen.filled - sum(seen.values[told] for told in nothing)
    made = of_kind(field, seen._replace(values=values, filled=filled))
    listed = "、".join(nothing), ", ".join(nothing)
    doubt = Text(f"视为空：{listed[0]}", f"read as absent: {listed[1]}")
    return made._replace(
        keys={**made.keys, "absent": nothing}, doubts=(doubt, *made.doubts)
    )


def absent_in(field: Field, seen: Seen) -> list[str]:
    """Return the values of a column that say that there is none."""
    known = labels.spellings(field.table, field.name) if field.codes else {}
    words = NOTHING if field.dtype == "string" and not field.codes else NOT_A_VALUE
    return [told for told in seen.values if told.lower() in words and told not in known]


def of_kind(field: Field, seen: Seen) -> Proposal:
    """Return how values that are there are to be read."""
    if field.codes:
        return coded(field, seen)
    match field.dtype:
        case "date" | "timestamp(6)":
            return dated(field, seen)
        case "boolean":
            return answered(field, seen)
        case "string":
            return as_text(field, seen)
    return counted(field, seen)


def coded(field: Field, seen: Seen) -> Proposal:
    """Return the codes of delivered labels; none where they are the contract's own."""
    found = labels.labels(seen.values, field)
    own = field.codes or {}
    if all(label.told in own for label in found):
        return Proposal({})
    known = {label.told: label.code for label in found if label.code}
    return Proposal({"codes": known} if known else {}, *told(found, field, seen))


def told(
    found: list[labels.Label], field: Field, seen: Seen
) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """Return what is doubtful about labels, and the lines that name them."""
    guessed = [label for label in found if label.code and not label.sure]
    unknown = [label for label in found if not label.code]
    doubts = []
    if guessed:
        doubts.append(
            Text(f"{len(guessed)}个标签为猜测", f"{len(guessed)} label(s) are guesses")
        )
    if unknown:
        doubts.append(
            Text(
                f"{len(unknown)}个标签须人工确定，否则这些行被隔离",
                f"{len(unknown)} label(s) must be decided, or their rows are refused",
            )
        )
    listed = [*map(guess, guessed), *(open_label(x, field) for x in unknown)]
    remarks = listed[:TOLD]
    if len(listed) > TOLD:
        more = len(listed) - TOLD
        remarks.append(Text(f"另有{more}个标签", f"and {more} more labels"))
    return tuple(doubts), () if seen.personal else tuple(remarks)


def guess(label: labels.Label) -> Text:
    """Return the line that names a label that was guessed."""
    others = ", ".join(label.near[1:])
    return Text(
        f"猜测：“{label.told}” = {label.code}；另可能：{others}",
        f'guessed: "{label.told}" = {label.code}; else: {others}',
    )


def open_label(label: labels.Label, field: Field) -> Text:
    """Return the line that names a label that a person must decide."""
    own = field.codes or {}
    near = ", ".join(f"{c} ({own[c]})" if c in own else c for c in label.near)
    return Text(
        f"待定：“{label.told}” = ? 相近：{near}",
        f'to be decided: "{label.told}" = ? near: {near}',
    )


def answered(field: Field, seen: Seen) -> Proposal:
    """Return codes for answers that are not understood as they stand."""
    found = labels.labels(seen.values, field)
    if all(label.told.lower() in {*YES, *NO} for label in found):
        return Proposal({})
    known = {label.told: label.code for label in found if label.code}
    return Proposal({"codes": known} if known else {}, *told(found, field, seen))


def dated(field: Field, seen: Seen) -> Proposal:
    """Return the forms of a column's days, where they are not the usual ones."""
    forms, unread = forms_of(seen.values, field)
    doubts = [] if unread == 0 else [left_unread(unread, seen)]
    if EXCEL in forms:
        doubts.append(Text("按Excel天数读取", "read as days that Excel counts"))
    months = [form for form in forms if form in MONTHS]
    if months and not field.monthly:
        doubts.append(
            Text("只有月份，按该月首日读取", "months only, read as their first days")
        )
    usual = all(form in DATES or (field.monthly and form in MONTHS) for form in forms)
    return Proposal({} if usual else {"dates": forms}, tuple(doubts))


def forms_of(values: Mapping[str, int], field: Field) -> tuple[list[str], int]:
    """Return the forms of days, the most frequent first, and how many have none."""
    first = month_form if field.monthly else form_of
    second = form_of if field.monthly else month_form
    found: Counter[str] = Counter()
    unread = 0
    excel = excel_share(values)
    for text, times in values.items():
        form = EXCEL if excel and is_excel_day(text) else first(text) or second(text)
        if form:
            found[form] += times
        else:
            unread += times
    return [form for form, _ in found.most_common()], unread


def excel_share(values: Mapping[str, int]) -> bool:
    """Whether most of the values may be days as Excel counts them."""
    counted = sum(n for text, n in values.items() if is_excel_day(text))
    return 2 * counted > sum(values.values())


def left_unread(times: int, seen: Seen, why: Text | None = None) -> Text:
    """Return how many values cannot be read, with one of them where it may be shown."""
    share = f"{times / max(seen.filled, 1):.1%}"
    told = why or Text("值无法读取", "of the values cannot be read")
    return Text(f"{share}的{told.zh}", f"{share} {told.en}")


def as_text(field: Field, seen: Seen) -> Proposal:
    """Return nothing to be set, and how many values are not of the form."""
    if not field.form:
        return Proposal({})
    wrong = round((1 - form_share(field.form, seen)) * seen.filled)
    if not wrong:
        return Proposal({})
    why = Text(f"值不符合形式 {field.form}", f"of the values are not {field.form}")
    return Proposal({}, (left_unread(wrong, seen, why),))


def counted(field: Field, seen: Seen) -> Proposal:
    """Return sign and unit of a column's numbers."""
    sign, factor, read = digits(seen.values)
    keys: dict[str, object] = {"thousands": sign} if sign else {}
    doubts = list(unread_numbers(read, seen))
    unit = unit_told(seen.heading) or (Decimal(factor) if factor != "1" else None)
    if field.unit is None or (field.unit == "year" and unit):
        unit = None
    if unit is None and field.unit == "CNY" and (unit := unit_told(seen.above)):
        doubts.append(Text("单位取自表头上方", "the unit stands above the headings"))
    if unit is None:
        unit, further = unit_guessed(field, seen, sign)
        doubts += further
    elif field.unit != "CNY" and unit >= 100:  # noqa: PLR2004
        doubts.append(
            Text(
                f"单位：标题说×{unit}，契约为{field.unit}",
                f"unit: the heading says times {unit}, the contract {field.unit}",
            )
        )
    if unit not in {None, Decimal(1)}:
        keys["unit"] = unit
    return Proposal(keys, tuple(doubts))


def unread_numbers(read: float, seen: Seen) -> Iterator[Text]:
    """Yield how many values are no numbers, where there are any."""
    if read < 1:
        yield left_unread(round((1 - read) * seen.filled) or 1, seen)


def unit_guessed(
    field: Field, seen: Seen, sign: str
) -> tuple[Decimal | None, list[Text]]:
    """Return a unit that the values speak for, and what speaks against being sure."""
    numbers = numbers_of(seen.values, sign)
    if not numbers:
        return None, []
    if field.unit == "fraction":
        percent = max(numbers) > Decimal("1.5")
        doubt = Text("值大于1，按百分数读取", "values above 1: read as per cent")
        return (Decimal("0.01"), [doubt]) if percent else (None, [])
    if field.unit == "CNY" and may_be_ten_thousands(seen.heading, numbers):
        doubt = Text(
            "标题未注明单位，数值偏小，可能是万元(unit = 10000)",
            "no unit is told and the amounts are small: may be 万元 (unit = 10000)",
        )
        return None, [doubt]
    return None, []


def numbers_of(values: Mapping[str, int], sign: str) -> list[Decimal]:
    """Return the numbers among the values."""
    texts = (text.replace(sign, "") if sign else text for text in values)
    return [Decimal(text) for text in texts if NUMBER.fullmatch(text)]


def may_be_ten_thousands(heading: str, numbers: list[Decimal]) -> bool:
    """Whether amounts may be 万元: more decimals than yuan have, or too small."""
    exact = any(places(number) > YUAN_DECIMALS for number in numbers)
    large = any(word in heading for word in LARGE_WORDS)
    middle = sorted(numbers)[len(numbers) // 2]
    return exact or (large and abs(middle) < SMALL)


def places(number: Decimal) -> int:
    """Return how many decimals a number has, closing zeros left out."""
    exponent = number.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
