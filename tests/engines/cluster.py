"""A standalone Spark cluster on this machine: one master, two workers, real processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kexin.algebra.engine import java

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "127.0.0.1"
MASTER = re.compile(rf"spark://{re.escape(HERE)}:\d+")
REGISTERED = re.compile("Successfully registered with master")
PATIENCE = 60
"""Seconds that a process may take to start."""


class Cluster(NamedTuple):
    """A cluster that runs.

    Attributes:
        master: Its address.
        workers: Folder of each worker, with the logs of what it ran.
    """

    master: str
    workers: tuple[Path, ...]

    def tasks(self, worker: Path) -> int:
        """Tasks that a worker has finished."""
        logs = worker.glob("app-*/*/stderr")
        return sum(log.read_text().count("Finished task") for log in logs)


def missing() -> str | None:
    """What this machine lacks to run Spark; None if nothing."""
    try:
        import pyspark  # noqa: F401, PLC0415
    except ModuleNotFoundError:
        return "PySpark is not installed: pip install 'kexin[spark]'"
    if shutil.which(java()) is None:
        return "no Java on this machine: Spark needs 17 or 21"
    return None


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A master and two workers of one core and 1 GB each, stopped in the end."""
    with ExitStack() as running:
        log = running.enter_context(process(folder / "master.log", "master.Master"))
        master = told(log, MASTER)
        workers = (folder / "worker_1", folder / "worker_2")
        logs = [
            running.enter_context(
                process(
                    folder / f"{worker.name}.log",
                    "worker.Worker",
                    *("--cores", "1", "--memory", "1g", "--work-dir", str(worker)),
                    master,
                )
            )
            for worker in workers
        ]
        for log in logs:
            told(log, REGISTERED)
        yield Cluster(master, workers)


@contextmanager
def process(log: Path, name: str, *arguments: str) -> Iterator[Path]:
    """One of Spark's processes on a free port; the log that it writes."""
    import pyspark  # noqa: PLC0415

    home = Path(pyspark.__file__).parent
    ports = ("--host", HERE, "--port", "0", "--webui-port", "0")
    with log.open("w") as out:
        started = subprocess.Popen(
            [
                home / "bin/spark-class",
                f"org.apache.spark.deploy.{name}",
                *ports,
                *arguments,
            ],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HERE},
        )
        try:
            yield log
        finally:
            started.terminate()
            try:
                started.wait(timeout=20)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def told(log: Path, wanted: re.Pattern[str]) -> str:
    """What a log says first of a kind, as soon as it does."""
    for _ in range(PATIENCE * 10):
        if found := wanted.search(log.read_text()):
            return found[0]
        time.sleep(0.1)
    raise TimeoutError(f"{wanted.pattern!r} is not in\n{log.read_text()}")
