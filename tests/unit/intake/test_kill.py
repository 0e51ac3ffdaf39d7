"""A delivery that is killed leaves the warehouse as before or after, never between."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from kexin.intake.warehouse import verify
from unit.intake.bureau import Bureau, row, text_of
from unit.intake.killed import killed_at

if TYPE_CHECKING:
    from pathlib import Path

MOST_TOUCHES = 200

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["unit.intake.killed"])


def rows(year: int, amount: str, count: int) -> list[tuple[str, ...]]:
    return [
        row(号码=f"{year}{n}", 日期=f"{year}-05-02", 金额=amount) for n in range(count)
    ]


def run(bureau: Bureau, paths: list[Path], moment: int) -> int | None:
    """Return how the delivery ended that is killed at a moment; 0 where it was over."""
    child = CHILDREN.Process(target=killed_at, args=(bureau, paths, moment))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode


class Case:
    """A warehouse, a delivery that corrects, adds and is refused in part, and after."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        origin = Bureau(folder / "origin")
        origin.folder.mkdir()
        origin.send(*rows(2022, "100.00", 50), *rows(2023, "100.00", 50))
        self.before = origin.snapshot
        self.paths = [
            origin.file(text_of([*rows(2023, "90.00", 25), row(金额="many")]), "b.csv"),
            origin.file(text_of(rows(2024, "100.00", 50)), "c.csv"),
        ]
        self.origin = origin
        self.expected = self.fresh("after")
        self.expected.deliver(*self.paths)
        assert self.expected.snapshot != self.before

    def fresh(self, name: str) -> Bureau:
        """Return a copy of the warehouse as it was before."""
        bureau = Bureau(self.folder / name)
        bureau.folder.mkdir()
        shutil.copytree(self.origin.warehouse, bureau.warehouse)
        return bureau

    def stands(self, bureau: Bureau) -> bool:
        """Check a warehouse after a kill and a rerun; whether the kill came too late."""
        verify(bureau.warehouse)
        assert bureau.snapshot in (self.before, self.expected.snapshot)
        late = bureau.snapshot == self.expected.snapshot
        assert len(bureau.held()) == len(
            (self.expected if late else self.origin).held()
        )
        bureau.deliver(*self.paths)
        verify(bureau.warehouse)
        assert bureau.snapshot == self.expected.snapshot
        assert bureau.held() == self.expected.held()
        assert not list(bureau.warehouse.rglob("*.part"))
        return late


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("kill"))


def test_a_kill_before_any_touch_of_the_disk_loses_nothing(case: Case) -> None:
    late = []
    for moment in range(1, MOST_TOUCHES):
        bureau = case.fresh(f"touch{moment}")
        if run(bureau, case.paths, moment) == 0:
            break
        late.append(case.stands(bureau))
    assert len(late) < MOST_TOUCHES - 1
    assert late[0] is False, "the first kill comes before the snapshot is in force"
    assert late[-1] is True, "the last comes after it"
    assert late == sorted(late)


def test_a_kill_at_any_time_loses_nothing(case: Case) -> None:
    whole = case.fresh("whole")
    begun = time.monotonic()
    assert run(whole, case.paths, moment=MOST_TOUCHES) == 0
    lasts = time.monotonic() - begun
    for tenth in range(1, 10):
        bureau = case.fresh(f"time{tenth}")
        child = CHILDREN.Process(
            target=killed_at, args=(bureau, case.paths, MOST_TOUCHES)
        )
        child.start()
        child.join(lasts * tenth / 10)
        child.kill()
        child.join()
        case.stands(bureau)
