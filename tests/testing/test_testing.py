"""The classes of the design: calls, inputs, runs and look-ups, from an event loop."""

from __future__ import annotations

import asyncio
import datetime
import inspect
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pytest_athena_dreams import testing
from pytest_athena_dreams.errors import DreamsError, SettingError, StoreError
from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.judge.categories import ATHENA_OUTCOMES
from pytest_athena_dreams.models import Category
from pytest_athena_dreams.signatures import Parameter, ParameterKind, Signature
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.testing import (
    DreamSandbox,
    DreamStore,
    DreamTestRunner,
    ErrorCategory,
    SyntheticTestGenerator,
)
from pytest_athena_dreams.testing.results import DESIGN_WORDS
from pytest_athena_dreams.trial.direct import arranged, by_parameter
from tests.agents.test_check import descendants, ended
from tests.dreams import CLAMP, dream, make_store, verdicts

T = TypeVar("T")
GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "min(low, max(x, high))")
HANGS = "def clamp(x: int, low: int, high: int) -> int:\n    while True: pass\n"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "athena.db", dream("good", GOOD), dream("bad", BAD))


def called(code: str, given: dict[str, Any], expected: str | None = None) -> testing.ExecutionResult:
    async def go() -> testing.ExecutionResult:
        async with DreamSandbox(timeout_seconds=1, workers=1) as sandbox:
            return await sandbox.execute_dream(7, code, given, expected)

    return asyncio.run(go())


def test_a_call_that_returns_is_a_success() -> None:
    result = called("def f(x: int) -> int:\n    print('hi')\n    return 2 * x\n", {"x": 21}, "int")
    assert (result.success, result.output, result.stdout, result.exit_code) == (True, 42, "hi\n", 0)
    assert (result.test_outcome, result.error, result.error_category) == ("success", None, None)
    assert result.execution_time_ms > 0
    assert result["dream_id"] == result.dream_id == 7
    assert json.loads(json.dumps(result.to_dict()))["output"] == 42


@pytest.mark.parametrize(
    ("code", "word", "outcome"),
    [
        ("def f(x):\n    return [", "SYNTAX", "syntax_error"),
        ("def f(x):\n    return 1 // x", "RUNTIME", "runtime_error"),
        ("def f(x):\n    return x + 'a'", "TYPE", "type_error"),
        ("def f(y):\n    return y", "TYPE", "type_error"),
        ("def f(x):\n    assert x", "LOGIC", "output_validation_failed"),
        ("def f(x):\n    return f(x)", "RESOURCE", "resource_exhaustion"),
        ("import gone_from_here\ndef f(x):\n    return x", "DEPENDENCY", "runtime_error"),
        ("def f(x):\n    while True: pass", "TIMEOUT", "timeout"),
        ("def f(x):\n    return 'a'", "VALIDATION", "output_validation_failed"),
        ("def f(x):\n    open('/etc/shadow')", "RUNTIME", "runtime_error"),
        ("def f(x):\n    try: open('/etc/shadow')\n    except OSError: return 1", "RUNTIME", "runtime_error"),
    ],
)
def test_each_failure_has_one_of_the_eight_words(code: str, word: str, outcome: str) -> None:
    result = called(code, {"x": 0}, "int")
    assert (result.success, result.error_category, result.test_outcome) == (False, word, outcome)
    assert result.error
    assert result.exit_code == 1


def test_every_category_has_a_word_and_every_word_a_category() -> None:
    assert set(DESIGN_WORDS) == set(Category)
    assert set(DESIGN_WORDS.values()) == set(ErrorCategory)
    assert len(ErrorCategory) == 8
    assert set(DESIGN_WORDS) | {None} == set(ATHENA_OUTCOMES)


@pytest.mark.parametrize("expected", ["int; import os", "no_such_type", "1 +", "x: int"])
def test_an_expected_type_is_an_annotation(expected: str) -> None:
    with pytest.raises(DreamsError, match="invalid expected type"):
        called("def f(x): return x", {"x": 1}, expected)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((1, {}), "invalid value 1 for code"),
        (("def f(): pass", [1]), "for input_params"),
        (("def f(): pass", {}, int), "for expected_output_type: expected the text of an annotation"),
    ],
)
def test_an_argument_of_another_type_is_refused(arguments: tuple[Any, ...], part: str) -> None:
    with pytest.raises(SettingError, match=part):
        called(*arguments)


def test_arguments_need_not_be_builtin_but_must_be_picklable() -> None:
    day = datetime.date(2024, 2, 29)
    assert called("def f(day): return day.year", {"day": day}, "int").output == 2024
    with pytest.raises(DreamsError, match="can't be sent into the jail"):
        called("def f(x): return x", {"x": lambda: 1})


def test_statistics_and_patterns_count_all_calls() -> None:
    code = "def f(x: int) -> float:\n    return 1 / x\n"

    async def go() -> DreamSandbox:
        async with DreamSandbox(timeout_seconds=5) as sandbox:
            await asyncio.gather(*(sandbox.execute_dream(1, code, {"x": x}) for x in (0, 1, 0, 2)))
            return sandbox

    sandbox = asyncio.run(go())
    stats = sandbox.get_test_statistics()
    assert (stats["total_tests"], stats["success_rate"]) == (4, 0.5)
    assert stats["error_categories"] == {"RUNTIME": 2}
    (pattern,) = sandbox.get_failure_patterns()
    assert (pattern.frequency, pattern.category, pattern.code_snippet) == (2, "RUNTIME", "return 1 / x")
    assert "ZeroDivisionError" in pattern.error_message
    assert pattern.suggested_fix


def test_a_new_sandbox_has_no_rate_yet() -> None:
    with DreamSandbox() as sandbox:
        assert sandbox.get_test_statistics()["success_rate"] == 0.0


@pytest.mark.parametrize("arguments", [{"timeout_seconds": 0}, {"memory_limit_mb": 1}, {"no_setting": 1}])
def test_an_invalid_setting_is_refused_at_once(arguments: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        DreamSandbox(**arguments)


async def cancelled_while(start: Callable[[], Awaitable[object]], at_work: Callable[[], bool]) -> None:
    """Start it, and cancel it as soon as it is at work."""
    task = asyncio.ensure_future(start())
    while not at_work():
        assert not task.done()
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_cancelling_a_call_ends_its_processes() -> None:
    import os

    seen: set[int] = set()

    def at_work() -> bool:
        seen.update(descendants(os.getpid()) - before)
        return len(seen) >= 4  # worker, fork server, and what is below

    before = descendants(os.getpid())

    async def go() -> None:
        with DreamSandbox(timeout_seconds=600) as sandbox:
            code = "def f():\n    while True: pass\n"
            await cancelled_while(lambda: sandbox.execute_dream(1, code, {}), at_work)
            assert ended(seen)
            assert (await sandbox.execute_dream(1, "def f(): return 1", {})).output == 1

    asyncio.run(go())


def test_the_loop_goes_on_while_a_dream_runs() -> None:
    async def go() -> int:
        turns = 0
        with DreamSandbox(timeout_seconds=1) as sandbox:
            task = asyncio.ensure_future(sandbox.execute_dream(1, "def f():\n    while True: pass", {}))
            while not task.done():
                turns += 1
                await asyncio.sleep(0.01)
        assert (await task).error_category == "TIMEOUT"
        return turns

    assert asyncio.run(go()) >= 20  # a blocked loop gets one


def test_inputs_are_the_same_for_a_seed_and_hold_edge_cases() -> None:
    code = "def f(text: str, n: int = 3) -> str:\n    return text * n\n"
    first = SyntheticTestGenerator(seed=42).generate_test_inputs(code, num_variants=8)
    assert first == SyntheticTestGenerator(seed=42).generate_test_inputs(code, num_variants=8)
    assert first != SyntheticTestGenerator(seed=43).generate_test_inputs(code, num_variants=8)
    assert len(first) == 8
    assert all(set(one) <= {"text", "n"} and isinstance(one["text"], str) for one in first)
    edges = SyntheticTestGenerator(seed=42).generate_edge_case_inputs(code)
    assert first[0] in edges
    assert any(one["text"] == "" for one in edges)


def test_a_generator_reads_the_type_that_is_returned() -> None:
    generator = SyntheticTestGenerator()
    assert generator.get_expected_output_type("def f() -> list[int]: ...") == "list[int]"
    assert generator.get_expected_output_type("def f(): ...") == "Any"


@pytest.mark.parametrize("code", ["def f(", "x = 1", "def f(x: 'NoSuch'): ..."])
def test_no_inputs_are_drawn_for_what_is_no_function(code: str) -> None:
    with pytest.raises(DreamsError):
        SyntheticTestGenerator().generate_test_inputs(code)


def test_an_invalid_number_of_inputs_is_refused() -> None:
    with pytest.raises(SettingError, match="num_variants"):
        SyntheticTestGenerator().generate_test_inputs("def f(): ...", num_variants=0)
    with pytest.raises(SettingError, match="seed"):
        SyntheticTestGenerator(seed=-1)


def parameter(name: str, kind: str) -> Parameter:
    return Parameter(name=name, kind=ParameterKind(kind))


@pytest.mark.parametrize(
    "arguments",
    [
        Arguments((1, 2, 3, 4), {"k": 5, "z": 6}),
        Arguments((1,), {"b": 2, "k": 3}),
        Arguments((1, 2), {"k": 3}),
    ],
)
def test_arguments_by_parameter_make_the_same_call(arguments: Arguments) -> None:
    kinds = {"a": "positional_only", "b": "positional_or_keyword", "rest": "var_positional"}
    kinds |= {"k": "keyword_only", "more": "var_keyword"}
    signature = Signature(name="f", parameters=tuple(parameter(*one) for one in kinds.items()))

    def f(a: int, /, b: int, *rest: int, k: int, **more: int) -> object:
        return a, b, rest, k, more

    again = arranged(signature, by_parameter(signature, arguments))
    assert f(*again.args, **again.kwargs) == f(*arguments.args, **arguments.kwargs)


def test_tier_1_is_tested_and_stored(store: Path) -> None:
    async def go() -> tuple[testing.TestSummary, testing.LearningReport]:
        async with DreamTestRunner(store, tests_per_dream=20, evidence="off") as runner:
            return await runner.test_tier1_dreams(), await runner.generate_learning_report()

    result, report = asyncio.run(go())
    assert (result["success"], result.get("error")) == (True, None)
    assert (result["tested_dreams"], result["dreams_passed"], result["pass_rate"]) == (2, 1, 0.5)
    assert verdicts(store) == {"good": ("success", None), "bad": ("failure", "logic")}
    (pattern,) = report["top_failure_patterns"]
    assert (pattern["category"], pattern["frequency"]) == ("LOGIC", 1)
    (improvement,) = report["suggested_improvements"]
    assert improvement["category"] == "LOGIC"
    assert improvement["suggestion"] == pattern.suggested_fix


def test_a_run_that_can_not_take_place_is_said(tmp_path: Path) -> None:
    with DreamTestRunner(tmp_path / "none.db") as runner:
        result = asyncio.run(runner.test_tier1_dreams())
    assert not result.success
    assert "none.db" in str(result.error)


def test_one_dream_gets_the_verdict_of_a_run(store: Path) -> None:
    """Of the same seed and settings, and nothing is stored."""

    async def go() -> list[tuple[str, Any, Any, int]]:
        async with DreamTestRunner(store, max_examples=30, seed=5) as runner:
            found = []
            for one in await runner.store.get_pending_dreams():
                verdict = await runner.test_dream(one)
                call = verdict.faults[0].call if verdict.faults else None
                found.append((verdict.outcome.value, verdict.category, call, verdict.accepted))
            assert (await runner.test_dream(2)).category == "logic"
            with pytest.raises(DreamsError, match="no dream with the id 99"):
                await runner.test_dream(99)
            return found

    singly = asyncio.run(go())
    assert verdicts(store)["bad"] == (None, None)
    command = [sys.executable, "-m", "pytest", "--athena-dreams", "--athena-store", str(store), "-q"]
    options = ["--athena-max-examples", "30", "--athena-seed", "5", "-p", "no:cacheprovider", "--rootdir"]
    subprocess.run([*command, *options, str(store.parent)], capture_output=True, cwd=store.parent)
    with Store.open(store) as opened:
        rows = [opened.details(label).history[-1].result for label in ("good", "bad")]
    whole = [(r.outcome.value, r.category, r.failing_input, r.figures.accepted) for r in rows]
    assert singly == whole


def test_a_dream_is_called_on_edge_cases(store: Path) -> None:
    with DreamTestRunner(store) as runner:
        found = asyncio.run(runner.test_with_edge_cases(1))
        assert (found.dreams_passed, found.pass_rate) == (1, 1.0)
        assert len(found.results) >= 5
        bad = asyncio.run(runner.test_with_edge_cases(2))
        assert 0 < bad.pass_rate < 1  # it raises where low is above high
        assert bad.dreams_failed == 1


def test_new_dreams_are_tested_round_by_round(store: Path) -> None:
    with DreamTestRunner(store, tests_per_dream=20, evidence="off") as runner:
        found = asyncio.run(runner.run_continuous_testing(interval_seconds=0, max_iterations=2))
    assert (found.iterations, found.tested_dreams, found.dreams_passed) == (2, 2, 1)


def test_cancelling_a_run_ends_it_and_keeps_its_verdicts(tmp_path: Path) -> None:
    slow = [dream(f"hangs-{n}", HANGS + f"LIMIT = {n}\n") for n in range(30)]
    path = make_store(tmp_path / "athena.db", dream("good", GOOD), *slow)

    async def go() -> None:
        with DreamTestRunner(path, tests_per_dream=20) as runner:
            await cancelled_while(
                runner.test_tier1_dreams, lambda: verdicts(path)["good"] == ("success", None)
            )

    asyncio.run(go())
    found = verdicts(path)
    assert found["good"] == ("success", None)
    assert (None, None) in found.values()


def test_a_store_is_looked_up(store: Path) -> None:
    async def go() -> None:
        looked = DreamStore(store)
        assert [one.label for one in await looked.get_pending_dreams()] == ["good", "bad"]
        assert [one.id for one in await looked.get_dreams_by_tier(1)] == [1, 2]
        assert await looked.get_dreams_by_tier(2) == []
        assert len(await looked.get_dreams_by_type("constraint_relaxation")) == 2
        assert len(await looked.get_dreams_by_status("pending_test")) == 2
        assert await looked.get_dreams_by_status("tested") == []
        one = await looked.get_dream(2)
        assert one is not None
        assert (one["code"], one.dream.procedure_name) == (BAD, "clamp")
        assert await looked.get_dream(3) is None
        stats = await looked.get_statistics()
        assert (stats["total_dreams"], stats["by_tier"], stats["pass_rate"]) == (2, {1: 2}, 0.0)

    asyncio.run(go())


def test_a_store_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        asyncio.run(DreamStore(tmp_path / "none.db").get_statistics())


def test_every_public_name_has_a_docstring_and_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    for name in testing.__all__:
        assert inspect.getdoc(getattr(testing, name)), name
        assert f"`{name}" in page, name
