"""Records that bring their own envelope: another platform's, kept as they were known.

Their firms, days of knowing and versions are taken over, not made anew; only the row's
id, the number of its version and the batch are the warehouse's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.intake.values import code_list, moment

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir

    from kexin.intake.values import Rows

GIVEN = "given"
"""Step of a firm that another platform had found."""

DAYS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f")

OPERATIONS = ("I", "U", "D")


class Envelope(NamedTuple):
    """The envelope of delivered records, typed.

    Attributes:
        known_at: When the other platform first held the version.
        ended: When a later version or a withdrawal ended it; absent while it stands.
        published_at: When the source made it public.
        op: I, U or D.
        flags: Quality flags.
    """

    known_at: ir.TimestampValue
    ended: ir.TimestampValue
    published_at: ir.TimestampValue
    op: ir.StringValue
    flags: ir.ArrayValue


def envelope(rows: Rows) -> Envelope:
    """Return the envelope of delivered rows."""
    return Envelope(
        known_at=exact(rows.plain("known_at")),
        ended=exact(rows.plain("superseded_at")),
        published_at=exact(rows.plain("published_at")),
        op=rows.plain("op"),
        flags=code_list(rows.plain("dq_flags")),
    )


def exact(text: ir.StringValue) -> ir.TimestampValue:
    """Return a moment to the microsecond, as Parquet writes it."""
    return ibis.coalesce(text.try_cast("timestamp"), moment(text, DAYS)).cast(
        "timestamp(6)"
    )


def columns(rows: Rows) -> dict[str, ir.Value]:
    """Return what the envelope gives to the columns that intake fills elsewhere."""
    told = envelope(rows)
    firm = rows.plain("firm_key")
    return {
        "firm_key": firm,
        "src_system": rows.found("src_system"),
        "published_at": told.published_at,
        "known_at": told.known_at,
        "op": told.op,
        "dq_flags": told.flags,
        "firm_step": ibis.ifelse(firm.notnull(), GIVEN, ibis.null("string")),
        "ended": told.ended,
        "dated": ibis.literal(True),  # noqa: FBT003
    }


def happened(rows: Rows) -> ir.DateValue:
    """Return when records happened, as another platform told or inferred it."""
    return exact(rows.plain("event_date")).cast("date")


def together(given: ir.ArrayValue, own: ir.ArrayValue) -> ir.ArrayValue:
    """Return the flags that records bring, and after them what was found here."""
    before = ibis.coalesce(given, ibis.literal([], type="array<string>"))
    return before.concat(own.filter(lambda flag: ~before.contains(flag)))


def wrong(rows: Rows, received: date) -> dict[str, ir.BooleanValue]:
    """Return, by column of the envelope, whether a row has it wrong."""
    told = envelope(rows)
    day_after = ibis.literal(received).cast("timestamp") + ibis.interval(days=1)
    known = told.known_at.isnull() | (told.known_at >= day_after)
    ended = rows.plain("superseded_at").notnull() & told.ended.isnull()
    return {
        "known_at": known.fill_null(True),  # noqa: FBT003
        "superseded_at": ended | (told.ended < told.known_at).fill_null(False),  # noqa: FBT003
        "op": ~told.op.isin(OPERATIONS).fill_null(False),  # noqa: FBT003
    }
