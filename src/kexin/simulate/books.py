"""A firm's books: profit, tax on it, and a balance sheet whose equity accumulates.

Returns of profits, statements, payments and annual reports tell of the same books
(SIMULATOR.md section 5.2). Years before 2018 are summed up in the first equity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import of_sector
from kexin.simulate.draws import happens, stream
from kexin.simulate.schemes import declared

if TYPE_CHECKING:
    from kexin.simulate.arrays import Flags, Floats
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

QUARTERS = ("q1", "q2", "q3", "q4")

GAP_NOISE, ODD, ODD_GAP = 0.02, 0.20, (0.75, 1.20)
"""Revenue in the books to sales in returns of value-added tax: 85 % within 10 %."""

OVERHEAD = (0.10, 0.30)
RESEARCHES = {True: 0.75, False: 0.10}
"""Part of technology firms and of others that book research at all [est]."""

CLAIMS = 0.60
DEDUCTION = {2018: 0.75, 2021: 0.75, 2023: 1.0}
"""Extra deduction of research from a year on; makers had 100 % from 2021 [mem]."""

SMALL_PROFIT, SMALL_RATE, USUAL_RATE, HNTE_RATE = 3e6, 0.05, 0.25, 0.15
PAID_OUT, RICH = 0.50, 0.60
"""Part of profits that is paid out once equity is this part of a year's revenue."""

EARNED_BEFORE, EARNED_YEARS = 0.06, 8


class Left(NamedTuple):
    """What earlier years left, one place a firm of a block, CNY.

    Attributes:
        losses: Losses that may still be set against profits.
        earned: Profits kept.
    """

    losses: Floats
    earned: Floats


class Annual(NamedTuple):
    """A year's books, one place a firm of a block, CNY.

    Attributes:
        year: The year.
        revenue: Revenue.
        cost: Cost of it.
        profit: Profit before tax.
        research: Research and development; absent where none is booked.
        deduction: What is deducted for it once more; absent where not claimed.
        taxable: Income that is taxed.
        loss_used: Losses of earlier years that are set against it.
        relief: Tax that a high-tech firm does not pay.
        tax: Tax on profits.
        left: What it leaves to later years.
    """

    year: int
    revenue: Floats
    cost: Floats
    profit: Floats
    research: Floats
    deduction: Floats
    taxable: Floats
    loss_used: Floats
    relief: Floats
    tax: Floats
    left: Left


class Books(NamedTuple):
    """A year's books: quarters x firms of a block, from the year's begin, and the year.

    Attributes:
        revenue: Revenue.
        cost: Cost of it.
        profit: Profit before tax.
        research: Research and development; absent where none is booked.
        prepaid: Tax on profits to pay for the quarter alone.
        earned: Profits kept since the firm began.
        annual: The whole year.
    """

    revenue: Floats
    cost: Floats
    profit: Floats
    research: Floats
    prepaid: Floats
    earned: Floats
    annual: Annual


class Habits(NamedTuple):
    """What marks the books of each firm of a block for good.

    Attributes:
        gross: What overheads take of revenue.
        research: Share of research in revenue; absent where none is booked.
        claims: Whether research is deducted once more.
        makes: Whether it makes goods.
        hnte: Whether it is a high-tech firm.
    """

    gross: Floats
    research: Floats
    claims: Flags
    makes: Flags
    hnte: Flags


def habits(world: World, block: Block) -> Habits:
    """Return the habits of a block's firms."""
    city = world.city
    random = stream(city.seed, "books")
    gross = random.uniform(*OVERHEAD, city.size)
    chance = np.where(city.tech, RESEARCHES[True], RESEARCHES[False])
    does = (happens(random, chance) | city.hnte) & (world.activity.research > 0)
    claims = city.hnte | city.provincial | (random.random(city.size) < CLAIMS)
    service = of_sector("service")[city.sector].astype(bool)
    cut = block.firms
    return Habits(
        gross=gross[cut],
        research=np.where(does, world.activity.research, np.nan)[cut].astype(float),
        claims=(claims & does)[cut],
        makes=~service[cut],
        hnte=city.hnte[cut],
    )


def books(world: World, year: int, block: Block) -> Books:
    """Return a year's books of a block, with all that earlier years left."""
    own = habits(world, block)
    left = Left(np.zeros(block.size), earned_before(world, block))
    for before in range(clock.HISTORY, year):
        left = annual(world, before, block, own, left).left
    whole = annual(world, year, block, own, left)
    return quarterly(world, block, own, whole, left)


def earned_before(world: World, block: Block) -> Floats:
    """Return the profits that older firms kept before 2018."""
    city = world.city
    random = stream(city.seed, "books.before")
    age = clock.months_of(clock.HISTORY)[0] - city.born
    years = np.clip(age / 12, 0, EARNED_YEARS)
    luck = 1 + 0.6 * city.quality + random.standard_normal(city.size)
    rate = np.maximum(EARNED_BEFORE * luck, -0.05)
    return (years * rate * city.sales).astype(float)[block.firms]


def revenue_gap(world: World, year: int, block: Block) -> Floats:
    """Return revenue in the books as a part of declared sales, one a firm."""
    random = world.stream("books.gap", year, block)
    usual = np.exp(GAP_NOISE * random.standard_normal(block.size))
    odd = random.random(block.size) < ODD
    return np.where(odd, random.uniform(*ODD_GAP, block.size), usual)


def annual(world: World, year: int, block: Block, own: Habits, before: Left) -> Annual:
    """Return the books of one year."""
    sold = declared(world, year, block).sum(0)
    revenue = np.round(sold * revenue_gap(world, year, block), 2)
    margin = world.activity.margin[year - 2016, block.firms].astype(float)
    profit = np.round(revenue * margin, 2)
    research = np.round(revenue * own.research, 2)
    extra = np.where(own.claims, research * deducted(year, own.makes), np.nan)
    income = profit - np.nan_to_num(extra)
    used = np.round(np.minimum(before.losses, np.maximum(income, 0)), 2)
    taxable = np.round(np.maximum(income, 0) - used, 2)
    relief = np.where(own.hnte & (taxable > SMALL_PROFIT), USUAL_RATE - HNTE_RATE, 0)
    tax = np.round(taxable * (rate(taxable) - relief), 2)
    net = profit - tax
    paid_out = np.where((net > 0) & (before.earned > RICH * revenue), PAID_OUT * net, 0)
    return Annual(
        year=year,
        revenue=revenue,
        cost=cost(revenue, margin, own),
        profit=profit,
        research=research,
        deduction=np.round(extra, 2),
        taxable=taxable,
        loss_used=used,
        relief=np.where(own.hnte, np.round(relief * taxable, 2), np.nan),
        tax=tax,
        left=Left(
            before.losses - used + np.maximum(-income, 0),
            before.earned + net - paid_out,
        ),
    )


def rate(taxable: Floats) -> Floats:
    """Return the rate of tax on profits: low where they are small."""
    return np.where(taxable <= SMALL_PROFIT, SMALL_RATE, USUAL_RATE)


def deducted(year: int, makes: Flags) -> Floats:
    """Return which part of research is deducted once more in a year."""
    usual = DEDUCTION[max(first for first in DEDUCTION if first <= year)]
    return np.where(makes & (year >= 2021), 1.0, usual)


def cost(revenue: Floats, margin: Floats, own: Habits) -> Floats:
    """Return the cost of revenue: what is left after overheads, research and profit."""
    gross = np.clip(own.gross + margin + np.nan_to_num(own.research), 0.03, 0.95)
    return np.round(revenue * (1 - gross), 2)


def quarterly(
    world: World, block: Block, own: Habits, whole: Annual, before: Left
) -> Books:
    """Return the books by quarter: what the year comes to, as far as it is gone."""
    sold = np.cumsum(declared(world, whole.year, block), axis=0)[2::3]
    revenue = np.round(sold * revenue_gap(world, whole.year, block), 2)
    margin = world.activity.margin[whole.year - 2016, block.firms].astype(float)
    profit = np.round(revenue * margin, 2)
    taxable = np.maximum(profit - before.losses, 0)
    relief = np.where(own.hnte & (taxable > SMALL_PROFIT), USUAL_RATE - HNTE_RATE, 0)
    due = np.maximum.accumulate(taxable * (rate(taxable) - relief), axis=0)
    paid = np.vstack([np.zeros(block.size), due[:-1]])
    gone = np.divide(
        revenue, whole.revenue, out=np.zeros_like(revenue), where=whole.revenue > 0
    )
    return Books(
        revenue=revenue,
        cost=cost(revenue, margin, own),
        profit=profit,
        research=np.round(revenue * own.research, 2),
        prepaid=np.round(due - paid, 2),
        earned=before.earned + gone * (whole.left.earned - before.earned),
        annual=whole,
    )
