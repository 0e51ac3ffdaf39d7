"""Views of versions: for how long what they say stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from kexin.algebra.nodes import Column
from kexin.algebra.reductions import Aggregate, Window
from kexin.algebra.views import Selected, United, Without, named
from kexin.dictionary.example import record
from kexin.language import Text
from kexin.panel.sources import versions
from kexin.registers.core import RelEdge
from kexin.signals.catalogue import catalogue
from kexin.signals.network import guarantee
from kexin.signals.signal import Signal
from laws.small import values

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kexin.algebra.nodes import Node

KEY = Column("left", "key"), Column("right", "key")
alone = Without(
    name="alone", left="left", right="right", on=(KEY,), columns=named("left", "key")
)

SCHEMA = pa.schema(
    {
        "row_id": pa.string(),
        "firm_key": pa.string(),
        "event_date": pa.date32(),
        "known_at": pa.timestamp("us"),
        "superseded_at": pa.timestamp("us"),
        "key": pa.string(),
    }
)

Stretch = tuple[int, int | None]


def table(*rows: tuple[str | None, Stretch]) -> ir.Table:
    """Versions with a key, each from one day of a month to another."""
    told = [
        {
            "row_id": f"{key}{number}",
            "firm_key": "F",
            "event_date": date(2020, 1, 1),
            "known_at": datetime(2020, 1, first),
            "superseded_at": last and datetime(2020, 1, last),
            "key": key,
        }
        for number, (key, (first, last)) in enumerate(rows)
    ]
    return ibis.memtable(pa.Table.from_pylist(told, schema=SCHEMA))


def stretches(left: Stretch, *right: Stretch) -> list[Stretch]:
    """When a version stands alone, given those that agree with it; as days."""
    tables = {
        "left": table(("x", left)),
        "right": table(("y", (1, None)), *[("x", one) for one in right]),
    }
    made = ibis.duckdb.connect().to_pyarrow(versions(alone, tables)).to_pylist()
    return sorted(
        (row["known_at"].day, row["superseded_at"] and row["superseded_at"].day)
        for row in made
    )


def test_a_record_without_a_partner_stands_as_long_as_it_does() -> None:
    assert stretches((5, None)) == [(5, None)]
    assert stretches((5, 9)) == [(5, 9)]


def test_a_record_is_alone_before_between_and_after_its_partners() -> None:
    assert stretches((5, None), (7, 9), (12, 14)) == [(5, 7), (9, 12), (14, None)]
    assert stretches((5, 20), (7, 9), (12, None)) == [(5, 7), (9, 12)]


def test_partners_may_overlap_and_reach_over_the_record() -> None:
    assert stretches((5, None), (1, 8), (6, 7), (7, 10)) == [(10, None)]
    assert stretches((5, 9), (1, 20)) == []
    assert stretches((5, 9), (5, 9)) == []
    assert stretches((5, 9), (1, 5), (9, 12)) == [(5, 9)]


def test_what_has_no_key_has_no_partner() -> None:
    tables = {"left": table((None, (5, None))), "right": table((None, (1, None)))}
    made = ibis.duckdb.connect().to_pyarrow(versions(alone, tables))
    assert made.num_rows == 1


def test_a_record_of_which_two_parts_tell_the_same_stands_in_both() -> None:
    parts = [
        Selected(name=name, source="left", where=None, columns=named("left", "key"))
        for name in ("one", "again")
    ]
    whole = United(name="both", parts=tuple(parts))
    made = ibis.duckdb.connect().to_pyarrow(
        versions(whole, {"left": table(("x", (5, None)))})
    )
    assert made["row_id"].to_pylist() == ["left/x0", "left/x0"]


def of_edges(formula: Node, *edges: dict[str, str]) -> float | None:
    """A signal of F over its relations on a day."""
    signal = Signal(
        id="net.trial",
        register="reg",
        name=Text("试", "trial"),
        formula=formula,
        unit="fraction",
        direction=0,
        absent="missing",
        family="trial",
        reason=Text("{v}", "{v}"),
        why=Text("", "trial"),
        source="trial",
    )
    rows = [record(RelEdge, edge, f"r{n}") for n, edge in enumerate(edges)]
    day = date(2020, 5, 31)
    told: dict[Any, Any] = values([signal], {"rel_edge": rows}, [("F", day)])
    found: float | None = told["F", day]["net.trial"]
    return found


def test_the_earliest_value_is_that_of_the_first_record_even_where_it_is_absent() -> (
    None
):
    first = Aggregate("earliest", RelEdge.weight, Window(12))
    usual = {"src_key": "F", "dst_key": "A", "edge_kind": "invest"}
    edges = [
        usual | {"valid_from": "2020-02-01", "weight": "0.2"},
        usual | {"valid_from": "2020-01-01", "weight": "0.1"},
        usual | {"valid_from": "2019-05-31", "weight": "0.9"},
    ]
    assert of_edges(first, *edges) == 0.1
    assert of_edges(first, *edges, usual | {"valid_from": "2019-06-01"}) is None


def test_no_tie_at_all_makes_no_circle() -> None:
    day = date(2020, 5, 31)
    circle = catalogue()["net.guar_circle"]
    assert guarantee.source == "rel_edge"
    assert values([circle], {}, [("F", day)])["F", day] == {"net.guar_circle": 0}
