"""What each source of inputs contributes: the wrong dreams caught with it switched off.

    python benchmarks/sources.py CORPUS.jsonl [TRUTH.json] [--seeds 0,1] [--only NAME ...]

The corpus is in the format of ``athena-dreams import``; the truth (by default ``CORPUS.truth.json``) says
which dreams are wrong (``"expected": "fail"``). The first line is with all sources, and each further one
without one of them. Nothing is shrunk, and evidence is not measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.inputs import calls, grammars, pool, texts, variants
from pytest_athena_dreams.models import Contract, Dream, Outcome, Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine, case, exploration, feedback, reference

SOURCES: dict[str, list[tuple[Any, str, Any]]] = {
    "nothing": [],
    "edge cases": [(pool, "_edges", lambda spec: [])],
    "tiny inputs": [(pool, "TINY_SHARE", 0)],
    "literals": [(exploration, "reading", lambda code: _NoLiterals())],
    "text by the code": [
        (texts.TextsByCode, "share", lambda self, parameter: 0),
        (pool, "reads_text", lambda signature, clues: False),
    ],
    "regular expressions": [(texts, "matching", lambda *_: None)],
    "words in patterns": [(texts, "_worded", lambda pattern, words: pattern)],
    "patterns within patterns": [(texts.TextsByCode, "_nested_in", lambda self, patterns: [])],
    "patterns built by calls": [(exploration.Explorer, "compiling", lambda *_: ())],
    "grammars": [(texts, "text_in", lambda grammar, pieces, formats: grammars.words(pieces))],
    "spoiled texts": [(texts, "mutated", lambda found, pieces=(): found)],
    "arguments that agree": [(calls, "agreeing", lambda draw, values, *_: values)],
    "related parts": [(calls, "chance", lambda value, spec: 0)],
    "structure of the code": [(exploration.Explorer, "_structured", lambda self, chosen, untyped: chosen)],
    "one-shot iterators": [(exploration, "one_shot", lambda signature, names: None)],
    "variants": [(feedback, "_varied", lambda *_: {})],
    "variants that meet": [(variants, "MEETING", 0.0)],
    "twins": [(variants, "TWINS", 0.0)],
    "choice by paths": [(feedback, "selected", lambda first, features, size: list(features)[:size])],
    "the smallest of each path": [(feedback, "smallest_of_each", lambda features, size: [])],
    "inputs for mutants": [
        (reference.References, "_sharpened", lambda self, runner, pool, spare, seen: (pool, spare))
    ],
    "spare inputs": [(case.Case, "whole", property(lambda self: self))],
}
"""What is replaced by what where a source is off: the owner, the name, the value."""


class _NoLiterals:
    literals = ()


@dataclass(frozen=True)
class Line:
    """One dream of the corpus, and whether it is wrong."""

    dream: Dream
    wrong: bool
    kind: str


def read(corpus: Path, truth: Path) -> list[Line]:
    """The dreams of a corpus."""
    known = json.loads(truth.read_text())
    found = []
    for number, text in enumerate(corpus.read_text().splitlines()):
        row = json.loads(text)
        base, answer = row["procedure"], known[row["label"]]
        procedure = Procedure(
            id=number, name=base["name"], code=base["code"], entry_point=base.get("entry_point")
        )
        dream = Dream(
            id=number,
            code=row["code"],
            dream_type="constraint_relaxation",
            contract=Contract(row.get("contract") or "superset"),
            procedure=procedure,
            procedure_name=procedure.name,
            entry_point=procedure.entry_point,
        )
        found.append(Line(dream, answer["expected"] == "fail", str(answer.get("kind", "all"))))
    return found


@contextmanager
def without(source: str) -> Iterator[None]:
    """A block in which a source is off."""
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in SOURCES[source]]
    for owner, name, value in SOURCES[source]:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


def caught(lines: list[Line], seed: int) -> list[Line]:
    """The dreams that fail."""
    settings = replace(Settings(), seed=seed, shrink_time=0.0, evidence="off")
    with Engine(settings, Policy()) as engine:
        return [line for line in lines if engine.test(line.dream).outcome is Outcome.FAILURE]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("truth", type=Path, nargs="?")
    parser.add_argument("--seeds", default="0", help="seeds to add up, with commas between (default: 0)")
    parser.add_argument("--only", nargs="*", choices=SOURCES, default=list(SOURCES), metavar="NAME")
    options = parser.parse_args()
    truth = options.truth or options.corpus.with_suffix(".truth.json")
    lines = read(options.corpus, truth)
    seeds = [int(text) for text in options.seeds.split(",")]
    kinds = sorted({line.kind for line in lines})
    total = len(seeds) * sum(line.wrong for line in lines)
    print(f"of {total} wrong dreams caught, and right ones failed; by kind")
    print(f"{'without':28} caught failed  CPU s  {'  '.join(f'{kind:>3}' for kind in kinds)}")
    for source in options.only:
        start = time.process_time()
        with without(source):
            found = [line for seed in seeds for line in caught(lines, seed)]
        of = Counter(line.kind for line in found if line.wrong)
        row = "  ".join(f"{of[kind]:3}" for kind in kinds)
        wrong = of.total()
        cpu = time.process_time() - start
        print(f"{source:28} {wrong:6} {len(found) - wrong:6} {cpu:6.0f}  {row}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
