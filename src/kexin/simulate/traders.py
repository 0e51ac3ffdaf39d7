"""Firms that trade abroad: who, since when, how much, and how customs rates them.

SIMULATOR.md section 5.4. Exports are those that tax sees as well; imports are a share
of purchases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import happens, stream
from kexin.simulate.exports import export_share, exports
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

IMPORTERS, ALSO_IMPORTS = 0.006, 0.35
"""Share of firms that import only, and of exporters that import as well [est]."""

IMPORT_SHARE = (1.5, 6.0)
"""Beta distribution of the share of purchases that an importer buys abroad [est]."""

CERTIFIED_SHARE = 0.0125
"""Advanced certified (AEO) firms among traders; those that trade most (SRC-N9)."""

DISHONEST, DISHONEST_ILL = 0.0015, 8.0
NEW_CLASS, NEW_CLASS_YEAR = 0.02, 365
"""Share of regular firms that become certified within a year of the five classes."""

FIVE_CLASSES = np.datetime64("2026-04-01", "D")
THREE_CLASSES = np.datetime64("2018-05-01", "D")
"""Days from which there are five classes, and were three."""


class Traders(NamedTuple):
    """One place a firm of the city.

    Attributes:
        trades: Whether it is registered with customs.
        exports: Whether it exports.
        imports: Whether it imports.
        since: Day of its registration; absent for others.
        through_agent: Whether an agent declares its goods under its own name.
        advanced: Whether it is an advanced certified firm.
    """

    trades: Flags
    exports: Flags
    imports: Flags
    since: Days
    through_agent: Flags
    advanced: Flags


def traders(world: World) -> Traders:
    """Return who of the city trades abroad."""
    city = world.city
    random = stream(city.seed, "customs.traders")
    goods = np.array([not sector.service for sector in SECTORS])[city.sector]
    only = happens(random, np.where(goods, IMPORTERS / 0.53, 0.0)) & ~city.exporter
    also = city.exporter & happens(random, np.full(city.size, ALSO_IMPORTS))
    trades = city.exporter | only
    since = clock.working_day(city.birthday + random.integers(20, 200, city.size))
    agent = random.random(city.size) < 0.08
    advanced = largest(world, trades)
    return Traders(
        trades=trades,
        exports=city.exporter,
        imports=only | also,
        since=np.where(trades, since, np.datetime64("NaT")),
        through_agent=agent & ~advanced,
        advanced=advanced,
    )


def largest(world: World, trades: Flags) -> Flags:
    """Return the old traders that export most over all years."""
    sold = world.activity.sales[clock.BURN_IN :].sum(0, dtype=float)
    volume = sold * export_share(world) * (world.city.born < clock.BURN_IN)
    count = int(np.round(CERTIFIED_SHARE * trades.sum()))
    chosen = np.zeros(world.city.size, np.bool_)
    chosen[np.argsort(-volume, kind="stable")[:count]] = True
    return chosen & (volume > 0)


def import_share(world: World, who: Traders) -> Floats:
    """Return the usual share of purchases that importers buy abroad; 0 for others."""
    random = stream(world.city.seed, "customs.imports")
    return random.beta(*IMPORT_SHARE, world.city.size) * who.imports


def imported(world: World, year: int, block: Block, who: Traders) -> Floats:
    """Return purchases abroad, CNY: months of the year x firms of the block."""
    months = clock.months_of(year)
    bought = world.activity.purchases[months[0] : months[-1] + 1, block.firms]
    random = world.stream("customs.imports", year, block)
    noise = np.exp(0.3 * random.standard_normal(bought.shape))
    share = np.minimum(import_share(world, who)[block.firms] * noise, 0.9)
    return np.round(bought.astype(float) * share * begun(year, block, who), 2)


def begun(year: int, block: Block, who: Traders) -> Flags:
    """Whether firms are registered, months of the year x firms of the block."""
    start = clock.first_day(clock.months_of(year))
    return start[:, None] >= who.since[block.firms][None, :]


def exported(world: World, year: int, block: Block, who: Traders) -> Floats:
    """Return exports that customs sees: from the firm's registration on."""
    return exports(world, year, block) * begun(year, block, who)


class Classes(NamedTuple):
    """Changes of classes, one place a change.

    Attributes:
        firm: The firm.
        day: First day of the class.
        grade: Place in the contract's classes.
        cause: Place in the contract's causes.
    """

    firm: Ints
    day: Days
    grade: Ints
    cause: Ints


ADVANCED, CERTIFIED, REGULAR, DISHONEST_CLASS, SERIOUS = range(5)
CERTIFY, AGAIN, DOWNGRADE, FOUND_DISHONEST, REPAIR, MIGRATE = range(6)


def classes(world: World, block: Block, who: Traders) -> Classes:
    """Return all changes of class of a part of the city, over all years.

    A firm is regular when it registers; for that customs has no cause of its own, and
    `certify` stands for it [design].
    """
    random = stream(world.city.seed, "customs.classes", 0, block.number)
    firms = np.arange(block.first, block.last)
    firms = firms[who.trades[firms]]
    since = who.since[firms]
    old = since < THREE_CLASSES
    parts = [
        changes(
            firms, np.maximum(since, THREE_CLASSES), REGULAR,
            np.where(old, MIGRATE, CERTIFY),
        ),
        advanced(random, firms, who),
        *dishonest(world, random, firms, since),
        newly_certified(world, random, firms, who),
    ]  # fmt: skip
    every = Classes._make(np.concatenate(column) for column in zip(*parts, strict=True))
    return first_of_day(existing(world, every))


def changes(firm: Ints, day: Days, grade: int | Ints, cause: int | Ints) -> Classes:
    """Return changes of class."""
    size = len(firm)
    return Classes(
        firm,
        clock.working_day(day),
        np.broadcast_to(np.asarray(grade), size).astype(int),
        np.broadcast_to(np.asarray(cause), size).astype(int),
    )


def advanced(random: np.random.Generator, firms: Ints, who: Traders) -> Classes:
    """Return certifications of the largest, before 2020 for most."""
    own = firms[who.advanced[firms]]
    wait = random.integers(200, 1_400, len(own))
    day = np.maximum(who.since[own], THREE_CLASSES) + wait
    return changes(own, np.minimum(day, np.datetime64("2019-12-20")), ADVANCED, CERTIFY)


def dishonest(
    world: World, random: np.random.Generator, firms: Ints, since: Days
) -> list[Classes]:
    """Return firms found dishonest, more in distress, and repaired a year later."""
    start = np.maximum(clock.month_of(since), clock.BURN_IN)
    months = np.arange(clock.BURN_IN, clock.MONTHS)
    ill = world.life.distress[months][:, firms] > 2
    chance = DISHONEST / 12 * np.where(ill, DISHONEST_ILL, 1.0)
    chance *= world.life.active[months][:, firms] & (months[:, None] > start[None, :])
    month, place = np.nonzero(happens(random, chance))
    firm, size = firms[place], len(place)
    day = clock.first_day(month + clock.BURN_IN) + random.integers(0, 28, size)
    serious = (day >= FIVE_CLASSES) & (random.random(size) < 0.25)
    grade = np.where(serious, SERIOUS, DISHONEST_CLASS)
    cured = random.random(size) < 0.5
    back = day[cured] + random.integers(370, 760, int(cured.sum()))
    return [
        changes(firm, day, grade, FOUND_DISHONEST),
        changes(firm[cured], back, REGULAR, REPAIR),
    ]


def newly_certified(
    world: World, random: np.random.Generator, firms: Ints, who: Traders
) -> Classes:
    """Return regular firms that become certified once there is such a class."""
    good = ~who.advanced[firms] & (world.life.distress[-1, firms] == 0)
    own = firms[good & (random.random(len(firms)) < NEW_CLASS)]
    day = FIVE_CLASSES + random.integers(20, NEW_CLASS_YEAR, len(own))
    return changes(own, day, CERTIFIED, CERTIFY)


def existing(world: World, every: Classes) -> Classes:
    """Return the changes of firms that still stand on the day."""
    gone = world.life.gone[every.firm]
    which = clock.month_of(every.day) < gone
    return Classes._make(column[which] for column in every)


def first_of_day(every: Classes) -> Classes:
    """Return one change a firm and day: the first of them."""
    key = every.firm.astype(np.int64) * 100_000 + every.day.astype(np.int64)
    places = np.unique(key, return_index=True)[1]
    return Classes._make(column[places] for column in every)
