"""What every register's records must be, whatever they tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from kexin.registers.contract import contracts
from kexin.simulate import contractform, generate
from kexin.simulate.bureaus import bureaus
from kexin.simulate.variant import variant
from kexin.simulate.world import World, world

if TYPE_CHECKING:
    from pathlib import Path

REGISTERS = [bureau.name for bureau in bureaus()]


@pytest.fixture(scope="session")
def hamlet() -> World:
    return world(500, 11, variant("usual"))


@pytest.fixture(scope="session")
def delivered(hamlet: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    for bureau in bureaus():
        generate.write(hamlet, contractform.Tables(hamlet, folder), bureau)
    return folder


def tables_of(name: str) -> tuple[str, ...]:
    return next(bureau.tables for bureau in bureaus() if bureau.name == name)


def read(folder: Path, table: str) -> pa.Table:
    path = folder / f"{table}.parquet"
    if not path.exists():
        pytest.skip(f"so small a city has no {table}")
    return pq.read_table(path)


def of_register(folder: Path, register: str) -> dict[str, pa.Table]:
    paths = {t: folder / f"{t}.parquet" for t in tables_of(register)}
    return {t: pq.read_table(path) for t, path in paths.items() if path.exists()}


@pytest.mark.parametrize("register", REGISTERS)
def test_required_columns_are_filled(delivered: Path, register: str) -> None:
    for table, told in of_register(delivered, register).items():
        for name, field in contracts()[table].fields().items():
            if not field.optional:
                assert told[name].null_count == 0, f"{table}.{name}"


@pytest.mark.parametrize("register", REGISTERS)
def test_codes_are_those_of_the_contract(delivered: Path, register: str) -> None:
    for table, told in of_register(delivered, register).items():
        for name, field in contracts()[table].fields().items():
            if field.codes is None:
                continue
            values = told[name]
            if pa.types.is_list(values.type):
                values = pc.list_flatten(values)
            known = set(values.drop_null().unique().to_pylist())
            assert known <= set(field.codes), f"{table}.{name}"


@pytest.mark.parametrize("register", REGISTERS)
def test_texts_have_the_form_of_the_contract(delivered: Path, register: str) -> None:
    for table, told in of_register(delivered, register).items():
        for name, field in contracts()[table].fields().items():
            if field.form is not None:
                fits = pc.match_substring_regex(
                    told[name].drop_null(), f"^({field.form})$"
                )
                assert pc.all(fits, min_count=0).as_py(), f"{table}.{name}"


@pytest.mark.parametrize("register", REGISTERS)
def test_months_are_their_first_days(delivered: Path, register: str) -> None:
    for table, told in of_register(delivered, register).items():
        for name, field in contracts()[table].fields().items():
            if field.monthly:
                days = pc.day(told[name].drop_null())
                assert pc.all(pc.equal(days, 1), min_count=0).as_py(), f"{table}.{name}"


@pytest.mark.parametrize("register", REGISTERS)
def test_a_key_names_one_record_at_a_time(delivered: Path, register: str) -> None:
    for table, rows in of_register(delivered, register).items():
        key = list(contracts()[table].key)
        twice = (
            duckdb.from_arrow(rows.filter(pc.equal(rows["version_no"], 1)))
            .aggregate(f"{', '.join(key)}, count(*) as times")
            .filter("times > 1")
        )
        assert twice.limit(1).fetchall() == [], table


@pytest.mark.parametrize("register", REGISTERS)
def test_nothing_is_known_before_it_happens(delivered: Path, register: str) -> None:
    for table, told in of_register(delivered, register).items():
        if contracts()[table].announced:
            continue
        event = pc.cast(told["event_date"], pa.timestamp("us"))
        early = pc.greater(event, told["known_at"])
        assert not pc.any(early, min_count=0).as_py(), table


@pytest.mark.parametrize(
    ("table", "end"),
    [
        ("reg_abnormal_list", "remove_date"),
        ("reg_chattel_mortgage", "cancel_date"),
        ("reg_equity_pledge", "cancel_date"),
        ("reg_name_history", "valid_to"),
        ("reg_officer", "valid_to"),
        ("reg_penalty", "repaired_at"),
        ("reg_serious_violation", "remove_date"),
        ("reg_shareholder", "valid_to"),
        ("qual_cert", "revoked_date"),
        ("core_consent", "revoked_at"),
        ("rel_edge", "valid_to"),
        ("util_month", "paid_at"),
    ],
)
def test_no_end_is_known_before_it_comes(delivered: Path, table: str, end: str) -> None:
    told = read(delivered, table)
    day = pc.cast(told[end], pa.timestamp("us"))
    known = pc.greater_equal(told["known_at"], day)

    assert np.all(known.drop_null().to_numpy(zero_copy_only=False))
