"""Where the processor time of a dream goes, in milliseconds, for right and for wrong dreams on cheap inputs.

    python benchmarks/budget.py [--dreams 500]

One process without workers tests the dreams of ``stock.py``, each kind in a run of its own. ``ledger.py``
books the time of that process to parts of this package. What pytest itself takes for an item is measured with
as many tests that do nothing; the jail's time is the rest of all processes' time. The parts, pytest's own and
the start must come to the whole of the process within a tenth. Limit: a right dream costs at most 8 ms above
pytest's own item, pools and start left out.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import runs
import stock

ABOVE_PYTEST = 8.0
"""Limit: milliseconds of all processes for a right dream above pytest's own item, without pools and start."""
APART = 0.1
"""Limit: the share of a process's time that is in no part."""
ONCE = ("start-up", "collecting and planning", "pools", "references, without their pools", "learning")
"""Parts that are paid once for a run or a procedure."""
SMALL = ("--athena-edge-cases", "empty,extreme,none")
NOTHING = "import pytest\n@pytest.mark.parametrize('n', range({dreams}))\ndef test(n): pass\n"


def main() -> int:
    """Print the budget. Exit status 1 if a limit is missed."""
    parser = runs.options(__doc__, dreams=500)
    chosen = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["LEDGER"] = str(folder / "ledger.json")
        (folder / "test_nothing.py").write_text(NOTHING.format(dreams=chosen.dreams))
        (folder / "test_one.py").write_text(NOTHING.format(dreams=1))
        alone = ("-p", "no:athena_dreams", "-p", "no:xdist")
        many, one = (runs.run_pytest(folder, *alone, f"test_{n}.py").cpu for n in ("nothing", "one"))
        item = 1000 * (many - one) / chosen.dreams
        for kind in ("plain", "wrong"):
            store = stock.make_store(folder / f"{kind}.db", chosen.dreams, kind=kind)
            taken = runs.run_dreams(store, *SMALL, "-p", "ledger", workers=0)
            booked = json.loads((folder / "ledger.json").read_text())
            found[kind] = shown(kind, booked, 1000 * taken.cpu, item, chosen.dreams)
    runs.write(chosen.output, "budget", {"dreams": chosen.dreams, "item": item, **found})
    return runs.check(
        [
            ("ms of a right dream above pytest's own item", found["plain"]["above"], ABOVE_PYTEST, False),
            *((f"share in no part, {kind}", found[kind]["apart"], APART, False) for kind in found),
        ]
    )


def shown(
    kind: str, booked: dict[str, dict[str, float]], cpu: float, item: float, dreams: int
) -> dict[str, float]:
    """Print one table, and give a dream's cost above pytest's own and the share of time in no part."""
    whole, parts = float(booked["whole"]), booked["parts"]  # type: ignore[arg-type]
    rows = {part: ms / dreams for part, ms in parts.items()}
    rows["pytest's own item"] = item
    rows["in no part"] = whole / dreams - sum(rows.values())
    rows["the jail's processes"] = (cpu - whole) / dreams
    print(f"{kind}: {dreams} dreams, {cpu / dreams:.1f} ms of processor time each")
    for part, ms in rows.items():
        print(f"  {ms:7.2f}  {part}{' (once a run or procedure)' if part in ONCE else ''}")
    once = sum(rows.get(part, 0.0) for part in ONCE)
    return {"above": cpu / dreams - once - item, "apart": abs(rows["in no part"]) * dreams / whole} | rows


if __name__ == "__main__":
    sys.exit(main())
