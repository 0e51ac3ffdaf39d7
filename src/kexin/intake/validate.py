"""Contract to queries: each delivered row is accepted, or refused with its reasons.

A bad row is data. Every check of the contract is a condition over the row; a row that
fails any is refused, and told what was found, where, and what was expected.
"""

from __future__ import annotations

import functools
import operator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.algebra.to_ibis import to_ibis
from kexin.identity.checks import has_check_characters
from kexin.intake import migrated
from kexin.intake.fitting import EXCEL
from kexin.intake.flags import flags
from kexin.intake.mapping import DATES, plain
from kexin.intake.values import filled, moment
from kexin.language import Text
from kexin.registers.contract import USCC

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from kexin.intake.mapping import Column, Mapping, Source
    from kexin.intake.values import Rows, Value
    from kexin.registers.contract import Field, Table

LOCAL = "local"
"""Step of a firm that is known by a local id; nothing was matched."""

NO_STEP = ibis.null("string")

TOLD_AT = (
    *DATES,
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y%m%d%H%M%S",
    EXCEL,
)
"""Forms of the day on which a bureau says that it handed a record over."""

FIRST_DAY = date(1949, 10, 1)
"""No register of the country reaches back further."""


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


class Delivery(NamedTuple):
    """What a batch is and when it came.

    Attributes:
        mapping: The mapping.
        source: The source that the file belongs to.
        contract: The contract that it fills.
        batch: Name and start of the digest of the file.
        file: Name of the file.
        received: Day of receipt.
    """

    mapping: Mapping
    source: Source
    contract: type[Table]
    batch: str
    file: str
    received: date


class Records(NamedTuple):
    """A file's rows in the making: what the checks and columns are made of.

    Attributes:
        rows: The rows as text.
        values: Columns of the contract.
        firm: The firm, as its `firm_key` is to be.
        event_date: When it happened.
        withdrawn: Whether the bureau withdraws the record.
    """

    rows: Rows
    values: dict[str, Value]
    firm: ir.StringValue
    event_date: ir.DateValue
    withdrawn: ir.BooleanValue


def checked(rows: Rows, delivery: Delivery) -> tuple[ir.Table, list[Check]]:
    """Return the rows in the contract's form, and the checks they were put to.

    Args:
        rows: Delivered rows as text.
        delivery: What the batch is.

    Returns:
        `_row`, the contract's columns, and the envelope's as far as a row tells them;
        then `fails_<n>`, whether a row fails check n. The checks in the order of their
        numbers.
    """
    records = made(rows, delivery)
    source = delivery.source
    checks = [
        *column_checks(records, delivery),
        *rule_checks(records.values, delivery.contract),
        *firm_check(records, delivery),
        *event_checks(records, delivery),
        *told_checks(records, delivery),
        *envelope_checks(records, delivery),
    ]
    name = rows.found(source.firm_name) if source.firm_name else ibis.null("string")
    columns = {
        **{name: value.typed for name, value in records.values.items()},
        "firm_key": records.firm,
        "src_code": rows.found(source.firm) if source.firm else NO_STEP,
        "src_name": name,
        "event_date": records.event_date,
        "known_at": known_at(records, delivery),
        "op": ibis.ifelse(records.withdrawn, "D", "I"),
        "firm_step": ibis.literal(LOCAL) if delivery.mapping.firm_prefix else NO_STEP,
        "firm_conf": ibis.null("decimal(4, 3)"),
        "src_system": ibis.literal(delivery.mapping.source),
        "batch_id": ibis.literal(delivery.batch),
        "published_at": ibis.null("timestamp(6)"),
        "ended": ibis.null("timestamp(6)"),
        "dated": ibis.literal(False),  # noqa: FBT003
        "dq_flags": flags(rows, records.values, source, delivery.contract),
        **{f"fails_{number}": check.fails for number, check in enumerate(checks)},
    }
    if source.envelope:
        columns |= migrated.columns(rows)
    return rows.table.select("_row", **columns), checks


def made(rows: Rows, delivery: Delivery) -> Records:
    """Return what a file's checks and columns are made of."""
    contract, source = delivery.contract, delivery.source
    values = filled(rows, contract, source, delivery.mapping)
    prefix = delivery.mapping.firm_prefix
    local = rows.plain(source.firm) if source.firm else ibis.null("string")
    event = (
        values[contract.event].typed.cast("date")
        if contract.event in source.columns
        else ibis.literal(source.event_date)
    )
    return Records(
        rows=rows,
        values=values,
        firm=ibis.literal(f"{prefix}:") + local if prefix else NO_STEP,
        event_date=event,
        withdrawn=withdrawn(rows, source),
    )


def withdrawn(rows: Rows, source: Source) -> ir.BooleanValue:
    """Whether the bureau withdraws a record."""
    parts = [rows.plain(n) == plain(code) for n, code in source.withdrawn.items()]
    if source.envelope:
        parts.append(rows.plain("op") == "D")
    if not parts:
        return ibis.literal(False)  # noqa: FBT003
    return functools.reduce(operator.and_, parts).fill_null(False)  # noqa: FBT003


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
    if not headings:
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
    yield Check("impossible_day", event, early, found, since)
    if delivery.contract.fields()[event].optional:
        absent = records.event_date.isnull() & ~records.values[event].there
        yield Check("required", event, absent, found, Text("不可为空", "a value"))


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

    Nothing said is no mistake: the record is then known from its receipt.
    """
    heading = delivery.source.known_at.column
    if not heading:
        return
    told, received = told_at(records.rows, heading), delivery.received
    after_receipt = (told.cast("date") > received).fill_null(False)  # noqa: FBT003
    wrong = (records.rows.plain(heading).notnull() & told.isnull()) | after_receipt
    expected = Text(
        f"不晚于接收日{received}的时间",
        f"a moment up to {received}, the day of receipt",
    )
    yield Check("known_at", "known_at", wrong, records.rows.found(heading), expected)


def told_at(rows: Rows, heading: str) -> ir.TimestampValue:
    """Return when the bureau says that it handed a record over, if it does."""
    return moment(rows.plain(heading), TOLD_AT)


def known_at(records: Records, delivery: Delivery) -> ir.TimestampValue:
    """Return when a record was known: as told, on receipt, or as the mapping counts it.

    A reconstruction never lies after receipt: the record was held then.
    """
    rule = delivery.source.known_at
    received = ibis.literal(delivery.received)
    if rule.column:
        told = told_at(records.rows, rule.column)
        return ibis.coalesce(told, received.cast("timestamp(6)")).cast("timestamp(6)")
    if rule.on is not None:
        known: ir.DateValue = ibis.literal(rule.on)
    elif rule.counted:
        lag = rule.days if isinstance(rule.days, int) else delivery.contract.lag_days
        after = (records.event_date + ibis.interval(days=lag)).cast("date")
        known = ibis.least(after, received)
    else:
        known = received
    return known.cast("timestamp(6)")
