"""Prompts, and a model as a writer of dreams."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.llm.asking import Calls
from pytest_athena_dreams.llm.budget import Budget, BudgetSpent
from pytest_athena_dreams.llm.exchange import CallOutcome, Question, Reply
from pytest_athena_dreams.llm.prompts import (
    BETTER_WORDS,
    CONTRACT_WORDS,
    KIND_WORDS,
    Failed,
    Family,
    Judged,
    Rule,
    judge_prompt,
    write_prompt,
)
from pytest_athena_dreams.llm.writing import Assignment, Delivery
from pytest_athena_dreams.models import Contract, DreamType

from .kit import questions, write

CODE = "def f(x):\n    return x\n"
TASK = Assignment(
    code=CODE, entry_point="f", dream_type="constraint_relaxation", contract="as before.", count=7
)


class Scripted:
    """A client that gives prepared replies, and counts its questions."""

    def __init__(self, *replies: Reply) -> None:
        self.name = "scripted"
        self.asked: list[Question] = []
        self._replies = list(replies)

    async def ask(self, question: Question) -> Reply:
        self.asked.append(question)
        return self._replies[min(len(self.asked), len(self._replies)) - 1]

    def worst_cost(self, question: Question) -> Decimal:
        return Decimal("0.01")

    async def close(self) -> None:
        pass


def reply(*codes: str, **options: Any) -> Reply:
    dreams = [{"code": code, "reasoning": "because"} for code in codes]
    return Reply(text=json.dumps({"dreams": dreams}), model="m-1", **options)


def written(*replies: Reply, budget: Budget | None = None, task: Assignment = TASK) -> list[Delivery]:
    with Calls([Scripted(*replies)], budget or Budget(calls=10), concurrency=1) as calls:
        return write(calls, task, tokens=500)


def test_dreams_come_with_their_reasons_and_model() -> None:
    first, second, third = written(reply("def f(x):\n    return 1", "def f(x):\n    return 2"))
    assert [one.code for one in first.functions] == ["def f(x):\n    return 1\n", "def f(x):\n    return 2\n"]
    assert first.functions[0].reasoning == "because"
    assert {one.model for one in (first, second, third)} == {"m-1"}


def test_a_prompt_asks_for_three_at_most() -> None:
    asked = questions(TASK, 500)
    assert [f"Write {n} variant" in one.text for n, one in zip((3, 3, 1), asked, strict=True)] == [True] * 3
    assert len({one.text for one in asked}) == 3


@pytest.mark.parametrize("outcome", [CallOutcome.TRUNCATED, CallOutcome.REFUSED])
def test_outcomes_are_counted(outcome: CallOutcome) -> None:
    (delivery,) = written(
        Reply(text='{"dreams": [{"code": "def f(x', model="m", outcome=outcome),
        task=Assignment(code=CODE, entry_point="f", dream_type="x", contract="", count=1),
    )
    assert (delivery.outcome, delivery.functions) == (outcome, ())


def test_the_budget_may_end_in_the_middle_but_not_before() -> None:
    assert len(written(reply(CODE), budget=Budget(calls=2))) == 2
    with pytest.raises(BudgetSpent):
        written(reply(CODE), budget=Budget(calls=0))


def test_a_prompt_has_all_that_a_writer_needs() -> None:
    rules = [Rule(text=f"Rule number {n}.", wrong=f"w{n}", right=f"r{n}") for n in range(9)]
    text = write_prompt(
        code=CODE,
        entry_point="f",
        dream_type="constraint_relaxation",
        contract=CONTRACT_WORDS[Contract.SUPERSET],
        count=2,
        rules=rules,
        failures=[Failed(code="def f(x):\n    return -x\n", call="f(1)", expected="1", got="-1")],
        others=["def other():\n    return 2\n"],
    )
    for part in (CODE, "`f`", "may do anything", "relaxes nothing", "f(1)", "return -x", "def other()"):
        assert part in text
    assert [f"Rule number {n}." in text for n in range(6)] == [True] * 5 + [False]
    assert all(f"w{n}" in text and f"r{n}" in text for n in range(5))


def test_a_prompt_without_lessons_speaks_of_none() -> None:
    text = write_prompt(code=CODE, entry_point="f", dream_type="other", contract="c", count=1)
    assert "Rules" not in text
    assert "failed before" not in text


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(list(DreamType)))
def test_text_of_a_store_stays_inside_its_fence(code: str, call: str, kind: DreamType) -> None:
    text = write_prompt(
        code=code,
        entry_point=call,
        dream_type=kind,
        contract="c",
        count=1,
        failures=[Failed(code=code, call=call)],
    )
    nonce = text.partition("<<<")[2][:12]
    assert nonce.isalnum()
    assert nonce not in code + call
    again = write_prompt(
        code=code,
        entry_point=call,
        dream_type=kind,
        contract="c",
        count=1,
        failures=[Failed(code=code, call=call)],
    )
    assert again == text


def test_a_long_source_is_cut() -> None:
    text = write_prompt(code="x = 1\n" * 10_000, entry_point="f", dream_type="a", contract="c", count=1)
    assert len(text) < 15_000


def test_a_prompt_for_a_judge_names_each_dream() -> None:
    dreams = tuple(Judged(id=n, code=f"def f(x): return {n}", kind="k", contract="c") for n in (7, 12))
    text = judge_prompt([Family(entry_point="f", code=CODE, dreams=dreams)], rate=0.42)
    assert "Dream D7" in text
    assert "Dream D12" in text
    assert "about 42% of such dreams pass" in text


def test_every_type_and_contract_has_words() -> None:
    assert set(CONTRACT_WORDS) == set(Contract)
    assert set(KIND_WORDS) == set(BETTER_WORDS) == set(DreamType)
