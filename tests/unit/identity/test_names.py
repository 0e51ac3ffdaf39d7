"""Names are compared in normal forms; the examples are REGISTERS.md's, section 1.6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.identity.names import Parts, is_masked, is_organisation, k1, k2, k3

HAICHUANG = "杭州海创（中国）科技有限公司"


@pytest.mark.parametrize(
    ("raw", "first", "parts"),
    [
        (HAICHUANG, "杭州海创(中国)科技有限公司", ("杭州海创中国科技", "LLC", None)),
        (
            " 杭州海创 (中国) 科技有限公司\u200b",
            "杭州海创(中国)科技有限公司",
            ("杭州海创中国科技", "LLC", None),
        ),
        (
            "杭州海创〔中国〕科技有限公司",
            "杭州海创(中国)科技有限公司",
            ("杭州海创中国科技", "LLC", None),
        ),
        (
            "杭州海创中国科技有限公司",
            "杭州海创中国科技有限公司",
            ("杭州海创中国科技", "LLC", None),
        ),
        (
            "杭州海创（中国）科技有限责任公司",
            "杭州海创(中国)科技有限责任公司",
            ("杭州海创中国科技", "LLC", None),
        ),
        ("杭州ＡＢＣ软件有限公司", "杭州ABC软件有限公司", ("杭州ABC软件", "LLC", None)),
        ("杭州abc软件有限公司", "杭州ABC软件有限公司", ("杭州ABC软件", "LLC", None)),
        (
            "海创科技（杭州）有限公司",
            "海创科技(杭州)有限公司",
            ("海创科技杭州", "LLC", None),
        ),
        (
            "杭州海创（中国）科技有限公司滨江分公司",
            "杭州海创(中国)科技有限公司滨江分公司",
            ("杭州海创中国科技", "LLC", "滨江分公司"),
        ),
        (
            "杭州云栖股权投资合伙企业（有限合伙）",
            "杭州云栖股权投资合伙企业(有限合伙)",
            ("杭州云栖股权投资", "LP", None),
        ),
        (
            "浙江海创科技股份有限公司（原名：浙江海创科技有限公司）",
            "浙江海创科技股份有限公司",
            ("浙江海创科技", "JSC", None),
        ),
    ],
)
def test_normal_forms(raw: str, first: str, parts: tuple[str, str, str | None]) -> None:
    assert k1(raw) == first
    assert k3(raw) == Parts(*parts)


def test_the_place_of_the_division_tells_two_firms_apart() -> None:
    assert k3("海创科技（杭州）有限公司").core != k3("杭州海创科技有限公司").core


def test_brackets_matter_in_k1_and_not_in_k2() -> None:
    assert k1(HAICHUANG) != k1("杭州海创中国科技有限公司")
    assert k2(HAICHUANG) == k2("杭州海创中国科技有限公司")


@given(st.text(max_size=20))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    assert k2(k2(text)) == k2(text)


@pytest.mark.parametrize(
    "name", ["某某公司", "杭州某科技有限公司", "张某", "杭州**软件有限公司", "XX公司"]
)
def test_masked_names(name: str) -> None:
    assert is_masked(name)


def test_a_plain_name_is_not_masked() -> None:
    assert not is_masked(HAICHUANG)


@pytest.mark.parametrize(
    ("name", "firm"),
    [
        (HAICHUANG, True),
        ("杭州云栖股权投资合伙企业（有限合伙）", True),
        ("杭州市西湖区王伟小吃店", True),
        ("杭州银行股份有限公司西湖支行", True),
        ("王伟", False),
        ("欧阳海创", False),
        ("阿不都热合曼·买买提", False),
    ],
)
def test_a_person_is_no_firm(name: str, firm: bool) -> None:  # noqa: FBT001
    assert is_organisation(name) == firm
