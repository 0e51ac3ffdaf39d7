"""What a person reads stands in Chinese and in English, side by side, in one value."""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Text(NamedTuple):
    """One sentence in both languages.

    Examples:
        >>> Text("共1行", "1 row").said("en")
        '1 row'
    """

    zh: str
    en: str

    def said(self, language: Language) -> str:
        """Return the sentence in one language."""
        return self.zh if language == "zh" else self.en
