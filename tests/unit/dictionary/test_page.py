"""The page of the dictionary, in both languages."""

from __future__ import annotations

import itertools
import re
from datetime import date
from html import unescape
from typing import TYPE_CHECKING

import pytest

from kexin.dictionary.content import Filled, content
from kexin.dictionary.example import examples
from kexin.dictionary.page import HEIGHT, page, picture
from kexin.signals.catalogue import catalogue

if TYPE_CHECKING:
    from kexin.language import Language

DAYS = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)]
NAME = "court.def_12m"


def read(lang: Language, *filled: Filled) -> str:
    """The page of one signal."""
    shown = itertools.chain.from_iterable(examples().values())
    return unescape(page(content([catalogue()[NAME]], {NAME: filled}, shown), lang))


def test_an_example_says_what_a_reason_would_say_of_its_value() -> None:
    english, chinese = read("en"), read("zh")
    assert "one dispute counts once, mediation and doubtful parties do not" in english
    assert f"<code>{NAME}</code> = 5: 5 new case(s) as defendant in 12 months" in english
    assert "同一纠纷只计一次，诉前调解与身份存疑的当事人不计" in chinese
    assert f"<code>{NAME}</code> = 5：近12个月新增被告案件5件" in chinese


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_place_of_a_sentence_is_left_in_its_braces(lang: Language) -> None:
    every = content(catalogue().values(), {}, itertools.chain(*examples().values()))
    shown = re.sub(r"<style>.*</style>|<script>.*</script>", "", page(every, lang), flags=re.DOTALL)
    assert "{v" not in shown


def test_titles_of_examples_are_not_told_in_english_on_the_chinese_page() -> None:
    titles = re.findall("<p><b>(.*?)</b>", read("zh"))
    assert titles
    assert all(re.search("[\u4e00-\u9fff]", title) for title in titles)


def test_an_example_shows_the_tables_that_a_signal_reads_and_no_other() -> None:
    english = read("en")
    captions = set(re.findall("<caption><code>(.*?)</code>", english))
    assert captions == {"court_case", "court_party"}
    assert "<td>民诉前调</td>" in english
    assert "without a record of its tables" not in english


def line(*medians: float) -> list[float]:
    """How far down a picture's line lies on each day, in pixels."""
    filled = [
        Filled(day, 1.0, (median, median, median))._asdict()
        for day, median in zip(DAYS, medians, strict=False)
    ]
    drawn = picture(filled)
    assert drawn is not None
    return [float(point.split(",")[1]) for point in drawn["line"].split()]


def test_a_picture_rises_with_the_median() -> None:
    low, middle, high = line(0, 1, 2)
    assert HEIGHT > low > middle > high > 0
    assert middle == HEIGHT / 2


def test_what_never_changes_is_a_line_in_the_middle() -> None:
    assert line(7, 7, 7) == [HEIGHT / 2] * 3
    assert "height: 7 – 7" in read("en", *(Filled(day, 1.0, (7, 7, 7)) for day in DAYS))
