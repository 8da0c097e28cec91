"""An agent's command line: small programs that answer, or misbehave."""

from __future__ import annotations

import os
import shlex
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.llm.agent import AgentClient
from pytest_athena_dreams.llm.asking import Answer
from pytest_athena_dreams.llm.budget import Budget
from pytest_athena_dreams.llm.configuration import ModelSettings
from pytest_athena_dreams.llm.exchange import CallOutcome
from pytest_athena_dreams.llm.prices import Price

from .kit import KEY, ask

NONCE = (
    "import json, re, sys; prompt = sys.stdin.read(); nonce = re.search('value \"([0-9a-f]+)\"', prompt)[1]; "
)
GOOD = NONCE + "print(json.dumps({'value': 'yes', 'nonce': nonce}))"


def agent(program: str, **settings: Any) -> AgentClient:
    """An agent that is a Python program."""
    command = (sys.executable, "-c", program)
    values: dict[str, Any] = {"model_timeout": 20.0} | settings
    return AgentClient(ModelSettings(model_command=command, **values), os.environ | {"SOME_API_KEY": KEY})


def run(program: str, **settings: Any) -> Answer[str]:
    return ask(agent(program, **settings), budget=Budget(calls=9))


def test_an_agent_reads_the_prompt_and_answers() -> None:
    answer = run(GOOD)
    assert answer.outcome == CallOutcome.ANSWERED
    assert answer.value is not None
    assert '"value": "yes"' in answer.value
    assert answer.model == Path(sys.executable).name


def test_the_prompt_has_the_question_and_the_schema() -> None:
    answer = run(NONCE + "print(nonce, prompt)")
    assert answer.value is not None
    assert "What is it?" in answer.value
    assert '"required": ["value"]' in answer.value


def test_an_agent_that_never_saw_its_prompt_does_not_count() -> None:
    answer = run('print(\'{"value": "I am ready to help!"}\')')
    assert answer.outcome == CallOutcome.UNREADABLE
    assert "nonce" in answer.problem


def test_the_envelope_has_the_answer_the_tokens_and_the_cost() -> None:
    envelope = (
        "{'type': 'result', 'result': 'yes ' + nonce, 'total_cost_usd': 0.0125, 'usage': {'input_tokens': 7}}"
    )
    answer = run(NONCE + f"print(json.dumps({envelope}))")
    assert answer.value is not None
    assert answer.value.startswith("yes ")
    (request,) = answer.requests
    assert (request.input_tokens, request.output_tokens, request.cost) == (7, None, Decimal("0.0125"))


def test_an_envelope_that_says_that_it_failed() -> None:
    answer = run('print(\'{"is_error": true, "result": "Credit balance is too low"}\')')
    assert answer.outcome == CallOutcome.UNAVAILABLE
    assert "Credit balance" in answer.problem


def test_it_runs_in_an_empty_folder_that_goes() -> None:
    answer = run(NONCE + "import os; open('left', 'w'); print(nonce, os.getcwd(), os.listdir())")
    assert answer.value is not None
    _, folder, listing = answer.value.split(maxsplit=2)
    assert listing.strip() == "['left']"
    assert not Path(folder).exists()


def test_a_status_other_than_0_is_a_failure_and_shows_no_key() -> None:
    answer = run("import os, sys; sys.exit('bad key ' + os.environ['SOME_API_KEY'])")
    assert answer.outcome == CallOutcome.UNAVAILABLE
    assert "exit status 1: bad key ***" in answer.problem


def test_it_is_killed_with_its_children_when_its_time_is_over(tmp_path: Path) -> None:
    sign = tmp_path / "alive"
    child = f"import time; time.sleep(1.5); open({str(sign)!r}, 'w')"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    answer = run(program, model_timeout=1.0)
    assert answer.outcome == CallOutcome.TIMED_OUT
    time.sleep(1.0)
    assert not sign.exists()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_it_is_killed_when_it_writes_too_much(stream: str) -> None:
    answer = run(f"import sys\nwhile True: sys.{stream}.write('x' * 65536)")
    assert answer.outcome == CallOutcome.UNREADABLE
    assert "4,000,000 bytes" in answer.problem


def test_an_agent_that_does_not_read_all_of_a_long_prompt() -> None:
    answer = run("import sys; sys.stdin.close(); print('no')")
    assert answer.outcome == CallOutcome.UNREADABLE


def test_a_command_that_is_not_there() -> None:
    client = AgentClient(ModelSettings(model_command=("no-such-command",)), os.environ)
    answer = ask(client, budget=Budget(calls=9))
    assert (answer.outcome, len(answer.requests)) == (CallOutcome.REJECTED, 1)
    assert "No such file" in answer.problem


def test_the_cost_of_a_command_is_known_if_a_price_is_given() -> None:
    from .kit import QUESTION

    assert agent(GOOD).worst_cost(QUESTION) is None
    priced = agent(GOOD, model_price=Price(input=Decimal(1), output=Decimal(1)))
    worst = priced.worst_cost(QUESTION)
    assert worst is not None
    assert 0 < worst < 1


@pytest.mark.parametrize("text", ["claude -p --output-format json", "codex exec 'a b' -"])
def test_a_command_line_is_split_as_a_shell_does(text: str) -> None:
    from pytest_athena_dreams.llm.configuration import resolve_models
    from pytest_athena_dreams.resolution import command_options

    settings = resolve_models(command_options({"model_command": text}))
    assert shlex.join(settings.model_command) == text
