"""Random invoices that lie on edges: of windows, of months, of limits, of midnights.

A fault of a boundary shows only on the boundary, where days and amounts drawn at large
hardly fall. So days are drawn from the edges of every window in use, moments from
midnights, and amounts from the limits at which a signal becomes absent.
"""

from __future__ import annotations

import functools
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.algebra.dates import months_before, spring_festivals
from kexin.registers.tax import INVOICE_KIND, INVOICE_STATUS, TaxInvoice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

Record = dict[str, Any]

AS_OFS = (
    date(2019, 3, 31),  # a month end; twelve months back another
    date(2019, 7, 15),  # mid-month
    date(2020, 1, 31),  # the last day of a festival week (25 to 31 January 2020)
    date(2020, 2, 29),  # a day that the years before do not have
    date(2020, 3, 2),  # February is closed, and silent for less than the lag
    date(2020, 5, 3),  # April's silence has lasted exactly the lag
)
WINDOWS = (0, 6, 12, 24, 36)
MONTHS = range(-1, 27)
EDGE = (-1, 0, 1)
MOMENTS = (time(0), time(12), time(23, 59, 59, 999999))
LAGS = (0, 1, 3, 40)

LIMITS = (25_000, 50_000, 100_000)
AMOUNTS = tuple(
    Decimal(cents) / 100
    for cents in (
        *(0, 1, 123_456, 500_000, 33_333_333, 987_654_321_099),
        *(limit * 100 + near for limit in LIMITS for near in (-1, 0)),
    )
)
CODES = tuple(f"9133010{n}MA2B0000{n}X" for n in range(8))
NAMES = ("甲公司", "乙公司", "丙公司")
BLUE = tuple(s for s in INVOICE_STATUS if s not in {"void", "red"})


class Trade(NamedTuple):
    """What kind of invoices a firm has.

    Attributes:
        records: How many at least, and at most.
        statuses: Drawn from, as often as they are named.
        kinds: Drawn from likewise.
        directions: Drawn from likewise.
        parties: Drawn from likewise: code and name.
        months: How many months back the invoices reach.
        steady: Whether most invoices were known soon and never changed.
    """

    records: tuple[int, int]
    statuses: Sequence[str]
    kinds: Sequence[str] = tuple(INVOICE_KIND)
    directions: Sequence[str] = ("out", "out", "out", "in")
    parties: Sequence[tuple[str | None, str | None]] = (
        *((code, None) for code in CODES[:2]),
        *((code, "丁公司") for code in CODES[1:3]),
        *((None, name) for name in NAMES[:2]),
        (None, None),
    )
    months: int = 37
    steady: bool = False


USUAL = (*["normal"] * 5, *INVOICE_STATUS)
FEW_RED = (*["normal"] * 12, "red")
MANY = (*((code, None) for code in CODES), (None, "甲公司"), (None, None))
PAPER = ("paper_special", "e_normal")
TRADES = (
    Trade((0, 2), USUAL),
    Trade((1, 8), USUAL),
    Trade((5, 12), tuple(INVOICE_STATUS), directions=("out", "in")),
    Trade((5, 9), USUAL, directions=("out",), parties=MANY, months=13, steady=True),
    Trade((5, 9), BLUE, directions=("in",), parties=MANY, months=13, steady=True),
    Trade((9, 15), USUAL, parties=MANY, months=13),
    Trade((9, 13), FEW_RED, directions=("out",), months=12, steady=True),
    Trade((11, 18), ("normal", "void"), PAPER, ("out",), months=14, steady=True),
    Trade((11, 18), FEW_RED, ("e_special", "e_normal"), months=13, steady=True),
    Trade((12, 16), FEW_RED, PAPER, directions=("out",), months=12, steady=True),
    Trade((14, 30), FEW_RED, parties=MANY, months=25, steady=True),
    Trade((14, 30), FEW_RED, directions=("out",), months=25, steady=True),
    Trade((10, 20), FEW_RED, directions=("in",), months=25, steady=True),
    Trade((14, 30), FEW_RED, directions=("in",), parties=MANY, months=25, steady=True),
    Trade((10, 20), FEW_RED, directions=("out", "in"), months=13),
    Trade((40, 50), FEW_RED, directions=("out",), months=16, steady=True),
    Trade((2, 9), (*BLUE, "void"), directions=("out",), parties=[(None, None)]),
)
"""From next to nothing to a busy year, around the limits of 3, 5, 10 and 12."""


@functools.cache
def edges(as_of: date) -> tuple[tuple[date, ...], ...]:
    """Days on which a fault would show, by what they are the edge of."""
    windows = [months_before(as_of, months) for months in WINDOWS]
    firsts = [months_before(as_of.replace(day=1), months) for months in MONTHS]
    festivals = [
        first + timedelta(days)
        for first in spring_festivals()
        if abs(as_of.year - first.year) <= 1
        for days in (0, 6)
    ]
    lagged = [first + timedelta(TaxInvoice.lag_days - 1) for first in firsts[:4]]
    month_ends = [first - timedelta(2) for first in firsts]  # the last three days
    groups = (windows, firsts, month_ends, festivals, lagged, [as_of])
    return tuple(
        tuple(day + timedelta(near) for day in group for near in EDGE)
        for group in groups
    )


def event_day(random: Random, as_of: date, months: int) -> date:
    """A day on an edge, not much after as_of, and mostly not too far back."""
    first = months_before(as_of, months) - timedelta(1)
    last = as_of + timedelta(1)
    own = [day for day in random.choice(edges(as_of)) if first <= day <= last]
    return random.choice(own or [as_of])


def moment(random: Random, as_of: date, event: date) -> datetime:
    """When a version was known: soon after the event, or around as_of."""
    near = as_of + timedelta(random.choice(EDGE))
    soon = event + timedelta(random.choice(LAGS))
    day = max(event, random.choice((soon, soon, soon, near)))
    return datetime.combine(day, random.choice(MOMENTS))


def content(random: Random, trade: Trade, as_of: date) -> Record:
    """What an invoice says."""
    code, name = random.choice(trade.parties)
    status = random.choice(trade.statuses)
    sign = -1 if status == "red" else 1
    value = random.choice(AMOUNTS)
    return {
        "direction": random.choice(trade.directions),
        "invoice_kind": random.choice(trade.kinds),
        "issue_date": event_day(random, as_of, trade.months),
        "counterparty_code": code,
        "counterparty_name": name,
        "amount_ex_tax": sign * value,
        "tax_amount": sign * (value * Decimal("0.13")).quantize(Decimal("0.01")),
        "invoice_status": status,
    }


def versions(random: Random, trade: Trade, as_of: date, uid: str) -> list[Record]:
    """The versions of one invoice: mostly one, some changed, voided or withdrawn."""
    told = content(random, trade, as_of)
    known = [moment(random, as_of, told["issue_date"])]
    more = (0,) * 9 + (1,) if trade.steady else (0, 0, 0, 1, 1, 2)
    for _ in range(random.choice(more)):
        later = as_of + timedelta(random.choice((-40, -1, 0, 1, 2)))
        known.append(datetime.combine(later, random.choice(MOMENTS)))
    made = []
    for number, known_at in enumerate(sorted({k for k in known if k >= known[0]})):
        changed = told | changes(random, number, told)
        made.append(
            {
                **dict.fromkeys(TaxInvoice.columns()),
                **changed,
                "row_id": f"{uid}-{number}",
                "invoice_uid": uid,
                "event_date": changed["issue_date"],
                "known_at": known_at,
                "superseded_at": None,
                "version_no": number + 1,
            }
        )
    return placed(made)


def changes(random: Random, number: int, told: Record) -> Record:
    """What a later version says anew."""
    kinds: list[Record] = [
        {"op": "U", "invoice_status": "void"},
        {"op": "U", "invoice_status": "red_full"},
        {"op": "U", "amount_ex_tax": told["amount_ex_tax"] * 2},
        {"op": "U", "counterparty_code": random.choice(CODES)},
        {"op": "D"},
    ]
    return random.choice(kinds) if number else {"op": "I"}


def sale(firm_key: str, day: date, amount: str) -> Record:
    """A plain sale, known at noon of its day."""
    return {
        **dict.fromkeys(TaxInvoice.columns()),
        "firm_key": firm_key,
        "invoice_uid": f"{firm_key}-{day}-{amount}",
        "direction": "out",
        "invoice_kind": "paper_normal",
        "issue_date": day,
        "event_date": day,
        "counterparty_code": CODES[0],
        "amount_ex_tax": Decimal(amount),
        "tax_amount": Decimal(0),
        "invoice_status": "normal",
        "known_at": datetime.combine(day, time(12)),
        "version_no": 1,
        "op": "I",
    }


def placed(made: list[Record]) -> list[Record]:
    """Versions with their ends: each until the next; a withdrawal never stands."""
    ends = [version["known_at"] for version in made[1:]]
    for version, end in zip(made, [*ends, None], strict=True):
        withdrawn = version["op"] == "D"
        version["superseded_at"] = version["known_at"] if withdrawn else end
    return made


def history(random: Random, as_of: date, firm_key: str) -> list[Record]:
    """All versions of one firm's invoices."""
    trade = random.choice(TRADES)
    number = random.randint(*trade.records)
    return [
        {**version, "firm_key": firm_key}
        for n in range(number)
        for version in versions(random, trade, as_of, f"{firm_key}-{n}")
    ]


def city(random: Random, as_of: date, firms: int) -> dict[str, list[Record]]:
    """Histories of some firms by firm_key."""
    keys = [f"F{number:03}" for number in range(firms)]
    return {key: history(random, as_of, key) for key in keys}
