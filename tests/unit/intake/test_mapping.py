"""A mapping that does not fit is refused with file, line and key; one that fits works."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kexin.errors import ConfigurationError
from unit.intake.bureau import MAPPING, row

if TYPE_CHECKING:
    from unit.intake.bureau import Bureau


def mistake(bureau: Bureau, old: str, new: str) -> ConfigurationError:
    assert old in MAPPING
    bureau.form = MAPPING.replace(old, new, 1)
    with pytest.raises(ConfigurationError) as raised:
        bureau.mapping()
    return raised.value


def line_of(bureau: Bureau, text: str) -> str:
    lines = bureau.form.splitlines()
    return f"line {1 + next(n for n, line in enumerate(lines) if text in line)},"


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("firm =", "frm =", "sources[0].f", "firm"),
        (
            'from = "对方"',
            'form = "对方"',
            "sources[0].columns.counterparty_code.form",
            "from",
        ),
        ('"tax_invoice"', '"tax_invoces"', "sources[0].table", "tax_invoice"),
        ("amount_ex_tax =", "amount =", "sources[0].columns.amount", "amount_ex_tax"),
        ('"void"', '"voided"', "sources[0].columns.invoice_status", "void"),
        ('"other"', '"others"', "sources[0].columns.invoice_kind", "other"),
        ('tax_amount = "税额"', "", "sources[0].columns", "tax_amount"),
        (
            '"日期"',
            '{ from = "日期", dates = ["YYYY"] }',
            "issue_date.dates",
            "%Y-%m-%d",
        ),
        ('"日期"', '{ constant = "today" }', "issue_date.constant", "date"),
        ('"金额"', '{ constant = "much" }', "amount_ex_tax.constant", "decimal(18, 2)"),
        (
            '"日期"',
            '{ from = "日期", join = ["a"] }',
            "columns.issue_date",
            "exactly one",
        ),
        ('"日期"', "{}", "columns.issue_date", "exactly one"),
        ("firm =", 'encoding = "utf8x"\nfirm =', "sources[0].encoding", "utf-8"),
        ("firm =", 'delimiter = ";;"\nfirm =', "sources[0].delimiter", "1 character"),
        ("firm =", 'known_at = "recieved"\nfirm =', "known_at", '"received"'),
        (
            "firm =",
            "known_at = { days = 3, on = 2024-01-01 }\nfirm =",
            "known_at",
            "one of on",
        ),
        ("firm =", "known_at = { day = 3 }\nfirm =", "known_at.day", "days"),
        ("firm =", 'not_delivered = ["tax"]\nfirm =', "not_delivered", "tax_amount"),
        ("firm =", 'not_delivered = ["direction"]\nfirm =', "not_delivered", "one of"),
        (
            "firm =",
            'set = [{ column = "direction", to = "up", where = [{ column = "tax_amount", below = 0 }] }]\nfirm =',
            "set[0].to",
            "one of out, in",
        ),
        (
            "firm =",
            'set = [{ column = "direction", to = "in", where = [{ column = "taxes", below = 0 }] }]\nfirm =',
            "set[0]",
            "tax_amount",
        ),
        (
            "firm =",
            'set = [{ column = "direction", to = "in", where = [{ column = "tax_amount" }] }]\nfirm =',
            "set[0].where[0]",
            "at least one",
        ),
        (
            "firm =",
            'reconcile = [{ total = "x", equals = ["status_date"] }]\nfirm =',
            "reconcile",
            "amount_ex_tax",
        ),
    ],
)
def test_a_mistake_in_a_mapping_is_told_with_file_line_and_key(
    bureau: Bureau, old: str, new: str, key: str, told: str
) -> None:
    error = mistake(bureau, old, new)
    assert error.where.startswith(str(bureau.folder / "mapping.toml"))
    assert key in error.where
    assert told in error.said("en")
    assert error.said("zh") != error.said("en")


def test_the_line_of_a_mistake_is_the_line_of_its_column(bureau: Bureau) -> None:
    error = mistake(bureau, '"void"', '"voided"')
    assert line_of(bureau, "voided") in error.where


def test_a_key_column_can_not_be_left_undelivered(bureau: Bureau) -> None:
    text = 'invoice_uid = { join = ["企业", "号码"] }\n'
    bureau.form = MAPPING.replace(text, "").replace(
        "firm =", 'not_delivered = ["invoice_uid"]\nfirm ='
    )
    with pytest.raises(ConfigurationError, match="'invoice_uid' is not mapped"):
        bureau.mapping()


def test_a_missing_event_column_asks_for_an_event_date(bureau: Bureau) -> None:
    bureau.form = MAPPING.replace('issue_date = "日期"\n', "").replace(
        "firm =", 'not_delivered = ["issue_date"]\nfirm ='
    )
    with pytest.raises(ConfigurationError, match="event_date = YYYY-MM-DD"):
        bureau.mapping()
    bureau.form = bureau.form.replace("firm =", "event_date = 2024-01-01\nfirm =")
    bureau.send(row())
    (held,) = bureau.held()
    assert held["event_date"] == date(2024, 1, 1)
    assert held["issue_date"] is None
    assert held["dq_flags"] == ["incomplete"]


@pytest.mark.parametrize(
    ("column", "spec", "delivered", "held"),
    [
        ("amount_ex_tax", '"金额"', "1234.5", Decimal("1234.50")),
        ("amount_ex_tax", '"金额"', "１２３", Decimal("123.00")),
        (
            "amount_ex_tax",
            '{ from = "金额", unit = 10000 }',
            "12.34567",
            Decimal("123456.70"),
        ),
        ("amount_ex_tax", '{ from = "金额", unit = 0.01 }', "12345", Decimal("123.45")),
        ("amount_ex_tax", '{ from = "金额", unit = 10000 }', "99999999999999", None),
        (
            "amount_ex_tax",
            '{ from = "金额", thousands = "," }',
            '"1,234.5"',
            Decimal("1234.50"),
        ),
        (
            "amount_ex_tax",
            '{ from = "金额", decimal = ",", thousands = "." }',
            '"1.234,5"',
            Decimal("1234.50"),
        ),
        ("amount_ex_tax", '{ from = "金额", decimal = "," }', "1.234", None),
        ("amount_ex_tax", '"金额"', '"1,5"', None),
        ("amount_ex_tax", '"金额"', "12元", None),
        ("amount_ex_tax", '"金额"', "99999999999999999999", None),
        ("amount_ex_tax", '"金额"', "nan", None),
        (
            "issue_date",
            '{ from = "金额", dates = ["excel"] }',
            "45414",
            date(2024, 5, 2),
        ),
        (
            "issue_date",
            '{ from = "金额", dates = ["excel"] }',
            "45414.75",
            date(2024, 5, 2),
        ),
        ("issue_date", '{ from = "金额", dates = ["excel"] }', "1e300", None),
        (
            "issue_date",
            '{ from = "金额", dates = ["%Y/%m/%d", "%Y%m%d"] }',
            "20240502",
            date(2024, 5, 2),
        ),
        (
            "issue_date",
            '{ from = "金额", dates = ["%Y/%m/%d", "%Y%m%d"] }',
            "2024/5/2",
            date(2024, 5, 2),
        ),
        ("issue_date", '{ from = "金额", dates = ["%Y/%m/%d"] }', "2024-05-02", None),
        ("issue_date", '"金额"', "2024-02-30", None),
        ("issue_date", '"金额"', "2024年5月2日", date(2024, 5, 2)),
        (
            "invoice_status",
            '{ from = "金额", codes = { "Ｏｋ" = "normal" } }',
            "　Ok ",
            "normal",
        ),
        ("invoice_status", '{ from = "金额", codes = { ok = "normal" } }', "no", None),
        (
            "invoice_status",
            '{ from = "金额", codes = { ok = "normal" }, unknown = "other" }',
            "no",
            "other",
        ),
        ("invoice_status", '"金额"', "void", "void"),
        ("invoice_status", '"金额"', "voided", None),
        ("goods_code", '"金额"', "1010101010000000000", "1010101010000000000"),
        ("goods_code", '"金额"', "10101010100000000001", None),
        ("orig_invoice_uid", '{ join = ["企业", "金额"], with = "/" }', "7", "E1/7"),
    ],
)
def test_a_value_is_held_in_the_contracts_form_or_refused(
    bureau: Bureau, column: str, spec: str, delivered: str, held: object
) -> None:
    lines = [line for line in MAPPING.splitlines() if not line.startswith(column)]
    if column != "amount_ex_tax":
        lines = [x.replace('= "金额"', "= { constant = 1 }") for x in lines]
    bureau.form = "\n".join([*lines, f"{column} = {spec}"])
    count = bureau.send(row(金额=delivered))
    if held is None:
        assert count.quarantined == 1
        assert {failure.column for failure in bureau.failures()} == {column}
    else:
        assert [record[column] for record in bureau.held()] == [held]


def test_unknown_codes_that_pass_are_flagged_and_known_ones_are_not(
    bureau: Bureau,
) -> None:
    bureau.form = MAPPING.replace(
        '"作废" = "void" }', '"作废" = "void" }, unknown = "other"'
    )
    bureau.send(row(), row(号码="2", 状态="失控"))
    assert [(r["invoice_status"], r["dq_flags"]) for r in bureau.held()] == [
        ("normal", []),
        ("other", ["unknown_code"]),
    ]


def test_rules_set_a_code_where_all_conditions_hold(bureau: Bureau) -> None:
    bureau.form = MAPPING + (
        '[[sources.set]]\ncolumn = "invoice_status"\nto = "red"\nwhere = ['
        '{ column = "amount_ex_tax", below = 0 },'
        '{ column = "invoice_status", is = "normal" }]\n'
    )
    bureau.send(
        row(),
        row(号码="2", 金额="-1"),
        row(号码="3", 金额="-1", 状态="作废"),
        row(号码="4", 金额="0"),
    )
    statuses = [record["invoice_status"] for record in bureau.held()]
    assert statuses == ["normal", "red", "void", "normal"]


def test_a_total_that_does_not_add_up_is_flagged_and_held(bureau: Bureau) -> None:
    bureau.form = MAPPING + (
        '[[sources.reconcile]]\ntotal = "对方"\n'
        'equals = ["amount_ex_tax", "tax_amount"]\n'
    )
    totals = ["113.00", "113.01", "113.02", "-113", "", "much"]
    bureau.send(*(row(号码=str(n), 对方=total) for n, total in enumerate(totals)))
    flagged = [record["dq_flags"] == ["total_mismatch"] for record in bureau.held()]
    assert flagged == [False, False, True, True, False, True]


@pytest.mark.parametrize(
    ("rule", "known", "flags"),
    [
        ('"received"', datetime(2024, 6, 30), []),
        ("2024-01-31", datetime(2024, 1, 31), ["known_at_reconstructed"]),
        (
            '{ after = "event_date", days = "register" }',
            datetime(2024, 5, 5),
            ["known_at_reconstructed"],
        ),
        (
            '{ after = "event_date" }',
            datetime(2024, 5, 5),
            ["known_at_reconstructed"],
        ),
        ("{ days = 30 }", datetime(2024, 6, 1), ["known_at_reconstructed"]),
        ("{ on = 2024-01-31 }", datetime(2024, 1, 31), ["known_at_reconstructed"]),
        (
            '{ after = "event_date", days = 30 }',
            datetime(2024, 6, 1),
            ["known_at_reconstructed"],
        ),
        (
            '{ after = "event_date", days = 300 }',
            datetime(2024, 6, 30),
            ["known_at_reconstructed"],
        ),
    ],
)
def test_records_are_known_on_receipt_or_as_the_mapping_reconstructs(
    bureau: Bureau, rule: str, known: datetime, flags: list[str]
) -> None:
    bureau.form = MAPPING.replace("firm =", f"known_at = {rule}\nfirm =")
    bureau.send(row())
    (held,) = bureau.held()
    assert held["known_at"] == known
    assert held["dq_flags"] == flags


def test_firms_are_prefixed_local_ids_or_social_credit_codes(bureau: Bureau) -> None:
    bureau.send(row(企业="Ｅ７ ", 对方=""))
    (held,) = bureau.held()
    assert (held["firm_key"], held["src_code"]) == ("TEST:E7", "Ｅ７ ")
    assert held["counterparty_code"] is None
    bureau.form = MAPPING.replace('firm_prefix = "TEST"\n', "")
    good = row(企业="91330100799655058b", 号码="9")
    sent = bureau.send(good, row(企业="E7", 号码="8"), row(企业=""), name="b.csv")
    assert (sent.accepted, sent.quarantined) == (2, 1)
    assert "firm" in [failure.rule for failure in bureau.failures()]
    keys = {r["src_code"]: r["firm_key"] for r in bureau.held()}
    assert keys["91330100799655058b"] == "91330100799655058B"
    assert keys["E7"] is None, "who is not known is held, and tried again"


def test_the_name_of_the_firm_is_kept_as_delivered(bureau: Bureau) -> None:
    bureau.form = MAPPING.replace("firm =", 'firm_name = "对方"\nfirm =')
    bureau.send(row(对方="某（公司）"))
    (held,) = bureau.held()
    assert held["src_name"] == "某（公司）"
    assert held["counterparty_code"] == "TEST:某(公司)"


def test_a_column_that_says_when_it_was_handed_over_is_believed(
    bureau: Bureau,
) -> None:
    bureau.form = MAPPING.replace("firm =", 'known_at = { column = "状态" }\nfirm =')
    bureau.form = bureau.form.replace(
        'from = "状态", codes = { "有效" = "normal", "作废" = "void" }',
        'constant = "normal"',
    )
    told = ["2024-05-03 08:30:00", "2024/5/4", "45418", "", "2024-07-01", "gestern"]
    count = bureau.send(*(row(号码=str(n), 状态=day) for n, day in enumerate(told)))
    held = bureau.held()
    assert [record["known_at"] for record in held] == [
        datetime(2024, 5, 3, 8, 30),
        datetime(2024, 5, 4),
        datetime(2024, 5, 6),
        datetime(2024, 6, 30),
    ]
    assert all(record["dq_flags"] == [] for record in held)
    assert count.quarantined == 2
    assert {failure.rule for failure in bureau.failures()} == {"known_at"}


def test_an_excel_day_of_a_month_is_no_month_of_another_millennium(
    bureau: Bureau,
) -> None:
    bureau.form = """\
name = "bureau"
source = "bureau:test"
firm_prefix = "TEST"

[[sources]]
table = "si_headcount_change"
files = ["*.csv"]
firm = "企业"

[sources.columns]
month = { from = "日期", dates = ["excel"] }
joins = "号码"
leaves = "号码"
"""
    bureau.send(row(日期="45413"))
    (held,) = bureau.held("si_headcount_change")
    assert held["month"] == date(2024, 5, 1)
