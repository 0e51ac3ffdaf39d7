"""What all pictures of the house have in common: colours and fonts."""

from __future__ import annotations

COLOURS = ("#0072B2", "#E69F00", "#009E73")
"""Okabe and Ito's blue, orange and green, which the colour-blind tell apart."""

FONTS = (
    "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, SimHei, "
    "WenQuanYi Micro Hei, sans-serif"
)
"""Chinese fonts of the usual systems, the first that is there; none is shipped."""
