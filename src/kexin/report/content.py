"""The report as data: what the page shows, and what programs read, is this and no more.

Shares are rounded to six decimals, so that the bytes do not depend on the machine.
"""

from __future__ import annotations

from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any

from kexin.intake.resolving import UNMATCHED
from kexin.registers.contract import contracts
from kexin.report.compare import before, share, stability, stability_by_chance
from kexin.report.limits import limits
from kexin.report.numbers import FORMAT
from kexin.report.silence import empty_months
from kexin.report.unusual import findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kexin.registers.contract import Field, Table
    from kexin.report.compare import Before
    from kexin.report.finding import Finding
    from kexin.report.limits import Limit
    from kexin.report.numbers import Counts, Numbers, Reason, Stream, TableNumbers

DIGITS = 6


def content(now: Numbers, earlier: Sequence[Numbers]) -> dict[str, Any]:
    """Return the report on a delivery.

    Args:
        now: Its numbers.
        earlier: Those of deliveries before it.
    """
    befores = {t.table: before(t.table, now, earlier) for t in now.tables}
    return {
        "format": FORMAT,
        "delivery": {
            "number": now.number,
            "mapping": now.mapping,
            "received": now.received,
            "taken_after": now.taken_after,
            "files": [
                {"file": f.file, "table": f.table, **vars(f.rows)} for f in now.files
            ],
        },
        "unusual": [finding_told(f) for f in findings(now, befores, earlier)],
        "tables": [
            table_told(t, befores[t.table], date.fromisoformat(now.received))
            for t in now.tables
        ],
        "checks": list(now.checks),
        "limits": [limit_told(limit) for limit in limits()],
    }


def finding_told(finding: Finding) -> dict[str, Any]:
    """Return a finding as what JSON can write."""
    return {
        "limit": finding.limit.id,
        "level": finding.limit.level,
        "table": finding.table,
        "subject": finding.subject,
        "value": round(finding.value, DIGITS),
        "before": None if finding.before is None else round(finding.before, DIGITS),
        **finding.says._asdict(),
    }


def limit_told(limit: Limit) -> dict[str, Any]:
    """Return a limit as what JSON can write."""
    return {
        "id": limit.id,
        "level": limit.level,
        "value": limit.value,
        "unit": limit.unit,
        "says": limit.says._asdict(),
        "why": limit.why._asdict(),
        "source": limit.source,
    }


def table_told(now: TableNumbers, was: Before, received: date) -> dict[str, Any]:
    """Return what the report says of one table."""
    contract = contracts()[now.table]
    return {
        "table": now.table,
        "zh": contract.zh,
        "rows": vars(now.rows),
        "records": now.records,
        "compared_with": [
            {"delivery": number, "read": read, "quarantined": share(refused, read)}
            for number, read, refused in zip(
                was.deliveries, was.reads, was.refusals, strict=True
            )
        ],
        "quarantined": beside(
            now.rows.quarantined, now.rows.read, was.quarantined, was.read
        ),
        "lag": lag_told(now, was, contract),
        "columns": columns_told(now, was, contract),
        "codes": codes_told(now, was, contract.fields()),
        "steps": [
            {**vars(step), "share": share(step.records, now.records)}
            for step in now.steps
        ],
        "unmatched": {
            "records": now.flags.get(UNMATCHED, 0),
            **beside(
                now.flags.get(UNMATCHED, 0), now.records, was.unmatched, was.records
            ),
        },
        "flags": [
            {
                "flag": flag,
                "records": now.flags.get(flag, 0),
                **beside(
                    now.flags.get(flag, 0),
                    now.records,
                    was.flags.get(flag, 0),
                    was.records,
                ),
            }
            for flag in sorted({*now.flags, *was.flags})
        ],
        "reasons": [reason_told(reason, now.rows.read) for reason in now.reasons],
        "streams": [stream_told(stream, received) for stream in now.streams],
    }


def beside(a: int, n: int, b: int, m: int) -> dict[str, float | None]:
    """Return a share now and before."""
    return {"share": share(a, n), "before": share(b, m)}


def lag_told(now: TableNumbers, was: Before, contract: type[Table]) -> dict[str, Any]:
    """Return how late records were known, beside what is expected."""
    return {
        **vars(now.lags),
        "expected_p90": contract.lag_days,
        "late_share": share(now.lags.late, now.lags.measured),
        "before_p90": was.p90,
    }


def columns_told(
    now: TableNumbers, was: Before, contract: type[Table]
) -> list[dict[str, Any]]:
    """Return the null rate of every column, in the order of declaration."""
    return [
        {
            "column": name,
            "zh": field.zh,
            "absent": now.absent[name],
            **beside(
                now.absent[name],
                now.records,
                was.absent.get(name, was.records),
                was.records,
            ),
        }
        for name, field in contract.fields().items()
        if name in now.absent
    ]


def codes_told(
    now: TableNumbers, was: Before, fields: dict[str, Field]
) -> list[dict[str, Any]]:
    """Return the shares of codes by column, the most shifted column first."""
    told = [
        column_of_codes(fields[name], counts, was.codes.get(name, {}))
        for name, counts in now.codes.items()
        if counts or was.codes.get(name)
    ]
    return sorted(told, key=lambda each: (-(each["psi"] or 0.0), each["column"]))


def column_of_codes(field: Field, now: Counts, was: Counts) -> dict[str, Any]:
    """Return the shares of a column's codes, the largest movement first."""
    index = stability(now, was)
    shares = [
        {
            "code": code,
            "zh": (field.codes or {}).get(code, ""),
            "records": now.get(code, 0),
            **beside(
                now.get(code, 0), sum(now.values()), was.get(code, 0), sum(was.values())
            ),
        }
        for code in {*now, *was}
    ]
    return {
        "column": field.name,
        "zh": field.zh,
        "psi": None if index is None else round(index, DIGITS),
        "by_chance": None
        if index is None
        else round(stability_by_chance(now, was), DIGITS),
        "shares": sorted(shares, key=largest_movement),
    }


def largest_movement(told: dict[str, Any]) -> tuple[float, int, str]:
    """Return where a code stands among those of its column."""
    now, was = told["share"], told["before"]
    moved = abs(now - was) if now is not None and was is not None else 0.0
    return -moved, -told["records"], told["code"]


def reason_told(reason: Reason, read: int) -> dict[str, Any]:
    """Return why rows were refused, and which share of the table's rows they are."""
    return {
        **vars(reason),
        "examples": list(reason.examples),
        "share": share(reason.rows, read),
    }


def stream_told(stream: Stream, received: date) -> dict[str, Any]:
    """Return from when to when a source has records, and which months have none."""
    return {
        "source": stream.source,
        "first_month": min(stream.months),
        "newest": stream.newest,
        "days_before_receipt": (received - date.fromisoformat(stream.newest)).days,
        "records": sum(stream.months.values()),
        "median_month": float(median(stream.months.values())),
        "empty_months": empty_months(stream.months),
        "months": [[month, rows] for month, rows in sorted(stream.months.items())],
    }
