"""Rules for the package: imports point one way, names are used once, the jail needs no other package."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from pytest_athena_dreams.session.digests import INVOLVED
from tests.rooms import BEGIN, END, PAGE, ROOT, SHARED, imported, imports, modules, rooms, table

KNOWN_BY = {
    "pytest": {"hookspecs", "plugin", "session"},
    "sqlite_utils": {"store"},
    "hypothesis": {"inputs", "hookspecs", "session"},
    "mcp": {"mcp"},
    "mcp_types": {"mcp"},
}
PARSERS = {
    "source": "the only parser in the parent: no text makes it raise or warn",
    "sandbox": "in the jail, which has a Python of its own",
    "repair": "in a process of its own",
}
"""The rooms that parse Python, and why they may."""
SHARED_CONSTANTS = {"COMMANDS", "T", "_BUILTINS", "_YEAR_10000"}
"""Names that mean the same in each module that defines them."""
LONGEST = 350
"""Lines of a module."""
HEAVY = {"hypothesis", "sqlite_utils", "msgspec", "click", "sqlite3", "asyncio"}
MODULES = [pytest.param(room, path, id=str(path.relative_to(ROOT))) for room, path in modules()]


@pytest.mark.parametrize(("room", "path"), MODULES)
def test_a_module_imports_only_what_its_room_may(room: str, path: Path) -> None:
    allowed = {known.name: {room, *SHARED, *known.imports} for known in rooms()} | {"__init__": set()}
    for line, target in imported(path):
        assert target in allowed[room], f"{path}:{line} imports {target}"
    for line, name in imports(path):
        package = name.partition(".")[0]
        assert room in KNOWN_BY.get(package, {room}), f"{path}:{line} imports {name}"


@pytest.mark.parametrize(("room", "path"), MODULES)
def test_a_module_is_not_long(room: str, path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def test_the_judge_knows_of_the_sandbox_the_grammar_alone() -> None:
    """Both sides read that table; all else that the judge knows of the jail are observations."""
    found = {name for room, path in modules() if room == "judge" for _, name in imports(path)}
    assert {name for name in found if ".sandbox" in name} == {f"{ROOT.name}.sandbox.jail.grammar"}


def test_every_allowed_import_exists() -> None:
    """A rule that nothing needs goes."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for room, path in modules():
        found[room].update(target for _, target in imported(path) if target not in (room, *SHARED))
    assert {room.name: found[room.name] for room in rooms()} == {x.name: set(x.imports) for x in rooms()}


def test_python_is_parsed_in_one_room() -> None:
    """A text of a dream may hold anything: elsewhere its parsing would raise, warn, or take too long."""
    found = {room for room, path in modules() if "ast.parse(" in path.read_text()}
    assert found == set(PARSERS)


def test_imports_point_one_way() -> None:
    """A room imports only rooms that stand below it in the list."""
    names = [room.name for room in rooms()]
    for place, room in enumerate(rooms()):
        assert not set(room.imports) & set(names[: place + 1]), room.name


def test_the_table_in_the_architecture_page_is_current() -> None:
    page = PAGE.read_text()
    assert page[page.index(BEGIN) + len(BEGIN) : page.index(END)] == table(), "run python -m tests.rooms"


def test_no_two_modules_share_a_file_name() -> None:
    names = Counter(path.stem for _, path in modules() if path.stem != "__init__")
    assert {name for name, count in names.items() if count > 1} == set()


MUTABLE = {
    "inputs/pool.py": "what it computes late is cached in it",
    "trial/exploration.py": "it counts while it explores",
}
"""Modules with a dataclass that can't be frozen or have slots, and why."""


def test_a_dataclass_is_frozen_and_has_slots() -> None:
    """So a value that others hold stays as it is, and a misspelt attribute is an error."""
    found = set()
    for _, path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef):
                continue
            for decorator in node.decorator_list:
                if not ast.unparse(decorator).startswith("dataclass"):
                    continue
                given = decorator.keywords if isinstance(decorator, ast.Call) else []
                set_ = {word.arg for word in given if ast.unparse(word.value) == "True"}
                if not {"frozen", "slots"} <= set_:
                    found.add(path.relative_to(ROOT).as_posix())
    assert found == set(MUTABLE)


def constants(path: Path) -> set[str]:
    """The constants that a module defines."""
    found = set()
    for statement in ast.parse(path.read_text()).body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        )
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            found |= {name.id for name in names if isinstance(name, ast.Name) and name.id.isupper()}
    return found


def test_no_two_constants_share_a_name() -> None:
    names = Counter(name for _, path in modules() for name in constants(path))
    assert {name for name, count in names.items() if count > 1} == SHARED_CONSTANTS


@pytest.mark.parametrize("path", sorted((ROOT / "sandbox" / "jail").glob("*.py")), ids=lambda p: p.name)
def test_the_jail_imports_only_the_standard_library_and_its_siblings(path: Path) -> None:
    for line, name in imports(path):
        top = name.partition(".")[0]
        inside = name.startswith(
            ("pytest_athena_dreams.sandbox.jail", "jail.")
        )  # jail: as it is known inside
        assert inside or top in sys.stdlib_module_names, f"{path}:{line} imports {name}"


def loaded_by(module: str) -> set[str]:
    """The packages that come with ``module`` in a process that has pytest."""
    code = (
        f"import sys, pytest; before = set(sys.modules); import {module}; "
        "print(*(m.partition('.')[0] for m in set(sys.modules) - before))"
    )
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_the_plugin_imports_nothing_heavy() -> None:
    assert not HEAVY & loaded_by("pytest_athena_dreams.plugin")


def test_a_digest_names_only_packages_that_are_installed_with_this_one() -> None:
    """One of an extra is not there for users, and a run would end in an internal error."""
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())["project"]
    installed = {re.split(r"[<>=~!\[]", line)[0] for line in project["dependencies"]}
    assert set(INVOLVED) <= {project["name"], *installed}


def test_a_worker_starts_without_the_store_and_a_controller_without_heavy_imports() -> None:
    assert not {"sqlite_utils", "hypothesis"} & loaded_by("pytest_athena_dreams.session.setup")
    assert not {"sqlite_utils", "hypothesis"} & loaded_by("pytest_athena_dreams.session.control")
