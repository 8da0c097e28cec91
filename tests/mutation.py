"""Mutation testing of one module: which changes to its code no test notices.

    python -m tests.mutation source/purity tests/source/test_purity.py [--sample 40] [--session FILE]

It needs cosmic-ray (``pip install cosmic-ray``), which makes the mutants, and works in a copy of the last
commit. The mutants are a random sample with a fixed seed, without those in annotations, which never run.

The tests of each mutant run in a fork of this process, which has imported pytest and Hypothesis already. A
mutant may use little memory and time, because some allocate without end or never return. Both count as
noticed.

With ``--session``, the results are stored in FILE. The next call with that file runs only those mutants again
that no test noticed, with the tests of the new last commit. The module must be unchanged since.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hypothesis.stateful  # noqa: F401 - so that a fork need not
import pytest

ROOT = Path(__file__).parents[1]
SEED = 0
"""Seed of the sample."""
MEMORY = 3 << 30
"""Bytes of address space that the tests of a mutant may use, each process for itself."""
SLOWER = 10
"""Times as long as the unchanged module that the tests of a mutant may take."""
LEAST = 30.0
"""Seconds that they may take in any case, for a machine that is busy now and was not before."""
FIRST = 600.0
"""Seconds that the tests of the unchanged module may take."""
CONFIG = """\
[cosmic-ray]
module-path = "pytest_athena_dreams/{module}.py"
timeout = 1.0
excluded-modules = []
test-command = "true"
[cosmic-ray.distributor]
name = "local"
"""
ARGUMENTS = (
    *("-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-profile=ci"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # Hypothesis is imported before pytest starts
)
SURVIVED, KILLED = "SURVIVED", "KILLED"
"""What cosmic-ray calls a mutant that no test noticed, and one that a test did."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("module", help="the module within the package, such as source/purity")
    parser.add_argument("tests", nargs="+", help="arguments of pytest")
    parser.add_argument("--sample", type=int, default=40, help="mutants to run (default: 40)")
    parser.add_argument("--session", type=Path, help="where to keep the results, and go on from them")
    chosen, options = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        session = (chosen.session or Path(folder) / "session.sqlite").absolute()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        module = copy / "pytest_athena_dreams" / f"{chosen.module}.py"
        if not session.exists():
            make_sample(session, copy, chosen.module, chosen.sample)
        run_mutants(session, copy, module, [*chosen.tests, *options])
        report(session)
    return 0


def make_sample(session: Path, copy: Path, module: str, count: int) -> None:
    """Have cosmic-ray list the mutants of ``module`` in ``session``, and leave ``count`` of them."""
    config = copy.with_name("config.toml")
    config.write_text(CONFIG.format(module=module))
    command = [sys.executable, "-m", "cosmic_ray.cli", "init", str(config), str(session)]
    subprocess.run(command, cwd=copy, check=True)
    keep_sample(session, copy / "pytest_athena_dreams" / f"{module}.py", count)


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


def run_mutants(session: Path, copy: Path, module: Path, tests: Sequence[str]) -> None:
    """Run the tests of each mutant in ``session`` that none has noticed yet."""
    start = time.monotonic()
    if (status := run_tests(copy, tests, FIRST, keep_bytecode=True)) != 0:
        sys.exit(f"the tests of the unchanged module end with {status}: run them with pytest first")
    limit = max(LEAST, SLOWER * (time.monotonic() - start))
    for old in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
        old.unlink()  # it may be taken for that of a mutant as long, made in the same second
    db = sqlite3.connect(session, isolation_level=None)
    db.execute("DELETE FROM work_results WHERE test_outcome = ?", [SURVIVED])
    unchanged = module.read_text()
    for job, name, options, occurrence in db.execute(
        "SELECT job_id, operator_name, operator_args, occurrence FROM mutation_specs"
        " WHERE job_id NOT IN (SELECT job_id FROM work_results) ORDER BY start_pos_row, job_id"
    ).fetchall():
        changed = mutant(unchanged, name, options, occurrence)
        module.write_text(changed)
        outcome = SURVIVED if run_tests(copy, tests, limit) == 0 else KILLED
        lines = difflib.unified_diff(unchanged.splitlines(), changed.splitlines(), lineterm="", n=0)
        db.execute(
            "INSERT INTO work_results (worker_outcome, test_outcome, diff, job_id)"
            " VALUES ('NORMAL', ?, ?, ?)",
            [outcome, "\n".join(lines), job],
        )
    module.write_text(unchanged)
    db.close()


def mutant(code: str, operator: str, options: str, occurrence: int) -> str:
    """``code`` with one change."""
    plugins: Any = importlib.import_module("cosmic_ray.plugins")
    mutating: Any = importlib.import_module("cosmic_ray.mutating")
    arguments: Any = options
    while isinstance(arguments, str):  # JSON within JSON
        arguments = json.loads(arguments)
    changed = mutating.MutationVisitor.mutate_code(
        code, plugins.get_operator(operator)(**arguments or {}), occurrence
    )
    assert isinstance(changed, str), "the module is not the one that the session is about"
    return changed


def run_tests(copy: Path, tests: Sequence[str], seconds: float, *, keep_bytecode: bool = False) -> int:
    """Run ``tests`` in a fork, and give pytest's exit status; that of a kill after ``seconds``."""
    pid = os.fork()
    if pid == 0:
        _become_pytest(copy, tests, keep_bytecode)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _become_pytest(copy: Path, tests: Sequence[str], keep_bytecode: bool) -> None:
    """Never returns."""
    status = -1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.chdir(copy)
        sys.dont_write_bytecode = not keep_bytecode
        os.environ["PYTHONPATH"] = str(copy)
        if not keep_bytecode:
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]  # those of this tree: the copy has its own
        sys.path[:] = [str(copy), *(path for path in sys.path if path not in ("", str(ROOT)))]
        status = int(pytest.main([*ARGUMENTS, *tests]))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status & 0xFF)


def report(session: Path) -> None:
    """Print the mutants that no test noticed, and how many there were."""
    db = sqlite3.connect(session)
    rows = db.execute("SELECT test_outcome, diff FROM work_results").fetchall()
    db.close()
    survived = [diff for outcome, diff in rows if outcome == SURVIVED]
    for diff in survived:
        changed = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        print(*changed, "", sep="\n")
    print(f"{len(rows) - len(survived)} of {len(rows)} mutants were noticed")


if __name__ == "__main__":
    sys.exit(main())
