"""Names of firms in their normal forms, and what was cut off.

Three forms, each coarser than the one before: K1 unifies how a name is written, K2
leaves out brackets, K3 sets the legal form and a branch apart (REGISTERS.md, 1.6).
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
OPENING, CLOSING = "〔［[【{〈《<", "〕］]】}〉》>"
BRACKETS = str.maketrans(OPENING + CLOSING, "(" * len(OPENING) + ")" * len(CLOSING))
DOTS = re.compile("[·•∙・‧]")
DASHES = re.compile("[‐-―－-]+")
MARKS = re.compile("[“”\"'‘’`,，、。;；:：]")
NOTES = re.compile(r"(?:\((?:原名|曾用名|原|已注销|已吊销|注销)[^()]*\))+$")
CONTROL = re.compile(r"[\x00-\x1f\x7f\s]+")

LEGAL_FORMS = (
    ("股份有限公司", "JSC"),
    ("有限责任公司", "LLC"),
    ("有限公司", "LLC"),
    ("合伙企业有限合伙", "LP"),
    ("合伙企业特殊普通合伙", "SGP"),
    ("合伙企业普通合伙", "GP"),
)
"""Endings of names and their class, the longer ones first."""

BRANCH = re.compile(
    r"(.*?(?:公司|企业|合伙|厂|中心|社|院|所))"
    r"(.{1,20}?(?:分公司|分厂|分店|营业部|办事处|分中心|分所))"
)

DAMAGED = (
    "[□\ufffd\ue000-\uf8ff]|锟斤拷|鏈夐檺|(?:[À-ÿ]|[A-Za-z][\u0300-\u036f]){2}"
    "|[一-鿿][?？]|[?？][一-鿿]"
)
"""What a wrong encoding leaves of Chinese text. Engines read the pattern as well."""

MASK = re.compile("[某*＊×Ｘ]|[Xx]{2,}")

ORGANISATION = re.compile(
    "(?:公司|企业|合伙|集团|厂|店|中心|社|院|所|行|部|会|局|校|大学|馆|场|站|队|基金|政府"
    "|法院|工作室|办事处|事务所|合作社|CO\\.?LTD|LTD|INC|LLC|GMBH|CORP)\\)?$"
)


class Parts(NamedTuple):
    """A name in its form K3.

    Attributes:
        core: The name without legal form and branch.
        form: Class of the legal form; None where it has none that is known.
        branch: The branch part; None where it names no branch.
    """

    core: str
    form: str | None
    branch: str | None


def k1(name: str) -> str:
    """Return a name as it is compared: one way of writing, no blanks, no remarks.

    Examples:
        >>> k1(" 杭州ａｂｃ （中国） 软件有限公司")
        '杭州ABC(中国)软件有限公司'
    """
    unified = unicodedata.normalize("NFKC", name).translate(INVISIBLE)
    closed = CONTROL.sub("", unified.translate(BRACKETS)).upper()
    plain = MARKS.sub("", DASHES.sub("-", DOTS.sub("·", closed)))
    # What a blank kept apart may combine once the blank is gone.
    return NOTES.sub("", unicodedata.normalize("NFKC", plain).upper())


def k2(name: str) -> str:
    """Return K1 without the signs of brackets; what stands in them stays."""
    return re.sub("[()]", "", k1(name))


def k3(name: str) -> Parts:
    """Return a name with legal form and branch set apart.

    Examples:
        >>> k3("杭州海创（中国）科技有限公司滨江分公司")
        Parts(core='杭州海创中国科技', form='LLC', branch='滨江分公司')
    """
    whole, branch = without_branch(k2(name))
    for ending, form in LEGAL_FORMS:
        if whole.endswith(ending) and whole != ending:
            return Parts(whole.removesuffix(ending), form, branch)
    return Parts(whole, None, branch)


def without_branch(name: str) -> tuple[str, str | None]:
    """Return the name of the legal person, and the branch part if there is one."""
    found = BRANCH.fullmatch(name)
    return (found[1], found[2]) if found else (name, None)


def is_masked(name: str) -> bool:
    """Whether a name was made unreadable on purpose; nobody may guess at it (M9)."""
    return bool(MASK.search(name))


def is_damaged(name: str) -> bool:
    """Whether a wrong encoding has destroyed a part of a name.

    Examples:
        >>> is_damaged("杭州□创科技有限公司"), is_damaged("杭州海创科技有限公司")
        (True, False)
    """
    return bool(re.search(DAMAGED, name))


def is_organisation(name: str) -> bool:
    """Whether a name is that of an organisation and not of a person.

    A name without an organisation's ending is taken for a person's: a firm missed is
    mended by a person, a person taken for a firm is not.
    """
    return bool(ORGANISATION.search(k1(name)))
