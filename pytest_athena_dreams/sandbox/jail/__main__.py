"""Start of the fork server: ``python __main__.py`` with the parent's socket as descriptor 0.

The modules of this folder are imported under the name ``jail``, and each gets a private copy of the
builtins: what a dream does to ``builtins`` does not reach the code that reports on it.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Sequence
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

_HERE = os.path.dirname(os.path.abspath(__file__))
_PRIVATE = dict(vars(builtins))


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = _PRIVATE
        super().exec_module(module)


class _Finder:
    """Finds ``jail`` and what is in it, nothing else."""

    def __init__(self) -> None:
        self.above = FileFinder(os.path.dirname(_HERE), (_Loader, [".py"]))
        self.within = FileFinder(_HERE, (_Loader, [".py"]))

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "jail":
            return self.above.find_spec(name)
        return self.within.find_spec(name) if name.startswith("jail.") else None


def _no_hooks(**_: object) -> None:
    """What modules want done at a fork goes without: this process has one thread, and seeds its children."""


if __name__ == "__main__":
    os.register_at_fork = _no_hooks
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    from jail.server import main  # type: ignore[import-not-found]

    sys.meta_path.remove(finder)
    main()
