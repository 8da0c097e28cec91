"""A run killed by SIGKILL goes on without a dream lost, written twice or paid for twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from tests.llm.server import Handler, Server, completion, serving
from tests.store.kit import rows

from .killed import POINTS
from .kit import ALONE, HALF, store_of

pytest.importorskip("pydantic_ai", reason="needs the extra: pip install 'pytest-athena-dreams[models]'")
ROOT = Path(__file__).parent.parent.parent
BASES = [
    HALF,
    "def total(items: list[int]) -> int:\n    n = 0\n    for i in items:\n        n += i\n    return n\n",
    "def double(x: int) -> int:\n    return x + x\n",
]
PRICE = ["--model-price", "1,1", "--budget", "5"]


def writes(handler: Handler) -> None:
    """Answer with a variant that no other prompt gets: its size is drawn from the prompt's text."""
    prompt = handler.body["messages"][-1]["content"]
    name = prompt.partition("`")[2].partition("`")[0]
    argument = prompt.partition(f"def {name}(")[2].partition(")")[0]
    number = sum(map(ord, prompt)) % 23
    body = "".join(f"    step_{n} = [{n}]\n" for n in range(number))
    code = f"def {name}({argument}):\n{body}    assert step_0 is not None\n    return None\n"
    handler.reply(200, completion(json.dumps({"dreams": [{"code": code, "reasoning": "because"}]})))


def kills_its_client(number: int) -> Callable[[Handler], None]:
    """Kill the process that asks, at its request number ``number``, before an answer."""

    def behave(handler: Handler) -> None:
        with handler.server.lock:
            mine = len(handler.server.asked) == number
        if mine:
            os.kill(int(os.environ["ATHENA_TEST_CHILD"]), signal.SIGKILL)
            return
        writes(handler)

    return behave


def command(path: Path, server: Server, *more: str) -> list[str]:
    words = [
        "dream",
        "--store",
        str(path),
        "--strategy",
        "light",
        "--model",
        "m",
        "--jobs",
        "1",
        *PRICE,
        *ALONE,
    ]
    return [*words, "--model-url", server.url, "--jobs", "1", "--model-concurrency", "1", *more]


def start(point: str, path: Path, server: Server, *more: str) -> subprocess.Popen[str]:
    """Start a run that is killed."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.dreaming.killed", point, *command(path, server, *more)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ends(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


def goes_on(path: Path, server: Server, *more: str) -> str:
    """Run it to its end, in this process, and give what it prints."""
    done = CliRunner().invoke(main, command(path, server, *more))
    assert done.exit_code == 0, done.output
    return done.output


def left(path: Path) -> dict[str, Any]:
    """All that a run leaves and that must not depend on whether it was killed."""
    return {
        "dreams": Counter(
            (row["base_procedure_id"], row["dream_type"], row["code"], row["created_by"])
            for row in rows(path, "SELECT * FROM dream_procedures WHERE status = 'pending_evaluation'")
        ),
        "origins": rows(path, "SELECT count(*) AS n, count(DISTINCT dream_id) AS d FROM dream_origins"),
        "drops": rows(path, "SELECT procedure_id, dream_type, writer, reason, drafts FROM dream_drops"),
        "steps": rows(path, "SELECT procedure_id, assigned, dreams FROM dream_generation_steps"),
        "runs": rows(path, "SELECT total_dreams_generated, dropped FROM dream_generation_runs"),
    }


def prompts(server: Server) -> Counter[str]:
    return Counter(body["messages"][-1]["content"] for body in server.asked)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Counter[str]]:
    """What a run leaves that is not killed, and the prompts that it sends."""
    path = store_of(tmp_path_factory.mktemp("whole") / "athena.db", *BASES)
    with serving(writes) as server:
        goes_on(path, server)
        assert len(server.asked) >= 4, "the points below need several requests"
        return left(path), prompts(server)


@pytest.mark.parametrize("point", [point for point in POINTS if point != "never"])
def test_a_killed_run_goes_on(point: str, whole: tuple[dict[str, Any], Counter[str]], tmp_path: Path) -> None:
    path = store_of(tmp_path / "athena.db", *BASES)
    with serving(writes) as server:
        status, output = ends(start(point, path, server))
        assert status == -signal.SIGKILL, output
        if point != "before the run is finished":
            assert left(path) != whole[0]
        assert "run 1 goes on" in goes_on(path, server)
        asked = prompts(server)
    if point == "before a request is sent":  # it may have been sent, and paid for: nobody can know
        assert asked.total() == whole[1].total() - 1
        (lost,) = rows(path, "SELECT cost FROM dream_calls WHERE outcome = 'interrupted'")
        assert lost["cost"] > 0
        assert set(asked.values()) == {1}
        return
    assert asked == whole[1]
    assert left(path) == whole[0]
    assert set(left(path)["dreams"].values()) == {1}


def test_killed_while_a_request_is_in_flight(
    whole: tuple[dict[str, Any], Counter[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store_of(tmp_path / "athena.db", *BASES)
    with serving(kills_its_client(2)) as server:
        process = start("never", path, server)
        monkeypatch.setenv("ATHENA_TEST_CHILD", str(process.pid))
        assert ends(process)[0] == -signal.SIGKILL
        (flying,) = rows(path, "SELECT cost FROM dream_calls WHERE outcome = 'in_flight'")
        goes_on(path, server)
        assert prompts(server) == whole[1]  # each once, the one in flight too
    calls = rows(path, "SELECT outcome, cost FROM dream_calls ORDER BY id")
    assert Counter(row["outcome"] for row in calls) == {
        "answered": whole[1].total() - 1,
        "interrupted": 1,
    }
    (run,) = rows(path, "SELECT requests, cost FROM dream_generation_runs")
    assert run["requests"] == whole[1].total()
    assert run["cost"] == pytest.approx(sum(row["cost"] for row in calls))
    assert run["cost"] > flying["cost"]  # it counts as paid for
    assert len(rows(path, "SELECT * FROM dream_procedures WHERE status = 'pending_evaluation'")) >= 1


def test_what_a_killed_run_spent_counts(tmp_path: Path) -> None:
    """The second part of a run may not spend the budget again."""
    path = store_of(tmp_path / "athena.db", *BASES)
    with serving(writes) as server:
        assert ends(start("after an answer came", path, server, "--calls", "3"))[0] == -signal.SIGKILL
        goes_on(path, server, "--calls", "3")
        assert len(server.asked) == 3
