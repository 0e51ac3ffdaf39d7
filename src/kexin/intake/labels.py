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

APART = 0.02
"""A label that is as like to two codes is no guess."""

NEAR = 3
"""Codes that a person is offered for one label."""

OTHERS = ("其他", "其它")
"""Labels of whatever has no code of its own, where the contract has a code for it."""

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
    known: dict[str, str] = {}
    for told, code in written(table, column):
        if bare_label(told):
            known.setdefault(bare_label(told), code)
    return known


def written(table: str, column: str) -> Iterator[tuple[str, str]]:
    """Yield what may be written for each code of a column, the surest first."""
    listed = contracts()[table].fields()[column].codes or {}
    declared = LABELS.get(column, {})
    yield from ((code, code) for code in listed)
    yield from ((label, code) for code, label in listed.items())
    for code in listed:
        yield from ((word, code) for word in declared.get(code, "").split())
    for code, label in listed.items():
        yield from ((part, code) for part in re.split(r"[/()]", label))
    if "other" in listed:
        yield from ((word, "other") for word in OTHERS)


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
    """Return the code of a label, with or without what it has in brackets.

    None where the brackets tell another code than what stands before them.
    """
    if whole := known.get(bare_label(told)):
        return whole
    before, brackets, inside = plain(told).partition("(")
    outer, inner = known.get(bare_label(before)), known.get(bare_label(inside))
    return outer if brackets and inner in {None, outer} else None


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
    alike = likenesses(bare_label(told), known)
    near = tuple(sorted(alike, key=lambda code: -alike[code])[:NEAR])
    first, second = (*sorted(alike.values(), reverse=True), 0.0, 0.0)[:2]
    clear = first >= LIKE and first - second >= APART
    return Label(told, near[0] if clear else None, sure=False, near=near)


def likenesses(bare: str, known: Mapping[str, str]) -> dict[str, float]:
    """Return how like a bare label is to the best spelling of each code."""
    alike: dict[str, float] = {}
    for spelling, code in known.items():
        alike[code] = max(alike.get(code, 0.0), label_likeness(bare, spelling))
    return alike


def label_likeness(bare: str, spelling: str) -> float:
    """Return how like two labels are; one that holds or abbreviates another is."""
    shorter, longer = sorted((bare, spelling), key=len)
    share = len(shorter) / max(len(longer), 1)
    if len(shorter) > 1 and shorter in longer:
        return 0.6 + 0.4 * share
    alike = fuzz.ratio(bare, spelling) / 100
    return max(alike, 0.6 + 0.2 * share) if abbreviates(shorter, longer) else alike


def abbreviates(shorter: str, longer: str) -> bool:
    """Whether a label's signs all stand in another, in their order.

    Examples:
        >>> abbreviates("药监", "药品监督管理局")
        True
    """
    signs = iter(longer)
    return len(shorter) > 1 and all(sign in signs for sign in shorter)


def answers(values: Iterable[str]) -> Iterator[Label]:
    """Yield what each label says to a question of yes or no."""
    for told in values:
        said = yes_or_no(told)
        code = None if said is None else str(said).lower()
        near = ("true", "false") if code is None else (code,)
        yield Label(told, code, sure=said is not None, near=near)
