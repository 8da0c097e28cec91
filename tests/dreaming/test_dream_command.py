"""The command ``dream``: what it writes, prints and refuses; with models, their limits and secrets."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.store.locks import locked
from tests.llm.server import Handler, answers, completion, fails, serving
from tests.store.kit import AUTOINCREMENT, SERIAL, athena_file, rows

from .kit import ALONE, TYPES, store_of

KEY = "sk-dream-secret-0815"
pytest.importorskip("pydantic_ai", reason="needs the extra: pip install 'pytest-athena-dreams[models]'")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with three procedures."""
    return store_of(tmp_path / "athena.db")


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command on that store."""
    monkeypatch.setenv("ATHENA_MODEL_KEY", KEY)

    def invoke(*arguments: str) -> Result:
        types = [] if "--type" in arguments else ALONE  # the fourth one starts a jail
        return CliRunner().invoke(main, ["dream", "--store", str(path), *types, *arguments])

    return invoke


def written(number: int, function: str = "half", text: str = "") -> str:
    """A model's answer: ``number`` variants of a function, no two alike, with ``text`` in them."""
    body = "".join(f"    y = x + {n}\n" for n in range(number % 7 + 1))
    code = f"def {function}(x: int) -> float:\n{body}    z = {text!r}\n    return x * 0.5\n"
    return json.dumps({"dreams": [{"code": code, "reasoning": f"halves {number}"}]})


def model(*, function: str = "half") -> Callable[[Handler], None]:
    """A server that answers each request with another variant."""
    asked = [0]

    def behave(handler: Handler) -> None:
        with handler.server.lock:
            asked[0] += 1
            number = asked[0]
        handler.reply(200, completion(written(number, function)))

    return behave


DREAMS = "SELECT * FROM dream_procedures WHERE status = 'pending_evaluation' ORDER BY id"


def test_without_a_model_transforms_write(run: Callable[..., Result], path: Path) -> None:
    done = run()
    assert done.exit_code == 0, done.output
    found = rows(path, DREAMS)
    assert found
    assert all(row["created_by"].startswith(("transform:", "ruff")) for row in found)
    assert all(row["model_used"] == row["created_by"] for row in found)
    assert re.search(rf"{len(found)} dreams? of 3 procedures in ", done.output)
    assert [line.partition(":")[0] for line in done.output.splitlines()[:3]] == ["clamp", "half", "words"]
    (row,) = rows(path, "SELECT * FROM dream_generation_runs")
    assert (row["strategy"], row["total_dreams_generated"], row["requests"]) == ("balanced", len(found), 0)
    assert row["finished_at"] is not None


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["half"], {"half"}),
        (["2"], {"half"}),
        (["tests/w*", "h?lf"], {"half", "words"}),
        (["*"], {"clamp", "half", "words"}),
    ],
)
def test_procedures_are_chosen(
    run: Callable[..., Result], path: Path, arguments: list[str], names: set[str]
) -> None:
    assert run(*arguments, "--dry-run").exit_code == 0
    assert rows(path, DREAMS) == []
    done = run(*arguments)
    assert {line.partition(":")[0] for line in done.output.splitlines()[: len(names)]} == names


def test_a_procedure_that_is_not_there(run: Callable[..., Result]) -> None:
    done = run("help")
    assert done.exit_code == 2
    assert done.output == (
        "Error: no procedure matches 'help': give an id, a name, PROJECT/NAME, or a pattern with *; the "
        "store has clamp, half, words\n"
    )


def test_only_the_wanted_types(run: Callable[..., Result], path: Path) -> None:
    run("--type", "constraint_relaxation")
    assert {row["dream_type"] for row in rows(path, DREAMS)} == {"constraint_relaxation"}
    assert run("--type", "nonsense").exit_code == 2


def test_a_second_process_is_refused(run: Callable[..., Result], path: Path) -> None:
    with locked(path, "dreaming", "writes dreams into"):
        done = run()
    assert done.exit_code == 2
    assert "another process writes dreams into store" in done.output


def test_a_store_without_procedures(run: Callable[..., Result], tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    assert CliRunner().invoke(main, ["init", "--store", str(empty)]).exit_code == 0
    done = CliRunner().invoke(main, ["dream", "--store", str(empty)])
    assert done.exit_code == 0
    assert done.output.startswith("no procedure in the store; import some with: athena-dreams import FILE")


def test_a_model_writes_within_its_calls(run: Callable[..., Result], path: Path) -> None:
    with serving(model()) as server:
        done = run("half", "--model", "small", "--model-url", server.url, "--calls", "2")
        assert len(server.asked) == 2
    assert done.exit_code == 0, done.output
    found = [row for row in rows(path, DREAMS) if row["model_used"] == "small"]
    assert [row["created_by"] for row in found] == ["model:small"] * 2
    assert {row["reasoning"] for row in found} == {"halves 1", "halves 2"}
    calls = rows(path, "SELECT * FROM dream_calls ORDER BY id")
    assert [row["outcome"] for row in calls] == ["answered"] * 2
    assert {(row["purpose"], row["run_id"], row["procedure_id"]) for row in calls} == {("write", 1, 2)}
    origins = rows(path, "SELECT * FROM dream_origins WHERE writer = 'model:small'")
    assert {row["call_id"] for row in origins} == {row["id"] for row in calls}
    (night,) = rows(path, "SELECT * FROM dream_generation_runs")
    assert json.loads(night["model_usage"]) == {"small": 2}
    assert "2 requests, $0.000000" in done.output
    assert "the budget is used up: all 2 calls are used" in done.output


def test_the_budget_in_money_holds(run: Callable[..., Result], path: Path) -> None:
    with serving(model()) as server:
        done = run(
            "--model", "small", "--model-url", server.url, "--model-price", "100,1000", "--budget", "0.5",
            "--model-tokens", "64",
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        spent = sum(row["cost"] for row in rows(path, "SELECT cost FROM dream_calls"))
    assert 0.2 < spent <= 0.5
    assert len(server.asked) == len(rows(path, "SELECT * FROM dream_calls"))
    assert "the budget is used up" in done.output


def test_a_model_without_a_limit_is_not_asked(run: Callable[..., Result], path: Path) -> None:
    with serving(model()) as server:
        for more in ([], ["--budget", "0"]):
            done = run("--model", "small", "--model-url", server.url, *more)
            assert "no model is asked: give --budget USD, --calls N, or both" in done.output
        assert server.asked == []
    assert rows(path, DREAMS)


def test_a_price_that_is_not_known_is_refused_with_a_budget(run: Callable[..., Result]) -> None:
    done = run("--model", "m", "--model-url", "https://models.example.org/v1", "--budget", "1")
    assert done.exit_code == 2
    assert "the price of m is not known" in done.output


def test_a_dry_run_asks_nobody(run: Callable[..., Result], path: Path) -> None:
    with serving(model()) as server:
        done = run(
            "--model", "m", "--model-url", server.url, "--model-price", "1,2", "--budget", "2", "--dry-run"
        )
        assert server.asked == []
    assert done.exit_code == 0, done.output
    assert re.search(r"3 procedures, up to 15 dreams each: 45 dreams of 3 types\n", done.output)
    assert re.search(r"\d+ prompts may cost \$0\.\d+ without repeats; at most \$2\.0\n", done.output)
    assert rows(path, "SELECT * FROM dream_generation_runs") == []
    assert "nothing is spent" in run("--dry-run").output


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (answers("I can't help with that."), "unreadable"),
        (answers('{"dreams": [{"code": "def half(x', finish="length"), "truncated"),
        (answers("", refusal="no"), "refused"),
        (fails(400, "bad request"), "rejected"),
    ],
)
def test_answers_without_a_dream_are_counted(
    run: Callable[..., Result], path: Path, behaviour: Any, said: str
) -> None:
    with serving(behaviour) as server:
        done = run("words", "--model", "m", "--model-url", server.url, "--calls", "2")
    assert done.exit_code == 0, done.output
    assert {row["outcome"] for row in rows(path, "SELECT outcome FROM dream_calls")} == {said}
    assert re.search(rf"^{said}: ", done.output, re.MULTILINE)
    assert rows(path, DREAMS)  # the places go to transforms


def test_bad_drafts_of_a_model_are_dropped_and_counted(run: Callable[..., Result], path: Path) -> None:
    bad = [
        "def half(x):\n    return (",
        "def other(x): return 1\n",
        "import nowhere\ndef half(x): return 1\n",
    ]
    text = json.dumps({"dreams": [{"code": code, "reasoning": "r"} for code in bad]})
    with serving(answers(text)) as server:
        run("half", "--model", "m", "--model-url", server.url, "--calls", "1")
    dropped = {row["reason"] for row in rows(path, "SELECT * FROM dream_drops WHERE writer = 'model:small'")}
    assert {"entry_point", "imports"} <= dropped <= {"syntax", "entry_point", "imports"}


def test_a_private_procedure_is_in_no_prompt(run: Callable[..., Result], path: Path) -> None:
    with serving(model()) as server:
        run("--model", "m", "--model-url", server.url, "--calls", "40", "--private", "half,wor*")
        assert server.asked
        prompts = json.dumps(server.asked)
    assert "def clamp" in prompts
    assert "def half" not in prompts
    assert "def words" not in prompts
    assert "words" in {row["base_procedure_name"] for row in rows(path, DREAMS)}


def test_no_key_is_left_anywhere(run: Callable[..., Result], path: Path, tmp_path: Path) -> None:
    """Not even if the model repeats it in its code, its reason or an error."""
    echo = json.dumps(
        {"dreams": [{"code": f"def half(x):\n    return {KEY!r}\n", "reasoning": f"the key is {KEY}"}]}
    )
    outputs: list[str] = []
    for script in ([answers(echo)], [fails(401, f"invalid key {KEY}")], [fails(500, f"Bearer {KEY}")]):
        with serving(*script) as server:
            seed = str(len(outputs))
            done = run("half", "--model", "m", "--model-url", server.url, "--calls", "3", "--seed", seed)
            assert any(KEY in headers.get("authorization", "") for headers in server.headers)
        outputs.append(done.output)
    report = tmp_path / "report.html"
    for target in (report, report.with_suffix(".json"), report.with_suffix(".md")):
        CliRunner().invoke(main, ["report", "--store", str(path), "--output", str(target)])
    shown = CliRunner().invoke(main, ["list", "--store", str(path), "--json"]).output
    assert rows(path, "SELECT * FROM dream_procedures WHERE model_used = 'small' AND code LIKE '%***%'")
    assert KEY not in "".join(outputs) + shown
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) >= 5
    assert [file.name for file in files if KEY.encode() in file.read_bytes()] == []


def test_every_type_has_a_contract_that_prompts_say() -> None:
    from pytest_athena_dreams.dreaming.authors import contract_of

    assert {contract_of(kind) for kind in TYPES} == {"superset", "compatible"}


@pytest.mark.parametrize("id_type", [AUTOINCREMENT, SERIAL])
def test_an_athena_file_gets_dreams_as_it_is(tmp_path: Path, id_type: str) -> None:
    path = athena_file(tmp_path / "athena.db", id_type=id_type)
    code = "def double(items: list[int]) -> list[int]:\n    return [n + n for n in items]\n"
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE procedures SET template = ? WHERE name = 'double'", [code])
    db.close()
    done = CliRunner().invoke(main, ["dream", "double", "--store", str(path), *ALONE])
    assert done.exit_code == 0, done.output
    found = rows(path, "SELECT * FROM dream_procedures WHERE status = 'pending_evaluation'")
    assert found
    assert {row["base_procedure_name"] for row in found} == {"double"}
    assert all(row["model_used"] and row["reasoning"] and row["id"] for row in found)
    origins = rows(path, "SELECT dream_id FROM dream_origins")
    assert {row["dream_id"] for row in origins} == {row["id"] for row in found}
    evaluated = CliRunner().invoke(main, ["evaluate", "--store", str(path)])
    assert evaluated.output.startswith(f"{len(found)} of {len(found)} dreams scored")
