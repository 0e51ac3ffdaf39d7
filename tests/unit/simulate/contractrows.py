"""Valid records of any table, out of nothing but its contract."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from kexin.registers.contract import PATENT_NUMBER, USCC, contracts
from kexin.simulate.draws import stream
from kexin.simulate.looks.look import looks
from kexin.simulate.rows import Rows, arrow_type

if TYPE_CHECKING:
    from kexin.registers.contract import Field, Table
    from kexin.simulate.world import World

FIRST = np.datetime64("2026-04-01")
"""First day of what happens; all codes of all lists are in force."""

DAYS = 20
TRICKY = '甲，“乙”; "丙"|丁/、(戊)\\ {己}'
"""Signs that stand between columns, codes or texts somewhere."""

TEXTS = {
    "[0-9]{4}": "3301",
    "[0-9]{6}": "330106",
    "[0-9]{10}": "8517620000",
    "[0-9]{11}": "13301060000",
    "[0-9]{15}": "330106000000013",
    "[0-9]{19}": "3040201000000000000",
    "[0-9A-Z]{3}": "USA",
    "[A-T][0-9]{2,4}": "I6513",
}
NUMBERED = {"[0-9]{18}": 18, "[0-9A-Z]{10}": 10, PATENT_NUMBER: 13}


def records(world: World, table: str, size: int, *, year: int | None = None) -> Rows:
    """Return records of different firms; columns that may be absent are so at times.

    Args:
        world: The city.
        table: The table.
        size: Number of records; firms repeat where there are fewer.
        year: Year of the events; the spring of 2026 where none is told.
    """
    random = stream(1, f"records.{table}")
    contract = contracts()[table]
    look = looks()[table]
    firm = np.arange(size) % world.city.size
    first = FIRST if year is None else np.datetime64(f"{year}-01-01")
    span = DAYS if year is None else 365
    event = first + random.integers(0, span, size)
    columns: dict[str, Any] = {}
    for name, field in contract.fields().items():
        if name in contract.derived or name == "parent_uscc":
            continue
        if name == look.own_name:
            columns[name] = world.naming.names.on(firm, event)
            continue
        if name == look.own_code or field.form == USCC:
            columns[name] = world.naming.uscc.take(pa.array(firm))
            continue
        values = values_of(field, contract, event, random)
        gap = field.optional and name not in {*contract.key, contract.event}
        absent = random.random(size) < 0.2 if gap else np.zeros(size, np.bool_)
        listed = [None if a else v for v, a in zip(values, absent, strict=True)]
        columns[name] = pa.array(listed, arrow_type(field))
    return Rows(table, firm, columns, after=event)


def values_of(
    field: Field, contract: type[Table], event: Any, random: np.random.Generator
) -> list[Any]:
    """Return a value for each record."""
    size = len(event)
    if field.codes:
        codes = list(field.codes)
        if field.dtype == "string":
            return [codes[place % len(codes)] for place in range(size)]
        return [
            sorted(random.choice(codes, 1 + place % 3, replace=False).tolist())
            for place in range(size)
        ]
    match field.dtype:
        case "string":
            return texts(field, size)
        case "date":
            own = field.name == contract.event
            days = event if own else event - random.integers(0, 40, size)
            return months(days) if field.monthly else days.tolist()
        case "timestamp(6)":
            moments = event.astype("datetime64[s]") + random.integers(0, 86_400, size)
            return list(moments.astype("datetime64[us]").tolist())
        case "boolean":
            return [bool(place % 2) for place in range(size)]
        case "int64":
            return random.integers(1, 3_000, size).tolist()
    return numbers(arrow_type(field), random, size)


def months(days: Any) -> list[Any]:
    """Return the first days of the months of days."""
    firsts: list[Any] = days.astype("datetime64[M]").astype("datetime64[D]").tolist()
    return firsts


def texts(field: Field, size: int) -> list[str]:
    """Return texts of the column's form, different where the form lets them be."""
    if field.form in NUMBERED:
        width = NUMBERED[field.form]
        return [f"{10 ** (width - 1) + place}" for place in range(size)]
    if field.form:
        return [TEXTS[field.form]] * size
    return [f"{TRICKY}{place:06}" for place in range(size)]


def numbers(
    kind: pa.Decimal128Type, random: np.random.Generator, size: int
) -> list[Decimal]:
    """Return numbers of all lengths that a type holds, below zero as well."""
    digits = random.integers(1, min(kind.precision, 15), size)
    raw = (random.random(size) * 10.0**digits).astype(np.int64) - 3
    return [Decimal(int(number)).scaleb(-kind.scale) for number in raw]
