"""Who holds the firms: spells of a holder, its share and the capital of the time.

One to twelve holders, few of them most often; the first is the controller, or the
leading firm of its group (SIMULATOR.md section 3.2). Shares pass on filings that name
the holders; capital changes what all of them have subscribed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.registers.business import HOLDER_KIND
from kexin.simulate.city import choice
from kexin.simulate.draws import stream
from kexin.simulate.naming import controllers
from kexin.simulate.places import first_of_group

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.city import City
    from kexin.simulate.naming import Naming
    from kexin.simulate.registration import Filings

KINDS = tuple(HOLDER_KIND)
PERSON, FIRM = KINDS.index("person"), KINDS.index("firm")
KIND_SHARES = (0.87, 0.06, 0.04, 0.01, 0.015, 0.005)
"""Kinds of holders but the first, in the order of `KINDS` [est]."""

MOST = 12
STEEP = 1.4
"""Exponent of the number of holders (Zipf)."""

LED = 0.5
"""Share of a group's firms that its leading firm holds; else the controller does."""

PASSED_WHOLE = 0.55
"""Share of transfers of all that a holder has."""

HOLDER_NUMBERS = 5 * 10**9
"""Numbers of persons who hold shares and nothing else begin here."""

ABSENT = np.datetime64("NaT", "D")


class Holdings(NamedTuple):
    """One place a holder and spell, ordered by firm and day.

    Attributes:
        firm: The firm that is held.
        holder: Number of the person, place of the firm of the city, or of one outside.
        kind: Place in `KINDS`.
        inside: Whether the holder is a firm of the city.
        ratio: Its share.
        since: First day.
        until: Day on which it ends; absent while it lasts.
    """

    firm: Ints
    holder: Ints
    kind: Ints
    inside: Flags
    ratio: Floats
    since: Days
    until: Days


class Held:
    """Who holds each firm just now: firms x twelve places."""

    def __init__(self, city: City, naming: Naming, filed: Filings) -> None:
        random = stream(city.seed, "ownership")
        size, shape = city.size, (city.size, MOST)
        counts = 1 / np.arange(1, MOST + 1) ** STEEP
        self.count = choice(random, counts, size).astype(int) + 1
        self.kind = choice(random, np.array(KIND_SHARES), size * MOST).reshape(shape)
        numbers = np.arange(size * MOST, dtype=np.int64).reshape(shape)
        outside = random.integers(0, len(naming.outside_code), shape)
        self.kind[:, 0] = PERSON
        self.holder = np.where(self.kind == PERSON, HOLDER_NUMBERS + numbers, outside)
        self.holder[:, 0] = controllers(city)
        self.inside = np.zeros(shape, np.bool_)
        leader = first_of_group(city)
        led = (leader != np.arange(size)) & (random.random(size) < LED)
        led &= city.birthday[leader] <= city.birthday
        self.kind[led, 0], self.inside[led, 0] = FIRM, True
        self.holder[led, 0] = leader[led]
        self.ratio = shares(random, self.count)
        first = filed.first[:-1]
        self.since = np.repeat(city.birthday[filed.firm[first]], MOST).reshape(shape)

    def spells(self, firm: Ints, place: Ints, until: Days) -> list[Ints]:
        """Return spells that end, in the order of `Holdings`."""
        at = firm, place
        return [firm, self.holder[at], self.kind[at], self.inside[at], self.ratio[at],
                self.since[at], until]  # fmt: skip


def shares(random: np.random.Generator, count: Ints) -> Floats:
    """Return shares that add to one, the first the largest on average."""
    places = np.arange(MOST)
    weight = random.uniform(0.3, 1, (len(count), MOST)) / (places + 1) ** 1.3
    weight[places >= count[:, None]] = 0
    return np.round(weight / weight.sum(1, keepdims=True), 4)


def holdings(city: City, naming: Naming, filed: Filings) -> Holdings:
    """Return all spells of all holders."""
    held = Held(city, naming, filed)
    parts: list[list[Ints]] = []
    passed = filed.changes("holders")
    capital = filed.changes("capital_raise") | filed.changes("capital_cut")
    capital |= filed.changes("paid_in")
    event = np.flatnonzero(passed | capital)
    rank = np.arange(len(event)) - np.searchsorted(filed.firm[event], filed.firm[event])
    for number in range(int(rank.max(initial=-1)) + 1):
        at = event[rank == number]
        random = stream(city.seed, "ownership", number + 1)
        parts.extend(told(held, filed, at[capital[at]]))
        parts.extend(transfers(held, filed, at[passed[at]], random))
    firm, place = np.nonzero(np.arange(MOST) < held.count[:, None])
    parts.append(held.spells(firm, place, np.full(len(firm), ABSENT)))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    lasts = ~(columns[6] <= columns[5])
    order = np.lexsort([columns[5], columns[0]])
    order = order[lasts[order]]
    return Holdings(*(column[order] for column in columns))


def told(held: Held, filed: Filings, at: Ints) -> list[list[Ints]]:
    """Return the spells of all holders of firms whose capital changes; begin anew."""
    if not len(at):
        return []
    firm, day = filed.firm[at], filed.day[at]
    row, place = np.nonzero(np.arange(MOST) < held.count[firm][:, None])
    ended = held.spells(firm[row], place, day[row])
    held.since[firm[row], place] = day[row]
    return [ended]


def transfers(
    held: Held, filed: Filings, at: Ints, random: np.random.Generator
) -> list[list[Ints]]:
    """Return the spell of one holder a firm that passes shares on; begin anew."""
    if not len(at):
        return []
    firm, day = filed.firm[at], filed.day[at]
    place = (random.random(len(firm)) * held.count[firm]).astype(int)
    ended = held.spells(firm, place, day)
    whole = (random.random(len(firm)) < PASSED_WHOLE) | (held.count[firm] == MOST)
    part = np.where(whole, 1.0, np.round(random.uniform(0.1, 0.9, len(firm)), 2))
    passed = np.round(held.ratio[firm, place] * part, 4)
    to = np.where(whole, place, np.minimum(held.count[firm], MOST - 1))
    held.ratio[firm, place] = np.round(held.ratio[firm, place] - passed, 4)
    held.since[firm, place] = day
    held.holder[firm, to] = HOLDER_NUMBERS + 10**9 + at
    held.kind[firm, to], held.inside[firm, to] = PERSON, False
    held.ratio[firm, to], held.since[firm, to] = passed, day
    held.count[firm] += ~whole
    return [ended]
