"""The import rules of the design: one way, and the jail imports nothing but the standard library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_athena_dreams

ROOT = Path(pytest_athena_dreams.__file__).parent
BASE = {"models", "errors", "config", "text", "__init__"}
ALLOWED = {
    "models": set(),
    "errors": set(),
    "text": set(),
    "syntax": set(),
    "config": {"errors"},
    "sandbox": {"models", "errors"},
    "inputs": {"models", "errors"},
    "judge": {"models", "errors"},
    "learn": {"models", "errors", "syntax"},
    "store": {"models", "errors"},
    "report": {"models", "errors", "text", "learn"},
    "repeating": BASE,
    "learning": BASE | {"store", "learn"},
    "isolation": BASE | {"sandbox"},
    "exploration": BASE | {"inputs", "reading", "sandbox"},
    "reference": BASE | {"exploration", "purity", "inputs", "sandbox", "judge"},
    "evidence": BASE | {"reference", "sandbox", "judge"},
    "shrinking": BASE | {"reference", "inputs", "sandbox", "judge"},
    "purity": {"syntax"},
    "reading": {"models", "sandbox", "syntax"},
    "trial": BASE
    | {"purity", "reading", "evidence", "shrinking", "reference", "exploration"}
    | {"inputs", "sandbox", "judge"},
    "engine": BASE | {"trial", "reference", "sandbox"},
    "mending": BASE | {"engine", "sandbox", "store", "learn", "learning"},
    "reporting": BASE | {"store", "learn", "learning", "mending"},
    "session": BASE
    | {"engine", "exploration", "isolation", "sandbox", "judge", "store", "learn", "learning"}
    | {"reporting", "report", "repeating"},
    "hookspecs": set(),
    "plugin": BASE | {"hookspecs", "session"},
    "api": BASE | {"store", "learn", "reporting", "engine", "isolation", "sandbox", "session"},
    "cli": BASE
    | {"store", "learn", "isolation", "sandbox", "reference", "engine", "inputs", "judge"}
    | {"reporting", "report", "mending", "api", "repeating"},
    "__init__": set(),
}
KNOWN_BY = {
    "pytest": {"hookspecs", "plugin", "session"},
    "sqlite_utils": {"store"},
    "hypothesis": {"inputs", "hookspecs", "session"},
}
HEAVY = {"hypothesis", "sqlite_utils", "msgspec", "click", "sqlite3", "asyncio"}


def rooms() -> Iterator[tuple[str, Path]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).parts[0].removesuffix(".py"), path


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a module, as (line, absolute module name)."""
    package = ["pytest_athena_dreams", *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *([node.module] if node.module else [])]
            if node.module:
                yield node.lineno, ".".join(module)
            else:
                yield from ((node.lineno, ".".join([*module, alias.name])) for alias in node.names)


@pytest.mark.parametrize(
    ("room", "path"), [pytest.param(*r, id=str(r[1].relative_to(ROOT))) for r in rooms()]
)
def test_imports_point_one_way(room: str, path: Path) -> None:
    for line, name in imports(path):
        top, _, rest = name.partition(".")
        if top == "pytest_athena_dreams":
            target = rest.partition(".")[0] or "__init__"
            target = "__init__" if target == "__version__" else target
            assert target == room or target in ALLOWED[room] | {"__init__"}, f"{path}:{line} imports {name}"
        elif top in KNOWN_BY:
            assert room in KNOWN_BY[top], f"{path}:{line} imports {name}"


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


def test_a_worker_starts_without_the_store_and_a_controller_without_hypothesis() -> None:
    assert not {"sqlite_utils", "hypothesis"} & loaded_by("pytest_athena_dreams.session.setup")
    assert "hypothesis" not in loaded_by("pytest_athena_dreams.session.control")
