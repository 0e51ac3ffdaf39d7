"""From mentions to firms, by nine steps; what is doubtful waits for a person.

The ladder stops at the first step that gives exactly one firm (REGISTERS.md, 1.6). A
person's name climbs none of it: who bears the name of a firm's owner is not the firm.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.identity.codes import SYNTHETIC

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kexin.identity.directory import Directory

IN_LAW = ("current", "former")
"""Kinds of names that a firm bears in law; others only raise a question."""

PERSON = "person"
"""Step of a firm that a person decided on."""

AGREES, CONFLICT = "", "code_name_conflict"

SHORTEST_CORE = 4
"""Characters; a shorter core is shared by too many firms to tell one of them."""


class Thresholds(NamedTuple):
    """What a workspace may set.

    Attributes:
        decided: Names in their form K1, and the firms that persons decided on.
        synthetic: Whether codes of synthetic firms count; never in production.
        national: Whether the directory knows every firm of the country, so that a name
            that is unique in it is unique.
        places: Beginnings of divisions and courts' signs that lie in the city.
        dice: Least similarity of bigrams that raises a question.
        jaro_winkler: Least Jaro-Winkler similarity that does.
        agents: Codes of agents, which say nothing beside another firm's name.
    """

    decided: tuple[tuple[str, str], ...] = ()
    synthetic: bool = False
    national: bool = False
    places: tuple[str, ...] = ("3301", "浙01")
    dice: float = 0.90
    jaro_winkler: float = 0.95
    agents: tuple[str, ...] = ()


class Rung(NamedTuple):
    """One way up: what is compared, and how far it is trusted.

    Attributes:
        step: Step of the ladder.
        rank: Order in which rungs are tried.
        found: `mention`, `firm_key`, `confidence`, `via_branch`, `flag`.
    """

    step: str
    rank: int
    found: ir.Table


def resolve(mentions: ir.Table, known: Directory, given: Thresholds) -> ir.Table:
    """Return the firm of each mention that names exactly one.

    Args:
        mentions: As `kexin.identity.mentions.normalised` makes them.
        known: The firms.
        given: What counts as certain.

    Returns:
        `mention`, `firm_key`, `step`, `confidence`, `via_branch`, `flag`; a branch is
        its parent, with `via_branch`. No row for mentions that name none, or several.
    """
    counted = climbed(mentions, known, given)
    single = counted.filter(counted.firms == 1)
    order = ibis.window(group_by=single.mention, order_by=single["rank"])
    chosen = single.mutate(place=ibis.row_number().over(order))
    first = chosen.filter(chosen.place == 0)
    kept = without_contradiction(first, single, known)
    columns = ("mention", "firm_key", "step", "confidence", "via_branch", "flag")
    return kept.select(*columns).order_by("mention")


def climbed(mentions: ir.Table, known: Directory, given: Thresholds) -> ir.Table:
    """Return what each rung finds of each mention, one row a mention and rung.

    Returns:
        `mention`, `rank`, `step`, `firms` (how many it names); and, of use where it is
        one, `firm_key`, `confidence`, `via_branch`, `flag`.
    """
    rungs = [
        *by_person(mentions, given),
        *by_code(mentions, known, given),
        *by_name(mentions, known),
        *by_form(mentions, known, given),
    ]
    found = ibis.union(*(placed(rung) for rung in rungs), distinct=True)
    rolled = rolled_up(found, known)
    return rolled.group_by("mention", "rank", "step").agg(
        firms=rolled.firm_key.nunique(),
        firm_key=rolled.firm_key.min(),
        confidence=rolled.confidence.max(),
        via_branch=rolled.via_branch.all(),
        flag=rolled.flag.max(),
    )


def without_contradiction(
    first: ir.Table, single: ir.Table, known: Directory
) -> ir.Table:
    """Drop a code's firm where the name, equal to the letter, is another firm's.

    An agent's code on its customer's record is valid and wrong, whether the registry
    knows the agent or not; a person must look.
    """
    named = single.filter(single.step == "M6").select(
        "mention", named="firm_key", as_named="rank"
    )
    order = ibis.window(group_by=named.mention, order_by=named.as_named)
    best = named.mutate(place=ibis.row_number().over(order))
    names = best.filter(best.place == 0).select("mention", "named")
    firms = known.names.select(registered="firm_key").distinct()
    both = first.left_join(names, "mention")
    both = both.left_join(firms, both.firm_key == firms.registered)
    strange = (both.flag == CONFLICT) | both.registered.isnull()
    contradicted = strange & (both.named != both.firm_key)
    return both.filter(~contradicted.fill_null(False))  # noqa: FBT003


def placed(rung: Rung) -> ir.Table:
    """Return a rung's finds with their place in the order."""
    return rung.found.select(
        "mention",
        "firm_key",
        confidence=rung.found.confidence.cast("decimal(4, 3)"),
        via_branch=rung.found.via_branch,
        flag=rung.found.flag,
        step=ibis.literal(rung.step),
        rank=ibis.literal(rung.rank, "int32"),
    )


def finding(
    pairs: ir.Table,
    confidence: ir.Value | float,
    *,
    via_branch: ir.Value | bool = False,
    flag: ir.Value | None = None,
) -> ir.Table:
    """Return pairs of mention and firm in the form that rungs have."""
    return pairs.select(
        mention=pairs.mention,
        firm_key=pairs.firm_key,
        confidence=confidence,
        via_branch=via_branch,
        flag=ibis.literal(AGREES) if flag is None else flag,
    )


def rolled_up(found: ir.Table, known: Directory) -> ir.Table:
    """Return finds with each branch as the firm whose it is."""
    parents = known.parents
    pairs = found.left_join(parents, found.firm_key == parents.firm_key)
    return pairs.select(
        *(c for c in found.columns if c not in {"firm_key", "via_branch"}),
        firm_key=ibis.coalesce(pairs.parent_key, found.firm_key),
        via_branch=found.via_branch | pairs.parent_key.notnull(),
    )


def by_person(mentions: ir.Table, given: Thresholds) -> list[Rung]:
    """Return the rung of what persons decided; it comes before all others."""
    if not given.decided:
        return []
    rows = [{"k1": name, "firm_key": firm} for name, firm in given.decided]
    decided = ibis.memtable(rows, schema={"k1": "string", "firm_key": "string"})
    return [Rung(PERSON, 0, finding(mentions.join(decided, "k1"), 1.0))]


def by_code(mentions: ir.Table, known: Directory, given: Thresholds) -> list[Rung]:
    """Return the rungs M1 to M5: codes."""
    own = mentions.filter(mentions.uscc.notnull()).mutate(firm_key=mentions.uscc)
    if not given.synthetic:
        own = own.filter(~own.firm_key.startswith(SYNTHETIC))
    flag = name_conflict(own, known)
    trusted = own.left_join(flag, "mention")
    conflict = ibis.coalesce(trusted.flag, AGREES)
    certain = ibis.ifelse(conflict == AGREES, 1.0, 0.9)
    repaired = mentions.filter(mentions.repaired.notnull())
    names = known.names
    agreed = repaired.join(
        names, [repaired.repaired == names.firm_key, repaired.k2 == names.k2]
    )
    return [
        Rung("M1", 10, finding(trusted, certain, flag=conflict)),
        Rung("M2", 20, finding(agreed, 0.99, flag=ibis.literal("code_repaired"))),
        Rung("M3", 30, finding(coded(mentions, known, "organisation"), 0.99)),
        Rung("M4", 40, finding(coded(mentions, known, "registration"), 0.98)),
        Rung("M5", 50, finding(coded(mentions, known, "customs"), 0.98)),
    ]


def name_conflict(own: ir.Table, known: Directory) -> ir.Table:
    """Return the mentions whose name is none of the names of their code's firm."""
    names = known.names
    told = own.filter(own.core.notnull() & own.is_firm)
    pairs = told.join(names, told.firm_key == names.firm_key)
    agree = pairs.group_by("mention").agg(
        agrees=(pairs.core == pairs.core_right).any(),
    )
    return agree.filter(~agree.agrees).select("mention", flag=ibis.literal(CONFLICT))


def coded(mentions: ir.Table, known: Directory, kind: str) -> ir.Table:
    """Return mentions with the firm that had their code on the day."""
    codes = known.codes.filter(known.codes.kind == kind)
    pairs = mentions.join(codes, mentions[kind] == codes.code)
    return pairs.filter(in_use(pairs))


def in_use(pairs: ir.Table) -> ir.BooleanValue:
    """Whether a code or a name was the firm's on the day; always where none is told."""
    began = pairs.valid_from.isnull() | (pairs.valid_from <= pairs.day)
    lasts = pairs.valid_to.isnull() | (pairs.valid_to > pairs.day)
    return pairs.day.isnull() | (began & lasts)


def by_name(mentions: ir.Table, known: Directory) -> list[Rung]:
    """Return the rungs M6: the name, to the letter.

    A name in use on the day comes first: a name given up may since be another's.
    """
    names = known.names.filter(known.names.kind.isin(IN_LAW))
    firms = readable(mentions)
    plain = firms.join(names, firms.k1 == names.k1)
    branches = firms.filter(firms.is_branch)
    parent = branches.join(names, branches.whole == names.k1)
    return [
        Rung("M6", 60, finding(plain.filter(in_use(plain)), letter(plain))),
        Rung("M6", 61, finding(plain.filter(plain.kind == "current"), 0.95)),
        Rung(
            "M6",
            62,
            finding(parent.filter(in_use(parent)), letter(parent), via_branch=True),
        ),
    ]


def letter(pairs: ir.Table) -> ir.Value:
    """Return how far a name is trusted that is equal to the letter."""
    return ibis.ifelse(pairs.kind == "current", 0.97, 0.95)


def by_form(mentions: ir.Table, known: Directory, given: Thresholds) -> list[Rung]:
    """Return the rungs M7: brackets left out, then legal forms of one class."""
    names = known.names.filter(known.names.kind.isin(IN_LAW))
    firms = readable(mentions)
    if not given.national:
        firms = firms.filter(is_near(firms, given))
    confidence = 0.93 if given.national else 0.90
    same = firms.join(names, firms.k2 == names.k2)
    cores = firms.filter(firms.core.length() >= SHORTEST_CORE)
    alike = cores.join(names, [cores.core == names.core, cores.form == names.form])
    return [
        Rung("M7", 70, finding(same.filter(in_use(same)), confidence)),
        Rung(
            "M7",
            71,
            finding(
                alike.filter(in_use(alike)), confidence, via_branch=alike.is_branch
            ),
        ),
    ]


def readable(mentions: ir.Table) -> ir.Table:
    """Return the mentions that name an organisation in full (not M9)."""
    return mentions.filter(mentions.is_firm & ~mentions.is_masked)


def is_near(mentions: ir.Table, given: Thresholds) -> ir.BooleanValue:
    """Whether a record's court or office lies in the city."""
    parts = [mentions.place.startswith(start) for start in given.places]
    return functools.reduce(operator.or_, parts).fill_null(False)  # noqa: FBT003
