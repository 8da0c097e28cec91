"""Does an exact copy of a procedure ever fail?

    python benchmarks/copies.py [--seeds 1] [--busy 4] [--functions 400] [CORPUS.jsonl ...]

Every procedure is its own dream: a sample of annotated functions of the libraries of ``annotations.py``,
the nasty ones of ``tests/trial/test_copies.py``, and the procedures of the corpora. The script tests all of
them under each seed, beside ``--busy`` processes that only compute, and lists each copy that failed. Exit
status 1 if one failed or got no outcome.
"""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import runs
from annotations import LIBRARIES, functions, modules

from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines
from tests.trial.test_copies import NASTY

Line = dict[str, Any]


def library_functions(count: int) -> Iterator[Line]:
    """A sample of ``count`` annotated library functions, as procedures that import what they need."""
    found: dict[object, Line] = {}
    for library in LIBRARIES if count else ():
        for module in modules(library):
            for name, _, function in functions(module):
                code = f"from {module.__name__} import {name.partition('.')[0]}\n"
                line = {
                    "name": f"{module.__name__}.{name}",
                    "project": library,
                    "code": code,
                    "entry_point": name,
                }
                found.setdefault(function, line)
    chosen = [*found.values()]
    random.Random(0).shuffle(chosen)
    yield from chosen[:count]


def corpus_procedures(path: Path) -> Iterator[Line]:
    """The procedures of a corpus of dreams, each once."""
    lines = map(json.loads, path.read_text().splitlines())
    yield from {line["procedure"]["code"]: line["procedure"] for line in lines}.values()


def make_store(path: Path, procedures: list[Line]) -> Path:
    """A store at ``path`` with each procedure as its own dream."""
    source = path.with_suffix(".jsonl")
    with source.open("w") as file:
        for number, procedure in enumerate(procedures):
            line = {
                "label": f"{procedure['name']}-{number}",
                "code": procedure["code"],
                "procedure": procedure,
            }
            line |= {"entry_point": procedure.get("entry_point"), "contract": "equivalent"}
            file.write(json.dumps(line | {"dream_type": "constraint_relaxation"}) + "\n")
    with Store.create(path) as store:
        import_lines(store, read_lines([source]))
    return path


def outcomes(store: Path) -> tuple[Counter[str], list[str]]:
    """How many copies had each outcome, and those that failed or have none, with the reason."""
    with contextlib.closing(sqlite3.connect(store)) as db:
        rows = db.execute(
            "SELECT d.label, r.outcome, r.category, r.error FROM dream_procedures d"
            " LEFT JOIN dream_test_results r ON r.dream_id = d.id"
        ).fetchall()
    counts = Counter(outcome or "none" for _, outcome, _, _ in rows)
    wrong = [row for row in rows if row[1] in (None, "failure")]
    return counts, [f"{label}: {category}: {error}" for label, _, category, error in wrong]


def main() -> int:
    parser = runs.options(__doc__, dreams=0)
    parser.add_argument("corpora", nargs="*", type=Path, metavar="CORPUS.jsonl")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--busy", type=int, default=4, metavar="N")
    parser.add_argument("--functions", type=int, default=400, metavar="N")
    asked = parser.parse_args()
    procedures = [*library_functions(asked.functions)]
    for corpus in asked.corpora:
        procedures += corpus_procedures(corpus)
    procedures += [{"name": name, "code": code} for name, code in NASTY.items()]
    failed = missing = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seeds):
            store = make_store(Path(folder) / f"{seed}.db", procedures)
            taken = runs.run_dreams(store, "--athena-seed", str(seed), busy=asked.busy)
            counts, wrong = outcomes(store)
            failed += counts["failure"]
            missing += counts["none"]
            print(f"seed {seed}: {dict(counts)}, {taken.seconds:.0f} s", *wrong, sep="\n  ", flush=True)
    found = {"procedures": len(procedures), "seeds": asked.seeds, "busy": asked.busy, "failed": failed}
    runs.write(asked.output, "copies", found | {"missing": missing})
    return runs.check([("failed copies", failed, 0, False), ("without an outcome", missing, 0, False)])


if __name__ == "__main__":
    sys.exit(main())
