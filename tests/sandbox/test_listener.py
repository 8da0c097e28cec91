"""The kernel reports what the jail refuses, call by call, whatever the code does with the error."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.models import Observation, ObservationKind
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.policy import MIB, Policy, SandboxMode

from .conftest import SMALL
from .kit import payload

LOOK = """
import os

def f(path):
    return os.path.exists(path)
"""
OUTSIDE = "/etc/passwd"


def asked(sandbox: Sandbox, code: str, *arguments: object, audited: bool = True) -> list[Observation]:
    with sandbox.spawn(Source(code=code, entry_point="f", audited=audited)) as child:
        assert child.loaded, child.failure
        return list(child.calls([payload(argument) for argument in arguments], 5.0))


def test_a_refusal_belongs_to_its_call(sandbox: Sandbox) -> None:
    seen = asked(sandbox, LOOK, *[OUTSIDE if n % 7 == 3 else "/nowhere" for n in range(100)])
    refused = {n for n, one in enumerate(seen) if one.refused}
    assert refused == set(range(3, 100, 7))
    assert {one.refused for one in seen} == {(), (f"stat {OUTSIDE}",)}


def test_what_the_jail_lets_be_read_is_left_to_it(sandbox: Sandbox) -> None:
    paths = ["/", "/usr", os.__file__, os.path.dirname(os.__file__), ".", "missing", "/dev/null", "/dev"]
    seen = asked(sandbox, LOOK, *paths)
    assert [one.value for one in seen] == [path != "missing" for path in paths]
    assert not any(one.refused for one in seen)


def test_a_name_is_what_it_leads_to(sandbox: Sandbox) -> None:
    folder = os.path.dirname(os.__file__)
    (up, down) = asked(sandbox, LOOK, f"{folder}{'/..' * 20}{OUTSIDE}", f"/etc/..{os.__file__}")
    assert (up.value, len(up.refused)) == (False, 1)
    assert (down.value, down.refused) == (True, ())


def test_nobody_asks_about_what_is_not_audited(sandbox: Sandbox) -> None:
    (seen,) = asked(sandbox, LOOK, OUTSIDE, audited=False)
    assert seen.refused == ()


def test_a_load_is_forgotten_by_the_first_call(sandbox: Sandbox) -> None:
    (seen,) = asked(sandbox, f"import os\nos.path.exists({OUTSIDE!r})\ndef f(n): return n\n", 1)
    assert seen.refused == ()


def test_a_call_that_hangs_has_been_refused_too(sandbox: Sandbox) -> None:
    code = f"import os, time\ndef f(n):\n    os.path.exists({OUTSIDE!r})\n    time.sleep(60)\n"
    with sandbox.spawn(Source(code=code, audited=True)) as child:
        (seen,) = child.calls([payload(1)], 0.1)
    assert (seen.kind, seen.refused) == (ObservationKind.TIMED_OUT, (f"stat {OUTSIDE}",))


def test_a_thread_that_asks_on_stands_still_and_goes_on(sandbox: Sandbox) -> None:
    code = f"""
import os, threading

def look():
    while True:
        os.path.exists({OUTSIDE!r})

threading.Thread(target=look).start()

def f(n):
    return n
"""
    with sandbox.spawn(Source(code=code, entry_point="f", audited=True)) as child:
        for n in range(20):
            (seen,) = child.calls([payload(n)], 5.0)
            assert (seen.kind, seen.value) == (ObservationKind.RETURNED, n), seen


def test_scratch_space_is_no_refusal_and_that_of_another_is() -> None:
    code = """
import os

def f(n):
    os.mkdir("folder")
    with open("folder/file", "w") as file:
        file.write("x")
    os.rename("folder/file", "file")
    try:
        open("../other", "w")
    except OSError:
        pass
    return sorted(os.listdir())
"""
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, scratch=MIB)) as sandbox:
        (seen,) = asked(sandbox, code, 1)
    assert seen.value == ["list", ["file", "folder"]], seen
    (refused,) = seen.refused
    assert refused.startswith("open /")
    assert refused.endswith("other for writing")


@pytest.fixture
def descriptors() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.usefixtures("descriptors")
def test_no_descriptor_is_left_open() -> None:
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as sandbox:
        for code in (LOOK, "def f(path): raise SystemExit", "def f(path):\n    import os; os._exit(0)\n"):
            asked(sandbox, code, OUTSIDE)


LISTENED = """
import ctypes, os, platform
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.jail import kernel, seccomp
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode
from tests.sandbox.kit import payload

kernel.forbid_new_privileges()
machine = platform.machine()
listener = seccomp.Filter(machine, seccomp._program(machine, {}, seccomp._ALLOW)).listener()
assert listener is not None
code = "def f(path):\\n    try: open(path)\\n    except OSError: pass\\n"
with Sandbox(Policy(mode=SandboxMode.LANDLOCK)) as sandbox:
    with sandbox.spawn(Source(code=code, audited=True)) as child:
        (seen,) = child.calls([payload("/etc/passwd")], 5.0)
print(seen.kind, seen.refused)
"""


def test_where_another_program_listens_already_the_code_itself_notes_its_refusals() -> None:
    done = subprocess.run([sys.executable, "-c", LISTENED], capture_output=True, text=True, check=False)
    assert done.stdout == f"returned ('open {OUTSIDE}',)\n", done.stderr


def test_without_isolation_nothing_is_refused() -> None:
    with Sandbox(Policy(mode=SandboxMode.NONE, limits=SMALL)) as sandbox:
        start = "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)"
        code = f"import os\ndef f(n):\n    open({OUTSIDE!r}).close()\n    {start}\n"
        (seen,) = asked(sandbox, code, 1)
    assert (seen.kind, seen.refused) == (ObservationKind.RETURNED, ())
