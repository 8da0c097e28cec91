"""One hostile dream: its code, and how it may end.

Invariants: an attack that succeeds does no lasting harm outside ``surroundings``; it is bounded in time,
processes and memory, so that tests can run it with a layer of the jail removed.
"""

from __future__ import annotations

from dataclasses import dataclass

CLEAN = """
def attack(where):
    return "clean"
"""
"""Code that must work right after an attack, in another child of the same fork server."""

ATTACK_HANGS = 0.2
"""Timeout in seconds of a call that never ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """``code`` defines ``attack(where)``; ``where`` holds paths, ports and process ids to go for.

    ``ends`` are the allowed beginnings of the outcome of the last of its ``calls``, such as ``raised
    PermissionError`` or ``died protocol``. ``sequel`` runs afterwards in another child and must return
    ``"clean"``. ``timeout`` is seconds for each call. With ``idle``, each call is a separate request, and the
    parent waits that many seconds after it. ``refused`` is the beginning of a refusal that the last call's
    observation must report, or empty if it must report none.
    """

    name: str
    code: str
    ends: tuple[str, ...]
    group: str = ""
    calls: int = 1
    timeout: float = 0.5
    idle: float = 0.0
    refused: str | None = None
    sequel: str = CLEAN
