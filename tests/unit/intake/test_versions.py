"""Who stood when: voids, withdrawals, late rows, and rows delivered again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from unit.intake.bureau import DAY, MAPPING, Bureau, row, text_of

LATER = DAY + timedelta(days=10)
LATEST = DAY + timedelta(days=20)


def spells(bureau: Bureau) -> list[tuple[Any, ...]]:
    """Return number, operation, status, first and last day of every version."""
    return [
        (
            held["version_no"],
            held["op"],
            held["invoice_status"],
            held["known_at"].date(),
            held["superseded_at"] and held["superseded_at"].date(),
        )
        for held in bureau.held()
    ]


def test_a_void_that_is_delivered_later_ends_the_valid_version(bureau: Bureau) -> None:
    bureau.send(row())
    assert bureau.send(row(状态="作废"), on=LATER).accepted == 1
    assert spells(bureau) == [
        (1, "I", "normal", DAY, LATER),
        (2, "U", "void", LATER, None),
    ]


def test_of_two_rows_of_one_moment_the_later_stands(bureau: Bureau) -> None:
    count = bureau.send(row(), row(状态="作废"))
    assert count[1:] == (2, 2, 0, 0)
    assert spells(bureau) == [
        (1, "I", "normal", DAY, DAY),
        (2, "U", "void", DAY, None),
    ]


def test_a_row_that_comes_back_within_a_delivery_stands_at_its_last_place(
    bureau: Bureau,
) -> None:
    count = bureau.send(row(), row(状态="作废"), row())
    assert count[1:] == (3, 2, 1, 0)
    assert [(s[2], s[4]) for s in spells(bureau)] == [("void", DAY), ("normal", None)]


def test_equal_rows_of_a_delivery_are_held_once(bureau: Bureau) -> None:
    assert bureau.send(row(), row(), row(金额="100"))[1:] == (3, 1, 2, 0)
    assert spells(bureau) == [(1, "I", "normal", DAY, None)]


def test_a_row_that_says_what_stands_is_held_already(bureau: Bureau) -> None:
    bureau.send(row())
    before = bureau.snapshot
    assert bureau.send(row(), row(), name="b.csv", on=LATER)[1:] == (2, 0, 2, 0)
    assert bureau.snapshot == before


def test_an_old_file_that_comes_again_does_not_turn_back_what_came_after_it(
    bureau: Bureau,
) -> None:
    first = bureau.file(text_of([row()]))
    bureau.deliver(first)
    bureau.send(row(状态="作废"), on=LATER)
    before = bureau.snapshot
    for day in (DAY, LATER, LATEST):
        assert bureau.deliver(first, on=day).tables[0].already_held == 1
    assert bureau.snapshot == before


def test_a_new_file_that_says_the_old_again_is_a_new_version(bureau: Bureau) -> None:
    bureau.send(row())
    bureau.send(row(状态="作废"), on=LATER)
    other = row(号码="2")
    assert bureau.send(row(), other, on=LATEST).accepted == 2
    assert [(s[2], s[4]) for s in spells(bureau)[:3]] == [
        ("normal", LATER),
        ("void", LATEST),
        ("normal", None),
    ]


def test_a_row_that_is_known_earlier_is_put_before_what_is_held(bureau: Bureau) -> None:
    bureau.send(row(), on=LATER)
    bureau.send(row(状态="作废"), name="b.csv", on=DAY)
    assert spells(bureau) == [
        (1, "I", "void", DAY, LATER),
        (2, "U", "normal", LATER, None),
    ]


def test_a_row_between_two_versions_ends_the_first_earlier(bureau: Bureau) -> None:
    bureau.send(row(), on=DAY)
    bureau.send(row(状态="作废"), on=LATEST)
    bureau.send(row(金额="1"), on=LATER)
    assert [(s[0], s[3], s[4]) for s in spells(bureau)] == [
        (1, DAY, LATER),
        (2, LATER, LATEST),
        (3, LATEST, None),
    ]


@pytest.fixture
def withdrawing(bureau: Bureau) -> Bureau:
    """A bureau whose status 删除 withdraws a record; other columns may then be empty."""
    bureau.form = MAPPING.replace(
        '"作废" = "void" }', '"作废" = "void", "删除" = "void" }'
    ).replace("firm =", 'withdrawn = { "状态" = "删除" }\nfirm =')
    return bureau


def test_a_withdrawal_ends_the_version_and_never_stands_itself(
    withdrawing: Bureau,
) -> None:
    withdrawing.send(row())
    gone = row(状态="删除", 金额="", 税额="", 对方="")
    assert withdrawing.send(gone, on=LATER).accepted == 1
    assert [(s[1], s[3], s[4]) for s in spells(withdrawing)] == [
        ("I", DAY, LATER),
        ("D", LATER, LATER),
    ]
    before = withdrawing.snapshot
    assert withdrawing.send(gone, on=LATEST).already_held == 1
    assert withdrawing.snapshot == before


def test_a_withdrawal_that_another_file_tells_again_is_held_already(
    withdrawing: Bureau,
) -> None:
    gone = row(状态="删除", 金额="", 税额="", 对方="")
    withdrawing.send(row())
    withdrawing.send(gone, on=LATER)
    before = withdrawing.held()
    withdrawing.send(gone, row(号码="2"), on=LATEST)
    assert withdrawing.held()[: len(before)] == before
    assert len(withdrawing.held()) == len(before) + 1


def test_what_comes_back_after_a_withdrawal_stands_again(withdrawing: Bureau) -> None:
    withdrawing.send(row())
    withdrawing.send(row(状态="删除"), on=LATER)
    withdrawing.send(row(), row(号码="2"), on=LATEST)
    assert [(s[1], s[3], s[4]) for s in spells(withdrawing)[:3]] == [
        ("I", DAY, LATER),
        ("D", LATER, LATER),
        ("U", LATEST, None),
    ]


def test_a_withdrawal_of_nothing_is_kept_for_the_record(withdrawing: Bureau) -> None:
    assert withdrawing.send(row(状态="删除")).accepted == 1
    assert [(s[1], s[4]) for s in spells(withdrawing)] == [("D", DAY)]


def test_only_years_that_a_delivery_touches_are_written_again(bureau: Bureau) -> None:
    bureau.send(row(日期="2022-01-05"), row(号码="2", 日期="2023-01-05"))

    def files() -> dict[str, str]:
        names = [path.name for path in (bureau.warehouse / "tax_invoice").iterdir()]
        return {name[:4]: name for name in names}

    before = files()
    bureau.send(row(号码="3", 日期="2023-06-05"), on=LATER)
    bureau.send(row(号码="3", 日期="2023-06-05"), on=LATER)
    after = files()
    assert before["2022"] == after["2022"]
    assert before["2023"] != after["2023"]


def test_a_version_that_moves_to_another_year_ends_the_one_in_the_first(
    bureau: Bureau,
) -> None:
    bureau.send(row(日期="2022-12-31"))
    bureau.send(row(日期="2023-01-01"), on=LATER)
    held = bureau.held()
    assert [(h["event_date"], h["superseded_at"]) for h in held] == [
        (date(2022, 12, 31), datetime.combine(LATER, datetime.min.time())),
        (date(2023, 1, 1), None),
    ]


def test_every_version_has_an_id_of_its_own_that_does_not_depend_on_order(
    bureau: Bureau,
) -> None:
    bureau.send(row(), row(状态="作废"), row(号码="2"))
    ids = {(h["invoice_uid"], h["invoice_status"]): h["row_id"] for h in bureau.held()}
    assert len(set(ids.values())) == 3
    assert all(len(told) == 24 for told in ids.values())


def test_what_is_said_again_later_is_a_version_with_an_id_of_its_own(
    bureau: Bureau,
) -> None:
    for day, state in ((DAY, "有效"), (LATER, "作废"), (LATEST, "有效")):
        bureau.send(row(状态=state), name=f"{day}.csv", on=day)
    held = bureau.held()
    assert [h["invoice_status"] for h in held] == ["normal", "void", "normal"]
    assert len({h["row_id"] for h in held}) == 3


def test_records_that_share_a_part_of_their_key_are_two(bureau: Bureau) -> None:
    bureau.send(row())
    other = Bureau(
        bureau.folder, bureau.form.replace('"out"', '"in"'), sent=bureau.sent
    )
    other.send(row(), name="bought.csv", on=LATER)
    assert [(h["direction"], h["version_no"]) for h in bureau.held()] == [
        ("in", 1),
        ("out", 1),
    ]
