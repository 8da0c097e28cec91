"""The example of a workflow on four machines does what it says: its own commands, step by step, on one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.dreams import CLAMP, dream

WORKFLOW = Path(__file__).parent.parent / "examples/github/sharded-dreams.yml"
GOOD = "def {0}(x: int) -> int:\n    return x + 0\n"
BASE = "def {0}(x: int) -> int:\n    return x\n"


def run_job(job: dict[str, Any], folder: Path, artifacts: Path, shard: str = "") -> None:
    """Do a job's steps in an empty folder; artifacts are files in a folder. Nothing is installed."""
    folder.mkdir()
    environment = os.environ | {
        "ATHENA_STORE": "athena.db",
        "ATHENA_MAX_EXAMPLES": "20",
        "GITHUB_STEP_SUMMARY": str(artifacts / "summary.md"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for step in job["steps"]:
        values = {
            key: str(v).replace("${{ matrix.shard }}", shard) for key, v in step.get("with", {}).items()
        }
        action, command = step.get("uses", ""), step.get("run", "").replace("${{ matrix.shard }}", shard)
        if action.startswith("actions/checkout"):
            shutil.copytree(artifacts / "repository", folder, dirs_exist_ok=True)
        elif action.startswith("actions/upload-artifact"):
            (artifacts / values["name"]).mkdir()
            shutil.copy(folder / values["path"], artifacts / values["name"])
        elif action.startswith("actions/download-artifact"):
            names = [values["name"]] if "name" in values else ["store", "part1", "part2", "part3", "part4"]
            for name in names:
                shutil.copytree(artifacts / name, folder, dirs_exist_ok=True)
        elif command and not command.startswith("python -m pip"):
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
            done = subprocess.run(shell, cwd=folder, env=environment, text=True, capture_output=True)
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_four_machines(tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    dreams = artifacts / "repository" / "dreams"
    dreams.mkdir(parents=True)
    names = ("double", "thrice", "scale")  # with clamp, of shards 1 to 4
    lines = [dream(name, GOOD.format(name), procedure=BASE.format(name)) for name in names]
    lines.append(dream("wrong", CLAMP.replace("max(low, ", "max(low + 1, ")))
    (dreams / "new.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    jobs = YAML(typ="safe").load(WORKFLOW)["jobs"]
    run_job(jobs["store"], tmp_path / "first", artifacts)
    for shard in jobs["test"]["strategy"]["matrix"]["shard"]:
        run_job(jobs["test"], tmp_path / f"machine{shard}", artifacts, str(shard))
    run_job(jobs["merge"], tmp_path / "last", artifacts)
    with sqlite3.connect(artifacts / "tested" / "athena.db") as db:
        assert db.execute(
            "SELECT id, tested, passed, failed, exit_status FROM dream_test_runs"
        ).fetchall() == [(1, 4, 3, 1, 1)]
        assert {row[0] for row in db.execute("SELECT status FROM dream_procedures")} == {"tested"}
    assert "clamp" in (artifacts / "summary.md").read_text()
