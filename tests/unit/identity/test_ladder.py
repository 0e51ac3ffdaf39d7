"""Who is meant: the ladder on a small directory, with the traps of REGISTERS.md 1.6."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from stdnum.cn import uscc as stdnum_uscc

from kexin.identity.codes import organisation_code
from kexin.identity.directory import (
    CODES,
    NAMES,
    PARENTS,
    Directory,
    normal,
    table,
)
from kexin.identity.ladder import Thresholds, resolve
from kexin.identity.mentions import normalised


def code_of(number: int) -> str:
    """A synthetic USCC with both check characters right."""
    body = f"{number:08d}"
    own = next(body + c for c in "0123456789X" if organisation_code(body + c))
    first = "9Y330106" + own
    return first + stdnum_uscc.calc_check_digit(first)


HAICHUANG, YUNQI, TAKEN, GAVE_UP, BRANCH = (code_of(n) for n in range(11, 16))
ONE_TWIN, OTHER_TWIN, ODD, HOUSEHOLD = (code_of(n) for n in range(31, 35))
CHANGED = date(2021, 6, 1)
CITY = Thresholds(synthetic=True)


def known() -> Directory:
    rows = [
        (HAICHUANG, "杭州海创（中国）科技有限公司", "current", None, None),
        (YUNQI, "杭州云栖软件股份有限公司", "current", CHANGED, None),
        (YUNQI, "杭州云栖软件有限公司", "former", None, CHANGED),
        # One firm gave its name up, another took it a month later.
        (GAVE_UP, "杭州新芯电子有限公司", "current", CHANGED, None),
        (GAVE_UP, "杭州明月电子有限公司", "former", None, CHANGED),
        (TAKEN, "杭州明月电子有限公司", "current", date(2021, 7, 1), None),
        (BRANCH, "杭州海创（中国）科技有限公司滨江分公司", "current", None, None),
        (ONE_TWIN, "杭州双生（软件）有限公司", "current", None, None),
        (OTHER_TWIN, "杭州双生软件有限公司", "current", None, None),
        (ODD, "杭州某某电子有限公司", "current", None, None),
        (HOUSEHOLD, "王伟", "current", None, None),
    ]
    frame = pd.DataFrame(
        rows, columns=["firm", "name", "kind", "from", "to"], dtype=object
    )
    names = normal(
        frame["firm"], frame["name"], frame["kind"], frame["from"], frame["to"]
    )
    codes = [
        (firm, kind, code, None, None)
        for firm in (HAICHUANG, YUNQI, TAKEN, GAVE_UP)
        for kind, code in (("uscc", firm), ("organisation", firm[8:17]))
    ]
    codes.append((YUNQI, "registration", "330106000000013", None, None))
    codes.append((YUNQI, "customs", "3301960123", date(2020, 1, 1), CHANGED))
    codes.append((TAKEN, "customs", "3301960123", CHANGED, None))
    return Directory(
        table(pd.DataFrame(codes, columns=CODES.names), CODES),
        table(names, NAMES),
        table(pd.DataFrame([(BRANCH, HAICHUANG)], columns=PARENTS.names), PARENTS),
    )


def match(
    code: str | None = None,
    name: str | None = None,
    day: date = date(2023, 1, 5),
    place: str | None = "浙0106",
    given: Thresholds = CITY,
) -> dict[str, Any] | None:
    rows = pa.Table.from_pylist(
        [{"mention": 1, "code": code, "name": name, "day": day, "place": place}]
    )
    found = resolve(normalised(rows), known(), given)
    rows_found = ibis.duckdb.connect().to_pyarrow(found).to_pylist()
    assert len(rows_found) <= 1
    return rows_found[0] if rows_found else None


def test_a_valid_code_is_certain() -> None:
    found = match(HAICHUANG, "杭州海创(中国)科技有限公司")
    assert found is not None
    assert (found["firm_key"], found["step"], float(found["confidence"])) == (
        HAICHUANG,
        "M1",
        1.0,
    )
    assert found["flag"] == ""


def test_a_code_of_a_firm_elsewhere_is_its_own_key() -> None:
    found = match("91350100M000100Y43", "福州某地公司")
    assert found is not None
    assert found["firm_key"] == "91350100M000100Y43"


def test_a_code_whose_name_is_another_is_trusted_less() -> None:
    found = match(HAICHUANG, "宁波大海贸易有限公司")
    assert found is not None
    assert (found["flag"], float(found["confidence"])) == ("code_name_conflict", 0.9)


def test_an_agents_code_on_a_customers_name_waits_for_a_person() -> None:
    assert match(HAICHUANG, "杭州云栖软件股份有限公司") is None


def test_a_mistyped_code_needs_the_name_as_well() -> None:
    wrong = HAICHUANG.replace("0", "O", 1)
    found = match(wrong, "杭州海创中国科技有限公司")
    assert found is not None
    assert (found["firm_key"], found["step"], found["flag"]) == (
        HAICHUANG,
        "M2",
        "code_repaired",
    )
    assert match(wrong, "宁波大海贸易有限公司") is None


@pytest.mark.parametrize(
    ("code", "step"),
    [
        (YUNQI[8:17], "M3"),
        (f"{YUNQI[8:16]}-{YUNQI[16]}", "M3"),
        (f"330106{YUNQI[8:17]}", "M3"),
        ("330106000000013", "M4"),
    ],
)
def test_old_codes(code: str, step: str) -> None:
    found = match(code)
    assert found is not None
    assert (found["firm_key"], found["step"]) == (YUNQI, step)


@pytest.mark.parametrize(
    ("day", "firm"),
    [(date(2020, 5, 1), YUNQI), (CHANGED, TAKEN), (date(2019, 12, 31), None)],
)
def test_a_customs_code_is_the_firms_that_had_it_on_the_day(
    day: date, firm: str | None
) -> None:
    found = match("3301960123", day=day)
    assert (found and found["firm_key"]) == firm


@pytest.mark.parametrize(
    ("name", "day", "firm", "confidence"),
    [
        ("杭州海创(中国)科技有限公司", date(2023, 1, 5), HAICHUANG, 0.97),
        ("杭州云栖软件有限公司", date(2021, 5, 31), YUNQI, 0.95),
        ("杭州明月电子有限公司", date(2021, 5, 31), GAVE_UP, 0.95),
        ("杭州明月电子有限公司", date(2021, 7, 1), TAKEN, 0.97),
    ],
)
def test_a_name_is_the_firms_that_bore_it_on_the_day(
    name: str, day: date, firm: str, confidence: float
) -> None:
    found = match(name=name, day=day, place=None)
    assert found is not None
    assert (found["firm_key"], found["step"], float(found["confidence"])) == (
        firm,
        "M6",
        confidence,
    )


def test_a_name_given_up_before_the_day_is_not_guessed_at() -> None:
    assert match(name="杭州云栖软件有限公司", day=CHANGED, place=None) is None


def test_brackets_and_form_count_only_near_by() -> None:
    for name in ("杭州海创中国科技有限公司", "杭州海创（中国）科技有限责任公司"):
        near = match(name=name)
        assert near is not None
        assert (near["firm_key"], near["step"], float(near["confidence"])) == (
            HAICHUANG,
            "M7",
            0.9,
        )
        assert match(name=name, place="京0105") is None
        assert match(name=name, place=None) is None
        far = match(name=name, place="京0105", given=CITY._replace(national=True))
        assert far is not None
        assert float(far["confidence"]) == 0.93


def test_a_branch_is_its_parent() -> None:
    for name in (
        "杭州海创（中国）科技有限公司滨江分公司",
        "杭州海创（中国）科技有限公司西湖分公司",
    ):
        found = match(name=name)
        assert found is not None
        assert (found["firm_key"], found["via_branch"]) == (HAICHUANG, True)


@pytest.mark.parametrize(
    "name",
    [
        "王伟",  # a person, though a household is called so
        "某某公司",
        "杭州某科技有限公司",
        "杭州某某电子有限公司",  # a mask, though a firm is called so
        "海创科技（杭州）有限公司",
        "海创中国",
    ],
)
def test_who_is_not_meant_is_not_matched(name: str) -> None:
    assert match(name=name) is None


def test_a_wrong_character_is_not_matched() -> None:
    assert match(name="杭州海窗（中国）科技有限公司") is None


def test_a_synthetic_code_counts_only_where_it_is_allowed() -> None:
    assert match(HAICHUANG, given=Thresholds()) is None


def test_a_name_that_two_firms_could_bear_is_neithers() -> None:
    assert match(name="杭州（双生）软件有限公司") is None
    one = match(name="杭州双生（软件）有限公司")
    assert one is not None
    assert one["firm_key"] == ONE_TWIN


def test_a_strangers_code_beside_the_name_of_a_firm_is_not_believed() -> None:
    stranger = code_of(977)
    assert match(stranger, name="杭州海创（中国）科技有限公司") is None
    alone = match(stranger, name="杭州无人知晓有限公司")
    assert alone is not None
    assert (alone["firm_key"], alone["step"]) == (stranger, "M1")
