"""Each command: read arguments, call a layer, print."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from kexin.cli.options import HERE, AsOf, Json, Lang, Workspace, default_language
from kexin.cli.screen import Screen
from kexin.language import Text

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kexin (科信) scores technology firms for credit and keeps the whitelist.",
)
whitelist = typer.Typer(
    no_args_is_help=True, help="Editions of the whitelist. 企业白名单。"
)
app.add_typer(whitelist, name="whitelist")

LANGUAGE = default_language()

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command()
def init(folder: Path, lang: Lang = LANGUAGE) -> None:
    """Make a workspace in a folder. 新建工作区。"""
    from kexin import settings

    made = settings.init(folder)
    Screen(lang).say(Text(f"工作区已就绪：{made.folder}", f"workspace: {made.folder}"))


@app.command()
def simulate(
    folder: Path,
    firms: Annotated[int, typer.Option(min=100, help="Number of firms. 企业数。")] = (
        2_000
    ),
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same city. 种子。")] = 1,
    form: Annotated[
        str, typer.Option(help="contract: tables in that form. 契约格式。")
    ] = "",
    variant: Annotated[
        str, typer.Option(help="usual, recession, tariff, ... 情景。")
    ] = "usual",
    invoices: Annotated[
        list[int] | None,
        typer.Option(help="Years of single invoices, each once. 逐张发票的年份。"),
    ] = None,
    tables: Annotated[
        str, typer.Option(help="Only these: a,b,..., or monthly. 只要这些表。")
    ] = "",
    threads: Annotated[int, typer.Option(min=1, help="Processes. 进程数。")] = 2,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Write a synthetic city's deliveries and its truth. 生成仿真城市的数据。"""
    from kexin.cli import city

    if form not in {"", "contract"}:
        raise typer.BadParameter("--form contract, or no --form. 只可为contract。")
    asked = city.Asked(
        firms,
        seed,
        variant,
        form == "contract",
        tuple(sorted(invoices or ())),
        city.tables_named(tables),
    )
    city.simulate(Screen(lang, as_json=as_json), folder, asked, threads)


@app.command()
def intake(
    paths: list[Path],
    mapping: Annotated[
        str, typer.Option(help="A mapping file, or the name of one. 映射文件。")
    ] = "",
    form: Annotated[
        str,
        typer.Option(help="contract: already in that form. 已是契约格式。"),
    ] = "",
    draft_mapping: Annotated[
        bool,
        typer.Option(
            "--draft-mapping", help="Propose a mapping, keep nothing. 起草映射。"
        ),
    ] = False,
    table: Annotated[
        str, typer.Option(help="With --draft-mapping: the table. 指定表。")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="With --draft-mapping: file. 草稿文件。")
    ] = None,
    received: Day = None,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Take deliveries into the warehouse, or draft a mapping. 接收交付数据。"""
    from kexin.cli import show, steps

    screen = Screen(lang, as_json=as_json)
    if draft_mapping:
        from kexin.cli import drafting

        drafting.draft_mapping(
            screen, workspace, paths, table, output, day_of(received)
        )
        return
    if (mapping == "") == (form == "") or form not in {"", "contract"}:
        raise typer.BadParameter(
            "give --mapping FILE, --form contract, or --draft-mapping. "
            "请给出 --mapping、--form contract 或 --draft-mapping。"
        )
    account = steps.take_in(screen, workspace, paths, mapping, day_of(received))
    show.account(screen, account, steps.report_of(workspace, account, lang))


@app.command()
def quality(
    delivery: Annotated[
        int | None, typer.Argument(help="Its number; the last if none. 批次号。")
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Make the report on a delivery, and say what is unusual. 数据质量报告。"""
    from kexin.cli import show, steps

    report = steps.report_on(workspace, delivery, lang)
    show.quality(Screen(lang, as_json=as_json), report)


@app.command()
def quarantine(
    *,
    retry: Annotated[
        str, typer.Option(help="Try again with this mapping. 用此映射重试。")
    ] = "",
    export: Annotated[
        Path | None, typer.Option(help="Write all rows as CSV. 导出为CSV。")
    ] = None,
    received: Day = None,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """List, export or retry what was refused. 查看、导出或重试被隔离的行。"""
    from kexin.cli import show, steps

    screen = Screen(lang, as_json=as_json)
    if retry:
        account = steps.retry(screen, workspace, retry, day_of(received))
        show.account(screen, account)
        return
    show.quarantine(screen, workspace, export)


@app.command()
def identity(
    *,
    rematch: Annotated[
        bool, typer.Option("--rematch", help="Apply identity.toml. 按决定重新匹配。")
    ] = False,
    received: Day = None,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """List names that wait for a person's decision. 待人工确认的企业名称。"""
    from kexin.cli import show, steps

    screen = Screen(lang, as_json=as_json)
    if rematch:
        show.account(screen, steps.rematch(screen, workspace, day_of(received)))
        return
    show.questions(screen, steps.open_questions(workspace))


@app.command()
def signals(
    signal: Annotated[str, typer.Argument(help="Id of one signal. 信号标识。")] = "",
    *,
    page: Annotated[
        bool, typer.Option("--page", help="Write the data dictionary. 生成数据字典页。")
    ] = False,
    lang: Lang = LANGUAGE,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """List the catalogue of signals, show one, or write them as a page. 信号目录。"""
    from kexin.cli import show, steps

    screen = Screen(lang, as_json=as_json)
    if page:
        show.written(screen, steps.dictionary(workspace, lang))
        return
    show.signals(screen, steps.signals_of(workspace), signal)


@app.command()
def panel(
    *,
    as_of: Day = None,
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])
    ] = None,
    to: Day = None,
    every: Annotated[int, typer.Option(help="Months between days. 间隔月数。")] = 1,
    output: Annotated[
        Path | None, typer.Option(help="Parquet file. 输出文件。")
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Compute the signals of every firm on one or more days. 计算信号面板。"""
    from kexin.cli import show, steps

    days = days_asked(as_of, from_, to, every)
    screen = Screen(lang, as_json=as_json)
    show.panels(screen, steps.panels(screen, workspace, days), output)


@app.command()
def train(
    as_of: AsOf,
    known_by: Day = None,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Train, judge and register a model. 训练、评估并登记模型。"""
    from kexin.cli import show, steps

    screen = Screen(lang, as_json=as_json)
    known = known_by.date() if known_by else None
    show.trained(screen, steps.train(screen, workspace, as_of.date(), known))


@app.command()
def score(
    as_of: AsOf,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Score every firm with the champion. 用冠军模型为全部企业评分。"""
    from kexin.cli import show, steps

    screen = Screen(lang, as_json=as_json)
    made = steps.score(screen, workspace, as_of.date())
    show.scored(screen, made, steps.signals_of(workspace))


@app.command()
def explain(
    firm: Annotated[str, typer.Argument(help="firm_key, or its local id. 企业代码。")],
    as_of: Day = None,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Show why a firm scored as it did, and the records behind it. 解释评分。"""
    from kexin.cli import explained

    screen = Screen(lang, as_json=as_json)
    day = as_of.date() if as_of else None
    explained.explain(screen, workspace, firm, day)


@whitelist.command("refresh")
def whitelist_refresh(
    as_of: AsOf,
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Decide on every firm and publish an edition. 更新白名单并发布新版。"""
    from kexin.cli import show, steps

    screen = Screen(lang, as_json=as_json)
    show.refreshed(screen, steps.refresh(screen, workspace, as_of.date()))


@whitelist.command("show")
def whitelist_show(
    edition: Annotated[str, typer.Argument(help="Name, day or digest. 版本。")] = "",
    decision: Annotated[
        str, typer.Option(help="admitted, refused or review only. 只看某类决定。")
    ] = "",
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Show an edition, the newest if none is named. 查看版本。"""
    from kexin.cli import show

    show.edition(Screen(lang, as_json=as_json), workspace, edition, decision)


@whitelist.command("verify")
def whitelist_verify(
    edition: Annotated[str, typer.Argument(help="Name, day or digest. 版本。")] = "",
    workspace: Workspace = HERE,
    lang: Lang = LANGUAGE,
    as_json: Json = False,
) -> None:
    """Recompute an edition's digests. 校验版本摘要。"""
    from kexin.cli import show

    show.verified(Screen(lang, as_json=as_json), workspace, edition)


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option(help="Folder of a delivery. 交付文件夹。")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Its mapping. 映射文件。")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="The policy's numbers. 政策文件。")
    ] = None,
    as_of: Day = None,
    received: Day = None,
    workspace: Workspace = Path("workspace"),
    lang: Lang = LANGUAGE,
) -> None:
    """Run the whole flow on a synthetic city, or on a delivery. 演示全流程。"""
    from kexin.cli import demonstration

    screen = Screen(lang)
    if not (data or mapping or policy or as_of):
        demonstration.on_city(screen, workspace)
        return
    if not (data and mapping and policy and as_of):
        raise typer.BadParameter(
            "a delivery needs --data, --mapping, --policy and --as-of; without any of "
            "them a city is made. 四者须同时给出，否则使用仿真城市。"
        )
    given = demonstration.Inputs(
        data, mapping, policy, as_of.date(), day_of(received), workspace
    )
    demonstration.run(screen, given)


def day_of(given: datetime | None) -> date:
    """Return the day given, or today: only a command may ask the clock."""
    return (given or datetime.now().astimezone()).date()  # noqa: TID251


def days_asked(
    as_of: datetime | None, first: datetime | None, last: datetime | None, every: int
) -> list[date]:
    """Return the days that `panel` is asked for, in order."""
    from kexin.algebra.dates import is_month_end, months_before

    if as_of:
        return [as_of.date()]
    if not first or not last or every < 1 or last < first:
        raise typer.BadParameter(
            "give --as-of DATE, or --from DATE --to DATE --every MONTHS with the first "
            "day not after the last. 请给出 --as-of，或 --from、--to 与 --every。"
        )
    start = first.date()
    days: list[date] = []
    while (day := months_before(start, -every * len(days))) <= last.date():
        days.append(end_of_month(day) if is_month_end(start) else day)
    return days


def end_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    from kexin.algebra.dates import month_start, months_before

    return months_before(month_start(day), -1) - timedelta(1)
