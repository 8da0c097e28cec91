"""Two versions of a repository's Python files in a folder that the jail may read, and how a module finds its
own.

A function is tested as part of its module's source. What that imports from its own repository has to come
from its own version, and relative imports need a package. So a module that imports from its repository begins
with an import of a *hook*, a small module in the folder, which puts the version's folders first on the path.

Invariants: the text of a hook's import does not name the folder and holds no constant, so that the same
versions always give the same sources, inputs and verdicts. Only Python files are copied: no secrets lie in
reach.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..source.slices import Module, module_imports, modules_imported, with_first

Side = Literal["before", "after"]
_ROOTS = 20
"""Maximum folders of a repository to put on the path: those that hold packages."""
_OWN_NAMES = re.compile(r"\b__(?:file|package|spec)__\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a module lives in its version: the folder that its package is imported from, and the package."""

    root: str
    package: str


class Tree:
    """One version. ``texts`` are its Python files by path."""

    def __init__(self, side: Side, folder: Path, texts: Mapping[str, bytes]) -> None:
        self.texts = texts
        self._side = side
        self._folder = folder
        self._roots = sorted({self._root(path) for path in texts if path.endswith("/__init__.py")})[:_ROOTS]
        self._written = False

    def source(self, path: str, module: Module, name: str) -> tuple[str, int]:
        """What is tested for the function ``name`` of a module, and by how many lines its code moved."""
        units = module.needed(name)
        code = module.cut(name)
        imported = modules_imported(units)
        home = self.home(path, max((level for level, _ in imported), default=0))
        roots = list(dict.fromkeys([home.root, *self._roots]))
        if not _OWN_NAMES.search(code) and not any(self._own(x, roots) for x in imported):
            return code, 0
        self._write()
        hook = re.sub(r"\W", "_", f"athena_{self._side}_{path.removesuffix('.py')}")
        text = _HOOK.format(tree=self._side + "-tree", roots=roots[::-1], package=home.package, path=path)
        (self._folder / f"{hook}.py").write_text(text, encoding="utf-8")
        names = "file as __file__, package as __package__, spec as __spec__"
        return with_first(code, f"from {hook} import {names}")

    def may_import(self, text: bytes, targets: Iterable[str]) -> bool:
        """Whether the text of a module names any of these files, by module or package: a quick look."""
        stems = {target.removesuffix("/__init__.py").removesuffix(".py").split("/")[-1] for target in targets}
        return any(stem.encode() in text for stem in stems)

    def imported_by(self, path: str, module: Module) -> set[str]:
        """The files of this version that a module imports directly, as far as its text says which."""
        found: set[str] = set()
        folder = path.split("/")[:-1]
        roots = dict.fromkeys([self._root(path), "", *self._roots])
        for level, name, names in module_imports(module):
            bases = ["/".join(folder[: len(folder) - level + 1])] if level else list(roots)
            for base in bases:
                inner = "/".join(filter(None, [base, *name.split(".")]))
                for target in (inner, *("/".join(filter(None, [inner, one])) for one in names)):
                    found |= {p for p in (f"{target}.py", f"{target}/__init__.py") if p in self.texts}
        return found

    def home(self, path: str, level: int = 0) -> Home:
        """The home of a module. A namespace package is as deep as ``level``, the dots of relative imports."""
        parts = path.split("/")[:-1]
        inside = len(parts)
        while inside and "/".join([*parts[:inside], "__init__.py"]) in self.texts:
            inside -= 1
        while inside and len(parts) - inside < level and parts[inside - 1].isidentifier():
            inside -= 1
        return Home(root="/".join(parts[:inside]), package=".".join(parts[inside:]))

    def _root(self, path: str) -> str:
        return self.home(path).root

    def _own(self, imported: tuple[int, str], roots: Iterable[str]) -> bool:
        """Whether a module is one of this version's."""
        level, name = imported
        if level:
            return True
        top = name.partition(".")[0]
        places = ["/".join(filter(None, [root, top])) for root in roots]
        return any(f"{place}.py" in self.texts or f"{place}/__init__.py" in self.texts for place in places)

    def _write(self) -> None:
        """Copy the version into the folder, once."""
        if self._written:
            return
        self._written = True
        base = os.path.join(self._folder, self._side + "-tree")
        for path, text in self.texts.items():
            target = os.path.join(base, *path.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.write(text)


_HOOK = """\
import os
import sys
from importlib.machinery import ModuleSpec

_tree = os.path.join(os.path.dirname(os.path.abspath(__file__)), {tree!r})
for _root in {roots!r}:
    sys.path.insert(0, os.path.normpath(os.path.join(_tree, _root)))
file = os.path.join(_tree, {path!r})
package = {package!r}
spec = ModuleSpec(package + ".dream" if package else "dream", None)
"""
