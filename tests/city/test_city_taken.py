"""What intake makes of a whole city, held against its truth (REGISTERS.md 1.6 and 6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kexin.intake.warehouse import verify
from kexin.registers.contract import contracts
from kexin.simulate.acceptance.taken import caught, opened_both, refused, steps

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


@pytest.fixture(scope="module")
def both(city: Path, warehouse: Path) -> duckdb.DuckDBPyConnection:
    return opened_both(city, warehouse)


def accounts(warehouse: Path) -> list[dict[str, int]]:
    line = (warehouse / "accounts.jsonl").read_text(encoding="utf-8").splitlines()[0]
    tables: list[dict[str, int]] = json.loads(line)["tables"]
    return tables


def test_every_table_of_the_city_is_taken_in_and_balances(warehouse: Path) -> None:
    told = {str(count["table"]): count for count in accounts(warehouse)}
    assert set(told) == set(contracts()) - {"tax_invoice"}
    for count in told.values():
        parts = count["accepted"] + count["already_held"] + count["quarantined"]
        assert count["read"] == parts
        assert count["accepted"] > 0, count
    verify(warehouse)


def test_records_find_their_firms_and_persons_find_none(
    both: duckdb.DuckDBPyConnection,
) -> None:
    told = list(steps(both))
    right = sum(step.right for step in told if step.step)
    wrong = sum(step.wrong for step in told)
    missed = sum(step.missed for step in told)
    assert right > 5_000
    assert right / (right + wrong) >= 0.995
    assert right / (right + missed) >= 0.95
    assert sum(step.persons for step in told) == 0
    assert {"M1", "M3", "M4", "M6", "M7"} <= {step.step for step in told}


def test_masked_names_are_never_guessed_at(both: duckdb.DuckDBPyConnection) -> None:
    masked = both.execute(
        "SELECT count(*), count(firm_key) FROM held_court_party "
        "WHERE contains(src_name, '某') AND op <> 'D'"
    ).fetchall()[0]
    assert masked[0] > 50
    assert masked[1] == 0


def test_damage_is_caught_and_clean_rows_are_not_refused(
    both: duckdb.DuckDBPyConnection, warehouse: Path
) -> None:
    kinds = caught(both)
    rows, found = sum(kind.rows for kind in kinds), sum(kind.caught for kind in kinds)
    assert rows > 5_000
    assert found / rows >= 0.98, kinds
    clean = refused(both, sum(count["read"] for count in accounts(warehouse)))
    assert clean.refused / clean.clean < 0.001
