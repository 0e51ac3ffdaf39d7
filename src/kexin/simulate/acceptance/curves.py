"""How distress looks in the months before a default (SIMULATOR.md section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.language import Text
from kexin.simulate.acceptance.opened import MONTHS, matrix
from kexin.simulate.activity import FESTIVAL_SEASON, SEASON

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from kexin.simulate.arrays import Flags, Floats, Ints

OFFSETS = tuple(range(-18, 1, 2))
"""Months to default; each stands for itself and the month before."""

SHARE = 0.25
"""Part of the difference to the healthy level that a curve may be off."""

ERRORS = 2.0
"""Standard errors of the mean that it may be off besides: a city is a sample."""

HEALTHY_MONTHS = range(72, 84)
"""2025, in which the healthy level is measured."""

FIRST_MONTH, OLDEST_ONSET = 26, 30


class Curve(NamedTuple):
    """One row of the table of section 6.

    Attributes:
        id: Its name.
        text: What it shows.
        targets: The values at `OFFSETS`.
        healthy: The level of firms that are well.
        seen: Share of what happens that the register shows at all.
    """

    id: str
    text: Text
    targets: tuple[float, ...]
    healthy: float
    seen: float = 1.0


CURVES = (
    Curve("sales", Text("经季节调整的销售额(相对13至24个月前)",
                        "sales, seasonally adjusted, to 13-24 months before"),
          (0.97, 0.92, 0.88, 0.83, 0.77, 0.69, 0.64, 0.57, 0.51, 0.41), 1.0),
    Curve("staff", Text("参保人数(相对第-20月)", "insured staff to month -20"),
          (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.93, 0.86, 0.82), 1.0),
    Curve("late", Text("逾期申报，每月", "late return, per month"),
          (0.036, 0.040, 0.049, 0.058, 0.078, 0.086, 0.111, 0.129, 0.152, 0.185), 0.017),
    Curve("arrears", Text("新增欠税，每月", "arrears, per month"),
          (0.011, 0.016, 0.019, 0.025, 0.032, 0.039, 0.053, 0.062, 0.076, 0.099), 0.003),
    Curve("cases", Text("新增被告案件，每月", "new defendant cases, per month"),
          (0.023, 0.027, 0.036, 0.039, 0.054, 0.071, 0.090, 0.113, 0.136, 0.168), 0.009,
          seen=0.83),
    Curve("enforcement", Text("被执行，每月", "enforcement, per month"),
          (0.002, 0.002, 0.003, 0.004, 0.004, 0.005, 0.008, 0.010, 0.015, 0.017), 0.001),
    Curve("overdue", Text("逾期1至89天，借款企业", "overdue 1-89 days, borrowers"),
          (0.021, 0.031, 0.037, 0.049, 0.064, 0.084, 0.120, 0.137, 0.165, 0.209), 0.006),
    Curve("lapse", Text("专利失效，每企业每月", "patents lapsed, per firm and month"),
          (0.006, 0.006, 0.007, 0.010, 0.010, 0.011, 0.016, 0.020, 0.029, 0.030), 0.006),
)  # fmt: skip

OTHER_LOANS = """SELECT * FROM pboc_loan_month LEFT JOIN (
    SELECT account_hash, min(month) AS lost FROM pboc_loan_month
    WHERE overdue_days >= 90 GROUP BY ALL) USING (account_hash)
    WHERE lost IS NULL OR month < lost - INTERVAL 3 MONTH"""
"""Months of loans, without the three in which one runs up to 90 days and all after."""

QUERIES = {
    "sales": """SELECT firm_key, month AS day, sales::DOUBLE AS value
        FROM gt_month JOIN who ON gt_month.firm = who.place""",
    "staff": """SELECT firm_key, month AS day, insured_count AS value FROM si_month
        WHERE si_kind = 'pension'""",
    "late": """SELECT firm_key, period_end AS day, 1 AS value FROM tax_vat_return
        WHERE period_end - period_start < 31
        AND (filed_at IS NULL OR filed_at > due_date)""",
    "arrears": """SELECT firm_key, balance_date AS day, 1 AS value FROM tax_arrears
        WHERE new_in_period > 0""",
    "cases": """SELECT p.firm_key, c.event_date AS day, 1 AS value
        FROM court_case c JOIN court_party p USING (case_id)
        WHERE p.party_role = 'defendant' AND c.case_type = '民初'""",
    "enforcement": """SELECT firm_key, event_date AS day, 1 AS value
        FROM all_court_enforcement e WHERE version_no = 1 AND NOT EXISTS (
        SELECT 1 FROM gt_event g WHERE g.event = 'enforcement'
        AND g.firm_key = e.firm_key AND g.month = date_trunc('month', e.event_date))""",
    "overdue": f"""SELECT firm_key, month AS day, 1 AS value FROM ({OTHER_LOANS})
        WHERE overdue_days BETWEEN 1 AND 89""",
    "lapse": """SELECT firm_key, event_date AS day, 1 AS value FROM ip_patent_event
        WHERE event_code = 'lapse_fee'""",
}
"""What is counted, from the records as they stand in the end.

The targets know the laws of distress alone. So the events that a default itself brings
about, its enforcement and the run-up of its loans to 90 days, are left out, and late
returns are those of monthly filers.
"""

ASKED = {
    "late": """SELECT firm_key, period_end AS day, 1 AS value FROM tax_vat_return
        WHERE period_end - period_start < 31""",
    "overdue": f"SELECT firm_key, month AS day, 1 AS value FROM ({OTHER_LOANS})",
}
"""Months in which a firm could be late at all: it had a return, or a loan."""


class Drawn(NamedTuple):
    """A curve of a city beside its target.

    Attributes:
        curve: What it should be.
        values: What it is, at `OFFSETS`.
        healthy: The level of firms that are well.
        allowed: How far each value may be off.
    """

    curve: Curve
    values: list[float]
    healthy: float
    allowed: list[float]

    @property
    def targets(self) -> list[float]:
        """The targets, as far as the register shows what happens."""
        return [self.curve.seen * target for target in self.curve.targets]

    @property
    def off(self) -> list[int]:
        """Months to default at which the curve is too far off."""
        told = zip(OFFSETS, self.values, self.targets, self.allowed, strict=True)
        return [m for m, value, aim, more in told if abs(value - aim) > more]


class Watched(NamedTuple):
    """The defaults that are looked at: of firms that had time to fall ill.

    Attributes:
        firm: Row of the firm.
        month: Month of the default, counted from January 2019.
    """

    firm: Ints
    month: Ints


def curves(engine: duckdb.DuckDBPyConnection) -> Iterator[Drawn]:
    """Yield every curve whose register was written.

    Args:
        engine: An opened city.
    """
    seen, well = watched(engine), healthy(engine)
    for curve in CURVES:
        counted = matrix(engine, QUERIES[curve.id])
        if not counted.any():
            continue
        if curve.id in {"sales", "staff"}:
            yield level(curve, counted, seen)
            continue
        asked = ASKED.get(curve.id)
        of = np.ones_like(counted) if asked is None else matrix(engine, asked)
        flag = counted if curve.id in {"cases", "lapse"} else counted > 0
        yield rate(curve, flag.astype(np.float32), of > 0, seen, well)


def watched(engine: duckdb.DuckDBPyConnection) -> Watched:
    """Return the defaults that came with distress, at least 30 months after founding."""
    told = engine.execute(
        f"""
        SELECT place, datediff('month', DATE '2019-01-01', month) AS month
        FROM gt_event JOIN firm USING (firm_key)
        WHERE event = 'default' AND cause = 'distress'
          AND datediff('month', birthday, month) > {OLDEST_ONSET}
          AND month >= DATE '2019-01-01' + INTERVAL {FIRST_MONTH} MONTH
          AND month < DATE '2026-10-01'
        ORDER BY month, place
        """
    ).fetchnumpy()
    return Watched(np.asarray(told["place"]), np.asarray(told["month"]).astype(int))


def healthy(engine: duckdb.DuckDBPyConnection) -> Flags:
    """Whether a firm was active all through 2025 and did not default by its end."""
    active = matrix(
        engine,
        "SELECT firm_key, month AS day, 1 AS value FROM gt_month "
        "JOIN who ON gt_month.firm = who.place WHERE active",
    )
    ended = engine.execute(
        """SELECT DISTINCT place FROM gt_event JOIN firm USING (firm_key)
        WHERE event = 'default' AND month <= DATE '2025-12-31'"""
    ).fetchnumpy()["place"]
    well = np.asarray((active[list(HEALTHY_MONTHS)] > 0).all(0))
    well[ended] = False
    return well


def around(table: Floats, seen: Watched, offset: int) -> Floats:
    """Return a default's values in a month before it and in the one before that."""
    return np.stack(
        [table[np.maximum(seen.month + offset + j, 0), seen.firm] for j in (-1, 0)]
    )


def rate(curve: Curve, flag: Floats, of: Flags, seen: Watched, well: Flags) -> Drawn:
    """Return the mean rate a month before default."""
    values, allowed = [], []
    for offset, target in zip(OFFSETS, curve.targets, strict=True):
        cases, asked = around(flag, seen, offset), around(of, seen, offset)
        told = cases[asked]
        values.append(float(told.mean()) if len(told) else 0.0)
        aim = target * curve.seen
        error = np.sqrt(aim * (1 - aim) / max(len(told), 1))
        part = SHARE * abs(target - curve.healthy) * curve.seen
        allowed.append(float(part + ERRORS * error))
    months = list(HEALTHY_MONTHS)
    base = flag[months][:, well][of[months][:, well]]
    return Drawn(curve, values, float(base.mean()), allowed)


def level(curve: Curve, table: Floats, seen: Watched) -> Drawn:
    """Return the median level before default, against the firm's own earlier level."""
    values, allowed = [], []
    adjusted = table / season()[:, None] if curve.id == "sales" else table
    before = base_level(curve, adjusted, seen)
    known = before > 0
    own = Watched(seen.firm[known], seen.month[known])
    for offset, target in zip(OFFSETS, curve.targets, strict=True):
        told = (
            around(adjusted, own, offset).mean(0)
            if curve.id == "sales"
            else adjusted[own.month + offset, own.firm]
        )
        ratio = told / before[known]
        values.append(float(np.median(ratio)))
        # The standard error of a median of n values is about 1.25 s / sqrt(n).
        spread = np.subtract(*np.percentile(ratio, [75, 25])) / 1.35
        error = float(1.25 * spread / np.sqrt(max(len(ratio), 1)))
        allowed.append(SHARE * abs(target - curve.healthy) + ERRORS * error)
    return Drawn(curve, values, 1.0, allowed)


def base_level(curve: Curve, table: Floats, seen: Watched) -> Floats:
    """Return the level that a default's months are measured against."""
    if curve.id == "staff":
        return table[np.maximum(seen.month - 20, 0), seen.firm]
    months = [table[np.maximum(seen.month - 24 + i, 0), seen.firm] for i in range(12)]
    return np.stack(months).mean(0)


def season() -> Floats:
    """Return the factor of each delivered month, by which sales are adjusted."""
    factors = []
    for month in range(MONTHS):
        year, number = divmod(2019 * 12 + month, 12)
        factor = SEASON[number]
        if number < 3:
            factor = FESTIVAL_SEASON[year][number]
        factors.append(factor)
    return np.array(factors, np.float32)
