"""MLflow: one training logged, registered and fetched again, without a network."""

from __future__ import annotations

import json
import shutil
import socket
import warnings
from datetime import date
from typing import TYPE_CHECKING

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from kexin import settings as workspaces
from kexin.errors import BundleError
from kexin.modelling.candidate import Observed, Trained, train
from kexin.modelling.tracking import champion
from unit.modelling.grown import OBSERVED, QUICK, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kexin.settings import Settings

DIGESTS = {"warehouse": "a" * 64, "catalogue": "b" * 64, "panel": "c" * 64}
SEEN = Observed(date(2025, 6, 30), *OBSERVED, WAYS, DIGESTS)


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Refuse every connection, and let MLflow's own warnings pass."""

    def refused(_: object, address: object) -> None:
        raise AssertionError(address)

    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        patched.setattr(socket.socket, "connect", refused)
        warnings.filterwarnings("ignore", module="mlflow.*")
        warnings.filterwarnings("ignore", category=ResourceWarning)
        yield


def workspace(folder: Path) -> Settings:
    folder.mkdir()
    return workspaces.init(folder)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Trained]:
    place = workspace(tmp_path_factory.mktemp("tracking") / "w")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return place, train(place, SEEN, "zh", QUICK)


def artifacts(place: Settings, pattern: str) -> list[Path]:
    return sorted((place.mlruns / "artifacts").rglob(pattern))


def test_the_champion_is_the_bundle_that_was_trained(
    done: tuple[Settings, Trained],
) -> None:
    place, trained = done
    fetched = champion(place)
    assert fetched.digest == trained.bundle.digest
    panel = OBSERVED[0]
    assert fetched.predict(panel).equals(trained.bundle.predict(panel))


def test_a_run_holds_figures_folds_digests_and_pictures(
    done: tuple[Settings, Trained],
) -> None:
    place, trained = done
    run = mlflow.MlflowClient(f"sqlite:///{place.mlruns / 'mlflow.db'}").get_run(
        trained.logged.run_id
    )
    assert run.data.metrics == pytest.approx(dict(trained.metrics))
    assert {"auc_model_low", "auc_model_high"} < set(run.data.metrics)
    assert DIGESTS.items() <= run.data.tags.items()
    assert run.data.tags["model"] == trained.bundle.digest
    assert run.data.params["num_leaves"] == str(QUICK.num_leaves)
    (folds,) = artifacts(place, "folds.json")
    told = json.loads(folds.read_text())
    assert {len(values) for values in told["folds"].values()} == {100}
    assert len(told["repeats"]) == 20
    assert len(artifacts(place, "*.svg")) == 4


def test_the_store_holds_a_signature_of_doubles_and_no_pickle(
    done: tuple[Settings, Trained],
) -> None:
    place, _ = done
    mlflow.set_tracking_uri(f"sqlite:///{place.mlruns / 'mlflow.db'}")
    signature = mlflow.models.get_model_info("models:/kexin@champion").signature
    assert [(c.name, c.type.name) for c in signature.inputs] == [
        (n, "double") for n in WAYS
    ]
    assert not artifacts(place, "*.pkl")
    own = [
        *artifacts(place, "data/*/*"),
        *artifacts(place, "*.svg"),
        *artifacts(place, "folds.json"),
    ]
    assert len(own) == 3 + 4 + 1
    assert not [p for p in own if str(place.folder) in p.read_text()]


def test_what_mlflow_serves_refuses_a_panel_without_a_signal(
    done: tuple[Settings, Trained],
) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{done[0].mlruns / 'mlflow.db'}")
    served = mlflow.pyfunc.load_model("models:/kexin@champion")
    values = OBSERVED[0][list(WAYS)]
    assert len(served.predict(values)) == len(values)
    with pytest.raises(MlflowException, match=r"a\.rises"):
        served.predict(values.drop(columns="a.rises"))


def test_training_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    train(workspace(tmp_path / "w"), SEEN, "zh", QUICK)
    assert capfd.readouterr() == ("", "")


def test_without_a_champion_one_is_told_to_train(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    with pytest.raises(BundleError, match=r"no champion yet(?s:.*)kexin train"):
        champion(place)
    mlflow.MlflowClient().create_registered_model("kexin")
    with pytest.raises(BundleError, match="no champion yet"):
        champion(place)


@pytest.fixture
def copied(done: tuple[Settings, Trained]) -> Iterator[Settings]:
    """Return the workspace, and put its artifacts back afterwards."""
    place = done[0]
    kept = place.mlruns / "kept"
    shutil.copytree(place.mlruns / "artifacts", kept)
    yield place
    shutil.rmtree(place.mlruns / "artifacts", ignore_errors=True)
    kept.replace(place.mlruns / "artifacts")


def test_a_champion_whose_files_were_changed_does_not_score(copied: Settings) -> None:
    (booster,) = artifacts(copied, "booster.txt")
    booster.write_text(booster.read_text() + " ")
    with pytest.raises(BundleError, match=r"booster\.txt"):
        champion(copied)


def test_a_champion_that_was_swapped_for_another_bundle_does_not_score(
    copied: Settings, tmp_path: Path
) -> None:
    other = train(
        workspace(tmp_path / "other"),
        SEEN._replace(as_of=date(2025, 3, 31)),
        "en",
        QUICK,
    )
    (booster,) = artifacts(copied, "booster.txt")
    shutil.rmtree(booster.parent)
    shutil.copytree(tmp_path / "other" / "models" / "2025-03-31", booster.parent)
    with pytest.raises(BundleError, match=other.bundle.digest):
        champion(copied)


def test_a_champion_whose_files_are_gone_is_not_taken_for_none(
    copied: Settings,
) -> None:
    shutil.rmtree(copied.mlruns / "artifacts")
    with pytest.raises(BundleError, match="cannot be fetched"):
        champion(copied)
