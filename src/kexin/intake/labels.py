"""Delivered labels as codes of a contract: 存续 for `active`, 一般纳税人 for `general`.

A label that is a contract's, one of its parts or a declared synonym is sure; one that
is only like it is a guess that a person must confirm; for others nothing is guessed.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz

from kexin.intake.headings import LABELS
from kexin.intake.kinds import yes_or_no
from kexin.intake.mapping import plain
from kexin.intake.values import BETWEEN_CODES
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kexin.registers.contract import Field

LIKE = 0.6
"""Likeness from which a label is a guess; below, a person must decide."""

NEAR = 3
"""Codes that a person is offered for one label."""

FEW = 80
"""A column with more values than these is none of codes."""


class Label(NamedTuple):
    """A delivered label and what it may mean.

    Attributes:
        told: The label, as delivered.
        code: The code; None where nothing is guessed.
        sure: Whether it is told so, not only like it.
        near: Codes that come nearest, the best first.
    """

    told: str
    code: str | None
    sure: bool
    near: tuple[str, ...]


def bare_label(text: str) -> str:
    """Return a label as it is compared: small letters, no marks and brackets."""
    return re.sub(r"[\s,;、()·\-_/|:'\"《》“”]+", "", plain(text).lower())


@functools.cache
def spellings(table: str, column: str) -> dict[str, str]:
    """Return how codes of a column are written: bare label to code.

    A code itself comes before labels, a whole label before its parts.
    """
    field = contracts()[table].fields()[column]
    listed = field.codes or {}
    known = {bare_label(code): code for code in listed}
    for code, label in listed.items():
        known.setdefault(bare_label(label), code)
    for code, told in LABELS.get(column, {}).items():
        for word in told.split():
            if code in listed:
                known.setdefault(bare_label(word), code)
    for code, label in listed.items():
        for part in re.split(r"[/()]", label):
            if bare_label(part):
                known.setdefault(bare_label(part), code)
    return known


def parts(values: Mapping[str, int], field: Field) -> dict[str, int]:
    """Return the single labels of a column's values, and how often each occurs."""
    if field.dtype != "array<string>":
        return dict(values)
    single: dict[str, int] = {}
    for value, times in values.items():
        for part in re.split(BETWEEN_CODES, value):
            if part.strip():
                single[part.strip()] = single.get(part.strip(), 0) + times
    return single


def known_share(values: Mapping[str, int], field: Field) -> float:
    """Return the share of labels that are a code's, told so; 0 where there are many."""
    single = parts(values, field)
    total = sum(single.values())
    if not total or len(single) > FEW:
        return 0.0
    known = spellings(field.table, field.name)
    return sum(n for told, n in single.items() if found(told, known)) / total


def found(told: str, known: Mapping[str, str]) -> str | None:
    """Return the code of a label, with or without what it has in brackets."""
    whole = known.get(bare_label(told))
    return whole or known.get(bare_label(re.sub(r"\(.*?\)", "", plain(told))))


def telling(values: Iterable[str], field: Field) -> int:
    """Return how many labels in words are a code's; digits and single letters apart."""
    known = spellings(field.table, field.name)
    return sum(
        1
        for told in parts(dict.fromkeys(values, 1), field)
        if len(told) > 1 and not told.isdecimal() and found(told, known)
    )


def labels(values: Mapping[str, int], field: Field) -> list[Label]:
    """Return each delivered label with its code, the most frequent first."""
    if field.dtype == "boolean":
        return list(answers(values))
    known = spellings(field.table, field.name)
    return [label(told, known) for told in parts(values, field)]


def label(told: str, known: Mapping[str, str]) -> Label:
    """Return what one label may mean."""
    if code := found(told, known):
        return Label(told, code, sure=True, near=(code,))
    bare = bare_label(told)
    ranked = sorted(
        known, key=lambda spelling: label_likeness(bare, spelling), reverse=True
    )
    near = tuple(dict.fromkeys(known[spelling] for spelling in ranked))[:NEAR]
    like = label_likeness(bare, ranked[0]) if ranked else 0.0
    return Label(told, near[0] if like >= LIKE else None, sure=False, near=near)


def label_likeness(bare: str, spelling: str) -> float:
    """Return how like two bare labels are; one that holds the other is like it."""
    shorter, longer = sorted((bare, spelling), key=len)
    if len(shorter) > 1 and shorter in longer:
        return 0.6 + 0.4 * len(shorter) / len(longer)
    return fuzz.ratio(bare, spelling) / 100


def answers(values: Iterable[str]) -> Iterator[Label]:
    """Yield what each label says to a question of yes or no."""
    for told in values:
        said = yes_or_no(told)
        code = None if said is None else str(said).lower()
        near = ("true", "false") if code is None else (code,)
        yield Label(told, code, sure=said is not None, near=near)
