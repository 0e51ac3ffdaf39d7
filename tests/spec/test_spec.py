"""Every signal by example: a few records, and the value worked out by hand."""

from __future__ import annotations

import functools
import math
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kexin.dictionary.example import FIRM, examples, records
from kexin.signals.catalogue import catalogue
from laws.reference import City, keys_of
from laws.small import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kexin.dictionary.example import Example

SIGNALS = catalogue()
WITHOUT_A_VALUE = {
    "si.base_pp_yoy": "needs floors of two years; the package knows that of one",
}
"""Signals that have no value before reference data comes, each with the reason."""

FIRM_COLUMNS = {
    "counterparty_code",
    "dst_key",
    "firm_key",
    "holder_firm_key",
    "party_firm_key",
    "src_key",
    "uscc",
}
"""Columns in which an example names its firms."""

SPECS: Mapping[str, list[Example]] = examples()

LINKS = {"case_id", "root_case_id", "app_no", "person_hash", "restricted_rep_hash"}
"""Columns by which records of one example find one another."""
EXAMPLES = [(name, example) for name, own in SPECS.items() for example in own]


def apart(example: Example, number: int) -> dict[str, list[dict[str, Any]]]:
    """An example's records under names that no other example has."""
    return {
        table: [
            {
                name: f"{number}:{value}"
                if name in {*FIRM_COLUMNS, *LINKS, "row_id"} and value is not None
                else value
                for name, value in row.items()
            }
            for row in rows
        ]
        for table, rows in records(example).items()
    }


@functools.cache
def found_in(module: str) -> dict[int, Mapping[str, float | None]]:
    """The signals of every example of a module, all in one warehouse and one panel.

    Examples that compare a firm with all others have a warehouse of their own.
    """
    together = {n: e for n, e in enumerate(SPECS[module]) if not e.alone}
    alone = [{n: e} for n, e in enumerate(SPECS[module]) if e.alone]
    return {
        number: told
        for examples in [together, *alone]
        if examples
        for number, told in found_of(examples).items()
    }


def found_of(
    examples: Mapping[int, Example],
) -> dict[int, Mapping[str, float | None]]:
    """The signals of the firm F of some examples, by the examples' numbers."""
    tables: dict[str, list[dict[str, Any]]] = {}
    firms: set[tuple[str, date]] = set()
    for number, example in examples.items():
        own = apart(example, number)
        day = date.fromisoformat(example.as_of)
        firms.add((f"{number}:{FIRM}", day))
        for table, rows in own.items():
            tables.setdefault(table, []).extend(rows)
            firms |= {(row["firm_key"], day) for row in rows if row.get("firm_key")}
    told = {name for example in examples.values() for name in example.expected}
    panel = values([SIGNALS[name] for name in sorted(told)], tables, sorted(firms))
    return {
        number: panel[f"{number}:{FIRM}", date.fromisoformat(example.as_of)]
        for number, example in examples.items()
    }


def close(got: float | None, expected: float | None, tolerance: float) -> bool:
    if got is None or expected is None:
        return got is expected
    return math.isclose(got, expected, rel_tol=tolerance, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("module", "example"), EXAMPLES, ids=[f"{m}: {e.shows.en}" for m, e in EXAMPLES]
)
def test_example(module: str, example: Example) -> None:
    found = found_in(module)[SPECS[module].index(example)]
    wrong = {
        name: (found[name], expected)
        for name, expected in example.expected.items()
        if not close(found[name], expected, example.tolerance)
    }
    assert not wrong, "found, expected"


@pytest.mark.parametrize(
    ("module", "example"), EXAMPLES, ids=[f"{m}: {e.shows.en}" for m, e in EXAMPLES]
)
def test_the_reference_agrees_with_the_example(module: str, example: Example) -> None:
    tables, day = records(example), date.fromisoformat(example.as_of)
    city = City(tables, day, {FIRM, *keys_of(tables)})
    found = {name: city.value(SIGNALS[name], FIRM) for name in example.expected}
    wrong = {
        name: (found[name], expected)
        for name, expected in example.expected.items()
        if not close(found[name], expected, example.tolerance)
    }
    assert not wrong, f"{module}: found, expected"


def test_every_signal_has_an_example_of_a_value_and_one_of_absence() -> None:
    for name, signal in SIGNALS.items():
        told = [e.expected[name] for _, e in EXAMPLES if name in e.expected]
        has_value = any(value is not None for value in told)
        assert has_value != (name in WITHOUT_A_VALUE), name
        assert None in told or signal.absent == "never", name


def test_no_two_examples_show_the_same() -> None:
    assert len({example.shows.en for _, example in EXAMPLES}) == len(EXAMPLES)
    assert len({example.shows.zh for _, example in EXAMPLES}) == len(EXAMPLES)
