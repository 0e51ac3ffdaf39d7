"""Other cities than the usual one: the same laws with a dial turned (section 11)."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.errors import ConfigurationError
from kexin.language import Text


@dataclass(frozen=True)
class Variant:
    """What differs from the usual city.

    Args:
        visibility: How plainly distress shows in the registers.
        macro: Factor of the years' common hazard.
        recession: Log hazard added from July 2024 on.
        tariff: Log hazard added for exporters to the US from April 2025 on.
        crash: Log hazard added for construction from January 2024 on.
        hiding: Factor of the fall of sales in distress from 2024 on.
        no_social: Whether social security stays away from January to June 2025.
        mass_repair: Whether general penalties are repaired in April 2026.
        window_dressing: Share of firms that seek loans and inflate their sales.
    """

    visibility: float = 1.2
    macro: float = 1.0
    recession: float = 0.0
    tariff: float = 0.4
    crash: float = 0.0
    hiding: float = 1.0
    no_social: bool = False
    mass_repair: bool = False
    window_dressing: float = 0.015


VARIANTS = {
    "usual": Variant(),
    "calm": Variant(macro=0.0, tariff=0.0),
    "recession": Variant(recession=0.6),
    "tariff": Variant(tariff=0.8),
    "sector_crash": Variant(crash=1.2),
    "concept_drift": Variant(hiding=0.5),
    "source_loss": Variant(no_social=True),
    "mass_repair": Variant(mass_repair=True),
    "adversary": Variant(window_dressing=0.05),
    "easy": Variant(visibility=2.0),
    "hard": Variant(visibility=0.6),
}


def variant(name: str) -> Variant:
    """Return a variant by its name.

    Raises:
        ConfigurationError: There is none of that name.
    """
    if name in VARIANTS:
        return VARIANTS[name]
    known = ", ".join(VARIANTS)
    raise ConfigurationError(
        Text(f"没有名为“{name}”的城市", f"there is no city {name!r}"),
        where="--variant",
        expected=Text(f"以下之一：{known}", f"one of {known}"),
        do=Text("请改正名称", "mend the name"),
    )
