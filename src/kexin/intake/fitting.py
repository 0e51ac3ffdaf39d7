"""Whether a mapping fits the contracts: what its form alone cannot tell."""

from __future__ import annotations

import codecs
import difflib
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from kexin.language import Text
from kexin.registers.contract import contracts
from kexin.registers.quality import NUMBERS, TRACES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kexin.intake.mapping import Column, Constant, Source
    from kexin.registers.contract import Field, Table
    from kexin.tomlfile import Key

EXCEL = "excel"
"""Form of a day as Excel counts it: days since 1899-12-30."""

DATE_PARTS = set("YymdHMSfjbB")
"""What may stand after a percent sign in the form of a day."""


class Mistake(NamedTuple):
    """Something that a mapping says and its contract does not know.

    Attributes:
        key: Where in the file.
        found: What is wrong.
        expected: What would be right.
    """

    key: Key
    found: Text
    expected: Text


def one_of(wrong: str, known: Collection[str]) -> Text:
    """Return the names that would do, the one that comes nearest to it first."""
    near = difflib.get_close_matches(wrong, known, n=1)
    ordered = list(dict.fromkeys([*near, *known]))
    return Text(f"以下之一：{'、'.join(ordered)}", f"one of {', '.join(ordered)}")


def mistakes(source: Source, key: Key) -> Iterator[Mistake]:
    """Yield what a source says that its contract does not know."""
    known = contracts()
    if source.table not in known:
        found = Text(f"没有表“{source.table}”", f"there is no table {source.table!r}")
        yield Mistake((*key, "table"), found, one_of(source.table, known))
        return
    contract = known[source.table]
    yield from unknown_encoding(source, key)
    yield from unknown_columns(source, contract, key)
    for name, field in contract.fields().items():
        if name in source.columns:
            place = (*key, "columns", name)
            yield from wrong_codes(source.columns[name], field, place)
            yield from wrong_values(source.columns[name], field, place)
    yield from wrong_changes(source, contract, key)
    yield from wrong_totals(source, contract, key)
    yield from left_out(source, contract, key)


def unknown_encoding(source: Source, key: Key) -> Iterator[Mistake]:
    """Yield an encoding that nobody knows."""
    try:
        codecs.lookup(source.encoding)
    except LookupError:
        told = source.encoding
        found = Text(f"未知的编码“{told}”", f"there is no encoding {told!r}")
        known = ("utf-8", "gb18030", "utf-16")
        yield Mistake((*key, "encoding"), found, one_of(told, known))


def unknown_columns(
    source: Source, contract: type[Table], key: Key
) -> Iterator[Mistake]:
    """Yield columns that the contract does not have."""
    fields = contract.fields()
    conditions = [
        ((*key, "set", number), name)
        for number, change in enumerate(source.changes)
        for name in (change.column, *(part.column for part in change.where))
    ]
    named: list[tuple[Key, str]] = [
        *(((*key, "columns", name), name) for name in source.columns),
        *(((*key, "not_delivered"), name) for name in source.not_delivered),
        *conditions,
    ]
    for place, name in named:
        if name not in fields:
            found = Text(
                f"表{contract.id}没有列“{name}”",
                f"{contract.id} has no column {name!r}",
            )
            yield Mistake(place, found, one_of(name, fields))


def wrong_codes(column: Column, field: Field, key: Key) -> Iterator[Mistake]:
    """Yield codes that lead outside of the contract's list."""
    listed = ("true", "false") if field.dtype == "boolean" else field.codes
    constant = [str(column.constant)] if field.codes and column.constant else []
    unknown = [column.unknown] if column.unknown else []
    for code in [*column.codes.values(), *unknown, *constant]:
        if listed is not None and code not in listed:
            found = Text(f"“{code}”不在代码表中", f"{code!r} is not in the code list")
            yield Mistake(key, found, one_of(code, list(listed)))


def wrong_values(column: Column, field: Field, key: Key) -> Iterator[Mistake]:
    """Yield constants of another type than the column, and forms that tell no day."""
    if column.constant is not None and not fits(column.constant, field):
        found = Text(
            f"常量{column.constant!r}不符合列类型", f"found {column.constant!r}"
        )
        expected = Text(f"{field.dtype}类型的值", f"a value of type {field.dtype}")
        yield Mistake((*key, "constant"), found, expected)
    for form in column.dates:
        parts = set(re.findall("%(.)", form))
        if form != EXCEL and not (parts and parts <= DATE_PARTS):
            found = Text(f"日期格式“{form}”无效", f"{form!r} is no form of a day")
            expected = Text(
                f'形如"%Y-%m-%d"，或"{EXCEL}"', f'such as "%Y-%m-%d", or "{EXCEL}"'
            )
            yield Mistake((*key, "dates"), found, expected)


def fits(constant: Constant, field: Field) -> bool:
    """Whether a constant is a value of the field's type."""
    match field.dtype:
        case "string" | "array<string>":
            return True
        case "boolean":
            return isinstance(constant, bool)
        case "date" | "timestamp(6)":
            return isinstance(constant, date)
    try:
        Decimal(str(constant))
    except InvalidOperation:
        return False
    return not isinstance(constant, bool)


def wrong_changes(source: Source, contract: type[Table], key: Key) -> Iterator[Mistake]:
    """Yield values of `set` that their column cannot take."""
    fields = contract.fields()
    for number, change in enumerate(source.changes):
        field = fields.get(change.column)
        listed = field.codes if field else None
        if field and (
            (listed is not None and str(change.to) not in listed)
            or not fits(change.to, field)
        ):
            found = Text(
                f"列{change.column}不能取值{change.to!r}",
                f"{change.column} cannot be {change.to!r}",
            )
            expected = Text(f"{field.dtype}类型的值", f"a value of type {field.dtype}")
            codes = one_of(str(change.to), list(listed)) if listed else expected
            yield Mistake((*key, "set", number, "to"), found, codes)


def wrong_totals(source: Source, contract: type[Table], key: Key) -> Iterator[Mistake]:
    """Yield columns of `reconcile` that are no delivered amounts."""
    fields = contract.fields()
    amounts = [
        name for name in source.columns if name in fields and fields[name].unit == "CNY"
    ]
    for number, rule in enumerate(source.reconcile):
        for name in rule.equals:
            if name not in amounts:
                found = Text(
                    f"“{name}”不是已映射的金额", f"{name!r} is no mapped amount"
                )
                yield Mistake(
                    (*key, "reconcile", number, "equals"), found, one_of(name, amounts)
                )


def told_by_number(contract: type[Table]) -> Collection[str]:
    """Return the columns that a number tells where the bureau delivers none."""
    form = NUMBERS.get(contract.id)
    return form.parts if form else ()


def left_out(source: Source, contract: type[Table], key: Key) -> Iterator[Mistake]:
    """Yield columns that the contract needs and the source neither has nor waives."""
    for name, field in contract.fields().items():
        waived = name in source.not_delivered and name not in contract.key
        waived |= name in contract.derived or name in told_by_number(contract)
        if not (field.optional or waived or name in source.columns):
            found = Text(
                f"必填列“{name}”未映射", f"required column {name!r} is not mapped"
            )
            how = f"columns.{name} = ..."
            waive = "" if name in contract.key else f', not_delivered = ["{name}"]'
            yield Mistake((*key, "columns"), found, Text(how + waive, how + waive))
    for name in source.not_delivered:
        if name in source.columns:
            found = Text(
                f"列“{name}”既已映射又列为未交付",
                f"{name!r} is mapped and not_delivered at once",
            )
            either = Text("二者之一", "one of the two")
            yield Mistake((*key, "not_delivered"), found, either)
    dated = contract.event in source.columns or contract.id in TRACES
    if not dated and source.event_date is None:
        found = Text(
            f"事件日期列“{contract.event}”未交付",
            f"{contract.event!r} is not delivered",
        )
        how = "event_date = YYYY-MM-DD"
        yield Mistake((*key, "not_delivered"), found, Text(how, how))
