"""Intake of many files of several tables, beside DuckDB's bare COPY of the same files.

    python benchmarks/intake_breadth.py [folder of the delivery --mapping FILE or FOLDER]
                                        [--keep FOLDER]

For a synthetic city the folder is its `deliveries`, and the mappings are those in
`data/mappings/city`. Without a folder it makes a delivery: a registry, social insurance
in GB18030, tax returns with semicolons, and parties of lawsuits in JSON Lines, who are
known by their names alone; a file a month, and some dirt. Each of the two runs in a
process of its own. The bare COPY turns every file into a Parquet file of text: no
types, no checks, no firms, no versions, no account; a file in an encoding that DuckDB
does not read by itself is recoded first, in Python. Times of a machine say little, and
less while others work on it: quote the ratios of one run.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apart import Took, apart
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import duckdb

    from kexin.intake.mapping import Source

THREADS = 2
RECEIVED = date(2026, 11, 24)
OWN = {"utf-8", "utf8", "utf-8-sig", "utf-16", "latin-1"}
"""Encodings that DuckDB reads by itself."""

MAPPING = """\
name = "breadth"
source = "city:breadth"

[[sources]]
table = "reg_firm"
files = ["reg/*.csv"]
firm = "统一社会信用代码"
firm_name = "企业名称"
not_delivered = ["firm_type_code", "is_branch"]
[sources.columns]
uscc = "统一社会信用代码"
firm_name = "企业名称"
establish_date = "成立日期"
approve_date = "核准日期"
reg_capital = { from = "注册资本(万元)", unit = 10000 }
reg_status = { from = "登记状态", codes = { "存续" = "active" } }
reg_authority = "登记机关"
district_code = "行政区划"

[[sources]]
table = "si_month"
files = ["si/*.csv"]
encoding = "gb18030"
firm = "单位编码"
[sources.columns]
month = "费款所属期"
si_kind = { constant = "pension" }
insured_count = "参保人数"
base_total = "缴费基数"
payable = "应缴"
paid = "实缴"
due_date = "缴费期限"

[[sources]]
table = "tax_vat_return"
files = ["vat/*.txt"]
delimiter = ";"
firm = "纳税人识别号"
firm_name = "纳税人名称"
not_delivered = ["sales_exempt", "sales_export", "is_amended"]
[sources.columns]
period_start = "属期起"
period_end = "属期止"
due_date = "申报期限"
filed_at = "申报日期"
sales_taxable = { from = "应税销售额", thousands = "," }
output_tax = "销项税额"
tax_payable = "应纳税额"

[[sources]]
table = "court_party"
files = ["court/*.jsonl"]
firm_name = "当事人"
not_delivered = ["is_firm"]
[sources.columns]
case_id = "案号"
party_seq = "序号"
party_role = { from = "地位", codes = { "原告" = "plaintiff", "被告" = "defendant" } }
party_name_raw = "当事人"
filed_date = "立案日期"
"""

SYLLABLES = "海创云智数联科达信安华芯微光远景博瑞天成新元启明星辰未来卓越鼎盛宏图"
TRADES = ("科技", "软件", "信息技术", "电子", "生物医药", "新材料", "智能装备")


def uscc(number: int) -> str:
    """Return the valid code of a firm of the made-up city."""
    from kexin.identity.checks import CHARACTERS, LETTERS, WEIGHTS
    from kexin.identity.codes import ORGANISATION_CHECKS, ORGANISATION_WEIGHTS

    own = f"{number:08d}"
    pairs = zip(own, ORGANISATION_WEIGHTS, strict=True)
    inner = sum(LETTERS.index(sign) * weight for sign, weight in pairs) % 11
    code = f"91330106{own}{ORGANISATION_CHECKS[inner]}"
    outer = sum(
        CHARACTERS.index(sign) * weight
        for sign, weight in zip(code, WEIGHTS, strict=True)
    )
    return code + CHARACTERS[-outer % len(CHARACTERS)]


def name(chance: random.Random) -> str:
    """Return a name as firms of the made-up city have."""
    own = "".join(chance.choices(SYLLABLES, k=4))
    form = chance.choice(["有限公司", "有限公司", "股份有限公司"])
    place = chance.choice(["杭州", "杭州", "浙江", "(中国)"])
    return f"{place}{own}{chance.choice(TRADES)}{form}"


def make(folder: Path, firms: int, months: int) -> None:
    """Write a delivery: four files a month, and a dozen of the registry."""
    chance = random.Random(7)  # noqa: S311
    known = [(uscc(number), name(chance)) for number in range(firms)]
    for part in range(12):
        make_registry(folder / f"reg/firms_{part:02d}.csv", known[part::12])
    for month in range(months):
        told = f"{2018 + month // 12}-{month % 12 + 1:02d}"
        active = chance.sample(known, firms * 8 // 10)
        make_insurance(folder / f"si/{told}.csv", told, active, chance)
        make_returns(folder / f"vat/{told}.txt", told, active, chance)
        make_parties(folder / f"court/{told}.jsonl", told, active[: firms // 20])


def write(
    path: Path, headings: str, rows: Iterable[tuple[Any, ...]], **form: str
) -> None:
    """Write rows as a text file, in UTF-8 and with commas unless told otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoding = form.get("encoding", "utf-8")
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=form.get("delimiter", ","))
        writer.writerow(headings.split())
        writer.writerows(rows)


def make_registry(path: Path, firms: list[tuple[str, str]]) -> None:
    """Write a part of the registry."""
    headings = (
        "统一社会信用代码 企业名称 成立日期 核准日期 注册资本(万元) 登记状态 "
        "登记机关 行政区划"
    )
    rows = (
        (
            code,
            firm,
            "2009-03-02",
            "2017/5/4",
            f"{n % 900 + 1}.50",
            "存续",
            *2 * ["330106"],
        )
        for n, (code, firm) in enumerate(firms)
    )
    write(path, headings, rows)


def make_insurance(
    path: Path, month: str, firms: list[tuple[str, str]], chance: random.Random
) -> None:
    """Write a month of social insurance; one firm in a thousand has no number."""
    headings = "单位编码 费款所属期 参保人数 缴费基数 应缴 实缴 缴费期限"
    rows = []
    for n, (code, _) in enumerate(firms):
        persons = "若干" if n % 1000 == 0 else str(chance.randint(1, 400))
        base = chance.randint(10**6, 10**8) / 100
        paid = f"{base * 0.24:.2f}"
        rows.append((code, month, persons, f"{base:.2f}", paid, paid, f"{month}-25"))
    write(path, headings, rows, encoding="gb18030")


def make_returns(
    path: Path, month: str, firms: list[tuple[str, str]], chance: random.Random
) -> None:
    """Write a month of returns; some stand twice, some codes are cut off."""
    headings = (
        "纳税人识别号 纳税人名称 属期起 属期止 申报期限 申报日期 "
        "应税销售额 销项税额 应纳税额"
    )
    rows = []
    for n, (code, firm) in enumerate(firms):
        sales = chance.randint(0, 10**9) / 100
        own = code[:17] if n % 500 == 0 else code
        days = [f"{month}-{day}" for day in ("01", "28", "15", "12")]
        tax = f"{sales * 0.13:.2f}"
        rows.append((own, firm, *days, f"{sales:,.2f}", tax, tax))
        if n % 100 == 0:
            rows.append(rows[-1])
    write(path, headings, rows, delimiter=";")


def make_parties(path: Path, month: str, firms: list[tuple[str, str]]) -> None:
    """Write a month of parties to lawsuits, two a case, one of them a stranger."""
    path.parent.mkdir(parents=True, exist_ok=True)
    year = month[:4]
    with path.open("w", encoding="utf-8") as file:
        for n, (_, firm) in enumerate(firms):
            case = f"({year})浙0106民初{int(month[5:]) * 100_000 + n}号"
            for seq, (role, who) in enumerate(
                [("原告", firm), ("被告", f"宁波{firm[2:5]}{n % 700}贸易有限公司")], 1
            ):
                party = {"案号": case, "序号": seq, "地位": role, "当事人": who}
                line = {**party, "立案日期": f"{month}-{n % 28 + 1:02d}"}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def intake(data: Path, mapping: Path, work: Path, memory: str) -> int:
    """Take the delivery in; the number of rows read."""
    from kexin.algebra.engine import connect
    from kexin.identity.ladder import Thresholds
    from kexin.intake.deliver import deliver
    from kexin.intake.mapping import read_mapping
    from kexin.settings import Engine

    engine = connect(Engine(threads=THREADS, memory=memory))
    account = deliver(
        [data], read_mapping(mapping), work / "warehouse", RECEIVED, engine,
        who=Thresholds(synthetic=True),
    )  # fmt: skip
    for count in account.tables:
        sys.stderr.write(f"{count}\n")
    return sum(count.read for count in account.tables)


def bare_copy(data: Path, mapping: Path, work: Path, memory: str) -> int:
    """Copy each file that the mapping knows to a Parquet file; the number of rows."""
    import duckdb

    from kexin.intake.files import sorted_files
    from kexin.intake.mapping import read_mapping

    limits = {"threads": str(THREADS), "memory_limit": memory}
    engine = duckdb.connect(config=limits)
    files, _ = sorted_files([data], read_mapping(mapping))
    return sum(
        copied(engine, path, source, work / f"{number}.parquet")
        for number, (path, source) in enumerate(files)
    )


def copied(
    engine: duckdb.DuckDBPyConnection, path: Path, source: Source, out: Path
) -> int:
    """Copy one file to Parquet as text; the number of rows."""
    known = source.encoding.lower() in OWN
    read = path if known else recoded(path, source.encoding, out.with_suffix(".txt"))
    if path.suffix == ".parquet":
        table = f"read_parquet('{read}')"
    elif path.name.endswith((".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")):
        table = f"read_ndjson_auto('{read}')"
    else:
        encoding = source.encoding if known and "16" in source.encoding else "utf-8"
        table = (
            f"read_csv('{read}', all_varchar = true, delim = '{source.delimiter}', "
            f"header = true, quote = '\"', escape = '\"', encoding = '{encoding}', "
            "ignore_errors = true)"
        )
    rows = engine.execute(f"COPY (FROM {table}) TO '{out}' (FORMAT parquet)")
    return int(rows.fetchall()[0][0])


def recoded(path: Path, encoding: str, beside: Path) -> Path:
    """Write a text file again in UTF-8, and return it."""
    data = path.read_bytes()
    unpacked = gzip.decompress(data) if path.suffix == ".gz" else data
    beside.write_bytes(unpacked.decode(encoding).encode())
    return beside


STEPS: dict[str, Callable[[Path, Path, Path, str], int]] = {
    "bare COPY": bare_copy,
    "kexin intake": intake,
}


def main() -> int:
    """Measure both, print a table, and one line of JSON for machines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--mapping", type=Path)
    parser.add_argument("--firms", type=int, default=12_000)
    parser.add_argument("--months", type=int, default=72)
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--keep", type=Path, help="new folder for the warehouse")
    given = parser.parse_args()
    if (given.data is None) != (given.mapping is None):
        parser.error("a folder and its --mapping go together")
    if given.keep and (given.keep / "warehouse").exists():
        parser.error(f"{given.keep} holds a warehouse already")
    with tempfile.TemporaryDirectory() as made:
        data, mapping = given.data, given.mapping
        if data is None:
            data, mapping = Path(made) / "delivery", Path(made) / "mapping.toml"
            mapping.write_text(MAPPING, encoding="utf-8")
            make(data, given.firms, given.months)
        found: dict[str, Took] = {}
        for name, step in STEPS.items():
            with tempfile.TemporaryDirectory() as work:
                place = given.keep if given.keep and step is intake else Path(work)
                found[name] = apart(step, data, mapping, place, given.memory)
        tell(found)
    return 0


def tell(found: dict[str, Took]) -> None:
    """Print what was measured."""
    table = Table("step", "rows", "s", "rows/s", "CPU s", "peak MB", "times the COPY")
    plain = found["bare COPY"]
    for step, took in found.items():
        table.add_row(
            step,
            f"{took.rows:,}",
            f"{took.seconds:.2f}",
            f"{took.rows / took.seconds:,.0f}",
            f"{took.cpu:.2f}",
            f"{took.peak_mb:,.0f}",
            f"{took.seconds / plain.seconds:.1f} ({took.cpu / plain.cpu:.1f} of CPU)",
        )
    Console().print(table)
    sys.stdout.write(
        json.dumps({s: took._asdict() for s, took in found.items()}) + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
