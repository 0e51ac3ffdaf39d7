"""How firms end, as the registry tells it: notices first, then what becomes of them.

What ends a firm is settled by `life` and `aftermath`; here it gets its days. A firm
whose licence was revoked stands until somebody strikes it off, by force after three
years since October 2025.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.registers.business import FORCED_DEREGISTRATION, REG_STATUS, STATUS_EVENT
from kexin.simulate import clock
from kexin.simulate.draws import stream
from kexin.simulate.life import FATES, NEVER, TRACES
from kexin.simulate.successions import orderly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.aftermath import Aftermath
    from kexin.simulate.arrays import Days, Ints
    from kexin.simulate.life import Life
    from kexin.simulate.successions import Successions

CODES, STATUSES = tuple(STATUS_EVENT), tuple(REG_STATUS)
ABSENT = np.datetime64("NaT", "D")

SIMPLE, SIMPLE_FAILED = 0.75, 0.40
"""Share of orderly ends, and of ends after a default, by the simple way [est]."""

SIMPLE_NOTICE, CREDITORS_NOTICE, FORCED_NOTICE = 20, 45, 90
"""Days for which each is announced."""

MASS = 0.6
"""Share of revocations that wait for November and December [est]."""

FORCED, FORCED_AFTER = 0.5, 3 * 365 + 1
DORMANT, DORMANT_SINCE = 0.08, 68
"""Share of lasting defaulters that file for dormancy, which exists since March 2022."""


class Endings(NamedTuple):
    """One place an event of status, ordered by firm and day.

    Attributes:
        firm: The firm.
        day: Day of the event.
        code: Place in `CODES`.
        status: Place in `STATUSES` of the status from then on; -1 where it stays.
        notice_end: Last day of what is announced; absent where nothing is.
        other: Number of the firm that takes over; -1 where none does.
        reason: Place in `REASONS`; -1 for none.
    """

    firm: Ints
    day: Days
    code: Ints
    status: Ints
    notice_end: Days
    other: Ints
    reason: Ints


REASONS = (
    "简易注销",
    "决议解散",
    "个体工商户转型为企业",
    "吸收合并",
    "长期停业未经营",
    "吊销满三年强制注销",
    "破产清算",
    "跨市迁移",
)


def endings(life: Life, told: Aftermath, after: Successions, seed: int) -> Endings:
    """Return all events of status but the founding."""
    random = stream(seed, "endings")
    parts = [
        *closures(life, after, random),
        *mergers(after, random),
        moves(life, random),
        *revocations(told, random),
        *bankruptcies(told, random),
        dormancies(life, random),
    ]
    every = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort([every[1], every[0]])
    return Endings(*(column[order] for column in every))


def event(
    firm: Ints, day: Days, code: str, status: str = "", *, until: Days | None = None,
    other: Ints | None = None, reason: str = "",
) -> Endings:  # fmt: skip
    """Return the same event of several firms."""
    size = len(firm)
    return Endings(
        firm=firm,
        day=day.astype("datetime64[D]"),
        code=np.full(size, CODES.index(code)),
        status=np.full(size, STATUSES.index(status) if status else -1),
        notice_end=np.full(size, ABSENT) if until is None else until,
        other=np.full(size, -1) if other is None else other,
        reason=np.full(size, REASONS.index(reason) if reason else -1),
    )


def day_in(month: Ints, random: np.random.Generator, first: int = 0) -> Days:
    """Return a working day in the first half of months."""
    day = clock.first_day(month) + random.integers(first, 18, len(month))
    return np.busday_offset(day, 0, roll="modifiedpreceding", holidays=clock.holidays())


def before(day: Days, random: np.random.Generator, first: int, last: int) -> Days:
    """Return a working day some days before others."""
    early = day - random.integers(first, last + 1, len(day))
    return np.busday_offset(early, 0, roll="preceding", holidays=clock.holidays())


def closures(
    life: Life, after: Successions, random: np.random.Generator
) -> Iterator[Endings]:
    """Yield deregistrations, each announced before it comes."""
    goes = (life.gone < NEVER) & ~life.moved
    goes[after.absorbed] = False
    firm = np.flatnonzero(goes)
    day = day_in(life.gone[firm], random, 9)
    chance = np.where(orderly(life)[firm], SIMPLE, SIMPLE_FAILED)
    simple = random.random(len(firm)) < chance
    told = before(day, random, SIMPLE_NOTICE + 2, SIMPLE_NOTICE + 12)[simple]
    yield event(firm[simple], told, "simple_dereg_notice", until=told + SIMPLE_NOTICE)
    yield event(firm[simple], day[simple], "deregistered", "deregistered",
                reason="简易注销")  # fmt: skip
    slow = firm[~simple]
    begun = before(day[~simple], random, CREDITORS_NOTICE + 15, 150)
    yield event(slow, begun, "liquidation_notice", "liquidating", reason="决议解散")
    yield event(slow, begun + 3, "dereg_notice", until=begun + 3 + CREDITORS_NOTICE)
    yield event(slow, day[~simple], "deregistered", "deregistered", reason="决议解散")


def mergers(after: Successions, random: np.random.Generator) -> Iterator[Endings]:
    """Yield mergers: creditors are told before."""
    day = day_in(after.month, random, 9)
    told = before(day, random, CREDITORS_NOTICE + 2, CREDITORS_NOTICE + 40)
    firm = after.absorbed
    yield event(firm, told, "dereg_notice", until=told + CREDITORS_NOTICE,
                other=after.survivor, reason="吸收合并")  # fmt: skip
    yield event(firm, day, "merged_into", "merged", other=after.survivor,
                reason="吸收合并")  # fmt: skip


def moves(life: Life, random: np.random.Generator) -> Endings:
    """Return moves out of the city."""
    firm = np.flatnonzero(life.moved)
    day = day_in(life.gone[firm], random)
    return event(firm, day, "moved_out", "moved_out", reason="跨市迁移")


def revocations(told: Aftermath, random: np.random.Generator) -> Iterator[Endings]:
    """Yield revocations, and what is struck off by force years after."""
    own = told.revoked < NEVER
    firm, month = told.firm[own], told.revoked[own]
    number = clock.number_of(month)
    waits = (random.random(len(firm)) < MASS) & (number < 11)
    month = np.where(
        waits, month + 11 - number + random.integers(0, 2, len(firm)), month
    )
    day = day_in(month, random)
    yield event(firm, day, "revoked", "revoked", reason="长期停业未经营")
    since = np.datetime64(FORCED_DEREGISTRATION, "D")
    earliest: Days = np.maximum(day + FORCED_AFTER, since)
    notice = clock.working_day(earliest + random.integers(5, 300, len(firm)))
    forced = random.random(len(firm)) < FORCED
    struck = clock.working_day(
        notice + FORCED_NOTICE + random.integers(1, 20, len(firm))
    )
    yield event(firm[forced], notice[forced], "forced_dereg_notice",
                until=notice[forced] + FORCED_NOTICE)  # fmt: skip
    yield event(firm[forced], struck[forced], "deregistered", "forced_deregistered",
                reason="吊销满三年强制注销")  # fmt: skip


def bankruptcies(told: Aftermath, random: np.random.Generator) -> Iterator[Endings]:
    """Yield the liquidation of bankrupt firms, and their end a year or two later."""
    own = told.bankrupt < NEVER
    firm, month = told.firm[own], told.bankrupt[own]
    begun = day_in(month + random.integers(2, 7, len(firm)), random)
    over = day_in(month + random.integers(14, 34, len(firm)), random)
    yield event(firm, begun, "liquidation_notice", "liquidating", reason="破产清算")
    yield event(firm, over, "deregistered", "deregistered", reason="破产清算")


def dormancies(life: Life, random: np.random.Generator) -> Endings:
    """Return filings for dormancy, of firms that do not trade any more."""
    told = life.defaults
    month = told.month + TRACES + random.integers(1, 8, len(told.firm))
    own = (told.fate == FATES.index("zombie")) & (month >= DORMANT_SINCE)
    own &= random.random(len(own)) < DORMANT
    return event(told.firm[own], day_in(month[own], random), "dormant", "dormant")
