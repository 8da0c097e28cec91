"""A long run on a terminal says how far it is; anywhere else it stays as it was."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from pytest_athena_dreams.session.progress import progress_line
from tests.dreams import CLAMP, dream, make_store
from tests.session.conftest import Run


@pytest.mark.parametrize(
    ("done", "total", "seconds", "text"),
    [
        (340, 1000, 10.0, "340 of 1000 dreams, 34 a second, about 19 s left"),
        (1, 100, 15.0, "1 of 100 dreams, 4 a minute, about 24 min 45 s left"),
        (10, 10_000, 20.0, "10 of 10000 dreams, 30 a minute, about 5 h 33 min left"),
        (5, 5, 0.0, "5 of 5 dreams, 5000000000 a second, about 0 s left"),
    ],
)
def test_what_it_says(done: int, total: int, seconds: float, text: str) -> None:
    assert progress_line(done, total, seconds) == text


@pytest.fixture
def often(pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", *(dream(f"d{n}", f"{CLAMP}# {n}\n") for n in range(3)))
    pytester.makeconftest("from pytest_athena_dreams.session import progress\nprogress.PAUSE = 0\n")


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(("more", "lines"), [((), 2), (("-q",), 0), (("-n2",), 2)])
def test_a_terminal_is_told(pytester: pytest.Pytester, more: tuple[str, ...], lines: int) -> None:
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "pytest", "--athena-dreams", "--athena-max-examples", "10", *more]
    with subprocess.Popen(command, stdout=terminal, stderr=terminal, cwd=pytester.path) as process:
        os.close(terminal)
        shown = b""
        try:
            while chunk := os.read(controller, 65536):
                shown += chunk
        except OSError:  # Linux ends a terminal that nobody holds any more in this way
            pass
    os.close(controller)
    assert process.returncode == 0, shown.decode()
    assert sum(" of 3 dreams, " in line for line in shown.decode().splitlines()) == lines


@pytest.mark.usefixtures("often")
def test_a_file_is_not(run_dreams: Run) -> None:
    result = run_dreams("--athena-max-examples", "10")
    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("* of 3 dreams, *")
