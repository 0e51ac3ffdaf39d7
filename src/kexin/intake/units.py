"""Errors of unit: 元 for 万元, seen against a firm's other records (Q13).

An amount is compared, in powers of ten, with the median of the firm's amounts of the
same column; one that follows another amount closely, after it was divided by that. A
factor of 10,000 stands out of any month-to-month noise; one of 100 only where the
history is quiet. Where there is no history yet, a balance that one corrected unit makes
right tells as much; and some amounts cannot be far from another of their record. A
suspect record is kept as it was delivered and flagged twice: with `unit_suspect`, and
with the column after a point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.intake.versions import key
from kexin.intake.warehouse import opened
from kexin.registers.contract import contracts
from kexin.registers.quality import WATCHED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.snapshot import Snapshot
    from kexin.registers.contract import Table
    from kexin.registers.quality import Balance, Bound, Watched

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

STEADY = (5, 0.5)
"""Amounts, and powers of ten between their quartiles, of one that may come near to zero
and has not done so."""

FACTORS = (10_000, 0.0001, 100, 0.01)

GROSS, ROUGH = 0.9, 0.3
"""Parts of the largest amount by which a balance is missed where a unit of 10,000 is
wrong, and by which those are off that never balanced well."""


def mark_units(
    connection: Backend,
    contract: type[Table],
    folder: Path,
    held: Snapshot,
    staged: Collection[str] = (),
) -> None:
    """Flag the staged records of a table in which an amount has another unit.

    Args:
        connection: Holds `kept_<table>`, its firms found; `marked_<table>` is made.
        contract: The table.
        folder: The warehouse.
        held: The warehouse's tables as they stand.
        staged: Other tables of which the connection holds `kept_<table>`.
    """
    watched = WATCHED.get(contract.id)
    if watched is None:
        return
    name, engine = contract.id, connection.con
    put_held(connection, contract, folder, held)
    if watched.whole:
        put_wholes(connection, watched.whole, folder, held, staged)
    engine.execute(measured(contract, watched))
    far = [f"({suspect(c, watched)}) AS suspect_{c}" for c in watched.judged]
    listed = ", ".join(
        f"CASE WHEN suspect_{c} THEN '{SUSPECT}.{c}' END" for c in watched.judged
    )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE suspects_{name} AS
        WITH judged AS (SELECT delivered, {", ".join(far)} FROM measured)
        SELECT delivered, list_filter([{listed}], lambda f: f IS NOT NULL) AS found
        FROM judged WHERE {" OR ".join(f"suspect_{c}" for c in watched.judged)}
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


def put_held(
    connection: Backend, contract: type[Table], folder: Path, held: Snapshot
) -> None:
    """Make `held_<table>`: what stands in the warehouse."""
    before = opened(folder, held.get(contract.id), contract, connection)
    connection.con.execute(
        f"CREATE OR REPLACE TEMP VIEW held_{contract.id} AS "
        f"{connection.compile(before)}"
    )


def put_wholes(
    connection: Backend,
    whole: tuple[str, str],
    folder: Path,
    held: Snapshot,
    staged: Collection[str],
) -> None:
    """Make `wholes`: of each firm, the amounts of which a record's is a part."""
    name, column = whole
    put_held(connection, contracts()[name], folder, held)
    told = [f"held_{name}", *([f"kept_{name}"] if name in staged else [])]
    query = " UNION ".join(
        f'SELECT firm_key, "{column}"::DOUBLE AS amount, event_date FROM {table} '  # noqa: S608
        "WHERE op <> 'D'"
        for table in told
    )
    connection.con.execute(f"CREATE OR REPLACE TEMP TABLE wholes AS {query}")


def measured(contract: type[Table], watched: Watched) -> str:
    """Return the query that makes `measured`: each staged amount beside its history.

    For each column `d_`, the powers of ten above the firm's median, `n_`, the number of
    amounts, and `iqr_`, the powers of ten between their quartiles; and `known` and
    `fallen`, how many amounts of the record have a history, and lie far below it.
    """
    name = contract.id
    kind = f'"{watched.apart}"' if watched.apart else "''"
    amounts = ", ".join(
        f'"{c}"::DOUBLE AS "{c}"'
        for c in dict.fromkeys((*watched.judged, *sizes(watched)))
    )
    levels = ", ".join(f"{statistics(c, watched)}" for c in watched.compared)
    differences = ", ".join(
        f"CASE WHEN n_{c} >= {HISTORY} THEN {power(c, watched)} - m_{c} END "
        f"AS d_{c}, n_{c}, iqr_{c}"
        for c in watched.compared
    )
    known = total(f"d_{c} IS NOT NULL" for c in watched.columns)
    fallen = total(f"coalesce(d_{c} <= -{TOGETHER}, false)" for c in watched.columns)
    alike = total(
        f"coalesce(-d_{c} BETWEEN {WHOLE_ROW[0]} AND {WHOLE_ROW[1]}, false)"
        for c in watched.columns
    )
    own = f"firm_key, {kind} AS kind_, {amounts}, event_date, {key(contract)} AS key_"
    return f"""
    CREATE OR REPLACE TEMP TABLE measured AS
    WITH staged AS (
        SELECT {own}, delivered FROM kept_{name}
        WHERE firm_key IS NOT NULL AND op <> 'D'
    ), history AS (
        SELECT {own} FROM held_{name}
        WHERE op <> 'D' AND firm_key IN (SELECT firm_key FROM staged)
              AND {history(contract)}
    ), every AS (
        FROM (SELECT * EXCLUDE (delivered) FROM staged UNION FROM history)
        {wholes(watched)}
    ), levels AS (
        SELECT firm_key, kind_, {levels} FROM every GROUP BY ALL
    ), compared AS (
        SELECT staged.*, {differences}
        FROM staged JOIN levels USING (firm_key, kind_)
    )
    SELECT *, {known} AS known, {fallen} AS fallen, {alike} AS alike FROM compared
    """  # noqa: S608


def wholes(watched: Watched) -> str:
    """Return what adds `wholes` to a table's amounts: each is a part, all of itself."""
    if not watched.whole:
        return ""
    ((part, of),) = watched.per.items()
    return (
        f"UNION ALL BY NAME (SELECT firm_key, '' AS kind_, amount AS \"{part}\", "  # noqa: S608
        f'1 AS "{of}" FROM wholes WHERE firm_key IN (SELECT firm_key FROM staged))'
    )


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


def sizes(watched: Watched) -> tuple[str, ...]:
    """Return the columns with which amounts of the same record are compared."""
    return (*watched.per.values(), *(n for b in watched.bounds for n in b.sizes))


def total(conditions: Iterable[str]) -> str:
    """Return how many of some conditions hold."""
    return " + ".join(["0", *(f"({condition})::INT" for condition in conditions)])


def power(column: str, watched: Watched) -> str:
    """Return an amount, or what it is for one of its `per`, in powers of ten."""
    amount = f'nullif("{column}", 0)'
    if column in watched.per:
        amount = f'{amount} / nullif("{watched.per[column]}", 0)'
    return f"log10(abs({amount}))"


def statistics(column: str, watched: Watched) -> str:
    """Return a firm's number, median and spread of amounts, in powers of ten."""
    told = power(column, watched)
    return (
        f"count({told}) AS n_{column}, median({told}) AS m_{column}, "
        f"quantile_cont({told}, 0.75) - quantile_cont({told}, 0.25) AS iqr_{column}"
    )


def suspect(column: str, watched: Watched) -> str:
    """Return the condition that a column of `measured` has another unit."""
    ways = [*mended(column, watched.balance), *out_of_bounds(column, watched)]
    if column in watched.columns:
        ways += alone(column, watched)
    elif column in watched.per:
        ways.append(beside(column, watched))
    return " OR ".join(ways)


def alone(column: str, watched: Watched) -> list[str]:
    """Return the conditions that an amount is far from the firm's others."""
    d = f"d_{column}"
    up, down = (sound(column, watched.balance, f) for f in (10_000, 0.0001))
    many, spread = QUIET
    quiet_month = "(known >= 2 AND fallen = known AND alike < known)"
    usual = " OR ".join(f"abs(d_{c}) < 1" for c in watched.columns if c != column)
    above = f"coalesce({d} >= {FAR}, false) AND NOT {down}"
    below = (
        f"coalesce({d} BETWEEN -{FARTHEST_DOWN} AND -{FAR}, false) "
        f"AND NOT {quiet_month} AND NOT {up}"
    )
    hundredfold = (
        f"coalesce(abs({d}) BETWEEN {HUNDREDFOLD[0]} AND {HUNDREDFOLD[1]} "
        f"AND n_{column} >= {many} AND iqr_{column} <= {spread} "
        f"AND (known = 1 OR {usual or 'true'}), false)"
    )
    return [above, below, hundredfold]


def beside(column: str, watched: Watched) -> str:
    """Return the condition that an amount is far from what it follows closely.

    That one must be as usual itself, or the record tells nothing of this one.
    """
    d, followed = f"d_{column}", watched.per[column]
    far = f"({d} >= {FAR} OR {d} BETWEEN -{FARTHEST_DOWN} AND -{FAR})"
    if followed in watched.compared:
        far += f" AND coalesce(abs(d_{followed}) < {TOGETHER}, true)"
    if column in watched.swinging:
        far += f" AND n_{column} >= {STEADY[0]} AND iqr_{column} <= {STEADY[1]}"
    return f"coalesce({far}, false)"


def out_of_bounds(column: str, watched: Watched) -> Iterable[str]:
    """Yield the conditions that an amount cannot be, beside others of its record.

    Where nothing else tells which of two is wrong, both are suspect.
    """
    for bound in watched.bounds:
        outside = broken(bound)
        if column == bound.amount:
            others = set(bound.sizes) & set(watched.compared)
            explained = [f"abs(d_{c}) >= {FAR}" for c in sorted(others)] or ["false"]
            excused = f"coalesce({' OR '.join(explained)}, false)"
            yield f"coalesce({outside}, false) AND NOT {excused}"
        elif (column,) == bound.sizes:
            yield f"coalesce({outside} AND n_{column} < {HISTORY}, false)"


def broken(bound: Bound) -> str:
    """Return the condition that an amount is out of its bounds."""
    against = ", ".join(f'abs("{size}")' for size in bound.sizes)
    apart = f'log10(nullif(abs("{bound.amount}"), 0) / nullif(greatest({against}), 0))'
    least = "false" if bound.least is None else f"{apart} < {bound.least}"
    return f"({apart} > {bound.most} OR {least})"


def mended(column: str, balance: Balance | None) -> Iterable[str]:
    """Yield the condition that another unit of a column rights the balance.

    Where the firm has a history, the amount must not be as usual.
    """
    if balance is None or column not in balance.amounts:
        return
    as_is, far = amounts(balance), f"abs(d_{column}) >= {TOGETHER}"
    ways = {factor: amounts(balance, column, factor) for factor in FACTORS}
    rights = " OR ".join(balanced(*way) for way in ways.values())
    nearly = " OR ".join(f"{missed(*ways[f])} <= {ROUGH}" for f in FACTORS[:2])
    yield (
        f"coalesce(NOT {balanced(*as_is)} AND (n_{column} < {HISTORY} AND ({rights}) "
        f"OR (n_{column} < {HISTORY} OR {far}) AND {missed(*as_is)} >= {GROSS} "
        f"AND ({nearly})), false)"
    )


def sound(column: str, balance: Balance | None, factor: float) -> str:
    """Return the condition that a balance is right, and would not be by a factor."""
    if balance is None or column not in balance.amounts:
        return "false"
    as_is, other = amounts(balance), amounts(balance, column, factor)
    return f"coalesce({balanced(*as_is)} AND NOT {balanced(*other)}, false)"


def amounts(balance: Balance, column: str = "", factor: float = 1) -> list[str]:
    """Return the amounts of a balance, a column of them taken times a factor."""
    return [f'"{n}" * {factor}' if n == column else f'"{n}"' for n in balance.amounts]


def balanced(whole: str, one: str, other: str) -> str:
    """Return the condition that a whole is the sum of two parts, to 1 %."""
    return f"abs({whole} - ({one} + {other})) <= 0.01 * abs({whole})"


def missed(whole: str, one: str, other: str) -> str:
    """Return by which part of the largest of them a whole is not the sum of two."""
    largest = f"greatest(abs({whole}), abs({one}), abs({other}))"
    return f"abs({whole} - ({one} + {other})) / nullif({largest}, 0)"
