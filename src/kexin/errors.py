"""Errors that speak to the person who can mend them.

Each says what was found, where, what was expected, and what to do, in both languages.
Bad rows are never errors: they are rows of the quarantine. An error is raised when the
work as a whole cannot go on; the command then prints it and ends with the class's exit
code, so that a scheduler can tell the kinds apart without reading the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kexin.language import Text

if TYPE_CHECKING:
    from kexin.language import Language

LABELS = (
    Text("位置", "where"),
    Text("应为", "expected"),
    Text("处理", "do"),
)


class KexinError(Exception):
    """Something that a person outside the code must mend.

    Args:
        found: What was found, with the value itself.
        where: Where: file, row, column, key, signal or rule. Needs no translation.
        expected: What was expected there.
        do: What to do next, as an order.

    Attributes:
        exit_code: What the command returns; one number a class, from 10 on.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, found: Text, *, where: str, expected: Text, do: Text) -> None:
        self.found, self.where, self.expected, self.do = found, where, expected, do
        super().__init__(self.said("en"))

    def said(self, language: Language) -> str:
        """Return the whole message in one language, a line for each part."""
        parts = (Text(self.where, self.where), self.expected, self.do)
        lines = (
            f"  {label.said(language)}: {part.said(language)}"
            for label, part in zip(LABELS, parts, strict=True)
        )
        return "\n".join((self.found.said(language), *lines))


class DeclarationError(KexinError):
    """A contract, signal, check or policy rule is declared wrongly."""

    exit_code = 10


class ConfigurationError(KexinError):
    """A file that a person wrote (`kexin.toml`, a mapping, the policy) is wrong."""

    exit_code = 11


class DeliveryError(KexinError):
    """A delivery as a whole cannot be read."""

    exit_code = 12


class WarehouseError(KexinError):
    """The warehouse is missing, damaged, or holds nothing for what was asked."""

    exit_code = 13


class FirmError(KexinError):
    """A firm that was asked for is unknown, or its name is ambiguous."""

    exit_code = 14


class TrainingError(KexinError):
    """A model cannot be trained or judged on these observations."""

    exit_code = 15


class BundleError(KexinError):
    """A model bundle is missing, damaged, or not made for these signals."""

    exit_code = 16


class EditionError(KexinError):
    """An edition cannot be published, found or verified."""

    exit_code = 17
