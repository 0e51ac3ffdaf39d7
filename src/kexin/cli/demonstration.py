"""The whole flow on one delivery, from an empty folder to a published edition."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kexin import settings
from kexin.cli import show, steps
from kexin.errors import DeliveryError
from kexin.language import Text

if TYPE_CHECKING:
    from kexin.cli.screen import Screen


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


def run(screen: Screen, given: Inputs) -> None:
    """Run every step, showing what each did, and say where to look next.

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
    show.scored(screen, steps.score(screen, given.folder, given.as_of))
    refreshed = steps.refresh(screen, given.folder, given.as_of)
    show.refreshed(screen, refreshed)
    where = f"--workspace {given.folder}"
    screen.say(
        Text(
            f"接下来：kexin explain E130 {where}；kexin whitelist show {where}；"
            f"白名单文件在 {refreshed.edition.folder}",
            f"Next: kexin explain E130 {where}; kexin whitelist show {where}; the "
            f"edition's files are in {refreshed.edition.folder}",
        )
    )
