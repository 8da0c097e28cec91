"""Procedures and dreams from Python files, for an import.

A file gives its functions as procedures, each with the helpers and imports that it needs; a file that names
some of its functions as dreams gives only these. A file without functions that was named itself is one
procedure, or one dream, as a whole. Nothing here runs code or touches a store.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import decode_source
from pathlib import Path

from msgspec import UNSET

from ..models import Contract, DreamType
from ..source.extracts import (
    DreamOf,
    Extract,
    callables,
    classes,
    dreams_named,
    extract,
    public_functions,
    script,
)
from ..source.slices import Module, read_module
from ..store.jsonl import DreamLine, Entry, Line, ProcedureLine, refuse

_OTHER_FOLDERS = frozenset({"tests", "test", "site-packages", "node_modules", "build", "dist"})
"""Folders inside a folder to import that are left out, besides hidden ones and virtual environments."""
_OTHER_FILES = frozenset({"conftest.py", "setup.py", "noxfile.py", "__main__.py"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which functions to take: those named, with ``everything`` private ones and methods too, else the
    public ones. ``project`` is ``None`` for the name in the nearest ``pyproject.toml``.
    """

    functions: tuple[str, ...] = ()
    everything: bool = False
    project: str | None = None

    @property
    def by_default(self) -> bool:
        """Whether nobody said which functions to take."""
        return not (self.functions or self.everything)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What files hold. ``needs`` are modules of their own project that the sources import, ``classes`` those
    whose methods nobody asked for.
    """

    lines: tuple[Line | Entry, ...]
    needs: tuple[str, ...]
    classes: tuple[str, ...] = ()


def is_python(path: Path) -> bool:
    """Whether ``path`` is read by :func:`read_python`: a folder, or a file whose name says so."""
    return path.is_dir() or path.suffix == ".py"


def read_python(paths: Sequence[Path], choice: Choice) -> Found:
    """Read the functions of all files, in order. Raises ``ImportFileError``."""
    entries: list[Entry] = []
    dreams: dict[str, Line] = {}
    needs: set[str] = set()
    problems: list[str] = []
    left_out: list[str] = []
    missing = set(choice.functions)
    files = [file for given in paths for file in _files(given, problems)]
    for path in files:
        try:
            module = _module(path)
            named = dreams_named(module)
        except ValueError as problem:
            problems.append(f"{path}, {problem}")
            continue
        home = _Home.of(path)
        names = list(named) or _chosen(module, choice)
        missing -= set(names)
        if not named and choice.by_default:
            left_out += classes(module)
        extracts = [extract(module, name, package=home.package) for name in names]
        if path in paths and not choice.functions and (whole := script(module)):
            extracts.append(whole[0])
            named |= {"": whole[1]} if whole[1] is not None else {}
        for found in extracts:
            name = found.name
            needs |= home.own(found)
            if name not in named:
                entries.append(_entry(path, home, found, choice))
                continue
            try:
                line = _dream(path, home, found, named[name])
            except ValueError as problem:
                problems.append(f"{path}, {problem}")
                continue
            if line.label in dreams:
                problems.append(f"{path}: {line.label} is also a dream in {dreams[line.label].where}")
            dreams[line.label] = line
    if missing and not problems:
        problems.append(f"no file has a function {', '.join(sorted(missing))}; check --functions")
    if not (entries or dreams or problems):
        given = ", ".join(map(str, paths))
        problems.append(
            f"no public function in {given}; take private ones and methods by --all"
            if files
            else f"no Python file in {given} (tests and hidden folders are left out)"
        )
    refuse(problems)
    return Found(
        lines=(*entries, *dreams.values()), needs=tuple(sorted(needs)), classes=tuple(dict.fromkeys(left_out))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """Where a module lives: the folder that it is imported from, its package there, and its own name."""

    root: Path
    package: str
    name: str

    @classmethod
    def of(cls, path: Path) -> _Home:
        folder, parts = path.resolve().parent, [path.stem] if path.stem != "__init__" else []
        package: list[str] = []
        while (folder / "__init__.py").exists():
            package.insert(0, folder.name)
            folder = folder.parent
        return cls(root=folder, package=".".join(package), name=".".join([*package, *parts]))

    def own(self, found: Extract) -> set[str]:
        """The modules of its own project that a source imports."""
        named = set()
        for level, name in found.imports:
            absolute = name
            if level:
                parts = self.package.split(".") if self.package else []
                absolute = ".".join([*parts[: len(parts) - level + 1], *filter(None, [name])])
            top = absolute.partition(".")[0]
            if top and ((self.root / f"{top}.py").exists() or (self.root / top).is_dir()):
                named.add(f"{absolute} (in {self.root})")
        return named


def _chosen(module: Module, choice: Choice) -> list[str]:
    if choice.functions:
        return [name for name in callables(module) if name in choice.functions]
    return callables(module) if choice.everything else public_functions(module)


def _entry(path: Path, home: _Home, found: Extract, choice: Choice) -> Entry:
    where = _where(path, found)
    return Entry(
        where=where,
        procedure=ProcedureLine(
            name=_name(home, found),
            project=choice.project if choice.project is not None else _project(path),
            code=found.code,
            entry_point=found.name or None,
            source=where,
        ),
    )


def _dream(path: Path, home: _Home, found: Extract, named: DreamOf) -> Line:
    kind = named.dream_type or DreamType.CONSTRAINT_RELAXATION
    if kind not in list(DreamType):
        raise ValueError(
            f"{_name(home, found)} is a dream of the unknown type or contract {kind!r}; known are "
            f"{', '.join((*DreamType, *Contract))}"
        )
    return Line(
        where=_where(path, found),
        label=_name(home, found),
        dream=DreamLine(
            code=found.code,
            dream_type=DreamType(kind),
            entry_point=found.name or None,
            contract=named.contract or UNSET,
        ),
        of=named.procedure,
    )


def _where(path: Path, found: Extract) -> str:
    return f"{path}::{found.name}" if found.name else str(path)


def _name(home: _Home, found: Extract) -> str:
    return f"{home.name}.{found.name}" if found.name else home.name


def _files(path: Path, problems: list[str]) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path, onerror=lambda error: problems.append(f"{path}: {error}")):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _OTHER_FOLDERS
            and not name.startswith((".", "__"))
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        )
        for name in sorted(files):
            test = name.startswith("test_") or name.endswith("_test.py")
            if name.endswith(".py") and name not in _OTHER_FILES and not test:
                yield Path(folder, name)


def _module(path: Path) -> Module:
    """Raises ``ValueError`` that says what is wrong."""
    try:
        code = decode_source(path.read_bytes())
    except OSError as error:
        raise ValueError(f"can't be read ({error.strerror}); check its name and permissions") from error
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise ValueError(f"can't be decoded: {error}; save it as UTF-8") from error
    module = read_module(code)
    if module is None:
        raise ValueError("can't be parsed as Python, or is too long; correct it, or name the other files")
    return module


def _project(path: Path) -> str | None:
    """The name in the nearest ``pyproject.toml`` above; ``None`` where there is none that has one."""
    for folder in path.resolve().parents:
        try:
            with open(folder / "pyproject.toml", "rb") as file:
                name = tomllib.load(file).get("project", {}).get("name")
        except FileNotFoundError:
            continue
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError):
            return None
        return name if isinstance(name, str) else None
    return None
