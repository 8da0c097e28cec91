"""``athena-dreams check`` for one variant and for many, its JSON, and ``check_many``."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_athena_dreams import api
from pytest_athena_dreams.agents.answer import (
    Answered,
    answer_of,
    as_line,
    check_schema,
    packaged_check_schema,
    refusal_of,
)
from pytest_athena_dreams.agents.batch import read_variants
from pytest_athena_dreams.agents.checker import Checked, Checker
from pytest_athena_dreams.agents.crew import Crew
from pytest_athena_dreams.agents.variant import Variant
from pytest_athena_dreams.agents.worker import Worker, WorkerLost
from pytest_athena_dreams.cli.check import opened
from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.errors import DreamsError, SandboxError, SettingError
from pytest_athena_dreams.models import Contract, Fault, Figures, Outcome, Verdict
from pytest_athena_dreams.store.database import Store
from tests.agents.kit import run
from tests.dreams import CLAMP, dream, make_store

GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    if low > high: raise ValueError\n"
GOOD += "    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "min(low, max(x, high))")
TWICE = "def twice(x: int) -> int:\n    return 2 * x\n"
FEW = Settings(max_examples=20, evidence="off")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    texts = {
        "old": CLAMP,
        "good": GOOD,
        "bad": BAD,
        "two": TWICE + GOOD,
        "gone": "import gone_from_here\n" + CLAMP,
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def answer(*words: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """The exit status, and the JSON that was printed, which keeps to the schema."""
    ran = run("check", "--format", "json", "--max-examples", "20", *words, **more)
    data = json.loads(ran.stdout)
    jsonschema.validate(data, packaged_check_schema())
    return ran.exit_code, data


@pytest.mark.parametrize(
    ("words", "status", "verdict"),
    [
        (("good.py", "--like", "old.py"), 0, "passed"),
        (("two.py::clamp", "--like", "old.py::clamp"), 0, "passed"),
        (("two.py", "--entry-point", "clamp", "--like", "old.py"), 0, "passed"),
        (("bad.py", "--like", "old.py"), 1, "failed"),
        (("good.py", "--like", "gone.py"), 3, "untestable"),
        (("none.py", "--like", "old.py"), 2, "refused"),
        (("good.py", "--like", "old.py", "--timeout", "x"), 2, "refused"),
        (("good.py",), 0, "passed"),
    ],
)
def test_the_exit_status_says_the_verdict(
    files: Path, words: tuple[str, ...], status: int, verdict: str
) -> None:
    got, data = answer(*words)
    assert (got, data["verdict"]) == (status, verdict)


def test_a_failure_says_what_to_change(files: Path) -> None:
    _, data = answer("bad.py", "--like", "old.py", "--contract", "superset")
    assert (data["contract"], data["category"]) == ("superset", "logic")
    assert data["call"].startswith("clamp(")
    assert data["expected"].startswith("returned ")
    assert data["rule"]
    assert data["repair"] is None
    assert (data["schema"], data["version"], data["seed"]) == ("athena-dreams-check", 1, 0)


def test_a_repair_that_passes_is_given_with_its_code(files: Path) -> None:
    (files / "forgot.py").write_text("def f(x: float) -> float:\n    return math.floor(x)\n")
    (files / "floor.py").write_text("import math\ndef f(x: float) -> float:\n    return math.floor(x)\n")
    _, data = answer("forgot.py", "--like", "floor.py")
    assert "import math" in data["repair"]["code"]
    assert data["repair"]["accepted"] > 0
    assert answer("forgot.py", "--like", "floor.py", "--no-repair")[1]["repair"] is None
    shown = run("check", "forgot.py", "--like", "floor.py").stdout
    assert "a repair passes on" in shown
    assert "+import math" in shown


def test_the_text_form_says_the_same(files: Path) -> None:
    ran = run("check", "bad.py", "--like", "old.py")
    assert ran.exit_code == 1
    assert ran.stdout.startswith("failed (logic): bad.py: ")
    assert "    clamp(" in ran.stdout
    ran = run("check", "good.py", "--like", "gone.py")
    assert ran.stdout.startswith("untestable (missing_package): good.py: ")
    assert run("check", "none.py").stderr.startswith("Error: can't read none.py: No such file")


def test_the_function_is_named_where_it_was_a_guess(files: Path) -> None:
    assert "    tested: clamp, a guess: " in run("check", "two.py").stdout
    assert "a guess" not in run("check", "two.py::twice").stdout
    assert "a guess" not in run("check", "good.py", "--like", "old.py").stdout


def test_a_refused_line_is_named_once() -> None:
    ran = run("check", "--all", "-", given="no JSON")
    assert (ran.exit_code, ran.stdout[:27]) == (2, "refused: line 1: Expecting ")


def test_standard_input_is_a_file() -> None:
    assert run("check", "-", given=TWICE).exit_code == 0


def test_a_closed_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DreamsError, match="standard input is closed"), opened("-"):
        pass


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), "0 files given"),
        (("a.py", "b.py"), "2 files given"),
        (("--git", "HEAD", "--like", "x.py"), "--like does not go with --git"),
        (("-", "--like", "-::f"), "both are standard input"),
        (("--all", "-", "--like", "-"), "both are standard input"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(words: tuple[str, ...], part: str) -> None:
    ran = run("check", *words)
    assert (ran.exit_code, part in ran.stderr) == (2, True)


def test_many_variants_stream_a_line_each(files: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"code": GOOD, "label": "good"},
        {"code": BAD, "label": "bad"},
        {"code": TWICE.replace("2", "3"), "like": TWICE, "label": "own procedure"},
        {"code": TWICE, "procedure": {"name": "twice", "code": TWICE, "entry_point": "twice"}},
        {"no code": 1},
    ]
    text = "\n".join(map(json.dumps, lines)) + "\n\nno json\n"
    (files / "many.jsonl").write_text(text)
    words = ("check", "--all", "many.jsonl", "--like", "old.py", "--format", "json", "--max-examples", "20")
    ran = run(*words, "--workers", "2")
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    for data in found:
        jsonschema.validate(data, packaged_check_schema())
    assert {data["name"]: data["verdict"] for data in found} == {
        "good": "passed",
        "bad": "failed",
        "own procedure": "failed",
        "line 4": "passed",
        "line 5": "refused",
        "line 7": "refused",
    }
    assert ran.exit_code == 1


def test_a_line_is_read_no_sooner_than_it_is_needed() -> None:
    """So that a program can write a line, read its verdict, and write the next."""
    read: list[int] = []

    def lines() -> Iterator[bytes]:
        for n in range(3):
            read.append(n)
            yield json.dumps({"code": TWICE}).encode()

    def usable() -> Iterator[Variant]:
        for line in read_variants(lines(), like=TWICE):
            assert isinstance(line.variant, Variant)
            yield line.variant

    with Crew(FEW, 1) as crew:
        for place, _ in crew.check(usable()):
            assert read == list(range(place + 1))


def test_the_shipped_schema_is_that_of_the_classes() -> None:
    assert packaged_check_schema() == check_schema(), "run just docs"
    jsonschema.Draft202012Validator.check_schema(check_schema())


def test_every_key_of_an_answer_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "agents.md").read_text()
    keys = set(check_schema()["$defs"]["Answer"]["properties"]) - {field.name for field in fields(Figures)}
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_the_schema_notices_what_is_missing() -> None:
    data = json.loads(as_line(refusal_of("no", name=None)))
    jsonschema.validate(data, packaged_check_schema())
    del data["verdict"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, packaged_check_schema())


def test_a_hostile_text_stays_in_its_line_of_ascii() -> None:
    text = '\ud800\u202e\x1b[31m\n{}"verdict": "passed"'
    fault = Fault(category="logic", summary=text, expected=text, got=text, call=text)  # type: ignore[arg-type]
    verdict = Verdict(dream_id=0, outcome=Outcome.FAILURE, contract=Contract.EQUIVALENT, faults=(fault,))
    line = as_line(answer_of(Variant(code=text), Checked(verdict=verdict), name=text, seed=0))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["verdict"] == "failed"


def test_each_verdict_has_a_status() -> None:
    assert {a.value: a.status for a in Answered} == {"passed": 0, "failed": 1, "refused": 2, "untestable": 3}


@pytest.mark.parametrize("workers", [1, 2])
def test_many_verdicts_are_those_of_single_checks(workers: int) -> None:
    codes = [GOOD, BAD, "def clamp(:", GOOD.replace("[1]", "[0]"), BAD]
    found = {
        v.dream_id: v.category
        for v in api.check_many(codes, like=CLAMP, workers=workers, max_examples=20, evidence="off")
    }
    singly = {
        n: api.check(code, like=CLAMP, max_examples=20, evidence="off").category
        for n, code in enumerate(codes)
    }
    assert found == singly
    assert set(found) == set(range(5))


def test_a_variant_may_name_its_own_procedure() -> None:
    asked = [
        api.Variant(code=TWICE, like=TWICE),
        api.Variant(code=TWICE.replace("2", "3"), like=TWICE, contract=Contract.COMPATIBLE),
        api.Variant(code=TWICE.replace("2", "3"), like=TWICE),
    ]
    found = {v.dream_id: v.outcome.value for v in api.check_many(iter(asked), workers=2, max_examples=20)}
    assert found == {0: "success", 1: "success", 2: "failure"}


def test_the_rest_is_not_tested_for_someone_who_stops() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield TWICE

    first = next(iter(api.check_many(endless(), like=TWICE, max_examples=20)))
    assert first.outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"workers": 0}, "invalid value 0 for the argument workers"),
        ({"contract": "same"}, "invalid value 'same' for the argument contract"),
        ({"seed": -1}, "the argument seed"),
        ({"seeds": 1}, "no such setting: seeds"),
        ({"workers": "2"}, "invalid value '2' for the argument workers"),
        ({"entry_point": 1}, "invalid value 1 for the entry_point of a variant"),
    ],
)
def test_an_invalid_argument_is_refused_at_once(arguments: dict[str, Any], part: str) -> None:
    with pytest.raises(DreamsError, match=part):
        api.check_many([TWICE], like=TWICE, **arguments)


@pytest.mark.parametrize(
    ("variants", "part"),
    [
        (TWICE, "expected a list"),
        (api.Variant(code=TWICE), "expected a list"),
        ([3], "invalid value 3 for the code of a variant"),
        ([{"code": TWICE}], "for the code of a variant"),
        ([api.Variant(code=TWICE, like=b"x")], "for the like of a variant"),  # type: ignore[arg-type]
        ([api.Variant(code=TWICE, contract="same")], "argument contract"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_variant_is_refused_at_once(variants: Any, part: str) -> None:
    with pytest.raises(SettingError, match=part):
        api.check_many(variants)


def test_one_piece_of_code_is_text() -> None:
    with pytest.raises(SettingError, match="for the code of a variant"):
        api.check(None)  # type: ignore[arg-type]


def test_a_check_starts_no_second_jail() -> None:
    """The second check costs its own time alone."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    api.check(TWICE, like=TWICE, max_examples=21)
    before = children.read_text()
    api.check(TWICE.replace("2", "3"), like=TWICE, max_examples=21)
    assert children.read_text() == before


def test_threads_take_turns() -> None:
    found: list[Outcome] = []

    def work() -> None:
        found.append(api.check(TWICE, like=TWICE, max_examples=20).outcome)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Outcome.SUCCESS] * 3


def descendants(pid: int) -> set[int]:
    """All processes below one, as far as they are still running."""
    found: set[int] = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found |= {int(folder.name)} | descendants(int(folder.name))
    return found


def running(pids: set[int]) -> set[int]:
    """Those of ``pids`` that run: neither gone nor waiting to be collected."""
    alive = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            alive.add(pid)
    return alive


def ended(pids: set[int], patience: float = 20.0) -> bool:
    """Whether all of them end in time."""
    deadline = time.monotonic() + patience
    while running(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not running(pids)


def test_killing_a_worker_ends_its_jails() -> None:
    worker = Worker(FEW)
    worker.request(Variant(code=TWICE, like=TWICE))
    assert worker.answer().verdict.outcome is Outcome.SUCCESS
    below = descendants(worker.pid)
    assert below
    worker.kill()
    assert ended(below)


def end_processes(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_a_worker_that_ends_is_replaced_and_its_variant_tested_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hang = "def twice(x: int) -> int:\n    while True: pass\n"
    with Crew(Settings(max_examples=20, timeout=1.5), 1) as crew:
        list(crew.check([Variant(code=TWICE, like=TWICE)]))
        (worker,) = crew._idle
        send = worker.send

        def send_and_end(task: str, data: Any) -> None:
            send(task, data)
            end_processes({worker.pid})  # it has the request, and can't have answered: the test takes longer

        monkeypatch.setattr(worker, "send", send_and_end)
        found = dict(crew.check([Variant(code=hang, like=TWICE)]))
        assert crew._idle != [worker]
    assert found[0].verdict.category == "timeout"


def test_verdicts_are_those_of_a_run(tmp_path: Path) -> None:
    """Of the same seed: outcome, category, smallest call, and all figures but times and memory."""
    codes = [GOOD, BAD, "def clamp(:", GOOD.replace("[1]", "[0]"), CLAMP.replace("max(", "(", 1), CLAMP]
    lines = [dream(f"d{n}", code, contract="equivalent") for n, code in enumerate(codes)]
    lines.append(dream("twice", TWICE.replace("2 * x", "x << 1"), procedure=TWICE, contract="equivalent"))
    path = make_store(tmp_path / "athena.db", *lines)
    words = [sys.executable, "-m", "pytest", "--athena-dreams", "--athena-store", str(path), "-q"]
    words += ["--athena-seed", "3", "--athena-max-examples", "40", "-p", "no:cacheprovider", "--rootdir"]
    subprocess.run([*words, str(tmp_path)], capture_output=True, cwd=tmp_path)
    with Store.open(path) as store:
        rows = [store.details(line["label"]).history[-1].result for line in lines]
    variants = [
        Variant(
            code=line["code"],
            like=line["procedure"]["code"],
            like_entry_point=line["procedure"]["entry_point"],
            name=line["procedure"]["name"],
        )
        for line in lines
    ]
    found = {v.dream_id: v for v in api.check_many(variants, workers=2, seed=3, max_examples=40)}

    def steady(outcome: str, category: str | None, call: str | None, figures: Figures) -> tuple[object, ...]:
        counted = (figures.tried, figures.accepted, figures.evidence, figures.lines_reached, figures.widened)
        return outcome, category, call, counted, figures.not_compared

    whole = [steady(r.outcome, r.category, r.failing_input, r.figures) for r in rows]
    ours = [
        steady(v.outcome, v.category, v.faults[0].call if v.faults else None, v.figures)
        for _, v in sorted(found.items())
    ]
    assert ours == whole
    assert {outcome for outcome, *_ in whole} == {"success", "failure"}


def test_a_worker_without_a_jail_says_why() -> None:
    worker = Worker(Settings(sandbox="landlock", sandbox_minimum="bwrap"))
    try:
        worker.request(Variant(code=TWICE))
        with pytest.raises(DreamsError, match="weaker than"):
            worker.answer()
    finally:
        worker.kill()


def test_a_worker_that_is_gone_is_lost() -> None:
    worker = Worker(FEW)
    worker.kill()
    with pytest.raises((WorkerLost, ValueError)):
        worker.request(Variant(code=TWICE))


def test_a_variant_that_ends_its_worker_twice_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_athena_dreams.agents import worker

    monkeypatch.setattr(worker, "_COMMAND", ("false",))
    with Crew(FEW, 1) as crew, pytest.raises(SandboxError, match=r"variant 0: .* ended 2 times"):
        list(crew.check([Variant(code=TWICE)]))


def test_a_checker_repairs_only_what_failed_against_a_procedure() -> None:
    with Checker(FEW) as checker:
        assert checker.check(Variant(code=TWICE, like=TWICE), repair=True).repair is None
        assert checker.check(Variant(code="def f(x: int) -> str: return x\n"), repair=True).repair is None
