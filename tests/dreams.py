"""Dreams to test with, and stores that hold them."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.sandbox.client import SandboxPair
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines

CLAMP = """\
def clamp(x: int, low: int, high: int) -> int:
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(x, high))
"""


SECRET = "a text that nobody draws, 7.3.1"
READS_SECRET = f"""
import zlib
def read(path: str) -> str:
    with open(path) as file:
        text = file.read()
    return "known" if zlib.crc32(text.encode()) == {zlib.crc32(SECRET.encode())} else "other"
"""
"""What it does on that text shows in the user's own world alone."""


def needs_worlds() -> None:
    """Skip the test where no worlds can be made."""
    with SandboxPair(Policy()) as jail:
        if not jail.acts():
            pytest.skip("no Landlock here, which worlds need")


def dream(label: str, code: str, *, procedure: str | None = CLAMP, **more: Any) -> dict[str, Any]:
    """One line of an import file; a procedure's name is that of its first function."""
    line: dict[str, Any] = {"label": label, "code": code, "dream_type": "constraint_relaxation"} | more
    if procedure is not None:
        name = procedure.partition("def ")[2].partition("(")[0]
        line["procedure"] = {"name": name, "project": "tests", "code": procedure, "entry_point": name}
    return line


def make_store(path: Path, *lines: dict[str, Any]) -> Path:
    """A store at ``path`` that holds ``lines``."""
    source = path.with_suffix(".jsonl")
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with Store.create(path) as store:
        import_lines(store, read_lines([source]))
    return path


def verdicts(path: Path) -> dict[str, tuple[str | None, str | None]]:
    """Outcome and category by label, as the store has them."""
    with Store.open(path) as store:
        return {str(s.label): (s.test_outcome, s.test_category) for s in store.summaries()}
