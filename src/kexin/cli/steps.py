"""What a command asks of the layers, with progress; the printing is elsewhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kexin.algebra.engine import connect, reading
from kexin.language import Text
from kexin.settings import FILE, workspace
from kexin.tomlfile import place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kexin.cli.screen import Screen
    from kexin.explain.scores import Scores
    from kexin.identity.ladder import Thresholds
    from kexin.intake.accounts import Account
    from kexin.intake.mapping import Mapping
    from kexin.intake.questions import Question
    from kexin.intake.warehouse import Warehouse
    from kexin.language import Language
    from kexin.modelling.candidate import Trained
    from kexin.panel.files import Panel
    from kexin.report.deliveries import Report
    from kexin.settings import Settings
    from kexin.signals.signal import Signal
    from kexin.whitelist.refresh import Refresh


class Opened(NamedTuple):
    """A workspace with its warehouse."""

    settings: Settings
    warehouse: Warehouse


def opened(folder: Path) -> Opened:
    """Return a workspace and its warehouse, read on an engine of its own."""
    from kexin.intake.warehouse import open_warehouse

    settings = workspace(folder)
    engine = connect(settings.engine)
    return Opened(settings, open_warehouse(settings.warehouse, engine))


def opened_for_panels(folder: Path) -> Opened:
    """Return the same, read on the engine that `kexin.toml` names for panels."""
    from kexin.intake.warehouse import open_warehouse

    settings = workspace(folder)
    engine = reading(settings)
    files = settings.spark_files
    return Opened(settings, open_warehouse(settings.warehouse, engine, files))


def mapping_at(settings: Settings, name: str) -> Path:
    """Return a mapping's file or folder: the path given, or the workspace's."""
    known = (settings.mappings / f"{name}.toml", settings.mappings / name)
    places = (Path(name), *known)
    return next((place for place in places if place.exists()), Path(name))


def take_in(
    screen: Screen, folder: Path, paths: Sequence[Path], mapping: str, received: date
) -> Account:
    """Take deliveries into the warehouse; tables in contract form without a mapping."""
    from kexin.intake.coverage import coverage
    from kexin.intake.deliver import deliver
    from kexin.intake.mapping import read_mapping

    settings = workspace(folder)
    how = read_mapping(mapping_at(settings, mapping)) if mapping else every_table(paths)
    with screen.progress(Text("接收文件", "files taken in")) as advance:
        return deliver(
            paths,
            how,
            settings.warehouse,
            received,
            connect(settings.engine),
            who=thresholds(settings),
            covered=coverage(settings.coverage),
            progress=advance,
        )


def report_on(folder: Path, number: int | None, language: Language) -> Report:
    """Return the report on a delivery, on the last where no number is given."""
    from kexin.report.deliveries import report_on as made

    at = workspace(folder)
    return made(number, at.warehouse, at.reports, connect(at.engine), language)


def report_of(folder: Path, account: Account, language: Language) -> Report:
    """Return the report on the delivery of an account."""
    from kexin.report.deliveries import number_of

    number = number_of(workspace(folder).warehouse, account)
    return report_on(folder, number, language)


def thresholds(settings: Settings) -> Thresholds:
    """Return what counts as certain in a workspace when records find their firms."""
    from kexin.identity.decisions import decisions
    from kexin.identity.ladder import Thresholds

    own = settings.identity
    decided = tuple(decisions(settings.identity_decisions).items())
    return Thresholds(
        decided, own.synthetic, own.national, own.places, agents=own.agents
    )


def rematch(screen: Screen, folder: Path, received: date) -> Account:
    """Try the records that are held without a firm again."""
    from kexin.intake.deliver import rematch as again

    settings = workspace(folder)
    with screen.progress(Text("匹配企业", "records matched")):
        engine = connect(settings.engine)
        return again(settings.warehouse, received, engine, thresholds(settings))


def open_questions(folder: Path) -> list[Question]:
    """Return the names that wait for a person."""
    from kexin.intake.questions import questions

    settings = workspace(folder)
    engine = connect(settings.engine)
    return questions(settings.warehouse, engine, thresholds(settings))


def every_table(paths: Sequence[Path]) -> Mapping:
    """Return the mapping of the tables in contract form that stand at some paths."""
    from kexin.intake.mapping import contract_form
    from kexin.registers.contract import contracts

    below = [[path] if path.is_file() else path.rglob("*.parquet") for path in paths]
    there = {file.stem for files in below for file in files}
    return contract_form(sorted(there & set(contracts())) or list(contracts()))


def retry(screen: Screen, folder: Path, mapping: str, received: date) -> Account:
    """Put the quarantine's rows to a mended mapping."""
    from kexin.intake.deliver import retry as again
    from kexin.intake.mapping import read_mapping

    settings = workspace(folder)
    how = read_mapping(mapping_at(settings, mapping))
    with screen.progress(Text("重试隔离行", "rows tried again")):
        engine = connect(settings.engine)
        return again(how, settings.warehouse, received, engine, thresholds(settings))


def panels(screen: Screen, folder: Path, days: Sequence[date]) -> list[Panel]:
    """Compute the panels of some days, and write them to the workspace."""
    at = opened_for_panels(folder)
    with screen.progress(Text("计算面板", "parts of panels computed")) as advance:
        return panels_on(at, days, advance)


def panels_on(
    at: Opened,
    days: Sequence[date],
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> list[Panel]:
    """Return the panels of some days, computed where the workspace lacks them."""
    from kexin.intake.coverage import coverage
    from kexin.panel.files import Held, write_panels

    held = Held(
        at.warehouse.tables,
        at.warehouse.digest,
        at.warehouse.known_from,
        coverage(at.settings.coverage),
    )
    signals = list(signals_of(at.settings.folder).values())
    return write_panels(signals, days, held, at.settings.panels, progress)


def signals_of(folder: Path) -> dict[str, Signal]:
    """Return every signal of the package and, in a workspace, of its own folder."""
    from kexin.signals.catalogue import catalogue

    is_workspace = (folder / FILE).exists()
    return catalogue(workspace(folder).signals if is_workspace else None)


def dictionary(folder: Path, language: Language) -> Path:
    """Write the data dictionary's page, and its content as JSON; the page's path.

    Coverage and distribution are those of the workspace's panels, where it has any.
    """
    from kexin.dictionary.content import content, filled_in
    from kexin.dictionary.example import examples
    from kexin.dictionary.page import page
    from kexin.digest import canonical

    at = workspace(folder)
    panels = {date.fromisoformat(p.stem): p for p in at.panels.glob("*-*-*.parquet")}
    every = [example for own in examples().values() for example in own]
    entries = content(signals_of(folder).values(), filled_in(panels), every)
    at.dictionary.mkdir(parents=True, exist_ok=True)
    (at.dictionary / "signals.json").write_text(canonical(entries), encoding="utf-8")
    path = at.dictionary / f"signals.{language}.html"
    path.write_text(page(entries, language), encoding="utf-8")
    return path


def train(screen: Screen, folder: Path, as_of: date, known_by: date | None) -> Trained:
    """Train a model on the outcomes of a day's firms, and make it the champion."""
    import pandas as pd

    from kexin.modelling.candidate import Observed
    from kexin.modelling.candidate import train as start
    from kexin.modelling.choice import directions_of
    from kexin.panel.files import digests_of
    from kexin.panel.outcomes import last_known, outcomes

    at = opened(folder)
    chosen = at.settings.model
    directions = directions_of(
        signals_of(folder),
        chosen.families,
        directed_only=chosen.directed_only,
        where=place(folder / FILE, ("model", "families")),
    )
    with screen.progress(Text("交叉验证各折", "folds judged")) as advance:
        (made,) = panels_on(opened_for_panels(folder), [as_of])
        told_by = known_by or last_known(at.warehouse.tables) or as_of
        observed = Observed(
            as_of=as_of,
            panel=pd.read_parquet(made.path),
            outcomes=outcomes(at.warehouse.tables, as_of, told_by),
            directions=directions,
            digests={**digests_of(made.path), "panel": made.digest},
        )
        return start(at.settings, observed, screen.language, progress=advance)


def score(screen: Screen, folder: Path, as_of: date) -> Scores:
    """Score every firm of a day with the champion, and explain every score."""
    from kexin.explain.scores import score as start
    from kexin.modelling.tracking import champion

    at = opened_for_panels(folder)
    with screen.progress(Text("评分", "scoring")):
        bundle = champion(at.settings)
        path = at.settings.scores / f"{as_of}.parquet"
        (panel,) = panels_on(at, [as_of])
        return start(bundle, panel, path)


def refresh(screen: Screen, folder: Path, as_of: date) -> Refresh:
    """Score a day anew, decide on every firm, and publish the edition."""
    import pandas as pd

    from kexin.whitelist.refresh import Places
    from kexin.whitelist.refresh import refresh as start

    scores = score(screen, folder, as_of)
    at = opened(folder)
    return start(
        scores,
        pd.read_parquet(at.settings.panels / f"{as_of}.parquet"),
        signals_of(folder),
        at.warehouse.tables,
        Places(at.settings.policy, at.settings.editions),
    )
