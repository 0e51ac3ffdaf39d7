"""Many findings of one kind are summed up, so that the others are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kexin.cli.screen import Screen
from kexin.cli.show import MOST_UNUSUAL, NAMED, unusual
from kexin.report.deliveries import Report

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from kexin.language import Language


def finding(limit: str, table: str) -> dict[str, Any]:
    return {
        "limit": limit,
        "level": "alarm",
        "table": table,
        "zh": f"{table}出现{limit}",
        "en": f"{table} shows {limit}",
    }


def lines(
    found: list[dict[str, Any]],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    language: Language = "en",
) -> list[str]:
    report = Report({"unusual": found}, folder / "report.json", folder / "report.html")
    unusual(Screen(language), report)
    return capsys.readouterr().out.splitlines()


def test_a_kind_is_told_once_with_the_other_tables_and_the_next_kind_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [finding("late", f"t{n}") for n in range(NAMED + 3)]
    found.insert(2, finding("ended", "u"))
    first, others, second, *_ = lines(found, tmp_path, capsys)
    assert first == "alarm: t0 shows late"
    named = ", ".join(f"t{n}" for n in range(1, NAMED + 1))
    assert others == f"  and {NAMED + 2} more of this kind: {named}…"
    assert second == "alarm: u shows ended"


def test_kinds_beyond_the_first_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [finding(f"kind{n}", "t") for n in range(MOST_UNUSUAL + 2)]
    told = lines([*found, found[-1]], tmp_path, capsys, "zh")
    assert told[0] == "警报：t出现kind0"
    assert told[MOST_UNUSUAL] == "另有3项，见报告"


def test_a_path_stands_unbroken_on_a_line_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = tmp_path / "[red]" / ("long " * 40)
    told = lines([], deep, capsys)
    assert told[0] == "nothing unusual"
    assert told[-1] == f"  {deep / 'report.html'}"
