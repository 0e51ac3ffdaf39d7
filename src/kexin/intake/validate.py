"""Contract to queries: each delivered row is accepted, or refused with its reasons.

A bad row is data. Every check of the contract is a condition over the row; a row that
fails any is refused, and told what was found, where, and what was expected.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.algebra.to_ibis import to_ibis
from kexin.intake.mapping import EXCEL, KnownAt
from kexin.intake.values import cleaned, filled
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import ibis.expr.types as ir

    from kexin.intake.mapping import Column, Mapping, Source
    from kexin.intake.values import Value
    from kexin.registers.contract import Field, Table

RECONSTRUCTED = "known_at_reconstructed"
INCOMPLETE = "incomplete"
UNKNOWN_CODE = "unknown_code"


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
        received: Day of receipt.
    """

    mapping: Mapping
    source: Source
    contract: type[Table]
    batch: str
    received: date


def checked(raw: ir.Table, delivery: Delivery) -> tuple[ir.Table, list[Check]]:
    """Return the rows in the contract's form, and the checks they were put to.

    Args:
        raw: Delivered rows as text, with `_row`.
        delivery: What the batch is.

    Returns:
        `_row`, the contract's columns, `firm_key`, `src_code`, `event_date`,
        `known_at`, `op`, `dq_flags`; then `fails_<n>`, whether a row fails check n.
        The checks in the order of their numbers.
    """
    contract, source = delivery.contract, delivery.source
    values = filled(raw, contract, source, delivery.mapping)
    firm = cleaned(raw, source.firm)
    prefix = delivery.mapping.firm_prefix
    typed = {name: value.typed for name, value in values.items()}
    event_date = (
        ibis.literal(source.event_date)
        if contract.event in source.not_delivered
        else typed[contract.event]
    )
    checks = [
        *column_checks(values, delivery),
        *rule_checks(values, contract),
        firm_check(firm, source),
        future_check(values, event_date, delivery),
    ]
    columns = {
        **typed,
        "firm_key": ibis.literal(f"{prefix}:") + firm if prefix else firm,
        "src_code": firm,
        "event_date": event_date,
        "known_at": known_at(event_date, delivery),
        "op": operation(raw, source),
        "dq_flags": flags(raw, values, delivery),
        **{f"fails_{number}": check.fails for number, check in enumerate(checks)},
    }
    return raw.select("_row", **columns), checks


def column_checks(values: dict[str, Value], delivery: Delivery) -> Iterator[Check]:
    """Yield what each column must be: there, of its type, of its form."""
    source = delivery.source
    for name, field in delivery.contract.fields().items():
        found, typed = values[name]
        if name not in source.columns:
            continue
        column = source.columns[name]
        if column.source:
            wrong = found.notnull() & typed.isnull()
            yield Check("type", name, wrong, found, type_expected(field, column))
        if not field.optional:
            expected = Text("不可为空", "a value")
            yield Check("required", name, found.isnull(), found, expected)
        if field.form:
            wrong = ~typed.re_search(f"^({field.form})$")
            expected = Text(f"形如{field.form}", f"text of the form {field.form}")
            yield Check("form", name, wrong.fill_null(False), found, expected)  # noqa: FBT003


def type_expected(field: Field, column: Column) -> Text:
    """Return what a column's text must be, in words."""
    codes = list(column.codes or field.codes or ())
    if codes:
        return Text(f"以下之一：{'、'.join(codes)}", f"one of {', '.join(codes)}")
    if field.dtype == "date":
        forms = " / ".join("Excel" if f == EXCEL else f for f in column.dates)
        return Text(f"日期，形如 {forms}", f"a day in the form {forms}")
    if field.dtype == "boolean":
        return Text("是或否", "yes or no")
    return Text(f"数字({field.unit})", f"a number ({field.unit})")


def rule_checks(values: dict[str, Value], contract: type[Table]) -> Iterator[Check]:
    """Yield the contract's own rules; absent counts as met."""
    for name, rule in contract.rules().items():
        met = to_ibis(rule.met, lambda column: values[column.name].typed)
        found = values[rule.column].found
        fails = (~met).fill_null(False)  # noqa: FBT003
        yield Check(name, rule.column, fails, found, rule.expected)


def firm_check(firm: ir.StringValue, source: Source) -> Check:
    """Return the check that a row names its firm."""
    expected = Text(f"列“{source.firm}”中的企业代码", f"a firm in column {source.firm}")
    return Check("firm", "firm_key", firm.isnull(), firm, expected)


def future_check(
    values: dict[str, Value], event_date: ir.DateValue, delivery: Delivery
) -> Check:
    """Return the check that nothing happened after its receipt (quality problem Q24)."""
    received = delivery.received
    return Check(
        "future",
        delivery.contract.event,
        (event_date > received).fill_null(False),  # noqa: FBT003
        values[delivery.contract.event].found,
        Text(
            f"不晚于接收日{received}", f"a day up to {received}, when it was received"
        ),
    )


def known_at(event_date: ir.DateValue, delivery: Delivery) -> ir.TimestampValue:
    """Return when a record was known: on receipt, or as the mapping reconstructs it."""
    rule = delivery.source.known_at
    if not isinstance(rule, KnownAt):
        day: ir.DateValue = ibis.literal(delivery.received)
    elif rule.on is not None:
        day = ibis.literal(rule.on)
    else:
        lag = delivery.contract.lag_days if rule.days == "register" else rule.days
        day = event_date + ibis.interval(days=lag)
    return day.cast("timestamp(6)")


def operation(raw: ir.Table, source: Source) -> ir.StringValue:
    """Return D for a record that the bureau withdraws, I for any other."""
    parts = [cleaned(raw, name) == code for name, code in source.withdrawn.items()]
    if not parts:
        return ibis.literal("I")
    withdrawn = functools.reduce(operator.and_, parts).fill_null(False)  # noqa: FBT003
    return ibis.ifelse(withdrawn, "D", "I")


def flags(raw: ir.Table, values: dict[str, Value], delivery: Delivery) -> ir.ArrayValue:
    """Return a row's quality flags, in a fixed order."""
    source = delivery.source
    always = []
    if isinstance(source.known_at, KnownAt):
        always.append(RECONSTRUCTED)
    if source.not_delivered:
        always.append(INCOMPLETE)
    marked = ibis.array(always) if always else ibis.literal([], type="array<string>")
    for name, column in source.columns.items():
        if column.unknown:
            known = list(column.codes or delivery.contract.fields()[name].codes or ())
            unknown = ~values[name].found.isin(known)
            marked = marked.concat(flag(unknown, UNKNOWN_CODE))
    for rule in source.reconcile:
        total = cleaned(raw, rule.total).try_cast("decimal(18, 2)")
        parts = [values[name].typed for name in rule.equals]
        difference = (total - functools.reduce(operator.add, parts)).abs()
        marked = marked.concat(flag(difference > rule.tolerance, rule.flag))
    return marked


def flag(condition: ir.BooleanValue, name: str) -> ir.ArrayValue:
    """Return an array with a flag where a condition holds, an empty one elsewhere."""
    empty = ibis.literal([], type="array<string>")
    return ibis.ifelse(condition.fill_null(False), ibis.array([name]), empty)  # noqa: FBT003

