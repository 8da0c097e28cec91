"""Runs pytest in a process of its own, and measures its time and each process' peak memory."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import platform
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PEAKS = "BENCHMARK_PEAKS"
"""The environment variable with the folder that the plugin ``peaks`` writes to."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The cost of one run: seconds, processor seconds of all its processes, and each process' peak memory in
    MiB, by name.
    """

    seconds: float
    cpu: float
    status: int
    last_line: str
    peaks: dict[str, float] = field(default_factory=dict)

    @property
    def controller(self) -> float:
        return self.peaks["controller"]

    @property
    def worker(self) -> float:
        """The peak of the largest worker."""
        return max(peak for name, peak in self.peaks.items() if name != "controller")


def run_pytest(folder: Path, *arguments: str, busy: int = 0) -> Taken:
    """Run pytest in ``folder``, quietly, beside ``busy`` processes that only compute.

    Their processor time counts too. Raises ``RuntimeError`` if pytest could not run tests.
    """
    peaks = folder / "peaks"
    peaks.mkdir(exist_ok=True)
    for old in peaks.iterdir():
        old.unlink()
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("ATHENA_", "PYTHONDONT"))}
    environment |= {
        "PYTEST_ADDOPTS": "",
        PEAKS: str(peaks),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path[1:]]),
    }
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "peaks"]
    alone = ["-c", os.devnull, "--rootdir", str(folder)]
    _adopt_orphans()
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with _busy_loops(busy):
        ran = subprocess.run(
            [*command, *alone, *arguments],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    seconds = time.perf_counter() - started
    _reap_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"pytest failed with exit status {ran.returncode}:\n{ran.stdout[-2000:]}")
    return Taken(
        seconds=seconds,
        cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        status=ran.returncode,
        last_line=ran.stdout.strip().splitlines()[-1],
        peaks={path.name: float(path.read_text()) for path in peaks.iterdir()},
    )


@contextlib.contextmanager
def _busy_loops(count: int) -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def _adopt_orphans() -> None:
    """Become the parent of orphaned processes: bwrap does not wait for its children."""
    set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0) != 0:
        raise OSError("can't measure processor time: this kernel has no PR_SET_CHILD_SUBREAPER")


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def run_dreams(store: Path, *arguments: str, workers: int = 2, busy: int = 0) -> Taken:
    """Test the pending dreams of ``store``."""
    options = ["--athena-dreams", "--athena-store", store.name, "-n", str(workers)]
    return run_pytest(store.parent, *options, *arguments, busy=busy)


def figures(store: Path) -> dict[str, Any]:
    """Figures of the last run in the store: dreams by outcome, inputs, and seconds in the engine."""
    db = sqlite3.connect(store)
    row = db.execute(
        "SELECT count(*), sum(outcome = 'success'), sum(inputs_tried), sum(inputs_accepted), sum(elapsed)"
        " FROM dream_test_results WHERE run_id = (SELECT max(id) FROM dream_test_runs)"
    ).fetchone()
    db.close()
    names = ("tested", "passed", "inputs_tried", "inputs_accepted", "engine_seconds")
    return dict(zip(names, row, strict=True))


def options(about: str | None, *, dreams: int) -> argparse.ArgumentParser:
    """The options that all benchmarks have."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--dreams", type=int, default=dreams, help=f"dreams (default: {dreams})")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the figures as JSON here")
    return parser


def write(path: Path | None, name: str, found: dict[str, Any]) -> None:
    """Write the figures of the benchmark ``name`` as JSON. The default is a file in the current folder."""
    target = path or Path(f"{name}.benchmark.json")
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    text = json.dumps({"benchmark": name, **machine, **found}, indent=2, default=_plain)
    target.write_text(text + "\n")
    print(f"figures: {target}")


def _plain(value: Any) -> Any:
    return asdict(value)


def check(limits: Sequence[tuple[str, float, float, bool]]) -> int:
    """Print each (name, figure, limit, more is better). Returns 1 if a limit is exceeded."""
    broken = 0
    for name, figure, limit, more in limits:
        kept = figure >= limit if more else figure <= limit
        broken += not kept
        word = "at least" if more else "at most"
        print(f"{name}: {figure:.3g}, {word} {limit:g}: {'kept' if kept else 'NOT KEPT'}")
    return 1 if broken else 0
