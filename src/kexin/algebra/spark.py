"""Spark as an engine: what Ibis 12 lacks there, or says otherwise than on DuckDB.

Formulas are the same Ibis expressions on both engines. Here is where a session comes
from, how tables are read and put aside, and the few operations that Ibis refuses on
Spark or gives another value. PySpark must be installed to import this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.formats.pyarrow import PyArrowData
from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, StructType, TimestampNTZType, TimestampType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.datatypes as dt
    import ibis.expr.operations as ops
    import ibis.expr.types as ir
    import pyarrow as pa

    from kexin.settings import Spark

NULL = sge.Null()

USUAL = {
    "spark.app.name": "kexin",
    # A task that joins dozens of parts keeps a page for each of them that it sorts. Of
    # 64 MB, as Spark chooses where it has 4 GB, 2,000 firms on 8 days found no room; a
    # task has at most 8,192 pages, so that smaller ones would limit large tasks.
    "spark.buffer.pageSize": "4m",
    # A panel's rows are fetched at once: they may be more than the 1 GB that is usual.
    "spark.driver.maxResultSize": "0",
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""What Spark is told where `kexin.toml` says nothing else."""

SAME = {
    # An overflow is an error, as on DuckDB, and not a value that is silently absent.
    "spark.sql.ansi.enabled": "true",
    # Moments carry no time zone, as on DuckDB and in the warehouse's files.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
"""What values depend on, so that it is no setting."""


class Compiler(PySparkCompiler):  # type: ignore[misc]  # Ibis has no types
    """Ibis's compiler for Spark, with what signals need besides."""

    __slots__ = ()

    def visit_First(  # noqa: N802  (Ibis's name; so are those below)
        self,
        _op: ops.First,
        *,
        arg: sge.Expression,
        where: sge.Expression | None,
        order_by: Sequence[sge.Ordered],
        include_null: bool,
    ) -> sge.Expression:
        """Return the value of the first row, even where it is absent.

        Ibis refuses conditions and orders here. Rows that do not count have no order.
        """
        return self.at_an_end("min_by", arg, where, order_by, include_null=include_null)

    def visit_Last(  # noqa: N802
        self,
        _op: ops.Last,
        *,
        arg: sge.Expression,
        where: sge.Expression | None,
        order_by: Sequence[sge.Ordered],
        include_null: bool,
    ) -> sge.Expression:
        """Return the value of the last row, even where it is absent."""
        return self.at_an_end("max_by", arg, where, order_by, include_null=include_null)

    def at_an_end(
        self,
        function: str,
        arg: sge.Expression,
        where: sge.Expression | None,
        order_by: Sequence[sge.Ordered],
        *,
        include_null: bool,
    ) -> sge.Expression:
        """Return the value at one end of an order that is all ascending.

        Raises:
            NotImplementedError: The order is another one, or values are left out.
        """
        if not include_null or any(key.args.get("desc") for key in order_by):
            raise NotImplementedError(function)
        order = self.f.struct(*(key.this for key in order_by))
        return self.f[function](arg, self.counted(order, where))

    def counted(
        self, arg: sge.Expression, where: sge.Expression | None
    ) -> sge.Expression:
        """Return a value where a row counts."""
        return arg if where is None else self.if_(where, arg, NULL)

    def visit_Median(  # noqa: N802
        self, _op: ops.Median, *, arg: sge.Expression, where: sge.Expression | None
    ) -> sge.Expression:
        """Return the exact median; Ibis puts the condition on the half as well."""
        return self.f.percentile(self.counted(arg, where), 0.5)

    def visit_IntegerRange(  # noqa: N802
        self,
        _op: ops.IntegerRange,
        *,
        start: sge.Expression,
        stop: sge.Expression,
        step: sge.Expression,
    ) -> sge.Expression:
        """Return the numbers from start to before stop.

        Ibis writes stop - (a + b) as stop - a + b, and short ranges came out empty.

        Raises:
            NotImplementedError: The step is not 1.
        """
        if step != sge.convert(1):
            raise NotImplementedError(step)
        first, end = sge.Paren(this=start), sge.Paren(this=stop)
        return self.if_(end > first, self.f.sequence(first, end - 1), self.f.array())

    def _array_reduction(
        self,
        *,
        dtype: dt.DataType,
        arg: sge.Expression,
        output: Callable[..., sge.Expression],
    ) -> sge.Expression:
        """Reduce the items that are there: at an absent one Ibis forgets the sum."""
        item = sg.to_identifier("item", quoted=self.quoted)
        known = sge.Lambda(this=item.is_(sg.not_(NULL)), expressions=[item])
        there = self.f.filter(arg, known)
        return super()._array_reduction(dtype=dtype, arg=there, output=output)


class SparkEngine(Backend):  # type: ignore[misc]  # Ibis has no types
    """Ibis's connection to Spark, with the few calls that panels make of an engine."""

    compiler = Compiler()

    def get_schema(
        self,
        table_name: str,
        *,
        catalog: str | None = None,
        database: str | None = None,
    ) -> ibis.Schema:
        """Return a table's columns; moments have microseconds, as on DuckDB."""
        found = super().get_schema(table_name, catalog=catalog, database=database)
        return ibis.schema(
            {
                name: dtype.copy(scale=6) if dtype.is_timestamp() else dtype
                for name, dtype in found.items()
            }
        )

    def stored(
        self, name: str, columns: Mapping[str, str], files: Sequence[str]
    ) -> ir.Table:
        """Return a table over Parquet files: `kexin.algebra.engine.stored`."""
        types = in_spark(ibis.schema(dict(columns)))
        frame = (
            self._session.read.schema(types).parquet(*files)
            if files
            else self._session.createDataFrame([], types)
        )
        frame.createOrReplaceTempView(name)
        return self.table(name)

    def aside(self, name: str, table: ir.Table) -> ir.Table:
        """Compute a table and keep its rows on the workers, on disk where need be.

        Its plan ends there, else each part would be planned with all before it.
        """
        self._run_pre_execute_hooks(table)
        frame = self._session.sql(self.compile(table)).localCheckpoint()
        frame.createOrReplaceTempView(name)
        return self.table(name)

    def forget(self, name: str) -> None:
        """Let go of a table that was put aside, if it is still there.

        Spark frees what nothing names.
        """
        self._session.catalog.dropTempView(name)

    def to_pyarrow(
        self,
        expr: ir.Expr,
        /,
        *,
        params: Mapping[ir.Scalar, object] | None = None,
        limit: int | str | None = None,
        **_: object,
    ) -> pa.Table:
        """Return rows as Spark gives them; Ibis takes them through pandas."""
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        query = self.compile(table, params=params, limit=limit)
        found = self._session.sql(query).toArrow()
        return expr.__pyarrow_result__(PyArrowData.convert_table(found, table.schema()))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        """Hand a small table to Spark as it is; Ibis takes it through pandas."""
        rows = op.data.to_pyarrow(op.schema)
        frame = self._session.createDataFrame(rows, in_spark(op.schema))
        frame.createOrReplaceTempView(op.name)


def in_spark(schema: ibis.Schema) -> StructType:
    """Return columns as Spark's types, moments without a time zone."""
    types = PySparkSchema.from_ibis(schema)
    for field in types.fields:
        if isinstance(field.dataType, TimestampType):
            field.dataType = TimestampNTZType()
        elif isinstance(field.dataType, ArrayType):
            field.dataType.containsNull = True
        field.nullable = True
    return types


def session(settings: Spark) -> SparkEngine:
    """Return a connection to Spark, started where none runs in this process.

    Raises:
        Exception: What Spark says where it does not start.
    """
    told = {**USUAL, **settings.config, **SAME}
    builder = SparkSession.builder.master(settings.master)
    for key, value in told.items():
        builder = builder.config(key, value)
    SparkEngine.register_options()
    engine = SparkEngine()
    engine.do_connect(builder.getOrCreate())
    return engine
