"""Trademarks and software copyrights (SIMULATOR.md section 5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow.compute as pc

from kexin.simulate import clock
from kexin.simulate.dockets import ranks
from kexin.simulate.draws import BLOCK_FIRMS
from kexin.simulate.grid import cells
from kexin.simulate.patents import SERIALS, STEP, anniversary, gazette
from kexin.simulate.rows import Rows, always, coded, later, numbered, versions
from kexin.simulate.sectors import SECTORS
from kexin.simulate.words import BRAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from kexin.simulate.arrays import Days, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("ip_trademark", "ip_software")

SOFTWARE_FIRMS, OTHER_TECH, OTHER_FIRMS = 1.5, 0.12, 0.02
"""Software copyrights a year: 0.35 over all firms."""

MARKS = 0.20
REGISTERED = 0.78
"""Share of trademark applications that are registered [est]."""

STOCK_YEARS = 8
"""Years before 2019 whose marks and copyrights a firm still holds."""

FALLS = 0.08
YEARS = 10
RENEWED = 0.65
SEEN_AFTER = 45
"""Days from application until the office shows it [est]."""

STATUSES = ("applied", "registered", "rejected")
CLASSES = (9, 35, 42, 7, 10, 5, 11)
FIRST_MARKS, A_YEAR = 2011, 5_000_000
"""Numbers of trademarks run on from year to year."""

SYSTEMS = (
    "数据管理系统", "智能监控平台", "设备控制软件", "业务协同系统", "图像识别软件",
    "仓储管理系统", "运维服务平台", "质量追溯系统", "在线检测软件", "移动应用软件",
)  # fmt: skip

RELEASES = ("V1.0", "V2.0", "V1.1", "V3.0")


class Asked(NamedTuple):
    """Applications: firms and days."""

    firm: Ints
    day: Days


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city; `HISTORY` has what is held."""
    random = world.stream("ip.marks", year, block)
    asked = applications(world, year, block, marks(world), random)
    yield trademarks(world, block, asked, random)
    asked = applications(world, year, block, copyrights(world), random)
    yield software(world, block, asked, random)


def marks(world: World) -> Floats:
    """Return trademark applications a year: more of the innovative."""
    return MARKS * np.exp(0.4 * world.city.innovation - 0.08)


def copyrights(world: World) -> Floats:
    """Return software copyrights a year."""
    city = world.city
    writes = np.array([sector.id == "software" for sector in SECTORS])[city.sector]
    rate = np.where(city.tech, OTHER_TECH, OTHER_FIRMS)
    rate = np.where(writes, SOFTWARE_FIRMS, rate)
    return rate * np.exp(0.5 * city.innovation - 0.125)


def applications(
    world: World, year: int, block: Block, rate: Floats, random: np.random.Generator
) -> Asked:
    """Return applications of a year, or with `HISTORY` of all years before."""
    if year == clock.HISTORY:
        return earlier(world, block, rate, random)
    at = cells(year, block, world.life.active)
    ill = at.of(world.life.distress)
    count = random.poisson(rate[at.firm] / 12 * np.exp(-FALLS * ill))
    firm, month = np.repeat(at.firm, count), np.repeat(at.month, count)
    day = clock.first_day(month) + random.integers(0, 28, len(firm))
    return Asked(firm, clock.working_day(day))


def earlier(
    world: World, block: Block, rate: Floats, random: np.random.Generator
) -> Asked:
    """Return the applications of the years before 2019."""
    firms = np.arange(block.first, block.last)
    age = (clock.BURN_IN - world.city.born).clip(0, 12 * STOCK_YEARS)
    firm = np.repeat(firms, random.poisson(rate[firms] * age[firms] / 12))
    back = (random.random(len(firm)) * 30.4 * age[firm]).astype(int)
    return Asked(firm, clock.FIRST_DAY - 1 - back)


def places(world: World, block: Block, day: Days) -> tuple[Ints, Ints]:
    """Return the years of applications, and numbers no two alike within a year."""
    year = day.astype("datetime64[Y]").astype(int) + 1970
    parts = -(-world.city.size // BLOCK_FIRMS)
    return year, (ranks(year, day) * parts + block.number) * STEP


def trademarks(
    world: World, block: Block, asked: Asked, random: np.random.Generator
) -> Rows:
    """Return trademarks: applied for, registered or not, renewed or expired."""
    size, (year, place) = len(asked.firm), places(world, block, asked.day)
    number = 9_000_000 + (year - FIRST_MARKS) * A_YEAR + place % A_YEAR
    good = random.random(size) < REGISTERED
    decided = gazette(asked.day + random.integers(220, 340, size))
    past = decided < clock.FIRST_DAY
    registered = np.where(good, decided, np.datetime64("NaT"))
    expires = anniversary(decided, np.full(size, YEARS)) - 1
    expires = np.where(good, expires, np.datetime64("NaT"))
    usual = np.array(CLASSES)[random.integers(0, len(CLASSES), size)]
    sorts = np.where(random.random(size) < 0.6, usual, random.integers(1, 46, size))
    nothing = np.full(size, np.datetime64("NaT"), "datetime64[D]")
    known = {"reg_date": registered, "expiry_date": expires}
    first = Rows(
        "ip_trademark",
        asked.firm,
        {
            "tm_no": numbered("", number, 8),
            "tm_class": sorts,
            "app_date": asked.day,
            "reg_date": np.where(past, registered, nothing),
            "expiry_date": np.where(past, expires, nothing),
            "tm_status": coded(np.where(past, np.where(good, 1, 2), 0), STATUSES),
        },
        after=np.where(past, decided, asked.day + SEEN_AFTER),
    )
    full = first._replace(columns={**first.columns, **known})
    fresh = ~past
    answer = later(
        full, fresh, decided[fresh],
        tm_status=coded(np.where(good, 1, 2)[fresh], STATUSES),
    )  # fmt: skip
    renews = good & (random.random(size) < RENEWED)
    kept_on = later(
        full, renews, expires[renews],
        tm_status=always("registered", int(renews.sum())),
        expiry_date=anniversary(expires[renews], np.full(int(renews.sum()), YEARS)),
    )  # fmt: skip
    lost = good & ~renews
    gone = later(
        full, lost, expires[lost] + 1,
        tm_status=always("expired", int(lost.sum())),
    )  # fmt: skip
    return versions(first, answer, kept_on, gone)


def software(
    world: World, block: Block, asked: Asked, random: np.random.Generator
) -> Rows:
    """Return software copyrights."""
    size, (year, place) = len(asked.firm), places(world, block, asked.day)
    prefix = numbered("", year, 4)
    published = asked.day - random.integers(20, 400, size)
    unseen = random.random(size) < 0.35
    return Rows(
        "ip_software",
        asked.firm,
        {
            "sw_reg_no": pc.binary_join_element_wise(
                prefix, numbered("SR", place % SERIALS, 7), ""
            ),
            "sw_name": titles(random, size),
            "reg_date": asked.day,
            "first_pub_date": np.where(unseen, np.datetime64("NaT"), published),
        },
        after=asked.day,
    )


def titles(random: np.random.Generator, size: int) -> pa.Array:
    """Return invented titles: a brand, what it is, and its version."""
    one, two = (coded(random.integers(0, len(BRAND), size), BRAND) for _ in range(2))
    system = coded(random.integers(0, len(SYSTEMS), size), SYSTEMS)
    release = coded(random.integers(0, len(RELEASES), size), RELEASES)
    return pc.binary_join_element_wise(one, two, system, release, "")
