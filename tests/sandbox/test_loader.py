"""A Python that needs ``LD_LIBRARY_PATH`` starts in each mode, and dreams do not get the variable."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.sandbox.client import Sandbox
from pytest_athena_dreams.sandbox.loader import loader_path
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode

from .conftest import SMALL
from .kit import exception, run, value

SHARED = "int needed(void) { return 0; }"
STARTER = """
#include <unistd.h>
int needed(void);
int main(int count, char **arguments) { return needed() || execv(PYTHON, arguments); }
"""


@pytest.fixture
def starter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An interpreter that starts only where the loader finds a library in a folder of its own."""
    if (compiler := shutil.which("cc")) is None:
        pytest.skip("needs a C compiler")
    folder, python = tmp_path / "lib", os.path.realpath(sys.executable)
    folder.mkdir()
    (tmp_path / "shared.c").write_text(SHARED)
    (tmp_path / "starter.c").write_text(STARTER)
    library, binary = folder / "libneeded.so.1", tmp_path / "python"
    shared = [compiler, "-shared", "-fPIC", "-Wl,-soname,libneeded.so.1", "-o", str(library)]
    subprocess.run([*shared, str(tmp_path / "shared.c")], check=True)
    (folder / "secret.txt").write_text("")
    start = [compiler, f'-DPYTHON="{python}"', "-o", str(binary)]
    subprocess.run([*start, str(tmp_path / "starter.c"), str(library)], check=True)
    assert subprocess.run([binary, "-V"], capture_output=True, check=False).returncode == 127
    ctypes.CDLL(str(library))  # as if it had started this process
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/nowhere:{folder}:relative:{tmp_path}")
    monkeypatch.setattr(sys, "_base_executable", str(binary), raising=False)
    return folder


@pytest.mark.parametrize(
    "mode",
    [
        SandboxMode.LANDLOCK,
        SandboxMode.NONE,
        pytest.param(SandboxMode.BWRAP, marks=pytest.mark.slow),
        pytest.param(SandboxMode.SRT, marks=pytest.mark.slow),
    ],
)
def test_the_loader_s_path_is_for_the_fork_server_alone(starter: Path, mode: SandboxMode) -> None:
    policy = Policy(mode=mode, limits=SMALL, read_paths=(os.path.realpath(sys.executable),))
    with Sandbox(policy) as sandbox:
        try:
            sandbox.layers()
        except SandboxError as exc:
            if "no srt here" in str(exc) or "no bwrap here" in str(exc):
                pytest.skip(str(exc))
            raise
        code = "import os\ndef f(): return [name for name in os.environ if name.startswith('LD_')]"
        assert value(run(sandbox, code)) == ["list", []]
        code = "import ctypes\ndef f(): return ctypes.CDLL(None).getenv(b'LD_LIBRARY_PATH')"
        assert value(run(sandbox, code)) == 0
        if mode is not SandboxMode.NONE:
            code = f"def f(): open({str(starter / 'secret.txt')!r})"
            assert exception(run(sandbox, code)) in ("PermissionError", "FileNotFoundError")


def test_only_what_this_process_has_loaded_is_let_through(starter: Path) -> None:
    needed = loader_path()
    assert needed.libraries == [str(starter / "libneeded.so.1")]
    assert needed.environment == {"LD_LIBRARY_PATH": str(starter)}


@pytest.mark.parametrize("value", [None, "", ":", "/nowhere:relative"])
def test_a_path_that_nothing_was_loaded_from_is_left_out(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    if value is not None:
        monkeypatch.setenv("LD_LIBRARY_PATH", value)
    assert loader_path().environment == {}
    assert loader_path().libraries == []
