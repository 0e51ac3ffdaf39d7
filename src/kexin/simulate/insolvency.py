"""Bankruptcies: what defaults lead to, and applications that a court turns down."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock, dockets
from kexin.simulate.city import choice
from kexin.simulate.draws import happens
from kexin.simulate.enforcement import day_in, within
from kexin.simulate.grid import cells
from kexin.simulate.parties import Party
from kexin.simulate.rows import coded

if TYPE_CHECKING:
    import pyarrow as pa

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.dockets import Docket
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TURNED_DOWN = 0.0002
"""Yearly chance of an application against a living firm that comes to nothing [est]."""

PROCEDURES = ("liquidation", "reorganisation", "composition")
PROCEDURE_SHARES = (0.80, 0.15, 0.05)
APPLICANTS = ("creditor", "debtor", "enforcement_transfer", "shareholder")
APPLICANT_SHARES = (0.50, 0.20, 0.28, 0.02)
"""Shares of procedures and applicants [est]."""


class Estates(NamedTuple):
    """One place an application.

    Attributes:
        firm: The debtor.
        filing: Numbers of the applications.
        estate: Numbers of the estates; only where one is accepted.
        applied: Day of the application.
        accepted: Day on which it is accepted; absent where it is turned down.
        refused: Day on which it is turned down; absent where it is accepted.
        declared: Day on which bankruptcy is declared, or a plan approved.
        ended: Day on which the procedure ends.
        procedure: Place in `PROCEDURES`.
        kind: Place in `APPLICANTS`.
        applicant: Who applies.
    """

    firm: Ints
    filing: Docket
    estate: Docket
    applied: Days
    accepted: Days
    refused: Days
    declared: Days
    ended: Days
    procedure: Ints
    kind: Ints
    applicant: Party

    @property
    def size(self) -> int:
        """Number of applications."""
        return len(self.firm)

    @property
    def taken_on(self) -> Flags:
        """Whether a court accepts it."""
        return ~np.isnat(self.accepted)

    @property
    def role(self) -> pa.Array:
        """Role of who applies: a creditor where it is one."""
        return coded((self.kind != 0).astype(int), ("creditor", "applicant"))

    def at(self, which: Flags | Ints) -> Estates:
        """Return some of the applications."""
        return Estates._make(
            column.at(which) if isinstance(column, tuple) else column[which]
            for column in self
        )


def estates(world: World, year: int, block: Block) -> Estates:
    """Draw the applications of a year; `HISTORY` has those before as well."""
    random = world.stream("court.bankruptcy", year, block)
    firm, month, real = applications(world, random, year, block)
    size, never = len(firm), np.datetime64("NaT")
    applied = day_in(random, month)
    answered = clock.working_day(applied + random.integers(20, 81, size))
    procedure = choice(random, np.array(PROCEDURE_SHARES), size).astype(np.int64)
    kind = choice(random, np.array(APPLICANT_SHARES), size).astype(np.int64)
    declared = clock.working_day(answered + random.integers(90, 301, size))
    ended = clock.working_day(declared + random.integers(90, 501, size))
    place = world.city.district[firm].astype(np.int64)
    drawn = dockets.Drawn(year, block.number, world.city.size, 1)
    outside = random.integers(0, len(world.naming.outside_name), size)
    own = kind == 1
    return Estates(
        firm=firm,
        filing=dockets.docket(drawn, applied, place, np.full(size, dockets.FILING)),
        estate=dockets.docket(drawn, answered, place, np.full(size, dockets.ESTATE)),
        applied=applied,
        accepted=np.where(real, answered, never),
        refused=np.where(real, never, answered),
        declared=np.where(real, declared, never),
        ended=np.where(real, ended, never),
        procedure=procedure,
        kind=kind,
        applicant=Party(
            np.where(own, firm, -1), np.where(own, -1, outside), np.full(size, -1)
        ),
    )


def applications(
    world: World, random: np.random.Generator, year: int, block: Block
) -> tuple[Ints, Ints, Flags]:
    """Return firms and months of applications, and whether they are accepted."""
    told = world.aftermath
    own = within(year, told.bankrupt) & (told.firm >= block.first)
    own &= told.firm < block.last
    firm, month = told.firm[own], told.bankrupt[own]
    if year == clock.HISTORY:
        return firm, month, np.ones(len(firm), np.bool_)
    at = cells(year, block, world.life.active)
    vain = at.where(happens(random, np.full(at.size, TURNED_DOWN / 12)))
    return (
        np.concatenate([firm, vain.firm]),
        np.concatenate([month, vain.month]),
        np.arange(len(firm) + vain.size) < len(firm),
    )
