"""What became of firms in the year after 31 December 2019: a firm, a case.

Days lie on both sides of the edges that POLICY.md, sections 1.2 and 1.3, draws.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kexin.panel.outcomes import is_mature, outcomes
from unit.panel.delivered import held, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kexin.panel.outcomes import Label

AS_OF, MATURE = date(2019, 12, 31), date(2021, 4, 30)

HEADS = {
    "court_dishonest": "firm case_id party_seq list_date known",
    "court_enforcement": "firm case_id party_seq filed_date exec_amount exec_status"
    " closed_date",
    "reg_status_event": "firm event_id event_code event other_uscc known",
    "core_loan_outcome": "firm loan_id report_month balance dpd five_class"
    " is_rescheduled known",
}

CASES: dict[str, tuple[dict[str, list[str]], str, str | None]] = {
    "silent": ({}, "good", None),
    "listed_first_day": ({"court_dishonest": ["2020-01-01 2020-01-05"]}, "bad", "B2.2"),
    "listed_last_day": ({"court_dishonest": ["2020-12-31 2021-01-05"]}, "bad", "B2.2"),
    "listed_after": ({"court_dishonest": ["2021-01-01 2021-01-05"]}, "good", None),
    "known_too_late": ({"court_dishonest": ["2020-12-31 2021-05-01"]}, "good", None),
    "known_in_time": ({"court_dishonest": ["2020-12-31 2021-04-30"]}, "bad", "B2.2"),
    "enforced": ({"court_enforcement": ["2020-05-01 50000 open -"]}, "bad", "B2.1"),
    # Filed in the window, bad sixty days later, after its end.
    "enforced_late": ({"court_enforcement": ["2020-12-01 50000 open -"]}, "good", None),
    "enforced_for_little": (
        {"court_enforcement": ["2020-05-01 49999.99 open -"]}, "indeterminate", None,
    ),
    "little_on_the_last_day": (
        {"court_enforcement": ["2020-12-31 49999.99 open -"]}, "indeterminate", None,
    ),
    "little_after": ({"court_enforcement": ["2021-01-01 49999.99 open -"]}, "good", None),
    "performed": (
        {"court_enforcement": ["2020-05-01 90000 performed 2020-06-01"]},
        "indeterminate", None,
    ),
    "performed_before": (
        {"court_enforcement": ["2019-12-31 90000 performed 2020-01-15"]}, "good", None,
    ),
    "deregistered": ({"reg_status_event": ["deregistered 2020-07-01 - 2020-07-01"]}, "left", None),
    "deregistered_after": (
        {"reg_status_event": ["deregistered 2021-01-01 - 2021-01-01"]}, "good", None,
    ),
    "deregistered_and_listed": (
        {
            "reg_status_event": ["deregistered 2020-03-01 - 2020-03-01"],
            "court_dishonest": ["2020-08-01 2020-08-05"],
        },
        "bad", "B2.2",
    ),
    "moved_early": ({"reg_status_event": ["moved_out 2020-06-29 - 2020-06-29"]}, "censored", None),
    "moved_later": ({"reg_status_event": ["moved_out 2020-06-30 - 2020-06-30"]}, "censored", None),
    "merged_into_bad": (
        {"reg_status_event": ["merged_into 2020-05-01 heir 2020-10-01"]}, "bad", "B2.2",
    ),
    "split_off_bad": ({"reg_status_event": ["split 2020-05-01 heir 2020-05-01"]}, "bad", "B2.2"),
    "merged_after_it": (
        {"reg_status_event": ["merged_into 2020-09-02 heir 2020-09-02"]}, "good", None,
    ),
    "merged_on_the_day": (
        {"reg_status_event": ["merged_into 2020-09-01 heir 2020-09-01"]}, "bad", "B2.2",
    ),
    "merged_into_a_bad_borrower": (
        {"reg_status_event": ["merged_into 2020-03-01 classified 2020-03-01"]},
        "bad", "B1.2",
    ),
    "merged_and_deregistered": (
        {
            "reg_status_event": [
                "merged_into 2020-05-01 silent 2020-05-01",
                "deregistered 2020-05-11 - 2020-05-11",
            ]
        },
        "good", None,
    ),
    # Known only after the day on which firms were asked.
    "bad_already": ({"court_dishonest": ["2019-12-30 2020-01-05"]}, "ineligible", None),
    "bad_on_the_day": ({"court_dishonest": ["2019-12-31 2020-01-05"]}, "ineligible", None),
    "bad_a_year_ago": ({"court_dishonest": ["2018-12-31 2020-01-05"]}, "good", None),
    "gone_already": (
        {"reg_status_event": ["deregistered 2019-12-30 - 2020-01-02"]},
        "ineligible", None,
    ),
    "moved_already": (
        {"reg_status_event": ["moved_out 2019-12-31 - 2020-01-02"]}, "ineligible", None,
    ),
    "moved_long_ago_and_back": (
        {"reg_status_event": ["moved_out 2016-12-31 - 2017-01-02"]}, "good", None,
    ),
    "merged_into_good": (
        {"reg_status_event": ["merged_into 2020-05-01 silent 2020-05-01"]}, "good", None,
    ),
    "merged_into_unknown": (
        {"reg_status_event": ["merged_into 2020-05-01 nobody 2020-05-01"]}, "censored", None,
    ),
    "heir": ({"court_dishonest": ["2020-09-01 2020-09-05"]}, "bad", "B2.2"),
    # 31 May less five days: B1.1.
    "past_due": ({"core_loan_outcome": ["2020-05-01 1000.01 95 2 no"]}, "bad", "B1.1"),
    "owes_little": (
        {"core_loan_outcome": ["2020-05-01 1000 95 2 no"]}, "indeterminate", None,
    ),
    "late_30": ({"core_loan_outcome": ["2020-05-01 9000 30 2 no"]}, "indeterminate", None),
    "late_29": ({"core_loan_outcome": ["2020-05-01 9000 29 2 no"]}, "good", None),
    "classified": ({"core_loan_outcome": ["2020-05-01 9000 0 3 no"]}, "bad", "B1.2"),
    "restructured": (
        {"core_loan_outcome": ["2020-05-01 9000 0 1 restructured"]}, "bad", "B1.3",
    ),
    "extended": (
        {"core_loan_outcome": ["2020-05-01 9000 0 1 extension"]}, "indeterminate", None,
    ),
    "late_before": ({"core_loan_outcome": ["2019-12-01 9000 30 2 no"]}, "good", None),
    "twice": (
        {
            "court_dishonest": ["2020-09-01 2020-09-05"],
            "core_loan_outcome": ["2020-06-01 9000 0 3 no"],
        },
        "bad", "B1.2",
    ),
}  # fmt: skip


def lines(table: str, firm: str, rows: list[str]) -> list[str]:
    """Lines of a table: keys before what a case tells."""
    before = {
        "court_dishonest": f"{firm} {firm}-d 1",
        "court_enforcement": f"{firm} {firm}-e 1",
        "reg_status_event": f"{firm} {firm}-s",
        "core_loan_outcome": f"{firm} {firm}-l",
    }[table]
    after = " 2020-12-15" if table == "core_loan_outcome" else ""
    return [f"{before} {row}{after}" for row in rows]


def city(*left_out: str) -> dict[str, str]:
    """Tables of all cases."""
    told = {
        table: "\n".join(
            [
                head,
                *(
                    line
                    for firm, (tables, _, _) in CASES.items()
                    for line in lines(table, firm, tables.get(table, []))
                ),
            ]
        )
        for table, head in HEADS.items()
    }
    every = standing(*CASES) | told
    return {name: text for name, text in every.items() if name not in left_out}


def told(
    tables: Mapping[str, str], known_by: date = MATURE, label: Label | None = None
) -> dict[str, dict[str, Any]]:
    """Outcomes by firm."""
    found = outcomes(held(tables), AS_OF, known_by, label)
    return {row["firm_key"]: row for row in found.to_dict("records")}


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    return told(city())


@pytest.mark.parametrize("firm", CASES)
def test_a_case_has_the_outcome_that_the_policy_gives(
    found: dict[str, dict[str, Any]], firm: str
) -> None:
    _, outcome, event = CASES[firm]
    row = found[firm]
    assert row["outcome"] == outcome
    assert (row["event"] if outcome == "bad" else None) == event


def test_one_row_a_firm_in_the_order_of_firms(found: dict[str, dict[str, Any]]) -> None:
    assert list(found) == sorted(CASES)


def test_a_default_is_dated_by_the_first_event_and_known_by_the_first_report(
    found: dict[str, dict[str, Any]],
) -> None:
    days = {
        firm: (str(row["default_date"].date()), str(row["label_known_at"].date()))
        for firm, row in found.items()
        if row["outcome"] == "bad"
    }
    assert days["listed_last_day"] == ("2020-12-31", "2021-01-05")
    assert days["enforced"] == ("2020-06-30", "2020-06-30")
    assert days["past_due"] == ("2020-05-26", "2020-12-15")
    assert days["twice"] == ("2020-06-01", "2020-09-05")
    assert days["merged_into_bad"] == ("2020-09-01", "2020-10-01")
    assert days["split_off_bad"] == ("2020-09-01", "2020-09-05")


def test_weight_is_what_was_seen_of_a_firm_that_moved_out_after_six_months(
    found: dict[str, dict[str, Any]],
) -> None:
    weights = {firm: row["weight"] for firm, row in found.items()}
    observed = {firm: row["observed"] for firm, row in found.items()}
    assert (weights["moved_early"], observed["moved_early"]) == (0, 181 / 366)
    assert (weights["moved_later"], observed["moved_later"]) == (182 / 366, 182 / 366)
    assert (weights["deregistered"], observed["deregistered"]) == (0, 183 / 366)
    assert (weights["silent"], observed["silent"]) == (1, 1)
    assert (weights["enforced"], observed["enforced"]) == (1, 1)
    assert (weights["late_30"], observed["late_30"]) == (0, 1)


def test_before_its_window_is_reported_a_firm_is_bad_or_censored_never_good() -> None:
    early = told(city(), date(2021, 4, 29))
    told_early = {row["outcome"] for row in early.values()}
    assert told_early == {"bad", "censored", "ineligible"}
    assert early["enforced"]["outcome"] == "bad"
    assert {row["weight"] for row in early.values()} == {0}
    half = told(city(), date(2020, 7, 1))
    assert half["silent"]["observed"] == 183 / 366


def test_little_is_measured_by_the_sales_of_the_year_before() -> None:
    tables = standing("small", "large") | {
        "court_enforcement": "firm case_id party_seq filed_date exec_amount exec_status\n"
        "small s 1 2020-05-01 60000 open\nlarge l 1 2020-05-01 60000 open",
        "tax_vat_return": """
            firm  period_end filed_at   sales_taxable
            small 2019-06-30 2019-07-10 2999999.99
            large 2019-06-30 2019-07-10 3000000.01""",
    }
    found = told(tables, label="B2")
    assert found["small"]["outcome"] == "bad"
    assert found["large"]["outcome"] == "indeterminate"


def test_a_window_is_mature_sixteen_months_after_its_day() -> None:
    # The example of POLICY.md 1.2: on 2026-11-23 the last usable month end is 2025-06-30.
    assert is_mature(date(2025, 6, 30), date(2026, 11, 23))
    assert not is_mature(date(2025, 7, 31), date(2026, 11, 23))


def test_public_events_alone_are_label_b2() -> None:
    public = told(city(), label="B2")
    assert public["past_due"]["outcome"] == "good"
    assert public["late_30"]["outcome"] == "good"
    assert public["twice"]["event"] == "B2.2"


def test_loans_alone_are_label_b1_and_mature_when_reported_to_the_end() -> None:
    loans = told(city(), label="B1")
    with_loans = {f for f, (tables, _, _) in CASES.items() if "core_loan_outcome" in tables}
    assert set(loans) == with_loans - {"late_before"}
    assert loans["past_due"]["event"] == "B1.1"
    assert loans["late_29"]["outcome"] == "censored"
    assert loans["late_29"]["observed"] == 152 / 366
    assert loans["late_29"]["weight"] == 0
    more = city()
    more["core_loan_outcome"] += "\nlate_29 late_29-l 2020-12-01 0 0 1 no 2021-01-15"
    more["core_loan_outcome"] += "\nlate_30 late_30-l 2020-11-01 0 0 1 no 2021-01-15"
    reported = told(more, label="B1")
    assert (reported["late_29"]["outcome"], reported["late_29"]["weight"]) == ("good", 1)
    assert reported["late_30"]["outcome"] == "indeterminate"


def test_each_loan_must_be_reported_to_the_end_or_repaid() -> None:
    rows = """firm loan_id bank_id report_month balance dpd five_class is_rescheduled known
        repaid   a x 2020-07-01 0    0 1 no 2020-08-15
        half     a x 2020-07-01 9000 0 1 no 2020-08-15
        half     a y 2020-12-01 9000 0 1 no 2021-01-15
        early    a x 2020-05-01 9000 0 1 no 2020-06-15
        to_end   a x 2020-12-01 9000 0 1 no 2021-01-15
        one_old  a x 2020-12-01 9000 0 1 no 2021-01-15
        one_old  b x 2019-09-01 9000 0 1 no 2019-10-10
        long_ago a x 2019-12-01 9000 0 1 no 2020-01-10
        long_ago b x 2019-09-01 9000 0 1 no 2019-10-10
        over     a x 2019-09-01 9000 0 1 no 2019-10-10
        next     a x 2021-01-01 9000 0 3 no 2021-02-15
        bad      a x 2019-11-01 9000 0 3 no 2019-12-10
        bad_long a x 2018-11-01 9000 0 3 no 2018-12-10
        bad_long a x 2019-11-01 9000 0 3 no 2019-12-10
        bad_long a x 2020-02-01 9000 0 3 no 2020-03-10
        bad      a x 2020-02-01 9000 0 3 no 2020-03-10"""
    loans = told({"core_loan_outcome": rows}, MATURE, "B1")
    assert {firm: row["outcome"] for firm, row in loans.items()} == {
        "repaid": "good", "half": "censored", "early": "censored",
        "to_end": "good", "one_old": "good",
    }  # fmt: skip
    assert (loans["half"]["observed"], loans["half"]["weight"]) == (213 / 366, 213 / 366)
    assert loans["early"]["weight"] == 0
    early = told({"core_loan_outcome": rows}, date(2021, 1, 20), "B1")
    assert early["repaid"]["outcome"] == "good"
    assert (early["half"]["outcome"], early["half"]["weight"]) == ("censored", 0)


def test_what_a_loan_keeps_is_told_once() -> None:
    months = [f"2019-{m:02}-01" for m in range(1, 13)]
    months += [f"2020-{m:02}-01" for m in range(1, 13)]
    rows = [
        f"{firm} {firm} {month} 9000 0 1 {state} {month}"
        for firm, state in (("extended", "extension"), ("eased", "restructured"))
        for month in months
    ]
    head = HEADS["core_loan_outcome"]
    tables = standing("extended", "eased") | {
        "core_loan_outcome": "\n".join([head, *rows])
    }
    found = told(tables, MATURE, "any")
    assert found["extended"]["outcome"] == "good"
    # Restructured in January 2019: within the year, so nobody asks.
    assert "eased" not in found


def test_what_is_to_come_has_not_happened() -> None:
    rating = "rating_year seq effective_date rating_cause event known"
    tables = standing("F") | {
        "tax_credit_rating": f"{rating}\n2019 1 2020-03-01 direct_d 2019-12-31 2020-01-20"
    }
    assert told(tables, date(2020, 2, 29), "B2")["F"]["outcome"] == "censored"
    assert told(tables, date(2020, 3, 1), "B2")["F"]["outcome"] == "bad"


def test_where_courts_were_never_delivered_loans_alone_tell() -> None:
    alone = told(city("court_enforcement", "court_dishonest"))
    without = told(city("court_enforcement"))
    assert without["listed_first_day"]["event"] == "B2.2"
    assert "silent" not in alone
    assert alone["past_due"]["event"] == "B1.1"


def test_a_city_without_any_event_has_good_firms_alone() -> None:
    quiet = told(standing("a", "b"), label="B2")
    assert [row["outcome"] for row in quiet.values()] == ["good", "good"]


def test_a_successor_is_followed_once_the_registry_knows_it() -> None:
    tables = standing("F") | {
        "reg_firm": """
            firm firm_type_code is_branch reg_status establish_date approve_date known
            F    1100           no        active     2015-01-01     2015-01-01   2015-01-05
            new  1100           no        active     2020-05-01     2020-05-01   2021-05-01
            """,
        "reg_status_event": "event_id event_code event other_uscc\n"
        "s merged_into 2020-05-01 new",
    }
    assert told(tables, MATURE, "B2")["F"]["outcome"] == "censored"
    assert told(tables, date(2021, 5, 1), "B2")["F"]["outcome"] == "good"
