"""Seed faults into the package, one at a time: each must make a test fail.

Run by hand or by `make faults`: `python tests/faults.py [word ...]`, with words to try
only the faults whose file, old or new text holds one. The checkout is never touched:
every fault is put into a copy of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import language_faults

ROOT = Path(__file__).parents[1]
AT_ONCE = 2
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.parquet")


class Fault(NamedTuple):
    """A change that a test must notice.

    Attributes:
        file: File below `src/kexin`.
        old: What stands there, once.
        new: What is put in its place.
    """

    file: str
    old: str
    new: str


LANGUAGE = (
    "tests/unit/algebra",
    "tests/spec",
    "tests/unit/panel",
    "tests/laws/test_formula_laws.py",
    "tests/laws/test_panel_laws.py",
    "tests/laws/test_city_laws.py",
)
INTAKE = ("tests/unit/intake",)
OUTCOMES = (
    "tests/unit/panel/test_outcomes.py",
    "tests/unit/panel/test_modelled.py",
    "tests/laws/test_outcome_laws.py",
)
TESTS = {
    "algebra": LANGUAGE,
    "panel/events.py": ("tests/unit/panel/test_label_events.py", *LANGUAGE),
    "panel/loans.py": OUTCOMES,
    "panel/modelled.py": OUTCOMES,
    "panel/outcomes.py": OUTCOMES,
    "panel": LANGUAGE,
    "registers": LANGUAGE,
    "signals": ("tests/unit/signals", *LANGUAGE),
    "identity": (
        "tests/unit/identity",
        "tests/unit/intake/test_resolving.py",
        "tests/unit/intake/test_quality_identity.py",
    ),
    "intake": INTAKE,
}
"""Tests that judge a package or a file, the quick ones first; those not there are left
out."""

VERSIONS, VALIDATE = "intake/versions.py", "intake/validate.py"
CHECKS = "intake/checks.py"
NUMBERS, DAYS, TRACES = "intake/numbers.py", "intake/days.py", "intake/traces.py"
UNITS, REDS = "intake/units.py", "intake/reds.py"
EXAMINED, COVERAGE = "intake/examined.py", "intake/coverage.py"
VALUES, STAGING = "intake/values.py", "intake/staging.py"
ARRIVALS = "intake/arrivals.py"
ACCOUNTS, QUARANTINE = "intake/accounts.py", "intake/quarantine.py"
SNAPSHOT = "intake/snapshot.py"
LADDER, CODES = "identity/ladder.py", "identity/codes.py"
RESOLVING, FLAGS = "intake/resolving.py", "intake/flags.py"
FAULTS = [
    *(Fault(*fault) for fault in language_faults.FAULTS),
    # Versions: who stood when.
    Fault(VERSIONS, "THEN known_at ELSE least(", "THEN next_ ELSE least("),
    Fault(
        VERSIONS,
        "ELSE least(next_, ended_before) END",
        "ELSE least(next_ + INTERVAL 1 DAY, ended_before) END",
    ),
    Fault(VERSIONS, "ELSE least(next_, ended_before) END", "ELSE ended_before END"),
    Fault(VERSIONS, "content_ = lag(content_) OVER record_", "false"),
    Fault(VERSIONS, "ELSE least(next_, ended_before) END", "ELSE next_ END"),
    Fault(VERSIONS, "lag(ended_before) OVER record_ >= known_at", "true"),
    Fault(VERSIONS, "FROM judged_{name} WHERE NOT held_", "FROM judged_{name}"),
    Fault(VERSIONS, "key_, content_, batch_id, dated_", "delivered"),
    Fault(
        VERSIONS,
        "known_at, delivered IS NOT NULL, number_before, delivered",
        "delivered",
    ),
    Fault(VERSIONS, "delivered IS NOT NULL, delivered DESC", "delivered"),
    Fault(VERSIONS, "superseded_at IS DISTINCT FROM ended_before", "false"),
    Fault(
        VERSIONS, "WHERE {of_year} AND {key_hash(contract)} NOT IN", "WHERE 0 NOT IN"
    ),
    Fault(VERSIONS, "HAVING count(*) > 1", "HAVING count(*) > 2"),
    Fault(VERSIONS, "WHERE hash_ IN (FROM told)", "WHERE false"),
    Fault(
        VERSIONS,
        "WHEN op = 'D' THEN known_at ELSE ended END",
        "WHEN true THEN ended END",
    ),
    Fault(VERSIONS, 'if name != "firm_key")', "if name == contract.key[0])"),
    Fault(VERSIONS, "md5({content(contract, 'known_at')})", "md5({content(contract)})"),
    # Checks: what is refused.
    Fault(CHECKS, "records.event_date > received", "records.event_date >= received"),
    Fault(CHECKS, "(records.event_date > received)", "(records.event_date.isnull())"),
    Fault(VALIDATE, "known = ibis.least(after, received)", "known = after"),
    Fault(VALIDATE, "ibis.interval(days=lag)", "ibis.interval(days=0)"),
    Fault(
        VALIDATE,
        "known: ir.DateValue = ibis.literal(rule.on)",
        "known: ir.DateValue = received",
    ),
    Fault(CHECKS, "there & typed.isnull(), found", "there & ~there, found"),
    Fault(CHECKS, "        if not field.optional:\n", "        if field.optional:\n"),
    Fault(CHECKS, "absent &= ~records.withdrawn", "absent &= ~absent"),
    Fault(CHECKS, 're_search(f"^({field.form})$")', 're_search(f"{field.form}")'),
    Fault(CHECKS, "fails = (~met).fill_null(False)", "fails = (~met).fill_null(True)"),
    Fault(CHECKS, "operator.and_, absent", "operator.or_, absent"),
    Fault(VALIDATE, 'ibis.ifelse(records.withdrawn, "D", "I")', 'ibis.literal("I")'),
    Fault(FLAGS, "(difference > bound(rule.tolerance))", "(difference < 0)"),
    # Identity: who is meant.
    Fault(LADDER, "pairs.valid_to > pairs.day", "pairs.valid_to >= pairs.day"),
    Fault(LADDER, "pairs.valid_from <= pairs.day", "pairs.valid_from < pairs.day"),
    Fault(LADDER, "counted.firms == 1", "counted.firms >= 1"),
    Fault(LADDER, "mentions.is_firm & ~mentions.is_masked", "mentions.is_firm"),
    Fault(LADDER, "mentions.is_firm & ~mentions.is_masked", "~mentions.is_masked"),
    Fault(LADDER, "firms = firms.filter(is_near(firms, given))", "pass"),
    Fault(LADDER, "if not given.synthetic:", "if given.synthetic:"),
    Fault(LADDER, "(both.named != both.firm_key)", "(both.named == both.firm_key)"),
    Fault(LADDER, "ibis.coalesce(pairs.parent_key, found.firm_key)", "found.firm_key"),
    Fault(CODES, '"0X987654321"', '"01X98765432"'),
    Fault(CODES, '"0123456789X"', '"012345678X9"'),
    Fault(RESOLVING, "delivered < 0 AND firm_key IS NOT NULL", "delivered < 0"),
    Fault(RESOLVING, "'D' AS op", "'I' AS op"),
    Fault(RESOLVING, "TIMESTAMP '{received}'", "known_at"),
    # Values: what is held.
    Fault(VALUES, "other = column.unknown or ibis.null", "other = text or ibis.null"),
    Fault(VALUES, "digits.try_cast(MEASURED) * factor", "digits.try_cast(MEASURED)"),
    Fault(VALUES, "whole.cast(EXACT) == exact, whole", "whole.notnull(), whole"),
    Fault(VALUES, "date(1899, 12, 30)", "date(1899, 12, 31)"),
    Fault(
        VALUES,
        "functools.reduce(operator.and_, parts)",
        "functools.reduce(operator.or_, parts)",
    ),
    Fault(ARRIVALS, 'form="NFKC"', 'form="NFC"'),
    # The account, the quarantine, the snapshot.
    Fault(
        STAGING,
        '" AND ".join(f"NOT fails_{number}"',
        '" OR ".join(f"NOT fails_{number}"',
    ),
    Fault(ACCOUNTS, "count.read == told and", "count.read >= told and"),
    Fault(
        QUARANTINE,
        "NOT IN (SELECT {SAME_FILE} FROM seen)",
        "IN (SELECT {SAME_FILE} FROM seen)",
    ),
    Fault(QUARANTINE, "list_contains(failed, {number})", "failed IS NOT NULL"),
    Fault(SNAPSHOT, "or file_digest(path) != part.sha256", ""),
    Fault(SNAPSHOT, "if name != QUARANTINE}", "}"),
    # Quality problems: each treatment switched off (docs/quality.md).
    Fault(
        REDS, "count(DISTINCT b.invoice_uid) = 1", "count(DISTINCT b.invoice_uid) >= 1"
    ),
    Fault(REDS, "b.issue_date <= red.issue_date AND ", ""),
    Fault(REDS, "b.amount_ex_tax = -red.amount_ex_tax", "b.amount_ex_tax > 0"),
    Fault(REDS, "PARTITION BY direction, blue ", "PARTITION BY invoice_uid "),
    Fault(REDS, "FROM kept UNION ALL FROM first", "FROM first"),
    Fault(NUMBERS, "number.re_replace(new, PARTS)", "number"),
    Fault(
        NUMBERS,
        "typed = ibis.coalesce(made[name].typed, part)",
        "typed = made[name].typed",
    ),
    Fault(
        NUMBERS,
        "(number.re_search(NEW_PATENT), has_check_digit(number, PATENT_WEIGHTS)),",
        "(number.re_search(NEW_PATENT), True),",
    ),
    Fault(
        DAYS,
        "there=there & ~wrong, typed=ibis.ifelse(wrong, None, typed)",
        "there=there",
    ),
    Fault(DAYS, "            refused[name] = wrong\n", ""),
    Fault(DAYS, "return received if is_past", "return LAST_DAY if is_past"),
    Fault(TRACES, "return ibis.coalesce(day, trace),", "return day,"),
    Fault(TRACES, "ibis.interval(days=trace.days_before)", "ibis.interval(days=0)"),
    Fault(TRACES, "rank=0 if trace.decides else 1", "rank=1"),
    Fault(UNITS, "FAR = 2.5", "FAR = 25"),
    Fault(UNITS, "HISTORY = 3\n", "HISTORY = 2\n"),
    Fault(UNITS, "AND NOT {quiet_month} ", ""),
    Fault(UNITS, "AND NOT {quiet_month} AND NOT {up}", "AND NOT {quiet_month}"),
    Fault(
        UNITS, "FROM staged UNION FROM history", "FROM staged UNION ALL FROM history"
    ),
    Fault(UNITS, "*out_of_bounds(column, watched)", ""),
    Fault(UNITS, "GROSS, ROUGH = 0.9, 0.3", "GROSS, ROUGH = 0.9, 0.6"),
    Fault(UNITS, "abs(d_{followed}) < {TOGETHER}", "abs(d_{followed}) >= 0"),
    Fault(UNITS, "kind = f'\"{watched.apart}\"' if watched.apart else", "kind ="),
    Fault(UNITS, "*mended(column, watched.balance)", ""),
    Fault(FLAGS, "*doubts(values, contract).items()]", "]"),
    Fault(
        FLAGS,
        "damaged = [text.re_search(DAMAGED) for",
        "damaged = [text.re_search('@@') for",
    ),
    Fault("identity/agents.py", "MANY = 3", "MANY = 30"),
    Fault(
        "identity/agents.py",
        "if all(ratio(name, core) < ALIKE for core in own[code])",
        "",
    ),
    Fault(
        "identity/directory.py",
        '~name.map(is_damaged).astype(bool), "damaged"',
        "True, kind",
    ),
    Fault(EXAMINED, 'table.invoice_status != "void"', 'table.invoice_status != ""'),
    Fault(EXAMINED, "filter(summed.months == 12)", "filter(summed.months > 0)"),
    Fault(EXAMINED, 'table.decl_status != "cancelled"', 'table.decl_status != ""'),
    Fault(
        EXAMINED,
        "both.persons * 10 >= both.insured_count * 8",
        "both.persons >= both.insured_count",
    ),
    Fault(COVERAGE, "day < self.until", "day <= self.until"),
    Fault(VERSIONS, "count_if(version_no > 1 AND op <> 'D')", "count(*)"),
]


def seeded(fault: Fault | None, folder: Path) -> Path:
    """A copy of the checkout with a fault in it; None leaves it sound."""
    for part in ("src", "tests", "data/mappings"):
        shutil.copytree(ROOT / part, folder / part, ignore=NOT_COPIED)
    shutil.copy(ROOT / "pyproject.toml", folder)
    if fault:
        path = folder / "src/kexin" / fault.file
        good = path.read_text(encoding="utf-8")
        if good.count(fault.old) != 1:
            raise LookupError(f"{fault.old!r} stands {good.count(fault.old)} times")
        path.write_text(good.replace(fault.old, fault.new), encoding="utf-8")
    return folder


def failing(folder: Path, tests: tuple[str, ...]) -> str | None:
    """The first test that fails in a copy; None if all pass."""
    there = [test for test in tests if (folder / test).exists()]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *there],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}/src{os.pathsep}{folder}/tests"},
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (.*?)(?: - .*)?$", run.stdout, re.MULTILINE)
    return found.group(1) if found else run.stdout[-300:] + run.stderr[-300:]


def caught_by(fault: Fault | None) -> str | None:
    """The test that notices a fault; None if none does."""
    tests = tests_of(fault) if fault else (*LANGUAGE, *INTAKE)
    with tempfile.TemporaryDirectory() as folder:
        try:
            copy = seeded(fault, Path(folder))
        except LookupError as error:
            tell(f"GONE    {fault}: {error}")
            return None
        caught = failing(copy, tests)
    if fault:
        old, new = (" ".join(text.split()) for text in (fault.old, fault.new))
        tell(f"{'caught' if caught else 'MISSED'}  {fault.file}: {old} -> {new}")
        tell(f"        {caught or ''}")
    return caught


def tests_of(fault: Fault) -> tuple[str, ...]:
    """The tests that judge a file, or its package."""
    return TESTS.get(fault.file) or TESTS[fault.file.partition("/")[0]]


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    """Try the faults; 1 if one is missed, or the checkout is not sound itself."""
    wrong = caught_by(None)
    if wrong:
        tell(f"the tests fail without a fault: {wrong}")
        return 1
    faults = [f for f in FAULTS if not words or any(w in "".join(f) for w in words)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        missed = [caught is None for caught in pool.map(caught_by, faults)].count(True)
    tell(f"{len(faults) - missed} of {len(faults)} faults caught")
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
