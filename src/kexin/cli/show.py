"""Results of commands as tables for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kexin.algebra.engine import connect
from kexin.errors import WarehouseError
from kexin.language import Text
from kexin.report.limits import LEVELS
from kexin.settings import workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kexin.cli.screen import Screen
    from kexin.explain.scores import Scores
    from kexin.intake.accounts import Account
    from kexin.intake.checking import Checked
    from kexin.intake.questions import Question
    from kexin.modelling.candidate import Trained
    from kexin.panel.files import Panel
    from kexin.report.deliveries import Report
    from kexin.signals.signal import Signal
    from kexin.whitelist.refresh import Refresh

OFFERED = 3
"""Firms that a person is offered for one name."""

DECISIONS = {
    "admitted": Text("准入", "admitted"),
    "refused": Text("拒绝", "refused"),
    "review": Text("待人工复核", "a person must look"),
}

FIRST = 20
"""Rows that a table shows before it says that there are more."""

MOST_UNUSUAL = 5
"""Kinds of findings that are shown on the screen; the report has them all."""

NAMED = 8
"""Tables that are named where the same is found of many."""


def account(screen: Screen, made: Account, report: Report | None = None) -> None:
    """Show what became of a delivery's rows, what checks found, and its report."""
    from kexin.intake.accounts import as_content

    if screen.as_json:
        notes = [note._asdict() for note in made.notes]
        tables = [count._asdict() for count in made.tables]
        told = {"report": report_told(report)} if report else {}
        found = as_content(made)["checks"]
        screen.result({"tables": tables, "notes": notes, "checks": found, **told})
        return
    columns = [
        Text("表", "table"),
        Text("读取", "read"),
        Text("接收", "accepted"),
        Text("已有", "already held"),
        Text("隔离", "quarantined"),
    ]
    title = Text("行数账目：读取 = 接收 + 已有 + 隔离", "Account of rows")
    screen.table(title, columns, made.tables)
    if made.checks:
        checks(screen, made.checks)
    for note in made.notes:
        screen.say(note)
    if report:
        unusual(screen, report)


def report_told(report: Report) -> dict[str, Any]:
    """Return where a report stands and what is unusual, as what JSON can write."""
    return {
        "delivery": report.content["delivery"]["number"],
        "page": str(report.page),
        "data": str(report.data),
        "unusual": report.content["unusual"],
    }


def quality(screen: Screen, report: Report) -> None:
    """Show the report on a delivery: in words, or all of it as JSON."""
    if screen.as_json:
        screen.result({**report.content, "report": report_told(report)})
        return
    told = report.content["delivery"]
    screen.say(
        Text(
            f"第{told['number']}批：映射{told['mapping']}，接收日{told['received']}",
            f"delivery {told['number']}: mapping {told['mapping']}, received "
            f"{told['received']}",
        )
    )
    unusual(screen, report)


def unusual(screen: Screen, report: Report) -> None:
    """Show what is unusual about a delivery, and where its report stands.

    Of each kind the furthest beyond its limit is told, and how many more there are.
    """
    kinds: dict[str, list[dict[str, Any]]] = {}
    for each in report.content["unusual"]:
        kinds.setdefault(each["limit"], []).append(each)
    for found in list(kinds.values())[:MOST_UNUSUAL]:
        one_kind(screen, found)
    left = sum(len(found) for found in list(kinds.values())[MOST_UNUSUAL:])
    if left:
        screen.say(Text(f"另有{left}项，见报告", f"{left} more in the report"))
    if not kinds:
        screen.say(Text("没有异常", "nothing unusual"))
    screen.point(Text("数据质量报告：", "quality report:"), report.page)


def one_kind(screen: Screen, found: Sequence[dict[str, Any]]) -> None:
    """Show the first finding of a kind, and the tables of the others."""
    first, *others = found
    level = LEVELS[first["level"]]
    screen.say(Text(f"{level.zh}：{first['zh']}", f"{level.en}: {first['en']}"))
    if not others:
        return
    tables = list(dict.fromkeys(each["table"] for each in others))
    dots = "…" if len(tables) > NAMED else ""
    zh, en = "、".join(tables[:NAMED]), ", ".join(tables[:NAMED])
    screen.say(
        Text(
            f"  同类另有{len(others)}项：{zh}{dots}",
            f"  and {len(others)} more of this kind: {en}{dots}",
        )
    )


def account_in_short(screen: Screen, made: Account, report: Report) -> None:
    """Show what became of a large delivery's rows in one line, and what is unusual."""
    read, accepted, held, refused = (
        sum(getattr(count, part) for count in made.tables)
        for part in ("read", "accepted", "already_held", "quarantined")
    )
    screen.say(
        Text(
            f"{len(made.tables)}张表：读取{read:,}行 = 接收{accepted:,} + "
            f"已有{held:,}(重复报送) + 隔离{refused:,}(有误，各附原因)",
            f"{len(made.tables)} tables: {read:,} rows read = {accepted:,} accepted + "
            f"{held:,} held already (told twice) + {refused:,} quarantined (wrong, "
            "each with its reason)",
        )
    )
    below = [c for c in made.checks if c.expected is not None and c.share < c.expected]
    held_up = len(made.checks) - len(below)
    screen.say(
        Text(
            f"跨登记一致性：{len(made.checks)}项检查中{held_up}项不低于预期",
            f"checks between registers: {held_up} of {len(made.checks)} hold as often "
            "as expected, or have no expectation",
        )
    )
    if below:
        checks(screen, below)
    for note in made.notes:
        screen.say(note)
    unusual(screen, report)


def checks(screen: Screen, found: Sequence[Checked]) -> None:
    """Show what the checks between registers found."""
    columns = [
        Text("应当成立", "must hold"),
        Text("来源", "source"),
        Text("检查", "examined"),
        Text("不成立", "failed"),
        Text("成立比例", "share"),
        Text("预期", "expected"),
    ]
    lines = [
        (
            check.text.said(screen.language),
            check.src_system,
            check.examined,
            check.failed,
            f"{check.share:.1%}",
            "" if check.expected is None else f"{check.expected:.0%}",
        )
        for check in found
    ]
    screen.table(Text("跨登记一致性", "Checks between registers"), columns, lines)


def quarantine(screen: Screen, folder: Path, export: Path | None) -> None:
    """Show what is in quarantine and why, or write it to a file."""
    from kexin.intake import quarantine as held

    settings = workspace(folder)
    engine = connect(settings.engine)
    found = list(held.failures(settings.warehouse, engine))
    if export is not None:
        rows = held.export(settings.warehouse, engine, export)
        screen.say(Text(f"已写出{rows}行：{export}", f"{rows} lines written: {export}"))
    if screen.as_json:
        keys = ("file", "row", "table", "rule", "column", "found")
        told = [{k: getattr(f, k) for k in keys} for f in found]
        expected = [f.expected._asdict() for f in found]
        both = zip(told, expected, strict=True)
        screen.result({"failures": [{**t, "expected": e} for t, e in both]})
        return
    columns = [
        Text("文件", "file"),
        Text("行", "row"),
        Text("列", "column"),
        Text("内容", "found"),
        Text("应为", "expected"),
    ]
    lines = [
        (f.file, f.row, f.column, f.found, f.expected.said(screen.language))
        for f in found[:FIRST]
    ]
    screen.table(
        Text(f"隔离区：{len(found)}处问题", f"{len(found)} failures"), columns, lines
    )


def questions(screen: Screen, found: list[Question]) -> None:
    """Show the names that wait for a person, and the firms that may be meant."""
    if screen.as_json:
        told = [
            {
                **question._asdict(),
                "first": str(question.first),
                "last": str(question.last),
                "candidates": [each._asdict() for each in question.candidates],
            }
            for question in found
        ]
        screen.result({"questions": told})
        return
    columns = [
        Text("名称", "name"),
        Text("记录", "records"),
        Text("表", "tables"),
        Text("可能的企业", "may mean"),
        Text("相似度", "similarity"),
    ]
    lines = [
        (
            question.name if first else "",
            question.rows if first else None,
            " ".join(question.tables) if first else "",
            f"{option.firm_key} {option.name}",
            f"{option.similarity:.2f}",
        )
        for question in found[:FIRST]
        for first, option in zip(
            [True, *[False] * len(question.candidates)],
            question.candidates[:OFFERED],
            strict=False,
        )
    ]
    title = Text(f"{len(found)}个名称待确认", f"{len(found)} names to decide on")
    screen.table(title, columns, lines)
    if found:
        screen.say(
            Text(
                "请在工作区的 identity.toml 中写明决定(格式见 docs/identity.md)，"
                "再运行 kexin identity --rematch",
                "Write what you decide to identity.toml in the workspace (form: "
                "docs/identity.md), then run kexin identity --rematch",
            )
        )


def signals(screen: Screen, known: Mapping[str, Signal], wanted: str) -> None:
    """Show the catalogue, or one signal."""
    from kexin.signals import words
    from kexin.signals.signal import ABSENCE

    if wanted and wanted not in known:
        raise WarehouseError(
            Text(f"没有信号“{wanted}”", f"there is no signal {wanted!r}"),
            where="signals",
            expected=Text("目录中的标识", "an id of the catalogue"),
            do=Text("运行 kexin signals 查看目录", "run kexin signals for the list"),
        )
    shown = [known[wanted]] if wanted else list(known.values())
    if screen.as_json:
        entries = [
            {
                "id": s.id,
                "register": s.register,
                "unit": s.unit,
                "direction": s.direction,
                "family": s.family,
                **s.name._asdict(),
            }
            for s in shown
        ]
        screen.result({"signals": entries})
        return
    columns = [
        Text("标识", "id"),
        Text("名称", "name"),
        Text("单位", "unit"),
        Text("方向", "direction"),
        Text("信号族", "family"),
    ]
    rows = [
        (
            s.id,
            s.name.said(screen.language),
            words.unit(s.unit).said(screen.language),
            s.direction,
            words.family(s.family).said(screen.language),
        )
        for s in shown
    ]
    screen.table(Text("信号目录", "Signals"), columns, rows)
    if wanted:
        one = known[wanted]
        screen.say(one.reason)
        screen.say(Text(f"缺失：{ABSENCE[one.absent].zh}", ABSENCE[one.absent].en))
        screen.say(Text(f"公式：{one.formula!r}", f"formula: {one.formula!r}"))
        screen.say(Text(f"依据：{one.source}", f"source: {one.source}"))


def written(screen: Screen, path: Path) -> None:
    """Say where a page was written."""
    if screen.as_json:
        screen.result({"page": str(path)})
        return
    screen.say(Text(f"数据字典：{path}", f"data dictionary: {path}"))


def panels(screen: Screen, made: Sequence[Panel], output: Path | None) -> None:
    """Show what panels were computed, and join them into one file if asked to."""
    from kexin.panel.files import join_panels

    if output is not None:
        join_panels(made, output)
    if screen.as_json:
        told = [
            {
                "as_of": str(p.as_of),
                "firms": p.firms,
                "path": str(p.path),
                "digest": p.digest,
                "known_at_reconstructed": p.reconstructed,
            }
            for p in made
        ]
        screen.result({"panels": told})
        return
    columns = [
        Text("观察日", "as of"),
        Text("企业", "firms"),
        Text("文件", "file"),
        Text("摘要", "digest"),
    ]
    rows = [(p.as_of, p.firms, p.path, p.digest[:12]) for p in made]
    screen.table(Text("面板", "Panels"), columns, rows)
    for one in made:
        marked = sum(one.reconstructed.values())
        if marked:
            screen.say(
                Text(
                    f"{one.as_of}：{marked:,}条记录的知悉日为按规则重建",
                    f"{one.as_of}: the day of knowing of {marked:,} records is "
                    "reconstructed",
                )
            )


def trained(screen: Screen, made: Trained) -> None:
    """Show how good a model is, beside its baselines."""
    from kexin.modelling.plots import NAMES

    if screen.as_json:
        screen.result(
            {
                "model": made.bundle.digest,
                "firms": made.firms,
                "metrics": made.metrics,
                "verdict": made.verdict._asdict(),
                "run": made.logged.run_id,
                "version": made.logged.version,
                "left_out": list(made.left_out),
            }
        )
        return
    columns = [Text("", ""), Text("AUC", "AUC"), Text("95%区间", "95 % interval")]
    rows = []
    for name in made.evaluation.auc:
        found = made.evaluation.interval(name)
        span = f"{found.low:.3f} … {found.high:.3f}"
        rows.append((NAMES[name].said(screen.language), f"{found.mean:.3f}", span))
    good, bad = made.firms["good"], made.firms["bad"]
    used = len(made.bundle.signals)
    title = Text(
        f"5折×20次交叉验证：好{good}户、坏{bad}户，{used}个信号",
        f"5 folds x 20: {good} good firms, {bad} bad, {used} signals",
    )
    screen.table(title, columns, rows)
    screen.say(
        Text(
            "AUC为随机一户坏企业的风险排在随机一户好企业之前的概率：0.5等于猜测，1为完美",
            "AUC is how often a firm that went bad ranked above one that did not, by "
            "risk: 0.5 is guessing, 1 is perfect",
        )
    )
    if made.left_out:
        screen.say(
            Text(
                f"{len(made.left_out)}个信号对所有企业均缺失或相同，未进入模型",
                f"{len(made.left_out)} signals are absent, or the same, for every firm "
                "and stayed out of the model",
            )
        )
    screen.say(made.verdict)
    screen.say(
        Text(
            f"模型{made.bundle.digest[:12]}已登记为冠军(第{made.logged.version}版)",
            f"model {made.bundle.digest[:12]} is the champion (version "
            f"{made.logged.version})",
        )
    )


def scored(screen: Screen, made: Scores, known: Mapping[str, Signal]) -> None:
    """Show the scores of a day: by grade for people, each firm for programs."""
    from kexin.explain.scores import score_of
    from kexin.modelling.scale import GRADES

    if screen.as_json:
        firms = [as_content(score_of(made, str(k), known)) for k in made.frame.index]
        told = {"as_of": str(made.as_of), "digests": dict(made.digests)}
        screen.result({**told, "scores": firms})
        return
    counts = made.frame["grade"].value_counts()
    columns = [Text("等级", "grade"), Text("含义", "meaning"), Text("企业", "firms")]
    rows = [
        (g.id, g.label.said(screen.language), int(counts.get(g.id, 0))) for g in GRADES
    ]
    number = len(made.frame)
    title = Text(
        f"{made.as_of}：{number}家企业的等级",
        f"Grades of {number} firms on {made.as_of}",
    )
    screen.table(title, columns, rows)


def as_content(score: Any) -> dict[str, Any]:  # noqa: ANN401  (a Score, imported late)
    """Return a score in the form of `score --json` and `explain --json`."""
    return {
        "firm_key": score.firm_key,
        "score": score.score,
        "pd": score.pd,
        "grade": score.grade,
        "base_points": score.base_points,
        "reasons": [
            {
                "code": reason.code,
                "signal": reason.signal,
                "value": reason.value,
                "points": reason.points,
                "principal": reason.principal,
                **reason.text._asdict(),
            }
            for reason in score.reasons
        ],
    }


def refreshed(screen: Screen, made: Refresh) -> None:
    """Show what a refresh published."""
    edition = made.edition
    if screen.as_json:
        screen.result(
            {
                "edition": edition.folder.name,
                "as_of": edition.manifest["as_of"],
                "digest": edition.digest,
                "counts": dict(made.counts),
                "refusals": dict(made.refusals),
                "doubts": dict(made.doubts),
            }
        )
        return
    decisions(screen, dict(made.counts))
    rules = edition.manifest["policy"]["rules"]
    columns = [
        Text("规则", "rule"),
        Text("内容", "text"),
        Text("拒绝", "refuses"),
        Text("待人工", "in doubt"),
    ]
    rows = [
        (
            name,
            rule[screen.language],
            made.refusals.get(name, 0),
            made.doubts.get(name, 0),
        )
        for name, rule in rules.items()
    ]
    screen.table(Text("规则", "Rules"), columns, rows)
    screen.point(Text("已发布：", "published:"), edition.folder)


def decisions(screen: Screen, counts: dict[str, int]) -> None:
    """Show how many firms were admitted, refused, and left to a person."""
    rows = [(t.said(screen.language), counts.get(n, 0)) for n, t in DECISIONS.items()]
    columns = [Text("决定", "decision"), Text("企业", "firms")]
    screen.table(Text("白名单决定", "Decisions"), columns, rows)


def edition(screen: Screen, folder: Path, name: str, decision: str) -> None:
    """Show an edition."""
    from kexin.whitelist import edition as editions

    found = editions.find(workspace(folder).editions, name)
    rows = [
        row
        for row in editions.decisions(found)
        if not decision or row["decision"] == decision
    ]
    if screen.as_json:
        told = {"as_of": found.manifest["as_of"], "digest": found.digest}
        screen.result({"edition": found.folder.name, **told, "decisions": rows})
        return
    columns = [
        Text("企业", "firm"),
        Text("决定", "decision"),
        Text("评分", "score"),
        Text("等级", "grade"),
        Text("规则", "rules"),
        Text("首要理由", "first reason"),
    ]
    lines = [
        (
            row["firm_key"],
            DECISIONS[row["decision"]].said(screen.language),
            row["score"],
            row["grade"],
            " ".join([*row["refused_by"], *(f"{r}?" for r in row["in_doubt"])]),
            row["reasons"][0][screen.language] if row["reasons"] else "",
        )
        for row in rows[:FIRST]
    ]
    screen.table(Text(found.folder.name, found.folder.name), columns, lines)
    if len(rows) > FIRST:
        left = len(rows) - FIRST
        screen.say(
            Text(f"另有{left}家，用 --json 查看全部", f"{left} more: use --json")
        )


def verified(screen: Screen, folder: Path, name: str) -> None:
    """Recompute an edition's digests, and say that they hold."""
    from kexin.whitelist import edition as editions

    found = editions.find(workspace(folder).editions, name)
    editions.verify(found)
    if screen.as_json:
        screen.result({"edition": found.folder.name, "digest": found.digest})
        return
    screen.say(
        Text(
            f"{found.folder.name} 校验无误，摘要 {found.digest}",
            f"{found.folder.name} is as published, digest {found.digest}",
        )
    )
