"""One firm's score on the screen: reasons for and against, and the records behind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.cli.show import as_content
from kexin.cli.steps import opened, signals_of
from kexin.explain.scores import firm_named, read_scores, score_of
from kexin.language import Text
from kexin.modelling.scale import HIGHEST, LOWEST
from kexin.panel.evidence import evidence
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir

    from kexin.cli.screen import Screen
    from kexin.cli.steps import Opened
    from kexin.explain.scores import Score, Scores
    from kexin.signals.signal import Signal

LARGEST = 10
SHOWN = ("event_date", "direction", "invoice_status", "counterparty_code")


class Behind(NamedTuple):
    """The records behind one reason.

    Attributes:
        table: Their table.
        rows: How many they are.
        total: Sum of the table's amount over them.
        largest: The ten largest by amount.
    """

    table: str
    rows: int
    total: str
    largest: list[dict[str, Any]]


def explain(screen: Screen, folder: Path, firm: str, as_of: date | None) -> None:
    """Show why a firm scored as it did; on the last scored day if none is given."""
    at = opened(folder)
    day = as_of or last_scored(at)
    scores = read_scores(at.settings.scores / f"{day}.parquet", day)
    known = signals_of(folder)
    score = score_of(scores, firm_named(firm, scores), known)
    told = [reason for reason in score.reasons if reason.principal]
    records = {r.signal: records_behind(known[r.signal], score, day, at) for r in told}
    if screen.as_json:
        screen.result(content(score, scores, records))
        return
    headline(screen, score, day)
    reasons(screen, score, records)


def last_scored(at: Opened) -> date:
    """Return the last day that was scored; the first of all days where none was."""
    days = sorted(path.stem for path in at.settings.scores.glob("*.parquet"))
    return date.fromisoformat(days[-1]) if days else date.min


def records_behind(signal: Signal, score: Score, day: date, at: Opened) -> list[Behind]:
    """Return the records behind a signal's value, a table each."""
    found = evidence(signal, [score.firm_key], day, at.warehouse.tables)
    return [summed(name, table) for name, table in found.items()]


def summed(name: str, table: ir.Table) -> Behind:
    """Return count, sum and the largest of some records; of other firms, the count."""
    measure = contracts()[name].measure if name in contracts() else None
    if measure is None:
        return Behind(name, int(table.count().execute()), "", [])
    totals = table.aggregate(n=table.count(), total=table[measure].sum())
    row = totals.to_pyarrow().to_pylist()[0]
    order = [table[measure].abs().desc(), table.row_id]
    first = table.order_by(order).limit(LARGEST)
    columns = [*(c for c in SHOWN if c in table.columns), measure, "row_id"]
    largest = first.select(*columns).to_pyarrow().to_pylist()
    plain = [
        {k: str(v) if v is not None else None for k, v in r.items()} for r in largest
    ]
    return Behind(name, row["n"], str(row["total"] or 0), plain)


def content(
    score: Score, scores: Scores, records: dict[str, list[Behind]]
) -> dict[str, Any]:
    """Return the explanation as JSON."""
    told = as_content(score)
    for reason in told["reasons"]:
        found = records.get(reason["signal"], [])
        reason["evidence"] = [behind._asdict() for behind in found]
    return {**told, "as_of": str(scores.as_of), "digests": dict(scores.digests)}


def headline(screen: Screen, score: Score, day: date) -> None:
    """Print score, PD and grade, and how the score is made up."""
    added = sum(reason.points for reason in score.reasons)
    whole = score.base_points + added
    limited = Text("", "")
    if not LOWEST <= whole <= HIGHEST:
        limited = Text(
            f"，评分限于{LOWEST}–{HIGHEST}",
            f", limited to {LOWEST}-{HIGHEST}",
        )
    screen.say(
        Text(
            f"{score.firm_key}  {day}  评分{score.score}  "
            f"违约概率{score.pd:.1%}  等级{score.grade}\n"
            f"基础分{score.base_points:.1f} + 理由合计{added:+.1f} "
            f"= {whole:.1f}{limited.zh}",
            f"{score.firm_key}  {day}  score {score.score}  PD {score.pd:.1%}  "
            f"grade {score.grade}\nbase {score.base_points:.1f} + reasons "
            f"{added:+.1f} = {whole:.1f}{limited.en}",
        )
    )


def reasons(screen: Screen, score: Score, records: dict[str, list[Behind]]) -> None:
    """Print the principal reasons with their records, and what the others add."""
    sides = (
        (Text("不利因素", "Against"), [r for r in score.reasons if r.points < 0]),
        (Text("有利因素", "For"), [r for r in score.reasons if r.points > 0]),
    )
    columns = [
        Text("分", "points"),
        Text("理由", "reason"),
        Text("记录", "records"),
        Text("金额合计", "sum"),
    ]
    for title, own in sides:
        rows = [
            (
                f"{r.points:+.1f}",
                r.text.said(screen.language),
                sum(b.rows for b in records[r.signal]),
                "; ".join(b.total for b in records[r.signal]),
            )
            for r in own
            if r.principal
        ]
        others = sum(r.points for r in own if not r.principal)
        rest = Text("其余信号合计", "all other signals").said(screen.language)
        screen.table(title, columns, [*rows, (f"{others:+.1f}", rest, None, None)])
    for signal, found in records.items():
        for behind in found:
            largest(screen, signal, behind)


def largest(screen: Screen, signal: str, behind: Behind) -> None:
    """Print the largest records behind one reason."""
    if not behind.largest:
        return
    columns = [Text(name, name) for name in behind.largest[0]]
    title = Text(
        f"{signal}：{behind.table} {behind.rows}条，最大的{len(behind.largest)}条",
        f"{signal}: {behind.rows} records of {behind.table}, the "
        f"{len(behind.largest)} largest",
    )
    screen.table(title, columns, [list(row.values()) for row in behind.largest])
