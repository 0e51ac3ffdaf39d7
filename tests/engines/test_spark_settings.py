"""What `kexin.toml` says of Spark, and what is told where Spark cannot be had."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from kexin.algebra import engine
from kexin.errors import ConfigurationError
from kexin.settings import workspace

if TYPE_CHECKING:
    from pathlib import Path


def at(folder: Path, content: str) -> Path:
    (folder / "kexin.toml").write_text(content)
    return folder


@pytest.mark.parametrize(
    "content", ['engine = "spark"\n', '[engine]\nname = "spark"\n']
)
def test_spark_is_named_in_either_way(tmp_path: Path, content: str) -> None:
    told = workspace(at(tmp_path, content))
    assert told.engine.name == "spark"
    assert told.spark.master == "local[*]"


def test_the_warehouse_of_spark_is_nobody_elses(tmp_path: Path) -> None:
    told = '[spark]\nwarehouse = "hdfs://host/kexin"\n'
    assert not workspace(at(tmp_path, told)).spark_files
    told = 'engine = "spark"\n' + told
    assert workspace(at(tmp_path, told)).spark_files == "hdfs://host/kexin"


def test_another_engine_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"'sparc'(.|\n)*line 2, key engine"):
        workspace(at(tmp_path, '# An engine.\nengine = "sparc"\n'))


def test_without_pyspark_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another test of this process may have imported both.
    loaded = [name for name in sys.modules if name.partition(".")[0] == "pyspark"]
    for name in ("pyspark", *loaded):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "kexin.algebra.spark", raising=False)
    monkeypatch.delattr("kexin.algebra.spark", raising=False)
    told = workspace(at(tmp_path, 'engine = "spark"\n'))
    with pytest.raises(ConfigurationError, match=r"pyspark(.|\n)*kexin\[spark\]"):
        engine.reading(told)


def test_without_java_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    told = workspace(at(tmp_path, 'engine = "spark"\n'))
    with pytest.raises(ConfigurationError, match=r"nowhere/bin/java(.|\n)*Java 17"):
        engine.reading(told)
