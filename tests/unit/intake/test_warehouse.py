"""The warehouse says when it is missing, damaged or busy, and offers every table."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kexin.errors import WarehouseError
from kexin.intake import accounts, deliver, settle
from kexin.intake.snapshot import LOCK, SNAPSHOT, read_snapshot
from kexin.intake.warehouse import open_warehouse, verify
from kexin.registers.contract import contracts
from unit.intake.bureau import DAY, engine, row, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from unit.intake.bureau import Bureau


def part(bureau: Bureau) -> Path:
    """Return the one file of the invoices."""
    return next((bureau.warehouse / "tax_invoice").iterdir())


def test_an_empty_warehouse_asks_for_a_delivery(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="the warehouse is empty") as raised:
        open_warehouse(tmp_path, engine())
    assert "kexin intake" in raised.value.do.zh


def test_every_contract_has_a_table_in_its_own_schema(bureau: Bureau) -> None:
    bureau.send(row())
    warehouse = open_warehouse(bureau.warehouse, engine())
    for name, contract in contracts().items():
        schema = warehouse.tables[name].schema()
        told = {column: str(dtype).replace("!", "") for column, dtype in schema.items()}
        assert told == contract.columns()
        rows = warehouse.tables[name].count().to_pyarrow().as_py()
        assert rows == warehouse.rows[name] == (name == "tax_invoice")


def test_moments_are_plain_times_of_the_wall_clock(bureau: Bureau) -> None:
    bureau.send(row())
    warehouse = open_warehouse(bureau.warehouse, engine())
    schema = warehouse.tables["tax_invoice"].to_pyarrow().schema
    assert schema.field("known_at").type.tz is None


def test_the_warehouse_knows_from_when_a_table_is_known(bureau: Bureau) -> None:
    bureau.send(row(), on=DAY)
    bureau.send(row(号码="2"), on=date(2024, 6, 1))
    bureau.send(row(号码="3"), on=date(2024, 7, 1))
    warehouse = open_warehouse(bureau.warehouse, engine())
    assert warehouse.first_known("tax_invoice") == date(2024, 6, 1)
    assert warehouse.first_known("reg_firm") is None


def test_the_digest_is_that_of_records_and_not_of_the_quarantine(
    bureau: Bureau,
) -> None:
    def digest() -> str:
        return open_warehouse(bureau.warehouse, engine()).digest

    bureau.send(row())
    first = digest()
    bureau.send(row(金额="x"), name="b.csv")
    assert digest() == first
    assert open_warehouse(bureau.warehouse, engine()).quarantined == 1
    bureau.send(row(号码="2"), name="c.csv")
    assert digest() != first


def test_a_changed_file_fails_verification_with_its_name(bureau: Bureau) -> None:
    bureau.send(row())
    verify(bureau.warehouse)
    path = part(bureau)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(WarehouseError, match="missing or changed") as raised:
        verify(bureau.warehouse)
    assert raised.value.where == str(path)


def test_a_missing_file_is_told_on_opening(bureau: Bureau) -> None:
    bureau.send(row())
    part(bureau).unlink()
    with pytest.raises(WarehouseError, match="missing or changed"):
        open_warehouse(bureau.warehouse, engine())


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"format": 1}', '{"format": 1, "tables": {"a": 1}}'],
)
def test_a_damaged_snapshot_is_told(bureau: Bureau, content: str) -> None:
    bureau.send(row())
    (bureau.warehouse / SNAPSHOT).write_text(content)
    with pytest.raises(WarehouseError, match="missing or changed"):
        open_warehouse(bureau.warehouse, engine())


def test_a_snapshot_of_another_format_is_told(bureau: Bureau) -> None:
    bureau.send(row())
    content = json.loads(bureau.snapshot)
    (bureau.warehouse / SNAPSHOT).write_text(json.dumps({**content, "format": 9}))
    with pytest.raises(WarehouseError, match="the snapshot has format 9"):
        open_warehouse(bureau.warehouse, engine())


def test_files_that_no_snapshot_names_are_removed_by_the_next_delivery(
    bureau: Bureau,
) -> None:
    bureau.send(row())
    kept = part(bureau)
    stray = [kept.with_name("2024-000000000000.parquet"), bureau.warehouse / "x.part"]
    for path in stray:
        path.touch()
    bureau.send(row())
    assert kept.exists()
    assert not any(path.exists() for path in stray)


def test_a_column_that_a_contract_was_given_later_is_absent_in_old_files(
    bureau: Bureau,
) -> None:
    bureau.send(row())
    connection = engine()
    path = part(bureau)
    connection.con.execute(
        f"COPY (SELECT * EXCLUDE (goods_code) FROM '{path}') TO '{path}.new' "
        "(FORMAT parquet)"
    )
    path.with_name(path.name + ".new").replace(path)
    (held,) = bureau.held()
    assert held["goods_code"] is None
    assert bureau.send(row(), row(号码="2"), name="b.csv")[1:] == (2, 1, 1, 0)
    assert [held["goods_code"] for held in bureau.held()] == [None, None]


def test_two_deliveries_at_once_are_refused(bureau: Bureau) -> None:
    bureau.send(row())
    holding = (
        "import duckdb, sys\n"
        "held = duckdb.connect(sys.argv[1])\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(bureau.warehouse / LOCK)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(WarehouseError, match="another process is writing"):
            bureau.send(row(号码="2"))
        other.communicate()
    assert bureau.send(row(号码="2")).accepted == 1


def test_accounts_are_kept_in_their_order_and_outside_of_the_digest(
    bureau: Bureau,
) -> None:
    bureau.send(row())
    before = bureau.snapshot
    bureau.send(row(), row())
    told = [counts[0][1:] for counts in accounts.accounts(bureau.warehouse)]
    assert told == [(1, 1, 0, 0), (2, 0, 2, 0)]
    assert bureau.snapshot == before


def test_an_account_that_a_kill_cut_off_does_not_spoil_the_others(
    bureau: Bureau,
) -> None:
    bureau.send(row())
    path = bureau.warehouse / accounts.ACCOUNTS
    path.write_text(path.read_text() + '{"tables": [{"ta')
    bureau.send(row())
    told = [counts[0][1:] for counts in accounts.accounts(bureau.warehouse)]
    assert told == [(1, 1, 0, 0), (1, 0, 1, 0)]


def test_an_account_that_does_not_balance_is_refused() -> None:
    accounts.balanced(accounts.Count("t", 4, 1, 2, 1))
    for wrong in ((4, 1, 1, 1), (4, 5, -1, 0)):
        with pytest.raises(WarehouseError, match="does not balance"):
            accounts.balanced(accounts.Count("t", *wrong))


def test_a_defect_that_loses_rows_changes_nothing(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.send(row())
    before = bureau.snapshot
    real = settle.put_incoming

    def losing(connection: Any, *rest: Any) -> None:
        real(connection, *rest)
        connection.con.execute(
            "CREATE OR REPLACE TEMP VIEW tried_tax_invoice AS "
            "FROM staged_tax_invoice LIMIT 0"
        )

    monkeypatch.setattr(settle, "put_incoming", losing)
    with pytest.raises(WarehouseError, match="does not balance"):
        bureau.send(row(号码="2"))
    assert bureau.snapshot == before


def test_progress_is_told_file_by_file(bureau: Bureau) -> None:
    told: list[tuple[int, int]] = []
    paths = [bureau.file(text_of([row(号码=name)]), f"{name}.csv") for name in "12"]
    deliver.deliver(
        paths,
        bureau.mapping(),
        bureau.warehouse,
        DAY,
        engine(),
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert set(read_snapshot(bureau.warehouse)) == {"tax_invoice"}
