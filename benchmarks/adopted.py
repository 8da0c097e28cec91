"""Three nights on procedures of corpora, and whether what they adopt holds on inputs that nobody has seen.

Each adopted dream is tested against the version that it replaced, on 500 inputs of each of ten seeds that no
run and no adoption had. Each must agree on all of them. What differs is listed, and the exit status is 1.

    .venv/bin/python benchmarks/adopted.py [--each N] [--adopt N] [CORPUS.jsonl...]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from pytest_athena_dreams.models import Outcome
from tests.night.kit import night, query, retested, some, store_of

OWN = Path(__file__).parents[1] / "tests" / "corpora" / "small.jsonl"
NIGHTS, SEEDS, INPUTS = 3, 10, 500


def main() -> int:
    """Run the nights, and print a row for each night and for each adopted dream."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=20, metavar="N", help="procedures of each corpus at most")
    parser.add_argument(
        "--adopt", type=int, default=5, metavar="N", help="dreams that a night adopts at most"
    )
    parser.add_argument("corpora", nargs="*", type=Path, default=[OWN])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        procedures = []
        for path in given.corpora:
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            procedures += some(lines, min(given.each, len({line["procedure"]["name"] for line in lines})))
        store = store_of(Path(folder) / "nights.db", procedures)
        print(f"{len(procedures)} procedures, {NIGHTS} nights, at most {given.adopt} adoptions each")
        for number in range(1, NIGHTS + 1):
            _night(store, number, given.adopt)
        return _retest(store)


def _night(store: Path, number: int, adopts: int) -> None:
    began = time.monotonic()
    done = night(
        store, "--strategy", "light", "--adopt", str(adopts), "--", "-n", "2", "-p", "no:cacheprovider"
    )
    if done.returncode:
        sys.exit(f"night {number} ended with {done.returncode}: {done.stderr}")
    (run,) = query(store, "SELECT * FROM dream_test_runs ORDER BY id DESC LIMIT 1")
    adopted = query(store, "SELECT count(*) AS n FROM dream_adoptions")[0]["n"]
    print(
        f"night {number}: {run['tested']} tested, {run['passed']} passed, {adopted} adopted so far,"
        f" {time.monotonic() - began:.0f} s"
    )


def _retest(store: Path) -> int:
    adopted = query(
        store,
        "SELECT dream_id, a.seed, label, writer, base_procedure_name AS name FROM dream_adoptions a"
        " JOIN dream_procedures d ON d.id = dream_id JOIN dream_origins o USING (dream_id) ORDER BY a.id",
    )
    had = {row["seed"] for row in [*adopted, *query(store, "SELECT seed FROM dream_test_runs")]}
    seeds = [seed for seed in range(1, 10 * SEEDS) if seed not in had][:SEEDS]
    wrong = 0
    for row in adopted:
        found = retested(store, [row["dream_id"]], seeds, INPUTS)
        faults = [verdict for verdict in found if verdict.outcome is not Outcome.SUCCESS]
        wrong += bool(faults)
        accepted = sum(verdict.accepted for verdict in found)
        print(
            f"{row['name']:<32}{row['writer']:<26}{accepted:>5} of {SEEDS * INPUTS} inputs compared: "
            + (f"DIFFERS: {faults[0].text[:200]}" if faults else "holds")
        )
    print(f"{len(adopted) - wrong} of {len(adopted)} adopted dreams hold on {SEEDS} new seeds")
    return 1 if wrong or not adopted else 0


if __name__ == "__main__":
    sys.exit(main())
