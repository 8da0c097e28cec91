"""What do transforms write, and does it pass?

    python benchmarks/transforms.py [--each 3] [--seed 0] [--jobs 2] [--failed 0] [CORPUS.jsonl ...]

Writes all mechanical dreams for the procedures of each corpus, counts them by type and transform, and tests
up to ``--each`` dreams of each transform and procedure in the jail. ``--failed N`` prints N failed dreams of
each transform with their faults. ``--only NAME`` tests one transform alone. Exit status 1 if a draft is a
copy, or if a type has dreams for fewer than 60 % of 20 procedures or more.
"""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import runs

from pytest_athena_dreams.dreaming.drafts import Draft, Subject
from pytest_athena_dreams.dreaming.improvement import gain
from pytest_athena_dreams.dreaming.mechanical import Losses, write
from pytest_athena_dreams.models import DreamType
from pytest_athena_dreams.source.normalise import digest
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines

SHARE = 0.6
"""Share of procedures for which each type must have a dream."""
LEAST = 20
"""Procedures from which that holds: among fewer, most have no partner for a synthesis."""
OWN = Path(__file__).parents[1] / "tests/corpora/small.jsonl"
Row = dict[str, Any]


def procedures(path: Path) -> list[Subject]:
    """The procedures of a corpus, each once; every second one is of another project."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    found = {line["procedure"]["name"]: line["procedure"] for line in lines if line.get("procedure")}
    return [
        Subject(
            id=number,
            name=each["name"],
            project=f"{path.stem} {'one' if number % 2 else 'two'}",
            code=each["code"],
            entry_point=each.get("entry_point"),
        )
        for number, each in enumerate(found.values(), 1)
    ]


def sampled(written: Sequence[tuple[Subject, list[Draft]]], each: int, only: str | None) -> Iterator[Row]:
    """Up to ``each`` drafts of each transform and subject, as lines of an import."""
    for subject, drafts in written:
        taken: Counter[str] = Counter()
        for number, draft in enumerate(drafts):
            taken[draft.writer] += 1
            if taken[draft.writer] <= each and only in (None, draft.writer.partition(":")[2]):
                yield {
                    "label": f"{subject.id}/{draft.writer}/{number}",
                    "procedure": {
                        "name": subject.name,
                        "project": subject.project,
                        "code": subject.code,
                        "entry_point": subject.entry_point or draft.entry_point,
                    },
                    "code": draft.code,
                    "entry_point": draft.entry_point,
                    "dream_type": draft.dream_type,
                    "contract": draft.contract,
                    "reasoning": draft.reasoning,
                    "model_used": draft.writer,
                }


def tested(lines: Sequence[Row], jobs: int, seed: int) -> tuple[list[Row], float]:
    """The dreams with what became of them in a run of its own, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file, path = Path(folder, "dreams.jsonl"), Path(folder, "athena.db")
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        with Store.create(path) as store:
            import_lines(store, read_lines([file]))
        taken = runs.run_dreams(path, "--athena-seed", str(seed), "-n", str(jobs))
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.row_factory = sqlite3.Row
            rows = db.execute(
                "SELECT d.dream_type, d.model_used, d.reasoning, d.code, p.code AS base, r.*,"
                " r.outcome = 'success' AS passed"
                " FROM dream_procedures d JOIN procedures p ON p.id = d.base_procedure_id"
                " LEFT JOIN dream_test_results r ON r.dream_id = d.id"
            )
            return [dict(row) for row in rows], taken.seconds


def main() -> int:
    """Count, test, and print the tables."""
    parser = runs.options(__doc__, dreams=0)
    parser.add_argument("corpora", nargs="*", type=Path, metavar="CORPUS.jsonl")
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--failed", type=int, default=0)
    parser.add_argument("--only")
    options = parser.parse_args()
    failed = False
    for path in options.corpora or [OWN]:
        subjects, losses = procedures(path), Losses()
        since = time.monotonic()
        written = list(
            write(subjects, types=list(DreamType), others=subjects, losses=losses, seed=options.seed)
        )
        seconds = time.monotonic() - since
        number = sum(len(drafts) for _, drafts in written)
        print(f"{path.name}: {len(subjects)} procedures, {number} drafts in {seconds:.1f} s")
        print(f"  lost: {str(losses) or 'nothing'}")
        failed |= not check(written)
        rows, spent = tested(list(sampled(written, options.each, options.only)), options.jobs, options.seed)
        print(table(written, rows))
        print(f"{len(rows)} tested in {spent:.0f} s\n")
        print(failures(rows, options.failed), end="")
    return int(failed)


def check(written: Sequence[tuple[Subject, list[Draft]]]) -> bool:
    """Whether no draft is a copy and each type has enough procedures; prints the shares."""
    fine = True
    for subject, drafts in written:
        marks = [digest(subject.code), *(digest(draft.code) for draft in drafts)]
        if len(set(marks)) < len(marks):
            print(f"{subject.name} has a copy")
            fine = False
    for kind in DreamType:
        have = sum(any(draft.dream_type == kind for draft in drafts) for _, drafts in written)
        print(f"  {kind}: {have} of {len(written)} procedures")
        fine &= len(written) < LEAST or have >= SHARE * len(written)
    return fine


def table(written: Sequence[tuple[Subject, list[Draft]]], rows: Sequence[Row]) -> str:
    """Dreams by type and transform, and what became of those that were tested."""
    drafts: Counter[tuple[str, str]] = Counter()
    having: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for subject, made in written:
        for draft in made:
            drafts[draft.dream_type, draft.writer] += 1
            having[draft.dream_type, draft.writer].add(subject.id)
    out = io.StringIO()
    columns = ["type", "writer", "dreams", "procedures", "tested", "passed", "failed", "untestable"]
    print("|", " | ".join([*columns, "wider", "faster", "shorter"]), "|", file=out)
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|", file=out)
    for key in sorted(drafts):
        mine = [row for row in rows if (row["dream_type"], row["model_used"]) == key]
        outcomes = Counter(outcome(row) for row in mine)
        judged = outcomes["success"] + outcomes["failure"]
        share = f"{outcomes['success'] / judged:.0%}" if judged else "-"
        gains = [gain(row) for row in mine]
        wider, faster, shorter = (
            sum(getattr(each, name) is not None for each in gains) for name in ("widened", "speed", "size")
        )
        cells = [key[0], key[1].removeprefix("transform:"), drafts[key], len(having[key]), len(mine), share]
        cells += [outcomes["failure"], outcomes["untestable"], wider, faster, shorter]
        print("|", " | ".join(map(str, cells)), "|", file=out)
    return out.getvalue().rstrip()


def outcome(row: Row) -> str:
    """``success``, ``failure`` or ``untestable``."""
    return str(row["outcome"])


def failures(rows: Sequence[Row], number: int) -> str:
    """``number`` failed dreams of each transform."""
    out = io.StringIO()
    seen: Counter[str] = Counter()
    for row in rows:
        if outcome(row) == "failure":
            seen[row["model_used"]] += 1
            if seen[row["model_used"]] <= number:
                print("---", row["model_used"], row["reasoning"], file=out)
                what = (row["failing_input"], row["procedure_result"], row["dream_result"])
                print(row["code"], row["category"], row["error"], *what, sep="\n", end="\n\n", file=out)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
