"""Who runs the firms: spells of persons in their roles, told from the filings.

The legal representative is most often director and manager as well; a group shares its
supervisor (SIMULATOR.md section 3.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.registers.business import ROLE
from kexin.simulate.draws import happens, stream
from kexin.simulate.naming import controllers
from kexin.simulate.places import first_of_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.city import City
    from kexin.simulate.registration import Filings

ROLES = tuple(ROLE)
HAVE = {
    "legal_rep": 1.0,
    "director": 0.97,
    "supervisor": 0.95,
    "manager": 0.85,
    "finance": 0.40,
    "chair": 0.04,
}
"""Share of firms that have filed each role [est]."""

ALSO = {"director": 0.75, "manager": 0.60, "chair": 0.8}
"""Share of each role that the legal representative has as well [est]."""

REPLACED = {"supervisor": 0.6, "finance": 0.4}
"""Who is replaced when officers are filed without a new representative [est]."""

GROUP_SUPERVISOR = 0.5
OWNERS_SINCE = np.datetime64("2024-11-01", "D")
"""Beneficial owners are filed since then, within a year."""

NUMBERS = 7 * 10**9
"""Numbers of persons who are officers and nothing else begin here."""


class Terms(NamedTuple):
    """One place a person in a role, ordered by firm, role and day.

    Attributes:
        firm: The firm.
        role: Place in `ROLES`.
        person: Number of the person.
        since: First day.
        until: Day on which somebody else takes over; absent while it lasts.
    """

    firm: Ints
    role: Ints
    person: Ints
    since: Days
    until: Days


def terms(city: City, filed: Filings) -> Terms:
    """Return all terms of all officers."""
    parts = [*beginnings(city, filed), *replacements(city, filed), owners(city)]
    firm, role, person, since = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort([since, role, firm])
    firm, role, person, since = firm[order], role[order], person[order], since[order]
    goes_on = (firm[1:] == firm[:-1]) & (role[1:] == role[:-1])
    until = np.full(len(firm), np.datetime64("NaT", "D"))
    until[:-1][goes_on] = since[1:][goes_on]
    return Terms(firm, role, person, since, until)


def have(city: City, role: str) -> Flags:
    """Whether each firm has filed a role."""
    chance = np.full(city.size, HAVE[role], np.float32)
    return happens(stream(city.seed, f"officers.{role}"), chance)


def also(city: City, role: str) -> Flags:
    """Whether each firm's representative has a role as well."""
    chance = np.full(city.size, ALSO.get(role, 0.0), np.float32)
    return happens(stream(city.seed, f"officers.{role}.also"), chance)


def beginnings(city: City, filed: Filings) -> Iterator[tuple[Ints, Ints, Ints, Days]]:
    """Yield who holds each role when a firm is founded."""
    first = filed.person[filed.first[:-1]]
    leader = first_of_group(city)
    random = stream(city.seed, "officers.supervisors")
    shared = random.random(city.size) < GROUP_SUPERVISOR
    every = np.arange(city.size)
    for role in HAVE:
        firm = every[have(city, role)]
        own = np.where(shared & (role == "supervisor"), leader, every)
        other = NUMBERS + len(ROLES) * own + ROLES.index(role)
        same = also(city, role) | (role == "legal_rep")
        person = np.where(same, first, other)[firm]
        place = np.full(len(firm), ROLES.index(role))
        yield firm, place, person, city.birthday[firm]


def replacements(city: City, filed: Filings) -> Iterator[tuple[Ints, Ints, Ints, Days]]:
    """Yield who takes over a role on a filing."""
    new = np.flatnonzero(filed.changes("legal_rep"))
    for role in HAVE:
        follows = (also(city, role) | (role == "legal_rep")) & have(city, role)
        at = new[follows[filed.firm[new]]]
        place = np.full(len(at), ROLES.index(role))
        yield filed.firm[at], place, filed.person[at], filed.day[at]
    replaced = np.flatnonzero(filed.changes("officers"))
    random = stream(city.seed, "officers.replaced")
    drawn = random.random(len(replaced)) < REPLACED["supervisor"]
    for role, own in (("supervisor", drawn), ("finance", ~drawn)):
        at = replaced[own & have(city, role)[filed.firm[replaced]]]
        person = 2 * NUMBERS + len(ROLES) * at + ROLES.index(role)
        place = np.full(len(at), ROLES.index(role))
        yield filed.firm[at], place, person, filed.day[at]


def owners(city: City) -> tuple[Ints, Ints, Ints, Days]:
    """Return the beneficial owners, who are filed since late 2024."""
    random = stream(city.seed, "officers.owners")
    day = OWNERS_SINCE + random.integers(0, 365, city.size)
    since = np.maximum(day, city.birthday + 30)
    role = np.full(city.size, ROLES.index("beneficial_owner"))
    return np.arange(city.size), role, controllers(city), since
