"""Tables of another platform keep their firms, days of knowing and versions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kexin.intake.deliver import deliver
from kexin.intake.mapping import contract_form
from kexin.intake.quarantine import failures
from kexin.intake.warehouse import open_warehouse
from kexin.registers.business import RegAbnormalList
from unit.identity.test_ladder import CITY, code_of
from unit.intake.bureau import engine

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.accounts import Count

RECEIVED = date(2024, 6, 30)
FIRM = code_of(41)
OWN = ("row_id", "batch_id", "firm_step", "firm_conf")
"""What the warehouse gives anew."""

SCHEMA = pa.schema(
    [
        (
            name,
            {
                "string": pa.string(),
                "date": pa.date32(),
                "int32": pa.int32(),
                "timestamp(6)": pa.timestamp("us"),
                "array<string>": pa.list_(pa.string()),
            }[dtype],
        )
        for name, dtype in RegAbnormalList.columns().items()
        if name not in {"firm_step", "firm_conf"}
    ]
)


def version(**changes: Any) -> dict[str, Any]:
    """One version of a listing, as another platform holds it."""
    listed = {
        "listing_id": "L1",
        "list_reason": "no_annual_report",
        "list_date": date(2023, 7, 10),
        "event_date": date(2023, 7, 10),
        "row_id": "their-1",
        "firm_key": FIRM,
        "src_code": FIRM,
        "src_name": None,
        "src_system": "old platform",
        "batch_id": "b1",
        "known_at": datetime(2023, 7, 12, 8, 30, 0, 250000),
        "version_no": 1,
        "op": "I",
        "dq_flags": ["late", "seen"],
    }
    return {**dict.fromkeys(SCHEMA.names), **listed, **changes}


def take(folder: Path, *rows: dict[str, Any]) -> Count:
    path = folder / "tables" / "reg_abnormal_list.parquet"
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMA), path)
    mapping = contract_form(["reg_abnormal_list"])
    account = deliver(
        [path.parent], mapping, folder / "warehouse", RECEIVED, engine(), who=CITY
    )
    return account.tables[0]


def held(folder: Path) -> list[dict[str, Any]]:
    table = open_warehouse(folder / "warehouse", engine()).tables["reg_abnormal_list"]
    rows: list[dict[str, Any]] = (
        table.order_by("listing_id", "version_no").to_pyarrow().to_pylist()
    )
    return rows


SECOND = datetime(2024, 1, 5, 9)
THIRD = datetime(2024, 3, 1)
HISTORY = [
    version(superseded_at=SECOND),
    version(
        row_id="their-2",
        known_at=SECOND,
        superseded_at=THIRD,
        version_no=2,
        op="U",
        remove_date=date(2024, 1, 3),
        remove_reason="report_filed",
    ),
    version(
        row_id="their-3", known_at=THIRD, superseded_at=THIRD, version_no=3, op="D"
    ),
]


def test_a_history_comes_over_as_it_was(tmp_path: Path) -> None:
    assert take(tmp_path, *HISTORY)[1:] == (3, 3, 0, 0)
    kept = [{k: v for k, v in row.items() if k not in OWN} for row in held(tmp_path)]
    theirs = [{k: v for k, v in row.items() if k not in OWN} for row in HISTORY]
    theirs[2].update(remove_date=None, remove_reason=None)
    assert kept == theirs
    assert {row["firm_step"] for row in held(tmp_path)} == {"given"}


def test_a_version_that_ended_without_a_successor_stays_ended(tmp_path: Path) -> None:
    again = version(row_id="their-2", known_at=THIRD, version_no=2)
    take(tmp_path, version(superseded_at=SECOND), again)
    assert [(row["known_at"], row["superseded_at"]) for row in held(tmp_path)] == [
        (HISTORY[0]["known_at"], SECOND),
        (THIRD, None),
    ], "the same was said again after a gap"


def test_taking_tables_over_twice_changes_nothing(tmp_path: Path) -> None:
    take(tmp_path, *HISTORY)
    before = held(tmp_path)
    assert take(tmp_path, *HISTORY)[1:] == (3, 0, 3, 0)
    assert held(tmp_path) == before


@pytest.mark.parametrize(
    ("changes", "rule", "column"),
    [
        ({"op": "X"}, "envelope", "op"),
        ({"known_at": None}, "envelope", "known_at"),
        ({"known_at": datetime(2024, 7, 1)}, "envelope", "known_at"),
        ({"superseded_at": datetime(2023, 7, 1)}, "envelope", "superseded_at"),
        ({"list_reason": "whim"}, "type", "list_reason"),
        ({"firm_key": None, "src_code": None}, "firm", "firm_key"),
    ],
)
def test_what_is_wrong_in_them_is_told_as_of_any_delivery(
    tmp_path: Path, changes: dict[str, Any], rule: str, column: str
) -> None:
    assert take(tmp_path, version(**changes), version(listing_id="L2"))[1:] == (
        2,
        1,
        0,
        1,
    )
    found = failures(tmp_path / "warehouse", engine())
    assert (rule, column) in {(each.rule, each.column) for each in found}


def test_a_record_without_a_firm_is_resolved_as_any_other(tmp_path: Path) -> None:
    take(tmp_path, version(firm_key=None))
    [row] = held(tmp_path)
    assert (row["firm_key"], row["firm_step"]) == (FIRM, "M1")
    assert row["known_at"] == version()["known_at"]
