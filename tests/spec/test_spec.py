from __future__ import annotations

import functools
from datetime import date

import pytest

from laws.engine import SIGNALS, Panels, Values, agrees
from spec.invoices import SPEC
from spec.table import Example, records


@functools.cache
def panel_of(as_of: str) -> dict[str, Values]:
    """All examples of one day, each a firm of its own."""
    own = {e.shows: records(e) for e in SPEC if e.as_of == as_of}
    return Panels(threads=2).of(own, date.fromisoformat(as_of))


@pytest.mark.parametrize("example", SPEC, ids=lambda example: example.shows)
def test_example(example: Example) -> None:
    found = panel_of(example.as_of)[example.shows]
    wrong = {
        name: (found[name], expected)
        for name, expected in example.expected.items()
        if not agrees(found[name], expected)
    }
    assert not wrong, "found, expected"


def test_every_signal_has_an_example_of_a_value_and_one_of_absence() -> None:
    for name, signal in SIGNALS.items():
        values = [e.expected[name] for e in SPEC if name in e.expected]
        assert any(value is not None for value in values), name
        assert None in values or signal.absent == "never", name


def test_no_two_examples_show_the_same() -> None:
    assert len({example.shows for example in SPEC}) == len(SPEC)
