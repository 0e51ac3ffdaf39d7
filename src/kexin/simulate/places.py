"""Where firms sit, and under which number they are called.

One firm in seven sits at an agent's address, thousands of them at a few; firms of one
group and small neighbours share theirs too (REGISTERS.md section 2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import words
from kexin.simulate.city import choice
from kexin.simulate.draws import stream
from kexin.simulate.naming import scrambled
from kexin.simulate.rows import coded, numbered
from kexin.simulate.sectors import DISTRICTS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Flags, Ints
    from kexin.simulate.city import City

AGENTS_SHARE, AGENT_PHONE = 0.15, 0.7
"""Share of firms at an agent's address; share of these that give its number [est]."""

FIRMS_OF_AN_AGENT = 900
GROUP_ADDRESS, GROUP_PHONE = 0.35, 0.5
NEIGHBOURS = 0.04
"""Share of firms that share rooms with one or two others that are strangers [est]."""

AGENT_NUMBERS = 10**8
"""Numbers of agents' addresses and phones begin here."""

COUNTIES = {"330122": "桐庐县", "330127": "淳安县", "330182": "建德市"}
ROADS = 180


class Places(NamedTuple):
    """One place a firm, when it is founded.

    Attributes:
        address: Number of its address.
        phone: Number of its phone.
        agent: Whether it sits at an agent's.
    """

    address: Ints
    phone: Ints
    agent: Flags


def places(city: City) -> Places:
    """Draw where firms sit."""
    random = stream(city.seed, "places")
    own = np.arange(city.size, dtype=np.int64)
    leader = first_of_group(city)
    address = np.where(random.random(city.size) < GROUP_ADDRESS, leader, own)
    phone = np.where(random.random(city.size) < GROUP_PHONE, leader, own)
    strangers = random.random(city.size) < NEIGHBOURS
    pool = np.flatnonzero(strangers)
    address[pool] = pool[np.arange(len(pool)) // 3 * 3]
    agent = random.random(city.size) < AGENTS_SHARE
    number = agents(random, city, city.size)
    address = np.where(agent, number, address)
    calls = agent & (random.random(city.size) < AGENT_PHONE)
    return Places(address, np.where(calls, number, phone), agent)


def agents(random: np.random.Generator, city: City, size: int) -> Ints:
    """Return numbers of agents' addresses, the largest agents first."""
    count = max(3, int(AGENTS_SHARE * city.size / FIRMS_OF_AN_AGENT))
    place = choice(random, 1 / np.arange(1, count + 1), size)
    return AGENT_NUMBERS + place.astype(np.int64)


def first_of_group(city: City) -> Ints:
    """Return the first firm of each one's group; itself where it stands alone."""
    every = np.arange(city.size, dtype=np.int64)
    first = np.full(city.group.max() + 2, city.size)
    np.minimum.at(first, city.group, every)
    return np.where(city.group >= 0, first[city.group], every)


def addresses(number: Ints, district: Ints) -> pa.Array:
    """Return addresses as they are written, by their numbers and districts."""
    mixed = scrambled(number, 31)
    road = pa.array(roads()).take(pa.array((mixed % ROADS).astype(np.int32)))
    house = numbered("", (mixed // 1009 % 900 + 1).astype(np.int64), 1)
    storey = (mixed // 10_007 % 28 + 1).astype(np.int64)
    room = numbered("", storey * 100 + (mixed // 100_003 % 30).astype(np.int64), 3)
    return pc.binary_join_element_wise(
        "浙江省杭州市", coded(district, written_districts()), road, house, "号", room,
        "室", "",
    )  # fmt: skip


def written_districts() -> list[str]:
    """Return the districts as they are written in addresses."""
    return [COUNTIES.get(d.code, f"{d.name}区") for d in DISTRICTS]


def roads() -> list[str]:
    """Return invented names of roads."""
    signs, count = words.BRAND, len(words.BRAND)
    return [
        f"{signs[i * 7 % count]}{signs[(i * 13 + 5) % count]}{'路街'[i % 2]}"
        for i in range(ROADS)
    ]
