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
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.llm.asking import Calls
from pytest_athena_dreams.llm.budget import Budget
from pytest_athena_dreams.llm.configuration import ModelSettings
from pytest_athena_dreams.llm.exchange import CallOutcome
from pytest_athena_dreams.llm.prompts import CONTRACT_WORDS
from pytest_athena_dreams.llm.provider import ProviderClient
from pytest_athena_dreams.llm.writing import Assignment
from pytest_athena_dreams.models import Contract
from tests.dreams import make_store

from .kit import write
from .smollm import MODEL, REASON, installed, serving_smollm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("ATHENA_SMALL_MODEL"), reason="opt in with ATHENA_SMALL_MODEL=1"),
    pytest.mark.skipif(not installed(), reason=REASON),
]
CODE = "def double(x: int) -> int:\n    return x + x\n"


def test_the_loop_with_a_real_model(tmp_path: Path) -> None:
    path = tmp_path / "athena.db"
    task = Assignment(
        code=CODE,
        entry_point="double",
        dream_type="conditional_variant",
        contract=CONTRACT_WORDS[Contract.SUPERSET],
        count=1,
    )
    with serving_smollm() as url:
        settings = ModelSettings(model_url=url, model_timeout=600)
        with Calls([ProviderClient(MODEL, settings, {})], Budget(money=Decimal(0), calls=4)) as calls:
            (delivery,) = write(calls, task, tokens=300)
        assert delivery.model == MODEL
        assert delivery.requests
        assert delivery.outcome in (CallOutcome.ANSWERED, CallOutcome.TRUNCATED, CallOutcome.UNREADABLE)
        # What it wrote, and one dream that is sure to be there, whatever it wrote.
        codes = [one.code for one in delivery.functions] + ["def double(x: int) -> int:\n    return 2 * x\n"]
        procedure = {"name": "double", "code": CODE}
        make_store(
            path,
            *(
                {
                    "label": f"small/{number}",
                    "code": code,
                    "dream_type": "conditional_variant",
                    "procedure": procedure,
                    "model_used": MODEL,
                    "status": "pending_evaluation",
                }
                for number, code in enumerate(codes)
            ),
        )
        command = ["evaluate", "--store", str(path), "--judge", MODEL, "--model-url", url, "--calls", "2"]
        judged = CliRunner().invoke(main, [*command, "--model-timeout", "600", "--model-tokens", "300"])
    assert judged.exit_code == 0, judged.output
    assert "1 request, $0" in judged.output
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
    connection = sqlite3.connect(path)
    outcomes = dict(connection.execute("SELECT label, test_outcome FROM dream_procedures"))
    connection.close()
    assert outcomes[f"small/{len(codes) - 1}"] == "success"
    report = CliRunner().invoke(main, ["report", "--store", str(path), "--format", "json"])
    made = json.loads(report.output)
    assert made["totals"]["tested"] == len(codes)
    assert sum(judge["raw"]["count"] for judge in made["judges"]) >= 1
