"""A night from procedures alone: what is written, by type and writer, what passes and what is better.

    python benchmarks/dreaming.py [--strategy balanced] [--nights 1] [--seed 0] [--jobs 2] [CORPUS.jsonl ...]

For each corpus a store gets its procedures without their dreams. Then the commands ``dream``, ``evaluate``
and ``pytest --athena-dreams`` run, for each night with a seed of its own. Exit status 1 if a dream is a copy.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from pytest_athena_dreams.dreaming.improvement import gain
from pytest_athena_dreams.source.normalise import digest
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.outcomes import read_nights

OWN = Path(__file__).parents[1] / "tests/corpora/small.jsonl"


@dataclass
class Row:
    """Dreams of one kind: how many were tested, passed, and in what they were better."""

    tested: int = 0
    passed: int = 0
    better: int = 0
    gains: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("widened", "speed", "size"), 0))

    def line(self, name: str) -> str:
        share = f"{self.passed / self.tested:.0%}" if self.tested else "–"
        better = f"{self.better / self.tested:.0%}" if self.tested else "–"
        wider, faster, shorter = self.gains.values()
        return f"| {name} | {self.tested} | {share} | {better} | {wider} | {faster} | {shorter} |"


def procedures(corpus: Path, target: Path) -> int:
    """Write the procedures of ``corpus`` alone to ``target``: how many."""
    found = {}
    for line in corpus.read_text(encoding="utf-8").splitlines():
        procedure = json.loads(line).get("procedure")
        if procedure:
            found[procedure["name"], procedure["code"]] = json.dumps({"procedure": procedure})
    target.write_text("".join(line + "\n" for line in found.values()), encoding="utf-8")
    return len(found)


def run(*command: str, folder: Path) -> tuple[str, float]:
    """What a command prints, and its seconds."""
    began = time.monotonic()
    program = str(Path(sys.executable).with_name(command[0]))
    done = subprocess.run([program, *command[1:]], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout, time.monotonic() - began


def night(store: Path, strategy: str, seed: int, jobs: int) -> dict[str, float]:
    """Dream, evaluate and test; the seconds of each."""
    cli = "athena-dreams"
    _, dreaming = run(
        cli, "dream", "--store", str(store), "--strategy", strategy, "--seed", str(seed), folder=store.parent
    )
    _, evaluating = run(cli, "evaluate", "--store", str(store), folder=store.parent)
    options = ["--athena-store", str(store), "--athena-fail-under", "0", "--athena-seed", str(seed)]
    _, testing = run(
        "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(store.parent),
        "--athena-dreams", "-n", str(jobs), *options, folder=store.parent,
    )  # fmt: skip
    return {"dream": dreaming, "evaluate": evaluating, "test": testing}


def table(path: Path) -> tuple[dict[str, Row], dict[str, Row], int]:
    """The tested dreams by type and by writer, and how many are copies of their procedure or each other."""
    kinds: defaultdict[str, Row] = defaultdict(Row)
    writers: defaultdict[str, Row] = defaultdict(Row)
    seen = set()
    copies = 0
    with Store.open(path) as store:
        rows = read_nights(store)
    for row in rows:
        found = gain(row)
        for one in (kinds[row["dream_type"]], writers[row["writer"]], kinds["all"]):
            one.tested += 1
            one.passed += row["passed"]
            one.better += bool(found)
            for name in one.gains:
                one.gains[name] += getattr(found, name) is not None
        mark = row["procedure"], digest(row["code"])
        copies += mark in seen or mark[1] == digest(row["base"])
        seen.add(mark)
    return kinds, writers, copies


def main() -> int:
    """Print the tables of each corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpora", nargs="*", type=Path, default=[OWN])
    parser.add_argument("--strategy", default="balanced")
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    wrong = 0
    for corpus in given.corpora:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "night.db"
            number = procedures(corpus, path.with_suffix(".jsonl"))
            run("athena-dreams", "import", str(path.with_suffix(".jsonl")), "--store", str(path),
                folder=path.parent)  # fmt: skip
            for one in range(given.nights):
                seconds = night(path, given.strategy, given.seed + one, given.jobs)
                took = ", ".join(f"{name} {value:.0f} s" for name, value in seconds.items())
                print(f"{corpus.name}: {number} procedures, night {one + 1}: {took}", flush=True)
            kinds, writers, copies = table(path)
        print("\n| | tested | pass | better | wider | faster | shorter |\n|---|---|---|---|---|---|---|")
        for rows in (kinds, writers):
            for name in sorted(rows):
                print(rows[name].line(f"`{name}`"))
        print(f"\ncopies: {copies}\n", flush=True)
        wrong += copies
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
