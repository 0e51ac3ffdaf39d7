"""Credit reference: loans by the month, guarantees, inquiries (section 5.9).

Only of firms with loans, or that asked for one, and only with their consent: what is
older than the consent is seen when it is given, for two years back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from kexin.registers.credit import FIVE_CLASS, INQUIRY_REASON
from kexin.simulate import clock, consent
from kexin.simulate.city import choice
from kexin.simulate.grid import Cells, cells
from kexin.simulate.lending import (
    GUARANTEES,
    LENDER_SHARES,
    LENDERS,
    LENDERS_OF_A_KIND,
    PRODUCTS,
    accounts,
    five_class,
    guaranteed,
)
from kexin.simulate.naming import ACCOUNT, DOCUMENT, LENDER, hashed, scrambled
from kexin.simulate.rows import Rows, coded, kept, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.lending import Accounts
    from kexin.simulate.world import World

TABLES = ("pboc_loan_month", "pboc_guarantee", "pboc_inquiry")

SEEN_BACK = 730
"""Days for which a report tells what was before the consent."""

INQUIRIES, INQUIRIES_ILL, MOST_INQUIRIES = 0.25, 0.15, 1.2
OTHER_INQUIRIES = 0.12
"""Inquiries of other kinds a month, of borrowers [est]."""

LOANS_OF_A_LINE = 128
RESCHEDULED, RESCHEDULED_FROM = 25, 3
"""Per cent of renewals in distress that are extensions; months from which it shows."""


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    yield loans(world, year, block)
    yield guarantees(world, year, block)
    yield inquiries(world, year, block)


def seen(world: World, rows: Rows, end: Days) -> Rows:
    """Return what consents let see, from the day on which they do."""
    since = consent.since(world)[rows.firm]
    shown = since <= end + SEEN_BACK
    return kept(rows._replace(after=np.fmax(end, since)), shown)


def lending_cells(world: World, year: int, block: Block) -> Cells:
    """Return the months of a year in which borrowers may have loans."""
    months = clock.months_of(year)[:, None]
    lent, life, own = world.lending, world.life, block.firms
    lost = (months >= lent.stopped[own]) & (months < lent.over[own])
    active = life.active[months[0, 0] : months[-1, 0] + 1, own]
    # Firms come first here: a firm's lines are looked up one firm after the other.
    firm, month = np.nonzero(((lost | active) & world.city.borrower[own]).T)
    return Cells(month + months[0, 0], firm + block.first)


def loans(world: World, year: int, block: Block) -> Rows:
    """Return loans, a record a month."""
    at = lending_cells(world, year, block)
    found = accounts(world.city, world.life, world.lending, at)
    lines = world.lending.lines
    line, end = found.line, clock.last_day(found.month)
    opened = open_days(found)
    term = lines.term[line]
    due = opened.astype("datetime64[M]") + term
    lender = lines.lender[line]
    distress = world.life.distress[found.month, found.firm]
    rows = Rows(
        "pboc_loan_month",
        found.firm,
        {
            "account_hash": hashed(account_numbers(found), ACCOUNT),
            "month": clock.first_day(found.month),
            "lender_hash": hashed(lender, LENDER),
            "lender_kind": coded(lender // LENDERS_OF_A_KIND, LENDERS),
            "product_kind": coded(lines.product[line], PRODUCTS),
            "guarantee_kind": coded(lines.guarantee[line], GUARANTEES),
            "open_date": opened,
            "due_date": due.astype("datetime64[D]") + (day_number(found) - 1),
            "principal": found.principal,
            "balance": found.balance,
            "five_class": coded(five_class(found.overdue, distress), tuple(FIVE_CLASS)),
            "overdue_days": found.overdue,
            "overdue_amount": np.where(found.overdue > 0, owed(found), 0.0),
            "is_rescheduled": rescheduled(world, found),
        },
        after=end,
    )
    return seen(world, rows, end)


def owed(found: Accounts) -> Ints:
    """Return what is past due: interest at first, the whole loan from 30 days on."""
    interest = np.maximum(np.round(found.balance * 0.02, 2), 100)
    return np.where(
        found.overdue >= 30, found.balance, np.minimum(interest, found.balance)
    )


def account_numbers(found: Accounts) -> Ints:
    """Return the number of each loan."""
    return found.line * np.int64(LOANS_OF_A_LINE) + found.number


def day_number(found: Accounts) -> Ints:
    """Return the day of the month on which each loan was opened, 1 to 28."""
    return (scrambled(account_numbers(found), 41) % 28 + 1).astype(np.int64)


def open_days(found: Accounts) -> Days:
    """Return the days on which loans were opened."""
    return clock.first_day(found.opened) + (day_number(found) - 1)


def rescheduled(world: World, found: Accounts) -> Flags:
    """Whether a loan only extends the one before it, of a firm in trouble."""
    opened = found.opened.clip(0, clock.MONTHS - 1)
    ill = world.life.distress[opened, found.firm] > RESCHEDULED_FROM
    chosen = scrambled(account_numbers(found), 42) % 100 < RESCHEDULED
    return (found.number > 0) & ill & chosen


def guarantees(world: World, year: int, block: Block) -> Rows:
    """Return guarantees for others, a record a month."""
    own = world.lending.guarantees
    first, last = np.searchsorted(own.guarantor, [block.first, block.last])
    months = clock.months_of(year)
    month = np.repeat(months, last - first)
    at = np.tile(np.arange(first, last), len(months))
    balance = guaranteed(world.city, world.life, world.lending, month, at)
    obligor = own.obligor[at]
    overdue = world.lending.overdue[month, obligor]
    classes = five_class(overdue, world.life.distress[month, obligor])
    end = clock.last_day(month)
    rows = Rows(
        "pboc_guarantee",
        own.guarantor[at],
        {
            "guarantee_hash": hashed(at, DOCUMENT),
            "month": clock.first_day(month),
            "obligor_firm_key": world.naming.uscc.take(pa.array(obligor)),
            "balance": balance,
            "obligor_class": coded(classes, tuple(FIVE_CLASS)),
        },
        after=end,
    )
    standing = balance > 0
    return seen(world, kept(rows, standing), end[standing])


def inquiries(world: World, year: int, block: Block) -> Rows:
    """Return inquiries of lenders."""
    random = world.stream("credit.inquiries", year, block)
    city = world.city
    at = cells(year, block, world.life.active)
    at = at.where(consent.covers_loans(world)[at.firm])
    ill = at.of(world.life.distress)
    rate = np.minimum(INQUIRIES + INQUIRIES_ILL * ill, MOST_INQUIRIES)
    count = random.poisson(rate)
    others = random.poisson(OTHER_INQUIRIES * city.borrower[at.firm])
    place = np.repeat(np.arange(at.size), count + others)
    rank = np.arange(len(place)) - np.repeat(
        np.cumsum(count + others) - count - others, count + others
    )
    other = 1 + choice(random, np.array([0.8, 0.1, 0.1]), len(place))
    reason = np.where(rank < count[place], 0, other)
    start, length = at.start[place], (at.end - at.start).astype(int)[place]
    day = start + (random.random(len(place)) * (length + 1)).astype(int)
    rows = Rows(
        "pboc_inquiry",
        at.firm[place],
        {
            "inquiry_id": numbered(f"CX{year}{block.number:02}", np.arange(len(place))),
            "inquiry_date": day,
            "inquiry_reason": coded(reason, tuple(INQUIRY_REASON)),
            "lender_kind": coded(
                choice(random, np.array(LENDER_SHARES), len(place)), LENDERS
            ),
        },
        after=day,
    )
    return seen(world, rows, day)
