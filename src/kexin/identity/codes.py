"""Codes of firms, patents and court cases: parse, check, convert.

Every function takes text as a bureau delivers it and returns the code in its one
normal form, or None where the text is no such code. Rules and examples: REGISTERS.md,
section 1.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from stdnum.cn import uscc as stdnum_uscc
from stdnum.iso7064 import mod_11_10

from kexin.registers.contract import USCC

ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11714-1997; its letters count A = 10 to Z = 35, unlike those of the USCC."""

ORGANISATION_CHECKS = "0X987654321"
"""Check character of an organisation code by the rest of its weighted sum."""

PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)

CONFUSED = {
    "O": "0",
    "I": "1",
    "L": "1",
    "S": "5",
    "Z": "2",
    "B": "8",
    "8": "B",
    "D": "0",
    "Q": "0",
    "0": "DQ",
    "G": "6",
    "6": "G",
    "V": "YU",
}
"""Characters that are mistaken for others when a code is typed (REGISTERS.md 1.1)."""

SYNTHETIC = "9Y"
"""How codes of synthetic firms begin; no enterprise is given one (SIMULATOR.md 9.3)."""


def plain_code(text: str) -> str:
    """Return text as codes are compared: NFKC, upper case, no blanks and no dashes."""
    unified = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s\-‐-―.]", "", unified)


def uscc(text: str) -> str | None:
    """Return a unified social credit code of which both check characters are right.

    A code of one repeated character is a placeholder, not a code.

    Source:
        GB 32100-2015 for position 18, GB 11714-1997 for position 17.

    Examples:
        >>> uscc("91350100m000100y43")
        '91350100M000100Y43'
        >>> uscc("91350100M000100Y33") is None
        True
    """
    code = plain_code(text)
    if len(set(code)) == 1 or not re.fullmatch(USCC, code):
        return None
    if not code[2:8].isdecimal():
        return None
    if stdnum_uscc.calc_check_digit(code[:17]) != code[17]:
        return None
    return code if organisation_code(code[8:17]) else None


def is_synthetic(code: str) -> bool:
    """Whether a USCC belongs to a synthetic firm."""
    return code.startswith(SYNTHETIC)


def repairs(text: str) -> list[str]:
    """Return the codes that one correction of a confusable character makes valid.

    Whoever repairs needs exactly one, and a name that agrees with it.

    Examples:
        >>> repairs("9135O100M000100Y43")
        ['91350100M000100Y43']
    """
    code = plain_code(text)
    found = {
        valid
        for place, sign in enumerate(code)
        for other in CONFUSED.get(sign, "")
        if (valid := uscc(code[:place] + other + code[place + 1 :]))
    }
    return sorted(found)


def organisation_code(text: str) -> str | None:
    """Return a nine-character organisation code without its dash.

    Source:
        GB 11714-1997.

    Examples:
        >>> organisation_code("79965505-8")
        '799655058'
    """
    code = plain_code(text)
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code) or len(set(code)) == 1:
        return None
    values = (int(sign, 36) for sign in code[:8])
    rest = sum(v * w for v, w in zip(values, ORGANISATION_WEIGHTS, strict=True)) % 11
    return code if code[8] == ORGANISATION_CHECKS[rest] else None


def organisation_part(code: str) -> str:
    """Return the organisation code inside a USCC, or inside an old taxpayer id."""
    return code[8:17] if len(code) == len("91350100M000100Y43") else code[6:15]


def registration_number(text: str) -> str | None:
    """Return a fifteen-digit registration number.

    Source:
        GS 15-2006: ISO 7064 MOD 11,10.

    Examples:
        >>> registration_number("110108000000016")
        '110108000000016'
    """
    code = plain_code(text)
    fits = re.fullmatch(r"\d{15}", code, re.ASCII) and len(set(code)) > 1
    return code if fits and mod_11_10.is_valid(code) else None


def taxpayer_number(text: str) -> str | None:
    """Return an old fifteen-character taxpayer id: division, then organisation code."""
    code = plain_code(text)
    if not re.fullmatch(r"\d{6}[0-9A-Z]{9}", code, re.ASCII):
        return None
    return code if organisation_code(code[6:]) else None


def customs_code(text: str) -> str | None:
    """Return a ten-character customs code; it has no check digit (REGISTERS.md 1.4)."""
    code = plain_code(text)
    return code if re.fullmatch(r"\d{4}[1-9][1-9][0-9A-Z]{4}", code, re.ASCII) else None


def patent_number(text: str) -> str | None:
    """Return a patent's application number without `ZL` and dot, its check digit right.

    Source:
        REGISTERS.md section 1.5; until 2003-10-01 with a year of two digits.

    Examples:
        >>> patent_number("ZL201910796888.7")
        '2019107968887'
        >>> patent_number("97101765.4")
        '971017654'
    """
    code = plain_code(text).removeprefix("ZL").removeprefix("CN")
    if re.fullmatch(r"(?:19|20)\d{2}[12389]\d{7}[\dX]", code, re.ASCII):
        weights: tuple[int, ...] = PATENT_WEIGHTS
    elif re.fullmatch(r"(?:8[5-9]|9\d|0[0-3])[12389]\d{5}[\dX]", code, re.ASCII):
        weights = PATENT_WEIGHTS[:8]
    else:
        return None
    digits = (int(sign) for sign in code[:-1])
    rest = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
    return code if code[-1] == "0123456789X"[rest] else None


class CaseNumber(NamedTuple):
    """A court case's number in its parts.

    Attributes:
        year: Year of filing.
        court: The court's sign, such as 浙0106.
        case_type: Type of the case, such as 民初.
        serial: Number within court, type and year, without leading zeros.
    """

    year: int
    court: str
    case_type: str
    serial: str

    @property
    def case_id(self) -> str:
        """The key under which all documents of the case are found."""
        return f"{self.year}|{self.court}|{self.case_type}|{self.serial}"


NEW_CASE = re.compile(
    r"\((\d{4})\)(最高法|[\u4e00-\u9fff](?:\d{2,4})?)([\u4e00-\u9fff]{1,6}?)0*(\d+)号?",
    re.ASCII,
)
OLD_CASE = re.compile(
    r"\((\d{4})\)([\u4e00-\u9fff]{1,6}?)"
    r"((?:知民|民|商|知|行|刑|执|破|督|保|立)[\u4e00-\u9fff]{0,3}?)字第?0*(\d+)号?",
    re.ASCII,
)
FURTHER = re.compile(r"(?:之[一二三四五六七八九十]+|[-—]\d+|之\d+)号?$", re.ASCII)
"""Marks a further document of the same case."""


def case_number(text: str) -> CaseNumber | None:
    """Return a case's number in its parts (REGISTERS.md section 1.7).

    Examples:
        >>> case_number("（2025）浙0106民初01234号之一").case_id
        '2025|浙0106|民初|1234'
        >>> case_number("（2015）杭西商初字第1234号").case_id
        '2015|杭西|商初|1234'
    """
    unified = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    brackets = str.maketrans("〔［[【〕］]】", "(((())))")
    number = FURTHER.sub("", unified.translate(brackets))
    found = OLD_CASE.fullmatch(number) or NEW_CASE.fullmatch(number)
    if not found:
        return None
    year, court, case_type, serial = found.groups()
    return CaseNumber(int(year), court, case_type, serial)
