"""A CI runner runs commands that it finds in the output: none of them may come from a dream.

GitHub's runner reads ``##[command]`` anywhere in a line, and ``::command::`` at its start, whitespace aside.
"""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.text import RUNNERS
from tests.dreams import make_store, verdicts
from tests.session.conftest import Run

FAULTS = Path(__file__).parent.parent / "faults" / "github_commands.jsonl"
OWN = re.compile(r"::(error|warning|notice) title=[^:,]*::[^:].*")
"""An annotation of the plugin's own."""
IDENTITY = "def f(n: int) -> int:\n    return n\n"
TEXTS = "def f(n: int) -> list[str]:\n    return [f'::error::row {i} ##[group]' for i in range(60)]\n"
PRINTED = "def f(n: int) -> int:\n    print('::error::x\\n##[group]' * 40, sep='')\n    return n\n"
WORDS = "def f(n: int) -> str:\n    return 'a' * 57 + '::error::' + '##[group]b ' * 20\n"


def line(label: str, code: str, procedure: str = IDENTITY, name: str = "f") -> dict[str, object]:
    return {
        "label": label,
        "code": code,
        "dream_type": "constraint_relaxation",
        "contract": "equivalent",
        "model_used": "::error::model ##[group]",
        "reasoning": "because\n::error::reasons\r::error::more\n  ##[group]",
        "procedure": {"name": name, "project": "p", "code": procedure, "entry_point": "f"},
    }


HOSTILE = [
    line(
        "a line end",
        'def f(n: int) -> int:\n    raise ValueError("\\r::error::x\\n::error::y\\u2028::error::z")\n',
    ),
    line(
        "in a repr",
        'def f(n: int) -> int:\n    return ["##[group]", "###[debug]", "##vso[task.setvariable]"]\n',
    ),
    line(
        "indented",
        'def f(n: int) -> int:\n    """\n    ::add-mask::x\n\t::error::y\n ##[group]\n"""\n    return -n - 1',
    ),
    line("a class", 'def f(n: int) -> int:\n    raise type("##[error]::error::", (Exception,), {})\n'),
    line("large values", TEXTS.replace("{i}", "{i + (i > 30)}"), TEXTS),
    line("printed", PRINTED, IDENTITY),
    line("printed lines", PRINTED.replace("group", "debug"), PRINTED),
    line("long words", WORDS.replace("57", "56"), WORDS),
    line("::error::label ##[group]", "::error::no Python ##[group]\n", name="::error::procedure ##[group]"),
    line("untestable", IDENTITY, 'raise ImportError("::error::x ##[group]\\n::error::y")\n'),
]


@pytest.fixture
def store(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("ATHENA_MAX_EXAMPLES", "20")
    monkeypatch.setenv("COLUMNS", "80")
    faults = [json.loads(text) for text in FAULTS.read_text().splitlines()]
    return make_store(pytester.path / "athena.db", *faults, *HOSTILE)


def commands(output: str) -> list[str]:
    """The lines in which a runner would find a command."""
    lines = re.split(r"[\r\n]", output)
    return [line for line in lines if "##[" in line or "##vso[" in line or line.lstrip().startswith("::")]


def test_the_check_finds_commands() -> None:
    text = "a\n ::error::x\rb ##[group]\n::y ##z\n:: a\n\u2028::c\nx ::d"
    assert commands(text) == [" ::error::x", "b ##[group]", "::y ##z", ":: a", "\u2028::c"]


def test_what_pytest_shows_however_dreams_are_dealt_out(run_dreams: Run, store: Path) -> None:
    """All that pytest can show, and the dreams of the fault list get their verdicts."""
    shown = commands(run_dreams("-vv", "--tb=long", "-rA").stdout.str())
    assert shown
    assert [line for line in shown if not OWN.fullmatch(line) or "##" in line] == []
    found = verdicts(store)
    assert {found[f"github_commands-{n}"] for n in (1, 2)} == {("failure", "runtime"), ("failure", "logic")}


@pytest.mark.parametrize(
    "arguments",
    [["-v"], ["--tb=short", "-q"], ["--tb=line", "-rs"], ["--tb=native", "--co"]],
    ids=" ".join,
)
def test_what_pytest_shows(run_alone: Run, store: Path, arguments: list[str]) -> None:
    found = commands(run_alone(*arguments).stdout.str())
    assert [line for line in found if not OWN.fullmatch(line) or "##" in line] == []
    assert bool(found) == ("--co" not in arguments)


def test_what_pytest_shows_of_known_failures_and_of_errors(
    run_alone: Run, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_alone("-q")
    monkeypatch.setenv("ATHENA_UNTESTABLE", "fail")
    text = run_alone("--athena-select=all", "--athena-baseline=store", "-rA").stdout.str()
    found = commands(text)
    assert found
    assert [line for line in found if not OWN.fullmatch(line) or "##" in line] == []
    assert "::warning title=Dream " in text


def test_unchanged_failures(run_alone: Run, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATHENA_MAX_EXAMPLES")
    run_alone("-q")
    db = sqlite3.connect(store)
    db.execute("UPDATE dream_procedures SET status = 'pending_test'")
    db.commit()
    db.close()
    text = run_alone().stdout.str()
    assert "unchanged, not run again" in text
    assert [line for line in commands(text) if not OWN.fullmatch(line) or "##" in line] == []


CLI = [
    ["list"],
    ["list", "--json"],
    *(["show", str(n), *more] for n in range(1, 11) for more in ([], ["--json"])),
    ["show", "3", "--inputs"],
    *(["report", "--format", form] for form in ("text", "md", "json", "html")),
    *(["repro", str(n), "--output", "-", "--unchecked"] for n in (1, 2, 3, 5, 7, 8)),
    ["repro", "9", "--output", "-"],
    ["show", "##[group]\n::error::x"],
    ["repro", "::error::x ##[group]"],
    ["import", "bad.jsonl"],
    ["import", "bad.json"],
    ["list", "--store", "##[group]\n::error::x.db"],
]


def test_what_the_command_shows(run_alone: Run, store: Path, pytester: pytest.Pytester) -> None:
    run_alone("-q")
    pytester.path.joinpath("bad.jsonl").write_text(
        json.dumps({"code": 1, "dream_type": "\n::error::x ##[group]", "##[group]\n::error::x": 1}) + "\n"
    )
    pytester.path.joinpath("bad.json").write_text("##[group]\n::error::x\n")
    shown = {}
    for arguments in (*CLI, ["repair"]):
        result = CliRunner().invoke(main, arguments, env={"ATHENA_STORE": None})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        shown[" ".join(arguments)] = result.output
    assert {name: found for name, text in shown.items() if (found := commands(text))} == {}
    statuses = json.loads(shown["list --json"])
    assert "::error::label ##[group]" in {dream["label"] for dream in statuses}
    assert "##[group]" in json.dumps(json.loads(shown["report --format json"]))
    assert "u0023#[" in shown["report --format text"]


def test_a_file_of_code_is_the_same_as_elsewhere_and_standard_output_has_equal_code(
    run_alone: Run, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_alone("-q")
    sources: dict[str, list[str]] = {}
    for runner in ("github", "elsewhere", "standard output"):
        if runner == "elsewhere":
            for name in RUNNERS:
                monkeypatch.delenv(name, raising=False)
        if runner == "standard output":
            monkeypatch.setenv("GITHUB_ACTIONS", "true")
        for dream in ("1", "2", "3", "5", "9"):
            path = "-" if runner == "standard output" else f"{runner}.py"
            result = CliRunner().invoke(main, ["repro", dream, "--output", path, "--force", "--unchecked"])
            assert result.exit_code == 0, result.output
            text = result.stdout if path == "-" else Path(path).read_text()
            sources.setdefault(dream, []).append(text)
    for github, elsewhere, shown in sources.values():
        assert github == elsewhere
        assert commands(shown) == []
        assert ast.dump(ast.parse(shown)) == ast.dump(ast.parse(github))


@pytest.mark.parametrize("runner", [None, *RUNNERS])
def test_text_changes_only_under_a_runner(
    run_alone: Run, store: Path, monkeypatch: pytest.MonkeyPatch, runner: str | None
) -> None:
    for name in RUNNERS:
        monkeypatch.delenv(name, raising=False)
    if runner:
        monkeypatch.setenv(runner, "true")
    text = run_alone("athena.db::f::constraint_relaxation-4", "--tb=short").stdout.str()
    assert ("'##vso[task.setvariable]'" in text) == (runner is None)
    assert (r"'\u0023#vso[task.setvariable]'" in text) == (runner is not None)
