"""Evidence of groups of records, of pairs of them, and of other firms is complete."""

from __future__ import annotations

import dataclasses
from datetime import date

import ibis
import pytest

from kexin.algebra.nodes import Call, Constant
from kexin.dictionary.example import Example, examples, records
from kexin.dictionary.examples.tax_conduct import AMENDED, RATED
from kexin.language import Text
from kexin.panel.evidence import evidence, values_from
from kexin.signals.catalogue import catalogue
from laws.small import warehouse

RATINGS = Example(Text("", ""), "2020-06-30", {"tax_credit_rating": RATED}, {})
AMENDMENTS = Example(Text("", ""), "2019-06-30", AMENDED, {})


@pytest.mark.parametrize(
    ("name", "example", "value", "number"),
    [
        # Of the ten ratings of the table the yearly ones: the ranks of all groups.
        ("tax.rating_a_years", RATINGS, 2, {"tax_credit_rating": 7}),
        # Eight returns for the year's sales, two of them amended, with their first
        # filings; and both of May 2018, which lies before that year.
        (
            "tax.amend_up_6m",
            AMENDMENTS,
            11_000 / 199_999,
            {"tax_payer": 0, "tax_vat_return": 8 + 2 + 2},
        ),
    ],
    ids=["groups", "pairs"],
)
def test_reducing_the_evidence_gives_the_value_again(
    name: str, example: Example, value: float, number: dict[str, int]
) -> None:
    engine = ibis.duckdb.connect(threads=1)
    held = warehouse(engine, records(example))
    signal, day = catalogue()[name], date.fromisoformat(example.as_of)
    found = evidence(signal, ["F"], day, held)
    nothing = {table: rows.limit(0) for table, rows in held.items()}
    again = values_from(signal, ["F"], day, {**nothing, **found})["F"]
    assert again == pytest.approx(value)
    assert {table: rows.count().execute() for table, rows in found.items()} == number


@pytest.mark.parametrize(
    "name",
    [
        # Other firms that are active: one that is not is no evidence.
        "reg.rep_firms_n",
        # A month without a return is no month without sales.
        "tax.sales_zero_streak",
        # A median of the firms that tell enough months.
        "tax.burden_gap",
    ],
)
def test_what_is_absent_stays_absent_in_the_evidence(name: str) -> None:
    told = [
        example
        for module in examples().values()
        for example in module
        if example.expected.get(name) is not None
    ]
    assert told
    signal = catalogue()[name]
    for example in told:
        engine = ibis.duckdb.connect(threads=1)
        day = date.fromisoformat(example.as_of)
        held = warehouse(engine, records(example))
        found = evidence(signal, ["F"], day, held)
        nothing = {table: rows.limit(0) for table, rows in held.items()}
        again = values_from(signal, ["F"], day, {**nothing, **found})["F"]
        expected = example.expected[name]
        assert again == pytest.approx(expected, rel=example.tolerance), example.shows.en


def test_what_is_put_for_an_absent_part_keeps_its_condition() -> None:
    years = catalogue()["tax.rating_a_years"].formula
    formula = Call("coalesce", (years.given(years > 5), Constant(9)))
    signal = dataclasses.replace(catalogue()["tax.rating_a_years"], formula=formula)
    held = warehouse(ibis.duckdb.connect(threads=1), records(RATINGS))
    day = date.fromisoformat(RATINGS.as_of)
    found = evidence(signal, ["F"], day, held)
    nothing = {table: rows.limit(0) for table, rows in held.items()}
    assert values_from(signal, ["F"], day, {**nothing, **found}) == {"F": 9}
