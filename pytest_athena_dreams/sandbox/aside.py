"""Files that libraries try to read on their own; a refusal says nothing about the code that uses them."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Collection

from . import jail

_ASIDE = (
    "/sys/devices/system",
    "/sys/kernel/mm",
    *(f"/proc/{name}" for name in ("stat", "cpuinfo", "meminfo", "self/auxv")),
    *("/etc/ssl", "/usr/lib/ssl", "/etc/pki"),
    *map(str, mimetypes.knownfiles),
    os.path.dirname(jail.__file__),
)
"""Files and folders that libraries read to choose a default, to trust certificates, or for a traceback."""


def is_aside(path: str) -> bool:
    """Whether a refusal to read ``path`` is not noted: a library tried it, and works without the file."""
    return beneath(path, _ASIDE)


def beneath(path: str, roots: Collection[str]) -> bool:
    """Whether an absolute path is one of ``roots`` or beneath one."""
    return any(path == root or path.startswith(f"{root}/") for root in roots)
