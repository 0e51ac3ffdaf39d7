"""The whole flow, from an empty folder to a published edition.

On a synthetic city, which needs nothing from outside; or on a delivery of one's own.
"""

from __future__ import annotations

import itertools
import shlex
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kexin import settings
from kexin.cli import city, show, steps
from kexin.errors import DeliveryError
from kexin.language import Text
from kexin.simulate.export import MANIFEST
from kexin.simulate.mapped import write_mappings
from kexin.whitelist.edition import decisions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kexin.cli.screen import Screen
    from kexin.simulate.export import Made
    from kexin.whitelist.edition import Edition


class City(NamedTuple):
    """Which city is made, and which days are looked at.

    Attributes:
        firms: Number of firms.
        seed: What it is drawn from.
        learnt_on: Firms of this day teach the model; what became of them must be known
            by the city's last day.
        decided_on: Firms of this day are decided on.
        received: Day on which the city's deliveries are received.
    """

    firms: int
    seed: int
    learnt_on: date
    decided_on: date
    received: date


SMALL = City(
    firms=1_500,
    seed=20261123,
    learnt_on=date(2025, 3, 31),
    decided_on=date(2026, 9, 30),
    received=date(2026, 11, 1),
)
"""The demonstration's city: small, and large enough for some firms to go bad."""


DURATION = Text("需数分钟。", "It takes several minutes.")

HISTORY = Text(
    "（各部门首次报送会一并带来多年历史：此前的事件必然知悉得晚，属正常）",
    "(A bureau's first hand-over brings years of history at once: what happened before "
    "it was bound to be known late.)",
)

SEEN = {
    "admitted": Text("为何准入某企业", "why a firm was admitted"),
    "refused": Text("为何拒绝某企业", "why a firm was refused"),
}

CITY_SETTINGS = """\
# The demonstration's workspace: a synthetic city.

[identity]
# Codes of synthetic firms (9Y...) count here; never in production.
synthetic = true

[model]
# Firms in distress sell less than they did: the model may learn from every family.
families = []
"""

CITY_POLICY = """\
# The policy of the demonstration on a synthetic city (仿真数据 synthetic data).

firms = "all"

# Some four in a hundred firms of the sample go bad in a year, so few that a model of
# them tells little apart: nobody would stand below the general entry line of 2 %.
[[numbers]]
id = "max_pd"
since = 2015-01-01
value = 0.05
source = "[design] demonstration: about the bad rate of the sample"

# Rules on single invoices: this city delivers the monthly table alone.
[[switched_off]]
rule = "K20"
since = 2015-01-01
source = "[design] demonstration: no single invoices"

[[switched_off]]
rule = "K21"
since = 2015-01-01
source = "[design] demonstration: no single invoices"

[[switched_off]]
rule = "K27"
since = 2015-01-01
source = "[design] demonstration: no single invoices"
"""


class Inputs(NamedTuple):
    """What the demonstration runs on.

    Attributes:
        data: Folder of the delivery.
        mapping: Its mapping.
        policy: The policy's numbers.
        as_of: Day of the observation.
        received: Day of receipt.
        folder: The workspace that is made.
    """

    data: Path
    mapping: Path
    policy: Path
    as_of: date
    received: date
    folder: Path


def on_city(screen: Screen, folder: Path, asked: City = SMALL) -> None:
    """Make a small city, take its deliveries in, and run every step on them.

    Raises:
        DeliveryError: The folder holds another city.
    """
    begin(screen, asked)
    made = settings.init(folder, CITY_SETTINGS)
    if not made.policy.exists():
        made.policy.write_text(CITY_POLICY, encoding="utf-8")
    step(screen, 1, Text("生成城市", "the city"))
    source = folder / "city"
    if not (source / MANIFEST).exists():
        wanted = city.Asked(asked.firms, asked.seed)
        say_city(screen, city.make(screen, source, wanted))
    step(screen, 2, Text("接收数据", "intake"))
    write_mappings(made.mappings / "city")
    sent = [source / "deliveries"]
    account = steps.take_in(screen, folder, sent, "city", asked.received)
    report = steps.report_of(folder, account, screen.language)
    show.account_in_short(screen, account, report)
    screen.say(HISTORY)
    step(screen, 3, Text("计算信号", "signals"))
    days = [asked.learnt_on, asked.decided_on]
    show.panels(screen, steps.panels(screen, folder, days), None)
    step(screen, 4, Text("训练与评估模型", "the model"))
    show.trained(screen, steps.train(screen, folder, asked.learnt_on, None))
    step(screen, 5, Text("评分", "scores"))
    scores = steps.score(screen, folder, asked.decided_on)
    show.scored(screen, scores, steps.signals_of(folder))
    step(screen, 6, Text("决定并发布白名单", "decisions, and the whitelist"))
    refreshed = steps.refresh(screen, folder, asked.decided_on)
    show.refreshed(screen, refreshed)
    edition = refreshed.edition
    end(screen, folder, firms_to_see(edition), edition.folder, report.page)


def begin(screen: Screen, asked: City) -> None:
    """Say what is about to happen."""
    for text in (
        Text(
            "演示。全部为仿真数据 synthetic data，没有任何真实的企业或个人。分6步：",
            "A demonstration on 仿真数据 synthetic data: no firm and no person in it "
            "is real. It has 6 steps:",
        ),
        Text(
            f"  1 生成一座有{asked.firms:,}家企业的城市：15个部门自2019年至2026年10月"
            "的报送，带有真实数据常见的差错",
            f"  1 make a city of {asked.firms:,} firms: what 15 bureaus deliver from "
            "2019 to October 2026, errors included",
        ),
        Text(
            "  2 接收全部文件：每一行或被接收，或已有，或附原因隔离",
            "  2 take all files in: a row is accepted, held already, or quarantined "
            "with a reason",
        ),
        Text(
            f"  3 按{asked.learnt_on}和{asked.decided_on}当时所知计算信号",
            f"  3 compute signals, from what was known on {asked.learnt_on} and on "
            f"{asked.decided_on}",
        ),
        Text(
            f"  4 以{asked.learnt_on}的企业及其后12个月的结果训练并评估模型",
            f"  4 train and judge a model on the firms of {asked.learnt_on}, and what "
            "became of them in 12 months",
        ),
        Text(
            f"  5 为{asked.decided_on}的每家企业评分，附理由",
            f"  5 score every firm of {asked.decided_on}, with reasons",
        ),
        Text("  6 逐户决定，发布一版白名单", "  6 decide on all, publish a whitelist"),
        DURATION,
    ):
        screen.say(text)


def step(screen: Screen, number: int, text: Text) -> None:
    """Say which step begins."""
    screen.say(Text(f"\n[{number}/6] {text.zh}", f"\n[{number}/6] {text.en}"))


def say_city(screen: Screen, made: Made) -> None:
    """Say what is in the city, and where it is."""
    versions = sum(made.rows.values())
    screen.say(
        Text(
            f"{len(made.rows)}张表，共{versions:,}条记录",
            f"{len(made.rows)} tables, {versions:,} records",
        )
    )
    screen.point(
        Text("各部门的文件：", "what the bureaus deliver:"), made.folder / "deliveries"
    )


def firms_to_see(edition: Edition) -> dict[str, Text]:
    """Return a firm that was admitted and one that was refused, if any was."""
    found: dict[str, Text] = {}
    for decision, text in SEEN.items():
        own = (r for r in decisions(edition) if r["decision"] == decision)
        found |= {str(row["firm_key"]): text for row in itertools.islice(own, 1)}
    return found


def end(
    screen: Screen, folder: Path, firms: Mapping[str, Text], edition: Path, report: Path
) -> None:
    """Say where to look next, with commands that can be copied as they stand."""
    spoken = "" if screen.language == "en" else f" --lang {screen.language}"
    where = f"--workspace {shlex.quote(str(folder))}{spoken}"
    name = sys.argv[0] if Path(sys.argv[0]).stem == "kexin" else "kexin"
    screen.say(Text("\n完成。接下来看什么：", "\nDone. Where to look next:"))
    for firm, text in firms.items():
        screen.point(text, f"{name} explain {firm} {where}")
    screen.point(Text("整份白名单", "the whole list"), f"{name} whitelist show {where}")
    screen.point(Text("白名单文件", "the files of the edition"), edition)
    screen.point(Text("数据质量报告", "the report on the quality of the data"), report)


def run(screen: Screen, given: Inputs) -> None:
    """Run every step on a delivery, showing what each did, and say where to look next.

    Raises:
        DeliveryError: The delivery's folder is absent.
    """
    if not given.data.is_dir():
        raise DeliveryError(
            Text("没有演示数据", "the delivery is not there"),
            where=str(given.data),
            expected=Text(
                "2020年高教社杯全国大学生数学建模竞赛C题的发票数据(CSV)",
                "the invoices of problem C of the 2020 CUMCM contest, as CSV files",
            ),
            do=Text(
                "从竞赛官网(mcm.edu.cn)取得附件，另存为映射文件所述的CSV，再运行 "
                "make demo DATA=<文件夹>",
                "get the attachments from the contest's site (mcm.edu.cn), save them "
                "as the CSV files that the mapping describes, then run "
                "make demo DATA=<folder>",
            ),
        )
    screen.say(
        Text(
            f"演示：接收{given.data}的发票，计算{given.as_of}的信号，训练并评估模型，"
            "为全部企业评分，发布一版白名单。",
            f"This takes in the invoices of {given.data}, computes the signals of "
            f"{given.as_of}, trains and judges a model, scores every firm, and "
            "publishes a whitelist.",
        )
    )
    made = settings.init(given.folder)
    shutil.copy(given.mapping, made.mappings)
    shutil.copy(given.policy, made.policy)
    how = str(given.mapping)
    account = steps.take_in(screen, given.folder, [given.data], how, given.received)
    report = steps.report_of(given.folder, account, screen.language)
    show.account(screen, account, report)
    show.panels(screen, steps.panels(screen, given.folder, [given.as_of]), None)
    show.trained(screen, steps.train(screen, given.folder, given.as_of, None))
    scores = steps.score(screen, given.folder, given.as_of)
    show.scored(screen, scores, steps.signals_of(given.folder))
    refreshed = steps.refresh(screen, given.folder, given.as_of)
    show.refreshed(screen, refreshed)
    edition = refreshed.edition
    end(screen, given.folder, firms_to_see(edition), edition.folder, report.page)
