"""Who lives in the city: what is drawn once for each firm (SIMULATOR.md section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import happens, logistic, stream
from kexin.simulate.sectors import DISTRICTS, SECTORS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.variant import Variant


REGISTERED = 72_516
"""Firms registered on the Hangzhou platform (SRC-SEED); the city's usual size."""

VISIBLE = {"sales": 0.70, "staff": 0.60, "tax": 0.65, "court": 0.70}
"""Chance that distress shows in a register (section 3.2)."""

EXPORTERS = 0.75
"""Brings the sectors' chances to the 4 to 6 % of check C13; as told they give 7 %."""

EVER_HNTE, EVER_PROVINCIAL = 0.131, 0.300
"""Share of firms that are ever high-tech firms, and technology SMEs of the province, so
that 7.6 % and 18.9 % of all are at the city's last day (check C2)."""

FINANCED = 0.16
"""Share of high-tech firms that banks finance for that; without it 53.7 % of them have
loans, and 57.3 % in the country (SRC-N6). Check C11 counts the loans that are shown, of
the 92 % of firms that consent: some 55 % of high-tech firms where 61 % have one."""

CAPITAL_SPIKES = (0.5e6, 1e6, 2e6, 5e6, 10e6, 50e6)
CAPITAL_WEIGHTS = (0.14, 0.30, 0.16, 0.22, 0.16, 0.02)


class City(NamedTuple):
    """The firms, one place a firm in every array.

    Attributes:
        seed: What the city was drawn from.
        variant: What differs from the usual city.
        sector: Place in `SECTORS`.
        district: Place in `DISTRICTS`.
        born: Month of founding; before the city's first month below 0.
        birthday: Day of founding.
        quality: Hidden quality.
        care: Carelessness.
        innovation: Strength in innovation.
        growth: Trend of sales, a year, on the log scale.
        sales: Level of yearly sales, CNY.
        staff: Level of staff, persons.
        noise: Deviation of log monthly sales.
        depth: Fall of log sales a month of distress.
        general: Whether it is a general taxpayer, filing monthly.
        exporter: Whether it exports.
        us_share: Share of its exports that goes to the US.
        holder: Whether it holds inventions.
        borrower: Whether it has bank loans.
        hnte: Whether it becomes a national high-tech firm.
        provincial: Whether it becomes a provincial technology SME.
        capital: Registered capital, CNY.
        paid: Share of it that is paid in.
        shows: For each of `VISIBLE`, whether distress shows there.
        group: Number of the controller's group; -1 for firms that stand alone.
        circle: Number of the circle of mutual guarantees; -1 for none.
        switch: Month from which it issues fully digital invoices only.
    """

    seed: int
    variant: Variant
    sector: Ints
    district: Ints
    born: Ints
    birthday: Days
    quality: Floats
    care: Floats
    innovation: Floats
    growth: Floats
    sales: Floats
    staff: Floats
    noise: Floats
    depth: Floats
    general: Flags
    exporter: Flags
    us_share: Floats
    holder: Flags
    borrower: Flags
    hnte: Flags
    provincial: Flags
    capital: Floats
    paid: Floats
    shows: dict[str, Flags]
    group: Ints
    circle: Ints
    switch: Ints

    @property
    def size(self) -> int:
        """Number of firms."""
        return len(self.sector)

    @property
    def tech(self) -> Flags:
        """Whether a firm is of a technology sector."""
        return of_sector("tech")[self.sector]

    @property
    def relative_size(self) -> Floats:
        """Log of sales against the sector's median."""
        return np.log(self.sales / of_sector("sales")[self.sector])

    def visibility(self, register: str) -> Floats:
        """Return how plainly each firm's distress shows in a register."""
        return self.shows[register] * np.float32(self.variant.visibility)


def of_sector(attribute: str) -> Floats:
    """Return an attribute of all sectors in their order."""
    return np.array([getattr(sector, attribute) for sector in SECTORS])


def city(firms: int, seed: int, variant: Variant) -> City:
    """Draw the firms of a city."""
    random = stream(seed, "city")
    sector = choice(random, of_sector("weight"), firms)
    normal = (random.standard_normal(firms) for _ in iter(int, 1))
    group = groups(random, firms)
    quality = alike(next(normal), group)
    care = -0.25 * quality + np.sqrt(1 - 0.0625) * next(normal)
    innovation = 0.30 * quality + np.sqrt(1 - 0.09) * next(normal)
    scale = 1.55 * next(normal) + 0.20 * quality
    sales = of_sector("sales")[sector] * np.exp(scale)
    born = births(random, firms)
    tech = of_sector("tech")[sector]
    big = np.log(sales / 2e6)
    exporter = happens(random, EXPORTERS * of_sector("exporter")[sector])
    holder = happens(
        random, logistic(logit(of_sector("holder")[sector]) + 0.8 * innovation)
    )
    drawn = City(
        seed=seed,
        variant=variant,
        sector=sector,
        district=choice(random, np.array([d.weight for d in DISTRICTS]), firms),
        born=born,
        birthday=birthdays(random, born),
        quality=single(quality),
        care=single(care),
        innovation=single(innovation),
        growth=single(0.03 + 0.06 * quality + 0.14 * next(normal)),
        sales=single(sales),
        staff=single(
            np.exp(0.60 * np.log(sales / 1e6) + 1.25 + 0.50 * next(normal)).clip(1, 5e3)
        ),
        noise=single(0.55 * np.exp(0.35 * next(normal))),
        depth=single(random.uniform(0.03, 0.13, firms)),
        general=happens(
            random, logistic(logit(of_sector("general")[sector]) + 0.75 * big)
        ),
        exporter=exporter,
        us_share=single(random.beta(0.6, 3.0, firms) * exporter),
        holder=holder,
        borrower=happens(random, logistic(-0.35 + 0.25 * big + 0.3 * tech)),
        hnte=best(random, tech * 1.0 * (born < 106), 0.9 * innovation + 0.35 * big
                  + 1.2 * holder, EVER_HNTE),
        provincial=best(random, tech * 1.0 + 0.08 * ~tech, 0.5 * innovation + 0.25 * big
                        + 0.5 * holder, EVER_PROVINCIAL),
        capital=single(capitals(random, firms)),
        paid=single(paid_in(random, firms)),
        shows={name: happens(random, np.full(firms, p)) for name, p in VISIBLE.items()},
        group=group,
        circle=circles(random, firms),
        switch=np.clip(
            np.round(random.logistic(94, 3.0, firms)), 80, 101
        ).astype(np.int16),
    )  # fmt: skip
    return drawn._replace(borrower=drawn.borrower | financed(drawn))


def financed(drawn: City) -> Flags:
    """Whether a high-tech firm has loans because it is one (check C11)."""
    lucky = stream(drawn.seed, "city.financed").random(drawn.size) < FINANCED
    return drawn.hnte & lucky


def single(values: Floats) -> Floats:
    """Return values in half the memory."""
    return values.astype(np.float32)


def logit(chance: Floats) -> Floats:
    """Return the log-odds of chances; those at the edges moved just inside."""
    inside = np.clip(chance.astype(float), 1e-4, 1 - 1e-4)
    return np.log(inside / (1 - inside))


def choice(random: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Return places drawn by their weights."""
    edges = np.cumsum(weights / weights.sum())
    return (
        np.searchsorted(edges, random.random(size))
        .clip(0, len(weights) - 1)
        .astype(np.int8)
    )


def births(random: np.random.Generator, firms: int) -> Ints:
    """Return the months of founding: 56 % before 2019, the rest evenly after it."""
    older = random.random(firms) < 0.56
    age = random.gamma(1.3, 58, firms).astype(int) + 1
    since = np.arange(clock.BURN_IN, clock.MONTHS - 3)
    number = clock.number_of(since)
    weights = np.where(number == 2, 0.8, np.where(number == 3, 1.15, 1.0))
    later = random.choice(since, firms, p=weights / weights.sum())
    return np.where(older, clock.BURN_IN - age, later).astype(np.int16)


def birthdays(random: np.random.Generator, born: Ints) -> Days:
    """Return a working day in each month of founding."""
    start = clock.first_day(born)
    length = (clock.first_day(born + 1) - start).astype(int)
    day = start + (random.random(len(born)) * length).astype(int)
    return np.busday_offset(day, 0, roll="modifiedpreceding")


def groups(random: np.random.Generator, firms: int) -> Ints:
    """Return each firm's group: 16 % are in pairs, 6 % in groups of 3 to 8."""
    group = np.full(firms, -1, np.int32)
    order = random.permutation(firms)
    place, number = 0, 0
    for share, sizes in ((0.16, (2,)), (0.06, (3, 4, 5, 6, 7, 8))):
        end = place + int(share * firms)
        while place + max(sizes) <= end:
            size = int(random.choice(sizes))
            group[order[place : place + size]] = number
            place, number = place + size, number + 1
    return group


def alike(quality: Floats, group: Ints) -> Floats:
    """Return quality with a correlation of 0.6 within groups."""
    common = np.zeros(group.max() + 2)
    first = np.unique(group, return_index=True)
    common[first[0]] = quality[first[1]]
    within = np.sqrt(0.6) * common[group] + np.sqrt(0.4) * quality
    return np.where(group >= 0, within, quality)


def circles(random: np.random.Generator, firms: int) -> Ints:
    """Return the number of each firm's circle of guarantees: 2 % in circles of 3-12."""
    circle = np.full(firms, -1, np.int32)
    order = random.permutation(firms)
    place, number, end = 0, 0, int(0.02 * firms)
    while place + 12 <= end:
        size = int(random.integers(3, 13))
        circle[order[place : place + size]] = number
        place, number = place + size, number + 1
    return circle


def best(
    random: np.random.Generator, weight: Floats, strength: Floats, share: float
) -> Flags:
    """Return the share of firms that come first by strength, noise and weight."""
    noise = random.gumbel(size=len(strength))
    with np.errstate(divide="ignore"):
        rank = strength + noise + np.log(weight)
    return rank >= np.quantile(rank, 1 - share)


def capitals(random: np.random.Generator, firms: int) -> Floats:
    """Return registered capital: round sums for most, else around CNY 1.5 m."""
    weights = np.array(CAPITAL_WEIGHTS)
    round_sum = np.array(CAPITAL_SPIKES)[choice(random, weights, firms)]
    other = np.round(1.5e6 * np.exp(1.1 * random.standard_normal(firms)), -4)
    return np.where(random.random(firms) < 0.7, round_sum, np.maximum(other, 3e4))


def paid_in(random: np.random.Generator, firms: int) -> Floats:
    """Return the share of capital that is paid in: none for 35 %, all for 25 %."""
    kind = random.random(firms)
    part = random.beta(1, 2, firms)
    return np.where(kind < 0.35, 0.0, np.where(kind < 0.60, 1.0, np.round(part, 2)))
