"""Random small warehouses of all registers, drawn from the contracts.

A handful of firms share addresses, persons, customers and cases, so that what joins
them meets. Days lie on the edges of windows around the days of the panels, versions are
known around midnights, some are changed, some withdrawn. Where a formula compares a
column with a value, that value is drawn, and its neighbours.
"""

from __future__ import annotations

import functools
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.algebra.dates import months_before
from kexin.algebra.nodes import Call, Column, Constant, IsIn, Node, Operation, walk
from kexin.algebra.views import Joined, View, tables_of
from kexin.registers.contract import ENVELOPE, contracts
from laws.invoices import CODES, EDGE, MOMENTS, edges, history, placed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from random import Random

    from kexin.registers.contract import Field, Table
    from kexin.signals.signal import Signal

Record = dict[str, Any]
Tables = dict[str, list[Record]]
Met = dict[str, set[Any]]

FIRMS = tuple(f"F{number}" for number in range(7))
STRANGER = "X9"
"""A firm with records that no panel asks for."""

PLACES = ("330106", "330108", "110105", "440304")
POOLS: Mapping[str, tuple[str, ...]] = {
    "industry_code": ("C3921", "C3990", "I6510", "I6531", "F5199", "K7010"),
    "district_code": PLACES,
    "firm_type_code": ("1100", "5100", "4500", "9500"),
    "country_code": ("USA", "DEU", "JPN"),
    "trade_mode": ("0110", "0615"),
    "grantee": ("platform", "platform", "bank"),
    "hs_code": ("8471300000", "8517620000", "9018900000"),
}
"""What some columns hold; elsewhere it is a few texts made of the column's name."""

ALIKE = {
    "address_norm_hash": ("A", 3),
    "app_no": ("N", 24),
    "case_id": ("C", 24),
    "cited_no": ("N", 24),
    "citing_no": ("N", 24),
    "decl_no": ("D", 24),
    "holder_key": ("P", 6),
    "legal_rep_hash": ("P", 6),
    "person_hash": ("P", 6),
    "restricted_rep_hash": ("P", 6),
    "root_case_id": ("C", 24),
}
"""Columns of several tables that name the same things: their letter and number."""

OF_FIRMS = {
    "counterparty_code",
    "dst_key",
    "holder_firm_key",
    "obligor_firm_key",
    "other_party",
    "other_uscc",
    "parent_uscc",
    "party_firm_key",
    "pledgor_key",
    "src_key",
    "target_uscc",
}
"""Columns that name firms, by key or by code: here a firm's code is its key."""

NAMED_AFTER = {"holder_firm_key", "party_firm_key", "src_key", "uscc"}
"""Columns that mostly name the record's own firm."""

MANY = 6
"""Things of a kind that a city has, if nothing else is said."""

SERIAL = 500
"""Numbers that a table's key is drawn from."""

MORE = (0, 2, 5, 9, 14)
NUMBER = {"rel_edge": (0, 1, 1, 4)}
"""Records of a firm in a table, where there is not one for each month."""

PERIODS = ("period_start", "period_end")
SPELLS = 0.4
"""Share of spells that are open; half of it of other values that may be absent."""

DONE, RARE = {"filed_at", "paid_at"}, 0.08
"""Days of what is seldom left undone, and how seldom."""

COUNTS = (0, 0, 1, 2, 3, 5, 8, 12, 30, 120)
YEARS = range(5)


class City(NamedTuple):
    """What a city is drawn with.

    Attributes:
        random: Where chance comes from.
        as_ofs: The days of the panels.
        met: Values with which formulas compare columns, by the columns' names.
        firms: The firms, a stranger among them.
    """

    random: Random
    as_ofs: Sequence[date]
    met: Met
    firms: tuple[str, ...] = (*FIRMS, STRANGER)

    def day(self) -> date:
        """One of the days of the panels."""
        return self.random.choice(self.as_ofs)

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def drawn(
    random: Random,
    as_ofs: Sequence[date],
    signals: Iterable[Signal],
    names: Collection[str] | None = None,
    *,
    consents: bool = False,
    firms: tuple[str, ...] = (*FIRMS, STRANGER),
) -> Tables:
    """Records for the tables that are named, all if None.

    Args:
        random: Where chance comes from.
        as_ofs: The days of the panels.
        signals: Formulas whose limits are drawn.
        names: Tables.
        consents: Whether firms have been asked for their consent.
        firms: Who has records.
    """
    city = City(random, as_ofs, compared(signals), firms)
    tables = {
        name: records(city, contract)
        for name, contract in contracts().items()
        if name not in {"core_consent", "tax_invoice"} and (names is None or name in names)
    }
    tables["core_consent"] = consented(city) if consents else []
    tables["tax_invoice"] = [row for firm in city.firms for row in invoices(city, firm)]
    return tables


def records(city: City, contract: type[Table]) -> list[Record]:
    """Records of one table: runs of months for what comes by the month."""
    of_firm = runs if is_regular(contract) else singles
    told = [
        (firm, record) for firm in city.firms for record in of_firm(city, contract, firm)
    ]
    taken: set[Any] = set()
    made: list[Record] = []
    for number, (firm, record) in enumerate(told):
        key = tuple(firm if n == "firm_key" else record[n] for n in contract.key)
        if key not in taken:
            taken.add(key)
            made += versions(city, contract, firm, record, f"{number:05}")
    return made


def is_regular(contract: type[Table]) -> bool:
    """Whether a table has a record for each month, quarter or year."""
    field = contract.fields().get(contract.event)
    return contract.event in PERIODS or bool(field and field.monthly)


def singles(city: City, contract: type[Table], firm: str) -> Iterator[Record]:
    """Some records on the edges of windows."""
    few = (1, 1, 2) if contract.key == ("firm_key",) else NUMBER.get(contract.id, MORE)
    for _ in range(city.random.choice(few)):
        day = edge_day(city, 37)
        yield content(city, contract, firm, day) | {contract.event: day}


def runs(city: City, contract: type[Table], firm: str) -> Iterator[Record]:
    """Records of most months of the last two years or so, of one thing or two."""
    random = city.random
    steps = {"tax_vat_return": (1, 3), "tax_cit_return": (3,), "tax_fin_stmt": (3, 3)}
    step = random.choice(steps.get(contract.id, (1,)))
    newest = max(city.as_ofs).replace(day=1)
    share = random.choice((0.6, 0.9, 0.97, 1.0))
    things = [content(city, contract, firm, newest) for _ in range(random.choice((1, 2)))]
    for back in range(random.choice((-1, 0, 1)), random.choice((9, 26, 39))):
        month = months_before(newest, back)
        if step > 1 and month.month % step:
            continue
        for thing in things:
            if city.chance(share):
                fresh = content(city, contract, firm, month)
                same = {n: thing[n] for n in contract.key if n in thing}
                yield fresh | same | period(contract, month, step)


def period(contract: type[Table], month: date, step: int) -> Record:
    """The columns that tell a month, or the months that end with it."""
    first = months_before(month, step - 1)
    last = months_before(month, -1) - timedelta(1)
    if contract.event not in PERIODS:
        return {contract.event: month}
    told = {"period_start": first, "period_end": last, "fiscal_year": month.year}
    if "period_kind" in contract.fields():
        quarter = month.month // 3
        told["period_kind"] = "annual" if quarter == 4 else f"q{quarter}"
    return {name: value for name, value in told.items() if name in contract.fields()}


def content(city: City, contract: type[Table], firm: str, day: date) -> Record:
    """What a record of a firm says, that happened around a day."""
    return {
        name: value_of(city, field, firm, day)
        for name, field in contract.fields().items()
    }


def value_of(city: City, field: Field, firm: str, day: date) -> Any:
    """A value of a column; sometimes absent where it may be."""
    if field.optional and city.chance(RARE if field.name in DONE else SPELLS / 2):
        return None
    kind = field.dtype.partition("(")[0]
    if kind == "date":
        return day_for(city, field, day)
    if kind == "timestamp":
        return moment_for(city, field, day)
    if kind == "string":
        return text_for(city, field, firm)
    return OTHERS[kind](city, field)


def day_for(city: City, field: Field, day: date) -> date | None:
    """A day on an edge; the ends of spells often absent, or soon after their start."""
    if field.name not in DONE and field.optional and city.chance(SPELLS):
        return None
    near = day + timedelta(city.random.choice((0, 1, 15, 16, 59, 60, 61, 89, 90, 91, 400)))
    found = near if city.chance(0.5) else edge_day(city, 60)
    if found < day and city.chance(0.8):
        found = day + timedelta(city.random.choice((0, 1, 30, 1000)))
    return found.replace(day=1) if field.monthly else found


def moment_for(city: City, field: Field, day: date) -> datetime | None:
    """A moment around midnight of such a day."""
    found = day_for(city, field, day)
    return found and datetime.combine(found, city.random.choice(MOMENTS))


def text_for(city: City, field: Field, firm: str) -> str | None:
    """A code of the list, a firm, a person, or one of a few texts."""
    name, random = field.name, city.random
    if field.codes is not None:
        wanted = sorted(city.met.get(name, set()) & set(field.codes))
        pool = wanted if wanted and city.chance(0.7) else sorted(field.codes)
        return random.choice(pool)
    if name in NAMED_AFTER and city.chance(0.85):
        return firm
    if name in OF_FIRMS | NAMED_AFTER:
        return random.choice(city.firms)
    if name == "holder_key" and city.chance(0.5):
        return random.choice(city.firms)
    compared_with = sorted(v for v in city.met.get(name, ()) if isinstance(v, str))
    pool = compared_with if compared_with and city.chance(0.5) else pool_of(name)
    return random.choice(pool)


@functools.cache
def pool_of(name: str) -> tuple[str, ...]:
    """The texts that a column holds."""
    is_key = any(name in table.key for table in contracts().values())
    letter, number = ALIKE.get(name, (f"{name}-", SERIAL if is_key else MANY))
    return POOLS.get(name) or tuple(f"{letter}{n}" for n in range(number))


def number_for(city: City, field: Field) -> int:
    """A whole number: a count, a year, or near what formulas compare it with."""
    limits = near(city, field.name, 1)
    if limits and city.chance(0.4):
        return int(city.random.choice(limits))
    if field.name.endswith("_year"):
        return city.day().year - city.random.choice(YEARS)
    return city.random.choice(COUNTS)


def amount_for(city: City, field: Field) -> Decimal:
    """An exact number: a share, an amount, or near what formulas compare it with."""
    _, digits = map(int, field.dtype.partition("(")[2].rstrip(")").split(","))
    cent = Decimal(1).scaleb(-digits)
    limits = near(city, field.name, cent)
    if limits and city.chance(0.4):
        return city.random.choice(limits).quantize(cent)
    if field.unit != "CNY":
        shares = ("0", "0.05", "0.249999", "0.25", "0.5", "0.8999", "0.9", "1")
        return Decimal(city.random.choice(shares)).quantize(cent)
    cents = (0, 1, 4_999_999, 5_000_000, 123_456_78, 33_333_333, 987_654_321_09)
    return Decimal(city.random.choice(cents)) / 100


def near(city: City, name: str, step: Decimal | int) -> list[Decimal]:
    """Numbers with which formulas compare a column, and their neighbours."""
    limits = [v for v in city.met.get(name, ()) if isinstance(v, int | float)]
    exact = [Decimal(str(v)) for v in limits if not isinstance(v, bool)]
    return sorted({limit + step * way for limit in exact for way in EDGE})


def several(city: City, field: Field) -> list[str]:
    """Some codes of a list, in their order."""
    assert field.codes is not None
    wanted = city.met.get(field.name, set())
    share = 0.3
    return [c for c in field.codes if city.chance(2 * share if c in wanted else share)]


OTHERS = {
    "array<string>": several,
    "boolean": lambda city, _: city.chance(0.5),
    "decimal": amount_for,
    "int32": number_for,
    "int64": number_for,
}


def edge_day(city: City, months: int) -> date:
    """A day on an edge of one of the panels' days, mostly not after them."""
    as_of = city.day()
    first = months_before(as_of, months) - timedelta(1)
    last = as_of + timedelta(city.random.choice((1, 1, 1, 70)))
    own = [day for day in city.random.choice(edges(as_of)) if first <= day <= last]
    return city.random.choice(own or [as_of])


def known(city: City, contract: type[Table], event: date) -> datetime:
    """When a record became known: as usual, at once, or around one of the days."""
    random = city.random
    soon = event + timedelta(random.choice((0, 1, 5, contract.lag_days)))
    around = city.day() + timedelta(random.choice(EDGE))
    day = random.choice((soon, soon, soon, soon, around))
    if is_regular(contract):
        end = months_before(event.replace(day=1), -1) - timedelta(1)
        day = max(day, end) if contract.event != "issue_date" else day
    # What is announced is known before it happens.
    first = event - timedelta(40) if contract.announced else event
    return datetime.combine(max(first, day), random.choice(MOMENTS))


def versions(
    city: City, contract: type[Table], firm: str, told: Record, uid: str
) -> list[Record]:
    """The versions of one record: mostly one, some changed or withdrawn."""
    random = city.random
    event = told[contract.event] or edge_day(city, 37)
    event = event.date() if isinstance(event, datetime) else event
    moments = {known(city, contract, event)}
    for _ in range(random.choice((0, 0, 0, 0, 1, 2))):
        day = city.day() + timedelta(random.choice((-40, *EDGE)))
        moments.add(datetime.combine(day, random.choice(MOMENTS)))
    first = min(moments) if contract.announced else max(min(moments), known_first(event))
    made = []
    for number, moment in enumerate(sorted({m for m in moments if m > first} | {first})):
        op = "I" if number == 0 else random.choice(("U", "U", "D"))
        says = told if number == 0 else changed(city, contract, firm, told, event)
        made.append(
            {
                **dict.fromkeys(ENVELOPE),
                **says,
                "row_id": f"{uid}-{number}",
                "firm_key": None if city.chance(0.01) else firm,
                "firm_conf": random.choice((None, Decimal("0.85"), Decimal("0.9"))),
                "firm_step": random.choice((None, "M1", "M4")),
                "event_date": event,
                "known_at": moment,
                "version_no": number + 1,
                "op": op,
                "dq_flags": [],
            }
        )
    return placed(made)


def known_first(event: date) -> datetime:
    """The first moment at which an event can be known: it has begun."""
    return datetime.combine(event, time())


def changed(
    city: City, contract: type[Table], firm: str, told: Record, event: date
) -> Record:
    """What a later version says: some columns anew, never the key or the day."""
    fresh = content(city, contract, firm, event)
    fixed = {*contract.key, contract.event, *PERIODS}
    return {
        name: told[name] if name in fixed or city.chance(0.6) else fresh[name]
        for name in told
    }


def consented(city: City) -> list[Record]:
    """Consents of most firms; some to others, some over by a day."""
    contract = contracts()["core_consent"]
    made = []
    for number, firm in enumerate(city.firms * 2):
        granted = edge_day(city, 24)
        good = {"grantee": "platform", "purpose": "scoring"} if city.chance(0.8) else {}
        says = content(city, contract, firm, granted) | good
        says |= {
            "consent_id": f"consent-{number}",
            "scope_registers": several(city, contract.fields()["scope_registers"])
            or ["tax"],
            "granted_at": datetime.combine(granted, city.random.choice(MOMENTS)),
        }
        made += versions(city, contract, firm, says, f"{number:05}")
    return made


def invoices(city: City, firm: str) -> list[Record]:
    """A firm's invoices, some of them to firms of the city."""
    codes = {code: city.random.choice((code, *city.firms)) for code in (*CODES, None)}
    return [
        {**row, "counterparty_code": codes[row["counterparty_code"]]}
        for row in history(city.random, city.day(), firm)
    ]


def compared(signals: Iterable[Signal]) -> Met:
    """The values with which formulas compare columns, by the columns' names."""
    found: Met = {}
    for part in every_part(signals):
        match part:
            case IsIn(item=item, values=values):
                for name in columns_in(item):
                    found.setdefault(name, set()).update(values)
            case Operation(left=left, right=Constant(value=value)):
                for name in columns_in(left):
                    found.setdefault(name, set()).add(value)
            case Call(function="prefix"):
                continue
    return found


def columns_in(node: Node) -> Iterator[str]:
    """The names of the columns in a formula."""
    yield from (part.name for part in walk(node) if isinstance(part, Column))


def every_part(signals: Iterable[Signal]) -> Iterator[Node]:
    """The parts of formulas, and of the views on which they stand."""
    views: set[View] = set()
    ahead: list[Node] = [signal.formula for signal in signals]
    while ahead:
        for part in walk(ahead.pop()):
            yield part
            view = getattr(part, "table", None)
            if isinstance(view, View):
                ahead += new_formulas(view, views)
            ahead += of_series(part)


def of_series(part: Node) -> list[Node]:
    """The formulas that decide which months a reduction counts."""
    series = getattr(getattr(part, "window", None), "series", None)
    found = (series.where, series.quarterly) if series else ()
    return [node for node in found if node is not None]


def new_formulas(view: View, met: set[View]) -> list[Node]:
    """The formulas of a view and of those below it, if it was not met yet."""
    if view in met:
        return []
    met.add(view)
    below = [s for s in view.sources if isinstance(s, View)]
    own = [node for _, node in view.columns]
    own += [n for n in (getattr(view, "where", None),) if n is not None]
    if isinstance(view, Joined):
        own += [node for pair in view.on for node in pair]
    return [*own, *(node for source in below for node in new_formulas(source, met))]


@functools.cache
def tables_read(signals: tuple[Signal, ...]) -> frozenset[str]:
    """The tables that signals read, those below their views too."""
    parts = every_part(signals)
    sources = {part.table for part in parts if isinstance(part, Column)}
    read = frozenset(name for source in sources for name in tables_of(source))
    # A derived view's columns name the view itself as their table.
    return read & contracts().keys()
