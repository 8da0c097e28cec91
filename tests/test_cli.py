from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import pytest_athena_dreams
from pytest_athena_dreams.cli import main
from pytest_athena_dreams.models import Category, Figures, Outcome
from pytest_athena_dreams.store import records
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.jsonl import DreamLine, ProcedureLine

DREAM: dict[str, Any] = {
    "label": "double/1",
    "procedure": {"name": "double", "project": "p", "code": "def double(x):\n    return x + x\n"},
    "code": "def double(x):\n    return 2 * x\n",
    "dream_type": "constraint_relaxation",
    "generated_at": 1_700_000_000,
    "reasoning": "two\nlines",
}
HOSTILE = "\x1b[2J\u202e\x9b\x7f"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, on a terminal of 80 columns, with no settings of the user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("ATHENA_STORE", raising=False)
    return tmp_path


def run(*arguments: str, status: int = 0) -> Result:
    """Run the command, which ends with ``status``."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
    return result


def fill(*dreams: dict[str, Any]) -> None:
    """Import ``dreams`` into the default store."""
    Path("dreams.jsonl").write_text("".join(json.dumps(DREAM | dream) + "\n" for dream in dreams))
    run("import", "dreams.jsonl")


def record(dream_id: int, **fields: Any) -> None:
    """Record a result in the default store."""
    values: dict[str, Any] = {
        "outcome": Outcome.FAILURE,
        "category": Category.LOGIC,
        "athena_outcome": "output_validation_failed",
        "contract": "superset",
        "error": f"wrong {HOSTILE}",
        "failing_input": "double(2)",
        "procedure_result": "4",
        "dream_result": None,
        "figures": Figures(tried=100, accepted=90, rejected=10, elapsed=0.25, cpu=0.125, peak_memory=1 << 20),
        "details": None,
    }
    with Store.open("athena.db") as store:
        started = records.Run(started_at=1, settings="{}", seed=1, versions="{}", sandbox="none")
        store.record(store.begin_run(started), records.Result(dream_id=dream_id, **values | fields))


def test_version_and_help() -> None:
    assert run("--version").stdout == f"athena-dreams, version {pytest_athena_dreams.__version__}\n"
    assert "Exit status: 0 on success, 2 if" in run("--help").stdout


def test_init_makes_a_store_and_leaves_one_that_is_there() -> None:
    assert run("init", "--store", "a.db").stdout == "a.db is ready (dreams: 0)\n"
    run("import", "--store", "a.db", str(_file(DREAM)))
    assert run("init", "--store", "a.db").stdout == "a.db is ready (dreams: 1)\n"


def test_the_store_comes_from_the_option_or_the_environment_or_is_athena_db(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run("init")
    monkeypatch.setenv("ATHENA_STORE", "env.db")
    run("init")
    run("init", "--store", "option.db")
    assert sorted(path.name for path in Path().iterdir()) == ["athena.db", "env.db", "option.db"]


def test_import_makes_the_store_and_says_what_it_did() -> None:
    one, two = _file(DREAM), _file(DREAM | {"label": "two"}, name="two.jsonl")
    assert run("import", str(one), str(two)).stdout == (
        "athena.db: 2 added, 0 updated (0 of them to be tested again), 0 unchanged\n"
    )
    two = _file(DREAM | {"label": "two", "code": "other"}, name="two.jsonl")
    assert run("import", str(one), str(two)).stdout == (
        "athena.db: 0 added, 1 updated (1 of them to be tested again), 1 unchanged\n"
    )


def test_a_malformed_file_is_status_2_and_makes_no_store() -> None:
    result = run("import", str(_file({"tier": 1})), status=2)
    assert result.stderr == (
        "Error: nothing was imported:\n  dreams.jsonl, line 1, key code: missing; "
        "give the Python source of the dream, as text\n"
    )
    assert not Path("athena.db").exists()


def test_the_help_of_import_names_every_key() -> None:
    text = run("import", "--help").stdout
    for key in (*DreamLine.__struct_fields__, *ProcedureLine.__struct_fields__):
        assert key in text


@pytest.mark.parametrize("command", [["list"], ["show", "1"]])
def test_a_missing_store_is_status_2_with_the_remedy(command: list[str]) -> None:
    result = run(*command, "--store", "no.db", status=2)
    assert result.stderr == (
        "Error: no store at no.db; make one with: athena-dreams init --store no.db "
        "(for another store: --store PATH)\n"
    )
    assert result.stdout == ""
    assert not Path("no.db").exists()


@pytest.mark.parametrize("command", [["init"], ["import", "dreams.jsonl"], ["list"]])
def test_a_directory_as_store_is_status_2(command: list[str]) -> None:
    _file(DREAM)
    Path("folder").mkdir()
    result = run(*command, "--store", "folder", status=2)
    assert result.stderr == (
        "Error: folder is a directory, but a store is a file (for another store: --store PATH)\n"
    )


def test_a_wrong_option_is_status_2() -> None:
    assert (
        "Invalid value for '--status': 'new' is not one of 'pending_evaluation'"
        in run("list", "--status", "new", status=2).stderr
    )


def test_list_is_a_table_within_80_columns() -> None:
    fill(
        {},
        {
            "label": "x" * 100 + "/end",
            "dream_type": "cross_project_synthesis",
            "status": "pending_evaluation",
        },
        {"label": f"{HOSTILE[1:3]}\ud800", "code": "x", "tier": None},
        {"label": "ok", "code": "ok"},
    )
    record(1, category=Category.VALIDATION)
    record(4, outcome=Outcome.SUCCESS, category=None)
    assert run("list").stdout == (
        "ID  T  TYPE                     STATE                NAME\n"
        "1   1  constraint_relaxation    failure: validation  double/1\n"
        "2   1  cross_project_synthesis  pending_evaluation   …xxxxxxxxxxxxxxxxxxxxxx/end\n"
        "3   -  constraint_relaxation    pending_test         [2\\ud800\n"
        "4   1  constraint_relaxation    success              ok\n"
    )


def test_a_dream_without_a_label_is_listed_by_its_procedure() -> None:
    fill({})
    _execute("UPDATE dream_procedures SET label = NULL, status = 'odd', dream_type = char(27) || 'x'")
    assert run("list").stdout.splitlines()[1] == "1   1  \\x1bx  odd    double"
    _execute("UPDATE dream_procedures SET base_procedure_name = ''")
    assert run("list").stdout.splitlines()[1] == "1   1  \\x1bx  odd    -"


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ([], [1, 2, 3]),
        (["--status", "tested"], [1]),
        (["--tier", "2"], [2]),
        (["--type", "parameter_exploration"], [3]),
        (["--procedure", "other"], [2]),
        (["--outcome", "failure"], [1]),
        (["--category", "logic"], [1]),
        (["--limit", "2"], [1, 2]),
        (["--tier", "1", "--status", "pending_test"], [3]),
    ],
)
def test_list_filters(filters: list[str], ids: list[int]) -> None:
    fill(
        {},
        {"label": "b", "tier": 2, "procedure": {"name": "other", "code": "x"}},
        {"label": "c", "dream_type": "parameter_exploration"},
    )
    record(1)
    assert [dream["id"] for dream in json.loads(run("list", "--json", *filters).stdout)] == ids


def test_list_as_json() -> None:
    fill({"label": "ü\x80"})
    result = run("list", "--json")
    assert json.loads(result.stdout) == [
        {
            "id": 1,
            "label": "ü\x80",
            "base_procedure_name": "double",
            "dream_type": "constraint_relaxation",
            "tier": 1,
            "status": "pending_test",
            "viability_score": None,
            "test_outcome": None,
            "test_category": None,
            "test_timestamp": None,
            "untestable": None,
        }
    ]
    assert result.stdout.isascii()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_help_fits_80_columns(name: str) -> None:
    lines = CliRunner().invoke(main, [name, "--help"], terminal_width=80).output.splitlines()
    assert [line for line in lines if len(line) > 80] == []


def test_an_empty_list_says_so() -> None:
    run("init")
    result = run("list", "--tier", "3")
    assert (result.stdout, result.stderr) == (
        "",
        "athena.db has no dream, and no procedures: go on with athena-dreams import FILE\n",
    )
    assert json.loads(run("list", "--json").stdout) == []
    Path("tools.py").write_text("def double(x): return 2 * x\n")
    run("import", "tools.py")
    assert run("list").stderr == "athena.db has no dream, and 1 procedure: go on with athena-dreams dream\n"


def test_a_list_without_dreams_names_the_condition_that_none_can_meet() -> None:
    Path("tools.py").write_text("def double(x): return 2 * x\n")
    Path("dreams.py").write_text("# dream of double\ndef twice(x): return x + x\n")
    run("import", "tools.py")
    run("import", "dreams.py")
    assert run("list", "--procedure", "duble").stderr == (
        "athena.db has no dream of a procedure 'duble'; it has dreams of tools.double\n"
    )
    archived = run("archive", "--type", "wild", "--yes").stderr
    assert archived == "athena.db has no dream of a type 'wild'; it has constraint_relaxation\n"
    assert run("list", "--outcome", "failure").stderr == "no dream matches these conditions\n"


def test_an_export_says_what_it_wrote_and_is_status_2_where_it_can_t() -> None:
    Path("tools.py").write_text("def double(x): return 2 * x\n")
    run("import", "tools.py")
    done = run("export", "-o", "out.jsonl")
    assert (done.stdout, done.stderr) == ("", "out.jsonl: 1 line out of athena.db\n")
    assert run("export").stdout == Path("out.jsonl").read_text()
    assert "Could not open file 'gone/out.jsonl'" in run("export", "-o", "gone/out.jsonl", status=2).stderr


def test_show_prints_everything_with_escapes() -> None:
    fill({"code": f"def double(x):\n    return 2 * x  # {HOSTILE}\ud800\n", "viability_score": 0.5})
    record(1)
    _execute("UPDATE dream_test_results SET tested_at = 1700000000")
    _execute("UPDATE dream_procedures SET test_timestamp = 1700000000, evaluated_at = 'soon'")
    _execute("UPDATE procedures SET created_at = 1700000000000")
    assert run("show", "double/1").stdout == EXPECTED
    assert run("show", "1").stdout == EXPECTED


EXPECTED = r"""dream 1
  id                       1
  label                    double/1
  base_procedure_id        1
  base_procedure_name      double
  dream_type               constraint_relaxation
  entry_point              -
  contract                 -
  model_used               -
  generated_description    -
  status                   tested
  tier                     1
  viability_score          0.5
  claude_reasoning         -
  test_outcome             failure
  test_category            logic
  test_error               wrong \x1b[2J\u202e\x9b\x7f
  test_timestamp           2023-11-14 22:13:20 UTC
  novelty_score            -
  cross_project_matches    0
  effectiveness_metric     -
  generated_at             2023-11-14 22:13:20 UTC
  evaluated_at             soon
  created_by               dream_system
  code:
    def double(x):
        return 2 * x  # \x1b[2J\u202e\x9b\x7f\ud800
  reasoning:
    two
    lines
procedure 1
  id                       1
  name                     double
  project                  p
  version                  1
  entry_point              -
  created_at               1700000000000
  private                  -
  source                   -
  code:
    def double(x):
        return x + x
results: 1
  run 1, 2023-11-14 22:13:20 UTC: failure: logic (superset), 90 of 100 inputs accepted, 0.250 s
    error:
      wrong \x1b[2J\u202e\x9b\x7f
    failing_input:
      double(2)
    procedure_result:
      4
"""


def test_show_of_a_dream_without_a_procedure() -> None:
    fill({"procedure": None})
    assert run("show", "1").stdout.endswith("\nno procedure\nresults: 0\n")


def test_show_as_json() -> None:
    fill({"code": HOSTILE})
    record(1)
    _execute("UPDATE dream_procedures SET reasoning = x'00'")
    result = run("show", "double/1", "--json")
    data = json.loads(result.stdout)
    assert (data["dream"]["code"], data["dream"]["label"]) == (HOSTILE, "double/1")
    assert data["dream"]["reasoning"] == "b'\\x00'"
    assert data["procedure"]["name"] == "double"
    assert [(each["run_id"], each["category"]) for each in data["results"]] == [(1, "logic")]
    assert result.stdout.isascii()
    assert result.stdout.replace("\n", "").isprintable()


def test_show_of_a_dream_that_is_not_there_is_status_2() -> None:
    run("init")
    assert run("show", "9", status=2).stderr == (
        "Error: store athena.db has no dream with the id or label '9'; "
        "see which there are with: athena-dreams list --store athena.db\n"
    )


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    fill(*({"label": f"{number}", "code": "x" * 100 + f"{number}"} for number in range(3_000)))
    process = _process("list", "--json")
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline() == b"[\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=60)


def test_a_terminal_that_is_not_utf8_gets_escapes() -> None:
    fill({"label": "ü日"})
    out, err = _process("list", PYTHONIOENCODING="latin-1").communicate(timeout=60)
    assert (out.splitlines()[1].split()[-1], err) == (b"\xfc\\u65e5", b"")


def _process(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    root = str(Path(pytest_athena_dreams.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", "from pytest_athena_dreams.cli import main; main()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": root} | environment,
    )


def _file(*dreams: dict[str, Any], name: str = "dreams.jsonl") -> Path:
    path = Path(name)
    path.write_text("".join(json.dumps(dream) + "\n" for dream in dreams))
    return path


def _execute(sql: str) -> None:
    db = sqlite3.connect("athena.db", isolation_level=None)
    db.execute(sql)
    db.close()
