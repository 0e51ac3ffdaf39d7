"""What holds of every delivery, however dirty: no row is lost, and history stays."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kexin.algebra.to_ibis import visible
from kexin.intake.snapshot import verify
from kexin.intake.warehouse import open_warehouse
from unit.intake.bureau import DAY, HEADINGS, MAPPING, Bureau, engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FORM = MAPPING.replace(
    '"作废" = "void" }', '"作废" = "void", "删除" = "lost" }'
).replace("firm =", 'withdrawn = { "状态" = "删除" }\nfirm =')

FIRST = "E0,0,2024-01-01,P,1,0,有效\n"
"""A row that every warehouse here holds from the first day on."""

few = settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


class Cell(NamedTuple):
    """A delivered value, and whether a row with it can be accepted."""

    text: str
    good: bool = True


def written(rows: Sequence[Any]) -> str:
    """Return rows under their headings as CSV, all quoted where they need it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # so that both are quoted
    writer.writerow(HEADINGS)
    writer.writerows([[getattr(c, "text", c) for c in values] for values in rows])
    return out.getvalue()


def cells(good: Sequence[str], bad: Sequence[str]) -> st.SearchStrategy[Cell]:
    """Draw a value: mostly a good one, so that most rows have one fault at most."""
    right = st.sampled_from([Cell(text) for text in good])
    wrong = st.sampled_from([Cell(text, good=False) for text in bad])
    return st.one_of(right, right, right, right, wrong)


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=3).map(Cell)

ROWS = st.tuples(
    cells(["E1", "E2", "Ｅ２ "], ["", "　"]),
    cells(["1", "2", " 1"], [""]),
    cells(
        ["2023-12-31", "2024-01-01", "2024/6/1", "２０２４0601"],
        ["1900-01-01", "2099-01-01", "2024-02-30", "x", "", "99999999999"],
    ),
    ANY_TEXT,
    cells(
        ["1", "1.00", "-2.5", "1e3", "９"],
        ["abc", "", "NaN", "1e400", "1,0", "9" * 40, "0x1", "--1"],
    ),
    cells(["0", "1"], ["-"]),
    cells(["有效", "作废", "　有效", "删除"], ["?", ""]),
)
BROKEN = st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=9).filter(
    lambda values: len(values) != len(HEADINGS)
)
FILES = st.lists(st.one_of(ROWS, ROWS, ROWS, ROWS, BROKEN), max_size=8)
DAYS = st.integers(0, 3).map(lambda days: DAY + timedelta(days=days))
DELIVERIES = st.lists(
    st.tuples(FILES, DAYS),
    min_size=1,
    max_size=4,
    unique_by=lambda delivery: written(delivery[0]),
)


def is_good(values: Any) -> bool:
    """Whether a row can be accepted; a withdrawal needs no amounts."""
    if isinstance(values, list):
        return False
    firm, number, day, _, amount, tax, status = values
    if status.text == "删除":
        waived = [cell.good or not cell.text for cell in (amount, tax)]
        return all([firm.good, number.good, day.good, *waived])
    return all(cell.good for cell in values)


@contextlib.contextmanager
def a_bureau() -> Iterator[Bureau]:
    with tempfile.TemporaryDirectory() as folder:
        bureau = Bureau(Path(folder), FORM)
        bureau.deliver(bureau.file(",".join(HEADINGS) + "\n" + FIRST, "first.csv"))
        yield bureau


def seen(bureau: Bureau, as_of: date) -> list[dict[str, Any]]:
    """Return what a panel of a day would see."""
    table = open_warehouse(bureau.warehouse, engine()).tables["tax_invoice"]
    rows = visible(table, as_of).drop("superseded_at", "version_no", "op")
    found: list[dict[str, Any]] = rows.order_by("row_id").to_pyarrow().to_pylist()
    return found


@few
@given(DELIVERIES)
def test_every_row_is_accepted_held_already_or_in_quarantine(
    deliveries: list[tuple[list[Any], date]],
) -> None:
    with a_bureau() as bureau:
        for number, (rows, day) in enumerate(deliveries):
            path = bureau.file(written(rows), f"{number}.csv")
            account = bureau.deliver(path, on=day)
            (count,) = account.tables
            good = sum(is_good(values) for values in rows)
            assert count.read == len(rows)
            assert count.accepted + count.already_held == good
            assert count.quarantined == len(rows) - good
            told = {f.row for f in bureau.failures() if f.file == path.name}
            bad = {n for n, values in enumerate(rows, start=2) if not is_good(values)}
            assert told == bad


@few
@given(DELIVERIES, st.randoms(use_true_random=False))
def test_a_delivery_that_comes_again_changes_no_byte(
    deliveries: list[tuple[list[Any], date]], random: Any
) -> None:
    with a_bureau() as bureau:
        paths = []
        for number, (rows, day) in enumerate(deliveries):
            paths.append(bureau.file(written(rows), f"{number}.csv"))
            bureau.deliver(paths[-1], on=day)
        before = bureau.snapshot
        for path in random.sample(paths, min(2, len(paths))):
            bureau.deliver(path, on=DAY + timedelta(days=random.randint(0, 9)))
            assert bureau.snapshot == before
        verify(bureau.warehouse)


@few
@given(DELIVERIES)
def test_the_bytes_do_not_depend_on_the_number_of_threads(
    deliveries: list[tuple[list[Any], date]],
) -> None:
    snapshots = []
    for threads in (1, 2):
        with a_bureau() as bureau:
            for number, (rows, day) in enumerate(deliveries):
                path = bureau.file(written(rows), f"{number}.csv")
                bureau.deliver(path, on=day, threads=threads)
            snapshots.append(bureau.snapshot)
    assert snapshots[0] == snapshots[1]


@few
@given(DELIVERIES, FILES)
def test_what_comes_later_does_not_change_what_was_seen_before(
    deliveries: list[tuple[list[Any], date]], later: list[Any]
) -> None:
    last = max(day for _, day in deliveries)
    with a_bureau() as bureau:
        for number, (rows, day) in enumerate(deliveries):
            bureau.deliver(bureau.file(written(rows), f"{number}.csv"), on=day)
        before = {day: seen(bureau, day) for day in (DAY, last)}
        path = bureau.file(written(later), "later.csv")
        bureau.deliver(path, on=last + timedelta(days=1))
        assert {day: seen(bureau, day) for day in (DAY, last)} == before


class Version(NamedTuple):
    """A version as the slow judge keeps it."""

    content: tuple[str, ...]
    known: date
    batch: int

    @property
    def gone(self) -> bool:
        return self.content[-1] == "删除"


def judged(deliveries: list[tuple[list[Any], date]]) -> dict[Any, list[Version]]:
    """Return the versions of each record, made one row at a time."""
    held: dict[Any, list[Version]] = defaultdict(list)
    for batch, (rows, day) in enumerate(deliveries):
        came: dict[Any, list[Version]] = defaultdict(list)
        for firm, number, *content in rows:
            came[firm, number].append(Version(tuple(content), day, batch))
        for key, fresh in came.items():
            held[key] = together(held[key], fresh)
    return held


def together(held: list[Version], came: list[Version]) -> list[Version]:
    """Return a record's versions with what came put among them."""
    last = {version: place for place, version in enumerate(came)}
    fresh = [v for place, v in enumerate(came) if last[v] == place]
    told = {(v.content, v.known) for v in held}
    fresh = [v for v in fresh if (v.content, v.known) not in told]
    ordered = sorted([*held, *fresh], key=lambda version: version.known)
    before = [None, *ordered]
    return [
        version
        for version, previous in zip(ordered, before, strict=False)
        if version in held or previous is None or previous.content != version.content
    ]


NUMBERS = st.sampled_from(["1", "2"])
PLAIN_ROWS = st.tuples(
    st.just("E1"),
    NUMBERS,
    st.sampled_from(["2023-12-31", "2024-01-01"]),
    st.just("P"),
    st.sampled_from(["1", "2"]),
    st.just("0"),
    st.sampled_from(["有效", "作废", "删除"]),
)
HISTORIES = st.lists(
    st.tuples(st.lists(PLAIN_ROWS, min_size=1, max_size=6), DAYS),
    min_size=1,
    max_size=4,
    unique_by=lambda delivery: tuple(delivery[0]),
)


@few
@given(HISTORIES)
def test_versions_are_those_of_the_slow_judge(
    deliveries: list[tuple[list[Any], date]],
) -> None:
    with a_bureau() as bureau:
        for number, (rows, day) in enumerate(deliveries):
            bureau.deliver(bureau.file(written(rows), f"{number}.csv"), on=day)
        found = defaultdict(list)
        for row in sorted(bureau.held(), key=lambda row: row["version_no"]):
            found[row["invoice_uid"]].append(
                (row["op"], row["known_at"], row["superseded_at"], row["amount_ex_tax"])
            )
    del found["E0|0"]
    expected = {
        "|".join(key): spells(versions) for key, versions in judged(deliveries).items()
    }
    assert dict(found) == expected


def spells(versions: list[Version]) -> list[tuple[Any, ...]]:
    """Return operation, interval and amount of each version."""
    told = []
    for place, version in enumerate(versions):
        known = datetime.combine(version.known, time())
        later = versions[place + 1 : place + 2]
        end = datetime.combine(later[0].known, time()) if later else None
        op = "D" if version.gone else "U" if place else "I"
        told.append(
            (op, known, known if version.gone else end, int(version.content[2]))
        )
    return told
