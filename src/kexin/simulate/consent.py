"""When firms allowed the platform to read what tax holds of them.

A firm consents when it registers on the platform: those that were there in 2019 over
its first months, those founded later soon after their founding (SIMULATOR.md
section 7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import stream

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days
    from kexin.simulate.world import World

CONSENTS, WITH_INVOICES = 0.92, 0.70
"""Share of all firms that consent at all, and of those whose invoices are read too."""

OLD_DAYS, NEW_DAYS = 90, 60
"""Mean days until a firm consents: old ones from 2019 on, new ones once there [est]."""


def since(world: World) -> Days:
    """Return the day from which each firm's taxes may be read; absent where never."""
    random = stream(world.city.seed, "consent")
    size = world.city.size
    wait = random.exponential(1, size)
    older = world.city.birthday < clock.FIRST_DAY
    begin = np.where(older, clock.FIRST_DAY, world.city.birthday + 10)
    day = begin + (wait * np.where(older, OLD_DAYS, NEW_DAYS)).astype(int)
    never = random.random(size) >= CONSENTS
    return np.where(never, np.datetime64("NaT", "D"), clock.working_day(day))


def invoice_since(world: World) -> Days:
    """Return the day from which a firm's invoices may be read; absent where never."""
    random = stream(world.city.seed, "consent.invoices")
    without = random.random(world.city.size) >= WITH_INVOICES / CONSENTS
    return np.where(without, np.datetime64("NaT", "D"), since(world))
