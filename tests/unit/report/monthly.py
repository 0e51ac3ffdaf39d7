"""A bureau that delivers every month, as bureaus do, and once something breaks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kexin.intake.accounts import history
from kexin.report.deliveries import report_on
from unit.intake.bureau import MAPPING, Bureau, engine

if TYPE_CHECKING:
    from kexin.language import Language
    from kexin.report.deliveries import Report

HEADINGS = ("企业", "号码", "日期", "对方", "名称", "品目", "金额", "税额", "状态")

FORM = MAPPING.replace(
    "[sources.columns]",
    '[sources.columns]\ngoods_code = "品目"\ncounterparty_name = "名称"',
)

ROWS = 400


def form(text: str = FORM) -> str:
    """Return the mapping; unknown codes of the status pass, flagged."""
    return text.replace('"作废" = "void" } }', '"作废" = "void", "红字" = "red" } }')


def invoices(
    month: int,
    *,
    rows: int = ROWS,
    no_goods: int = 1,
    void: int = 40,
    wrong: int = 2,
    late: int = 30,
) -> str:
    """Return a month's file: of its rows, how many lack, are void, wrong or late."""
    lines = [",".join(HEADINGS)]
    for number in range(rows):
        day = 1 if number < late else 30
        lines.append(
            ",".join(
                (
                    f"E{number % 7}",
                    f"{month}-{number}",
                    f"2024-{month:02}-{day if month != 2 else min(day, 29)}",
                    f"P{number % 5}",
                    f"张三{number % 5}",
                    "" if number < no_goods else f"{number % 3}".rjust(19, "1"),
                    "壹佰元" if number >= rows - wrong else f"{100 + number}.00",
                    "13.00",
                    "作废" if number % rows >= rows - wrong - void else "有效",
                )
            )
        )
    return "\n".join(lines) + "\n"


def month_after(month: int) -> date:
    return date(2024 + month // 12, month % 12 + 1, 2)


def send(bureau: Bureau, month: int, text: str | None = None) -> None:
    """Deliver a month's file on the second of the next month."""
    name = f"{month:02}.csv"
    path = bureau.file(invoices(month) if text is None else text, name)
    bureau.deliver(path, on=month_after(month))


def report(
    bureau: Bureau, number: int | None = None, language: Language = "en"
) -> Report:
    """Return the report on a delivery, the last one if none is named."""
    reports = bureau.folder / "reports"
    return report_on(number, bureau.warehouse, reports, engine(), language)


def deliveries(bureau: Bureau) -> int:
    return len(list(history(bureau.warehouse)))
