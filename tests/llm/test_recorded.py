"""Answers of a real server, recorded once: llama.cpp with SmolLM2-135M.

To record again, serve the model with ``python -m tests.llm.smollm 8091``, delete ``tests/llm/cassettes``, and
run this file with ``ATHENA_RECORD=1``.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.evaluation.judging import Candidate, Session, judge
from pytest_athena_dreams.llm.asking import Calls
from pytest_athena_dreams.llm.budget import Budget
from pytest_athena_dreams.llm.exchange import CallOutcome
from pytest_athena_dreams.llm.writing import Assignment, Delivery

from .kit import KEY, client, write
from .smollm import MODEL

vcr = pytest.importorskip("vcr", reason="needs vcrpy, of the extra test")
pytest.importorskip("pydantic_ai", reason="needs the extra: pip install 'pytest-athena-dreams[models]'")

URL = "http://127.0.0.1:8091/v1"
CASSETTES = Path(__file__).parent / "cassettes"
CODE = "def double(x: int) -> int:\n    return x + x\n"
TASK = Assignment(
    code=CODE, entry_point="double", dream_type="constraint_relaxation", contract="it doubles.", count=1
)


def recorded(name: str) -> Any:
    """The requests of a test: as they were recorded, or recorded now."""
    mode = "once" if os.environ.get("ATHENA_RECORD") else "none"
    recorder = vcr.VCR(
        record_mode=mode,
        filter_headers=["authorization"],
        match_on=["method", "uri", "body"],
        decode_compressed_response=True,
    )
    return recorder.use_cassette(str(CASSETTES / f"{name}.yaml"))


def written(name: str, *, tokens: int, model: str = MODEL) -> Delivery:
    with (
        recorded(name),
        Calls([client(URL, name=model, model_timeout=300)], Budget(money=Decimal(1))) as calls,
    ):
        (delivery,) = write(calls, TASK, tokens=tokens)
    return delivery


def test_a_real_server_keeps_to_the_schema_and_says_nothing() -> None:
    """So small a model repeats the example of the prompt: JSON by the schema, without a function."""
    delivery = written("write", tokens=400)
    assert delivery.model == MODEL
    assert (delivery.outcome, delivery.functions) == (CallOutcome.UNREADABLE, ())
    (request,) = delivery.requests
    assert request.input_tokens is not None
    assert request.input_tokens > 100
    assert request.cost == 0


def test_a_real_answer_that_is_cut_off() -> None:
    delivery = written("cut", tokens=64)
    assert delivery.outcome == CallOutcome.TRUNCATED
    assert delivery.requests[0].output_tokens == 64
    assert delivery.functions == ()


def test_a_real_server_judges() -> None:
    candidates = [
        Candidate(
            id=number,
            code=CODE,
            dream_type="conditional_variant",
            contract=None,
            base=CODE,
            entry_point="double",
        )
        for number in (3, 5)
    ]
    with recorded("judge"), Calls([client(URL, name=MODEL, model_timeout=300)], Budget(calls=2)) as calls:
        (session,) = judge(calls, [candidates], rate=0.5, tokens=300)
    assert isinstance(session, Session)
    assert session.answer.outcome is CallOutcome.ANSWERED
    assert session.answer.value is not None
    assert [(one.dream, one.score) for one in session.answer.value.scores] == [(3, 0.5)]
    assert session.missing == (5,)  # it scored D2 and D1, which nobody asked about


def test_cassettes_hold_no_key() -> None:
    files = list(CASSETTES.glob("*.yaml"))
    assert len(files) == 3
    for file in files:
        text = file.read_text()
        assert KEY not in text
        assert "authorization" not in text.lower()
        assert "double" in text
