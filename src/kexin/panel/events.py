"""Public events that make a firm bad: label B2 of POLICY.md, section 1.1.

Each kind gives when it counts as having happened (its label date) and when that was
known. What a source withdrew later, as enforcement lists do once a debt is paid, did
happen: so every version that was known by the day counts, also those that ended. What
has to last for some days to be bad is over when it was withdrawn.

B2.10, arrears that stay, is left out, as its row says: it is for sensitivity.

Events are versions as records are, so that outcomes and signals read the same table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from kexin.algebra.dates import next_midnight
from kexin.algebra.to_ibis import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

OWED_AT_LEAST = 50_000
"""CNY of an enforcement that counts (B2.1, B2.3) [design]."""

PART_OF_SALES = 50
"""An enforcement counts from one part in so many, 2 %, of a year's sales (B2.1)
[design]."""

GRACE_DAYS = 60
"""Days in which an enforcement may be performed, or a restriction lifted."""

LOST_DAYS = 90
"""Days after which a taxpayer that cannot be found counts as lost (B2.7)."""

BANKRUPTCIES = ("liquidation", "reorganisation", "composition")
"""Proceedings that count once they are accepted (B2.5)."""

PERFORMED = ("performed", "settled", "withdrawn")

CASE = ("case_id", "party_seq")
"""What names an enforcement."""

COLUMNS = (
    "firm_key",
    "event",
    "event_date",
    "known_at",
    "superseded_at",
    "row_id",
)


def label_events(tables: Tables, known_by: date) -> ir.Table:
    """Return what made firms bad, as far as it was known by a day.

    Returns:
        One row an event: the columns of `label_event_versions`.
    """
    return visible(label_event_versions(tables), known_by)


def label_event_versions(tables: Tables) -> ir.Table:
    """Return what made firms bad, and from when on that was known.

    Returns:
        One row an event: `firm_key`, `event` (its id in POLICY.md), `event_date` (its
        label date), `known_at` (when the platform could tell), `superseded_at` (when it
        learnt that the firm had paid, or was found, in time; else absent) and `row_id`.
        An event that was over before it could be told stands on no day.
    """
    parts = [events(tables).select(*COLUMNS) for events in EVENTS]
    every = ibis.union(*parts)
    return every.filter(every.firm_key.notnull(), every.event_date.notnull())


def lesser_events(tables: Tables, known_by: date) -> ir.Table:
    """Return enforcements that leave an outcome open: small, or performed in time.

    Returns:
        `firm_key` and `day`, that of filing.
    """
    cases = seen(enforced(tables), known_by)
    midnight = ibis.literal(next_midnight(known_by))
    small = ~cases.large & (cases.counts_at < midnight)
    paid = (cases.paid_at < midnight).fill_null(False)  # noqa: FBT003
    return cases.filter(small | paid).select("firm_key", day=cases.filed_date)


def status_events(tables: Tables, known_by: date, codes: Sequence[str]) -> ir.Table:
    """Return what the registry told of a firm's standing, as it stands on a day.

    Returns:
        `firm_key`, `day`, `event_code`, `known_at` and `other`, the firm that goes on.
    """
    told = visible(delivered(tables["reg_status_event"]), known_by)
    return told.filter(told.event_code.isin(codes)).select(
        "firm_key",
        "event_code",
        "known_at",
        day=told.event_date,
        other=told.other_uscc,
    )


def seen(table: ir.Table, known_by: date) -> ir.Table:
    """Return what was known by a day."""
    return table.filter(table.known_at < ibis.literal(next_midnight(known_by)))


def delivered(table: ir.Table) -> ir.Table:
    """Return all versions that say something of a firm: withdrawals do not."""
    return table.filter(table["op"] != "D", table.firm_key.notnull())


def withdrawn(table: ir.Table, key: Sequence[str]) -> ir.Table:
    """Return what a source withdrew, as over on the day on which that was known.

    Lists drop an entry that is performed or lifted (REGISTERS.md, section 3).
    """
    gone = table.filter(table["op"] == "D")
    return gone.select(*key, over=gone.known_at.cast("date"), over_at=gone.known_at)


def first_told(told: ir.Table, key: tuple[str, ...]) -> ir.Table:
    """Return the first version of each record."""
    order = ibis.window(
        group_by=list(key), order_by=[told.known_at, told.version_no, told.row_id]
    )
    numbered = told.mutate(place=ibis.row_number().over(order))
    return numbered.filter(numbered.place == 0).drop("place")


def later(moment: ir.TimestampValue, day: ir.DateValue) -> ir.TimestampValue:
    """Return the later of a moment and the beginning of a day."""
    return ibis.greatest(moment, day.cast("timestamp(6)"))


def after(day: ir.DateValue, days: int) -> ir.DateValue:
    """Return the day some days later."""
    return (day + ibis.interval(days=days)).cast("date")


def event_of(
    rows: ir.Table,
    event: str,
    table: str,
    day: ir.DateValue,
    known: ir.TimestampValue,
    ended: ir.TimestampValue | None = None,
) -> ir.Table:
    """Return rows of a table as events."""
    never = ibis.null().cast("timestamp(6)")
    return rows.select(
        "firm_key",
        event=ibis.literal(event),
        event_date=day,
        known_at=known,
        superseded_at=never if ended is None else ended,
        row_id=ibis.literal(f"{table}/") + rows.row_id,
    )


def enforced(tables: Tables) -> ir.Table:
    """Return each enforcement as first told.

    Also `day`, on which it counts unless it was performed by then; `counts_at`, when
    that can be told; `paid_at`, when it was told performed in time; and `large`.
    """
    told = delivered(tables["court_enforcement"])
    first = first_told(told, CASE)
    first = first.mutate(day=after(first.filed_date, GRACE_DAYS))
    cases = first.mutate(counts_at=later(first.known_at, first.day))
    done = told.filter(told.exec_status.isin(PERFORMED))
    told_on = done.known_at.cast("date")
    ends = done.select(
        *CASE, over=ibis.coalesce(done.closed_date, told_on), over_at=done.known_at
    ).union(withdrawn(tables["court_enforcement"], CASE))
    both = cases.select(*CASE, "day").join(ends, CASE)
    in_time = both.filter(both.over <= both.day)
    paid = in_time.group_by(*CASE).agg(paid_at=in_time.over_at.min())
    return measured(cases, tables).left_join(paid, CASE)


def measured(cases: ir.Table, tables: Tables) -> ir.Table:
    """Return enforcements with `large`: whether one is for much, or nobody knows.

    For much is CNY 50,000 and 2 % of the sales of the twelve months before its filing
    (B2.1), as returns told when it counts.
    """
    told = tables["tax_vat_return"].filter(ibis._.filed_at.notnull())
    returns = told.select(
        "firm_key",
        ended=told.event_date,
        told_at=told.known_at,
        over_at=told.superseded_at,
        sales=declared(told),
    )
    year_before = (cases.filed_date - ibis.interval(months=12)).cast("date")
    year = cases.join(
        returns,
        [
            cases.firm_key == returns.firm_key,
            returns.ended <= cases.filed_date,
            returns.ended > year_before,
            returns.told_at <= cases.counts_at,
            returns.over_at.isnull() | (returns.over_at > cases.counts_at),
        ],
    )
    sold = year.group_by(*CASE).agg(sales=year.sales.sum())
    both = cases.left_join(sold, CASE)
    owed = both.exec_amount
    share = (owed * PART_OF_SALES >= both.sales).fill_null(True)  # noqa: FBT003
    large = owed.isnull() | ((owed >= OWED_AT_LEAST) & share)
    return both.select(*cases.columns, large=large)


def declared(returns: ir.Table) -> ir.DecimalValue:
    """Return all sales that VAT returns declare, CNY."""
    kinds = ("sales_taxable", "sales_exempt", "sales_export")
    sales: ir.DecimalValue = sum(returns[kind].fill_null(0) for kind in kinds)
    return sales


def not_performed(tables: Tables) -> ir.Table:
    """B2.1: enforced for much, and not performed within 60 days."""
    return event_of(
        enforced(tables).filter("large"),
        "B2.1",
        "court_enforcement",
        ibis._.day,
        ibis._.counts_at,
        ibis._.paid_at,
    )


def simple(
    event: str,
    table: str,
    column: str,
    key: tuple[str, ...],
    met: Callable[[ir.Table], ir.BooleanValue] | None = None,
) -> Callable[[Tables], ir.Table]:
    """Return the events of a kind that count on a day of the record itself."""

    def events(tables: Tables) -> ir.Table:
        told = delivered(tables[table])
        kept = told if met is None else told.filter(met(told))
        first = first_told(kept.filter(kept[column].notnull()), key)
        day = first[column].cast("date")
        return event_of(first, event, table, day, first.known_at)

    return events


def lasting(
    event: str, table: str, columns: tuple[str, str], key: tuple[str, ...], days: int
) -> Callable[[Tables], ir.Table]:
    """Return the events that count once a spell has lasted for some days.

    The spell's start is that of its first version. A version that ends it in time, told
    later, takes the event back.
    """
    start, end = columns

    def events(tables: Tables) -> ir.Table:
        told = delivered(tables[table])
        own = ["firm_key", *key]
        first = first_told(told, tuple(own))
        first = first.mutate(day=after(first[start], days))
        ends = told.select(*own, over=told[end], over_at=told.known_at).union(
            withdrawn(tables[table], own)
        )
        both = first.select(*own, "day").join(ends, own)
        lifted = both.filter(both.over <= both.day)
        ended = lifted.group_by(*own).agg(ended_at=lifted.over_at.min())
        spells = first.left_join(ended, own)
        known = later(spells.known_at, spells.day)
        return event_of(spells, event, table, spells.day, known, spells.ended_at)

    return events


EVENTS: tuple[Callable[[Tables], ir.Table], ...] = (
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
        lambda t: t.proc_kind.isin(BANKRUPTCIES),
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
