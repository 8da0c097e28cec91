"""Between requests a child stands still, and what it holds is counted before its last answer counts."""

from __future__ import annotations

import time

import pytest

from pytest_athena_dreams.models import DeathReason, Observation, ObservationKind
from pytest_athena_dreams.sandbox.client import Child, Sandbox, Source
from pytest_athena_dreams.sandbox.policy import MIB, Policy, SandboxMode
from pytest_athena_dreams.sandbox.quota import THREADS

from .conftest import SMALL
from .kit import payload

SPIN = """
import threading

def spin():
    while True: pass

threading.Thread(target=spin, daemon=True).start()

def f():
    return threading.active_count()
"""
MANY = """
import threading, time

threading.stack_size(32_768)

def start(count):
    for _ in range(count):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

"""


def stands_still(child: Child) -> bool:
    """Whether it comes to stand still: a child of one thread may still be on its way."""
    end = time.monotonic() + 5.0
    while child.status()["State"][0] != "T" and time.monotonic() < end:
        time.sleep(0.001)
    return child.status()["State"][0] == "T"


def asked(child: Child, *calls: tuple[object, ...]) -> list[Observation]:
    return list(child.calls([payload(*call) for call in calls], 5.0))


@pytest.mark.parametrize("mode", [SandboxMode.LANDLOCK, SandboxMode.NONE])
def test_a_child_runs_only_while_it_is_waited_for(mode: SandboxMode) -> None:
    policy = Policy(mode=mode, limits=SMALL)
    with Sandbox(policy) as sandbox, sandbox.spawn(Source(code=SPIN, entry_point="f")) as child:
        for _ in range(3):
            assert stands_still(child)
            before = child.usage()[0]
            time.sleep(0.05)
            assert child.usage()[0] == before
            (seen,) = asked(child, ())
            assert seen.value == 2


def test_a_child_that_loads_another_source_goes_on(sandbox: Sandbox) -> None:
    with sandbox.spawn(Source(code="def f(): return 1")) as child:
        child.load(Source(code="def f(): return 2"))
        assert stands_still(child)
        assert asked(child, ())[0].value == 2


@pytest.mark.parametrize(
    "code",
    [
        f"{MANY}def f(): start({THREADS} + 50)",
        (
            f"{MANY}def f():\n    threading.Thread(target=start, args=({THREADS} + 50,)).start()\n"
            f"    while threading.active_count() <= {THREADS}: time.sleep(0.001)\n"
        ),
    ],
    ids=["by the call", "by a thread"],
)
def test_threads_are_counted_before_the_last_answer_counts(sandbox: Sandbox, code: str) -> None:
    with sandbox.spawn(Source(code=code, entry_point="f")) as child:
        (seen,) = asked(child, ())
    assert (seen.kind, seen.death) == (ObservationKind.DIED, DeathReason.SIGNAL), seen
    assert seen.detail == f"killed for having more than {THREADS} threads"


def test_threads_of_a_load_are_counted(sandbox: Sandbox) -> None:
    with sandbox.spawn(Source(code=f"{MANY}start({THREADS} + 50)\ndef f(): pass")) as child:
        assert child.failure is not None
        assert child.failure.death is DeathReason.SIGNAL


def test_as_many_threads_as_allowed_are_no_fault(sandbox: Sandbox) -> None:
    with sandbox.spawn(Source(code=f"{MANY}def f(): start({THREADS} - 2)", entry_point="f")) as child:
        (seen,) = asked(child, ())
    assert seen.kind is ObservationKind.RETURNED, seen


def test_scratch_space_is_measured_before_the_last_answer_counts() -> None:
    code = """
import threading

def fill():
    for number in range(40):
        open(f"file{number}", "wb").write(bytes(100_000))

def f():
    threading.Thread(target=fill).start()
"""
    policy = Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, scratch=MIB)
    with Sandbox(policy) as sandbox, sandbox.spawn(Source(code=code, entry_point="f")) as child:
        seen: list[Observation] = []
        while child.alive and len(seen) < 50:
            seen += asked(child, ())
    assert seen[-1].death is DeathReason.OUTPUT, seen[-1]
