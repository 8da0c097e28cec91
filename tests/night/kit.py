"""Nights on procedures of a corpus, run by the command itself, and what a store has of them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Verdict
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines
from pytest_athena_dreams.trial import Engine, policy_of

COMMAND = (sys.executable, "-c", "from pytest_athena_dreams.cli import main; main(prog_name='athena-dreams')")
_LEFT_OUT = ("ATHENA_", "GITHUB_STEP_SUMMARY", "PYTEST_ADDOPTS")
Row = dict[str, Any]


def some(lines: Iterable[Mapping[str, Any]], number: int) -> list[Any]:
    """``number`` of the procedures in lines of a corpus, from all parts of it."""
    found = {line["procedure"]["name"]: line["procedure"] for line in lines}
    every = len(found) / number
    return [[*found.values()][int(place * every)] for place in range(number)]


def store_of(path: Path, procedures: Iterable[Any]) -> Path:
    """A store at ``path`` that has these procedures and no dream."""
    source = path.with_suffix(".jsonl")
    source.write_text("".join(json.dumps({"procedure": one}) + "\n" for one in procedures))
    with Store.create(path) as store:
        import_lines(store, read_lines([source]))
    return path


def environment(**more: str) -> dict[str, str]:
    """This process' environment without settings of the caller's, and with ``more``."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)} | more


def night(store: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``athena-dreams night`` on a store, in its folder. ``more`` are variables of its environment."""
    return subprocess.run(
        [*COMMAND, "night", "--store", store.name, *arguments],
        cwd=store.parent,
        env=environment(**more),
        text=True,
        capture_output=True,
        check=False,
    )


def query(store: Path, sql: str, *values: object) -> list[Row]:
    """The rows that ``sql`` gives."""
    db = sqlite3.connect(store)
    db.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in db.execute(sql, values)]
    finally:
        db.close()


def retested(store: Path, dreams: Sequence[int], seeds: Iterable[int], inputs: int) -> list[Verdict]:
    """Verdicts on ``dreams`` against the versions that they replaced, on so many inputs of each seed."""
    with Store.open(store) as opened:
        found = opened.dreams(ids=list(dreams))
    verdicts: list[Verdict] = []
    for seed in seeds:
        settings = replace(Settings(), seed=seed, max_examples=inputs, evidence="off", dream_timeout=300.0)
        with Engine(settings, policy_of(settings, os.environ)) as engine:
            verdicts += [engine.test(dream) for dream in found]
    return verdicts
