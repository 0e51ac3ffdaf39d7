"""What banks report of the loans that the platform matched (section 5.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.registers.core import RESCHEDULED
from kexin.registers.credit import FIVE_CLASS
from kexin.simulate import clock
from kexin.simulate.bureaus.credit import lending_cells, open_days, rescheduled
from kexin.simulate.lending import (
    LEADS,
    PRODUCTS,
    WRITTEN_OFF,
    Accounts,
    accounts,
    five_class,
)
from kexin.simulate.matching import applications
from kexin.simulate.naming import scrambled
from kexin.simulate.rows import Rows, coded, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("core_loan_outcome",)

BANKS = 52
"""Banks on the platform (SRC-SEED)."""

NAMES = ("科易贷", "项目贷", "循环贷", "贴现", "银承", "信用证", "设备租", "保理")
LONGEST = 60
"""Months for which a loan is reported at most: its term, then until written off."""

RENEWED, EXTENDED, RESTRUCTURED = (
    tuple(RESCHEDULED).index(code)
    for code in ("renewal_performing", "extension", "restructured")
)
RENEWALS = 40
"""Per cent of renewals that are made without repaying first."""

SETTLING = 3
"""Months for which a loan that is settled in the end is restructured before [est]."""


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    found = accounts(
        world.city, world.life, world.lending, lending_cells(world, year, block)
    )
    found = found.where(matched(world, found))
    end = clock.last_day(found.month)
    distress = world.life.distress[found.month, found.firm]
    product = world.lending.lines.product[found.line]
    yield Rows(
        "core_loan_outcome",
        found.firm,
        {
            "loan_id": numbered("JJ", loan_numbers(found), 10),
            "report_month": clock.first_day(found.month),
            "bank_id": numbered("BANK", found.line % BANKS + 1, 2),
            "product": coded(product, NAMES[: len(PRODUCTS)]),
            "drawdown_date": open_days(found),
            "principal": found.principal,
            "balance": found.balance,
            "dpd": found.overdue,
            "max_dpd_ever": worst(world, found),
            "five_class": coded(five_class(found.overdue, distress), tuple(FIVE_CLASS)),
            "is_rescheduled": coded(renewal(world, found), tuple(RESCHEDULED)),
        },
        after=end,
    )


def loan_numbers(found: Accounts) -> Ints:
    """Return the number of each loan on the platform."""
    return found.line * np.int64(128) + found.number


def matched(world: World, found: Accounts) -> Flags:
    """Whether loans came about on the platform."""
    told = applications(world)
    own = told.line[told.approved] * np.int64(128) + told.number[told.approved]
    number = loan_numbers(found)
    place = np.searchsorted(own, number).clip(0, len(own) - 1)
    return own[place] == number


def worst(world: World, found: Accounts) -> Ints:
    """Return the most days past due since each loan was opened."""
    most = found.overdue.copy()
    for back in range(1, LONGEST):
        month = found.month - back
        inside = np.flatnonzero((month >= found.opened) & (month >= 0))
        days = world.lending.overdue[month[inside], found.firm[inside]]
        most[inside] = np.maximum(most[inside], days)
    return most


def renewal(world: World, found: Accounts) -> Ints:
    """Return how loans were rescheduled; a settled one is restructured at the end."""
    lent = world.lending
    again = (found.number > 0) & (scrambled(loan_numbers(found), 43) % 100 < RENEWALS)
    kind = np.where(again, RENEWED, 0)
    kind[rescheduled(world, found)] = EXTENDED
    over = lent.over[found.firm]
    cured = over < lent.stopped[found.firm] + LEADS + WRITTEN_OFF
    settles = cured & (found.month >= over - SETTLING) & (found.month < over)
    kind[settles] = RESTRUCTURED
    return kind
