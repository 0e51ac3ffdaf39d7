"""The same panel on DuckDB and on a Spark cluster, through the command line."""

from __future__ import annotations

import json
import math
import shutil
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from commands.conftest import kexin
from engines.cluster import Cluster, cluster, missing
from engines.webhdfs import served
from engines.workspaces import hold, workspace
from kexin.intake.coverage import Coverage
from kexin.intake.snapshot import SNAPSHOT, read_snapshot
from kexin.registers.core import REGISTER
from kexin.signals.catalogue import catalogue
from laws.cities import drawn, tables_read
from laws.test_city_laws import COVERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FIRMS = tuple(f"F{number:02}" for number in range(30))
DAYS = (date(2019, 11, 30), date(2020, 1, 31), date(2020, 3, 31))
SIGNALS = catalogue()
EXACT = {"0/1", "1–5", "claims", "count", "level", "levels", "months", "quarters"}
"""Units of which two engines give the same number to the last digit."""

EVERYWHERE = [
    Coverage(register, "", date(2000, 1, 1), None, None, None)
    for register in REGISTER
    if register not in {row.src_system for row in COVERED}
]
HELD = (*COVERED, *EVERYWHERE)
"""Some registers for some districts and times, the others for all."""

LACKING = missing()
pytestmark = pytest.mark.skipif(bool(LACKING), reason=str(LACKING))

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
FEW = {
    "spark.driver.extraJavaOptions": QUICK,
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.executor.extraJavaOptions": QUICK,
    "spark.executor.memory": "1g",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.shuffle.partitions": "2",
}
"""For few rows: planning a step and compiling it takes longer than the step."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds a city, with its panels."""
    at = workspace(tmp_path_factory.mktemp("duckdb"), "[engine]\nthreads = 1\n", HELD)
    random = Random(20261123)  # noqa: S311
    signals = tuple(SIGNALS.values())
    names = tables_read(signals) | {"core_consent", "reg_firm"}
    tables = drawn(random, DAYS, signals, names, consents=True, firms=FIRMS)
    hold(at / "data" / "warehouse", tables)
    panels(at)
    return at


def settings(master: str, warehouse: str, config: Mapping[str, str]) -> str:
    told = [f'"{key}" = "{value}"' for key, value in config.items()]
    return "\n".join(
        [
            'engine = "spark"',
            f'[spark]\nmaster = "{master}"\nwarehouse = "{warehouse}"',
            "[spark.config]",
            *told,
        ]
    )


def panels(at: Path) -> dict[str, Any]:
    """The panels of all days, as the command tells of them."""
    days = ("--from", str(DAYS[0]), "--to", str(DAYS[-1]), "--every", "2")
    done = kexin("panel", *days, "--workspace", str(at), "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert [p["as_of"] for p in told["panels"]] == list(map(str, DAYS))
    return told


def rows_of(at: Path, day: date) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(
        at / "data" / "panels" / f"{day}.parquet"
    ).to_pylist()
    return rows


def same(name: str, found: float | None, expected: float | None) -> bool:
    if found is None or expected is None or SIGNALS[name].unit in EXACT:
        return found == expected
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)


def test_a_cluster_that_reads_webhdfs_gives_the_panels_of_duckdb(
    running: Cluster, on_duckdb: Path, tmp_path: Path
) -> None:
    files = on_duckdb / "data" / "warehouse"
    with served(on_duckdb / "data") as elsewhere:
        warehouse = f"{elsewhere.address}/warehouse"
        told = settings(running.master, warehouse, FEW)
        at = workspace(tmp_path / "spark", told, HELD)
        # The small file that names the others is all that the workspace holds itself.
        shutil.copy(files / SNAPSHOT, at / "data" / "warehouse")
        panels(at)
    parts = [part for held in read_snapshot(files).values() for part in held.parts]
    assert elsewhere.opened == {f"warehouse/{part.path}" for part in parts}
    known: set[str] = set()
    for day in DAYS:
        found, expected = rows_of(at, day), rows_of(on_duckdb, day)
        assert [r["firm_key"] for r in found] == [r["firm_key"] for r in expected]
        wrong = {
            name: (own["firm_key"], own[name], other[name])
            for own, other in zip(found, expected, strict=True)
            for name in SIGNALS
            if not same(name, own[name], other[name])
        }
        assert not wrong, f"{day}: firm, Spark, DuckDB"
        known |= {name for row in found for name in SIGNALS if row[name] is not None}
    # The others need more of a kind than firms here have, or estimates: see SELDOM.
    assert len(known) >= 200
    assert all(running.tasks(worker) for worker in running.workers)
