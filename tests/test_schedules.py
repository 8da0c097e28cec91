"""The examples that run nights by a clock: systemd's unit and cron's line are valid, and cron's does run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.dreams import CLAMP, dream, make_store
from tests.night.kit import query

EXAMPLES = Path(__file__).parent.parent / "examples"
WHERE = "/var/lib/athena"
"""The folder that the examples name."""


def command_line() -> Path:
    """``athena-dreams`` of this Python; skips where it is not installed as a command."""
    import sys

    path = Path(sys.executable).parent / "athena-dreams"
    if not path.exists():
        pytest.skip(f"there is no command {path}")
    return path


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in (EXAMPLES / "systemd").iterdir():
        # The example's program and user exist on the machine that it is for: here they are others.
        text = unit.read_text().replace(f"{WHERE}/.venv/bin/athena-dreams", str(command_line()))
        (tmp_path / unit.name).write_text(re.sub(r"^User=.*\n", "", text, flags=re.MULTILINE))
    done = subprocess.run(
        [verify, "verify", *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "athena-dreams" in line]
    assert (done.returncode, said) == (0, []), done.stderr


@pytest.mark.slow
def test_cron_s_line_runs_a_night_in_an_empty_environment(tmp_path: Path) -> None:
    folder = tmp_path / "athena"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "athena-dreams").symlink_to(command_line())
    store = make_store(folder / "athena.db", dream("right", CLAMP))
    text = (EXAMPLES / "cron" / "athena-dreams").read_text().replace(WHERE, str(folder))
    (line,) = [line for line in text.splitlines() if line[:1].isdigit()]
    *when, user, command = line.split(None, 6)
    assert (len(when), user) == (5, "athena")
    variables: dict[str, str] = dict(re.findall(r"^(ATHENA_\w+)=(.*)$", text, re.MULTILINE))
    assert [*variables] == ["ATHENA_STORE"]
    short = f"{command} -n0 -p no:cacheprovider".replace("night ", "night --strategy light ")
    given = [f"{name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        # What cron gives: its few variables, and sh. A short night, on one process.
        ["env", "-i", f"HOME={tmp_path}", "PATH=/usr/bin:/bin", "SHELL=/bin/sh", *given, "sh", "-c", short],
        capture_output=True,
        text=True,
        cwd=os.sep,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Night 1, ")
    (night,) = query(store, "SELECT * FROM dream_nights")
    assert (night["exit_status"], night["finished_at"] is None) == (0, False)
