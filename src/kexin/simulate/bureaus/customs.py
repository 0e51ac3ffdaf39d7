"""Customs: traders, classes, declarations, penalties, arrears (SIMULATOR.md 5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import clock
from kexin.simulate.city import choice
from kexin.simulate.dockets import ranks
from kexin.simulate.draws import BLOCK_FIRMS, happens, stream
from kexin.simulate.grid import cells
from kexin.simulate.naming import digits, texts
from kexin.simulate.rows import (
    Rows,
    always,
    coded,
    joined,
    kept,
    later,
    numbered,
    spell,
    versions,
)
from kexin.simulate.sectors import DISTRICTS, SECTORS
from kexin.simulate.traders import (
    Traders,
    classes,
    exported,
    imported,
    traders,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

    Letters = NDArray[np.str_]

TABLES = (
    "cus_registrant",
    "cus_credit_class",
    "cus_declaration",
    "cus_declaration_item",
    "cus_penalty",
    "cus_arrears",
)

FIRST_YEAR = 2020
"""Customs is delivered from 2020 on (section 7)."""

A_DECLARATION, LEAST = 250_000, 1_000
"""CNY of goods a declaration on average; less than the second a month goes by post."""

ZONES = {"330108": "3", "330114": "2", "330110": "3", "330109": "2"}
"""Economic zone of a district's registrants; 9 for the others [est]."""

OWNERS, OWNER_SHARES = ("6", "9", "4", "3"), (0.85, 0.05, 0.05, 0.05)
OFFICES = ("2901", "2910", "2920", "2931")
"""Invented offices of the customs district."""

SIGNS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", np.uint8)

CLASSES = (
    "advanced_certified", "certified", "regular", "dishonest", "seriously_dishonest",
)  # fmt: skip
CAUSES = ("certify", "re_certify", "downgrade", "dishonest", "repair", "migrate")

TO = (
    "USA",
    "DEU",
    "NLD",
    "VNM",
    "THA",
    "JPN",
    "KOR",
    "RUS",
    "IND",
    "ARE",
    "BRA",
    "HKG",
)
TO_SHARES = (0.00, 0.12, 0.06, 0.12, 0.08, 0.10, 0.09, 0.08, 0.10, 0.08, 0.07, 0.10)
FROM = ("JPN", "KOR", "DEU", "USA", "TWN", "MYS", "ITA", "CHE")
FROM_SHARES = (0.22, 0.18, 0.18, 0.12, 0.14, 0.07, 0.05, 0.04)
"""Countries of exports, the US apart, and of imports [est]."""

HS = (
    ("8523", "8471"), ("8534", "8536", "8517"), ("9018", "9031", "9027"),
    ("3002", "2941", "3822"), ("3907", "8507", "8541"), ("8542", "8471", "8525"),
    ("9027", "8479"), ("8481", "7326", "3926"), ("6307", "9405", "4202", "3924"),
    ("4911", "9503"), ("7308", "6810"), ("9506", "3926"),
)  # fmt: skip
BOUGHT = ("8479", "8542", "9031", "3901", "2933", "8504", "7606", "3208")
"""Headings of goods by sector, and of goods bought abroad [est]."""

MODES = ("0110", "0615", "0214", "3010", "4561")
MODE_SHARES = (0.84, 0.07, 0.04, 0.03, 0.02)
SHOPS = ("0110", "9610", "9710", "9810", "1210")
SHOP_SHARES = (0.55, 0.14, 0.16, 0.08, 0.07)
"""Customs regimes, and those of firms that sell on platforms [est]."""

PLATFORM_SALES = np.datetime64("2020-07-01", "D")
"""Regimes 9710 and 9810 exist from this day on."""

DOLLAR = {2019: 6.90, 2020: 6.90, 2021: 6.45, 2022: 6.73, 2023: 7.05, 2024: 7.12,
          2025: 7.15, 2026: 7.05}  # fmt: skip
"""CNY for a US dollar by year [est]."""

AMENDED, CANCELLED, CANCELLED_ILL = 0.025, 0.008, 0.02
PENALTIES = 0.004
KINDS = ("supervision", "inspection_quarantine", "ipr", "smuggling", "other")
KIND_SHARES = (0.62, 0.15, 0.10, 0.03, 0.10)
SEVERITIES, SEVERITY_SHARES = ("minor", "general", "serious"), (0.55, 0.38, 0.07)
REPAIRED = 0.6
MASS_REPAIR = np.datetime64("2026-04-15", "D")
ARREARS, ARREARS_ILL = 0.010, 6.0
"""Chance a year of arrears of importers, and how many times that in distress [est]."""

ABSENT = np.datetime64("NaT")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part; `HISTORY` has registrants and classes."""
    random = world.stream("customs", year, block)
    who = traders(world)
    yield registrants(world, year, block, who)
    yield graded(world, year, block, who)
    if year < FIRST_YEAR:
        return
    for sign, amounts in (
        ("E", exported(world, year, block, who)),
        ("I", imported(world, year, block, who)),
    ):
        declared = goods(world, year, block, amounts, sign, random)
        yield headers(world, who, declared, random)
        yield lines(world, declared, random)
    yield penalties(world, year, block, who, random)
    yield arrears(world, year, block, who, random)


def in_year(day: Days, year: int) -> Flags:
    """Whether days lie in a year; `HISTORY` has all before 2019."""
    own = day.astype("datetime64[Y]").astype(int) + 1970
    return own <= clock.HISTORY if year == clock.HISTORY else own == year


class Codes(NamedTuple):
    """Spells of one code of each trader, in the order of the traders of the block.

    Attributes:
        firm: The traders.
        begin: First day; absent where there is no such spell.
        end: Day on which the code is cancelled; absent while it holds.
        zone: Sign of the zone.
        owner: Sign of the kind of owner.
    """

    firm: Ints
    begin: Days
    end: Days
    zone: Letters
    owner: Letters


def registrants(world: World, year: int, block: Block, who: Traders) -> Rows:
    """Return codes with customs: from registering on, and a new one after a move."""
    office = stream(world.city.seed, "customs.offices").integers(
        0, len(OFFICES), world.city.size
    )
    parts = []
    for codes in spells(world, block, who):
        rows = Rows(
            "cus_registrant",
            codes.firm,
            {
                "customs_code": customs_codes(who, codes),
                "uscc": world.naming.uscc.take(pa.array(codes.firm)),
                "customs_office": coded(office[codes.firm], OFFICES),
                "registrant_kind": always("trader", len(codes.firm)),
                "valid_from": codes.begin,
                "cancelled_date": codes.end,
            },
            after=codes.begin,
        )
        parts.append(kept(rows, in_year(codes.begin, year) & ~np.isnat(codes.begin)))
    return spell(joined(parts), "cancelled_date")


def spells(world: World, block: Block, who: Traders) -> tuple[Codes, Codes]:
    """Return traders' first codes, and those that they have after a move.

    A move gives a new code where it leads into another zone.
    """
    city, random = world.city, stream(world.city.seed, "customs.codes")
    owner = np.array(OWNERS)[choice(random, np.array(OWNER_SHARES), city.size)]
    gone = np.minimum(world.life.gone, clock.MONTHS)
    left = np.where(gone < clock.MONTHS, clock.first_day(gone), ABSENT)
    firm = np.arange(block.first, block.last)
    firm = firm[who.trades[firm]]
    filings = world.filings
    zones = np.array([ZONES.get(district.code, "9") for district in DISTRICTS])
    before = zones[filings.district[filings.place(firm, who.since[firm])]]
    day, after = first_move(world, firm, who.since[firm])
    after = zones[after]
    moves = (before != after) & ~(day >= left[firm])
    moved = np.where(moves, day, ABSENT)
    return (
        Codes(firm, who.since[firm], np.fmin(moved, left[firm]), before, owner[firm]),
        Codes(firm, moved, left[firm], after, owner[firm]),
    )


def first_move(world: World, firm: Ints, since: Days) -> tuple[Days, Ints]:
    """Return when firms first move to another district, and where to.

    Returns:
        The day, absent where they stay, and the district after it.
    """
    filings = world.filings
    same = filings.firm[1:] == filings.firm[:-1]
    moves = np.flatnonzero(same & (filings.district[1:] != filings.district[:-1])) + 1
    late = np.full(world.city.size, ABSENT, "datetime64[D]")
    late[firm] = since
    moves = moves[filings.day[moves] > late[filings.firm[moves]]]
    who, places = np.unique(filings.firm[moves], return_index=True)
    day = np.full(world.city.size, ABSENT, "datetime64[D]")
    district = world.city.district.astype(int)
    day[who] = filings.day[moves[places]]
    district[who] = filings.district[moves[places]]
    return day[firm], district[firm]


def customs_codes(who: Traders, codes: Codes) -> pa.Array:
    """Return codes of ten characters: place, zone, owner, kind, serial (1.4)."""
    place = (np.cumsum(who.trades) - 1)[codes.firm]
    base = len(SIGNS)
    serial = np.column_stack(
        [SIGNS[place // base**power % base] for power in (2, 1, 0)]
    )
    kind = digits(place // base**3 % 10, 1)
    head = digits(np.full(len(place), 3301), 4)
    two = [
        np.char.encode(part, "ascii").view(np.uint8)
        for part in (codes.zone, codes.owner)
    ]
    return texts(np.column_stack([head, *two, kind, serial]))


def graded(world: World, year: int, block: Block, who: Traders) -> Rows:
    """Return changes of class; from April 2026 on there are five."""
    every = classes(world, block, who)
    rows = Rows(
        "cus_credit_class",
        every.firm,
        {
            "credit_class": coded(every.grade, CLASSES),
            "effective_date": every.day,
            "class_cause": coded(every.cause, CAUSES),
        },
        after=every.day,
    )
    return kept(rows, in_year(every.day, year))


class Goods(NamedTuple):
    """Declared goods, one place a declaration.

    Attributes:
        firm: The firm.
        month: Month.
        day: Day of declaration.
        value: CNY.
        number: Number of the declaration.
        sign: `E` for exports, `I` for imports.
    """

    firm: Ints
    month: Ints
    day: Days
    value: Floats
    number: pa.Array
    sign: str

    @property
    def size(self) -> int:
        """Number of declarations."""
        return len(self.firm)


def goods(
    world: World, year: int, block: Block, amounts: Floats, sign: str,
    random: np.random.Generator,
) -> Goods:  # fmt: skip
    """Return monthly amounts cut into declarations."""
    at, place = np.nonzero(amounts > LEAST)
    total = amounts[at, place]
    count = np.maximum(random.poisson(total / A_DECLARATION), 1)
    row = np.repeat(np.arange(len(total)), count)
    month = clock.months_of(year)[at[row]]
    day = clock.working_day(clock.first_day(month) + random.integers(0, 26, len(row)))
    return Goods(
        firm=place[row] + block.first,
        month=month,
        day=day,
        value=parts_of(random, total, count, row),
        number=declaration_numbers(world, block, day, sign, random),
        sign=sign,
    )


def parts_of(
    random: np.random.Generator, total: Floats, count: Ints, row: Ints
) -> Floats:
    """Return totals cut into parts, to the fen."""
    weight = random.standard_gamma(1.2, len(row)) + 1e-3
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    if not len(row):
        return weight
    whole = np.add.reduceat(weight, starts)
    return np.maximum(np.round(total[row] * weight / whole[row], 2), 0.01)


def declaration_numbers(
    world: World, block: Block, day: Days, sign: str, random: np.random.Generator
) -> pa.Array:
    """Return numbers: office, year, direction, serial (REGISTERS.md section 2.4)."""
    year = day.astype("datetime64[Y]").astype(int) + 1970
    parts = -(-world.city.size // BLOCK_FIRMS)
    serial = ranks(year, day) * parts + block.number + 1
    office = coded(random.integers(0, len(OFFICES), len(day)), OFFICES)
    direction = "1" if sign == "I" else "0"
    return pc.binary_join_element_wise(
        office, numbered("", year, 4), numbered(direction, serial, 9), ""
    )


def headers(world: World, who: Traders, of: Goods, random: np.random.Generator) -> Rows:
    """Return declarations; some are amended or cancelled within weeks."""
    size = of.size
    released = of.day + random.integers(0, 3, size)
    agent = who.through_agent[of.firm]
    rate = np.array([DOLLAR[year] for year in range(2019, 2027)])
    dollars = of.value / rate[clock.year_of(of.month) - 2019]
    first = Rows(
        "cus_declaration",
        of.firm,
        {
            "decl_no": of.number,
            "ie_flag": always(of.sign, size),
            "role": coded(agent.astype(int), ("owner", "producer")),
            "declare_date": of.day,
            "release_date": released,
            "trade_mode": regimes(world, of, random),
            "country_code": countries(world, of, random),
            "value_cny": of.value,
            "value_usd": dollars,
            "decl_status": always("released", size),
        },
        after=released,
    )
    ill = world.life.distress[of.month, of.firm] > 3
    odd = random.random(size)
    edge = np.where(ill, CANCELLED_ILL, CANCELLED)
    changed = odd < AMENDED + edge
    code = coded((odd < edge)[changed].astype(int), ("amended", "cancelled"))
    later_day = released + random.integers(2, 40, size)
    return versions(first, later(first, changed, later_day[changed], decl_status=code))


def regimes(world: World, of: Goods, random: np.random.Generator) -> pa.Array:
    """Return customs regimes: firms of the trade sector sell on platforms too."""
    usual = choice(random, np.array(MODE_SHARES), of.size).astype(int)
    shop = choice(random, np.array(SHOP_SHARES), of.size).astype(int)
    shops = np.array([sector.id == "trade" for sector in SECTORS])
    online = shops[world.city.sector[of.firm]] & (of.sign == "E")
    early = np.isin(shop, (2, 3)) & (of.day < PLATFORM_SALES)
    shop = np.where(early, 1, shop)
    return coded(np.where(online, shop + len(MODES), usual), (*MODES, *SHOPS))


def countries(world: World, of: Goods, random: np.random.Generator) -> pa.Array:
    """Return where goods go or come from; each exporter has its share of the US."""
    if of.sign == "I":
        return coded(choice(random, np.array(FROM_SHARES), of.size), FROM)
    other = choice(random, np.array(TO_SHARES), of.size).astype(int)
    mostly = of.firm * 40_503 % 65_536 % (len(TO) - 1) + 1
    place = np.where(random.random(of.size) < 0.4, mostly, other)
    us = random.random(of.size) < world.city.us_share[of.firm]
    return coded(np.where(us, 0, place), TO)


def lines(world: World, of: Goods, random: np.random.Generator) -> Rows:
    """Return the lines of declarations; their values add up to the header's."""
    count = np.minimum(1 + random.poisson(1.5, of.size), 20)
    row = np.repeat(np.arange(of.size), count)
    starts = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(int)
    value = parts_of(random, of.value, count, row)
    if len(row):
        others = np.add.reduceat(value, starts) - value[starts]
        value[starts] = np.maximum(np.round(of.value - others, 2), 0)
    price = np.exp(4 + 1.2 * random.standard_normal(len(row)))
    return Rows(
        "cus_declaration_item",
        of.firm[row],
        {
            "decl_no": of.number.take(pa.array(row)),
            "line_no": np.arange(len(row)) - starts[row] + 1,
            "hs_code": tariff_lines(world, of, row, random),
            "item_value_cny": value,
            "qty_legal": value / price,
            "declare_date": of.day[row],
        },
        after=of.day[row],
    )


def tariff_lines(
    world: World, of: Goods, row: Ints, random: np.random.Generator
) -> pa.Array:
    """Return tariff lines of ten digits: a firm deals in few."""
    firm = of.firm[row]
    if of.sign == "I":
        kinds = firm * 31 % len(BOUGHT) + (random.random(len(row)) < 0.3)
        head = coded(kinds % len(BOUGHT), BOUGHT)
    else:
        every = [code for codes in HS for code in codes]
        first = np.cumsum([0, *(len(codes) for codes in HS)])
        sector = world.city.sector[firm].astype(int)
        number = np.array([len(codes) for codes in HS])[sector]
        shift = firm * 17 + (random.random(len(row)) < 0.3) + 0
        head = coded(first[sector] + shift % number, every)
    tail = (firm * 7_919 + random.integers(0, 3, len(row)) * 1_000) % 9_000 + 1_000
    return pc.binary_join_element_wise(head, numbered("", tail * 100, 6), "")


def penalties(
    world: World, year: int, block: Block, who: Traders, random: np.random.Generator
) -> Rows:
    """Return penalties; general ones are repaired within a year for the most part."""
    firm, month = struck(world, year, block, who.trades, PENALTIES, random)
    size = len(firm)
    day = clock.working_day(clock.first_day(month) + random.integers(0, 28, size))
    severity = choice(random, np.array(SEVERITY_SHARES), size).astype(int)
    repairs = (severity == 1) & (random.random(size) < REPAIRED)
    repaired = np.where(repairs, day + random.integers(90, 366, size), ABSENT)
    if world.city.variant.mass_repair:
        open_still = (severity == 1) & (day < MASS_REPAIR) & ~(repaired < MASS_REPAIR)
        at_once = open_still & (random.random(size) < REPAIRED)
        repaired = np.where(at_once, MASS_REPAIR, repaired)
    number = ranks(np.zeros(size, np.int64), day)
    parts = -(-world.city.size // BLOCK_FIRMS)
    fine = np.exp(8.5 + 1.2 * severity + 0.9 * random.standard_normal(size))
    rows = Rows(
        "cus_penalty",
        firm,
        {
            "decision_no": pc.binary_join_element_wise(
                numbered(f"杭关罚字〔{year}〕", number * parts + block.number + 1, 4),
                "号", "",
            ),
            "decision_date": day,
            "violation_class": coded(
                choice(random, np.array(KIND_SHARES), size), KINDS
            ),
            "fine_amount": np.round(fine, -2),
            "severity": coded(severity, SEVERITIES),
            "repaired_at": repaired,
        },
        after=day,
    )  # fmt: skip
    return spell(rows, "repaired_at")


def struck(
    world: World, year: int, block: Block, among: Flags, chance: float,
    random: np.random.Generator,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Return firms and months of what strikes some firms so often a year."""
    at = cells(year, block, world.life.active & among)
    care = np.exp(0.4 * world.city.care[at.firm] - 0.08)
    hit = at.where(happens(random, chance / 12 * care))
    return hit.firm, hit.month


def arrears(
    world: World, year: int, block: Block, who: Traders, random: np.random.Generator
) -> Rows:
    """Return duties that importers owe, one spell a firm and year at most."""
    at = cells(year, block, world.life.active & who.imports)
    ill = at.of(world.life.distress) > 3
    chance = ARREARS / 12 * np.where(ill, ARREARS_ILL, 1.0)
    hit = at.where(happens(random, chance))
    first = np.unique(hit.firm, return_index=True)[1]
    firm, month = hit.firm[first], hit.month[first]
    size = len(firm)
    day = clock.working_day(clock.first_day(month) + random.integers(0, 28, size))
    owed = 0.02 * world.city.sales[firm] * np.exp(0.8 * random.standard_normal(size))
    wait = random.geometric(0.25, size) * 30
    stays = (world.life.distress[month, firm] > 3) & (random.random(size) < 0.4)
    rows = Rows(
        "cus_arrears",
        firm,
        {
            "start_date": day,
            "amount": np.round(owed, 2),
            "cleared_date": np.where(stays, ABSENT, day + wait),
        },
        after=day,
    )
    return spell(rows, "cleared_date")
