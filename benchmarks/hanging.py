"""The cost of each hanging dream, in a store in which a tenth of the dreams never end.

    python benchmarks/hanging.py [--dreams 200]

The script first runs the same store without the endless loops. The difference is what the hanging dreams
cost, in seconds of a worker's time. Exit status 1 if the limit is exceeded.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import runs
import stock

EVERY = 10
CALLS = 2.0
"""Limit: the cost of a hanging dream, in call deadlines."""
DEADLINE = 1.0
"""The default of ``--athena-timeout``, in seconds."""


def main() -> int:
    chosen = runs.options(__doc__, dreams=200).parse_args()
    with tempfile.TemporaryDirectory() as name:
        plain = runs.run_dreams(stock.make_store(Path(name) / "plain.db", chosen.dreams))
        store = stock.make_store(Path(name) / "hanging.db", chosen.dreams, hanging=EVERY)
        hanging = runs.run_dreams(store)
        found = runs.figures(store)
    for words, taken in (("none hangs", plain), (f"every {EVERY}th hangs", hanging)):
        print(f"{words}: {taken.seconds:.1f} s ({taken.cpu:.1f} s CPU), {taken.last_line}")
    count = chosen.dreams // EVERY
    each = 2 * (hanging.seconds - plain.seconds) / count
    figures = {"plain": plain, "hanging": hanging, "tested": found, "seconds_each": each}
    runs.write(chosen.output, "hanging", {"dreams": chosen.dreams, **figures})
    name = "deadlines that a hanging dream costs"
    return runs.check([(name, each / DEADLINE, CALLS, False)])


if __name__ == "__main__":
    sys.exit(main())
