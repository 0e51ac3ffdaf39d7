"""A refresh: from the scores of a day to the next edition."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

import kexin.whitelist
from kexin.collect import collect
from kexin.digest import digest
from kexin.explain.scores import Scores, score_of
from kexin.whitelist.edition import Edition, publish
from kexin.whitelist.policy import Policy, Rule, decide, policy_on, signals_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis.expr.types as ir
    import pandas as pd

    from kexin.signals.signal import Signal

PLACES = 6
"""Decimals of a PD and of points in an edition."""


class Refresh(NamedTuple):
    """What a refresh published.

    Attributes:
        edition: The edition.
        counts: Number of firms by decision.
        refusals: Number of firms that each rule refuses.
        doubts: Number of firms on which each rule cannot tell.
    """

    edition: Edition
    counts: Mapping[str, int]
    refusals: Mapping[str, int]
    doubts: Mapping[str, int]


def refresh(
    scores: Scores,
    facts: pd.DataFrame,
    catalogue: Mapping[str, Signal],
    tables: Mapping[str, ir.Table],
    places: Places,
) -> Refresh:
    """Decide on every firm of the policy, and publish the decisions.

    Args:
        scores: Scores of the day.
        facts: Panel of the same day, from which the rules take signals.
        catalogue: Signals by id.
        tables: The warehouse.
        places: Where the policy's file and the editions are.
    """
    declared = collect(kexin.whitelist, Rule)
    policy = policy_on(scores.as_of, declared, places.policy)
    wanted = in_scope(policy, scores, tables)
    decided = decided_rows(policy, scores, facts, wanted)
    rows = [
        edition_row(answers, scores, catalogue)
        for answers in decided.to_dict("records")
    ]
    edition = publish(rows, manifest_facts(policy, scores, rows), places.editions)
    return Refresh(
        edition=edition,
        counts=Counter(row["decision"] for row in rows),
        refusals=Counter(name for row in rows for name in row["refused_by"]),
        doubts=Counter(name for row in rows for name in row["in_doubt"]),
    )


class Places(NamedTuple):
    """Where a refresh reads and writes.

    Attributes:
        policy: The workspace's `policy.toml`; need not exist.
        editions: Folder of all editions.
    """

    policy: Path
    editions: Path


def in_scope(
    policy: Policy, scores: Scores, tables: Mapping[str, ir.Table]
) -> list[str]:
    """Return the firms on which the policy decides, in order."""
    firms = list(scores.frame.index)
    if policy.firms == "all":
        return firms
    loans = tables["core_loan_outcome"]
    known = set(loans.firm_key.to_pyarrow().to_pylist())
    return [firm for firm in firms if firm not in known]


def decided_rows(
    policy: Policy, scores: Scores, facts: pd.DataFrame, wanted: list[str]
) -> pd.DataFrame:
    """Return one row a firm in scope: the decision, and each rule's answer."""
    signals = facts.set_index("firm_key")[signals_of(policy)]
    together = scores.frame[["pd"]].join(signals).loc[wanted].reset_index()
    facts_of_all = ibis.memtable(together)
    decided: pd.DataFrame = decide(policy, facts_of_all, scores.as_of).to_pandas()
    return decided


def edition_row(
    answers: Mapping[Any, Any], scores: Scores, catalogue: Mapping[str, Signal]
) -> dict[str, Any]:
    """Return a firm's decision in the form of an edition."""
    firm = answers["firm_key"]
    score = score_of(scores, firm, catalogue)
    rules = [name for name in answers if name not in {"firm_key", "decision"}]
    return {
        "firm_key": firm,
        "decision": answers["decision"],
        "score": score.score,
        "pd": round(score.pd, PLACES),
        "grade": score.grade,
        "base_points": round(score.base_points, PLACES),
        "refused_by": [name for name in rules if answers[name] is True],
        "in_doubt": [name for name in rules if answers[name] not in (True, False)],
        "reasons": [
            {
                "code": reason.code,
                "signal": reason.signal,
                "points": round(reason.points, PLACES),
                "zh": reason.text.zh,
                "en": reason.text.en,
            }
            for reason in score.reasons
            if reason.principal
        ],
    }


def manifest_facts(
    policy: Policy, scores: Scores, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what the manifest tells besides the files."""
    rules = {
        name: {"zh": rule.text.zh, "en": rule.text.en, "kind": rule.kind}
        for name, rule in policy.rules.items()
    }
    applied = {"firms": policy.firms, "rules": rules, "numbers": policy.numbers}
    return {
        "format": 1,
        "as_of": str(scores.as_of),
        "firms": len(rows),
        "decisions": dict(sorted(Counter(row["decision"] for row in rows).items())),
        "digests": {
            **scores.digests,
            "policy": digest([*policy.rules.values(), applied]),
        },
        "policy": applied,
    }
