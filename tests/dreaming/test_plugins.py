"""Plugins as writers: the hook, what it gets, and what goes wrong in it."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.dreaming.briefing import Briefing
from pytest_athena_dreams.dreaming.drafts import Draft, Subject
from pytest_athena_dreams.dreaming.plugins import PluginAuthor
from pytest_athena_dreams.errors import SettingError
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.lessons import read_lessons
from tests.store.kit import rows

from .kit import ALONE, HALF, store_of

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "swap_operands.py"
SUBJECT = Subject(id=1, name="half", project="p", code=HALF, entry_point=None)


@pytest.fixture
def briefing(tmp_path: Path) -> Briefing:
    with Store.open(store_of(tmp_path / "athena.db", HALF)) as store:
        return Briefing(read_lessons(store))


def plugin(tmp_path: Path, body: str, name: str = "writer") -> str:
    path = tmp_path / f"{name}.py"
    path.write_text(
        f"def pytest_athena_dreams_generate(procedure, dream_type, count, lessons):\n    {body}\n"
    )
    return str(path)


def drafts(author: PluginAuthor, subject: Subject = SUBJECT, **counts: int) -> list[Draft]:
    author.begin(subject, counts or {"conditional_variant": 2})
    return author.collect(subject)


def test_what_a_plugin_gets_and_gives(tmp_path: Path, briefing: Briefing) -> None:
    body = (
        "assert lessons == ()\n"
        "    code = f'def {procedure.name}(x): return {count}'\n"
        "    return [code, (code + '.0', dream_type), code]"
    )
    first, second = drafts(PluginAuthor([plugin(tmp_path, body)], briefing))
    assert (first.code, first.reasoning) == ("def half(x): return 2", "")
    assert (second.code, second.reasoning) == ("def half(x): return 2.0", "conditional_variant")
    assert {one.writer for one in (first, second)} == {"plugin:writer"}
    assert (first.entry_point, first.parents) == ("half", (1,))


def test_a_hook_may_take_less_and_give_nothing(tmp_path: Path, briefing: Briefing) -> None:
    path = tmp_path / "less.py"
    path.write_text("def pytest_athena_dreams_generate(count):\n    return None\n")
    author = PluginAuthor([str(path)], briefing)
    assert (drafts(author), author.problems) == ([], [])


def test_several_plugins_all_write(tmp_path: Path, briefing: Briefing) -> None:
    names = [plugin(tmp_path, f"return ['def half(x): return {n}']", f"w{n}") for n in range(2)]
    assert {one.writer for one in drafts(PluginAuthor(names, briefing))} == {"plugin:w0", "plugin:w1"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "plugin:writer: ZeroDivisionError: division by zero"),
        ("return [7]", "plugin:writer: TypeError: a variant is source, or source and reason, and no int"),
        ("return 7", "plugin:writer: TypeError: 'int' object is not iterable"),
    ],
)
def test_an_error_in_a_plugin_is_said(tmp_path: Path, briefing: Briefing, body: str, said: str) -> None:
    author = PluginAuthor([plugin(tmp_path, body)], briefing)
    assert drafts(author) == []
    assert author.problems == [said]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no_such_module", "can't be loaded: ModuleNotFoundError"),
        ("no_such_file.py", "can't be loaded: FileNotFoundError"),
        ("json", "has no function pytest_athena_dreams_generate"),
    ],
)
def test_what_is_no_plugin(briefing: Briefing, name: str, why: str) -> None:
    with pytest.raises(SettingError, match=why):
        PluginAuthor([name], briefing)


def test_a_private_procedure_is_given_to_none(tmp_path: Path, briefing: Briefing) -> None:
    author = PluginAuthor([plugin(tmp_path, "return []")], briefing, private=[1])
    assert not author.may_write(SUBJECT)
    assert author.may_write(Subject(id=2, name="half", project=None, code=HALF, entry_point=None))


def test_the_example_writes_dreams(tmp_path: Path) -> None:
    path = store_of(tmp_path / "athena.db", "def area(a: int, b: int) -> int:\n    return a * b + 1\n")
    done = CliRunner().invoke(main, ["dream", "--store", str(path), "--plugin", str(EXAMPLE), *ALONE])
    assert done.exit_code == 0, done.output
    codes = {
        row["code"]
        for row in rows(path, "SELECT code FROM dream_procedures WHERE created_by = 'plugin:swap_operands'")
    }
    assert "def area(a: int, b: int) -> int:\n    return 1 + a * b\n" in codes
    assert runpy.run_path(str(EXAMPLE))  # it needs nothing of pytest


def test_a_plugin_that_can_not_be_loaded_ends_the_command(tmp_path: Path) -> None:
    path = store_of(tmp_path / "athena.db", HALF)
    done = CliRunner().invoke(main, ["dream", "--store", str(path), "--plugin", "nowhere.py"])
    assert done.exit_code == 2
    assert "plugin 'nowhere.py' can't be loaded" in done.output


def test_the_recipe_for_openevolve_scores_by_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (EXAMPLE.parent.parent / "docs" / "dreaming.md").read_text()
    recipe = page.partition("### OpenEvolve")[2].partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "procedure.py").write_text(HALF)
    (tmp_path / "right.py").write_text(HALF.replace("x / 2", "x * 0.5"))
    (tmp_path / "wrong.py").write_text(HALF.replace("x / 2", "x // 2"))
    evaluator: dict[str, Any] = {}
    exec(recipe, evaluator)
    assert evaluator["evaluate"]("right.py")["combined_score"] > 0
    assert evaluator["evaluate"]("wrong.py") == {"combined_score": 0.0}
