"""Children start with the modules that most dreams use, and with all that one names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.sandbox.client import SandboxPair, Source
from pytest_athena_dreams.sandbox.modules import COMMON, RARE, names_files, names_rare
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode
from pytest_athena_dreams.sandbox.runner import Runner

from .conftest import SMALL
from .kit import payload

LOADED = "import sys\ndef f(): return ['asyn' + 'cio' in sys.modules, 'decimal' in sys.modules]\n"


@pytest.fixture
def pair() -> Iterator[SandboxPair]:
    running = SandboxPair(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL))
    yield running
    running.close()


def returned(pair: SandboxPair, code: str) -> object:
    with Runner(pair, Source(code=code)) as runner:
        (seen,) = runner.run([payload()], timeout=5.0)
    assert seen.raised is None
    return seen.value


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("import hashlib", True),
        ("from unittest import mock", True),
        ("async def f(): pass", True),
        ("def f(x): return x.asynchronous", False),
        ("import math, html_tools", False),
        ("\ud800 = 1", False),
    ],
)
def test_a_rare_module_is_told_by_its_name(code: str, named: bool) -> None:
    assert names_rare(code) is named


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("import os", True),
        ("from os.path import exists", True),
        ("def f(p): return __import__('o' + 's').stat(p)", True),
        ("def f(p): return p.exists()  # a pathlib.Path", True),
        ("import linecache", True),
        ("from numpy import loadtxt", True),
        ("import numpy\ndef f(n): return numpy.zeros(n)", False),
        ("def f(pos, osier): return open(pos)", False),
        ("\ud800 = 1", False),
    ],
)
def test_what_looks_at_files_is_told_by_its_names(code: str, named: bool) -> None:
    assert names_files(code) is named


def test_no_module_is_both_common_and_rare() -> None:
    assert not set(COMMON) & set(RARE)


def test_only_code_that_names_a_rare_module_finds_it_loaded(pair: SandboxPair) -> None:
    assert returned(pair, LOADED) == ["list", [False, True]]
    assert returned(pair, "import asyncio\n" + LOADED) == ["list", [True, True]]


def test_a_coroutine_is_awaited_where_nothing_told_that_one_would_come(pair: SandboxPair) -> None:
    code = "exec('as' + 'ync def g():\\n    return 5')\ndef f(): return g()"
    assert not names_rare(code)
    assert returned(pair, code) == 5


def test_both_end_together(pair: SandboxPair) -> None:
    returned(pair, LOADED)
    returned(pair, "import asyncio\n" + LOADED)
    pair.close()
    pair.close()
