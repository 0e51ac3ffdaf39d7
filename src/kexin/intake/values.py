"""Delivered text as typed values: one Ibis expression for each column of a contract."""

from __future__ import annotations

import functools
import operator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

from kexin.intake.mapping import EXCEL

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kexin.intake.mapping import Change, Column, Condition, Mapping, Source
    from kexin.registers.contract import Field, Table

BLANKS = " \t\r\n\u3000\u00a0\u200b\ufeff"
"""Signs that are taken off both ends of every value; the last are invisible."""

EXCEL_DAY_ZERO = date(1899, 12, 30)

YES = ("true", "1", "是", "y", "yes")
NO = ("false", "0", "否", "n", "no")


@ibis.udf.scalar.builtin
def trim(text: str, signs: str) -> str:  # type: ignore[empty-body]  # DuckDB's own
    """Return text without some signs at its ends."""


@ibis.udf.scalar.builtin
def try_strptime(text: str, form: str) -> ibis.dtype("timestamp"):  # type: ignore[valid-type,empty-body]  # DuckDB's own
    """Return the moment that a text tells in a form; absent where it tells none."""


class Value(NamedTuple):
    """One column of a contract, out of a delivered row.

    Attributes:
        found: The text that was delivered; absent where nothing was.
        typed: The value; absent where the text is not of the column's type.
    """

    found: ir.StringValue
    typed: ir.Value


def cleaned(raw: ir.Table, heading: str) -> ir.StringValue:
    """Return a delivered column without blanks at its ends, absent where empty."""
    return trim(raw[heading], BLANKS).nullif("")


def value_of(raw: ir.Table, field: Field, column: Column, mapping: Mapping) -> Value:
    """Return how a column of the contract is filled."""
    if column.join:
        parts = [cleaned(raw, name).fill_null("") for name in column.join]
        text = functools.reduce(lambda a, b: a + column.between + b, parts)
        return Value(text, text)
    if not column.source:
        constant = ibis.literal(column.constant).cast(field.dtype)
        return Value(ibis.literal(str(column.constant)), constant)
    found = cleaned(raw, column.source)
    if column.codes or field.codes:
        return Value(found, coded(found, field, column))
    if column.local and mapping.firm_prefix:
        return Value(found, ibis.literal(f"{mapping.firm_prefix}:") + found)
    return Value(found, typed(found, field, column))


def coded(found: ir.StringValue, field: Field, column: Column) -> ir.Value:
    """Return a code of the contract; absent where the delivered one is unknown."""
    if not column.codes:
        known = found.isin(list(field.codes or ()))
        return ibis.ifelse(known, found, column.unknown or None)
    pairs = [(found == told, code) for told, code in column.codes.items()]
    other = column.unknown or ibis.null("string")
    value = ibis.cases(*pairs, else_=ibis.ifelse(found.notnull(), other, None))
    return value if field.dtype == "string" else value.try_cast(field.dtype)


def typed(found: ir.StringValue, field: Field, column: Column) -> ir.Value:
    """Return text as the field's type; absent where it is not of that type."""
    match field.dtype:
        case "string":
            return found
        case "date":
            return day(found, column)
        case "boolean":
            low = found.lower()
            return ibis.cases((low.isin(YES), True), (low.isin(NO), False))
    return number(found, field, column)


def number(found: ir.StringValue, field: Field, column: Column) -> ir.NumericValue:
    """Return a number, in the contract's unit."""
    plain = found.replace(column.thousands, "").replace(column.decimal, ".")
    if column.unit == 1:
        return plain.try_cast(field.dtype)
    return (plain.try_cast("decimal(28, 8)") * column.unit).try_cast(field.dtype)


def day(found: ir.StringValue, column: Column) -> ir.DateValue:
    """Return a day, in the first of the column's forms that fits."""
    forms = [
        excel_day(found) if form == EXCEL else try_strptime(found, form).cast("date")
        for form in column.dates
    ]
    return ibis.coalesce(*forms)


def excel_day(found: ir.StringValue) -> ir.DateValue:
    """Return a day that Excel wrote as a number."""
    days = found.try_cast("float64").floor().cast("int64")
    return (ibis.literal(EXCEL_DAY_ZERO) + days.as_interval("D")).cast("date")


def holds(conditions: tuple[Condition, ...], values: dict[str, Any]) -> ir.BooleanValue:
    """Whether all conditions of a rule hold; absent counts as not."""
    parts = []
    for condition in conditions:
        value = values[condition.column]
        if condition.equals:
            parts.append(value == condition.equals)
        if condition.below is not None:
            parts.append(value < condition.below)
        if condition.above is not None:
            parts.append(value > condition.above)
    return functools.reduce(operator.and_, parts).fill_null(False)  # noqa: FBT003


def changed(values: dict[str, Any], changes: tuple[Change, ...]) -> dict[str, Any]:
    """Return the typed values with the mapping's `set` rules applied in order."""
    values = dict(values)
    for change in changes:
        old = values[change.column]
        values[change.column] = ibis.ifelse(
            holds(change.where, values), ibis.literal(change.to).cast(old.type()), old
        )
    return values


def filled(
    raw: ir.Table, contract: type[Table], source: Source, mapping: Mapping
) -> dict[str, Value]:
    """Return every column of the contract, absent ones included, by name."""
    values = {}
    for name, field in contract.fields().items():
        if name in source.columns:
            values[name] = value_of(raw, field, source.columns[name], mapping)
        else:
            values[name] = Value(ibis.null("string"), ibis.null(field.dtype))
    typed_values = changed(
        {name: value.typed for name, value in values.items()}, source.changes
    )
    return {name: Value(values[name].found, typed_values[name]) for name in values}
