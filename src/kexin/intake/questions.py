"""What is held without a firm, and which firms a person may choose from."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import ibis
import pandas as pd
import pyarrow as pa

from kexin.identity.doubt import candidates
from kexin.identity.ladder import resolve
from kexin.identity.mentions import normalised
from kexin.identity.names import is_masked, is_organisation
from kexin.intake.resolving import directory_of
from kexin.intake.snapshot import read_snapshot
from kexin.intake.warehouse import opened
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.identity.ladder import Thresholds


class Candidate(NamedTuple):
    """A firm that may be meant.

    Attributes:
        firm_key: The firm.
        name: Its name, in the form in which names are compared.
        similarity: From 0 to 1 (Jaro-Winkler).
    """

    firm_key: str
    name: str
    similarity: float


class Question(NamedTuple):
    """A name that waits for a person.

    Attributes:
        name: The name as delivered; always an organisation's.
        rows: Number of records that bear it.
        tables: Where they are.
        first: Day of the first.
        last: Day of the last.
        candidates: Firms that may be meant, the most similar first.
    """

    name: str
    rows: int
    tables: list[str]
    first: date
    last: date
    candidates: list[Candidate]


def questions(folder: Path, connection: Backend, given: Thresholds) -> list[Question]:
    """Return the names that are nearly a firm's, the most frequent first.

    Names of persons and masked names raise no question; nor do names that are near to
    no firm's, which are strangers as far as anybody here can know.

    Args:
        folder: The warehouse.
        connection: An engine.
        given: How similar a name must be.
    """
    names = nameless(folder, connection)
    if names.empty:
        return []
    mentions = normalised(
        pa.table(
            {
                "mention": pa.array(range(len(names)), pa.int64()),
                "code": pa.nulls(len(names)),
                "name": pa.array(names["name"], pa.string()),
                "day": pa.array(names["last"], pa.date32()),
                "place": pa.nulls(len(names)),
            }
        )
    )
    known = directory_of(connection, folder, read_snapshot(folder), ())
    matched = resolve(mentions, known, given)
    near = candidates(connection, mentions, matched, known, given)
    found: dict[int, list[Candidate]] = defaultdict(list)
    for row in near.to_dict("records"):
        option = Candidate(row["firm_key"], row["name"], row["jaro_winkler"])
        found[int(row["mention"])].append(option)
    asked = names.to_dict("records")
    waiting = [
        Question(
            name=asked[mention]["name"],
            rows=asked[mention]["rows"],
            tables=asked[mention]["tables"],
            first=asked[mention]["first"],
            last=asked[mention]["last"],
            candidates=options,
        )
        for mention, options in found.items()
    ]
    return sorted(waiting, key=lambda question: (-question.rows, question.name))


def nameless(folder: Path, connection: Backend) -> pd.DataFrame:
    """Return the organisations' names on records without a firm, in their order."""
    parts = []
    for table, held in read_snapshot(folder).items():
        if table not in contracts():
            continue
        rows = opened(folder, held, contracts()[table], connection)
        left = rows.filter(
            rows.firm_key.isnull(),
            rows.superseded_at.isnull(),
            rows["op"] != "D",
            rows.src_name.notnull(),
        )
        counted = left.group_by(name="src_name").agg(
            rows=left.count(),
            tables=ibis.literal(table),
            first=left.event_date.min(),
            last=left.event_date.max(),
        )
        parts.append(connection.to_pyarrow(counted).to_pandas())
    columns = ["name", "rows", "tables", "first", "last"]
    together = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    firms = together[together["name"].map(is_open).astype(bool)]
    joined = firms.groupby("name", sort=True).agg(
        {"rows": "sum", "tables": sorted, "first": "min", "last": "max"}
    )
    return joined.reset_index()


def is_open(name: str) -> bool:
    """Whether a name is an organisation's, in full."""
    return is_organisation(name) and not is_masked(name)
