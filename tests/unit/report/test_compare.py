"""Indices and limits of chance against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from kexin.report.compare import (
    before,
    differ,
    exceeds,
    fresh,
    stability,
    stability_by_chance,
)
from kexin.report.measured import within
from kexin.report.numbers import (
    FORMAT,
    FileRows,
    Lags,
    Numbers,
    Rows,
    TableNumbers,
)
from kexin.report.silence import empty_months, usual_rows

COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 10_000), min_size=1)


def numbers(number: int, *files: str, mapping: str = "m", read: int = 10) -> Numbers:
    rows = Rows(read, read, 0, 0)
    table = TableNumbers(
        table="tax_invoice",
        rows=rows,
        records=read,
        lags=Lags(read, 0, 0, number, number),
        absent={"goods_code": 1},
        codes={"direction": {"in": read}},
        steps=(),
        flags={"unmatched": 2},
        reasons=(),
        streams=(),
    )
    told = tuple(
        FileRows(file, f"{file}:{file.rjust(12, '0')}", "tax_invoice", rows)
        for file in files
    )
    return Numbers(
        FORMAT, number, number, mapping, "2024-01-01", told, (table,), checks=()
    )


def test_the_index_is_the_one_worked_out_by_hand() -> None:
    # With half a record more: 50.5 of 101 twice, beside 90.5 and 10.5 of 101.
    p, q = 0.5, (90.5 / 101, 10.5 / 101)
    by_hand = (p - q[0]) * math.log(p / q[0]) + (p - q[1]) * math.log(p / q[1])
    assert stability({"a": 50, "b": 50}, {"a": 90, "b": 10}) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.8531, abs=1e-4)


def test_the_index_of_many_records_is_the_plain_one() -> None:
    now, was = {"a": 5_000_000, "b": 5_000_000}, {"a": 9_000_000, "b": 1_000_000}
    plain = -0.4 * math.log(5 / 9) + 0.4 * math.log(5)
    assert stability(now, was) == pytest.approx(plain, abs=1e-5)


@given(COUNTS, COUNTS)
def test_the_index_is_symmetric_finite_and_never_negative(
    now: dict[str, int], was: dict[str, int]
) -> None:
    index = stability(now, was)
    if index is None:
        assert not sum(now.values()) or not sum(was.values())
        return
    assert 0 <= index < math.inf
    assert index == pytest.approx(stability(was, now) or 0.0)
    same = stability(now, now)
    assert same is not None
    assert same == pytest.approx(0, abs=1e-12)


def test_chance_explains_less_the_more_records_there_are() -> None:
    few = stability_by_chance({"a": 10, "b": 10}, {"a": 10, "b": 10})
    many = stability_by_chance({"a": 1000, "b": 1000}, {"a": 1000, "b": 1000})
    assert few == pytest.approx(100 * many)
    assert stability_by_chance({"a": 1}, {"a": 9}) == 0


@pytest.mark.parametrize("codes", [2, 3, 6, 20])
def test_chance_is_the_quantile_of_chi_squared(codes: int) -> None:
    counts = {str(code): 2000 // codes for code in range(codes)}
    n = sum(counts.values())
    exact = float(chi2.isf(norm.sf(4), codes - 1))
    told = stability_by_chance(counts, counts) * n / 2
    assert told == pytest.approx(exact, rel=0.1)


def test_a_share_differs_from_where_its_angle_is_four_errors_away() -> None:
    n, m = 400, 1600
    error = math.sqrt(1 / n + 1 / m)
    edge = math.sin((2 * math.asin(math.sqrt(0.1)) + 4 * error) / 2) ** 2
    assert differ(math.ceil(edge * n), n, 160, m)
    assert not differ(math.floor(edge * n), n, 160, m)
    assert not differ(5, 0, 1, 10)
    assert exceeds(150, 400, 0.1)
    assert not exceeds(50, 400, 0.1)
    assert not exceeds(0, 0, 0.1)


def test_days_within_are_the_least_that_reach_the_tenth() -> None:
    assert within([(0, 9), (5, 1)], 9) == 0
    assert within([(0, 89), (5, 11)], 9) == 5
    assert within([(-3, 1), (2, 1)], 5) == -3
    assert within([], 9) is None


def test_what_came_before_is_added_up_and_a_repeated_file_once() -> None:
    earlier = [numbers(1, "a"), numbers(2, "a", "b"), numbers(3, "c", read=20)]
    told = before("tax_invoice", numbers(4, "d"), earlier)
    assert told.deliveries == (2, 3)
    assert (told.read, told.records, told.absent["goods_code"]) == (30, 30, 2)
    assert told.codes == {"direction": {"in": 30}}
    assert told.unmatched == 4
    assert told.p90 == 2


def test_a_delivery_is_not_compared_with_its_own_files_or_another_mapping() -> None:
    earlier = [numbers(1, "a"), numbers(2, "b", mapping="other")]
    assert before("tax_invoice", numbers(3, "a"), earlier).deliveries == ()


def test_only_the_last_twelve_are_compared_with() -> None:
    earlier = [numbers(n, f"f{n}") for n in range(1, 20)]
    told = before("tax_invoice", numbers(20, "now"), earlier)
    assert told.deliveries == tuple(range(8, 20))


def test_a_delivery_of_old_files_is_none_of_its_own() -> None:
    all_ = [numbers(3, "a", "b"), numbers(1, "a"), numbers(2, "a")]
    assert [each.number for each in fresh(all_)] == [1, 3]


def test_months_are_usual_only_where_ten_of_twelve_have_records() -> None:
    months = {f"2023-{month:02}": 100 * month for month in range(1, 13)}
    last = 2023 * 12 + 11
    assert usual_rows(months, last) == 650
    for month in ("2023-03", "2023-04"):
        del months[month]
    assert usual_rows(months, last) == 650
    del months["2023-05"]
    assert usual_rows(months, last) == 0
    assert empty_months(months) == ["2023-03", "2023-04", "2023-05"]
    assert empty_months([]) == []
