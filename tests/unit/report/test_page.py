"""The page shows what the JSON holds, in both languages, and the same every time."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from kexin.digest import canonical
from kexin.report.charts import pictures, svg
from kexin.report.page import page, share
from unit.report.monthly import invoices, report, send

if TYPE_CHECKING:
    from kexin.language import Language
    from unit.intake.bureau import Bureau

CHECKS = [
    {
        "id": "vat_cit",
        "tables": ["tax_vat_return", "tax_cit_return"],
        "examined": 1200,
        "failed": 90,
        "expected": 0.15,
        "zh": "增值税与所得税的收入相差不超过10%",
        "en": "revenue of VAT and CIT within 10 %",
    }
]


class Read(HTMLParser):
    """The rows of tables as text, and the tags with what they carry."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"th", "td"}:
            self.cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"}:
            self.cell = False

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[-1][-1] += data


@pytest.fixture
def broken(usual: Bureau) -> Bureau:
    text = invoices(5, no_goods=60, void=199, wrong=20, late=200)
    send(usual, 5, text)
    return usual


def strings(content: Any, key: str) -> list[Any]:
    """Return every value of a key, however deep."""
    if isinstance(content, dict):
        own = [content[key]] if key in content else []
        return own + [v for each in content.values() for v in strings(each, key)]
    if isinstance(content, list):
        return [value for each in content for value in strings(each, key)]
    return []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_made_of_the_json_and_of_nothing_else(
    broken: Bureau, language: Language
) -> None:
    made = report(broken, language=language)
    read = json.loads(made.data.read_text())
    assert read == json.loads(canonical(made.content))
    assert made.page.read_text() == page(read, language)
    read["tables"][0]["rows"]["read"] = 987654
    assert "987,654" in page(read, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_share_and_sentence_of_the_json_stands_on_the_page(
    broken: Bureau, language: Language
) -> None:
    made = report(broken, language=language)
    text = made.page.read_text()
    cells = {cell.strip() for row in Read(text).rows for cell in row}
    (table,) = made.content["tables"]
    moved = [each for each in table["columns"] if each["share"] not in (0, 1)]
    assert {each["column"] for each in moved} == {"goods_code"}
    told = [*moved, *table["codes"], *table["flags"], *table["steps"]]
    for value in strings(told, "share") + strings(told, "before"):
        assert share(value) in cells
    plain = text.replace("&#39;", "'").replace("\u00a0", " ")
    for each in made.content["unusual"]:
        assert each[language] in plain
    for limit in made.content["limits"]:
        assert limit["why"][language] in plain


def test_a_language_is_kept_to_but_for_names(broken: Bureau) -> None:
    text = report(broken, language="en").page.read_text()
    assert not re.search("[一-龥]", re.sub(r'src="[^"]*"|<style.*?</style>', "", text))
    assert 'lang="zh-CN"' in report(broken, language="zh").page.read_text()


def test_the_same_delivery_gives_the_same_bytes(broken: Bureau) -> None:
    first = report(broken)
    files = {path: path.read_bytes() for path in first.page.parent.iterdir()}
    assert len(files) == 3
    again = report(broken)
    assert again.page == first.page
    assert {path: path.read_bytes() for path in files} == files
    for path in files:
        path.unlink()
    report(broken)
    assert {path: path.read_bytes() for path in files} == files


def test_nothing_is_fetched_and_nothing_runs(broken: Bureau) -> None:
    read = Read(report(broken).page.read_text())
    for tag, attributes in read.tags:
        assert tag not in {"script", "link", "iframe", "object"}
        for name in ("src", "href"):
            address = attributes.get(name) or "#"
            assert address.startswith(("#", "data:image/svg+xml;base64,"))
        assert not any(name.startswith("on") for name in attributes)


def test_tables_have_captions_and_pictures_a_text(broken: Bureau) -> None:
    tags = Read(report(broken).page.read_text()).tags
    names = [tag for tag, _ in tags]
    assert names.count("table") == names.count("caption") > 5
    alts = [attributes.get("alt") for tag, attributes in tags if tag == "img"]
    assert len(alts) >= 5
    assert all(alts)
    heads = [attributes for tag, attributes in tags if tag == "th"]
    assert all(each.get("scope") for each in heads)


def test_names_and_values_of_records_stand_nowhere(broken: Bureau) -> None:
    made = report(broken)
    for path in made.page.parent.iterdir():
        text = path.read_text()
        assert "张三" not in text
        assert "壹佰元" not in text


def test_refused_rows_are_named_by_check_and_number(broken: Bureau) -> None:
    made = report(broken)
    (reason,) = made.content["tables"][0]["reasons"]
    told = [reason[key] for key in ("file", "column", "rule", "rows", "examples")]
    assert told == ["05.csv", "amount_ex_tax", "type", 20, [382, 383, 384]]
    assert "382, 383, 384" in made.page.read_text()


def test_checks_across_registers_are_shown_where_the_account_has_them(
    broken: Bureau,
) -> None:
    made = report(broken)
    assert 'id="checks"' not in made.page.read_text()
    path = broken.warehouse / "accounts.jsonl"
    *before, last = path.read_text().splitlines()
    told = canonical({**json.loads(last), "checks": CHECKS})
    path.write_text("\n".join([*before, told]) + "\n")
    (made.page.parent / "numbers.json").unlink()
    again = report(broken)
    assert again.content["checks"] == CHECKS
    shown = [row for row in Read(again.page.read_text()).rows if row[0] == "vat_cit"]
    assert shown[0][3:] == ["1,200", "90", "7.5 %", "0.15"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pictures_are_drawn_from_the_content(
    broken: Bureau, language: Language
) -> None:
    content = report(broken).content
    drawn = pictures(content, language)
    assert set(drawn) == {"rows", "lags", "nulls", "codes", "months"}
    for picture in drawn.values():
        assert svg(picture.chart).startswith("<svg")
    nulls = drawn["nulls"].chart.to_dict()
    points = nulls["datasets"][nulls["layer"][1]["data"]["name"]]
    assert [point["share"] for point in points] == [0.002513, round(60 / 380, 6)]


def test_an_empty_delivery_has_a_page_without_pictures(usual: Bureau) -> None:
    send(usual, 5, invoices(5).splitlines()[0] + "\n")
    made = report(usual)
    assert made.content["tables"][0]["records"] == 0
    assert set(pictures(made.content, "en")) == {"months"}
    assert "0 rows read" in made.page.read_text()
