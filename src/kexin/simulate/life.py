"""Health, distress, default, closure: the hidden life that registers show late.

Month by month for all firms at once, as a default hits customers, suppliers, related
firms and guarantors (SIMULATOR.md section 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import of_sector
from kexin.simulate.draws import logistic, stream
from kexin.simulate.network import reached
from kexin.simulate.sectors import CONSTRUCTION, DISTRICTS, SECTORS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Flags, Floats, Ints
    from kexin.simulate.city import City
    from kexin.simulate.network import Trade

NORMAL, DISTRESS, DEFAULTED, WINDING, GONE = range(5)

NEVER = 10_000
"""Month of what does not happen."""

PERSISTENCE = 0.95
ONSET = 0.00138
"""Monthly chance of distress; the prototype's 0.0015 had fewer ways of contagion."""
QUALITY, HEALTH, SIZE, RELATED = -0.65, -0.75, -0.14, 1.3
CUSTOMER = 4.0
"""Weight of customers' blows. SIMULATOR.md has 2.2; on four cities of 72,516 firms that
made defaults 1.1 to 1.6 times as frequent after a main customer's, 4.0 makes it 1.8 to
2.0, inside the band of check C27."""

SUPPLIER_WEIGHT = 0.3
BLOW_DECAY = 0.90
RELATED_MONTHS = 24
TRACES, TRACE_LEVEL = 9, 14
"""Months after a default in which it still shows, and as how many of distress."""

SUDDEN, CLOSURE, MOVE = 0.00040, 0.0024, 0.004 / 12
SCAR = 0.5
AGES = (0, 1, 2, 3, 5, 7, 10, 15, 30)
AGE_HAZARD = (-0.60, 0, 0.25, 0.40, 0.30, 0.15, -0.10, -0.30, -0.40)
MACRO = {
    2019: 0.0, 2020: 0.30, 2021: -0.10, 2022: 0.25,
    2023: 0.08, 2024: 0.12, 2025: 0.05, 2026: -0.02,
}  # fmt: skip
FATES = ("cured", "revoked", "deregistered", "bankrupt", "zombie")
FATE_SHARES = (0.25, 0.2625, 0.15, 0.045, 0.2925)
"""Cured 25 %; of the others 35, 20, 6 and 39 % (section 4.3)."""

FATE_MONTHS = {
    "cured": (12, 30),
    "revoked": (9, 30),
    "deregistered": (12, 36),
    "bankrupt": (3, 18),
}


class Defaults(NamedTuple):
    """One place a default.

    Attributes:
        firm: The firm.
        month: Month of the default.
        onset: Month in which distress began; that of the default if it was sudden.
        sudden: Whether it came without distress.
        fate: Place in `FATES`.
        end: Month in which the fate came true; NEVER for a zombie.
    """

    firm: Ints
    month: Ints
    onset: Ints
    sudden: Flags
    fate: Ints
    end: Ints


class Life(NamedTuple):
    """The hidden life of a city.

    Attributes:
        health: Health z, months x firms.
        distress: Months since onset, counted from 1; 14 in the months after a default
            in which traces remain; 0 otherwise. Months x firms.
        winding: Months of an orderly end that winds down, 1 to 6; 0 otherwise.
        active: Whether the firm trades and files. Months x firms.
        gone: Month from which it is deregistered, moved out or merged; NEVER if it
            stands.
        moved: Whether it moved out.
        defaults: All defaults.
        onsets: All onsets of distress: firm and month.
        recoveries: All recoveries without default: firm and month.
    """

    health: Floats
    distress: Ints
    winding: Ints
    active: Flags
    gone: Ints
    moved: Flags
    defaults: Defaults
    onsets: tuple[Ints, Ints]
    recoveries: tuple[Ints, Ints]

    def shown(self, months: slice, firms: slice) -> Floats:
        """Return the months of distress that registers may show, months x firms."""
        return self.distress[months, firms].astype(np.float32)


class Blows:
    """How hard customers, suppliers and related firms hit each firm just now.

    Half of a blow arrives at once, half over the three months after it.
    """

    def __init__(self, city: City, trade: Trade) -> None:
        self.trade = trade
        self.by_buyer = reached(trade.buyer, city.size)
        self.by_seller = reached(trade.seller, city.size)
        self.now = np.zeros(city.size)
        self.coming = [np.zeros(city.size) for _ in range(3)]
        self.related = [Related(city.group), Related(city.circle)]

    def month(self) -> None:
        """Let a month pass."""
        self.now = self.now * BLOW_DECAY + self.coming.pop(0)
        self.coming.append(np.zeros_like(self.now))

    def hit(self, firms: Ints, month: int) -> None:
        """Take in the firms that defaulted in a month."""
        blow = np.zeros_like(self.now)
        bought = self.by_buyer.of(firms)
        np.add.at(blow, self.trade.seller[bought], self.trade.share[bought])
        sold = self.by_seller.of(firms)
        weight = SUPPLIER_WEIGHT * self.trade.supply[sold]
        np.add.at(blow, self.trade.buyer[sold], weight)
        self.now += blow / 2
        self.coming = [coming + blow / 6 for coming in self.coming]
        for related in self.related:
            related.hit(firms, month)

    def log_hazard(self, month: int) -> Floats:
        """Return what they add to the log hazard of distress."""
        touched = self.related[0].recent(month) | self.related[1].recent(month)
        return CUSTOMER * self.now + RELATED * touched


class Related:
    """When a firm of the same group or circle last defaulted."""

    def __init__(self, number: Ints) -> None:
        self.number = number
        self.last = np.full(number.max() + 2, -NEVER)

    def hit(self, firms: Ints, month: int) -> None:
        """Take in the firms that defaulted in a month."""
        own = self.number[firms]
        self.last[own[own >= 0]] = month

    def recent(self, month: int) -> Flags:
        """Whether a related firm defaulted within two years."""
        return (self.number >= 0) & (month - self.last[self.number] <= RELATED_MONTHS)


class Souls:
    """Where each firm stands in the current month, and when that ends."""

    def __init__(self, city: City) -> None:
        size = city.size
        self.quality = city.quality.astype(float)
        self.state = np.zeros(size, np.int8)
        self.since = np.full(size, NEVER)
        self.until = np.full(size, NEVER)
        self.recovers = np.zeros(size, np.bool_)
        self.defaulted = np.full(size, NEVER)
        self.winding = np.full(size, NEVER)
        self.gone = np.full(size, NEVER)
        self.moved = np.zeros(size, np.bool_)


class Events(NamedTuple):
    """What happened, month by month; each entry an array."""

    onsets: list[tuple[int, Ints]]
    recoveries: list[tuple[int, Ints]]
    defaults: list[Defaults]


def life(city: City, trade: Trade) -> Life:
    """Live through all months.

    Returns:
        Arrays of months x firms; eight bytes a firm and month in all.
    """
    shape = (clock.MONTHS, city.size)
    health, distress = np.zeros(shape, np.float32), np.zeros(shape, np.int8)
    winding, active = np.zeros(shape, np.int8), np.zeros(shape, np.bool_)
    souls, blows, events = Souls(city), Blows(city, trade), Events([], [], [])
    fixed = fixed_hazard(city)
    z = stream(city.seed, "health", 0).standard_normal(city.size)
    for month in range(clock.MONTHS):
        random = stream(city.seed, "life", month)
        z = healthier(z, souls.quality, random)
        health[month] = z
        blows.month()
        hazard = fixed + HEALTH * z + QUALITY * souls.quality + blows.log_hazard(month)
        hazard += moment_hazard(city, month)
        step(city, souls, hazard, month, random, events)
        defaults = events.defaults[-1].firm
        blows.hit(defaults, month)
        distress[month] = months_in_distress(souls, month)
        slow = (souls.state == WINDING) & (souls.winding <= month)
        winding[month] = np.where(slow, month - souls.winding + 1, 0).clip(0, 6)
        active[month] = is_active(city, souls, month)
    return Life(
        health, distress, winding, active, souls.gone, souls.moved,
        Defaults(*(np.concatenate(p) for p in zip(*events.defaults, strict=True))),
        listed(events.onsets), listed(events.recoveries),
    )  # fmt: skip


def healthier(z: Floats, quality: Floats, random: np.random.Generator) -> Floats:
    """Return the next month's health."""
    drift = (1 - PERSISTENCE) * 0.35 * quality
    noise = np.sqrt(1 - PERSISTENCE**2) * 0.94 * random.standard_normal(len(z))
    return PERSISTENCE * z + drift + noise


def fixed_hazard(city: City) -> Floats:
    """Return the part of the log hazard that never changes."""
    district = stream(city.seed, "districts").normal(0, 0.10, len(DISTRICTS))
    return (
        np.log(ONSET)
        + of_sector("log_hazard")[city.sector]
        + district[city.district]
        + SIZE * city.relative_size
    )


def moment_hazard(city: City, month: int) -> Floats:
    """Return the part of the log hazard that the month brings: age, year and shocks."""
    age = np.interp((month - city.born) / 12, AGES, AGE_HAZARD)
    year = max(int(clock.year_of(month)), clock.FIRST_YEAR)
    common = city.variant.macro * MACRO[year]
    own = stream(city.seed, "macro", year).normal(0, 0.15, len(SECTORS))
    return age + common + own[city.sector] + shocks(city, month)


def shocks(city: City, month: int) -> Floats:
    """Return the log hazard that named shocks add in a month (section 4.2)."""
    when = int(clock.year_of(month)), int(clock.number_of(month))
    services = np.array([s.service or s.id == "trade" for s in SECTORS])[city.sector]
    construction = city.sector == CONSTRUCTION
    usual = city.variant
    added = np.zeros(city.size)
    if (2020, 2) <= when <= (2020, 4):
        added += np.where(services, 0.5, 0.3)
    if (2022, 4) <= when <= (2022, 6) or when == (2022, 12):
        added += 0.3
    if (2021, 10) <= when <= (2024, 12):
        added += 0.25 * construction
    if when >= (2024, 7):
        added += usual.recession
    if when >= (2024, 1):
        added += usual.crash * construction
    tariffs = (2025 - 2016) * 12 + 4 - 7
    if tariffs <= month < tariffs + 12:
        added += usual.tariff * city.us_share * (1 - (month - tariffs) / 12)
    return added


def step(
    city: City,
    souls: Souls,
    hazard: Floats,
    month: int,
    random: np.random.Generator,
    events: Events,
) -> None:
    """Let a month happen to every firm."""
    returned(souls, month)
    events.onsets.append((month, fall_ill(city, souls, hazard, month, random)))
    ended = (souls.state == DISTRESS) & (souls.until == month)
    well = np.flatnonzero(ended & souls.recovers)
    souls.state[well] = NORMAL
    events.recoveries.append((month, well))
    ill = np.flatnonzero(ended & ~souls.recovers)
    events.defaults.append(
        default(souls, ill, sudden(city, souls, month, random), month, random)
    )
    leave(city, souls, month, random)


def lives(city: City, souls: Souls, month: int) -> Flags:
    """Whether a firm exists and is in no trouble."""
    return (city.born <= month) & (souls.state == NORMAL)


def fall_ill(
    city: City, souls: Souls, hazard: Floats, month: int, random: np.random.Generator
) -> Ints:
    """Begin distress where it strikes, and settle how it will end; the firms."""
    struck = random.random(city.size) < 1 - np.exp(-np.exp(hazard))
    firms = np.flatnonzero(lives(city, souls, month) & struck)
    lasts = np.maximum(2, random.gamma(4, 3.3, len(firms)))
    recovers = random.random(len(firms)) < logistic(-0.75 + 0.55 * souls.quality[firms])
    early = lasts * random.uniform(0.4, 1, len(firms)) + 1
    souls.state[firms], souls.since[firms] = DISTRESS, month
    souls.recovers[firms] = recovers
    souls.until[firms] = month + np.where(recovers, early, lasts).astype(int)
    return firms


def sudden(city: City, souls: Souls, month: int, random: np.random.Generator) -> Ints:
    """Return the firms that default without distress."""
    chance = SUDDEN * np.exp(0.25 * city.care - 0.15 * souls.quality)
    struck = random.random(city.size) < chance
    return np.flatnonzero(lives(city, souls, month) & struck)


def default(
    souls: Souls, ill: Ints, struck: Ints, month: int, random: np.random.Generator
) -> Defaults:
    """Let firms default, and settle what becomes of each."""
    firms = np.concatenate([ill, struck])
    fate = np.searchsorted(np.cumsum(FATE_SHARES), random.random(len(firms)))
    fate = fate.clip(0, len(FATES) - 1)
    end = np.full(len(firms), NEVER)
    for name, (first, last) in FATE_MONTHS.items():
        own = fate == FATES.index(name)
        end[own] = month + random.integers(first, last + 1, own.sum())
    onset = np.concatenate([souls.since[ill], np.full(len(struck), month)])
    souls.state[firms], souls.defaulted[firms] = DEFAULTED, month
    souls.until[firms] = end
    souls.recovers[firms] = fate == FATES.index("cured")
    out = fate == FATES.index("deregistered")
    souls.gone[firms[out]] = end[out]
    return Defaults(
        firms, np.full(len(firms), month), onset, np.arange(len(firms)) >= len(ill),
        fate, end,
    )  # fmt: skip


def returned(souls: Souls, month: int) -> None:
    """Let firms whose default is cured live on, with a scar."""
    cured = (souls.state == DEFAULTED) & souls.recovers & (souls.until == month)
    souls.state[cured] = NORMAL
    souls.quality[cured] -= SCAR


def leave(city: City, souls: Souls, month: int, random: np.random.Generator) -> None:
    """Let firms close in good order, at once or winding down, and let some move out."""
    old = lives(city, souls, month) & (month - city.born >= 8)
    closes = random.random(city.size) < CLOSURE * np.exp(
        -0.35 * city.relative_size - 0.15 * souls.quality
    )
    slowly = random.random(city.size) < 0.5
    moves = random.random(city.size) < MOVE
    souls.state[old & closes] = WINDING
    souls.winding[old & closes & slowly] = month
    souls.gone[old & closes] = month + np.where(slowly, 6, 1)[old & closes]
    goes = old & moves & ~closes
    souls.state[goes], souls.moved[goes], souls.gone[goes] = WINDING, True, month + 1
    souls.state[souls.gone <= month] = GONE


def months_in_distress(souls: Souls, month: int) -> Ints:
    """Return the months since onset that may show, and the traces of a default."""
    ill = np.where(souls.state == DISTRESS, month - souls.since + 1, 0)
    traces = (month - souls.defaulted >= 0) & (month - souls.defaulted < TRACES)
    return np.where(traces, TRACE_LEVEL, ill).clip(0, 60).astype(np.int8)


def is_active(city: City, souls: Souls, month: int) -> Flags:
    """Whether a firm trades and files: of defaulted firms only those that are cured."""
    after = month - souls.defaulted >= TRACES
    silent = (souls.state == DEFAULTED) & after & ~souls.recovers
    return (city.born <= month) & (souls.gone > month) & ~silent


def listed(events: list[tuple[int, Ints]]) -> tuple[Ints, Ints]:
    """Return the firms and the months of events."""
    firms = np.concatenate([found for _, found in events])
    months = np.repeat([month for month, _ in events], [len(f) for _, f in events])
    return firms, months
