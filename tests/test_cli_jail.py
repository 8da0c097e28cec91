"""The commands that look into the jail: ``inputs``, ``show --inputs``, ``doctor``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.sandbox.attacks.run import ATTACKS
from tests.dreams import CLAMP, dream, make_store


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_inputs_shows_what_a_function_would_be_fed(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        'def first(xs):\n    """First.\n\n    >>> first([3, 4])\n    3\n    """\n    return xs[0]\n'
    )
    result = run("inputs", f"{path}::first", "--max-examples", "20")
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert "first([3, 4])" in lines
    assert lines[lines.index("first([3, 4])") + 1] == "    returned 3"
    assert any(line.endswith("of 20 inputs in the domain") for line in lines)
    assert any(line.startswith("# 1 examples of the docstring, ") for line in lines)
    assert "    raised IndexError: list index out of range" in lines


def test_inputs_refuses_what_it_can_not_read(tmp_path: Path) -> None:
    result = run("inputs", f"{tmp_path / 'none.py'}::f")
    assert result.exit_code == 2
    assert "can't read" in result.output
    (tmp_path / "odd.py").write_text("def f(x: 'Nothing'): pass\n")
    result = run("inputs", str(tmp_path / "odd.py"))
    assert result.exit_code == 2
    assert "no strategy for parameter 'x': Nothing" in result.output


def test_show_inputs_shows_the_pool_of_a_dreams_procedure(tmp_path: Path) -> None:
    store = make_store(tmp_path / "athena.db", dream("mine", CLAMP))
    result = run("show", "mine", "--store", str(store), "--inputs")
    assert result.exit_code == 0
    assert "clamp(0, 0, 0)" in result.output.splitlines()


def test_doctor_prints_the_mode_and_sets_its_exit_status(tmp_path: Path) -> None:
    result = run("doctor", "--json")
    report = json.loads(result.output)
    assert result.exit_code == (0 if report["met"] else 1)
    assert {check["name"] for check in report["checks"]} >= {"--athena-sandbox=landlock"}
    assert "Not tried yet" in run("doctor").output


def test_doctor_refuses_a_mode_that_there_is_not() -> None:
    result = run("doctor", "--sandbox", "steel")
    assert result.exit_code == 2
    assert "invalid value 'steel' for --sandbox: expected one of auto" in result.output


def test_doctor_attack_tries_the_packaged_hostile_dreams(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each group, for ``tests/sandbox/test_hostile.py`` tries all of them, in this mode too."""
    chosen = tuple({attack.group: attack for attack in ATTACKS}.values())
    monkeypatch.setattr("pytest_athena_dreams.sandbox.attacks.run.ATTACKS", chosen)
    result = run("doctor", "--attack", "--sandbox", "landlock", "--json")
    assert result.exit_code == 0, result.output
    tried = json.loads(result.output)
    assert [row["name"] for row in tried] == [*(attack.name for attack in chosen), "the end of the run"]
    assert all(row["held"] for row in tried)
