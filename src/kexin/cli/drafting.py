"""`kexin intake --draft-mapping`: files as a mapping that a person mends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.algebra.engine import connect
from kexin.cli.steps import thresholds
from kexin.intake.draft import draft
from kexin.intake.drafted import as_toml, reasons
from kexin.intake.trial import tried
from kexin.language import Text
from kexin.settings import FILE, Engine, workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from kexin.cli.screen import Screen
    from kexin.intake.draft import Drafted, Line
    from kexin.intake.trial import Trial

SURE = Text("确定", "sure")
UNSURE = Text("不确定", "unsure")
OPEN = Text("须补全", "must be completed")


def draft_mapping(
    screen: Screen,
    folder: Path,
    paths: Sequence[Path],
    table: str,
    output: Path | None,
    received: date,
) -> None:
    """Draft a mapping, try it without keeping anything, and show both."""
    with screen.progress(Text("分析文件", "files looked at")):
        drafts = draft(paths, table)
        toml = as_toml(drafts, screen.language)
        trial = try_out(folder, toml, paths, received)
    if output:
        output.write_text(toml, encoding="utf-8")
    if screen.as_json:
        screen.result(as_object(drafts, toml, trial))
        return
    if not output:
        screen.out.out(toml, end="", highlight=False)
        screen.out = screen.err
    show(screen, drafts, trial)
    if output:
        screen.say(Text(f"草稿已写出：{output}", f"the draft is in {output}"))


def try_out(folder: Path, toml: str, paths: Sequence[Path], received: date) -> Trial:
    """Try a draft as the workspace would take it in; without one, by the defaults."""
    if not (folder / FILE).exists():
        return tried(toml, paths, received, connect(Engine()))
    settings = workspace(folder)
    engine = connect(settings.engine)
    return tried(toml, paths, received, engine, thresholds(settings))


def show(screen: Screen, drafts: Sequence[Drafted], trial: Trial) -> None:
    """Show what was guessed, and what the draft would do."""
    for each in drafts:
        show_source(screen, each)
    if trial.mistake:
        said = trial.mistake.said(screen.language)
        screen.say(
            Text(f"草稿还不能使用：\n{said}", f"The draft cannot be used yet:\n{said}")
        )
        return
    show_trial(screen, trial)


def show_source(screen: Screen, each: Drafted) -> None:
    """Show one source: its table, and what fills each column."""
    for match in each.matches:
        screen.say(reasons(match))
    columns = [
        Text("列", "column"),
        Text("名称", "name"),
        Text("取自", "filled by"),
        Text("把握", "how sure"),
        Text("说明", "why"),
    ]
    lines = [*each.said.values(), *each.lines]
    rows = [(*row(each, line, screen),) for line in lines]
    title = f"{', '.join(each.files)} → {each.table.id} {each.table.zh}"
    screen.table(Text(title, title), columns, rows)
    listed = "、".join(each.ignored), ", ".join(each.ignored)
    if each.ignored:
        screen.say(Text(f"未采用的列：{listed[0]}", f"columns left out: {listed[1]}"))
    missing = "、".join(each.not_delivered), ", ".join(each.not_delivered)
    if each.not_delivered:
        screen.say(
            Text(f"未交付的必填列：{missing[0]}", f"not delivered: {missing[1]}")
        )


def row(each: Drafted, line: Line, screen: Screen) -> tuple[str, ...]:
    """Return one column of a source as a row of the table."""
    field = each.table.fields().get(line.column)
    how = SURE if line.sure else UNSURE if line.complete else OPEN
    why = [*line.doubts, *line.remarks]
    return (
        line.column,
        field.zh if field else "",
        " + ".join(line.headings) or str(line.keys.get("constant", "")),
        how.said(screen.language),
        "\n".join(each_why.said(screen.language) for each_why in why),
    )


def show_trial(screen: Screen, trial: Trial) -> None:
    """Show how many rows would be accepted, and why others would not."""
    screen.say(
        Text(
            "草稿可直接使用。试运行(未写入任何数据)：",
            "The draft can be used as it stands. A dry run, nothing was written:",
        )
    )
    columns = [
        Text("表", "table"),
        Text("读取", "read"),
        Text("可接收", "accepted"),
        Text("重复", "held already"),
        Text("将隔离", "quarantined"),
    ]
    screen.table(Text("行数", "Rows"), columns, trial.tables)
    if trial.refused:
        columns = [
            Text("表", "table"),
            Text("列", "column"),
            Text("检查", "check"),
            Text("行", "rows"),
            Text("应为", "expected"),
        ]
        rows = [(*r[:4], r.expected.said(screen.language)) for r in trial.refused]
        screen.table(Text("隔离原因", "Why rows are refused"), columns, rows)


def as_object(drafts: Sequence[Drafted], toml: str, trial: Trial) -> dict[str, object]:
    """Return draft and dry run as one JSON object."""
    mistake = trial.mistake
    return {
        "draft": toml,
        "acceptable": trial.acceptable,
        "mistake": {"zh": mistake.said("zh"), "en": mistake.said("en")}
        if mistake
        else None,
        "sources": [source_object(each) for each in drafts],
        "dry_run": {
            "tables": [count._asdict() for count in trial.tables],
            "refused": [
                {**each._asdict(), "expected": each.expected._asdict()}
                for each in trial.refused
            ],
        },
    }


def source_object(each: Drafted) -> dict[str, object]:
    """Return one source of a draft as an object."""
    look = each.look
    return {
        "files": list(each.files),
        "encoding": look.encoding,
        "delimiter": look.delimiter,
        "sheet": look.sheet,
        "heading_row": look.heading_row,
        "table": each.table.id,
        "sure": each.sure,
        "tables": [
            {
                "table": match.table,
                "worth": round(match.worth, 3),
                "covered": round(match.covered, 3),
                "explained": round(match.explained, 3),
                "named": round(match.named, 3),
            }
            for match in each.matches
        ],
        "said": [line_object(line) for line in each.said.values()],
        "columns": [line_object(line) for line in each.lines],
        "not_delivered": list(each.not_delivered),
        "ignored": list(each.ignored),
        "delivered": [
            {
                "heading": seen.heading,
                "fill": round(seen.fill, 3),
                "kinds": {kind: round(share, 3) for kind, share in seen.kinds.items()},
                "samples": seen.samples,
                "personal": seen.personal,
            }
            for seen in look.columns
        ],
    }


def line_object(line: Line) -> dict[str, object]:
    """Return one column of a draft as an object."""
    keys = {
        name: told if isinstance(told, str | dict | list) else str(told)
        for name, told in line.keys.items()
    }
    return {
        "column": line.column,
        "keys": keys,
        "sure": line.sure,
        "complete": line.complete,
        "doubts": [doubt._asdict() for doubt in line.doubts],
        "remarks": [remark._asdict() for remark in line.remarks],
        "others": list(line.others),
    }
