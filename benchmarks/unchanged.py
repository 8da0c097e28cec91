"""The time in which a run finds that no dream has changed since its test.

    python benchmarks/unchanged.py [--dreams 10000]

The script measures collecting new dreams, a run on a store without pending dreams, and a run in which all are
pending again but unchanged. In between it tests all dreams once, on few inputs. Exit status 1 if a limit is
exceeded.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

import runs
import stock

LIMIT = 5.0
"""Limit: seconds for 10,000 dreams."""
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
    print(f"all pending again: {found['tested']} verdicts reused, {found['passed']} of them passed")
    assert found["tested"] == chosen.dreams
    figures = {"collected": collected, "tested": tested, "none_waits": none, "all_wait_again": again}
    runs.write(chosen.output, "unchanged", {"dreams": chosen.dreams, **figures})
    return runs.check(
        [
            ("seconds to collect", collected.seconds, LIMIT, False),
            ("seconds if none is pending", none.seconds, LIMIT, False),
            ("seconds if all are pending and unchanged", again.seconds, LIMIT, False),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
