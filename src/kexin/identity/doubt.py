"""What a person must decide: names that are nearly a firm's, and whose they may be.

Nothing here is ever matched by itself (M8 of REGISTERS.md, section 1.6). A name is
offered the firms that it is similar to; only names that share a rare pair of characters
are compared, since all share the common ones. Similarity is that of characters:
DuckDB's own functions compare bytes, of which three make one Chinese character.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd
from rapidfuzz.distance import JaroWinkler

from kexin.identity.ladder import IN_LAW, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from kexin.identity.directory import Directory
    from kexin.identity.ladder import Thresholds

COMMON = 500
"""A pair of characters that more names than this have tells none of them apart."""

COLUMNS = ("mention", "firm_key", "name", "dice", "jaro_winkler")


def candidates(
    connection: Backend,
    mentions: ir.Table,
    matched: ir.Table,
    known: Directory,
    given: Thresholds,
) -> pd.DataFrame:
    """Return the firms that each mention which found none may mean.

    Args:
        connection: The engine.
        mentions: As `kexin.identity.mentions.normalised` makes them.
        matched: What the ladder found of them.
        known: The firms.
        given: How similar a name must be.

    Returns:
        `mention`, `firm_key`, `name` (the firm's, in its form K1), `dice`: share of
        pairs of characters in common, `jaro_winkler`; the most similar first.
    """
    left = readable(mentions).anti_join(matched, "mention")
    names = known.names.filter(known.names.kind.isin(IN_LAW))
    asked = connection.to_pyarrow(left.select("mention", "k2")).to_pandas()
    firms = connection.to_pyarrow(
        names.select("firm_key", "k1", "k2").distinct()
    ).to_pandas()
    pairs = pd.DataFrame(
        sharing(asked, firms), columns=["mention", "k2", "firm_key", "name", "other"]
    )
    if pairs.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    written = list(zip(pairs["k2"], pairs["other"], strict=True))
    told = pairs.assign(
        dice=[dice(one, other) for one, other in written],
        jaro_winkler=[JaroWinkler.similarity(one, other) for one, other in written],
    )
    near = (told["dice"] >= given.dice) | (told["jaro_winkler"] >= given.jaro_winkler)
    found = told.loc[near, list(COLUMNS)]
    best = found.sort_values(
        ["mention", "jaro_winkler", "firm_key"], ascending=[True, False, True]
    )
    return best.drop_duplicates(["mention", "firm_key"]).reset_index(drop=True)


def grams(name: str) -> set[str]:
    """Return the pairs of neighbouring characters of a name.

    Examples:
        >>> sorted(grams("ABC"))
        ['AB', 'BC']
    """
    return {name[place : place + 2] for place in range(len(name) - 1)}


def dice(one: str, other: str) -> float:
    """Return the share of pairs of characters that two names have in common.

    Source:
        Dice (1945): twice the common ones, to the sum of both.
    """
    left, right = grams(one), grams(other)
    return 2 * len(left & right) / max(len(left) + len(right), 1)


def sharing(
    asked: pd.DataFrame, firms: pd.DataFrame
) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield mentions with the firms that share a rare pair of characters with them."""
    having: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(firms["k2"]):
        for gram in grams(name):
            having[gram].append(place)
    keys, firsts, seconds = firms["firm_key"], firms["k1"], firms["k2"]
    for mention, name in zip(asked["mention"], asked["k2"], strict=True):
        rare = (having[g] for g in grams(name) if 0 < len(having.get(g, ())) <= COMMON)
        for place in sorted({place for places in rare for place in places}):
            yield mention, name, keys[place], firsts[place], seconds[place]
