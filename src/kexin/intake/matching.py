"""Which delivered column may be which of a contract's, and which table a file fills.

A pair is worth how like the heading is to the column's names, and how far the values
are such as the column takes. Every delivered column is given to one column at most, so
that the sum of all pairs is the greatest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from kexin.intake import labels
from kexin.intake.headings import (
    BUYER,
    ENDED,
    FIRM,
    FIRM_NAME,
    OPERATION,
    PURCHASES,
    SALES,
    SELLER,
    TABLES,
    TOLD_AT,
)
from kexin.intake.kinds import NOT_A_VALUE, digits
from kexin.intake.layout import repeated
from kexin.intake.likeness import bare, heading_likeness, likeness
from kexin.registers.contract import USCC, contracts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kexin.intake.profile import Look, Seen
    from kexin.registers.contract import Field, Table

SAID = (FIRM, FIRM_NAME, TOLD_AT, OPERATION)
"""What a source may say besides the contract's columns."""

SHARED = {
    ("reg_firm", "uscc"): FIRM,
    ("reg_firm", "firm_name"): FIRM_NAME,
    ("cus_registrant", "uscc"): FIRM,
    ("court_party", "party_name_raw"): FIRM_NAME,
    ("ip_patent_holder", "holder_name_raw"): FIRM_NAME,
}
"""Columns of contracts that tell the firm itself: one delivered column fills both."""

PARTIES = {"XF": "销方", "XSF": "销方", "XHF": "销方"} | dict.fromkeys(
    ("GF", "GMF", "GHF"), "购方"
)
PARTY_WORDS = {"MC": "名称"} | dict.fromkeys(("SH", "SBH", "NSRSBH", "DM"), "税号")
PARTY_INITIALS = re.compile(f"({'|'.join(PARTIES)})_?({'|'.join(PARTY_WORDS)})")
"""Seller and buyer as headings of first letters have them, such as XFMC."""

OTHER_PARTY = "对方"
"""What a heading says of whoever the firm deals with."""

ACCEPTED = 0.45
"""Worth from which a pair is taken."""

LEFT_OVER = 0.26
"""Worth from which a pair is taken among those that are left, as a guess."""

TOLD_BY_VALUES = 0.6
"""Share of codes or names of firms from which values alone tell the firm."""

UNKNOWN = 0.5
"""Fit of a column without values."""

ALTERNATIVE = 0.15
"""A pair that is worth as much as the one taken, less this, is told as well."""


class Pair(NamedTuple):
    """A contract's column and the delivered one that may fill it.

    Attributes:
        column: Column of the contract, or one of SAID.
        seen: The delivered column.
        heading: How like the heading is, from 0 to 1.
        values: How far the values are such as the column takes, from 0 to 1.
        worth: Both together; above 1 where the values speak for themselves.
        others: Headings that are worth nearly as much.
        left_over: Whether it was only taken because both were left.
    """

    column: str
    seen: Seen
    heading: float
    values: float
    worth: float
    others: tuple[str, ...] = ()
    left_over: bool = False


class Match(NamedTuple):
    """How well a file fits a table.

    Attributes:
        table: The table.
        worth: From 0 to 1.
        pairs: Contract column to the pair that fills it.
        covered: Share of the required columns that are filled.
        explained: Share of the delivered columns that are used.
        named: How like the file's name is to the table's.
    """

    table: str
    worth: float
    pairs: Mapping[str, Pair]
    covered: float
    explained: float
    named: float


def direction_told(look: Look) -> str:
    """Return the direction of a file of invoices as its name tells it; else empty."""
    name = look.told_by_name.lower()
    sold = any(word in name for word in SALES)
    bought = any(word in name for word in PURCHASES)
    if sold == bought:
        return ""
    return "out" if sold else "in"


def as_said(heading: str, direction: str) -> str:
    """Return a heading of an invoice with seller and buyer as firm and other party.

    Examples:
        >>> as_said("购方税号", "out")
        '对方税号'
        >>> as_said("销售方名称", "out"), as_said("GFMC", "in")
        ('企业名称', '企业名称')
    """
    own, other = (BUYER, SELLER) if direction == "in" else (SELLER, BUYER)
    if letters := PARTY_INITIALS.fullmatch(heading.upper()):
        heading = PARTIES[letters[1]] + PARTY_WORDS[letters[2]]
    for words, said in ((own, "企业"), (other, OTHER_PARTY)):
        for word in sorted(words, key=len, reverse=True):
            if word in heading:
                return heading.replace(word, said)
    return heading


def wanted(table: type[Table]) -> dict[str, Field | None]:
    """Return what is looked for in a file of a table: its columns, and what is SAID."""
    shared = {said for (name, _), said in SHARED.items() if name == table.id}
    own = {n: f for n, f in table.fields().items() if n not in table.derived}
    said = dict.fromkeys(word for word in SAID if word not in shared or word == FIRM)
    if FIRM in shared:
        said.pop(FIRM)
    return {**own, **said}


def match(look: Look, table: type[Table]) -> Match:
    """Return how well a file fits a table, and by which pairs."""
    columns = usable(look)
    fields = wanted(table)
    direction = direction_told(look) if table.id == "tax_invoice" else None
    told = [
        column.heading if direction is None else as_said(column.heading, direction)
        for column in columns
    ]
    options = [
        [
            pair(table.id, name, field, seen, heading)
            for seen, heading in zip(columns, told, strict=True)
        ]
        for name, field in fields.items()
    ]
    pairs = assigned(options, list(fields), table)
    return judged(look, table, pairs)


def usable(look: Look) -> list[Seen]:
    """Return the columns that a mapping can name: those whose heading is their own."""
    twice = repeated(list(look.headings))
    return [column for column in look.columns if column.heading not in twice]


def pair(table: str, name: str, field: Field | None, seen: Seen, told: str) -> Pair:
    """Return what a contract's column and a delivered one have in common."""
    if name in {FIRM, FIRM_NAME} and OTHER_PARTY in told:
        return Pair(name, seen, 0.0, 0.0, 0.0)
    alike = heading_likeness(told, table, name)
    told_values = valued(seen)
    fits = fit(name, field, told_values) if told_values.values else UNKNOWN
    worth = alike * (0.45 + 0.55 * fits) + evidence(name, field, told_values, fits)
    return Pair(name, seen, alike, fits, worth)


def valued(seen: Seen) -> Seen:
    """Return a column without values that say that there is none."""
    if not any(value.lower() in NOT_A_VALUE for value in seen.values):
        return seen
    values = {v: n for v, n in seen.values.items() if v.lower() not in NOT_A_VALUE}
    return seen._replace(values=values)


def evidence(name: str, field: Field | None, seen: Seen, fits: float) -> float:
    """Return what values alone speak for, whatever the heading: codes and forms."""
    if field is None:
        return 0.25 * seen.kinds.get("uscc", 0) if name == FIRM else 0.0
    if field.codes:
        telling = labels.telling(seen.values, field) if fits > UNKNOWN else 0
        return fits * (0.25 if telling > 1 else 0.1 * telling)
    if field.form and seen.filled:
        return 0.25 * fits
    return 0.0


def fit(name: str, field: Field | None, seen: Seen) -> float:
    """Return the share of a column's values that a contract's column would take."""
    if field is None:
        return said_fit(name, seen)
    if field.codes:
        return code_fit(field, seen)
    match field.dtype:
        case "date" | "timestamp(6)":
            return day_fit(field, seen)
        case "boolean":
            return seen.kinds.get("yes", 0.0)
        case "string":
            return text_fit(field, seen)
    return number_fit(field, seen)


def said_fit(name: str, seen: Seen) -> float:
    """Return how far values tell a firm, its name, a moment, or an operation."""
    kinds = seen.kinds
    if name == FIRM:
        codes = max(kinds.get(k, 0) for k in ("uscc", "registration", "organisation"))
        coded = not kinds.get("chinese") and not kinds.get("day")
        return max(codes, 0.4 if coded else 0.05)
    if name == FIRM_NAME:
        return max(kinds.get("firm", 0), 0.4 * kinds.get("chinese", 0))
    if name == TOLD_AT:
        return max(kinds.get("day", 0), kinds.get("excel", 0))
    return 1.0 if any(value.lower() in ENDED for value in seen.values) else 0.0


def code_fit(field: Field, seen: Seen) -> float:
    """Return the share of known labels; of unknown ones, whether they may be codes."""
    share = labels.known_share(seen.values, field)
    few = len(labels.parts(seen.values, field)) <= labels.FEW // 2
    other = any(seen.kinds.get(kind, 0) > UNKNOWN for kind in ("day", "uscc", "firm"))
    return max(share, 0.45 if few and not other else 0.0)


def day_fit(field: Field, seen: Seen) -> float:
    """Return the share of days; months count where a month is wanted, else half."""
    days = seen.kinds.get("day", 0) + 0.9 * seen.kinds.get("excel", 0)
    months = seen.kinds.get("month", 0)
    if field.monthly:
        return min(max(days * 0.8, months), 1.0)
    return min(max(days, 0.5 * months), 1.0)


def text_fit(field: Field, seen: Seen) -> float:
    """Return how far values may be text of a column: its form, or no other kind."""
    if field.form == USCC:
        return seen.kinds.get("uscc", 0.0)
    if field.form:
        return form_share(field.form, seen)
    if seen.kinds.get("day", 0) > UNKNOWN:
        return 0.25
    coded = max(seen.kinds.get(kind, 0) for kind in ("uscc", "card", "phone"))
    named = "名" in field.zh or "人" in field.zh or "单位" in field.zh
    if coded > UNKNOWN:
        return 0.3 if named else 0.6
    return 0.7 if numbers_with_decimals(seen) else 1.0


def form_share(form: str, seen: Seen) -> float:
    """Return the share of values of a form."""
    total = sum(seen.values.values()) or 1
    return sum(n for v, n in seen.values.items() if re.fullmatch(form, v)) / total


def numbers_with_decimals(seen: Seen) -> bool:
    """Whether a column is one of amounts."""
    return seen.kinds.get("number", 0) > UNKNOWN > seen.kinds.get("whole", 0)


def number_fit(field: Field, seen: Seen) -> float:
    """Return the share of numbers that a column takes; days and years are none."""
    if field.unit == "year":
        return seen.kinds.get("year", 0.0)
    dated = seen.kinds.get("day", 0) > UNKNOWN or seen.kinds.get("month", 0) > 0.9  # noqa: PLR2004
    share = digits(seen.values).read
    if field.dtype.startswith("int"):
        share = min(share, max(seen.kinds.get("whole", 0), share * 0.3))
    coded = seen.kinds.get("uscc", 0) > UNKNOWN
    return 0.15 * share if dated or coded else share


def assigned(
    options: Sequence[Sequence[Pair]], names: Sequence[str], table: type[Table]
) -> dict[str, Pair]:
    """Return the pairs whose worth is the greatest together; those left over after."""
    if not options or not options[0]:
        return {}
    worth = np.array([[pair.worth for pair in row] for row in options])
    # A pair that would not be taken must not keep a better one from being so; nor may
    # two middling pairs outweigh a good one, hence the power.
    counted = np.where(worth >= ACCEPTED, worth**6, 0.0)
    taken = {
        (row, place)
        for row, place in zip(
            *linear_sum_assignment(counted, maximize=True), strict=True
        )
        if worth[row, place] >= ACCEPTED
    }
    pairs = {names[row]: with_others(options, row, place) for row, place in taken}
    return pairs | left_over(options, names, taken, table)


def with_others(options: Sequence[Sequence[Pair]], row: int, place: int) -> Pair:
    """Return a pair with the headings that might be meant as well."""
    chosen = options[row][place]
    near = [
        other
        for other in options[row]
        if other.seen is not chosen.seen and other.worth > chosen.worth - ALTERNATIVE
    ]
    near.sort(key=lambda other: -other.worth)
    return chosen._replace(others=tuple(other.seen.heading for other in near[:3]))


def left_over(
    options: Sequence[Sequence[Pair]],
    names: Sequence[str],
    taken: set[tuple[int, int]],
    table: type[Table],
) -> dict[str, Pair]:
    """Return pairs among what is left: a required column and values that fit it."""
    rows, places = {row for row, _ in taken}, {place for _, place in taken}
    fields = table.fields()
    required = {name for name, field in fields.items() if not field.optional}
    open_pairs = sorted(
        (
            (options[row][place].worth, row, place)
            for row, name in enumerate(names)
            for place in range(len(options[row]))
            if may_be_left(options[row][place], required=name in required)
        ),
        reverse=True,
    )
    found: dict[str, Pair] = {}
    for _, row, place in open_pairs:
        if row not in rows and place not in places:
            rows.add(row)
            places.add(place)
            chosen = with_others(options, row, place)
            found[names[row]] = chosen._replace(left_over=True)
    return found


def may_be_left(pair: Pair, *, required: bool) -> bool:
    """Whether a pair is good enough for what is left over.

    A firm may be told by its values alone, if they are not all the same.
    """
    if pair.column in {FIRM, FIRM_NAME}:
        several = len(pair.seen.values) > 1 or pair.seen.filled == 1
        return several and pair.values >= TOLD_BY_VALUES
    return required and pair.worth >= LEFT_OVER and pair.values > UNKNOWN


def judged(look: Look, table: type[Table], pairs: Mapping[str, Pair]) -> Match:
    """Return a match with what speaks for it."""
    fields = {n: f for n, f in table.fields().items() if n not in table.derived}
    required = [name for name, field in fields.items() if not field.optional]
    own = {name: pair for name, pair in pairs.items() if name in fields}
    worth = {name: min(pair.worth, 1.0) for name, pair in own.items()}
    covered = sum(worth.get(name, 0) for name in required) / max(len(required), 1)
    columns = [c for c in usable(look) if c.heading not in said_headings(pairs)]
    explained = sum(worth.values()) / max(len(columns), 1)
    named = name_likeness(look, table)
    total = 0.45 * covered + 0.35 * min(explained, 1.0) + 0.2 * named
    return Match(table.id, total, pairs, covered, min(explained, 1.0), named)


def said_headings(pairs: Mapping[str, Pair]) -> set[str]:
    """Return the headings that are used for what every table has."""
    return {pairs[name].seen.heading for name in SAID if name in pairs}


def name_likeness(look: Look, table: type[Table]) -> float:
    """Return how far the names of file and sheet tell the table."""
    name = bare(re.sub(r"\.[a-z.]+$", "", look.told_by_name.lower()))
    if bare(table.id) in name:
        return 1.0
    told = [bare(word) for word in (table.zh, *TABLES.get(table.id, "").split())]
    inside = [len(word) for word in told if word in name]
    if inside:
        return min(0.6 + 0.1 * max(inside), 1.0)
    chinese = "".join(re.findall("[\u4e00-\u9fff]+", name))
    return max((0.6 * likeness(chinese, word) for word in told), default=0.0)


def matches(look: Look, wanted_table: str = "") -> list[Match]:
    """Return the tables that a file may fill, the best first.

    Args:
        look: The file.
        wanted_table: The only table to be thought of; empty for all.
    """
    known = contracts()
    tables = [known[wanted_table]] if wanted_table else list(known.values())
    found = [match(look, table) for table in tables]
    return sorted(found, key=lambda each: -each.worth)
