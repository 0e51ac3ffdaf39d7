"""A mapping is drafted for files that nobody here has seen, and says what is unsure."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import openpyxl
import pytest

from kexin.intake.draft import draft, pattern
from kexin.intake.drafted import as_toml
from kexin.intake.headings import HEADINGS
from kexin.intake.likeness import bare
from kexin.intake.mapping import read_mapping
from kexin.intake.trial import tried
from kexin.registers.contract import contracts
from unit.intake.bureau import engine
from unit.intake.held_out import HELD_OUT
from unit.intake.strangers import RECEIVED, STYLES, deliver

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.draft import Drafted, Line
    from unit.intake.strangers import Delivery

TABLES = (
    "reg_firm",
    "reg_penalty",
    "tax_invoice",
    "tax_vat_return",
    "si_month",
    "court_dishonest",
    "cus_declaration",
    "ip_patent",
    "pboc_loan_month",
    "gov_subsidy",
    "hf_month",
    "qual_cert",
    "tax_credit_rating",
    "court_enforcement",
)


class Judged(NamedTuple):
    """What was drafted, and what should have been."""

    delivery: Delivery
    drafted: Drafted

    @property
    def rightly(self) -> dict[str, bool]:
        """Whether each delivered column was taken for what it is."""
        taken = taken_by(self.drafted)
        return {n: taken.get(n) == (h,) for n, h in self.delivery.truth.items()}


def taken_by(drafted: Drafted) -> dict[str, tuple[str, ...]]:
    """Return the headings that each column of the contract, and the firm, is read from."""
    own = {line.column: line.headings for line in drafted.lines}
    return {**own, **{name: line.headings for name, line in drafted.said.items()}}


def line(drafted: Drafted, column: str) -> Line:
    return next(line for line in drafted.lines if line.column == column)


def only(path: Path, table: str = "") -> Drafted:
    """Return the one source that is drafted for a file."""
    (drafted,) = draft([path], table)
    return drafted


def written(folder: Path, content: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Deliveries under the contracts' own names, each in another look."""
    folder = tmp_path_factory.mktemp("named")
    made = [
        deliver(
            folder, table, STYLES[i % len(STYLES)], size=30, seed=i, called=f"data{i}"
        )
        for i, table in enumerate(TABLES)
    ]
    return [Judged(each, only(each.path)) for each in made]


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Deliveries under headings that were written down before any synonym was."""
    folder = tmp_path_factory.mktemp("held_out")
    made = []
    for i, (table, names) in enumerate(HELD_OUT.items()):
        called = "销项发票" if table == "tax_invoice" else f"data{i}"
        style = STYLES[i % len(STYLES)]
        made.append(
            deliver(folder, table, style, size=30, seed=i, names=names, called=called)
        )
    return [Judged(each, only(each.path)) for each in made]


def share(judged: list[Judged]) -> float:
    right = [right for each in judged for right in each.rightly.values()]
    return sum(right) / len(right)


def test_tables_are_recognised_whatever_the_files_are_called(
    named: list[Judged], held_out: list[Judged]
) -> None:
    for each in (*named, *held_out):
        assert each.drafted.table.id == each.delivery.table


def test_columns_under_the_contracts_names_are_mapped_rightly(
    named: list[Judged],
) -> None:
    assert share(named) >= 0.95


def test_columns_under_other_headings_are_mapped_rightly(
    held_out: list[Judged],
) -> None:
    assert share(held_out) >= 0.9


def test_headings_that_no_list_has_are_mapped_rightly_too(
    held_out: list[Judged],
) -> None:
    listed = {bare(name) for names in HEADINGS.values() for name in names.split()}
    listed |= {bare(f.zh) for t in contracts().values() for f in t.fields().values()}
    right = [
        right
        for each in held_out
        for name, right in each.rightly.items()
        if bare(each.delivery.truth[name]) not in listed
    ]
    assert len(right) > 100
    assert sum(right) / len(right) >= 0.85


def test_what_is_called_sure_is_right(
    named: list[Judged], held_out: list[Judged]
) -> None:
    for each in (*named, *held_out):
        wrong = {name for name, right in each.rightly.items() if not right}
        sure = {line.column for line in each.drafted.lines if line.sure}
        assert not wrong & sure


def test_the_moment_of_handing_over_is_known_at_and_extras_are_ignored(
    named: list[Judged],
) -> None:
    for each in named:
        assert taken_by(each.drafted)["known_at"] == ("推送时间",)
        assert "备注" in each.drafted.ignored


@pytest.mark.parametrize("place", range(len(STYLES)), ids=[s.name for s in STYLES])
def test_a_draft_is_accepted_and_so_are_nearly_all_rows(
    named: list[Judged], place: int
) -> None:
    each = named[place]
    trial = tried(
        as_toml([each.drafted], "en"), [each.delivery.path], RECEIVED, engine()
    )
    assert trial.mistake is None
    assert trial.refused == []
    assert trial.tables[0].accepted == each.delivery.rows


def test_a_draft_in_either_language_is_the_same_mapping(
    named: list[Judged], tmp_path: Path
) -> None:
    drafts = [each.drafted for each in named]
    both = []
    for language in ("zh", "en"):
        path = tmp_path / f"{language}.toml"
        path.write_text(as_toml(drafts, language), encoding="utf-8")
        both.append(read_mapping(path))
    assert both[0] == both[1]
    assert len(both[0].sources) == len(TABLES)


CASES = """\
当事人名称,案号,法院,案件类别,立案时间,标的金额（万元）,结案方式,备注
杭州甲科技有限公司,（2024）浙0106民初1号,浙0106,民初,2024/5/1,12.5,判决,x
杭州乙科技有限公司,（2024）浙0106民初2号,浙0106,民初,2024/5/2,"1,220.5",待定方式,y
"""


def test_a_label_that_no_code_has_is_left_to_a_person(tmp_path: Path) -> None:
    drafted = only(written(tmp_path, CASES))
    mode = line(drafted, "close_mode")
    assert mode.keys["codes"] == {"判决": "judgment"}
    assert not mode.sure
    assert "待定方式" in mode.remarks[0].zh
    assert "# " in as_toml([drafted], "zh").partition("待定方式")[0].splitlines()[-1]


def test_a_unit_in_the_heading_is_taken(tmp_path: Path) -> None:
    claim = line(only(written(tmp_path, CASES)), "claim_amount")
    assert str(claim.keys["unit"]) == "10000"
    assert claim.keys["thousands"] == ","


def test_required_columns_that_are_missing_are_told_as_not_delivered(
    tmp_path: Path,
) -> None:
    drafted = only(written(tmp_path, CASES))
    assert drafted.not_delivered == ("case_year",)
    trial = tried(as_toml([drafted], "zh"), [tmp_path / "a.csv"], RECEIVED, engine())
    assert [(r.column, r.rule, r.rows) for r in trial.refused] == [
        ("close_mode", "type", 1)
    ]
    assert trial.tables[0].accepted == 1


def test_one_case_number_fills_every_column_of_case_numbers(tmp_path: Path) -> None:
    taken = taken_by(only(written(tmp_path, CASES)))
    assert taken["case_id"] == taken["case_no_raw"] == ("案号",)


def test_the_table_can_be_forced(tmp_path: Path) -> None:
    assert only(written(tmp_path, CASES), "court_party").table.id == "court_party"


def test_a_title_above_the_headings_is_left_out_and_its_unit_taken(
    tmp_path: Path,
) -> None:
    titled = "某局案件汇总表\n填报：某局,单位：万元\n" + CASES.replace("（万元）", "")
    path = written(tmp_path, titled)
    drafted = only(path)
    assert drafted.look.heading_row == 3
    claim = line(drafted, "claim_amount")
    assert str(claim.keys["unit"]) == "10000"
    assert not claim.sure
    trial = tried(as_toml([drafted], "zh"), [path], RECEIVED, engine())
    assert (trial.tables[0].read, trial.tables[0].accepted) == (2, 1)


def test_signs_for_nothing_are_read_as_absent(tmp_path: Path) -> None:
    path = written(tmp_path, CASES.replace("12.5", "-").replace("待定方式", "-"))
    drafted = only(path)
    assert line(drafted, "claim_amount").keys["absent"] == ["-"]
    trial = tried(as_toml([drafted], "zh"), [path], RECEIVED, engine())
    assert trial.tables[0].accepted == 2


def test_headings_of_first_letters_are_understood(tmp_path: Path) -> None:
    content = (
        "FPHM,KPRQ,XFSH,XFMC,GFMC,JE,SE,FPZT\n"
        "1,2024-05-01,91350100M000100Y43,甲乙有限公司,丙丁有限公司,1,0.1,正常\n"
    )
    drafted = only(written(tmp_path, content))
    assert drafted.table.id == "tax_invoice"
    taken = taken_by(drafted)
    assert taken["firm"] == ("XFSH",)
    assert taken["counterparty_name"] == ("GFMC",)
    assert taken["issue_date"] == ("KPRQ",)


PEOPLE = """\
统一社会信用代码,企业名称,法定代表人,联系电话,登记状态,成立日期
91330106MA2C00004X,杭州甲科技有限公司,诸葛孔明,13800138000,存续,2020-01-01
"""


@pytest.mark.parametrize("secret", ["诸葛孔明", "13800138000"])
def test_persons_are_never_shown(tmp_path: Path, secret: str) -> None:
    drafted = only(written(tmp_path, PEOPLE))
    assert "法定代表人" in as_toml([drafted], "zh")
    assert secret not in as_toml([drafted], "zh")


def test_a_persons_name_under_any_heading_is_not_shown(tmp_path: Path) -> None:
    text = PEOPLE.replace("法定代表人", "栏目甲").replace("诸葛孔明", "王建国")
    assert "王建国" not in as_toml([only(written(tmp_path, text))], "zh")


def test_what_a_person_must_complete_is_marked_and_stays_toml(tmp_path: Path) -> None:
    path = written(tmp_path, "企业名称,备注\n甲有限公司,x\n")
    drafted = only(path, "cus_declaration")
    toml = as_toml([drafted], "en")
    assert "MUST BE COMPLETED" in toml
    assert tomllib.loads(toml)["sources"][0]["table"] == "cus_declaration"
    trial = tried(toml, [path], RECEIVED, engine())
    assert not trial.acceptable
    assert trial.mistake is not None
    assert "draft.toml, line" in trial.mistake.where


def test_seller_and_buyer_are_told_apart_by_the_files_name(tmp_path: Path) -> None:
    content = (
        "发票号码,销方税号,销方名称,购方税号,购方名称,开票日期,金额,税额,发票状态,票种\n"
        "1,91330106MA2C00004X,甲有限公司,91350100M000100Y43,乙有限公司,2024-05-01,1,0.1,正常,数电专票\n"
    )
    sold = only(written(tmp_path, content, "销项发票.csv"))
    bought = only(written(tmp_path, content, "进项发票.csv"))
    assert (
        taken_by(sold)["firm"] == taken_by(bought)["counterparty_code"] == ("销方税号",)
    )
    assert (
        taken_by(bought)["firm"] == taken_by(sold)["counterparty_code"] == ("购方税号",)
    )
    assert line(sold, "direction").keys == {"constant": "out"}
    assert line(bought, "direction").keys == {"constant": "in"}


def test_a_month_in_the_files_name_tells_a_month_that_no_column_does(
    tmp_path: Path,
) -> None:
    content = "单位代码,缴存人数,应缴,实缴,缴存状态\n91330106MA2C00004X,3,10,10,正常\n"
    drafted = only(written(tmp_path, content, "公积金月度缴存_202405.csv"))
    assert line(drafted, "month").keys == {"constant": date(2024, 5, 1)}


def test_files_of_one_kind_are_one_source_and_of_another_one_more(
    tmp_path: Path,
) -> None:
    written(tmp_path, CASES, "案件_202404.csv")
    written(tmp_path, CASES, "案件_202405.csv")
    written(tmp_path, PEOPLE, "企业登记.csv")
    drafts = draft([tmp_path])
    assert sorted(each.files for each in drafts) == [("企业登记.csv",), ("案件_*.csv",)]


def test_each_sheet_of_an_excel_file_is_a_source(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, text in (("案件", CASES), ("登记", PEOPLE)):
        sheet = book.create_sheet(name)
        for row in text.splitlines():
            sheet.append(row.split(","))
    book.save(tmp_path / "a.xlsx")
    drafts = draft([tmp_path / "a.xlsx"])
    assert [(each.look.sheet, each.table.id) for each in drafts] == [
        ("案件", "court_case"),
        ("登记", "reg_firm"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("企业登记_20240501.csv", "企业登记_*.csv"),
        ("社保2024年5月.csv.gz", "社保*.csv.gz"),
        ("fp-2024-05-01.jsonl", "fp-*.jsonl"),
        ("2024_05.xlsx", "*.xlsx"),
        ("att1[x].csv", "att1[[]x].csv"),
        ("第2批.csv", "第2批.csv"),
    ],
)
def test_days_in_a_files_name_may_be_others(name: str, expected: str) -> None:
    assert pattern(name) == expected


def test_a_draft_is_a_result_for_programs_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kexin.cli.drafting import draft_mapping  # noqa: PLC0415
    from kexin.cli.screen import Screen  # noqa: PLC0415

    path = written(tmp_path, CASES)
    output = tmp_path / "m.toml"
    screen = Screen("en", as_json=True)
    draft_mapping(screen, tmp_path, [path], "", output, RECEIVED)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["acceptable"]
    assert told["draft"] == output.read_text(encoding="utf-8")
    assert told["sources"][0]["table"] == "court_case"
    assert told["dry_run"]["tables"][0]["accepted"] == 1
    assert not (tmp_path / "data").exists()
