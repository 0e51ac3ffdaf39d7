"""Contract to queries: each delivered row is accepted, or refused with its reasons.

A bad row is data. Every check of the contract is a condition over the row; a row that
fails any is refused, and told what was found, where, and what was expected.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.intake import days, migrated, traces
from kexin.intake.checks import every_check, told_at
from kexin.intake.flags import flags
from kexin.intake.mapping import plain
from kexin.intake.numbers import numbered
from kexin.intake.values import filled
from kexin.registers.quality import TRACES

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir

    from kexin.intake.checks import Check
    from kexin.intake.mapping import Mapping, Source
    from kexin.intake.values import Rows, Value
    from kexin.registers.contract import Table

LOCAL = "local"
"""Step of a firm that is known by a local id; nothing was matched."""

NO_STEP = ibis.null("string")


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
        refused: Columns that need a day and have one that cannot be.
        marks: Conditions under which the record is flagged, by flag.
    """

    rows: Rows
    values: dict[str, Value]
    firm: ir.StringValue
    event_date: ir.DateValue
    withdrawn: ir.BooleanValue
    refused: dict[str, ir.BooleanValue]
    marks: dict[str, ir.BooleanValue]


def checked(rows: Rows, delivery: Delivery) -> tuple[ir.Table, list[Check]]:
    """Return the rows in the contract's form, and the checks they were put to.

    Args:
        rows: Delivered rows as text.
        delivery: What the batch is.

    Returns:
        The contract's columns, the envelope's as far as a row tells them, and
        `delivered`, the row's place; then `fails_<n>`, whether a row fails check n. The
        checks in the order of their numbers.
    """
    records = made(rows, delivery)
    source = delivery.source
    checks = list(every_check(records, delivery))
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
        "src_system": ibis.literal(source.supplier or delivery.mapping.source),
        "batch_id": rows.table["_batch"],
        "published_at": ibis.null("timestamp(6)"),
        "ended": ibis.null("timestamp(6)"),
        "dated": ibis.literal(False),  # noqa: FBT003
        "dq_flags": flags(
            rows, records.values, source, delivery.contract, records.marks
        ),
        "delivered": rows.table["_delivered"],
        **{f"fails_{number}": check.fails for number, check in enumerate(checks)},
    }
    if source.envelope:
        given = migrated.columns(rows)
        both = migrated.together(given["dq_flags"], columns["dq_flags"])
        columns |= {**given, "dq_flags": both}
    return rows.table.select(**columns), checks


def made(rows: Rows, delivery: Delivery) -> Records:
    """Return what a file's checks and columns are made of."""
    contract, source = delivery.contract, delivery.source
    whole, marks = numbered(filled(rows, contract, source, delivery.mapping), contract)
    values, dropped, refused = days.possible(whole, contract, delivery.received)
    prefix = delivery.mapping.firm_prefix
    local = rows.plain(source.firm) if source.firm else ibis.null("string")
    told = (
        values[contract.event].typed.cast("date")
        if contract.event in source.columns
        else ibis.literal(source.event_date, "date")
    )
    if source.envelope and contract.id in TRACES:
        told = ibis.coalesce(told, migrated.happened(rows))
    event, inferred = traces.dated(rows, told, contract)
    return Records(
        rows=rows,
        values=values,
        firm=ibis.literal(f"{prefix}:") + local if prefix else NO_STEP,
        event_date=event,
        withdrawn=withdrawn(rows, source),
        refused=refused,
        marks={**marks, days.IMPOSSIBLE: dropped, traces.INFERRED: inferred},
    )


def withdrawn(rows: Rows, source: Source) -> ir.BooleanValue:
    """Whether the bureau withdraws a record."""
    parts = [rows.plain(n) == plain(code) for n, code in source.withdrawn.items()]
    if source.envelope:
        parts.append(rows.plain("op") == "D")
    if not parts:
        return ibis.literal(False)  # noqa: FBT003
    return functools.reduce(operator.and_, parts).fill_null(False)  # noqa: FBT003


def known_at(records: Records, delivery: Delivery) -> ir.TimestampValue:
    """Return when a record was known: as told, on receipt, or as the mapping counts it.

    A reconstruction never lies after receipt: the record was held then. Where the
    bureau leaves the day of transfer empty, it is the day of receipt.
    """
    rule = delivery.source.known_at
    received = ibis.literal(delivery.received)
    if rule.column:
        told = told_at(records.rows, rule.column)
        return ibis.coalesce(told, received.cast("timestamp(6)"))
    if rule.on is not None:
        known: ir.DateValue = ibis.literal(rule.on)
    elif rule.counted:
        lag = rule.days if isinstance(rule.days, int) else delivery.contract.lag_days
        after = (records.event_date + ibis.interval(days=lag)).cast("date")
        known = ibis.least(after, received)
    else:
        known = received
    return known.cast("timestamp(6)")
