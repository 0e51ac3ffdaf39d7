"""Records find their firms: at intake, and again when a name arrives later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kexin.errors import ConfigurationError
from kexin.identity.decisions import decisions
from kexin.identity.ladder import Thresholds
from kexin.intake.deliver import deliver, rematch
from kexin.intake.mapping import read_mapping
from kexin.intake.quarantine import failures
from kexin.intake.questions import questions
from kexin.intake.snapshot import read_snapshot
from kexin.intake.warehouse import open_warehouse
from unit.identity.test_ladder import code_of
from unit.intake.bureau import engine

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.accounts import Account
    from unit.intake.desk import Desk

FIRM, OTHER = code_of(21), code_of(22)
NAME = "杭州海创（中国）科技有限公司"
FORMER = "杭州明月电子有限公司"
CITY = Thresholds(synthetic=True)
FIRST, LATER, LAST = date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)

REGISTRY = """\
name = "registry"
source = "registry:test"

[[sources]]
table = "reg_firm"
files = ["firms.csv"]
firm = "代码"
firm_name = "名称"
not_delivered = ["is_branch", "firm_type_code", "reg_authority"]

[sources.columns]
uscc = "代码"
firm_name = "名称"
establish_date = "核准日期"
approve_date = "核准日期"
reg_status = { constant = "active" }
district_code = { constant = "330106" }
"""

COURT = """\
name = "court"
source = "court:test"

[[sources]]
table = "court_enforcement"
files = ["debtors.csv"]
firm = "代码"
firm_name = "名称"

[sources.columns]
case_id = "案号"
party_seq = { constant = 1 }
filed_date = "立案日期"
exec_status = { constant = "open" }

[[sources]]
table = "reg_penalty"
files = ["penalties.csv"]
firm_name = "名称"

[sources.columns]
decision_no = "文号"
authority_kind = { constant = "market" }
penalty_kinds = { constant = "fine" }
severity = { constant = "minor" }
decision_date = "日期"
"""

FIRMS = "代码,名称,核准日期\n"
DEBTORS = "代码,名称,案号,立案日期\n"
PENALTIES = "名称,文号,日期\n"


@dataclass
class Office:
    folder: Path
    sent: int = 0

    def send(self, form: str, name: str, text: str, on: date) -> Account:
        self.sent += 1
        folder = self.folder / str(self.sent)
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        mapping = folder / "mapping.toml"
        mapping.write_text(form, encoding="utf-8")
        return deliver(
            [folder / name],
            read_mapping(mapping),
            self.folder / "warehouse",
            on,
            engine(),
            who=CITY,
        )

    def held(self, table: str) -> list[dict[str, Any]]:
        found = open_warehouse(self.folder / "warehouse", engine()).tables[table]
        rows: list[dict[str, Any]] = (
            found.order_by("known_at", "row_id").to_pyarrow().to_pylist()
        )
        return rows


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    confidence = row["firm_conf"]
    return row["firm_key"], row["firm_step"], confidence and float(confidence)


def test_a_name_finds_the_firm_of_the_registry(office: Office) -> None:
    office.send(REGISTRY, "firms.csv", FIRMS + f"{FIRM},{NAME},2020-01-01\n", FIRST)
    rows = f",{NAME},（2024）浙0106执1号,2024-01-05\n,王伟,（2024）浙0106执2号,2024-01-06\n"
    account = office.send(COURT, "debtors.csv", DEBTORS + rows, FIRST)
    assert account.tables[0][1:] == (2, 2, 0, 0)
    found = {row["src_name"]: row for row in office.held("court_enforcement")}
    firm, person = found[NAME], found["王伟"]
    assert told(firm) == (FIRM, "M6", 0.97)
    assert firm["src_name"] == NAME
    assert told(person) == (None, None, None)
    assert "unmatched" in person["dq_flags"]


def test_the_registry_itself_is_known_by_its_codes(office: Office) -> None:
    office.send(REGISTRY, "firms.csv", FIRMS + f"{FIRM},{NAME},2020-01-01\n", FIRST)
    [row] = office.held("reg_firm")
    assert told(row) == (FIRM, "M1", 1.0)


def test_a_name_that_arrives_later_finds_the_records_from_then_on(
    office: Office,
) -> None:
    rows = f",{NAME},（2024）浙0106执1号,2024-01-05\n"
    office.send(COURT, "debtors.csv", DEBTORS + rows, FIRST)
    [before] = office.held("court_enforcement")
    assert before["firm_key"] is None
    account = office.send(
        REGISTRY, "firms.csv", FIRMS + f"{FIRM},{NAME},2020-01-01\n", LATER
    )
    assert [count.table for count in account.tables] == ["reg_firm"]
    old, new = office.held("court_enforcement")
    assert (old["row_id"], old["known_at"]) == (before["row_id"], before["known_at"])
    assert old["superseded_at"] == new["known_at"]
    assert told(new) == (FIRM, "M6", 0.97)
    assert new["known_at"].date() == LATER
    assert "unmatched" not in new["dq_flags"]


def test_where_the_firm_is_part_of_the_key_the_nameless_version_ends(
    office: Office,
) -> None:
    rows = f"{NAME},罚1号,2024-01-05\n宁波大海贸易有限公司,罚1号,2024-01-05\n"
    office.send(COURT, "penalties.csv", PENALTIES + rows, FIRST)
    assert len(office.held("reg_penalty")) == 2, "one decision on two firms is two rows"
    office.send(REGISTRY, "firms.csv", FIRMS + f"{FIRM},{NAME},2020-01-01\n", LATER)
    standing = [
        row
        for row in office.held("reg_penalty")
        if row["superseded_at"] is None and row["op"] != "D"
    ]
    assert {told(row)[0] for row in standing} == {FIRM, None}
    assert len(standing) == 2


def test_what_is_still_unknown_stays_as_it_was(office: Office) -> None:
    rows = f",{NAME},（2024）浙0106执1号,2024-01-05\n"
    office.send(COURT, "debtors.csv", DEBTORS + rows, FIRST)
    before = office.held("court_enforcement")
    firms = f"{OTHER},杭州云栖软件有限公司,2020-01-01\n"
    office.send(REGISTRY, "firms.csv", FIRMS + firms, LATER)
    office.send(REGISTRY, "firms.csv", FIRMS + firms, LAST)
    assert office.held("court_enforcement") == before


def test_the_same_delivery_again_changes_nothing(office: Office) -> None:
    rows = f",{NAME},（2024）浙0106执1号,2024-01-05\n"
    office.send(COURT, "debtors.csv", DEBTORS + rows, FIRST)
    office.send(REGISTRY, "firms.csv", FIRMS + f"{FIRM},{NAME},2020-01-01\n", LATER)
    before = office.held("court_enforcement")
    account = office.send(COURT, "debtors.csv", DEBTORS + rows, LAST)
    assert account.tables[0][1:] == (1, 0, 1, 0)
    assert office.held("court_enforcement") == before


def test_a_former_name_without_a_code_tells_at_once_who_bore_it(desk: Desk) -> None:
    """All in one delivery, and nothing is left for the same delivery to find."""
    firm = {"firm": FIRM, "name": NAME, "uscc": FIRM, "firm_name": NAME}
    dates = {"establish_date": "2012-03-01", "approve_date": "2012-03-01"}
    current = {**firm, **dates, "reg_status": "active", "district_code": "330106"}
    former = {
        "name": NAME,
        "name_raw": FORMER,
        "name_norm_k1": FORMER,
        "name_norm_k2": FORMER,
        "name_kind": "former",
        "valid_from": "2012-03-01",
        "valid_to": "2020-01-01",
    }
    hearing = {"name": FORMER, "notice_id": "N1", "hearing_date": "2018-03-01"}
    told_once = {
        "reg_firm": [current],
        "reg_name_history": [former],
        "court_hearing": [{**hearing, "published_date": "2018-02-01"}],
    }
    desk.send(**told_once)
    assert told(desk.held("reg_name_history")[0]) == (FIRM, "M6", 0.97)
    [heard] = desk.held("court_hearing")
    assert heard["firm_key"] == FIRM
    before = read_snapshot(desk.warehouse)
    again = desk.send(**told_once, on=date(2024, 7, 31))
    assert sum(count.accepted for count in again.tables) == 0
    assert not [note for note in again.notes if "found theirs" in note.en]
    assert read_snapshot(desk.warehouse) == before


def test_a_row_that_names_nobody_is_refused(office: Office) -> None:
    account = office.send(
        COURT, "debtors.csv", DEBTORS + ",,（2024）浙0106执1号,2024-01-05\n", FIRST
    )
    assert account.tables[0][1:] == (1, 0, 0, 1)


NEARLY = "杭州海窗（中国）科技有限公司"


def decided(office: Office, **changes: str) -> Path:
    """What a person wrote down about a name."""
    entry = {"name": NEARLY, "firm": FIRM, "by": "officer", "why": "letter"} | changes
    path = office.folder / "identity.toml"
    lines = [f'{key} = "{value}"' for key, value in entry.items()]
    path.write_text("\n".join(["[[decided]]", *lines, "on = 2024-03-01", ""]))
    return path


def test_a_name_that_is_nearly_a_firms_waits_for_a_person(office: Office) -> None:
    office.send(REGISTRY, "firms.csv", FIRMS + f"{FIRM},{NAME},2020-01-01\n", FIRST)
    rows = "".join(
        f",{name},（2024）浙0106执{n}号,2024-01-0{n}\n"
        for n, name in enumerate(
            [NEARLY, NEARLY, "王伟", "某某公司", "宁波大海贸易公司"], 1
        )
    )
    office.send(COURT, "debtors.csv", DEBTORS + rows, FIRST)
    [question] = questions(office.folder / "warehouse", engine(), CITY)
    assert (question.name, question.rows) == (NEARLY, 2)
    assert question.tables == ["court_enforcement"]
    assert (question.first, question.last) == (date(2024, 1, 1), date(2024, 1, 2))
    assert [each.firm_key for each in question.candidates] == [FIRM]


def test_what_a_person_decided_holds_from_the_day_it_is_applied(
    office: Office,
) -> None:
    office.send(REGISTRY, "firms.csv", FIRMS + f"{FIRM},{NAME},2020-01-01\n", FIRST)
    rows = f",{NEARLY},（2024）浙0106执1号,2024-01-05\n"
    office.send(COURT, "debtors.csv", DEBTORS + rows, FIRST)
    known = tuple(decisions(decided(office)).items())
    who = CITY._replace(decided=known)
    account = rematch(office.folder / "warehouse", LATER, engine(), who)
    assert account.tables == []
    assert "1" in account.notes[0].en
    old, new = office.held("court_enforcement")
    assert told(old) == (None, None, None)
    assert told(new) == (FIRM, "person", 1.0)
    assert new["known_at"].date() == LATER
    assert not questions(office.folder / "warehouse", engine(), CITY)


def test_a_decision_for_no_valid_code_is_told_with_its_line(office: Office) -> None:
    path = decided(office, firm="91350100M000100Y33")
    with pytest.raises(ConfigurationError, match="91350100M000100Y33"):
        decisions(path)


def test_the_registry_must_get_its_own_codes_right(office: Office) -> None:
    wrong = FIRM[:-1] + ("0" if FIRM[-1] != "0" else "1")
    firms = f"{wrong},{NAME},2020-01-01\n{OTHER},杭州云栖软件有限公司,2020-01-01\n"
    account = office.send(REGISTRY, "firms.csv", FIRMS + firms, FIRST)
    assert account.tables[0][1:] == (2, 1, 0, 1)
    [failure] = failures(office.folder / "warehouse", engine())
    assert (failure.rule, failure.found) == ("check_character", wrong)


HEARINGS = """\
name = "hearings"
source = "court:test"

[[sources]]
table = "court_hearing"
files = ["hearings.csv"]
firm_name = "当事人"

[sources.columns]
notice_id = "公告号"
hearing_date = "开庭日期"
published_date = "公告日期"
"""


def test_a_hearing_may_lie_ahead_but_no_record_before_the_country(
    office: Office,
) -> None:
    rows = f"{NAME},1,2024-02-20,2024-01-30\n{NAME},2,1900-01-01,2024-01-30\n"
    head = "当事人,公告号,开庭日期,公告日期\n"
    account = office.send(HEARINGS, "hearings.csv", head + rows, FIRST)
    assert account.tables[0][1:] == (2, 1, 0, 1)
    [failure] = failures(office.folder / "warehouse", engine())
    assert (failure.rule, failure.found) == ("impossible_day", "1900-01-01")
