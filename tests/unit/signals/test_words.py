"""Every unit and family of the package's own signals is called something in Chinese."""

from __future__ import annotations

from kexin.signals import words
from kexin.signals.catalogue import catalogue


def test_no_unit_and_no_family_is_without_a_chinese_name() -> None:
    signals = catalogue().values()
    assert {signal.unit for signal in signals} == set(words.UNITS)
    assert {signal.family for signal in signals} == set(words.FAMILIES)


def test_what_a_workspace_calls_its_own_is_told_as_it_stands() -> None:
    assert words.unit("kWh").said("zh") == "kWh"
    assert words.family("heat_pumps").said("en") == "heat pumps"
