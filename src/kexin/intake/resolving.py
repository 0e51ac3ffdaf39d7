"""Staged records to firms: what bureaus know a firm by becomes its `firm_key`.

Records of deliveries that know firms by local ids have their key already and are left
alone. All others name somebody by a code, a name or both; each distinct way of naming
is resolved once. Who is not resolved is held without a key, and tried again whenever a
code or a name arrives in the registers that tell who is who.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from kexin.identity.agents import AGENT, MANY, misused
from kexin.identity.codes import uscc
from kexin.identity.directory import SOURCES, directory
from kexin.identity.ladder import resolve
from kexin.identity.mentions import normalised
from kexin.intake import sql
from kexin.intake.snapshot import STAGING
from kexin.intake.staging import put_incoming, put_staged, staged_columns
from kexin.intake.warehouse import opened
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from kexin.identity.directory import Directory
    from kexin.identity.ladder import Thresholds
    from kexin.intake.snapshot import Snapshot
    from kexin.registers.contract import Found, Table

UNMATCHED = "unmatched"
MATCHED = "matched"
"""Folder, beside those of staged tables, of their rows with the firms found."""

VIA_BRANCH = "via_branch"

FOUND: Mapping[Found, str] = {
    "firm_key": "firm_",
    "firm_step": "step_",
    "firm_conf": "confidence_",
    "via_branch": "coalesce(branch_, false)",
}
"""Where a match tells what columns of contracts are derived from it."""

NAMED = "firm_step IS NULL AND (src_code IS NOT NULL OR src_name IS NOT NULL)"
"""Whether a staged record names somebody who is still to be found."""

COURT_OR_DIVISION = "[一-龥][0-9]{2,4}|^[0-9]{6}$"
"""A court's sign inside a case number, or a division's code alone."""


def resolved(
    connection: Backend,
    folder: Path,
    names: Iterable[str],
    snapshot: Snapshot,
    given: Thresholds,
) -> None:
    """Give every staged record of some tables its firm, where exactly one is meant.

    Args:
        connection: Holds `tried_<table>` for each of the tables.
        folder: The warehouse.
        names: Tables with staged records.
        snapshot: The warehouse's tables as they stand.
        given: What counts as certain.
    """
    staged = [contracts()[name] for name in sorted(names)]
    naming = [contract for contract in staged if names_somebody(connection, contract)]
    if not naming:
        return
    put_codes(connection, naming)
    put_mentions(connection, naming)
    registers = [contract for contract in naming if contract.id in SOURCES]
    for contract in registers:
        put_named(connection, contract.id)
    new = 1
    while new:
        known = directory_of(connection, folder, snapshot, [t.id for t in registers])
        put_found(connection, known, given)
        for contract in registers:
            take_matches(connection, contract, folder)
        new = sum(learned(connection, contract.id) for contract in registers)
    for contract in naming:
        if contract not in registers:
            take_matches(connection, contract, folder)


def put_found(connection: Backend, known: Directory, given: Thresholds) -> None:
    """Write who is meant by each mention, as far as a directory tells."""
    put_agents(connection, known, given.agents)
    mentions = connection.con.sql(
        "SELECT mention, CASE WHEN a.mention IS NULL THEN code END AS code, name, day, "
        "place FROM mentions m LEFT JOIN agent_mentions a USING (mention) ORDER BY 1"
    ).to_arrow_table()
    found = resolve(normalised(mentions), known, given)
    put(connection, "matches", connection.to_pyarrow(found))
    put_who(connection)


def put(connection: Backend, name: str, rows: pa.Table) -> None:
    """Write rows to a table of the engine."""
    engine = connection.con
    engine.register("rows_to_put", rows)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM rows_to_put")
    engine.unregister("rows_to_put")


def names_somebody(connection: Backend, contract: type[Table]) -> bool:
    """Whether a table has a staged record whose firm is still to be found."""
    query = f"SELECT 1 FROM tried_{contract.id} WHERE {NAMED} LIMIT 1"  # noqa: S608
    return bool(connection.con.execute(query).fetchall())


def put_codes(connection: Backend, staged: list[type[Table]]) -> None:
    """Write the valid codes among those by which staged records name somebody."""
    parts = [
        f"SELECT src_code FROM tried_{contract.id} "  # noqa: S608
        f"WHERE {NAMED} AND src_code IS NOT NULL"
        for contract in staged
    ]
    codes = connection.con.execute(" UNION ".join(parts)).fetchall()
    valid = {code: uscc(code) for (code,) in codes}
    kept = {code: value for code, value in valid.items() if value}
    rows = {
        "code": pa.array(list(kept), pa.string()),
        "uscc": pa.array(list(kept.values()), pa.string()),
    }
    put(connection, "valid_codes", pa.table(rows))


def put_mentions(connection: Backend, staged: list[type[Table]]) -> None:
    """Write each distinct way in which staged records name somebody.

    The day and the place matter only where no code decides, and are left out there:
    a firm has one code and many days.
    """
    parts = [
        f"SELECT DISTINCT src_code AS code, src_name AS name, "  # noqa: S608
        f"{day_of('t')} AS day, {place_of(contract)} AS place "
        f"FROM tried_{contract.id} t LEFT JOIN valid_codes c ON t.src_code = c.code "
        f"WHERE {NAMED}"
        for contract in staged
    ]
    connection.con.execute(
        "CREATE OR REPLACE TEMP TABLE mentions AS "  # noqa: S608
        "SELECT row_number() OVER (ORDER BY code, name, day, place) AS mention, * "
        f"FROM ({' UNION '.join(parts)})"
    )


def put_agents(connection: Backend, known: Directory, listed: Collection[str]) -> None:
    """Write the mentions whose code is an agent's, and says nothing of who is meant."""
    put(connection, "listed_agents", pa.table({"code": pa.array(listed, pa.string())}))
    beside = connection.con.execute(
        f"""
        SELECT mention, code, name FROM mentions WHERE name IS NOT NULL AND code IN (
            SELECT code FROM mentions JOIN valid_codes USING (code)
            GROUP BY code HAVING count(DISTINCT name) >= {MANY}
            UNION ALL SELECT v.code FROM valid_codes v JOIN listed_agents l
            ON v.uscc = l.code)
        ORDER BY mention
        """  # noqa: S608
    ).df()
    wrong = beside["mention"][misused(beside, known, listed)]
    rows = {"mention": pa.array(wrong.tolist(), pa.int64())}
    put(connection, "agent_mentions", pa.table(rows))


def put_who(connection: Backend) -> None:
    """Write who is meant by each mention, and what its records are flagged with."""
    connection.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE who AS
        SELECT n.* EXCLUDE (mention), m.firm_key AS firm_, m.step AS step_,
               m.confidence AS confidence_, m.via_branch AS branch_,
               list_filter([
                   CASE WHEN m.firm_key IS NULL THEN '{UNMATCHED}' END,
                   CASE WHEN m.via_branch THEN '{VIA_BRANCH}' END,
                   CASE WHEN a.mention IS NOT NULL THEN '{AGENT}' END,
                   nullif(m.flag, '')], lambda flag: flag IS NOT NULL) AS flags_
        FROM mentions n LEFT JOIN matches m USING (mention)
        LEFT JOIN agent_mentions a ON n.mention = a.mention
        """  # noqa: S608
    )


def day_of(table: str) -> str:
    """Return the day of a record that no code tells who it is of."""
    return f"CASE WHEN c.uscc IS NULL THEN {table}.event_date END"


def place_of(contract: type[Table]) -> str:
    """Return the place of a record that no code tells who it is of."""
    return f"CASE WHEN c.uscc IS NULL THEN {place(contract)} END"


def place(contract: type[Table]) -> str:
    """Return where a record says that it happened: a court's sign or a division."""
    if contract.place is None:
        return "NULL::VARCHAR"
    return f"nullif(regexp_extract(\"{contract.place}\", '{COURT_OR_DIVISION}'), '')"


def directory_of(
    connection: Backend, folder: Path, snapshot: Snapshot, staged: Collection[str]
) -> Directory:
    """Return the directory of what is held and what is staged."""
    tables = {}
    for name, columns in SOURCES.items():
        contract = contracts()[name]
        held = opened(folder, snapshot.get(name), contract, connection)
        table: ir.Table = held.select(*columns)
        if name in staged:
            table = table.union(connection.table(f"named_{name}").select(*columns))
        tables[name] = table
    return directory(tables)


def put_named(connection: Backend, name: str) -> None:
    """Make `named_<table>`: staged records with their valid codes as keys for now.

    So the directory knows whose a name is.
    """
    connection.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE named_{name} AS
        SELECT {", ".join(SOURCES[name])} FROM (
            SELECT t.* REPLACE (coalesce(CASE WHEN {NAMED} THEN c.uscc END, firm_key)
                                AS firm_key)
            FROM tried_{name} t LEFT JOIN valid_codes c ON t.src_code = c.code)
        """  # noqa: S608
    )


def learned(connection: Backend, name: str) -> int:
    """Add to `named_<table>` records that found their firm; how many are new to it.

    A former name whose row has no code finds its firm by the current one, and tells the
    directory a name: whoever bears it must be looked for once more, or he would be
    found only when the same delivery comes again.
    """
    return sql.number(
        connection,
        f"""
        INSERT INTO named_{name}
        SELECT {", ".join(SOURCES[name])} FROM matched_{name}
        WHERE firm_key IS NOT NULL EXCEPT FROM named_{name}
        """,  # noqa: S608
    )


def take_matches(connection: Backend, contract: type[Table], folder: Path) -> None:
    """Let `matched_<table>` tell firm, step and confidence of who was resolved.

    It is written down: a dozen queries read it, each of which would look for the firms
    again.
    """
    derived = "".join(
        f', CASE WHEN {NAMED} THEN {FOUND[found]} ELSE "{column}" END AS "{column}"'
        for column, found in contract.derived.items()
    )
    beside = folder / STAGING / MATCHED
    beside.mkdir(parents=True, exist_ok=True)
    put_staged(
        connection,
        f"matched_{contract.id}",
        f"""
        SELECT t.* REPLACE (
            CASE WHEN {NAMED} THEN firm_ ELSE firm_key END AS firm_key,
            CASE WHEN {NAMED} THEN step_ ELSE firm_step END AS firm_step,
            CASE WHEN {NAMED} THEN confidence_ ELSE firm_conf END AS firm_conf,
            CASE WHEN {NAMED} AND len(flags_) > 0 THEN list_concat(dq_flags, flags_)
                 ELSE dq_flags END AS dq_flags{derived})
        FROM tried_{contract.id} t
        LEFT JOIN valid_codes c ON t.src_code = c.code
        LEFT JOIN who n
          ON t.src_code IS NOT DISTINCT FROM n.code
         AND t.src_name IS NOT DISTINCT FROM n.name
         AND {day_of("t")} IS NOT DISTINCT FROM n.day
         AND {place_of(contract)} IS NOT DISTINCT FROM n.place
        """,  # noqa: S608
        beside / f"{contract.id}.parquet",
    )


def stage_again(
    connection: Backend, folder: Path, snapshot: Snapshot, received: date
) -> list[str]:
    """Stage the records that nobody could resolve, to be tried with what is new.

    Returns:
        The tables with such records; each has `incoming_<table>`.
    """
    names = []
    for name, held in snapshot.items():
        contract = contracts().get(name)
        if contract is None:
            continue
        table = opened(folder, held, contract, connection)
        left = table.filter(
            table.firm_key.isnull(), table.superseded_at.isnull(), table["op"] != "D"
        )
        if put_left_over(connection, contract, connection.compile(left), received):
            put_incoming(connection, folder, contract)
            try_again(connection, contract)
            names.append(name)
    return names


def put_left_over(
    connection: Backend, contract: type[Table], left: str, received: date
) -> int:
    """Put the records of a query to `left_<table>`, and return their number.

    In the order of delivery they stand before all that is delivered.
    """
    name = contract.id
    fixed = {
        "known_at": f"TIMESTAMP '{received}'",
        "op": "'I'",
        "dq_flags": f"list_filter(dq_flags, lambda flag: flag <> '{UNMATCHED}')",
        "delivered": "-row_number() OVER (ORDER BY row_id, src_code, src_name)",
        "ended": "NULL",
        "dated": "false",
    }
    columns = ", ".join(
        f"({fixed.get(column, sql.name(column))})::{kind} AS {sql.name(column)}"
        for column, kind in staged_columns(contract).items()
    )
    connection.con.execute(
        f"CREATE OR REPLACE TEMP TABLE left_{name} AS SELECT {columns} FROM ({left})"  # noqa: S608
    )
    return sql.number(connection, f"SELECT count(*) FROM left_{name}")  # noqa: S608


def try_again(connection: Backend, contract: type[Table]) -> None:
    """Let `tried_<table>` hold the records of `left_<table>` too."""
    name = contract.id
    connection.con.execute(
        f"CREATE OR REPLACE TEMP VIEW tried_{name} AS "
        f"FROM staged_{name} UNION ALL BY NAME FROM left_{name}"
    )


def settle_left_over(connection: Backend, contract: type[Table]) -> int:
    """Keep of the records tried again those that found their firm; their number.

    Each becomes a new version, known from the day of receipt: what was visible before
    stays as it was. Where the firm is part of the key, the version without one is
    withdrawn on that day.
    """
    name = contract.id
    engine = connection.con
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE found_{name} AS FROM matched_{name} "
        "WHERE delivered < 0 AND firm_key IS NOT NULL"
    )
    found = sql.number(connection, f"SELECT count(*) FROM found_{name}")  # noqa: S608
    if "firm_key" in contract.key:
        engine.execute(
            f"INSERT INTO found_{name} SELECT * REPLACE (NULL AS firm_key, 'D' AS op) "  # noqa: S608
            f"FROM found_{name}"
        )
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW kept_{name} AS "
        f"FROM matched_{name} WHERE delivered >= 0 UNION ALL BY NAME FROM found_{name}"
    )
    return found
