"""Deliver records, take the files in, and look at them row by row."""

from __future__ import annotations

import functools
import json
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from kexin.algebra.engine import connect
from kexin.identity.ladder import Thresholds
from kexin.intake.deliver import deliver
from kexin.intake.mapping import plain, read_mapping
from kexin.intake.readers import opened
from kexin.intake.warehouse import open_warehouse
from kexin.settings import Engine
from kexin.simulate import clock
from kexin.simulate.deliveries import Deliveries, finish
from kexin.simulate.lags import Known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kexin.intake.accounts import Account
    from kexin.intake.mapping import Mapping
    from kexin.simulate.dirt import Rates
    from kexin.simulate.rows import Rows
    from kexin.simulate.world import World

CITY = Path(__file__).parents[3] / "data" / "mappings" / "city"
RECEIVED = date(2026, 11, 1)


@functools.cache
def city() -> Mapping:
    """Return the mapping of all bureaus of the city."""
    return read_mapping(CITY)


def known_soon(rows: Rows) -> Known:
    """Return records as known three days after, or the next working day."""
    day = clock.working_day(rows.after + 3)
    return Known(day, np.zeros(rows.size, np.bool_))


def delivered(world: World, folder: Path, rates: Rates, every: Iterable[Rows]) -> Path:
    """Deliver records as their bureaus do; return the folder of the deliveries."""
    sink = Deliveries(world, folder, rates)
    for rows in every:
        sink.take(rows, known_soon(rows))
    sink.close()
    finish(folder)
    return folder / "deliveries"


def taken_in(deliveries: Path, warehouse: Path) -> Account:
    """Take deliveries into a warehouse."""
    return deliver(
        [deliveries], city(), warehouse, RECEIVED, connect(Engine()),
        who=Thresholds(synthetic=True),
    )  # fmt: skip


@functools.cache
def tables_of(warehouse: Path) -> Any:
    """Return the tables of a warehouse that is written no more."""
    return open_warehouse(warehouse, connect(Engine())).tables


def held(warehouse: Path, table: str) -> list[dict[str, Any]]:
    """Return every version that a warehouse holds of a table."""
    rows: list[dict[str, Any]] = tables_of(warehouse)[table].to_pyarrow().to_pylist()
    return rows


def normal(value: object) -> object:
    """Return a value as intake keeps it: text in its plain form."""
    return plain(value) if isinstance(value, str) else value


Row = tuple[tuple[str, str | None], ...]


def rows_of(deliveries: Path) -> dict[tuple[str, int], Row]:
    """Return every delivered row by its file and number, as heading and text."""
    found: dict[tuple[str, int], Row] = {}
    for source in city().sources:
        pattern = source.files[0].removeprefix("*")
        for path in deliveries.rglob(f"*{pattern}"):
            if not path.name.startswith(pattern.partition("*")[0]):
                continue
            file = opened(path, source)
            name = path.relative_to(deliveries).as_posix()
            for batch in file.batches:
                columns = [column.to_pylist() for column in batch.columns]
                for *values, number in zip(*columns, strict=True):
                    told = zip(file.headings, (v or None for v in values), strict=True)
                    found[name, number] = tuple(told)
    return found


def truth(folder: Path) -> list[dict[str, Any]]:
    """Return the truth of all tables, each line with its table."""
    found = []
    for path in sorted((folder / "truth" / "gt_map").glob("*.parquet")):
        lines = pq.read_table(path).to_pylist()
        found += [{"table": path.stem, **line} for line in lines]
    return found


def manifests(deliveries: Path) -> Counter[str]:
    """Return the number of rows that the manifests tell of each file."""
    told: Counter[str] = Counter()
    for path in deliveries.rglob("manifest.json"):
        folder = path.parent.relative_to(deliveries).as_posix()
        for file in json.loads(path.read_text(encoding="utf-8"))["files"]:
            told[f"{folder}/{file['file']}"] = file["rows"]
    return told


def keys_of(path: Path) -> dict[str, Any]:
    """Return a mapping's file as it is."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
