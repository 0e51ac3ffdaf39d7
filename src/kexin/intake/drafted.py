"""A draft as a mapping file: what is sure, what is not, and what must be completed.

Every line ends with a comment that says `sure` or `unsure` and why, and shows a few
values, unless they may tell of persons. A line that a person must complete is commented
out, so that the file stays TOML, and marked MUST BE COMPLETED.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kexin.intake.headings import FIRM, FIRM_NAME, OPERATION, TOLD_AT
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kexin.intake.draft import Drafted, Line
    from kexin.intake.matching import Match
    from kexin.intake.profile import Seen
    from kexin.language import Language

HEAD = Text(
    "映射草稿，由文件内容推断。标“不确定”的行须人工核对，标“须补全”的行须补全。\n"
    "键的含义见 docs/mappings.md。",
    "A draft of a mapping, guessed from what the files hold. Look at every line marked "
    "unsure;\ncomplete those marked MUST BE COMPLETED. Keys: docs/mappings.md.",
)
SURE = Text("确定", "sure")
UNSURE = Text("不确定：", "unsure: ")
OPEN = Text("须补全：", "MUST BE COMPLETED: ")
SUPPLIER = Text("请填写数据提供方", "name the supplier")
BELONGS_NOWHERE = "drafted: belongs to no column"
CONFIRM = Text("请确认", "to be confirmed")
NOT_DELIVERED = Text(
    "必填列，交付中没有，记录标记为incomplete；请确认",
    "required and not delivered, records are flagged incomplete; to be confirmed",
)
RECEIVED = Text(
    "没有推送时间一类的列，以接收日为准",
    "no column tells when it was handed over: known from the day of receipt",
)
NO_FIRM = Text(
    "没有企业代码列，也没有企业名称列", "no column tells the firm, by code or by name"
)
LOCAL_IDS = Text(
    "多数值不是统一社会信用代码；若为本地编号，请设置 firm_prefix",
    "most values are no unified code; set firm_prefix if they are local ids",
)


def as_toml(drafts: Sequence[Drafted], language: Language) -> str:
    """Return a draft as the text of a mapping file, its comments in one language."""
    lines = [
        *(comment(line) for line in HEAD.said(language).split("\n")),
        "",
        'name = "draft"',
        f'source = "bureau:draft"  {unsure([SUPPLIER], language)}',
    ]
    for each in drafts:
        lines += ["", *source_lines(each, language)]
    return "\n".join(lines) + "\n"


def source_lines(each: Drafted, language: Language) -> Iterator[str]:
    """Yield the lines of one source."""
    yield "[[sources]]"
    for remark in each.remarks:
        yield comment(remark.said(language))
    yield from table_lines(each, language)
    yield f"files = {value(list(each.files))}"
    yield from form_lines(each)
    yield from said_lines(each, language)
    if each.not_delivered:
        yield f"not_delivered = {value(list(each.not_delivered))}" + after(
            UNSURE.said(language) + NOT_DELIVERED.said(language)
        )
    yield from event_lines(each, language)
    yield ""
    yield "[sources.columns]"
    for line in each.lines:
        yield from column_lines(line, each, language)
    if each.ignored:
        yield ""
        yield "[sources.ignored]"
        for heading in each.ignored:
            told = [CONFIRM.said(language), *samples(each, [heading])]
            yield f"{value(heading)} = {value(BELONGS_NOWHERE)}" + after(
                "; ".join(told)
            )


def table_lines(each: Drafted, language: Language) -> Iterator[str]:
    """Yield the table that is taken, and what speaks for it and for others."""
    best, *others = each.matches
    for match in (best, *others):
        yield comment(reasons(match).said(language))
    doubt = Text("另一张表同样可能", "another table fits nearly as well")
    told = SURE.said(language) if each.sure else unsure([doubt], language)[2:]
    yield f"table = {value(best.table)}" + after(f"{each.table.zh}; {told}")


def reasons(match: Match) -> Text:
    """Return what speaks for a table, in words."""
    covered, used, named = (
        f"{share:.0%}" for share in (match.covered, match.explained, match.named)
    )
    told = f"{match.table} {match.worth:.2f}"
    return Text(
        f"{told}：必填列{covered}，交付列{used}，文件名{named}",
        f"{told}: required columns {covered}, delivered columns used {used}, "
        f"name of the file {named}",
    )


def form_lines(each: Drafted) -> Iterator[str]:
    """Yield how the file is read, where that is not the usual way."""
    look = each.look
    if look.encoding != "utf-8":
        yield f"encoding = {value(look.encoding)}"
    if look.delimiter != ",":
        yield f"delimiter = {value(look.delimiter)}"
    if look.heading_row != 1:
        yield f"heading_row = {look.heading_row}"
    if look.sheet:
        yield f"sheet = {value(look.sheet)}"


def said_lines(each: Drafted, language: Language) -> Iterator[str]:
    """Yield the keys that tell the firm, the day of knowing, and withdrawals."""
    for name in (FIRM, FIRM_NAME):
        if line := each.said.get(name):
            doubts = [*line.doubts, *local_ids(each, line)]
            told = samples(each, line.headings)
            yield f"{name} = {value(line.keys['from'])}" + marked(
                doubts, told, language
            )
    if FIRM not in each.said and FIRM_NAME not in each.said:
        yield comment(f"firm =   {OPEN.said(language)}{NO_FIRM.said(language)}")
    if line := each.said.get(TOLD_AT):
        told = samples(each, line.headings)
        rule = value({"column": line.keys["from"]})
        yield f"known_at = {rule}" + marked(line.doubts, told, language)
    else:
        yield 'known_at = "received"' + marked([RECEIVED], [], language)
    if line := each.said.get(OPERATION):
        yield f"withdrawn = {value(line.keys)}" + marked(line.doubts, [], language)


def local_ids(each: Drafted, line: Line) -> list[Text]:
    """Return a doubt where the firm's column holds no codes."""
    if line.column != FIRM:
        return []
    kinds = column_seen(each, line.headings[0]).kinds
    coded = sum(kinds.get(k, 0) for k in ("uscc", "registration", "organisation"))
    return [] if coded > 1 / 2 else [LOCAL_IDS]


def event_lines(each: Drafted, language: Language) -> Iterator[str]:
    """Yield the day of the event, where no column tells it."""
    zh = each.table.fields()[each.table.event].zh
    missing = Text(f"没有列“{zh}”", f"no column tells {zh}")
    if each.event_date is not None and each.table.event not in each.table.key:
        name = Text("取自文件名", "as the name of the file tells")
        yield f"event_date = {value(each.event_date)}" + marked(
            [missing, name], [], language
        )
    elif each.event_open:
        yield comment(
            f"event_date = YYYY-MM-DD   {OPEN.said(language)}{missing.said(language)}"
        )


def column_lines(line: Line, each: Drafted, language: Language) -> Iterator[str]:
    """Yield how one column is filled, after the lines that must be read with it."""
    for remark in line.remarks:
        yield comment(f"  {remark.said(language)}")
    if not line.complete:
        why = "; ".join(doubt.said(language) for doubt in line.doubts)
        yield comment(f"{line.column} =   {OPEN.said(language)}{why}")
        return
    only_heading = set(line.keys) == {"from"}
    filled = line.keys["from"] if only_heading else dict(line.keys)
    zh = each.table.fields()[line.column].zh
    told = [zh, *samples(each, line.headings)]
    yield f"{line.column} = {value(filled)}" + marked(line.doubts, told, language)


def samples(each: Drafted, headings: Iterable[str]) -> list[str]:
    """Return how full the delivered columns are, and a few values that may be shown."""
    found = []
    for heading in headings:
        seen = column_seen(each, heading)
        shown = " | ".join(seen.samples) or "…"
        found.append(f"{seen.fill:.0%} {shown}")
    return found[:1]


def column_seen(each: Drafted, heading: str) -> Seen:
    """Return the delivered column of a heading."""
    return next(seen for seen in each.look.columns if seen.heading == heading)


def marked(doubts: Sequence[Text], told: Sequence[str], language: Language) -> str:
    """Return a comment that says sure, or unsure and why, and what is told besides."""
    first = unsure(doubts, language)[2:] if doubts else SURE.said(language)
    return after("; ".join([first, *told]))


def unsure(doubts: Sequence[Text], language: Language) -> str:
    """Return the comment of a line that is not sure."""
    why = "; ".join(doubt.said(language) for doubt in doubts)
    return f"# {UNSURE.said(language)}{why}"


def after(text: str) -> str:
    """Return a comment behind a line."""
    return "  " + comment(text)


def comment(text: str) -> str:
    r"""Return text as a comment, without signs that may not stand in one.

    Examples:
        >>> comment("one\nline")
        '# one line'
    """
    return "# " + re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def value(told: object) -> str:
    """Return a value as TOML writes it.

    Examples:
        >>> value({"from": "金额", "unit": Decimal(10000)})
        '{ from = "金额", unit = 10000 }'
    """
    match told:
        case bool():
            return str(told).lower()
        case str():
            return json.dumps(told, ensure_ascii=False).replace("\x7f", "\\u007f")
        case date():
            return told.isoformat()
        case int() | Decimal():
            return f"{told:f}" if isinstance(told, Decimal) else str(told)
        case list() | tuple():
            return "[" + ", ".join(value(part) for part in told) + "]"
    return in_line(told)


def in_line(told: object) -> str:
    """Return a table on one line; keys in quotation marks where TOML needs them."""
    pairs: Mapping[str, object] = dict(told)  # type: ignore[call-overload]  # a mapping
    listed = ", ".join(f"{key(name)} = {value(part)}" for name, part in pairs.items())
    return "{ " + listed + " }"


def key(name: str) -> str:
    """Return a key, in quotation marks where it is not plain."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)
