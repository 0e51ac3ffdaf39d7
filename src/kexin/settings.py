"""Where things are, and what differs between a laptop and a bank: `kexin.toml`.

Read once by the command line and passed down. The defaults need no server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from kexin import tomlfile
from kexin.errors import ConfigurationError
from kexin.language import Text

if TYPE_CHECKING:
    from pathlib import Path

FILE = "kexin.toml"

TEMPLATE = """\
# A Kexin workspace. Every key may be left out; what stands here is the default.

[engine]
# What computes panels: "duckdb", embedded, or "spark" (pip install kexin[spark]).
name = "duckdb"
# Threads and memory of the embedded DuckDB; 0 and "" leave the choice to it.
threads = 0
memory = ""

[spark]
# Address of the cluster, such as spark://host:7077; local[*]: this machine alone.
master = "local[*]"
# Where Spark finds the files of data/warehouse, such as hdfs://host/kexin/warehouse;
# empty: in this workspace, which all workers then must see under the same path.
warehouse = ""

[spark.config]
# What else Spark is told, such as "spark.executor.memory" = "8g".

[mlflow]
# Empty: a SQLite store and artifacts under mlruns/. A server: its address.
tracking_uri = ""
experiment = "kexin"

[identity]
# Whether codes of synthetic firms (9Y...) count; never in production.
synthetic = false
# Whether the registry that is taken in knows every firm of the country.
national = false
# Beginnings of divisions and courts' signs that lie in the city.
places = ["3301", "浙01"]
# Codes of agents (代理记账), which stand on their customers' papers.
agents = []

[model]
# Families of signals that the model may learn from (see `kexin signals`); [] means all.
families = ["volume", "tax", "continuity", "volatility", "breadth"]
# Leave out signals of which it is not declared which way risk goes.
directed_only = true
"""

FAMILIES = ("volume", "tax", "continuity", "volatility", "breadth")
"""What carries most in invoices of a few hundred firms (SIGNALS.md section 3.6)."""


class Engine(tomlfile.Section):
    """What computes, and how much the embedded DuckDB may take.

    Attributes:
        name: The engine of panels. Intake always runs on DuckDB.
        threads: Threads; 0 leaves the choice to DuckDB.
        memory: Limit, such as `"8GB"`; empty leaves the choice to DuckDB.
    """

    name: Literal["duckdb", "spark"] = "duckdb"
    threads: int = 0
    memory: str = ""


class Spark(tomlfile.Section):
    """Spark, where it is the engine.

    Attributes:
        master: Address of the cluster.
        warehouse: Where Spark finds the warehouse's files; empty for the workspace's.
        config: What else Spark is told, by Spark's own names.
    """

    master: str = "local[*]"
    warehouse: str = ""
    config: dict[str, str] = Field(default_factory=dict)


class Tracking(tomlfile.Section):
    """MLflow.

    Attributes:
        tracking_uri: Address of a server; empty for the SQLite store in `mlruns/`.
        experiment: Name of the experiment and of the registered model.
    """

    tracking_uri: str = ""
    experiment: str = "kexin"


class Learning(tomlfile.Section):
    """Which signals a model may learn from; all of them are computed all the same.

    Attributes:
        families: Families of signals; empty for all.
        directed_only: Whether signals without a declared direction of risk stay out.
    """

    families: tuple[str, ...] = FAMILIES
    directed_only: bool = True


class Identity(tomlfile.Section):
    """What counts as certain when records are matched to firms.

    Attributes:
        synthetic: Whether codes of synthetic firms count.
        national: Whether the registry knows every firm of the country.
        places: Beginnings of divisions and courts' signs that lie in the city.
        agents: Codes of agents, which say nothing beside another firm's name.
    """

    synthetic: bool = False
    national: bool = False
    places: tuple[str, ...] = ("3301", "浙01")
    agents: tuple[str, ...] = ()


class File(tomlfile.Section):
    """The form of `kexin.toml`."""

    engine: Engine = Engine()
    identity: Identity = Identity()
    mlflow: Tracking = Tracking()
    model: Learning = Learning()
    spark: Spark = Spark()

    @field_validator("engine", mode="before")
    @classmethod
    def named(cls, engine: object) -> object:
        """Read `engine = "spark"` as the section that says no more than that."""
        return {"name": engine} if isinstance(engine, str) else engine


@dataclass(frozen=True)
class Settings:
    """A workspace: its folder and what its `kexin.toml` says.

    Args:
        folder: The workspace.
        engine: What computes.
        identity: How records are matched to firms.
        mlflow: The tracking store.
        model: Which signals a model may learn from.
        spark: The cluster, where Spark is the engine.
    """

    folder: Path
    engine: Engine
    identity: Identity
    mlflow: Tracking
    model: Learning
    spark: Spark

    @property
    def warehouse(self) -> Path:
        """Folder of the warehouse."""
        return self.folder / "data" / "warehouse"

    @property
    def spark_files(self) -> str:
        """Where Spark finds the warehouse's files; empty where nothing else is said."""
        return self.spark.warehouse if self.engine.name == "spark" else ""

    @property
    def reports(self) -> Path:
        """Folder of the reports on deliveries."""
        return self.folder / "data" / "reports"

    @property
    def panels(self) -> Path:
        """Folder of computed panels."""
        return self.folder / "data" / "panels"

    @property
    def scores(self) -> Path:
        """Folder of scores, one file a day of reading."""
        return self.folder / "data" / "scores"

    @property
    def editions(self) -> Path:
        """Folder of published editions."""
        return self.folder / "data" / "editions"

    @property
    def mappings(self) -> Path:
        """Folder of the mappings that the workspace knows by name."""
        return self.folder / "data" / "mappings"

    @property
    def models(self) -> Path:
        """Folder of exported bundles."""
        return self.folder / "models"

    @property
    def mlruns(self) -> Path:
        """Folder of the local MLflow store."""
        return self.folder / "mlruns"

    @property
    def identity_decisions(self) -> Path:
        """What persons decided about names that no step could tell."""
        return self.folder / "identity.toml"

    @property
    def dictionary(self) -> Path:
        """Folder of the data dictionary's pages."""
        return self.folder / "data" / "dictionary"

    @property
    def signals(self) -> Path:
        """Folder of the signals that the workspace adds to the package's."""
        return self.folder / "signals"

    @property
    def coverage(self) -> Path:
        """Which registers are delivered, for whom and since when."""
        return self.folder / "coverage.csv"

    @property
    def policy(self) -> Path:
        """The policy's numbers, with their first days."""
        return self.folder / "policy.toml"


def workspace(folder: Path) -> Settings:
    """Return the settings of a workspace.

    Raises:
        ConfigurationError: The folder is no workspace, or its `kexin.toml` is wrong.
    """
    path = folder / FILE
    if not path.exists():
        raise ConfigurationError(
            Text("这里不是Kexin工作区", "this folder is not a Kexin workspace"),
            where=str(folder),
            expected=Text(f"文件夹中应有{FILE}", f"a file {FILE} in the folder"),
            do=Text(
                f"运行 kexin init {folder}，或用 --workspace 指定工作区",
                f"run kexin init {folder}, or name a workspace with --workspace",
            ),
        )
    file = tomlfile.read(path, File)
    return Settings(
        folder, file.engine, file.identity, file.mlflow, file.model, file.spark
    )


def init(folder: Path, content: str = TEMPLATE) -> Settings:
    """Make a workspace in a folder, and return its settings; what is there stays.

    Args:
        folder: The workspace.
        content: What a new `kexin.toml` says.
    """
    settings = Settings(folder, Engine(), Identity(), Tracking(), Learning(), Spark())
    for needed in (settings.mappings, settings.models, settings.mlruns):
        needed.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    if not path.exists():
        path.write_text(content, encoding="utf-8")
    return workspace(folder)
