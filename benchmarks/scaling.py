"""How time and memory grow with dreams, inputs and workers.

    python benchmarks/scaling.py [--dreams 1000]

Each pair of runs differs in one thing: ten times the dreams, ten times the inputs, or a second worker. For
dreams and inputs the script compares processor time, which does not depend on what else the machine does,
and subtracts that of an empty run. Exit status 1 if a limit is exceeded.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import runs
import stock

TIMES = 10
LINEAR = 11.0
"""Limit: times the processor time for ten times the dreams or inputs."""
TWO_WORKERS = 1.6
"""Limit: how many times faster two workers are than one."""
MEMORY = 1.5
"""Limit: times the peak memory for ten times the dreams."""
INPUTS = 20
"""Inputs per dream, unless the number of inputs is what grows."""


def main() -> int:
    few = runs.options(__doc__, dreams=1000).parse_args()
    taken: dict[str, runs.Taken] = {}
    with tempfile.TemporaryDirectory() as name:

        def run(title: str, dreams: int, inputs: int, workers: int = 2) -> runs.Taken:
            store = stock.make_store(Path(name) / f"{len(taken)}.db", dreams)
            one = runs.run_dreams(store, "--athena-max-examples", str(inputs), workers=workers)
            peaks = f"controller {one.controller:.0f} MiB, worker {one.worker:.0f} MiB"
            print(f"{title}: {one.seconds:.1f} s ({one.cpu:.1f} s CPU), {peaks}, {one.last_line}", flush=True)
            taken[title] = one
            return one

        run("20 dreams, for Hypothesis to make its tables", 20, INPUTS)
        nothing = run("nothing", 0, INPUTS)
        alone = run(f"{few.dreams} dreams, one worker", few.dreams, INPUTS, workers=1)
        small = run(f"{few.dreams} dreams", few.dreams, INPUTS)
        large = run(f"{TIMES * few.dreams} dreams", TIMES * few.dreams, INPUTS)
        part = few.dreams // TIMES
        short = run(f"{part} dreams of 100 inputs", part, 100)
        long = run(f"{part} dreams of {100 * TIMES} inputs", part, 100 * TIMES)
    runs.write(few.output, "scaling", {"dreams": few.dreams, "runs": taken})
    dreams = (large.cpu - nothing.cpu) / (small.cpu - nothing.cpu)
    inputs = (long.cpu - nothing.cpu) / (short.cpu - nothing.cpu)
    return runs.check(
        [
            (f"time for {TIMES} times the dreams", dreams, LINEAR, False),
            (f"time for {TIMES} times the inputs", inputs, LINEAR, False),
            ("speed of two workers against one", alone.seconds / small.seconds, TWO_WORKERS, True),
            ("memory of the controller", large.controller / small.controller, MEMORY, False),
            ("memory of a worker", large.worker / small.worker, MEMORY, False),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
