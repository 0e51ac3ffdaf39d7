"""Business registry: penalties of all authorities, and their repair (section 5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from kexin.registers.business import AUTHORITY_KIND, SEVERITY
from kexin.simulate import clock
from kexin.simulate.city import choice
from kexin.simulate.draws import happens
from kexin.simulate.grid import cells
from kexin.simulate.rows import (
    Rows,
    coded,
    later,
    numbered,
    versions,
    withdrawal,
)
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("reg_penalty",)

A_YEAR = 0.022
"""Penalties of an average firm in a year."""

AUTHORITIES = tuple(AUTHORITY_KIND)
USUAL = (0.50, 0.08, 0.10, 0.06, 0.05, 0.06, 0.05, 0.04, 0.03, 0.03)
BUILDERS = (0.15, 0.10, 0.10, 0.05, 0.45, 0.10, 0.00, 0.01, 0.02, 0.02)
"""Which authority decides, in the order of `AUTHORITIES`: usually, and for builders
[est]."""

MINOR, GENERAL, SERIOUS = range(3)
SEVERITIES = (0.48, 0.46, 0.06)
KINDS = (
    ((), ("warning",), ("criticism",)),
    (("fine",), ("fine", "warning"), ("confiscation", "fine")),
    (("fine", "suspend_business"), ("fine", "revoke_permit"), ("close",),
     ("fine", "restrict_business")),
)  # fmt: skip
"""Kinds of penalty by severity; a small fine is minor as well."""

OFFENCES = (
    "未按规定公示信息",
    "违法排放污染物",
    "消防设施配置不符合标准",
    "超限运输",
    "违反工程质量管理规定",
    "违反劳动保障规定",
    "生产经营不符合标准的产品",
    "未履行网络安全保护义务",
    "拒报统计资料",
    "其他违法行为",
)

PUBLISHED = (90, 365, 3 * 365)
"""Days for which a penalty is published, by severity (POLICY.md section 7)."""

REPAIRED = (0.0, 0.30, 0.12)
REPAIR_DAYS = ((0, 1), (95, 330), (380, 1000))
ANNULLED, ANNULLED_DAYS = 0.008, (40, 240)
"""Share of penalties that are annulled, so that the source withdraws them [est]."""

MASS_REPAIR, MASS_SHARE = np.datetime64("2026-04-01", "D"), 0.60
ABSENT = np.datetime64("NaT", "D")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    random = world.stream("registry.penalties", year, block)
    city = world.city
    at = cells(year, block, world.life.active)
    chance = A_YEAR / 12 * np.exp(0.35 * city.care + 0.2 * city.relative_size)
    hit = at.where(happens(random, chance[at.firm]))
    hit = hit.where(hit.month > city.born[hit.firm])
    day = clock.working_day(hit.start + random.integers(0, 28, hit.size))
    severity = choice(random, np.array(SEVERITIES), hit.size)
    rows = decisions(world, hit.firm, day, severity, random)
    number = numbered(f"杭罚〔{year}〕{block.number:02}", np.arange(hit.size), 6)
    rows = rows._replace(columns={"decision_no": number, **rows.columns})
    yield with_repair(world, rows, day, severity, random)


def decisions(
    world: World, firm: Ints, day: Days, severity: Ints, random: np.random.Generator
) -> Rows:
    """Return decisions as they are published first."""
    size = len(firm)
    builder = np.array([s.id == "construction" for s in SECTORS])[
        world.city.sector[firm]
    ]
    authority = np.where(
        builder, choice(random, np.array(BUILDERS), size),
        choice(random, np.array(USUAL), size),
    )  # fmt: skip
    kind = random.integers(0, 12, size)
    fine = np.exp(8.6 + 1.2 * severity + 0.9 * random.standard_normal(size))
    taken = np.exp(8.5 + 1.2 * random.standard_normal(size))
    fined, confiscated = (
        has(severity, kind, "fine"),
        has(severity, kind, "confiscation"),
    )
    return Rows(
        "reg_penalty",
        firm,
        {
            "authority_kind": coded(authority, AUTHORITIES),
            "violation_type": coded(authority, OFFENCES),
            "penalty_kinds": kinds_of(severity, kind),
            "fine_amount": np.where(fined, np.round(fine, -2), np.nan),
            "confiscated_amount": np.where(confiscated, np.round(taken, 2), np.nan),
            "severity": coded(severity, tuple(SEVERITY)),
            "decision_date": day,
            "publish_until": day + np.array(PUBLISHED)[severity],
            "repaired_at": np.full(size, ABSENT),
        },
        after=day,
    )


def chosen(severity: Ints, kind: Ints) -> Ints:
    """Return the place of each decision's kinds in the list of all."""
    counts = np.array([len(kinds) for kinds in KINDS])
    start = np.cumsum(counts) - counts
    return start[severity] + kind % counts[severity]


def every_kind() -> list[tuple[str, ...]]:
    """Return the kinds of all severities; the first of them is a small fine."""
    return [kinds or ("fine",) for of_severity in KINDS for kinds in of_severity]


def kinds_of(severity: Ints, kind: Ints) -> pa.Array:
    """Return each decision's kinds of penalty, in their order."""
    listed = pa.array([sorted(kinds) for kinds in every_kind()], pa.list_(pa.string()))
    return listed.take(pa.array(chosen(severity, kind)))


def has(severity: Ints, kind: Ints, name: str) -> Flags:
    """Whether each decision has a kind of penalty."""
    return np.array([name in kinds for kinds in every_kind()])[chosen(severity, kind)]


def with_repair(
    world: World, rows: Rows, day: Days, severity: Ints, random: np.random.Generator
) -> Rows:
    """Return decisions with their repair, and the withdrawal of those annulled."""
    first, last = (np.array(edge)[severity] for edge in zip(*REPAIR_DAYS, strict=True))
    wait = first + (random.random(rows.size) * (last - first)).astype(int)
    repaired = clock.working_day(day + wait)
    mended = random.random(rows.size) < np.array(REPAIRED)[severity]
    if world.city.variant.mass_repair:
        open_then = (severity == GENERAL) & (day < MASS_REPAIR)
        open_then &= ~mended | (repaired > MASS_REPAIR)
        open_then &= random.random(rows.size) < MASS_SHARE
        mass = clock.working_day(MASS_REPAIR + random.integers(0, 28, rows.size))
        repaired = np.where(open_then, mass, repaired)
        mended |= open_then
    annulled = (random.random(rows.size) < ANNULLED) & ~mended
    gone = clock.working_day(day + random.integers(*ANNULLED_DAYS, rows.size))
    return versions(
        rows,
        later(rows, mended, repaired[mended], repaired_at=repaired[mended]),
        withdrawal(rows, annulled, gone[annulled]),
    )
