from __future__ import annotations

import dataclasses
import math

import pytest

from kexin.language import Language, Text
from kexin.signals.catalogue import catalogue
from kexin.signals.signal import ABSENCE, Signal, sentence

ANY = next(iter(catalogue().values()))


def says(form: str, value: float | None, language: Language = "en") -> str:
    return sentence(dataclasses.replace(ANY, reason=Text(form, form)), value, language)


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("{v_pct}%", 0.384, "38%"),
        ("{v_pct}%", 0.1, "10%"),
        ("{v_pct}%", 0.0999, "10.0%"),
        ("{v_pct}%", 0.032, "3.2%"),
        ("{v_pct}%", 0.0, "0.0%"),
        ("{v_pct}%", -0.25, "-25%"),
        ("{v_pct}%", 12.5, "1,250%"),
        ("{v_wan}", 1_234_567.89, "123"),
        ("{v_wan}", 98_765.0, "9.9"),
        ("{v_wan}", -98_765_432.0, "-9,877"),
        ("{v_wan}", 0.0, "0.0"),
        ("{v_x}", 2.349, "2.3"),
        ("{v_x}", 0.05, "0.1"),
        ("{v_n}", 3.044522437723423, "20"),
        ("{v_n}", 0.0, "0"),
        ("{v_n}", 9.210440366976517, "10,000"),
        ("{v_pp}", 0.031, "+3.1"),
        ("{v_pp}", -0.2, "-20.0"),
        ("{v_pct}%", -0.0004, "0.0%"),
        ("{v_pct}%", -0.0, "0.0%"),
        ("{v_wan}", -4.0, "0.0"),
        ("{v_x}", -0.01, "0.0"),
        ("{v_pp}", -0.0001, "+0.0"),
        ("{v}", -0.0, "0"),
        ("{v}", -0.001, "0.00"),
        ("{v:有|无}", 1.0, "有"),
        ("{v:有|无}", 0.0, "无"),
        ("{v:bought nothing|still bought} in", 1.0, "bought nothing in"),
        ("{v}", 45.0, "45"),
        ("{v}", 1_234.0, "1,234"),
        ("{v}", 0.4567, "0.46"),
        ("{v} of {v_pct}%", 0.5, "0.50 of 50%"),
    ],
)
def test_a_value_stands_in_its_sentence(form: str, value: float, text: str) -> None:
    assert says(form, value) == text


@pytest.mark.parametrize(
    ("unit", "form", "value", "text"),
    [
        ("ln CNY", "{v_wan}", math.log(1 + 1_000_000), "100"),
        ("ln CNY", "{v_wan}", 0.0, "0.0"),
        ("log ratio", "{v_x}", math.log(2.5), "2.5"),
        ("log ratio", "{v}", math.log(2.5), "0.92"),
        ("ratio", "{v_x}", 2.5, "2.5"),
    ],
)
def test_a_sentence_tells_the_amount_behind_a_logarithm(
    unit: str, form: str, value: float, text: str
) -> None:
    signal = dataclasses.replace(ANY, unit=unit, reason=Text(form, form))
    assert sentence(signal, value, "en") == text


@pytest.mark.parametrize("value", [None, float("nan")])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("absence", ABSENCE)
def test_a_missing_value_says_what_that_means(
    absence: str, language: Language, value: float | None
) -> None:
    signal: Signal = dataclasses.replace(ANY, absent=absence)
    told = sentence(signal, value, language)
    assert signal.name.said(language) in told
    assert ABSENCE[signal.absent].said(language) in told
