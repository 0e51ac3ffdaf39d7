"""Files that cannot be taken in as they are: what the person who mends them reads."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from kexin.errors import DeliveryError
from unit.intake.bureau import GOOD, MAPPING, row, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from unit.intake.bureau import Bureau

GOOD_TEXT = text_of([GOOD])


def refused(bureau: Bureau, *paths: Path) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        bureau.deliver(*paths)
    assert str(paths[0]) in raised.value.where
    return raised.value


def test_a_missing_column_is_named_with_the_headings_found_and_the_nearest(
    bureau: Bureau,
) -> None:
    error = refused(bureau, bureau.file(GOOD_TEXT.replace("金额", "金额元")))
    assert error.found.en.startswith("no column '金额'; the file has: 企业, 号码, 日期")
    assert error.found.zh.startswith("缺少列“金额”；文件的列为：企业, 号码, 日期")
    assert "row 1" in error.where
    assert "'金额元'" in error.do.en
    assert "“金额元”" in error.do.zh


def test_a_missing_column_that_resembles_none_is_to_be_delivered_again(
    bureau: Bureau,
) -> None:
    error = refused(bureau, bureau.file(GOOD_TEXT.replace("金额", "zzz")))
    assert error.do.en == "have the file delivered again"


def test_a_column_that_is_there_twice_is_refused(bureau: Bureau) -> None:
    error = refused(bureau, bureau.file("金额," + GOOD_TEXT.replace("\n", "\n1,", 1)))
    assert error.found.en == "several columns are called '金额'"


def test_a_gb18030_file_declared_as_utf_8_is_told_its_encoding(bureau: Bureau) -> None:
    error = refused(bureau, bureau.file(GOOD_TEXT.encode("gb18030")))
    assert error.found.en == "the text is not in utf-8"
    assert 'encoding = "gb18030"' in error.do.en
    assert 'encoding = "gb18030"' in error.do.zh


def test_a_gb18030_file_with_plain_headings_is_told_its_encoding_too(
    bureau: Bureau,
) -> None:
    bureau.form = MAPPING.replace('"状态"', '"status"')
    text = GOOD_TEXT.replace("状态", "status")
    for chinese, plain in zip(
        ["企业", "号码", "日期", "对方", "金额", "税额"], "abcdef", strict=True
    ):
        text = text.replace(chinese, plain)
        bureau.form = bureau.form.replace(f'"{chinese}"', f'"{plain}"')
    error = refused(bureau, bureau.file(text.encode("gb18030")))
    assert 'encoding = "gb18030"' in error.do.en


def test_a_utf_8_file_declared_as_gb18030_is_told_its_encoding(bureau: Bureau) -> None:
    bureau.form = MAPPING.replace("firm =", 'encoding = "gb18030"\nfirm =')
    error = refused(bureau, bureau.file(GOOD_TEXT))
    assert 'encoding = "utf-8"' in error.do.en


def test_a_wrong_delimiter_is_told_with_the_right_one(bureau: Bureau) -> None:
    error = refused(bureau, bureau.file(text_of([GOOD], between=";")))
    assert error.found.en == "with the delimiter ',' there are 1 column(s) only"
    assert error.do.en == "set delimiter = ';' in the mapping"


def test_an_empty_file_is_damaged(bureau: Bureau) -> None:
    error = refused(bureau, bureau.file(""))
    assert error.found.en == "the file is empty"
    assert error.do.zh == "请数据提供方重新交付该文件"


def test_a_file_of_blank_lines_is_empty(bureau: Bureau) -> None:
    assert refused(bureau, bureau.file("\n\n")).found.en == "the file is empty"


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_file_of_headings_alone_has_no_rows_and_is_noted(
    bureau: Bureau, end: str
) -> None:
    account = bureau.deliver(bureau.file(text_of([]).rstrip("\n") + end))
    assert account.tables[0].read == 0
    assert account.notes[0].en == "a.csv has headings and no row"


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.01])
def test_a_truncated_gzip_is_told_and_nothing_is_taken_in(
    bureau: Bureau, kept: float
) -> None:
    rows = [row(号码=str(number), 对方=f"P{number * 7919}") for number in range(20_000)]
    packed = gzip.compress(text_of(rows).encode())
    path = bureau.file("", "a.csv.gz")
    path.write_bytes(packed[: int(len(packed) * kept)])
    error = refused(bureau, path)
    assert error.found.en == "the gzip is truncated or damaged"
    assert not list(bureau.warehouse.glob("*.json"))


def test_a_file_that_only_calls_itself_gzip_is_damaged(bureau: Bureau) -> None:
    path = bureau.file("", "a.csv.gz")
    path.write_text(GOOD_TEXT)
    assert "gzip" in refused(bureau, path).found.en


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet"])
@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"PAR1 and no more"])
def test_a_corrupt_sheet_or_parquet_file_is_damaged(
    bureau: Bureau, name: str, content: bytes
) -> None:
    error = refused(bureau, bureau.file(content, name))
    assert "damaged" in error.found.en


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_row(
    bureau: Bureau,
) -> None:
    broken = row(号码="2", 状态='"有效')
    error = refused(bureau, bureau.file(text_of([GOOD, broken, GOOD])))
    assert "row 3" in error.found.en


def test_a_path_that_is_not_there_is_told(bureau: Bureau) -> None:
    error = refused(bureau, bureau.folder / "nowhere")
    assert error.found.en == "there is nothing here"


def test_a_delivery_without_a_file_of_the_mapping_is_told(bureau: Bureau) -> None:
    error = refused(bureau, bureau.file(GOOD_TEXT, "a.txt").parent)
    assert error.found.en == "no file fits the mapping"
    assert "*.csv.gz" in error.expected.en


def test_files_that_no_source_takes_are_noted_unless_they_are_ignored(
    bureau: Bureau,
) -> None:
    bureau.form = MAPPING.replace(
        "[[sources]]", '[ignored_files]\n"read*" = "for people"\n\n[[sources]]', 1
    )
    folder = bureau.file(GOOD_TEXT).parent
    for name in ("readme.md", "other.md", ".hidden"):
        (folder / name).touch()
    account = bureau.deliver(folder)
    assert [note.en for note in account.notes] == [
        "no source of the mapping takes other.md: left out"
    ]


def test_columns_that_are_neither_mapped_nor_ignored_are_noted(bureau: Bureau) -> None:
    bureau.form = MAPPING.replace(
        "[sources.columns]", 'ignored = { "备注" = "free text" }\n[sources.columns]'
    )
    text = "备注,来源," + GOOD_TEXT.replace("\n", "\nx,y,", 1)
    account = bureau.deliver(bureau.file(text))
    assert [note.zh for note in account.notes] == ["a.csv：列“来源”未映射，未读取"]
