"""How two shares compare, with intervals.

Invariants: pure; an interval always holds the share or difference that was seen. Shares are from 0 to 1,
differences from -1 to 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

NORMAL_95 = 1.959964
"""The quantile of the normal distribution for an interval of 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``difference`` of two shares, the first minus the second, with an interval of 95 %."""

    difference: float
    low: float
    high: float


def wilson(passed: int, tested: int) -> tuple[float, float]:
    """The interval of 95 % for a share (E. B. Wilson 1927); 0 to 1 if nothing was tested."""
    if not tested:
        return 0.0, 1.0
    share, z = passed / tested, NORMAL_95
    scale = 1 + z * z / tested
    middle = share + z * z / (2 * tested)
    spread = z * math.sqrt(share * (1 - share) / tested + z * z / (4 * tested * tested))
    return max(0.0, min(share, (middle - spread) / scale)), min(1.0, max(share, (middle + spread) / scale))


def compare(first: tuple[int, int], second: tuple[int, int]) -> Comparison | None:
    """How two counts of passed and tested compare; ``None`` if one has no tests.

    The interval is Newcombe's (R. G. Newcombe 1998, method 10): the two Wilson intervals, combined.
    """
    if not first[1] or not second[1]:
        return None
    a, b = first[0] / first[1], second[0] / second[1]
    (low_a, high_a), (low_b, high_b) = wilson(*first), wilson(*second)
    return Comparison(
        difference=a - b,
        low=a - b - math.hypot(a - low_a, high_b - b),
        high=a - b + math.hypot(high_a - a, b - low_b),
    )
