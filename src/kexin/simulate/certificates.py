"""Qualifications of technology firms: who is awarded which, for how long, and renewed.

A certificate lasts three years and is renewed by 78 %, by 35 % of those in distress
(SIMULATOR.md section 5.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.registers.support import CERT_KIND
from kexin.simulate import clock
from kexin.simulate.city import best
from kexin.simulate.draws import stream
from kexin.simulate.remembered import remembered

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.world import World

KINDS = tuple(CERT_KIND)
RENEWED, RENEWED_ILL = 0.78, 0.35
AGAIN = 0.70
"""Chance to apply again a year or two after a certificate was lost [est]."""

CYCLES, NOT_AGAIN = 7, 100
REVOKED = 0.012
"""Share of certificates that are revoked while they run [est]."""

ABSENT = np.datetime64("NaT", "D")


class Programme(NamedTuple):
    """How one kind of certificate is awarded.

    Attributes:
        kind: Its code.
        years: For how long.
        since: First year in which it was awarded.
        month: Month of the year in which it is awarded.
        spread: Days around that month.
        renewed: Chance that it is renewed, of firms that are well.
    """

    kind: str
    years: int
    since: int
    month: int
    spread: int
    renewed: float


PROGRAMMES = (
    Programme("HNTE", 3, 2009, 12, 20, RENEWED),
    Programme("ZJ_TSME", 3, 2011, 6, 60, 0.95),
    Programme("INNOVATIVE", 3, 2022, 10, 60, RENEWED),
    Programme("SRDI", 3, 2016, 12, 30, RENEWED),
    Programme("LITTLE_GIANT", 3, 2019, 8, 30, 0.85),
    Programme("GAZELLE", 2, 2017, 10, 40, 0.60),
    Programme("UNICORN", 1, 2018, 5, 20, 0.70),
    Programme("RD_CENTER", 3, 2014, 11, 40, 0.90),
    Programme("SW", 1, 2015, 6, 120, 0.85),
)

SHARES = {
    "INNOVATIVE": 0.05, "SRDI": 0.040, "LITTLE_GIANT": 0.0041, "GAZELLE": 0.006,
    "UNICORN": 0.0004, "RD_CENTER": 0.012, "SW": 0.03,
}  # fmt: skip
"""Share of firms that are ever awarded one; a third of them is gone or lost it by the
end, when 2.2 % hold SRDI and 0.25 % are little giants."""


class Certificates(NamedTuple):
    """One place a certificate.

    Attributes:
        firm: The firm.
        issued: Day of issue.
        until: Last day on which it is valid.
        revoked: Day on which it is revoked; absent if it is not.
    """

    firm: Ints
    issued: Days
    until: Days
    revoked: Days


def holders(world: World, kind: str) -> Flags:
    """Whether each firm is ever awarded a kind."""
    city = world.city
    if kind == "HNTE":
        return city.hnte
    if kind == "ZJ_TSME":
        return city.provincial
    weight = city.tech * 1.0 + 0.02 * ~city.tech
    if kind == "SW":
        weight = (city.sector == 0) * 1.0 + 1e-6
    strength = 0.7 * city.innovation + 0.5 * city.relative_size + 0.8 * city.hnte
    return best(
        stream(city.seed, f"certificates.{kind}"), weight, strength, SHARES[kind]
    )


@remembered
def certificates(world: World, of: Programme) -> Certificates:
    """Return all certificates of a kind."""
    random = stream(world.city.seed, f"certificates.{of.kind}.terms")
    firm = np.flatnonzero(holders(world, of.kind))
    born = clock.year_of(world.city.born[firm])
    year = np.maximum(born + 1, of.since) + random.geometric(0.5, len(firm)) - 1
    parts = []
    for _ in range(CYCLES):
        issued = day_in(year, of, random)
        until = issued + 365 * of.years
        lost = (random.random(len(firm)) < REVOKED) & (of.years > 1)
        after = random.integers(90, 365 * of.years, len(firm))
        revoked = np.where(lost, issued + after, ABSENT)
        stands = trades(world, firm, issued)
        every = (firm, issued, until, revoked)
        parts.append([column[stands] for column in every])
        goes_on = ~lost & renewed(world, of, firm, until, random)
        again = random.random(len(firm)) < AGAIN
        wait = np.where(again, random.integers(1, 3, len(firm)), NOT_AGAIN)
        year = year + of.years + np.where(goes_on, 0, wait)
    return Certificates(
        *(np.concatenate(column) for column in zip(*parts, strict=True))
    )


def day_in(year: Ints, of: Programme, random: np.random.Generator) -> Days:
    """Return working days of award in years."""
    month = (year - 1970) * 12 + of.month - 1
    middle = month.astype("datetime64[M]").astype("datetime64[D]") + 14
    spread = random.integers(-of.spread, of.spread + 1, len(year))
    day = np.minimum(middle + spread, last_of(year))
    return np.busday_offset(day, 0, roll="preceding")


def last_of(year: Ints) -> Days:
    """Return the last days of years."""
    following = (year - 1970 + 1).astype("datetime64[Y]")
    return following.astype("datetime64[D]") - 1


def trades(world: World, firm: Ints, day: Days) -> Flags:
    """Whether firms trade on days; whether they exist before the first month."""
    month = clock.month_of(day)
    inside = (month >= 0) & (month < clock.MONTHS)
    active = world.life.active[month.clip(0, clock.MONTHS - 1), firm]
    old = (month < 0) & (world.city.birthday[firm] < day)
    return np.where(inside, active, old)


def renewed(
    world: World, of: Programme, firm: Ints, until: Days, random: np.random.Generator
) -> Flags:
    """Whether certificates are renewed when they end."""
    month = clock.month_of(until).clip(0, clock.MONTHS - 1)
    ill = world.life.distress[month, firm] > 0
    chance = np.where(ill, RENEWED_ILL, of.renewed)
    return random.random(len(firm)) < chance


@remembered
def held_in(world: World, kind: str) -> Flags:
    """Whether each firm holds a kind in each month; months x firms."""
    of = next(programme for programme in PROGRAMMES if programme.kind == kind)
    every = certificates(world, of)
    first, last = clock.month_of(every.issued), clock.month_of(every.until)
    last = np.where(np.isnat(every.revoked), last, clock.month_of(every.revoked))
    found = np.zeros((clock.MONTHS, world.city.size), np.bool_)
    for after in range(12 * of.years + 2):
        month = first + after
        own = (month >= 0) & (month < clock.MONTHS) & (month <= last)
        found[month[own], every.firm[own]] = True
    return found
