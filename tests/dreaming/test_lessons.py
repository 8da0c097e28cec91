"""Rules and failures for the next writer, prompts without them, and whether rules help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.dreaming.authors import CONTROL_PROMPTS, is_control
from pytest_athena_dreams.llm.prompts import MOST_RULES
from pytest_athena_dreams.report.assembly import make_report
from pytest_athena_dreams.report.markdown import markdown
from pytest_athena_dreams.report.page import html
from pytest_athena_dreams.report.plain import plain
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.lessons import read_lessons
from tests.llm.server import answers, serving
from tests.store.kit import rows

from .conftest import briefing, record, written
from .kit import ALONE


@pytest.fixture
def path(failing: Path) -> Path:
    """The same, by a shorter name."""
    return failing


def test_open_patterns_of_the_procedure_and_type_come_first(path: Path) -> None:
    lessons = briefing(path)
    clamp = lessons.rules(1, "constraint_relaxation")
    assert [rule.open for rule in clamp] == [2, 1, 1]
    assert "boundary" in clamp[0].text
    assert (clamp[0].wrong.strip(), clamp[0].right.strip()) == ("if low >= high:", "if low > high:")
    half = lessons.rules(2, "constraint_relaxation")
    assert "Guard divisions" in half[0].text
    assert len(half) <= MOST_RULES


def test_a_fixed_pattern_teaches_no_more(path: Path) -> None:
    record(path, {1: [], 2: []})
    assert "boundary" not in " ".join(rule.text for rule in briefing(path).rules(1, "constraint_relaxation"))


def test_only_the_newest_failing_dreams_teach(path: Path) -> None:
    with Store.open(path) as store:
        every = [row["id"] for row in read_lessons(store).dreams]
        newest = read_lessons(store, 2)
    assert len(every) > 2
    assert [row["id"] for row in newest.dreams] == every[-2:]
    assert {row["dream_id"] for row in newest.results} == set(every[-2:])


def test_failures_are_of_the_procedure_alone_with_their_calls(path: Path) -> None:
    lessons = briefing(path)
    assert [one.call for one in lessons.failures(2, "constraint_relaxation")] == ["half(0)"]
    first, *_ = lessons.failures(1, "conditional_variant")
    assert "# again" in first.code
    assert (first.call, first.expected, first.got) == ("clamp(0, 0, 1)", "returned 0", "returned 1")
    assert lessons.failures(3, "conditional_variant") == ()


def test_code_of_a_private_procedure_is_in_no_rule_for_another(path: Path) -> None:
    shown = briefing(path).rules(2, "constraint_relaxation")
    assert any("low >= high" in rule.wrong for rule in shown)
    hidden = briefing(path, 1).rules(2, "constraint_relaxation")
    assert [rule.text for rule in hidden] == [rule.text for rule in shown]
    assert not any("low" in rule.wrong + rule.right for rule in hidden)
    assert any("low >= high" in rule.wrong for rule in briefing(path, 1).rules(1, "constraint_relaxation"))


def test_one_prompt_in_five_carries_no_rules() -> None:
    chosen = [is_control(seed, n, "conditional_variant", 0) for seed in range(5) for n in range(400)]
    assert 0.8 / CONTROL_PROMPTS < sum(chosen) / len(chosen) < 1.2 / CONTROL_PROMPTS
    assert chosen == [is_control(seed, n, "conditional_variant", 0) for seed in range(5) for n in range(400)]


@pytest.fixture
def asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """All prompts of deep runs with twelve seeds, each with its row of the store."""
    pytest.importorskip("pydantic_ai", reason="needs the extra: pip install 'pytest-athena-dreams[models]'")
    found: list[dict[str, Any]] = []
    with serving(answers("no")) as server:
        for seed in range(6):
            done = dream_command(path, server.url, "--seed", str(seed), "--strategy", "deep")
            assert done.exit_code == 0, done.output
        texts = [body["messages"][-1]["content"] for body in server.asked]
    calls = rows(path, "SELECT * FROM dream_calls ORDER BY id")
    assert len(calls) == len(texts)
    for row in calls:
        found.append(row | {key: json.loads(row[key]) for key in ("rules", "withheld")})
    return [{"rules": sum("Rules, from" in text for text in texts), "texts": texts}, *found]


def dream_command(path: Path, url: str, *more: str) -> Result:
    command = ["dream", "--store", str(path), "--model", "m", "--model-url", url, "--calls", "60", *more]
    return CliRunner().invoke(main, [*command, *ALONE, "--jobs", "1", "--model-concurrency", "1"])


def test_a_call_records_the_rules_that_its_prompt_showed(asked: list[dict[str, Any]]) -> None:
    totals, *calls = asked
    shown = [row for row in calls if row["rules"]]
    control = [row for row in calls if row["withheld"]]
    assert len(shown) == totals["rules"]
    assert len(shown) + len(control) == len(calls)
    assert not any(row["rules"] and row["withheld"] for row in calls)
    assert control
    assert len(control) < len(shown)


def test_the_report_says_how_dreams_did_with_a_rule_and_without(path: Path) -> None:
    first = briefing(path).rules(1, "constraint_relaxation")[0].pattern
    written(path, {(first, "gone"): 20}, lambda n: "success" if n < 15 else "failure", control=False)
    written(path, {(first,): 8}, lambda n: "success" if n < 3 else "failure", control=True)
    with Store.open(path) as store:
        report = make_report(store)
    known, other = report.rules
    assert (known.pattern, known.shown_passed, known.shown_tested) == (first, 15, 20)
    assert (known.withheld_passed, known.withheld_tested) == (3, 8)
    assert known.difference == pytest.approx(0.375)
    assert known.low is not None
    assert known.high is not None
    assert known.low < 0 < 0.375 < known.high
    assert (other.pattern, other.rule, other.difference) == ("gone", "", None)
    words = "15 of 20 pass with it, 3 of 8 without: +38 points (95 %: -1 to +65)"
    assert words in " ".join(plain(report).split())
    assert words in markdown(report)
    assert words in html(report)
