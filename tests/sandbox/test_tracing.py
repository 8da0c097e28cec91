"""Tracing: the executable lines of a source, and those that its calls reach."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_athena_dreams.models import DeathReason, Observation, ObservationKind
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.source.reading import statement_lines

from .kit import payload


def watch(sandbox: Sandbox, code: str, *calls: tuple[Any, ...]) -> tuple[tuple[int, ...], list[Observation]]:
    """The executable lines, and the observation of each call."""
    code = textwrap.dedent(code)
    with Runner(sandbox, Source(code=code, watched=True)) as runner:
        seen = runner.run([payload(*call) for call in calls], timeout=5.0)
        return lines_of(runner), seen


def lines_of(runner: Runner) -> tuple[int, ...]:
    assert runner.loaded is not None, runner.failure
    return tuple(sorted(statement_lines(runner.source.code).intersection(runner.loaded.lines)))


BRANCHES = '''\
LIMIT = 3

def helper(x):
    return x + LIMIT

def f(x):
    """Words."""
    if x > 0:
        y = helper(
            x,
        )
    else:
        y = 0
    return y
'''


def test_a_call_tells_the_lines_that_it_is_the_first_to_reach(sandbox: Sandbox) -> None:
    lines, seen = watch(sandbox, BRANCHES, (1,), (1,), (0,))
    assert lines == (4, 8, 9, 13, 14)
    assert [sorted(set(o.lines) & set(lines)) for o in seen] == [[4, 8, 9, 14], [], [13]]


def test_calls_of_watched_code_tell_nothing_else(sandbox: Sandbox) -> None:
    _, seen = watch(sandbox, "def f(x):\n    return 1 / x\n", (1,), (0,))
    assert [replace(o, cpu=0.0, elapsed=0.0) for o in seen] == [
        Observation(kind=ObservationKind.RETURNED, lines=lines) for lines in [(2,), ()]
    ]


def test_an_answer_in_place_of_lines_is_refused(sandbox: Sandbox) -> None:
    code = "import os, sys\ndef f(x):\n    os.write(3, b'\\0\\0\\0\\2{}')\n"
    _, seen = watch(sandbox, code, (1,))
    assert seen[0].death is DeathReason.PROTOCOL


def test_code_that_is_loaded_may_be_watched_as_it_is(sandbox: Sandbox) -> None:
    code = "seen = []\ndef f(x):\n    seen.append(x)\n    if len(seen) > 1:\n        return 1\n    return 0\n"
    with Runner(sandbox, Source(code=code)) as runner:
        assert runner.run([payload(1)], timeout=5.0)[0].value == 0
        for anew, lines in ((True, [3, 4, 6]), (False, [3, 4, 5])):
            runner.switch_to(Source(code=code, watched=True), anew=anew)
            assert lines_of(runner) == (3, 4, 5, 6)
            assert list(runner.run([payload(1)], timeout=5.0)[0].lines) == lines


def test_code_that_is_not_watched_tells_no_lines(sandbox: Sandbox) -> None:
    with Runner(sandbox, Source(code=BRANCHES)) as runner:
        assert runner.run([payload(1)], timeout=5.0)[0].lines == ()


THREAD = """\
import threading

def g():
    pass

def f(x):
    thread = threading.Thread(target=g)
    thread.start()
    thread.join()
"""
SHAPES = {
    "on one line": ("def f(x): return x", (1,)),
    "a lambda": ("f = lambda x: (\n    x)\n", (2,)),
    "a generator": ("def f(x):\n    yield 1\n    yield 2\n", (2, 3)),
    "a coroutine": ("import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x\n", (3, 4)),
    "a comprehension": ("def f(x):\n    return [\n        y\n        for y in (1, 2)\n    ]\n", (2,)),
    "a function in it": ("def f(x):\n    def g():\n        return x\n    return g()\n", (2, 3, 4)),
    "a class": (
        "class A:\n    b = 1\n    def m(self):\n        return self.b\ndef f(x):\n    return A().m()\n",
        (4, 6),
    ),
    "a script": ("y = x\n_result = y\n", (1, 2)),
    "a thread": (THREAD, (4, 7, 8, 9)),
    "an exception": ("def f(x):\n    try:\n        1 / 0\n    except Exception:\n        raise\n", (2, 3, 5)),
    "a loop": ("def f(x):\n    while True:\n        if x:\n            break\n", (2, 3, 4)),
}


@pytest.mark.parametrize(("code", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_all_lines_are_reached_whatever_their_shape(
    sandbox: Sandbox, code: str, expected: tuple[int, ...]
) -> None:
    if "_result" in code:
        with Runner(sandbox, Source(code=code, watched=True)) as runner:
            lines, seen = lines_of(runner), runner.run([payload(x=1)], timeout=5.0)
    else:
        lines, seen = watch(sandbox, code, (1,))
    assert lines == expected
    assert set(expected) <= set(seen[0].lines)


def test_a_dream_that_takes_the_watch_off_hides_only_what_follows_in_that_call(sandbox: Sandbox) -> None:
    code = """\
import sys
def f(x):
    if x:
        sys.settrace(None)
        if sys.version_info >= (3, 12):
            sys.monitoring.set_events(0, 0)
    y = x
    return y
"""
    lines, seen = watch(sandbox, code, (1,), (0,))
    assert 7 not in seen[0].lines
    assert {7, 8} <= set(seen[1].lines) <= set(lines)


def test_a_long_run_is_watched_to_its_end_or_given_up_cheaply(sandbox: Sandbox) -> None:
    code = "def f(x):\n    for i in range(300_000):\n        x += i\n    return x\n"
    lines, seen = watch(sandbox, code, (0,))
    assert {2, 3} <= set(seen[0].lines) <= set(lines)
