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
DEEPEST = 1.6
INSURED = 0.8
"""Mean insured share, taken out again: the curve of insured staff was calibrated on as
many persons as the law of staff gives, and smaller firms move in coarser steps."""
PROJECTS, PROJECT_CHANCE, PROJECT_SIZE = 0.25, 0.35, 1.5


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
    random = stream(city.seed, "sales.projects")
    projects = random.random(city.size) < PROJECTS
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
        amount = np.exp(log) * season(city, month)
        bursts = PROJECT_SIZE * random.poisson(PROJECT_CHANCE, city.size) * projects
        mean = 1 + PROJECT_SIZE * PROJECT_CHANCE * projects
        amount *= (1 + bursts * random.exponential(1, city.size)) / mean
        silent = random.random(city.size) < zero_chance(city, life, month)
        found[month] = np.where(life.active[month] & ~silent, np.round(amount, 2), 0)
    return found


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
    service = 1 + 0.6 * (usual - 1) if number != 12 else 1 + 1.3 * (usual - 1)
    factor = [
        service if s.service else max(1 + 1.1 * (usual - 1), 0.1) for s in SECTORS
    ]
    return np.array(factor, np.float32)[city.sector]


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
        turn = {2: 0.97, 7: 1.04}.get(int(clock.number_of(month)), 1.0)
        found[month] = np.where(born, np.maximum(np.round(level * turn), 0), 0)
    return found


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
