"""The mappings that take the city's deliveries in, out of how its bureaus write.

They stand in `data/mappings/city`, to be read, and to be copied by whoever maps a real
bureau's files; a test holds that they are what this module makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.simulate.contractform import SYNTHETIC
from kexin.simulate.looks.look import EXCEL, looks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kexin.registers.contract import Field
    from kexin.simulate.looks.look import Look, Supplier

MANIFEST = "manifest.json"


def write_mappings(folder: Path) -> None:
    """Write every bureau's mapping to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in mappings().items():
        (folder / f"{name}.toml").write_text(content, encoding="utf-8")


def mappings() -> dict[str, str]:
    """Return every bureau's mapping as TOML, by the register that it keeps."""
    by_supplier: dict[str, list[Look]] = {}
    for look in looks().values():
        by_supplier.setdefault(look.supplier.id, []).append(look)
    return {
        name: "\n".join(mapping(own[0].supplier, own))
        for name, own in sorted(by_supplier.items())
    }


def mapping(supplier: Supplier, own: list[Look]) -> Iterator[str]:
    """Yield the lines of a bureau's mapping."""
    yield f"# {supplier.zh} ({SYNTHETIC}): how the synthetic city's bureau writes."
    yield "# Every key is explained in docs/mappings.md."
    yield ""
    yield f"name = {quoted(supplier.id)}"
    yield f"source = {quoted(f'synthetic:{supplier.id}')}"
    yield ""
    yield "[ignored_files]"
    yield f'"*{MANIFEST}" = "what the delivery holds: files, rows, days, digests"'
    for look in own:
        yield from source(look)
    yield ""


def source(look: Look) -> Iterator[str]:
    """Yield the lines of one kind of file."""
    supplier = look.supplier
    yield ""
    yield f"# ---- {look.table.zh} ----"
    yield ""
    yield "[[sources]]"
    yield f"table = {quoted(look.table.id)}"
    yield f"files = [{quoted(f'*{look.file}_*.{supplier.form}')}]"
    if supplier.encoding != "utf-8":
        yield f"encoding = {quoted(supplier.encoding)}"
    if supplier.delimiter != ",":
        yield f"delimiter = {quoted(supplier.delimiter)}"
    yield f"firm = {quoted(look.code_heading)}"
    yield f"firm_name = {quoted(look.name_heading)}"
    yield f"known_at = {{ column = {quoted(supplier.sent)} }}"
    told = f"{quoted(supplier.operation)} = {quoted(supplier.deleted)}"
    yield f"withdrawn = {{ {told} }}"
    yield ""
    yield "[sources.columns]"
    for name, field in look.table.fields().items():
        if name not in look.table.derived:
            yield f"{name} = {filled(look, name, field)}"


def filled(look: Look, name: str, field: Field) -> str:
    """Return how a column is filled, as TOML."""
    parts = {"from": quoted(look.heading(name))}
    digits = look.digits.get(name, 0)
    if digits:
        parts["unit"] = str(10**digits if digits > 0 else f"{10.0**digits:g}")
    if look.supplier.days == EXCEL and field.dtype == "date" and not field.monthly:
        parts["dates"] = f"[{quoted(EXCEL)}]"
    labels = look.labels(name)
    if field.codes and any(code != told for code, told in labels.items()):
        pairs = (f"{quoted(told)} = {quoted(code)}" for code, told in labels.items())
        parts["codes"] = f"{{ {', '.join(pairs)} }}"
    if len(parts) == 1:
        return parts["from"]
    return f"{{ {', '.join(f'{key} = {value}' for key, value in parts.items())} }}"


def quoted(text: str) -> str:
    """Return text as a string of TOML."""
    return f'"{text}"'
