"""What surrounds a call beside files: a clock that nobody waits for, variables, standard input, chance."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_athena_dreams.models import Observation, ObservationKind, unpacked
from pytest_athena_dreams.sandbox.client import SandboxPair
from pytest_athena_dreams.source.scenes import looks_at_times, reads, variables
from pytest_athena_dreams.worlds import CLOCK, EMPTY, Entry, World, planted

from .kit import acted


def one(jail: SandboxPair, body: str, world: World = EMPTY) -> Observation:
    (seen,) = acted(jail, body, world)
    assert seen.kind is ObservationKind.RETURNED, seen
    return seen


def value(jail: SandboxPair, body: str, world: World = EMPTY) -> Any:
    return unpacked(one(jail, body, world).value)


WAITS = {
    "sleep": "time.sleep(60)",
    "event": "threading.Event().wait(60)",
    "condition": "c = threading.Condition()\nwith c: c.wait(60)",
    "asyncio": "asyncio.run(asyncio.sleep(60))",
    "gather": "async def g(): await asyncio.gather(asyncio.sleep(60), asyncio.sleep(20))\nasyncio.run(g())",
    "queue": "import queue\ntry: queue.Queue().get(timeout=60)\nexcept queue.Empty: pass",
}


@pytest.mark.parametrize("body", WAITS.values(), ids=WAITS)
def test_nobody_waits_and_the_clock_advances(jail: SandboxPair, body: str) -> None:
    seen = one(jail, f"{body}\nreturn round(time.time() - {CLOCK})")
    assert unpacked(seen.value) == 60
    assert seen.slept == pytest.approx(60, abs=0.01)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("time.time()", CLOCK),
        ("time.time_ns()", 1_736_942_400_250_000_000),
        ("time.strftime('%F %T')", "2025-01-15 12:00:00"),
        ("time.localtime()[:6] == time.gmtime()[:6]", True),
        ("time.ctime()", "Wed Jan 15 12:00:00 2025"),
        ("str(datetime.now())", "2025-01-15 12:00:00.250000"),
        ("str(datetime.now(UTC))", "2025-01-15 12:00:00.250000+00:00"),
        ("str(datetime.today())", "2025-01-15 12:00:00.250000"),
        ("str(date.today())", "2025-01-15"),
        ("type(datetime.now()) is datetime", True),
        ("type(type('D', (datetime,), {}).now()).__name__", "D"),
    ],
)
def test_every_common_look_shows_the_worlds_clock(jail: SandboxPair, expression: str, expected: Any) -> None:
    assert value(jail, f"from datetime import UTC, date, datetime\nreturn {expression}") == expected


def test_a_loop_that_waits_for_a_time_gets_there(jail: SandboxPair) -> None:
    body = (
        "end = time.time() + 5\nwhile time.time() < end: pass\nwhile time.monotonic() % 7 < 3: pass\nreturn 1"
    )
    assert value(jail, body) == 1


def test_elapsed_time_is_never_zero(jail: SandboxPair) -> None:
    assert value(jail, "t = time.perf_counter()\nreturn time.perf_counter() - t > 0") is True


def test_files_are_as_old_as_the_world_says(jail: SandboxPair) -> None:
    world = planted([("old", Entry(age=500)), ("new", Entry())])
    body = (
        "open('own', 'w').close()\nreturn [time.time() - os.path.getmtime(n) for n in ('old', 'new', 'own')]"
    )
    assert value(jail, body, world) == ["list", [500, 0, 0]]
    assert set(one(jail, body, world).files or ()) == {"own"}


def test_each_call_starts_with_the_surroundings_of_its_world(jail: SandboxPair) -> None:
    world = World(variables={"TOKEN": "t"}, input="a\nb\n", arguments=("x",), clock=CLOCK + 1)
    body = (
        "found = [os.environ.pop('TOKEN'), input(), sys.stdin.read(), sys.argv[1:], time.time()]\n"
        "os.environ['MORE'] = '1'\ntime.sleep(1)\nsys.argv.append('y')\nreturn found"
    )
    expected = ["list", ["t", "a", "b\n", ["list", ["x"]], CLOCK + 1]]
    assert [unpacked(seen.value) for seen in acted(jail, body, world, times=3)] == [expected] * 3


def test_chance_is_the_same_each_time(jail: SandboxPair) -> None:
    found = "[secrets.token_hex(4), str(uuid.uuid4()), tempfile.mkdtemp()[-8:]]"
    body = f"import secrets, tempfile, uuid\nreturn {found}"
    first, second = acted(jail, body, times=2)
    assert first.value == second.value
    assert first.files == second.files


@pytest.mark.parametrize(
    "body", ["time.sleep(-1)", "from time import sleep\nsleep(-0.5)"], ids=["module", "function"]
)
def test_a_sleep_below_zero_is_an_error(jail: SandboxPair, body: str) -> None:
    (seen,) = acted(jail, body)
    assert seen.raised is not None
    assert seen.raised.type == "ValueError"


def test_a_clock_that_the_code_sets_back_hides_no_sleep(jail: SandboxPair) -> None:
    """What was slept is the parent's own sum."""
    body = (
        "time.sleep(3)\n"
        "for o in gc.get_objects():\n    if type(o).__name__ == 'Clock': o._wall = o._mono = 0\n"
        "return time.time() < 10"
    )
    assert one(jail, body).slept == 3


def test_sleeping_often_meets_the_time_limit_or_ends(jail: SandboxPair) -> None:
    assert one(jail, "for _ in range(10_000): time.sleep(1e-3)").slept == pytest.approx(10)


def test_what_a_source_reads_of_its_surroundings() -> None:
    code = "os.getenv('A'); os.environ['B']; environ.get(\"C\", 1); 'D' in os.environ; environ.pop('A')"
    assert variables(code) == ("A", "B", "C", "D")
    assert reads("input()") == {"input"}
    assert reads("sys.argv[1]; time.time()") == {"arguments", "clock"}
    assert looks_at_times("p.stat().st_mtime")
    assert not looks_at_times("p.stat().st_size")
