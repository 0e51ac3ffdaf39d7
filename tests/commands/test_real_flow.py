"""The whole flow on the real invoices, twice: as a person runs it, and to the byte."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from commands.conftest import demonstrate, kexin

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def answer(folder: Path, *arguments: object) -> dict[str, Any]:
    done = kexin(*arguments, "--workspace", folder, "--json")
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def test_every_invoice_row_is_accounted_for(shown: tuple[Path, str]) -> None:
    for number in ("1,099,441", "1,087,776", "11,665", "425"):
        assert number in shown[1]


def test_one_and_two_threads_publish_the_same_bytes(shown: tuple[Path, str]) -> None:
    one = shown[0].with_name("one")
    demonstrate(one, threads=1)
    (left,), (right,) = (list((f / "data/editions").iterdir()) for f in (shown[0], one))
    assert left.name == right.name
    for file in left.iterdir():
        assert file.read_bytes() == (right / file.name).read_bytes()


def test_reasons_add_up_for_every_firm(shown: tuple[Path, str]) -> None:
    scores = answer(shown[0], "score", "--as-of", "2020-01-31")["scores"]
    assert len(scores) == 425
    for firm in scores:
        total = firm["base_points"] + sum(r["points"] for r in firm["reasons"])
        limited = min(max(total, 300), 850)  # POLICY.md section 4 limits the score
        assert abs(limited - firm["score"]) <= 0.5 + 1e-3


def test_the_edition_decides_on_the_firms_without_a_record_and_verifies(
    shown: tuple[Path, str],
) -> None:
    edition = answer(shown[0], "whitelist", "show")
    assert len(edition["decisions"]) == 302
    assert answer(shown[0], "whitelist", "verify")["digest"] == edition["digest"]


def test_a_firm_is_explained_by_its_local_id_with_its_invoices(
    shown: tuple[Path, str],
) -> None:
    told = answer(shown[0], "explain", "E130")
    assert told["firm_key"] == "CUMCM:E130"
    principal = [r for r in told["reasons"] if r["principal"]]
    assert 1 <= len(principal) <= 7
    assert all(r["zh"] and r["en"] for r in told["reasons"])
    assert any(e["rows"] for r in principal for e in r["evidence"])


def test_an_unknown_firm_and_a_day_too_early_are_told_without_a_traceback(
    shown: tuple[Path, str],
) -> None:
    unknown = kexin("explain", "E9999", "--workspace", shown[0])
    assert unknown.returncode == 14
    assert "E9999" in unknown.stderr
    early = kexin("panel", "--as-of", "2010-01-01", "--workspace", shown[0])
    assert early.returncode == 13
    assert "nothing was known yet" in early.stderr
    assert "2016-10-01" in early.stderr
    assert "Traceback" not in unknown.stderr + early.stderr


def test_evidence_gives_the_value_again(shown: tuple[Path, str]) -> None:
    import pandas as pd  # noqa: PLC0415

    from kexin.cli.steps import opened  # noqa: PLC0415
    from kexin.panel.evidence import evidence, values_from  # noqa: PLC0415
    from kexin.signals.catalogue import catalogue  # noqa: PLC0415

    day = date(2020, 1, 31)
    at = opened(shown[0])
    panel = pd.read_parquet(at.settings.panels / f"{day}.parquet").set_index("firm_key")
    known = {n: s for n, s in catalogue().items() if panel[n].notna().any()}
    assert len(known) >= 45
    for place, (name, signal) in enumerate(known.items()):
        firm = panel.index[panel[name].notna()][place]
        records = evidence(signal, [firm], day, at.warehouse.tables)
        value = values_from(signal, [firm], day, records)[firm]
        assert value == pytest.approx(panel.loc[firm, name], rel=1e-12), name
