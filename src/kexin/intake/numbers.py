"""Numbers of cases and patents in their one normal form, and what they tell (Q6).

The rules are those of `kexin.identity.codes`, written as expressions: a court's table
has as many numbers as rows. A number that cannot be read stays as it was delivered.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.identity.checks import value
from kexin.identity.codes import (
    FURTHER,
    NEW_CASE,
    OLD_CASE,
    PATENT_WEIGHTS,
)
from kexin.registers.quality import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir

    from kexin.intake.values import Value
    from kexin.registers.contract import Table
    from kexin.registers.quality import NumberKind, Numbers

FLAGS: Mapping[NumberKind, str] = {
    "case_number": "case_no_unparsed",
    "patent_number": "check_digit",
}
"""Flag of a record with a number of a kind that breaks its rules."""

NORMAL_CASE = r"^(\d{4})\|([^|]+)\|([^|]+)\|(\d+)$"
PARTS = r"\1|\2|\3|\4"
OPENING, CLOSING = "〔[【〕]】", "((()))"

NEW_PATENT = r"^(?:19|20)\d{2}[12389]\d{7}[\dX]$"
OLD_PATENT = r"^(?:8[5-9]|9\d|0[0-3])[12389]\d{5}[\dX]$"
PATENT_CHECKS = "0123456789X"
OLD_DIGITS = 8


class Read(NamedTuple):
    """A number as it was read.

    Attributes:
        text: In its normal form; as delivered where it has none.
        sound: Whether it has one, and its check digit, if any, is right.
    """

    text: ir.StringValue
    sound: ir.BooleanValue


def engines(pattern: str) -> str:
    """Return a pattern of `kexin.identity.codes` as the engine writes it, whole."""
    written = pattern.replace(r"\u4e00", "一").replace(r"\u9fff", "鿿")
    return f"^(?:{written})$"


def case_read(text: ir.StringValue) -> Read:
    """Return a case's number as `{year}|{court}|{type}|{serial}`."""
    closed = text.re_replace(r"\s+", "").translate(OPENING, CLOSING)
    number = closed.re_replace(FURTHER.pattern, "")
    old, new = engines(OLD_CASE.pattern), engines(NEW_CASE.pattern)
    normal = ibis.cases(
        (text.re_search(NORMAL_CASE), text),
        (number.re_search(old), number.re_replace(old, PARTS)),
        (number.re_search(new), number.re_replace(new, PARTS)),
    )
    return Read(ibis.coalesce(normal, text), normal.notnull())


def patent_read(text: ir.StringValue) -> Read:
    """Return a patent's application number without `ZL`, dot and dashes."""
    number = text.upper().re_replace(r"[\s\-‐-―.]", "").re_replace("^(ZL)?(CN)?", "")
    return Read(number, once(number, sound_patent))


def sound_patent(number: ir.StringValue) -> ir.BooleanValue:
    """Whether a patent's number has its form, and its check digit is right."""
    return ibis.cases(
        (number.re_search(NEW_PATENT), has_check_digit(number, PATENT_WEIGHTS)),
        (
            number.re_search(OLD_PATENT),
            has_check_digit(number, PATENT_WEIGHTS[:OLD_DIGITS]),
        ),
        else_=False,
    )


def once(made: ir.Value, told: Callable[[ir.Value], ir.Value]) -> ir.Value:
    """Return what is told of a value, which stands in the query a single time.

    A check digit looks at a number twenty times, and whoever looks at that does so
    again: the query for patents had 300,000 signs, and took seconds to be planned.
    """
    return ibis.array([made]).map(told)[0]


def has_check_digit(
    number: ir.StringValue, weights: tuple[int, ...]
) -> ir.BooleanValue:
    """Whether a patent number's last character is the check digit of the others."""
    parts = [
        value(number, place, PATENT_CHECKS) * weight
        for place, weight in enumerate(weights)
    ]
    rest = functools.reduce(operator.add, parts) % len(PATENT_CHECKS)
    return value(number, len(weights), PATENT_CHECKS) == rest


READ = {"case_number": case_read, "patent_number": patent_read}


def numbered(
    values: Mapping[str, Value], contract: type[Table]
) -> tuple[dict[str, Value], dict[str, ir.BooleanValue]]:
    """Return columns with their numbers in normal form, and the parts of them filled.

    Returns:
        The columns; and the conditions under which a record is flagged, by flag.
    """
    form = NUMBERS.get(contract.id)
    if form is None:
        return dict(values), {}
    made = dict(values)
    wrong = []
    for name in form.columns:
        read = READ[form.kind](values[name].typed)
        made[name] = values[name]._replace(typed=read.text)
        wrong.append((values[name].typed.notnull() & ~read.sound).fill_null(False))  # noqa: FBT003
    flags = {FLAGS[form.kind]: functools.reduce(operator.or_, wrong)}
    if not form.parts:
        return made, flags
    told = parts_told(made[form.columns[0]].typed, form, contract)
    for name, part in told.items():
        typed = ibis.coalesce(made[name].typed, part)
        made[name] = made[name]._replace(typed=typed)
    return made, flags


def parts_told(
    number: ir.StringValue, form: Numbers, contract: type[Table]
) -> dict[str, ir.Value]:
    """Return what a number in normal form tells of other columns."""
    told = {}
    for name, place in form.parts.items():
        field = contract.fields()[name]
        part: ir.Value = (
            number.re_extract(NORMAL_CASE, place).nullif("") if place else number
        )
        if field.codes:
            known = part.isin(list(field.codes))
            part = ibis.ifelse(known, part, ibis.ifelse(part.notnull(), "other", None))
        told[name] = part.cast(field.dtype)
    return told
