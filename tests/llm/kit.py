"""Short names for tests of models."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pytest_athena_dreams.llm.asking import Answer, Calls
from pytest_athena_dreams.llm.budget import Budget
from pytest_athena_dreams.llm.configuration import ModelSettings
from pytest_athena_dreams.llm.exchange import Question, Reply
from pytest_athena_dreams.llm.provider import ProviderClient

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
