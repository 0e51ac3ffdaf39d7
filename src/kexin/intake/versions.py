"""From accepted rows to versions: who stood when, computed once, at intake.

The versions of a record are the rows with its natural key, ordered by the moment they
were known, and rows of the same moment by their order of delivery. Each stands until
the next is known, so that of two rows of the same moment the later stands and the
earlier has an empty interval. A withdrawal ends the version before it and never stands
itself: its interval is empty too.

A row is held already if its predecessor says the same and still stood, or if the same
file, or another at the same moment, told it before: an old file that is delivered again
does not turn back what came after it.

The query is SQL, as it is made of window functions over an engine that is DuckDB's
alone: warehouses are written by one engine, whatever reads them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.intake import sql
from kexin.intake.accounts import Restated
from kexin.intake.snapshot import Held, add
from kexin.intake.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.snapshot import Part
    from kexin.registers.contract import Table

PLACED_LAST = ("row_id", "superseded_at", "version_no")
"""Columns that a version gets from its neighbours."""

NAMED_BY = ("src_code", "src_name")
"""How a record names a firm that is not resolved."""

FEW = 500_000
"""Rows of a table up to which its versions are kept at hand and not computed again for
each of its years, of which a registry has forty."""

ORDER = "known_at, delivered IS NOT NULL, number_before, delivered"
"""Order of a record's versions: what stood before comes first on the same moment."""

ONCE = "delivered IS NOT NULL, delivered DESC"
"""Which of equal rows is kept: the one that stood before, else the last delivered."""


class Merged(NamedTuple):
    """What became of a table's accepted rows.

    Attributes:
        accepted: Number of new versions, by batch.
        already_held: Number of rows that were held already, by batch.
        held: The table as it is to be.
        restated: How much of each batch changed what was held.
    """

    accepted: dict[str, int]
    already_held: dict[str, int]
    held: Held
    restated: list[Restated]


def merge(
    connection: Backend, contract: type[Table], folder: Path, before: Held
) -> Merged:
    """Merge the rows of `incoming_<table>` into a table's files.

    Files are rewritten only for years in which a version changes.

    Args:
        connection: Holds `incoming_<table>`: the contract's columns without those that
            come from neighbours, and `delivered`, the rows' order.
        contract: The table.
        folder: The warehouse.
        before: The table as it stands.
    """
    name, engine = contract.id, connection.con
    existing = connection.compile(opened(folder, before, contract, connection))
    engine.execute(f"CREATE OR REPLACE TEMP VIEW existing_{name} AS {existing}")
    engine.execute(told_often(contract))
    engine.execute(judged(contract))
    already_held = sql.counts(
        connection,
        f"SELECT batch_id, count(*) FROM judged_{name} WHERE held_ GROUP BY 1",  # noqa: S608
    )
    rows = sql.number(connection, f"SELECT count(*) FROM incoming_{name}")  # noqa: S608
    engine.execute(settled(contract))
    engine.execute(versions(contract, few=rows <= FEW))
    counted = engine.execute(changes(contract)).fetchall()
    touched = {year for year, *_ in counted}
    kept = [part for part in before.parts if year_of(part) not in touched]
    made = [write_year(connection, contract, folder, y) for y in sorted(touched)]
    accepted: dict[str, int] = defaultdict(int)
    for _, batch, new, *_ in counted:
        accepted[batch] += new
    accepted = {batch: new for batch, new in accepted.items() if new}
    changed = restated(name, counted)
    if not made:
        return Merged(accepted, already_held, before, changed)
    days = [before.first_known, *(str(day) for _, _, _, day, *_ in counted)]
    held = Held(sorted([*kept, *made]), contract.columns(), min(filter(None, days)))
    return Merged(accepted, already_held, held, changed)


def restated(table: str, counted: list[tuple[Any, ...]]) -> list[Restated]:
    """Return how much of each batch changed what a table held (Q23)."""
    batches: dict[str, list[int]] = {}
    for _, batch, new, _, *kinds in counted:
        if new:
            before = batches.get(batch, [0] * len(kinds))
            batches[batch] = [a + b for a, b in zip(before, kinds, strict=True)]
    return [Restated(table, batch, *kinds) for batch, kinds in sorted(batches.items())]


def told_often(contract: type[Table]) -> str:
    """Return the query that makes `often_<table>`: hashes of keys told several times.

    A record of any other key is a first version, alone: it needs no comparing. Where
    keys share a hash they are compared for nothing, and found to be different.
    """
    name, hashed = contract.id, key_hash(contract)
    return f"""
    CREATE OR REPLACE TEMP TABLE often_{name} AS
    WITH told AS (SELECT {hashed} AS hash_ FROM incoming_{name})
    SELECT hash_ FROM told GROUP BY 1 HAVING count(*) > 1
    UNION
    SELECT {hashed} AS hash_ FROM existing_{name} WHERE hash_ IN (FROM told)
    """  # noqa: S608


def judged(contract: type[Table]) -> str:
    """Return the query that makes `judged_<table>` of all rows of keys told often.

    `delivered` is absent for versions that stood before; `held_` marks delivered rows
    that say what is held already. None is dropped here, so that both kinds are counted.
    """
    name = contract.id
    listed = ", ".join(own_columns(contract))
    often = f"{key_hash(contract)} IN (FROM often_{name})"
    return f"""
    CREATE OR REPLACE TEMP TABLE judged_{name} AS
    WITH incoming AS (
        SELECT {listed}, {key(contract)} AS key_, delivered,
               ended AS ended_before, NULL::INTEGER AS number_before,
               CASE WHEN dated THEN known_at END AS dated_
        FROM incoming_{name} WHERE {often}
    ), existing AS (
        SELECT {listed}, {key(contract)} AS key_, NULL::BIGINT AS delivered,
               superseded_at AS ended_before, version_no AS number_before,
               NULL::TIMESTAMP AS dated_
        FROM existing_{name} WHERE {often}
    ), together AS (
        SELECT * REPLACE (CASE op WHEN 'D' THEN 'D' ELSE '' END AS op)
        FROM (FROM existing UNION ALL BY NAME FROM incoming)
    ), marked AS (
        SELECT *, md5({content(contract)}) AS content_ FROM together
    ), repeated AS (
        SELECT *, delivered IS NOT NULL AND (
            row_number() OVER (PARTITION BY key_, content_, known_at ORDER BY {ONCE})
            > 1 OR
            row_number() OVER (PARTITION BY key_, content_, batch_id, dated_
                               ORDER BY {ONCE}) > 1) AS told_before
        FROM marked
    )
    SELECT * EXCLUDE (told_before, dated_),
           told_before OR delivered IS NOT NULL AND coalesce(
               content_ = lag(content_) OVER record_
               AND (op = 'D'
                    OR coalesce(lag(ended_before) OVER record_ >= known_at, true)),
               false) AS held_
    FROM repeated
    WINDOW record_ AS (PARTITION BY key_, told_before ORDER BY {ORDER})
    """  # noqa: S608


def settled(contract: type[Table]) -> str:
    """Return the query that makes `settled_<table>`: versions of keys told often."""
    name = contract.id
    return f"""
    CREATE OR REPLACE TEMP TABLE settled_{name} AS
    WITH numbered AS (
        SELECT * EXCLUDE (held_), lead(known_at) OVER record_ AS next_,
               CAST(row_number() OVER record_ AS INTEGER) AS version_no
        FROM judged_{name} WHERE NOT held_
        WINDOW record_ AS (PARTITION BY key_ ORDER BY {ORDER})
    ), placed AS (
        SELECT * EXCLUDE (op), {row_id(contract)} AS row_id,
               CASE WHEN op = 'D' THEN 'D' WHEN version_no = 1 THEN 'I' ELSE 'U' END
               AS op,
               CASE WHEN op = 'D' THEN known_at ELSE least(next_, ended_before) END
               AS superseded_at
        FROM numbered
    )
    SELECT {", ".join(own_columns(contract))}, row_id, superseded_at, version_no,
           delivered, superseded_at IS DISTINCT FROM ended_before
           OR version_no IS DISTINCT FROM number_before AS changed
    FROM placed
    """  # noqa: S608


def versions(contract: type[Table], *, few: bool) -> str:
    """Return the query that makes `versions_<table>` of what is not held already.

    `changed` marks versions that are new, or whose interval or number is another than
    before. Of keys told once many are computed whenever they are read; few are put
    beside those of `settled_<table>`.
    """
    name = contract.id
    once = f"""
    SELECT {", ".join(own_columns(contract))}, {row_id(contract)} AS row_id,
           CASE WHEN op = 'D' THEN known_at ELSE ended END AS superseded_at,
           1::INTEGER AS version_no, delivered, true AS changed
    FROM incoming_{name} WHERE {key_hash(contract)} NOT IN (FROM often_{name})
    """  # noqa: S608
    made = f"CREATE OR REPLACE TEMP VIEW versions_{name} AS FROM settled_{name}"
    if few:
        return f"INSERT INTO settled_{name} BY NAME {once}; {made}"
    return f"{made} UNION ALL BY NAME {once}"


def row_id(contract: type[Table]) -> str:
    """Return the digest of a version, as its `row_id` is to be."""
    return f"left(md5({content(contract, 'known_at')}), 24)"


def changes(contract: type[Table]) -> str:
    """Return the query for what changed, by year of the event and batch.

    It gives year, batch, number of new versions, and the day the first was known; of
    the new versions, how many are new records, change one, or withdraw one, and in how
    many months they do the latter two.
    """
    return f"""
    SELECT year(event_date), batch_id, count(delivered), min(known_at)::DATE,
           count_if(version_no = 1 AND op <> 'D') FILTER (delivered IS NOT NULL),
           count_if(version_no > 1 AND op <> 'D') FILTER (delivered IS NOT NULL),
           count_if(op = 'D') FILTER (delivered IS NOT NULL),
           count(DISTINCT date_trunc('month', event_date)) FILTER (
               delivered IS NOT NULL AND (version_no > 1 OR op = 'D'))
    FROM versions_{contract.id} WHERE changed GROUP BY 1, 2
    """  # noqa: S608


def own_columns(contract: type[Table]) -> list[str]:
    """Return the columns of a record itself, without those that neighbours give."""
    return [sql.name(c) for c in contract.columns() if c not in PLACED_LAST]


def firm(contract: type[Table]) -> str:
    """Return a record's firm as it stands in its key.

    Two records that nobody could resolve are one only if they name the same.
    """
    if "firm_key" not in contract.key:
        return told(["firm_key"])
    return f"coalesce(firm_key, concat_ws(chr(29), '?', {told(NAMED_BY)}))"


def key(contract: type[Table]) -> str:
    """Return a record's natural key as one text."""
    own = told(name for name in contract.key if name != "firm_key")
    if "firm_key" not in contract.key:
        return f"concat_ws(chr(31), {own})"
    return f"concat_ws(chr(31), {', '.join(filter(None, (firm(contract), own)))})"


def key_hash(contract: type[Table]) -> str:
    """Return the hash of a record's natural key."""
    kinds = contract.columns()
    parts = [
        firm(contract)
        if name == "firm_key"
        else f"{sql.name(name)}::{sql.sql_type(kinds[name])}"
        for name in contract.key
    ]
    return f"hash({', '.join(parts)})"


def content(contract: type[Table], *more: str) -> str:
    """Return what a record says as one text, and more columns behind it."""
    withdrawn = "CASE op WHEN 'D' THEN 'D' ELSE '' END"
    parts = [firm(contract), told(contract.fields()), *more]
    return f"concat_ws(chr(31), '{contract.id}', {withdrawn}, {', '.join(parts)})"


def told(columns: Iterable[str]) -> str:
    """Return columns as text, each with a sign of its own where it is absent."""
    return ", ".join(f'coalesce("{column}"::VARCHAR, chr(30))' for column in columns)


def year_of(part: Part) -> int:
    """Return the year of event dates that a file holds."""
    return int(part.path.rpartition("/")[2].partition("-")[0])


def write_year(
    connection: Backend, contract: type[Table], folder: Path, year: int
) -> Part:
    """Write a year's versions as a new file: the touched records and all others."""
    name = contract.id
    columns = ", ".join(sql.name(column) for column in contract.columns())
    named_by = NAMED_BY if "firm_key" in contract.key else ()
    order = ", ".join(sql.name(column) for column in (*contract.key, *named_by))
    of_year = f"event_date BETWEEN DATE '{year}-01-01' AND DATE '{year}-12-31'"
    query = f"""
    SELECT {columns} FROM (
        SELECT {columns} FROM existing_{name}
        WHERE {of_year} AND {key_hash(contract)} NOT IN (FROM often_{name})
        UNION ALL
        SELECT {columns} FROM versions_{name} WHERE {of_year}
    ) ORDER BY {order}, version_no
    """  # noqa: S608
    beside = folder / f"{name}-{year}.part"
    rows = sql.write(connection, query, beside)
    return add(folder, beside, name, str(year), rows)
