"""Files of every kind, encoding and form give the same records."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kexin.intake import csvfile
from kexin.intake.readers import opened
from unit.intake.bureau import GOOD, HEADINGS, MAPPING, row, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from unit.intake.bureau import Bureau

TWO = [GOOD, row(号码="2", 金额="-1234.50")]
SETTING = "firm ="


def told(bureau: Bureau) -> list[dict[str, Any]]:
    """Return what was held, without what names the file."""
    return [{**held, "batch_id": None} for held in bureau.held()]


@pytest.fixture
def plainly(tmp_path: Path) -> list[dict[str, Any]]:
    """What the same rows are when they come as plain CSV."""
    from unit.intake.bureau import Bureau  # noqa: PLC0415

    plain = Bureau(tmp_path / "plain")
    plain.folder.mkdir()
    plain.send(*TWO)
    return told(plain)


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        (text_of(TWO).encode("gb18030"), 'encoding = "gb18030"'),
        (text_of(TWO, between=";").encode("utf-8-sig"), 'delimiter = ";"'),
        (text_of(TWO).encode("utf-8-sig"), ""),
        (text_of(TWO).encode("utf-16"), 'encoding = "utf-16"'),
        (text_of(TWO).replace("\n", "\r\n").encode(), ""),
        (text_of(TWO).replace("\n", "\n\n").encode(), ""),
        (text_of(TWO).replace("日期", ' "日期" ').replace(' "', '"').encode(), ""),
        (text_of(TWO).rstrip("\n").encode(), ""),
    ],
    ids=["gb18030", "semicolon", "bom", "utf-16", "crlf", "blank", "quoted", "no end"],
)
def test_text_in_any_encoding_and_form_gives_the_same_records(
    bureau: Bureau, plainly: list[dict[str, Any]], content: bytes, settings: str
) -> None:
    bureau.form = MAPPING.replace(SETTING, f"{settings}\n{SETTING}")
    bureau.deliver(bureau.file(content))
    assert told(bureau) == plainly


def test_a_gzip_gives_the_same_records(
    bureau: Bureau, plainly: list[dict[str, Any]]
) -> None:
    bureau.deliver(bureau.file(text_of(TWO), "a.csv.gz"))
    assert told(bureau) == plainly


@pytest.mark.parametrize("typed", [True, False])
def test_a_sheet_gives_the_same_records(
    bureau: Bureau, plainly: list[dict[str, Any]], *, typed: bool
) -> None:
    bureau.form = MAPPING.replace(SETTING, f'sheet = "发票"\n{SETTING}')
    book = openpyxl.Workbook()
    sheet = book.create_sheet("发票")
    sheet.append([])
    sheet.append(HEADINGS)
    for values in TWO:
        cells: list[Any] = list(values)
        if typed:
            cells[1] = int(values[1])
            cells[2] = datetime.fromisoformat(values[2])
            cells[4:6] = [float(value) for value in values[4:6]]
        sheet.append(cells)
    path = bureau.file("", "a.xlsx")
    book.save(path)
    bureau.deliver(path)
    assert told(bureau) == plainly


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(bureau: Bureau) -> None:
    bureau.form = MAPPING.replace(SETTING, f'sheet = "发票"\n{SETTING}')
    path = bureau.file("", "a.xlsx")
    openpyxl.Workbook().save(path)
    with pytest.raises(Exception, match="there is no sheet '发票'"):
        bureau.deliver(path)


def test_a_parquet_file_with_typed_columns_gives_the_same_records(
    bureau: Bureau, plainly: list[dict[str, Any]]
) -> None:
    columns: dict[str, list[Any]] = {
        name: [values[place] for values in TWO] for place, name in enumerate(HEADINGS)
    }
    columns["号码"] = [int(value) for value in columns["号码"]]
    columns["日期"] = [datetime.fromisoformat(value) for value in columns["日期"]]
    columns["金额"] = [Decimal(value) for value in columns["金额"]]
    columns["税额"] = [float(value) for value in columns["税额"]]
    path = bureau.file("", "a.parquet")
    pq.write_table(pa.table(columns), path)
    bureau.deliver(path)
    assert told(bureau) == plainly


def test_a_line_with_too_few_or_too_many_values_keeps_its_number(
    bureau: Bureau,
) -> None:
    lines = ["only,three,values", ",".join(GOOD), "1,2,3,4,5,6,7,8", "bad"]

    text = text_of([]) + "\n".join([*lines, ",".join(row(日期="?"))]) + "\n"
    account = bureau.deliver(bureau.file(text))
    assert account.tables[0][1:] == (5, 1, 0, 4)
    told_rows = [(f.row, f.rule, f.found) for f in bureau.failures()]
    assert told_rows == [
        (2, "columns", "only,three,values"),
        (4, "columns", "1,2,3,4,5,6,7,8"),
        (5, "columns", "bad"),
        (6, "type", "?"),
    ]


def test_broken_lines_keep_their_numbers_across_blocks(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csvfile, "BLOCK", 300)
    lines = [
        "broken" if number % 7 == 0 else ",".join(row(号码=str(number)))
        for number in range(2, 200)
    ]
    path = bureau.file("\n".join([",".join(HEADINGS), *lines]) + "\n")
    mapping = bureau.mapping()
    content = opened(path, mapping.sources[0])
    rows = [
        (number, text)
        for batch in content.batches
        for number, text in zip(
            batch["_row"].to_pylist(), batch["1"].to_pylist(), strict=True
        )
    ]
    assert rows == [(n, str(n)) for n in range(2, 200) if n % 7]
    assert list(content.broken) == [n for n in range(2, 200) if n % 7 == 0]


def test_a_value_may_hold_the_delimiter_and_a_line_break(bureau: Bureau) -> None:
    bureau.send(row(对方='"P,\n1"'))
    assert bureau.held()[0]["counterparty_code"] == "TEST:P,\n1"


def test_the_last_value_may_end_with_a_line_break(bureau: Bureau) -> None:
    assert bureau.send(row(状态='"有效\n"')).accepted == 1


def test_a_heading_may_stand_in_blanks_and_a_name_hold_a_quotation_mark(
    bureau: Bureau,
) -> None:
    bureau.form = MAPPING.replace('"对方"', '"对\'方"').replace("bureau:test", "o'b")
    path = bureau.file(text_of([GOOD]).replace("对方", " 对'方 "), "it's.csv")
    assert bureau.deliver(path).tables[0].accepted == 1
    assert bureau.held()[0]["src_system"] == "o'b"


def test_a_file_in_a_folder_is_known_by_its_place_below_the_delivery(
    bureau: Bureau,
) -> None:
    bureau.form = MAPPING.replace('"*.csv"', '"tax/*.csv"')
    path = bureau.file(text_of([GOOD]), "tax/a.csv")
    assert bureau.deliver(path.parents[1]).tables[0].accepted == 1
