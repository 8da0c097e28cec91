"""Who ends when: nothing in the jail outlives what started it, and a lost fork server is replaced."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.models import DeathReason, Observation
from pytest_athena_dreams.sandbox import forkserver
from pytest_athena_dreams.sandbox.attacks.surroundings import left_over, processes
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode
from pytest_athena_dreams.sandbox.workspace import Workspace

from .conftest import SMALL
from .kit import death, payload, run, value

MODES = [
    "landlock",
    pytest.param("bwrap", marks=pytest.mark.slow),
    pytest.param("srt", marks=pytest.mark.slow),
]
LOOP = Source(code="def f():\n    while True: pass")
_PARENT = """
import sys, threading
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode
sandbox = Sandbox(Policy(mode=SandboxMode(sys.argv[1])))
with sandbox.spawn(Source(code="def f():\\n    while True: pass")) as child:
    print(sandbox.outside, flush=True)
    list(child.calls([sys.stdin.buffer.read(int(sys.argv[2]))], 60.0))
"""


def available(mode: str) -> SandboxMode:
    with Sandbox(Policy(mode=SandboxMode(mode), limits=SMALL)) as sandbox:
        try:
            sandbox.layers()
        except SandboxError as exc:
            pytest.skip(str(exc))
    return SandboxMode(mode)


@pytest.mark.parametrize("mode", MODES)
def test_nothing_outlives_a_parent_that_is_killed(mode: str) -> None:
    command = [sys.executable, "-c", _PARENT, available(mode).value, str(len(payload()))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        outside = parent.stdout.readline().decode().strip()
        parent.stdin.write(payload())
        parent.stdin.flush()
        time.sleep(0.2)
        assert processes(outside)
        parent.kill()
    assert left_over(outside, set()) == []


@pytest.mark.parametrize("mode", MODES)
def test_a_child_does_not_outlive_its_fork_server(mode: str) -> None:
    with Sandbox(Policy(mode=available(mode), limits=SMALL)) as sandbox, sandbox.spawn(LOOP) as child:
        outside = str(sandbox.outside)
        _kill_soon(outside)
        (observation,) = child.calls([payload()], 20.0)
        assert observation.death is DeathReason.MEMORY
        assert child.lost
        assert left_over(outside, set()) == []


@pytest.mark.parametrize("mode", MODES)
def test_closing_ends_all_processes_and_removes_all_files(mode: str) -> None:
    with Sandbox(Policy(mode=available(mode), limits=SMALL, scratch=1 << 20)) as sandbox:
        child = sandbox.spawn(Source(code="open('kept', 'w').close()\ndef f(): pass"))
        outside = sandbox.outside
        assert outside is not None
        assert list(outside.glob("scratch/*/kept"))
    assert left_over(str(outside), set()) == []
    assert not outside.exists()
    child.close()


def _kill_soon(outside: str, after: float = 0.3) -> None:
    def kill() -> None:
        time.sleep(after)
        for pid in sorted(processes(outside))[:-1]:
            with contextlib.suppress(ProcessLookupError):  # gone with the one before
                os.kill(pid, signal.SIGKILL)

    threading.Thread(target=kill).start()


def test_a_dream_is_run_again_where_the_fork_server_was_lost_once() -> None:
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as sandbox:
        sandbox.layers()
        _kill_soon(str(sandbox.outside), after=0.5)
        code = "import time\ndef f(x):\n    time.sleep(x)\n    return x"
        assert value(run(sandbox, code, (1.0,), timeout=5.0)) == 1.0


def test_a_dream_that_takes_the_fork_server_along_twice_is_blamed(sandbox: Sandbox) -> None:
    code = "import os, time\ndef f(parent): time.sleep(60)"
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as own:
        own.layers()
        stop = threading.Event()

        def kill() -> None:
            while not stop.wait(0.3):
                for pid in sorted(processes(str(own.outside)))[:-1]:
                    os.kill(pid, signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            assert death(run(own, code, (0,), timeout=20.0)) is DeathReason.MEMORY
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize("mode", MODES)
def test_the_thread_that_started_the_jail_may_end(mode: str) -> None:
    with Sandbox(Policy(mode=available(mode), limits=SMALL)) as sandbox:
        thread = threading.Thread(target=sandbox.layers)
        thread.start()
        thread.join()
        assert value(run(sandbox, "def f(): return 1")) == 1


def test_a_fork_server_that_does_not_start_is_an_error_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "__main__.py").write_text("raise SystemExit('no good')")
    monkeypatch.setattr("pytest_athena_dreams.sandbox.launch._JAIL", tmp_path)
    with pytest.raises(SandboxError, match="no good"), Sandbox(Policy(mode=SandboxMode.LANDLOCK)) as sandbox:
        sandbox.layers()


def test_an_interpreter_that_can_not_be_started_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_base_executable", "/nowhere/python", raising=False)
    with pytest.raises(SandboxError, match="No such file"):
        Sandbox(Policy(mode=SandboxMode.LANDLOCK)).layers()


def test_a_fork_server_that_says_nothing_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import time\ntime.sleep(60)")
    monkeypatch.setattr("pytest_athena_dreams.sandbox.launch._JAIL", tmp_path)
    monkeypatch.setattr(forkserver, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(forkserver, "_FAREWELL", 0.2)
    with (
        pytest.raises(SandboxError, match="timed out"),
        Sandbox(Policy(mode=SandboxMode.LANDLOCK)) as sandbox,
    ):
        sandbox.layers()


def test_memory_running_out_takes_the_dream_first(sandbox: Sandbox) -> None:
    with sandbox.spawn(LOOP):
        (child,) = (pid for pid in processes(str(sandbox.outside)) if _score(pid) == 1000)
        assert child


def _score(pid: int) -> int:
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


def test_two_children_live_side_by_side(sandbox: Sandbox) -> None:
    source = Source(code="state = []\ndef f(x):\n    state.append(x)\n    return len(state)")
    with sandbox.spawn(source) as one, sandbox.spawn(source) as two:
        seen: list[Observation] = []
        for child in (one, two, one, two):
            seen += child.calls([payload(0)], 1.0)
        assert [o.value for o in seen] == [1, 1, 2, 2]


def test_an_unfinished_child_is_killed_when_its_block_ends(sandbox: Sandbox) -> None:
    sandbox.layers()
    before = processes(str(sandbox.outside))
    with pytest.raises(KeyboardInterrupt), sandbox.spawn(LOOP):
        raise KeyboardInterrupt
    assert left_over(str(sandbox.outside), before) == []


def test_memory_and_time_limits_are_clamped_to_hard_limits() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "from tests.sandbox.kit import run, only\n"
        "from pytest_athena_dreams.sandbox.client import Sandbox\n"
        "from pytest_athena_dreams.sandbox.policy import *\n"
        "with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=Limits(memory=8 << 30))) as sandbox:\n"
        "    print(only(run(sandbox, 'def f(): return len(bytes(1 << 30))')).raised.type)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "MemoryError\n", done.stderr


def test_what_a_killed_run_left_is_removed_by_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    command = [sys.executable, "-c", _PARENT, "landlock", str(len(payload()))]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        outside = Path(parent.stdout.readline().decode().strip())
        with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as sandbox:
            sandbox.layers()
            assert outside.exists()  # it is in use
        parent.kill()
    assert outside.exists()
    assert left_over(str(outside), set()) == []
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as sandbox:
        sandbox.layers()
        assert [path.name for path in tmp_path.iterdir()] == [
            path.name for path in (sandbox.outside,) if path
        ]
    assert list(tmp_path.iterdir()) == []


def test_folders_made_at_the_same_time_do_not_sweep_each_other(
    tmp_path: Path,
) -> None:
    code = (
        "from pytest_athena_dreams.sandbox.workspace import Workspace\n"
        "for _ in range(300):\n"
        "    workspace = Workspace()\n"
        "    assert workspace.empty.is_dir() and workspace.scratch.is_dir()\n"
        "    workspace.remove()\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    makers = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(4)]
    assert [maker.wait() for maker in makers] == [0, 0, 0, 0]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_gets_its_lock_though_a_sweeper_looks_at_it_just_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    make = tempfile.mkdtemp

    def looked_at(**options: str) -> str:
        made = make(**options)
        lock = os.open(Path(made, "lock"), os.O_RDWR | os.O_CREAT)
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Timer(0.2, os.close, [lock]).start()
        return made

    monkeypatch.setattr(tempfile, "mkdtemp", looked_at)
    workspace = Workspace()
    time.sleep(0.3)
    with open(workspace.path / "lock") as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    workspace.remove()


def test_folders_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = tmp_path / "kept"
    kept.mkdir()
    (tmp_path / "athena-dreams-jail-link").symlink_to(kept)
    (tmp_path / "athena-dreams-jail-young").mkdir()
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as sandbox:
        sandbox.layers()
    left = {"athena-dreams-jail-link", "athena-dreams-jail-young", "kept"}
    assert {path.name for path in tmp_path.iterdir()} == left
