"""Public money, capital, job posts and utilities (sections 5.8 and 5.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.registers.support import LEVEL, ROUND_KIND
from kexin.simulate import clock
from kexin.simulate.certificates import held_in
from kexin.simulate.city import choice
from kexin.simulate.draws import happens, stream
from kexin.simulate.grid import Cells, cells
from kexin.simulate.rows import (
    Rows,
    always,
    coded,
    later,
    numbered,
    versions,
    withdrawal,
)
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Floats
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("gov_award", "gov_subsidy", "vc_round", "hr_recruit_month", "util_month")

AWARDS, SUBSIDIES_HNTE, SUBSIDIES_TECH, SUBSIDIES = 0.04, 0.60, 0.10, 0.02
"""Awards, subsidies of high-tech, other technology and other firms a year; the last two
[est]."""

CANCELLED = 0.01
"""Share of awards that are annulled, and their notices withdrawn [est]."""

PROGRAMMES = (
    "研发费用补助",
    "高新技术企业奖励",
    "技改补助",
    "稳岗补贴",
    "人才补助",
    "参展补助",
)
BUYERS = (
    "某区教育局",
    "某区卫生健康局",
    "某市级机关",
    "某高校",
    "某国有企业",
    "某街道办事处",
)
ROUNDS = 0.016
"""Equity rounds of a technology firm in a year."""

POSTING, POSTING_TECH, STOPS_AFTER, STOPPING = 0.15, 0.42, 2, 0.70
"""Share of firms that post jobs; months after onset when 70 % stop."""

OWN_METER, OWN_METER_MAKERS = 0.15, 0.55
PRICES = {"electricity": 0.78, "water": 4.2, "gas": 3.9}
INTENSITY = {"electricity": 3.2, "water": 0.035, "gas": 0.06}
"""Usage of a month with sales of one yuan, to the power of 0.6 [est]."""

GAS = 0.30
"""Share of makers with a gas meter [est]."""

LATE_BILL, LATE_BILL_ILL, UNPAID_ILL = 0.01, 0.08, 0.25
UTILITIES_SINCE = np.datetime64("2021-06-01", "D")
ABSENT = np.datetime64("NaT", "D")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    yield awards(world, year, block)
    yield subsidies(world, year, block)
    yield rounds(world, year, block)
    at = cells(year, block, world.life.active)
    yield posts(world, at, year, block)
    for utility in PRICES:
        yield bills(world, at, utility, year, block)


def drawn(world: World, rate: Floats, year: int, block: Block, topic: str) -> Cells:
    """Return the months of firms in which something comes, at a rate a year."""
    random = world.stream(f"support.{topic}", year, block)
    at = cells(year, block, world.life.active)
    hit = at.where(happens(random, rate[at.firm] / 12))
    return hit.where(hit.month > world.city.born[hit.firm])


def some_day(at: Cells, random: np.random.Generator) -> Days:
    """Return a working day in each month."""
    return clock.working_day(at.start + random.integers(0, 28, at.size))


def awards(world: World, year: int, block: Block) -> Rows:
    """Return public contracts won."""
    rate = AWARDS * np.exp(0.25 * world.city.relative_size)
    hit = drawn(world, rate, year, block, "awards")
    random = world.stream("support.awards.terms", year, block)
    day = some_day(hit, random)
    amount = world.city.sales[hit.firm] * np.exp(
        -2.5 + random.standard_normal(hit.size)
    )
    rows = Rows(
        "gov_award",
        hit.firm,
        {
            "notice_no": numbered(
                f"HZCG-{year}-{block.number:02}", np.arange(hit.size), 6
            ),
            "award_date": day,
            "amount": np.maximum(np.round(amount, -2), 5_000),
            "buyer_name": coded(random.integers(0, len(BUYERS), hit.size), BUYERS),
            "contract_end": day + random.integers(60, 760, hit.size),
        },
        after=day,
    )
    annulled = random.random(hit.size) < CANCELLED
    gone = clock.working_day(day + random.integers(5, 60, hit.size))
    return versions(rows, withdrawal(rows, annulled, gone[annulled]))


def subsidies(world: World, year: int, block: Block) -> Rows:
    """Return grants: most in December, when budgets are spent."""
    city = world.city
    random = world.stream("support.subsidies", year, block)
    at = cells(year, block, world.life.active)
    high_tech = at.of(held_in(world, "HNTE"))
    rate = np.select([high_tech, city.tech[at.firm]], [SUBSIDIES_HNTE, SUBSIDIES_TECH],
                     SUBSIDIES)  # fmt: skip
    hit = at.where(happens(random, rate / 12) & (at.month > city.born[at.firm]))
    december = hit.month - clock.number_of(hit.month) + 12
    month = np.where(
        (random.random(hit.size) < 0.4) & (december < clock.MONTHS), december, hit.month
    )
    stays = world.life.active[month, hit.firm]
    hit = Cells(month, hit.firm).where(stays)
    day = some_day(hit, random)
    amount = np.exp(np.log(5e4) + random.random(hit.size) ** 1.5 * np.log(20))
    return Rows(
        "gov_subsidy",
        hit.firm,
        {
            "grant_no": numbered(f"BZ{year}{block.number:02}", np.arange(hit.size)),
            "program": coded(random.integers(0, len(PROGRAMMES), hit.size), PROGRAMMES),
            "level": coded(
                choice(random, np.array([0.05, 0.2, 0.35, 0.4]), hit.size), tuple(LEVEL)
            ),
            "granted_date": day,
            "amount": np.round(amount, -2),
        },
        after=day,
    )


def rounds(world: World, year: int, block: Block) -> Rows:
    """Return equity rounds: the older the firm, the later the round."""
    city = world.city
    rate = ROUNDS * city.tech * np.exp(0.5 * city.innovation - 0.125)
    hit = drawn(world, rate, year, block, "rounds")
    random = world.stream("support.rounds.terms", year, block)
    day = some_day(hit, random)
    years = (hit.month - city.born[hit.firm]) / 12
    kinds = tuple(ROUND_KIND)
    kind = np.clip(np.floor(years * 0.7 + random.random(hit.size) * 2), 0, 6).astype(
        int
    )
    strategic = random.random(hit.size) < 0.12
    kind = np.where(strategic, kinds.index("strategic"), kind)
    amount = np.exp(14.3 + 0.55 * kind + 0.7 * random.standard_normal(hit.size))
    told = random.random(hit.size) < 0.7
    return Rows(
        "vc_round",
        hit.firm,
        {
            "round_id": numbered(f"RZ{year}{block.number:02}", np.arange(hit.size)),
            "round_date": day,
            "round_kind": coded(kind, kinds),
            "amount": np.where(told, np.round(amount, -5), np.nan),
            "has_gov_fund": random.random(hit.size) < 0.25,
        },
        after=day,
    )


def posts(world: World, at: Cells, year: int, block: Block) -> Rows:
    """Return job posts by the month; most firms in distress stop soon."""
    city = world.city
    posting = happens(
        stream(city.seed, "support.posting"), np.where(city.tech, POSTING_TECH, POSTING)
    )
    at = at.where(posting[at.firm])
    random = world.stream("support.posts", year, block)
    stopping = happens(
        stream(city.seed, "support.stopping"), np.full(city.size, STOPPING)
    )
    growth = np.maximum(city.growth[at.firm] + 0.05, 0)
    staff = at.of(world.activity.staff)
    level = 0.12 * staff * (0.3 + 3 * growth)
    stopped = stopping[at.firm] & (at.of(world.life.distress) > STOPS_AFTER)
    count = random.poisson(np.where(stopped, 0, level))
    research = random.binomial(count, np.where(city.tech, 0.4, 0.08)[at.firm])
    wage = np.round(9_000 * np.exp(0.25 * random.standard_normal(at.size)), -2)
    return Rows(
        "hr_recruit_month",
        at.firm,
        {
            "month": at.start,
            "posts": count,
            "rd_posts": research,
            "median_wage": np.where(count > 0, wage, np.nan),
        },
        after=at.end,
    )


def metered(world: World, utility: str) -> Flags:
    """Whether each firm has a meter of its own."""
    city = world.city
    makers = np.array(
        [not s.service and s.id not in {"trade", "construction"} for s in SECTORS]
    )
    maker = makers[city.sector]
    own = happens(
        stream(city.seed, "support.meters"),
        np.where(maker, OWN_METER_MAKERS, OWN_METER),
    )
    if utility != "gas":
        return own
    return (
        own & maker & happens(stream(city.seed, "support.gas"), np.full(city.size, GAS))
    )


def bills(world: World, at: Cells, utility: str, year: int, block: Block) -> Rows:
    """Return a utility's bills; one that is paid late is told again when paid."""
    at = at.where(metered(world, utility)[at.firm] & (at.start >= UTILITIES_SINCE))
    random = world.stream(f"support.{utility}", year, block)
    own = stream(world.city.seed, f"support.{utility}.level").standard_normal(
        world.city.size
    )
    least = 0.05 * world.city.sales[at.firm] / 12
    sales = np.maximum(at.of(world.activity.sales), least)
    usage = (
        INTENSITY[utility]
        * sales**0.6
        * np.exp(0.5 * own[at.firm] + 0.15 * random.standard_normal(at.size))
    )
    usage = np.round(usage, 2)
    due, paid = payments(world, at, random)
    on_time = paid <= due
    rows = Rows(
        "util_month",
        at.firm,
        {
            "utility": always(utility, at.size),
            "month": at.start,
            "usage": usage,
            "billed": np.round(usage * PRICES[utility], 2),
            "due_date": due,
            "paid_at": np.where(on_time, paid, ABSENT),
        },
        after=np.where(on_time, np.fmax(paid, at.end), at.end),
    )
    later_on = ~on_time & ~np.isnat(paid)
    return versions(rows, later(rows, later_on, paid[later_on], paid_at=paid[later_on]))


def payments(world: World, at: Cells, random: np.random.Generator) -> tuple[Days, Days]:
    """Return when bills are due and when paid; absent where they never are."""
    due = at.end + 20
    ill = at.of(world.life.distress) > 0
    late = happens(random, np.where(ill, LATE_BILL_ILL, LATE_BILL))
    never = late & ill & (random.random(at.size) < UNPAID_ILL)
    delay = np.where(
        late, 20 + random.integers(2, 75, at.size), random.integers(2, 9, at.size)
    )
    return due, np.where(never, ABSENT, at.end + delay)
