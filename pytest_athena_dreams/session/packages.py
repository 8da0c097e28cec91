"""The installed packages that code in the jail can import, as a text that changes when one of them does.

An installed package is listed with its version; other files in the same folders, with their sizes and times.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.metadata import distributions
from pathlib import Path

_CACHE = "__pycache__"


def installed_packages(folders: Sequence[str]) -> str:
    """All packages in ``folders``, the import path of the jail."""
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
    """Path, size and modification time of each file of a module or package."""
    files = path.rglob("*") if path.is_dir() else [path]
    for file in files:
        if file.is_file() and _CACHE not in file.parts:
            status = file.stat()
            yield str(file), status.st_size, status.st_mtime_ns
