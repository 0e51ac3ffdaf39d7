"""Staged records to firms: what bureaus know a firm by becomes its `firm_key`.

Records of deliveries that know firms by local ids have their key already and are left
alone. All others name somebody by a code, a name or both; each distinct way of naming
is resolved once. Who is not resolved is held without a key, and tried again whenever a
code or a name arrives in the registers that tell who is who.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from kexin.identity.agents import AGENT, misused
from kexin.identity.codes import uscc
from kexin.identity.directory import SOURCES, directory
from kexin.identity.ladder import resolve
from kexin.identity.mentions import normalised
from kexin.intake import sql
from kexin.intake.staging import staged_as
from kexin.intake.versions import PLACED_LAST
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
        connection: Holds `incoming_<table>` for each of the tables.
        folder: The warehouse.
        names: Tables with staged records.
        snapshot: The warehouse's tables as they stand.
        given: What counts as certain.
    """
    staged = [contracts()[name] for name in sorted(names)]
    if not staged or not put_mentions(connection, staged):
        return
    for contract in staged:
        take_codes(connection, contract)
    known = directory_of(connection, folder, snapshot, [t.id for t in staged])
    mentions = connection.con.execute(
        "SELECT mention, code, name, day, place FROM mentions ORDER BY mention"
    ).df()
    wrong = misused(mentions, known, given.agents)
    agents = pa.array(mentions["mention"][wrong].tolist(), pa.int64())
    put(connection, "agent_mentions", pa.table({"mention": agents}))
    mentions["code"] = mentions["code"].mask(wrong)
    found = resolve(normalised(mentions), known, given)
    put(connection, "matches", connection.to_pyarrow(found))
    for contract in staged:
        take_matches(connection, contract)


def put(connection: Backend, name: str, rows: pa.Table) -> None:
    """Write rows to a table of the engine."""
    engine = connection.con
    engine.register("rows_to_put", rows)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM rows_to_put")
    engine.unregister("rows_to_put")


def put_mentions(connection: Backend, staged: list[type[Table]]) -> int:
    """Write each distinct way in which staged records name somebody; their number.

    The day and the place matter only where no code decides, and are left out there:
    a firm has one code and many days.
    """
    engine = connection.con
    parts = [
        f"SELECT src_code AS code, src_name AS name, event_date AS day, "  # noqa: S608
        f"{place(contract)} AS place FROM incoming_{contract.id} WHERE {NAMED}"
        for contract in staged
    ]
    engine.execute("CREATE OR REPLACE TEMP TABLE named AS " + " UNION ".join(parts))
    codes = engine.execute(
        "SELECT DISTINCT code FROM named WHERE code IS NOT NULL"
    ).fetchall()
    valid = {code: uscc(code) for (code,) in codes}
    kept = {code: value for code, value in valid.items() if value}
    put(
        connection,
        "valid_codes",
        pa.table(
            {
                "code": pa.array(list(kept), pa.string()),
                "uscc": pa.array(list(kept.values()), pa.string()),
            }
        ),
    )
    engine.execute(
        """
        CREATE OR REPLACE TEMP TABLE mentions AS
        WITH short AS (
            SELECT DISTINCT code, name, uscc,
                   CASE WHEN uscc IS NULL THEN day END AS day,
                   CASE WHEN uscc IS NULL THEN place END AS place
            FROM named LEFT JOIN valid_codes USING (code)
        )
        SELECT row_number() OVER (ORDER BY code, name, day, place) AS mention, *
        FROM short
        """
    )
    return int(engine.execute("SELECT count(*) FROM mentions").fetchall()[0][0])


def place(contract: type[Table]) -> str:
    """Return where a record says that it happened: a court's sign or a division."""
    if contract.place is None:
        return "NULL::VARCHAR"
    return f"nullif(regexp_extract(\"{contract.place}\", '{COURT_OR_DIVISION}'), '')"


def take_codes(connection: Backend, contract: type[Table]) -> None:
    """Let valid codes be keys for now, so that the directory knows whose a name is."""
    if contract.id in SOURCES:
        connection.con.execute(
            f"UPDATE incoming_{contract.id} SET firm_key = c.uscc "  # noqa: S608
            f"FROM valid_codes c WHERE c.code = src_code AND {NAMED}"
        )


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
            new = connection.table(f"incoming_{name}").select(*columns)
            table = table.union(new)
        tables[name] = table
    return directory(tables)


def take_matches(connection: Backend, contract: type[Table]) -> None:
    """Write firm, step and confidence into the staged records that were resolved."""
    name = f"incoming_{contract.id}"
    derived = "".join(
        f', CASE WHEN named_ THEN {FOUND[found]} ELSE "{column}" END AS "{column}"'
        for column, found in contract.derived.items()
    )
    where = place(contract)
    connection.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {name} AS
        WITH placed AS (
            SELECT t.*, m.firm_key AS firm_, m.step AS step_, m.via_branch AS branch_,
                   m.confidence AS confidence_, m.flag AS flag_, {NAMED} AS named_,
                   a.mention IS NOT NULL AS agent_
            FROM {name} t
            LEFT JOIN valid_codes c ON t.src_code = c.code
            LEFT JOIN mentions n
              ON t.src_code IS NOT DISTINCT FROM n.code
             AND t.src_name IS NOT DISTINCT FROM n.name
             AND (CASE WHEN c.uscc IS NULL THEN t.event_date END)
                 IS NOT DISTINCT FROM n.day
             AND (CASE WHEN c.uscc IS NULL THEN {where} END)
                 IS NOT DISTINCT FROM n.place
            LEFT JOIN matches m ON n.mention = m.mention
            LEFT JOIN agent_mentions a ON n.mention = a.mention
        )
        SELECT * EXCLUDE (
            firm_, step_, branch_, confidence_, flag_, named_, agent_
        ) REPLACE (
            CASE WHEN named_ THEN firm_ ELSE firm_key END AS firm_key,
            CASE WHEN named_ THEN step_ ELSE firm_step END AS firm_step,
            CASE WHEN named_ THEN confidence_ ELSE firm_conf END AS firm_conf,
            CASE WHEN named_ THEN list_concat(dq_flags, list_filter([
                CASE WHEN firm_ IS NULL THEN '{UNMATCHED}' END,
                CASE WHEN branch_ THEN '{VIA_BRANCH}' END,
                CASE WHEN agent_ THEN '{AGENT}' END,
                nullif(flag_, '')], lambda flag: flag IS NOT NULL))
            ELSE dq_flags END AS dq_flags{derived})
        FROM placed
        """  # noqa: S608
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
            table.firm_key.isnull(), table.superseded_at.isnull(), table.op != "D"
        )
        rows = connection.to_pyarrow(left)
        if rows.num_rows:
            put(connection, "left_over", rows)
            add_left_over(connection, contract, received)
            names.append(name)
    return names


def add_left_over(connection: Backend, contract: type[Table], received: date) -> None:
    """Append the records of `left_over`, numbered below those of the delivery."""
    staged_as(connection, contract)
    own = [column for column in contract.columns() if column not in PLACED_LAST]
    fixed = {
        "known_at": f"TIMESTAMP '{received}'",
        "op": "'I'",
        "dq_flags": f"list_filter(dq_flags, lambda flag: flag <> '{UNMATCHED}')",
    }
    columns = ", ".join(fixed.get(column, f'"{column}"') for column in own)
    connection.con.execute(
        f"INSERT INTO incoming_{contract.id} SELECT {columns}, "  # noqa: S608
        "-row_number() OVER (ORDER BY row_id), NULL, false FROM left_over"
    )


def settle_left_over(connection: Backend, contract: type[Table]) -> int:
    """Keep of the records tried again those that found their firm; their number.

    Each becomes a new version, known from the day of receipt: what was visible before
    stays as it was. Where the firm is part of the key, the version without one is
    withdrawn on that day.
    """
    name = f"incoming_{contract.id}"
    engine = connection.con
    engine.execute(f"DELETE FROM {name} WHERE delivered < 0 AND firm_key IS NULL")  # noqa: S608
    found = sql.number(
        connection,
        f"SELECT count(*) FROM {name} WHERE delivered < 0",  # noqa: S608
    )
    if "firm_key" in contract.key:
        engine.execute(
            f"INSERT INTO {name} SELECT * REPLACE (NULL AS firm_key, 'D' AS op) "  # noqa: S608
            f"FROM {name} WHERE delivered < 0"
        )
    return found
