"""Who sells to whom inside the city, and how much hangs on it (section 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate.city import of_sector
from kexin.simulate.draws import blocks, stream
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Flags, Floats, Ints
    from kexin.simulate.city import City
    from kexin.simulate.draws import Block

CUSTOMERS_MEAN, CUSTOMERS_SIZE, FEWEST = 12.0, 0.6, 2
CONCENTRATION = 0.35
LOCAL = 0.35
"""Share of customers that live in the city."""

SAME_SECTOR = 0.35
LARGEST_SUPPLY = 0.6


class Trade(NamedTuple):
    """Sales inside the city, one place a pair, ordered by seller.

    Attributes:
        seller: The firm that sells.
        buyer: The firm that buys.
        share: Share of the seller's sales.
        supply: Share of the buyer's purchases.
    """

    seller: Ints
    buyer: Ints
    share: Floats
    supply: Floats


class Reached(NamedTuple):
    """For each firm, the pairs in which it stands on one side.

    Attributes:
        order: Ints of the pairs, those of a firm together.
        first: For each firm, the first of its places; one more at the end.
    """

    order: Ints
    first: Ints

    def of(self, firms: Ints) -> Ints:
        """Return the places of all pairs of some firms."""
        starts, ends = self.first[firms], self.first[firms + 1]
        counts = ends - starts
        shift = np.repeat(
            starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts
        )
        return self.order[np.arange(counts.sum()) + shift]


def reached(side: Ints, firms: int) -> Reached:
    """Return the pairs of each firm on one side of trade."""
    order = np.argsort(side, kind="stable")
    counts = np.bincount(side, minlength=firms)
    return Reached(order, np.concatenate([[0], np.cumsum(counts)]))


def trade(city: City) -> Trade:
    """Draw who sells to whom."""
    parts = list(pairs(city))
    seller = np.concatenate([part[0] for part in parts])
    buyer = np.concatenate([part[1] for part in parts])
    share = np.concatenate([part[2] for part in parts])
    amount = share * city.sales[seller]
    bought = city.sales[buyer] * of_sector("purchases")[city.sector[buyer]]
    supply = np.minimum(amount / bought, LARGEST_SUPPLY).astype(np.float32)
    return Trade(seller, buyer, share, supply)


class Customers(NamedTuple):
    """All customers of a part of the city, one place each, ordered by seller.

    Attributes:
        seller: The firm that sells.
        share: Share of its sales.
        here: Whether the customer lives in the city.
    """

    seller: Ints
    share: Floats
    here: Flags


def every_customer(random: np.random.Generator, block: Block) -> Customers:
    """Draw the customers of a part of the city, and what each takes of all sales."""
    count = customers(random, block)
    seller = np.repeat(np.arange(block.first, block.last), count)
    weight = random.standard_gamma(CONCENTRATION, len(seller))
    total = np.add.reduceat(weight, np.concatenate([[0], np.cumsum(count)[:-1]]))
    share = weight / np.repeat(np.maximum(total, 1e-12), count)
    return Customers(seller, share, random.random(len(seller)) < LOCAL)


def outside(city: City, block: Block) -> Customers:
    """Return the customers of a part of the city that live elsewhere."""
    told = every_customer(stream(city.seed, "trade", block=block.number), block)
    return Customers(*(column[~told.here] for column in told))


def pairs(city: City) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield sellers, buyers and shares of sales, a part of the city at a time."""
    pools = [by_size(city, sector) for sector in range(len(SECTORS))]
    for block in blocks(city.size):
        random = stream(city.seed, "trade", block=block.number)
        told = every_customer(random, block)
        seller, share = told.seller[told.here], told.share[told.here]
        buyer = drawn(random, city.sector[seller], pools)
        kept = (buyer >= 0) & (buyer != seller)
        yield (
            seller[kept].astype(np.int32),
            buyer[kept].astype(np.int32),
            share[kept].astype(np.float32),
        )


def customers(random: np.random.Generator, block: Block) -> Ints:
    """Return how many customers firms have: 2 and a negative binomial."""
    chance = CUSTOMERS_SIZE / (CUSTOMERS_SIZE + CUSTOMERS_MEAN)
    return FEWEST + random.negative_binomial(CUSTOMERS_SIZE, chance, block.size)


def by_size(city: City, sector: int) -> tuple[Ints, Floats]:
    """Return a sector's firms, and where each ends on a line as long as their sizes."""
    own = np.flatnonzero(city.sector == sector)
    return own, np.cumsum(city.sales[own].astype(float) ** 0.8)


def drawn(
    random: np.random.Generator,
    sellers: Ints,
    pools: list[tuple[Ints, Floats]],
) -> Ints:
    """Return a buyer for each seller's sector: its own, or any other by weight.

    -1 where the city has no firm of the sector.
    """
    weights = of_sector("weight")
    other = np.searchsorted(np.cumsum(weights), random.random(len(sellers)))
    sector = np.where(random.random(len(sellers)) < SAME_SECTOR, sellers, other)
    sector = sector.clip(0, len(SECTORS) - 1)
    place = random.random(len(sellers))
    buyer = np.full(len(sellers), -1, np.int64)
    for number, (firms, ends) in enumerate(pools):
        wanted = sector == number
        if len(firms):
            found = np.searchsorted(ends, place[wanted] * ends[-1])
            buyer[wanted] = firms[found.clip(0, len(firms) - 1)]
    return buyer
