"""A workspace's own signals join the catalogue; a wrong one says what and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kexin.errors import DeclarationError
from kexin.signals.catalogue import catalogue

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
from kexin.algebra.nodes import Constant
from kexin.algebra.reductions import Peers, Window, count, latest
from kexin.language import Text
from kexin.registers.tax import TaxPayer, TaxViolation
from kexin.signals.signal import Signal

violations_60m = Signal(
    id="own.violations_60m",
    register="tax",
    name=Text("近60月违法次数", "Violations, 60 months"),
    formula=count(TaxViolation.found_date, Window(60)),
    unit="count", direction=1, absent="never", family="conduct",
    reason=Text("近60个月有{v}次违法", "{v} violation(s) in 60 months"),
    why=Text("违法", "Rule-breaking"), source="a test",
)
"""

WRONG = {
    "TaxViolation.found_date, Window(60)": [
        ("TaxViolation.found_day, Window(60)", "found_day"),
        ("TaxPayer.valid_from, Window(60)", "window on a state"),
        ("TaxViolation.found_date, Window(60), TaxViolation.found_date", "a day"),
        ("TaxViolation.found_date, Window(60)) + (TaxPayer.valid_from", "reduction"),
        ("TaxViolation.found_date, Window(60)) < latest(TaxPayer.valid_from", "number"),
    ],
    "count(TaxViolation.found_date, Window(60))": [
        ("Constant(3)", "reads no table"),
        ('Peers("sum", Peers("sum", latest(TaxViolation.fine_amount), ()), ())', "inside"),
    ],
    '"own.violations_60m"': [('"violations"', "id")],
    'register="tax"': [('register="taxes"', "register")],
    "direction=1": [("direction=2", "direction")],
    'absent="never"': [('absent="sometimes"', "absent")],
    "{v} violation(s) in 60 months": [("Violations in 60 months", "reason")],
    "近60个月有{v}次违法": [("", "reason")],
    'unit="count"': [('unit=""', "unit")],
    'why=Text("违法", "Rule-breaking")': [
        ('why=Text("违法", " ")', "why"),
        ('why="Rule-breaking"', "both languages"),
    ],
    "from kexin.language import Text": [("from kexin.language import Txt", "Txt")],
    "why=": [("because=", "because")],
}
CASES = [(part, by, told) for part, all_ in WRONG.items() for by, told in all_]


def written(folder: Path, text: str) -> Path:
    path = folder / "own.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_signal_of_the_workspace_joins_the_catalogue(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    assert set(catalogue(tmp_path)) == {*catalogue(), "own.violations_60m"}


@pytest.mark.parametrize(("part", "by", "told"), CASES, ids=[c[1] for c in CASES])
def test_a_wrong_declaration_names_its_file_and_what_is_wrong(
    tmp_path: Path, part: str, by: str, told: str
) -> None:
    assert part in GOOD
    path = written(tmp_path, GOOD.replace(part, by))
    with pytest.raises(DeclarationError) as raised:
        catalogue(tmp_path)
    assert str(path) in raised.value.where
    assert told in raised.value.said("en")


def test_a_file_that_is_no_python_names_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + "\nhalf = (\n")
    with pytest.raises(DeclarationError) as raised:
        catalogue(tmp_path)
    assert raised.value.where.startswith(f"{path}:")


def test_an_id_of_the_package_cannot_be_taken(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("own.violations_60m", "inv.sales_12m"))
    with pytest.raises(DeclarationError, match="declared twice"):
        catalogue(tmp_path)
