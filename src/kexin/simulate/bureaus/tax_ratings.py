"""The tax credit rating: points from a year's conduct, published in the April after it.

A repair, and a D that the tax office gives directly, are changes of their own with the
next number of the same rating year (SIMULATOR.md section 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock, conduct, debts
from kexin.simulate.draws import happens, stream
from kexin.simulate.rows import Rows, always, coded
from kexin.simulate.sectors import DISTRICTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("tax_credit_rating",)

CODES = ("A", "B", "M", "C", "D")
A, B, M, C, D = range(5)
FULL, LATE, OWING, IRREGULAR, SLEEPING, LARGE = 95.0, 5.0, 5.0, 3.0, 11.0, 5e6
SLEEPING_MONTHS, DEAD_MONTHS = 6, 11
"""Months without sales that cost points, and from which a D may come directly."""

DIRECT, DIRECT_DEFAULTED, DIRECT_DEAD = 0.010, 0.45, 0.35
YOUNG_MONTHS, YOUNG_IS_M = 36, 0.80
DUE_ALL_YEAR = {True: 0.42, False: 0.06}
"""Part of general and other taxpayers whose tax is due all year: they can be A."""

APPLIES, SUCCEEDS, REPAIRED_AFTER = 0.35, 0.60, (1, 4)


class Rated(NamedTuple):
    """The yearly result, one place a firm that is rated.

    Attributes:
        firm: Place in the city.
        rating: Place in `CODES`.
        points: Points; absent where D was given directly.
    """

    firm: Ints
    rating: Ints
    points: Floats


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield the ratings of the year before, published in April, and their changes."""
    if year == clock.HISTORY:
        return
    random = world.stream("tax_ratings", year, block)
    told = rated(world, year - 1, block, random)
    day = published(world, year)[world.city.district[told.firm]]
    size = len(told.firm)
    yield Rows(
        "tax_credit_rating",
        told.firm,
        {
            "rating_year": np.full(size, year - 1),
            "seq": np.ones(size, np.int64),
            "rating": coded(told.rating, CODES),
            "score": told.points,
            "rating_cause": always("annual", size),
            "effective_date": day,
        },
        after=day,
    )
    yield changed(world, told, year, block, random)


def published(world: World, year: int) -> Days:
    """Return the day on which each district publishes: from 15 to 30 April."""
    random = stream(world.city.seed, "tax_ratings.published", year)
    first = np.datetime64(f"{year}-04-15", "D")
    return clock.working_day(first + random.integers(0, 14, len(DISTRICTS)))


def rated(world: World, year: int, block: Block, random: np.random.Generator) -> Rated:
    """Return the result of a year, of all firms that traded in it."""
    months = clock.months_of(year)
    city = world.city
    active = world.life.active[months][:, block.firms].any(0)
    points = scored(world, year, block)
    sold = world.activity.sales[months][:, block.firms]
    zero = (sold <= 0).sum(0)
    direct = given_directly(world, year, block, zero, random)
    age = months[-1] - city.born[block.firms]
    young = (age < YOUNG_MONTHS) & (random.random(block.size) < YOUNG_IS_M)
    new = age < len(months)
    nothing = sold.sum(0) <= 0
    best = can_be_best(world, block, random) & (points >= 90) & (age >= YOUNG_MONTHS)
    rating = np.select(
        [direct | (points < 40), points < 70, new | nothing | young, best],
        [D, C, M, A],
        B,
    )
    own = np.flatnonzero(active)
    points = np.where(direct, np.nan, np.round(points, 1))
    return Rated(own + block.first, rating[own], points[own])


def scored(world: World, year: int, block: Block) -> Floats:
    """Return each firm's points of a year, 0 to 100."""
    months = clock.months_of(year)
    active = world.life.active[months][:, block.firms]
    late = ((conduct.conduct(world, year, block).late > 0) & active).sum(0)
    late += conduct.settled(world, year - 1, block).late > 0
    owing = (debts.debts(world, block).new[months] > 0).sum(0)
    zero = (world.activity.sales[months][:, block.firms] <= 0).sum(0)
    points = (
        FULL
        - LATE * late
        - OWING * owing
        - IRREGULAR * conduct.irregular(world, year, block)
        - SLEEPING * (zero >= SLEEPING_MONTHS)
        - conduct.chronic(world, block)
        + (world.city.sales[block.firms] > LARGE)
    )
    return np.clip(points, 0, 100)


def given_directly(
    world: World, year: int, block: Block, zero: Ints, random: np.random.Generator
) -> Flags:
    """Whether a firm is rated D without points: for an offence, a default, no life."""
    city, told = world.city, world.aftermath
    last = clock.months_of(year)[-1]
    defaulted = np.zeros(city.size, np.bool_)
    defaulted[told.firm[(told.default <= last) & (told.cured > last)]] = True
    chance = DIRECT * np.exp(
        0.5 * city.care[block.firms] - 0.3 * city.quality[block.firms]
    )
    chance = np.where(zero >= DEAD_MONTHS, DIRECT_DEAD, chance)
    chance = np.where(defaulted[block.firms], DIRECT_DEFAULTED, chance)
    return happens(random, chance)


def can_be_best(world: World, block: Block, random: np.random.Generator) -> Flags:
    """Whether tax was due all year, as an A needs."""
    general = world.city.general[block.firms]
    chance = np.where(general, DUE_ALL_YEAR[True], DUE_ALL_YEAR[False])
    return happens(random, chance)


def changed(
    world: World, told: Rated, year: int, block: Block, random: np.random.Generator
) -> Rows:
    """Return what changes before the next result: repairs, and D given directly."""
    poor = np.flatnonzero(told.rating >= C)
    poor = poor[random.random(len(poor)) < APPLIES * SUCCEEDS]
    april = clock.month_of(np.array([f"{year}-04-01"], "datetime64[D]"))[0]
    month = april + random.integers(REPAIRED_AFTER[0], REPAIRED_AFTER[1] + 1, len(poor))
    better = np.where(told.rating[poor] == C, B, C)
    struck = world.aftermath.firm, world.aftermath.tax_d
    own = (struck[0] >= block.first) & (struck[0] < block.last)
    own &= (struck[1] > april) & (struck[1] <= april + 12)
    own[own] &= world.life.gone[struck[0][own]] > struck[1][own]
    firm = np.concatenate([told.firm[poor], struck[0][own]])
    moment = np.concatenate([month, struck[1][own]])
    direct = np.arange(len(firm)) >= len(poor)
    day = clock.working_day(clock.first_day(moment) + random.integers(0, 14, len(firm)))
    rating = np.concatenate([better, np.full(own.sum(), D)])
    size = len(firm)
    return Rows(
        "tax_credit_rating",
        firm,
        {
            "rating_year": np.full(size, year - 1),
            "seq": numbered_in_turn(firm, day, told.firm),
            "rating": coded(rating, CODES),
            "score": np.full(size, np.nan),
            "rating_cause": coded(np.where(direct, 1, 0), ("repair", "direct_d")),
            "effective_date": day,
        },
        after=day,
        lag="tax_credit_rating/change",
    )


def numbered_in_turn(firm: Ints, day: Days, annual: Ints) -> Ints:
    """Return each change's number: after the yearly result, in the order of days."""
    order = np.lexsort([day, firm])
    sorted_firm = firm[order]
    first = np.concatenate([[True], sorted_firm[1:] != sorted_firm[:-1]])[: len(firm)]
    place = np.arange(len(firm))
    turn = place - np.maximum.accumulate(np.where(first, place, 0))
    found = np.empty(len(firm), np.int64)
    found[order] = turn
    return found + 1 + np.isin(firm, annual)
