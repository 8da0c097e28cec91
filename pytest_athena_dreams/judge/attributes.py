"""What a raised exception carries beside its type and its message."""

from __future__ import annotations

from typing import Any

from ..models import Canonical, Observation, unpacked


def attributes(observation: Observation, *, messages: bool) -> Canonical:
    """The items that an iterator gave before it raised, and the exception's attributes.

    Without ``messages`` nothing that only repeats a message counts.
    """
    raised, value = observation.raised, unpacked(observation.value)
    name = raised.type if raised else ""
    bare: list[Any] = ["exception", name, None, [], []]
    iterator = isinstance(value, list) and value[0] == "iterator"
    held = (value[4] if iterator else value) or bare
    if held[0] == "exception":
        held = ["exception", held[1], None, held[3] if messages else [], held[4]]
        if not messages:
            held = _without_message(held, raised.message if raised else "")
            if raised is not None and observation.files is not None and "OSError" in raised.bases:
                held = [*held[:4], [field for field in held[4] if field[0] not in _NAMES_OF_FILES]]
    return ["iterator", value[1], value[2], value[3], held] if iterator else held


_NAMES_OF_FILES = "filename", "filename2"
"""Attributes of an ``OSError`` that depend on the way to a file, in a world: absolute, or by another name."""
_PROCESS_ERRORS = ("CalledProcessError", "TimeoutExpired")
_HOW_IT_RAN = ("cmd", "output", "stdout", "stderr")
"""Attributes of errors of commands that depend on how the command was run, not on what it did."""

_CONNECTIONS = "requests.", "httpx.", "aiohttp.", "urllib3.", "http.client.", "urllib.", "email.message."
"""Where objects come from whose parts depend on how a request was made: sessions, pools, buffers."""


def _without_message(value: Canonical, message: str | None = None) -> Canonical:
    """``value`` with nothing in it of the messages of exceptions."""
    if not isinstance(value, list):
        return value
    if value[:1] == ["exception"]:
        _, name, args, _, fields = value
        if message is None:
            message = args[1][0] if isinstance(args, list) and len(args[1]) == 1 else None
        left_out = _HOW_IT_RAN if str(name).rpartition(".")[2] in _PROCESS_ERRORS else ()
        kept = [
            [key, _without_message(field)]
            for key, field in fields
            if not _repeats(field, message) and key not in left_out
        ]
        return ["exception", name, None, [], kept]
    if value[:1] == ["object"] and str(value[1]).startswith(_CONNECTIONS):
        return ["object", value[1], [[key, field] for key, field in value[2] if isinstance(field, str | int)]]
    return [_without_message(part) for part in value]


def _repeats(field: Canonical, message: Any) -> bool:
    return isinstance(field, str) and isinstance(message, str) and field == message
