"""The loop from end to end with a real small model: write, evaluate, test, report.

It takes minutes, so it is opt-in: ATHENA_SMALL_MODEL=1, with the packages that ``smollm`` names. It proves
the wiring, not the quality: a model of 135 million parameters may write no function at all.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from tests.dreams import make_store

from .smollm import MODEL, REASON, installed, serving_smollm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("ATHENA_SMALL_MODEL"), reason="opt in with ATHENA_SMALL_MODEL=1"),
    pytest.mark.skipif(not installed(), reason=REASON),
]
CODE = "def double(x: int) -> int:\n    return x + x\n"


def test_the_loop_with_a_real_model(tmp_path: Path) -> None:
    path = tmp_path / "athena.db"
    make_store(path, {"procedure": {"name": "double", "code": CODE}})
    with serving_smollm() as url:
        model = ["--model-url", url, "--model-timeout", "600", "--model-tokens", "300", "--store", str(path)]
        kind = ["--type", "conditional_variant", "--strategy", "light"]
        dreamt = CliRunner().invoke(main, ["dream", "--model", MODEL, "--calls", "2", *kind, *model])
        assert dreamt.exit_code == 0, dreamt.output
        judged = CliRunner().invoke(main, ["evaluate", "--judge", MODEL, "--calls", "2", *model])
    assert judged.exit_code == 0, judged.output
    assert "1 request, $0" in judged.output
    connection = sqlite3.connect(path)
    calls = connection.execute("SELECT purpose, model, outcome FROM dream_calls ORDER BY id").fetchall()
    dreams = connection.execute("SELECT created_by FROM dream_procedures").fetchall()
    connection.close()
    assert {model for _, model, _ in calls} == {MODEL}
    assert [purpose for purpose, *_ in calls][-1] == "judge"
    assert {outcome for *_, outcome in calls} <= {"answered", "truncated", "unreadable"}
    assert len(calls) >= 2
    assert any(writer.startswith("transform:") for (writer,) in dreams)  # whatever the model wrote
    # Those that it left without a score are scored without it, so that all are tested.
    assert CliRunner().invoke(main, ["evaluate", "--store", str(path)]).exit_code == 0
    options = ["--athena-store", str(path), "--athena-explore", "1", "--athena-fail-under", "0"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--athena-dreams", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    report = CliRunner().invoke(main, ["report", "--store", str(path), "--format", "json"])
    made = json.loads(report.output)
    assert made["totals"]["tested"] == len(dreams)
    assert sum(judge["raw"]["count"] for judge in made["judges"]) >= 1
