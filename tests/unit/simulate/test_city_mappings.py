"""What a bureau writes without a fault comes back from intake as it was."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kexin.intake.mapping import plain, read_mapping
from kexin.registers.contract import contracts
from kexin.simulate.dirt import spotless
from kexin.simulate.looks.look import looks
from kexin.simulate.mapped import mappings
from kexin.simulate.rows import arrow
from kexin.simulate.written import headings
from unit.simulate.contractrows import records
from unit.simulate.delivering import (
    CITY,
    city,
    delivered,
    held,
    known_soon,
    manifests,
    normal,
    taken_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.accounts import Account
    from kexin.simulate.rows import Rows
    from kexin.simulate.world import World

ROWS = 60
TABLES = sorted(contracts())


class City(NamedTuple):
    """Clean records of every table, and what became of them.

    Attributes:
        clean: The records.
        deliveries: Where they were delivered.
        warehouse: The warehouse.
        account: The account of rows.
    """

    clean: dict[str, Rows]
    deliveries: Path
    warehouse: Path
    account: Account


@pytest.fixture(scope="module")
def clean_city(town: World, tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("clean")
    clean = {table: records(town, table, ROWS) for table in TABLES}
    deliveries = delivered(town, folder, spotless(), clean.values())
    warehouse = folder / "warehouse"
    return City(clean, deliveries, warehouse, taken_in(deliveries, warehouse))


@pytest.mark.parametrize("table", TABLES)
def test_clean_records_come_back_column_by_column(
    clean_city: City, town: World, table: str
) -> None:
    rows = clean_city.clean[table]
    contract = contracts()[table]
    own = [name for name in contract.fields() if name not in contract.derived]
    sent = arrow(rows).select(own).to_pylist()
    moments = known_soon(rows).day.tolist()
    codes = town.naming.uscc.to_pylist()
    expected = {
        (codes[firm], *(str(normal(record[k])) for k in contract.key if k in record)): (
            {name: normal(value) for name, value in record.items()},
            moment,
        )
        for firm, record, moment in zip(rows.firm, sent, moments, strict=True)
    }
    assert len(expected) == ROWS
    came = held(clean_city.warehouse, table)
    assert len(came) == ROWS
    for version in came:
        key = tuple(str(version[k]) for k in contract.key if k != "firm_key")
        record, moment = expected[(version["firm_key"], *key)]
        assert {name: version[name] for name in own} == record
        assert version["event_date"] == as_day(record[contract.event])
        assert version["known_at"].date() == moment
        assert version["known_at"].hour == 6
        assert (version["version_no"], version["op"]) == (1, "I")
        assert version["src_system"] == f"synthetic:{looks()[table].supplier.id}"
        assert version["firm_step"] == "M1"


def as_day(value: object) -> object:
    """Return a moment as its day."""
    return value.date() if hasattr(value, "date") else value


def test_clean_records_are_accepted_all(clean_city: City) -> None:
    counts = {count.table: count for count in clean_city.account.tables}
    assert sorted(counts) == TABLES
    for count in counts.values():
        assert (count.accepted, count.already_held, count.quarantined) == (ROWS, 0, 0)


def test_clean_records_leave_truth_only_where_identity_is_judged(
    clean_city: City,
) -> None:
    told = {
        path.stem
        for path in (clean_city.deliveries.parent / "truth/gt_map").glob("*.parquet")
    }
    judged = {t for t in TABLES if t.startswith(("court", "ip"))} | {"reg_penalty"}
    assert told == judged


def test_nothing_in_the_deliveries_is_left_out_or_unread(clean_city: City) -> None:
    assert [note.en for note in clean_city.account.notes] == []


def test_manifests_count_every_row(clean_city: City) -> None:
    told = manifests(clean_city.deliveries)
    files = {
        path.relative_to(clean_city.deliveries).as_posix()
        for path in clean_city.deliveries.rglob("*_*.*")
    }
    assert set(told) == files
    assert sum(told.values()) == ROWS * len(TABLES)


def test_every_table_has_a_look() -> None:
    assert sorted(looks()) == TABLES


def test_each_file_fits_exactly_one_source(clean_city: City) -> None:
    for path in clean_city.deliveries.rglob("*_*.*"):
        names = (path.name, path.relative_to(clean_city.deliveries).as_posix())
        for name in names:
            own = [
                source.table
                for source in city().sources
                if any(fnmatchcase(name, pattern) for pattern in source.files)
            ]
            assert len(own) == 1


def test_headings_and_codes_are_told_apart() -> None:
    for look in looks().values():
        names = headings(look)
        assert len(set(names)) == len(names)
        for column, field in look.fields().items():
            labels = look.labels(column)
            assert set(labels) == set(field.codes or {})
            assert len({plain(label) for label in labels.values()}) == len(labels)


@pytest.mark.parametrize("name", sorted(mappings()))
def test_mappings_fit_how_their_bureaus_write(name: str) -> None:
    path = CITY / f"{name}.toml"
    assert path.read_text(encoding="utf-8") == mappings()[name]
    assert read_mapping(path).source == f"synthetic:{name}"


def test_no_mapping_is_left_over() -> None:
    assert {path.stem for path in CITY.glob("*.toml")} == set(mappings())


def test_sources_of_a_folder_keep_their_suppliers() -> None:
    suppliers = {source.table: source.supplier for source in city().sources}
    assert suppliers["si_month"] == "synthetic:si"
    assert suppliers["court_case"] == "synthetic:court"
