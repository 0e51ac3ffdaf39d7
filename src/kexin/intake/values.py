"""Delivered text as typed values: one Ibis expression for each column of a contract."""

from __future__ import annotations

import functools
import operator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

from kexin.intake.fitting import EXCEL
from kexin.intake.mapping import plain

if TYPE_CHECKING:
    from decimal import Decimal

    import ibis.expr.types as ir

    from kexin.intake.mapping import Change, Column, Condition, Mapping, Source
    from kexin.registers.contract import Field, Table

MONTHS = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y%m", "%Y年%m月")
"""Forms of a month, tried before those of a day."""

MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
"""Forms of a moment, tried before those of a day."""

BETWEEN_CODES = "[,;、|/]"
"""What stands between the codes of a set, after normalisation."""

EXCEL_DAY_ZERO = date(1899, 12, 30)
EXCEL_LAST_DAY = 2_958_465
"""9999-12-31, counted from day zero."""

MEASURED = "decimal(20, 8)"
"""Type of a number before its unit is applied; times a FACTOR it fits 38 digits."""

FACTOR = "decimal(18, 4)"

EXACT = "decimal(38, 9)"
"""Type in which a whole number is seen to be whole."""

YES = ("true", "1", "是", "y", "yes")
NO = ("false", "0", "否", "n", "no")


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis ships no types
def try_strptime(text: str, form: str) -> ibis.dtype("timestamp"):  # type: ignore[valid-type]  # DuckDB's own
    """Return the moment that a text tells in a form; absent where it tells none."""


class Rows(NamedTuple):
    """Rows of files with the same headings, on the engine.

    Attributes:
        table: As `kexin.intake.arrivals.normalised` makes it.
        places: Heading to place.
    """

    table: ir.Table
    places: dict[str, int]

    def plain(self, heading: str) -> ir.StringValue:
        """Return a delivered column, normalised; absent where empty."""
        return self.table[f"plain_{self.places[heading]}"]

    def found(self, heading: str) -> ir.StringValue:
        """Return a delivered column as it was delivered; absent where empty."""
        return self.table[f"raw_{self.places[heading]}"]


class Value(NamedTuple):
    """One column of a contract, out of a delivered row.

    Attributes:
        found: The text as delivered; absent where the column is not delivered.
        there: Whether anything was delivered.
        typed: The value; absent where the text is not of the column's type.
    """

    found: ir.StringValue
    there: ir.BooleanValue
    typed: ir.Value


def value_of(rows: Rows, field: Field, column: Column, mapping: Mapping) -> Value:
    """Return how a column of the contract is filled."""
    if column.constant is not None:
        several = field.dtype == "array<string>"
        value = [str(column.constant)] if several else column.constant
        constant = ibis.literal(value).cast(field.dtype)
        told = ibis.literal(str(column.constant))
        return Value(told, ibis.literal(True), constant)  # noqa: FBT003
    text = joined([rows.plain(name) for name in column.read], column.between)
    found = joined([rows.found(name) for name in column.read], column.between)
    if column.absent:
        nothing = text.isin([plain(told) for told in column.absent])
        text = ibis.ifelse(nothing, ibis.null("string"), text)
    return Value(found, text.notnull(), typed(text, field, column, mapping))


def joined(parts: list[ir.StringValue], between: str) -> ir.StringValue:
    """Return texts as one; absent where one of them is."""
    return functools.reduce(lambda left, right: left + between + right, parts)


def typed(
    text: ir.StringValue, field: Field, column: Column, mapping: Mapping
) -> ir.Value:
    """Return text as the field's type; absent where it is not of that type."""
    if field.dtype == "array<string>":
        return code_set(text, field, column)
    if column.codes or field.codes:
        return coded(text, field, column)
    match field.dtype:
        case "string" if column.local and mapping.firm_prefix:
            return ibis.literal(f"{mapping.firm_prefix}:") + text
        case "string":
            return text
        case "date":
            return month(text, column) if field.monthly else day(text, column.dates)
        case "timestamp(6)":
            return moment(text, column.dates)
        case "boolean":
            low = text.lower()
            return ibis.cases((low.isin(YES), True), (low.isin(NO), False))
    return number(text, field, column)


def coded(text: ir.StringValue, field: Field, column: Column) -> ir.Value:
    """Return a code of the contract; absent where the delivered one is unknown."""
    value = one_code(text, field, column)
    return value if field.dtype == "string" else value.try_cast(field.dtype)


def one_code(text: ir.StringValue, field: Field, column: Column) -> ir.StringValue:
    """Return a code as text; that for unknown ones where the mapping names one."""
    listed = column.codes or {code: code for code in field.codes or ()}
    pairs = [(text == plain(told), code) for told, code in listed.items()]
    other = column.unknown or ibis.null("string")
    return ibis.cases(*pairs, else_=ibis.ifelse(text.notnull(), other, None))


def code_set(text: ir.StringValue, field: Field, column: Column) -> ir.ArrayValue:
    """Return a set of codes in their order; absent where one of them is unknown."""
    codes = code_list(text).map(lambda part: one_code(part, field, column))
    known = codes.filter(lambda code: code.notnull())
    return ibis.ifelse(known.length() == codes.length(), known.unique().sort(), None)


def code_list(text: ir.StringValue) -> ir.ArrayValue:
    """Return the parts of a text between commas, semicolons and the like."""
    parts = text.re_split(BETWEEN_CODES).map(lambda part: part.strip())
    return parts.filter(lambda part: part != "")


def known_code(text: ir.StringValue, field: Field, column: Column) -> ir.BooleanValue:
    """Whether a code is one that the mapping or the contract lists."""
    return text.isin([plain(code) for code in column.codes or field.codes or ()])


def number(text: ir.StringValue, field: Field, column: Column) -> ir.NumericValue:
    """Return a number in the contract's unit, an amount rounded to its decimals."""
    digits = with_point(text, column)
    if column.unit != 1:
        factor = ibis.literal(column.unit).cast(FACTOR)
        return as_number(digits.try_cast(MEASURED) * factor, field)
    return as_number(digits, field)


def with_point(text: ir.StringValue, column: Column) -> ir.StringValue:
    """Return digits with a point before the decimals; absent where signs are mixed."""
    if column.thousands:
        text = text.replace(column.thousands, "")
    if column.decimal == ".":
        return text
    mixed = text.contains(".")
    return ibis.ifelse(mixed, None, text.replace(column.decimal, "."))


def as_number(value: ir.Value, field: Field) -> ir.NumericValue:
    """Return a number as the field's type; absent where a whole number has decimals."""
    if not field.dtype.startswith("int"):
        return value.try_cast(field.dtype)
    exact = value.try_cast(EXACT)
    whole = exact.try_cast(field.dtype)
    return ibis.ifelse(whole.cast(EXACT) == exact, whole, None)


def day(text: ir.StringValue, forms: tuple[str, ...]) -> ir.DateValue:
    """Return a day, in the first form that fits."""
    days = [
        excel_day(text) if form == EXCEL else try_strptime(text, form).cast("date")
        for form in forms
    ]
    return ibis.coalesce(*days) if len(days) > 1 else days[0]


def month(text: ir.StringValue, column: Column) -> ir.DateValue:
    """Return the first day of a month, told as a month or as a day in it."""
    # "45413" is a month of the year 4541 as well: a mapping that names Excel means it.
    counted = EXCEL in column.dates
    forms = (*column.dates, *MONTHS) if counted else (*MONTHS, *column.dates)
    return day(text, forms).truncate("M").cast("date")


def moment(text: ir.StringValue, forms: tuple[str, ...]) -> ir.TimestampValue:
    """Return a moment; a day alone is its first moment."""
    clocks = [try_strptime(text, form) for form in MOMENTS]
    return ibis.coalesce(*clocks, day(text, forms).cast("timestamp")).cast(
        "timestamp(6)"
    )


def excel_day(text: ir.StringValue) -> ir.DateValue:
    """Return a day that Excel wrote as a number, or that a sheet holds as a day."""
    days = text.try_cast("decimal(18, 6)")
    known = ibis.ifelse(days.between(1, EXCEL_LAST_DAY), days, None).floor()
    counted = ibis.literal(EXCEL_DAY_ZERO) + known.cast("int64").as_interval("D")
    return ibis.coalesce(
        counted.cast("date"), try_strptime(text, "%Y-%m-%d").cast("date")
    )


def holds(conditions: tuple[Condition, ...], values: dict[str, Any]) -> ir.BooleanValue:
    """Whether all conditions of a rule hold; absent counts as not."""
    parts = []
    for condition in conditions:
        value = values[condition.column]
        if condition.equals is not None:
            parts.append(value == ibis.literal(condition.equals).cast(value.type()))
        if condition.below is not None:
            parts.append(value < bound(condition.below))
        if condition.above is not None:
            parts.append(value > bound(condition.above))
    return functools.reduce(operator.and_, parts).fill_null(False)  # noqa: FBT003


def bound(number: Decimal) -> ir.DecimalValue:
    """Return a number out of a mapping, exact."""
    return ibis.literal(number).cast("decimal(18, 4)")


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
    rows: Rows, contract: type[Table], source: Source, mapping: Mapping
) -> dict[str, Value]:
    """Return every column of the contract, absent ones included, by name."""
    nothing = (ibis.null("string"), ibis.literal(False))  # noqa: FBT003
    values = {
        name: value_of(rows, field, source.columns[name], mapping)
        if name in source.columns
        else Value(*nothing, ibis.null(field.dtype))
        for name, field in contract.fields().items()
    }
    typed_values = changed({n: v.typed for n, v in values.items()}, source.changes)
    return {n: Value(v.found, v.there, typed_values[n]) for n, v in values.items()}
