"""What is odd about a record that is accepted all the same."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.to_ibis import to_ibis
from kexin.identity.names import DAMAGED
from kexin.intake.values import bound, known_code, number
from kexin.registers.contract import money
from kexin.registers.quality import DOUBTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from kexin.intake.mapping import Column, Reconciliation, Source
    from kexin.intake.values import Rows, Value
    from kexin.registers.contract import Table

RECONSTRUCTED = "known_at_reconstructed"
"""Flag of a record whose day of knowing was reconstructed from the register's lag."""

INCOMPLETE = "incomplete"
UNKNOWN_CODE = "unknown_code"
TEXT_DAMAGED = "text_damaged"

IDS = ("_hash", "_key", "_code", "_no", "_id", "_uid")
"""Ends of columns whose texts are no prose: codes, numbers and keyed hashes."""

AMOUNT = money("合计")
"""What a delivered total is read as."""


def flags(
    rows: Rows,
    values: Mapping[str, Value],
    source: Source,
    contract: type[Table],
    marks: Mapping[str, ir.BooleanValue],
) -> ir.ArrayValue:
    """Return a row's quality flags, in a fixed order.

    Args:
        rows: The rows as text.
        values: Columns of the contract.
        source: How they are mapped.
        contract: The contract that they fill.
        marks: Conditions found while the columns were made, by flag.
    """
    always = [
        *([RECONSTRUCTED] if source.known_at.reconstructed else []),
        *([INCOMPLETE] if source.not_delivered else []),
    ]
    found: list[tuple[str, ir.BooleanValue]] = []
    unknown = unknown_codes(rows, source, contract)
    if unknown:
        found.append((UNKNOWN_CODE, functools.reduce(operator.or_, unknown)))
    found += [
        (rule.flag, differs(rows, values, rule, source.columns))
        for rule in source.reconcile
    ]
    found += [*marks.items(), *doubts(values, contract).items()]
    texts = prose(rows, values, source, contract)
    if texts:
        damaged = [text.re_search(DAMAGED) for text in texts]
        found.append((TEXT_DAMAGED, any_of(damaged)))
    return together(always, found)


def together(
    always: list[str], found: list[tuple[str, ir.BooleanValue]]
) -> ir.ArrayValue:
    """Return flags that always stand, and those whose conditions hold, in their order.

    One array that is sifted: each condition stands in the query once. Arrays put behind
    one another had it there twice for every one that followed.
    """
    if not found:
        return ibis.literal(always, type="array<string>")
    told = [flag(condition, name) for name, condition in found]
    return ibis.array([*always, *told]).filter(lambda each: each.notnull())


def any_of(conditions: list[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether any of some conditions holds; absent counts as not."""
    told = [condition.fill_null(False) for condition in conditions]  # noqa: FBT003
    return functools.reduce(operator.or_, told)


def doubts(
    values: Mapping[str, Value], contract: type[Table]
) -> dict[str, ir.BooleanValue]:
    """Return what is declared to be odd about a record of a table, by flag."""
    return {
        doubt.flag: to_ibis(doubt.when, lambda column: values[column.name].typed)
        for doubt in DOUBTS
        if doubt.table == contract.id
    }


def prose(
    rows: Rows, values: Mapping[str, Value], source: Source, contract: type[Table]
) -> list[ir.StringValue]:
    """Return a row's names and sentences: what a wrong encoding can damage."""
    texts = [
        values[name].typed
        for name, field in contract.fields().items()
        if name in source.columns
        and field.dtype == "string"
        and not (field.codes or field.form or name in contract.key)
        and not name.endswith(IDS)
        and source.columns[name].constant is None
    ]
    names = [source.firm_name] if source.firm_name else []
    return [*texts, *(rows.plain(name) for name in names)]


def unknown_codes(
    rows: Rows, source: Source, contract: type[Table]
) -> list[ir.BooleanValue]:
    """Return, for each column that lets unknown codes pass, whether a row has one."""
    fields = contract.fields()
    return [
        ~known_code(rows.plain(column.source), fields[name], column).fill_null(
            True  # noqa: FBT003
        )
        for name, column in source.columns.items()
        if column.unknown and column.source
    ]


def differs(
    rows: Rows,
    values: Mapping[str, Value],
    rule: Reconciliation,
    columns: Mapping[str, Column],
) -> ir.BooleanValue:
    """Whether a delivered total is no number, or not the sum that it should be."""
    form = columns[rule.equals[0]]
    text = rows.plain(rule.total)
    total = number(text, AMOUNT, form)
    parts = [values[name].typed.fill_null(0) for name in rule.equals]
    difference = (total - functools.reduce(operator.add, parts)).abs()
    return (difference > bound(rule.tolerance)) | (text.notnull() & total.isnull())


def flag(condition: ir.BooleanValue, name: str) -> ir.StringValue:
    """Return a flag where a condition holds, nothing elsewhere."""
    holds = condition.fill_null(False)  # noqa: FBT003
    return ibis.ifelse(holds, name, ibis.null("string"))
