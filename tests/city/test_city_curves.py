"""A city of 20,000 firms, as written, beside its targets (SIMULATOR.md 6 and 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kexin.simulate.acceptance.checks import CHECKS, checks
from kexin.simulate.acceptance.curves import CURVES, curves
from kexin.simulate.acceptance.opened import opened
from kexin.simulate.acceptance.page import page
from kexin.simulate.export import Asked, export

if TYPE_CHECKING:
    import duckdb

FIRMS, SEED = 20_000, 20261123

PERMITTED = 1
"""Points of a curve that may be off: eight curves have 80, each at two standard errors,
so that one in twenty is off by chance."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("large") / "city"
    export(folder, Asked(FIRMS, SEED, contract=True), threads=2)
    return opened(folder)


def test_distress_shows_as_it_should(large: duckdb.DuckDBPyConnection) -> None:
    drawn = list(curves(large))
    assert [curve.curve.id for curve in drawn] == [curve.id for curve in CURVES]
    for curve in drawn:
        assert len(curve.off) <= PERMITTED, (curve.curve.id, curve.values, curve.off)
    assert sum(len(curve.off) for curve in drawn) <= 2 * PERMITTED + 1


def test_marginals_lie_in_their_bands(large: duckdb.DuckDBPyConnection) -> None:
    found = list(checks(large))
    judged = {check.id for check in CHECKS if check.least <= FIRMS}
    assert {result.check.id for result in found} == judged
    off = [(r.check.id, r.label, r.value, r.band) for r in found if not r.passed]
    assert not off


def test_the_page_shows_every_curve_and_check(large: duckdb.DuckDBPyConnection) -> None:
    drawn, found = list(curves(large)), list(checks(large))
    for language in ("zh", "en"):
        html = page(drawn, found, language)
        assert html.count("<svg") == len(drawn)
        assert html.count("<tr>") == len(found) + 1
        assert "仿真数据 synthetic data" in html
        assert "http" not in html.replace("http://www.w3.org", "")
