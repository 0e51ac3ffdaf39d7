"""Branches of the city's firms: places of business with a code and a name of their own.

One firm in twenty has some (SIMULATOR.md section 9.4). What is recorded of a branch is
recorded of its firm (REGISTERS.md section 1.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from kexin.simulate import clock
from kexin.simulate.draws import stream
from kexin.simulate.sectors import DISTRICTS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Ints
    from kexin.simulate.city import City
    from kexin.simulate.life import Life

HAVING, MORE = 0.05, 0.6
"""Share of firms with branches; how many more than one they have on average [est]."""


class Branches(NamedTuple):
    """One place a branch, ordered by the firm.

    Attributes:
        parent: The firm.
        district: Place of its district in `DISTRICTS`.
        opened: Day on which it was registered.
        closed: Day on which it is struck off, with its firm or before; NaT if not.
    """

    parent: Ints
    district: Ints
    opened: Days
    closed: Days


def branches(city: City, life: Life) -> Branches:
    """Draw the branches of all firms."""
    random = stream(city.seed, "branches")
    count = (random.random(city.size) < HAVING) * (1 + random.poisson(MORE, city.size))
    parent = np.repeat(np.arange(city.size), count)
    own = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
    start = random.integers(0, len(DISTRICTS), city.size)[parent]
    opened = city.birthday[parent] + random.integers(60, 1500, len(parent))
    end = clock.first_day(np.minimum(life.gone[parent], clock.MONTHS)) - 20
    closes = opened + random.integers(300, 9000, len(parent))
    last = np.where(closes < end, closes, end)
    closed = np.where(last <= clock.LAST_DAY, last, np.datetime64("NaT"))
    real = opened < np.minimum(last, clock.LAST_DAY)
    return Branches(
        parent[real],
        ((start + own) % len(DISTRICTS))[real],
        clock.working_day(opened[real]),
        closed[real],
    )


def branch_names(of: Branches, firm_name: pa.Array) -> pa.Array:
    """Return names: the firm's, the district, and what it is.

    Args:
        of: The branches.
        firm_name: Name of each one's firm on the day on which it was opened.
    """
    places = [f"{DISTRICTS[d].name}分公司" for d in of.district]
    seen: dict[str, int] = {}
    found = []
    for name, place in zip(firm_name.to_pylist(), places, strict=True):
        whole = f"{name}{place}"
        number = seen.setdefault(whole, 0)
        seen[whole] += 1
        found.append(whole if not number else f"{name}第{number + 1}{place}")
    return pa.array(found, pa.string())
