"""How records name somebody, in the forms in which it is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

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
    from collections.abc import Callable

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


def normalised(given: pa.Table) -> ir.Table:
    """Return mentions in their normal forms, one row each.

    Args:
        given: `mention` (a number), `code` and `name` as delivered, `day` of the event
            and `place`: division or court's sign of where it happened. All but the
            first may be absent.
    """
    columns = {
        **{name: given[name] for name in ("mention", "day", "place")},
        **formed(given["code"], code_forms),
        **formed(given["name"], name_forms),
    }
    rows = pa.table([columns[name] for name in MENTIONS.names], list(MENTIONS.names))
    return ibis.memtable(rows.cast(MENTIONS.to_pyarrow()), schema=MENTIONS)


def formed(
    texts: pa.ChunkedArray, forms: Callable[[str], dict[str, Any]]
) -> dict[str, pa.Array]:
    """Return the forms of texts, each text's worked out once; absent where it is."""
    said = texts.cast(pa.string()).combine_chunks().dictionary_encode()
    told = [forms(text) for text in said.dictionary.to_pylist()]
    kinds = MENTIONS.to_pyarrow()
    return {
        name: pa.array((row[name] for row in told), kinds.field(name).type).take(
            said.indices
        )
        for name in forms("")
    }


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
