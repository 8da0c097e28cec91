"""The installed packages that code in the jail can import, as a text that changes when one of them does.

A package that was installed stands there with its version. What was put beside packages by hand, without a
version, stands there with the sizes and times of its files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.metadata import distributions
from pathlib import Path

_CACHE = "__pycache__"


def installed_packages(folders: Sequence[str]) -> str:
    """All packages in ``folders``, which the jail has on its path."""
    versions, owned = [], {_CACHE}
    for package in distributions(path=list(folders)):
        versions.append((package.name, package.version))
        record = package.read_text("RECORD") or ""
        owned.update(line.partition(",")[0].partition("/")[0] for line in record.splitlines())
    others = [
        stamp
        for folder in map(Path, folders)
        if folder.is_dir()
        for path in folder.iterdir()
        if path.name not in owned
        for stamp in _stamps(path)
    ]
    return json.dumps([sorted(versions), sorted(others)])


def _stamps(path: Path) -> Iterator[tuple[str, int, int]]:
    """Each file of a module or package: its path, size and time of change."""
    files = path.rglob("*") if path.is_dir() else [path]
    for file in files:
        if file.is_file() and _CACHE not in file.parts:
            seen = file.stat()
            yield str(file), seen.st_size, seen.st_mtime_ns
