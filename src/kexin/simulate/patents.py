"""Patents of the city's firms: applied for, granted, kept in force, sold, let go.

The laws are those of SIMULATOR.md section 5.7. What is held when 2019 begins is drawn
as a stock; each later year has its applications, and patents that firms buy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.identity.codes import PATENT_WEIGHTS
from kexin.simulate import clock
from kexin.simulate.city import choice
from kexin.simulate.dockets import ranks
from kexin.simulate.draws import BLOCK_FIRMS, happens, stream
from kexin.simulate.grid import Cells, cells
from kexin.simulate.naming import digits, texts
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    import pyarrow as pa

    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

KINDS = ("invention", "utility", "design")
INVENTION, UTILITY, DESIGN = range(3)
KIND_SHARES = (0.45, 0.45, 0.10)
SOFTWARE_SHARES = (0.70, 0.25, 0.05)
BOUGHT_SHARES = (0.30, 0.70, 0.0)

GRANTED = np.array([0.56, 0.88, 0.95])
PENDENCY = np.array([15.0, 7.0, 5.0])
"""Share of applications that are granted, and mean months until then."""

YEARS = np.array([20, 10, 15])
SHORT_DESIGN, DESIGN_LAW = 10, np.datetime64("2021-06-01", "D")
"""Years of protection; designs filed before the law of 2021 have fewer."""

LET_GO = np.array([0.050, 0.125, 0.390])
"""Log hazard a year of not paying the fee: half of utility models are gone after five
years, 90 % of designs, half of inventions after six to eight (SRC-N10)."""

LET_GO_ILL = 0.20
"""What a month of distress adds to it: fees are due once a year only, so that the 0.13
of the prototype's months would not give the curve of section 6."""

LET_GO_WITHOUT_FIRM = 1.2
SOLD, SOLD_ILL = 0.02, 3.0
PLEDGED = 0.008
ANNULLED = 0.001
"""Chances a year of a sale (three times as many in distress), of a pledge, and of being
declared invalid [the last est]."""

RESTORED = 0.03
"""Share of lapses that are undone [est]."""

BUYERS = 0.12
"""Share of high-tech firms that buy patents before they apply."""

JOINT = 0.12
GONE_BEFORE = 1.65
"""Applications of the years before 2019 for each that is in force or pending then."""

GROWN = 3
"""Years after which a firm has the full stock [design]."""

OLDEST = np.datetime64("2012-01-01", "D")
FIRST_FEES = 2013
GAZETTE = "Tue Fri"

NOTHING, LAPSED, SALE, ANNULMENT, TERM = range(5)

LANES = 10
"""Years for which patents can be drawn, so that no two parts number one alike."""

STEP = 48_271_037
SERIALS = 10**7
ELSEWHERE = 4 * 10**6
"""Serials from here on belong to patents of nobody in the city."""


class Patents(NamedTuple):
    """One place a patent that becomes known.

    Attributes:
        firm: The firm that applies for it or buys it.
        number: Application number.
        kind: Place in `KINDS`.
        applied: Day of application.
        published: Day on which it is published.
        examined: Day on which examination begins; inventions only.
        granted: Day of the grant; absent if it is not granted.
        refused: Day on which it is refused or taken for withdrawn; absent if not.
        expires: Last day of its term.
        bought: Day on which the firm buys it; absent for its own.
        ended: Day on which it is lost to the firm; absent if it is not.
        why: `NOTHING`, `LAPSED`, `SALE`, `ANNULMENT` or `TERM`.
        told: Day on which that end is announced.
        restored: Day on which a lapse is undone; absent if not.
        pledged: Day of a pledge; absent if none.
    """

    firm: Ints
    number: pa.Array
    kind: Ints
    applied: Days
    published: Days
    examined: Days
    granted: Days
    refused: Days
    expires: Days
    bought: Days
    ended: Days
    why: Ints
    told: Days
    restored: Days
    pledged: Days

    @property
    def size(self) -> int:
        """Number of patents."""
        return len(self.firm)

    @property
    def since(self) -> Days:
        """Day on which the firm's patent is first told of."""
        own = np.where(self.kind == INVENTION, self.published, self.granted)
        return np.where(np.isnat(self.bought), own, self.bought + 10)


class Filed(NamedTuple):
    """Applications: firm, kind, day; the day of buying is absent for own ones."""

    firm: Ints
    kind: Ints
    applied: Days
    bought: Days


def patents(world: World, year: int, block: Block) -> Patents:
    """Draw the patents of a part: of a year, or with `HISTORY` what is held in 2019."""
    random = world.stream("ip.patents", year, block)
    stock = year == clock.HISTORY
    filed = (
        in_stock(world, random, block) if stock else in_year(world, random, year, block)
    )
    size, never = len(filed.firm), np.datetime64("NaT")
    months = random.gamma(9, PENDENCY[filed.kind] / 9).clip(3, 40)
    decided = gazette(filed.applied + (months * 30.44).astype(int))
    published = publication(random, filed, decided)
    good = random.random(size) < GRANTED[filed.kind]
    good |= ~np.isnat(filed.bought)
    invention = filed.kind == INVENTION
    granted = np.where(good, decided, never)
    examined = np.minimum(published + random.integers(20, 90, size), decided - 30)
    drawn = Patents(
        firm=filed.firm,
        number=numbers(world, year, block, filed),
        kind=filed.kind,
        applied=filed.applied,
        published=np.where(invention, published, granted),
        examined=np.where(invention, np.maximum(examined, published), never),
        granted=granted,
        refused=np.where(good, never, decided + random.integers(30, 200, size)),
        expires=terms(filed),
        bought=filed.bought,
        ended=np.full(size, never, "datetime64[D]"),
        why=np.zeros(size, np.int64),
        told=np.full(size, never, "datetime64[D]"),
        restored=np.full(size, never, "datetime64[D]"),
        pledged=np.full(size, never, "datetime64[D]"),
    )
    lived = live(world, random, drawn)
    return kept(lived, good | (invention & (decided >= clock.FIRST_DAY)))


def kept(of: Patents, which: Flags) -> Patents:
    """Return some of the patents."""
    places = np.flatnonzero(which)
    return Patents._make(
        column[places] if isinstance(column, np.ndarray) else column.take(places)
        for column in of
    )


def gazette(day: Days) -> Days:
    """Return each day, or the next on which the gazette appears."""
    return np.busday_offset(day, 0, roll="forward", weekmask=GAZETTE)


def in_stock(world: World, random: np.random.Generator, block: Block) -> Filed:
    """Return the applications of the years before 2019.

    So many that what is left of them has the size of the stock.
    """
    city, firms = world.city, np.arange(block.first, block.last)
    mean = np.exp(1.0 + 0.8 * city.innovation + 0.25 * city.quality).clip(0.2, 60)
    old = city.holder & (city.born < clock.BURN_IN)
    years = (clock.BURN_IN - city.born) / 12
    mean *= GONE_BEFORE * np.clip(years / GROWN, 0, 1)
    count = np.where(old[firms], random.poisson(mean[firms]), 0)
    firm = np.repeat(firms, count)
    first = np.maximum(city.birthday[firm], OLDEST)
    span = (clock.FIRST_DAY - first).astype(int)
    applied = first + (random.random(len(firm)) * span).astype(int)
    return Filed(firm, kinds(world, random, firm), applied, never_bought(len(firm)))


def never_bought(size: int) -> Days:
    """Return that none is bought."""
    return np.full(size, np.datetime64("NaT"), "datetime64[D]")


def in_year(
    world: World, random: np.random.Generator, year: int, block: Block
) -> Filed:
    """Return the applications of a year, and what firms buy in it."""
    city = world.city
    at = cells(year, block, world.life.active & city.holder)
    strength = np.exp(-3.0 + 0.7 * city.innovation + 0.25 * city.quality)
    ill = at.of(world.life.distress) * np.float32(city.variant.visibility)
    count = random.poisson(strength[at.firm] * np.exp(-0.08 * ill))
    own = Cells(np.repeat(at.month, count), np.repeat(at.firm, count))
    applied = clock.working_day(own.start + random.integers(0, 28, own.size))
    filed = Filed(
        own.firm, kinds(world, random, own.firm), applied, never_bought(own.size)
    )
    bought = purchases(world, random, year, block)
    return Filed._make(np.concatenate(pair) for pair in zip(filed, bought, strict=True))


def purchases(
    world: World, random: np.random.Generator, year: int, block: Block
) -> Filed:
    """Return what future high-tech firms buy: mostly utility models, some years old."""
    city = world.city
    chosen = stream(city.seed, "ip.buyers")
    buys = happens(chosen, np.full(city.size, BUYERS)) & city.hnte
    when = chosen.integers(clock.FIRST_YEAR, clock.LAST_YEAR, city.size)
    month = clock.months_of(year)[chosen.integers(0, 9, city.size)]
    firms = np.arange(block.first, block.last)
    due = firms[(buys & (when == year))[firms]]
    due = due[world.life.active[month[due], due]]
    firm = np.repeat(due, random.integers(1, 7, len(due)))
    size = len(firm)
    bought = clock.working_day(clock.first_day(month[firm]) + 9)
    kind = choice(random, np.array(BOUGHT_SHARES), size).astype(np.int64)
    age = np.where(kind == INVENTION, 1400, 500) + random.integers(0, 1000, size)
    return Filed(firm, kind, bought - age, bought)


def kinds(world: World, random: np.random.Generator, firm: Ints) -> Ints:
    """Return kinds: software firms apply for inventions mostly."""
    usual, software = (
        choice(random, np.array(shares), len(firm))
        for shares in (KIND_SHARES, SOFTWARE_SHARES)
    )
    writes = np.array([sector.id == "software" for sector in SECTORS])
    return np.where(writes[world.city.sector[firm]], software, usual).astype(np.int64)


def publication(random: np.random.Generator, filed: Filed, decided: Days) -> Days:
    """Return days of publication: 30 % early, 30 % within the year, else 18 months."""
    size = len(decided)
    kind = random.random(size)
    early, middle = random.integers(95, 185, size), random.integers(190, 366, size)
    days = np.where(kind < 0.3, early, np.where(kind < 0.6, middle, 548))
    latest = np.maximum((decided - filed.applied).astype(int) - 100, 60)
    return gazette(filed.applied + np.minimum(days, latest))


def terms(filed: Filed) -> Days:
    """Return the last days of protection."""
    years = np.where(
        (filed.kind == DESIGN) & (filed.applied < DESIGN_LAW),
        SHORT_DESIGN,
        YEARS[filed.kind],
    )
    return anniversary(filed.applied, years) - 1


def anniversary(day: Days, years: Ints) -> Days:
    """Return days some years later; those after the 28th on the 28th."""
    month = day.astype("datetime64[M]")
    place = np.minimum((day - month).astype(int), 27)
    return (month + 12 * years).astype("datetime64[D]") + place


def numbers(world: World, year: int, block: Block, filed: Filed) -> pa.Array:
    """Return application numbers: own ones have a lane, bought ones another."""
    applied = filed.applied.astype("datetime64[Y]").astype(int) + 1970
    own = np.isnat(filed.bought)
    lane = np.where(own, LANES - 1, year - clock.HISTORY)
    group = (applied * 3 + filed.kind) * LANES + lane
    parts = -(-world.city.size // BLOCK_FIRMS)
    place = (ranks(group, filed.applied) * parts + block.number) * LANES + lane
    return application_numbers(applied, filed.kind, place)


def application_numbers(year: Ints, kind: Ints, place: Ints) -> pa.Array:
    """Return application numbers with their check characters.

    Args:
        year: Years of application.
        kind: Places in `KINDS`.
        place: Numbers below `SERIALS`, no two alike within year and kind.

    Source:
        REGISTERS.md section 1.5.
    """
    serial = place * STEP % SERIALS
    body = digits((year * 10 + kind + 1) * SERIALS + serial, 12)
    weights = np.array(PATENT_WEIGHTS)
    rest = ((body - ord("0")).astype(int) * weights).sum(1) % 11
    signs = np.frombuffer(b"0123456789X", np.uint8)
    return texts(np.column_stack([body, signs[rest]]))


def live(world: World, random: np.random.Generator, of: Patents) -> Patents:
    """Return patents with what becomes of them, year by year."""
    for year in range(FIRST_FEES, clock.LAST_YEAR + 1):
        of = lived(world, random, of, year)
    return announced(random, of)


def lived(world: World, random: np.random.Generator, of: Patents, year: int) -> Patents:
    """Return patents with what becomes of them in one year."""
    size = of.size
    first = np.datetime64(f"{year}-01-01", "D")
    begin = np.fmax(of.granted, of.bought)
    held = ~np.isnat(begin) & (begin < first + 365) & (of.why == NOTHING)
    day = first + random.integers(0, 360, size)
    ill = months_ill(world, of.firm, day)
    due = fee_day(of.applied, year)
    far = np.datetime64("2200-01-01", "D")
    free = held & (day > begin)
    delivered = free & (year >= clock.FIRST_YEAR)
    sold = delivered & happens(random, SOLD * np.where(ill > 0, SOLD_ILL, 1.0))
    annulled = delivered & happens(random, np.full(size, ANNULLED))
    lapses = held & (due > begin) & happens(random, lapse_chance(world, of, due))
    days = np.array(
        [
            np.where(lapses, due, far),
            np.where(sold, day, far),
            np.where(annulled, day + 3, far),
            np.where(held & (of.expires < first + 365), of.expires, far),
        ]
    )
    end, why = days.min(0), days.argmin(0) + 1
    over = end < far
    pledge = first + random.integers(0, 360, size)
    pledged = held & (pledge > begin) & (pledge < end) & np.isnat(of.pledged)
    pledged &= delivered & happens(random, np.full(size, PLEDGED))
    return of._replace(
        ended=np.where(over, end, of.ended),
        why=np.where(over, why, of.why),
        pledged=np.where(pledged, pledge, of.pledged),
    )


def months_ill(world: World, firm: Ints, day: Days) -> Floats:
    """Return the months of distress on days; none after the city's last month."""
    month = np.clip(clock.month_of(day), 0, clock.MONTHS - 1)
    return world.life.distress[month, firm].astype(np.float32)


def fee_day(applied: Days, year: int) -> Days:
    """Return the days of a year on which fees are due."""
    own = applied.astype("datetime64[Y]").astype(int) + 1970
    return anniversary(applied, year - own)


def lapse_chance(world: World, of: Patents, due: Days) -> Floats:
    """Return the chance of an unpaid fee: more in distress, most without a firm."""
    month = np.clip(clock.month_of(due), 0, clock.MONTHS - 1)
    ill = np.maximum(months_ill(world, of.firm, due) - 3, 0)
    more = np.exp(LET_GO_ILL * ill * world.city.variant.visibility)
    standing = world.life.active[month, of.firm] | (clock.month_of(due) < 0)
    hazard = np.where(standing, LET_GO[of.kind] * more, LET_GO_WITHOUT_FIRM)
    return 1 - np.exp(-hazard)


def announced(random: np.random.Generator, of: Patents) -> Patents:
    """Return patents with the days on which their ends are announced.

    A lapse counts from the day the fee was due and is announced after the months of
    grace, some seven months later (REGISTERS.md section 3).
    """
    size, never = of.size, np.datetime64("NaT")
    grace = np.exp(np.log(229) + 0.165 * random.standard_normal(size)).astype(int)
    days = np.where(of.why == LAPSED, grace, random.integers(5, 20, size))
    told = gazette(np.where(of.why == NOTHING, clock.LAST_DAY, of.ended) + days)
    told = np.where(of.why == TERM, of.ended + 1, told)
    undone = (of.why == LAPSED) & (random.random(size) < RESTORED)
    restored = gazette(told + random.integers(20, 90, size))
    return of._replace(
        told=np.where(of.why == NOTHING, never, told),
        restored=np.where(undone, restored, never),
    )
