"""The example of a nightly workflow does what it says: its own commands, step by step, for two nights."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.dreams import CLAMP, dream

from .kit import environment, query

WORKFLOW = Path(__file__).parents[2] / "examples/github/nightly-dreams.yml"
SETTING_UP = (
    "python -m pip install pytest-athena-dreams",
    "sudo apt-get update && sudo apt-get install --yes bubblewrap",
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
)
"""Commands that change the machine. They are not run here."""
NIGHT = "athena-dreams night --for 90m "
SHORT = f"{NIGHT}--strategy light "
"""A short night; the pytest of its last words runs in one process."""


class Runner:
    """Runs the steps of the workflow's job: ``cache`` keeps files between jobs, ``artifacts`` takes them."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.repository, self.folder = repository, folder
        self.cache, self.artifacts = folder / "cache", folder / "artifacts"
        self.summary = folder / "summary.md"
        self.cache.mkdir(parents=True)
        self.run: list[str] = []

    def job(self, workflow: dict[str, Any], name: str) -> None:
        place = self.folder / name
        variables = workflow["env"] | {
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "ATHENA_MAX_EXAMPLES": "10",
            "ATHENA_EVIDENCE": "off",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        for step in workflow["jobs"]["dreams"]["steps"]:
            action, given = step.get("uses", "").partition("@")[0], step.get("with", {})
            match action:
                case "actions/checkout":
                    shutil.copytree(self.repository, place)
                case "actions/setup-python":
                    pass
                case "actions/cache/restore":
                    if (self.cache / given["path"]).exists():
                        shutil.copy(self.cache / given["path"], place)
                case "actions/cache/save":
                    shutil.copy(place / given["path"], self.cache)
                case "actions/upload-artifact":
                    shutil.copytree(place / given["path"], self.artifacts / name)
                case "":
                    self._command(step["run"], place, variables)
                case _:
                    raise AssertionError(f"this test does not know what {action} does")

    def _command(self, command: str, place: Path, variables: dict[str, str]) -> None:
        self.run.append(command)
        if command in SETTING_UP:
            return
        if command.startswith(NIGHT):
            command = f"{command.replace(NIGHT, SHORT)} -n0 -p no:cacheprovider"
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
        done = subprocess.run(
            shell, cwd=place, env=environment(**variables), text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_the_steps_of_the_workflow_run_two_nights(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "dreams").mkdir(parents=True)
    right = dream("right", CLAMP.replace("max(low, min(x, high))", "min(high, max(x, low))"))
    wrong = dream("wrong", CLAMP.replace("max(low, ", "max(low + 1, "))
    (repository / "dreams" / "first.jsonl").write_text(json.dumps(wrong) + "\n")
    workflow = YAML(typ="safe").load(WORKFLOW)
    runner = Runner(repository, tmp_path / "runner")
    runner.job(workflow, "first")
    (repository / "dreams" / "second.jsonl").write_text(json.dumps(right) + "\n")
    runner.job(workflow, "second")

    assert set(SETTING_UP) < set(runner.run)
    store = runner.cache / workflow["env"]["ATHENA_STORE"]
    nights = query(store, "SELECT * FROM dream_nights ORDER BY id")
    assert [night["exit_status"] for night in nights] == [0, 0]
    assert nights[1]["generation_run_id"] > nights[0]["generation_run_id"]
    outcomes = query(
        store, "SELECT label, test_outcome FROM dream_procedures WHERE label NOT NULL ORDER BY 1 DESC"
    )
    found = {row["label"]: row["test_outcome"] for row in outcomes}
    assert (found["wrong"], found["right"]) == ("failure", "success")
    for number, name in enumerate(("first", "second"), 1):
        for file in (f"night-{number}.html", f"night-{number}.json", f"night-{number}.md", "dreams.xml"):
            assert (runner.artifacts / name / file).stat().st_size > 0
        assert f"# Night {number}, " in runner.summary.read_text()
