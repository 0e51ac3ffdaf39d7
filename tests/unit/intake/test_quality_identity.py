"""Q9 to Q12, Q18, damaged text: who is meant, and who is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kexin.identity.ladder import Thresholds
from unit.identity.test_ladder import code_of
from unit.intake.desk import FIRM, OTHER, Desk, flags

LATER = date(2024, 9, 30)
NAMES = {
    FIRM: "杭州海创（中国）科技有限公司",
    OTHER: "杭州云栖软件有限公司",
    code_of(23): "杭州拱宸机械有限公司",
    code_of(24): "浙江之江生物股份有限公司",
}


def firm(code: str, name: str) -> dict[str, Any]:
    return {
        "firm": code,
        "name": name,
        "uscc": code,
        "firm_name": name,
        "establish_date": "2019-01-01",
        "approve_date": "2020-01-01",
        "reg_status": "active",
        "district_code": "330106",
    }


def penalty(number: int, code: str, name: str) -> dict[str, Any]:
    return {
        "firm": code,
        "name": name,
        "decision_no": f"罚{number}号",
        "authority_kind": "market",
        "penalty_kinds": "fine",
        "severity": "minor",
        "decision_date": "2024-05-06",
    }


@pytest.fixture
def city(desk: Desk) -> Desk:
    desk.send(reg_firm=[firm(code, name) for code, name in NAMES.items()])
    return desk


def penalties(city: Desk, *rows: tuple[str, str]) -> list[dict[str, Any]]:
    numbered = [penalty(n, code, name) for n, (code, name) in enumerate(rows)]
    city.send(reg_penalty=numbered, on=LATER)
    return city.held("reg_penalty", "decision_no")


def test_the_name_decides_where_the_code_is_an_agents(city: Desk) -> None:
    others = [(FIRM, name) for code, name in NAMES.items() if code != FIRM]
    own, *rows = penalties(city, (FIRM, NAMES[FIRM]), *others)
    assert (own["firm_key"], flags([own])) == (FIRM, [set()])
    assert {row["firm_key"] for row in rows} == set(NAMES) - {FIRM}
    assert flags(rows) == [{"agent_code"}] * 3
    assert {row["firm_step"] for row in rows} == {"M6"}


def test_a_stranger_beside_an_agents_code_is_not_the_agent(city: Desk) -> None:
    strangers = ["宁波大海贸易有限公司", "温州红日鞋业有限公司", "绍兴古越酒业有限公司"]
    rows = penalties(city, *((FIRM, name) for name in strangers))
    assert {row["firm_key"] for row in rows} == {None}
    assert flags(rows) == [{"agent_code", "unmatched"}] * 3


def test_bad_copies_of_its_own_name_make_nobody_an_agent(city: Desk) -> None:
    copies = [
        "杭州海窗中国科技有限公司",
        "杭州海创中图科技有限公司",
        "杭州每创中国科技有限公司",
    ]
    rows = penalties(city, *((FIRM, name) for name in copies))
    assert {row["firm_key"] for row in rows} == {FIRM}
    assert flags(rows) == [{"code_name_conflict"}] * 3


def test_one_strange_name_is_a_conflict_unless_the_agent_is_listed(city: Desk) -> None:
    row = (FIRM, "宁波大海贸易有限公司")
    assert flags(penalties(city, row)) == [{"code_name_conflict"}]
    city.given = Thresholds(synthetic=True, agents=(FIRM,))
    rows = penalties(city, ("", NAMES[OTHER]), row)
    assert {"agent_code", "unmatched"} in flags(rows)


def test_a_mistyped_code_is_repaired_and_flagged(city: Desk) -> None:
    # One confusable character: the check digits tell which.
    for place, wrong in ((1, "V"), (2, "E")):
        assert FIRM[place] != wrong
    bad = FIRM.replace("0", "O", 1)
    [row] = penalties(city, (bad, NAMES[FIRM]))
    assert row["firm_key"] == FIRM
    assert row["src_code"] == bad
    assert flags([row]) == [{"code_repaired"}]


@pytest.mark.parametrize("code", ["0" * 18, "1" * 18, "123456789012345678"])
def test_a_placeholder_is_no_code(city: Desk, code: str) -> None:
    [row] = penalties(city, (code, NAMES[FIRM]))
    assert (row["firm_key"], row["firm_step"]) == (FIRM, "M6")


@pytest.mark.parametrize("name", ["某某公司", "杭州某科技有限公司", "张某", "王伟"])
def test_a_masked_name_or_a_persons_is_not_guessed_at(city: Desk, name: str) -> None:
    [row] = penalties(city, ("", name))
    assert row["firm_key"] is None
    assert flags([row]) == [{"unmatched"}]


@pytest.mark.parametrize(
    "name",
    [
        "杭州□创（中国）科技有限公司",
        "杭州海创（中国）科技有�公司",
        "杭州海？（中国）科技有限公司",
        "杭州海创（中国）科技有限公司".encode().decode("gb18030", "replace"),
        "杭州海创（中国）科技有限公司".encode("gbk").decode("utf-8", "replace"),
        "杭州海创（中国）科技有限公司".encode("gbk").decode("latin-1"),
    ],
)
def test_a_damaged_name_is_flagged_and_matches_nobody(desk: Desk, name: str) -> None:
    desk.send(reg_firm=[firm(FIRM, name)])
    assert flags(desk.held("reg_firm")) == [{"text_damaged"}]
    [row] = penalties(desk, ("", name))
    assert row["firm_key"] is None
    assert "text_damaged" in row["dq_flags"]


def test_plain_names_are_not_taken_for_damaged(desk: Desk) -> None:
    names = [
        "杭州ABC(中国)软件有限公司",
        "Müller Maschinen (Hangzhou) Co.,Ltd",
        "上海“三思”·企业",
    ]
    desk.send(reg_firm=[firm(code, n) for code, n in zip(NAMES, names, strict=False)])
    assert flags(desk.held("reg_firm")) == [set()] * 3


@pytest.mark.parametrize(
    ("event", "other", "found"),
    [
        ("merged_into", OTHER, {"history_inherited"}),
        ("split", OTHER, {"history_inherited"}),
        ("merged_into", "", set()),
        ("moved_out", OTHER, set()),
    ],
)
def test_a_merger_tells_whose_history_goes_on(
    desk: Desk, event: str, other: str, found: set[str]
) -> None:
    row = {
        "firm": FIRM,
        "event_id": "E1",
        "event_code": event,
        "event_date": "2024-05-06",
        "other_uscc": other,
    }
    desk.send(reg_status_event=[row])
    assert flags(desk.held("reg_status_event")) == [found]
