"""Many variants of one procedure: does a dream take as long among many as among few?

    python benchmarks/variants.py [--dreams 1000]

All variants have the same structure and differ in their numbers. Half of them are right. Each comes in two
layouts, so half of the dreams share a verdict. The script compares processor time, and subtracts that of an
empty run. Exit status 1 if the limit is exceeded.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import runs

from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines

TIMES = 10
"""How many times more dreams the large run has."""
SAME = 1.2
"""Limit: times the processor time of a dream in the large run, compared with the small run."""
QUICK = ("--athena-max-examples", "20", "--athena-shrink-time", "0")

PROCEDURE = """\
def score(values: list[int], limit: int = 10, bonus: int = 3) -> int:
    total = 0
    for value in values:
        if value > limit:
            total += value * 2 + bonus
        else:
            total -= value // 7
    return total
"""


def variant(number: int) -> str:
    """Variant ``number``: numbers of its own in one of two layouts, every other pair with a wrong limit."""
    own = number // 2
    code = PROCEDURE.replace("limit: int = 10", f"limit: int = {10 + own % 2 * own}")
    code = code.replace("total = 0\n", f"total = {own} - {own}\n")
    return code if number % 2 else "# the other layout\n" + code.replace("total", "found")


def make_store(path: Path, count: int) -> Path:
    """A store at ``path`` with ``count`` pending variants."""
    base = {"name": "score", "project": "benchmark", "code": PROCEDURE}
    source = path.with_suffix(".jsonl")
    with source.open("w") as file:
        for number in range(count):
            line = {"label": str(number), "code": variant(number), "procedure": base}
            file.write(json.dumps(line | {"dream_type": "constraint_relaxation"}) + "\n")
    with Store.create(path) as store:
        import_lines(store, read_lines([source]))
    return path


def main() -> int:
    few = runs.options(__doc__, dreams=1000).parse_args()
    taken: list[runs.Taken] = []
    with tempfile.TemporaryDirectory() as name:
        for count in (20, 0, few.dreams, TIMES * few.dreams):
            store = make_store(Path(name) / f"{len(taken)}.db", count)
            taken.append(runs.run_dreams(store, *QUICK))
            print(f"{count} dreams: {taken[-1].cpu:.1f} s CPU, {taken[-1].last_line}", flush=True)
    _, nothing, small, large = taken
    runs.write(few.output, "variants", {"dreams": few.dreams, "runs": taken})
    ratio = (large.cpu - nothing.cpu) / (small.cpu - nothing.cpu) / TIMES
    return runs.check([(f"a dream of {TIMES * few.dreams} by one of {few.dreams}", ratio, SAME, False)])


if __name__ == "__main__":
    sys.exit(main())
