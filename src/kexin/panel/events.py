"""Public events that make a firm bad: label B2 of POLICY.md, section 1.1.

Each kind gives when it counts as having happened (its label date) and when that was
known. What a source withdrew later, as enforcement lists do once a debt is paid, did
happen: so every version that was known by the day counts, also those that ended.

B2.10, arrears that stay, is left out, as its row says: it is for sensitivity. B2.1 is
read with its fixed amount alone; the share of sales that goes with it is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from kexin.algebra.dates import next_midnight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

OWED_AT_LEAST = 50_000
"""CNY of an enforcement that counts (B2.1, B2.3) [design]."""

GRACE_DAYS = 60
"""Days in which an enforcement may be performed, or a restriction lifted."""

LOST_DAYS = 90
"""Days after which a taxpayer that cannot be found counts as lost (B2.7)."""

PERFORMED = ("performed", "settled", "withdrawn")


def label_events(tables: Tables, known_by: date) -> ir.Table:
    """Return what made firms bad, as far as it was known by a day.

    Returns:
        `firm_key`, `event` (its id in POLICY.md), `day` (label date) and `known` (when
        the platform could tell); one row an event.
    """
    parts = [
        events(tables, known_by).select("firm_key", "event", "day", "known")
        for events in EVENTS
    ]
    every = ibis.union(*parts)
    midnight = ibis.literal(next_midnight(known_by))
    return every.filter(
        every.firm_key.notnull(), every.day.notnull(), every.known < midnight
    )


def lesser_events(tables: Tables, known_by: date) -> ir.Table:
    """Return enforcements that leave an outcome open: small, or performed in time.

    Returns:
        `firm_key` and `day`, that of filing.
    """
    cases = enforced(tables, known_by)
    small = (cases.exec_amount < OWED_AT_LEAST).fill_null(False)  # noqa: FBT003
    return cases.filter(small | cases.paid).select("firm_key", day=cases.filed_date)


def exits(tables: Tables, known_by: date) -> ir.Table:
    """Return firms that left in good order: deregistered, merged, moved out.

    Returns:
        `firm_key` and `day`.
    """
    told = first_told(tables["reg_status_event"], known_by, ("event_id",))
    left = told.event_code.isin(["deregistered", "merged_into", "moved_out"])
    return told.filter(left).select("firm_key", day=told.event_date)


def seen(table: ir.Table, known_by: date) -> ir.Table:
    """Return all versions known by a day, withdrawals left out."""
    return table.filter(
        table.known_at < ibis.literal(next_midnight(known_by)),
        table.op != "D",
        table.firm_key.notnull(),
    )


def first_told(table: ir.Table, known_by: date, key: tuple[str, ...]) -> ir.Table:
    """Return the first version of each record."""
    known = seen(table, known_by)
    order = ibis.window(group_by=list(key), order_by=[known.known_at, known.version_no])
    numbered = known.mutate(place=ibis.row_number().over(order))
    return numbered.filter(numbered.place == 0)


def later(moment: ir.TimestampValue, day: ir.DateValue) -> ir.TimestampValue:
    """Return the later of a moment and the beginning of a day."""
    return ibis.greatest(moment, day.cast("timestamp(6)"))


def after(day: ir.DateValue, days: int) -> ir.DateValue:
    """Return the day some days later."""
    return (day + ibis.interval(days=days)).cast("date")


def enforced(tables: Tables, known_by: date) -> ir.Table:
    """Return each enforcement as first told, and whether it was paid in time."""
    table, key = tables["court_enforcement"], ("case_id", "party_seq")
    cases = first_told(table, known_by, key)
    told = seen(table, known_by)
    in_time = told.closed_date <= after(told.filed_date, GRACE_DAYS)
    done = told.filter(told.exec_status.isin(PERFORMED) & in_time)
    paid = done.select(*key).distinct().mutate(paid=True)
    both = cases.left_join(paid, list(key))
    return both.select(
        "firm_key",
        "filed_date",
        "exec_amount",
        "known_at",
        paid=both.paid.fill_null(False),  # noqa: FBT003
    )


def not_performed(tables: Tables, known_by: date) -> ir.Table:
    """B2.1: enforced for CNY 50,000 or more, and not paid within 60 days."""
    cases = enforced(tables, known_by)
    large = cases.exec_amount.isnull() | (cases.exec_amount >= OWED_AT_LEAST)
    day = after(cases.filed_date, GRACE_DAYS)
    return cases.filter(large & ~cases.paid).select(
        "firm_key",
        event=ibis.literal("B2.1"),
        day=day,
        known=later(cases.known_at, day),
    )


def simple(
    event: str,
    table: str,
    column: str,
    key: tuple[str, ...],
    met: Callable[[ir.Table], ir.BooleanValue] | None = None,
) -> Callable[[Tables, date], ir.Table]:
    """Return the events of a kind that count on a day of the record itself."""

    def events(tables: Tables, known_by: date) -> ir.Table:
        told = seen(tables[table], known_by)
        kept = told if met is None else told.filter(met(told))
        there = kept.filter(kept[column].notnull())
        order = ibis.window(group_by=list(key), order_by=there.known_at)
        first = there.mutate(place=ibis.row_number().over(order))
        first = first.filter(first.place == 0)
        return first.select(
            "firm_key",
            event=ibis.literal(event),
            day=first[column].cast("date"),
            known=first.known_at,
        )

    return events


def lasting(
    event: str, table: str, columns: tuple[str, str], key: tuple[str, ...], days: int
) -> Callable[[Tables, date], ir.Table]:
    """Return the events that count once a spell has lasted for some days."""
    start, end = columns

    def events(tables: Tables, known_by: date) -> ir.Table:
        told = seen(tables[table], known_by)
        spells = told.group_by("firm_key", *key).agg(
            start=told[start].min(),
            end=told[end].min(),
            known=told.known_at.min(),
        )
        day = after(spells.start, days)
        lasts = spells.filter(spells.end.isnull() | (spells.end > day))
        day = after(lasts.start, days)
        return lasts.select(
            "firm_key",
            event=ibis.literal(event),
            day=day,
            known=later(lasts.known, day),
        )

    return events


EVENTS: tuple[Callable[[Tables, date], ir.Table], ...] = (
    not_performed,
    simple("B2.2", "court_dishonest", "list_date", ("case_id", "party_seq")),
    simple(
        "B2.3",
        "court_round_end",
        "end_date",
        ("case_id",),
        lambda t: t.unpaid_amount.isnull() | (t.unpaid_amount >= OWED_AT_LEAST),
    ),
    lasting(
        "B2.4",
        "court_spending_limit",
        ("order_date", "lifted_date"),
        ("order_no",),
        GRACE_DAYS,
    ),
    simple(
        "B2.5",
        "court_bankruptcy",
        "accept_date",
        ("case_id",),
        lambda t: t.proc_kind.isin(["liquidation", "reorganisation", "composition"]),
    ),
    simple(
        "B2.5",
        "court_bankruptcy",
        "apply_date",
        ("case_id",),
        lambda t: t.applicant_kind == "debtor",
    ),
    simple(
        "B2.6",
        "reg_status_event",
        "event_date",
        ("event_id",),
        lambda t: t.event_code.isin(["revoked", "ordered_closed"]),
    ),
    lasting(
        "B2.7",
        "tax_abnormal_status",
        ("declared_date", "lifted_date"),
        ("declared_date",),
        LOST_DAYS,
    ),
    simple(
        "B2.8",
        "tax_credit_rating",
        "effective_date",
        ("firm_key", "rating_year", "seq"),
        lambda t: t.rating_cause == "direct_d",
    ),
    simple(
        "B2.8", "tax_inspection", "decision_date", ("case_no",), lambda t: t.is_major
    ),
    simple(
        "B2.9",
        "si_wage_arrears",
        "decision_date",
        ("case_no",),
        lambda t: t.case_kind == "wage_blacklist",
    ),
)
