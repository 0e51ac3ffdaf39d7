"""A model bundle: a folder of text and JSON that loads without running code.

`booster.txt` is LightGBM's own text, `model.json` all else that a score needs and that
a person asks of it, `manifest.json` the digest of both. Loading verifies every file
before it reads any. The same inputs give the same bytes: no clock, no run, no machine
gets into a bundle.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.special import expit

from kexin.digest import canonical, digest
from kexin.errors import BundleError
from kexin.language import Text
from kexin.modelling.calibrate import Calibration
from kexin.modelling.scale import GRADES, grades_of, score_of

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
            BundleError: `firm_key` is missing, or a signal is missing, is there twice,
                is no float, or is infinite.
        """
        if "firm_key" not in panel:
            raise unfit(Text("缺少“firm_key”列", "no column 'firm_key'"))
        margin = self.margin(panel)
        log_odds = self.calibration.log_odds(margin)
        pd_ = expit(log_odds)
        return pd.DataFrame(
            {
                "firm_key": list(panel["firm_key"]),
                "margin": margin,
                "pd": pd_,
                "score": score_of(log_odds),
                "grade": grades_of(pd_),
            }
        )

    def margin(self, panel: pd.DataFrame) -> NDArray[np.float64]:
        """Return the trees' margin of observations, in log-odds before calibration."""
        values = self.values(panel).to_numpy(np.float64)
        return np.asarray(self.booster.predict(values, raw_score=True), np.float64)

    def values(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Return the signals' columns as the trees expect them.

        Raises:
            BundleError: A signal is missing, is there twice, is no float, or is
                infinite.
        """
        types = panel.dtypes.to_numpy()
        wrong = [
            name
            for name in self.signals
            if list(types[panel.columns == name]) != [np.float64]
        ]
        if wrong:
            names = Text("、".join(wrong), ", ".join(wrong))
            raise unfit(Text(f"缺少浮点列：{names.zh}", f"no float column: {names.en}"))
        values = panel[list(self.signals)]
        endless = [name for name in self.signals if np.isinf(values[name]).any()]
        if endless:
            names = Text("、".join(endless), ", ".join(endless))
            raise unfit(Text(f"信号无穷大：{names.zh}", f"infinite: {names.en}"))
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
    beside, before = (folder.with_name(f"{folder.name}.{x}") for x in ("part", "old"))
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    model = {
        "format": FORMAT,
        "calibration": calibration._asdict(),
        "grades": [grade._asdict() for grade in GRADES],
        **facts,
    }
    files = {BOOSTER: booster_text.encode(), MODEL: canonical(model).encode()}
    manifest = {"files": {name: sha256(held) for name, held in files.items()}}
    files[MANIFEST] = canonical(manifest).encode()
    for name, held in files.items():
        (beside / name).write_bytes(held)
    made = load(beside)
    replace(folder, beside, before)
    return made


def replace(folder: Path, beside: Path, before: Path) -> None:
    """Put a folder in another's place by renaming both.

    A kill between the two renames leaves both whole, one under each name.
    """
    shutil.rmtree(before, ignore_errors=True)
    if folder.exists():
        folder.replace(before)
    beside.replace(folder)
    shutil.rmtree(before, ignore_errors=True)


def load(folder: Path) -> Bundle:
    """Return a bundle, every file verified before any is read.

    Each file is taken from the disk once: what was verified is what is loaded.

    Raises:
        BundleError: A file is missing, was added or was changed, or the bundle is of a
            format that this version does not read.
    """
    files = verified(folder)
    facts = json.loads(files[MODEL])
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
        booster=lgb.Booster(model_str=files[BOOSTER].decode()),
        signals=tuple(entry["id"] for entry in facts["signals"]),
        calibration=Calibration(**facts["calibration"]),
        facts=facts,
        digest=digest(json.loads(files[MANIFEST])),
    )


def verified(folder: Path) -> dict[str, bytes]:
    """Return a bundle's files by name after comparing every one with the manifest.

    Raises:
        BundleError: A file is missing, was added or was changed.
    """
    found = {
        path.name: path.read_bytes() if path.is_file() else b""
        for path in folder.glob("*")
    }
    expected = listed(found.get(MANIFEST, b""))
    names = {BOOSTER, MODEL, *found, *expected} - {MANIFEST}
    wrong = [
        name
        for name in sorted(names)
        if name not in found or expected.get(name) != sha256(found[name])
    ]
    if wrong:
        told = [MANIFEST] if not expected else wrong
        raise BundleError(
            Text(
                f"模型包文件缺失或被改动：{'、'.join(told)}",
                f"missing, added or changed: {', '.join(told)}",
            ),
            where=str(folder),
            expected=Text("与清单一致的文件", "the files that the manifest names"),
            do=Text("请重新导出或重新训练", "export the model again, or train again"),
        )
    return found


def listed(manifest: bytes) -> dict[str, str]:
    """Return the digests that a manifest names; none where it is no manifest."""
    try:
        files = json.loads(manifest)["files"]
    except (ValueError, KeyError, TypeError):
        return {}
    return files if isinstance(files, dict) else {}


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


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
