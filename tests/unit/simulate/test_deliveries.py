"""Files of bureaus with all their faults: the truth knows every one of them."""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from kexin.algebra.engine import connect
from kexin.intake.quarantine import failures
from kexin.registers.contract import contracts
from kexin.settings import Engine
from kexin.simulate.again import SECOND_SOURCE, restatements
from kexin.simulate.bureaus import bureaus
from kexin.simulate.deliveries import Deliveries, finish
from kexin.simulate.dirt import Rates, spotless
from kexin.simulate.generate import side_by_side
from kexin.simulate.looks.look import looks
from kexin.simulate.rows import later, versions, withdrawal
from kexin.simulate.variant import variant
from kexin.simulate.world import world
from unit.simulate.contractrows import records
from unit.simulate.delivering import (
    delivered,
    held,
    known_soon,
    manifests,
    rows_of,
    taken_in,
    truth,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.accounts import Account
    from kexin.simulate.world import World
    from unit.simulate.delivering import Row

ROWS = 150
TABLES = (
    "core_consent", "court_case", "court_dishonest", "court_hearing", "court_judgment",
    "court_party", "cus_penalty", "cus_registrant", "gov_subsidy", "hf_month",
    "ip_patent", "ip_patent_holder", "ip_software", "pboc_loan_month", "qual_cert",
    "reg_annual_report", "reg_equity_pledge", "reg_firm", "reg_penalty", "si_month",
    "tax_fin_stmt", "tax_payer", "util_month", "vc_round",
)  # fmt: skip
"""Tables of every bureau, and of every kind that matters to a fault."""

FREQUENT = Rates(
    old_code=0.05,
    mistyped=0.05,
    agent=0.02,
    garbled=0.01,
    unit=0.05,
    impossible=0.05,
    absent=0.05,
    duplicate=0.05,
    second_source=0.2,
    restated=0.2,
)
"""So often that each kind is there among few rows."""

SMALL = ("outcomes", "registry_penalties", "tax_ratings")
"""Registers with few rows."""

UNCHANGED = {None, "late", "duplicate"}
"""Kinds that leave the text of a row as it was."""


class Dirty(NamedTuple):
    """Records with faults, delivered and taken in.

    Attributes:
        rows: Delivered rows by file and number.
        clean: The same records as delivered without faults.
        truth: Lines of the truth.
        deliveries: Where they were delivered.
        account: The account of rows.
        refused: File and number of the rows in quarantine.
    """

    rows: dict[tuple[str, int], Row]
    clean: dict[tuple[str, int], Row]
    truth: list[dict[str, Any]]
    deliveries: Path
    account: Account
    refused: set[tuple[str, int]]


@pytest.fixture(scope="module")
def dirty(town: World, tmp_path_factory: pytest.TempPathFactory) -> Dirty:
    folder = tmp_path_factory.mktemp("dirty")
    every = [records(town, table, ROWS) for table in TABLES]
    plain = delivered(town, folder / "plain", spotless(), every)
    deliveries = delivered(town, folder, FREQUENT, every)
    warehouse = folder / "warehouse"
    account = taken_in(deliveries, warehouse)
    by_name = {
        path.name: path.relative_to(deliveries).as_posix()
        for path in deliveries.rglob("*_*.*")
    }
    refused = {
        (by_name[failure.file], failure.row)
        for failure in failures(warehouse, connect(Engine()))
    }
    return Dirty(
        rows_of(deliveries), rows_of(plain), truth(folder), deliveries, account, refused
    )


def told(row: Row) -> Row:
    """Return what a row tells, without when it was sent and what it does."""
    return row[:-2]


def damaged_rows(dirty: Dirty) -> set[tuple[str, int]]:
    """Return the rows of which the truth says that their text is other."""
    return {
        (line["file"], line["row"])
        for line in dirty.truth
        if line["kind"] not in UNCHANGED
    }


def test_rows_that_the_truth_does_not_name_are_as_they_were(dirty: Dirty) -> None:
    clean = {told(row) for row in dirty.clean.values()}
    hit = damaged_rows(dirty)
    for place, row in dirty.rows.items():
        if place not in hit:
            assert told(row) in clean


def test_rows_that_the_truth_names_are_damaged(dirty: Dirty) -> None:
    clean = {told(row) for row in dirty.clean.values()}
    hit = damaged_rows(dirty)
    assert len(hit) > 500
    assert hit <= set(dirty.rows)
    for place in hit:
        assert told(dirty.rows[place]) not in clean


def test_every_record_is_delivered(dirty: Dirty) -> None:
    extra = Counter(line["kind"] for line in dirty.truth if line["kind"] == "duplicate")
    first = [place for place in dirty.rows if "重报" not in place[0]]
    twins = {
        (line["file"], line["row"])
        for line in dirty.truth
        if line["kind"] == "second_source"
    }
    once = len(first) - extra["duplicate"] - len(twins)
    assert once == len(dirty.clean) == ROWS * len(TABLES)


def test_all_kinds_of_dirt_are_there(dirty: Dirty) -> None:
    kinds = {line["kind"] for line in dirty.truth}
    assert kinds == {
        None, "absent", "agent_code", "branch", "brackets", "duplicate", "former_name",
        "garbled", "impossible_day", "mistyped_code", "misspelt", "no_brackets",
        "no_code", "old_code", "other_form", "restated", "second_source", "short_name",
        "spaced", "unit",
    } - ({"short_name"} - kinds)  # fmt: skip


def test_the_truth_tells_what_stands_in_the_file(dirty: Dirty) -> None:
    # A row may be hit more than once; what came last stands.
    last = {
        (line["file"], line["row"], line["column"]): line
        for line in dirty.truth
        if line["column"] in {"src_code", "src_name"}
    }
    assert len(last) > 200
    for (file, row, column), line in last.items():
        look = looks()[line["table"]]
        heading = look.code_heading if column == "src_code" else look.name_heading
        assert dict(dirty.rows[file, row])[heading] == line["delivered_value"]


def test_the_truth_knows_whose_every_judged_row_is(dirty: Dirty, town: World) -> None:
    codes = set(town.naming.uscc.to_pylist())
    named = {(line["file"], line["row"]) for line in dirty.truth}
    for place in dirty.rows:
        if place[0].startswith(("court/", "ip/")) or "双公示行政处罚" in place[0]:
            assert place in named
    assert {line["uscc"] for line in dirty.truth} <= codes


def visible(line: dict[str, Any]) -> str:
    """Return whether a contract sees a kind of dirt: yes, no, or perhaps."""
    contract = contracts()[line["table"]]
    match line["kind"]:
        case "absent":
            # Intake reads the root of a case off its number.
            return "perhaps" if line["column"] == "root_case_id" else "yes"
        case "impossible_day" if contract.fields()[line["column"]].optional:
            # The day of a case that tells none may be read off its number.
            return "perhaps"
        case "impossible_day" if line["column"] == contract.event:
            old = line["delivered_value"] < "1949"
            return "yes" if old or not contract.announced else "no"
        case "impossible_day":
            return "perhaps"
        case "mistyped_code" if looks()[line["table"]].own_code:
            return "yes"
    return "no"


def test_quarantined_are_the_rows_that_a_contract_sees_to_be_wrong(
    dirty: Dirty,
) -> None:
    seen: dict[str, set[tuple[str, int]]] = {
        "yes": set(),
        "no": set(),
        "perhaps": set(),
    }
    for line in dirty.truth:
        seen[visible(line)].add((line["file"], line["row"]))
    assert len(seen["yes"]) > 100
    assert seen["yes"] <= dirty.refused <= seen["yes"] | seen["perhaps"]


def test_rows_that_come_again_are_held_already(dirty: Dirty) -> None:
    counts = {count.table: count for count in dirty.account.tables}
    by_file = {look.file: table for table, look in looks().items()}
    distinct: dict[str, set[Row]] = {}
    accepted: Counter[str] = Counter()
    for place, row in dirty.rows.items():
        if place not in dirty.refused:
            table = by_file[place[0].rpartition("/")[2].partition("_")[0]]
            distinct.setdefault(table, set()).add(told(row))
            accepted[table] += 1
    for table, count in counts.items():
        # A second source's day in between makes the first one's news once more.
        if table not in SECOND_SOURCE:
            again = accepted[table] - len(distinct[table])
            assert count.already_held == again
            assert count.accepted == len(distinct[table])
    assert sum(count.already_held for count in counts.values()) > 100


def test_manifests_tell_rows_days_and_digests(dirty: Dirty) -> None:
    counted = Counter(file for file, _ in dirty.rows)
    assert manifests(dirty.deliveries) == counted
    for path in dirty.deliveries.rglob("manifest.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        assert "synthetic data" in manifest["source"]
        for file in manifest["files"]:
            content = (path.parent / file["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
            assert file["first_event"] <= file["last_event"]


def test_a_restated_batch_is_a_file_of_its_own(dirty: Dirty, town: World) -> None:
    again = {file for file, _ in dirty.rows if "重报" in file}
    assert again
    for file in again:
        register, month, _ = file.split("/")
        days = [b.day for b in restatements(register, town.city.seed, 1)]
        assert np.datetime64(month) in {day.astype("datetime64[M]") for day in days}


def test_versions_and_withdrawals_come_back(town: World, tmp_path: Path) -> None:
    first = records(town, "si_arrears", 40)
    some = np.arange(0, 40, 2)
    cleared = first.after[some] + 45
    told_again = later(first, some, cleared, cleared_date=pa.array(cleared))
    gone = withdrawal(first, np.arange(1, 40, 4), first.after[1::4] + 60)
    rows = versions(first, told_again, gone)
    deliveries = delivered(town, tmp_path, spotless(), [rows])
    taken_in(deliveries, tmp_path / "warehouse")
    known = known_soon(rows).day
    came = held(tmp_path / "warehouse", "si_arrears")
    assert Counter(v["op"] for v in came) == {"I": 40, "U": 20, "D": 10}
    ends = {v["superseded_at"].date() for v in came if v["op"] == "D"}
    assert ends == set(known[60:].tolist())
    standing = [v for v in came if v["superseded_at"] is None]
    assert len(standing) == 30
    assert sum(v["version_no"] == 2 for v in standing) == 20


def test_one_process_or_two_write_the_same_bytes(tmp_path: Path) -> None:
    small = world(300, 5, variant("usual"))
    some = [bureau for bureau in bureaus() if bureau.name in SMALL]
    assert len(some) == len(SMALL)
    for threads in (1, 2):
        folder = tmp_path / str(threads)
        sink = functools.partial(Deliveries, folder=folder)
        list(side_by_side(small, sink, some, threads))
        finish(folder)
    assert content(tmp_path / "1")
    assert content(tmp_path / "1") == content(tmp_path / "2")


def test_a_killed_run_leaves_no_file_and_a_rerun_finishes(
    town: World, tmp_path: Path
) -> None:
    every = [records(town, "hf_month", 50), records(town, "court_party", 50)]
    killed = Deliveries(town, tmp_path / "again")
    for rows in every:
        killed.take(rows, known_soon(rows))
    left = [p for p in (tmp_path / "again").rglob("*") if p.is_file()]
    assert left
    assert {path.suffix for path in left} == {".part"}
    delivered(town, tmp_path / "again", Rates(), every)
    delivered(town, tmp_path / "once", Rates(), every)
    assert content(tmp_path / "again") == content(tmp_path / "once")


def content(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_nothing_is_delivered_after_the_last_day(town: World, tmp_path: Path) -> None:
    rows = records(town, "hf_month", 200)
    sink = Deliveries(town, tmp_path, Rates(duplicate=0.5))
    known = known_soon(rows)
    sink.take(rows, known._replace(day=known.day + np.arange(200) * 3))
    sink.close()
    finish(tmp_path)
    months = {path.parent.name for path in tmp_path.rglob("*_*.csv")}
    assert max(months) == "2026-10"
    assert date(2026, 10, 31) >= date.fromisoformat(f"{max(months)}-01")
