"""The engine on which formulas run: DuckDB, embedded; or Spark, where it is asked."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from kexin.errors import ConfigurationError
from kexin.language import Text
from kexin.settings import FILE
from kexin.tomlfile import place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir
    from ibis.backends import BaseBackend
    from ibis.backends.duckdb import Backend

    from kexin.settings import Engine, Settings


def connect(engine: Engine) -> Backend:
    """Return a connection to an empty database in memory, limited as the settings say.

    Tables that stand in files are read from there; nothing is kept in the connection.
    """
    limits: dict[str, Any] = {}
    if engine.threads:
        limits["threads"] = engine.threads
    if engine.memory:
        limits["memory_limit"] = engine.memory
    connection = ibis.duckdb.connect(**limits)
    # Records meet a panel's days, a few dozen: a merge, which DuckDB chooses from five
    # rows on, sorts all the records first. Cursors take over what is global.
    connection.raw_sql("SET GLOBAL nested_loop_join_threshold = 100")
    # DuckDB draws its bar on standard output, where a command's JSON must stand alone.
    # In a notebook it draws none, and refuses the setting where ipywidgets is missing.
    setting = connection.raw_sql("SELECT current_setting('enable_progress_bar')")
    [(draws,)] = setting.fetchall()
    if draws:
        connection.raw_sql("SET enable_progress_bar = false")
    return connection


def spill(connection: Backend, folder: Path) -> None:
    """Let DuckDB put into a folder what its memory has no room for.

    An engine that spills to another folder already goes on to do so.
    """
    now = connection.con.execute("SELECT current_setting('temp_directory')").fetchall()
    if now[0][0] == str(folder):
        return
    # DuckDB makes one level alone; what a killed process left, it clears itself.
    folder.parent.mkdir(parents=True, exist_ok=True)
    # DuckDB does not change a folder that it has spilled to.
    with contextlib.suppress(duckdb.NotImplementedException):
        connection.con.execute("SET temp_directory = ?", [str(folder)])


def reading(settings: Settings) -> BaseBackend:
    """Return a connection to the engine on which a workspace reads its warehouse.

    Raises:
        ConfigurationError: It is Spark, and PySpark or Java is missing, or Spark does
            not start.
    """
    if settings.engine.name == "duckdb":
        return connect(settings.engine)
    where = place(settings.folder / FILE, ("engine", "name"))
    try:
        from kexin.algebra import spark  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError as error:
        install = "pip install 'kexin[spark]'"
        raise not_there(f"{error.name}", "PySpark 4.0", install, where) from error
    if shutil.which(java()) is None:
        install = "apt install openjdk-17-jre-headless"
        raise not_there(java(), "Java 17 / 21", install, where)
    try:
        return spark.session(settings.spark)
    except Exception as error:
        said = str(error).strip().partition("\n")[0]
        master = settings.spark.master
        raise ConfigurationError(
            Text(f"Spark未能启动：{said}", f"Spark did not start: {said}"),
            where=place(settings.folder / FILE, ("spark", "master")),
            expected=Text(
                f"{master}处运行着Spark 4.0", f"Spark 4.0 that runs at {master}"
            ),
            do=Text(
                "检查地址与[spark.config]，并查看Spark的日志",
                "check the address and [spark.config], and read what Spark logged",
            ),
        ) from error


def java() -> str:
    """Return the Java that Spark starts."""
    home = os.environ.get("JAVA_HOME")
    return str(Path(home, "bin", "java")) if home else "java"


def not_there(what: str, needed: str, install: str, where: str) -> ConfigurationError:
    """Return the error for something without which Spark cannot start."""
    return ConfigurationError(
        Text(f"本机没有{what}", f"there is no {what} on this machine"),
        where=where,
        expected=Text(f"引擎spark需要{needed}", f"{needed}, for the engine spark"),
        do=Text(
            f"先安装（如 {install}），或将引擎改为duckdb",
            f"install it ({install}), or name the engine duckdb",
        ),
    )


def stored(
    engine: BaseBackend, name: str, columns: Mapping[str, str], files: Sequence[str]
) -> ir.Table:
    """Return a table over Parquet files; one without rows where there is no file.

    A column that no file has is absent in all rows.

    Args:
        engine: What reads them.
        name: Name of the table on the engine.
        columns: Name and type of its columns.
        files: Where the files are, as the engine reads them.
    """
    if engine.name == "pyspark":
        return engine.stored(name, columns, files)
    if not files:
        typed = engine.compiler.type_mapper.to_string
        nulls = [
            f'CAST(NULL AS {typed(ibis.dtype(dtype))}) AS "{column}"'
            for column, dtype in columns.items()
        ]
        engine.raw_sql(
            f"CREATE OR REPLACE VIEW {name} AS SELECT {', '.join(nulls)} LIMIT 0"
        )
        return engine.table(name)
    # No temporary view: parts of a query are computed by connections of their own.
    rows = engine.con.cursor().read_parquet(list(files), union_by_name=True)
    rows.create_view(name, replace=True)
    table = engine.table(name)
    return table.select(
        **{
            column: table[column] if column in table.columns else ibis.null(dtype)
            for column, dtype in columns.items()
        }
    )
