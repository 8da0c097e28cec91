"""Merging the shards of a large store: seconds, peak memory, and how both grow with the number of dreams.

The parts' results are written as a run writes them, one in ten a failure. Limits, for the largest store: the
merge with its learning takes at most a minute and 500 MB for a million dreams, and in proportion for fewer.

    python benchmarks/shards.py [--dreams 20000 200000] [--shards 10]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.sharding import Shard
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.lessons import put_novelty
from pytest_athena_dreams.store.records import Run

MAIN = (sys.executable, "-c", "from pytest_athena_dreams.cli import main; main(prog_name='athena-dreams')")
SECONDS, BYTES, MILLION = 60.0, 500e6, 1_000_000
FAMILY = 100
"""Dreams of each procedure."""
CODE = "def f_{name}(x: int, limit: int = {number}) -> int:\n    return min(x, limit)\n"


def main() -> int:
    """Print the figures. Exit status 1 if a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dreams", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--shards", type=int, default=10)
    given = parser.parse_args()
    missed = False
    for dreams in given.dreams:
        with tempfile.TemporaryDirectory() as folder:
            seconds, peak = measured(Path(folder), dreams, given.shards)
        most = SECONDS * dreams / MILLION
        missed = seconds > most or peak > BYTES
        print(
            f"{dreams} dreams, {given.shards} shards: {seconds:.1f} s, at most {most:.1f}; "
            f"{peak / 1e6:.0f} MB, at most {BYTES / 1e6:.0f}"
        )
    return int(missed)


def measured(folder: Path, dreams: int, shards: int) -> tuple[float, int]:
    """Seconds and peak memory of merging ``shards`` parts."""
    store = folder / "store.db"
    with Store.create(store) as opened, opened.writing() as db:
        db.conn.executemany(
            "INSERT INTO procedures (id, name, code, created_at) VALUES (?, ?, ?, 0)",
            ((n, f"f_{n}", CODE.format(name=n, number=0)) for n in range(1, dreams // FAMILY + 1)),
        )
        db.conn.executemany(
            "INSERT INTO dream_procedures (id, label, base_procedure_id, base_procedure_name, code,"
            " dream_type, status, tier, generated_at) VALUES (?, ?, ?, ?, ?, 'free', 'pending_test', 1, 0)",
            (
                (n, f"dream-{n}", p := (n - 1) // FAMILY + 1, f"f_{p}", CODE.format(name=p, number=n))
                for n in range(1, dreams + 1)
            ),
        )
    parts = [part(store, Shard(number, shards)) for number in range(1, shards + 1)]
    began = time.monotonic()
    merging = subprocess.Popen([*MAIN, "merge", "--store", str(store), *map(str, parts)])
    _, status, usage = os.wait4(merging.pid, 0)
    if status:
        raise SystemExit("merge failed")
    return time.monotonic() - began, usage.ru_maxrss * 1024


def part(store: Path, shard: Shard) -> Path:
    """A copy of a store with the results of one shard."""
    path = store.with_name(f"part{shard.number}.db")
    shutil.copy(store, path)
    settings = json.dumps({"shard": str(shard), "max_examples": Settings().max_examples})
    run = Run(started_at=int(time.time()), settings=settings, seed=0, versions="{}", sandbox="none")
    with Store.open(path) as opened:
        run_id = opened.begin_run(run)
        with opened.writing() as db:
            db.conn.create_function("holds", 1, lambda name: shard.holds(name, ""))
            chosen = "FROM dream_procedures WHERE holds(base_procedure_name)"
            db.execute(
                "INSERT OR IGNORE INTO dream_failure_patterns (id, category, message, context, title)"
                " VALUES ('pattern', 'logic', '', '', 'returned another value')"
            )
            db.execute(
                "INSERT INTO dream_test_results (dream_id, run_id, tested_at, outcome, category, contract,"
                " failing_input, inputs_tried, inputs_accepted, inputs_rejected, elapsed, cpu) SELECT id, ?,"
                " ?, iif(id % 10, 'success', 'failure'), iif(id % 10, NULL, 'logic'), 'superset',"
                f" 'f(0)', 100, 100, 0, 0.02, 0.01 {chosen}",
                [run_id, int(time.time())],
            )
            db.execute(
                "INSERT INTO dream_failure_sightings (dream_id, run_id, pattern_id, place)"
                f" SELECT id, ?, 'pattern', 0 {chosen} AND id % 10 = 0",
                [run_id],
            )
        with opened.reading() as db:
            tested = [row[0] for row in db.execute("SELECT dream_id FROM dream_test_results")]
        put_novelty(opened, dict.fromkeys(tested, 0.1))
        opened.finish_run(run_id, exit_status=1)
    return path


if __name__ == "__main__":
    sys.exit(main())
