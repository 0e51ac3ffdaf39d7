"""Wages and the tax withheld from them, month by month (SIMULATOR.md section 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate.bureaus.social import INSURED, base_per_head, share
from kexin.simulate.draws import happens, stream
from kexin.simulate.grid import Cells, cells

if TYPE_CHECKING:
    from kexin.simulate.arrays import Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

REPORTS = {True: 0.97, False: 0.25}
"""Part of firms with and without insured staff that withhold tax at all [est]."""

MORE, FEWER = 0.07, 0.06
"""Mean part of persons without insurance, and part of firms that report too few."""

ABOVE_BASE, ABOVE_SPREAD = 1.18, 0.20
"""Wage to the base of insurance: median, and deviation of its log [est]."""

FREE, RATE = 5_000.0, 0.03
"""Monthly wage that is free of tax, and the rate above it that most pay."""


class Payroll(NamedTuple):
    """Wages of months of firms, one place each.

    Attributes:
        at: Month and firm.
        persons: Persons who were paid.
        income: What they were paid, CNY.
        tax: What was withheld, CNY.
    """

    at: Cells
    persons: Ints
    income: Floats
    tax: Floats


def payroll(world: World, year: int, block: Block) -> Payroll:
    """Return the wages of a year's months and a block's firms."""
    city = world.city
    insured = happens(stream(city.seed, "social.insured"), share(world, INSURED))
    random = stream(city.seed, "payroll")
    chance = np.where(insured, REPORTS[True], REPORTS[False])
    reports = happens(random, chance)
    fewer = random.random(city.size) < FEWER
    above = ABOVE_BASE * np.exp(ABOVE_SPREAD * random.standard_normal(city.size))
    paying = cells(year, block, world.activity.staff > 0)
    at = paying.where(reports[paying.firm])
    random = world.stream("payroll", year, block)
    staff = at.of(world.activity.staff).astype(np.int64)
    more = staff + random.poisson(MORE * staff)
    persons = np.where(fewer[at.firm], np.maximum(np.round(0.7 * staff), 1), more)
    head = base_per_head(world, at) * above[at.firm]
    head *= np.exp(0.05 * random.standard_normal(at.size))
    tax = np.maximum(head - FREE, 0) * persons * RATE
    return Payroll(at, persons, np.round(head * persons, 2), np.round(tax, 2))
