"""Case numbers of the city's courts, no two alike (REGISTERS.md section 1.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate.draws import BLOCK_FIRMS
from kexin.simulate.rows import coded
from kexin.simulate.sectors import DISTRICTS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Ints

KINDS = ("民诉前调", "民初", "知民初", "民终", "执", "执保", "破申", "破")
MEDIATION, FIRST, FIRST_IP, APPEAL, ENFORCEMENT, SEIZURE, FILING, ESTATE = range(8)

COURTS = (*(district.court for district in DISTRICTS), "浙01")
HIGHER = len(DISTRICTS)
"""Place of the intermediate court, which hears appeals, in `COURTS`."""

YEARS_OF_A_CHAIN = 4
"""Procedures are filed within so many years, from the year before their dispute's."""

SOURCES = 2
"""Disputes, and enforcement against firms of the city: both file cases of one kind."""


class Docket(NamedTuple):
    """Case numbers, one place a case.

    Attributes:
        year: Year of filing.
        court: Place in `COURTS`.
        kind: Place in `KINDS`.
        serial: Number within court, kind and year.
    """

    year: Ints
    court: Ints
    kind: Ints
    serial: Ints

    def at(self, which: Flags | Ints) -> Docket:
        """Return some of the numbers."""
        return Docket._make(column[which] for column in self)

    @property
    def court_code(self) -> pa.Array:
        """The courts' signs."""
        return coded(self.court, COURTS)

    @property
    def case_type(self) -> pa.Array:
        """The signs of the kinds of cases."""
        return coded(self.kind, KINDS)

    @property
    def keys(self) -> pa.Array:
        """The cases' normal keys, such as `2025|浙0106|民初|1234`."""
        parts = text(self.year), self.court_code, self.case_type, text(self.serial)
        return pc.binary_join_element_wise(*parts, "|")

    @property
    def numbers(self) -> pa.Array:
        """The cases' numbers as courts write them."""
        return pc.binary_join_element_wise(
            "（", text(self.year), "）", self.court_code, self.case_type,
            text(self.serial), "号", "",
        )  # fmt: skip


class Drawn(NamedTuple):
    """What cases are drawn for, so that no other part of the city has their numbers.

    Attributes:
        year: Year for which they are drawn.
        block: Number of the part.
        firms: Number of firms of the whole city.
        source: Which of the `SOURCES` files them.
    """

    year: int
    block: int
    firms: int
    source: int


def docket(drawn: Drawn, filed: Days, court: Ints, kind: Ints) -> Docket:
    """Return the numbers of cases: in the order of filing within court and kind."""
    year = filed.astype("datetime64[Y]").astype(int) + 1970
    group = (year * len(COURTS) + court) * len(KINDS) + kind
    lane = (year - drawn.year) % YEARS_OF_A_CHAIN * SOURCES + drawn.source
    parts = -(-drawn.firms // BLOCK_FIRMS)
    place = ranks(group, filed) * parts + drawn.block
    return Docket(year, court, kind, place * YEARS_OF_A_CHAIN * SOURCES + lane + 1)


def ranks(group: Ints, order: Ints | Days) -> Ints:
    """Return each row's place, from 0, in the order within its group.

    Examples:
        >>> ranks(np.array([5, 4, 5]), np.array([2, 9, 1])).tolist()
        [1, 0, 0]
    """
    sequence = np.lexsort([order, group])
    sorted_group = group[sequence]
    place = np.arange(len(group))
    first = np.ones(len(group), np.bool_)
    first[1:] = sorted_group[1:] != sorted_group[:-1]
    begin = np.maximum.accumulate(np.where(first, place, 0))
    found = np.empty(len(group), np.int64)
    found[sequence] = place - begin
    return found


def text(numbers: Ints) -> pa.Array:
    """Return numbers as texts."""
    return pa.array(numbers.astype(np.int64)).cast(pa.string())
