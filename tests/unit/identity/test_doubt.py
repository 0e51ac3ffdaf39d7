"""What is nearly a firm's name is offered to a person, and never matched."""

from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa
import pytest

from kexin.identity.doubt import candidates
from kexin.identity.ladder import resolve
from kexin.identity.mentions import normalised
from unit.identity.test_ladder import CITY, HAICHUANG, known


def offered(name: str) -> list[str]:
    day = date(2023, 1, 5)
    given = pa.Table.from_pylist(
        [{"mention": 1, "code": None, "name": name, "day": day, "place": None}]
    )
    engine, mentions, firms = ibis.duckdb.connect(), normalised(given), known()
    matched = resolve(mentions, firms, CITY)
    return list(candidates(engine, mentions, matched, firms, CITY)["firm_key"])


def test_a_wrong_character_is_offered_the_firm_it_may_mean() -> None:
    assert offered("杭州海窗（中国）科技有限公司")[0] == HAICHUANG


@pytest.mark.parametrize(
    "name",
    [
        "杭州海创（中国）科技有限公司",
        "宁波大海贸易有限公司",
        "王伟",
        "杭州某某科技有限公司",
    ],
    ids=["who was matched", "a stranger", "a person", "who is masked"],
)
def test_nobody_is_asked_about(name: str) -> None:
    assert offered(name) == []
