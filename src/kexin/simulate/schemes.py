"""Sales that are none: window dressing before a loan, and rings of false invoices.

Both belong to the hidden truth. Tax sees them as invoices and declared sales like any
other; only their pattern tells (SIMULATOR.md sections 5.1 and 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import REGISTERED
from kexin.simulate.draws import happens, stream
from kexin.simulate.life import NEVER
from kexin.simulate.remembered import remembered

if TYPE_CHECKING:
    from kexin.simulate.arrays import Floats, Ints
    from kexin.simulate.city import City
    from kexin.simulate.draws import Block
    from kexin.simulate.life import Life
    from kexin.simulate.world import World

RINGS, RING_SIZES, RING_MONTHS = 12, (8, 40), 18
"""Rings of a city of the usual size, firms of one, and how long it lives."""

RING_FIRST, RING_LAST = 31, 96
RING_SALES = (4e5, 1.2e6)
"""False sales of a member in a month, CNY [design]."""

RING_INSIDE, RING_BOUGHT = 0.40, 0.95
"""Part that goes to the next member of the ring, and false purchases to sales."""

RELATED = 0.5
DRESSED_MONTHS, DRESSED, REVERSED_AFTER = (2, 4), (0.30, 0.80), (1, 4)


class Rings(NamedTuple):
    """Members of rings of false invoices, one place each, those of a ring together.

    Attributes:
        ring: Number of the ring.
        firm: The member.
        buyer: The member to whom it sells.
        first: First month of false sales.
        end: Month in which all of it stops and the member falls silent.
        sales: False sales a month, CNY.
    """

    ring: Ints
    firm: Ints
    buyer: Ints
    first: Ints
    end: Ints
    sales: Floats


class Dressings(NamedTuple):
    """Spells of inflated sales, one place each.

    Attributes:
        firm: The firm.
        buyer: Related firm that is invoiced; -1 where it is one outside the city.
        first: First inflated month.
        months: How many months are inflated.
        factor: By which part of its sales.
        back: Months after which each inflated month is reversed.
    """

    firm: Ints
    buyer: Ints
    first: Ints
    months: Ints
    factor: Floats
    back: Ints


@remembered
def rings(city: City) -> Rings:
    """Draw who makes a ring: firms founded in the same year, without group or loan."""
    random = stream(city.seed, "schemes.rings")
    count = max(1, round(RINGS * city.size / REGISTERED))
    free = (city.group < 0) & ~city.borrower & ~city.exporter & ~city.holder
    taken = np.zeros(city.size, np.bool_)
    members, sizes, starts = [], [], []
    for _ in range(count):
        first = int(random.integers(RING_FIRST, RING_LAST))
        size = int(random.integers(RING_SIZES[0], RING_SIZES[1] + 1))
        young = (city.born >= first - 18) & (city.born < first)
        own = random.permutation(np.flatnonzero(free & young & ~taken))[:size]
        taken[own] = True
        members.append(own)
        sizes.append(len(own))
        starts.append(first)
    firm = np.concatenate(members)
    begun = np.repeat(starts, sizes)
    return Rings(
        ring=np.repeat(np.arange(count), sizes),
        firm=firm,
        buyer=np.concatenate([np.roll(own, -1) for own in members]),
        first=begun,
        end=begun + RING_MONTHS,
        sales=random.uniform(*RING_SALES, len(firm)),
    )


def silenced(city: City, life: Life) -> Life:
    """Return life with the members of rings gone silent when their ring ends."""
    told = rings(city)
    active = life.active.copy()
    for firm, end in zip(told.firm, told.end, strict=True):
        active[end:, firm] = False
    return life._replace(active=active)


def dressings(world: World) -> Dressings:
    """Draw which firms that seek loans inflate their sales, when and by how much."""
    city = world.city
    random = stream(city.seed, "schemes.dressing")
    chosen = happens(random, np.full(city.size, city.variant.window_dressing))
    firm = np.flatnonzero(chosen & city.borrower)
    last = clock.MONTHS - 10
    begin = np.clip(city.born[firm] + 6, clock.BURN_IN, last - 1)
    first = begin + (random.random(len(firm)) * (last - begin)).astype(int)
    alive = world.life.active[first, firm]
    firm, first = firm[alive], first[alive]
    through_related = random.random(len(firm)) < RELATED
    return Dressings(
        firm=firm,
        buyer=np.where(through_related, partner(city)[firm], -1),
        first=first,
        months=random.integers(DRESSED_MONTHS[0], DRESSED_MONTHS[1] + 1, len(firm)),
        factor=random.uniform(*DRESSED, len(firm)),
        back=random.integers(REVERSED_AFTER[0], REVERSED_AFTER[1] + 1, len(firm)),
    )


def partner(city: City) -> Ints:
    """Return another firm of each firm's group; -1 where there is none."""
    found = np.full(city.size, -1)
    order = np.argsort(city.group, kind="stable")
    order = order[city.group[order] >= 0]
    same = city.group[order[1:]] == city.group[order[:-1]]
    found[order[:-1][same]] = order[1:][same]
    found[order[1:][same]] = order[:-1][same]
    return found


class Feigned(NamedTuple):
    """Sales that are none, one place a month and pair.

    Attributes:
        seller: Who invoices them; -1 for a firm outside the city.
        buyer: Who is invoiced; -1 for a firm outside the city.
        month: The month.
        amount: Without tax, CNY.
        back: Month in which red invoices take it back; NEVER in rings.
        pair: Number of the pair among all that trade falsely.
    """

    seller: Ints
    buyer: Ints
    month: Ints
    amount: Floats
    back: Ints
    pair: Ints


@remembered
def feigned(world: World) -> Feigned:
    """Return all false sales of the city."""
    parts = [*ring_sales(world), dressed_sales(world)]
    size = np.cumsum([0, *(len(part.seller) for part in parts[:-1])])
    moved = [p._replace(pair=p.pair + int(s)) for p, s in zip(parts, size, strict=True)]
    every = Feigned(*(np.concatenate(column) for column in zip(*moved, strict=True)))
    side = np.where(every.seller >= 0, every.seller, every.buyer)
    here = (every.month >= 0) & (every.month < clock.MONTHS)
    here[here] &= world.life.active[every.month[here], side[here]]
    return Feigned(*(column[here] for column in every))


def ring_sales(world: World) -> list[Feigned]:
    """Return sales inside rings and out of them, and the false purchases for them."""
    told = rings(world.city)
    outside = np.full(len(told.firm), -1)
    bought = RING_BOUGHT - RING_INSIDE
    return [
        of_ring(told, told.firm, told.buyer, RING_INSIDE),
        of_ring(told, told.firm, outside, 1 - RING_INSIDE),
        of_ring(told, outside, told.firm, bought),
    ]


def of_ring(told: Rings, seller: Ints, buyer: Ints, part: float) -> Feigned:
    """Return a part of the false sales of all months of rings."""
    size, months = len(told.firm), np.arange(RING_MONTHS)
    month = (told.first[:, None] + months).ravel()
    every = np.repeat(np.arange(size), RING_MONTHS)
    return Feigned(
        seller=seller[every],
        buyer=buyer[every],
        month=month,
        amount=np.round(part * told.sales[every], 2),
        back=np.full(len(month), NEVER),
        pair=every,
    )


def dressed_sales(world: World) -> Feigned:
    """Return the months of window dressing."""
    told = dressings(world)
    every = np.repeat(np.arange(len(told.firm)), told.months)
    place = np.arange(len(every)) - np.repeat(
        np.cumsum(told.months) - told.months, told.months
    )
    month = told.first[every] + place
    usual = world.city.sales[told.firm] / 12
    sold = world.activity.sales[np.minimum(month, clock.MONTHS - 1), told.firm[every]]
    return Feigned(
        seller=told.firm[every],
        buyer=told.buyer[every],
        month=month,
        amount=np.round(told.factor[every] * np.maximum(sold, 0.5 * usual[every]), 2),
        back=month + told.back[every],
        pair=every,
    )


def declared(world: World, year: int, block: Block) -> Floats:
    """Return sales as declared, months of the year x firms of the block.

    What window dressing takes back lowers the sales of that month, to 0 at the least.
    """
    months = clock.months_of(year)
    sold = world.activity.sales[months[0] : months[-1] + 1, block.firms]
    return added(sold.astype(float), feigned(world), "seller", months, block)


def bought(world: World, year: int, block: Block) -> Floats:
    """Return purchases as declared, months of the year x firms of the block."""
    months = clock.months_of(year)
    purchases = world.activity.purchases[months[0] : months[-1] + 1, block.firms]
    return added(purchases.astype(float), feigned(world), "buyer", months, block)


def added(
    amounts: Floats, false: Feigned, side: str, months: Ints, block: Block
) -> Floats:
    """Return amounts with what is feigned by one side, never below 0."""
    firm = getattr(false, side) - block.first
    own = (firm >= 0) & (firm < block.size)
    for month, sign in ((false.month, 1.0), (false.back, -1.0)):
        now = own & (month >= months[0]) & (month <= months[-1])
        at = (month[now] - months[0], firm[now])
        np.add.at(amounts, at, sign * false.amount[now])
    return np.maximum(np.round(amounts, 2), 0)
