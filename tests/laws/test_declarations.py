"""Every declaration is complete, and says what the published domain says."""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kexin.algebra.nodes import (
    ABSENT,
    Call,
    Column,
    Constant,
    Operation,
    Statistic,
    walk,
)
from kexin.algebra.reductions import (
    reductions,
)
from kexin.algebra.views import STANDARD, Derived, View
from kexin.digest import digest
from kexin.registers import changes
from kexin.registers.changes import RuleChange
from kexin.registers.contract import ENVELOPE, Field, Table, contracts
from kexin.signals.catalogue import catalogue
from kexin.signals.signal import ABSENCE, PLACE, Signal, sentence
from laws.direct import DIRECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from kexin.language import Language

ROOT = Path(__file__).parents[2]
DOMAIN = Path(os.environ.get("KEXIN_DOMAIN", ROOT.parent / "shared" / "domain"))

SIGNALS = list(catalogue().values())
CONTRACTS = list(contracts().values())
PUBLISHED = [signal for signal in SIGNALS if signal.id in DIRECT]
CODED = [f for t in CONTRACTS for f in t.fields().values() if f.codes is not None]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

ALONE = "the reference says it is as for the signal above; a dictionary's entry stands alone"
SIGNALS_SAID_OTHERWISE: dict[tuple[str, str], str] = {
    ("court.def_12m", "why"): ALONE,
    ("si.head_g6", "why"): ALONE,
    ("tax.late_file_12m", "why"): ALONE,
}
"""Where a published signal departs from signals.json: id and fact, with the reason."""

FORMULA_DIGEST = "7c2a666da6a956adff909b1730024806d0a2ce0c7560000ff74d0b836bee5b83"

CODES_NOT_IN_THE_TEXT = {
    "other": "what a bureau delivers and nobody has named yet",
    "rail_e_ticket": "«rail/air e-tickets» in the text",
    "air_e_ticket": "«rail/air e-tickets» in the text",
}

TYPES = {
    "str": "string",
    "hash": "string",
    "code": "string",
    "bool": "boolean",
    "int": "int64",
    "set<code>": "array<string>",
    "ts": "timestamp(6)",
    "date": "date",
    "month": "date",
}

RULE_CHANGES = {
    name: value
    for name, value in vars(changes).items()
    if isinstance(value, RuleChange)
}

by_id = pytest.mark.parametrize("signal", SIGNALS, ids=repr)
published = pytest.mark.parametrize("signal", PUBLISHED, ids=repr)
by_table = pytest.mark.parametrize("table", CONTRACTS, ids=lambda table: table.id)


@functools.cache
def domain(name: str) -> str:
    """A file of the domain reference; the test is skipped where it is absent."""
    path = DOMAIN / name
    if not path.exists():
        pytest.skip(f"no domain reference at {DOMAIN}: set KEXIN_DOMAIN to its folder")
    return path.read_text(encoding="utf-8")


def said_in_domain(signal: Signal) -> dict[str, Any]:
    rows = {row["id"]: row for row in json.loads(domain("signals.json"))}
    return dict(rows[signal.id])


def test_every_published_table_has_a_contract() -> None:
    assert set(json.loads(domain("schema.json"))) == set(contracts())


def test_the_catalogue_is_large_enough_to_judge_a_firm() -> None:
    assert len(SIGNALS) >= 30
    assert len(PUBLISHED) == len(DIRECT) == 19


@by_id
def test_every_signal_is_complete(signal: Signal) -> None:
    register, _, fact = signal.id.partition(".")
    assert re.fullmatch(r"[a-z]+", register)
    assert re.fullmatch(r"[a-z0-9_]+", fact)
    told = [*signal.name, *signal.reason, *signal.why, signal.unit]
    told += [signal.family, signal.source]
    assert all(text and text == text.strip() for text in told)
    assert signal.direction in {-1, 0, 1}
    assert signal.absent in ABSENCE


@by_id
def test_a_reason_names_its_value_in_both_languages(signal: Signal) -> None:
    for language in LANGUAGES:
        said = signal.reason.said(language)
        assert PLACE.search(said), "the value has a place"
        assert said == said.rstrip("。. "), "a reason has no full stop"
        for value in told_values(signal):
            assert not set("{}|") & set(sentence(signal, value, language))
    places = [
        sorted(place["form"] or "" for place in PLACE.finditer(said))
        for said in signal.reason
    ]
    assert places[0] == places[1], "both languages show the same value"


def told_values(signal: Signal) -> list[float]:
    """Values that a signal may have: its steps, where they have names."""
    return [step for step, _ in signal.labels] or [0.0, 1.0, 0.5, -3.0, 234.56]


@by_id
def test_a_reason_is_chinese_in_chinese_and_english_in_english(signal: Signal) -> None:
    for text in (signal.name, signal.reason):
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert not re.search(r"[\u4e00-\u9fff]", text.en)


@by_id
def test_a_signal_reads_columns_that_contracts_and_views_declare(
    signal: Signal,
) -> None:
    read = [part for part in walk(signal.formula) if isinstance(part, Column)]
    assert read
    for column in read:
        assert_declared(column)
    assert list(reductions(signal.formula)), "a signal is made of a firm's records"


def assert_declared(column: Column) -> None:
    """A column is one of its table's, or one of its view's and so are those behind it."""
    if not isinstance(column.table, View):
        assert column.name in contracts()[column.table].columns()
        return
    own = dict(column.table.columns)
    assert column.name in {*STANDARD, *own}
    if not isinstance(column.table, Derived):
        for part in walk(own.get(column.name, ABSENT)):
            if isinstance(part, Column):
                assert_declared(part)


@by_id
def test_sums_stay_exact_until_the_last_step(signal: Signal) -> None:
    """A sum of floats depends on the order of rows; an extreme does not (DESIGN.md)."""
    for reduction in walk(signal.formula):
        if getattr(reduction, "reduction", None) == "sum":
            for part in walk(reduction.of):
                match part:
                    case Operation(operator="/") | Statistic() | Call(function="ln_1p"):
                        pytest.fail(f"a float within {reduction!r}")
                    case Constant(value=float()):
                        pytest.fail(f"a float within {reduction!r}")


def test_no_two_signals_have_the_same_formula_or_name() -> None:
    assert len({digest(signal.formula) for signal in SIGNALS}) == len(SIGNALS)
    for language in LANGUAGES:
        assert len({s.name.said(language) for s in SIGNALS}) == len(SIGNALS)


def test_the_digest_of_a_declaration_is_its_content() -> None:
    first, again = ([digest(s) for s in catalogue().values()] for _ in range(2))
    assert first == again
    assert len(set(first)) == len(SIGNALS)


def test_the_language_keeps_its_digests() -> None:
    """A new digest makes every model of yesterday strange: change it on purpose."""
    amount = Column("t", "amount")
    formula = (amount.clip(0, 5) / 2).given(~amount.is_in("a", "b"))
    assert digest(formula) == FORMULA_DIGEST


@published
@pytest.mark.parametrize(
    ("fact", "declared"),
    [
        ("zh", lambda signal: signal.name.zh),
        ("en", lambda signal: signal.name.en),
        ("unit", lambda signal: signal.unit),
        ("direction", lambda signal: signal.direction),
        ("reason_zh", lambda signal: signal.reason.zh),
        ("reason_en", lambda signal: signal.reason.en),
        ("why", lambda signal: signal.why.en),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_published_signal_says_what_was_published(
    signal: Signal, fact: str, declared: Callable[[Signal], object]
) -> None:
    expected = said_in_domain(signal)[fact]
    if fact == "direction":
        expected = int(expected)
    told_otherwise = (signal.id, fact) in SIGNALS_SAID_OTHERWISE
    assert (declared(signal) != expected) == told_otherwise


@by_table
def test_a_contract_has_the_columns_that_were_published(table: type[Table]) -> None:
    expected = json.loads(domain("schema.json"))[table.id]
    assert table.zh == expected["zh"]
    assert list(table.fields()) == [column["name"] for column in expected["columns"]]
    for said in expected["columns"]:
        field = table.fields()[said["name"]]
        assert field.zh == said["zh"], said["name"]
        assert field.dtype == dtype(said["type"]), said["name"]
        assert field.unit == (None if said["unit"] == "-" else said["unit"])
        assert field.optional == (said["nullable"] == "Y"), said["name"]
        assert (field.codes is not None) == ("code" in said["type"]), said["name"]
        assert field.monthly == (said["type"] == "month"), said["name"]


def dtype(said: str) -> str:
    if said.startswith("dec("):
        return said.replace("dec", "decimal").replace(",", ", ")
    return "string" if said.startswith("char(") else TYPES[said]


@by_table
def test_a_contract_has_the_key_and_the_day_that_were_published(
    table: type[Table],
) -> None:
    expected = json.loads(domain("schema.json"))[table.id]
    key = [name.strip() for name in expected["key"].split(",")]
    # A version's number is the warehouse's; it tells versions of one record apart.
    assert list(table.key) == [name for name in key if name != "version_no"]
    assert table.event == expected["event_date"]


@by_table
def test_a_contract_is_complete(table: type[Table]) -> None:
    assert table.source
    assert table.lag_days >= 0
    assert (table.__doc__ or "").strip()
    assert set(table.fields()) & set(ENVELOPE) <= {table.event}
    assert table.fields()[table.event].dtype in {"date", "timestamp(6)"}
    for name, rule in table.rules().items():
        assert rule.expected.zh, name
        assert rule.expected.en, name
        for part in walk(rule.met):
            assert not isinstance(part, Column) or part.name in table.columns()


@pytest.mark.parametrize("field", CODED, ids=lambda f: f"{f.table}.{f.name}")
def test_every_code_was_published_and_every_published_code_is_there(
    field: Field,
) -> None:
    assert field.codes is not None
    listed = published_codes(field.table, field.name)
    for code in set(field.codes) - set(CODES_NOT_IN_THE_TEXT):
        assert re.search(rf"(?<![A-Za-z0-9_]){code}(?![A-Za-z0-9_])", listed), code
    named = set(re.findall(r"`([A-Za-z_]+)`", listed))
    if "`" not in listed and not listed.startswith(":"):
        plain = re.sub(r"\(.*?\)", "", listed).partition(";")[0]
        named = set(re.findall(r"(?:^|, )([A-Za-z0-9_]+)", plain))
    assert named <= set(field.codes)
    assert all(label for label in field.codes.values())


def published_codes(table: str, column: str) -> str:
    """What REGISTERS.md and schema.json say of a column's codes."""
    columns = json.loads(domain("schema.json"))[table]["columns"]
    [said] = [each["codes"] for each in columns if each["name"] == column]
    if other := re.match(r"as (\w+)", said):
        return published_codes(other[1], column)
    if name := re.match(r"CODE (\w+)", said):
        return paragraph(name[1])
    if span := re.match(r"(M?)1\.\.M?(\d)", said):
        return ", ".join(f"{span[1]}{n}" for n in range(1, int(span[2]) + 1))
    return str(said)


def paragraph(name: str) -> str:
    """The text of REGISTERS.md section 5 on one list of codes."""
    found = re.search(
        rf"\*\*{name}\*\*(.*?)(?:\*\*[a-z]|\n)", domain("REGISTERS.md"), re.DOTALL
    )
    assert found, name
    return found.group(1)


@pytest.mark.parametrize("change", RULE_CHANGES.values(), ids=RULE_CHANGES)
def test_a_change_of_rules_names_its_tables_and_was_published(
    change: RuleChange,
) -> None:
    assert set(change.tables) <= set(contracts())
    assert change.until is None or change.until > change.since
    source = change.source.removeprefix("REGISTERS.md ")
    assert f"| {source} |" in domain("REGISTERS.md")
