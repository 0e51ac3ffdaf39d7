"""Intake killed at random moments: is the warehouse whole, and does a rerun complete it?

    python benchmarks/intake_kills.py [--kills 50] [--seed 1] [--firms 60]

makes a small synthetic city, takes in what three of its bureaus delivered up to August
2026, and then kills, again and again from that same state, the intake of what they
deliver in September and October: `kexin intake` in a process group of its own, SIGKILL
at a moment drawn evenly from the time that an undisturbed intake takes, report included.
After each kill every file that the snapshot names must have its digest, and the snapshot
be the one from before or the one from after; after a rerun it must be, byte for byte,
the undisturbed one (quarantine included), with nothing left over. The table counts kills
by what was on the disk; one that came when the intake had ended does not count, and
another is drawn.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from kexin import settings
from kexin.intake.snapshot import SNAPSHOT, STAGING, read_snapshot, verify
from kexin.simulate.export import Asked, export
from kexin.simulate.mapped import write_mappings

COMMAND = [sys.executable, "-W", "ignore", "-c", "from kexin.cli import main; main()"]
RECEIVED = "2026-11-01"
BUREAUS = ("reg", "court", "hf")
"""A registry that tells names, cases that are known by names alone, and months."""

SPLIT = "2026-09"
"""First month of the intake that is killed; what came before is held."""

SETTINGS = "[identity]\nsynthetic = true\n"

STAGES = (
    "before the warehouse was touched",
    "files read and checked",
    "firms found",
    "tables merged",
    "snapshot in force, the rest tidied up and told",
)


class Case(NamedTuple):
    """What is killed, and how it must end.

    Attributes:
        origin: The workspace as every intake finds it.
        paths: What is delivered.
        before: The snapshot that stands in it.
        after: The snapshot of an undisturbed intake.
        lasts: Seconds that this took.
    """

    origin: Path
    paths: list[Path]
    before: bytes
    after: bytes
    lasts: float


def begun(workspace: Path, paths: list[Path]) -> subprocess.Popen[bytes]:
    """Return an intake that runs, in a process group of its own."""
    mapping = workspace / "data" / "mappings" / "city"
    given = ["--mapping", mapping, "--received", RECEIVED, "--workspace", workspace]
    words = [*COMMAND, "intake", *paths, *given, "--json"]
    return subprocess.Popen(
        [str(word) for word in words],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def taken_in(workspace: Path, paths: list[Path]) -> float:
    """Take a delivery in, undisturbed; the seconds that it took.

    Raises:
        RuntimeError: It failed.
    """
    start = time.monotonic()
    child = begun(workspace, paths)
    _, told = child.communicate()
    if child.returncode:
        raise RuntimeError(told.decode())
    return time.monotonic() - start


def killed(workspace: Path, paths: list[Path], moment: float) -> bool:
    """Begin an intake and kill it after some seconds; False where it had ended."""
    child = begun(workspace, paths)
    time.sleep(moment)
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    return child.returncode == -signal.SIGKILL


def snapshot_of(workspace: Path) -> bytes:
    """Return the snapshot that is in force, to the byte."""
    return (workspace / "data" / "warehouse" / SNAPSHOT).read_bytes()


def strays(workspace: Path) -> list[Path]:
    """Return the files of tables that no snapshot names."""
    warehouse = workspace / "data" / "warehouse"
    held = read_snapshot(warehouse).values()
    named = {warehouse / part.path for table in held for part in table.parts}
    tables = [p for p in warehouse.glob("*/*.parquet") if p.parent.name != STAGING]
    return [*(p for p in tables if p not in named), *warehouse.rglob("*.part")]


def stage(workspace: Path, case: Case) -> str:
    """Return how far an intake had come, by what it left on the disk."""
    staging = workspace / "data" / "warehouse" / STAGING
    if snapshot_of(workspace) == case.after:
        return STAGES[4]
    if strays(workspace):
        return STAGES[3]
    if (staging / "matched").exists():
        return STAGES[2]
    return STAGES[1] if staging.exists() else STAGES[0]


def fresh(case: Case, workspace: Path) -> Path:
    """Return a workspace as it was before the delivery."""
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(case.origin, workspace)
    return workspace


def wrong_after(workspace: Path, case: Case) -> str:
    """Return what is wrong with a warehouse after a kill; nothing where it is whole."""
    verify(workspace / "data" / "warehouse")
    known = snapshot_of(workspace) in (case.before, case.after)
    return "" if known else "neither the snapshot from before nor the one from after"


def wrong_again(workspace: Path, case: Case) -> str:
    """Take the delivery in again; what is wrong then, or nothing."""
    taken_in(workspace, case.paths)
    verify(workspace / "data" / "warehouse")
    if snapshot_of(workspace) != case.after:
        return "not the snapshot of an undisturbed intake"
    left = strays(workspace)
    return f"left over: {left}" if left else ""


def case_in(folder: Path, firms: int) -> Case:
    """Make a city, a workspace that holds its past, and an undisturbed intake."""
    made = export(folder / "city", Asked(firms, 20261123), 2, lambda _done, _of: None)
    months = [
        month
        for bureau in BUREAUS
        for month in sorted((made.folder / "deliveries" / bureau).iterdir())
    ]
    past = [month for month in months if month.name < SPLIT]
    paths = [month for month in months if month.name >= SPLIT]
    origin = folder / "origin"
    own = settings.init(origin, SETTINGS)
    write_mappings(own.mappings / "city")
    taken_in(origin, past)
    whole = folder / "whole"
    shutil.copytree(origin, whole)
    lasts = taken_in(whole, paths)
    before, after = snapshot_of(origin), snapshot_of(whole)
    if before == after:
        raise RuntimeError("the delivery changes nothing: a kill would prove nothing")
    return Case(origin, paths, before, after, lasts)


def main() -> int:
    """Kill, check and rerun; print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--firms", type=int, default=60)
    given = parser.parse_args()
    screen = Console(width=110)
    chance = random.Random(given.seed)  # noqa: S311
    done: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        case = case_in(Path(made), given.firms)
        files = sum(1 for path in case.paths for _ in path.iterdir())
        screen.print(f"{files} files; undisturbed it takes {case.lasts:.1f} s")
        while done.total() < given.kills:
            workspace = fresh(case, Path(made) / "killed")
            moment = chance.uniform(0, case.lasts)
            if not killed(workspace, case.paths, moment):
                continue
            reached = stage(workspace, case)
            done[reached] += 1
            wrong = wrong_after(workspace, case) or wrong_again(workspace, case)
            faults += [f"{moment:.2f} s, {reached}: {wrong}"] if wrong else []
            sys.stderr.write(f"{done.total()} {moment:.2f} s {reached} {wrong}\n")
    table = Table("killed when", "kills")
    for name in STAGES:
        table.add_row(name, str(done[name]))
    screen.print(table)
    whole = done.total() - len(faults)
    screen.print(f"warehouse whole and rerun complete: {whole} of {done.total()}")
    for fault in faults:
        screen.print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
