"""Reference data that no bureau delivers: small files of the package, with sources.

Their days are those of validity; there is no day of knowing (READINGS.md O3). The
calendar of Spring Festivals is `kexin.algebra.dates.spring_festivals`.

What a city estimates itself, by a model that it renews, stands in `ESTIMATES`: tables
that are read where they are held, and without which the signals on them are absent
(READINGS.md, section 6).
"""

from __future__ import annotations

import csv
import functools
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ESTIMATES: Mapping[str, Mapping[str, str]] = {
    "ref_court_coverage": {
        "city": "string",
        "valid_from": "date",
        "valid_to": "date",
        "share": "decimal(7, 6)",
        "source": "string",
    },
    "ref_defendant_cases": {
        "industry": "string",
        "decile": "int64",
        "sales_from": "decimal(18, 2)",
        "valid_from": "date",
        "valid_to": "date",
        "cases": "decimal(9, 6)",
        "source": "string",
    },
    "ref_published_pd": {
        "firm_key": "string",
        "published_at": "timestamp(6)",
        "pd": "decimal(9, 8)",
        "source": "string",
    },
    "ref_strong_buyer": {
        "uscc": "string",
        "kind": "string",
        "valid_from": "date",
        "valid_to": "date",
        "source": "string",
    },
    "ref_tariff_country": {
        "country_code": "string",
        "valid_from": "date",
        "valid_to": "date",
        "source": "string",
    },
}
"""Tables of estimates, with their columns and types.

- `ref_court_coverage`: the share of the closed cases of a city (first four digits of a
  division) whose judgment was published; a row holds from its first to its last day.
- `ref_defendant_cases`: the cases that a firm of an industry (letter and two digits) is
  expected to defend in twelve months, by tenths of the city's firms in the order of
  their sales: 1 is the lowest, and `sales_from`, in yuan, the least sales of a tenth.
- `ref_published_pd`: a firm's probability of default as the champion's scores were
  published.
- `ref_strong_buyer`: bodies of the state, listed firms and certified traders, which pay
  late but surely; a row holds from its first to its last day.
- `ref_tariff_country`: destinations under high tariffs, likewise.
"""


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
