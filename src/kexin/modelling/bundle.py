"""A model bundle: a folder of text and JSON that loads without running code.

`booster.txt` is LightGBM's own text, `model.json` all else that a score needs and that
a person asks of it, `manifest.json` the digest of both. Loading verifies every file
before it reads any. The same inputs give the same bytes: no clock, no run, no machine
gets into a bundle.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.special import expit

from kexin.digest import canonical, digest, file_digest
from kexin.errors import BundleError
from kexin.language import Text
from kexin.modelling.calibrate import Calibration
from kexin.modelling.scale import GRADES, grade_of, score_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FORMAT = 1
BOOSTER, MODEL, MANIFEST = "booster.txt", "model.json", "manifest.json"


class Bundle(NamedTuple):
    """A model, ready to score.

    Attributes:
        booster: The trees.
        signals: Ids of the signals, in the order in which the trees know them.
        calibration: The line from margin to log-odds.
        facts: All that `model.json` says.
        digest: SHA-256 of the manifest, by which scores and editions cite the model.
    """

    booster: lgb.Booster
    signals: tuple[str, ...]
    calibration: Calibration
    facts: Mapping[str, Any]
    digest: str

    def predict(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Score observations.

        Args:
            panel: `firm_key` and a float column for each signal, in any order.

        Returns:
            One row an observation, in the order given: `firm_key`, `margin`, `pd`
            (12-month probability of default), `score` (points), `grade`.

        Raises:
            BundleError: A signal is missing, is no float, or is infinite.
        """
        margin = self.margin(panel)
        log_odds = self.calibration.log_odds(margin)
        pd_ = expit(log_odds)
        return pd.DataFrame(
            {
                "firm_key": list(panel["firm_key"]),
                "margin": margin,
                "pd": pd_,
                "score": score_of(log_odds),
                "grade": [grade_of(value) for value in pd_],
            }
        )

    def margin(self, panel: pd.DataFrame) -> NDArray[np.float64]:
        """Return the trees' margin of observations, in log-odds before calibration."""
        values = self.values(panel).to_numpy(np.float64)
        return np.asarray(self.booster.predict(values, raw_score=True), np.float64)

    def values(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Return the signals' columns as the trees expect them.

        Raises:
            BundleError: A signal is missing, is no float, or is infinite.
        """
        for name in self.signals:
            if name not in panel or panel[name].dtype != np.float64:
                raise unfit(Text(f"缺少信号“{name}”", f"no float column {name!r}"))
        values = panel[list(self.signals)]
        if np.isinf(values.to_numpy()).any():
            raise unfit(Text("信号中有无穷大", "a signal is infinite"))
        return values


def unfit(found: Text) -> BundleError:
    """Return the error for a panel that a model was not made for."""
    return BundleError(
        found,
        where="panel",
        expected=Text(
            "模型所需的每个信号一列浮点数", "a finite float column for each signal"
        ),
        do=Text(
            "用训练时的信号目录重新计算面板，或重新训练模型",
            "compute the panel with the catalogue of the model, or train again",
        ),
    )


def write(
    folder: Path, booster_text: str, calibration: Calibration, facts: Mapping[str, Any]
) -> Bundle:
    """Write a bundle beside its place, rename it there, and return it loaded.

    Args:
        folder: The bundle's folder; one that stands there is replaced.
        booster_text: The trees as LightGBM writes them.
        calibration: The line from margin to log-odds.
        facts: What else `model.json` tells; must hold `signals`, ids to directions.
    """
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    model = {
        "format": FORMAT,
        "calibration": calibration._asdict(),
        "grades": [grade._asdict() for grade in GRADES],
        **facts,
    }
    (beside / BOOSTER).write_text(booster_text, encoding="utf-8")
    (beside / MODEL).write_text(canonical(model), encoding="utf-8")
    files = {name: file_digest(beside / name) for name in (BOOSTER, MODEL)}
    (beside / MANIFEST).write_text(canonical({"files": files}), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    beside.replace(folder)
    return load(folder)


def load(folder: Path) -> Bundle:
    """Return a bundle, every file verified before any is read.

    Raises:
        BundleError: A file is missing, was added or was changed, or the bundle is of a
            format that this version does not read.
    """
    manifest = verified(folder)
    facts = json.loads((folder / MODEL).read_text(encoding="utf-8"))
    if facts["format"] != FORMAT:
        raise BundleError(
            Text(f"模型包格式为{facts['format']}", f"the format is {facts['format']}"),
            where=str(folder / MODEL),
            expected=Text(f"格式{FORMAT}", f"format {FORMAT}"),
            do=Text(
                "请用对应版本的Kexin加载", "load it with the version that wrote it"
            ),
        )
    return Bundle(
        booster=lgb.Booster(model_str=(folder / BOOSTER).read_text(encoding="utf-8")),
        signals=tuple(entry["id"] for entry in facts["signals"]),
        calibration=Calibration(**facts["calibration"]),
        facts=facts,
        digest=digest(manifest),
    )


def verified(folder: Path) -> dict[str, Any]:
    """Return a bundle's manifest after comparing every file with it.

    Raises:
        BundleError: A file is missing, was added or was changed.
    """
    path = folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    expected: dict[str, str] = manifest.get("files", {MANIFEST: ""})
    found = {p.name: file_digest(p) for p in folder.glob("*") if p.name != MANIFEST}
    wrong = sorted(n for n in {*expected, *found} if expected.get(n) != found.get(n))
    if wrong:
        raise BundleError(
            Text(
                f"模型包文件缺失或被改动：{'、'.join(wrong)}",
                f"missing, added or changed: {', '.join(wrong)}",
            ),
            where=str(folder),
            expected=Text("与清单一致的文件", "the files that the manifest names"),
            do=Text("请重新导出或重新训练", "export the model again, or train again"),
        )
    return manifest


class Served:
    """A bundle behind the interface that MLflow asks of a model."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def get_raw_model(self) -> Bundle:
        """Return the bundle itself; the name is MLflow's convention."""
        return self.bundle

    def predict(self, model_input: pd.DataFrame) -> pd.DataFrame:
        """Return margin, pd, score and grade, one row an observation."""
        keys = pd.RangeIndex(len(model_input)).astype(str)
        named = model_input.assign(firm_key=keys)
        return self.bundle.predict(named).drop(columns="firm_key")


def _load_pyfunc(path: str) -> Served:
    """Return what MLflow serves; its name is MLflow's convention for a loader."""
    return Served(load(Path(path)))
