"""What firms have registered, and how it changed: every filing with the registry.

One filing may change several items (SIMULATOR.md section 5.5). After each stands the
whole of what is registered then, so that the versions of a firm, its changes, its name
history and its representatives are told from one chain and agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import choice
from kexin.simulate.draws import stream
from kexin.simulate.places import AGENTS_SHARE, agents
from kexin.simulate.sectors import DISTRICTS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.city import City
    from kexin.simulate.life import Life
    from kexin.simulate.naming import Naming

ITEMS = {
    "address": 0.10,
    "scope": 0.16,
    "holders": 0.09,
    "officers": 0.10,
    "legal_rep": 0.045,
    "capital_raise": 0.05,
    "capital_cut": 0.012,
    "paid_in": 0.04,
    "term": 0.02,
}
"""Changes of each item a year; the last two [est]."""

NAME, ARTICLES = "name", "articles"
EVERY = (*ITEMS, NAME, ARTICLES)
WITH_ARTICLES = ("holders", "capital_raise", "capital_cut", NAME)
ARTICLES_CHANCE = 0.8
"""Chance that the articles are filed with an item that is written in them [est]."""

FILING = 0.55
"""Occasions to file a year, so that one filing changes some 1.6 items (REGISTERS.md 4).
"""

CUT_LATER, CUT_SINCE = 0.02, 96
FIVE_YEARS, FIVE_YEARS_SINCE, INFLATED = 0.0025, 96, 5
"""Monthly chance that capital of more than five times the sales is cut, since July 2024
(five-year rule)."""

MOVES_AWAY = 0.35
"""Share of moves that lead into another district [est]."""

NEW_PERSON = 10**9
"""Numbers from here on are persons who come to a firm after its founding."""

SCOPES = 40
"""Different scopes in each sector."""


class Filings(NamedTuple):
    """One place a filing, ordered by firm and day; the first is what there was.

    Attributes:
        firm: The firm.
        day: Day on which the registry approves it.
        items: What it changes, one bit an item of `EVERY`; 0 for the first.
        capital: Registered capital after it, CNY; as all that follows.
        paid: Paid-in capital, CNY.
        district: Place in `DISTRICTS`.
        address: Number of the address.
        scope: Number of the business scope.
        person: Number of the legal representative.
        first: For each firm, its first place; one more at the end.
    """

    firm: Ints
    day: Days
    items: Ints
    capital: Floats
    paid: Floats
    district: Ints
    address: Ints
    scope: Ints
    person: Ints
    first: Ints

    def changes(self, item: str) -> Flags:
        """Whether each filing changes an item."""
        return (self.items & bit(item)) > 0

    def place(self, firm: Ints, day: Days) -> Ints:
        """Return the places of what is registered of firms on days."""
        line = self.firm.astype(np.int64) * 100_000 + self.day.astype(np.int64) + 40_000
        asked = firm.astype(np.int64) * 100_000 + day.astype(np.int64) + 40_000
        found = np.searchsorted(line, asked, side="right") - 1
        return np.maximum(found, self.first[firm])


class Standing:
    """What is registered of every firm in the current month."""

    def __init__(self, city: City, naming: Naming, address: Ints) -> None:
        random = stream(city.seed, "registration")
        self.capital = city.capital.astype(float)
        self.paid = np.round(self.capital * city.paid, -2)
        self.district = city.district.copy()
        self.address = address.copy()
        self.scope = random.integers(0, SCOPES, city.size)
        self.person = naming.person.copy()

    def of(self, firm: Ints) -> list[Ints]:
        """Return what is registered of firms, in the order of `Filings`."""
        every = (self.capital, self.paid, self.district, self.address, self.scope,
                 self.person)  # fmt: skip
        return [column[firm] for column in every]


def bit(item: str) -> int:
    """Return the bit that stands for an item."""
    return 1 << EVERY.index(item)


def registration(city: City, life: Life, naming: Naming, address: Ints) -> Filings:
    """Draw all filings of all firms.

    Args:
        city: The firms.
        life: What distress and ends they go through.
        naming: Their names, which change on days of their own.
        address: Number of the address of each in the beginning.
    """
    standing = Standing(city, naming, address)
    every = np.arange(city.size)
    parts = [[every, beginnings(city, naming), np.zeros(city.size, np.int64),
              *standing.of(every)]]  # fmt: skip
    renamed, day = renames(naming)
    month = clock.month_of(day)
    for now in range(clock.MONTHS):
        random = stream(city.seed, "registration", now + 1)
        items = drawn_items(city, life, standing, now, random)
        own = month == now
        items[renamed[own]] |= bit(NAME)
        add_articles(items, random)
        firm = np.flatnonzero(items)
        change(city, standing, firm, items[firm], now, random)
        moment = filing_days(now, city.size, random)
        moment[renamed[own]] = day[own]
        parts.append([firm, moment[firm], items[firm], *standing.of(firm)])
    return ordered(parts, city.size)


def beginnings(city: City, naming: Naming) -> Days:
    """Return the day of each firm's last filing before the city's first month."""
    since = naming.names.since.copy()
    later = since >= clock.first_day(0)
    since[later] = np.datetime64("1900-01-01", "D")
    latest = np.maximum.reduceat(since, naming.names.first[:-1])
    return np.maximum(latest, city.birthday)


def renames(naming: Naming) -> tuple[Ints, Days]:
    """Return firms that change their name in the city's months, and the days."""
    names = naming.names
    first = np.zeros(len(names.firm), np.bool_)
    first[names.first[:-1]] = True
    own = ~first & (names.since >= clock.first_day(0))
    return names.firm[own], names.since[own]


def drawn_items(
    city: City, life: Life, standing: Standing, month: int, random: np.random.Generator
) -> Ints:
    """Return the items that each firm changes in a month, as bits."""
    files = life.active[month] & (city.born < month)
    occasion = files & (random.random(city.size) < FILING / 12)
    firm = np.flatnonzero(occasion)
    restless = np.exp(np.minimum(0.11 * life.distress[month, firm], 1.6))
    items = np.zeros(city.size, np.int64)
    for item, rate in ITEMS.items():
        if item == "capital_cut" and month >= CUT_SINCE:
            rate = CUT_LATER  # noqa: PLW2901  (the rate of this month)
        chance = rate / FILING * (restless if item in {"legal_rep", "address"} else 1.0)
        items[firm] |= bit(item) * (random.random(len(firm)) < chance)
    if month >= FIVE_YEARS_SINCE:
        inflated = files & (standing.capital > INFLATED * city.sales)
        items |= bit("capital_cut") * (
            inflated & (random.random(city.size) < FIVE_YEARS)
        )
    both = (items & bit("capital_cut") > 0) & (items & bit("capital_raise") > 0)
    items[both] &= ~bit("capital_raise")
    return items


def add_articles(items: Ints, random: np.random.Generator) -> None:
    """Let the articles be filed where what they say is changed."""
    written = sum(bit(item) for item in WITH_ARTICLES)
    which = (items & written > 0) & (random.random(len(items)) < ARTICLES_CHANCE)
    items[which] |= bit(ARTICLES)


def change(
    city: City,
    standing: Standing,
    firm: Ints,
    items: Ints,
    month: int,
    random: np.random.Generator,
) -> None:
    """Let what is registered change."""

    def those(item: str) -> Ints:
        return firm[items & bit(item) > 0]

    raised, cut = those("capital_raise"), those("capital_cut")
    more = standing.capital[raised] * random.uniform(1.2, 3, len(raised))
    standing.capital[raised] = np.round(more, -4)
    less = standing.capital[cut] * random.uniform(0.1, 0.7, len(cut))
    standing.capital[cut] = np.maximum(np.round(less, -4), 3e4)
    standing.paid[cut] = np.minimum(standing.paid, standing.capital)[cut]
    payer = those("paid_in")
    rest = standing.capital[payer] - standing.paid[payer]
    part = np.where(random.random(len(payer)) < 0.5, 1, random.random(len(payer)))
    standing.paid[payer] += np.round(rest * part, -2)
    mover = those("address")
    away = mover[random.random(len(mover)) < MOVES_AWAY]
    weights = np.array([district.weight for district in DISTRICTS])
    standing.district[away] = choice(random, weights, len(away))
    agent = random.random(len(mover)) < AGENTS_SHARE
    own = city.size * (month + 2) + mover
    standing.address[mover] = np.where(agent, agents(random, city, len(mover)), own)
    standing.scope[those("scope")] = random.integers(0, SCOPES, len(those("scope")))
    standing.person[those("legal_rep")] = newcomers(city, those("legal_rep"), month)


def newcomers(city: City, firm: Ints, month: int) -> Ints:
    """Return the numbers of persons who come to firms in a month."""
    return NEW_PERSON + city.size * np.int64(month + 1) + firm


def filing_days(month: int, size: int, random: np.random.Generator) -> Days:
    """Return a working day inside a month for every firm."""
    start = clock.first_day(month)
    length = int((clock.first_day(month + 1) - start).astype(int))
    day = start + random.integers(0, length, size)
    return np.busday_offset(day, 0, roll="modifiedpreceding", holidays=clock.holidays())


def ordered(parts: list[list[Ints]], firms: int) -> Filings:
    """Return filings by firm and day."""
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort([columns[1], columns[0]])
    first = np.searchsorted(columns[0][order], np.arange(firms + 1))
    return Filings._make([*(column[order] for column in columns), first])
