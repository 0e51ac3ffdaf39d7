"""The whole flow, from an empty folder to a published edition.

On a synthetic city, which needs nothing from outside; or on a delivery of one's own.
"""

from __future__ import annotations

import shutil
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
    from kexin.cli.screen import Screen
    from kexin.whitelist.edition import Edition


FIRMS, SEED = 1_500, 20261123
"""The demonstration's city: small, and large enough for some firms to go bad."""

LEARNT_ON, DECIDED_ON = date(2025, 3, 31), date(2026, 9, 30)
"""Firms of the first day teach the model; those of the second are decided on."""

TOLD = date(2026, 11, 1)
"""Day on which the city's deliveries are received."""


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


def on_city(screen: Screen, folder: Path) -> None:
    """Make a small city, take its deliveries in, and run every step on them.

    Raises:
        DeliveryError: The folder holds another city.
    """
    screen.say(
        Text(
            f"演示（仿真数据 synthetic data）：生成{FIRMS}家企业的城市，"
            "接收其15个部门的数据，计算信号，"
            f"以{LEARNT_ON}的企业训练并评估模型，"
            f"为{DECIDED_ON}的全部企业评分，发布一版白名单。需数分钟。",
            f"This makes a city of {FIRMS} firms (仿真数据 synthetic data), takes "
            "in what its 15 bureaus deliver, computes signals, trains and judges a "
            f"model on the firms of {LEARNT_ON}, scores every firm of {DECIDED_ON}, "
            "and publishes a whitelist. It takes several minutes.",
        )
    )
    made = settings.init(folder, CITY_SETTINGS)
    if not made.policy.exists():
        made.policy.write_text(CITY_POLICY, encoding="utf-8")
    source = folder / "city"
    if not (source / MANIFEST).exists():
        city.simulate(screen, source, city.Asked(FIRMS, SEED))
    write_mappings(made.mappings / "city")
    account = steps.take_in(screen, folder, [source / "deliveries"], "city", TOLD)
    show.account(screen, account, steps.report_of(folder, account, screen.language))
    show.panels(screen, steps.panels(screen, folder, [LEARNT_ON, DECIDED_ON]), None)
    show.trained(screen, steps.train(screen, folder, LEARNT_ON, None))
    scores = steps.score(screen, folder, DECIDED_ON)
    show.scored(screen, scores, steps.signals_of(folder))
    refreshed = steps.refresh(screen, folder, DECIDED_ON)
    show.refreshed(screen, refreshed)
    say_where(screen, folder, some_firm(refreshed.edition), refreshed.edition.folder)


def some_firm(edition: Edition) -> str:
    """Return a firm to begin with: one that was admitted, if any was."""
    rows = decisions(edition)
    order = sorted(rows, key=lambda row: row["decision"] != "admitted")
    return str(order[0]["firm_key"])


def say_where(screen: Screen, folder: Path, firm: str, edition: Path) -> None:
    """Say where to look next."""
    where = f"--workspace {folder}"
    screen.say(
        Text(
            f"接下来：kexin explain {firm} {where}；kexin whitelist show {where}；"
            f"白名单文件在 {edition}",
            f"Next: kexin explain {firm} {where}; kexin whitelist show {where}; the "
            f"edition's files are in {edition}",
        )
    )


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
    say_where(screen, given.folder, "E130", refreshed.edition.folder)
