"""The registry tells one story: its tables agree with each other and with the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest

from kexin.identity.names import k1, k2
from kexin.simulate import clock, contractform, generate
from kexin.simulate.bureaus import bureaus
from kexin.simulate.life import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from kexin.simulate.world import World

    Asked = Callable[[str], list[tuple[Any, ...]]]

MINE = ("registry", "registry_people", "registry_penalties", "registry_reports")


@pytest.fixture(scope="module")
def ask(town: World, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder: Path = tmp_path_factory.mktemp("registry")
    for bureau in bureaus():
        if bureau.name in MINE:
            generate.write(town, contractform.Tables(town, folder), bureau)
    engine = duckdb.connect()
    for path in folder.glob("*.parquet"):
        engine.execute(f"create view {path.stem} as from '{path}'")
    return lambda query: engine.execute(query).fetchall()


def test_every_firm_is_registered_under_its_code(ask: Asked, town: World) -> None:
    ((firms,),) = ask("select count(distinct uscc) from reg_firm where not is_branch")

    assert firms >= town.city.size - 2  # a row or two come after the last day


def test_each_version_says_what_the_change_says(ask: Asked) -> None:
    wrong = """
        select count(*), count(*) filter (f.{column} is distinct from c.value_after)
        from reg_change c join reg_firm f
          on f.firm_key = c.firm_key and f.approve_date = c.change_date
        where c.change_item = '{item}' and not f.is_branch
    """
    for item, column in (
        ("address", "address"),
        ("name", "firm_name"),
        ("legal_rep", "legal_rep_name"),
        ("scope", "business_scope"),
    ):
        ((found, other),) = ask(wrong.format(column=column, item=item))
        assert found > 20
        assert other == 0, item


def test_capital_rises_and_falls_as_the_change_says(ask: Asked) -> None:
    found = ask("""
        select change_item, split_part(value_before, '万', 1)::double,
               split_part(value_after, '万', 1)::double
        from reg_change where change_item in ('capital_raise', 'capital_cut')
    """)

    assert len(found) > 50
    assert all(
        (after > before) == (item == "capital_raise") for item, before, after in found
    )


def test_the_representative_in_office_is_the_registered_one(ask: Asked) -> None:
    ((both, other),) = ask("""
        select count(*), count(*) filter (f.legal_rep_hash <> o.person_hash)
        from reg_firm f join reg_officer o
          on f.firm_key = o.firm_key and o.role = 'legal_rep' and o.superseded_at is null
         and o.valid_from <= f.approve_date
         and (o.valid_to is null or o.valid_to > f.approve_date)
        where not f.is_branch
    """)

    assert both > 2_000
    assert other / both < 0.002  # an end that comes late


def test_shares_of_a_firm_add_to_one(ask: Asked) -> None:
    found = ask("""
        select sum(ratio) from reg_shareholder
        where valid_to is null and superseded_at is null group by firm_key
    """)
    near = [abs(float(total) - 1) < 0.01 for (total,) in found]

    assert np.mean(near) > 0.99


def test_ends_are_announced_before_they_come(ask: Asked) -> None:
    early = ask("""
        select n.event_code, n.notice_end - n.event_date, d.event_date - n.notice_end
        from reg_status_event n join reg_status_event d on n.firm_key = d.firm_key
        where n.event_code in ('simple_dereg_notice', 'forced_dereg_notice')
          and d.event_code = 'deregistered'
    """)

    assert {days for code, days, _ in early if code == "simple_dereg_notice"} == {20}
    assert {days for code, days, _ in early if code == "forced_dereg_notice"} <= {90}
    assert all(after > 0 for _, _, after in early)


def test_nobody_is_struck_off_by_force_before_the_order(ask: Asked) -> None:
    ((first,),) = ask(
        "select min(approve_date) from reg_firm where reg_status = 'forced_deregistered'"
    )

    assert first is None or str(first) >= "2026-01-08"


def test_firms_end_when_their_life_ends(ask: Asked, town: World) -> None:
    told = dict(
        ask("select firm_key, max(event_date) from reg_status_event"
            " where event_code in ('deregistered', 'merged_into', 'moved_out')"
            "   and reason not in ('破产清算', '吊销满三年强制注销') group by 1")
    )  # fmt: skip
    gone = np.flatnonzero((town.life.gone < clock.MONTHS - 2) & (town.life.gone >= 0))
    codes = town.naming.uscc.to_pylist()
    months = [
        clock.month_of(np.datetime64(told[codes[f]], "D"))
        for f in gone
        if codes[f] in told
    ]
    lived = [town.life.gone[f] for f in gone if codes[f] in told]

    assert len(months) > 0.97 * len(gone)
    assert months == lived


def test_a_merged_firm_is_taken_over_by_one_that_stands(town: World) -> None:
    after = town.successions

    assert len(after.absorbed) > 0
    assert np.all(town.life.gone[after.survivor] > after.month)
    assert np.all(town.life.gone[after.absorbed] < NEVER)


def test_normal_forms_are_those_of_the_matcher(ask: Asked) -> None:
    for raw, whole, bare in ask(
        "select distinct name_raw, name_norm_k1, name_norm_k2 from reg_name_history limit 500"
    ):
        assert (whole, bare) == (k1(raw), k2(raw))


def test_one_name_is_in_use_at_a_time(ask: Asked) -> None:
    twice = ask("""
        select firm_key from reg_name_history
        where valid_to is null and superseded_at is null group by 1 having count(*) > 1
    """)

    assert len(twice) <= 3  # the end of the former name comes late


def test_branches_have_their_own_codes_and_a_parent(ask: Asked, town: World) -> None:
    found = ask(
        "select uscc, parent_uscc, firm_key, firm_name from reg_firm where is_branch"
    )
    codes = set(town.naming.uscc.to_pylist())

    assert 0.03 < len({parent for _, parent, *_ in found}) / town.city.size < 0.07
    assert all(own not in codes and parent in codes for own, parent, *_ in found)
    assert all(own == key and name.endswith("分公司") for own, _, key, name in found)


def test_who_files_nothing_is_listed_in_july(ask: Asked) -> None:
    found = ask("""
        select l.list_date, r.submit_date
        from reg_abnormal_list l left join reg_annual_report r
          on r.firm_key = l.firm_key and r.report_year = year(l.list_date) - 1
         and r.version_no = 1
        where l.version_no = 1 and l.list_reason = 'no_annual_report'
    """)

    assert len(found) > 200
    assert all(listed.month == 7 for listed, _ in found)
    assert all(filed is None or filed > listed for listed, filed in found)


def test_a_repaired_penalty_was_published_unrepaired_before(ask: Asked) -> None:
    found = ask("select version_no, decision_date, repaired_at from reg_penalty")
    repaired = [row for row in found if row[2] is not None]

    assert repaired
    assert all(
        version > 1 and mended > decided for version, decided, mended in repaired
    )
