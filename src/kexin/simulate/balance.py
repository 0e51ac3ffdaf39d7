"""Balance sheets at the ends of quarters (SIMULATOR.md section 5.2).

Assets follow the sales of the last twelve months; equity is what was paid in and
earned; whatever is missing on either side is borrowed from, or lent to, those behind
the firm, as in the statements of small firms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import of_sector
from kexin.simulate.draws import happens, stream

if TYPE_CHECKING:
    from kexin.simulate.arrays import Floats, Ints
    from kexin.simulate.books import Books
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

RECEIVABLE_DAYS, CASH_DAYS, STOCK_DAYS, PAYABLE_DAYS = 60.0, 45.0, 70.0, 50.0
INTEREST = 0.052
FIXED, FIXED_SERVICES = 0.25, 0.08
"""Fixed assets to yearly sales [est]."""

SMALLEST = 5e3
"""Assets of a firm that does nothing, CNY [est]."""

INCONSISTENT, OFF = 0.08, (0.02, 0.15)
EMBELLISHES, EMBELLISHED, ILL_FOR = 0.5, (0.2, 0.8), 3
"""Part of firms in trouble that embellish, by how much of receivables, from when on."""


class Balance(NamedTuple):
    """Balance sheets, quarters of the year x firms of a block, CNY.

    Attributes:
        cash: Cash.
        receivables: What customers owe.
        inventory: Stock.
        other_current: Other current assets: what those behind the firm took out.
        fixed: All other assets.
        total: Assets as stated, which may be off.
        loans: Short loans.
        payables: What is owed to suppliers.
        other_payables: What is owed to others.
        liabilities: All liabilities.
        equity: Equity.
        interest: Interest since the year's begin.
    """

    cash: Floats
    receivables: Floats
    inventory: Floats
    other_current: Floats
    fixed: Floats
    total: Floats
    loans: Floats
    payables: Floats
    other_payables: Floats
    liabilities: Floats
    equity: Floats
    interest: Floats


class Days(NamedTuple):
    """How many days of sales or purchases each firm of a block has in each item."""

    receivables: Floats
    cash: Floats
    stock: Floats
    payables: Floats
    fixed: Floats
    lending: Floats


def usual(world: World, block: Block) -> Days:
    """Return what each firm of a block keeps in each item for good."""
    city = world.city
    random = stream(city.seed, "balance")

    def around(median: Floats | float, spread: float) -> Floats:
        return median * np.exp(spread * random.standard_normal(city.size))

    service = of_sector("service")[city.sector].astype(bool)
    stock = np.where(service, 3.0, STOCK_DAYS)
    fixed = np.where(service, FIXED_SERVICES, FIXED)
    every = (
        around(RECEIVABLE_DAYS, 0.4), around(CASH_DAYS, 0.6), around(stock, 0.5),
        around(PAYABLE_DAYS, 0.4), around(fixed, 0.6),
        world.lending.debt * city.borrower,
    )  # fmt: skip
    return Days(*(item[block.firms] for item in every))


def paid_in(world: World, block: Block) -> Floats:
    """Return the capital that is paid in, CNY, one a firm of the block."""
    city = world.city
    return np.round((city.capital * city.paid).astype(float)[block.firms], 2)


def balance(world: World, year: int, block: Block, told: Books) -> Balance:
    """Return the balance sheets of a year's quarters.

    Args:
        world: The city.
        year: The year.
        block: The block.
        told: Its books of the year.
    """
    ends = clock.months_of(year)[2::3]
    random = world.stream("balance", year, block)
    ill = world.life.distress[ends][:, block.firms].astype(float)
    sold = last_year(world.activity.sales, ends, block)
    spent = last_year(world.activity.purchases, ends, block)
    own = usual(world, block)

    def noisy(amount: Floats) -> Floats:
        return np.round(amount * np.exp(0.12 * random.standard_normal(ill.shape)), 2)

    cash = noisy(sold * own.cash / 365 * np.exp(-0.12 * ill) + SMALLEST)
    receivables = noisy(sold * own.receivables / 365 * (1 + 0.04 * ill))
    inventory = noisy(spent * own.stock / 365)
    fixed = noisy(sold * own.fixed)
    loans = noisy(sold * own.lending)
    payables = noisy(spent * own.payables / 365 * (1 + 0.03 * ill))
    equity = np.round(paid_in(world, block) + told.earned, 2)
    need = equity + loans + payables - (cash + receivables + inventory + fixed)
    other_current = np.round(np.maximum(need, 0) + 0.03 * sold, 2)
    other = np.round(np.maximum(-need, 0) + 0.03 * sold, 2)
    flattered = embellished(world, receivables, ill, random, block)
    receivables, other = receivables + flattered, other + flattered
    total = cash + receivables + inventory + other_current + fixed
    months = 3.0 * np.arange(1, len(ends) + 1)[:, None]
    return Balance(
        cash=cash,
        receivables=receivables,
        inventory=inventory,
        other_current=other_current,
        fixed=fixed,
        total=np.round(total * wrong(ill.shape, random), 2),
        loans=loans,
        payables=payables,
        other_payables=other,
        liabilities=np.round(loans + payables + other, 2),
        equity=equity,
        interest=np.round(loans * INTEREST * months / 12, 2),
    )


def last_year(table: Floats, ends: Ints, block: Block) -> Floats:
    """Return the sums of the twelve months up to each end."""
    return np.stack([table[end - 11 : end + 1, block.firms].sum(0) for end in ends])


def embellished(
    world: World,
    receivables: Floats,
    ill: Floats,
    random: np.random.Generator,
    block: Block,
) -> Floats:
    """Return by how much firms in trouble overstate receivables: round sums."""
    chance = np.full(world.city.size, EMBELLISHES)
    inclined = happens(stream(world.city.seed, "balance.embellish"), chance)
    part = random.uniform(*EMBELLISHED, ill.shape)
    return np.round(receivables * part * (inclined[block.firms] & (ill > ILL_FOR)), -3)


def wrong(shape: tuple[int, ...], random: np.random.Generator) -> Floats:
    """Return what stated assets are to true ones: off for 8 % of statements."""
    off = random.uniform(*OFF, shape) * np.where(random.random(shape) < 0.5, -1, 1)
    return 1 + off * (random.random(shape) < INCONSISTENT)
