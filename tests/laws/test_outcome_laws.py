"""What holds of outcomes in every warehouse: nothing known later changes them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.panel.outcomes import outcomes
from laws.cities import drawn
from laws.engine import examples
from laws.test_city_laws import forgotten
from unit.panel.delivered import in_memory, standing, told

if TYPE_CHECKING:
    from random import Random

    from kexin.panel.outcomes import Label
    from laws.cities import Tables

AS_OF, KNOWN_BY = date(2019, 12, 31), date(2021, 4, 30)
DRAWN = (
    "core_loan_outcome",
    "court_bankruptcy",
    "court_dishonest",
    "court_enforcement",
    "court_round_end",
    "court_spending_limit",
    "reg_status_event",
    "tax_abnormal_status",
)
FIRMS = tuple(f"F{number}" for number in range(40))
KEPT = 12
"""Events that stay of a table: a firm with many is not asked."""

randoms = st.randoms(use_true_random=True)


def city_of(random: Random) -> Tables:
    """Firms of the population, and few events, on the edges of windows."""
    days = [AS_OF, date(2020, 6, 30), date(2020, 12, 31), KNOWN_BY]
    events = {
        name: random.sample(rows, min(len(rows), KEPT))
        for name, rows in drawn(random, days, [], DRAWN, firms=FIRMS).items()
    }
    return told(standing(*FIRMS)) | events


def outcomes_of(tables: Tables, known_by: date, label: Label = "any") -> pd.DataFrame:
    return outcomes(in_memory(tables), AS_OF, known_by, label)


@pytest.mark.parametrize("label", ["any", "B1"])
@examples(1)
@given(random=randoms)
def test_what_is_known_later_changes_no_outcome(random: Random, label: Label) -> None:
    tables = city_of(random)
    for known_by in (AS_OF, date(2020, 8, 31), KNOWN_BY):
        then = forgotten(tables, random, known_by, None)
        pd.testing.assert_frame_equal(
            outcomes_of(tables, known_by, label), outcomes_of(then, known_by, label)
        )


@examples(1)
@given(random=randoms)
def test_who_is_asked_does_not_depend_on_what_came_later(random: Random) -> None:
    tables = city_of(random)
    then = forgotten(tables, random, AS_OF, None)
    asked = ["firm_key", "prior_bad"]
    later, at_once = outcomes_of(tables, KNOWN_BY), outcomes_of(then, AS_OF)
    pd.testing.assert_frame_equal(later[asked], at_once[asked])


@examples(1)
@given(random=randoms)
def test_the_cities_have_good_and_bad_firms(random: Random) -> None:
    seen: set[str] = set()
    for _ in range(2):
        seen |= set(outcomes_of(city_of(random), KNOWN_BY)["outcome"])
    assert {"bad", "good"} <= seen
