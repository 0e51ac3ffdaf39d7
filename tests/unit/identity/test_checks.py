"""The expression and the loop agree on what is a code."""

from __future__ import annotations

import ibis
import pandas as pd

from kexin.identity.checks import CHARACTERS, has_check_characters
from kexin.identity.codes import uscc
from unit.identity.test_ladder import code_of


def test_an_engine_sees_the_same_wrong_characters_as_the_loop() -> None:
    codes = [code_of(number) for number in range(100, 400)]
    places = [0, 1, *range(8, 18)]
    for number, code in enumerate(list(codes)):
        place = places[number % len(places)]
        other = CHARACTERS[7 * number % len(CHARACTERS)]
        codes.append(code[:place] + other + code[place + 1 :])
    table = ibis.memtable(pd.DataFrame({"code": codes}))
    told = table.mutate(right=has_check_characters(table.code))
    found = ibis.duckdb.connect().to_pyarrow(told).to_pylist()
    assert {row["right"] for row in found} == {True, False}
    for row in found:
        assert row["right"] == (uscc(row["code"]) is not None), row["code"]
