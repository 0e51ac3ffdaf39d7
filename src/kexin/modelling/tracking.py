"""The only door to MLflow: what is logged, registered and loaded goes through here."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.digest import canonical
from kexin.errors import BundleError
from kexin.language import Text
from kexin.modelling.bundle import load
from kexin.modelling.plots import save

# MLflow reads these when it is imported. Nothing may be sent from a bank's network, and
# no model may be a pickle.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"
os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
os.environ["MLFLOW_LOGGING_LEVEL"] = "ERROR"

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kexin.modelling.bundle import Bundle
    from kexin.modelling.plots import Chart
    from kexin.settings import Settings

CHAMPION = "champion"
"""Alias of the model that scores."""

LOADER = "kexin.modelling.bundle"
"""Module by which MLflow loads a bundle: it verifies digests and runs no code of it."""


class Run(NamedTuple):
    """What one training leaves behind.

    Attributes:
        bundle: Folder of the bundle.
        parameters: How the model was grown.
        metrics: Figures, with the ends of their intervals.
        tags: Digests of what it came from.
        folds: AUC of every fold by competitor.
        charts: Pictures by name.
    """

    bundle: Path
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    folds: Mapping[str, list[float]]
    charts: Mapping[str, Chart]


class Logged(NamedTuple):
    """Where a training stands in MLflow."""

    run_id: str
    version: int


def connect(settings: Settings) -> None:
    """Point MLflow at the workspace's store: a server, or SQLite below `mlruns/`."""
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    # A signature out of declared columns needs no example rows of firms in the store.
    warnings.filterwarnings("ignore", message=".*An input example was not provided")
    uri = settings.mlflow.tracking_uri
    root = settings.mlruns.resolve()
    mlflow.set_tracking_uri(uri or f"sqlite:///{root / 'mlflow.db'}")
    name = settings.mlflow.experiment
    if mlflow.get_experiment_by_name(name) is None:
        place = None if uri else (root / "artifacts").as_uri()
        mlflow.create_experiment(name, artifact_location=place)
    mlflow.set_experiment(name)


def log(settings: Settings, run: Run) -> Logged:
    """Log a training, register its bundle, and make it the champion.

    Raises:
        BundleError: MLflow stored the model without its signature.
    """
    connect(settings)
    name = settings.mlflow.experiment
    with mlflow.start_run() as started:
        mlflow.log_params(dict(run.parameters))
        mlflow.log_metrics(dict(run.metrics))
        mlflow.set_tags(dict(run.tags))
        mlflow.log_text(canonical(run.folds), "folds.json")
        log_charts(run.charts)
        model = mlflow.pyfunc.log_model(
            name="bundle",
            loader_module=LOADER,
            data_path=str(run.bundle),
            signature=signature(load(run.bundle)),
            registered_model_name=name,
            pip_requirements=["kexin"],
        )
    if model.signature is None:
        raise BundleError(
            Text("MLflow丢弃了模型签名", "MLflow dropped the model's signature"),
            where=started.info.run_id,
            expected=Text("每个信号一列double", "a double for each signal"),
            do=Text("请报告此问题", "report this as a defect"),
        )
    version = int(model.registered_model_version)
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(name, CHAMPION, str(version))
    return Logged(started.info.run_id, version)


def log_charts(charts: Mapping[str, Chart]) -> None:
    """Log pictures as SVG and PNG."""
    with tempfile.TemporaryDirectory() as folder:
        for name, chart in charts.items():
            for suffix in ("svg", "png"):
                save(chart, Path(folder) / f"{name}.{suffix}")
        mlflow.log_artifacts(folder, "plots")


def signature(bundle: Bundle) -> ModelSignature:
    """Return what goes into a model and what comes out: doubles by signal."""
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec("double", name) for name in bundle.signals
    ]
    outputs: list[ColSpec | TensorSpec] = [
        ColSpec("double", "margin"),
        ColSpec("double", "pd"),
        ColSpec("long", "score"),
        ColSpec("string", "grade"),
    ]
    return ModelSignature(Schema(inputs), Schema(outputs))


def champion(settings: Settings) -> Bundle:
    """Return the champion's bundle, fetched by MLflow and verified.

    Raises:
        BundleError: There is no champion yet, or its files were changed.
    """
    connect(settings)
    name = settings.mlflow.experiment
    try:
        served = mlflow.pyfunc.load_model(f"models:/{name}@{CHAMPION}")
    except MlflowException as error:
        raise BundleError(
            Text("还没有冠军模型", "there is no champion yet"),
            where=f"models:/{name}@{CHAMPION}",
            expected=Text("一个已登记的模型", "a registered model"),
            do=Text("先运行 kexin train", "run kexin train first"),
        ) from error
    bundle: Bundle = served.get_raw_model()
    return bundle
