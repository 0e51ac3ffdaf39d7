"""Who files its annual report, when, and who is listed as abnormal for not filing.

A firm that files nothing stays listed from its first missed July on; it is not listed
again while it is (SIMULATOR.md section 5.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import logistic, stream
from kexin.simulate.endings import STATUSES
from kexin.simulate.remembered import remembered

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

FIRST_REPORT = 2017
"""First year that is told of; its report was due in June 2018."""

CURED = 0.70
"""Share of those who miss the day that file within a year after it."""

SPRING = 0.60
"""Share of punctual reports that are filed in May and June (REGISTERS.md section 3)."""

OVER = ("deregistered", "forced_deregistered", "moved_out", "merged", "revoked")
"""Statuses of firms that owe no report any more."""

ABSENT = np.datetime64("NaT", "D")


class Reports(NamedTuple):
    """A part's firms and one year's report, one place a firm.

    Attributes:
        year: The report's year.
        due: Whether the firm owes it.
        filed: Day on which it is filed; absent if it never is.
        late: Whether it was missing on the day.
        listed: Day on which the firm is listed for it; absent if it is not.
        removed: Day on which it is removed again; absent while it is listed.
    """

    year: int
    due: Flags
    filed: Days
    late: Flags
    listed: Days
    removed: Days


@remembered
def over(world: World) -> Days:
    """Return the day from which each firm is registered no more, or revoked."""
    found = np.full(world.city.size, np.datetime64("2100-01-01", "D"))
    codes = [STATUSES.index(status) for status in OVER]
    ends = np.isin(world.endings.status, codes)
    np.minimum.at(found, world.endings.firm[ends], world.endings.day[ends])
    return found


def reports(world: World, block: Block) -> list[Reports]:
    """Return the reports of all years of a part of the city, in their order."""
    end = over(world)[block.firms]
    open_until = np.full(block.size, np.datetime64("1900-01-01", "D"))
    found = []
    for year in range(FIRST_REPORT, clock.LAST_YEAR):
        told = of_year(world, block, year, end, open_until)
        listed = ~np.isnat(told.listed)
        until = np.where(np.isnat(told.removed), end, told.removed)
        open_until = np.where(listed, until, open_until)
        found.append(told)
    return found


def of_year(
    world: World, block: Block, year: int, end: Days, open_until: Days
) -> Reports:
    """Return the reports of one year.

    Args:
        world: The city.
        block: The part.
        year: The year.
        end: Day from which each firm owes nothing.
        open_until: Last day of each firm's listing so far.
    """
    city, life = world.city, world.life
    random = stream(city.seed, "reporting", year, block.number)
    june = int(clock.month_of(np.array([f"{year + 1}-06-01"], "datetime64[D]"))[0])
    deadline = clock.last_day(june)
    firms = block.firms
    due = (city.birthday[firms] < np.datetime64(f"{year + 1}-01-01", "D")) & (
        end > deadline
    )
    chance = logistic(
        -3.4
        + 0.5 * city.care[firms]
        - 0.3 * city.quality[firms]
        + np.minimum(0.15 * life.distress[june, firms], 2.2)
        + 0.3 * life.winding[june, firms]
    )
    silent = ~life.active[june, firms]
    missing = due & ((random.random(block.size) < chance) | silent)
    cured = (random.random(block.size) < CURED) & ~silent
    listed = np.datetime64(f"{year + 1}-07-01", "D") + random.integers(
        0, 15, block.size
    )
    delay = random.integers(5, 350, block.size)
    filed = np.where(
        missing, clock.working_day(listed + delay), punctual(year, random, block.size)
    )
    filed = np.where(due & (~missing | cured), filed, ABSENT)
    filed = np.where(filed < end, filed, ABSENT)
    news = missing & (listed > open_until)
    back = clock.working_day(listed + delay) + random.integers(1, 12, block.size)
    removed = np.where(news & ~np.isnat(filed), back, ABSENT)
    return Reports(
        year, due, filed, missing, np.where(news, clock.working_day(listed), ABSENT),
        np.where(removed < end, removed, ABSENT),
    )  # fmt: skip


def punctual(year: int, random: np.random.Generator, size: int) -> Days:
    """Return days from January to June on which reports are filed."""
    start = np.datetime64(f"{year + 1}-01-01", "D")
    late = random.random(size) < SPRING
    shift: Ints = np.where(
        late, random.integers(120, 181, size), random.integers(3, 120, size)
    )
    return np.busday_offset(
        start + shift, 0, roll="preceding", holidays=clock.holidays()
    )
