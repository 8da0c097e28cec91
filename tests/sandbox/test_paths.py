"""Paths and patterns: what the jail notes of calls beside their results."""

from __future__ import annotations

import re

from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.jail.following import RAISED
from pytest_athena_dreams.sandbox.runner import Runner

from .kit import payload, run

LOOP = """
def f(n):
    found = 0
    for i in range(n):
        found += i if i % 2 else 1
    return 1 // n
"""


def test_another_path_has_other_features(sandbox: Sandbox) -> None:
    with Runner(sandbox, Source(code=LOOP, followed=True)) as runner:
        seen = runner.run([payload(n) for n in (1, 1, 2, 5, 6, 0)], timeout=5.0)
    one, same, two, five, six, zero = (set(observation.lines) for observation in seen)
    assert one == same
    assert two - one
    assert five - two
    assert len(six - five) <= len(five - two)
    assert RAISED in zero
    assert RAISED not in one


def test_a_long_call_is_followed_for_a_while_only(sandbox: Sandbox) -> None:
    with Runner(sandbox, Source(code=LOOP, followed=True)) as runner:
        (seen,) = runner.run([payload(100_000)], timeout=5.0)
    assert 0 < len(seen.lines) < 50


PATTERNS = """
import re
from fnmatch import translate
TABLE = {"a": re.compile("x+", re.I)}
def f(name, text):
    return bool(re.search("<%s>" % re.escape(name), text)), translate(text)
"""


def test_patterns_that_the_code_compiles_are_noted_when_it_does_so(sandbox: Sandbox) -> None:
    source = Source(code=PATTERNS, notes_patterns=True)
    with Runner(sandbox, source) as runner:
        assert runner.loaded is not None
        assert runner.loaded.patterns == (("x+", int(re.I | re.U)),)
        calls = [payload("a.b", "t"), payload("a.b", "u"), payload("c", "t")]
        seen = runner.run(calls, timeout=5.0)
    assert [one.patterns for one in seen] == [((r"<a\.b>", int(re.U)),), (), (("<c>", int(re.U)),)]


def test_without_being_asked_nothing_is_noted(sandbox: Sandbox) -> None:
    assert run(sandbox, PATTERNS, ("a", "b")).observations[0].patterns == ()
