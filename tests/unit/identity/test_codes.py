"""Codes are what their standards say; the numbers are REGISTERS.md's, section 1."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.identity import codes

VALID = [
    "91350100M000100Y43",
    "91330100799655058B",
    "91330000733796106P",
    "914403001922038216",
]
PATENTS = [
    "202110652477.8",
    "201910796888.7",
    "202110305380.X",
    "201510998489.0",
    "201811518778.6",
    "201711283210.6",
    "202311572349.8",
    "202010920418.X",
    "202111062689.7",
    "202210069986.2",
    "201710601862.3",
    "97101765.4",
    "95115608.X",
]
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", VALID)
def test_a_code_that_both_standards_know_is_taken_in_any_writing(code: str) -> None:
    assert codes.uscc(code) == code
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    assert codes.uscc(f" {wide.lower()} ") == code
    assert codes.uscc(f"{code[:8]}-{code[8:]}") == code


@pytest.mark.parametrize(
    "wrong",
    [
        "91350100M000100Y4Z",
        "91350100M000100Y33",
        "91350100M000100Y4",
        "000000000000000000",
        "111111111111111111",
        "",
        "杭州海创科技有限公司",
    ],
)
def test_what_is_no_code_is_none(wrong: str) -> None:
    assert codes.uscc(wrong) is None


@given(st.sampled_from(VALID), st.integers(0, 17), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_seen(code: str, place: int, sign: str) -> None:
    changed = code[:place] + sign + code[place + 1 :]
    assert (codes.uscc(changed) == changed) == (changed == code)


@pytest.mark.parametrize("code", VALID)
def test_a_confusable_character_is_repaired_to_the_one_code_that_fits(
    code: str,
) -> None:
    for place, sign in enumerate(code):
        for typed, meant in codes.CONFUSED.items():
            if sign in meant and typed not in "8 6 0":
                wrong = code[:place] + typed + code[place + 1 :]
                assert code in codes.repairs(wrong)


def test_a_synthetic_code_is_known_by_its_beginning() -> None:
    first = "9Y330106M000100Y4"
    from stdnum.cn import uscc  # noqa: PLC0415

    code = first + uscc.calc_check_digit(first)
    assert codes.uscc(code) == code
    assert codes.is_synthetic(code)
    assert not codes.is_synthetic(VALID[0])


@pytest.mark.parametrize(
    "code",
    ["M000100Y4", "799655058", "733796106", "D2143569X", "123456788"],
)
def test_organisation_codes_with_their_own_values_of_letters(code: str) -> None:
    assert codes.organisation_code(f"{code[:8]}-{code[8]}") == code
    for other in set("0123456789X") - {code[8]}:
        assert codes.organisation_code(code[:8] + other) is None


def test_the_organisation_code_inside_other_codes() -> None:
    assert codes.organisation_part("91330100799655058B") == "799655058"
    assert codes.organisation_part("330100799655058") == "799655058"
    assert codes.taxpayer_number("330100 79965505-8") == "330100799655058"
    assert codes.taxpayer_number("330100799655057") is None


@pytest.mark.parametrize("code", ["110108000000016", "330106000000013"])
def test_registration_numbers(code: str) -> None:
    assert codes.registration_number(code) == code
    for other in set(string.digits) - {code[14]}:
        assert codes.registration_number(code[:14] + other) is None


@pytest.mark.parametrize(
    ("first", "check"),
    [
        ("11010800000001", "6"),
        ("33010600000001", "3"),
        ("33010060012345", "6"),
        ("33010000000123", "3"),
        ("44030110338195", "5"),
    ],
)
def test_check_digits_of_registration_numbers(first: str, check: str) -> None:
    assert codes.registration_number(first + check) == first + check


@pytest.mark.parametrize("number", PATENTS)
def test_patent_numbers(number: str) -> None:
    plain = number.replace(".", "")
    assert codes.patent_number(number) == plain
    assert codes.patent_number(f"ZL {number}") == plain
    wrong = "1" if plain[-1] == "0" else "0"
    assert codes.patent_number(plain[:-1] + wrong) is None


def test_a_publication_number_is_no_application_number() -> None:
    assert codes.patent_number("CN109685526A") is None


def test_customs_codes() -> None:
    assert codes.customs_code("3301 96 0123") == "3301960123"
    assert codes.customs_code("3301960") is None


@pytest.mark.parametrize(
    ("text", "case_id"),
    [
        ("（2025）浙0106民初1234号", "2025|浙0106|民初|1234"),
        ("(2025) 浙0106 民初 001234 号", "2025|浙0106|民初|1234"),
        ("〔2025〕浙0106民初1234号之二", "2025|浙0106|民初|1234"),
        ("（2023）浙01民终88号", "2023|浙01|民终|88"),
        ("（2023）浙民申88号", "2023|浙|民申|88"),
        ("（2024）浙0108执恢5号", "2024|浙0108|执恢|5"),
        ("（2024）浙0192民诉前调50号", "2024|浙0192|民诉前调|50"),
        ("（2015）杭西商初字第1234号", "2015|杭西|商初|1234"),
        ("（2014）浙杭商终字第00012号", "2014|浙杭|商终|12"),
        ("（2021）最高法民申3号", "2021|最高法|民申|3"),
        ("（2026）浙01破申7号-1", "2026|浙01|破申|7"),
    ],
)
def test_case_numbers(text: str, case_id: str) -> None:
    found = codes.case_number(text)
    assert found is not None
    assert found.case_id == case_id


@pytest.mark.parametrize("text", ["", "浙0106民初1234号", "（2025）", "合同纠纷一案"])
def test_what_is_no_case_number_is_none(text: str) -> None:
    assert codes.case_number(text) is None
