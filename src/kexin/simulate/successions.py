"""Firms that continue others: mergers, and households that became firms (section 8).

A merger is one of the orderly ends of `life`: the firm's debts and staff go to another.
A household that becomes a firm gets a new code; only the registry links the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import stream
from kexin.simulate.life import FATES, NEVER

if TYPE_CHECKING:
    from kexin.simulate.arrays import Flags, Ints
    from kexin.simulate.city import City
    from kexin.simulate.life import Life

MERGED = 0.07
"""Share of orderly ends that are mergers: 0.2 % of firms a year of some 2.9 %."""

CONVERTED = 0.05
"""Share of new firms that were households: 0.3 % of firms a year of some 5.8 %."""

TRIES = 60
"""How many firms are asked whether they can take over one."""


class Successions(NamedTuple):
    """Who continues whom.

    Attributes:
        absorbed: Firms that were merged, in order.
        survivor: The firm into which each was merged.
        month: Month from which it is merged: that of `life.gone`.
        converted: Firms that were a household before, in order.
    """

    absorbed: Ints
    survivor: Ints
    month: Ints
    converted: Ints


def successions(city: City, life: Life) -> Successions:
    """Draw which firms continue others."""
    random = stream(city.seed, "successions")
    absorbed = np.flatnonzero(orderly(life) & (random.random(city.size) < MERGED))
    survivor = survivors(city, life, absorbed, random)
    found = survivor >= 0
    fresh = (city.born >= 0) & (random.random(city.size) < CONVERTED)
    return Successions(
        absorbed[found],
        survivor[found],
        life.gone[absorbed[found]],
        np.flatnonzero(fresh),
    )


def orderly(life: Life) -> Flags:
    """Whether a firm ends in good order inside the city."""
    ended = (life.gone < NEVER) & ~life.moved
    failed = life.defaults.fate == FATES.index("deregistered")
    ended[life.defaults.firm[failed]] = False
    return ended


def survivors(
    city: City, life: Life, absorbed: Ints, random: np.random.Generator
) -> Ints:
    """Return a firm of each one's sector that stands a year longer; -1 where none is.

    It trades in the month of the merger, so that it can take over what there is.
    """
    found = np.full(len(absorbed), -1)
    month = np.minimum(life.gone[absorbed], clock.MONTHS - 1)
    for _ in range(TRIES):
        other = random.integers(0, city.size, len(absorbed))
        fit = city.sector[other] == city.sector[absorbed]
        fit &= life.active[month, other] & (life.gone[other] > month + 12)
        fit &= (other != absorbed) & (found < 0)
        found[fit] = other[fit]
    return found
