"""Worlds that have a part less than a world: to shrink the surroundings of a failing call.

Hypothesis shrinks what it drew. It can't leave out what a user's own world holds, and it stops when its time
is up. Each step leaves something out, so shrinking by one step after another ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from msgspec import structs

from ..inputs.arguments import Arguments
from ..worlds import EMPTY, FILE_MODE, SQLITE, CommandAnswer, Entry, Reply, ServiceAnswer, World

JSON_DEPTH = 6
"""Levels of a JSON value that lose parts."""
REPLY_PARTS = 60
"""Maximum parts of one reply that are left out, each in a step of its own."""
TEXT_LINES = 40
"""A text of at most so many lines loses single ones."""
_FIELDS = World.__struct_fields__


def in_smaller_worlds(call: Arguments) -> Iterator[Arguments]:
    """The same call in the worlds that are one step smaller, the largest steps first."""
    return (replace(call, world=world) for world in _smaller(call.world or EMPTY))


def _smaller(world: World) -> Iterator[World]:
    for name in _FIELDS:
        if getattr(world, name) != getattr(EMPTY, name):
            yield structs.replace(world, **{name: getattr(EMPTY, name)})
    for path in reversed(world.files):
        below = f"{path}/"
        kept = {one: x for one, x in world.files.items() if one != path and not one.startswith(below)}
        yield structs.replace(world, files=kept)
    for name in ("commands", "absent", "services"):
        parts = getattr(world, name)
        for place in range(len(parts)):
            yield structs.replace(world, **{name: (*parts[:place], *parts[place + 1 :])})
    for variable in world.variables:
        kept_variables = {name: value for name, value in world.variables.items() if name != variable}
        yield structs.replace(world, variables=kept_variables)
    yield from _shorter(world)


def _shorter(world: World) -> Iterator[World]:
    """Worlds with an answer, a part of one, or a part or property of a file less."""
    for place, service in enumerate(world.services):
        for replies in _shorter_replies(service.replies):
            yield _put(world, "services", place, structs.replace(service, replies=replies))
    for place, command in enumerate(world.commands):
        for outputs in _shorter_texts(command.outputs):
            yield _put(world, "commands", place, structs.replace(command, outputs=outputs))
    for path, entry in world.files.items():
        for smaller in _smaller_entries(entry):
            yield structs.replace(world, files={**world.files, path: smaller})


def _put(world: World, name: str, place: int, one: CommandAnswer | ServiceAnswer) -> World:
    parts = getattr(world, name)
    return structs.replace(world, **{name: (*parts[:place], one, *parts[place + 1 :])})


def _shorter_replies(replies: tuple[Reply, ...]) -> Iterator[tuple[Reply, ...]]:
    if len(replies) > 1:
        yield replies[:-1]
    for place, reply in enumerate(replies):
        try:
            body = json.loads(reply.body)
        except (ValueError, RecursionError):
            continue
        for less in islice(_less(body, JSON_DEPTH), REPLY_PARTS):
            yield (*replies[:place], structs.replace(reply, body=json.dumps(less)), *replies[place + 1 :])


def _less(value: Any, depth: int) -> Iterator[Any]:
    """A JSON value without one of its items or keys, at any depth."""
    if depth == 0 or not isinstance(value, list | dict):
        return
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        rest = [*enumerate(value)] if isinstance(value, list) else [*value.items()]
        kept = [(name, one) for name, one in rest if name != key]
        yield dict(kept) if isinstance(value, dict) else [one for _, one in kept]
    for key in keys:
        for inner in _less(value[key], depth - 1):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = inner
            yield copy


def _shorter_texts(texts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(texts) > 1:
        yield texts[:-1]
    for place, text in enumerate(texts):
        lines = text.splitlines(keepends=True)
        if 1 < len(lines) <= TEXT_LINES:
            for number in range(len(lines)):
                fewer = "".join(lines[:number] + lines[number + 1 :])
                yield (*texts[:place], fewer, *texts[place + 1 :])


def _smaller_entries(entry: Entry) -> Iterator[Entry]:
    if entry.age:
        yield Entry(kind=entry.kind, content=entry.content, mode=entry.mode)
    if entry.kind != "file":
        return
    if entry.mode != FILE_MODE:
        yield structs.replace(entry, mode=FILE_MODE)
    if entry.content.startswith(SQLITE):
        return
    if entry.content:
        yield structs.replace(entry, content=b"")
    lines = entry.content.splitlines(keepends=True)
    if 1 < len(lines) <= TEXT_LINES:
        for number in range(len(lines)):
            yield structs.replace(entry, content=b"".join(lines[:number] + lines[number + 1 :]))
