"""Since when firms let the platform read what the law does not make public.

A firm consents when it registers on the platform (SIMULATOR.md section 7); most do. One
consent covers tax, social security, housing fund, customs, loans and utilities; the
registry, courts and patents need none (READINGS.md A04).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import stream
from kexin.simulate.remembered import remembered

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.world import World

CONSENT = 0.92
INVOICES = 0.70
"""Share of firms whose invoices are delivered, each since its consent."""

OPENED, FILLING_DAYS = np.datetime64("2018-01-01", "D"), 730
"""The platform's first day, and how long firms that stood then took to register
[design]."""

FIRST_DAYS = (20, 200)
"""Days from founding to registering, of firms founded later [design]."""

ASKING = 0.08
"""Share of firms without loans that ask for one [est]."""

REVOKED = 0.015
"""Consents that are revoked in a year."""


@remembered
def since(world: World) -> Days:
    """Return the day of each firm's consent; absent where it never gives one."""
    day = registered(world)
    random = stream(world.city.seed, "consent.given")
    given = random.random(world.city.size) < CONSENT
    return np.where(given & stands(world, day), day, np.datetime64("NaT"))


@remembered
def invoice_since(world: World) -> Days:
    """Return the day since which each firm's invoices are delivered; absent if never.

    Of those that consent so many let invoices be read that 70 % of all firms do.
    """
    random = stream(world.city.seed, "consent.invoices")
    lets = random.random(world.city.size) < INVOICES / CONSENT
    return np.where(lets, since(world), np.datetime64("NaT"))


@remembered
def revoked(world: World) -> Days:
    """Return the day on which each firm revokes its consent; absent if never."""
    random = stream(world.city.seed, "consent.revoked")
    years = random.exponential(1 / REVOKED, world.city.size)
    day = since(world) + np.minimum(years * 365.25, 36_500).astype(int)
    return np.where(stands(world, day), day, np.datetime64("NaT"))


def registered(world: World) -> Days:
    """Return the day on which each firm registers on the platform."""
    city = world.city
    random = stream(city.seed, "consent.registered")
    older = OPENED + random.integers(0, FILLING_DAYS, city.size)
    fresh = city.birthday + random.integers(*FIRST_DAYS, city.size)
    return clock.working_day(np.maximum(np.where(city.born < 18, older, fresh), OPENED))


def stands(world: World, day: Days) -> Flags:
    """Whether firms still stand on days that the city sees."""
    end: Ints = np.minimum(world.life.gone, clock.MONTHS)
    return (day < clock.first_day(end)) & (day <= clock.LAST_DAY)


@remembered
def covers_loans(world: World) -> Flags:
    """Whether consents cover loans: of firms that have them or ask for one."""
    city = world.city
    asks = stream(city.seed, "consent.asks").random(city.size) < ASKING
    return city.borrower | asks
