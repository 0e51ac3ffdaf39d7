"""Loans that the platform matched: who applied, and whom the banks took (section 5.9).

Banks take the best 62 % of applicants by what they see: age, care, and a noisy view of
the firm's health, with an AUC of about 0.70. What becomes of those whom they refuse is
known from other lenders, so that reject inference can be judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock, consent
from kexin.simulate.draws import stream
from kexin.simulate.lending import LEADS
from kexin.simulate.remembered import remembered

if TYPE_CHECKING:
    from kexin.simulate.arrays import Flags, Floats, Ints
    from kexin.simulate.world import World

MATCHED = 31_713 / 72_516
"""Loans that the platform matched, to a firm (SRC-SEED)."""

APPROVED = 0.62
BLUR = 2.0
"""Deviation of what the banks see amiss; gives an AUC of about 0.70."""


class Applications(NamedTuple):
    """One place an application, ordered by line and loan.

    Attributes:
        line: Place of the line of credit.
        number: Place of the loan among its line's.
        opened: Month in which the loan was opened, here or elsewhere.
        approved: Whether a bank of the platform took it.
    """

    line: Ints
    number: Ints
    opened: Ints
    approved: Flags


@remembered
def applications(world: World) -> Applications:
    """Return all applications of all firms."""
    random = stream(world.city.seed, "matching")
    line, number, opened = candidates(world)
    wanted = min(round(MATCHED * world.city.size / APPROVED), len(line))
    chosen = np.sort(random.permutation(len(line))[:wanted])
    line, number, opened = line[chosen], number[chosen], opened[chosen]
    score = seen(world, world.lending.lines.firm[line], opened)
    score += BLUR * random.standard_normal(len(score))
    taken = min(round(MATCHED * world.city.size), len(score))
    approved = np.zeros(len(score), np.bool_)
    approved[np.argsort(-score, kind="stable")[:taken]] = True
    return Applications(line, number, opened, approved)


def candidates(world: World) -> tuple[Ints, Ints, Ints]:
    """Return first-line loans since 2019 of firms that had consented by then."""
    lent, life = world.lending, world.life
    lines = lent.lines
    first = np.flatnonzero(lines.rank == 0)
    since = consent.since(world)[lines.firm[first]]
    most = clock.MONTHS // int(lines.term.min(initial=12)) + 2
    found = []
    for step in range(most):
        term, start = lines.term[first], lines.start[first]
        number = np.maximum((clock.BURN_IN - start + term - 1) // term, 0) + step
        opened = start + number * term
        inside = opened < clock.MONTHS
        month, firm = opened.clip(0, clock.MONTHS - 1), lines.firm[first]
        fit = inside & life.active[month, firm] & (opened < lent.stopped[firm])
        fit &= since <= clock.last_day(month)
        found.append((first[fit], number[fit], opened[fit]))
    line, number, opened = (
        np.concatenate(column) for column in zip(*found, strict=True)
    )
    order = np.lexsort([number, line])
    return line[order], number[order], opened[order]


def seen(world: World, firm: Ints, month: Ints) -> Floats:
    """Return what banks judge by, the higher the better."""
    city, life = world.city, world.life
    ill = np.minimum(life.distress[month, firm], 12) / 12
    age = np.minimum((month - city.born[firm]) / 36, 1)
    return (
        0.45 * city.quality[firm]
        + 0.5 * life.health[month, firm]
        - 1.6 * ill
        - 0.25 * city.care[firm]
        + 0.4 * age
    )


def bad_within_a_year(world: World, told: Applications) -> Flags:
    """Whether loans were 90 days past due within a year of their opening."""
    firm = world.lending.lines.firm[told.line]
    lost = world.lending.stopped[firm] + LEADS
    return (lost > told.opened) & (lost <= told.opened + 12)
