"""Ruff's fixes: one draft for each procedure that they change, and none lost by a hostile one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_athena_dreams.dreaming import linting
from pytest_athena_dreams.dreaming.linting import fixes
from pytest_athena_dreams.dreaming.mechanical import RUFF, write
from pytest_athena_dreams.models import DreamType
from tests.dreaming.subjects import subject

NESTED = subject(
    "def f(x):\n    y = []\n    for a in x.keys():\n        if a in x.keys():\n"
    "            y.append(a)  # all\n"
    "    return y\n"
)
PLAIN = subject("def f(x):\n    return x + 1\n", number=2)


def test_fixes_change_what_they_change_and_say_where() -> None:
    found, problems = fixes([NESTED, PLAIN])
    assert not problems
    assert set(found) == {NESTED.id}
    assert "x.keys()" not in found[NESTED.id].code
    assert "# all" in found[NESTED.id].code
    assert found[NESTED.id].why.startswith("line ")
    assert "SIM118" in found[NESTED.id].why


def test_hostile_sources_cost_no_other_its_fixes() -> None:
    hostile = ["x = " + "(" * 20_000, "no Python", "x = '\ud800'", "x = 1\n" * 100_000, "\0", ""]
    hostile += [
        "def f(x):\n    return " + "-" * 5_000 + "x\n",
        "def f(x):\n    return x" + " + x" * 9_000 + "\n",
    ]
    found, _ = fixes([NESTED, *(subject(code, number=10 + n) for n, code in enumerate(hostile))])
    assert NESTED.id in found


def test_a_ruff_that_fails_on_one_source_is_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in that ends with an error if one file holds BAD, and else is ruff."""
    real = linting.command()
    assert real is not None
    script = tmp_path / "ruff"
    script.write_text(
        f'#!/bin/sh\nfor last; do :; done\ngrep -rq BAD "$last" && exit 101\nexec {real[0]} "$@"\n'
    )
    os.chmod(script, 0o755)
    monkeypatch.setattr(linting, "command", lambda: [str(script)])
    found, problems = fixes([PLAIN, NESTED, subject("BAD = 1\n", number=3)])
    assert set(found) == {NESTED.id}
    assert len(problems) == 1
    assert "101" in problems[0]


def test_without_ruff_there_are_no_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linting, "command", lambda: None)
    assert fixes([NESTED]) == ({}, [])


def test_the_control_group_is_one_draft_and_never_one_that_a_transform_writes_too() -> None:
    drafts = dict(write([NESTED], types=list(DreamType)))[NESTED]
    assert [draft.writer for draft in drafts].count(RUFF) == 1
    alike = subject("def f(x):\n    y = x + 1\n    return y\n")
    drafts = dict(write([alike], types=list(DreamType)))[alike]
    assert RUFF not in [draft.writer for draft in drafts]
    assert "transform:temporaries" in [draft.writer for draft in drafts]
