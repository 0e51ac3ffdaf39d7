"""From a panel and its outcomes to the champion: one training, start to end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

from kexin.modelling import bundle as bundles
from kexin.modelling.baseline import sales_column
from kexin.modelling.evaluate import evaluate, metrics, verdict
from kexin.modelling.plots import charts
from kexin.modelling.tracking import Logged, Run, log
from kexin.modelling.train import Parameters, grow, sample, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import pandas as pd

    from kexin.language import Language, Text
    from kexin.modelling.bundle import Bundle
    from kexin.modelling.evaluate import Evaluation
    from kexin.settings import Settings

    Progress = Callable[[int, int], None]


class Observed(NamedTuple):
    """What a model is trained on.

    Attributes:
        as_of: Day of the panel.
        panel: Observations x signals.
        outcomes: What became of each firm.
        directions: Direction of risk of each signal.
        digests: Digests of warehouse, catalogue and panel.
    """

    as_of: date
    panel: pd.DataFrame
    outcomes: pd.DataFrame
    directions: Mapping[str, int]
    digests: Mapping[str, str]


class Trained(NamedTuple):
    """What a training gave.

    Attributes:
        bundle: The model.
        evaluation: How it did on firms that it had not seen.
        metrics: The figures.
        verdict: In words, whether it is better than the single column.
        firms: Good and bad firms that it was trained on.
        left_out: Signals that no firm of the sample has.
        logged: Where it stands in MLflow.
    """

    bundle: Bundle
    evaluation: Evaluation
    metrics: Mapping[str, float]
    verdict: Text
    firms: Mapping[str, int]
    left_out: tuple[str, ...]
    logged: Logged


def train(
    settings: Settings,
    observed: Observed,
    language: Language,
    parameters: Parameters = Parameters(),  # noqa: B008  (a frozen value)
    progress: Progress = lambda _done, _of: None,
) -> Trained:
    """Judge a model in folds, grow it on all firms, and make it the champion.

    Raises:
        TrainingError: The observations are too few, or tell nothing.
    """
    known = sample(observed.panel, observed.outcomes, observed.directions)
    directions = {str(name): observed.directions[str(name)] for name in known.values}
    single = sales_column(known.values)
    evaluation = evaluate(known, directions, parameters, progress, single=single)
    booster = grow(known.values, known.bad, directions, parameters)
    firms = {"good": int((~known.bad).sum()), "bad": int(known.bad.sum())}
    figures = metrics(evaluation)
    made = bundles.write(
        settings.models / f"{observed.as_of}",
        text_of(booster),
        evaluation.calibration,
        {
            "as_of": str(observed.as_of),
            "signals": [
                {"id": name, "direction": way} for name, way in directions.items()
            ],
            "firms": firms,
            "parameters": asdict(parameters),
            "metrics": figures,
            "digests": dict(observed.digests),
        },
    )
    run = Run(
        bundle=settings.models / f"{observed.as_of}",
        parameters=asdict(parameters),
        metrics=figures,
        tags={**observed.digests, "model": made.digest, "as_of": str(observed.as_of)},
        folds={
            "folds": {name: list(values) for name, values in evaluation.auc.items()},
            "repeats": [found._asdict() for found in evaluation.pooled()],
        },
        charts=charts(evaluation, booster, language),
    )
    return Trained(
        made,
        evaluation,
        figures,
        verdict(evaluation),
        firms,
        known.left_out,
        log(settings, run),
    )
