"""Bureaus that nobody has seen: any contract's rows in any look, made from the contract."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from stdnum.cn import uscc as stdnum_uscc
from stdnum.iso7064 import mod_11_10

from kexin.identity.codes import (
    ORGANISATION_CHECKS,
    ORGANISATION_WEIGHTS,
    PATENT_WEIGHTS,
)
from kexin.registers.contract import (
    PATENT_NUMBER,
    REGISTRATION_NUMBER,
    USCC,
    Field,
    Table,
    contracts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIRST, LAST = date(2019, 1, 1), date(2024, 6, 30)
RECEIVED = date(2026, 10, 31)

SINCE_AN_ORDER = {
    "forced_deregistered",
    "forced_dereg_notice",
    "certified",
    "seriously_dishonest",
}
"""Codes that a contract knows from a day on that no row here reaches."""

TRADES = ("科技", "软件", "电子", "生物医药", "信息技术", "新材料", "自动化", "环保")
BRANDS = "杭甬嘉湖绍金衢舟台丽天元亨利贞云海川岳松柏星辰瑞丰启明"
PERSONS = ("王建国", "李丽", "陈思远", "周敏", "吴晓波")
OTHER_FIRMS = (
    "src_key",
    "dst_key",
    "counterparty_code",
    "pledgor_key",
    "obligor_firm_key",
)
FREE = ("智能检测平台", "年度第一批", "合同履行争议", "研发设备更新", "城西园区项目")
CAUSES = ("买卖合同纠纷", "服务合同纠纷", "劳动争议", "金融借款合同纠纷")


@dataclass(frozen=True)
class Style:
    """How a bureau writes its files.

    Attributes:
        name: What the look is called.
        kind: csv, xlsx, jsonl or parquet.
        encoding: Encoding of text.
        delimiter: Sign between columns.
        day: Form of a day; `excel` for day numbers.
        month: Form of a month.
        ten_thousands: Whether headings say 万元.
        thousands: Whether thousands are parted by commas.
        labels: Whether codes are told by their Chinese labels.
        packed: Whether the file is a gzip.
    """

    name: str
    kind: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    day: str = "%Y-%m-%d"
    month: str = "%Y-%m"
    ten_thousands: bool = False
    thousands: bool = False
    labels: bool = True
    packed: bool = False


STYLES = (
    Style("plain"),
    Style("bom", encoding="utf-8-sig", day="%Y/%m/%d", thousands=True),
    Style(
        "gbk",
        encoding="gb18030",
        day="%Y年%m月%d日",
        month="%Y年%m月",
        ten_thousands=True,
    ),
    Style("utf16", encoding="utf-16", delimiter="\t", day="%Y%m%d", month="%Y%m"),
    Style("semicolon", delimiter=";", day="%Y%m%d", ten_thousands=True, packed=True),
    Style("pipe", delimiter="|", day="%Y-%m-%d %H:%M:%S", month="%Y/%m"),
    Style("sheet", kind="xlsx", day="excel", month="%Y%m", ten_thousands=True),
    Style("objects", kind="jsonl", labels=False),
    Style("parquet", kind="parquet", day="%Y.%m.%d", month="%Y.%m"),
)


@dataclass(frozen=True)
class Delivery:
    """A file, and what its columns are.

    Attributes:
        path: The file.
        table: The table that it fills.
        truth: Contract column, `firm` and `firm_name` too, to its heading.
        rows: Number of rows.
    """

    path: Path
    table: str
    truth: Mapping[str, str]
    rows: int


def uscc(chance: random.Random) -> str:
    """Return a unified social credit code with right check characters."""
    body = "".join(chance.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=8))
    values = (int(sign, 36) for sign in body)
    rest = sum(v * w for v, w in zip(values, ORGANISATION_WEIGHTS, strict=True)) % 11
    start = f"913301{chance.randrange(10)}{chance.randrange(10)}{body}{ORGANISATION_CHECKS[rest]}"
    return start + stdnum_uscc.calc_check_digit(start)


def registration(chance: random.Random) -> str:
    start = "3301" + "".join(chance.choices("0123456789", k=10))
    return start + mod_11_10.calc_check_digit(start)


def patent(chance: random.Random) -> str:
    start = f"{chance.randint(2010, 2023)}{chance.choice('123')}{chance.randrange(10**7):07}"
    rest = sum(int(d) * w for d, w in zip(start, PATENT_WEIGHTS, strict=True)) % 11
    return start + "0123456789X"[rest]


def firm_name(chance: random.Random) -> str:
    brand = "".join(chance.choices(BRANDS, k=3))
    return f"杭州{brand}{chance.choice(TRADES)}有限公司"


def case(chance: random.Random) -> str:
    kind = chance.choice(("民初", "执", "破申", "民终"))
    return f"（{chance.randint(2019, 2024)}）浙01{chance.randint(1, 12):02}{kind}{chance.randint(1, 99999)}号"


def form_text(form: str, chance: random.Random) -> str:
    """Return text of a contract's form."""
    if form == USCC:
        return uscc(chance)
    if form == REGISTRATION_NUMBER:
        return registration(chance)
    if form == PATENT_NUMBER:
        return patent(chance)
    signs, times = re.findall(r"\[([^]]+)\](?:\{(\d+)(?:,\d+)?\})?", form)[-1]
    size = int(times or 1)
    digits = "".join(chance.choices("0123456789", k=size))
    if "A-Z" in signs and "0-9" in signs:
        return digits if size > 3 else "".join(chance.choices("ABCDEU", k=size))
    return ("I" if form.startswith("[A-T]") else "") + digits


def text(name: str, field: Field, row: int, chance: random.Random) -> str:
    """Return a text as a bureau fills it."""
    if field.form:
        return form_text(field.form, chance)
    known = {
        "court_code": lambda: f"浙01{chance.randint(1, 12):02}",
        "legal_rep_name": lambda: chance.choice(PERSONS),
        "cause_text": lambda: chance.choice(CAUSES),
        "sw_name": lambda: chance.choice(FREE),
        **dict.fromkeys(
            ("case_id", "case_no_raw", "root_case_id"), lambda: case(chance)
        ),
        **dict.fromkeys(OTHER_FIRMS, lambda: uscc(chance)),
    }
    if name in known:
        return known[name]()
    if name.endswith("_hash") or name == "holder_key":
        return "".join(chance.choices("0123456789abcdef", k=32))
    if re.search("名称|质权人|担保权人|相对方|采购单位|银行$|被授权方", field.zh):
        return firm_name(chance)
    if re.search("号|标识|批次$|键", field.zh):
        return f"{field.table[:3].upper()}{2024000000 + row * 7 + chance.randrange(7)}"
    return chance.choice(FREE)


def number(field: Field, chance: random.Random) -> Decimal:
    """Return a number in the contract's unit."""
    if field.unit == "year":
        return Decimal(chance.randint(2019, 2024))
    if field.unit is None:
        return Decimal(chance.randint(1, 4))
    if field.unit in {"fraction", "0–1"}:
        return Decimal(chance.randint(1, 1000)) / 1000
    if field.dtype.startswith("int"):
        return Decimal(chance.choice((chance.randint(0, 9), chance.randint(0, 500))))
    if field.dtype == "decimal(5, 1)":
        return Decimal(chance.randint(300, 1000)) / 10
    return Decimal(chance.randint(100, 900_000_000)) / 100


def shown(
    name: str, field: Field, row: int, style: Style, chance: random.Random
) -> Any:
    """Return a value as a bureau of a style writes it."""
    if field.codes:
        known = {c: t for c, t in field.codes.items() if c not in SINCE_AN_ORDER}
        code, told = chance.choice(list(known.items()))
        return told.split("/", maxsplit=1)[0] if style.labels else code
    if field.dtype in {"date", "timestamp(6)"}:
        day = FIRST + timedelta(chance.randrange((LAST - FIRST).days))
        return day_text(day, field, style)
    if field.dtype == "boolean":
        return chance.choice(("是", "否"))
    if field.dtype == "string":
        return text(name, field, row, chance)
    return amount(number(field, chance), field, style)


def day_text(day: date, field: Field, style: Style) -> Any:
    """Return a day, or a month where one is wanted."""
    if field.monthly:
        return day.strftime(style.month)
    if style.day == "excel":
        return (day - date(1899, 12, 30)).days
    return day.strftime(style.day)


def amount(value: Decimal, field: Field, style: Style) -> Any:
    """Return a number as the style writes it."""
    if field.unit == "CNY" and style.ten_thousands:
        value /= 10_000
    if field.unit == "CNY" and style.thousands:
        return f"{value:,.2f}"
    if style.kind == "xlsx":
        return float(value)
    return f"{value:f}"


def heading(name: str, field: Field, style: Style, names: Mapping[str, str]) -> str:
    """Return a column's heading: as it is told, or the contract's name and the unit."""
    if name in names:
        return names[name]
    unit = "（万元）" if field.unit == "CNY" and style.ten_thousands else ""
    return field.zh + unit


def fits_heading(style: Style, field: Field, told: str) -> Style:
    """Return the style with the unit that a heading tells, whatever the style says."""
    ten = "万元" in told
    return (
        Style(**{**vars(style), "ten_thousands": ten}) if field.unit == "CNY" else style
    )


def rows_of(
    table: type[Table], style: Style, size: int, seed: int, names: Mapping[str, str]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the truth about the headings, and the rows under them."""
    chance = random.Random(seed)  # noqa: S311
    fields = {n: f for n, f in table.fields().items() if n not in table.derived}
    if names:
        fields = {n: f for n, f in fields.items() if n in names}
    truth = {n: heading(n, f, style, names) for n, f in fields.items()}
    if "uscc" not in fields:
        truth["firm"] = names.get("firm", "统一社会信用代码")
    if not {"firm_name", "party_name_raw", "holder_name_raw"} & set(fields):
        truth["firm_name"] = names.get("firm_name", "企业名称")
    if names and "firm" not in names:
        truth.pop("firm", None)
    firms = [(uscc(chance), firm_name(chance)) for _ in range(size)]
    rows = []
    for row in range(size):
        own = {
            truth[n]: shown(n, f, row, fits_heading(style, f, truth[n]), chance)
            for n, f in fields.items()
        }
        for said, value in zip(("firm", "firm_name"), firms[row], strict=True):
            if said in truth:
                own[truth[said]] = value
        rows.append(with_blanks(own, fields, truth, chance))
    return truth, rows


def with_blanks(
    own: dict[str, Any],
    fields: Mapping[str, Field],
    truth: Mapping[str, str],
    chance: random.Random,
) -> dict[str, Any]:
    """Return a row with some values absent that may be."""
    for name, field in fields.items():
        if field.optional and chance.random() < 0.3:
            own[truth[name]] = None
    return own


EXTRAS = {
    "备注": "无",
    "数据来源单位": "杭州市数据局",
    "推送时间": "2024-07-02 03:15:00",
}
"""Columns that belong nowhere, and the one that tells when it was handed over."""


def deliver(
    folder: Path,
    table: str,
    style: Style,
    *,
    size: int = 60,
    seed: int = 1,
    names: Mapping[str, str] | None = None,
    called: str = "",
) -> Delivery:
    """Write a file of a table in a style, and return what is true about it."""
    contract = contracts()[table]
    truth, rows = rows_of(contract, style, size, seed, names or {})
    rows = [row | EXTRAS for row in rows]
    name = called or f"{contract.zh.replace('/', '')}_202407"
    return Delivery(write(folder, name, style, rows), table, truth, size)


def write(folder: Path, name: str, style: Style, rows: list[dict[str, Any]]) -> Path:
    """Write rows as a file of a style."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{style.kind}{'.gz' if style.packed else ''}"
    if style.kind == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
        book.save(path)
        return path
    if style.kind == "parquet":
        texts = [
            {k: v if v is None else str(v) for k, v in row.items()} for row in rows
        ]
        pq.write_table(pa.Table.from_pylist(texts), path)
        return path
    if style.kind == "jsonl":
        content = "".join(
            json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows
        )
    else:
        content = as_csv(rows, style)
    data = content.encode(style.encoding)
    path.write_bytes(gzip.compress(data) if style.packed else data)
    return path


def as_csv(rows: list[dict[str, Any]], style: Style) -> str:
    """Return rows as delimited text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=style.delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
