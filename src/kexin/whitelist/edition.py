"""An edition: one published whitelist, which never changes.

An edition is a folder: the decisions as CSV, Parquet and JSON, and a manifest. The
manifest holds the digest of each file and of all that the decisions came from; the
edition's own digest is that of the manifest. No clock and no machine gets into it, so
the same digests give the same bytes.
"""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from kexin.digest import canonical, digest, file_digest
from kexin.errors import EditionError
from kexin.language import Text
from kexin.panel.files import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

MANIFEST = "manifest.json"

SHORT = 12
"""Digits of a digest that stand in a folder's name."""

REASON = pa.struct(
    [
        pa.field("code", pa.string()),
        pa.field("signal", pa.string()),
        pa.field("points", pa.float64()),
        pa.field("zh", pa.string()),
        pa.field("en", pa.string()),
    ]
)

SCHEMA = pa.schema(
    [
        pa.field("firm_key", pa.string()),
        pa.field("decision", pa.string()),
        pa.field("score", pa.int64()),
        pa.field("pd", pa.float64()),
        pa.field("grade", pa.string()),
        pa.field("base_points", pa.float64()),
        pa.field("refused_by", pa.list_(pa.string())),
        pa.field("in_doubt", pa.list_(pa.string())),
        pa.field("reasons", pa.list_(REASON)),
    ]
)
"""One row a firm: the decision, the rules behind it, and the principal reasons."""

Row = dict[str, Any]


class Edition(NamedTuple):
    """One published whitelist.

    Attributes:
        folder: Where it stands.
        manifest: Its manifest.
        digest: SHA-256 of the manifest, by which letters and banks cite the edition.
    """

    folder: Path
    manifest: Mapping[str, Any]
    digest: str


def publish(
    rows: Sequence[Row],
    facts: Mapping[str, Any],
    folder: Path,
) -> Edition:
    """Write an edition beside its place, then rename it there; an old one stays.

    Args:
        rows: Decisions in the form of `SCHEMA`, in the order of `firm_key`.
        facts: What else the manifest tells: as_of, digests, policy, notes.
        folder: Folder of all editions.
    """
    beside = folder / ".part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    write_csv(rows, beside / "decisions.csv")
    write(pa.Table.from_pylist(list(rows), schema=SCHEMA), beside / "decisions.parquet")
    write_json(list(rows), beside / "decisions.json")
    files = {
        path.name: {"sha256": file_digest(path), "bytes": path.stat().st_size}
        for path in sorted(beside.iterdir())
    }
    manifest = {**facts, "files": files}
    (beside / MANIFEST).write_text(canonical(manifest), encoding="utf-8")
    final = folder / name_of(facts["as_of"], digest(manifest))
    if final.exists():
        shutil.rmtree(beside)
    else:
        beside.replace(final)
    return Edition(final, manifest, digest(manifest))


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write a line a firm; lists become text that a spreadsheet shows whole."""
    columns = [name for name in SCHEMA.names if name != "reasons"]
    sides = ("reasons_zh", "reasons_en")
    # Excel reads a CSV as UTF-8 only where it begins with this mark.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow([*columns, *sides])
        for row in rows:
            told = [joined(row, side.removeprefix("reasons_")) for side in sides]
            lines.writerow([*(flat(row[name]) for name in columns), *told])


def joined(row: Row, language: str) -> str:
    """Return a firm's reasons as one text."""
    between = "；" if language == "zh" else "; "
    return between.join(reason[language] for reason in row["reasons"])


def flat(value: object) -> object:
    """Return a list as text, anything else as it is."""
    return " ".join(value) if isinstance(value, list) else value


def write_json(rows: list[Row], path: Path) -> None:
    """Write the decisions as JSON, a firm a line, so that two can be compared."""
    lines = ",\n".join(canonical(row) for row in rows)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def read(folder: Path) -> Edition:
    """Return an edition as its manifest tells it."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return Edition(folder, manifest, digest(manifest))


def decisions(edition: Edition) -> list[Row]:
    """Return an edition's decisions, one a firm, in the order of `firm_key`."""
    text = (edition.folder / "decisions.json").read_text(encoding="utf-8")
    rows: list[Row] = json.loads(text)
    return rows


def find(folder: Path, name: str = "") -> Edition:
    """Return an edition by its name, its day or the start of its digest.

    Without a name the newest is returned: of the latest day, the last published.

    Raises:
        EditionError: There is none, or several fit.
    """
    paths = [path for path in folder.glob("*-*/") if (path / MANIFEST).exists()]
    fitting = [path for path in paths if name in path.name]
    if not name:
        fitting = sorted(fitting, key=lambda p: (p.name[:10], p.stat().st_mtime_ns))[
            -1:
        ]
    if len(fitting) == 1:
        return read(fitting[0])
    names = sorted(path.name for path in paths)
    raise EditionError(
        Text(
            f"有{len(fitting)}个版本符合“{name}”",
            f"{len(fitting)} editions fit {name!r}",
        ),
        where=str(folder),
        expected=Text(
            f"以下之一：{'、'.join(names) or '(尚无)'}",
            f"one of {', '.join(names) or '(none yet)'}",
        ),
        do=Text(
            "写出完整名称，或先运行 kexin whitelist refresh",
            "write the whole name, or run kexin whitelist refresh first",
        ),
    )


def published(folder: Path) -> tuple[str, int]:
    """Return an edition's day and when it was published, for putting in order."""
    return folder.name.rpartition("-")[0], folder.stat().st_mtime_ns


def verify(edition: Edition) -> None:
    """Recompute the digests of an edition's files and of its manifest.

    Raises:
        EditionError: A file is missing, was added or was changed, or the folder's name
            is not that of the manifest.
    """
    files = edition.manifest["files"]
    expected = {name: entry["sha256"] for name, entry in files.items()}
    found = {
        path.name: file_digest(path)
        for path in sorted(edition.folder.iterdir())
        if path.name != MANIFEST
    }
    wrong = sorted(
        name for name in {*expected, *found} if expected.get(name) != found.get(name)
    )
    if edition.folder.name != name_of(edition.manifest["as_of"], edition.digest):
        wrong.append(MANIFEST)
    if wrong:
        raise EditionError(
            Text(f"版本被改动：{'、'.join(wrong)}", f"changed: {', '.join(wrong)}"),
            where=str(edition.folder),
            expected=Text("与清单一致的文件", "the files that the manifest names"),
            do=Text(
                "勿使用该版本；用相同的输入重新运行 kexin whitelist refresh",
                "do not use this edition; refresh again from the same inputs",
            ),
        )


def name_of(as_of: date | str, edition_digest: str) -> str:
    """Return the name of an edition's folder."""
    return f"{as_of}-{edition_digest[:SHORT]}"
