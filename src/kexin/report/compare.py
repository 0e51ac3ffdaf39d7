"""A delivery beside earlier ones: what they had together, and what chance explains."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from kexin.intake.resolving import UNMATCHED
from kexin.intake.snapshot import SHORT
from kexin.report.limits import chance, history

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kexin.report.numbers import Counts, Numbers, TableNumbers

HALF = 0.5
"""Records that every code has besides its own, so that a new one has a finite index."""


@dataclass(frozen=True)
class Before:
    """What earlier deliveries of the same mapping had of a table, taken together.

    Args:
        deliveries: Their numbers, the oldest first.
        reads: Rows that each of them had.
        refusals: Rows in quarantine that each of them had.
        read: Rows, all together.
        quarantined: Rows in quarantine.
        records: Records in the warehouse.
        absent: Records without a value, by column.
        codes: Records by column and code.
        flags: Records by quality flag.
        p90: Median of their P90 lags; None where none was measured.
    """

    deliveries: tuple[int, ...]
    reads: tuple[int, ...]
    refusals: tuple[int, ...]
    read: int
    quarantined: int
    records: int
    absent: Counts
    codes: dict[str, Counts]
    flags: Counts
    p90: int | None

    @property
    def unmatched(self) -> int:
        """Records that found no firm."""
        return self.flags.get(UNMATCHED, 0)


def before(table: str, now: Numbers, earlier: Sequence[Numbers]) -> Before:
    """Return what earlier deliveries had of a table.

    A file that came again is counted once, as its newest delivery had it; the files of
    the delivery itself are left out.

    Args:
        table: The table.
        now: The delivery.
        earlier: Deliveries before it, in any order.
    """
    seen = digests(now, table)
    chosen: list[tuple[int, TableNumbers]] = []
    for other in sorted(earlier, key=lambda each: -each.number):
        numbers, files = other.table(table), digests(other, table)
        if numbers and other.mapping == now.mapping and not files & seen:
            chosen.append((other.number, numbers))
            seen |= files
    return together(chosen[: int(history.value)][::-1])


def fresh(deliveries: Sequence[Numbers]) -> list[Numbers]:
    """Return the deliveries that brought some file for the first time, oldest first."""
    found: list[Numbers] = []
    seen: set[str] = set()
    for each in sorted(deliveries, key=lambda numbers: numbers.number):
        files = {file.batch_id[-SHORT:] for file in each.files}
        if files - seen:
            found.append(each)
        seen |= files
    return found


def digests(numbers: Numbers, table: str) -> set[str]:
    """Return the digests of a delivery's files for a table, shortened."""
    return {file.batch_id[-SHORT:] for file in numbers.files if file.table == table}


def together(chosen: Sequence[tuple[int, TableNumbers]]) -> Before:
    """Return the numbers of deliveries, added up."""
    tables = [numbers for _, numbers in chosen]
    lags = [t.lags.p90 for t in tables if t.lags.p90 is not None]
    names = {name for table in tables for name in table.codes}
    return Before(
        deliveries=tuple(number for number, _ in chosen),
        reads=tuple(table.rows.read for table in tables),
        refusals=tuple(table.rows.quarantined for table in tables),
        read=sum(table.rows.read for table in tables),
        quarantined=sum(table.rows.quarantined for table in tables),
        records=sum(table.records for table in tables),
        absent=added(table.absent for table in tables),
        codes={n: added(t.codes.get(n, {}) for t in tables) for n in sorted(names)},
        flags=added(table.flags for table in tables),
        p90=round(median(lags)) if lags else None,
    )


def added(counts: Iterable[Counts]) -> Counts:
    """Return counts by name, added up, in the order of names."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))


def share(part: int, whole: int) -> float | None:
    """Return a share, rounded to what is worth writing down; None of nothing."""
    return round(part / whole, 6) if whole else None


def differ(a: int, n: int, b: int, m: int) -> bool:
    """Whether a of n and b of m lie further apart than chance explains.

    Source: the difference of arcsines (Cohen 1988, Statistical Power Analysis, ch. 6),
    whose error does not depend on the shares: the common test takes one record of 20
    beside none of 2,000 for certain.

    Examples:
        >>> differ(160, 2000, 4, 2000), differ(1, 20, 0, 2000), differ(0, 9, 0, 9)
        (True, False, False)
    """
    if not n or not m:
        return False
    error = math.sqrt(1 / n + 1 / m)
    return abs(angle(a / n) - angle(b / m)) >= chance.value * error


def exceeds(a: int, n: int, expected: float) -> bool:
    """Whether a of n is more than an expected share by more than chance explains.

    Examples:
        >>> exceeds(30, 100, 0.1), exceeds(2, 10, 0.1)
        (True, False)
    """
    if not n:
        return False
    return angle(a / n) - angle(expected) >= chance.value * math.sqrt(1 / n)


def angle(part: float) -> float:
    """Return a share as an angle, on which all shares have the same error."""
    return 2 * math.asin(math.sqrt(part))


def stability(now: Mapping[str, int], earlier: Mapping[str, int]) -> float | None:
    """Return the population stability index of records by code; None without records.

    The sum over all codes of (p - q) ln(p / q), p and q being the code's share now and
    before. Every code has half a record more than was counted, so that a code which
    appears or vanishes counts for much, and not for infinitely much.

    Source: Siddiqi (2006), Credit Risk Scorecards, p. 136.

    Examples:
        >>> round(stability({"a": 50, "b": 50}, {"a": 90, "b": 10}), 3)
        0.853
    """
    n, m = sum(now.values()), sum(earlier.values())
    if not n or not m:
        return None
    codes = sorted({*now, *earlier})
    more = HALF * len(codes)
    shares = [
        ((now.get(c, 0) + HALF) / (n + more), (earlier.get(c, 0) + HALF) / (m + more))
        for c in codes
    ]
    return math.fsum((p - q) * math.log(p / q) for p, q in shares)


def stability_by_chance(now: Mapping[str, int], earlier: Mapping[str, int]) -> float:
    """Return the index that deliveries of the same kind hardly ever reach.

    Source: Yurdakul (2018), Statistical Properties of Population Stability Index: the
    index is about (1/n + 1/m) times chi-squared with k - 1 degrees of freedom; its
    quantile by Wilson and Hilferty (1931).
    """
    freedom = len({*now, *earlier}) - 1
    if freedom < 1:
        return 0.0
    ninth = 2 / (9 * freedom)
    quantile = freedom * (1 - ninth + chance.value * math.sqrt(ninth)) ** 3
    return (1 / sum(now.values()) + 1 / sum(earlier.values())) * quantile
