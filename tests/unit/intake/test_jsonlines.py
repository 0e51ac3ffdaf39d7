"""JSON Lines give the same records as any other form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kexin.errors import DeliveryError
from unit.intake.bureau import GOOD, HEADINGS, MAPPING, row

if TYPE_CHECKING:
    from unit.intake.bureau import Bureau


def text_of(*rows: tuple[str, ...]) -> str:
    objects = [dict(zip(HEADINGS, values, strict=True)) for values in rows]
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


@pytest.fixture
def lined(bureau: Bureau) -> Bureau:
    bureau.form = MAPPING.replace('"*.csv.gz",', '"*.csv.gz", "*.jsonl", "*.jsonl.gz",')
    return bureau


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_objects_are_the_rows_that_csv_would_give(lined: Bureau, name: str) -> None:
    text = text_of(GOOD, row(号码="2", 金额="-1234.50"))
    count = lined.deliver(lined.file(text, name)).tables[0]
    assert count[1:] == (2, 2, 0, 0)
    assert [str(held["amount_ex_tax"]) for held in lined.held()] == [
        "100.00",
        "-1234.50",
    ]
    assert lined.send(GOOD, row(号码="2", 金额="-1234.50")).already_held == 2


def test_numbers_keep_their_digits_and_missing_keys_are_absent(lined: Bureau) -> None:
    told = dict(zip(HEADINGS, GOOD, strict=True))
    first = json.dumps({**told, "金额": 0}, ensure_ascii=False)
    digits = first.replace('"金额": 0', '"金额": 12345678901234.10')
    del told["对方"]
    text = "\ufeff" + digits + "\n\n" + json.dumps({**told, "号码": 2}) + "\n"
    assert lined.deliver(lined.file(text, "a.jsonl")).tables[0].accepted == 2
    one, two = lined.held()
    assert str(one["amount_ex_tax"]) == "12345678901234.10"
    assert two["counterparty_code"] is None


def test_a_line_that_is_no_object_goes_to_quarantine_with_its_number(
    lined: Bureau,
) -> None:
    text = text_of(GOOD) + '{"企业": "E1", \n[1, 2]\n' + text_of(row(号码="2"))
    count = lined.deliver(lined.file(text, "a.jsonl")).tables[0]
    assert count[1:] == (4, 2, 0, 2)
    assert sorted(each.row for each in lined.failures()) == [2, 3]


@pytest.mark.parametrize(
    ("content", "en"),
    [
        (b"[1]\n", "no JSON object"),
        (text_of(GOOD).encode("gb18030"), "it can be read as gb18030"),
    ],
)
def test_what_is_no_json_lines_is_told(lined: Bureau, content: bytes, en: str) -> None:
    with pytest.raises(DeliveryError) as told:
        lined.deliver(lined.file(content, "a.jsonl"))
    assert en in str(told.value)


def test_a_truncated_gzip_loses_nothing_of_what_was_held(lined: Bureau) -> None:
    path = lined.file(text_of(*[row(号码=str(n)) for n in range(500)]), "a.jsonl.gz")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DeliveryError):
        lined.deliver(path)
    assert not (lined.warehouse / "snapshot.json").exists()
