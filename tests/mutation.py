"""Mutation testing of one module: which changes to its code no test notices.

    python -m tests.mutation source/purity tests/source/test_purity.py [--sample 40] [--session FILE]

It needs cosmic-ray (``pip install cosmic-ray``), and works in a copy of the last commit. The mutants are a
random sample with a fixed seed, without those in annotations, which never run. A mutant may use little memory
and time, because some allocate without end or never return. Both count as noticed.

With ``--session``, the results are kept in FILE. The next call with that file runs only those mutants again
that no test noticed, with the tests of the new last commit. The module must be unchanged since.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import resource
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SEED = 0
"""Seed of the sample."""
MEMORY = 3 << 30
"""Bytes of address space that the tests of a mutant may use, each process for itself."""
SLOWER = 10
"""Times as long as the unchanged module that the tests of a mutant may take."""
LEAST = 30.0
"""Seconds that they may take in any case, for a machine that is busy now and was not before."""
CONFIG = """\
[cosmic-ray]
module-path = "pytest_athena_dreams/{module}.py"
timeout = {timeout}
excluded-modules = []
test-command = "{command}"
[cosmic-ray.distributor]
name = "local"
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("module", help="the module within the package, such as source/purity")
    parser.add_argument("tests", nargs="+", help="arguments of pytest")
    parser.add_argument("--sample", type=int, default=40, help="mutants to run (default: 40)")
    parser.add_argument("--session", type=Path, help="where to keep the results, and go on from them")
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        copy, config = Path(folder) / "copy", Path(folder) / "config.toml"
        session = (chosen.session or Path(folder) / "session.sqlite").absolute()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        pytest = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
        command = shlex.join([*pytest, "--hypothesis-profile=ci", *chosen.tests])
        start = time.monotonic()
        subprocess.run(shlex.split(command), cwd=copy, env=_environment(copy), check=True)
        timeout = max(LEAST, SLOWER * (time.monotonic() - start))
        config.write_text(CONFIG.format(module=chosen.module, command=command, timeout=timeout))
        tool = [sys.executable, "-m", "cosmic_ray.cli"]
        if session.exists():
            forget_unnoticed(session)
        else:
            subprocess.run([*tool, "init", str(config), str(session)], cwd=copy, check=True)
            keep_sample(session, copy / "pytest_athena_dreams" / f"{chosen.module}.py", chosen.sample)
        subprocess.run(
            [*tool, "exec", str(config), str(session)], cwd=copy, env=_environment(copy), check=True
        )
        report(session)
    return 0


def _environment(copy: Path) -> dict[str, str]:
    """Python finds the copy before what is installed, and keeps no bytecode of a mutant."""
    return {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}


def keep_sample(session: Path, module: Path, count: int) -> None:
    """Leave ``count`` mutants in ``session``, none of which is within an annotation."""
    nodes = list(ast.walk(ast.parse(module.read_text())))
    fields = [getattr(node, name, None) for node in nodes for name in ("annotation", "returns")]
    spans = [
        ((note.lineno, note.col_offset), (note.end_lineno or 0, note.end_col_offset or 0))
        for note in fields
        if isinstance(note, ast.expr)
    ]
    db = sqlite3.connect(session, isolation_level=None)
    rows = db.execute(
        "SELECT start_pos_row, start_pos_col, operator_name, occurrence, operator_args, job_id"
        " FROM mutation_specs"
    ).fetchall()
    running = [row for row in rows if not any(start <= row[:2] < end for start, end in spans)]
    running.sort(key=lambda row: tuple(map(str, row[:-1])))
    sample = random.Random(SEED).sample(running, min(count, len(running)))
    print(f"{len(rows)} mutants, {len(running)} outside annotations, {len(sample)} of them run", flush=True)
    marks = ",".join("?" * len(sample))
    for table in ("mutation_specs", "work_items"):
        db.execute(f"DELETE FROM {table} WHERE job_id NOT IN ({marks})", [row[-1] for row in sample])
    db.close()


def forget_unnoticed(session: Path) -> None:
    """Remove the results of the mutants in ``session`` that no test noticed, so that they run again."""
    db = sqlite3.connect(session, isolation_level=None)
    db.execute("DELETE FROM work_results WHERE test_outcome = 'SURVIVED'")
    db.close()


def report(session: Path) -> None:
    """Print the mutants that no test noticed, and how many there were."""
    db = sqlite3.connect(session)
    rows = db.execute("SELECT test_outcome, diff FROM work_results").fetchall()
    db.close()
    survived = [diff for outcome, diff in rows if outcome == "SURVIVED"]
    for diff in survived:
        changed = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        print(*changed, "", sep="\n")
    print(f"{len(rows) - len(survived)} of {len(rows)} mutants were noticed")


if __name__ == "__main__":
    sys.exit(main())
