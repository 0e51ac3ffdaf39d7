"""Parts of a query that are computed before it: what fails, and what is left."""

from __future__ import annotations

import gc
import threading
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kexin.algebra.aside import put_aside
from kexin.algebra.engine import connect, spill
from kexin.algebra.to_ibis import OPERATORS, square
from kexin.errors import WarehouseError
from kexin.settings import Engine

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

ENDLESS = "SELECT sum(a.i * b.i) AS n FROM range(9999999) a(i), range(9999999) b(i)"
"""A query that takes days."""


@pytest.fixture
def engine() -> Backend:
    return connect(Engine(threads=2))


def asked(engine: Backend, text: str) -> ir.Table:
    """A query in the engine's own words."""
    engine.con.execute(f"CREATE OR REPLACE VIEW asked AS {text}").fetchall()
    query: ir.Table = engine.table("asked")
    return query


def kept(engine: Backend) -> list[str]:
    named = engine.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    return sorted(name for (name,) in named if name.startswith("aside_"))


def nothing_is_left(engine: Backend) -> bool:
    threads = [t for t in threading.enumerate() if "ThreadPool" in t.name]
    return not kept(engine) and not threads and gc.isenabled()


def test_parts_stand_on_parts(engine: Backend) -> None:
    done: list[None] = []
    with put_aside(engine, lambda: done.append(None)) as aside:
        one = aside.keep("one", asked(engine, "SELECT range AS n FROM range(4)"))
        two = aside.keep("two", one.mutate(square=one.n * one.n))
        rows = aside.told(two.order_by("n"))
    assert rows["square"].to_pylist() == [0, 1, 4, 9]
    assert len(done) == 2
    assert nothing_is_left(engine)


def test_decimals_keep_all_their_digits(engine: Backend) -> None:
    amounts = "1.11::DECIMAL(18, 2) AS amount, 0.333333::DECIMAL(9, 6) AS share"
    numbers = "0.12345678::DECIMAL(9, 8) AS pd, 1234::BIGINT AS cases, 41168.25::DOUBLE AS rate"
    with put_aside(engine, lambda: None) as aside:
        one = aside.keep("one", asked(engine, f"SELECT {amounts}, {numbers}"))
        formulas = {
            "product": OPERATORS["*"](one.share, one.pd),
            "square": square(one.amount),
            "over": OPERATORS["-"](one.cases, one.share),
            "times": OPERATORS["*"](one.share, one.cases),
            "rated": OPERATORS["*"](one.rate, one.pd),
        }
        two = aside.keep("two", one.select(**formulas))
        three = aside.keep(
            "three", two.agg(**{name: two[name].sum() for name in formulas})
        )
        (found,) = aside.told(three).to_pylist()
    assert found == {
        "product": Decimal("0.04115221884774"),
        "square": Decimal("1.2321"),
        "over": Decimal("1233.666667"),
        "times": Decimal("411.332922"),
        "rated": 41168.25 * 0.12345678,
    }


def test_what_nothing_else_reads_goes_as_soon_as_it_was_read(engine: Backend) -> None:
    with put_aside(engine, lambda: None) as aside:
        one = aside.keep("one", asked(engine, "SELECT range AS n FROM range(4)"))
        two = aside.keep("two", one.mutate(square=one.n * one.n))
        three = aside.keep("three", two.mutate(cube=two.square * two.n), drops=two)
        assert aside.told(three.order_by("n"))["cube"].to_pylist() == [0, 1, 8, 27]
        assert kept(engine) == ["aside_0_one", "aside_2_three"]
    assert nothing_is_left(engine)


def test_a_part_that_fails_tells_what_it_reads(engine: Backend) -> None:
    broken = asked(engine, "SELECT CAST(range || 'x' AS INT) AS n FROM range(3)")

    def failing() -> None:
        with put_aside(engine, lambda: None) as aside:
            aside.told(aside.keep("two", aside.keep("si_month_0", broken)))

    with pytest.raises(WarehouseError) as found:
        failing()
    assert found.value.where == "asked"
    assert "0x" in str(found.value)
    assert nothing_is_left(engine)


def test_what_is_interrupted_stops(engine: Backend) -> None:
    def interrupted() -> None:
        with put_aside(engine, lambda: None) as aside:
            for number in range(3):
                aside.keep(f"endless_{number}", asked(engine, ENDLESS))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert nothing_is_left(engine)


def test_what_memory_has_no_room_for_goes_beside_the_panels(tmp_path: Path) -> None:
    engine = connect(Engine(threads=1, memory="60MB"))
    spill(engine, tmp_path / "data" / "panels" / ".spill")
    rows = "SELECT range AS n, hash(range) AS h FROM range(9000000)"
    with put_aside(engine, lambda: None) as aside:
        part = aside.keep("many", asked(engine, rows))
        assert aside.told(part.count().as_table())[0][0].as_py() == 9_000_000
        assert list((tmp_path / "data" / "panels" / ".spill").iterdir())
