"""Rows that come more than once: duplicates, second sources, batches sent again.

What comes again is what stands on that day: a bureau that repeats itself does not
repeat what it has since corrected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from kexin.simulate import clock
from kexin.simulate.draws import stream
from kexin.simulate.lags import register_of
from kexin.simulate.sheet import copied, noted, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.dirt import Rates
    from kexin.simulate.sheet import Sheet

NEXT_DELIVERY = 30
"""Days after which a row comes again, where it does in the next delivery."""

SECOND_SOURCE = ("reg_penalty", "court_judgment")
OTHER_DAY, MUCH_LATER = 10, (3, 31)
"""Days by which the second source's day differs, and by which it comes later."""

MONTHS = 3
"""Months of events that a batch restates (section 8)."""

NUMBERS = ("decimal", "int")


class Restatement(NamedTuple):
    """A batch that a source sends again.

    Attributes:
        first: First day of the events.
        last: Last day of the events.
        day: When it is handed over.
    """

    first: np.datetime64
    last: np.datetime64
    day: np.datetime64


def restatements(register: str, seed: int, a_year: int) -> Iterator[Restatement]:
    """Yield the batches that a source sends again, year by year."""
    for year in range(clock.FIRST_YEAR, clock.LAST_YEAR + 1):
        random = stream(seed, f"restated.{register}", year)
        for _ in range(a_year):
            month = np.datetime64(f"{year}-01", "M") + int(random.integers(0, 7))
            end = (month + MONTHS).astype("datetime64[D]")
            day = clock.working_day(np.array([end + int(random.integers(40, 100))]))[0]
            yield Restatement(month.astype("datetime64[D]"), end - 1, day)


class Standing(NamedTuple):
    """What can come again, of a chunk's clean rows.

    Attributes:
        tells: Whether the row tells something; a withdrawal does not.
        end: Day on which the next version of the record is known; absent if none.
        event: Day of the event.
    """

    tells: Flags
    end: Days
    event: Days

    def on(self, row: Ints, day: Days) -> Flags:
        """Return whether rows still stand on days."""
        end = self.end[row]
        return self.tells[row] & (np.isnat(end) | (end > day))


def coming_again(
    sheet: Sheet,
    standing: Standing,
    seed: int,
    rates: Rates,
    random: np.random.Generator,
) -> Iterator[Sheet]:
    """Yield the rows of a chunk that are delivered more than once."""
    yield duplicates(sheet, standing, rates, random)
    if sheet.look.table.id in SECOND_SOURCE:
        yield told_elsewhere(sheet, standing, rates, random)
    register = register_of(sheet.look.table.id)
    for batch in restatements(register, seed, rates.restatements):
        yield sent_again(sheet, standing, batch, rates, random)


def duplicates(
    sheet: Sheet, standing: Standing, rates: Rates, random: np.random.Generator
) -> Sheet:
    """Return rows that are delivered twice, on one day or in the next delivery."""
    hit = np.flatnonzero(random.random(sheet.size) < rates.duplicate)
    later = clock.working_day(sheet.day[hit] + NEXT_DELIVERY)
    may = standing.on(hit, later) & (later <= clock.LAST_DAY)
    day = np.where(may & (random.random(len(hit)) < 0.5), later, sheet.day[hit])
    return noted(copied(sheet, hit, day), "duplicate", np.arange(len(hit)))


def told_elsewhere(
    sheet: Sheet, standing: Standing, rates: Rates, random: np.random.Generator
) -> Sheet:
    """Return what a second source tells of some rows: the same, on another day."""
    event = sheet.look.table.event
    told = sheet.column(event).to_numpy(zero_copy_only=False).astype("datetime64[D]")
    right = told == standing.event
    hit = np.flatnonzero(right & (random.random(len(right)) < rates.second_source))
    day = clock.working_day(sheet.day[hit] + random.integers(*MUCH_LATER, len(hit)))
    shift = random.integers(1, OTHER_DAY + 1, len(hit))
    shift = shift * np.where(random.random(len(hit)) < 0.5, 1, -1)
    shift = np.where(told[hit] + shift > sheet.day[hit], -np.abs(shift), shift)
    kept = standing.on(hit, day)
    twins = copied(sheet, hit[kept], day[kept])
    other = pa.array((told[hit] + shift)[kept], pa.date32())
    return put(twins, event, np.arange(twins.size), other, "second_source")


def sent_again(
    sheet: Sheet,
    standing: Standing,
    batch: Restatement,
    rates: Rates,
    random: np.random.Generator,
) -> Sheet:
    """Return the rows that a source sends again, some with another value."""
    event = standing.event
    inside = (event >= batch.first) & (event <= batch.last) & (sheet.day <= batch.day)
    row = np.flatnonzero(inside)
    row = row[standing.on(row, np.full(len(row), batch.day))]
    copies = copied(sheet, row, np.full(len(row), batch.day))
    copies = copies._replace(again=np.ones(len(row), np.bool_))
    return other_values(copies, rates, random)


def other_values(sheet: Sheet, rates: Rates, random: np.random.Generator) -> Sheet:
    """Return rows with one number of some of them a little larger or smaller."""
    contract = sheet.look.table
    numbers = [
        name
        for name, field in sheet.look.fields().items()
        if field.dtype.startswith(NUMBERS) and field.unit and name not in contract.key
    ]
    hit = np.flatnonzero(random.random(sheet.size) < rates.restated)
    of = random.integers(0, max(1, len(numbers)), len(hit))
    for place, name in enumerate(numbers):
        own = hit[of == place]
        values = sheet.column(name).take(pa.array(own))
        changed = nearly(values, random)
        sheet = put(sheet, name, own, changed, "restated")
    return sheet


def nearly(values: pa.Array, random: np.random.Generator) -> pa.Array:
    """Return numbers that differ by up to a tenth, and by one at least."""
    kind = values.type
    factors = random.uniform(0.9, 1.1, len(values))
    if pa.types.is_integer(kind):
        told = [
            None if v is None else max(0, v + (round(v * (f - 1)) or 1))
            for v, f in zip(values.to_pylist(), factors, strict=True)
        ]
        return pa.array(told, kind)
    told = [
        None if v is None else round(v * round(type(v)(float(f)), 4), kind.scale)
        for v, f in zip(values.to_pylist(), factors, strict=True)
    ]
    return pa.array(told, kind)
