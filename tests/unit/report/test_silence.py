"""Empty months and early ends are missed where records usually come every month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kexin.registers.contract import contracts
from kexin.report.compare import before
from kexin.report.finding import Seen
from kexin.report.numbers import Lags, Numbers, Rows, Stream, TableNumbers
from kexin.report.silence import silences as found_silences
from unit.intake.bureau import MAPPING, Bureau, row
from unit.report.monthly import report

if TYPE_CHECKING:
    from collections.abc import Iterable

ENOUGH = 31


def monthly(months: Iterable[int], rows: int = ENOUGH) -> list[tuple[str, ...]]:
    """Return rows of months numbered from January 2023."""
    return [
        row(号码=f"{month}-{n}", 日期=f"{2023 + month // 12}-{month % 12 + 1:02}-05")
        for month in months
        for n in range(rows)
    ]


def silences(bureau: Bureau, rows: list[tuple[str, ...]], on: date) -> list[str]:
    bureau.send(*rows, on=on)
    found = report(bureau).content["unusual"]
    kinds = ("empty_month", "stale")
    return [each["en"] for each in found if each["limit"] in kinds]


def test_a_month_that_lacks_is_told_with_its_source(bureau: Bureau) -> None:
    months = [m for m in range(18) if m != 14]
    (told,) = silences(bureau, monthly(months), date(2024, 6, 7))
    assert told == (
        "tax_invoice: bureau:test has no record of 2024-03, where the months before "
        "had 31 in the median"
    )


@pytest.mark.parametrize(
    ("months", "rows"),
    [
        ([m for m in range(18) if m != 14], ENOUGH - 2),
        ([m for m in range(18) if m % 3 == 0], ENOUGH),
        ([m for m in range(30) if m != 14], ENOUGH),
    ],
    ids=["too few rows a month", "a season of its own", "long ago"],
)
def test_a_month_is_not_missed_where_it_tells_nothing(
    bureau: Bureau, months: list[int], rows: int
) -> None:
    end = date(2023 + months[-1] // 12, months[-1] % 12 + 1, 7)
    assert silences(bureau, monthly(months, rows), end) == []


def test_a_source_that_ended_is_told_a_day_after_lag_and_month(bureau: Bureau) -> None:
    rows = monthly(range(14))  # to 2024-02-05; the lag is 3 days
    assert silences(bureau, rows, date(2024, 3, 10)) == []
    again = [*rows, row(号码="again", 日期="2024-02-05")]
    (told,) = silences(bureau, again, date(2024, 3, 11))
    assert "is of 2024-02-05, 35 days before receipt, where 34 are expected" in told


def test_a_delivery_of_history_may_end_where_it_does(bureau: Bureau) -> None:
    bureau.form = MAPPING + '\n[sources.known_at]\nafter = "event_date"\ndays = 3\n'
    assert silences(bureau, monthly(range(14)), date(2026, 1, 1)) == []
    (table,) = report(bureau).content["tables"]
    assert table["lag"]["measured"] == 0
    assert table["lag"]["reconstructed"] == 14 * ENOUGH
    assert table["lag"]["p90"] is None


@pytest.mark.parametrize(
    ("newest", "told"),
    [("2024-05-01", ""), ("2024-04-01", "2024-04-30, 61 days before receipt")],
)
def test_a_record_of_a_month_stands_for_all_of_it(newest: str, told: str) -> None:
    months = {f"{2023 + m // 12}-{m % 12 + 1:02}": ENOUGH for m in range(16)}
    rows = Rows(ENOUGH, ENOUGH, 0, 0)
    stream = Stream("social", newest, months)
    table = TableNumbers(
        *("si_month", rows, ENOUGH, Lags(ENOUGH, 0, 0, 8, 20)),
        *({}, {}, (), {}, (), (stream,)),
    )
    now = Numbers(1, 1, 1, "m", "2024-06-30", (), (table,), ())
    seen = Seen(contracts()["si_month"], table, before("si_month", now, []))
    says = [each.says.en for each in found_silences(seen, date(2024, 6, 30))]
    assert len(says) == bool(told)
    assert told in "".join(says)
