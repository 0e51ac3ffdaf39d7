"""Codes and names of the city's firms, of firms outside it, and of persons.

No code can be a real firm's: it begins with `9Y`, a kind that no authority issues,
with both check characters right (SIMULATOR.md section 9.3). Names are made of invented
words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.identity.codes import ORGANISATION_WEIGHTS, SYNTHETIC
from kexin.simulate import clock, words
from kexin.simulate.branches import Branches, branch_names, branches
from kexin.simulate.city import choice
from kexin.simulate.draws import stream
from kexin.simulate.sectors import DISTRICTS, SECTORS
from kexin.simulate.successions import successions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kexin.simulate.arrays import Days, Ints
    from kexin.simulate.city import City
    from kexin.simulate.life import Life

    Bytes = NDArray[np.uint8]

ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", np.uint8)
"""Characters of a USCC; a character's value is its place."""

USCC_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
ORGANISATION_CHECK = np.frombuffer(b"0X987654321", np.uint8)
ABOLISHED = ("330103", "330104")
"""Divisions that no longer exist and live on in old codes (REGISTERS.md section 5)."""

CODE_SINCE = np.datetime64("2015-10-01", "D")
RENAMES_A_YEAR = 0.018
TAKEN_OVER = 0.003
"""Share of firms whose name was another's before."""

BRACKETED = 0.08
OUTSIDERS = 0.6
"""Firms outside the city that trade with it, for each firm inside."""

ADDRESS, PERSON, PHONE, ACCOUNT, LENDER, DOCUMENT = range(6)
"""Kinds of what is hidden: the salt of `hashed` for each."""


class Names(NamedTuple):
    """What firms are called, one place a firm and name, ordered by firm and day.

    Attributes:
        firm: The firm.
        since: First day of the name.
        text: The name.
        first: For each firm, its first place; one more at the end.
    """

    firm: Ints
    since: Days
    text: pa.Array
    first: Ints

    def on(self, firm: Ints, day: Days) -> pa.Array:
        """Return the names of firms on days."""
        return self.text.take(pa.array(self.place(firm, day)))

    def place(self, firm: Ints, day: Days) -> Ints:
        """Return the places of the names of firms on days."""
        line = (
            self.firm.astype(np.int64) * 100_000 + self.since.astype(np.int64) + 40_000
        )
        asked = firm.astype(np.int64) * 100_000 + day.astype(np.int64) + 40_000
        found = np.searchsorted(line, asked, side="right") - 1
        return np.maximum(found, self.first[firm])


class Naming(NamedTuple):
    """Codes and names of the city.

    Attributes:
        uscc: Codes of the city's firms.
        registration: Registration numbers of those founded before October 2015.
        names: Their names, present and former.
        form: Place of each firm's legal form in `words.FORMS`.
        person: Number of each firm's legal representative.
        outside_code: Codes of firms outside the city.
        outside_name: Their names.
        branch: Branches of the city's firms.
        branch_code: Their codes.
        branch_name: Their names.
        household_code: Codes of the households that became firms, in the order of
            `successions.converted`.
    """

    uscc: pa.Array
    registration: pa.Array
    names: Names
    form: Ints
    person: Ints
    outside_code: pa.Array
    outside_name: pa.Array
    branch: Branches
    branch_code: pa.Array
    branch_name: pa.Array
    household_code: pa.Array


def naming(city: City, life: Life) -> Naming:
    """Give every firm its codes and names."""
    random = stream(city.seed, "naming")
    division = division_codes()[city.district]
    old = (city.born < 54) & (random.random(city.size) < 0.35)
    abolished = np.array([int(code) for code in ABOLISHED])
    authority = np.where(
        old & np.isin(division, (330102, 330105)), random.choice(abolished, city.size),
        division,
    )  # fmt: skip
    form = choice(random, np.array(words.FORM_SHARES), city.size)
    count = max(2_000, int(OUTSIDERS * city.size))
    places = random.integers(0, len(words.OUTSIDE), count)
    outside = np.array([int(code) for code, _ in words.OUTSIDE])[places]
    branch = branches(city, life)
    household = successions(city, life).converted
    of = [authority, outside, division_codes()[branch.district], authority[household]]
    codes = uscc_codes(np.concatenate(of), serials(random, sum(map(len, of))))
    inside, *others = apart(codes, [len(part) for part in of])
    registration = registration_numbers(authority, random)
    recent = city.birthday >= CODE_SINCE
    names = firm_names(city, life, form, random)
    return Naming(
        uscc=inside,
        registration=pc.if_else(pa.array(recent), None, registration),
        names=names,
        form=form,
        person=representatives(city, random),
        outside_code=others[0],
        outside_name=outside_names(places, random),
        branch=branch,
        branch_code=others[1],
        branch_name=branch_names(branch, names.on(branch.parent, branch.opened)),
        household_code=others[2],
    )


def division_codes() -> Ints:
    """Return the codes of the city's districts."""
    return np.array([int(district.code) for district in DISTRICTS])


def apart(whole: pa.Array, sizes: list[int]) -> list[pa.Array]:
    """Return an array's parts of some sizes, one after the other."""
    ends = np.cumsum(sizes)
    return [
        whole.slice(end - size, size) for end, size in zip(ends, sizes, strict=True)
    ]


def serials(random: np.random.Generator, count: int, below: int = 10**8) -> Ints:
    """Return numbers below a power of ten, or four times one, each once."""
    step, start = 48_271_037, int(random.integers(below))
    return (start + step * np.arange(count, dtype=np.int64)) % below


def digits(numbers: Ints, width: int) -> Bytes:
    """Return the decimal digits of numbers as ASCII, one row each."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def texts(signs: Bytes) -> pa.Array:
    """Return rows of ASCII signs as texts of one length."""
    width = signs.shape[1]
    whole = np.ascontiguousarray(signs)
    offsets = np.arange(0, (len(signs) + 1) * width, width, dtype=np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(whole)]
    return pa.Array.from_buffers(pa.large_string(), len(signs), buffers).cast(
        pa.string()
    )


def uscc_codes(division: Ints, serial: Ints) -> pa.Array:
    """Return codes of synthetic firms, both check characters right.

    Source:
        GB 11714-1997 for position 17, GB 32100-2015 for position 18.
    """
    kind = np.frombuffer(SYNTHETIC.encode(), np.uint8)
    body = digits(serial, 8)
    rest = ((body - ord("0")).astype(int) * ORGANISATION_WEIGHTS).sum(1) % 11
    organisation = np.column_stack([body, ORGANISATION_CHECK[rest]])
    first = np.broadcast_to(kind, (len(serial), 2))
    signs = np.column_stack([first, digits(division, 6), organisation])
    values = np.full(256, 0)
    values[ALPHABET] = np.arange(len(ALPHABET))
    total = (values[signs] * USCC_WEIGHTS).sum(1)
    return texts(np.column_stack([signs, ALPHABET[(31 - total % 31) % 31]]))


def registration_numbers(division: Ints, random: np.random.Generator) -> pa.Array:
    """Return registration numbers of fifteen digits.

    Source:
        GS 15-2006: ISO 7064 MOD 11,10.
    """
    domestic = serials(random, len(division), 4 * 10**7)
    signs = np.column_stack([digits(division, 6), digits(domestic, 8)])
    product = np.full(len(division), 10)
    for place in range(14):
        step = (product % 11 + signs[:, place] - ord("0")) % 10
        product = 2 * np.where(step == 0, 10, step) % 11
    check = (11 - product) % 10 + ord("0")
    return texts(np.column_stack([signs, check.astype(np.uint8)]))


def firm_names(
    city: City, life: Life, form: Ints, random: np.random.Generator
) -> Names:
    """Return the names that firms bear and bore."""
    firm = np.arange(city.size)
    own, moments = [firm], [city.birthday]
    for year in range(2010, clock.LAST_YEAR + 1):
        start = np.datetime64(f"{year}-01-01", "D")
        day = start + random.integers(5, 360, city.size)
        alive = (city.birthday < start) & (
            clock.first_day(np.minimum(life.gone, clock.MONTHS)) > day
        )
        changed = alive & (random.random(city.size) < RENAMES_A_YEAR)
        month = clock.month_of(day).clip(0, clock.MONTHS - 1)
        changed &= (day < clock.first_day(0)) | life.active[month, firm]
        own.append(firm[changed])
        moments.append(clock.working_day(day[changed]))
    who, since = np.concatenate(own), np.concatenate(moments)
    order = np.lexsort([since, who])
    who, since = who[order], since[order]
    text = distinct_names(city, form, who, random)
    first = np.searchsorted(who, np.arange(city.size + 1))
    return Names(who, since, taken_over(text, who, since, first, random), first)


def distinct_names(
    city: City, form: Ints, who: Ints, random: np.random.Generator
) -> pa.Array:
    """Return a name for each place, no two alike."""
    sector, legal = city.sector[who], form[who]
    trade = [
        SECTORS[s].words[int(w * len(SECTORS[s].words))]
        for s, w in zip(sector, random.random(len(who)), strict=True)
    ]
    place = np.array(words.PLACES)[
        choice(random, np.array(words.PLACE_SHARES), len(who))
    ]
    inside = (random.random(len(who)) < BRACKETED) & (place != "")
    brand = brands(random, len(who))
    seen: set[str] = set()
    found = []
    for number in range(len(who)):
        name, more = "", 0
        while not name or name in seen:
            own = brand[number] + words.BRAND[
                (number * 7 + more) % len(words.BRAND)
            ] * (more > 0)
            name = written(
                place[number], own, trade[number], words.FORMS[legal[number]],
                bracketed=bool(inside[number]),
            )  # fmt: skip
            more += 1
        seen.add(name)
        found.append(name)
    return pa.array(found, pa.string())


def written(place: str, brand: str, trade: str, form: str, *, bracketed: bool) -> str:
    """Return a name as the registry writes it.

    Examples:
        >>> written("杭州", "海创", "科技", "有限公司", bracketed=True)
        '海创科技（杭州）有限公司'
    """
    if bracketed:
        return f"{brand}{trade}（{place}）{form}"
    return f"{place}{brand}{trade}{form}"


def brands(random: np.random.Generator, count: int) -> list[str]:
    """Return brands of two or three characters."""
    signs = np.array(list(words.BRAND))
    drawn = signs[random.integers(0, len(signs), (count, 3))]
    short = random.random(count) < 0.75
    return [
        "".join(row[:2]) if two else "".join(row)
        for row, two in zip(drawn, short, strict=True)
    ]


def taken_over(
    text: pa.Array,
    who: Ints,
    since: Days,
    first: Ints,
    random: np.random.Generator,
) -> pa.Array:
    """Give some firms a name that another had given up before."""
    names = text.to_pylist()
    given_up = np.flatnonzero(who[:-1] == who[1:])
    latest = first[1:] - 1
    takers = np.flatnonzero(random.random(len(latest)) < TAKEN_OVER)
    for taker, place in zip(takers, random.permutation(given_up), strict=False):
        free_since = since[place + 1]
        if since[latest[taker]] > free_since and who[place] != taker:
            names[latest[taker]] = names[place]
    return pa.array(names, pa.string())


def outside_names(places: Ints, random: np.random.Generator) -> pa.Array:
    """Return names of firms outside the city."""
    trades = [word for sector in SECTORS for word in sector.words]
    trade = random.integers(0, len(trades), len(places))
    brand = brands(random, len(places))
    return pa.array(
        [
            f"{words.OUTSIDE[p][1]}{b}{trades[t]}有限公司"
            for p, b, t in zip(places, brand, trade, strict=True)
        ],
        pa.string(),
    )


def representatives(city: City, random: np.random.Generator) -> Ints:
    """Return the number of each firm's legal representative: the controller for 78 %.

    A group's controller is one person for all its firms.
    """
    controller = controllers(city)
    other = controller.max() + 1 + np.arange(city.size)
    return np.where(random.random(city.size) < 0.78, controller, other)


def controllers(city: City) -> Ints:
    """Return the number of each firm's controller, one person for all of a group."""
    alone = np.arange(city.size) + city.group.max() + 1
    return np.where(city.group < 0, alone, city.group)


def person_names(number: Ints) -> pa.Array:
    """Return the invented names of persons, by their numbers."""
    mixed = scrambled(number)
    surname = np.array(list(words.SURNAMES))[mixed % len(words.SURNAMES)]
    given = np.array(list(words.GIVEN))
    first = given[mixed // 97 % len(given)]
    second = np.where(mixed // 7 % 5 == 0, "", given[mixed // 9973 % len(given)])
    whole = np.char.add(np.char.add(surname, first), second)
    return pa.array(whole.tolist(), pa.string())


def scrambled(number: Ints, salt: int = 0) -> NDArray[np.uint64]:
    """Return numbers mixed so that neighbours are far apart (SplitMix64)."""
    with np.errstate(over="ignore"):
        mixed = number.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15) * np.uint64(
            salt + 1
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def hashed(number: Ints, salt: int) -> pa.Array:
    """Return what stands in the place of a keyed hash: sixteen hexadecimal digits.

    Args:
        number: What is hidden: a person's number, an account's, an address's.
        salt: What kind of thing it is, so that equal numbers of two kinds differ.
    """
    raw = scrambled(number, salt).astype(">u8").view(np.uint8).reshape(-1, 8)
    hexadecimal = np.frombuffer(b"0123456789abcdef", np.uint8)
    signs = np.empty((len(number), 16), np.uint8)
    signs[:, ::2], signs[:, 1::2] = hexadecimal[raw >> 4], hexadecimal[raw & 15]
    return texts(signs)
