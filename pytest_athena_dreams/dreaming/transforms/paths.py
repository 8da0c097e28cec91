"""Asks for files by `pathlib.Path`, which takes texts and paths alike."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..statements import calls, positional
from ..target import New, Target, Variant, imported

_PATH_METHODS = {
    "os.path.getsize": "stat().st_size",
    "os.path.getmtime": "stat().st_mtime",
    "os.remove": "unlink()",
    "os.unlink": "unlink()",
    "os.rmdir": "rmdir()",
}
"""Without ``exists`` and its like: for a name that is too long ``os.path`` says False, and pathlib raises."""


def variants(target: Target) -> Iterator[Variant]:
    """One variant for all such calls, if there are any."""
    changes: dict[cst.CSTNode, New] = {}
    lines = []
    inside: set[int] = set()
    for name, call in calls(target.function):
        given = positional(call)
        if name not in _PATH_METHODS or given is None or len(given) != 1 or len(call.args) != 1:
            continue
        if id(call) in inside:
            continue
        inside |= {id(inner) for _, inner in calls(call)}
        text = target.module.code_for_node(given[0])
        changes[call] = cst.parse_expression(f"pathlib.Path({text}).{_PATH_METHODS[name]}")
        lines.append(target.line(call))
    if changes:
        where = ", ".join(map(str, sorted(set(lines))))
        variant = target.changed(changes, f"line {where}: pathlib takes texts and paths alike")
        yield imported(variant, "pathlib")
