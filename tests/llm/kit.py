"""Short names for tests of models."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pytest_athena_dreams.llm.asking import Answer, Calls
from pytest_athena_dreams.llm.budget import Budget, BudgetSpent
from pytest_athena_dreams.llm.configuration import ModelSettings
from pytest_athena_dreams.llm.exchange import Question, Reply
from pytest_athena_dreams.llm.provider import ProviderClient
from pytest_athena_dreams.llm.writing import Assignment, Delivery, begin, prompts_for, question

SCHEMA = {"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]}
QUESTION = Question(system="You answer.", text="What is it?", name="value", schema=SCHEMA, tokens=256)
KEY = "sk-very-secret-4711"


def text(reply: Reply) -> str | None:
    """A reader that takes every answer but an empty one."""
    return reply.text or None


def client(url: str, *, name: str = "small", key: str = KEY, **settings: Any) -> ProviderClient:
    """A client of the server at ``url``."""
    values: dict[str, Any] = {"model_timeout": 20.0} | settings
    return ProviderClient(name, ModelSettings(model_url=url, **values), {"ATHENA_MODEL_KEY": key})


def ask(*clients: Any, budget: Budget | None = None, question: Question = QUESTION) -> Answer[str]:
    """Ask one question."""
    with Calls(clients, budget or Budget(money=Decimal(1), calls=20)) as calls:
        return calls.ask(question, text)


def questions(assignment: Assignment, tokens: int) -> list[Question]:
    """All prompts for the dreams of an assignment."""
    return [
        question(replace(assignment, count=count), place, tokens)
        for place, count in enumerate(prompts_for(assignment.count))
    ]


def write(
    calls: Calls, assignment: Assignment, *, tokens: int, done: Callable[[Delivery], None] = lambda d: None
) -> list[Delivery]:
    """Have an assignment written, all prompts at the same time; ``done`` is called as each arrives."""
    deliveries: list[Delivery] = []
    spent: BudgetSpent | None = None
    for future in as_completed(
        [begin(calls, one, assignment.count) for one in questions(assignment, tokens)]
    ):
        error = future.exception()
        if isinstance(error, BudgetSpent):
            spent = error
            continue
        deliveries.append(future.result())
        done(deliveries[-1])
    if spent is not None and not deliveries:
        raise spent
    return deliveries
