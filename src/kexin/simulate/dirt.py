"""What bureaus do to records on the way: codes and names, units, days, gaps.

Truth is never touched: everything done is noted row by row, with the value before. The
rates are SIMULATOR.md section 8's, missing codes REGISTERS.md section 1.8's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import misnaming
from kexin.simulate.lags import register_of
from kexin.simulate.sheet import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kexin.registers.contract import Field
    from kexin.simulate.arrays import Flags, Ints
    from kexin.simulate.rows import Rows
    from kexin.simulate.sheet import Sheet
    from kexin.simulate.world import World

    Variant = Callable[[str, np.random.Generator], str]

UNCODED: Mapping[str, float] = {
    "reg_penalty": 0.04,
    "si": 0.04,
    "hf": 0.07,
    "cus": 0.01,
    "court": 0.88,
    "court_enforcement": 0.40,
    "court_dishonest": 0.40,
    "court_spending_limit": 0.40,
    "court_round_end": 0.40,
    "ip": 0.55,
    "ip_software": 1.0,
    "gov": 0.25,
    "qual": 0.25,
    "vc": 0.30,
    "hr": 0.30,
    "util": 0.50,
}
"""Share of rows that name their firm and have no code, by table or register.

Source:
    REGISTERS.md section 1.8; the middle of a range where it gives one.
"""

AGENTS = 50
"""Firms outside the city that file for others, under their own code [est]."""

OLD_UNTIL = np.datetime64("2018-01-01")
"""Events before it have old codes often (section 8)."""

STATEMENT = "tax_fin_stmt"
CENTURY = 36_525
FIRST_IMPOSSIBLE = np.datetime64("1900-01-01")


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How often what goes wrong: shares of the rows to which it can happen.

    Args:
        uncoded: Rows without a code, by table or register.
        old_code_before: Old codes among codes on events before 2018.
        old_code: Old codes among codes on later events.
        mistyped: Codes with a typing error.
        agent: Codes that are an agent's.
        brackets: Of names with brackets, those with brackets of another kind: 4 % of
            all names, 11 % of which have brackets.
        no_brackets: Of names with brackets, those without them: 1.5 % of all.
        former: Of names of firms that had another, those that are given up: 2.5 % of
            all names, 13 % of whose firms had another.
        spaced: Names with blanks in them.
        other_form: Names with the other way to write a limited company.
        branch: Names of a branch instead.
        short: Names without their legal form.
        misspelt: Names with a wrong character.
        garbled: Texts damaged by a wrong encoding.
        unit: Registry rows and statements with an amount in the wrong unit.
        impossible: Rows with a day that cannot be.
        absent: Rows that lack a value that they must have.
        duplicate: Rows that are delivered twice.
        second_source: Penalties and judgments told again with another day.
        restatements: Batches of three months that a source sends again in a year.
        restated: Rows of such a batch in which a value is another.
    """

    uncoded: Mapping[str, float] = field(default_factory=lambda: UNCODED)
    old_code_before: float = 0.30
    old_code: float = 0.01
    mistyped: float = 0.0015
    agent: float = 0.0005
    brackets: float = 0.36
    no_brackets: float = 0.14
    former: float = 0.19
    spaced: float = 0.01
    other_form: float = 0.01
    branch: float = 0.015
    short: float = 0.003
    misspelt: float = 0.004
    garbled: float = 0.0002
    unit: float = 0.003
    impossible: float = 0.001
    absent: float = 0.002
    duplicate: float = 0.005
    second_source: float = 0.02
    restatements: int = 1
    restated: float = 0.005

    def without_code(self, table: str) -> float:
        """Return the share of a table's rows that have no code."""
        whole = self.uncoded.get(register_of(table), 0.0)
        return self.uncoded.get(table, whole)


def spotless() -> Rates:
    """Return the rates at which nothing goes wrong."""
    numbers = {
        name: 0
        for name, kind in Rates.__annotations__.items()
        if kind in {"float", "int"}
    }
    return Rates(**{**numbers, "uncoded": {}})  # type: ignore[arg-type]  # by name


def damaged(
    sheet: Sheet, world: World, rows: Rows, rates: Rates, random: np.random.Generator
) -> Sheet:
    """Return a chunk's clean rows with what went wrong inside of them."""
    sheet = wrong_codes(sheet, world, rows, rates, random)
    sheet = wrong_names(sheet, world, rows, rates, random)
    sheet = wrong_texts(sheet, rates, random)
    sheet = wrong_units(sheet, rates, random)
    sheet = impossible_days(sheet, rates, random)
    return gaps(sheet, rows, rates, random)


def chosen(random: np.random.Generator, which: Flags, rate: float) -> Ints:
    """Return the places of some of the rows that a kind of dirt can happen to."""
    return np.flatnonzero(which & (random.random(len(which)) < rate))


def there(column: pa.Array) -> Flags:
    """Whether each value is there."""
    return pc.is_valid(column).to_numpy(zero_copy_only=False)


def wrong_codes(
    sheet: Sheet, world: World, rows: Rows, rates: Rates, random: np.random.Generator
) -> Sheet:
    """Return rows without codes, with old ones, an agent's, or typing errors.

    Where the code is a column of the contract, as in the registry, it is there.
    """
    if not sheet.look.own_code:
        coded = there(sheet.column("src_code"))
        gone = chosen(random, coded, rates.without_code(rows.table))
        absent = pa.nulls(len(gone), pa.string())
        sheet = put(sheet, "src_code", gone, absent, "no_code")
        sheet = old_codes(sheet, world, rows, rates, random)
        agent = chosen(random, there(sheet.column("src_code")), rates.agent)
        who = random.integers(
            0, min(AGENTS, len(world.naming.outside_code)), len(agent)
        )
        codes = world.naming.outside_code.take(pa.array(who))
        sheet = put(sheet, "src_code", agent, codes, "agent_code")
    full = pc.fill_null(pc.equal(pc.utf8_length(sheet.column("src_code")), 18), False)  # noqa: FBT003
    hit = chosen(random, full.to_numpy(zero_copy_only=False), rates.mistyped)
    return respelt(sheet, "src_code", hit, misnaming.mistyped, "mistyped_code", random)


def old_codes(
    sheet: Sheet, world: World, rows: Rows, rates: Rates, random: np.random.Generator
) -> Sheet:
    """Return rows with registration numbers or organisation codes instead."""
    event = sheet.column(sheet.look.table.event).cast(pa.date32())
    days = event.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    rate = np.where(days < OLD_UNTIL, rates.old_code_before, rates.old_code)
    coded = there(sheet.column("src_code")) & (rows.firm >= 0)
    hit = np.flatnonzero(coded & (random.random(len(rate)) < rate))
    codes = sheet.column("src_code").take(pa.array(hit)).to_pylist()
    numbers = world.naming.registration.take(pa.array(rows.firm[hit])).to_pylist()
    first = random.random(len(hit)) < 0.5
    old = [
        number if number and one else misnaming.organisation(code)
        for code, number, one in zip(codes, numbers, first, strict=True)
    ]
    return put(sheet, "src_code", hit, pa.array(old, pa.string()), "old_code")


def respelt(
    sheet: Sheet,
    column: str,
    hit: Ints,
    how: Variant,
    kind: str,
    random: np.random.Generator,
) -> Sheet:
    """Return rows with some texts written in another way."""
    texts = sheet.column(column).take(pa.array(hit)).to_pylist()
    values = pa.array([how(text, random) for text in texts], pa.string())
    return put(sheet, column, hit, values, kind)


def wrong_names(
    sheet: Sheet, world: World, rows: Rows, rates: Rates, random: np.random.Generator
) -> Sheet:
    """Return rows that are known by a name alone, with names written otherwise.

    At most one thing is wrong with a name; what is there with a code is copied right.
    """
    names = sheet.column("src_name")
    alone = there(names) & ~there(sheet.column("src_code"))
    if rows.person is not None:
        alone &= ~rows.person
    drawn, low = random.random(sheet.size), np.zeros(sheet.size)
    for kind, which, rate in ways(names, world, rows, rates):
        high = low + rate * which
        hit = np.flatnonzero(alone & (low <= drawn) & (drawn < high))
        low = high
        if kind == "former_name":
            sheet = put(sheet, "src_name", hit, former(world, rows, hit), kind)
        else:
            sheet = respelt(sheet, "src_name", hit, VARIANTS[kind], kind, random)
    return sheet


def ways(
    names: pa.Array, world: World, rows: Rows, rates: Rates
) -> Iterator[tuple[str, Flags, float]]:
    """Yield what can be wrong with names: kind, with which, and how often."""
    every, bracketed = np.ones(len(names), np.bool_), matching(names, "[（(]")
    several = world.naming.names.first[1:] - world.naming.names.first[:-1] > 1
    renamed = several[np.maximum(rows.firm, 0)] & (rows.firm >= 0)
    yield "former_name", renamed, rates.former
    yield "brackets", bracketed, rates.brackets
    yield "no_brackets", bracketed, rates.no_brackets
    yield "spaced", every, rates.spaced
    yield "other_form", every, rates.other_form
    yield "branch", matching(names, "公司$"), rates.branch
    yield "short_name", every, rates.short
    yield "misspelt", every, rates.misspelt


VARIANTS: Mapping[str, Variant] = {
    "brackets": misnaming.other_width,
    "no_brackets": misnaming.without_brackets,
    "spaced": misnaming.spaced,
    "other_form": misnaming.other_form,
    "branch": misnaming.of_branch,
    "short_name": misnaming.short,
    "misspelt": misnaming.misspelt,
}


def matching(texts: pa.Array, pattern: str) -> Flags:
    """Whether each text has a pattern in it."""
    found = pc.match_substring_regex(texts, pattern)
    return pc.fill_null(found, False).to_numpy(zero_copy_only=False)  # noqa: FBT003


def former(world: World, rows: Rows, hit: Ints) -> pa.Array:
    """Return the first names that the firms of some rows bore."""
    names = world.naming.names
    return names.text.take(pa.array(names.first[rows.firm[hit]]))


def wrong_texts(sheet: Sheet, rates: Rates, random: np.random.Generator) -> Sheet:
    """Return rows with texts damaged by a wrong encoding."""
    fields = sheet.look.fields()
    free = [n for n, f in fields.items() if f.dtype == "string" and not f.codes]
    for name in ("src_name", *free):
        column = sheet.column(name)
        hit = np.flatnonzero(random.random(sheet.size) < rates.garbled)
        if not len(hit):
            continue
        texts = column.take(pa.array(hit))
        chinese = ~pc.fill_null(pc.string_is_ascii(texts), True).to_numpy(  # noqa: FBT003
            zero_copy_only=False
        )
        sheet = respelt(sheet, name, hit[chinese], misnaming.garbled, "garbled", random)
    return sheet


def wrong_units(sheet: Sheet, rates: Rates, random: np.random.Generator) -> Sheet:
    """Return rows with an amount ten thousand times too large or too small."""
    table = sheet.look.table.id
    amounts = [n for n, f in sheet.look.fields().items() if f.unit == "CNY"]
    if not amounts or not (register_of(table) == "reg" or table == STATEMENT):
        return sheet
    hit = chosen(random, np.ones(sheet.size, np.bool_), rates.unit)
    larger = random.random(len(hit)) < 0.5
    of = random.integers(0, len(amounts), len(hit))
    for place, name in enumerate(amounts):
        own = of == place
        values = sheet.column(name).take(pa.array(hit[own]))
        scaled = [
            None if v is None else round(v * 10_000 if up else v / 10_000, 2)
            for v, up in zip(values.to_pylist(), larger[own], strict=True)
        ]
        kind = values.type
        sheet = put(sheet, name, hit[own], pa.array(scaled, kind), "unit")
    return sheet


def impossible_days(sheet: Sheet, rates: Rates, random: np.random.Generator) -> Sheet:
    """Return rows with a day of the year 1900, or of the next century."""
    fields = {n: f for n, f in sheet.look.fields().items() if f.dtype == "date"}
    hit = chosen(random, np.ones(sheet.size, np.bool_), rates.impossible)
    of = random.integers(0, max(1, len(fields)), len(hit))
    ahead = random.random(len(hit)) < 0.5
    for place, (name, own_field) in enumerate(fields.items()):
        own = np.flatnonzero(of == place)
        days = sheet.column(name).take(pa.array(hit[own]))
        known = there(days)
        own, days = own[known], days.filter(pa.array(known))
        later = a_century_on(days, own_field)
        wrong = np.where(ahead[own], later, FIRST_IMPOSSIBLE)
        values = pa.array(wrong, pa.date32())
        sheet = put(sheet, name, hit[own], values, "impossible_day")
    return sheet


def a_century_on(days: pa.Array, own: Field) -> Ints:
    """Return days a hundred years later; months as their first days."""
    told = days.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    if own.monthly:
        return (told.astype("datetime64[M]") + 1200).astype("datetime64[D]")
    return told + CENTURY


def gaps(sheet: Sheet, rows: Rows, rates: Rates, random: np.random.Generator) -> Sheet:
    """Return rows that lack a value that the contract requires."""
    needed = [n for n, f in sheet.look.fields().items() if not f.optional]
    which = np.ones(sheet.size, np.bool_)
    if rows.withdrawn is not None:
        which &= ~rows.withdrawn
    hit = chosen(random, which, rates.absent)
    of = random.integers(0, len(needed), len(hit))
    for place, name in enumerate(needed):
        own = hit[of == place]
        absent = pa.nulls(len(own), sheet.column(name).type)
        sheet = put(sheet, name, own, absent, "absent")
    return sheet
