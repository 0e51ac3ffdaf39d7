"""What a default brings about, and when: the events that every register shares.

Each default draws the events that follow it independently, at least one of them, with
the delays of SIMULATOR.md section 4.3. What the fate of a firm decides, revocation and
bankruptcy, comes when the fate comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import stream
from kexin.simulate.life import FATES, NEVER

if TYPE_CHECKING:
    from kexin.simulate.arrays import Ints
    from kexin.simulate.city import City
    from kexin.simulate.life import Life

CHANCES = {
    "enforcement": (0.62, 0, 4),
    "spending_limit": (0.55, 0, 2),
    "round_end": (0.35, 5, 12),
    "overdue_90": (0.90, 0, 1),
    "non_normal": (0.28, 3, 7),
    "tax_d": (0.12, 1, 6),
    "wage_blacklist": (0.02, 2, 8),
}
"""Chance of an event, and its first and last month after the default."""

DISHONEST_FIRST, DISHONEST_LAST = 0.26, 0.15
"""Chance of a dishonest listing in 2019 and from 2025 on (courts list fewer)."""


class Aftermath(NamedTuple):
    """One place a default; each a month, NEVER where it does not come.

    Attributes:
        firm: The firm.
        default: Month of the default.
        enforcement: An enforcement case is filed.
        dishonest: The firm is listed as dishonest; never without enforcement.
        spending_limit: Its representative's spending is restricted.
        round_end: The round of enforcement ends without success.
        overdue_90: A loan is 90 days past due; borrowers only.
        non_normal: The tax bureau declares it non-normal.
        tax_d: It is rated D directly.
        wage_blacklist: It is listed for unpaid wages.
        revoked: Its licence is revoked.
        bankrupt: A bankruptcy is applied for.
        cured: The default is settled.
    """

    firm: Ints
    default: Ints
    enforcement: Ints
    dishonest: Ints
    spending_limit: Ints
    round_end: Ints
    overdue_90: Ints
    non_normal: Ints
    tax_d: Ints
    wage_blacklist: Ints
    revoked: Ints
    bankrupt: Ints
    cured: Ints


def aftermath(city: City, life: Life) -> Aftermath:
    """Draw what each default brings about."""
    random = stream(city.seed, "aftermath")
    told = life.defaults
    drawn = {
        name: delayed(random, told.month, chance, first, last)
        for name, (chance, first, last) in CHANCES.items()
    }
    drawn["overdue_90"][~city.borrower[told.firm]] = NEVER
    limited = drawn.pop("spending_limit") < NEVER
    nothing = np.all([months == NEVER for months in drawn.values()], axis=0)
    forced = told.month + random.integers(0, 5, len(told.month))
    enforcement = np.where(nothing, forced, drawn.pop("enforcement"))
    after = np.where(limited, enforcement, NEVER)
    limit = np.minimum(after + random.integers(0, 3, len(after)), NEVER)
    fates = {
        name: np.where(told.fate == FATES.index(name), told.end, NEVER)
        for name in ("revoked", "bankrupt", "cured")
    }
    return Aftermath(
        firm=told.firm,
        default=told.month,
        enforcement=enforcement,
        dishonest=dishonest(random, told.month, enforcement),
        spending_limit=limit,
        **drawn,
        **fates,
    )


def delayed(
    random: np.random.Generator, month: Ints, chance: float, first: int, last: int
) -> Ints:
    """Return the month of an event after each default; NEVER where it does not come."""
    comes = random.random(len(month)) < chance
    delay = random.integers(first, last + 1, len(month))
    return np.where(comes, month + delay, NEVER)


def dishonest(random: np.random.Generator, month: Ints, enforcement: Ints) -> Ints:
    """Return the month of the dishonest listing, one or more after enforcement."""
    year = np.clip(clock.year_of(month), 2019, 2025)
    part = (year - 2019) / 6
    chance = DISHONEST_FIRST + part * (DISHONEST_LAST - DISHONEST_FIRST)
    # Only enforced firms are listed, so the chance is taken of them.
    comes = (enforcement < NEVER) & (random.random(len(month)) * 0.64 < chance)
    listed = np.maximum(month + random.integers(2, 10, len(month)), enforcement + 1)
    return np.where(comes, listed, NEVER)
