"""What is unusual about a delivery, in words, with the limit that was passed."""

from __future__ import annotations

from datetime import date
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING

from kexin.intake.resolving import UNMATCHED
from kexin.language import Text
from kexin.registers.contract import contracts
from kexin.report import limits
from kexin.report.compare import (
    Before,
    differ,
    exceeds,
    fresh,
    share,
    stability,
    stability_by_chance,
)
from kexin.report.finding import Finding, Seen, of, percent
from kexin.report.silence import silences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kexin.report.limits import Limit
    from kexin.report.numbers import Counts, Numbers


def findings(
    now: Numbers, befores: Mapping[str, Before], earlier: Sequence[Numbers]
) -> list[Finding]:
    """Return what is unusual: alarms first, and the furthest beyond its limit first.

    Args:
        now: The delivery.
        befores: What earlier deliveries had, by table.
        earlier: The earlier deliveries themselves. One whose files all came before, or
            out of the quarantine, is none of its own: rows and tables are not judged.
    """
    received = date.fromisoformat(now.received)
    own = fresh([*(each for each in earlier if each.mapping == now.mapping), now])
    is_new = now in own
    seen = [Seen(contracts()[t.table], t, befores[t.table]) for t in now.tables]
    found = chain(
        missing_tables(own) if is_new else (),
        *(
            chain(
                volume(each) if is_new else (),
                refused(each),
                lateness(each),
                nulls(each),
                drift(each),
                unmatched(each),
                flagged(each),
                silences(each, received),
            )
            for each in seen
        ),
    )
    return sorted(found, key=order)


def order(finding: Finding) -> tuple[bool, float, str, str, str]:
    """Return where a finding stands on the page."""
    notice = finding.limit.level != "alarm"
    return notice, -finding.weight, finding.table, finding.limit.id, finding.subject


def missing_tables(own: Sequence[Numbers]) -> Iterator[Finding]:
    """Yield the tables that the deliveries before the last had, each of them."""
    needed = int(limits.usual_deliveries.value)
    *last, now = own[-needed - 1 :]
    if len(last) < needed:
        return
    usual = set.intersection(*({t.table for t in each.tables} for each in last))
    for table in sorted(usual - {each.table for each in now.tables}):
        yield Finding(
            limits.usual_deliveries,
            table,
            "",
            0,
            needed,
            1.0,
            Text(
                f"{table}({contracts()[table].zh})缺失：此前{needed}批都有此表，本批没有",
                f"{table} is missing: each of the {needed} deliveries before had it",
            ),
        )


def volume(seen: Seen) -> Iterator[Finding]:
    """Yield the number of rows read, where it is far from the usual."""
    reads = seen.before.reads
    if len(reads) < limits.usual_deliveries.value or not any(reads):
        return
    usual = median(reads)
    ratio = seen.now.rows.read / usual if usual else 0.0
    if limits.fewer_rows.value <= ratio <= limits.more_rows.value or not usual:
        return
    few = ratio < limits.fewer_rows.value
    limit = limits.fewer_rows if few else limits.more_rows
    weight = limit.value / max(ratio, 0.01) if few else ratio / limit.value
    yield Finding(
        limit,
        seen.now.table,
        "",
        seen.now.rows.read,
        usual,
        weight,
        Text(
            f"{seen.name.zh}：读取{seen.now.rows.read:,}行，此前各批中位数{usual:,.0f}行"
            f"({ratio:.2f}倍)",
            f"{seen.name.en}: {seen.now.rows.read:,} rows read, where earlier "
            f"deliveries had {usual:,.0f} in the median ({ratio:.2f} times)",
        ),
    )


def refused(seen: Seen) -> Iterator[Finding]:
    """Yield the share of rows in quarantine, where it rose or is high at once."""
    now, before = seen.now.rows, seen.before
    what = Text("隔离率", "the share of rows in quarantine")
    if before.read:
        yield from rise(
            limits.quarantine_rise,
            seen,
            "",
            what,
            (now.quarantined, now.read, before.quarantined, before.read),
        )
    else:
        yield from high(limits.quarantine_share, seen, what, now.quarantined, now.read)


def nulls(seen: Seen) -> Iterator[Finding]:
    """Yield the columns whose null rate changed."""
    for column, absent in seen.now.absent.items():
        four = (
            absent,
            seen.now.records,
            seen.before.absent.get(column, seen.before.records),
            seen.before.records,
        )
        name = seen.column(column)
        what = Text(f"{name.zh}的空值率", f"the null rate of {name.en}")
        yield from rise(limits.null_change, seen, column, what, four, either_way=True)


def unmatched(seen: Seen) -> Iterator[Finding]:
    """Yield the share of records without a firm, where it rose or is high at once."""
    lost = seen.now.flags.get(UNMATCHED, 0)
    what = Text("未匹配企业的记录占比", "the share of records without a firm")
    if seen.before.records:
        four = (lost, seen.now.records, seen.before.unmatched, seen.before.records)
        yield from rise(limits.unmatched_rise, seen, "", what, four)
    else:
        yield from high(limits.unmatched_share, seen, what, lost, seen.now.records)


def flagged(seen: Seen) -> Iterator[Finding]:
    """Yield the quality flags that more records have than before."""
    for name, records in seen.now.flags.items():
        if name == UNMATCHED:
            continue
        four = (
            records,
            seen.now.records,
            seen.before.flags.get(name, 0),
            seen.before.records,
        )
        what = Text(f"带标记{name}的记录占比", f"the share of records flagged {name}")
        yield from rise(limits.flag_rise, seen, name, what, four)


def rise(
    limit: Limit,
    seen: Seen,
    subject: str,
    what: Text,
    four: tuple[int, int, int, int],
    *,
    either_way: bool = False,
) -> Iterator[Finding]:
    """Yield the change of a share that passes a limit and is not explained by chance.

    Args:
        limit: The limit, in points.
        seen: The table.
        subject: What the share is of.
        what: The share, in words.
        four: Counts: of how many now, and of how many before.
        either_way: Whether a fall counts as well.
    """
    a, n, b, m = four
    if not n or not m:
        return
    change = a / n - b / m
    size = abs(change) if either_way else change
    if size < limit.value or not differ(a, n, b, m):
        return
    now, was = percent(a, n), percent(b, m)
    verb = Text("升至", "rose") if change > 0 else Text("降至", "fell")
    yield Finding(
        limit,
        seen.now.table,
        subject,
        a / n,
        b / m,
        size / limit.value,
        Text(
            f"{seen.name.zh}：{what.zh}由{was}{verb.zh}{now}"
            f"(本批{n:,}中的{a:,}；此前{m:,}中的{b:,})",
            f"{seen.name.en}: {what.en} {verb.en} from {was} to {now} "
            f"({a:,} of {n:,}; {b:,} of {m:,} before)",
        ),
    )


def high(limit: Limit, seen: Seen, what: Text, a: int, n: int) -> Iterator[Finding]:
    """Yield a share of a first delivery that passes a limit."""
    if not n or a / n < limit.value:
        return
    yield Finding(
        limit,
        seen.now.table,
        "",
        a / n,
        None,
        a / n / limit.value,
        Text(
            f"{seen.name.zh}：{what.zh}为{percent(a, n)}({n:,}中的{a:,})，"
            "没有更早的批次可比",
            f"{seen.name.en}: {what.en} is {percent(a, n)} ({a:,} of {n:,}), and there "
            "is no earlier delivery to compare with",
        ),
    )


def lateness(seen: Seen) -> Iterator[Finding]:
    """Yield the lag, where clearly more than one in ten came later than expected."""
    lags, limit = seen.now.lags, limits.late_share
    if not lags.measured or lags.late / lags.measured < limit.value:
        return
    if not exceeds(lags.late, lags.measured, 0.1):
        return
    expected = seen.contract.lag_days
    late = percent(lags.late, lags.measured)
    yield Finding(
        limit,
        seen.now.table,
        "",
        lags.late / lags.measured,
        0.1,
        lags.late / lags.measured / limit.value,
        Text(
            f"{seen.name.zh}：九成记录在事件后{lags.p90}天内获知，应为{expected}天"
            f"({lags.measured:,}条中{late}更晚)；若本批是历史数据，请在映射中声明known_at",
            f"{seen.name.en}: nine of ten records were known within {lags.p90} days of "
            f"the event, where {expected} are expected ({late} of {lags.measured:,} "
            "came later); if this is history, say so under known_at in the mapping",
        ),
    )


def drift(seen: Seen) -> Iterator[Finding]:
    """Yield the columns of codes whose shares moved."""
    for column, now in seen.now.codes.items():
        before = seen.before.codes.get(column, {})
        index = stability(now, before)
        if index is None or index < stability_by_chance(now, before):
            continue
        passed = [
            limit
            for limit in (limits.drift_alarm, limits.drift_notice)
            if index >= limit.value
        ]
        if not passed:
            continue
        code = max(sorted({*now, *before}), key=lambda c: movement(c, now, before))
        name = seen.column(column)
        yield Finding(
            passed[0],
            seen.now.table,
            column,
            index,
            None,
            index / passed[0].value,
            Text(
                f"{seen.name.zh}：{name.zh}的分布改变(PSI {index:.2f})；变化最大的"
                f"{seen.code(column, code)}由{of(before, code)}变为{of(now, code)}",
                f"{seen.name.en}: the codes of {name.en} shifted (PSI {index:.2f}); "
                f"most of all {code}, from {of(before, code)} to {of(now, code)}",
            ),
        )


def movement(code: str, now: Counts, before: Counts) -> float:
    """Return by how much the share of a code moved, up or down."""
    return abs((part(code, now) or 0.0) - (part(code, before) or 0.0))


def part(code: str, counts: Counts) -> float | None:
    """Return the share of a code."""
    return share(counts.get(code, 0), sum(counts.values()))
