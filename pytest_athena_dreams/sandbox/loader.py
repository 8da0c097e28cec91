"""What the dynamic loader needs to start this Python: libraries that only ``LD_LIBRARY_PATH`` leads to.

Invariants: only libraries that this process itself has loaded are readable in the jail, never whole folders;
the variable is for the fork server alone, which removes it from the environment that dreams see.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

VARIABLE = "LD_LIBRARY_PATH"


@dataclass(frozen=True, slots=True)
class LoaderPath:
    """Files that have to be readable, and the variable by which the loader finds them."""

    libraries: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def loader_path() -> LoaderPath:
    """The part of this process' ``LD_LIBRARY_PATH`` that it loaded libraries from; may be empty."""
    libraries: list[str] = []
    folders: list[str] = []
    loaded = _loaded()
    for folder in os.environ.get(VARIABLE, "").split(":"):
        found = _libraries(folder, loaded) if os.path.isabs(folder) else []
        if found:
            folders.append(folder)
            libraries += found
    return LoaderPath(libraries, {VARIABLE: ":".join(folders)} if folders else {})


def _libraries(folder: str, loaded: set[str]) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            paths = [entry.path for entry in entries if ".so" in entry.name]
    except OSError:  # not a folder, or not one for us: the loader passes it over too
        return []
    return [path for path in paths if os.path.realpath(path) in loaded]


def _loaded() -> set[str]:
    """The files that this process has mapped; empty where the system has no such list."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
            fields = (line.rstrip("\n").split(None, 5) for line in file)
            return {parts[5] for parts in fields if len(parts) == 6}
    except OSError:
        return set()
