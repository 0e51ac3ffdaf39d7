"""What is odd about a record that is accepted all the same."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import ibis

from kexin.intake.values import bound, known_code, number
from kexin.registers.contract import money

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

AMOUNT = money("合计")
"""What a delivered total is read as."""


def flags(
    rows: Rows, values: Mapping[str, Value], source: Source, contract: type[Table]
) -> ir.ArrayValue:
    """Return a row's quality flags, in a fixed order.

    Args:
        rows: The rows as text.
        values: Columns of the contract.
        source: How they are mapped.
        contract: The contract that they fill.
    """
    always = [
        *([RECONSTRUCTED] if source.known_at.reconstructed else []),
        *([INCOMPLETE] if source.not_delivered else []),
    ]
    marked = ibis.literal(always, type="array<string>")
    unknown = unknown_codes(rows, source, contract)
    if unknown:
        marked = marked.concat(
            flag(functools.reduce(operator.or_, unknown), UNKNOWN_CODE)
        )
    for rule in source.reconcile:
        marked = marked.concat(
            flag(differs(rows, values, rule, source.columns), rule.flag)
        )
    return marked


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


def flag(condition: ir.BooleanValue, name: str) -> ir.ArrayValue:
    """Return an array with a flag where a condition holds, an empty one elsewhere."""
    empty = ibis.literal([], type="array<string>")
    marked = ibis.literal([name], type="array<string>")
    return ibis.ifelse(condition.fill_null(False), marked, empty)  # noqa: FBT003
