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
    "tests/laws/test_formula_laws.py",
    "tests/laws/test_panel_laws.py",
)
INTAKE = ("tests/unit/intake",)
TESTS = {
    "algebra": LANGUAGE,
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
"""Tests that judge a package, the quick ones first; those not there are left out."""

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
SIGNAL, TAX = "signals/signal.py", "registers/tax.py"
COMPILER, RESOLVE, DATES = (
    "algebra/to_ibis.py",
    "algebra/resolve.py",
    "algebra/dates.py",
)
BUILD, GAPS, INVOICES = "panel/build.py", "panel/gaps.py", "signals/invoices.py"
FAULTS = [
    # Who is seen.
    Fault(COMPILER, "table.known_at < midnight,", "table.known_at <= midnight,"),
    Fault(COMPILER, "table.known_at < midnight,", "table.known_at.notnull(),"),
    Fault(COMPILER, "superseded_at >= midnight", "superseded_at > midnight"),
    Fault(COMPILER, "superseded_at.isnull() |", "superseded_at.notnull() |"),
    Fault(DATES, "as_of + timedelta(1), time.min", "as_of, time.max"),
    Fault(DATES, "as_of + timedelta(1), time.min", "as_of, time.min"),
    # Windows.
    Fault(COMPILER, "rows = day <= span.until", "rows = day < span.until"),
    Fault(COMPILER, "rows &= day > span.after", "rows &= day >= span.after"),
    Fault(
        COMPILER, "else rows & value(reduction.where)", "else value(reduction.where)"
    ),
    Fault(
        COMPILER, "table.event_date if on is None else value(on)", "table.event_date"
    ),
    Fault(RESOLVE, "until = months_before(as_of, ending)", "until = as_of"),
    Fault(
        RESOLVE, "months_before(as_of, ending + months)", "months_before(as_of, months)"
    ),
    Fault(DATES, "min(day.day, length)", "min(day.day, 28)"),
    Fault(DATES, "latest, last - 1) - timedelta(1)", "latest, last - 1)"),
    Fault(DATES, "latest, first - 2) - timedelta(1)", "latest, first - 2)"),
    # Months that are known.
    Fault(DATES, "timedelta(lag_days) + timedelta(1)", "timedelta(lag_days)"),
    Fault(
        RESOLVE, "last_closed_month(as_of, series.lag_days)", "last_closed_month(as_of)"
    ),
    Fault(
        RESOLVE,
        "newest = last_closed_month(as_of)",
        "newest = last_closed_month(as_of, series.lag_days)",
    ),
    Fault(RESOLVE, 'Operation(">=", first', 'Operation(">", first'),
    Fault(RESOLVE, "(event_date,)), span, series.where)", "(event_date,)), span)"),
    # Operators, functions, statistics.
    Fault(COMPILER, '.cast("float64").nullif(0)', '.cast("float64")'),
    Fault(COMPILER, '"or": operator.or_', '"or": operator.and_'),
    Fault(COMPILER, '"<=": operator.le', '"<=": operator.lt'),
    Fault(COMPILER, "strictest(ibis.greatest)", "ibis.greatest"),
    Fault(COMPILER, "strictest(ibis.least)", "ibis.least"),
    Fault(COMPILER, "    if is_month_end(as_of):\n        return months\n", ""),
    Fault(COMPILER, "(day.day() > as_of.day)", "(day.day() >= as_of.day)"),
    Fault(COMPILER, 'day, unit="day") - 1', 'day, unit="day")'),
    Fault(COMPILER, "return wide * wide", "return amount * amount"),
    Fault(COMPILER, '.cast("float64") + 1.0).ln()', '.cast("float64") + 0.0).ln()'),
    Fault(COMPILER, "present(items).length() - 1", "present(items).length()"),
    Fault(COMPILER, "present(items).length() - 1", "items.length() - 1"),
    Fault(COMPILER, ".filter(lambda pair: pair.f1.notnull())", ""),
    Fault(COMPILER, "ordered[(last + 1) // 2]", "ordered[last // 2]"),
    Fault(COMPILER, "ordered = present(items).sort()", "ordered = present(items)"),
    Fault(COMPILER, ".fill_null(1)).index(1)", ".fill_null(0)).index(1)"),
    Fault(COMPILER, "value.nunique(where=rows)", "value.count(where=rows)"),
    Fault(COMPILER, "include_null=True", "include_null=False"),
    Fault(
        COMPILER,
        "[table.event_date, table.known_at, table.row_id]",
        "[table.event_date]",
    ),
    # Groups and firms.
    Fault(BUILD, "< reduction.top", "<= reduction.top"),
    Fault(BUILD, "rank.desc(),", "rank,"),
    Fault(
        BUILD,
        "                groups.group_name,\n",
        "                groups.group_name.desc(),\n",
    ),
    Fault(BUILD, "ibis.ifelse(rank.notnull(), number, None)", "number"),
    Fault(BUILD, "named.filter(named.group_name.notnull())", "named"),
    Fault(BUILD, 'frozenset({"sum", "count", "distinct"})', 'frozenset({"sum"})'),
    Fault(BUILD, 'firms.select("firm_key").distinct()', 'firms.select("firm_key")'),
    Fault(BUILD, "group_by=groups.firm_key, order_by", "order_by"),
    # Gaps and festivals.
    Fault(GAPS, "(before < first)", "(before <= first)"),
    Fault(GAPS, "(after > last)", "(after >= last)"),
    Fault(GAPS, "span.until + timedelta(1)", "span.until"),
    Fault(
        GAPS, "ibis.greatest(firms.longest.fill_null(0), open_stretch)", "open_stretch"
    ),
    Fault(
        GAPS, "between - FESTIVAL_DAYS * weeks_between(", "between - 0 * weeks_between("
    ),
    Fault(DATES, "FESTIVAL_DAYS = 7", "FESTIVAL_DAYS = 8"),
    # How a value is told.
    Fault(SIGNAL, "abs(value) >= TENTH", "abs(value) > TENTH"),
    Fault(SIGNAL, "math.expm1(value)", "math.exp(value)"),
    Fault(SIGNAL, 'place["yes"] if value', 'place["no"] if value'),
    Fault(SIGNAL, "{HUNDRED * value:z,.", "{HUNDRED * value:,."),
    # Declarations.
    Fault(TAX, "lag_days=3", "lag_days=4"),
    Fault(INVOICES, '.is_in("void", "red")', '.is_in("void")'),
    Fault(
        INVOICES, "sold_net, bought_net = sold & ~void,", "sold_net, bought_net = sold,"
    ),
    Fault(
        INVOICES,
        "TaxInvoice.counterparty_code, TaxInvoice.counterparty_name)",
        "TaxInvoice.counterparty_name, TaxInvoice.counterparty_code)",
    ),
    Fault(INVOICES, ".given(parties >= 3)", ".given(parties > 3)"),
    Fault(INVOICES, "sales_by_month[2:14]", "sales_by_month[3:14]"),
    Fault(
        INVOICES,
        ".clip(0, 5).given(sales >= 100_000)",
        ".clip(0, 5).given(sales > 100_000)",
    ),
    Fault(INVOICES, "bought_net) >= 25_000", "bought_net) > 25_000"),
    Fault(INVOICES, ").given(sold_n >= 12)", ").given(sold_n >= 11)"),
    Fault(INVOICES, "(issued,)) < 3)", "(issued,)) <= 3)"),
    Fault(
        INVOICES,
        "sales_months.months(1, 3), sold_blue)",
        "sales_months.months(1, 3), sold_net)",
    ),
    Fault(
        INVOICES,
        '.invoice_status.is_in("normal")',
        '.invoice_status.is_in("normal", "red_full")',
    ),
    Fault(INVOICES, "reduction.where, issue_month", "reduction.where"),
    Fault(INVOICES, 'is_in("e_special", "e_normal")', 'is_in("e_special")'),
    Fault(INVOICES, "(sold_n > 0) & (bought_n > 0)", "(sold_n > 0) | (bought_n > 0)"),
    Fault(INVOICES, "given(sold_n + bought_n >= 5)", "given(sold_n >= 5)"),
    Fault(
        INVOICES,
        '"distinct", issue_month, Months(1, 12), sold_blue',
        '"distinct", issue_month, YEAR, sold_blue',
    ),
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
    Fault(FLAGS, "odd = {**marks, **doubts(values, contract)}", "odd = {**marks}"),
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
    tests = TESTS[fault.file.partition("/")[0]] if fault else (*LANGUAGE, *INTAKE)
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
