"""What a signal takes from another register is read only where that may be read."""

from __future__ import annotations

from datetime import date

from kexin.dictionary.example import Example, records
from kexin.language import Text
from kexin.signals.catalogue import catalogue
from laws.small import values

DAY = date(2020, 6, 30)

TABLES = {
    "core_consent": """
        firm  consent_id  grantee   purpose  scope_registers  granted_at
        A     1           platform  scoring  tax+si+hf        2020-01-01T12:00
        C     2           platform  scoring  hf               2020-01-01T12:00
    """,
    "reg_firm": """
        firm  approve_date  reg_status  reg_capital
        A     2015-01-01    active      100
        B     2015-01-01    active      100
        C     2015-01-01    active      100
    """,
    "reg_officer": """
        firm  person_hash  role       valid_from
        A     P            legal_rep  2015-01-01
        B     P            legal_rep  2015-01-01
    """,
    "reg_penalty": """
        firm  decision_date  severity  fine_amount
        A     2020-06-01     general   1000
        B     2020-06-01     general   1000
    """,
    "tax_vat_return": """
        firm  period_start  period_end  filed_at    sales_taxable
        A     2019-06-01    2020-05-31  2020-06-10  200000
        B     2019-06-01    2020-05-31  2020-06-10  200000
        C     2019-06-01    2020-05-31  2020-06-10  200000
    """,
    "reg_annual_report": """
        firm  report_year  submit_date  employees
        A     2019         2020-05-01   9
        B     2019         2020-05-01   9
    """,
    "si_month": """
        firm  month       si_kind  insured_count
        A     2019-12-01  pension  9
        B     2019-12-01  pension  9
        C     2019-12-01  pension  9
    """,
    "hf_month": """
        firm  month       contributors
        A     2020-05-01  9
        C     2020-05-01  9
    """,
}

ASKED = (
    "reg.penalty_fine_24m",
    "reg.capital_log",
    "reg.ar_emp_gap",
    "reg.rep_firms_n",
    "hf.cover",
)


def told() -> dict[str, dict[str, float | None]]:
    """The signals of each firm; B has consented to nothing, C to the fund alone."""
    tables = records(Example(Text("", ""), as_of=str(DAY), tables=TABLES, expected={}))
    signals = [catalogue()[name] for name in ASKED]
    panel = values(signals, tables, [(firm, DAY) for firm in "ABC"])
    return {firm: own for (firm, _), own in panel.items()}


def test_an_input_that_may_not_be_read_is_unknown() -> None:
    found = told()
    fines, gap, cover = "reg.penalty_fine_24m", "reg.ar_emp_gap", "hf.cover"
    assert (found["A"][fines], found["A"][gap], found["A"][cover]) == (0.005, 0, 1)
    assert (found["B"][fines], found["B"][gap], found["B"][cover]) == (None, None, None)
    assert found["C"][fines] == 0, "no fine is none, whatever the sales"
    assert found["C"][cover] is None, "the fund may be read, the staff may not"


def test_a_public_register_is_read_and_other_firms_count_as_their_rows_show() -> None:
    found = told()
    assert found["B"]["reg.capital_log"] is not None
    assert found["A"]["reg.rep_firms_n"] == 1, "B sells, though it consented to nothing"
