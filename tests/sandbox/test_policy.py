"""What a team can let in: paths to read, variables, scratch space; and what stays out all the same."""

from __future__ import annotations

import os
import textwrap
import threading
from pathlib import Path

import pytest

from pytest_athena_dreams.errors import SandboxError, SettingError
from pytest_athena_dreams.models import DeathReason
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.policy import MIB, Policy, SandboxMode
from pytest_athena_dreams.sandbox.scratch import Scratch

from .conftest import SMALL
from .kit import death, exception, payload, run, value

MODES = [SandboxMode.LANDLOCK, pytest.param(SandboxMode.BWRAP, marks=pytest.mark.slow)]


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> SandboxMode:
    mode = SandboxMode(request.param)
    with Sandbox(Policy(mode=mode, limits=SMALL)) as sandbox:
        try:
            sandbox.layers()
        except SandboxError as exc:
            pytest.skip(str(exc))
    return mode


def test_a_granted_folder_can_be_imported_from_and_read(mode: SandboxMode, tmp_path: Path) -> None:
    granted, other = tmp_path / "granted", tmp_path / "other"
    (granted / "project").mkdir(parents=True)
    (granted / "project" / "__init__.py").write_text("ANSWER = 42")
    other.write_text("")
    code = f"""
    from project import ANSWER

    def f():
        return ANSWER, open({str(granted / "project" / "__init__.py")!r}).read()

    def write():
        open({str(granted / "new")!r}, "w")

    def outside():
        open({str(other)!r})
    """
    policy = Policy(mode=mode, limits=SMALL, read_paths=(str(granted),))
    with Sandbox(policy) as sandbox:
        assert value(run(sandbox, code, entry="f")) == ["tuple", [42, "ANSWER = 42"]]
        assert exception(run(sandbox, code, entry="write")) in ("PermissionError", "OSError")
        assert exception(run(sandbox, code, entry="outside")) in ("PermissionError", "FileNotFoundError")
    assert not (granted / "new").exists()


def test_a_granted_file_can_be_read(mode: SandboxMode, tmp_path: Path) -> None:
    granted = tmp_path / "data"
    granted.write_text("here")
    with Sandbox(Policy(mode=mode, limits=SMALL, read_paths=(str(granted),))) as sandbox:
        assert value(run(sandbox, f"def f(): return open({str(granted)!r}).read()")) == "here"
        assert exception(run(sandbox, f"def f(): open({str(tmp_path / 'none')!r})"))


def test_a_link_grants_what_it_leads_to(mode: SandboxMode, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "linked.py").write_text("X = 1")
    (tmp_path / "link").symlink_to("real")
    with Sandbox(Policy(mode=mode, limits=SMALL, read_paths=(str(tmp_path / "link"),))) as sandbox:
        assert value(run(sandbox, "import linked\ndef f(): return linked.X")) == 1


def test_a_granted_path_that_is_missing_is_refused() -> None:
    with pytest.raises(SandboxError, match="--athena-allow-read: '/nowhere/at/all' does not exist"):
        Sandbox(Policy(mode=SandboxMode.LANDLOCK, read_paths=("/nowhere/at/all",))).layers()


def test_installed_packages_can_be_imported_and_come_last(sandbox: Sandbox) -> None:
    assert value(run(sandbox, "import msgspec\ndef f(): return msgspec.json.encode([1]).decode()")) == "[1]"
    code = "import sys\ndef f(): return 'msgspec' in sys.modules, sys.path[-1].endswith('-packages')"
    assert value(run(sandbox, code)) == ["tuple", [False, True]]


def test_only_listed_variables_are_seen(mode: SandboxMode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "secret")
    code = "import os\ndef f(): return sorted(os.environ)"
    own = [
        "HOME",
        "LANG",
        "MALLOC_ARENA_MAX",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "PYTHONHASHSEED",
        "TZ",
    ]
    with Sandbox(Policy(mode=mode, limits=SMALL)) as sandbox:
        assert value(run(sandbox, code)) == ["list", own]
    with Sandbox(Policy(mode=mode, limits=SMALL, environment=(("REGION", "eu"),))) as sandbox:
        assert value(run(sandbox, code)) == ["list", sorted([*own, "REGION"])]
        assert value(run(sandbox, "import os\ndef f(): return os.environ['REGION']")) == "eu"


@pytest.mark.parametrize("name", ["PYTHONPATH", "LD_PRELOAD", "HOME", "TZ"])
def test_variables_that_steer_the_jail_are_refused(name: str) -> None:
    with pytest.raises(SettingError, match=f"'{name}' would change how the jail itself runs"):
        Policy(environment=((name, "x"),))


def test_hash_seed_and_random_seed_are_what_was_asked_for() -> None:
    code = "import random\ndef f(): return hash('x'), random.random()"
    seen = []
    for seed in (1, 2, 1):
        policy = Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)
        with Sandbox(policy, hash_seed=seed, random_seed=seed) as sandbox:
            seen.append(value(run(sandbox, code)))
    assert seen[0] == seen[2] != seen[1]


SCRATCH_USE = """
import os, tempfile

def f():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a")
        open(path, "w").write("kept")
        os.rename(path, "moved")
    return open("moved").read(), os.listdir(), os.getcwd() == os.environ["TMPDIR"]
"""


def test_scratch_space_can_be_written_and_is_gone_afterwards(mode: SandboxMode) -> None:
    with Sandbox(Policy(mode=mode, limits=SMALL, scratch=MIB)) as sandbox:
        for _ in range(2):
            assert value(run(sandbox, SCRATCH_USE)) == ["tuple", ["kept", ["list", ["moved"]], True]]
        assert sandbox.outside is not None
        assert list((sandbox.outside / "scratch").iterdir()) == []


def test_without_scratch_space_nothing_can_be_written(sandbox: Sandbox) -> None:
    assert exception(run(sandbox, "def f(): open('a', 'w')")) == "PermissionError"
    assert value(run(sandbox, "import os\ndef f(): return open(os.devnull, 'w').write('x')")) == 1


def test_dreams_do_not_see_one_anothers_scratch_space(mode: SandboxMode) -> None:
    code = """
    import os
    parent, own = os.path.split(os.getcwd())

    def path(): return os.getcwd()
    def listing(other): return os.listdir(parent)
    def read(other): return os.listdir(other)
    def write(other): open(os.path.join(other, "x"), "w")
    """
    source = Source(code=textwrap.dedent(code), entry_point="path")
    policy = Policy(mode=mode, limits=SMALL, scratch=MIB)
    with Sandbox(policy) as sandbox, sandbox.spawn(source) as other:
        (observation,) = other.calls([payload()], 1.0)
        for entry in ("listing", "read", "write"):
            assert exception(run(sandbox, code, (observation.value,), entry=entry)) == "PermissionError"


@pytest.mark.parametrize(
    "code",
    [
        "def f(): open('a', 'wb').write(b'x' * (3 << 20))",
        "def f():\n    for i in range(9): open(f'{i}', 'wb').write(b'x' * (1 << 19))",
        "def f():\n    for i in range(99999): open(f'{i}', 'w')",
        "import os\ndef f():\n    while True:\n        os.mkdir('d')\n        os.chdir('d')",
        "import os\ndef f():\n os.mkdir('d', 192)\n for i in '123': open('d/' + i, 'w').write('x' * 500_000)",
    ],
    ids=["one file", "many files", "empty files", "folders", "a folder that can't be listed"],
)
def test_scratch_space_is_limited(mode: SandboxMode, code: str) -> None:
    with Sandbox(Policy(mode=mode, limits=SMALL, scratch=MIB)) as sandbox:
        assert death(run(sandbox, code, timeout=10.0)) is DeathReason.OUTPUT
        assert sandbox.outside is not None
        assert list((sandbox.outside / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    "code",
    [
        "import os\ndef f(): os.symlink('/etc', 'a')",
        "import os\ndef f(): os.link('/etc/passwd', 'a')",
        "import os\ndef f(): os.mkfifo('a')",
        "import os\ndef f():\n    open('a', 'w')\n    os.chmod('a', 0)",
        "import socket\ndef f(): socket.socketpair(socket.AF_UNIX)[0].bind('a')",
    ],
    ids=["link", "hard link", "pipe", "mode", "socket"],
)
def test_scratch_space_holds_files_and_folders_only(code: str) -> None:
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, scratch=MIB)) as sandbox:
        assert exception(run(sandbox, code)) == "PermissionError"


def test_a_tree_deeper_than_a_path_is_removed(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, MIB)
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(scratch.path)
        for _ in range(1200):
            os.mkdir("deep", 0o300)
            os.chdir("deep")
    finally:
        os.chdir(here)
        os.close(here)
    assert scratch.over()
    scratch.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_swapped_for_a_link_during_a_check_leads_nowhere(tmp_path: Path) -> None:
    scratch, outside = Scratch(tmp_path, MIB), tmp_path / "outside"
    outside.mkdir(0o755)
    for n in range(400):
        (outside / str(n)).touch()
    inside = Path(scratch.path)
    (inside / "folder").mkdir()
    (inside / "link").symlink_to(outside)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            for here, there in (
                ("folder", "spare"),
                ("link", "folder"),
                ("folder", "link"),
                ("spare", "folder"),
            ):
                (inside / here).rename(inside / there)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        assert not any(scratch.over() for _ in range(500))
    finally:
        done.set()
        thread.join()
    assert outside.stat().st_mode & 0o777 == 0o755
    scratch.remove()
    assert len(list(outside.iterdir())) == 400


def test_no_program_is_started_for_a_core_dump(sandbox: Sandbox) -> None:
    code = "import resource\ndef f(): return resource.getrlimit(resource.RLIMIT_CORE)"
    assert value(run(sandbox, code)) == ["tuple", [1, 1]]


def test_files_can_not_be_locked(sandbox: Sandbox) -> None:
    code = "import fcntl, os\ndef f(): fcntl.flock(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_EX)"
    assert exception(run(sandbox, code)) == "PermissionError"
    code = "import fcntl, os\ndef f(): fcntl.lockf(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_SH)"
    assert exception(run(sandbox, code)) == "PermissionError"
