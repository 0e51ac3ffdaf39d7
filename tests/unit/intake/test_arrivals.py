"""However files are put together to be checked, each row becomes what it is alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kexin.intake import arrivals
from kexin.intake.arrivals import ahead
from kexin.intake.snapshot import SPILLED, STAGING
from unit.intake.bureau import DAY, GOOD, HEADINGS, engine, row, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unit.intake.bureau import Bureau

BROKEN = ("broken",)


def files(bureau: Bureau) -> list[Any]:
    """Files with good, equal, refused and broken rows; one has its columns turned."""
    turned = [values[::-1] for values in (HEADINGS, row(号码="7"), row(金额="x"))]
    return [
        bureau.file(text_of([GOOD, row(号码="2"), BROKEN, row(金额="?")]), "a.csv"),
        bureau.file(text_of([row(状态="作废"), GOOD, row(日期="2024-13-01")]), "b.csv"),
        bureau.file("".join(",".join(values) + "\n" for values in turned), "c.csv"),
        bureau.file(text_of([]), "d.csv"),
        bureau.file(text_of([BROKEN, row(对方="Ｐ９ ")]), "e.csv"),
    ]


def became(bureau: Bureau) -> tuple[Any, ...]:
    """Deliver them, and return all that became of them."""
    account = bureau.deliver(*files(bureau))
    return account.files, bureau.held(), bureau.failures()


def test_chunks_of_one_row_give_the_same_as_one_chunk_of_all(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = became(bureau)
    (bureau.folder / "warehouse").rename(bureau.folder / "together")
    bureau.sent += 10
    monkeypatch.setattr(arrivals, "ROWS", 1)
    assert became(bureau) == together


def test_each_file_has_the_account_of_its_own_rows(bureau: Bureau) -> None:
    accounts, _, failures = became(bureau)
    counts = {file.file: file.rows[1:] for file in accounts}
    assert counts == {
        "a.csv": (4, 1, 1, 2),
        "b.csv": (3, 2, 0, 1),
        "c.csv": (2, 1, 0, 1),
        "d.csv": (0, 0, 0, 0),
        "e.csv": (2, 1, 0, 1),
    }
    assert [(f.file, f.row, f.found) for f in failures] == [
        ("a.csv", 4, "broken"),
        ("a.csv", 5, "?"),
        ("b.csv", 4, "2024-13-01"),
        ("c.csv", 3, "x"),
        ("e.csv", 2, "broken"),
    ]


def test_a_text_is_unified_whether_it_is_said_once_or_over_and_over(
    bureau: Bureau,
) -> None:
    bureau.send(*(row(号码=str(n), 对方="Ｐ１　") for n in range(50)))
    bureau.send(*(row(号码=f"x{n}", 对方=f"Ｑ{n}") for n in range(3)), name="b.csv")
    parties = {held["counterparty_code"] for held in bureau.held()}
    assert parties == {"TEST:P1", "TEST:Q0", "TEST:Q1", "TEST:Q2"}


def test_nothing_that_waited_is_left_and_the_engine_spills_below_the_warehouse(
    bureau: Bureau,
) -> None:
    from kexin.intake.deliver import deliver  # noqa: PLC0415

    own = engine()
    path = bureau.file(text_of([GOOD]))
    deliver([path], bureau.mapping(), bureau.warehouse, DAY, own)
    assert not (bureau.warehouse / STAGING).exists()
    told = own.con.execute("SELECT current_setting('temp_directory')").fetchall()
    assert told == [(str(bureau.warehouse / SPILLED),)]


def test_what_goes_wrong_ahead_is_raised_at_its_place() -> None:
    def made() -> Iterator[int]:
        yield 1
        raise LookupError

    items = ahead(made())
    assert next(items) == 1
    with pytest.raises(LookupError):
        next(items)
