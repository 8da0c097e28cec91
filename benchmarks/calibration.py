"""How much calibration helps: Brier scores of simulated judges, raw and calibrated, after 20 to 200 outcomes.

The excess is the Brier score above that of always saying the share that passes. Calibration shall halve it.
Each judge scores dreams of eight groups (writer and type) whose pass rates differ. ``AUC`` is the chance that
a passing dream has a higher score than a failing one.

    .venv/bin/python benchmarks/calibration.py
"""

from __future__ import annotations

import random
import sys

from tests.evaluation.judges import JUDGES, OUTCOMES, RUNS, auc, drawn, excesses


def main() -> int:
    """Print the table. Exit status 1 if calibration does not halve the excess of each judge by 200
    outcomes."""
    missed = 0
    print(f"excess Brier score over the base rate, {RUNS} runs; negative is better than the base rate")
    print(f"{'judge':34} {'AUC':>5} {'raw':>7} " + " ".join(f"{f'after {n}':>10}" for n in OUTCOMES))
    for judge in JUDGES:
        raw, after = excesses(judge)
        area = auc(drawn(judge, 20_000, random.Random(0)))
        print(f"{judge.name:34} {area:5.2f} {raw:7.3f} " + " ".join(f"{after[n]:10.3f}" for n in OUTCOMES))
        missed += after[max(OUTCOMES)] > raw / 2
    print(f"halved by {max(OUTCOMES)} outcomes: {len(JUDGES) - missed} of {len(JUDGES)} judges")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
