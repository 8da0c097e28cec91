"""The user's command that gets the summary of a night: whatever it does, the night ends as it should."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from pytest_athena_dreams.night.notice import send


def script(text: str) -> str:
    return shlex.join([sys.executable, "-c", text])


def test_it_gets_the_text(tmp_path: Path) -> None:
    text = '{"night": 1, "ä": "' + "x" * 300_000 + '"}'
    out = tmp_path / "received"
    assert send(script(f"import sys; open({str(out)!r}, 'wb').write(sys.stdin.buffer.read())"), text) == ""
    assert out.read_text() == text


def test_one_that_reads_nothing_is_fine() -> None:
    assert send(script("pass"), "x" * 1_000_000) == ""


def test_one_that_prints_without_end_fills_no_memory_and_no_disk(capfd: pytest.CaptureFixture[str]) -> None:
    flood = script(
        "import os\nfor _ in range(2_000): os.write(1, b'x' * 100_000)\nos.write(2, b'the end')\nexit(3)"
    )
    said = send(flood, "{}")
    assert said.startswith("exit status 3: xxx")
    assert said.endswith("xthe end")
    assert len(said) < 500
    assert capfd.readouterr() == ("", "")


def test_one_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    text = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"other = os.fork()\nopen({str(pids)!r}, 'a').write(f'{{os.getpid()}} ')\ntime.sleep(600)\n"
    )
    assert send(script(text), "{}", 1.0) == "it did not end within 1 s, and was killed"
    time.sleep(0.05)
    for pid in map(int, pids.read_text().split()):
        status = Path(f"/proc/{pid}/status")
        assert not status.exists() or "State:\tZ" in status.read_text()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("no-such-command", "can't be run (No such file or directory); check its path"),
        ("'open", "it is no command (No closing quotation)"),
        ("  ", "it is empty"),
        (os.devnull, "can't be run (Permission denied); check its path"),
        ("false", "exit status 1"),
    ],
)
def test_what_goes_wrong_is_said(command: str, why: str) -> None:
    assert send(command, "{}") == why
