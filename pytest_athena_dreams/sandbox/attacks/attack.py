"""One hostile dream: its code, and how it may end.

Invariants: where it succeeds, it does no lasting harm beyond the surroundings that were laid out for it;
it is bounded in time, processes and memory, so that it can be tried with a layer taken away.
"""

from __future__ import annotations

from dataclasses import dataclass

CLEAN = """
def attack(where):
    return "clean"
"""
"""What has to work right after an attack, in another child of the same fork server."""

ATTACK_HANGS = 0.2
"""Seconds for a call that does not end, however long it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """``code`` defines ``attack(where)``; ``where`` holds paths, ports and process ids to go for.

    ``ends`` are the ways in which the last of its ``calls`` may end, each the beginning of an outcome
    such as ``raised PermissionError`` or ``died protocol``. ``sequel`` runs in a child of its own
    afterwards and has to return ``"clean"``. ``timeout`` is seconds for each call. With
    ``idle``, each call is a request of its own, and the child is left alone for so many seconds after it.
    """

    name: str
    code: str
    ends: tuple[str, ...]
    group: str = ""
    calls: int = 1
    timeout: float = 0.5
    idle: float = 0.0
    sequel: str = CLEAN
