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
from kexin.modelling.plots import save, suffixes

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

    from mlflow.entities.model_registry import ModelVersion
    from mlflow.models.model import ModelInfo

    from kexin.modelling.bundle import Bundle
    from kexin.modelling.plots import Chart
    from kexin.settings import Settings

CHAMPION = "champion"
"""Alias of the model that scores."""

DIGEST = "model"
"""Tag of a run and of a registered version: the bundle's digest."""

ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What a store answers for a model, and for an alias, that it does not know."""

LOADER = "kexin.modelling.bundle"
"""Module by which MLflow loads a bundle: it verifies digests and runs no code of it."""


class Run(NamedTuple):
    """What one training leaves behind.

    Attributes:
        bundle: Folder of the bundle.
        parameters: How the model was grown.
        metrics: Figures, with the ends of their intervals.
        tags: Digests of what it came from.
        folds: AUC of every fold by competitor, and of every repeat with its interval.
        charts: Pictures by name.
    """

    bundle: Path
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    folds: Mapping[str, Any]
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
    bundle = load(run.bundle)
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
            signature=signature(bundle),
            pip_requirements=["kexin"],
        )
    if mlflow.models.get_model_info(model.model_uri).signature is None:
        raise BundleError(
            Text("MLflow丢弃了模型签名", "MLflow dropped the model's signature"),
            where=started.info.run_id,
            expected=Text("每个信号一列double", "a double for each signal"),
            do=Text("请报告此问题", "report this as a defect"),
        )
    name = settings.mlflow.experiment
    return Logged(started.info.run_id, register(name, model, bundle.digest))


def register(name: str, model: ModelInfo, digest: str) -> int:
    """Make a logged model the newest version of a name and its champion.

    The client is used instead of `log_model(registered_model_name=...)`, which prints.

    Returns:
        The version.
    """
    client = mlflow.MlflowClient()
    if not client.search_registered_models(f"name='{name}'"):
        client.create_registered_model(name)
    made = client.create_model_version(
        name,
        source=model.model_uri,
        run_id=model.run_id,
        tags={DIGEST: digest},
        model_id=model.model_id,
    )
    client.set_registered_model_alias(name, CHAMPION, str(made.version))
    return int(made.version)


def log_charts(charts: Mapping[str, Chart]) -> None:
    """Log pictures as SVG, and as PNG where this machine has the fonts for it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, chart in charts.items():
            for suffix in suffixes(chart):
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
        BundleError: There is no champion yet, its files are not where the store says,
            or they are not those that were registered.
    """
    connect(settings)
    place = f"models:/{settings.mlflow.experiment}@{CHAMPION}"
    version = version_of_champion(settings.mlflow.experiment, place)
    try:
        served = mlflow.pyfunc.load_model(f"models:/{version.name}/{version.version}")
    except (MlflowException, OSError) as error:
        raise BundleError(
            Text(
                f"找不到冠军模型的文件：{error}",
                f"the champion's files cannot be fetched: {error}",
            ),
            where=place,
            expected=Text(
                "登记时所在位置的文件", "the files where they were registered"
            ),
            do=Text(
                "工作区若已移动请移回原处，或重新运行 kexin train",
                "move the workspace back if it was moved, or run kexin train again",
            ),
        ) from error
    bundle: Bundle = served.get_raw_model()
    if bundle.digest != version.tags.get(DIGEST):
        raise BundleError(
            Text("冠军模型与登记的摘要不符", "the champion is not the one registered"),
            where=place,
            expected=Text(
                f"摘要{version.tags.get(DIGEST)}", f"digest {version.tags.get(DIGEST)}"
            ),
            do=Text(
                f"文件的摘要为{bundle.digest}；查明改动后重新运行 kexin train",
                f"the files have {bundle.digest}; find out who changed them, then run "
                "kexin train again",
            ),
        )
    return bundle


def version_of_champion(name: str, place: str) -> ModelVersion:
    """Return the registered version that the alias names.

    Raises:
        BundleError: There is no champion yet, or the store does not answer.
    """
    try:
        return mlflow.MlflowClient().get_model_version_by_alias(name, CHAMPION)
    except MlflowException as error:
        if error.error_code not in ABSENT:
            raise BundleError(
                Text(f"MLflow未能回答：{error}", f"MLflow did not answer: {error}"),
                where=place,
                expected=Text("可用的MLflow存储", "an MLflow store that works"),
                do=Text(
                    "检查kexin.toml中的tracking_uri与mlruns文件夹",
                    "check tracking_uri in kexin.toml and the folder mlruns",
                ),
            ) from error
        raise BundleError(
            Text("还没有冠军模型", "there is no champion yet"),
            where=place,
            expected=Text("一个已登记的模型", "a registered model"),
            do=Text("先运行 kexin train", "run kexin train first"),
        ) from error
