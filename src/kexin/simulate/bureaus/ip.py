"""Patents: applications, holders, legal events, citations (SIMULATOR.md 5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from kexin.simulate import clock
from kexin.simulate.dockets import ranks
from kexin.simulate.draws import BLOCK_FIRMS
from kexin.simulate.patents import (
    ANNULMENT,
    ELSEWHERE,
    INVENTION,
    JOINT,
    KINDS,
    LANES,
    LAPSED,
    SALE,
    Patents,
    application_numbers,
    patents,
)
from kexin.simulate.patents import (
    kept as some,
)
from kexin.simulate.rows import Rows, always, coded, joined, kept, later, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("ip_patent", "ip_patent_holder", "ip_patent_event", "ip_citation")

IPC = (
    ("G06F16/00", "G06F9/44", "G06Q10/06", "H04L29/08"),
    ("H05K1/02", "G02B6/42", "H04N5/225", "H01R13/02"),
    ("A61B5/00", "G01N21/00", "A61M16/00", "G01R31/00"),
    ("A61K31/00", "C12N15/00", "C07D401/00", "C12Q1/68"),
    ("C08L23/00", "H01M10/05", "H02J7/00", "C08G18/00"),
    ("H01L21/00", "G06N3/04", "G06K9/00", "H03K19/00"),
    ("G01N33/00", "G06F17/50", "C02F9/00", "G01M13/00"),
    ("B23Q3/00", "B29C45/00", "F16H1/00", "B65G47/00"),
    ("G06Q30/06", "B65D5/00", "A47B47/00"),
    ("G06Q10/10", "G09F9/00", "G06Q30/02"),
    ("E04B1/00", "E04G21/00", "E02D5/00"),
    ("A47J27/00", "A63B21/00", "B60P3/00"),
)
"""Main classes of patents by sector [est]."""

UNIVERSITIES = (
    "钱江理工大学", "杭州澜川大学", "浙江泰岳科技学院", "之江东屿研究院",
    "望湖工程大学",
)  # fmt: skip
"""Invented bodies with which patents are held jointly."""

ABSENT = np.datetime64("NaT")
STATUSES = ("published", "granted")
ENDINGS = ("other", "lapsed_fee", "granted", "invalidated", "expired")
"""Legal status after each way of being lost; one that is sold stays granted."""

GAZETTED = "ip_patent_event/grant"
"""All events come by the gazette; its lag counts from the day of the announcement."""

WITHDRAWN = 0.4
"""Share of failed applications that are taken for withdrawn [est]."""

CITED, CITED_BY_INNOVATION = 0.25, 0.6
CITED_FROM, CITED_TO = 2 * 365, 10 * 365
SELF_CITED, BY_EXAMINER = 0.30, 0.55
PCT = 0.04


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    random = world.stream("ip.records", year, block)
    of = patents(world, year, block)
    yield applications(world, of, random)
    yield from holders(world, of, random)
    yield from events(world, of, random)
    yield from citations(world, of, random, year, block)


def there(day: Days) -> Flags:
    """Whether days are there."""
    return ~np.isnat(day)


def whole(of: Patents) -> Flags:
    """Whether a patent is told as granted from the first: what came before is past."""
    early = (of.kind == INVENTION) & np.isnat(of.bought)
    return ~early | (of.granted < clock.FIRST_DAY)


def applications(world: World, of: Patents, random: np.random.Generator) -> Rows:
    """Return patents as they are published, examined, granted or refused, and lost."""
    size, granted = of.size, whole(of)
    nothing = np.full(size, ABSENT, "datetime64[D]")
    depth = world.city.innovation[of.firm]
    claims = 8 + 3 * random.standard_normal(size) + 1.5 * depth
    abroad = random.random(size) < PCT * np.exp(0.5 * depth)
    first = Rows(
        "ip_patent",
        of.firm,
        {
            "app_no": of.number,
            "patent_kind": coded(of.kind, KINDS),
            "app_date": of.applied,
            "pub_date": of.published,
            "grant_date": np.where(granted, of.granted, nothing),
            "expiry_date": np.where(granted, of.expires, nothing),
            "legal_status": coded(granted.astype(int), STATUSES),
            "ipc_main": classes(world, of, random),
            "claims_count": np.maximum(np.round(claims), 1).astype(int),
            "desc_pages": np.round(14 * np.exp(0.5 * random.standard_normal(size)))
            .clip(2, 300).astype(int),
            "inventors_count": 1 + random.poisson(2.2, size),
            "family_size": 1 + abroad * random.geometric(0.4, size),
            "pct_flag": abroad,
        },
        after=of.since,
    )  # fmt: skip
    return versions(first, *changes(first, of, granted))


def changes(first: Rows, of: Patents, granted: Flags) -> Iterator[Rows]:
    """Yield the later versions of patents."""
    begins = ~granted & there(of.examined)
    yield later(
        first, begins, of.examined[begins],
        legal_status=always("examined", int(begins.sum())),
    )  # fmt: skip
    fails = ~granted & there(of.refused)
    code = coded((withdrawn(of)[fails]).astype(int), ("refused", "withdrawn"))
    yield later(first, fails, of.refused[fails], legal_status=code)
    comes = ~granted & there(of.granted)
    right = {
        "grant_date": of.granted, "expiry_date": of.expires,
    }  # fmt: skip
    full = first._replace(columns={**first.columns, **right})
    yield later(
        full, comes, of.granted[comes], legal_status=always("granted", int(comes.sum()))
    )
    ends = (of.why > 0) & (of.why != SALE)
    yield later(full, ends, of.told[ends], legal_status=coded(of.why[ends], ENDINGS))
    back = there(of.restored)
    yield later(
        full, back, of.restored[back], legal_status=always("restored", int(back.sum()))
    )


def withdrawn(of: Patents) -> Flags:
    """Whether a failed application is taken for withdrawn rather than refused."""
    return of.applied.astype(int) * 37 % 100 < 100 * WITHDRAWN


def classes(world: World, of: Patents, random: np.random.Generator) -> pa.Array:
    """Return main classes: half of a firm's patents are in one of its sector's."""
    sector = world.city.sector[of.firm].astype(int)
    first = np.cumsum([0, *(len(row) for row in IPC)])
    count = np.array([len(row) for row in IPC])[sector]
    usual = of.firm * 2_654_435_761 // 65_536 % count
    other = random.integers(0, 1_000, of.size) % count
    place = np.where(random.random(of.size) < 0.5, usual, other) + first[sector]
    return pa.array([name for row in IPC for name in row]).take(pa.array(place))


def holders(world: World, of: Patents, random: np.random.Generator) -> Iterator[Rows]:
    """Yield who holds patents, and since when: a sale ends one spell and begins one."""
    naming, size = world.naming, of.size
    bought, sold = there(of.bought), of.why == SALE
    since = np.where(bought, of.bought, of.applied)
    nobody = np.full(size, -1)
    absent = np.full(size, ABSENT, "datetime64[D]")
    places = random.integers(0, len(naming.outside_name), size)
    stranger = naming.outside_name.take(pa.array(places))
    joint = random.random(size) < JOINT
    partner = coded(random.integers(0, len(UNIVERSITIES), size), UNIVERSITIES)
    own = spells(
        of, 1, Held(of.firm, naming.names.on(of.firm, since), since, absent, bought)
    )
    gone = later(own, sold, of.told[sold], valid_to=of.ended[sold])
    yield versions(own, gone)
    plain = np.zeros(size, np.bool_)
    before = spells(of, 1, Held(nobody, stranger, of.applied, of.bought, plain))
    after = spells(of, 1, Held(nobody, stranger, of.ended, absent, ~plain))
    also = spells(of, 2, Held(nobody, partner, of.applied, absent, plain))
    yield joined(
        [
            kept(before, bought),
            kept(after._replace(after=of.told), sold),
            kept(also, joint & ~bought),
        ]
    )


class Held(NamedTuple):
    """Who holds each patent under which name, since when, until when, and how.

    Attributes:
        firm: The holder; -1 for nobody of the city.
        name: Its name.
        since: First day.
        until: Day on which it ends; absent while it lasts.
        acquired: Whether the patent came from another.
    """

    firm: Ints
    name: pa.Array
    since: Days
    until: Days
    acquired: Flags


def spells(of: Patents, sequence: int, held: Held) -> Rows:
    """Return spells of holding."""
    return Rows(
        "ip_patent_holder",
        held.firm,
        {
            "app_no": of.number,
            "holder_seq": np.full(of.size, sequence),
            "holder_name_raw": held.name,
            "valid_from": held.since,
            "valid_to": held.until,
            "acquired_by_transfer": held.acquired,
        },
        after=of.since,
        name=held.name,
    )


def events(world: World, of: Patents, random: np.random.Generator) -> Iterator[Rows]:
    """Yield legal events, those before 2019 as well: the gazette comes whole."""
    names = world.naming.outside_name
    own, bought = np.isnat(of.bought), there(of.bought)
    early = own & (of.kind == INVENTION)
    whom = names.take(pa.array(random.integers(0, len(names), of.size)))
    secured = np.round(np.exp(13.8 + 0.8 * random.standard_normal(of.size)), -4)
    sum_told = np.where(random.random(of.size) < 0.3, secured, np.nan)
    free = of.pledged + random.integers(365, 1100, of.size)
    asked = of.ended - random.integers(180, 300, of.size)
    happened = (
        ("exam_start", early, of.examined, of.examined, None),
        ("grant", own, of.granted, of.granted, None),
        ("refuse", ~withdrawn(of), of.refused, of.refused, None),
        ("deemed_withdrawn", withdrawn(of), of.refused, of.refused, None),
        ("lapse_fee", of.why == LAPSED, of.ended, of.told, None),
        ("restore", own | bought, of.restored, of.restored, None),
        ("transfer_out", of.why == SALE, of.ended, of.told, whom),
        ("transfer_in", bought, of.bought, of.bought + 10, whom),
        ("invalid_request", of.why == ANNULMENT, asked, asked + 20, None),
        ("invalidated", of.why == ANNULMENT, of.ended, of.told, None),
        ("pledge", own | bought, of.pledged, of.pledged + 9, whom),
        ("pledge_end", own | bought, free, free + 9, whom),
    )
    for code, which, day, told, other in happened:
        amount = sum_told if code == "pledge" else np.full(of.size, np.nan)
        rows = Rows(
            "ip_patent_event",
            of.firm,
            {
                "app_no": of.number,
                "event_code": always(code, of.size),
                "event_date": day,
                "announce_date": told,
                "seq": np.ones(of.size, np.int64),
                "other_party": other,
                "amount": amount,
            },
            after=told,
            lag=GAZETTED,
        )
        yield kept(filled(rows), which & ~np.isnat(told))


def filled(rows: Rows) -> Rows:
    """Return events without the columns that none of them has."""
    told = {n: column for n, column in rows.columns.items() if column is not None}
    return rows._replace(columns=told)


def citations(
    world: World, of: Patents, random: np.random.Generator, year: int, block: Block
) -> Iterator[Rows]:
    """Yield citations of the city's inventions, by others and by their own holders."""
    inventions = some(of, (of.kind == INVENTION) & np.isnat(of.bought))
    if not inventions.size:
        return
    first = np.maximum(inventions.published + CITED_FROM, clock.FIRST_DAY)
    last = np.minimum(inventions.published + CITED_TO, clock.LAST_DAY)
    span = np.maximum((last - first).astype(int), 0)
    depth = world.city.innovation[inventions.firm]
    rate = CITED * np.exp(CITED_BY_INNOVATION * depth)
    count = random.poisson(rate * span / 365.25)
    cited = np.repeat(np.arange(inventions.size), count)
    day = first[cited] + (random.random(len(cited)) * span[cited]).astype(int)
    applied = (day - 300).astype("datetime64[Y]").astype(int) + 1970
    lane, parts = year - clock.HISTORY, -(-world.city.size // BLOCK_FIRMS)
    place = (ranks(applied, day) * parts + block.number) * LANES + lane
    citing = application_numbers(applied, np.zeros(len(day), int), ELSEWHERE + place)
    yield cites(inventions, cited, citing, day, random, by_self=False)
    order = np.lexsort([inventions.published, inventions.firm])
    one, other = order[:-1], order[1:]
    cites_own = inventions.firm[one] == inventions.firm[other]
    cites_own &= inventions.published[other] > inventions.published[one] + 90
    cites_own &= random.random(len(one)) < SELF_CITED
    own = inventions.number.take(pa.array(other[cites_own]))
    day = inventions.published[other[cites_own]]
    yield cites(inventions, one[cites_own], own, day, random, by_self=True)


def cites(
    of: Patents,
    cited: Ints,
    citing: pa.Array,
    day: Days,
    random: np.random.Generator,
    *,
    by_self: bool,
) -> Rows:
    """Return citations; each is the cited firm's record."""
    rows = Rows(
        "ip_citation",
        of.firm[cited],
        {
            "citing_no": citing,
            "cited_no": of.number.take(pa.array(cited)),
            "citing_pub_date": day,
            "by_examiner": random.random(len(cited)) < BY_EXAMINER,
            "is_self": np.full(len(cited), by_self),
        },
        after=day,
    )
    return kept(rows, (day >= clock.FIRST_DAY) & (day <= clock.LAST_DAY))
