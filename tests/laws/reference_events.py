"""Label events on a day, read off the versions that were known by then.

Written after POLICY.md 1.1, on one day at a time: no event has an interval here. What a
source withdrew later did happen, so a version that has ended still tells; what came
after the day does not.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kexin.algebra.dates import months_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Record = dict[str, Any]

OWED_AT_LEAST = Decimal(50_000)
SHARE_OF_SALES = Decimal("0.02")
SALES = ("sales_taxable", "sales_exempt", "sales_export")


def label_events(tables: Mapping[str, list[Record]], as_of: date) -> list[Record]:
    """Every event of POLICY.md 1.1 that one could tell at the end of a day."""

    def known(table: str) -> list[Record]:
        return [row for row in tables.get(table, []) if is_known(row, as_of)]

    def gone(table: str) -> list[Record]:
        rows = [row for row in tables.get(table, []) if row["op"] == "D"]
        return [row for row in rows if row["known_at"] < after(as_of)]

    events = [
        *of_enforcement(
            known("court_enforcement"),
            gone("court_enforcement"),
            tables.get("tax_vat_return", []),
            as_of,
        ),
        *told_once("B2.2", "list_date", known("court_dishonest"), case_and_party),
        *told_once("B2.3", "end_date", filter(large_rest, known("court_round_end"))),
        *of_spells(
            "B2.4",
            known("court_spending_limit"),
            gone("court_spending_limit"),
            LIMITS,
            as_of,
        ),
        *told_once("B2.5", "accept_date", filter(opened, known("court_bankruptcy"))),
        *told_once("B2.5", "apply_date", filter(own, known("court_bankruptcy"))),
        *told_once(
            "B2.6", "event_date", filter(closed, known("reg_status_event")), by("event_id")
        ),
        *of_spells(
            "B2.7",
            known("tax_abnormal_status"),
            gone("tax_abnormal_status"),
            LOST,
            as_of,
        ),
        *told_once(
            "B2.8",
            "effective_date",
            filter(direct_d, known("tax_credit_rating")),
            by("firm_key", "rating_year", "seq"),
        ),
        *told_once(
            "B2.8",
            "decision_date",
            filter(lambda row: row["is_major"], known("tax_inspection")),
            by("case_no"),
        ),
        *told_once(
            "B2.9",
            "decision_date",
            filter(blacklisted, known("si_wage_arrears")),
            by("case_no"),
        ),
    ]
    return [event for event in events if event["known_at"] < after(as_of)]


def is_known(row: Record, as_of: date) -> bool:
    """Whether a version that says something of a firm was known by a day."""
    says = row["op"] != "D" and row["firm_key"] is not None
    return says and row["known_at"] < after(as_of)


def after(day: date) -> datetime:
    """The end of a day."""
    return datetime.combine(day + timedelta(1), time())


def by(*names: str) -> Callable[[Record], Any]:
    return lambda row: tuple(row[name] for name in names)


case_and_party = by("case_id", "party_seq")
case = by("case_id")


def large_rest(row: Record) -> bool:
    return row["unpaid_amount"] is None or row["unpaid_amount"] >= OWED_AT_LEAST


def opened(row: Record) -> bool:
    kinds = {"liquidation", "reorganisation", "composition"}
    return row["proc_kind"] in kinds


def own(row: Record) -> bool:
    return row["applicant_kind"] == "debtor"


def closed(row: Record) -> bool:
    return row["event_code"] in {"revoked", "ordered_closed"}


def direct_d(row: Record) -> bool:
    return row["rating_cause"] == "direct_d"


def blacklisted(row: Record) -> bool:
    return row["case_kind"] == "wage_blacklist"


def versions_by(
    key: Callable[[Record], Any], rows: Iterable[Record]
) -> Iterator[list[Record]]:
    """The known versions of each record, the first one told at the head."""
    found: dict[Any, list[Record]] = {}
    for row in sorted(rows, key=by("known_at", "version_no", "row_id")):
        found.setdefault(key(row), []).append(row)
    yield from found.values()


TABLES = {
    "B2.1": "court_enforcement",
    "B2.2": "court_dishonest",
    "B2.3": "court_round_end",
    "B2.4": "court_spending_limit",
    "B2.5": "court_bankruptcy",
    "B2.6": "reg_status_event",
    "B2.7": "tax_abnormal_status",
    "B2.9": "si_wage_arrears",
}
"""The table of each kind; B2.8 has two, and tells them by their day's column."""

RATED = {"effective_date": "tax_credit_rating", "decision_date": "tax_inspection"}


def event(kind: str, row: Record, day: date, told: datetime, table: str) -> Record:
    return {
        "firm_key": row["firm_key"],
        "event": kind,
        "event_date": day,
        "known_at": told,
        "row_id": f"{table}/{row['row_id']}",
    }


def told_once(
    kind: str,
    column: str,
    rows: Iterable[Record],
    key: Callable[[Record], Any] = case,
) -> Iterator[Record]:
    """Events on a day of the record itself, as its first version with a day says."""
    dated = [row for row in rows if row[column] is not None]
    for first, *_ in versions_by(key, dated):
        table = TABLES.get(kind) or RATED[column]
        yield event(kind, first, first[column], first["known_at"], table)


def of_enforcement(
    rows: list[Record], gone: list[Record], returns: list[Record], as_of: date
) -> Iterator[Record]:
    """B2.1: for CNY 50,000 and 2 % of sales, or nobody knows; not paid in 60 days."""
    for first, *later in versions_by(case_and_party, rows):
        bad = lasted("B2.1", first, first["filed_date"] + timedelta(60))
        amount, day = first["exec_amount"], bad["event_date"]
        ends = [ended for row in (first, *later) for ended in performed_on(row)]
        ends += withdrawn_on(gone, case_and_party, first)
        paid = any(end <= day for end in ends)
        sales = sales_before(first, returns, bad["known_at"])
        least = max(OWED_AT_LEAST, SHARE_OF_SALES * sales)
        if (amount is None or amount >= least) and not paid and day <= as_of:
            yield bad


def sales_before(case: Record, returns: list[Record], moment: datetime) -> Decimal:
    """Sales of the twelve months before a filing, as returns told at a moment."""
    filed = case["filed_date"]
    year_before = months_before(filed, 12)
    own = [
        row
        for row in returns
        if row["firm_key"] == case["firm_key"]
        if year_before < row["event_date"] <= filed
        if row["known_at"] <= moment and row["filed_at"] is not None
        if row["superseded_at"] is None or row["superseded_at"] > moment
    ]
    return sum((row[kind] or Decimal(0) for row in own for kind in SALES), Decimal(0))


def performed_on(row: Record) -> Iterator[date]:
    """The day on which an enforcement was closed, or else was told to be."""
    if row["exec_status"] in {"performed", "settled", "withdrawn"}:
        yield row["closed_date"] or row["known_at"].date()


def withdrawn_on(
    gone: list[Record], key: Callable[[Record], Any], of: Record
) -> list[date]:
    return [row["known_at"].date() for row in gone if key(row) == key(of)]


LIMITS = ("order_date", "lifted_date", "order_no", 60)
LOST = ("declared_date", "lifted_date", "declared_date", 90)


def of_spells(
    kind: str,
    rows: list[Record],
    gone: list[Record],
    spell: tuple[str, str, str, int],
    as_of: date,
) -> Iterator[Record]:
    """B2.4 and B2.7: what has lasted for some days, and is not known to have ended."""
    start, end, name, days = spell
    for first, *later in versions_by(by("firm_key", name), rows):
        day = first[start] + timedelta(days)
        ends = [row[end] for row in (first, *later) if row[end] is not None]
        ends += withdrawn_on(gone, by("firm_key", name), first)
        if day <= as_of and not any(lifted <= day for lifted in ends):
            yield lasted(kind, first, day)


def lasted(kind: str, row: Record, day: date) -> Record:
    """An event that nobody can tell before its day has come."""
    told = max(row["known_at"], datetime.combine(day, time()))
    return event(kind, row, day, told, TABLES[kind])
