"""Courts: enforcement and what follows from not paying.

These lists are what firms are labelled by: every event of the aftermath is told here
(SIMULATOR.md sections 4.3 and 5.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from kexin.simulate import clock, dockets
from kexin.simulate.city import choice
from kexin.simulate.disputes import disputes
from kexin.simulate.draws import happens
from kexin.simulate.enforcement import MODES, executions
from kexin.simulate.insolvency import APPLICANTS, PROCEDURES, estates
from kexin.simulate.life import NEVER
from kexin.simulate.naming import PERSON, hashed
from kexin.simulate.rows import (
    Rows,
    always,
    coded,
    kept,
    later,
    spell,
    versions,
    withdrawal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.enforcement import Executions
    from kexin.simulate.insolvency import Estates
    from kexin.simulate.world import World

TABLES = (
    "court_enforcement",
    "court_dishonest",
    "court_spending_limit",
    "court_round_end",
    "court_bankruptcy",
    "court_freeze",
)

DEBTOR = 2
"""Seat of the debtor in a case of enforcement."""

FORGOTTEN = 0.50
"""Share of performed cases that the source deletes: 10 to 20 % of all a year (Q8)."""

BEHAVIOURS = (
    "able_refuse", "asset_report", "evade", "spending", "obstruct", "settlement",
)  # fmt: skip
BEHAVIOUR_SHARES = (0.45, 0.30, 0.10, 0.08, 0.04, 0.03)
TERM_DAYS = 730
EXPIRES = 0.6
"""Share of listings that are taken off after two years; the others stay [est]."""

LIMITED = 0.08
"""Share of living firms' cases with a limit on spending that is soon lifted [est]."""

ASSETS = ("deposit", "equity", "receivable", "realty", "other", "patent")
ASSET_SHARES = (0.45, 0.15, 0.15, 0.10, 0.10, 0.05)
ASSET_YEARS = np.array([1, 3, 3, 3, 2, 3])
FROZEN, FROZEN_ILL, FROZEN_AFTER = 0.04, 0.15, 0.30
"""Chance of a freeze: in a suit, in one against a firm in distress, and of equity in
enforcement after a default [est]."""

OTHER_SEEN = 0.30
"""Share of freezes of other things than equity that are public [est]."""

ABSENT = np.datetime64("NaT")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    random = world.stream("court.lists", year, block)
    told = executions(world, year, block)
    yield enforced(told, random)
    yield dishonest(world, told, random)
    yield limits(world, told, random)
    yield rounds(told, random)
    yield freezes_after_default(told, random)
    yield from bankruptcies(estates(world, year, block))
    if year > clock.HISTORY:
        yield freezes(world, year, block, random)


def some(day: Days) -> Flags:
    """Whether days are there."""
    return ~np.isnat(day)


def enforced(told: Executions, random: np.random.Generator) -> Rows:
    """Return cases, how they go on, and their deletion when they are performed."""
    size = told.size
    first = Rows(
        "court_enforcement",
        told.firm,
        {
            "case_id": told.docket.keys,
            "party_seq": np.full(size, DEBTOR),
            "filed_date": told.filed,
            "exec_amount": told.amount,
            "unpaid_amount": told.amount,
            "exec_status": always("open", size),
            "closed_date": np.full(size, ABSENT, "datetime64[D]"),
        },
        after=told.filed,
    )
    ended, moved, paid = some(told.ended), some(told.moved), some(told.paid)
    gone = paid & (told.mode == 0) & (random.random(size) < FORGOTTEN)
    forgotten = told.paid + random.integers(10, 61, size)
    end = later(
        first, ended, told.ended[ended], closed_date=told.ended[ended],
        exec_status=always("terminated_round", int(ended.sum())),
        unpaid_amount=unpaid(told)[ended],
    )  # fmt: skip
    passed = later(
        first, moved, told.moved[moved], closed_date=told.moved[moved],
        exec_status=always("transferred_bankruptcy", int(moved.sum())),
    )  # fmt: skip
    settled = later(
        first, paid, told.paid[paid], closed_date=told.paid[paid],
        exec_status=coded(told.mode[paid], MODES),
        unpaid_amount=np.zeros(int(paid.sum())),
    )  # fmt: skip
    left = withdrawal(settled, gone[paid], forgotten[gone])
    return versions(first, end, passed, settled, left)


def unpaid(told: Executions) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what a round without success leaves unpaid: never less than 60 %."""
    share = 0.6 + 0.4 * (told.docket.serial * 7919 % 101 / 100)
    return np.maximum(np.round(told.amount * share, 2), 50_000)


def listed(months: Ints, told: Executions) -> tuple[Ints, Ints]:
    """Return which cases bring an event of the aftermath, and in which month."""
    failed = np.flatnonzero(told.default >= 0)
    month = months[told.default[failed]]
    return failed[month < NEVER], month[month < NEVER]


def a_day(random: np.random.Generator, month: Ints, filed: Days, wait: int) -> Days:
    """Return a working day in each month, some days after filing at the least."""
    day = clock.first_day(month) + random.integers(0, 28, len(month))
    return clock.working_day(np.maximum(day, filed + wait))


def dishonest(world: World, told: Executions, random: np.random.Generator) -> Rows:
    """Return listings as dishonest; those that are paid are taken off as performed."""
    place, month = listed(world.aftermath.dishonest, told)
    size, filed = len(place), told.filed[place]
    day = a_day(random, month, filed, 20)
    cured = told.paid[place]
    expires = random.random(size) < EXPIRES
    expired = np.where(expires, day + TERM_DAYS, ABSENT)
    removed = np.fmin(np.maximum(cured, day + 10), expired)
    full = some(removed) & (removed == np.maximum(cured, day + 10))
    partly = random.random(size) < 0.15
    before = coded(partly.astype(int), ("none", "part"))
    rows = Rows(
        "court_dishonest",
        told.firm[place],
        {
            "case_id": told.docket.keys.take(place),
            "party_seq": np.full(size, DEBTOR),
            "list_date": day,
            "exec_filed_date": filed,
            "behaviour": coded(
                choice(random, np.array(BEHAVIOUR_SHARES), size), BEHAVIOURS
            ),
            "performance": pc.if_else(full, "full", before),
            "remove_date": removed,
        },
        after=day,
    )
    return spell(rows, "remove_date", {"performance": before})


def limits(world: World, told: Executions, random: np.random.Generator) -> Rows:
    """Return limits on the representatives' spending; living firms' are soon lifted."""
    place, month = listed(world.aftermath.spending_limit, told)
    living = np.flatnonzero((told.default < 0) & (random.random(told.size) < LIMITED))
    failed = a_day(random, month, told.filed[place], 3)
    soon = clock.working_day(told.filed[living] + random.integers(5, 31, len(living)))
    every = np.concatenate([place, living])
    day = np.concatenate([failed, soon])
    cured = np.maximum(told.paid[place], failed + 70)
    lifted = np.concatenate([cured, soon + random.integers(10, 56, len(living))])
    firm = told.firm[every]
    person = world.filings.person[world.filings.place(firm, day)]
    rows = Rows(
        "court_spending_limit",
        firm,
        {
            "order_no": pc.binary_join_element_wise(
                told.docket.numbers.take(every), "限制消费令", ""
            ),
            "case_id": told.docket.keys.take(every),
            "order_date": day,
            "restricted_rep_hash": hashed(person, PERSON),
            "lifted_date": lifted,
        },
        after=day,
    )
    return spell(rows, "lifted_date")


def rounds(told: Executions, random: np.random.Generator) -> Rows:
    """Return rounds of enforcement that end without success."""
    place = np.flatnonzero(some(told.ended))
    day = told.ended[place]
    hidden = random.random(len(place)) < 0.10
    rows = Rows(
        "court_round_end",
        told.firm[place],
        {
            "case_id": told.docket.keys.take(place),
            "end_date": day,
            "unpaid_amount": np.where(hidden, np.nan, unpaid(told)[place]),
            "resumed_date": np.maximum(told.paid[place] - 40, day + 30),
        },
        after=day,
    )
    return spell(rows, "resumed_date")


def bankruptcies(told: Estates) -> Iterator[Rows]:
    """Yield applications and what is answered, then estates and how they go on.

    The day of acceptance stands with the estate, so that each is counted once.
    """
    every = always("applied", told.size)
    first = bankruptcy(told, told.filing.keys, every, told.applied)
    accepted, refused = told.taken_on, ~told.taken_on
    yield versions(
        first,
        later(
            first, accepted, told.accepted[accepted],
            bk_status=always("accepted", int(accepted.sum())),
        ),
        later(
            first, refused, told.refused[refused],
            bk_status=always("rejected", int(refused.sum())),
        ),
    )  # fmt: skip
    of = told.at(accepted)
    opened = always("accepted", of.size)
    estate = bankruptcy(of, of.estate.keys, opened, of.accepted)._replace(
        lag="court_bankruptcy/accepted"
    )
    estate = estate._replace(columns={**estate.columns, "accept_date": of.accepted})
    declared = coded((of.procedure > 0).astype(int), ("declared", "plan_approved"))
    all_of = np.ones(of.size, np.bool_)
    known = later(estate, all_of, of.declared, bk_status=declared)
    ended = later(
        known, all_of, of.ended, bk_status=always("ended", of.size), end_date=of.ended
    )
    yield versions(estate, known, ended)


def bankruptcy(told: Estates, keys: object, status: object, after: Days) -> Rows:
    """Return records of bankruptcies with a status."""
    return Rows(
        "court_bankruptcy",
        told.firm,
        {
            "case_id": keys,
            "proc_kind": coded(told.procedure, PROCEDURES),
            "applicant_kind": coded(told.kind, APPLICANTS),
            "apply_date": told.applied,
            "accept_date": np.full(told.size, ABSENT, "datetime64[D]"),
            "end_date": np.full(told.size, ABSENT, "datetime64[D]"),
            "bk_status": status,
        },
        after=after,
    )


def freezes(world: World, year: int, block: Block, random: np.random.Generator) -> Rows:
    """Return what is frozen while a suit against a firm is heard."""
    every = disputes(world, year, block)
    every = every.at(some(every.filed) & ~every.suing)
    chance = np.where(every.ill, FROZEN_ILL, FROZEN)
    of = every.at(happens(random, chance))
    asset = choice(random, np.array(ASSET_SHARES), of.size).astype(np.int64)
    start = clock.working_day(of.filed + random.integers(0, 21, of.size))
    lost = np.isin(of.outcome, (1, 2))
    lifted = np.where(lost, ABSENT, of.closed + random.integers(3, 31, of.size))
    place = world.city.district[of.firm].astype(np.int64)
    kind = np.full(of.size, dockets.SEIZURE)
    drawn = dockets.Drawn(year, block.number, world.city.size, 0)
    rows = Rows(
        "court_freeze",
        of.firm,
        {
            "freeze_no": dockets.docket(drawn, start, place, kind).numbers,
            "asset_kind": coded(asset, ASSETS),
            "amount": of.claim,
            "start_date": start,
            "end_date": start + 365 * ASSET_YEARS[asset] - 1,
            "lifted_date": lifted,
        },
        after=start,
    )
    equity = asset == ASSETS.index("equity")
    return spell(
        kept(rows, equity | (random.random(of.size) < OTHER_SEEN)), "lifted_date"
    )


def freezes_after_default(told: Executions, random: np.random.Generator) -> Rows:
    """Return holdings that are frozen in enforcement after a default."""
    frozen = (told.default >= 0) & (random.random(told.size) < FROZEN_AFTER)
    place = np.flatnonzero(frozen)
    start = clock.working_day(told.filed[place] + random.integers(5, 60, len(place)))
    rows = Rows(
        "court_freeze",
        told.firm[place],
        {
            "freeze_no": pc.binary_join_element_wise(
                told.docket.numbers.take(place), "之一", ""
            ),
            "asset_kind": always("equity", len(place)),
            "amount": told.amount[place],
            "start_date": start,
            "end_date": start + 3 * 365 - 1,
            "lifted_date": np.maximum(told.paid[place], start + 10),
        },
        after=start,
    )
    return spell(rows, "lifted_date")
