"""The courts of the city: who is sued, what defaults leave, what nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kexin.identity.codes import case_number
from kexin.identity.names import is_masked, is_organisation
from kexin.simulate import clock
from kexin.simulate.bureaus import court, court_enforcement
from kexin.simulate.life import NEVER
from kexin.simulate.naming import person_names
from unit.simulate.registers import faults, repeated, told

if TYPE_CHECKING:
    from kexin.simulate.arrays import Ints
    from kexin.simulate.world import World


@pytest.fixture(scope="module")
def tables(town: World) -> dict[str, pa.Table]:
    return told(town, court.records) | told(town, court_enforcement.records)


def firms_of(table: pa.Table) -> set[int]:
    return set(table["firm"].to_pylist())


def came(town: World, months: Ints) -> set[int]:
    """Return the firms to which an event of the aftermath came by the last day."""
    inside = (months < clock.MONTHS - 2) & (months < NEVER)
    return set(town.aftermath.firm[inside].tolist())


def test_records_keep_to_their_contracts(tables: dict[str, pa.Table]) -> None:
    every = court.TABLES + court_enforcement.TABLES
    assert {name: faults(name, tables[name]) for name in every} == {
        name: [] for name in every
    }


def test_no_two_records_have_one_key(tables: dict[str, pa.Table]) -> None:
    assert {name: repeated(name, found) for name, found in tables.items()} == (
        dict.fromkeys(tables, 0)
    )


def test_a_case_number_reads_as_its_key(tables: dict[str, pa.Table]) -> None:
    cases = tables["court_case"]
    numbers, keys = cases["case_no_raw"].to_pylist(), cases["case_id"].to_pylist()
    read = [case_number(number) for number in numbers]
    assert [found.case_id if found else None for found in read] == keys


def test_every_event_of_the_aftermath_is_told(
    town: World, tables: dict[str, pa.Table]
) -> None:
    after = town.aftermath
    for months, name in (
        (after.enforcement, "court_enforcement"),
        (after.dishonest, "court_dishonest"),
        (after.spending_limit, "court_spending_limit"),
        (after.round_end, "court_round_end"),
        (after.bankrupt, "court_bankruptcy"),
    ):
        assert came(town, months) <= firms_of(tables[name]), name


def test_a_default_leaves_enforcement_that_counts_as_bad(
    town: World, tables: dict[str, pa.Table]
) -> None:
    found = tables["court_enforcement"]
    over = found.filter(pc.not_equal(found["exec_status"], "open"))
    large = pc.greater_equal(found["exec_amount"].cast(pa.float64()), 50_000)
    assert came(town, town.aftermath.enforcement) <= firms_of(found.filter(large))
    days = (
        over["closed_date"].to_numpy() - over["filed_date"].to_numpy()
    ) / np.timedelta64(1, "D")
    failed = over["exec_status"].to_numpy(zero_copy_only=False) == "terminated_round"
    assert (days[failed] >= 60).all()


def test_a_listing_rests_on_a_case_of_enforcement(tables: dict[str, pa.Table]) -> None:
    cases = set(tables["court_enforcement"]["case_id"].to_pylist())
    for name in ("court_dishonest", "court_round_end", "court_spending_limit"):
        assert set(tables[name]["case_id"].to_pylist()) <= cases


def test_what_is_performed_is_deleted_only_after_it(
    tables: dict[str, pa.Table],
) -> None:
    found = tables["court_enforcement"]
    gone = found.filter(found["withdrawn"])
    assert gone.num_rows
    assert set(gone["exec_status"].to_pylist()) == {"performed"}


def test_hearings_are_announced_before_they_are_held(
    tables: dict[str, pa.Table],
) -> None:
    found = tables["court_hearing"]
    ahead = found["hearing_date"].to_numpy() - found["published_date"].to_numpy()
    assert (ahead > np.timedelta64(0, "D")).all()
    assert (ahead <= np.timedelta64(31, "D")).all()


def test_documents_grow_rare(tables: dict[str, pa.Table]) -> None:
    closed = pc.year(tables["court_judgment"]["judgment_date"]).to_numpy()
    assert (closed == 2023).sum() < 0.35 * (closed == 2020).sum()


def test_names_are_masked_more_and_more(tables: dict[str, pa.Table]) -> None:
    found = tables["court_party"]
    year = np.array([int(key[:4]) for key in found["case_id"].to_pylist()])
    masked = np.array([is_masked(n) for n in found["party_name_raw"].to_pylist()])
    assert not masked[year < 2020].any()
    assert masked[year == 2025].mean() > 0.2 > masked[year == 2022].mean() > 0


def test_persons_are_told_from_firms(tables: dict[str, pa.Table]) -> None:
    found = tables["court_party"]
    names = found["party_name_raw"].to_pylist()
    for name, firm in zip(names, found["is_firm"].to_pylist(), strict=True):
        assert firm == is_organisation(name)


def test_persons_bear_the_names_of_representatives_and_are_nobodys(
    town: World, tables: dict[str, pa.Table]
) -> None:
    found = tables["court_party"]
    persons = found.filter(pc.invert(found["is_firm"]))
    assert set(persons["firm"].to_pylist()) == {-1}
    chief = set(person_names(town.naming.person).to_pylist())
    alike = chief & set(persons["party_name_raw"].to_pylist())
    assert len(alike) > 0.01 * town.city.size


def test_mediation_knows_its_suit_only_when_it_is_filed(
    tables: dict[str, pa.Table],
) -> None:
    found = tables["court_case"]
    mediation = pc.equal(found["case_type"], "民诉前调")
    linked = pc.not_equal(found["root_case_id"], found["case_id"])
    early = found.filter(pc.and_(mediation, linked))
    assert early.num_rows
    assert pc.all(pc.greater(early["known"], early["close_date"])).as_py()
