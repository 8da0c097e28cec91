"""The deadline: what counts against a call, and what the machine's own hitches do not."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.sandbox.meter import Deadline, Meter, Reading

GLANCE = 0.05


def reading(wall: float, cpu: float = 0.0, queued: float = 0.0) -> Reading:
    return Reading(wall=wall, cpu=cpu, queued=queued)


def test_a_call_that_sleeps_is_late_by_the_wall_clock() -> None:
    deadline, wall = Deadline(reading(0.0), 1.0), 0.0
    while (pause := deadline.pause(reading(wall), GLANCE)) > 0:
        wall += pause
    assert 1.0 <= wall < 1.01


def test_a_call_on_several_processors_is_late_by_its_processor_time() -> None:
    deadline = Deadline(reading(0.0), 1.0)
    assert deadline.pause(reading(0.0), GLANCE) == GLANCE
    assert deadline.pause(reading(0.05, cpu=1.0), GLANCE) <= 0


def test_waiting_for_a_processor_does_not_count() -> None:
    deadline = Deadline(reading(0.0), 1.0)
    for step in range(1, 100):
        assert deadline.pause(reading(step * GLANCE, queued=step * GLANCE), GLANCE) > 0


def test_a_machine_that_stands_still_does_not_count() -> None:
    deadline = Deadline(reading(0.0), 1.0)
    assert deadline.pause(reading(0.0), GLANCE) == GLANCE
    assert deadline.pause(reading(5.0), GLANCE) == GLANCE
    assert deadline.pause(reading(10.0), GLANCE) == GLANCE


def test_the_wall_clock_ends_it_all() -> None:
    deadline = Deadline(reading(0.0), 1.0)
    assert deadline.pause(reading(15.01, queued=15.01), GLANCE) <= 0


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1), st.floats(0, 1)), max_size=40))
def test_no_more_counts_than_has_passed(steps: list[tuple[float, float, float]]) -> None:
    deadline, wall, cpu, queued = Deadline(reading(0.0), 1.0), 0.0, 0.0, 0.0
    for passed, busy, waiting in steps:
        wall, cpu, queued = wall + passed, cpu + passed * busy, queued + passed * waiting
        pause = deadline.pause(reading(wall, cpu, queued), GLANCE)
        assert pause <= GLANCE
        assert pause > 0 or max(wall, cpu) >= 0.999


@pytest.mark.skipif(sys.platform != "linux", reason="states of threads are read from /proc")
def test_who_waits_for_a_child_to_stop_lets_it_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy processor, a child waited for ten seconds while its parent looked every 0.2 ms."""
    pauses: list[float] = []
    sleep = time.sleep

    def noted(seconds: float) -> None:
        pauses.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", noted)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        meter = Meter(busy.pid)
        try:
            assert not meter.settles(0.2)
        finally:
            meter.close()
            busy.kill()
    assert pauses[:3] == [0.0002, 0.0004, 0.0008]
    assert set(pauses[6:]) == {0.01}
