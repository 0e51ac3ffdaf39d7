"""What became of a city's deliveries in a warehouse, held against the truth.

The warehouse is read as the files that it is, so that nothing here shares code with the
intake that is judged (SIMULATOR.md check C26; REGISTERS.md sections 1.6 and 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import duckdb

from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MASK = "某"

CATCHES = {
    "absent": "refused",
    "impossible_day": "refused OR flags LIKE '%impossible_day%'",
    "garbled": "refused OR flags LIKE '%text_damaged%'",
    "unit": "refused OR flags LIKE '%unit_suspect%'",
    "mistyped_code": "refused OR not_another",
    "agent_code": "refused OR not_another OR flags LIKE '%code_name_conflict%'",
    "old_code": "refused OR not_another",
}
"""By kind of damage, when it counts as caught: the row is refused, its record flagged,
or its wrong code not believed, so that it was given to nobody else."""


class Step(NamedTuple):
    """How one step of the ladder did, in one table.

    Attributes:
        table: The table.
        step: Step; empty for records without a firm.
        right: Records given to their firm; of those without one, that are nobody's.
        wrong: Records given to another firm, or to one although they are nobody's.
        missed: Records without a firm that name one of the city in full.
        masked: Records without a firm whose name is masked.
        persons: Natural persons that were given to a firm.
    """

    table: str
    step: str
    right: int
    wrong: int
    missed: int
    masked: int
    persons: int


class Caught(NamedTuple):
    """How many rows that were damaged in one way were caught."""

    kind: str
    rows: int
    caught: int


class Refused(NamedTuple):
    """How many clean rows there were, and how many of them were refused."""

    clean: int
    refused: int


def opened_both(city: Path, warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with `truth_<table>`, `held_<table>` and `refused`.

    Args:
        city: A city with deliveries.
        warehouse: The warehouse that took them in.
    """
    engine = duckdb.connect()
    for path in sorted((city / "truth" / "gt_map").glob("*.parquet")):
        name = path.stem
        parts = warehouse / name
        engine.execute(
            f"CREATE VIEW truth_{name} AS SELECT *, parse_filename(file) AS file_name "
            f"FROM '{path}'"
        )
        key = " || '|' || ".join(
            f"coalesce(\"{column}\"::VARCHAR, '')" for column in contracts()[name].key
        )
        source = f"read_parquet('{parts}/*.parquet', union_by_name = true)"
        if parts.is_dir():
            engine.execute(
                f"CREATE VIEW held_{name} AS SELECT {key} AS key, firm_key, firm_step, "
                f"src_name, op, superseded_at, array_to_string(dq_flags, ',') AS flags "
                f"FROM {source}"
            )
    engine.execute(
        f'CREATE VIEW refused AS SELECT DISTINCT file, row, "table" AS name '
        f"FROM read_parquet('{warehouse}/quarantine/*.parquet')"
    )
    return engine


def held(engine: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the tables that are held and of which the truth is told."""
    views = engine.execute(
        "SELECT view_name FROM duckdb_views() WHERE view_name LIKE 'held_%'"
    ).fetchall()
    return sorted(name.removeprefix("held_") for (name,) in views)


def steps(engine: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """Yield how each step did, for tables of which every row's firm is known."""
    for name in held(engine):
        judged = engine.execute(
            f"SELECT count(*) FROM truth_{name} WHERE kind IS NULL"
        ).fetchall()[0][0]
        if not judged:
            continue
        rows = engine.execute(
            f"""
            WITH who AS (SELECT key, any_value(uscc) AS uscc, bool_or(is_person) AS
                         is_person FROM truth_{name} GROUP BY key),
            stands AS (SELECT * FROM held_{name}
                       WHERE op <> 'D' AND superseded_at IS NULL)
            SELECT coalesce(firm_step, '') AS step,
                   count_if(firm_key IS NOT DISTINCT FROM uscc),
                   count_if(firm_key IS NOT NULL AND firm_key IS DISTINCT FROM uscc),
                   count_if(firm_key IS NULL AND uscc IS NOT NULL
                            AND NOT contains(coalesce(src_name, ''), '{MASK}')),
                   count_if(firm_key IS NULL AND uscc IS NOT NULL
                            AND contains(coalesce(src_name, ''), '{MASK}')),
                   count_if(is_person AND firm_key IS NOT NULL)
            FROM stands JOIN who USING (key) GROUP BY ALL ORDER BY step
            """
        ).fetchall()
        for row in rows:
            yield Step(name, *row)


def caught(engine: duckdb.DuckDBPyConnection) -> list[Caught]:
    """Return, by kind of damage, how many damaged rows were caught."""
    told: dict[str, list[int]] = {kind: [0, 0] for kind in CATCHES}
    for name in held(engine):
        for kind, condition in CATCHES.items():
            rows, found = engine.execute(
                f"""
                WITH hit AS (SELECT DISTINCT key, file_name, row, uscc
                             FROM truth_{name} WHERE kind = '{kind}'),
                told AS (SELECT key, string_agg(flags) AS flags,
                                list(DISTINCT firm_key) AS firms
                         FROM held_{name} GROUP BY key),
                judged AS (SELECT r.file IS NOT NULL AS refused,
                                coalesce(flags, '') AS flags,
                                coalesce(len(list_filter(firms, lambda f:
                                    f IS NOT NULL AND f <> uscc)) = 0, true)
                                AS not_another
                         FROM hit LEFT JOIN told USING (key)
                         LEFT JOIN refused r ON r.file = hit.file_name
                         AND r.row = hit.row AND r.name = '{name}')
                SELECT count(*), coalesce(count_if({condition}), 0) FROM judged
                """
            ).fetchall()[0]
            told[kind][0] += rows
            told[kind][1] += found
    return [Caught(kind, *counts) for kind, counts in told.items() if counts[0]]


def refused(engine: duckdb.DuckDBPyConnection, read: int) -> Refused:
    """Return how many clean rows were refused.

    Args:
        engine: A city and its warehouse, opened.
        read: Rows that were read in all.
    """
    damaged = " UNION ALL ".join(
        f"SELECT file_name AS file, row, '{name}' AS name FROM truth_{name} "
        "WHERE kind IS NOT NULL AND kind NOT IN ('late', 'no_code')"
        for name in held(engine)
    )
    rows, clean = engine.execute(
        f"""
        WITH damaged AS (SELECT DISTINCT * FROM ({damaged}))
        SELECT (SELECT count(*) FROM damaged),
               (SELECT count(*) FROM refused ANTI JOIN damaged USING (file, row, name))
        """
    ).fetchall()[0]
    return Refused(read - rows, clean)
