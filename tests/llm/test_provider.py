"""The client with pydantic-ai's own models for tests: no server, and every error that it can raise."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("pydantic_ai", reason="needs the extra: pip install 'pytest-athena-dreams[models]'")

from pydantic_ai import exceptions as failures
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ThinkingPart
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.usage import RequestUsage

from pytest_athena_dreams.llm.asking import Answer, Calls
from pytest_athena_dreams.llm.budget import Budget
from pytest_athena_dreams.llm.configuration import ModelSettings
from pytest_athena_dreams.llm.exchange import CallOutcome
from pytest_athena_dreams.llm.provider import ProviderClient
from pytest_athena_dreams.llm.writing import Assignment

from .kit import KEY, QUESTION, text, write

CODE = "def f(x):\n    return x\n"


def client(model: Model, **settings: Any) -> ProviderClient:
    return ProviderClient("m", ModelSettings(**settings), os.environ | {"SOME_API_KEY": KEY}, model=model)


def asked(model: Model) -> Answer[str]:
    with Calls([client(model)], Budget(calls=9)) as calls:
        return calls.ask(QUESTION, text)


def replying(response: ModelResponse | Exception) -> FunctionModel:
    """A model that gives a response, or raises."""

    def reply(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        if isinstance(response, Exception):
            raise response
        return response

    return FunctionModel(reply)


def test_a_test_model_writes_dreams() -> None:
    model = TestModel(custom_output_text=f"Here:\n```python\n{CODE}```", model_name="test-1")
    with Calls([client(model)], Budget(calls=9)) as calls:
        (delivery,) = write(
            calls, Assignment(code=CODE, entry_point="f", dream_type="x", contract="c", count=1), tokens=99
        )
    assert [one.code for one in delivery.functions] == [CODE]
    assert delivery.requests[0].input_tokens is not None


def test_a_model_that_knows_schemas_gets_one() -> None:
    seen: list[AgentInfo] = []

    def reply(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(info)
        return ModelResponse(parts=[TextPart("ok")])

    model = FunctionModel(reply, profile={"supports_json_schema_output": True})
    assert asked(model).value == "ok"
    assert seen[0].model_request_parameters.output_mode == "native"


def test_thoughts_are_no_answer() -> None:
    answer = asked(replying(ModelResponse(parts=[ThinkingPart("hm"), TextPart("yes")])))
    assert answer.value == "yes"


@pytest.mark.parametrize(("reason", "outcome"), [("length", "truncated"), ("content_filter", "refused")])
def test_how_an_answer_ended(reason: Any, outcome: str) -> None:
    answer = asked(replying(ModelResponse(parts=[TextPart("half")], finish_reason=reason)))
    assert answer.outcome == outcome


def test_the_cost_that_a_gateway_reports_counts() -> None:
    from decimal import Decimal

    usage = RequestUsage(input_tokens=10, output_tokens=10, cost=Decimal("0.5"))
    answer = asked(replying(ModelResponse(parts=[TextPart("ok")], usage=usage)))
    assert answer.requests[0].cost == Decimal("0.5")


ERRORS: list[tuple[Callable[[], Exception], CallOutcome, bool]] = [
    (lambda: failures.ModelRateLimitError("m", "slow down"), CallOutcome.RATE_LIMITED, True),
    (lambda: failures.ModelOverloadedError("m", "busy"), CallOutcome.UNAVAILABLE, True),
    (lambda: failures.ModelServerError("m", "oops"), CallOutcome.UNAVAILABLE, True),
    (lambda: failures.ModelConnectionError("m", "reset", phase="read"), CallOutcome.UNAVAILABLE, True),
    (lambda: failures.ModelConnectionError("m", "refused", phase="connect"), CallOutcome.UNAVAILABLE, True),
    (lambda: failures.ModelTimeoutError("m", "late", phase="read"), CallOutcome.TIMED_OUT, False),
    (lambda: failures.ModelRequestTimeout("m", 3), CallOutcome.TIMED_OUT, False),
    (lambda: failures.ModelAuthenticationError("m", f"bad key {KEY}"), CallOutcome.REJECTED, False),
    (lambda: failures.ModelQuotaExceededError("m", "pay"), CallOutcome.REJECTED, False),
    (lambda: failures.ModelNotFoundError("m", "who"), CallOutcome.REJECTED, False),
    (lambda: failures.ModelContextWindowExceededError("m", "long"), CallOutcome.REJECTED, False),
    (lambda: failures.UnexpectedModelBehavior("odd", "body"), CallOutcome.UNREADABLE, False),
    (lambda: TypeError(f"'int' has no {KEY}"), CallOutcome.UNREADABLE, False),
]


@pytest.mark.parametrize(("error", "outcome", "again"), ERRORS, ids=range(len(ERRORS)))
def test_each_error_is_an_outcome(error: Callable[[], Exception], outcome: CallOutcome, again: bool) -> None:
    answer = asked(replying(error()))
    assert answer.outcome is outcome
    assert (len(answer.requests) > 1) is again
    assert KEY not in repr(answer)
