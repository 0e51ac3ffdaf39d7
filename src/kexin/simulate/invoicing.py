"""Single invoices of deals: what each is worth, and what becomes of it.

Paper and old kinds could be voided in their month; since a firm's switch to digital
invoices what was voided is offset by red ones (SIMULATOR.md section 5.1). As in deals,
every draw depends on the invoice alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri

from kexin.simulate import clock
from kexin.simulate.dealing import chosen, uniform
from kexin.simulate.draws import stream
from kexin.simulate.life import NEVER
from kexin.simulate.naming import scrambled
from kexin.simulate.remembered import remembered

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.dealing import Deals
    from kexin.simulate.world import World

SIZE_SPREAD = 0.5
VOID_SHAPE, VOID_OUTSIDE, VOID_IN_DISTRESS = (1.9, 17.0), 0.027, 1.5
RED, NO_RED, RED_OUTSIDE, MORE_RED = 0.029, 0.20, 0.021, 0.60
"""Mean red rate of those that have any, part that has none, and what of the former void
rate comes to it after the switch."""

RED_DAYS, RED_SPREAD, RED_LONGEST = 25.0, 1.22, 180
RED_MONTHS = 6
RED_FULL, RED_PART = 0.85, (0.2, 0.9)
ONCE = 0.10
"""Part of invoices to outside that go to somebody who buys once [est]."""

KNOWN_MONTHS = (4, 30)
"""Months after which somebody else stands at the other end of a tie outside [est]."""

ALIKE = 3
"""Firms outside for which a tie stands at the most, each with a part of it [est]."""

OUTSIDE_SWITCH = 96
KINDS = (
    "e_special", "e_normal", "paper_special", "paper_normal", "old_e_normal",
)  # fmt: skip
DIGITAL = 2
"""The first kinds are digital."""

KIND_SHARES = {
    True: (0.75, 0.25, 0.55, 0.20, 0.25),
    False: (0.12, 0.88, 0.10, 0.45, 0.45),
}
"""Shares of general and other taxpayers' kinds, digital ones and old ones [est]."""


class Manner(NamedTuple):
    """How each firm of the city voids and offsets; one more place for those outside.

    Attributes:
        void: Part of its invoices that is voided, as long as it can.
        red: Part that is offset.
        switch: Month from which its invoices are digital.
        general: Whether it is a general taxpayer.
    """

    void: Floats
    red: Floats
    switch: Ints
    general: Flags


class Invoices(NamedTuple):
    """Invoices, one place each.

    Attributes:
        seller: Who sells; -1 for a firm outside the city.
        buyer: Who buys; -1 for a firm outside the city.
        outsider: The firm outside the city at one end, by its place; -1 for none.
        month: Month of issue.
        serial: Number among those of the month and of the firm that is divided.
        kind: Place in `KINDS`.
        day: Day of issue.
        amount: Without tax, CNY.
        voided: Whether a void one with the same figures came before it.
        red_day: Day on which it is offset; absent for most.
        red: What is offset, CNY.
    """

    seller: Ints
    buyer: Ints
    outsider: Ints
    month: Ints
    serial: Ints
    kind: Ints
    day: Days
    amount: Floats
    voided: Flags
    red_day: Days
    red: Floats


@remembered
def manner(world: World) -> Manner:
    """Return how each firm voids and offsets."""
    city = world.city
    random = stream(city.seed, "invoicing")
    void = random.beta(*VOID_SHAPE, city.size) * np.exp(0.15 * city.care)
    red = RED * random.exponential(1, city.size)
    red[random.random(city.size) < NO_RED] = 0
    return Manner(
        void=np.append(np.minimum(void, 0.6), VOID_OUTSIDE),
        red=np.append(np.minimum(red, 0.4), RED_OUTSIDE),
        switch=np.append(city.switch, OUTSIDE_SWITCH).astype(np.int64),
        general=np.append(city.general, True),
    )


def invoices(world: World, how: Manner, deals: Deals, month: int) -> Invoices:
    """Return the invoices of a month's deals."""
    deal, place, key = single(deals)
    seller = deals.seller[deal]
    amount = worth(deals, deal, place, key)
    day = issued(world, deals, deal, key, month)
    digital = month >= how.switch[seller]
    false = deals.back[deal] < NEVER
    voids = ~digital & ~false & (part_of(key, 0) < void_odds(world, how, seller, month))
    comes = part_of(scrambled(key, 6), 0) < red_rate(how, seller, month)
    red_day, red = offset(key, day, amount, comes)
    undone = clock.first_day(np.minimum(deals.back[deal], clock.MONTHS))
    return Invoices(
        seller=seller,
        buyer=deals.buyer[deal],
        outsider=stranger(world, deals, deal, key, month),
        month=np.full(len(deal), month),
        serial=deals.offset[deal] + place,
        kind=kinds(how, seller, digital, key),
        day=day,
        amount=amount,
        voided=voids,
        red_day=np.where(false, undone + day.astype(int) % 7, red_day),
        red=np.where(false, amount, red),
    )


def single(deals: Deals) -> tuple[Ints, Ints, Ints]:
    """Return the deal of each invoice, its place in it, and its key."""
    deal = np.repeat(np.arange(len(deals.invoices)), deals.invoices)
    begin = np.cumsum(deals.invoices) - deals.invoices
    place = np.arange(len(deal)) - begin[deal]
    key = scrambled(deals.key[deal] + place.astype(np.uint64), 5)
    return deal, place, key


def with_red(how: Manner, deals: Deals, month: int) -> Deals:
    """Return the deals of which any invoice is offset later: few of them."""
    deal, _, key = single(deals)
    comes = part_of(scrambled(key, 6), 0) < red_rate(how, deals.seller[deal], month)
    any_red = np.bincount(deal[comes], minlength=len(deals.invoices)) > 0
    return chosen(deals, any_red | (deals.back < NEVER))


def part_of(key: Ints, quarter: int) -> Floats:
    """Return a number between 0 and 1 from a quarter of each key's bits."""
    bits = (key >> np.uint64(16 * quarter)) & np.uint64(0xFFFF)
    return (bits.astype(np.float32) + np.float32(0.5)) / np.float32(65536)


def void_odds(world: World, how: Manner, seller: Ints, month: int) -> Floats:
    """Return how many void invoices come to a valid one, of each seller."""
    ill = np.append(world.life.distress[month] > 0, values=False)
    rate = how.void * np.where(ill, VOID_IN_DISTRESS, 1)
    return (rate / (1 - rate))[seller]


def red_rate(how: Manner, seller: Ints, month: int) -> Floats:
    """Return the part of each seller's invoices that is offset later."""
    return (how.red + MORE_RED * how.void * (month >= how.switch))[seller]


def worth(deals: Deals, deal: Ints, place: Ints, key: Ints) -> Floats:
    """Return what each invoice is worth; those of a deal add up to it.

    Deals that are cut along the limit fill all invoices but the last.
    """
    weight = np.exp(SIZE_SPREAD * ndtri(uniform(key, 11)))
    total = np.bincount(deal, weight, len(deals.invoices))
    share = deals.amount / np.maximum(total, 1e-12)
    limit = deals.limit[deal]
    rest = deals.amount - deals.limit * (deals.invoices - 1)
    last = place == (deals.invoices - 1)[deal]
    full = np.where(last, rest[deal], limit)
    return np.round(np.where(limit > 0, full, weight * share[deal]), 2)


def issued(world: World, deals: Deals, deal: Ints, key: Ints, month: int) -> Days:
    """Return days of the month, never before the founding of either side."""
    first = clock.first_day(month)
    length = int((clock.first_day(month + 1) - first).astype(int))
    day = first + np.floor(part_of(key, 1) * length).astype(int)
    for side in (deals.seller[deal], deals.buyer[deal]):
        born = world.city.birthday[np.maximum(side, 0)]
        day = np.where(side >= 0, np.maximum(day, born), day)
    return np.minimum(day, clock.last_day(month))


def offset(key: Ints, day: Days, amount: Floats, comes: Flags) -> tuple[Days, Floats]:
    """Return when invoices are offset, absent for most, and by how much."""
    own = np.flatnonzero(comes)
    days = RED_DAYS * np.exp(RED_SPREAD * ndtri(uniform(key[own], 15)))
    wait = np.minimum(days, RED_LONGEST).astype(int)
    kind, place = uniform(key[own], 16), uniform(key[own], 17)
    part = RED_PART[0] + (RED_PART[1] - RED_PART[0]) * place
    red_day = np.full(len(key), np.datetime64("NaT"), "datetime64[D]")
    red_day[own] = day[own] + 1 + wait
    red = np.zeros(len(key))
    red[own] = np.round(amount[own] * np.where(kind < RED_FULL, 1.0, part), 2)
    return red_day, red


def stranger(world: World, deals: Deals, deal: Ints, key: Ints, month: int) -> Ints:
    """Return the firm outside the city of each invoice; -1 where both are inside."""
    count = np.uint64(len(world.naming.outside_code))
    tie = deals.number
    span = np.uint64(KNOWN_MONTHS[1] - KNOWN_MONTHS[0])
    lasts = KNOWN_MONTHS[0] + scrambled(tie, 21) % span
    epoch = (np.uint64(month) + scrambled(tie, 22) % lasts) // lasts
    alike = np.uint64(1) + scrambled(tie, 24) % np.uint64(ALIKE)
    stands = tie.astype(np.uint64) * np.uint64(256) + epoch * np.uint64(ALIKE)
    which = stands[deal] + scrambled(key, 7) % alike[deal]
    usual = scrambled(which, 23) % count
    found = np.where(part_of(key, 2) < ONCE, key % count, usual)
    away = (deals.seller < 0) | (deals.buyer < 0)
    return np.where(away[deal], found.astype(np.int64), -1)


def kinds(how: Manner, seller: Ints, digital: Flags, key: Ints) -> Ints:
    """Return the kinds of invoices, as places in `KINDS`."""
    place = part_of(key, 3)
    general = how.general[seller]
    first = np.where(general, KIND_SHARES[True][0], KIND_SHARES[False][0])
    new = (place >= first).astype(np.int8)
    edges = np.array([np.cumsum(KIND_SHARES[g][DIGITAL:-1]) for g in (False, True)])
    edge = edges[general.astype(int)]
    old = DIGITAL + (place >= edge[:, 0]) + (place >= edge[:, 1])
    return np.where(digital, new, old).astype(np.int8)


def of(told: Invoices, which: Flags | Ints) -> Invoices:
    """Return some of the invoices."""
    return Invoices(*(column[which] for column in told))
