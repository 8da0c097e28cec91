"""The documentation keeps to the code: its commands run and show what it says, its tables are complete.

A block fenced as ``console`` holds commands, each after ``$ ``, with what they print below them: every line
of that must be printed, in that order. ``...`` in a line stands for anything, alone on a line for any lines.
The blocks of one page run one after another in one folder that holds a copy of ``examples``. A command ends
with the status that fits what is shown: 1 for failed tests, 4 for a usage error, else 0.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from pytest_athena_dreams.config import SETTINGS, Setting, Settings
from pytest_athena_dreams.judge.categories import ATHENA_OUTCOMES
from pytest_athena_dreams.llm.configuration import MODEL_SETTINGS, ModelSettings, written
from pytest_athena_dreams.models import DEFAULT_CONTRACTS, Category, Contract, DreamType, Reason
from pytest_athena_dreams.store.database import Store
from tests.store.kit import ATHENA_DREAMS, ATHENA_PROCEDURES, AUTOINCREMENT

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
DECISIONS = sorted(ROOT.glob("docs/design/*.md"))
NOT_RUN = {
    "athena-dreams doctor --attack": "tests/test_cli_jail.py",
    "python benchmarks/isolation.py": ".github/workflows/ci.yml",
}
"""Commands in ``console`` blocks that are not run here, for they take long, with what runs them."""
SETUP = re.compile(r"^python3 -m venv .*$", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One command of a page, and what is shown below it."""

    line: str
    shown: tuple[str, ...]


def commands(page: Path) -> list[Command]:
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line != "...":
                found[-1][1].append(line)
    return [Command(line, tuple(shown)) for line, shown in found]


def rows(page: str, heading: str) -> dict[str, str]:
    """The lines of the table below ``heading``, by the text of their first cell."""
    part = (ROOT / page).read_text().partition(f"\n{heading}\n")[2]
    lines = [line for line in part.partition("\n#")[0].splitlines() if line.startswith("| `")]
    return {line.split("|")[1].strip(" `"): line for line in lines}


def setting_row(setting: Setting) -> str:
    default = next(field.default for field in fields(Settings) if field.name == setting.name)
    names = f"| `{setting.option}` | `{setting.variable}` | `{setting.ini}` |"
    return f"{names} `{setting.written(default)}` | {setting.expects} | {setting.help} |"


@pytest.mark.parametrize(
    "page", [p for p in PAGES if commands(p)], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_commands_show_what_the_page_says(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    environment = {
        n: v for n, v in os.environ.items() if not n.startswith(("ATHENA_", "PYTEST_", "PYTHONDONT"))
    }
    environment |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for command in commands(page):
        if command.line in NOT_RUN:
            continue
        ran = subprocess.run(
            command.line,
            shell=True,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        printed = iter(ran.stdout.splitlines())
        for line in command.shown:
            pattern = "*".join(map(fnmatch_escaped, line.split("...")))
            assert any(fnmatch.fnmatchcase(got, pattern) for got in printed), (
                f"$ {command.line}\n{ran.stdout}\nhas no line (after the ones above it): {line}"
            )
        assert ran.returncode == status(command), f"$ {command.line}\n{ran.stdout}"


def status(command: Command) -> pytest.ExitCode:
    if any(re.match(r"=+ \d+ failed", line) for line in command.shown):
        return pytest.ExitCode.TESTS_FAILED
    if any(line.startswith("ERROR: ") for line in command.shown):
        return pytest.ExitCode.USAGE_ERROR
    return pytest.ExitCode.OK


def fnmatch_escaped(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)


def test_what_is_not_run_is_in_the_docs() -> None:
    shown = {command.line for page in PAGES for command in commands(page)}
    assert set(NOT_RUN) <= shown


def test_what_is_not_run_here_is_run_elsewhere() -> None:
    for line, runner in NOT_RUN.items():
        words = line.split()[1:]
        text = (ROOT / runner).read_text()
        assert all(word in text for word in words), f"{runner} does not run: {line}"


def test_ci_runs_the_benchmarks_as_they_are_shown() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    page = (ROOT / "benchmarks/README.md").read_text()
    shown = re.findall(r"^```sh\n(.*)\n```$", page, re.MULTILINE)
    assert len(shown) >= 2
    assert [line for line in shown if f"- run: {line}\n" not in workflow] == []


def test_the_readme_has_two_set_up_lines_that_ci_runs() -> None:
    demo, tests = SETUP.findall((ROOT / "README.md").read_text())
    assert demo.endswith(".venv/bin/athena-dreams demo")
    assert ".venv/bin/pytest" in tests
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_failure_in_the_readme_is_a_real_one() -> None:
    readme = (ROOT / "README.md").read_text()
    shown = re.findall(r"^  [> ] +\d+ \| (.*)$", readme, re.MULTILINE)
    packaged = (ROOT / "pytest_athena_dreams" / "demo.jsonl").read_text().splitlines()
    assert any(json.loads(line)["code"].splitlines()[: len(shown)] == shown for line in packaged)


@pytest.mark.parametrize("page", [*PAGES, *DECISIONS], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" not in target:
            yield target


def test_the_readme_leads_to_every_page() -> None:
    linked = {(ROOT / target.partition("#")[0]).resolve() for target in links(ROOT / "README.md")}
    assert [page.name for page in PAGES if page != ROOT / "README.md" and page not in linked] == []


def test_the_index_lists_every_decision() -> None:
    index = ROOT / "docs/design/README.md"
    listed = [target for target in links(index) if "/" not in target]
    assert sorted(listed) == [page.name for page in DECISIONS if page != index]


def test_every_decision_says_what_was_measured() -> None:
    for page in DECISIONS:
        if page.name not in ("README.md", "rejected.md"):
            parts = re.findall(r"^\*\*(.+?)\.\*\*", page.read_text(), re.MULTILINE)
            assert parts == ["Decision", "Why", "Measurement", "What follows"], page.name


def test_every_setting_is_documented_as_it_is() -> None:
    documented = rows("docs/configuration.md", "## Settings")
    assert documented.pop("--athena-dreams")
    expected = {setting.option: setting_row(setting) for setting in SETTINGS}
    missing = "\n".join(row for option, row in expected.items() if documented.get(option) != row)
    assert not missing, f"docs/configuration.md should have:\n{missing}"
    assert list(documented) == list(expected)


def test_every_setting_of_models_is_documented_as_it_is() -> None:
    defaults = {field.name: field.default for field in fields(ModelSettings)}
    expected = {
        one.option: f"| `{one.option}` | `{one.variable}` | `{written(one, defaults[one.name])}` "
        f"| {one.expects} | {one.help} |"
        for one in MODEL_SETTINGS
    }
    assert rows("docs/configuration.md", "## Settings of models") == expected


def test_the_architecture_names_every_room_and_every_dependency() -> None:
    package = ROOT / "pytest_athena_dreams"
    rooms = {f"{p.name}/" for p in package.iterdir() if (p / "__init__.py").exists()}
    rooms |= {p.name for p in package.glob("*.py")} - {"__init__.py"}
    assert set(rows("ARCHITECTURE.md", "## Rooms")) == rooms
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "ARCHITECTURE.md").read_text().partition("## Dependencies")[2].partition("\n#")[0]
    named = {
        name for line in text.splitlines() if line.startswith("| ") for name in re.split(r"[ ,|]+", line)
    }
    required = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert [word for word in required if re.split(r"[>=\[]", word)[0] not in named] == []


def test_every_contract_and_its_default_types_are_documented() -> None:
    for page, heading in (
        ("README.md", "## Contracts"),
        ("docs/contracts-and-categories.md", "## Contracts"),
    ):
        table = rows(page, heading)
        assert list(table) == list(Contract)
        for kind in DreamType:
            assert [c for c in Contract if f"`{kind}`" in table[c]] == [DEFAULT_CONTRACTS[kind]]


def test_every_category_is_documented_with_athenas_word() -> None:
    table = rows("docs/contracts-and-categories.md", "## Categories")
    assert list(table) == list(Category)
    for category in Category:
        assert table[category].endswith(f"| `{ATHENA_OUTCOMES[category]}` |")
        assert f"`{category}`" in (ROOT / "README.md").read_text()


def test_every_reason_is_documented() -> None:
    assert list(rows("docs/contracts-and-categories.md", "## Untestable")) == list(Reason)


def test_every_table_and_column_of_the_store_is_documented(tmp_path: Path) -> None:
    athena = sqlite3.connect(":memory:")
    athena.execute(ATHENA_PROCEDURES.format(id=AUTOINCREMENT))
    athena.execute(ATHENA_DREAMS.format(id=AUTOINCREMENT))
    Store.create(tmp_path / "athena.db").close()
    own = sqlite3.connect(tmp_path / "athena.db")
    query = "SELECT name FROM pragma_table_info(?)"
    tables = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '[_s]*'"  # not SQLite's own
    )
    for (table,) in own.execute(tables).fetchall():
        documented = rows("docs/store.md", f"### `{table}`")
        columns = [name for (name,) in own.execute(query, [table])]
        assert sorted(documented) == sorted(columns)
        theirs = {name for (name,) in athena.execute(query, [table])}
        if theirs:
            marked = {column for column, row in documented.items() if "| ours: " in row}
            assert marked == set(columns) - theirs
    athena.close()
    own.close()
