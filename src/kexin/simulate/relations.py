"""Who is related to whom, and since when, as registers let the platform see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.registers.core import EDGE_KIND
from kexin.simulate import clock
from kexin.simulate.life import NEVER
from kexin.simulate.officers import ROLES
from kexin.simulate.remembered import remembered
from kexin.simulate.rows import coded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from kexin.simulate.arrays import Days, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

KINDS = tuple(EDGE_KIND)
MOST_SHARING = 20
"""Firms at an address or a phone above which it is an agent's (REGISTERS.md Q14)."""

CONTROL = 0.5
ABSENT = np.datetime64("NaT", "D")
FAR = np.datetime64("2100-01-01", "D")


class Edges(NamedTuple):
    """One place a directed relation, ordered by its source.

    Attributes:
        source: The firm from which it goes.
        target: The firm to which it goes.
        kind: Place in `KINDS`.
        weight: Its weight; absent where it has none.
        since: First day.
        until: Day on which it is over; absent while it lasts.
    """

    source: Ints
    target: Ints
    kind: Ints
    weight: Floats
    since: Days
    until: Days

    def kinds(self) -> pa.Array:
        """Return the kinds as codes."""
        return coded(self.kind, KINDS)


@remembered
def fixed(world: World) -> Edges:
    """Return all relations but those of trade."""
    parts = [*held(world), *shared(world), guarantees(world)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    end = clock.first_day(np.minimum(world.life.gone, clock.MONTHS + 1))
    over = np.minimum(end[columns[0]], end[columns[1]])
    until = np.fmin(columns[5], np.where(over > clock.LAST_DAY, ABSENT, over))
    lasts = ~(until <= columns[4]) & (columns[4] < over)
    order = np.lexsort([columns[4], columns[2], columns[1], columns[0]])
    order = order[lasts[order]]
    whole = Edges._make([*columns[:5], until])
    return Edges(*(column[order] for column in whole))


def held(world: World) -> Iterator[Edges]:
    """Yield investments in firms of the city, and control where it is half or more."""
    own = world.holdings
    inside = own.inside & (own.holder != own.firm)
    for kind, which in (
        ("invest", inside),
        ("controls", inside & (own.ratio >= CONTROL)),
    ):
        at = np.flatnonzero(which)
        yield Edges(
            own.holder[at].astype(np.int64), own.firm[at], place_of(kind, len(at)),
            own.ratio[at], own.since[at], own.until[at],
        )  # fmt: skip


def place_of(kind: str, size: int) -> Ints:
    """Return the same kind for several relations."""
    return np.full(size, KINDS.index(kind))


def shared(world: World) -> Iterator[Edges]:
    """Yield relations of firms that share a person, an address or a phone."""
    told, city = world.terms, world.city
    rep = ROLES.index("legal_rep")
    own = told.role == rep
    yield common("same_legal_rep", told.person[own], told.firm[own], told.since[own],
                 told.until[own])  # fmt: skip
    own = np.isin(told.role, [ROLES.index(r) for r in ("supervisor", "finance")])
    yield common("same_officer", told.person[own], told.firm[own], told.since[own],
                 told.until[own])  # fmt: skip
    filed = world.filings
    moved = filed.changes("address") | (filed.items == 0)
    at = np.flatnonzero(moved)
    until = np.full(len(at), ABSENT)
    goes_on = filed.firm[at[1:]] == filed.firm[at[:-1]]
    until[:-1][goes_on] = filed.day[at[1:]][goes_on]
    since = np.where(filed.items[at] == 0, city.birthday[filed.firm[at]], filed.day[at])
    yield common("same_address", filed.address[at], filed.firm[at], since, until)
    every = np.arange(city.size)
    yield common("same_phone", world.places.phone, every, city.birthday,
                 np.full(city.size, ABSENT))  # fmt: skip


def common(kind: str, number: Ints, firm: Ints, since: Days, until: Days) -> Edges:
    """Return relations, both ways, of firms with the same number at the same time."""
    order = np.argsort(number, kind="stable")
    number, firm, since, until = number[order], firm[order], since[order], until[order]
    first = np.searchsorted(number, number)
    size = np.searchsorted(number, number, side="right") - first
    few = (size > 1) & (size <= MOST_SHARING)
    place = np.flatnonzero(few)
    left = np.repeat(place, size[place])
    shift = np.arange(len(left)) - np.repeat(
        np.cumsum(size[place]) - size[place], size[place]
    )
    right = np.repeat(first[place], size[place]) + shift
    begin = np.maximum(since[left], since[right])
    end = np.fmin(until[left], until[right])
    meets = (firm[left] != firm[right]) & ~(end <= begin)
    left, right, begin, end = left[meets], right[meets], begin[meets], end[meets]
    return once(
        Edges(firm[left], firm[right], place_of(kind, len(left)),
              np.full(len(left), np.nan), begin, end)
    )  # fmt: skip


def once(found: Edges) -> Edges:
    """Return relations without those that begin a second time on the same day."""
    order = np.lexsort([found.since, found.target, found.source])
    source, target, since = (
        found.source[order], found.target[order], found.since[order],
    )  # fmt: skip
    new = np.ones(len(order), np.bool_)
    new[1:] = (
        (source[1:] != source[:-1])
        | (target[1:] != target[:-1])
        | (since[1:] != since[:-1])
    )
    return Edges(*(column[order[new]] for column in found))


def guarantees(world: World) -> Edges:
    """Return who guarantees whose loans, with what is guaranteed to the capital."""
    own, lent, city = world.lending.guarantees, world.lending, world.city
    amount = lent.debt[own.obligor] * city.sales[own.obligor] * own.share
    weight = np.minimum(amount / np.maximum(city.capital[own.guarantor], 1e5), 999)
    over = lent.over[own.obligor]
    ends = (over < NEVER) & (over < clock.MONTHS)
    until = np.where(ends, clock.first_day(np.minimum(over, clock.MONTHS)), ABSENT)
    return Edges(
        own.guarantor, own.obligor, place_of("guarantees", len(own.obligor)), weight,
        clock.first_day(own.since), until,
    )  # fmt: skip


def partners(world: World, kind: str, block: Block) -> Edges:
    """Return who sells to whom, or buys from whom, of a part's firms."""
    trade, life, city = world.trade, world.life, world.city
    sells = kind == "sells_to"
    source, target = (
        (trade.seller, trade.buyer) if sells else (trade.buyer, trade.seller)
    )
    at = np.flatnonzero((source >= block.first) & (source < block.last))
    source, target = source[at].astype(np.int64), target[at].astype(np.int64)
    weight = (trade.share if sells else trade.supply)[at].astype(float)
    begun = np.maximum(
        np.maximum(city.born[source], city.born[target]) + 3, clock.BURN_IN
    )
    over = np.minimum(last_active(world)[source], last_active(world)[target]) + 1
    since = clock.first_day(begun) + 9
    until = np.where(
        over >= clock.MONTHS, ABSENT, clock.first_day(np.minimum(over, clock.MONTHS))
    )
    lives = (begun < np.minimum(over, clock.MONTHS)) & ~(until <= since)
    lives &= life.gone[source] > begun
    found = Edges(
        source, target, place_of(kind, len(at)), np.round(weight, 6), since, until
    )
    return once(Edges(*(column[lives] for column in found)))


@remembered
def last_active(world: World) -> Ints:
    """Return the last month in which each firm trades; -1 if it never does."""
    active = world.life.active
    back = np.argmax(active[::-1], axis=0)
    return np.where(active.any(0), clock.MONTHS - 1 - back, -1)
