"""A store of many nights: how long a report takes and how much memory, and what pruning does to readers.

The rows are those of a real night, with scores; one dream in ``--one-fails`` fails. Limits: 10 s of processor
and 300 MB for the report in each format; no read while pruning takes longer than a second. ``--no-report``
leaves the first out.

    .venv/bin/python benchmarks/year.py [--nights 400] [--dreams 1000] [--one-fails 3] [--keep 90]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytest_athena_dreams.models import Category, Outcome
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.evaluations import judged_code
from pytest_athena_dreams.store.nightly import begin_night, finish_night
from pytest_athena_dreams.store.records import Run

MAIN = (sys.executable, "-c", "from pytest_athena_dreams.cli import main; main(prog_name='athena-dreams')")
SECONDS, BYTES, WAIT = 10.0, 300e6, 1.0
FORMATS = ("json", "html", "md")
PROCEDURES = 60
TYPES = ("constraint_relaxation", "conditional_variant", "parameter_exploration", "cross_project_synthesis")
CODE = "def f_{name}(items: list[int], limit: int = {number}) -> list[int]:\n" + "".join(
    f"    step_{place} = [item + {place} for item in items if item < limit]\n" for place in range(8)
)


def main() -> int:
    """Print the figures. Exit status 1 if a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("nights", 400), ("dreams", 1_000), ("one-fails", 3), ("keep", 90)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--no-report", action="store_true", help="only prune")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "year.db"
        began = time.monotonic()
        with Store.create(path) as store:
            fill(store, path, given.nights, given.dreams, given.one_fails)
        print(
            f"made {given.nights} nights of {given.dreams} dreams in {time.monotonic() - began:.0f} s", end=""
        )
        print(f", {path.stat().st_size / 1e6:.0f} MB")
        missed = not given.no_report and max(report(path, form) for form in FORMATS)
        missed |= prune(path, given.keep)
    return int(missed)


def code_of(key: int) -> str:
    """The code of a dream."""
    return CODE.format(name=key % PROCEDURES + 1, number=key)


def fill(store: Store, path: Path, nights: int, dreams: int, one_fails: int = 3) -> None:
    """Write the nights."""
    with store.writing() as db:
        for number in range(1, PROCEDURES + 1):
            db.execute(
                "INSERT INTO procedures (id, name, project, code, created_at) VALUES (?, ?, 'year', ?, 0)",
                [number, f"f_{number}", CODE.format(name=number, number=0)],
            )
        for pattern in range(50):
            db.execute(
                "INSERT INTO dream_failure_patterns (id, category, message, context, title)"
                " VALUES (?, 'logic', '', '', 'returned another value')",
                [f"{pattern:012x}"],
            )
    for night in range(nights):
        row = begin_night(store, settings={}, deadline=None)
        first = night * dreams + 1
        with store.writing() as db:
            db.execute(
                "INSERT INTO dream_generation_runs (id, strategy, timestamp, total_dreams_generated,"
                " duration_seconds, dropped, reasons) VALUES (?, 'light', ?, ?, 1, '{}', '[]')",
                [night + 1, int(time.time()), dreams],
            )
            ids = range(first, first + dreams)
            db.conn.executemany(
                "INSERT INTO dream_procedures (id, base_procedure_id, base_procedure_name, dream_type, code,"
                " status, tier, viability_score, novelty_score, model_used, reasoning, test_outcome,"
                " test_category, generated_at, test_timestamp)"
                " VALUES (?, ?, ?, ?, ?, 'tested', 1, 0.8, 0.5, 'transform:t', 'because', ?, ?, ?, ?)",
                [
                    (key, key % PROCEDURES + 1, f"f_{key % PROCEDURES + 1}", TYPES[key % 4],
                     code_of(key),
                     Outcome.FAILURE if key % one_fails == 0 else Outcome.SUCCESS,
                     Category.LOGIC if key % one_fails == 0 else None, int(time.time()), int(time.time()))
                    for key in ids
                ],
            )  # fmt: skip
            db.conn.executemany(
                "INSERT INTO dream_evaluations (dream_id, evaluated_at, judge, raw, calibrated, tier,"
                " code_digest) VALUES (?, ?, 'history', ?, ?, 1, ?)",
                [
                    (key, int(time.time()) - 1, key % 97 / 97, key % 89 / 89, judged_code(code_of(key)))
                    for key in ids
                ],
            )
            db.conn.executemany(
                "INSERT INTO dream_origins (dream_id, run_id, writer, parents, digest)"
                " VALUES (?, ?, ?, '[1]', ?)",
                [(key, night + 1, f"transform:t{key % 20}", f"{key:032x}") for key in ids],
            )
        run = store.begin_run(
            Run(
                started_at=int(time.time()),
                settings="{}",
                seed=night,
                versions="{}",
                sandbox="all",
                commit=None,
            )
        )
        with store.writing() as db:
            db.conn.executemany(
                "INSERT INTO dream_test_results (dream_id, run_id, tested_at, outcome, category, contract,"
                " error, failing_input, inputs_tried, inputs_accepted, inputs_rejected, elapsed, cpu,"
                " effectiveness, evidence, digest)"
                " VALUES (?, ?, ?, ?, ?, 'superset', ?, ?, 100, 90, 10, 0.1, 0.1, 1.1, 0.9, ?)",
                [
                    (key, run, int(time.time()), *((Outcome.FAILURE, Category.LOGIC, "returned another value",
                     f"f_{key}([1, 2], {key})") if key % one_fails == 0 else (Outcome.SUCCESS, *[None] * 3)),
                     f"{key:064x}")
                    for key in ids
                ],
            )  # fmt: skip
            db.conn.executemany(
                "INSERT INTO dream_failure_sightings (dream_id, run_id, pattern_id, place)"
                " VALUES (?, ?, ?, 0)",
                [(key, run, f"{key // one_fails % 50:012x}") for key in ids if key % one_fails == 0],
            )
        store.finish_run(run, exit_status=1)
        finish_night(store, row["id"], exit_status=0, path=path)


def report(path: Path, form: str) -> bool:
    """Whether a report in one format misses a limit."""
    began = time.monotonic()
    out = path.with_suffix(f".{form}")
    command = [*MAIN, "report", "--store", str(path), "--format", form, "--output", str(out)]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds, memory = time.monotonic() - began, usage.ru_maxrss * 1024
    processor = usage.ru_utime + usage.ru_stime
    print(f"report: {seconds:.1f} s ({processor:.1f} s of processor), {memory / 1e6:.0f} MB at most, "
          f"{out.stat().st_size / 1e6:.1f} MB of {form}")  # fmt: skip
    return status != 0 or processor > SECONDS or memory > BYTES


def prune(path: Path, keep: int) -> bool:
    """Whether a reader waits too long while old nights are deleted."""
    began = time.monotonic()
    process = subprocess.Popen([*MAIN, "prune", "--store", str(path), "--keep-nights", str(keep), "--yes"])
    longest = 0.0
    reads = 0
    with Store.open(path) as reader:
        while process.poll() is None:
            asked = time.monotonic()
            with reader.reading() as db:
                db.execute("SELECT count(*) FROM dream_nights").fetchone()
                db.execute("SELECT code FROM dream_procedures ORDER BY id DESC LIMIT 1").fetchone()
            longest = max(longest, time.monotonic() - asked)
            reads += 1
            time.sleep(0.05)
    print(
        f"prune: {time.monotonic() - began:.0f} s; {reads} reads meanwhile, the longest took {longest:.2f} s"
    )
    return process.returncode != 0 or longest > WAIT


if __name__ == "__main__":
    sys.exit(main())
