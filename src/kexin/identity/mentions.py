"""How records name somebody, in the forms in which it is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from kexin.identity.codes import (
    customs_code,
    organisation_code,
    registration_number,
    repairs,
    taxpayer_number,
    uscc,
)
from kexin.identity.names import is_masked, is_organisation, k1, k3, without_branch

if TYPE_CHECKING:
    import ibis.expr.types as ir

MENTIONS = ibis.schema(
    {
        "mention": "int64",
        "uscc": "string",
        "repaired": "string",
        "organisation": "string",
        "registration": "string",
        "customs": "string",
        "k1": "string",
        "k2": "string",
        "core": "string",
        "form": "string",
        "whole": "string",
        "is_branch": "boolean",
        "is_masked": "boolean",
        "is_firm": "boolean",
        "day": "date",
        "place": "string",
    }
)


def normalised(given: pd.DataFrame) -> ir.Table:
    """Return mentions in their normal forms, one row each.

    Args:
        given: `mention` (a number), `code` and `name` as delivered, `day` of the event
            and `place`: division or court's sign of where it happened. All but the
            first may be absent.
    """
    codes = distinct(given["code"], code_forms)
    names = distinct(given["name"], name_forms)
    rows = pd.concat(
        [
            given[["mention", "day", "place"]].reset_index(drop=True),
            looked_up(given["code"], codes, list(code_forms("").keys())),
            looked_up(given["name"], names, list(name_forms("公司").keys())),
        ],
        axis="columns",
    )
    return ibis.memtable(rows[list(MENTIONS.names)], schema=MENTIONS)


def distinct(texts: pd.Series, forms: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """Return the forms of each text that occurs, worked out once."""
    return {text: forms(text) for text in texts.dropna().unique()}


def looked_up(
    texts: pd.Series, known: dict[str, dict[str, Any]], columns: list[str]
) -> pd.DataFrame:
    """Return a row of forms for each text; absent where the text is."""
    nothing = dict.fromkeys(columns)
    rows = [known.get(text, nothing) for text in texts]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def code_forms(code: str) -> dict[str, Any]:
    """Return what kinds of code a text is."""
    valid = uscc(code)
    mended = [] if valid else repairs(code)
    old = taxpayer_number(code)
    return {
        "uscc": valid,
        "repaired": mended[0] if len(mended) == 1 else None,
        "organisation": old[6:] if old else organisation_code(code),
        "registration": None if old else registration_number(code),
        "customs": customs_code(code),
    }


def name_forms(name: str) -> dict[str, Any]:
    """Return a name's normal forms; `whole` is K1 without a branch part."""
    first, parts = k1(name), k3(name)
    return {
        "k1": first,
        "k2": first.replace("(", "").replace(")", ""),
        "core": parts.core,
        "form": parts.form,
        "whole": without_branch(first)[0] if parts.branch else first,
        "is_branch": parts.branch is not None,
        "is_masked": is_masked(name),
        "is_firm": is_organisation(name),
    }
