"""What a delivered row must be: each condition, what was found, what was expected."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, NamedTuple

from kexin.algebra.to_ibis import to_ibis
from kexin.identity.checks import has_check_characters
from kexin.intake import days, migrated, traces
from kexin.intake.fitting import EXCEL
from kexin.intake.mapping import DATES
from kexin.intake.values import moment
from kexin.language import Text
from kexin.registers.contract import USCC
from kexin.registers.quality import FIRST_DAY, OF_NO_FIRM

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from kexin.intake.mapping import Column
    from kexin.intake.validate import Delivery, Records
    from kexin.intake.values import Rows, Value
    from kexin.registers.contract import Field, Table


TOLD_AT = (
    *DATES,
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y%m%d%H%M%S",
    EXCEL,
)
"""Forms of the day on which a bureau says that it handed a record over."""


class Check(NamedTuple):
    """One condition that every row must meet.

    Attributes:
        rule: Name under which the quarantine counts it.
        column: Column of the contract.
        fails: Whether a row fails it.
        found: What was delivered.
        expected: What was expected.
    """

    rule: str
    column: str
    fails: ir.BooleanValue
    found: ir.StringValue
    expected: Text


def every_check(records: Records, delivery: Delivery) -> Iterator[Check]:
    """Yield all checks that a file's rows are put to, in a fixed order."""
    yield from column_checks(records, delivery)
    yield from rule_checks(records.values, delivery.contract)
    yield from firm_check(records, delivery)
    yield from event_checks(records, delivery)
    yield from day_checks(records, delivery)
    yield from told_checks(records, delivery)
    yield from envelope_checks(records, delivery)


def column_checks(records: Records, delivery: Delivery) -> Iterator[Check]:
    """Yield what each column must be: there, of its type, of its form.

    A withdrawal need only say which record it ends, and when that happened.
    """
    contract, source = delivery.contract, delivery.source
    for name, field in contract.fields().items():
        if name not in source.columns:
            continue
        found, there, typed = records.values[name]
        expected = type_expected(field, source.columns[name])
        yield Check("type", name, there & typed.isnull(), found, expected)
        if not field.optional:
            absent = ~there & typed.isnull()
            if name not in {*contract.key, contract.event}:
                absent &= ~records.withdrawn
            yield Check("required", name, absent, found, Text("不可为空", "a value"))
        if field.form:
            wrong = (~typed.re_search(f"^({field.form})$")).fill_null(False)  # noqa: FBT003
            expected = Text(f"形如{field.form}", f"text of the form {field.form}")
            yield Check("form", name, wrong, found, expected)
        if field.form == USCC:
            coded = typed.re_search(f"^({USCC})$")
            wrong = (coded & ~has_check_characters(typed)).fill_null(False)  # noqa: FBT003
            expected = Text("校验位正确的代码", "a code with right check characters")
            yield Check("check_character", name, wrong, found, expected)


def type_expected(field: Field, column: Column) -> Text:
    """Return what a column's text must be, in words."""
    codes = list(column.codes or field.codes or ())
    if codes:
        return Text(f"以下之一：{'、'.join(codes)}", f"one of {', '.join(codes)}")
    if field.monthly:
        return Text("月份，形如 2024-05", "a month such as 2024-05")
    if field.dtype in {"date", "timestamp(6)"}:
        forms = " / ".join("Excel" if f == EXCEL else f for f in column.dates)
        return Text(f"日期，形如 {forms}", f"a day in the form {forms}")
    if field.dtype == "boolean":
        return Text("是或否", "yes or no")
    if field.dtype.startswith("int"):
        return Text(f"整数({field.unit})", f"a whole number ({field.unit})")
    return Text(f"数字({field.unit})", f"a number ({field.unit})")


def rule_checks(values: dict[str, Value], contract: type[Table]) -> Iterator[Check]:
    """Yield the contract's own rules; absent counts as met."""
    for name, rule in contract.rules().items():
        met = to_ibis(rule.met, lambda column: values[column.name].typed)
        fails = (~met).fill_null(False)  # noqa: FBT003
        found = values[rule.column].found
        yield Check(name, rule.column, fails, found, rule.expected)


def firm_check(records: Records, delivery: Delivery) -> Iterator[Check]:
    """Yield the check that a row names a firm: by a local id, a code, or a name.

    Whether a code is right is not asked here: who is meant is found out once all rows
    are there, and a row whose firm nobody can tell is held without one.
    """
    source, rows = delivery.source, records.rows
    headings = [name for name in (source.firm, source.firm_name) if name]
    if source.envelope:
        headings = ["firm_key", *headings]
    if delivery.mapping.firm_prefix:
        headings = [source.firm]
    if not headings or (source.envelope and delivery.contract.id in OF_NO_FIRM):
        return
    absent = [rows.plain(heading).isnull() for heading in headings]
    listed = "、".join(headings), " or ".join(headings)
    expected = Text(f"列“{listed[0]}”中的企业代号", f"a firm in column {listed[1]}")
    wrong = functools.reduce(operator.and_, absent)
    yield Check("firm", "firm_key", wrong, rows.found(headings[0]), expected)


def event_checks(records: Records, delivery: Delivery) -> Iterator[Check]:
    """Yield the checks that it happened, and before receipt (quality problem Q24).

    Only what is announced, such as a hearing, may lie ahead.
    """
    received, event = delivery.received, delivery.contract.event
    found = records.values[event].found
    if not delivery.contract.announced:
        late = (records.event_date > received).fill_null(False)  # noqa: FBT003
        expected = Text(
            f"不晚于接收日{received}", f"a day up to {received}, when it was received"
        )
        yield Check("future", event, late, found, expected)
    early = (records.event_date < FIRST_DAY).fill_null(False)  # noqa: FBT003
    since = Text(f"不早于{FIRST_DAY}的日期", f"a day from {FIRST_DAY} on")
    yield Check(days.IMPOSSIBLE, event, early, found, since)
    if delivery.contract.fields()[event].optional:
        absent = records.event_date.isnull() & ~records.values[event].there
        would_do = traces.expected(delivery.contract)
        yield Check("required", event, absent, found, would_do)


def day_checks(records: Records, delivery: Delivery) -> Iterator[Check]:
    """Yield the checks that no other day that is needed is impossible (Q24)."""
    contract = delivery.contract
    for name, wrong in records.refused.items():
        would_do = days.expected(contract, name, delivery.received)
        found = records.values[name].found
        yield Check(days.IMPOSSIBLE, name, wrong, found, would_do)


def envelope_checks(records: Records, delivery: Delivery) -> Iterator[Check]:
    """Yield the checks of an envelope that the rows bring with them."""
    if not delivery.source.envelope:
        return
    expected = {
        "known_at": Text(
            f"不晚于接收日{delivery.received}的时间",
            f"a moment up to {delivery.received}, the day of receipt",
        ),
        "superseded_at": Text("不早于known_at的时间", "a moment from known_at on"),
        "op": Text("I、U、D之一", "one of I, U, D"),
    }
    for name, fails in migrated.wrong(records.rows, delivery.received).items():
        found = records.rows.found(name)
        yield Check("envelope", name, fails, found, expected[name])


def told_checks(records: Records, delivery: Delivery) -> Iterator[Check]:
    """Yield the check of the day on which the bureau says that it handed a record over.

    One that is there must be a day, and not after receipt.
    """
    heading = delivery.source.known_at.column
    if not heading:
        return
    told, received = told_at(records.rows, heading), delivery.received
    after_receipt = (told.cast("date") > received).fill_null(False)  # noqa: FBT003
    wrong = records.rows.plain(heading).notnull() & (told.isnull() | after_receipt)
    expected = Text(
        f"不晚于接收日{received}的时间",
        f"a moment up to {received}, the day of receipt",
    )
    yield Check("known_at", "known_at", wrong, records.rows.found(heading), expected)


def told_at(rows: Rows, heading: str) -> ir.TimestampValue:
    """Return when the bureau says that it handed a record over, if it does."""
    return moment(rows.plain(heading), TOLD_AT)
