"""Business registry: pledged shares and movable property given as security."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from kexin.registers.business import SECURED_KIND
from kexin.simulate import clock
from kexin.simulate.city import choice
from kexin.simulate.draws import happens
from kexin.simulate.grid import Cells, cells
from kexin.simulate.naming import PERSON, hashed
from kexin.simulate.rows import Rows, always, coded, numbered, spell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Floats
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("reg_equity_pledge", "reg_chattel_mortgage")

PLEDGES, PLEDGES_ILL = 0.006, 3
LIENS, LIENS_ILL = 0.09, 1.6
"""New liens a year of a borrower, so that pledges and liens together are 0.06 a firm
(REGISTERS.md section 4); the factor in distress [est]."""

SECURED = tuple(SECURED_KIND)
SECURED_SHARES = (0.16, 0.08, 0.26, 0.10, 0.18, 0.05, 0.14, 0.03)
CREDITORS = (
    "某银行杭州分行",
    "某农村商业银行",
    "某融资租赁公司",
    "某商业保理公司",
    "某小额贷款公司",
)
"""Creditors are not named in full: which bank it is plays no part."""

CANCELLED_DAYS = (150, 1_100)
NEVER_CANCELLED = 0.25
ABSENT = np.datetime64("NaT", "D")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    yield equity(world, year, block)
    yield chattel(world, year, block)


def struck(
    world: World, year: int, block: Block, rate: Floats, ill: float, topic: str
) -> Cells:
    """Return the months of firms in which something is given as security."""
    random = world.stream(f"registry.{topic}", year, block)
    at = cells(year, block, world.life.active)
    factor = np.where(at.of(world.life.distress) > 0, ill, 1)
    hit = at.where(happens(random, rate[at.firm] / 12 * factor))
    return hit.where(hit.month > world.city.born[hit.firm])


def ends(day: Days, random: np.random.Generator) -> Days:
    """Return the days on which securities are released; absent where they stay."""
    wait = random.integers(*CANCELLED_DAYS, len(day))
    stays = random.random(len(day)) < NEVER_CANCELLED
    return np.where(stays, ABSENT, clock.working_day(day + wait))


def equity(world: World, year: int, block: Block) -> Rows:
    """Return pledges of shares in a firm."""
    rate = np.full(world.city.size, PLEDGES)
    hit = struck(world, year, block, rate, PLEDGES_ILL, "pledges")
    random = world.stream("registry.pledges.terms", year, block)
    day = clock.working_day(hit.start + random.integers(0, 28, hit.size))
    place = world.filings.place(hit.firm, day)
    part = np.round(random.uniform(0.1, 1.0, hit.size), 2)
    cancelled = ends(day, random)
    rows = Rows(
        "reg_equity_pledge",
        hit.firm,
        {
            "pledge_no": numbered(
                f"股质{year}{block.number:02}", np.arange(hit.size), 6
            ),
            "pledgor_key": hashed(world.filings.person[place], PERSON),
            "pledgee_name": creditors(hit.size, random),
            "target_uscc": world.naming.uscc.take(pa.array(hit.firm)),
            "pledged_amount": np.round(world.filings.capital[place] * part, -2),
            "pledge_date": day,
            "pledge_status": coded(
                np.where(np.isnat(cancelled), 0, 1), ("valid", "cancelled")
            ),
            "cancel_date": cancelled,
        },
        after=day,
    )
    return spell(rows, "cancel_date", {"pledge_status": always("valid", hit.size)})


def chattel(world: World, year: int, block: Block) -> Rows:
    """Return registrations of movable property as security."""
    rate = LIENS * world.city.borrower
    hit = struck(world, year, block, rate, LIENS_ILL, "liens")
    random = world.stream("registry.liens.terms", year, block)
    day = clock.working_day(hit.start + random.integers(0, 28, hit.size))
    amount = world.city.sales[hit.firm] * np.exp(
        -2.2 + 0.8 * random.standard_normal(hit.size)
    )
    rows = Rows(
        "reg_chattel_mortgage",
        hit.firm,
        {
            "reg_no": numbered(f"{year}{block.number:02}", np.arange(hit.size), 10),
            "secured_amount": np.round(amount, -3),
            "secured_kind": coded(
                choice(random, np.array(SECURED_SHARES), hit.size), SECURED
            ),
            "creditor_name": creditors(hit.size, random),
            "reg_date": day,
            "cancel_date": ends(day, random),
        },
        after=day,
    )
    return spell(rows, "cancel_date")


def creditors(size: int, random: np.random.Generator) -> pa.Array:
    """Return names of creditors."""
    return coded(random.integers(0, len(CREDITORS), size), CREDITORS)
