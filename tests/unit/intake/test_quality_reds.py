"""Q1 and Q2: void invoices stay, red ones find the invoice they offset."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kexin.intake.reds import LINKED
from unit.intake.desk import FIRM, OTHER, Desk, flags

LATER = date(2024, 9, 30)


def invoice(number: str, amount: int, **changes: Any) -> dict[str, Any]:
    return {
        "firm": FIRM,
        "invoice_uid": number,
        "direction": "out",
        "invoice_kind": "e_special",
        "issue_date": "2024-03-01",
        "counterparty_code": "P1",
        "amount_ex_tax": amount,
        "tax_amount": 0,
        "invoice_status": "normal",
        **changes,
    }


def red(number: str = "R1", amount: int = -100, **changes: Any) -> dict[str, Any]:
    own = {"invoice_status": "red", "issue_date": "2024-06-01"}
    return invoice(number, amount, **{**own, **changes})


def links(desk: Desk) -> dict[str, str | None]:
    rows = desk.held("tax_invoice")
    linked = {row["invoice_uid"]: row["orig_invoice_uid"] for row in rows}
    for row, found in zip(rows, flags(rows), strict=True):
        assert (LINKED in found) == (row["orig_invoice_uid"] not in {None, "told"})
    return {uid: blue for uid, blue in linked.items() if uid.startswith("R")}


def test_a_void_invoice_is_held_with_its_amount(desk: Desk) -> None:
    account = desk.send(tax_invoice=[invoice("B1", 100, invoice_status="void")])
    assert account.tables[0].accepted == 1
    assert desk.held("tax_invoice")[0]["amount_ex_tax"] == 100


def test_a_red_invoice_finds_the_one_it_offsets(desk: Desk) -> None:
    desk.send(tax_invoice=[invoice("B1", 100), invoice("B2", 90), red()])
    assert links(desk) == {"R1": "B1"}


def test_it_finds_one_that_was_delivered_before(desk: Desk) -> None:
    desk.send(tax_invoice=[invoice("B1", 100)])
    desk.send(tax_invoice=[red()], on=LATER)
    assert links(desk) == {"R1": "B1"}


@pytest.mark.parametrize(
    "blue",
    [
        {"counterparty_code": "P2"},
        {"amount_ex_tax": 101},
        {"issue_date": "2024-06-02"},
        {"direction": "in"},
        {"invoice_status": "void"},
        {"firm": OTHER},
    ],
)
def test_an_invoice_that_differs_is_not_the_one(
    desk: Desk, blue: dict[str, Any]
) -> None:
    desk.send(tax_invoice=[invoice("B1", 100, **blue), red()])
    assert links(desk) == {"R1": None}


def test_of_two_that_fit_nobody_can_tell(desk: Desk) -> None:
    desk.send(tax_invoice=[invoice("B1", 100), invoice("B2", 100), red()])
    assert links(desk) == {"R1": None}


def test_an_invoice_is_offset_once(desk: Desk) -> None:
    desk.send(
        tax_invoice=[invoice("B1", 100), red("R1"), red("R2", issue_date="2024-06-02")]
    )
    desk.send(tax_invoice=[red("R3")], on=LATER)
    assert links(desk) == {"R1": "B1", "R2": None, "R3": None}


def test_what_the_bureau_says_itself_stays(desk: Desk) -> None:
    desk.send(tax_invoice=[invoice("B1", 100), red(orig_invoice_uid="told")])
    assert links(desk) == {"R1": "told"}


def test_a_link_outlives_the_same_delivery_and_a_second_that_fits(desk: Desk) -> None:
    desk.send(tax_invoice=[invoice("B1", 100), red()])
    before = desk.held("tax_invoice")
    account = desk.send(tax_invoice=[invoice("B1", 100), red()], on=LATER)
    assert account.tables[0].already_held == 2
    assert desk.held("tax_invoice") == before
    desk.send(tax_invoice=[invoice("B2", 100), red()], on=LATER)
    assert links(desk) == {"R1": "B1"}


def test_what_nobody_could_tell_is_not_told_by_the_same_delivery(desk: Desk) -> None:
    rows = [
        invoice("B1", 100, issue_date="2024-02-01"),
        invoice("B2", 100, issue_date="2024-04-01"),
        red("R1", issue_date="2024-03-01"),
        red("R2", issue_date="2024-06-01"),
    ]
    desk.send(tax_invoice=rows)
    assert links(desk) == {"R1": "B1", "R2": None}
    account = desk.send(tax_invoice=rows, on=LATER)
    assert account.tables[0].accepted == 0
