"""The published invoice signals straight from the text: no formula, no compiler.

Each function is written from its row in SIGNALS.md (catalogue, section INV) as
READINGS.md decides it, and from nothing else, so that a wrong declaration is caught as
well as a wrong compiler. Amounts stay decimals until the last division.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kexin.algebra.dates import months_before, spring_festivals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Record = dict[str, Any]

LAG_DAYS = 3  # A01: invoices
E_INVOICES = {"e_special", "e_normal"}  # A33


class Firm:
    """What one firm's invoices look like to somebody who stands on a day."""

    def __init__(self, records: Iterable[Record], as_of: date) -> None:
        self.as_of = as_of
        self.seen = [record for record in records if is_visible(record, as_of)]

    def in_window(self, direction: str, months: int = 12) -> list[Record]:
        """Records of the event window (T - months, T]."""
        first = months_before(self.as_of, months)
        return [
            record
            for record in self.seen
            if record["direction"] == direction
            and first < record["event_date"] <= self.as_of
        ]

    def in_months(self, direction: str, months: int = 12) -> list[Record]:
        """Records behind the monthly table in the window: by first days (A39)."""
        first = months_before(self.as_of, months)
        return [
            record
            for record in self.seen
            if record["direction"] == direction
            and first < month_of(record) <= self.as_of
        ]

    def in_known_months(self, direction: str, first: int, last: int) -> list[Record]:
        """Records of months k = first..last of the direction's own series (A01b)."""
        wanted = {self.known_month(direction, k) for k in range(first, last + 1)}
        return [
            record
            for record in self.seen
            if record["direction"] == direction
            and record["event_date"].replace(day=1) in wanted
        ]

    def known_month(self, direction: str, k: int) -> date:
        """First day of the k-th latest closed month that is known."""
        own = [r for r in self.seen if r["direction"] == direction]
        month = self.as_of.replace(day=1)
        while not self.is_known(month, own):
            month = months_before(month, 1)
        return months_before(month, k - 1)

    def is_known(self, month: date, own: list[Record]) -> bool:
        end = months_before(month, -1) - timedelta(1)
        closed = end <= self.as_of  # A01c
        has_row = any(record["event_date"].replace(day=1) == month for record in own)
        return closed and (has_row or end + timedelta(LAG_DAYS) <= self.as_of)


def is_visible(record: Record, as_of: date) -> bool:
    """REGISTERS 0.2, A02: as things stood at the next midnight."""
    midnight = datetime.combine(as_of + timedelta(1), time())
    ended = record["superseded_at"]
    return (
        record["known_at"] < midnight
        and (ended is None or ended >= midnight)
        and record["op"] != "D"
    )


def valid(records: list[Record]) -> list[Record]:
    """A35: blue and not void."""
    return [r for r in records if r["invoice_status"] not in {"red", "void"}]


def counted(records: list[Record]) -> list[Record]:
    """A20: void out, every other row counts with its sign."""
    return [r for r in records if r["invoice_status"] != "void"]


def net(records: list[Record]) -> Decimal:
    return sum((r["amount_ex_tax"] for r in counted(records)), Decimal(0))


def party(record: Record) -> str | None:
    """A36: the code, or the name of a party without one."""
    return record["counterparty_code"] or record["counterparty_name"]


def parties(records: list[Record]) -> set[str]:
    """A36: parties of blue, not void rows; the nameless are nobody."""
    return {name for record in valid(records) if (name := party(record))}


def by_party(records: list[Record]) -> dict[str, Decimal]:
    """Net amount a party."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for record in counted(records):
        if name := party(record):
            amounts[name] += record["amount_ex_tax"]
    return dict(amounts)


def share(part: Decimal, whole: Decimal) -> float | None:
    """A63, and A76 for shares elsewhere: a whole that is not above zero gives null."""
    return float(part) / float(whole) if whole > 0 else None


def month_of(record: Record) -> date:
    return record["issue_date"].replace(day=1)


def active_12m(firm: Firm) -> float | None:
    if not firm.seen:
        return None  # A31
    tomorrow = firm.as_of + timedelta(1)
    months = [months_before(tomorrow.replace(day=1), k) for k in range(1, 13)]  # A77
    with_sales = {month_of(r) for r in valid(firm.seen) if r["direction"] == "out"}
    return len(with_sales & set(months))


def gap_max_12m(firm: Firm) -> float | None:
    days = sorted({r["issue_date"] for r in valid(firm.in_window("out"))})
    if not days:
        return None  # A32
    lengths = [(b - a).days - festival_days(a, b) for a, b in pairwise(days)]
    # The as-of day has no invoice of its own: the stretch holds it.
    open_end = firm.as_of + timedelta(1)
    lengths.append((firm.as_of - days[-1]).days - festival_days(days[-1], open_end))
    return max(lengths)


def festival_days(before: date, after: date) -> int:
    """A32: 7 days for a festival week wholly between two days."""
    weeks = [(first, first + timedelta(6)) for first in spring_festivals()]
    return 7 * sum(before < first and last < after for first, last in weeks)


def since_last(firm: Firm) -> float | None:
    days = [
        record["issue_date"]
        for record in firm.seen
        if record["direction"] == "out"
        and record["invoice_status"] == "normal"
        and record["issue_date"] <= firm.as_of
    ]
    return (firm.as_of - max(days)).days if days else None


def void_rate_12m(firm: Firm) -> float | None:
    sales = firm.in_months("out")
    wholly_electronic = all(r["invoice_kind"] in E_INVOICES for r in sales)
    if len(valid(sales)) < 10 or wholly_electronic:
        return None
    return sum(r["invoice_status"] == "void" for r in sales) / len(sales)


def red_rate_12m(firm: Firm) -> float | None:
    sales = firm.in_months("out")
    if len(valid(sales)) < 10:
        return None
    red = [r for r in sales if r["invoice_status"] == "red"]
    return share(-net(red), net(valid(sales)))


def shares(firm: Firm, direction: str) -> list[float] | None:
    """Shares of the parties, the greatest first (A35, A76)."""
    records = firm.in_window(direction)
    total = net(records)
    if len(valid(records)) < 5 or total <= 0:
        return None
    amounts = by_party(records).values()
    return sorted((float(a) / float(total) for a in amounts), reverse=True)


def top1_12m(firm: Firm) -> float | None:
    found = shares(firm, "out")
    return found[0] if found else None


def top5_12m(firm: Firm) -> float | None:
    found = shares(firm, "out")
    return None if found is None else sum(found[:5])


def hhi_12m(firm: Firm) -> float | None:
    found = shares(firm, "out")
    return None if found is None else sum(share**2 for share in found)


def sup_top1_12m(firm: Firm) -> float | None:
    found = shares(firm, "in")
    return found[0] if found else None


def cust_n_12m(firm: Firm) -> float | None:
    n = len(parties(firm.in_window("out")))
    return math.log1p(n) if firm.seen else None


def sup_n_12m(firm: Firm) -> float | None:
    n = len(parties(firm.in_window("in")))
    return math.log1p(n) if firm.seen else None


def cust_g12(firm: Firm) -> float | None:
    now = parties(firm.in_known_months("out", 1, 12))
    before = parties(firm.in_known_months("out", 13, 24))
    return len(now) / len(before) if len(before) >= 3 else None


def cust_keep(firm: Firm) -> float | None:
    now = parties(firm.in_known_months("out", 1, 12))
    last_year = firm.in_known_months("out", 13, 24)
    before = parties(last_year)
    if len(before) < 3:
        return None
    amounts = by_party(last_year)
    kept = sum((amounts[name] for name in before & now), Decimal(0))
    return share(kept, sum((amounts[name] for name in before), Decimal(0)))


def top1_lost(firm: Firm) -> float | None:
    earlier = firm.in_known_months("out", 4, 15)
    amounts = by_party(earlier)
    customers = parties(earlier)
    if len(valid(earlier)) < 5 or not customers:
        return None
    largest = min(customers, key=lambda name: (-amounts[name], name))
    return float(largest not in parties(firm.in_known_months("out", 1, 3)))


def in_out_12m(firm: Firm) -> float | None:
    sales = net(firm.in_window("out"))  # A78
    if sales < 100_000:
        return None
    return min(max(float(net(firm.in_window("in"))) / float(sales), 0.0), 5.0)


def in_g6(firm: Firm) -> float | None:
    base = net(firm.in_known_months("in", 13, 18))
    now = net(firm.in_known_months("in", 1, 6))
    return share(now, base) if base >= 25_000 else None


def recip_share(firm: Firm) -> float | None:
    sales, purchases = firm.in_window("out"), firm.in_window("in")
    if len(valid(sales)) + len(valid(purchases)) < 5:
        return None
    mutual = parties(sales) & parties(purchases)
    amounts = [by_party(sales), by_party(purchases)]
    own = sum((found[name] for found in amounts for name in mutual), Decimal(0))
    return share(own, net(sales) + net(purchases))


def month_end(firm: Firm) -> float | None:
    sales = firm.in_window("out")
    if len(valid(sales)) < 12:
        return None
    late = [r for r in sales if (r["issue_date"] + timedelta(3)).day <= 3]
    return share(net(late), net(sales))  # A75


def surge_2m(firm: Firm) -> float | None:
    months = [net(firm.in_known_months("out", k, k)) for k in range(3, 15)]
    base = statistics.median(months)
    return share(net(firm.in_known_months("out", 1, 2)), 2 * base)


DIRECT: dict[str, Callable[[Firm], float | None]] = {
    "inv.active_12m": active_12m,
    "inv.cust_g12": cust_g12,
    "inv.cust_keep": cust_keep,
    "inv.cust_n_12m": cust_n_12m,
    "inv.gap_max_12m": gap_max_12m,
    "inv.hhi_12m": hhi_12m,
    "inv.in_g6": in_g6,
    "inv.in_out_12m": in_out_12m,
    "inv.month_end": month_end,
    "inv.recip_share": recip_share,
    "inv.red_rate_12m": red_rate_12m,
    "inv.since_last": since_last,
    "inv.sup_n_12m": sup_n_12m,
    "inv.sup_top1_12m": sup_top1_12m,
    "inv.surge_2m": surge_2m,
    "inv.top1_12m": top1_12m,
    "inv.top1_lost": top1_lost,
    "inv.top5_12m": top5_12m,
    "inv.void_rate_12m": void_rate_12m,
}
