"""Children: what loads, what is observed, and how every kind of death is recognised."""

from __future__ import annotations

import errno
import sys
import time
from typing import Any

import pytest

from pytest_athena_dreams.models import DeathReason, ObservationKind, Packed, unpacked
from pytest_athena_dreams.sandbox.client import Sandbox, Source

from .kit import death, exception, only, payload, run, value


def test_calls_are_answered_in_order(sandbox: Sandbox) -> None:
    seen = run(sandbox, "def double(x):\n    return x * 2", (1,), ("a",), ([0],))
    assert [o.value for o in seen.observations] == [2, "aa", ["list", [0, 0]]]
    assert seen.signature is not None
    assert seen.signature.name == "double"


@pytest.mark.parametrize(
    ("code", "entry", "stage", "kind"),
    [
        ("def f(:", None, "compile", "SyntaxError"),
        ("return 1", None, "compile", "SyntaxError"),
        ("x = '\ud800'", None, "compile", "UnicodeEncodeError"),
        ("x = 1 / 0", None, "load", "ZeroDivisionError"),
        ("import nothing_of_this_name", None, "load", "ModuleNotFoundError"),
        ("def f(): pass\nraise SystemExit(0)", None, "load", "SystemExit"),
        ("x = 1", None, "entry", "AttributeError"),
        ("def f(): pass", "g", "entry", "AttributeError"),
        ("f = 1", "f", "entry", "TypeError"),
        ("class A:\n    def f(self): pass", "A.g", "entry", "AttributeError"),
    ],
)
def test_a_failed_load_says_at_which_stage(
    sandbox: Sandbox, code: str, entry: str | None, stage: str, kind: str
) -> None:
    with sandbox.spawn(Source(code=code, entry_point=entry)) as child:
        assert child.loaded is None
        assert child.failure is not None
        assert child.failure.raised is not None
        assert (child.failure.raised.stage, child.failure.raised.type) == (stage, kind)


def test_an_exception_is_described(sandbox: Sandbox) -> None:
    code = """
    class Odd(ValueError):
        pass

    def f():
        raise Odd("x\\ud800" + "y" * 3000)
    """
    observation = only(run(sandbox, code))
    assert observation.kind is ObservationKind.RAISED
    assert observation.raised is not None
    assert observation.raised.type == "Odd"
    assert observation.raised.bases == ("Odd", "ValueError", "Exception", "BaseException")
    assert observation.raised.message == "x\\ud800" + "y" * 1998
    assert observation.raised.line == 6
    assert observation.raised.stage == "call"


def test_an_exception_that_takes_a_builtin_name_is_not_taken_for_it(sandbox: Sandbox) -> None:
    assert (
        exception(run(sandbox, "class ValueError(Exception): pass\ndef f(): raise ValueError"))
        == "dream.ValueError"
    )


def test_an_exception_whose_str_raises_is_described(sandbox: Sandbox) -> None:
    code = "class E(Exception):\n    def __str__(self): raise RuntimeError\ndef f(): raise E"
    raised = only(run(sandbox, code)).raised
    assert raised is not None
    assert raised.message == "<its __str__ raised RuntimeError>"


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException"])
def test_any_exception_is_an_observation(sandbox: Sandbox, name: str) -> None:
    assert exception(run(sandbox, f"def f(): raise {name}")) == name


def test_changed_arguments_are_told(sandbox: Sandbox) -> None:
    code = "def f(a, b=None):\n    a.append(1)\n    return len(a)"
    seen = run(sandbox, code, ([],), ([5],))
    assert seen.observations[0].changed == [["tuple", [["list", [1]]]], ["dict", []]]
    assert seen.observations[1].changed == [["tuple", [["list", [5, 1]]]], ["dict", []]]
    assert only(run(sandbox, "def f(a): return a", ([],))).changed is None


def test_changed_arguments_are_told_of_a_call_that_raised(sandbox: Sandbox) -> None:
    observation = only(run(sandbox, "def f(a):\n    a.clear()\n    raise KeyError", ([1],)))
    assert observation.changed == [["tuple", [["list", []]]], ["dict", []]]


def test_arguments_are_fresh_for_each_call(sandbox: Sandbox) -> None:
    seen = run(sandbox, "kept = []\ndef f(a):\n    kept.append(a)\n    return a in kept[:-1]", ([],), ([1],))
    assert [o.value for o in seen.observations] == [False, False]


def test_coroutines_are_run(sandbox: Sandbox) -> None:
    code = """
    import asyncio

    async def f(x):
        results = await asyncio.gather(*(asyncio.sleep(0.001, i) for i in range(x)))
        return sum(results)
    """
    assert value(run(sandbox, code, (4,))) == 6


def test_generators_are_read(sandbox: Sandbox) -> None:
    assert value(run(sandbox, "def f():\n    yield 1\n    yield 2")) == [
        "iterator",
        "generator",
        [1, 2],
        False,
        None,
    ]


def test_randomness_is_the_same_in_every_call_and_child(sandbox: Sandbox) -> None:
    code = "import random\ndef f(): return random.random(), hash('x')"
    first, second = run(sandbox, code, (), ()).observations
    assert first.value == second.value == value(run(sandbox, code))


DEATHS: list[Any] = [
    pytest.param("import os\ndef f(): os._exit(0)", DeathReason.EXIT, id="exit"),
    pytest.param("import os\ndef f(): os._exit(3)", DeathReason.EXIT, id="exit with status"),
    pytest.param("def f(): print('x' * 100_000_000)", DeathReason.OUTPUT, id="print 100 MB"),
    pytest.param("import os, signal\ndef f(): os.kill(os.getpid(), 9)", DeathReason.MEMORY, id="kill itself"),
    pytest.param("import os\ndef f(): os.abort()", DeathReason.SIGNAL, id="abort"),
    pytest.param("import ctypes\ndef f(): ctypes.string_at(1)", DeathReason.SIGNAL, id="segmentation fault"),
    pytest.param(
        "import ctypes\ndef f(): ctypes.CDLL(None).ptrace(0, 0, 0, 0)", DeathReason.SYSCALL, id="ptrace"
    ),
    pytest.param("import os\ndef f(): os.write(3, b'x' * 99)", DeathReason.PROTOCOL, id="garbage frame"),
    pytest.param("import os\ndef f(): os.close(3)", DeathReason.EXIT, id="close the channel"),
    pytest.param(
        "import os, time\ndef f():\n    os.close(3)\n    time.sleep(99)",
        DeathReason.PROTOCOL,
        id="close and hang",
    ),
]


@pytest.mark.parametrize(("code", "reason"), DEATHS)
def test_every_death_is_told_apart(sandbox: Sandbox, code: str, reason: DeathReason) -> None:
    assert death(run(sandbox, code, timeout=5.0)) is reason


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    while True: pass",
        "import time\ndef f(): time.sleep(60)",
        "import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGSTOP)",
        "import threading\ndef f(): threading.Event().wait()",
        "def f():\n  while True:\n    try:\n      while True: pass\n    except BaseException: pass",
    ],
    ids=["loop", "sleep", "stop", "wait", "swallow"],
)
def test_a_call_that_takes_too_long_is_ended(sandbox: Sandbox, code: str) -> None:
    started = time.monotonic()
    observation = only(run(sandbox, code, timeout=0.3))
    assert observation.kind is ObservationKind.TIMED_OUT
    assert "0.3 s" in observation.detail
    assert time.monotonic() - started < 3


def test_a_load_that_takes_too_long_is_ended() -> None:
    from pytest_athena_dreams.sandbox.policy import Limits, Policy, SandboxMode

    policy = Policy(mode=SandboxMode.LANDLOCK, limits=Limits(load_timeout=0.3))
    with Sandbox(policy) as sandbox, sandbox.spawn(Source(code="def f(): pass\nwhile True: pass")) as child:
        assert child.failure is not None
        assert child.failure.kind is ObservationKind.TIMED_OUT


def test_a_child_that_nobody_watches_is_ended_by_the_kernel(sandbox: Sandbox) -> None:
    code = "def f(x):\n    while x: pass"
    with sandbox.spawn(Source(code=code)) as child:
        seen = child.calls([payload(0), payload(1)], 0.1)
        next(seen)
        until = time.monotonic() + 30
        while not child.status()["State"].startswith("Z") and time.monotonic() < until:
            time.sleep(0.05)
        observation = next(seen)
        assert (observation.kind, observation.death) == (ObservationKind.DIED, DeathReason.CPU)


def test_eating_memory_is_a_memory_error(sandbox: Sandbox) -> None:
    assert exception(run(sandbox, "def f():\n    return bytearray(10**10)")) == "MemoryError"
    eat = "def f():\n    kept = []\n    while True: kept.append(bytes(10**8))"
    assert exception(run(sandbox, eat, timeout=10.0)) == "MemoryError"


def test_a_dead_child_is_replaced_and_the_rest_goes_on(sandbox: Sandbox) -> None:
    seen = run(sandbox, "import os\ndef f(x):\n    if x: os._exit(0)\n    return x", (0,), (1,), (0,))
    kinds = [o.kind for o in seen.observations]
    assert kinds == [ObservationKind.RETURNED, ObservationKind.DIED, ObservationKind.RETURNED]


def test_after_enough_timeouts_the_rest_is_left_out(sandbox: Sandbox) -> None:
    code = "def f(x):\n    while x: pass"
    seen = run(sandbox, code, (0,), (1,), (1,), (1,), (0,), timeout=0.2, patience=2)
    assert [o.kind.value for o in seen.observations] == ["returned", "timed_out", "timed_out"]


def test_memory_is_measured_above_the_loaded_child(sandbox: Sandbox) -> None:
    small = run(sandbox, "def f(): return 1").peak_memory
    large = run(sandbox, "def f(): return len(b'x' * 50_000_000)").peak_memory
    assert 0 < small < 4_000_000
    assert 49_000_000 < large < 60_000_000


def test_cpu_time_is_measured(sandbox: Sandbox) -> None:
    seen = run(sandbox, "import time\ndef f():\n    while time.process_time() < 0.3: pass")
    assert 0.2 < only(seen).cpu < 1
    assert 0.25 < seen.cpu < 1


@pytest.mark.parametrize(
    "code",
    [
        "import socket\ndef f(): socket.socket()",
        "import socket\ndef f(): socket.create_connection(('127.0.0.1', 9))",
        "import socket\ndef f(): socket.getaddrinfo('example.invalid', 80)",
        "import urllib.request\ndef f(): urllib.request.urlopen('http://127.0.0.1:9/')",
        "import urllib.request\ndef f(): urllib.request.urlopen('http://example.invalid/')",
        "import http.client\ndef f(): http.client.HTTPConnection('127.0.0.1', 9).request('GET', '/')",
    ],
)
def test_a_missing_network_is_named(sandbox: Sandbox, code: str) -> None:
    raised = only(run(sandbox, code)).raised
    assert raised is not None
    assert "OSError" in raised.bases
    assert raised.errno == errno.EPERM
    assert raised.message.endswith("(the jail has no network, and no setting opens one)")


def test_other_refusals_are_not_blamed_on_the_network(sandbox: Sandbox) -> None:
    raised = only(run(sandbox, "import os\ndef f(): os.kill(os.getppid(), 0)")).raised
    assert raised is not None
    assert (raised.errno, raised.message) == (errno.EPERM, "[Errno 1] Operation not permitted")


@pytest.mark.parametrize(
    ("path", "number"),
    [
        pytest.param(sys.executable, errno.EACCES, id="there-for-the-parent"),
        pytest.param("/no/such/file", errno.ENOENT, id="nowhere"),
        pytest.param("relative", errno.ENOENT, id="relative"),
        pytest.param("/\\0", errno.ENOENT, id="no-path"),
        pytest.param("/" + "x" * 3000, errno.ENOENT, id="too-long"),
    ],
)
def test_a_file_that_only_the_parent_sees_was_refused(sandbox: Sandbox, path: str, number: int) -> None:
    code = f"def f(): raise FileNotFoundError(2, 'not there', '{path}')"
    raised = only(run(sandbox, code)).raised
    assert raised is not None
    assert (raised.type, raised.errno) == ("FileNotFoundError", number)


def test_a_large_value_is_kept_packed(sandbox: Sandbox) -> None:
    observation = only(run(sandbox, "def f(a): a += [0] * 10**5; return a", ([],)))
    assert isinstance(observation.value, Packed)
    assert isinstance(observation.changed, Packed)
    assert unpacked(observation.value) == ["list", [0] * 10**5]
    assert len(observation.value.text) < 5_000


@pytest.mark.parametrize(
    "code",
    [
        "import random\ndef f(): return random.random()",
        "def f(): return __import__('ran' + 'dom').random() if __import__('cProfile') else 0",
        "import random\nfirst = random.random()\ndef f(): return first",
    ],
    ids=["named", "by-a-module-that-was-not-there", "at-load"],
)
def test_a_call_draws_the_same_however_often_and_wherever_it_is_made(sandbox: Sandbox, code: str) -> None:
    one, other = (run(sandbox, code, *[()] * 2).observations for _ in range(2))
    values = {seen.value for seen in (*one, *other)}
    assert len(values) == 1


def test_what_a_call_left_in_its_arguments_can_not_take_itself_out(sandbox: Sandbox) -> None:
    code = """
        class Sly:
            def __init__(self, xs): self.xs = xs
            def __reduce__(self): self.xs[:] = [1, 2]; raise ValueError
            __reduce_ex__ = __getstate__ = __eq__ = __iter__ = __repr__ = lambda self, *_: self.__reduce__()
        def f(xs): xs[0] = Sly(xs)
    """
    changed = only(run(sandbox, code, ([1, 2],))).changed
    assert changed is not None
    assert changed[0][1][0][1][0][:2] == ["object", "Sly"]
