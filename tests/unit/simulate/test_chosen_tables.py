"""A city of some tables only: each is as it is among all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer

from kexin.cli.city import tables_named
from kexin.registers.contract import contracts
from kexin.simulate.export import Asked, Made, export
from kexin.simulate.generate import MONTHLY

if TYPE_CHECKING:
    from pathlib import Path

FIRMS, SEED = 150, 11


def asked(*tables: str, contract: bool = True) -> Asked:
    return Asked(FIRMS, SEED, contract=contract, tables=tables)


def digests(made: Made) -> dict[str, str]:
    """Return the digest of every file of a city, by its place."""
    told = json.loads((made.folder / "city.json").read_text(encoding="utf-8"))
    return dict(told["files"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return export(tmp_path_factory.mktemp("whole") / "city", asked(), threads=2)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_monthly_tables_alone_are_as_among_all(
    whole: Made, tmp_path: Path, threads: int
) -> None:
    some = export(tmp_path / "some", asked(*MONTHLY), threads)
    alone, every = digests(some), digests(whole)
    tables = {f"tables/{table}.parquet" for table in MONTHLY}
    assert {name for name in alone if name.startswith("tables/")} == tables
    assert alone.items() <= every.items()
    assert some.rows == {table: whole.rows[table] for table in MONTHLY}


@pytest.mark.parametrize("table", ["hf_month", "util_month", "tax_arrears"])
def test_the_last_table_of_a_register_needs_none_of_the_others(
    whole: Made, tmp_path: Path, table: str
) -> None:
    some = export(tmp_path / "some", asked(table), threads=1)
    file = f"tables/{table}.parquet"
    assert digests(some)[file] == digests(whole)[file]
    assert [path.name for path in (some.folder / "tables").iterdir()] == [
        f"{table}.parquet"
    ]


def test_deliveries_of_chosen_tables_are_as_among_all(tmp_path: Path) -> None:
    names = ("court_case", "court_party")
    every = digests(export(tmp_path / "all", asked(contract=False), threads=2))
    some = digests(export(tmp_path / "some", asked(*names, contract=False), threads=1))
    files = {name for name in some if not name.endswith("manifest.json")}
    assert any(name.startswith("deliveries/") for name in files)
    assert any(name.startswith("truth/gt_map/") for name in files)
    assert {name: every[name] for name in files} == {name: some[name] for name in files}


def test_monthly_names_several_tables_and_others_may_stand_beside_it() -> None:
    assert tables_named("") == ()
    assert tables_named("monthly") == MONTHLY
    assert tables_named("reg_firm, monthly") == tuple(sorted([*MONTHLY, "reg_firm"]))
    assert contracts().keys() >= set(MONTHLY)


def test_a_table_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(typer.BadParameter, match=r"tax_vat[?].*tax_vat_return"):
        tables_named("tax_vat,si_month")
