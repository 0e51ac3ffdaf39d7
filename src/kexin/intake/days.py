"""Days that cannot be, and events that lie ahead (quality problem Q24).

1900-01-01 is how many systems write «unknown». In a column that may be empty such a day
is no day, and the record is flagged; where a day is needed the record is refused.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.algebra.dates import months_before
from kexin.language import Text
from kexin.registers.quality import FIRST_DAY, PAST_DAYS, TRACES, YEARS_AHEAD

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir

    from kexin.intake.values import Value
    from kexin.registers.contract import Table

IMPOSSIBLE = "impossible_day"
"""Rule under which a record is refused, and flag of one that is not."""

DAYS = {"date", "timestamp(6)"}


class Possible(NamedTuple):
    """The columns of a record without the days that cannot be.

    Attributes:
        values: The columns.
        dropped: Whether a day was dropped.
        refused: Columns that need a day and have one that cannot be.
    """

    values: dict[str, Value]
    dropped: ir.BooleanValue
    refused: dict[str, ir.BooleanValue]


def possible(
    values: dict[str, Value], contract: type[Table], received: date
) -> Possible:
    """Return a record's columns without the days that cannot be.

    The day of the event is left alone unless it may be inferred from elsewhere: see
    `happened`.
    """
    kept, dropped, refused = dict(values), [], {}
    for name, field in contract.fields().items():
        inferred = contract.id in TRACES
        if field.dtype not in DAYS or (name == contract.event and not inferred):
            continue
        wrong = impossible(values[name].typed, last_day(contract, name, received))
        if not field.optional:
            refused[name] = wrong
            continue
        found, there, typed = values[name]
        kept[name] = values[name]._replace(
            found=found, there=there & ~wrong, typed=ibis.ifelse(wrong, None, typed)
        )
        dropped.append(wrong)
    nothing = ibis.literal(False)  # noqa: FBT003
    return Possible(kept, functools.reduce(operator.or_, dropped, nothing), refused)


def last_day(contract: type[Table], name: str, received: date) -> date:
    """Return the last day that a column may tell."""
    is_past = name in PAST_DAYS.get(contract.id, ())
    ahead = months_before(received, -12 * YEARS_AHEAD)
    return received if is_past or name == contract.event else ahead


def impossible(day: ir.Value, last: date) -> ir.BooleanValue:
    """Whether a day is earlier than any register, or later than it can be."""
    told = day.cast("date")
    return ((told < FIRST_DAY) | (told > last)).fill_null(False)  # noqa: FBT003


def expected(contract: type[Table], name: str, received: date) -> Text:
    """Return which days a column may tell, in words."""
    last = last_day(contract, name, received)
    return Text(f"{FIRST_DAY}至{last}的日期", f"a day from {FIRST_DAY} to {last}")
