"""Codes of agents, put on their customers' papers (quality problem Q11).

A code that stands beside the names of several firms, none of them like its own firm's,
is an agent's. It says nothing of who is meant: the name has to.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd
from rapidfuzz.fuzz import ratio

from kexin.identity.codes import uscc
from kexin.identity.names import is_organisation, k3

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kexin.identity.directory import Directory

AGENT = "agent_code"

MANY = 3
"""Names of other firms beside one code that make it an agent's."""

ALIKE = 60
"""Similarity, of 100, from which a name may be a bad copy of the firm's own."""


def misused(
    mentions: pd.DataFrame, known: Directory, listed: Collection[str]
) -> pd.Series:
    """Whether the code of each mention is an agent's, and the name another firm's.

    Args:
        mentions: `code` and `name` as delivered.
        known: The firms; a code of which they know no name is never an agent's.
        listed: Codes of which a person knows that they are agents'.

    Returns:
        A boolean a mention, in the order of the mentions.
    """
    codes = mentions["code"].map(uscc, na_action="ignore")
    both = codes.notna() & mentions["name"].notna()
    names: dict[str, set[str]] = defaultdict(set)
    for code, name in zip(codes[both], mentions["name"][both], strict=True):
        if is_organisation(name):
            names[code].add(k3(name).core)
    many = {c: n for c, n in names.items() if len(n) >= MANY or c in listed}
    foreign = strangers(many, own_names(known, many))
    agents = {c: n for c, n in foreign.items() if len(n) >= MANY or c in listed}
    beside = mentions["name"].fillna("")
    pairs = zip(codes.fillna(""), beside, strict=True)
    told = [c in agents and k3(n).core in agents[c] for c, n in pairs]
    return both & pd.Series(told, mentions.index, dtype=bool)


def own_names(known: Directory, codes: Collection[str]) -> dict[str, set[str]]:
    """Return the names, without legal form, that firms have or had, by code."""
    found: dict[str, set[str]] = defaultdict(set)
    if codes:
        names = known.names
        rows = names.filter(names.firm_key.isin(sorted(codes))).to_pandas()
        for code, core in zip(rows["firm_key"], rows["core"], strict=True):
            found[code].add(core)
    return found


def strangers(
    names: Mapping[str, set[str]], own: Mapping[str, set[str]]
) -> dict[str, set[str]]:
    """Return the names beside each code that are not like any of its firm's."""
    return {
        code: {
            name
            for name in beside
            if all(ratio(name, core) < ALIKE for core in own[code])
        }
        for code, beside in names.items()
        if own.get(code)
    }
