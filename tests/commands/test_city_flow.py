"""The whole flow on a synthetic city: what it says, and that what it names is there."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from commands.conftest import ROOT, kexin
from kexin.signals.catalogue import catalogue

pytestmark = pytest.mark.flow

FIRMS = 500
# A model needs ten bad firms: of these firms 13 went bad in the year after September 2024.

COMMAND = f"""
from datetime import date
from pathlib import Path
import sys
from kexin.cli.demonstration import City, on_city
from kexin.cli.screen import Screen
small = City(
    firms={FIRMS}, seed=20261123, learnt_on=date(2024, 9, 30),
    decided_on=date(2025, 12, 31), received=date(2026, 11, 1),
)
on_city(Screen("en"), Path(sys.argv[1]), small)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace that the demonstration made of a smaller city, and its words."""
    folder = tmp_path_factory.mktemp("demo") / "of a city"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMMAND, folder],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "KEXIN_LANG": "en"},
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def numbers(pattern: str, text: str) -> list[int]:
    """Return the numbers in a sentence, wherever its lines were broken."""
    found = re.search(pattern, " ".join(text.split()))
    assert found, text
    return [int(group.replace(",", "")) for group in found.groups()]


def test_it_says_first_what_it_does_and_goes_through_six_steps(
    told: tuple[Path, str],
) -> None:
    assert told[1].startswith("A demonstration on 仿真数据 synthetic data")
    assert f"make a city of {FIRMS} firms" in told[1]
    assert re.findall(r"^\[(\d)/6\]", told[1], re.MULTILINE) == list("123456")


def test_every_row_of_the_delivery_is_accounted_for(told: tuple[Path, str]) -> None:
    n = r"([\d,]+)"
    read, *parts = numbers(
        rf"{n} rows read = {n} accepted \+ {n} held already \(told twice\) \+ "
        rf"{n} quarantined",
        told[1],
    )
    assert read == sum(parts)
    assert all(parts)


def test_some_firms_are_admitted_and_some_refused(told: tuple[Path, str]) -> None:
    counts = [
        numbers(rf"│ {name} +│ +([\d,]+) │", told[1])[0]
        for name in ("admitted", "refused", "a person must look")
    ]
    assert sum(counts) <= FIRMS
    assert all(counts[:2])


def test_what_it_names_at_the_end_is_there(told: tuple[Path, str]) -> None:
    end = told[1].partition("Where to look next:")[2]
    lines = [line.strip() for line in end.splitlines() if line.startswith("  ")]
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("kexin ")]
    paths = [Path(line) for line in lines if not line.startswith("kexin ")]
    assert [words[0] for words in commands] == ["explain", "explain", "whitelist"]
    for words in commands:
        done = kexin(*words, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)
    assert len(paths) == 2
    assert all(path.exists() for path in paths)


def test_a_notebook_goes_from_a_question_to_a_signal(
    told: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEXIN_WORKSPACE", str(told[0]))
    path = ROOT / "notebooks/20-do-lapsing-patents-warn.ipynb"
    cells = nbformat.read(path, as_version=4)
    NotebookClient(cells, timeout=120).execute()
    assert "own.lapse_share_24m" in catalogue(told[0] / "signals")
    by_year = cells.cells[-3].outputs[-1]["data"]["text/plain"]
    assert by_year.split()[:6] == ["as_of", "firms", "bad", "AUC", "low", "high"]
    assert all(not cell.get("outputs") for cell in nbformat.read(path, 4).cells)
