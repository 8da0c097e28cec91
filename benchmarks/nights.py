"""Simulated nights: how many improvements the allotment finds, against an even split of the same places.

Each type and writer has a rate at which its dreams improve a procedure, which nobody knows at first. After
ten nights the allotment must have found 1.3 times as many as the even split, averaged over 20 worlds.

    .venv/bin/python benchmarks/nights.py
"""

from __future__ import annotations

import statistics
import sys

from tests.dreaming.worlds import PLACES, nights

WORLDS, PROCEDURES, NIGHTS = 20, 10, 10
LEAST = 1.3
"""Times as many improvements as the even split's."""


def main() -> int:
    """Print the figures. Exit status 1 if the allotment finds too few."""
    totals = [nights(seed, PROCEDURES, NIGHTS) for seed in range(WORLDS)]
    ratios = [found / even for found, even in totals]
    print(f"{WORLDS} worlds, {PROCEDURES} procedures, {NIGHTS} nights of {PLACES} dreams for each")
    found, even = map(sum, zip(*totals, strict=True))
    print(f"improvements: {found} by the allotment, {even} by an even split")
    mean = statistics.mean(ratios)
    print(f"ratio: {mean:.2f} on average, {min(ratios):.2f} to {max(ratios):.2f}; required: {LEAST}")
    return 0 if mean >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
