"""The score scale and the master scale: PD to points to grade."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.language import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS_TO_DOUBLE = 40
"""Points that double the odds of staying good."""

BASE_SCORE, BASE_ODDS = 600, 30
"""600 points stand for odds of 30 good to 1 bad."""

FACTOR = POINTS_TO_DOUBLE / math.log(2)
"""Points for one unit of log-odds: 57.7."""

LOWEST, HIGHEST = 300, 850


class Grade(NamedTuple):
    """A step of the master scale.

    Attributes:
        id: Name of the step.
        pd_from: Lowest probability of default that belongs to it.
        pd_to: First probability above it.
        pd: Probability that stands for the step.
        label: What a person reads.
    """

    id: str
    pd_from: float
    pd_to: float
    pd: float
    label: Text


GRADES = (
    Grade("R1", 0.0003, 0.0015, 0.0008, Text("优秀+", "excellent +")),
    Grade("R2", 0.0015, 0.0030, 0.0021, Text("优秀", "excellent")),
    Grade("R3", 0.0030, 0.0050, 0.0039, Text("优秀−", "excellent -")),
    Grade("R4", 0.0050, 0.0100, 0.0071, Text("良好+", "good +")),
    Grade("R5", 0.0100, 0.0150, 0.0122, Text("良好", "good")),
    Grade("R6", 0.0150, 0.0200, 0.0173, Text("良好−", "good -")),
    Grade("R7", 0.0200, 0.0300, 0.0245, Text("中等+", "medium +")),
    Grade("R8", 0.0300, 0.0450, 0.0367, Text("中等", "medium")),
    Grade("R9", 0.0450, 0.0600, 0.0520, Text("中等−", "medium -")),
    Grade("R10", 0.0600, 0.1000, 0.0775, Text("关注", "watch")),
    Grade("R11", 0.1000, 0.2000, 0.1410, Text("较差", "weak")),
    Grade("R12", 0.2000, 1.0000, 0.3000, Text("差", "poor")),
)
"""The master scale, from best to worst; its boundaries stay for years.

Source:
    POLICY.md section 4.
"""


def points_of(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return score points, neither rounded nor limited, of log-odds of going bad.

    Source:
        POLICY.md section 4: 600 + (40 / ln 2) ln((1 - PD) / PD / 30).

    Examples:
        >>> points_of(np.array([-math.log(30), -math.log(60)])).round(6).tolist()
        [600.0, 640.0]
    """
    return BASE_SCORE - FACTOR * (log_odds + math.log(BASE_ODDS))


def score_of(log_odds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return scores: points rounded to whole ones and limited to 300-850."""
    return np.clip(np.rint(points_of(log_odds)), LOWEST, HIGHEST).astype(np.int64)


def grades_of(pd: NDArray[np.float64]) -> list[str]:
    """Return the grades of probabilities of default."""
    bounds = [grade.pd_to for grade in GRADES[:-1]]
    return [GRADES[step].id for step in np.searchsorted(bounds, pd, side="right")]


def grade_of(pd: float) -> str:
    """Return the grade of a probability of default.

    Examples:
        >>> grade_of(0.0001), grade_of(0.02), grade_of(0.5)
        ('R1', 'R7', 'R12')
    """
    return grades_of(np.array([pd]))[0]
