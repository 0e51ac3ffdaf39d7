"""How many firms hang together by ties: the one step that leaves the engine.

Components of a graph need as many joins as its longest chain has ties, so the few pairs
that count are fetched and joined up here; the sizes go back as a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from kexin.algebra.to_ibis import to_ibis
from kexin.panel.days import record_leaf

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kexin.algebra.reductions import Circle
    from kexin.panel.days import Days


def circles(circle: Circle, seen: ir.Table, known: Days, place: str) -> ir.Table:
    """Return observations of firms with a tie: the size of their circle, as `place`."""
    ties = tied(circle, seen, known)
    sizes = [
        pd.DataFrame(sizes_of(day)).assign(as_of=as_of)
        for as_of, day in ties.groupby("as_of")
    ]
    empty = pd.DataFrame({"firm_key": [], "size": [], "as_of": []}, dtype=object)
    found = pd.concat(sizes or [empty])
    return ibis.memtable(
        pa.table(
            {
                "firm_key": pa.array(found["firm_key"], pa.string()),
                "as_of": pa.array(found["as_of"], pa.date32()),
                place: pa.array(found["size"], pa.int64()),
            }
        )
    )


def tied(circle: Circle, seen: ir.Table, known: Days) -> pd.DataFrame:
    """Return the ties that count: `as_of`, `firm_key`, `other`."""
    leaf = record_leaf(seen, known)
    rows = seen.filter(to_ibis(circle.where, leaf))
    pairs = rows.select("as_of", "firm_key", other=rows[circle.end.name]).distinct()
    frame: pd.DataFrame = pairs.to_pyarrow().to_pandas(date_as_object=True)
    return frame.dropna()


def sizes_of(ties: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return each firm that has a tie, and how many firms its component holds."""
    firms, component = components(ties)
    return {"firm_key": firms, "size": np.bincount(component)[component]}


def components(ties: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the firms that have ties, and the number of each one's component."""
    ends = pd.concat([ties["firm_key"], ties["other"]])
    number, firms = pd.factorize(ends, sort=True)
    left, right = np.split(number, 2)
    links = coo_matrix((np.ones(len(left)), (left, right)), shape=[len(firms)] * 2)
    _, component = connected_components(links, directed=False)
    return np.asarray(firms), component


def circles_of(
    circle: Circle, seen: ir.Table, known: Days, firms: frozenset[str]
) -> list[str]:
    """Return the firms of some firms' circles, themselves included; none without a tie.

    Args:
        circle: Which ties count.
        seen: Ties on one day.
        known: That day.
        firms: The firms.
    """
    tied_firms, component = components(tied(circle, seen, known))
    own = component[np.isin(tied_firms, sorted(firms))]
    return [str(firm) for firm in tied_firms[np.isin(component, own)]]
