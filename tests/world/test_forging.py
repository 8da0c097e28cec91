"""Hostile dreams against the recorder: the parent knows what is asked of a world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.models import DeathReason, Observation, ObservationKind
from pytest_athena_dreams.sandbox.client import SandboxPair
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode

from .kit import acted

SEND = "send = lambda **q: os.write(6, (lambda b: len(b).to_bytes(4, 'big') + b)(json.dumps(q).encode()))\n"
AROUND = """
c = [x for x in gc.get_objects() if type(x).__name__ == 'Commands'][0]
subprocess._fork_exec = c._fork_exec
subprocess.run(['git', 'push'])
"""
PUSH = "dict(ask='run', words=['git', 'push'], folder=os.getcwd(), variables={}, input='')"


@pytest.fixture(scope="module", params=[SandboxMode.LANDLOCK, SandboxMode.BWRAP, SandboxMode.SRT])
def jail(request: pytest.FixtureRequest) -> Iterator[SandboxPair]:
    jail = SandboxPair(Policy(mode=request.param))
    try:
        jail.layers()
    except SandboxError as exc:
        pytest.skip(str(exc))
    if not jail.acts():
        pytest.skip("no Landlock here, which worlds need")
    yield jail
    jail.close()


def once(jail: SandboxPair, body: str) -> Observation:
    (seen,) = acted(jail, body)
    return seen


def words(seen: Observation) -> list[tuple[str, ...]]:
    return [request.words for request in seen.requests]


def test_a_forged_request_is_a_request(jail: SandboxPair) -> None:
    assert words(once(jail, f"{SEND}send(**{PUSH})")) == [("git", "push")]


def test_a_request_stays_logged_if_its_traces_are_removed(jail: SandboxPair) -> None:
    body = (
        "os.system('git push')\n"
        "for x in gc.get_objects():\n"
        "  if type(x).__name__ in ('Window', 'Commands', 'Command'):\n"
        "    for name in list(getattr(x, '__dict__', ())):\n"
        "      if isinstance(getattr(x, name), (dict, list)): getattr(x, name).clear()"
    )
    asked = once(jail, body).requests  # without what it was at first, each variable counts as changed
    assert [request.words for request in asked if request.kind == "command"] == [("git", "push")]


def test_input_under_the_number_of_another_request_counts_as_that_ones(jail: SandboxPair) -> None:
    seen = once(jail, f"{SEND}os.system('git push')\nsend(ask='input', number=0, text='x')")
    assert [request.body for request in seen.requests] == ["x"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (AROUND, "start a process"),
        ("import ctypes\nctypes.CDLL(None).system(b'git push')", "start a process"),
        ("os.execv('/usr/bin/git', ['git', 'push'])", "run /usr/bin/git"),
        ("if os.fork() == 0: os.system('git push')", "start a process"),
        ("import _socket\n_socket.socket(2, 1)", "open a socket for the network"),
    ],
    ids=["around-the-shim", "in-c", "exec", "fork", "socket"],
)
def test_a_bypass_is_refused_and_seen(jail: SandboxPair, body: str, refusal: str) -> None:
    seen = once(
        jail, f"try:\n{''.join(f'  {line}{chr(10)}' for line in body.splitlines())}except OSError: pass"
    )
    assert seen.refused == (refusal,)
    assert seen.requests == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os.write(6, b'\\0\\0\\0\\5hello')", DeathReason.PROTOCOL),
        ("os.write(6, b'\\xff\\0\\0\\5hello')", DeathReason.PROTOCOL),
        (f"{SEND}send(ask='run')", DeathReason.PROTOCOL),
        (f"{SEND}send(ask='which', program=1)", DeathReason.PROTOCOL),
        (f"{SEND}while True: send(**{PUSH})", None),
        ("for _ in range(1_000_000): os.system('git push')", DeathReason.OUTPUT),
        (
            "p = subprocess.Popen(['cat'], stdin=-1)\nfor _ in range(1024): p.stdin.write(bytes(1 << 20))",
            DeathReason.OUTPUT,
        ),
        ("subprocess.run(['echo', 'x' * (1 << 21)])", DeathReason.PROTOCOL),
    ],
    ids=["rubbish", "length", "no-fields", "types", "flood", "a-million", "gibibyte", "long-words"],
)
def test_what_asks_too_much_ends_with_a_verdict(
    jail: SandboxPair, body: str, reason: DeathReason | None
) -> None:
    seen = once(jail, f"{body}\ntime.sleep(5)")
    assert seen.kind is ObservationKind.DIED
    assert seen.death is reason or reason is None


def test_a_closed_window_fails_the_call_alone(jail: SandboxPair) -> None:
    first, second = acted(jail, "os.close(6)\nos.system('git push')", times=2)
    assert first.raised is not None
    assert second.death is DeathReason.PROTOCOL  # its surroundings could not be set


def test_what_a_thread_runs_right_after_the_return_belongs_to_the_call(jail: SandboxPair) -> None:
    body = "threading.Thread(target=os.system, args=('git push',), daemon=True).start()"
    assert words(once(jail, body)) == [("git", "push")]
