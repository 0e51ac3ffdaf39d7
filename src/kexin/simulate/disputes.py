"""Disputes of the city's firms: who sues whom, over what, and how it goes on.

The law of section 5.6 is taken for suits filed in court; disputes that end in mediation
before come on top, so that 35 % of all see one and half of those end there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import choice
from kexin.simulate.draws import happens, stream
from kexin.simulate.grid import Cells, cells
from kexin.simulate.parties import BANKS, Party

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

MEDIATED, SETTLED_THERE = 0.35, 0.5
IN_COURT = 1 - MEDIATED * SETTLED_THERE
MEDIATION_SEEN = 0.5
"""Share of the mediations of visible disputes that a source tells of [est]."""

CAUSES = (
    "sale", "service", "labour", "lease", "processing", "construction",
    "loan_private", "ip", "loan_bank", "other",
)  # fmt: skip
HEALTHY = (0.34, 0.15, 0.18, 0.06, 0.06, 0.06, 0.04, 0.05, 0.0, 0.06)
DISTRESSED = (0.30, 0.08, 0.22, 0.07, 0.06, 0.0, 0.08, 0.0, 0.12, 0.07)
SUING = (0.55, 0.22, 0.0, 0.0, 0.10, 0.06, 0.0, 0.04, 0.0, 0.03)
"""Shares of causes: as defendant, in distress, and as plaintiff [est]."""

LABOUR, PRIVATE, IP, BANK = 2, 6, 7, 8
SUPPLY = (0, 1, 4, 5)

CLOSINGS = ("judgment", "mediation", "withdrawal", "rejected", "transferred")
CLOSING_SHARES = (0.45, 0.25, 0.22, 0.05, 0.03)
APPEALED = 0.18
"""Share of judgments that are appealed: 8 % of suits [est]."""

ENFORCED = 0.39
"""Share of decided suits in which the winner asks for enforcement."""

OUTCOMES = ("win", "partly_win", "lose", "dismissed", "settled", "withdrawn", "unknown")
JUDGED = (0.20, 0.30, 0.45, 0.05)
JUDGED_ILL = (0.08, 0.25, 0.64, 0.03)
JUDGED_SUING = (0.55, 0.28, 0.12, 0.05)
"""Shares of the first four, as defendant, in distress, and as plaintiff [est]."""

VISIBLE = {
    2018: 0.95, 2019: 0.95, 2020: 0.95, 2021: 0.92, 2022: 0.88, 2023: 0.85,
    2024: 0.80, 2025: 0.78, 2026: 0.78,
}  # fmt: skip
MASKED = {2021: 0.04, 2022: 0.08, 2023: 0.16, 2024: 0.25, 2025: 0.35, 2026: 0.35}
"""By year of filing: cases seen by any route, and those with masked names (section 7;
the years between those that are told [est])."""

UNDATED = 0.43
"""Share of cases with a notice of a hearing whose day of filing is told nowhere: 30 %
of suits [est]."""

NO_CLAIM = 0.15
LOCAL = 0.35
NAMESAKES = 0.02
PERSONS_FROM = 10**12
"""From here on numbers of persons who are nobody's representative."""


class Disputes(NamedTuple):
    """One place a dispute.

    Attributes:
        firm: The firm of the city for which it is drawn.
        suing: Whether that firm is the one who sues.
        ill: Whether it is in distress.
        cause: Place in `CAUSES`.
        claim: Amount claimed, CNY.
        claim_told: Whether the amount is told.
        opened: First day of a mediation before suit that is seen; absent without one.
        met: Day on which that mediation ends.
        filed: Day on which the suit is filed; absent where mediation ended it.
        closed: Day on which first instance ends.
        mode: Place in `CLOSINGS`.
        outcome: Place in `OUTCOMES`: what it brings the firm.
        award: Amount to be paid; absent where none is.
        appealed: Day of the appeal; absent without one.
        appeal_closed: Day on which the appeal is decided.
        enforced: Day on which the firm asks to enforce; absent if not.
        opponent: The other side.
        joined: A further party on the defendant's side, if any.
        third: A further party still, if any.
        visible: Whether anybody sees it.
        masked: Whether names are masked.
        undated: Whether the day of filing is told nowhere, where a hearing is.
    """

    firm: Ints
    suing: Flags
    ill: Flags
    cause: Ints
    claim: Floats
    claim_told: Flags
    opened: Days
    met: Days
    filed: Days
    closed: Days
    mode: Ints
    outcome: Ints
    award: Floats
    appealed: Days
    appeal_closed: Days
    enforced: Days
    opponent: Party
    joined: Party
    third: Party
    visible: Flags
    masked: Flags
    undated: Flags

    @property
    def size(self) -> int:
        """Number of disputes."""
        return len(self.firm)

    @property
    def decided(self) -> Flags:
        """Whether a suit ended in a judgment or a mediation that can be enforced."""
        return ~np.isnat(self.filed) & (self.mode <= 1)

    def at(self, which: Flags | Ints) -> Disputes:
        """Return some of the disputes."""
        return Disputes._make(
            column.at(which) if isinstance(column, Party) else column[which]
            for column in self
        )


def disputes(world: World, year: int, block: Block) -> Disputes:
    """Draw the disputes of a part of the city whose suits are filed in a year."""
    random = world.stream("court.disputes", year, block)
    active = cells(year, block, world.life.active)
    sued = drawn(random, active, sued_rate(world, active))
    suing = drawn(random, active, suing_rate(world, active))
    at = Cells(*(np.concatenate(pair) for pair in zip(sued, suing, strict=True)))
    sues = np.arange(at.size) >= sued.size
    ill = at.of(world.life.distress) > 0
    cause = causes(random, sues, ill)
    claim = claims(world, random, at, cause)
    days = course(random, at, sues)
    mode = choice(random, np.array(CLOSING_SHARES), at.size).astype(np.int64)
    outcome = outcomes(random, mode, sues, ill)
    opponent = opponents(world, random, at, cause, sues)
    persons = opponent.person >= 0
    opponent = opponent._replace(
        person=with_namesakes(world, random, year, block, opponent.person, persons)
    )
    joined, third = further(world, random, at, cause, sues)
    filing = np.where(np.isnat(days.filed), days.begun, days.filed)
    filing_year = filing.astype("datetime64[Y]").astype(int) + 1970
    return followed(
        random,
        mode,
        Disputes(
            firm=at.firm, suing=sues, ill=ill, cause=cause, claim=claim,
            claim_told=random.random(at.size) >= NO_CLAIM,
            opened=days.opened, met=days.met, filed=days.filed, closed=days.closed,
            mode=mode, outcome=outcome, award=awards(random, claim, mode, outcome),
            appealed=days.closed, appeal_closed=days.closed, enforced=days.closed,
            opponent=opponent, joined=joined, third=third,
            visible=happens(random, by_year(VISIBLE, filing_year)),
            masked=happens(random, by_year(MASKED, filing_year)),
            undated=random.random(at.size) < UNDATED,
        ),
    )  # fmt: skip


def by_year(shares: dict[int, float], year: Ints) -> Floats:
    """Return the share of each year; 0 for years that have none."""
    first = min(year.min(initial=clock.HISTORY), clock.HISTORY)
    line = [shares.get(number, 0.0) for number in range(first, clock.LAST_YEAR + 2)]
    line[-1] = line[-2]
    return np.array(line)[year - first]


def sued_rate(world: World, at: Cells) -> Floats:
    """Return suits as defendant a month (section 5.6)."""
    city = world.city
    months = at.of(world.life.distress).astype(np.float32)
    seen = city.visibility("court")[at.firm]
    usual = 0.005 * (city.sales / 2e6) ** 0.40
    usual *= np.exp(0.30 * city.care - 0.25 * city.quality)
    more = 1 + 0.25 * np.maximum(months - 2, 0) * seen
    added = seen * np.minimum(0.020 * np.maximum(months - 3, 0), 0.20)
    return np.minimum(usual[at.firm] * more + added, 2.0)


def suing_rate(world: World, at: Cells) -> Floats:
    """Return suits as plaintiff a month: more when it begins to need the money."""
    months = at.of(world.life.distress)
    usual = 0.006 * np.sqrt(world.city.sales / 2e6)
    early = (months > 0) & (months <= 6)
    return np.minimum(usual[at.firm] * np.where(early, 1.3, 1.0), 2.0)


def drawn(random: np.random.Generator, at: Cells, rate: Floats) -> Cells:
    """Return the cells in which disputes begin, one place each."""
    count = random.poisson(rate / IN_COURT)
    return Cells(np.repeat(at.month, count), np.repeat(at.firm, count))


def causes(random: np.random.Generator, sues: Flags, ill: Flags) -> Ints:
    """Return what each dispute is about."""
    size = len(sues)
    healthy, distressed, suing = (
        choice(random, np.array(shares), size)
        for shares in (HEALTHY, DISTRESSED, SUING)
    )
    return np.where(sues, suing, np.where(ill, distressed, healthy)).astype(np.int64)


def claims(world: World, random: np.random.Generator, at: Cells, cause: Ints) -> Floats:
    """Return the amounts claimed: around 4 % of sales; wages are less."""
    spread = np.exp(1.1 * random.standard_normal(at.size))
    usual = 0.04 * world.city.sales[at.firm].astype(float) * spread
    wages = 3e4 * np.exp(0.8 * random.standard_normal(at.size))
    amount = np.where(cause == LABOUR, wages, usual)
    return np.round(amount.clip(1_000, 2e8), 2)


class Course(NamedTuple):
    """Days of disputes: `begun` is the day drawn, the others as in `Disputes`."""

    begun: Days
    opened: Days
    met: Days
    filed: Days
    closed: Days


def course(random: np.random.Generator, at: Cells, sues: Flags) -> Course:
    """Return when disputes are mediated, filed and closed."""
    size, never = len(sues), np.datetime64("NaT")
    begun = clock.working_day(at.start + random.integers(0, 28, size))
    suit = random.random(size) < IN_COURT
    before = random.random(size) < (MEDIATED * (1 - SETTLED_THERE) / IN_COURT)
    seen = (random.random(size) < MEDIATION_SEEN) & (~suit | before)
    opened = begun - np.where(suit, random.integers(25, 61, size), 0)
    met = np.where(suit, begun - 1, begun + random.integers(15, 46, size))
    closed = clock.working_day(begun + random.integers(90, 211, size))
    return Course(
        begun,
        np.where(seen, opened, never),
        np.where(seen, met, never),
        np.where(suit, begun, never),
        np.where(suit, closed, never),
    )


def outcomes(random: np.random.Generator, mode: Ints, sues: Flags, ill: Flags) -> Ints:
    """Return what each suit brings the firm."""
    usual, bad, suing = (
        choice(random, np.array(shares), len(mode))
        for shares in (JUDGED, JUDGED_ILL, JUDGED_SUING)
    )
    judged = np.where(sues, suing, np.where(ill, bad, usual))
    ended = np.array([-1, 4, 5, 3, 6])[mode]
    return np.where(mode == 0, judged, ended).astype(np.int64)


def awards(
    random: np.random.Generator, claim: Floats, mode: Ints, outcome: Ints
) -> Floats:
    """Return what is to be paid, by judgment or as settled; absent where nothing is."""
    whole = random.uniform(0.7, 1.05, len(claim))
    part = random.uniform(0.2, 0.7, len(claim))
    share = np.where((outcome == 1) | (outcome == 4), part, whole)
    paid = (mode <= 1) & (outcome != 3)
    return np.where(paid, np.round(claim * share, 2), np.nan)


def opponents(
    world: World,
    random: np.random.Generator,
    at: Cells,
    cause: Ints,
    sues: Flags,
) -> Party:
    """Return the other side: lenders, workers, firms of the city, others, persons.

    Who is sued by a firm of the city lives outside it: its own law tells how often a
    firm of the city is sued [design].
    """
    size, places = at.size, len(world.naming.outside_name)
    kind = random.random(size)
    person = np.where(cause == LABOUR, 1.0, np.where(cause == PRIVATE, 0.6, 0.10))
    person = kind < np.where(sues, 0.30, person)
    peer = random.integers(0, world.city.size, size)
    trades = np.isin(cause, SUPPLY) & ~sues & ~person
    local = trades & (random.random(size) < LOCAL) & (peer != at.firm)
    local &= world.life.active[at.month, peer]
    outside = random.integers(0, places, size)
    lender = places + random.integers(0, len(BANKS), size)
    outside = np.where(cause == BANK, lender, outside)
    person &= cause != BANK
    return Party(
        firm=np.where(local, peer, -1),
        outside=np.where(local | person, -1, outside),
        person=np.where(person, somebody(random, size), -1),
    )


def somebody(random: np.random.Generator, size: int) -> Ints:
    """Return numbers of persons who represent no firm of the city."""
    return random.integers(PERSONS_FROM, 10 * PERSONS_FROM, size)


def with_namesakes(
    world: World,
    random: np.random.Generator,
    year: int,
    block: Block,
    number: Ints,
    person: Flags,
) -> Ints:
    """Return persons, some of whom bear the name of a firm's representative.

    Over all years that is so for 2 % of firms: such a case is not the firm's.
    """
    every = stream(world.city.seed, "court.namesakes")
    chosen = every.random(world.city.size) < NAMESAKES
    when = every.integers(clock.FIRST_YEAR, clock.LAST_YEAR + 1, world.city.size)
    firms = np.arange(block.first, block.last)
    due = firms[(chosen & (when == year))[block.firms]]
    places = random.permutation(np.flatnonzero(person))[: len(due)]
    found = number.copy()
    found[places] = world.naming.person[due[: len(places)]]
    return found


def further(
    world: World,
    random: np.random.Generator,
    at: Cells,
    cause: Ints,
    sues: Flags,
) -> tuple[Party, Party]:
    """Return further parties: representatives who vouch for loans, others [est]."""
    size = at.size
    nobody = np.full(size, -1)
    loans = np.isin(cause, (PRIVATE, BANK)) & ~sues
    place = world.filings.place(at.firm, at.start)
    vouches = loans & (random.random(size) < 0.6)
    also = random.random(size)
    other = np.where(also < 0.25, somebody(random, size), -1)
    person = np.where(vouches, world.filings.person[place], other)
    places = random.integers(0, len(world.naming.outside_name), size)
    outside = np.where((person < 0) & (also < 0.60), places, -1)
    third = np.where(random.random(size) < 0.30, np.roll(places, 1), -1)
    return Party(nobody, outside, person), Party(nobody, third, nobody)


def followed(random: np.random.Generator, mode: Ints, at: Disputes) -> Disputes:
    """Return disputes with their appeals, and with what their winners enforce."""
    size, never = at.size, np.datetime64("NaT")
    appeals = (mode == 0) & (random.random(size) < APPEALED)
    appealed = clock.working_day(valid(at.closed) + random.integers(15, 31, size))
    decided = clock.working_day(appealed + random.integers(60, 121, size))
    final = np.where(appeals, decided, at.closed)
    asks = at.decided & at.suing & np.isin(at.outcome, (0, 1, 4))
    asks &= random.random(size) < ENFORCED
    enforced = clock.working_day(valid(final) + random.integers(30, 91, size))
    appeals &= ~np.isnat(at.filed)
    return at._replace(
        appealed=np.where(appeals, appealed, never),
        appeal_closed=np.where(appeals, decided, never),
        enforced=np.where(asks, enforced, never),
    )


def valid(day: Days) -> Days:
    """Return days with the absent ones on some day, to reckon with."""
    return np.where(np.isnat(day), clock.FIRST_DAY, day)
