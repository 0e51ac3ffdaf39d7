"""Who invoices whom in a month, how often and how much (SIMULATOR.md 3.3 and 5.1).

A firm's sales of a month go to its customers by their shares: those in the city buy as
their pairs say, those outside the rest; whatever suppliers in the city do not sell a
firm comes from outside. Both sides of a deal must tell the same, though they may be
written in different parts of the city: so every draw here depends on the pair and the
month alone, by a hash, and on no stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri

from kexin.simulate.city import of_sector
from kexin.simulate.draws import stream
from kexin.simulate.life import NEVER
from kexin.simulate.naming import scrambled
from kexin.simulate.network import customers, outside
from kexin.simulate.remembered import remembered
from kexin.simulate.schemes import feigned

if TYPE_CHECKING:
    from kexin.simulate.arrays import Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

INVOICES, BY_SIZE, SPREAD = 11.0, 0.35, 1.05
"""Median invoices a month at CNY 2.2 m a year, exponent of size, deviation of logs."""

MEDIAN_SALES = 2.2e6
BY_MONTH = 0.70
"""Exponent of a month's sales in the number of its invoices."""

UNEVEN = 0.40
LIMITS, LIMIT_SALES = (1e4, 1e5, 1e6), (4e5, 6e7)
"""Face limits of invoices with tax, and the yearly sales that part their classes."""

NEAR, FULL = 0.60, 0.995
"""Part of the limit above which deals are cut into invoices just below it."""

SMALL_RATE = 0.01
MOST, MOST_FALSE = 500, 20
"""Invoices of a deal at the most; larger deals have larger invoices."""

CONCENTRATION = 0.35
OTHERS = 0.02
"""Share of sales to customers outside whom nobody remembers, for every firm."""

OUTSIDE, SUPPLIES, FALSE = 1 << 40, 1 << 52, 1 << 56
"""Where the numbers of ties outside, of supplies from there, of false deals begin."""

OUTSIDE_FROM, FALSE_FROM = 100_000, 280_000
"""Where the serial numbers of invoices to outside, and of false ones, begin."""


class Ties(NamedTuple):
    """Lasting relations with firms outside the city, those of a firm together.

    Attributes:
        own: The firm whose sales, or purchases, are divided.
        number: Number of the relation.
        share: Its share in all the firm's sales or purchases; the largest is last.
    """

    own: Ints
    number: Ints
    share: Floats


class Deals(NamedTuple):
    """What a pair trades in a month, one place each.

    Attributes:
        seller: Who sells; -1 for a firm outside the city.
        buyer: Who buys; -1 for a firm outside the city.
        number: Number of the tie.
        key: What all that is drawn for the deal depends on.
        invoices: Number of invoices.
        amount: Their sum without tax, CNY.
        offset: Serial number of the first in the month, of the firm that is divided.
        limit: Face limit of an invoice if the deal is cut along it; else 0.
        back: Month in which all of it is taken back; NEVER for honest trade.
    """

    seller: Ints
    buyer: Ints
    number: Ints
    key: Ints
    invoices: Ints
    amount: Floats
    offset: Ints
    limit: Floats
    back: Ints


class Habit(NamedTuple):
    """How each firm of the city invoices.

    Attributes:
        usual: Usual invoices a month.
        sales: Sales a month for which they are usual.
        limit: Face limit, without the tax.
        inside: Share of sales that goes to customers in the city.
        first: First place of its customers in the city's trade.
    """

    usual: Floats
    sales: Floats
    limit: Floats
    inside: Floats
    first: Ints


@remembered
def habit(world: World) -> Habit:
    """Return how each firm invoices."""
    sales = world.city.sales.astype(float)
    random = stream(world.city.seed, "dealing")
    log = BY_SIZE * np.log(sales / MEDIAN_SALES)
    usual = INVOICES * np.exp(log + SPREAD * random.standard_normal(len(sales)))
    told = world.trade
    face = np.array(LIMITS)[np.searchsorted(LIMIT_SALES, sales)]
    rate = np.where(world.city.general, of_sector("vat")[world.city.sector], SMALL_RATE)
    return Habit(
        usual=usual,
        sales=sales / 12,
        limit=face / (1 + rate),
        inside=np.bincount(told.seller, told.share, len(sales)),
        first=np.searchsorted(told.seller, np.arange(len(sales))),
    )


def expected(how: Habit, firm: Ints, amount: Floats) -> Floats:
    """Return how many invoices firms should have for amounts of a month."""
    return how.usual[firm] * (amount / how.sales[firm]) ** BY_MONTH


def customers_outside(world: World, block: Block) -> Ties:
    """Return the customers outside the city of a block's firms."""
    told = outside(world.city, block)
    every = np.arange(block.first, block.last)
    own = np.concatenate([told.seller, every])
    share = np.concatenate([told.share + 1e-6, np.full(block.size, OTHERS)])
    return tied(own, share, OUTSIDE + block.number * (1 << 32))


def suppliers_outside(world: World, block: Block) -> Ties:
    """Return the suppliers outside the city of a block's firms."""
    random = world.stream("dealing.supplies", 0, block)
    own = np.repeat(np.arange(block.first, block.last), customers(random, block))
    share = random.standard_gamma(CONCENTRATION, len(own)) + 1e-6
    whole = np.bincount(own - block.first, share)[own - block.first]
    return tied(own, share / whole, SUPPLIES + block.number * (1 << 32))


def tied(own: Ints, share: Floats, number: int) -> Ties:
    """Return ties ordered by firm and share, numbered from a number on."""
    order = np.lexsort([share, own])
    return Ties(own[order], number + order, share[order])


def ties_of(ties: Ties, wanted: Flags) -> Ties:
    """Return the ties of some firms of the city."""
    return Ties(*(column[wanted[ties.own]] for column in ties))


def uniform(key: Ints, salt: int) -> Floats:
    """Return numbers between 0 and 1 by the keys they are drawn for."""
    mixed = scrambled(key, salt) >> np.uint64(11)
    return (mixed.astype(np.float64) + 0.5) * 2.0**-53


def keyed(world: World, number: Ints, month: int) -> Ints:
    """Return the keys of ties in a month."""
    seed = scrambled(np.array([world.city.seed]), month)
    return scrambled(number, 3) ^ seed


def counted(mean: Floats, place: Floats) -> Ints:
    """Return the counts of Poisson distributions at places from 0 to 1.

    Exact for small means, by the normal distribution and its skew for large ones.
    """
    z = ndtri(place)
    found = np.round(mean + np.sqrt(mean) * z + (z * z - 1) / 6).clip(0)
    small = np.flatnonzero(mean < 12)
    mean, place = mean[small], place[small]
    chance = np.exp(-mean)
    reached, count = chance.copy(), np.zeros(len(small))
    left = np.flatnonzero(place > reached)
    for number in range(1, 60):
        if not len(left):
            break
        chance[left] *= mean[left] / number
        reached[left] += chance[left]
        count[left] = number
        left = left[place[left] > reached[left]]
    found[small] = count
    return found.astype(np.int64)


def inside(world: World, how: Habit, places: Ints, month: int) -> Deals:
    """Return what some pairs of the city trade in a month.

    Both sides come to the same: it depends on the seller's sales and on the pair. All
    pairs of a seller never trade more than it sells.

    Args:
        world: The city.
        how: How firms invoice.
        places: Places of the pairs in the city's trade.
        month: The month.
    """
    told = world.trade
    sells = world.activity.sales[month, told.seller[places]] > 0
    places = places[sells]
    seller, share = told.seller[places], told.share[places].astype(float)
    sold = world.activity.sales[month, seller].astype(float)
    key = keyed(world, places, month)
    mean = expected(how, seller, sold) * share
    count = counted(mean, uniform(key, 1))
    uneven = np.exp(UNEVEN * ndtri(uniform(key, 2)) - UNEVEN**2 / 2)
    times = np.minimum(uneven / -np.expm1(-mean - 1e-9), 0.98 / how.inside[seller])
    return cut(
        Deals(
            seller=seller,
            buyer=told.buyer[places],
            number=places,
            key=key,
            invoices=count,
            amount=np.round(sold * share * times * (count > 0), 2),
            offset=(places - how.first[seller]) * MOST,
            limit=how.limit[seller],
            back=np.full(len(places), NEVER),
        )
    )


def divided(world: World, ties: Ties, rest: Floats, how: Habit, month: int) -> Deals:
    """Return what firms sell outside the city in a month.

    Args:
        world: The city.
        ties: Their customers there.
        rest: What is left to be sold there, one a firm of the city, CNY.
        how: How firms invoice.
        month: The month.
    """
    ties = ties_of(ties, rest > 0)
    own, whole = ties.own, rest[ties.own]
    first = np.flatnonzero(np.diff(own, prepend=-1))
    size = np.diff(first, append=len(own))
    firm = own[first]
    key = keyed(world, ties.number, month)
    mean = np.repeat(expected(how, firm, rest[firm]), size) * ties.share
    count = counted(mean, uniform(key, 1))
    none = np.add.reduceat(count, first) == 0
    count[(first + size - 1)[none]] = 1
    weight = count * np.exp(UNEVEN * ndtri(uniform(key, 2)))
    total = np.repeat(np.add.reduceat(weight, first), size)
    deals = cut(
        Deals(
            seller=own,
            buyer=np.full(len(key), -1),
            number=ties.number,
            key=key,
            invoices=count,
            amount=np.round(whole * weight / total, 2),
            offset=np.zeros(len(key), np.int64),
            limit=how.limit[own],
            back=np.full(len(key), NEVER),
        )
    )
    before = np.cumsum(deals.invoices) - deals.invoices
    _, start, group = np.unique(deals.seller, return_index=True, return_inverse=True)
    return deals._replace(offset=OUTSIDE_FROM + before - before[start][group])


def cut(deals: Deals) -> Deals:
    """Return the deals that come about, large ones cut along the face limit."""
    deals = chosen(deals, (deals.invoices > 0) & (deals.amount >= 1))
    limit = np.maximum(FULL * deals.limit, deals.amount / (MOST - 1))
    large = deals.amount > NEAR * deals.limit * deals.invoices
    pieces = np.ceil(deals.amount / limit).astype(np.int64)
    return deals._replace(
        invoices=np.where(large, pieces, np.minimum(deals.invoices, MOST)),
        limit=np.where(large, limit, 0),
    )


def turned(deals: Deals) -> Deals:
    """Return deals with seller and buyer changed: purchases that were divided."""
    return deals._replace(seller=deals.buyer, buyer=deals.seller)


def false_deals(world: World, month: int) -> Deals:
    """Return the false sales of a month, invoiced just below the limit."""
    told = feigned(world)
    own = np.flatnonzero(told.month == month)
    number = FALSE + told.pair[own].astype(np.int64)
    amount = told.amount[own]
    limit = np.maximum(0.9 * LIMITS[1], amount / (MOST_FALSE - 1))
    count = np.maximum(np.ceil(amount / limit), 1).astype(np.int64)
    return Deals(
        seller=told.seller[own],
        buyer=told.buyer[own],
        number=number,
        key=keyed(world, number, month),
        invoices=count,
        amount=amount,
        offset=FALSE_FROM + MOST_FALSE * (told.pair[own] % 1000),
        limit=limit,
        back=told.back[own],
    )


def chosen(deals: Deals, which: Flags) -> Deals:
    """Return some of the deals."""
    return Deals(*(column[which] for column in deals))


def together(parts: list[Deals]) -> Deals:
    """Return deals one below the other."""
    return Deals(*(np.concatenate(column) for column in zip(*parts, strict=True)))
