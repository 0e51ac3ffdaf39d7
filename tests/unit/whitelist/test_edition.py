"""Policy and editions: doubt, refusal, dated numbers, bytes that never change."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import pytest

import kexin.whitelist
from kexin.collect import collect
from kexin.errors import ConfigurationError, EditionError
from kexin.whitelist import edition as editions
from kexin.whitelist.policy import Rule, decide, policy_on

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2020, 1, 31)
RULES = collect(kexin.whitelist, Rule)
GOOD = {
    "firm_key": "A",
    "pd": 0.01,
    "inv.since_last": 5.0,
    "inv.sales_yoy_6m": 1.0,
    "inv.recip_share": 0.0,
    "inv.surge_2m": 1.0,
}
SCHEMA = ibis.schema({k: "string" if k == "firm_key" else "float64" for k in GOOD})


def decided(path: Path, day: date = DAY, **changes: float | None) -> str:
    policy = policy_on(day, RULES, path / "policy.toml")
    facts = ibis.memtable([{**GOOD, **changes}], schema=SCHEMA)
    return str(decide(policy, facts, day).to_pyarrow()["decision"][0].as_py())


def test_no_refusal_and_no_doubt_admits(tmp_path: Path) -> None:
    assert decided(tmp_path) == "admitted"


@pytest.mark.parametrize(
    ("signal", "edge", "beyond"),
    [
        ("pd", 0.02, 0.0201),
        ("inv.since_last", 97.0, 98.0),
        ("inv.sales_yoy_6m", 0.5, 0.49),
    ],
)
def test_a_rule_refuses_beyond_its_number_and_not_at_it(
    tmp_path: Path, signal: str, edge: float, beyond: float
) -> None:
    assert decided(tmp_path, **{signal: edge}) == "admitted"
    assert decided(tmp_path, **{signal: beyond}) == "refused"


@pytest.mark.parametrize(
    ("day", "most"),
    [(date(2019, 12, 31), 90), (date(2020, 1, 30), 90), (date(2020, 4, 30), 97)],
    ids=["no festival", "inside the festival week", "after it"],
)
def test_a_firm_may_rest_for_the_spring_festival(
    tmp_path: Path, day: date, most: int
) -> None:
    assert decided(tmp_path, day, **{"inv.since_last": most}) == "admitted"
    assert decided(tmp_path, day, **{"inv.since_last": most + 1}) == "refused"


def test_a_doubt_goes_to_a_person_but_a_refusal_outweighs_it(tmp_path: Path) -> None:
    assert decided(tmp_path, **{"inv.sales_yoy_6m": None}) == "review"
    assert decided(tmp_path, **{"inv.sales_yoy_6m": None, "pd": 0.5}) == "refused"


def test_a_number_of_the_policy_file_holds_from_its_day_on(tmp_path: Path) -> None:
    line = '[[numbers]]\nid = "max_pd"\nsince = {}\nvalue = 0.1\nsource = "minutes"\n'
    file = tmp_path / "policy.toml"
    file.write_text(line.format("2020-02-01"))
    assert decided(tmp_path, pd=0.05) == "refused"
    file.write_text(line.format("2020-01-31"))
    assert decided(tmp_path, pd=0.05) == "admitted"


def test_a_number_that_no_rule_knows_is_refused_by_name(tmp_path: Path) -> None:
    text = '[[numbers]]\nid = "max_dp"\nsince = 2020-01-01\nvalue = 1\nsource = "x"\n'
    (tmp_path / "policy.toml").write_text(text)
    with pytest.raises(ConfigurationError, match="max_dp"):
        decided(tmp_path)


def row(firm: str) -> dict[str, Any]:
    return {
        "firm_key": firm,
        "decision": "admitted",
        "score": 640,
        "pd": 0.016,
        "grade": "R6",
        "base_points": 500.5,
        "refused_by": [],
        "in_doubt": ["K21"],
        "reasons": [
            {"code": "c", "signal": "s", "points": 1.5, "zh": "理由", "en": "reason"}
        ],
    }


def published(folder: Path) -> editions.Edition:
    return editions.publish([row("A"), row("B")], {"as_of": "2020-01-31"}, folder)


def test_the_same_decisions_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = published(tmp_path / "1"), published(tmp_path / "2")
    assert one.digest == two.digest
    for file in one.folder.iterdir():
        assert file.read_bytes() == (two.folder / file.name).read_bytes()


def test_publishing_again_leaves_one_edition(tmp_path: Path) -> None:
    published(tmp_path)
    editions.verify(published(tmp_path))
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["decisions.csv", "decisions.json", "manifest.json"])
def test_a_changed_edition_is_not_verified(tmp_path: Path, name: str) -> None:
    made = published(tmp_path)
    file = made.folder / name
    file.write_text(file.read_text().replace("2020-01-31", "2020-02-01") + " ")
    with pytest.raises(EditionError, match=name.partition(".")[0]):
        editions.verify(editions.read(made.folder))


def test_an_edition_that_does_not_exist_is_told_with_those_that_do(
    tmp_path: Path,
) -> None:
    made = published(tmp_path)
    with pytest.raises(EditionError, match=made.folder.name):
        editions.find(tmp_path, "2031")
