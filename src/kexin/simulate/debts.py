"""Tax that is not paid when it is due, and what becomes of it.

Payments, arrears, violations and the rating tell of the same debts (SIMULATOR.md
section 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.conduct import BEGIN
from kexin.simulate.draws import happens, logistic, stream
from kexin.simulate.life import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

CLEARED, CLEARED_IN_DISTRESS = 0.25, 0.04
"""Chance a month that a debt is paid [distress: est]."""

TAX_OF_SALES = {True: 0.035, False: 0.012}
"""Usual tax of general and other taxpayers as a part of sales [est]."""

SMALLEST_TAX = 300.0
KINDS = ("vat", "cit", "iit")
KIND_SHARES = {True: (0.70, 0.20, 0.10), False: (0.40, 0.30, 0.30)}
"""Tax that general and other taxpayers owe when they owe any [est]."""


class Debts(NamedTuple):
    """Unpaid tax, CNY: months from the city's first x firms of a block.

    Attributes:
        new: Tax of the month before, due in this one, that was not paid.
        cleared: Debt that was paid in the month.
        balance: Debt at the month's end.
    """

    new: Floats
    cleared: Floats
    balance: Floats


def debts(world: World, block: Block) -> Debts:
    """Draw which tax was not paid, and when it was paid after all."""
    shape = (clock.MONTHS, block.size)
    new, cleared = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    balance = np.zeros(shape, np.float32)
    random = world.stream("conduct.debts", 0, block)
    owed = np.zeros(block.size)
    gone = world.life.gone[block.firms]
    for month, usual in enumerate(usual_tax(world, block), BEGIN):
        active = world.life.active[month, block.firms]
        ill = world.life.distress[month, block.firms] > 0
        pays = np.where(ill, CLEARED_IN_DISTRESS, CLEARED)
        paid = happens(random, pays) & active & (owed > 0)
        cleared[month] = np.where(paid, owed, 0)
        fails = happens(random, debt_chance(world, month, block)) & active
        amount = random.integers(1, 7, block.size) * usual
        new[month] = np.where(fails, np.round(amount, 2), 0)
        owed = np.where(paid, 0, owed) + new[month]
        owed[gone <= month] = 0
        balance[month] = owed
    return Debts(new, cleared, balance)


def debt_chance(world: World, month: int, block: Block) -> Floats:
    """Return the chance that the tax of a month is not paid."""
    city = world.city
    seen = world.life.distress[month, block.firms] * city.visibility("tax")[block.firms]
    return logistic(
        -6.2
        + 0.35 * city.care[block.firms]
        - 0.25 * city.quality[block.firms]
        + np.minimum(0.38 * seen, 4.3)
    )


def usual_tax(world: World, block: Block) -> Iterator[Floats]:
    """Yield each firm's usual tax of the months from `BEGIN` on.

    By the sales of the twelve months before, with a floor for other kinds of tax.
    """
    general = world.city.general[block.firms]
    part = np.where(general, TAX_OF_SALES[True], TAX_OF_SALES[False]) / 12
    sales = world.activity.sales[:, block.firms]
    year = sales[BEGIN - 12 : BEGIN].sum(0, dtype=float)
    for month in range(BEGIN, clock.MONTHS):
        yield np.maximum(part * year, SMALLEST_TAX)
        year += sales[month] - sales[month - 12].astype(float)


def cleared_day(month: Ints, firm: Ints) -> Days:
    """Return the day on which a firm pays its debt in a month."""
    return clock.working_day(clock.first_day(month) + firm * 7 % 25)


def next_cleared(told: Debts, month: Ints, firm: Ints) -> Ints:
    """Return the month in which what is owed in a month is paid; NEVER if it is not.

    Args:
        told: The debts of a block.
        month: Months of the city.
        firm: Places in the block.
    """
    following = np.full(told.new.shape[1], NEVER)
    found = np.empty(told.new.shape, np.int16)
    for place in range(clock.MONTHS - 1, -1, -1):
        found[place] = following
        following = np.where(told.cleared[place] > 0, place, following)
    return found[month, firm]


def last_unpaid(told: Debts, month: Ints, firm: Ints) -> Ints:
    """Return the last month before each month whose tax was not paid.

    Args:
        told: The debts of a block.
        month: Months of the city in which a debt stands.
        firm: Places in the block.
    """
    found = np.zeros(told.new.shape, np.int16)
    last = np.zeros(told.new.shape[1], np.int16)
    for place in range(clock.MONTHS):
        found[place] = last
        last = np.where(told.new[place] > 0, place, last).astype(np.int16)
    return found[month, firm]


def kind(world: World) -> Ints:
    """Return the tax that each firm owes when it owes any, as a place in `KINDS`."""
    place = stream(world.city.seed, "debts.kind").random(world.city.size)
    edges = {own: np.cumsum(shares) for own, shares in KIND_SHARES.items()}
    general = np.searchsorted(edges[True], place)
    other = np.searchsorted(edges[False], place)
    return np.where(world.city.general, general, other).clip(0, len(KINDS) - 1)
