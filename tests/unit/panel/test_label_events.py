"""Public events that make a firm bad: what counts, from which day, known since when.

Days and amounts are the edges of the rules in POLICY.md, section 1.1.
"""

from __future__ import annotations

from datetime import date

import pytest

from kexin.panel.events import label_events, lesser_events
from unit.panel.delivered import held

LATE = "2021-12-31"
NONE: list[tuple[str, str]] = []

CASE = "case_id party_seq filed_date exec_amount exec_status closed_date known row"
LIST = "case_id party_seq list_date remove_date known row op"
ROUND = "case_id end_date unpaid_amount"
LIMIT = "order_no order_date lifted_date"
BANKRUPTCY = "case_id proc_kind applicant_kind apply_date accept_date bk_status event"
RATING = "rating_year seq effective_date rating_cause event"

ENFORCED = "c 1 2020-01-01 {} {} {} {} a"
EVENTS = [
    # An enforcement counts sixty days after its filing, from CNY 50,000 on.
    ("50000 open - 2020-01-05", "2020-03-01"),
    ("49999.99 open - 2020-01-05", None),
    ("- open - 2020-01-05", "2020-03-01"),
    ("50000 performed 2020-03-01 2020-03-01", None),
    ("50000 performed 2020-03-02 2020-03-02", "2020-03-01"),
    ("50000 terminated_round 2020-02-01 2020-02-01", "2020-03-01"),
    ("50000 settled 2020-01-20 2020-01-20", None),
    ("50000 withdrawn 2020-01-20 2020-01-20", None),
]
OTHERS = [
    ("B2.2", "court_dishonest", f"{LIST}\nc 1 2020-02-01 - 2020-02-05 a I", "2020-02-01"),
    ("B2.3", "court_round_end", f"{ROUND}\nc 2020-02-01 50000", "2020-02-01"),
    ("B2.3", "court_round_end", f"{ROUND}\nc 2020-02-01 -", "2020-02-01"),
    ("B2.3", "court_round_end", f"{ROUND}\nc 2020-02-01 49999.99", None),
    ("B2.4", "court_spending_limit", f"{LIMIT}\no 2020-01-01 -", "2020-03-01"),
    ("B2.4", "court_spending_limit", f"{LIMIT}\no 2020-01-01 2020-03-02", "2020-03-01"),
    ("B2.4", "court_spending_limit", f"{LIMIT}\no 2020-01-01 2020-03-01", None),
    *(
        ("B2.5", "court_bankruptcy", f"{BANKRUPTCY}\n{row} 2020-02-01", day)
        for row, day in (
            ("b liquidation creditor 2020-01-01 2020-02-01 accepted", "2020-02-01"),
            ("b composition creditor 2020-01-01 2020-02-01 accepted", "2020-02-01"),
            ("b reorganisation creditor 2020-01-01 2020-02-01 ended", "2020-02-01"),
            ("b pre_reorganisation creditor 2020-01-01 2020-02-01 accepted", None),
            ("b liquidation creditor 2020-01-01 - applied", None),
            ("b pre_reorganisation debtor 2020-01-01 - applied", "2020-01-01"),
        )
    ),
    *(
        ("B2.6", "reg_status_event", f"event_id event_code event\ne {code} 2020-02-01", day)
        for code, day in (
            ("revoked", "2020-02-01"),
            ("ordered_closed", "2020-02-01"),
            ("deregistered", None),
            ("merged_into", None),
            ("moved_out", None),
        )
    ),
    *(
        ("B2.7", "tax_abnormal_status", f"declared_date lifted_date\n2020-01-01 {end}", day)
        for end, day in (
            ("-", "2020-03-31"),
            ("2020-04-01", "2020-03-31"),
            ("2020-03-31", None),
        )
    ),
    ("B2.8", "tax_credit_rating", f"{RATING}\n2019 1 2020-02-01 direct_d 2019-12-31", "2020-02-01"),
    ("B2.8", "tax_credit_rating", f"{RATING}\n2019 1 2020-02-01 annual 2019-12-31", None),
    ("B2.8", "tax_inspection", "case_no decision_date is_major\nn 2020-02-01 yes", "2020-02-01"),
    ("B2.8", "tax_inspection", "case_no decision_date is_major\nn 2020-02-01 no", None),
    ("B2.9", "si_wage_arrears", "case_no decision_date case_kind\nn 2020-02-01 wage_blacklist", "2020-02-01"),
    ("B2.9", "si_wage_arrears", "case_no decision_date case_kind\nn 2020-02-01 inspection", None),
]  # fmt: skip


def events(known_by: str, **tables: str) -> list[tuple[str, str]]:
    """Events by a day: each with its id and label date."""
    found = label_events(held(tables), date.fromisoformat(known_by)).to_pyarrow()
    rows = found.to_pylist()
    assert {row["firm_key"] for row in rows} <= {"F"}
    return sorted((row["event"], str(row["event_date"])) for row in rows)


@pytest.mark.parametrize(("row", "day"), EVENTS, ids=[row for row, _ in EVENTS])
def test_an_enforcement_counts_if_it_is_large_and_not_performed_in_time(
    row: str, day: str | None
) -> None:
    found = events(LATE, court_enforcement=f"{CASE}\n{ENFORCED.format(*row.split())}")
    assert found == ([("B2.1", day)] if day else NONE)


@pytest.mark.parametrize(("event", "table", "text", "day"), OTHERS)
def test_an_event_counts_on_the_day_that_the_rule_names(
    event: str, table: str, text: str, day: str | None
) -> None:
    assert events(LATE, **{table: text}) == ([(event, day)] if day else NONE)


RETURN = "period_start period_end filed_at sales_taxable sales_exempt sales_export known until row"
YEAR_BEFORE = "2018-12-01 2018-12-31 2019-01-10 9000000 - - 2019-01-10 - a"
JANUARY = "2019-01-01 2019-01-31 2019-02-10 1000000 1000000 1000000 2019-02-10 - b"
DECEMBER = "2019-12-01 2019-12-31 2020-01-15 2000000 - - {} - c"
AFTERWARDS = "2020-01-01 2020-01-31 2020-02-10 2000000 - - 2020-02-10 - d"
ON_THE_DAY = "2020-03-01"


@pytest.mark.parametrize(
    ("owed", "returns", "counts"),
    [
        # Two hundredths of the five million of twelve months: 100,000.
        ("100000", [YEAR_BEFORE, JANUARY, DECEMBER.format(ON_THE_DAY)], True),
        ("99999.99", [YEAR_BEFORE, JANUARY, DECEMBER.format(ON_THE_DAY)], False),
        # Told only after the enforcement counted.
        ("60000", [JANUARY, DECEMBER.format("2020-03-02")], True),
        ("59999.99", [JANUARY, DECEMBER.format("2020-03-02")], False),
        ("60000", [JANUARY, AFTERWARDS], True),
        ("99999.99", [JANUARY, DECEMBER.format(ON_THE_DAY).replace("2020-01-15", "-")], True),
        ("-", [JANUARY, DECEMBER.format(ON_THE_DAY)], True),
        ("50000", ["2019-01-01 2019-01-31 2019-02-10 2000000 - - 2019-02-10 - b"], True),
        ("49999.99", ["2019-01-01 2019-01-31 2019-02-10 2000000 - - 2019-02-10 - b"], False),
    ],
)  # fmt: skip
def test_an_enforcement_counts_from_two_hundredths_of_the_sales_of_a_year(
    owed: str, returns: list[str], *, counts: bool
) -> None:
    case = f"{CASE}\nc 1 2020-01-01 {owed} open - 2020-01-05 a"
    told = "\n".join([RETURN, *returns])
    found = events(LATE, court_enforcement=case, tax_vat_return=told)
    assert found == ([("B2.1", ON_THE_DAY)] if counts else NONE)


def test_sales_are_those_that_stood_when_the_enforcement_counted() -> None:
    case = f"{CASE}\nc 1 2020-01-01 99999.99 open - 2020-01-05 a"
    amended = f"""{RETURN}
        2019-12-01 2019-12-31 2020-01-15 5000000 - - 2020-01-15 {{}} a
        2019-12-01 2019-12-31 2020-01-15 1000000 - - {{}}       -  b"""
    for day, found in (("2020-03-01", [("B2.1", ON_THE_DAY)]), ("2020-03-02", NONE)):
        told = amended.format(day, day)
        assert events(LATE, court_enforcement=case, tax_vat_return=told) == found


def test_an_enforcement_is_known_to_be_for_little_once_its_sixty_days_are_over() -> None:
    tables = held({"court_enforcement": f"{CASE}\nc 1 2020-01-01 60 open - 2020-01-05 a"})
    for day, number in ((date(2020, 2, 29), 0), (date(2020, 3, 1), 1)):
        assert lesser_events(tables, day).count().execute() == number


def test_an_enforcement_is_not_known_bad_before_its_sixty_days_are_over() -> None:
    case = f"{CASE}\nc 1 2020-01-01 50000 open - 2020-01-05 a"
    assert events("2020-02-29", court_enforcement=case) == NONE
    assert events("2020-03-01", court_enforcement=case) == [("B2.1", "2020-03-01")]


def test_what_was_performed_in_time_is_bad_until_that_is_known() -> None:
    versions = f"""{CASE} until
        c 1 2020-01-01 50000 open      -          2020-01-05 a 2020-03-10
        c 1 2020-01-01 50000 performed 2020-02-20 2020-03-10 b -"""
    assert events("2020-03-09", court_enforcement=versions) == [("B2.1", "2020-03-01")]
    assert events("2020-03-10", court_enforcement=versions) == NONE


def test_an_event_is_known_when_its_first_version_was() -> None:
    listed = f"{LIST}\nc 1 2020-02-01 - 2020-02-05 a I"
    assert events("2020-02-04", court_dishonest=listed) == NONE
    assert events("2020-02-05", court_dishonest=listed) == [("B2.2", "2020-02-01")]


def test_what_a_list_withdrew_later_did_happen_on_the_day_first_told() -> None:
    versions = f"""{LIST} until
        c 1 2020-02-01 -          2020-02-05 a I 2020-03-01
        c 1 2020-02-09 -          2020-03-01 b I 2020-04-01
        c 1 2020-02-09 -          2020-04-01 c D -"""
    assert events(LATE, court_dishonest=versions) == [("B2.2", "2020-02-01")]
    withdrawal = f"{LIST}\nc 1 2020-02-09 - 2020-04-01 c D"
    assert events(LATE, court_dishonest=withdrawal) == NONE


@pytest.mark.parametrize("end", ["2020-03-01", "2020-03-02"])
def test_what_has_to_last_is_over_when_it_was_withdrawn(end: str) -> None:
    """An entry leaves its list when it is performed, or lifted."""
    case = f"""{CASE} op until
        c 1 2020-01-01 50000 open - 2020-01-05 a I {end}
        c 1 2020-01-01 50000 open - {end}      b D -"""
    limit = f"""{LIMIT} known row op until
        o 2020-01-01 - 2020-01-05 a I {end}
        o 2020-01-01 - {end}      b D -"""
    late = end > "2020-03-01"
    assert events(LATE, court_enforcement=case) == [("B2.1", "2020-03-01")] * late
    assert events(LATE, court_spending_limit=limit) == [("B2.4", "2020-03-01")] * late


@pytest.mark.parametrize("known", ["2020-03-01", "2020-03-02"])
def test_an_enforcement_without_a_closing_day_was_closed_when_that_was_known(
    known: str,
) -> None:
    case = f"{CASE}\nc 1 2020-01-01 50000 performed - {known} a"
    late = known > "2020-03-01"
    assert events(LATE, court_enforcement=case) == [("B2.1", "2020-03-01")] * late
