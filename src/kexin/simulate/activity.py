"""What a firm does each month: sales, purchases, staff; and its yearly margin.

The registers that see it, tax, customs, social security, utilities and banks, all tell
of the same months (SIMULATOR.md sections 5.1 to 5.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import of_sector
from kexin.simulate.draws import logistic, stream
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Floats, Ints
    from kexin.simulate.city import City
    from kexin.simulate.life import Life
    from kexin.simulate.sectors import Sector

SEASON = (1.20, 0.62, 0.86, 0.90, 0.93, 0.98, 0.95, 1.00, 1.03, 1.00, 1.10, 1.43)
FESTIVAL_SEASON = {
    2019: (1.42, 0.50, 0.98), 2020: (1.05, 0.30, 0.62), 2021: (1.30, 0.55, 0.95),
    2022: (1.25, 0.50, 0.90), 2023: (0.95, 0.75, 1.00), 2024: (1.25, 0.50, 0.95),
    2025: (1.15, 0.60, 0.98), 2026: (1.30, 0.45, 0.90),
}  # fmt: skip
MACRO_SALES = {
    2020: -0.10,
    2021: 0.05,
    2022: -0.04,
    2024: -0.01,
    2025: 0.01,
    2026: 0.02,
}
SERVICES, SERVICES_DECEMBER, MAKERS = 0.6, 1.3, 1.2
"""How far sectors follow the season (section 5.1); those that it does not name, wholly.
"""

DEEPEST = 1.6
INSURED = 0.8
"""Mean insured share, taken out again: the curve of insured staff was calibrated on as
many persons as the law of staff gives, and smaller firms move in coarser steps."""
PROJECTS, PROJECT_CHANCE, PROJECT_SIZE = 0.25, 0.35, 1.5
"""Share of firms with projects, how many begin a month, and months of sales of each."""

PROJECT_MONTHS = 6
"""Months over which a project is billed. Billed at once, projects make a usual pair of
months smaller against the mean of a year than section 6 has it (0.93 for 0.97)."""

GRADUATES, LEAVING = 1.04, 0.97
"""Persons in July in the sectors that take graduates, and in February, to the trend."""


class Activity(NamedTuple):
    """Months x firms.

    Attributes:
        sales: Sales without tax, CNY.
        purchases: Purchases without tax, CNY.
        staff: Insured persons.
        margin: Profit before tax as a share of sales; years from 2016 x firms.
        research: Research and development as a share of sales, of those that do any;
            one a firm.
    """

    sales: Floats
    purchases: Floats
    staff: Ints
    margin: Floats
    research: Floats


def activity(city: City, life: Life) -> Activity:
    """Draw what all firms do in all months."""
    sold = sales(city, life)
    return Activity(
        sales=sold,
        purchases=purchases(city, sold),
        staff=staff(city, life),
        margin=margins(city, life),
        research=research(city),
    )


def sales(city: City, life: Life) -> Floats:
    """Return monthly sales (section 5.1)."""
    found = np.zeros((clock.MONTHS, city.size), np.float32)
    level = np.log(city.sales / 12)
    busier = projects(city)
    for month in range(clock.MONTHS):
        random = stream(city.seed, "sales", month)
        age = month - city.born
        years = np.clip((month - np.maximum(city.born, clock.BURN_IN - 24)) / 12, 0, 8)
        ramp = np.clip((age + 1) / 12, 0.05, 1)
        log = level + 0.7 * city.growth * years + np.log(ramp)
        log += 0.10 * life.health[month] + city.noise * random.standard_normal(
            city.size
        )
        log -= fallen(city, life, month) - MACRO_SALES.get(int(clock.year_of(month)), 0)
        amount = np.exp(log) * season(city, month) * busier[month]
        silent = random.random(city.size) < zero_chance(city, life, month)
        found[month] = np.where(life.active[month] & ~silent, np.round(amount, 2), 0)
    return found


def projects(city: City) -> Floats:
    """Return what projects make of sales, months x firms.

    It is 1 on average, once as many end as begin.
    """
    own = stream(city.seed, "sales.projects").random(city.size) < PROJECTS
    found = np.ones((clock.MONTHS, city.size), np.float32)
    for month in range(clock.MONTHS):
        begun = stream(city.seed, "sales.projects", month + 1).poisson(
            PROJECT_CHANCE, city.size
        )
        billed = PROJECT_SIZE / PROJECT_MONTHS * begun * own
        found[month : month + PROJECT_MONTHS] += billed.astype(np.float32)
    return found / (1 + PROJECT_SIZE * PROJECT_CHANCE * own.astype(np.float32))


def fallen(city: City, life: Life, month: int) -> Floats:
    """Return by how much log sales are down: in distress, or winding down."""
    hiding = city.variant.hiding if clock.year_of(month) >= 2024 else 1.0
    seen = life.distress[month] * city.visibility("sales")
    return np.minimum(city.depth * hiding * seen, DEEPEST) + 0.18 * life.winding[month]


def zero_chance(city: City, life: Life, month: int) -> Floats:
    """Return the chance of a month without sales."""
    return logistic(
        -3.6
        + 1.75 * (city.noise - 0.55)
        - 0.28 * np.log(city.sales / 2e6)
        + 0.10 * life.distress[month] * city.visibility("sales")
        + 0.25 * life.winding[month]
    )


def season(city: City, month: int) -> Floats:
    """Return the season's factor: flatter for services, but for their December."""
    number, year = int(clock.number_of(month)), int(clock.year_of(month))
    usual = SEASON[number - 1]
    if number <= 3 and year in FESTIVAL_SEASON:
        usual = FESTIVAL_SEASON[year][number - 1]
    swings = [
        SERVICES_DECEMBER if s.service and number == 12 else amplitude(s)
        for s in SECTORS
    ]
    factor = np.maximum(1 + np.array(swings) * (usual - 1), 0.1)
    return factor.astype(np.float32)[city.sector]


def amplitude(sector: Sector) -> float:
    """Return how far a sector follows the season: makers most, services least."""
    if sector.maker:
        return MAKERS
    return SERVICES if sector.service else 1.0


def purchases(city: City, sold: Floats) -> Floats:
    """Return purchases, which follow the sales that are expected a month later."""
    share = of_sector("purchases")[city.sector].astype(np.float32)
    found = np.empty_like(sold)
    for month in range(clock.MONTHS):
        random = stream(city.seed, "purchases", month)
        ahead = sold[month : month + 3].mean(0)
        noise = np.exp(0.4 * random.standard_normal(city.size) - 0.08)
        found[month] = np.round(share * ahead * noise, 2)
    return found


def staff(city: City, life: Life) -> Ints:
    """Return the number of insured persons (section 5.3)."""
    random = stream(city.seed, "staff")
    level = city.staff * random.beta(8, 2, city.size) / INSURED
    leaves = random.uniform(0.02, 0.07, city.size)
    found = np.zeros((clock.MONTHS, city.size), np.int16)
    for month in range(clock.MONTHS):
        random = stream(city.seed, "staff", month + 1)
        ill = (life.distress[month] > 2) & (life.distress[month] < 30)
        drift = city.growth / 24 + 0.004 * life.health[month]
        drift -= leaves * ill * city.visibility("staff") + 0.05 * (
            life.winding[month] > 2
        )
        born = life.active[month]
        noise = 0.035 * random.standard_normal(city.size)
        level = np.where(born, level * np.exp(drift + noise), level).clip(0.6, 6_000)
        persons = level * turn(city, int(clock.number_of(month)))
        found[month] = np.where(born, np.maximum(np.round(persons), 0), 0)
    return found


def turn(city: City, number: int) -> Floats:
    """Return what a month makes of staff: in July graduates join technology firms."""
    if number == 2:
        return np.full(city.size, LEAVING)
    return np.where(city.tech & (number == 7), GRADUATES, 1.0)


def margins(city: City, life: Life) -> Floats:
    """Return the margin of each year from 2016 to 2026 (section 5.2)."""
    years = range(2016, clock.LAST_YEAR + 1)
    found = np.zeros((len(years), city.size), np.float32)
    for place, year in enumerate(years):
        random = stream(city.seed, "margin", year)
        months = clock.months_of(year)
        young = city.tech & (months[-1] - city.born < 60)
        found[place] = (
            0.05
            + 0.035 * city.quality
            + 0.02 * life.health[months].mean(0)
            - 0.005 * np.minimum(life.distress[months].mean(0), 8)
            - 0.10 * young
            + 0.06 * random.standard_normal(city.size)
        )
    return found


def research(city: City) -> Floats:
    """Return the share of sales that goes into research and development."""
    random = stream(city.seed, "research")
    spread = 0.5 * random.standard_normal(city.size) + 0.3 * city.innovation
    return (
        (of_sector("rd")[city.sector] * np.exp(spread)).clip(0, 0.8).astype(np.float32)
    )
