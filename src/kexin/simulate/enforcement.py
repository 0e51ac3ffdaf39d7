"""Enforcement against firms of the city, and how each case goes on.

What a default brings comes from `world.aftermath`; firms that live have cases too, by
dispute or mistake (sections 4.3 and 5.6). A case rests on an earlier suit of the firm
where there is one, else on an award or a deed, and is then its own root [design].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import clock, dockets
from kexin.simulate.disputes import Disputes, disputes, somebody
from kexin.simulate.draws import happens, logistic
from kexin.simulate.grid import cells
from kexin.simulate.life import NEVER
from kexin.simulate.parties import Party, either

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.dockets import Docket
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

THRESHOLD, THRESHOLD_SHARE = 50_000, 0.02
"""An unpaid enforcement counts as bad from CNY 50,000 and 2 % of yearly sales on
(POLICY.md, B2.1)."""

LARGE = 0.125
"""Share of living firms' cases above it: 0.15 % of healthy firms a year (4.3)."""

PAID_EARLY = 0.60
"""Share of those that are performed within 60 days."""

MODES = ("performed", "settled", "withdrawn")
MODE_SHARES = (0.62, 0.31, 0.07)

LISTED = 0.97
"""Share of living firms' cases that the list of debtors shows (section 7)."""

BASE_DAYS = (20, 400)
"""A case rests on a suit that was decided so many days before."""


class Executions(NamedTuple):
    """One place a case of enforcement against a firm of the city.

    Attributes:
        firm: The debtor.
        default: Place in `world.aftermath`; -1 for firms that live.
        docket: Case numbers.
        filed: Days of filing.
        amount: What is to be paid, CNY.
        root: Key of the suit that it rests on; its own where there is none.
        cause: Cause of that suit; -1 where there is none.
        creditor: Who enforces.
        ended: Day on which the round ends without success; absent if not.
        moved: Day on which it passes into a bankruptcy; absent if not.
        paid: Day on which it is over; absent while it stands.
        mode: Place in `MODES` of how it is over.
    """

    firm: Ints
    default: Ints
    docket: Docket
    filed: Days
    amount: Floats
    root: pa.Array
    cause: Ints
    creditor: Party
    ended: Days
    moved: Days
    paid: Days
    mode: Ints

    @property
    def size(self) -> int:
        """Number of cases."""
        return len(self.firm)

    @property
    def over(self) -> Days:
        """First day on which a case is closed in any way; absent while it stands."""
        return np.fmin(np.fmin(self.ended, self.moved), self.paid)


class Begun(NamedTuple):
    """Cases as they are drawn: debtor, place in the aftermath or -1, day of filing."""

    firm: Ints
    default: Ints
    filed: Days


def executions(world: World, year: int, block: Block) -> Executions:
    """Draw the cases of enforcement that are filed in a year.

    The year `HISTORY` has what defaults of the years before 2019 have left.
    """
    random = world.stream("court.enforcement", year, block)
    begun = both(
        random, after_default(world, random, year, block),
        living(world, random, year, block),
    )  # fmt: skip
    firm, size = begun.firm, len(begun.firm)
    kind = np.full(size, dockets.ENFORCEMENT)
    place = world.city.district[firm].astype(np.int64)
    drawn = dockets.Drawn(year, block.number, world.city.size, 1)
    docket = dockets.docket(drawn, begun.filed, place, kind)
    base, of, keys = bases(world, year, block, begun)
    large = (begun.default >= 0) | (random.random(size) < LARGE)
    days = ends(world, random, begun, large)
    return Executions(
        firm=firm,
        default=begun.default,
        docket=docket,
        filed=begun.filed,
        amount=amounts(world, random, begun, large),
        root=pc.coalesce(keys.take(pa.array(base, mask=base < 0)), docket.keys),
        cause=np.where(base < 0, -1, of.cause[base]) if of.size else base,
        creditor=creditors(world, random, base, of),
        ended=days.ended,
        moved=days.moved,
        paid=days.paid,
        mode=np.searchsorted(np.cumsum(MODE_SHARES), random.random(size)).clip(0, 2),
    )


def both(random: np.random.Generator, told: Begun, living: Begun) -> Begun:
    """Return the cases of failed firms and of living ones that the list shows."""
    shown = random.random(len(living.firm)) < LISTED
    return Begun._make(
        np.concatenate([a, b[shown]]) for a, b in zip(told, living, strict=True)
    )


def within(year: int, month: Ints) -> Flags:
    """Whether months lie in a year; `HISTORY` has all that came before as well."""
    months = clock.months_of(year)
    first = -NEVER if year == clock.HISTORY else months[0]
    return (month >= first) & (month <= months[-1])


def day_in(random: np.random.Generator, month: Ints) -> Days:
    """Return a working day in each month, or in the first days of the next."""
    day = clock.first_day(month) + random.integers(0, 28, len(month))
    return clock.working_day(day)


def after_default(
    world: World, random: np.random.Generator, year: int, block: Block
) -> Begun:
    """Return the cases that defaults bring.

    A round that ends was once begun: where the aftermath has the end alone, the case is
    filed some months before it.
    """
    told = world.aftermath
    before = told.round_end - 3 - told.firm % 3
    forced = np.where(told.round_end < NEVER, np.maximum(before, told.default), NEVER)
    month = np.where(told.enforcement < NEVER, told.enforcement, forced)
    own = within(year, month) & (told.firm >= block.first) & (told.firm < block.last)
    place = np.flatnonzero(own)
    return Begun(told.firm[place], place, day_in(random, month[place]))


def living(world: World, random: np.random.Generator, year: int, block: Block) -> Begun:
    """Return the cases of firms that have not defaulted."""
    if year == clock.HISTORY:
        nobody = np.empty(0, np.int64)
        return Begun(nobody, nobody, clock.first_day(nobody))
    city = world.city
    at = cells(year, block, world.life.active)
    failed = in_default(world, block)
    at = at.where(~failed[at.month, at.firm - block.first])
    months = at.of(world.life.distress).astype(np.float32)
    seen = city.visibility("court")[at.firm]
    trait = -6.9 + 0.25 * np.log(city.sales / 2e6) + 0.2 * city.care
    more = np.minimum(0.32 * np.maximum(months - 5, 0) * seen, 3.6)
    struck = at.where(happens(random, logistic(trait[at.firm] + more)))
    nothing = np.full(struck.size, -1)
    return Begun(struck.firm, nothing, day_in(random, struck.month))


def in_default(world: World, block: Block) -> Flags:
    """Whether a default came in an earlier month and is not over.

    Months x firms of the block.
    """
    told = world.life.defaults
    own = np.flatnonzero((told.firm >= block.first) & (told.firm < block.last))
    firm, begin = told.firm[own] - block.first, told.month[own]
    cured = np.minimum(world.aftermath.cured[own], clock.MONTHS)
    change = np.zeros((clock.MONTHS + 1, block.size), np.int8)
    np.add.at(change, (np.minimum(begin + 1, clock.MONTHS), firm), 1)
    np.add.at(change, (cured, firm), -1)
    return np.cumsum(change, axis=0)[: clock.MONTHS] > 0


class Ends(NamedTuple):
    """Days as in `Executions`."""

    ended: Days
    moved: Days
    paid: Days


def ends(world: World, random: np.random.Generator, begun: Begun, large: Flags) -> Ends:
    """Return when cases end.

    Those of failed firms last until the default is cured, end without success, or pass
    into a bankruptcy; they never end within 60 days.
    """
    told, place, size = world.aftermath, begun.default, len(begun.firm)
    failed = place >= 0
    ended = later_day(random, begun, failed, told.round_end)
    moved = later_day(random, begun, failed, told.bankrupt) + 60
    cured = later_day(random, begun, failed, told.cured)
    early = random.random(size) < PAID_EARLY
    soon, long = random.integers(10, 56, size), random.integers(61, 301, size)
    days = np.where(large & early, soon, np.where(large, long, (soon + long) // 2))
    paid = np.where(failed, cured, begun.filed + days)
    return Ends(
        ended=ended,
        moved=np.where(np.isnat(ended), moved, np.datetime64("NaT")),
        paid=paid,
    )


def later_day(
    random: np.random.Generator, begun: Begun, failed: Flags, months: Ints
) -> Days:
    """Return a day in a month of the aftermath, 65 days after filing at the least."""
    month = np.where(failed, months[begun.default] if len(months) else NEVER, NEVER)
    comes = month < NEVER
    day = day_in(random, np.where(comes, month, 0))
    day = np.maximum(day, begun.filed + 65)
    return np.where(comes, day, np.datetime64("NaT"))


def amounts(
    world: World, random: np.random.Generator, begun: Begun, large: Flags
) -> Floats:
    """Return what is to be paid: above the threshold or below it."""
    limit = np.maximum(THRESHOLD, THRESHOLD_SHARE * trailing_sales(world, begun))
    above = limit * (1.05 + random.exponential(1.2, len(limit)))
    below = limit * random.uniform(0.03, 0.85, len(limit))
    return np.round(np.where(large, above, below), 2)


def trailing_sales(world: World, begun: Begun) -> Floats:
    """Return the most that firms sold in twelve months, now or half a year ago."""
    month = clock.month_of(begun.filed)
    found = np.zeros(len(month))
    for first in (0, 6):
        total = np.zeros(len(month))
        for back in range(first, first + 12):
            place = np.clip(month - back, 0, clock.MONTHS - 1)
            total += world.activity.sales[place, begun.firm]
        found = np.maximum(found, total)
    return found


def bases(
    world: World, year: int, block: Block, begun: Begun
) -> tuple[Ints, Disputes, pa.Array]:
    """Return the suit that each case rests on.

    Returns:
        Places in the disputes, -1 for none; the disputes; their keys.
    """
    years = [y for y in (year - 1, year) if y > clock.HISTORY]
    parts, keys = [], []
    for own in years:
        drawn = disputes(world, own, block)
        suits = drawn.at(~np.isnat(drawn.filed))
        numbers = dockets.Drawn(own, block.number, world.city.size, 0)
        place = world.city.district[suits.firm].astype(np.int64)
        kind = np.where(suits.cause == 7, dockets.FIRST_IP, dockets.FIRST)
        found = dockets.docket(numbers, suits.filed, place, kind)
        parts.append(suits)
        keys.append(found.keys)
    if not parts:
        empty = disputes(world, clock.FIRST_YEAR, block).at(np.empty(0, np.int64))
        return np.full(len(begun.firm), -1), empty, pa.array([], pa.string())
    of = stacked(parts)
    return latest(begun, of), of, pa.concat_arrays(keys)


def stacked(parts: list[Disputes]) -> Disputes:
    """Return disputes one below the other."""
    return Disputes._make(
        Party._make(np.concatenate(side) for side in zip(*column, strict=True))
        if isinstance(column[0], Party)
        else np.concatenate(column)
        for column in zip(*parts, strict=True)
    )


def latest(begun: Begun, of: Disputes) -> Ints:
    """Return the place of the latest suit that a debtor lost before; -1 for none."""
    lost = np.flatnonzero(of.decided & ~of.suing)
    closed = of.closed[lost]
    line = of.firm[lost] * 100_000 + closed.astype(np.int64)
    order = np.argsort(line, kind="stable")
    if not len(order):
        return np.full(len(begun.firm), -1)
    day = begun.filed.astype(np.int64)
    asked = begun.firm * 100_000 + day - BASE_DAYS[0]
    place = np.searchsorted(line[order], asked, side="right") - 1
    found = lost[order[np.maximum(place, 0)]]
    since = day - of.closed[found].astype(np.int64)
    good = (place >= 0) & (of.firm[found] == begun.firm) & (since <= BASE_DAYS[1])
    return np.where(good, found, -1)


def creditors(
    world: World, random: np.random.Generator, base: Ints, of: Disputes
) -> Party:
    """Return who enforces: who has won the suit, else a firm outside or a person."""
    size = len(base)
    person = random.random(size) < 0.25
    places = random.integers(0, len(world.naming.outside_name), size)
    other = Party(
        firm=np.full(size, -1),
        outside=np.where(person, -1, places),
        person=np.where(person, somebody(random, size), -1),
    )
    if not of.size:
        return other
    return either(base >= 0, of.opponent.at(np.maximum(base, 0)), other)
