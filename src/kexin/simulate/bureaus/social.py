"""Social security and housing fund (SIMULATOR.md section 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import happens, logistic, stream
from kexin.simulate.grid import Cells, cells, shown
from kexin.simulate.life import NEVER
from kexin.simulate.rows import (
    Rows,
    always,
    coded,
    kept,
    later,
    numbered,
    spell,
    versions,
)
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = (
    "si_month",
    "si_headcount_change",
    "si_arrears",
    "si_wage_arrears",
    "hf_month",
)

RATES = {"pension": 0.24, "unemployment": 0.01, "injury": 0.004, "medical": 0.12}
"""Employer's and employee's part of the base, by kind [est]."""

FLOORS = {
    2016: 2780, 2017: 2819, 2018: 3055, 2019: 3322, 2020: 3322, 2021: 3957,
    2022: 4357, 2023: 4462, 2024: 4812, 2025: 4986, 2026: 5102,
}  # fmt: skip
"""Floor of a base a head, from July of each year [est; 2024: REGISTERS.md 5]."""

ARREARS_KINDS = ("pension", "medical")
INSURED, AT_FLOOR, FUND, FUND_TECH = 0.82, 0.45, 0.60, 0.75
DEFERRED = 0.20
DEFERRAL = (np.datetime64("2022-05-01"), np.datetime64("2022-12-31"))
WITHOUT_SOCIAL = (np.datetime64("2025-01-01"), np.datetime64("2025-06-30"))
STOPS_FROM, STOPS_BY, STOPS_TO = 0.02, 0.018, 0.15
SEALED_AFTER = 3


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    paying = cells(year, block, world.activity.staff > 0)
    insured = happens(stream(world.city.seed, "social.insured"), share(world, INSURED))
    yield from contributions(world, paying.where(insured[paying.firm]), year, block)
    yield from wage_cases(world, year, block)
    yield housing_fund(world, paying)


def share(world: World, chance: float) -> Floats:
    """Return the same chance for every firm."""
    return np.full(world.city.size, chance, np.float32)


def contributions(
    world: World, paying: Cells, year: int, block: Block
) -> Iterator[Rows]:
    """Yield monthly contributions, changes of headcount, and arrears."""
    begun = paying.where(delivered(world, paying.start))
    random = world.stream("social", year, block)
    deferred = deferring(world, begun)
    delay = days_late(world, begun, random)
    delay[deferred] = (DEFERRAL[1] - begun.end[deferred]).astype(int)
    for kind, rate in RATES.items():
        yield month_of_kind(world, begun, kind, rate, delay)
    yield turnover(world, begun, random)
    for kind in ARREARS_KINDS:
        yield arrears(world, begun, kind, delay, deferred)


def delivered(world: World, start: Days) -> Flags:
    """Whether social security is delivered for months at all."""
    lost = (start >= WITHOUT_SOCIAL[0]) & (start <= WITHOUT_SOCIAL[1])
    begun = start >= np.datetime64("2019-07-01")
    return begun & ~(lost & world.city.variant.no_social)


def deferring(world: World, at: Cells) -> Flags:
    """Whether a maker defers its contributions, as it could in 2022."""
    makers = np.array([not sector.service for sector in SECTORS])[world.city.sector]
    chosen = happens(stream(world.city.seed, "social.deferred"), share(world, DEFERRED))
    inside = (at.start >= DEFERRAL[0]) & (at.start <= DEFERRAL[1])
    return inside & (makers & chosen)[at.firm]


def days_late(world: World, at: Cells, random: np.random.Generator) -> Ints:
    """Return how many days late each month is paid; NEVER for what is not paid."""
    city = world.city
    chance = logistic(
        -5.2
        + 0.5 * city.care[at.firm]
        - 0.2 * city.quality[at.firm]
        + np.minimum(0.35 * shown(world, at, "tax"), 4)
    )
    late = happens(random, chance)
    brief = random.integers(3, 31, at.size)
    long = 30 * random.geometric(0.25, at.size)
    delay = np.where(random.random(at.size) < 0.6, brief, long)
    ill = at.of(world.life.distress) > 0
    delay[ill & (random.random(at.size) < 0.35)] = NEVER
    return np.where(late, delay, 0)


def base_per_head(world: World, at: Cells) -> Floats:
    """Return the monthly base a head: the floor for 45 % of firms, else more."""
    random = stream(world.city.seed, "social.base")
    size = world.city.size
    above = np.maximum(1.7 * np.exp(0.35 * random.standard_normal(size)), 1.0)
    factor = np.where(random.random(size) < AT_FLOOR, 1.0, above)
    year = clock.year_of(at.month) - (clock.number_of(at.month) < 7)
    floor = np.array([FLOORS[int(y)] for y in range(2016, 2027)])[year - 2016]
    return np.round(factor[at.firm] * floor, 2)


def month_of_kind(world: World, at: Cells, kind: str, rate: float, delay: Ints) -> Rows:
    """Return a kind's contributions; what is paid late is told again when paid."""
    staff = at.of(world.activity.staff).astype(np.int64)
    base = staff * base_per_head(world, at)
    payable = np.round(base * rate, 2)
    due = at.end
    on_time = delay == 0
    paid_at = np.where(on_time, due - 5, due + delay)
    never = delay >= NEVER
    first = Rows(
        "si_month",
        at.firm,
        {
            "month": at.start,
            "si_kind": always(kind, at.size),
            "insured_count": staff,
            "base_total": base,
            "payable": payable,
            "paid": np.where(on_time, payable, 0.0),
            "due_date": due,
            "paid_at": np.where(on_time, paid_at, np.datetime64("NaT")),
        },
        after=at.end,
    )
    paid = ~on_time & ~never
    return versions(
        first,
        later(first, paid, paid_at[paid], paid=payable[paid], paid_at=paid_at[paid]),
    )


def turnover(world: World, at: Cells, random: np.random.Generator) -> Rows:
    """Return how many persons joined and left."""
    staff = world.activity.staff
    change = at.of(staff).astype(int) - staff[at.month - 1, at.firm]
    both = random.poisson(0.02 * at.of(staff))
    return Rows(
        "si_headcount_change",
        at.firm,
        {
            "month": at.start,
            "joins": np.maximum(change, 0) + both,
            "leaves": np.maximum(-change, 0) + both,
        },
        after=at.end,
    )


def arrears(world: World, at: Cells, kind: str, delay: Ints, deferred: Flags) -> Rows:
    """Return what was unpaid for more than a month, and what was lawfully deferred."""
    owing = at.where(owed := (delay > 30) | deferred)
    staff = owing.of(world.activity.staff).astype(np.int64)
    never = delay[owed] >= NEVER
    cleared = owing.end + np.where(never, 0, delay[owed])
    cleared[never] = np.datetime64("NaT")
    rows = Rows(
        "si_arrears",
        owing.firm,
        {
            "si_kind": always(kind, owing.size),
            "start_month": owing.start,
            "cleared_date": cleared,
            "amount": staff * base_per_head(world, owing) * RATES[kind],
            "is_deferred": deferred[owed],
        },
        after=owing.end + 30,
    )
    return spell(rows, "cleared_date")


def wage_cases(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield cases of unpaid wages: what follows defaults, and what inspectors find."""
    random = world.stream("social.wages", year, block)
    months = clock.months_of(year)
    told = world.aftermath
    own = (told.firm >= block.first) & (told.firm < block.last)
    own &= (told.wage_blacklist >= months[0]) & (told.wage_blacklist <= months[-1])
    at = cells(year, block, world.life.active)
    found = happens(random, (0.0006 / 12) * (1 + 3 * (at.of(world.life.distress) > 3)))
    firm = np.concatenate([told.firm[own], at.firm[found]])
    month = np.concatenate([told.wage_blacklist[own], at.month[found]])
    if not len(firm):
        return
    listed = np.arange(len(firm)) < own.sum()
    day = clock.working_day(clock.first_day(month) + random.integers(0, 28, len(firm)))
    workers = 1 + random.poisson(2 + 0.2 * world.city.staff[firm])
    resolved = day + random.integers(30, 400, len(firm))
    open_still = random.random(len(firm)) < np.where(listed, 0.6, 0.1)
    kinds = np.where(listed, 1, np.where(random.random(len(firm)) < 0.7, 0, 2))
    rows = Rows(
        "si_wage_arrears",
        firm,
        {
            "case_no": numbered(
                f"杭人社监{year}-", block.first + np.arange(len(firm)), 7
            ),
            "decision_date": day,
            "workers": workers,
            "amount": workers * random.uniform(5e3, 4e4, len(firm)),
            "case_kind": coded(kinds, ("inspection", "wage_blacklist", "arbitration")),
            "resolved_date": np.where(open_still, np.datetime64("NaT"), resolved),
        },
        after=day,
    )
    yield spell(rows, "resolved_date")


def housing_fund(world: World, at: Cells) -> Rows:
    """Return the housing fund's months: it is what a firm in distress stops first."""
    city = world.city
    joined_fund = happens(
        stream(city.seed, "social.fund"), np.where(city.tech, FUND_TECH, FUND)
    )
    begun = at.where(joined_fund[at.firm] & (at.start >= np.datetime64("2020-01-01")))
    months = stopped(world, begun)
    staff = np.round(0.85 * begun.of(world.activity.staff)).astype(int)
    kept_on = np.where(months > SEALED_AFTER, 0, staff)
    base = kept_on * base_per_head(world, begun)
    payable = np.round(base * 0.16, 2)
    status = np.where(months == 0, 0, np.where(months > SEALED_AFTER, 2, 1))
    rows = Rows(
        "hf_month",
        begun.firm,
        {
            "month": begun.start,
            "contributors": kept_on,
            "base_total": base,
            "payable": payable,
            "paid": np.where(months == 0, payable, 0.0),
            "hf_status": coded(status, ("normal", "arrears", "sealed")),
        },
        after=begun.end,
    )
    return kept(rows, staff > 0)


def stopped(world: World, at: Cells) -> Ints:
    """Return for how many months a firm has not paid: the longer ill, the likelier."""
    months = np.arange(61)
    hazard = np.where(
        months > 0, np.minimum(STOPS_FROM + STOPS_BY * (months - 1), STOPS_TO), 0
    )
    patience = stream(world.city.seed, "social.patience").exponential(
        1, world.city.size
    )
    ends = np.searchsorted(np.cumsum(hazard), patience)
    seen = at.of(world.life.distress).astype(int)
    return np.maximum(seen - ends[at.firm], 0)
