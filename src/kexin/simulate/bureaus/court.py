"""Courts: cases, their parties, hearings and documents (SIMULATOR.md section 5.6).

Disputes that nobody sees are drawn and left out; documents grow rarer by the year in
which a case is filed. Enforcement and bankruptcy add their cases and parties here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import clock, dockets
from kexin.simulate.disputes import (
    CAUSES,
    CLOSINGS,
    IP,
    OUTCOMES,
    VISIBLE,
    Disputes,
    by_year,
    disputes,
)
from kexin.simulate.draws import happens
from kexin.simulate.enforcement import executions
from kexin.simulate.insolvency import estates
from kexin.simulate.parties import Seats, either, only_firm, seat, shown
from kexin.simulate.rows import Rows, always, coded, joined, kept, later, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.dockets import Docket
    from kexin.simulate.draws import Block
    from kexin.simulate.enforcement import Executions
    from kexin.simulate.insolvency import Estates
    from kexin.simulate.parties import Party
    from kexin.simulate.world import World

TABLES = ("court_case", "court_party", "court_hearing", "court_judgment")

COVERED = {
    2018: 0.62, 2019: 0.62, 2020: 0.65, 2021: 0.48, 2022: 0.24, 2023: 0.095,
    2024: 0.095, 2025: 0.09, 2026: 0.09,
}  # fmt: skip
"""Share of closed cases with a visible document, by the year in which they close.

Section 7 has them by year of filing; the source that they come from counts documents by
the year of judgment, and so does check C21. As the city grows, 0.12 in 2023 would leave
more documents than that.
"""

ANNOUNCED = (0.75, 0.90)
"""Share of hearings with a visible notice: each district's court has its own."""

HEARD = 0.85
"""Share of suits that come to a hearing [est]."""

CAUSE_TEXTS = (
    "买卖合同纠纷", "服务合同纠纷", "劳动争议", "租赁合同纠纷", "承揽合同纠纷",
    "建设工程施工合同纠纷", "民间借贷纠纷", "侵害商标权纠纷", "金融借款合同纠纷",
    "合同纠纷",
)  # fmt: skip

DOCUMENTS = ("judgment", "mediation", "ruling", "ruling", "ruling")
"""Kind of document by how a suit closes."""

NEVER = np.datetime64("NaT")


class Suits(NamedTuple):
    """Procedures of one kind of some disputes.

    Attributes:
        of: The disputes.
        docket: Their case numbers.
        root: Keys of the disputes' first instance.
        filed: Days of filing.
        closed: Days on which they end.
        roles: Roles of who asks, and of whom it is asked.
        asks: Who asks.
        asked: Of whom it is asked.
        held: Days of hearings.
        published: Days on which their notices are published.
        heard: Whether there is a notice that anybody sees.
    """

    of: Disputes
    docket: Docket
    root: pa.Array
    filed: Days
    closed: Days
    roles: tuple[str, str]
    asks: Party
    asked: Party
    held: Days
    published: Days
    heard: Flags

    @property
    def seats(self) -> Seats:
        """The cases, to tell their parties."""
        return Seats(self.docket, self.filed, self.undated, self.of.masked, self.traced)

    @property
    def undated(self) -> Flags:
        """Whether no day of filing is told; a notice is then the first trace."""
        return self.of.undated & self.heard

    @property
    def traced(self) -> Days:
        """First day on which there can be a trace."""
        return np.where(self.undated, self.published, self.filed)


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year > clock.HISTORY:
        yield from suits(world, year, block)
    yield from enforced(world, executions(world, year, block))
    yield from insolvent(world, estates(world, year, block))


def suits(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield what is seen of a year's disputes."""
    random = world.stream("court.documents", year, block)
    every = disputes(world, year, block)
    numbers = dockets.Drawn(year, block.number, world.city.size, 0)
    first = first_keys(world, every, numbers)
    mediated = mediations(world, every, numbers, first)
    tried = heard(trials(world, every, numbers, first), random)
    appealed = heard(appeals(every, numbers, first), random)
    asked = requests(world, every, numbers, first)
    for told in (mediated, tried, appealed, asked):
        yield cases(world, told)
        yield parties(world, told)
    for told in (tried, appealed):
        yield hearings(told)
        yield documents(world, told, random)


def court(world: World, of: Disputes) -> Ints:
    """Return the courts of the firms' districts."""
    return world.city.district[of.firm].astype(np.int64)


def first_keys(world: World, every: Disputes, numbers: dockets.Drawn) -> pa.Array:
    """Return the keys of the disputes' first instance; absent where there is none."""
    suit = ~np.isnat(every.filed)
    known = trial_docket(world, every.at(suit), numbers).keys
    return known.take(pa.array(np.cumsum(suit) - 1, mask=~suit))


def trial_docket(world: World, of: Disputes, numbers: dockets.Drawn) -> Docket:
    """Return the case numbers of first instance."""
    kind = np.where(of.cause == IP, dockets.FIRST_IP, dockets.FIRST)
    return dockets.docket(numbers, of.filed, court(world, of), kind)


def sides(of: Disputes, *, turned: Flags | None = None) -> list[Party]:
    """Return who asks and of whom it is asked; the other way where it is turned."""
    asks = of.suing if turned is None else of.suing ^ turned
    own = only_firm(of.firm)
    return [either(asks, own, of.opponent), either(asks, of.opponent, own)]


def mediations(
    world: World, every: Disputes, numbers: dockets.Drawn, first: pa.Array
) -> Suits:
    """Return mediations before suit."""
    which = ~np.isnat(every.opened)
    of = every.at(which)
    kind = np.full(of.size, dockets.MEDIATION)
    docket = dockets.docket(numbers, of.opened, court(world, of), kind)
    root = first.filter(pa.array(which))
    days, roles = (of.opened, of.met), ("applicant", "respondent")
    return seen(unheard(of, docket, root, days, roles, sides(of)))


def trials(
    world: World, every: Disputes, numbers: dockets.Drawn, first: pa.Array
) -> Suits:
    """Return first instances."""
    which = ~np.isnat(every.filed)
    of = every.at(which)
    docket, root = trial_docket(world, of, numbers), first.filter(pa.array(which))
    roles = ("plaintiff", "defendant")
    return seen(unheard(of, docket, root, (of.filed, of.closed), roles, sides(of)))


def appeals(every: Disputes, numbers: dockets.Drawn, first: pa.Array) -> Suits:
    """Return appeals: mostly of who has lost, now and then of the winner."""
    which = ~np.isnat(every.appealed)
    of = every.at(which)
    place = np.full(of.size, dockets.HIGHER)
    kind = np.full(of.size, dockets.APPEAL)
    docket = dockets.docket(numbers, of.appealed, place, kind)
    turned = (of.outcome != 0) ^ of.suing
    root = first.filter(pa.array(which))
    days, roles = (of.appealed, of.appeal_closed), ("appellant", "appellee")
    return seen(unheard(of, docket, root, days, roles, sides(of, turned=turned)))


def requests(
    world: World, every: Disputes, numbers: dockets.Drawn, first: pa.Array
) -> Suits:
    """Return what firms of the city enforce against others."""
    which = ~np.isnat(every.enforced)
    of = every.at(which)
    kind = np.full(of.size, dockets.ENFORCEMENT)
    docket = dockets.docket(numbers, of.enforced, court(world, of), kind)
    length = (valid_award(of) % 180).astype(int) + 60
    root = first.filter(pa.array(which))
    days, roles = (of.enforced, of.enforced + length), ("exec_applicant", "exec_debtor")
    return seen(unheard(of, docket, root, days, roles, sides(of)))


def valid_award(of: Disputes) -> Floats:
    """Return awards, and claims where there is none."""
    return np.where(np.isnan(of.award), of.claim, of.award)


def unheard(
    of: Disputes, docket: Docket, root: pa.Array, days: tuple[Days, Days],
    roles: tuple[str, str], both: list[Party],
) -> Suits:  # fmt: skip
    """Return procedures without hearings."""
    asks, asked = both
    nothing = np.zeros(of.size, np.bool_)
    filed, closed = days
    return Suits(
        of, docket, root, filed, closed, roles, asks, asked, filed, filed, nothing
    )


def seen(told: Suits) -> Suits:
    """Return the procedures that anybody sees."""
    which = np.flatnonzero(told.of.visible)
    return told._replace(
        of=told.of.at(which),
        docket=told.docket.at(which),
        root=told.root.take(pa.array(which)),
        filed=told.filed[which],
        closed=told.closed[which],
        asks=told.asks.at(which),
        asked=told.asked.at(which),
        held=told.held[which],
        published=told.published[which],
        heard=told.heard[which],
    )


def cases(world: World, told: Suits) -> Rows:
    """Return procedures; their end, and the suit that a mediation leads to, later."""
    of, docket = told.of, told.docket
    keys, absent = docket.keys, np.full(of.size, NEVER, "datetime64[D]")
    mediation = docket.kind == dockets.MEDIATION
    root = pc.if_else(pa.array(mediation), keys, told.root)
    suit_follows = mediation & ~np.isnat(of.filed)
    first = Rows(
        "court_case",
        of.firm,
        {
            "case_id": keys,
            "case_no_raw": docket.numbers,
            "root_case_id": root,
            "court_code": docket.court_code,
            "case_year": docket.year,
            "case_type": docket.case_type,
            "cause_code": coded(of.cause, CAUSES),
            "cause_text": coded(of.cause, CAUSE_TEXTS),
            "filed_date": np.where(told.undated, NEVER, told.filed),
            "claim_amount": np.where(of.claim_told, of.claim, np.nan),
            "close_date": absent,
            "close_mode": coded(np.full(of.size, -1), CLOSINGS),
        },
        after=told.traced,
        name=shown(world, only_firm(of.firm), told.filed, of.masked),
        inferred=told.traced,
    )
    ended = later(
        first, np.full(of.size, fill_value=True), told.closed,
        close_date=told.closed, close_mode=closings(told),
    )  # fmt: skip
    suit = later(
        ended, suit_follows, of.filed[suit_follows],
        root_case_id=told.root.filter(pa.array(suit_follows)),
    )  # fmt: skip
    return versions(first, ended, suit)


def closings(told: Suits) -> pa.Array:
    """Return how procedures close: mediations settle unless a suit follows."""
    of, kind = told.of, told.docket.kind
    codes = (*CLOSINGS, "other")
    settled = np.where(np.isnat(of.filed), 1, 5)
    mode = np.where(kind == dockets.MEDIATION, settled, of.mode)
    mode = np.where(kind == dockets.APPEAL, 0, mode)
    return coded(np.where(kind == dockets.ENFORCEMENT, 5, mode), codes)


def parties(world: World, told: Suits) -> Rows:
    """Return all parties of procedures."""
    of, seats = told.of, told.seats
    enforcing = told.docket.kind == dockets.ENFORCEMENT
    side = coded(enforcing.astype(int), ("defendant", "exec_debtor"))
    return joined(
        [
            seat(world, seats, 1, told.roles[0], told.asks),
            seat(world, seats, 2, told.roles[1], told.asked),
            seat(world, seats, 3, side, of.joined),
            seat(world, seats, 4, "third", of.third),
        ]
    )


def heard(told: Suits, random: np.random.Generator) -> Suits:
    """Return procedures with their hearings, published 3 to 30 days before."""
    size = told.of.size
    held = told.filed + random.integers(35, 101, size)
    held = clock.working_day(np.minimum(held, told.closed - 5))
    published = np.maximum(held - random.integers(3, 31, size), told.filed + 1)
    shares = np.linspace(*ANNOUNCED, len(dockets.COURTS))[told.docket.court]
    return told._replace(
        held=held, published=published, heard=happens(random, HEARD * shares)
    )


def hearings(told: Suits) -> Rows:
    """Return the notices of hearings that anybody sees."""
    rows = Rows(
        "court_hearing",
        told.of.firm,
        {
            "notice_id": pc.binary_join_element_wise("KT", told.docket.keys, "|"),
            "case_id": told.docket.keys,
            "hearing_date": told.held,
            "published_date": told.published,
        },
        after=told.published,
    )
    return kept(rows, told.heard)


def documents(world: World, told: Suits, random: np.random.Generator) -> Rows:
    """Return the documents that are published, ever fewer of them."""
    of, docket, size = told.of, told.docket, told.of.size
    closing = told.closed.astype("datetime64[Y]").astype(int) + 1970
    share = by_year(COVERED, np.minimum(closing, clock.LAST_YEAR))
    share = share / by_year(VISIBLE, docket.year)
    published = told.closed + np.exp(
        np.log(60) + 0.95 * random.standard_normal(size)
    ).astype(int).clip(2, 900)
    mode = np.where(docket.kind == dockets.APPEAL, 0, of.mode)
    rows = Rows(
        "court_judgment",
        of.firm,
        {
            "doc_id": pc.binary_join_element_wise("WS", docket.keys, "|"),
            "case_id": docket.keys,
            "doc_type": coded(mode, DOCUMENTS),
            "judgment_date": told.closed,
            "published_date": published,
            "outcome": coded(of.outcome, OUTCOMES),
            "award_amount": of.award,
            "anonymised": of.masked,
        },
        after=published,
        lag="court_judgment/published",
        name=shown(world, only_firm(of.firm), told.closed, of.masked),
    )
    return kept(rows, happens(random, share))


def enforced(world: World, told: Executions) -> Iterator[Rows]:
    """Yield the cases and parties of enforcement against firms of the city."""
    size, docket = told.size, told.docket
    absent = np.full(size, NEVER, "datetime64[D]")
    first = Rows(
        "court_case",
        told.firm,
        {
            "case_id": docket.keys,
            "case_no_raw": docket.numbers,
            "root_case_id": told.root,
            "court_code": docket.court_code,
            "case_year": docket.year,
            "case_type": docket.case_type,
            "cause_code": coded(told.cause, CAUSES),
            "cause_text": coded(told.cause, CAUSE_TEXTS),
            "filed_date": told.filed,
            "claim_amount": told.amount,
            "close_date": absent,
            "close_mode": coded(np.full(size, -1), CLOSINGS),
        },
        after=told.filed,
    )
    over = told.over
    closed = ~np.isnat(over)
    yield versions(
        first,
        later(
            first, closed, over[closed], close_date=over[closed],
            close_mode=always("other", int(closed.sum())),
        ),
    )  # fmt: skip
    plain = np.zeros(size, np.bool_)
    seats = Seats(docket, told.filed, plain, plain, told.filed)
    yield joined(
        [
            seat(world, seats, 1, "exec_applicant", told.creditor),
            seat(world, seats, 2, "exec_debtor", only_firm(told.firm)),
        ]
    )


def insolvent(world: World, told: Estates) -> Iterator[Rows]:
    """Yield the cases and parties of bankruptcies: the application, and the estate."""
    estate = told.at(told.taken_on)
    for of, docket, day in (
        (told, told.filing, told.applied),
        (estate, estate.estate, estate.accepted),
    ):
        plain = np.zeros(of.size, np.bool_)
        seats = Seats(docket, day, plain, plain, day)
        yield bankruptcy_cases(of, docket, day)
        yield joined(
            [
                seat(world, seats, 1, of.role, of.applicant),
                seat(world, seats, 2, "debtor", only_firm(of.firm)),
            ]
        )


def bankruptcy_cases(told: Estates, docket: Docket, day: Days) -> Rows:
    """Return the cases of bankruptcies, their end left to their own table."""
    return Rows(
        "court_case",
        told.firm,
        {
            "case_id": docket.keys,
            "case_no_raw": docket.numbers,
            "root_case_id": told.filing.keys,
            "court_code": docket.court_code,
            "case_year": docket.year,
            "case_type": docket.case_type,
            "cause_code": always("bankruptcy", told.size),
            "cause_text": always("申请破产清算", told.size),
            "filed_date": day,
        },
        after=day,
    )
