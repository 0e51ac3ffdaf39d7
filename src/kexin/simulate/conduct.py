"""How firms keep their duties to the tax office: drawn once, told by many tables.

Returns, payments, arrears, violations and the points of the rating all tell of the same
late days, debts and silences (SIMULATOR.md section 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import happens, logistic
from kexin.simulate.life import NEVER
from kexin.simulate.remembered import remembered
from kexin.simulate.schemes import rings

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

DUE = 15
"""Day of the month on which returns are due."""

BRIEF, MIDDLE = 0.55, 0.35
"""Part of late returns that come within 3, and within 30 days; the rest never comes."""

NEVER_IN_DISTRESS = 0.35
BEGIN = 18
"""Month from which conduct is followed: January 2018."""

SILENT_BEFORE = 3
"""Months without a return before a firm is declared non-normal."""

LOST, LOST_FOR = 0.0012 / 12, (1, 6)
"""Chance a month that a firm without trouble is declared, and for how long [est]."""

FOUND_AGAIN, FOUND_AFTER = 0.10, (3, 12)
"""Part of firms that are declared after a default and come back uncured [est]."""

CHRONIC, CHRONIC_POINTS = -3.35, (18, 50)


class Conduct(NamedTuple):
    """How a year's returns were filed: months of the year x firms of a block.

    Whoever files by quarter files wages every month, and all else in its last.

    Attributes:
        filed: Days from the month's end until its return was filed; NEVER or more
            where it never was.
        late: Days after the deadline; 0 where it was in time.
    """

    filed: Ints
    late: Ints


class Settled(NamedTuple):
    """How the yearly return of profits was filed, one place a firm of a block.

    Attributes:
        filed: Day of filing, far away where it never comes.
        late: Days after the deadline; NEVER where it never comes.
        due: The deadline.
    """

    filed: Days
    late: Ints
    due: Days


class Silences(NamedTuple):
    """Spells in which a firm files nothing and is declared non-normal, one place each.

    Attributes:
        firm: The firm.
        first: First month without a return.
        declared: Day on which it is declared.
        lifted: Day on which that is lifted; absent while it lasts.
        until: Month from which it files again; NEVER if it does not.
    """

    firm: Ints
    first: Ints
    declared: Days
    lifted: Days
    until: Ints


def conduct(world: World, year: int, block: Block) -> Conduct:
    """Draw how a block's firms file the returns of a year's months."""
    months = clock.months_of(year)
    random = world.stream("conduct", year, block)
    late = lateness(world, months, block, random)
    late = np.where(silent(world, months, block), NEVER, late)
    due = (clock.due_day(months + 1, DUE) - clock.last_day(months)).astype(int)
    in_time = filing_days(random, due[:, None], late.shape)
    return Conduct(np.where(late > 0, due[:, None] + late, in_time), late)


def lateness(
    world: World, months: Ints, block: Block, random: np.random.Generator
) -> Ints:
    """Return how many days late each month is; 0 for most."""
    city, life = world.city, world.life
    at = slice(months[0], months[-1] + 1)
    seen = life.shown(at, block.firms) * city.visibility("tax")[block.firms]
    chance = logistic(
        -4.4
        + 0.70 * city.care[block.firms]
        - 0.25 * city.quality[block.firms]
        + np.minimum(0.26 * seen, 3.2)
        + 0.2 * life.winding[at, block.firms]
    )
    late = happens(random, chance)
    kind, never = random.random(chance.shape), 1 - BRIEF - MIDDLE
    never_at = np.where(seen > 0, NEVER_IN_DISTRESS, never)
    brief = random.integers(1, 4, chance.shape)
    middle = random.integers(4, 31, chance.shape)
    split = (1 - never_at) * BRIEF / (BRIEF + MIDDLE)
    days = np.where(kind < split, brief, np.where(kind < 1 - never_at, middle, NEVER))
    return np.where(late, days, 0).astype(np.int16)


def filing_days(random: np.random.Generator, due: Ints, shape: tuple[int, ...]) -> Ints:
    """Return days of filing in time: 60 % from the 8th on, 25 % on the last two."""
    kind, place = random.random(shape), random.random(shape)
    usual = 8 + np.floor(place * (due - 7))
    early = 1 + np.floor(place * 7)
    last = due - np.floor(place * 2)
    return np.where(
        kind < 0.60, usual, np.where(kind < 0.85, last, early)
    ).astype(np.int16)  # fmt: skip


def silent(world: World, months: Ints, block: Block) -> Flags:
    """Whether firms are in a spell without returns: months x firms of the block."""
    found = np.zeros((len(months), block.size), np.bool_)
    told = silences(world, block)
    for firm, first, until in zip(told.firm, told.first, told.until, strict=True):
        found[(months >= first) & (months < until), firm - block.first] = True
    return found


@remembered
def silences(world: World, block: Block) -> Silences:
    """Draw which firms of a block are declared non-normal, and when."""
    random = world.stream("conduct.silences", 0, block)
    told = after_default(world, random), after_rings(world), lost(world, random, block)
    firm, declared, until = (np.concatenate(c) for c in zip(*told, strict=True))
    own = (firm >= block.first) & (firm < block.last) & (declared < clock.MONTHS)
    own[own] &= declared[own] < world.life.gone[firm[own]]
    order = np.lexsort([declared[own], firm[own]])
    firm, declared, until = (c[own][order] for c in (firm, declared, until))
    again = np.zeros(len(firm), np.bool_)
    again[1:] = (firm[1:] == firm[:-1]) & (declared[1:] - SILENT_BEFORE <= until[:-1])
    firm, declared, until = (column[~again] for column in (firm, declared, until))
    back = until < NEVER
    lifted = day_in(random, np.where(back, until, 0))
    return Silences(
        firm=firm,
        first=declared - SILENT_BEFORE,
        declared=day_in(random, declared),
        lifted=np.where(back, lifted, np.datetime64("NaT", "D")),
        until=until,
    )


def day_in(random: np.random.Generator, month: Ints) -> Days:
    """Return a working day late in each month."""
    shift = random.integers(15, 25, len(month))
    return clock.working_day(clock.first_day(month) + shift)


def after_default(world: World, random: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Return firms that are declared after a default, when, and until when."""
    told = world.aftermath
    size = len(told.firm)
    back = np.where(
        random.random(size) < FOUND_AGAIN,
        told.non_normal + random.integers(*FOUND_AFTER, size),
        NEVER,
    )
    until = np.where(
        told.cured < NEVER, np.maximum(told.cured, told.non_normal + 1), back
    )
    return told.firm, told.non_normal, until


def after_rings(world: World) -> tuple[Ints, Ints, Ints]:
    """Return the members of rings, declared when they have been silent long enough."""
    told = rings(world.city)
    return told.firm, told.end + SILENT_BEFORE, np.full(len(told.firm), NEVER)


def lost(
    world: World, random: np.random.Generator, block: Block
) -> tuple[Ints, Ints, Ints]:
    """Return firms that are declared for mere neglect."""
    chance = LOST * np.exp(0.5 * world.city.care[block.firms])
    shape = (clock.MONTHS - BEGIN, block.size)
    found = random.random(shape, np.float32) < chance
    found &= world.life.active[BEGIN:, block.firms]
    month, firm = np.nonzero(found)
    month = month + BEGIN
    until = month + random.integers(*LOST_FOR, len(month))
    return firm + block.first, month, until


def irregular(world: World, year: int, block: Block) -> Ints:
    """Return how many other irregularities are found with each firm in a year."""
    city = world.city
    random = world.stream("conduct.irregular", year, block)
    mean = np.exp(
        -1.15 + 0.85 * city.care[block.firms] - 0.2 * city.quality[block.firms]
    )
    active = world.life.active[clock.months_of(year), block.firms].mean(0)
    return np.minimum(random.poisson(mean * active), 9)


def chronic(world: World, block: Block) -> Floats:
    """Return the points that lasting disorder costs each firm; 0 for most."""
    city = world.city
    random = world.stream("conduct.chronic", 0, block)
    chance = logistic(
        CHRONIC + 0.9 * city.care[block.firms] - 0.2 * city.quality[block.firms]
    )
    points = random.uniform(*CHRONIC_POINTS, block.size)
    return np.where(happens(random, chance), points, 0)


def settled(world: World, year: int, block: Block) -> Settled:
    """Draw when firms of a block file the yearly return of a fiscal year."""
    random = world.stream("conduct.settled", year, block)
    size, april = block.size, clock.months_of(year + 1)[3:4]
    first = np.datetime64(f"{year + 1}-04-01", "D")
    usual = np.minimum(25 * np.exp(0.45 * random.standard_normal(size)), 51)
    last = random.integers(51, 61, size)
    day = first + np.where(random.random(size) < 0.30, last, usual).astype(int)
    late = lateness(world, april, block, random)[0].astype(int)
    due = clock.working_day(np.array(f"{year + 1}-05-31", "datetime64[D]"))
    return Settled(np.where(late > 0, due + late, day), late, due)
