"""Reference data that no bureau delivers: small files of the package, with sources.

Their days are those of validity; there is no day of knowing (READINGS.md O3). The
calendar of Spring Festivals is `kexin.algebra.dates.spring_festivals`.
"""

from __future__ import annotations

import csv
import functools
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import NamedTuple


class FloorCap(NamedTuple):
    """Least and greatest monthly base of social insurance, in yuan a person.

    Attributes:
        province: First two digits of the division.
        valid_from: First day.
        valid_to: Last day; it counts.
        floor: Least base.
        cap: Greatest base.
        source: The notice.
    """

    province: str
    valid_from: date
    valid_to: date
    floor: Decimal
    cap: Decimal
    source: str


@functools.cache
def si_floors_caps() -> tuple[FloorCap, ...]:
    """Return all floors and caps that are known, `ref_si_floor_cap.csv`."""
    path = resources.files("kexin.registers").joinpath("ref_si_floor_cap.csv")
    return tuple(
        FloorCap(
            province=row["province"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]),
            floor=Decimal(row["floor_cny"]),
            cap=Decimal(row["cap_cny"]),
            source=row["source"],
        )
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    )


def si_floor_cap(province: str, day: date) -> FloorCap | None:
    """Return a province's floor and cap on a day; None where none is known.

    Where two overlap, the one that began later holds (READINGS.md O2).

    Examples:
        >>> str(si_floor_cap("33", date(2024, 12, 31)).floor)
        '4812'
        >>> si_floor_cap("33", date(2025, 1, 1)) is None
        True
    """
    own = [
        each
        for each in si_floors_caps()
        if each.province == province and each.valid_from <= day <= each.valid_to
    ]
    return max(own, key=lambda each: each.valid_from, default=None)
