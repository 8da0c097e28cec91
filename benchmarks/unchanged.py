"""Dreams that have not changed since they were tested: how long until a run knows that nothing is to be done.

    python benchmarks/unchanged.py [--dreams 10000]

Measured are the collection of new dreams, a run on a store where none waits, and one where all wait again
with nothing changed. Between them all are tested once, on few inputs. Exits with status 1 where a limit is
not kept.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

import runs
import stock

LIMIT = 5.0
"""Seconds for 10,000 dreams."""
QUICK = ("--athena-max-examples", "5", "--athena-shrink-time", "0")


def main() -> int:
    chosen = runs.options(__doc__, dreams=10_000).parse_args()
    with tempfile.TemporaryDirectory() as name:
        store = stock.make_store(Path(name) / "athena.db", chosen.dreams)
        collected = runs.run_dreams(store, *QUICK, "--collect-only", "-q", workers=0)
        tested = runs.run_dreams(store, *QUICK)
        print(f"all tested once: {tested.seconds:.1f} s, {tested.last_line}", flush=True)
        none = runs.run_dreams(store, *QUICK, workers=0)
        db = sqlite3.connect(store, isolation_level=None)
        db.execute("UPDATE dream_procedures SET status = 'pending_test'")
        db.close()
        again = runs.run_dreams(store, *QUICK, workers=0)
        found = runs.figures(store)
    print(f"all wait again: {found['tested']} verdicts stand, {found['passed']} of them passed")
    assert found["tested"] == chosen.dreams
    figures = {"collected": collected, "tested": tested, "none_waits": none, "all_wait_again": again}
    runs.write(chosen.output, "unchanged", {"dreams": chosen.dreams, **figures})
    return runs.check(
        [
            ("seconds to collect", collected.seconds, LIMIT, False),
            ("seconds where none waits", none.seconds, LIMIT, False),
            ("seconds where all wait, unchanged", again.seconds, LIMIT, False),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
