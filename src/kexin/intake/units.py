"""Errors of unit: 元 for 万元, seen against a firm's other records (Q13).

An amount is compared, in powers of ten, with the median of the firm's amounts of the
same column. A factor of 10,000 stands out of any month-to-month noise; one of 100 only
where the history is quiet. Where there is no history yet, a balance that one corrected
unit makes right tells as much. A suspect record is kept as it was delivered and flagged
twice: with `unit_suspect`, and with the column after a point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.intake.versions import key
from kexin.intake.warehouse import opened
from kexin.registers.quality import WATCHED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.snapshot import Snapshot
    from kexin.registers.contract import Table
    from kexin.registers.quality import Balance, Watched

SUSPECT = "unit_suspect"

HISTORY = 3
"""Least number of amounts, its own included, against which one is judged."""

RECENT = "3 YEAR"
"""How far from a batch's events a firm's history reaches; it bounds the work."""

FAR = 2.5
"""Powers of ten: half-way, for noise of sigma 1.6 in natural logarithms, between what
noise reaches once in 2,700 and what a factor of 10,000 falls below once in 50 (40,000
firms of 36 months, drawn); at sigma 1.1, once in 10^6 and once in 700."""

FARTHEST_DOWN = 6.0
"""Powers of ten; an amount yet smaller is next to nothing, not of another unit."""

QUIET = (7, 0.15)
"""Amounts, and powers of ten between their quartiles, of a quiet history."""

HUNDREDFOLD = (1.7, 2.3)
"""Powers of ten between which a factor of 100 lies."""

TOGETHER = 1.5
"""Powers of ten by which all amounts fall in a month without business."""

WHOLE_ROW = (3.25, 4.75)
"""Powers of ten between which all lie where the whole record has another unit."""

FACTORS = (10_000, 0.0001, 100, 0.01)


def mark_units(
    connection: Backend, contract: type[Table], folder: Path, held: Snapshot
) -> None:
    """Flag the staged records of a table in which an amount has another unit.

    Args:
        connection: Holds `kept_<table>`, its firms found; `marked_<table>` is made.
        contract: The table.
        folder: The warehouse.
        held: The warehouse's tables as they stand.
    """
    watched = WATCHED.get(contract.id)
    if watched is None:
        return
    name, engine = contract.id, connection.con
    before = opened(folder, held.get(name), contract, connection)
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW held_{name} AS {connection.compile(before)}"
    )
    engine.execute(measured(contract, watched))
    far = [f"({suspect(c, watched)}) AS suspect_{c}" for c in watched.columns]
    listed = ", ".join(
        f"CASE WHEN suspect_{c} THEN '{SUSPECT}.{c}' END" for c in watched.columns
    )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE suspects_{name} AS
        WITH judged AS (SELECT delivered, {", ".join(far)} FROM measured)
        SELECT delivered, list_filter([{listed}], lambda f: f IS NOT NULL) AS found
        FROM judged WHERE {" OR ".join(f"suspect_{c}" for c in watched.columns)}
        """  # noqa: S608
    )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW marked_{name} AS
        SELECT t.* REPLACE (
            CASE WHEN found IS NULL OR op = 'D' THEN dq_flags
                 ELSE list_concat(list_filter(dq_flags, lambda f:
                      NOT starts_with(f, '{SUSPECT}')), ['{SUSPECT}'], found)
            END AS dq_flags)
        FROM kept_{name} t LEFT JOIN suspects_{name} s USING (delivered)
        """  # noqa: S608
    )


def measured(contract: type[Table], watched: Watched) -> str:
    """Return the query that makes `measured`: each staged amount beside its history.

    For each column `d_`, the powers of ten above the firm's median, `n_`, the number of
    amounts, and `iqr_`, the powers of ten between their quartiles; and `known` and
    `fallen`, how many amounts of the record have a history, and lie far below it.
    """
    name = contract.id
    kind = f'"{watched.apart}"' if watched.apart else "''"
    amounts = ", ".join(f'"{c}"::DOUBLE AS "{c}"' for c in watched.columns)
    levels = ", ".join(f"{statistics(c)}" for c in watched.columns)
    differences = ", ".join(
        f'CASE WHEN n_{c} >= {HISTORY} THEN log10(abs(nullif("{c}", 0))) - m_{c} END '
        f"AS d_{c}, n_{c}, iqr_{c}"
        for c in watched.columns
    )
    known = " + ".join(f"(d_{c} IS NOT NULL)::INT" for c in watched.columns)
    fallen = " + ".join(
        f"coalesce(d_{c} <= -{TOGETHER}, false)::INT" for c in watched.columns
    )
    alike = " + ".join(
        f"coalesce(-d_{c} BETWEEN {WHOLE_ROW[0]} AND {WHOLE_ROW[1]}, false)::INT"
        for c in watched.columns
    )
    return f"""
    CREATE OR REPLACE TEMP TABLE measured AS
    WITH staged AS (
        SELECT firm_key, {kind} AS kind_, {amounts}, delivered FROM kept_{name}
        WHERE firm_key IS NOT NULL AND op <> 'D'
    ), history AS (
        SELECT firm_key, {kind} AS kind_, {amounts}, NULL::BIGINT AS delivered
        FROM held_{name}
        WHERE op <> 'D' AND firm_key IN (SELECT firm_key FROM staged)
              AND {history(contract)}
    ), levels AS (
        SELECT firm_key, kind_, {levels}
        FROM (FROM staged UNION ALL FROM history) GROUP BY ALL
    ), compared AS (
        SELECT staged.*, {differences}
        FROM staged JOIN levels USING (firm_key, kind_)
    )
    SELECT *, {known} AS known, {fallen} AS fallen, {alike} AS alike FROM compared
    """  # noqa: S608


def history(contract: type[Table]) -> str:
    """Return the condition on held versions that are a firm's history.

    Where a firm has but one record, its versions are; else its other records are.
    """
    if contract.key == ("firm_key",):
        return "true"
    incoming = f"kept_{contract.id}"
    return (
        "superseded_at IS NULL AND event_date "  # noqa: S608
        f"BETWEEN (SELECT min(event_date) FROM {incoming}) - INTERVAL {RECENT} "
        f"AND (SELECT max(event_date) FROM {incoming}) + INTERVAL {RECENT} "
        f"AND {key(contract)} NOT IN (SELECT {key(contract)} FROM {incoming})"
    )


def statistics(column: str) -> str:
    """Return a firm's number, median and spread of amounts, in powers of ten."""
    power = f'log10(abs(nullif("{column}", 0)))'
    return (
        f"count({power}) AS n_{column}, median({power}) AS m_{column}, "
        f"quantile_cont({power}, 0.75) - quantile_cont({power}, 0.25) AS iqr_{column}"
    )


def suspect(column: str, watched: Watched) -> str:
    """Return the condition that a column of `measured` has another unit."""
    d = f"d_{column}"
    many, spread = QUIET
    quiet_month = "(known >= 2 AND fallen = known AND alike < known)"
    alone = " OR ".join(f"abs(d_{c}) < 1" for c in watched.columns if c != column)
    above = f"coalesce({d} >= {FAR}, false)"
    below = (
        f"coalesce({d} BETWEEN -{FARTHEST_DOWN} AND -{FAR}, false) "
        f"AND NOT {quiet_month}"
    )
    hundredfold = (
        f"coalesce(abs({d}) BETWEEN {HUNDREDFOLD[0]} AND {HUNDREDFOLD[1]} "
        f"AND n_{column} >= {many} AND iqr_{column} <= {spread} "
        f"AND (known = 1 OR {alone or 'true'}), false)"
    )
    return " OR ".join([above, below, hundredfold, *mended(column, watched.balance)])


def mended(column: str, balance: Balance | None) -> Iterable[str]:
    """Yield the condition that another unit of a column rights the balance."""
    if balance is None or column not in {balance.whole, *balance.parts}:
        return
    names = (balance.whole, *balance.parts)
    ways = " OR ".join(
        balanced(*(f'"{n}" * {f}' if n == column else f'"{n}"' for n in names))
        for f in FACTORS
    )
    as_is = balanced(*(f'"{n}"' for n in names))
    yield f"coalesce(n_{column} < {HISTORY} AND NOT {as_is} AND ({ways}), false)"


def balanced(whole: str, one: str, other: str) -> str:
    """Return the condition that a whole is the sum of two parts, to 1 %."""
    return f"abs({whole} - ({one} + {other})) <= 0.01 * abs({whole})"
