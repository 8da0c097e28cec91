"""A worker keeps to one processor while it tests a dream, where there are no more processors than workers."""

from __future__ import annotations

import json
import os
import sys

import pytest

from pytest_athena_dreams.session.processor import Affinity, processors_of
from tests.dreams import CLAMP, dream, make_store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processors are chosen on Linux alone")

TELLS = """
import json, os, pathlib
import pytest
from pytest_athena_dreams.trial import Engine

test = Engine.test

def fork_server():
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        fields = path.joinpath("stat").read_text().rpartition(")")[2].split()
        if int(fields[1]) == os.getpid() and "jail" in path.joinpath("cmdline").read_text():
            return int(path.name)

def recorded(self, dream):
    verdict = test(self, dream)
    server = fork_server()
    with open(pathlib.Path(__file__).with_name("recorded.jsonl"), "a") as file:
        here, there = (sorted(os.sched_getaffinity(pid)) for pid in (0, server))
        print(json.dumps([os.environ["PYTEST_XDIST_WORKER"], here, there]), file=file)
    return verdict

Engine.test = recorded

def beside():
    with open(pathlib.Path(__file__).with_name("beside.jsonl"), "a") as file:
        print(json.dumps(sorted(os.sched_getaffinity(0))), file=file)

def pytest_runtest_setup(item):
    if item.name == "test_beside":
        beside()

@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    if nextitem is None or nextitem.name == "test_beside":
        beside()
"""


@pytest.mark.parametrize(("workers", "processors", "place"), [(2, 1, 0), (2, 2, 0), (2, 2, 1), (3, 2, 2)])
def test_a_processor_is_chosen_by_the_place_of_the_worker(
    monkeypatch: pytest.MonkeyPatch, workers: int, processors: int, place: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {10 + n for n in range(processors)})
    assert processors_of({"athena_place": (place, workers)}) == {10 + place % processors}


def test_with_more_processors_than_workers_all_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    assert processors_of({"athena_place": (0, 2)}) is None
    assert processors_of({}) is None
    assert processors_of(None) is None


def test_a_processor_that_is_not_there_changes_nothing() -> None:
    before = os.sched_getaffinity(0)
    affinity = Affinity({1023})
    affinity.pin()
    assert os.sched_getaffinity(0) == before
    affinity.unpin()
    assert os.sched_getaffinity(0) == before


def test_workers_keep_to_processors_of_their_own_while_they_test_dreams(pytester: pytest.Pytester) -> None:
    allowed = sorted(os.sched_getaffinity(0))[:2]
    numbers = range(8)
    kinds = [CLAMP.replace("clamp", f"clamp{n % 4}") for n in numbers]
    lines = [dream(f"d{n}", f"# {n}\n{kinds[n]}# {n}\n", procedure=kinds[n]) for n in numbers]
    make_store(pytester.path / "athena.db", *lines)
    pytester.makeconftest(TELLS)
    file = pytester.makepyfile("def test_beside(): pass")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, allowed)
    try:
        result = pytester.runpytest_subprocess("--athena-dreams", "-n2", "athena.db", file.name)
    finally:
        os.sched_setaffinity(0, before)
    result.assert_outcomes(passed=9)
    recorded = [json.loads(line) for line in (pytester.path / "recorded.jsonl").read_text().splitlines()]
    for worker, here, server in recorded:
        assert here == server == [allowed[int(worker[2:]) % len(allowed)]]
    beside = [json.loads(line) for line in (pytester.path / "beside.jsonl").read_text().splitlines()]
    assert beside
    assert all(processors == allowed for processors in beside)
