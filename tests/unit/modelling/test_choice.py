"""Which signals enter a model, and what is said of a family that is not there."""

from __future__ import annotations

import pytest

from kexin.errors import ConfigurationError
from kexin.modelling.choice import directions_of
from kexin.settings import FAMILIES, TEMPLATE, File
from kexin.signals.catalogue import catalogue

SIGNALS = catalogue()


def test_only_named_families_with_a_direction_enter() -> None:
    found = directions_of(SIGNALS, ["breadth"], directed_only=True, where="")
    assert found
    assert all(SIGNALS[name].family == "breadth" for name in found)
    assert set(found.values()) <= {-1, 1}


def test_no_family_named_means_every_signal() -> None:
    found = directions_of(SIGNALS, [], directed_only=False, where="")
    assert list(found) == list(SIGNALS)


def test_the_default_families_are_those_of_the_catalogue() -> None:
    found = directions_of(SIGNALS, FAMILIES, directed_only=True, where="")
    assert {SIGNALS[name].family for name in found} == set(FAMILIES)


def test_a_misspelt_family_is_told_with_the_one_that_was_meant() -> None:
    with pytest.raises(ConfigurationError) as told:
        directions_of(SIGNALS, ["volumes"], directed_only=True, where="kexin.toml")
    assert "did you mean 'volume'?" in str(told.value)
    assert "kexin.toml" in str(told.value)


def test_a_choice_of_nothing_is_refused() -> None:
    undirected = {n: s for n, s in SIGNALS.items() if not s.direction}
    assert undirected
    with pytest.raises(ConfigurationError, match="no signal is left"):
        directions_of(undirected, [], directed_only=True, where="kexin.toml")


def test_the_template_says_what_the_defaults_are() -> None:
    import tomllib  # noqa: PLC0415

    assert File.model_validate(tomllib.loads(TEMPLATE)) == File()
