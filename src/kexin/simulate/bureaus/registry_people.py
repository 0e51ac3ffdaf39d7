"""Business registry: who holds firms and who runs them (section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import clock
from kexin.simulate.naming import PERSON, hashed
from kexin.simulate.officers import ROLES
from kexin.simulate.ownership import FIRM, KINDS
from kexin.simulate.ownership import PERSON as NATURAL
from kexin.simulate.rows import Rows, coded, kept, spell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("reg_shareholder", "reg_officer")

FOREIGN = KINDS.index("foreign")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    yield from delivered(shareholders(world, year, block))
    yield from delivered(officers(world, year, block))


def delivered(rows: Rows) -> Iterator[Rows]:
    """Yield spells that go on in 2019 or later, open first; older ones are not kept."""
    yield spell(kept(rows, ~(rows.columns["valid_to"] < clock.FIRST_DAY)), "valid_to")


def of_year(
    world: World, firm: Ints, since: Days, until: Days, year: int, block: Block
) -> Ints:
    """Return the places of a part's spells that begin in a year."""
    first, last = np.searchsorted(firm, [block.first, block.last])
    own = np.arange(first, last)
    stands: Flags = since[own] < clock.first_day(
        np.minimum(world.life.gone[firm[own]], clock.MONTHS)
    )
    own = own[stands & ~(until[own] < clock.FIRST_DAY)]
    return own[clock.delivery_year(since[own]) == year]


def shareholders(world: World, year: int, block: Block) -> Rows:
    """Return holders with what they subscribed and paid."""
    held, filed = world.holdings, world.filings
    at = of_year(world, held.firm, held.since, held.until, year, block)
    firm = held.firm[at]
    place = filed.place(firm, held.since[at])
    return Rows(
        "reg_shareholder",
        firm,
        {
            "holder_key": holder_keys(world, at),
            "holder_kind": coded(held.kind[at], KINDS),
            "subscribed": held.ratio[at] * filed.capital[place],
            "paid": held.ratio[at] * filed.paid[place],
            "ratio": held.ratio[at],
            "valid_from": held.since[at],
            "valid_to": held.until[at],
        },
        after=held.since[at],
    )


def holder_keys(world: World, at: Ints) -> pa.Array:
    """Return codes of firms, and what stands for persons and for foreign holders."""
    held, naming = world.holdings, world.naming
    kind, inside, number = held.kind[at], held.inside[at], held.holder[at]
    person = (kind == NATURAL) | (kind == FOREIGN)
    here, there = inside & (kind == FIRM), ~inside & ~person
    own = naming.uscc.take(masked(number, here))
    other = naming.outside_code.take(masked(number, there))
    return pc.coalesce(own, other, hashed(number, PERSON))


def masked(number: Ints, which: Flags) -> pa.Array:
    """Return numbers, absent where they are not asked for."""
    return pa.array(number, mask=~which)


def officers(world: World, year: int, block: Block) -> Rows:
    """Return persons in their roles."""
    told = world.terms
    at = of_year(world, told.firm, told.since, told.until, year, block)
    return Rows(
        "reg_officer",
        told.firm[at],
        {
            "person_hash": hashed(told.person[at], PERSON),
            "role": coded(told.role[at], ROLES),
            "valid_from": told.since[at],
            "valid_to": told.until[at],
        },
        after=told.since[at],
    )
