"""Parts of a query, computed before it and put aside until it is told.

A query of many parts is planned and held in memory as a whole; parts that were computed
before it are only read, and what does not fit into memory goes to disk.
"""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import local
from time import sleep
from typing import TYPE_CHECKING, Protocol

import duckdb
import ibis.expr.operations as ops

from kexin.errors import WarehouseError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    import ibis.expr.types as ir
    import pyarrow as pa
    from duckdb import DuckDBPyConnection
    from ibis.backends import BaseBackend
    from ibis.backends.duckdb import Backend

    from kexin.algebra.spark import SparkEngine

AT_A_TIME = 2
"""Parts that DuckDB computes at a time, where it may use as many threads."""


class Aside(Protocol):
    """What keeps parts of a query."""

    def keep(
        self, name: str, part: ir.Table, *, drops: ir.Table | None = None
    ) -> ir.Table:
        """Have a part computed, and return it as a table of the engine.

        Args:
            name: What a person may know it by.
            part: The part, which may read parts that are kept already.
            drops: One of those that nothing else reads: it goes as soon as the new one
                is there.
        """

    def told(self, query: ir.Table) -> pa.Table:
        """Return the rows of a query over such parts."""


@contextmanager
def put_aside(engine: BaseBackend, done: Callable[[], None]) -> Iterator[Aside]:
    """Give what keeps parts of a query; they are let go of at the end.

    Args:
        engine: What computes them.
        done: Called for each part that is computed, from any thread.
    """
    aside = (
        OnSpark(engine, done) if engine.name == "pyspark" else OnDuckDB(engine, done)
    )
    collecting = gc.isenabled()
    # A query described is millions of small objects that live to its end: looking at
    # them over and over takes a tenth of a run, and Ibis's may not die in any thread.
    gc.disable()
    try:
        yield aside
    finally:
        aside.forget()
        if collecting:
            gc.enable()


class OnDuckDB:
    """Computes parts in threads of their own while others are being described.

    Writing a query takes Python about as long as DuckDB takes to answer a small one. A
    part that stands on others waits for them; they were begun before it. Threads are
    given SQL and rows, nothing of Ibis, which is not made for several of them.
    """

    def __init__(self, engine: Backend, done: Callable[[], None]) -> None:
        self.engine = engine
        self.within = ops.Namespace(engine.current_catalog, engine.current_database)
        self.done = done
        limit = engine.con.execute("SELECT current_setting('threads')").fetchall()
        self.threads = ThreadPoolExecutor(min(AT_A_TIME, limit[0][0]))
        self.parts: dict[str, Future[None]] = {}
        self.own = local()
        self.connections: list[DuckDBPyConnection] = []

    def keep(
        self, name: str, part: ir.Table, *, drops: ir.Table | None = None
    ) -> ir.Table:
        """Have a part computed, and return it as the table that it will be.

        Raises:
            WarehouseError: A part that was begun before could not be computed.
        """
        for begun in self.parts.values():
            if begun.done():
                begun.result()
        place = f"aside_{len(self.parts)}_{name}"
        named = sorted({table.name for table in part.op().find(ops.DatabaseTable)})
        needed = [self.parts[table] for table in named if table in self.parts]
        stored = ", ".join(table for table in named if table not in self.parts)
        small = {
            table.name: table.data.to_pyarrow(table.schema)
            for table in part.op().find(ops.InMemoryTable)
        }
        columns = part.schema().to_sqlglot_column_defs(self.engine.dialect)
        typed = ", ".join(column.sql(self.engine.dialect) for column in columns)
        queries = (
            f'CREATE TABLE "{place}" ({typed})',
            f'INSERT INTO "{place}" {self.engine.compile(part)}',
            *([] if drops is None else [f'DROP TABLE "{name_of(drops)}"']),
        )
        self.parts[place] = self.threads.submit(
            self.compute, stored or name, queries, small, needed
        )
        schema = part.schema()
        return ops.DatabaseTable(place, schema, self.engine, self.within).to_expr()

    def compute(
        self,
        read: str,
        queries: Sequence[str],
        small: Mapping[str, pa.Table],
        needed: Sequence[Future[None]],
    ) -> None:
        """Compute a part as soon as those that it needs are there.

        Args:
            read: What it reads, for a person to look at where it fails.
            queries: What makes it, and what drops what is read by nothing else.
            small: Tables in memory that they name.
            needed: The parts that they name.

        Raises:
            WarehouseError: The engine could not compute it.
        """
        for other in needed:
            other.result()
        connection = self.connection()
        for table, rows in small.items():
            connection.register(table, rows)
        try:
            for query in queries:
                connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise not_computed(read, error) from error
        self.done()

    def connection(self) -> DuckDBPyConnection:
        """Return this thread's connection to the engine's database."""
        if not hasattr(self.own, "connection"):
            self.own.connection = self.engine.con.cursor()
            self.connections.append(self.own.connection)
        found: DuckDBPyConnection = self.own.connection
        return found

    def told(self, query: ir.Table) -> pa.Table:
        """Return the rows of a query, once all parts are there."""
        for part in self.parts.values():
            part.result()
        return query.to_pyarrow()

    def forget(self) -> None:
        """Stop what still runs, and drop the parts."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        # A query that begins after an interrupt does not heed it.
        while any(part.running() for part in self.parts.values()):
            for connection in self.connections:
                connection.interrupt()
            sleep(0.05)
        self.threads.shutdown(wait=True)
        for connection in self.connections:
            connection.close()
        for place in self.parts:
            # Ibis 12 writes a DROP that names nothing for DuckDB 2.
            self.engine.raw_sql(f'DROP TABLE IF EXISTS "{place}"')


def name_of(part: ir.Table) -> str:
    """Return the name of a table of the engine, as it was put aside."""
    (table,) = part.op().find(ops.DatabaseTable)
    name: str = table.name
    return name


def not_computed(read: str, error: duckdb.Error) -> WarehouseError:
    """Return the error for a part that the engine could not compute."""
    said = str(error).strip().partition("\n")[0]
    return WarehouseError(
        Text(f"面板的一部分无法计算：{said}", f"a part was not computed: {said}"),
        where=read,
        expected=Text(
            "数据仓库的文件完好，内存和磁盘够用",
            "whole files in the warehouse, and room in memory and on disk",
        ),
        do=Text(
            "核对这些表的文件与snapshot.json，或在kexin.toml中增加引擎的内存",
            "compare these tables' files with snapshot.json, or give the engine more "
            "memory in kexin.toml",
        ),
    )


class OnSpark:
    """Computes parts one after the other: Spark's workers share each of them."""

    def __init__(self, engine: SparkEngine, done: Callable[[], None]) -> None:
        self.engine = engine
        self.done = done
        self.names: list[str] = []

    def keep(
        self, name: str, part: ir.Table, *, drops: ir.Table | None = None
    ) -> ir.Table:
        """Compute a part and keep its rows on the workers."""
        self.names.append(f"aside_{len(self.names)}_{name}")
        kept = self.engine.aside(self.names[-1], part)
        if drops is not None:
            self.engine.forget(name_of(drops))
        self.done()
        return kept

    def told(self, query: ir.Table) -> pa.Table:
        """Return the rows of a query."""
        return query.to_pyarrow()

    def forget(self) -> None:
        """Let go of the parts."""
        for name in self.names:
            self.engine.forget(name)
