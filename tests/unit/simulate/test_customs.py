"""Customs: codes, classes, and declarations that add up to what is exported."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kexin.identity.codes import customs_code
from kexin.simulate.bureaus import customs
from kexin.simulate.draws import blocks
from kexin.simulate.traders import exported, traders
from unit.simulate.registers import faults, repeated, told

if TYPE_CHECKING:
    from kexin.simulate.world import World

FIVE_CLASSES = date(2026, 4, 1)


@pytest.fixture(scope="module")
def tables(town: World) -> dict[str, pa.Table]:
    return told(town, customs.records)


def test_records_keep_to_their_contracts(tables: dict[str, pa.Table]) -> None:
    assert {name: faults(name, found) for name, found in tables.items()} == {
        name: [] for name in tables
    }


def test_no_two_records_have_one_key(tables: dict[str, pa.Table]) -> None:
    assert {name: repeated(name, found) for name, found in tables.items()} == (
        dict.fromkeys(tables, 0)
    )


def test_codes_have_the_form_of_customs(tables: dict[str, pa.Table]) -> None:
    codes = pc.unique(tables["cus_registrant"]["customs_code"]).to_pylist()
    assert [code for code in codes if customs_code(code) != code] == []
    assert all(code.startswith("3301") for code in codes)


def test_a_firm_has_one_code_at_a_time(tables: dict[str, pa.Table]) -> None:
    found = tables["cus_registrant"]
    ends: dict[tuple[int, date], date | None] = {}
    for row in found.select(["firm", "valid_from", "cancelled_date"]).to_pylist():
        ends[row["firm"], row["valid_from"]] = row["cancelled_date"]
    spells = sorted(ends.items())
    for ((firm, _), end), ((other, begin), _) in pairwise(spells):
        assert firm != other or (end is not None and end <= begin)


def test_the_new_classes_begin_with_the_order(tables: dict[str, pa.Table]) -> None:
    found = tables["cus_credit_class"]
    new = pc.is_in(
        found["credit_class"], pa.array(["certified", "seriously_dishonest"])
    )
    early = pc.less(found["effective_date"], pa.scalar(FIVE_CLASSES))
    assert not pc.any(pc.and_(new, early)).as_py()


def test_declarations_add_up_to_the_exports(
    town: World, tables: dict[str, pa.Table]
) -> None:
    found = tables["cus_declaration"]
    first = found.filter(
        pc.and_(
            pc.equal(found["decl_status"], "released"), pc.equal(found["ie_flag"], "E")
        )
    )
    own = first.filter(pc.equal(pc.year(first["declare_date"]), 2023))
    total = sum(float(value) for value in own["value_cny"].to_pylist())
    block = next(blocks(town.city.size))
    sold = exported(town, 2023, block, traders(town))
    assert total == pytest.approx(sold[sold > customs.LEAST].sum(), rel=1e-6)


def test_lines_add_up_to_their_declaration(tables: dict[str, pa.Table]) -> None:
    found = tables["cus_declaration"]
    value = dict(
        zip(found["decl_no"].to_pylist(), found["value_cny"].to_pylist(), strict=True)
    )
    items = (
        tables["cus_declaration_item"]
        .group_by("decl_no")
        .aggregate([("item_value_cny", "sum")])
    )
    sums = zip(
        items["decl_no"].to_pylist(), items["item_value_cny_sum"].to_pylist(),
        strict=True,
    )  # fmt: skip
    off = [abs(float(value[number] - total)) for number, total in sums]
    assert np.quantile(off, 0.999) < 0.02


def test_nobody_declares_before_being_registered(
    town: World, tables: dict[str, pa.Table]
) -> None:
    found = tables["cus_declaration"]
    since = traders(town).since[found["firm"].to_numpy()]
    assert (found["declare_date"].to_numpy() >= since).all()
