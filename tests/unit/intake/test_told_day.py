"""A bureau says row by row when it handed a record over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from kexin.errors import ConfigurationError
from kexin.intake.mapping import read_mapping
from unit.intake.bureau import HEADINGS, MAPPING, Bureau, row

if TYPE_CHECKING:
    from pathlib import Path

TOLD = MAPPING.replace("[sources.columns]", "{known}\n\n[sources.columns]").replace(
    "{known}", 'known_at = { column = "推送时间" }'
)


def sent(folder: Path, *moments: str) -> Bureau:
    """Return a bureau that delivered an invoice a moment."""
    bureau = Bureau(folder, TOLD)
    lines = [(*HEADINGS, "推送时间")]
    lines += [(*row(号码=str(number)), moment) for number, moment in enumerate(moments)]
    text = "".join(",".join(line) + "\n" for line in lines)
    bureau.deliver(bureau.file(text))
    return bureau


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("2024-05-03 06:00:00", datetime(2024, 5, 3, 6)),
        ("2024/5/3 6:00:00", datetime(2024, 5, 3, 6)),
        ("2024年5月3日", datetime(2024, 5, 3)),
        ("20240503", datetime(2024, 5, 3)),
        ("2024-06-30 23:59:59", datetime(2024, 6, 30, 23, 59, 59)),
        ("", datetime(2024, 6, 30)),
    ],
)
def test_a_record_is_known_since_it_was_handed_over_or_received(
    tmp_path: Path, told: str, known: datetime
) -> None:
    (held,) = sent(tmp_path, told).held()
    assert held["known_at"] == known
    assert held["dq_flags"] == []


@pytest.mark.parametrize("told", ["soon", "2024-07-01 00:00:00"])
def test_a_record_with_no_day_that_can_be_is_refused(
    tmp_path: Path, told: str
) -> None:
    bureau = sent(tmp_path, "2024-05-03", told)
    assert len(bureau.held()) == 1
    (failure,) = bureau.failures()
    assert (failure.rule, failure.row) == ("known_at", 3)


def test_a_day_is_told_in_one_way_only(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    both = 'known_at = { column = "推送时间", days = 3 }'
    path.write_text(
        MAPPING.replace("[sources.columns]", f"{both}\n\n[sources.columns]"),
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError):
        read_mapping(path)


def test_mappings_of_a_folder_are_one_and_keep_their_suppliers(tmp_path: Path) -> None:
    own = MAPPING.replace('firm_prefix = "TEST"\n', "").replace(", local = true", "")
    for name in ("a", "b"):
        text = own.replace("bureau:test", f"bureau:{name}").replace(
            '"*.csv"', f'"{name}.csv"'
        )
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    whole = read_mapping(tmp_path)
    assert whole.name == tmp_path.name
    assert [(s.supplier, s.files[0]) for s in whole.sources] == [
        ("bureau:a", "a.csv"),
        ("bureau:b", "b.csv"),
    ]


@pytest.mark.parametrize("content", [None, MAPPING])
def test_a_folder_without_mappings_or_with_local_ids_is_refused(
    tmp_path: Path, content: str | None
) -> None:
    if content:
        (tmp_path / "a.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        read_mapping(tmp_path)
