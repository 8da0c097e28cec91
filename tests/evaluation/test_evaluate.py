"""The command ``evaluate``: by a model, by a chat's answer, and without either."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.models import Category, Outcome
from pytest_athena_dreams.report.assembly import make_report
from pytest_athena_dreams.report.markdown import markdown
from pytest_athena_dreams.report.page import html
from pytest_athena_dreams.report.plain import plain
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.evaluations import Evaluation, forecasts, put_evaluations
from pytest_athena_dreams.store.records import Run
from tests.dreams import CLAMP, dream, make_store
from tests.llm.server import answers, fails, serving, waits
from tests.report.conftest import result

KEY = "sk-judge-secret-0815"
GOOD = CLAMP.replace("max(low, min(x, high))", "sorted((low, x, high))[1]")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with three dreams that wait for a score, and one that is ready for its test."""
    lines = [
        dream(f"dream/{n}", GOOD + f"# {n}\n", status="pending_evaluation", model_used="model-a")
        for n in range(3)
    ]
    return make_store(tmp_path / "athena.db", *lines, dream("ready", GOOD))


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command on that store."""
    monkeypatch.setenv("ATHENA_MODEL_KEY", KEY)

    def invoke(*arguments: str, text: str | None = None) -> Result:
        command = ["evaluate", "--store", str(path), *arguments]
        return CliRunner().invoke(main, command, input=text)

    return invoke


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


SHOWN = "SELECT id, status, tier, viability_score FROM dream_procedures ORDER BY id"
WAITING = [(n, "pending_evaluation", 1, None) for n in (1, 2, 3)]


def test_without_a_model_all_are_tested_and_it_says_so(run: Callable[..., Result], path: Path) -> None:
    done = run()
    assert done.output == "3 of 3 dreams scored by what such dreams did before; no model judged them\n"
    assert rows(path, SHOWN)[:3] == [(n, "evaluated", 1, 0.5) for n in (1, 2, 3)]
    assert rows(path, SHOWN)[3] == (4, "pending_test", 1, None)
    ((judge, words),) = rows(path, "SELECT DISTINCT judge, reasoning FROM dream_evaluations")
    assert (judge, words) == ("history", "no model judged this; no dream was tested yet, so nothing is known")


def test_without_a_model_scores_may_decide(run: Callable[..., Result], path: Path) -> None:
    assert run("--tiers").exit_code == 0
    assert {row[2] for row in rows(path, SHOWN)[:3]} == {2}


def test_nothing_to_do(run: Callable[..., Result]) -> None:
    run()
    done = run()
    assert done.exit_code == 0
    assert done.output == "no dream waits for an evaluation; --again evaluates those with a score, too\n"


def test_again_scores_what_has_a_score(run: Callable[..., Result], path: Path) -> None:
    run()
    assert run("--again").output.startswith("4 of 4 dreams scored")
    assert rows(path, "SELECT count(*) FROM dream_evaluations") == [(7,)]


def test_ids_restrict(run: Callable[..., Result], path: Path) -> None:
    assert run("2").output.startswith("1 of 1 dreams scored")
    assert [row[1] for row in rows(path, SHOWN)[:3]] == [
        "pending_evaluation",
        "evaluated",
        "pending_evaluation",
    ]


def test_the_answer_of_a_chat(run: Callable[..., Result], path: Path, tmp_path: Path) -> None:
    (tmp_path / "chat.md").write_text(
        "**D1**: 80 % – sorts\n- dream/1: 4/10\n\nD3: between 0.2 and 0.5\n", "utf-8"
    )
    done = run("--from", str(tmp_path / "chat.md"))
    assert done.output == (
        "2 of 3 dreams scored by chat\nnot read: D3: between 0.2 and 0.5 (a range, not a score)\n"
    )
    assert rows(path, SHOWN)[:3] == [(1, "evaluated", 1, 0.8), (2, "evaluated", 2, 0.4), WAITING[2]]
    assert rows(path, "SELECT reasoning FROM dream_evaluations WHERE dream_id = 1") == [("sorts",)]


def test_the_answer_of_a_chat_on_standard_input(run: Callable[..., Result], path: Path) -> None:
    done = run("--from", "-", text='{"scores": [{"dream": "D2", "viability": 0.1, "reasoning": "no"}]}')
    assert done.output == "1 of 3 dreams scored by chat\n"
    assert rows(path, SHOWN)[1] == (2, "evaluated", 3, 0.1)


def test_a_file_that_is_not_there(run: Callable[..., Result]) -> None:
    done = run("--from", "missing.txt")
    assert done.exit_code == 2
    assert "missing.txt: No such file or directory; name a file" in done.output


def test_the_prompt_for_a_chat(run: Callable[..., Result], path: Path) -> None:
    done = run("--prompt")
    assert done.exit_code == 0
    assert [f"Dream D{n}, constraint relaxation" in done.output for n in (1, 2, 3, 4)] == [
        True,
        True,
        True,
        False,
    ]
    assert "about 50% of such dreams pass" in done.output
    assert rows(path, SHOWN)[:3] == WAITING


# By a model

needs_models = pytest.mark.skipif(
    find_spec("pydantic_ai") is None,
    reason="needs the extra: pip install 'pytest-athena-dreams[models]'",
)


def scores(**values: float) -> str:
    found = [
        {"dream": name, "viability": value, "reasoning": f"why {name}"} for name, value in values.items()
    ]
    return json.dumps({"scores": found})


@needs_models
def test_a_model_judges_in_batches(run: Callable[..., Result], path: Path) -> None:
    with serving(answers(scores(D1=0.9, D2=0.5, D3=0.1), model="judge-1")) as server:
        done = run("--judge", "judge", "--model-url", server.url, "--calls", "5")
    assert done.output == "3 of 3 dreams scored by judge-1\n1 request, $0\n"
    assert rows(path, SHOWN)[:3] == [
        (1, "evaluated", 1, 0.9),
        (2, "evaluated", 2, 0.5),
        (3, "evaluated", 3, 0.1),
    ]
    call = rows(
        path, "SELECT purpose, asked, model, outcome, input_tokens, output_tokens, cost FROM dream_calls"
    )
    assert call == [("judge", "judge", "judge-1", "answered", 100, 50, 0.0)]
    assert rows(path, "SELECT DISTINCT judge, call_id FROM dream_evaluations") == [("judge-1", 1)]
    (asked,) = server.asked
    prompt = asked["messages"][1]["content"]
    assert prompt.index("Dream D") > 0
    assert asked["response_format"]["json_schema"]["name"] == "scores"


@needs_models
def test_a_private_procedure_is_shown_to_no_model(run: Callable[..., Result], path: Path) -> None:
    with serving(answers("no")) as server:
        done = run("--judge", "j", "--model-url", server.url, "--calls", "5", "--private", "cl*")
    assert done.output == "3 dreams of private procedures are shown to no model\n"
    assert server.asked == []
    assert "def clamp" not in run("--prompt", "--athena-private", "clamp").output
    assert run("--private", "clamp").output.startswith("3 of 3 dreams scored by what such dreams did before")


def test_a_procedure_that_its_row_calls_private_is_shown_to_no_model(
    run: Callable[..., Result], path: Path
) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE procedures SET private = 1")
    connection.close()
    assert "def clamp" not in run("--prompt").output


@needs_models
def test_an_answer_in_prose_is_read_as_well(run: Callable[..., Result], path: Path) -> None:
    with serving(answers("D1 deserves 0.9, D2 gets 0.5.")) as server:
        done = run("--judge", "j", "--model-url", server.url, "--calls", "5")
    assert done.output.startswith("2 of 3 dreams scored by small\n")
    assert done.output.endswith("without a score: 3\n")
    assert rows(path, SHOWN)[2] == WAITING[2]


@needs_models
def test_an_answer_that_can_not_be_read_leaves_all_pending(run: Callable[..., Result], path: Path) -> None:
    with serving(answers("They all look fine to me!")) as server:
        done = run("--judge", "j", "--model-url", server.url, "--calls", "5")
    assert "0 of 3 dreams scored" in done.output
    assert "unreadable: nothing in the answer could be used" in done.output
    assert rows(path, SHOWN)[:3] == WAITING
    assert rows(path, "SELECT outcome FROM dream_calls") == [("unreadable",)]


@needs_models
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "a judge needs a limit: give --budget USD, --calls N, or both"),
        (["--budget", "1", "--model-price", "off"], "the price of j is not known"),
        (["--budget", "0.0001", "--model-price", "100,100"], "one request to j can cost"),
        (["--calls", "3", "--model-timeout", "x"], "invalid value 'x' for --model-timeout"),
    ],
)
def test_what_can_not_be_kept_is_refused(
    run: Callable[..., Result], arguments: list[str], problem: str
) -> None:
    done = run("--judge", "j", "--athena-model-url", "http://models.example/v1", *arguments)
    assert done.exit_code == 2
    assert problem in done.output


@needs_models
def test_the_budget_ends_between_batches(run: Callable[..., Result], path: Path, tmp_path: Path) -> None:
    more = [dream(f"more/{n}", GOOD + f"# more {n}\n", status="pending_evaluation") for n in range(20)]
    make_store(path, *more)
    with serving(answers(scores(**{f"D{n}": 0.5 for n in range(1, 30)}))) as server:
        done = run("--judge", "j", "--model-url", server.url, "--calls", "2")
    assert done.output.startswith("16 of 23 dreams scored")
    assert "the budget is used up: all 2 calls are used" in done.output


@needs_models
def test_a_batch_is_given_as_it_arrives() -> None:
    """So that it is stored, and not paid for twice, if the command is killed while another one is judged."""
    from pytest_athena_dreams.evaluation.judging import Candidate, Session, judge
    from pytest_athena_dreams.llm.asking import Calls
    from pytest_athena_dreams.llm.budget import Budget
    from tests.llm.kit import client

    one, other = (
        Candidate(
            id=n, code=GOOD, dream_type="conditional_variant", contract=None, base=CLAMP, entry_point="clamp"
        )
        for n in (1, 2)
    )
    with (
        serving(waits, answers(scores(D1=0.9, D2=0.9))) as server,
        Calls([client(server.url)], Budget(calls=2), concurrency=2) as calls,
    ):
        first = next(judge(calls, [[one], [other]], rate=0.5, tokens=100))
    assert isinstance(first, Session)
    assert first.missing == ()


@needs_models
def test_no_key_is_left_anywhere(
    run: Callable[..., Result], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The server repeats the key in an error and in an answer; nothing that the run leaves holds it."""
    echo = fails(401, f"Incorrect API key provided: {KEY}")
    with serving(echo) as server:
        first = run("--judge", "j", "--model-url", server.url, "--calls", "5")
    with serving(fails(500, KEY), answers(scores(D1=0.9))) as server:
        second = run("--judge", "j", "--model-url", server.url, "--calls", "5")
    assert "***" in first.output
    with Store.open(path) as store:
        report = make_report(store)
    texts = [first.output, second.output, caplog.text, plain(report), markdown(report), html(report)]
    for file in path.parent.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes(), file
    assert all(KEY not in text for text in texts)
    assert all(KEY not in json.dumps(asked) for asked in server.asked)
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"  # that the test would see it


# What becomes of scores


def put_run(path: Path, passing: dict[int, bool]) -> None:
    """One run over these dreams."""
    with Store.open(path) as store:
        number = store.begin_run(Run(started_at=1, settings="{}", seed=0, versions="{}", sandbox="landlock"))
        for dream_id, passed in passing.items():
            outcome = (
                {"outcome": Outcome.SUCCESS}
                if passed
                else {"outcome": Outcome.FAILURE, "category": Category.LOGIC}
            )
            store.record(number, result(dream_id, **outcome))
        store.finish_run(number, exit_status=0)


def test_outcomes_calibrate_and_are_reported(run: Callable[..., Result], path: Path) -> None:
    run("--from", "-", text="D1: 0.9\nD2: 0.9\nD3: 0.9")
    put_run(path, {1: False, 2: False, 3: True})
    with Store.open(path) as store:
        assert [(row["judge"], row["raw"], row["passed"]) for row in forecasts(store)] == [
            ("chat", 0.9, 0),
            ("chat", 0.9, 0),
            ("chat", 0.9, 1),
        ]
        report = make_report(store)
    (judge,) = report.judges
    assert (judge.name, judge.raw.count) == ("chat", 3)
    assert judge.raw.brier is not None
    assert judge.calibrated.brier is not None
    assert judge.calibrated.brier < judge.raw.brier
    for text in (plain(report), markdown(report), html(report)):
        shown = " ".join(text.split())
        assert "chat" in shown
        assert f"{judge.raw.brier:.3f}" in shown
        assert f"{judge.calibrated.brier:.3f}" in shown
    assert [line for line in plain(report).splitlines()[1:] if len(line) > 80] == []
    make_store(path, dream("later", GOOD + "# later\n", status="pending_evaluation", model_used="model-a"))
    run("--from", "-", text="D5: 0.9")
    ((raw, calibrated),) = rows(path, "SELECT raw, calibrated FROM dream_evaluations WHERE dream_id = 5")
    ((before,),) = rows(path, "SELECT calibrated FROM dream_evaluations WHERE dream_id = 1")
    assert raw == 0.9
    assert calibrated < before


def test_a_score_of_other_code_or_after_the_test_does_not_count(path: Path) -> None:
    with Store.open(path) as store:
        codes = {dream.id: dream.code for dream in store.dreams()}
        one = Evaluation(dream=1, code=codes[1], judge="chat", raw=0.7, calibrated=0.6, tier=1)
        other = Evaluation(dream=2, code="other", judge="chat", raw=0.7, calibrated=0.6, tier=1)
        assert put_evaluations(store, [one, other]) == 1
    put_run(path, {1: True, 2: True})
    with Store.open(path) as store:
        assert put_evaluations(store, [one]) == 0  # it was tested
        assert [row["dream_id"] for row in forecasts(store)] == [1]
        with store.writing() as db:
            db.execute("UPDATE dream_procedures SET code = 'changed' WHERE id = 1")
        assert forecasts(store) == []


def test_an_untestable_dream_teaches_nothing(path: Path, run: Callable[..., Result]) -> None:
    run("--from", "-", text="D1: 0.9")
    with Store.open(path) as store:
        number = store.begin_run(Run(started_at=1, settings="{}", seed=0, versions="{}", sandbox="landlock"))
        store.record(number, result(1, outcome=Outcome.UNTESTABLE, reason="no_input"))
        assert forecasts(store) == []
