"""Patents, trademarks and software: numbers, secrecy until publication, fees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kexin.identity.codes import patent_number
from kexin.simulate.bureaus import ip, ip_marks
from kexin.simulate.patents import application_numbers
from unit.simulate.registers import faults, repeated, told

if TYPE_CHECKING:
    from kexin.simulate.world import World


@pytest.fixture(scope="module")
def tables(town: World) -> dict[str, pa.Table]:
    return told(town, ip.records) | told(town, ip_marks.records)


def test_numbers_have_the_check_character_of_real_ones() -> None:
    # 201910796888.7: its serial is what the step makes of some place.
    number = application_numbers(np.array([2019]), np.array([0]), np.array([7]))
    assert patent_number(number[0].as_py()) == number[0].as_py()
    assert number[0].as_py()[:5] == "20191"


def test_records_keep_to_their_contracts(tables: dict[str, pa.Table]) -> None:
    every = ip.TABLES + ip_marks.TABLES
    assert {name: faults(name, tables[name]) for name in every} == {
        name: [] for name in every
    }


def test_no_two_records_have_one_key(tables: dict[str, pa.Table]) -> None:
    assert {name: repeated(name, found) for name, found in tables.items()} == (
        dict.fromkeys(tables, 0)
    )


def test_every_number_is_valid(tables: dict[str, pa.Table]) -> None:
    columns = [("ip_patent", "app_no"), ("ip_citation", "citing_no")]
    for name, column in columns:
        numbers = pc.unique(tables[name][column]).to_pylist()
        assert [n for n in numbers if patent_number(n) != n] == []


def test_an_application_is_known_only_when_it_is_published(
    tables: dict[str, pa.Table],
) -> None:
    found = tables["ip_patent"]
    assert pc.all(pc.greater_equal(found["known"], found["pub_date"])).as_py()
    own = pc.equal(found["patent_kind"], "utility")
    granted = found.filter(own)["grant_date"]
    assert granted.null_count == 0


def test_no_grant_stands_before_it_came(tables: dict[str, pa.Table]) -> None:
    found = tables["ip_patent"]
    pending = pc.is_in(
        found["legal_status"], pa.array(["published", "examined", "refused"])
    )
    assert found.filter(pending)["grant_date"].null_count == pc.sum(pending).as_py()


def test_a_lapse_counts_from_the_fee_and_is_known_months_later(
    tables: dict[str, pa.Table],
) -> None:
    found = tables["ip_patent_event"]
    lapses = found.filter(
        pc.and_(
            pc.equal(found["event_code"], "lapse_fee"),
            pc.greater(pc.year(found["event_date"]), 2018),
        )
    )
    wait = lapses["known"].to_numpy() - lapses["event_date"].to_numpy()
    days = np.median(wait / np.timedelta64(1, "D"))
    assert 210 < days < 270


def test_who_sells_holds_no_longer(tables: dict[str, pa.Table]) -> None:
    sold = tables["ip_patent_event"]
    sold = sold.filter(pc.equal(sold["event_code"], "transfer_out"))
    held = tables["ip_patent_holder"]
    ended = held.filter(pc.and_(pc.is_valid(held["valid_to"]), pc.greater_equal(
        held["firm"], 0
    )))  # fmt: skip
    pairs = zip(ended["app_no"].to_pylist(), ended["valid_to"].to_pylist(), strict=True)
    told_of = zip(
        sold["app_no"].to_pylist(), sold["event_date"].to_pylist(), strict=True
    )
    assert set(pairs) == set(told_of)


def test_utility_models_die_sooner_than_inventions(tables: dict[str, pa.Table]) -> None:
    found = tables["ip_patent"]
    granted = found.filter(pc.is_valid(found["grant_date"]))
    lapsed = set(
        granted.filter(pc.equal(granted["legal_status"], "lapsed_fee"))[
            "app_no"
        ].to_pylist()
    )
    share = {
        kind: np.mean(
            [
                number in lapsed
                for number in pc.unique(
                    granted.filter(pc.equal(granted["patent_kind"], kind))["app_no"]
                ).to_pylist()
            ]
        )
        for kind in ("invention", "utility", "design")
    }
    assert share["invention"] < share["utility"] < share["design"]
