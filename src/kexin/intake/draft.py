"""What a mapping for files that nobody here has seen may be.

A draft decides nothing: everything that it is not sure of is told with it, so that a
person sees where to look. `drafted` writes it as TOML.
"""

from __future__ import annotations

import re
from datetime import date
from glob import escape
from typing import TYPE_CHECKING, NamedTuple

from kexin.errors import DeliveryError
from kexin.intake.files import fits, found_at
from kexin.intake.fitting import one_of
from kexin.intake.headings import ENDED, FIRM, FIRM_NAME, OPERATION, TOLD_AT
from kexin.intake.layout import repeated
from kexin.intake.likeness import bare
from kexin.intake.matching import (
    OTHER_PARTY,
    SHARED,
    as_said,
    direction_told,
    matches,
)
from kexin.intake.profile import Look, looks
from kexin.intake.proposals import proposal
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kexin.intake.matching import Match, Pair
    from kexin.registers.contract import Field, Table

SURE_HEADING, SURE_VALUES = 0.9, 0.95
"""What heading and values must be like for a column to be sure."""

CLOSE = 0.12
"""A table that is worth as much as the best, less this, makes the choice unsure."""

TOLD_TABLES = 3

DATED = re.compile(r"\d{4}[-_.年]?\d{1,2}(?:[-_.月]?\d{1,2}日?(?!\d)|月)?|\d{4,}年?")
"""Days, months and long numbers in a file's name."""

MONTH_IN_NAME = re.compile(r"((?:19|20)\d\d)[-_年.]?(0[1-9]|1[0-2])")

CASES = {"case_id": ("case_no_raw", "root_case_id"), "case_no_raw": ("case_id",)}
"""Numbers of a case that one delivered number may fill, where there is one only."""


class Line(NamedTuple):
    """How one column of a contract is filled.

    Attributes:
        column: Column of the contract.
        keys: Keys of the mapping: `from`, `constant` or `join`, and what they need.
        doubts: What is not sure; none where the line is.
        remarks: Lines that stand before it.
        others: Headings that may be meant as well.
        complete: Whether it can stand as it is.
    """

    column: str
    keys: Mapping[str, object]
    doubts: tuple[Text, ...] = ()
    remarks: tuple[Text, ...] = ()
    others: tuple[str, ...] = ()
    complete: bool = True

    @property
    def sure(self) -> bool:
        """Whether nothing about it is in doubt."""
        return not self.doubts and self.complete

    @property
    def headings(self) -> tuple[str, ...]:
        """The delivered columns that it reads."""
        read = self.keys.get("from", self.keys.get("join", ()))
        return (read,) if isinstance(read, str) else tuple(map(str, read))  # type: ignore[call-overload]  # a list of texts


class Drafted(NamedTuple):
    """A source of a mapping, as it may be.

    Attributes:
        look: The file, or the first of several that look alike.
        files: Patterns of file names.
        matches: The tables that it may fill, the best first; the first is taken.
        sure: Whether the table is sure.
        said: `firm`, `firm_name`, `known_at`, `withdrawn`: what fills each.
        lines: How the contract's columns are filled, in their order.
        not_delivered: Required columns that the delivery does not have.
        event_date: Day of the event where no column tells it; None where one does.
        event_open: Whether a person must tell that day.
        ignored: Delivered columns that belong nowhere.
        remarks: What else a person should know.
    """

    look: Look
    files: tuple[str, ...]
    matches: Sequence[Match]
    sure: bool
    said: Mapping[str, Line]
    lines: tuple[Line, ...]
    not_delivered: tuple[str, ...]
    event_date: date | None
    event_open: bool
    ignored: tuple[str, ...]
    remarks: tuple[Text, ...] = ()

    @property
    def table(self) -> type[Table]:
        """The contract of the table that is taken."""
        return contracts()[self.matches[0].table]


def draft(paths: Sequence[Path], table: str = "") -> list[Drafted]:
    """Return a source for each kind of file or sheet among some paths.

    Args:
        paths: Files and folders of one delivery.
        table: The table that they fill; empty where it is to be guessed.

    Raises:
        DeliveryError: A file cannot be read, or there is no such table.
    """
    if table and table not in contracts():
        raise no_table(table)
    kinds: dict[tuple[object, ...], list[Look]] = {}
    for path in found_at(paths):
        for look in looks(path):
            if look.columns:
                form = (look.sheet, look.encoding, look.delimiter, look.heading_row)
                key = (pattern(look.path.name), look.headings, *form)
                kinds.setdefault(key, []).append(look)
    alike = list(kinds.values())
    return [drafted(group, alike, table) for group in alike]


def no_table(table: str) -> DeliveryError:
    """Return the error for a table that no contract has."""
    return DeliveryError(
        Text(f"没有表“{table}”", f"there is no table {table!r}"),
        where="--table",
        expected=one_of(table, contracts()),
        do=Text("请改正表名，或不给出", "mend the name, or leave it out"),
    )


def pattern(name: str) -> str:
    """Return a pattern of a file's name: days, months and numbers may be others.

    Examples:
        >>> pattern("企业登记_20240501_第2批.csv")
        '企业登记_*_第2批.csv'
        >>> pattern("社保2024年5月.csv.gz")
        '社保*.csv.gz'
    """
    dated = DATED.sub("\0", escape(name))
    return re.sub("\0+", "*", dated)


def patterns(group: Sequence[Look], all_kinds: Iterable[Sequence[Look]]) -> list[str]:
    """Return the patterns of alike files; their names where a pattern takes others."""
    wide = pattern(group[0].path.name)
    own = {look.path for look in group}
    others = (look.path for kind in all_kinds for look in kind if look.path not in own)
    if any(fits(path.name, [wide]) for path in others):
        return sorted({escape(path.name) for path in own})
    return [wide]


def drafted(
    group: Sequence[Look], all_kinds: Sequence[Sequence[Look]], table: str
) -> Drafted:
    """Return the source of one kind of file."""
    look = group[0]
    ranked = matches(look, table)
    best = ranked[0]
    contract = contracts()[best.table]
    close = len(ranked) > 1 and ranked[1].worth > best.worth - CLOSE
    lines = {name: line_of(contract, pair) for name, pair in own_pairs(best, contract)}
    lines |= shared_cases(contract, lines)
    said = said_of(best, contract, lines)
    for name, field in contract.fields().items():
        missing = name not in lines and name not in contract.derived
        if missing and (line := without(name, field, look, contract, lines, said)):
            lines[name] = line
    needed = [
        name
        for name, field in contract.fields().items()
        if not (field.optional or name in lines or name in contract.derived)
    ]
    event = contract.event not in lines
    told = month_told(look) if event else None
    used = used_headings(lines, said)
    return Drafted(
        look=look,
        files=tuple(patterns(group, all_kinds)),
        matches=ranked[:TOLD_TABLES],
        sure=bool(table) or not close,
        said=said,
        lines=tuple(lines[n] for n in contract.fields() if n in lines),
        not_delivered=tuple(n for n in needed if n not in contract.key),
        event_date=told,
        event_open=event and told is None,
        ignored=tuple(dict.fromkeys(h for h in look.headings if h and h not in used)),
        remarks=tuple(remarks_on(look)),
    )


def own_pairs(best: Match, contract: type[Table]) -> list[tuple[str, Pair]]:
    """Return the pairs that fill columns of the contract."""
    return [(n, p) for n, p in best.pairs.items() if n in contract.fields()]


def line_of(contract: type[Table], pair: Pair) -> Line:
    """Return how a delivered column fills one of the contract."""
    field = contract.fields()[pair.column]
    proposed = proposal(field, pair.seen)
    return Line(
        pair.column,
        {"from": pair.seen.heading, **proposed.keys},
        (*doubts_on(pair), *proposed.doubts),
        proposed.remarks,
        pair.others,
    )


def doubts_on(pair: Pair) -> Iterator[Text]:
    """Yield what speaks against being sure that a pair is right."""
    if pair.left_over:
        yield Text("按排除法推断", "taken because both were left")
    if pair.heading < SURE_HEADING:
        like = f"{pair.heading:.0%}"
        yield Text(f"标题相似度{like}", f"the heading is {like} alike")
    if pair.values < SURE_VALUES and pair.seen.filled:
        fit = f"{pair.values:.0%}"
        yield Text(f"仅{fit}的值符合", f"{fit} of the values fit")
    if pair.others and pair.heading < 1:
        listed = "、".join(pair.others), ", ".join(pair.others)
        yield Text(f"另可能：{listed[0]}", f"may be as well: {listed[1]}")


def shared_cases(contract: type[Table], lines: Mapping[str, Line]) -> dict[str, Line]:
    """Return further columns that the one delivered number of a case fills."""
    doubt = Text("与另一列取自同一案号", "from the one case number that is delivered")
    found: dict[str, Line] = {}
    for name, others in CASES.items():
        for other in others:
            if name in lines and other in contract.fields() and other not in lines:
                found[other] = Line(other, lines[name].keys, (doubt,))
    return found


def said_of(
    best: Match, contract: type[Table], lines: Mapping[str, Line]
) -> dict[str, Line]:
    """Return what the source says besides columns: the firm, when it was told, ends."""
    said = {
        name: Line(name, {"from": pair.seen.heading}, tuple(doubts_on(pair)))
        for name, pair in best.pairs.items()
        if name in {FIRM, FIRM_NAME, TOLD_AT}
    }
    for (table, column), name in SHARED.items():
        if table == contract.id and column in lines and name not in said:
            said[name] = Line(name, {"from": lines[column].keys["from"]})
    if pair := best.pairs.get(OPERATION):
        ended = next((v for v in pair.seen.values if v.lower() in ENDED), None)
        if ended:
            doubt = Text("撤销记录的代码", "the code that withdraws a record")
            said[OPERATION] = Line(OPERATION, {pair.seen.heading: ended}, (doubt,))
    return said


def used_headings(lines: Mapping[str, Line], said: Mapping[str, Line]) -> set[str]:
    """Return the delivered columns that the source reads."""
    used = {heading for line in lines.values() for heading in line.headings}
    used |= {heading for line in said.values() for heading in line.headings}
    if OPERATION in said:
        used |= set(said[OPERATION].keys)
    return used


def without(
    name: str,
    field: Field,
    look: Look,
    contract: type[Table],
    lines: Mapping[str, Line],
    said: Mapping[str, Line],
) -> Line | None:
    """Return how a required column is filled that is not delivered; None where not.

    Only what the file's name tells, and what tells one record from another, is filled:
    nothing is put in the place of what nobody knows.
    """
    if field.optional:
        return None
    if field.codes and (code := code_told(name, field, look)):
        doubt = Text("取自文件名或标题", "as the file's name or its headings tell")
        return Line(name, {"constant": code}, (doubt,))
    if name not in contract.key:
        return None
    if field.codes:
        return open_line(name, f"one of {', '.join(field.codes)}")
    if field.monthly and (month := month_told(look)):
        doubt = Text("取自文件名", "as the name of the file tells")
        return Line(name, {"constant": month}, (doubt,))
    if field.dtype == "int64" and field.unit is None:
        doubt = Text(
            "没有序号：同键的多条会互相覆盖",
            "there is no number in the order: records of one key replace one another",
        )
        return Line(name, {"constant": 1}, (doubt,))
    return made_key(name, field, contract, lines, said)


def made_key(
    name: str,
    field: Field,
    contract: type[Table],
    lines: Mapping[str, Line],
    said: Mapping[str, Line],
) -> Line:
    """Return an identifier joined of what tells records apart; else an open line."""
    firm = said.get(FIRM) or said.get(FIRM_NAME)
    others = [lines[n] for n in (*contract.key, contract.event) if n in lines]
    codes = [x for x in lines.values() if contract.fields()[x.column].codes]
    parts = [h for x in [firm, *others, *codes[:1]] if x for h in x.headings]
    joined = list(dict.fromkeys(parts))
    if field.dtype != "string" or field.form or name == "case_id" or len(joined) < 2:  # noqa: PLR2004
        return open_line(name, field.zh)
    doubt = Text(
        "没有编号列，以其他列拼成；须能区分每条记录",
        "no column holds it: joined of others, which must tell records apart",
    )
    return Line(name, {"join": joined}, (doubt,))


def open_line(name: str, expected: str) -> Line:
    """Return a line that a person must complete."""
    doubt = Text(f"须补全：{expected}", f"must be completed: {expected}")
    return Line(name, {}, (doubt,), complete=False)


def code_told(name: str, field: Field, look: Look) -> str | None:
    """Return the one code that the file's name tells; None where none or several."""
    if name == "direction" and look.headings:
        return direction_told(look) or seller_told(look)
    called = bare(look.told_by_name)
    told = {
        code
        for code, label in (field.codes or {}).items()
        if len(label) > 1 and bare(label) in called
    }
    return told.pop() if len(told) == 1 else None


def seller_told(look: Look) -> str | None:
    """Return `out` where the headings name seller and buyer: the firm is the seller."""
    said = [as_said(heading, "out") for heading in look.headings]
    both = [any(word in heading for heading in said) for word in ("企业", OTHER_PARTY)]
    return "out" if all(both) else None


def month_told(look: Look) -> date | None:
    """Return the first day of the month that a file's name tells."""
    found = MONTH_IN_NAME.findall(look.told_by_name)
    return date(int(found[-1][0]), int(found[-1][1]), 1) if found else None


def remarks_on(look: Look) -> Iterator[Text]:
    """Yield what else a person should know of a file."""
    twice = repeated(list(look.headings))
    if twice:
        yield Text(
            f"标题重复，未采用：{'、'.join(twice)}",
            f"headings of several columns are left out: {', '.join(twice)}",
        )
    if not any(column.rows for column in look.columns):
        yield Text("文件没有数据行", "the file has headings and no row")
