"""Who is who, as the versions of the registers tell it."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pytest

from kexin.identity.directory import SOURCES, Directory, directory
from unit.identity.test_ladder import code_of

FIRM, GONE = code_of(51), code_of(52)
TYPES = {"is_branch": "boolean"} | dict.fromkeys(
    ("event_date", "valid_from", "valid_to", "cancelled_date"), "date"
)


def firm(code: str, name: str, op: str = "I", **changes: Any) -> dict[str, Any]:
    row = {"firm_key": code, "uscc": code, "firm_name": name, "is_branch": False}
    return {**row, "event_date": date(2020, 1, 5), "op": op, **changes}


def made(**rows: list[dict[str, Any]]) -> Directory:
    """Return the directory of versions, by table."""
    return directory(
        {
            table: ibis.memtable(
                [{name: row.get(name) for name in columns} for row in rows[table]]
                if table in rows
                else [],
                schema=ibis.schema(
                    {name: TYPES.get(name, "string") for name in columns}
                ),
            )
            for table, columns in SOURCES.items()
        }
    )


def firms_in(table: Any) -> set[str]:
    return set(table.to_pandas()["firm_key"])


@pytest.mark.parametrize("op", ["I", "U"])
def test_a_registered_firm_is_found_by_code_and_name(op: str) -> None:
    found = made(reg_firm=[firm(FIRM, "杭州海创科技有限公司", op)])
    assert firms_in(found.codes) == firms_in(found.names) == {FIRM}


def test_a_withdrawn_row_of_the_registry_is_nobody() -> None:
    branch = {"is_branch": True, "parent_uscc": FIRM}
    found = made(
        reg_firm=[
            firm(FIRM, "杭州海创科技有限公司"),
            firm(GONE, "杭州云栖软件有限公司", "D", **branch),
        ]
    )
    assert firms_in(found.codes) == firms_in(found.names) == {FIRM}
    assert firms_in(found.parents) == set()


def test_withdrawn_names_and_customs_codes_are_nobodys() -> None:
    name = {"name_raw": "杭州云栖软件有限公司", "name_kind": "former", "op": "D"}
    code = {"customs_code": "3301960123", "op": "D"}
    found = made(
        reg_name_history=[{"firm_key": GONE, **name}],
        cus_registrant=[{"firm_key": GONE, **code}],
    )
    assert firms_in(found.codes) == firms_in(found.names) == set()


def test_a_name_stays_when_a_later_row_withdraws_it() -> None:
    """What was written before it was withdrawn meant the firm all the same."""
    name = "杭州海创科技有限公司"
    found = made(reg_firm=[firm(FIRM, name), firm(FIRM, name, "D")])
    assert firms_in(found.codes) == firms_in(found.names) == {FIRM}
