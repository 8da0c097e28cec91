"""What the code sets in its process stays as the code set it, from one call to the next."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.models import Observation, unpacked
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.runner import Runner

from .kit import payload, run

DEEP = "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\n"


@pytest.mark.parametrize(
    ("sets", "shows", "expected"),
    [
        ("import sys\nsys.setrecursionlimit(5000)", "sys.getrecursionlimit()", 5000),
        ("import sys\nsys.setrecursionlimit(60)", "sys.getrecursionlimit()", 60),
        ("import sys\nsys.set_int_max_str_digits(0)", "len(str(10 ** 5000))", 5001),
        ("import decimal\ndecimal.getcontext().prec = 3", "str(decimal.Decimal(1) / 3)", "0.333"),
        ("import warnings\nwarnings.simplefilter('error')", "warnings.filters[0][0]", "error"),
        ("import locale\nlocale.setlocale(locale.LC_ALL, 'C')", "locale.setlocale(locale.LC_ALL)", "C"),
        (
            "import io, sys\nsys.stdout = io.StringIO()",
            "print(end='x') or type(sys.stdout).__name__",
            "StringIO",
        ),
        ("import sys\nsys.setswitchinterval(0.5)", "sys.getswitchinterval()", 0.5),
        ("import gc\ngc.disable()", "gc.isenabled()", False),
        ("import os\nos.environ['X'] = 'x'", "os.environ['X']", "x"),
    ],
    ids=lambda each: each if isinstance(each, str) and each.startswith("import") else "",
)
@pytest.mark.parametrize("when", ["at load", "in the first call"])
def test_state_stays(sandbox: Sandbox, sets: str, shows: str, expected: object, when: str) -> None:
    modules, _, statement = sets.partition("\n")
    if when == "at load":
        code = f"{sets}\ndef f(first): return {shows}\n"
    else:
        code = f"{modules}\ndef f(first):\n    if first: {statement}\n    return {shows}\n"
    seen = run(sandbox, code, (True,), (False,), (False,)).observations
    assert [unpacked(each.value) for each in seen] == [expected] * 3, seen


def returned(seen: Observation) -> object:
    return unpacked(seen.value)


LOAD = "import sys\nsys.setrecursionlimit(20_000)\n"
GENERATORS = """
def go(n):
    if n:
        yield from go(n - 1)
    yield n

def f(n):
    return len(list(go(n))) - 1
"""
IN_THE_CALL = """
import sys

def go(n):
    return 0 if n == 0 else 1 + go(n - 1)

def f(n):
    sys.setrecursionlimit(20_000)
    return go(n)
"""


@pytest.mark.parametrize("code", [LOAD + DEEP, LOAD + GENERATORS, IN_THE_CALL])
def test_code_recurses_as_deep_as_it_allows_itself(sandbox: Sandbox, code: str) -> None:
    seen = run(sandbox, code, (3000,), (2999,), (3000,)).observations
    assert [returned(each) for each in seen] == [3000, 2999, 3000], seen


def test_an_iterator_recurses_as_deep_as_its_code_allows_itself(sandbox: Sandbox) -> None:
    code = """
        import sys
        sys.setrecursionlimit(20_000)
        def g(n):
            return 0 if n == 0 else 1 + g(n - 1)
        def f(n):
            yield g(n)
    """
    seen = run(sandbox, code, (3000,), (3000,)).observations
    assert [returned(each) for each in seen] == [["iterator", "generator", [3000], False, None]] * 2


def test_without_a_limit_of_its_own_code_recurses_as_deep_as_python_allows(sandbox: Sandbox) -> None:
    seen = run(sandbox, DEEP, (900,), (3000,), (900,)).observations
    assert [each.raised.type if each.raised else returned(each) for each in seen] == [
        900,
        "RecursionError",
        900,
    ]


def test_a_limit_that_is_too_low_to_be_set_again_is_the_code_s_own_error(sandbox: Sandbox) -> None:
    code = "import sys\ndef f(n):\n    (lambda: sys.setrecursionlimit(1))()\n    return n\n"
    seen = run(sandbox, code, (1,), (2,)).observations
    assert [each.raised.type if each.raised else None for each in seen] == ["RecursionError"] * 2


def test_the_next_source_in_a_child_starts_with_python_s_limit(sandbox: Sandbox) -> None:
    with Runner(sandbox, Source(code="import sys\nsys.setrecursionlimit(20_000)\n" + DEEP)) as runner:
        assert returned(runner.run([payload(3000)], timeout=1.0)[0]) == 3000
        runner.switch_to(Source(code=DEEP))
        (seen,) = runner.run([payload(3000)], timeout=1.0)
    assert seen.raised is not None
    assert seen.raised.type == "RecursionError"


@pytest.mark.parametrize(
    ("code", "awaited"),
    [
        ("def f(): return 1", ""),
        ("async def f(): return 1", "coroutine"),
        ("async def f(): raise ValueError", "coroutine"),
        ("async def f(): yield 1", "async generator"),
        ("def f(): return g()\nasync def g(): return 1", "coroutine"),
        ("def f(): raise ValueError", ""),
        ("def f(): yield 1", ""),
    ],
)
def test_what_was_awaited_is_seen(sandbox: Sandbox, code: str, awaited: str) -> None:
    with Runner(sandbox, Source(code=code, entry_point="f")) as runner:
        (seen,) = runner.run([payload()], timeout=1.0)
    assert seen.awaited == awaited
