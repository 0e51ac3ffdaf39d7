"""Loans grow late month by month, and banks report what the credit reference tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest

from kexin.simulate import clock, consent, contractform, generate, matching
from kexin.simulate.bureaus import bureaus
from kexin.simulate.life import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from kexin.simulate.world import World

    Asked = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def ask(town: World, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder: Path = tmp_path_factory.mktemp("credit")
    for bureau in bureaus():
        if bureau.name in {"credit", "outcomes"}:
            generate.write(town, contractform.Tables(town, folder), bureau)
    engine = duckdb.connect()
    for path in folder.glob("*.parquet"):
        engine.execute(f"create view {path.stem} as from '{path}'")
    return lambda query: engine.execute(query).fetchall()


def test_days_past_due_rise_by_a_month_at_most(ask: Asked) -> None:
    ((most, rises),) = ask("""
        select max(more), count(*) filter (more > 0) from (
            select overdue_days - lag(overdue_days) over loan as more
            from pboc_loan_month window loan as (partition by account_hash order by month))
    """)

    assert rises > 500
    assert most <= 62  # the 30 days of a month, and 29 days of its first delay


def test_a_loan_lost_is_substandard_at_the_latest_then(ask: Asked) -> None:
    found = ask("select distinct overdue_days, five_class from pboc_loan_month")

    assert {days >= 90 for days, _ in found} == {True, False}
    assert all((int(of_class) >= 3) == (days >= 90) for days, of_class in found)


def test_a_loan_is_lost_when_the_aftermath_says(town: World) -> None:
    told = town.aftermath
    lost = (told.overdue_90 < clock.MONTHS) & (told.overdue_90 >= 3)
    firm, month = told.firm[lost], told.overdue_90[lost]

    assert np.all(town.lending.overdue[month, firm] >= 90)
    assert np.all(town.lending.overdue[month - 1, firm] < 90)
    never = np.setdiff1d(np.arange(town.city.size), told.firm[told.overdue_90 < NEVER])
    assert town.lending.overdue[:, never].max() < 90


def test_loans_are_told_only_with_consent(ask: Asked, town: World) -> None:
    given = dict(zip(town.naming.uscc.to_pylist(), consent.since(town), strict=True))
    first = ask("select firm_key, min(known_at) from pboc_loan_month group by 1")

    assert len(first) > 300
    for firm, known in first:
        assert np.datetime64(known, "D") >= given[firm], firm


def test_banks_report_what_the_credit_reference_tells(ask: Asked) -> None:
    ((both, other),) = ask("""
        select count(*), count(*) filter (o.dpd <> p.overdue_days)
        from core_loan_outcome o join pboc_loan_month p
          on o.firm_key = p.firm_key and o.report_month = p.month
         and o.drawdown_date = p.open_date and o.principal = p.principal
    """)

    assert both > 2_000
    assert other == 0


def test_the_worst_delay_is_never_less_than_todays(ask: Asked) -> None:
    found = ask("""
        select min(max_dpd_ever - dpd), min(more) from (
            select dpd, max_dpd_ever, max_dpd_ever - lag(max_dpd_ever) over loan as more
            from core_loan_outcome window loan as (partition by loan_id order by report_month))
    """)

    assert found == [(0, 0)]


def test_banks_take_the_better_applicants(town: World) -> None:
    told = matching.applications(town)
    bad = matching.bad_within_a_year(town, told)

    assert told.approved.sum() == round(matching.MATCHED * town.city.size)
    assert told.approved.mean() == pytest.approx(matching.APPROVED, abs=0.01)
    assert bad[~told.approved].mean() > bad[told.approved].mean()
