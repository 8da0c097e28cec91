"""What a procedure asks of its world beside files, learnt from its requests in the worlds of a scout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from msgspec import structs

from ..inputs.arguments import Arguments
from ..models import Observation, ObservationKind
from ..sandbox.runner import Runner
from ..worlds import SHELL, CommandAnswer, Reply, Request, ServiceAnswer, World

SCOUTED_COMMANDS, SCOUTED_SERVICES = 16, 12
"""Maximum commands, and requests of HTTP, in a shape."""
OPTIONAL_CALLS = 4
"""Inputs on which to try without a program."""
_WORDS_KNOWN = 8
"""Maximum words of a command in a shape."""
_SHORTEST_VALUE = 2
"""Minimum characters of an argument's text that distinguish it from words of the source."""
_VALUES_READ = 40


def with_requests(
    world: World,
    commands: Collection[tuple[str, ...]],
    services: Collection[tuple[str, str]],
    number: int,
) -> World:
    """The world of a scout's call with this number.

    All commands succeed, or print a line, or one fails; requests get an object, or a list, or one fails.
    """
    return _with_services(_with_commands(world, commands, number), services, number)


def _with_services(world: World, services: Collection[tuple[str, str]], number: int) -> World:
    if number % 3 == 0:
        return world
    body = "[]" if number % 3 == 1 else ""
    replies = (Reply(status=200 if body else 500, body=body),)
    return structs.replace(
        world,
        services=tuple(
            ServiceAnswer(method=method, url=url, replies=replies)
            for method, url in services
            if "{" not in url
        ),
    )


def optional_programs(
    commands: Iterable[Sequence[str]],
    seen: Sequence[tuple[Arguments, Observation]],
    runner: Runner,
    timeout: float,
) -> Iterator[str]:
    """The programs that the procedure ran on some of the inputs ``seen``, and without which it returns there.

    Elsewhere, one that is missing ends it. What is done before that differs from dream to dream, and nobody
    meant it.
    """
    for program in dict.fromkeys(words[0] for words in commands):
        ran = [one for one, what in seen if any(request.target == program for request in what.requests)]
        worlds = [replace(one, world=World(absent=(program,))) for one in ran[:OPTIONAL_CALLS]]
        again = runner.run([one.payload() for one in worlds], timeout=timeout, patience=2)
        if any(one.kind is ObservationKind.RETURNED for one in again):
            yield program


def services_of(
    requests: Iterable[Request], markers: Mapping[str, str], values: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """Methods and URLs, with parameters in braces, up to another argument's text or the query."""
    own = [text for text in _texts_in(values) if text not in markers.values() and len(text) > 1]
    for request in requests:
        if request.kind == "mail":
            yield "SEND", ""
        if request.kind != "http":
            continue
        url = request.words[1].partition("?")[0]
        for name, marker in markers.items():
            url = url.replace(marker, "{" + name + "}")
        ends = [url.find(text) for text in own if text in url]
        url = url[: min(ends)] if ends else url
        if url.startswith("{") or url.count("/") > 2:
            yield request.words[0], url


def _with_commands(world: World, commands: Collection[tuple[str, ...]], number: int) -> World:
    printed = CommandAnswer(outputs=("1\n",))
    if number % 3 == 0 or not commands:
        return structs.replace(world, commands=(printed,) if number % 3 == 1 else ())
    if number % 3 == 1:
        return structs.replace(world, commands=(printed,))
    failing = list(commands)[number // 3 % len(commands)]
    words = tuple(takewhile(lambda word: "{" not in word, failing))
    return structs.replace(world, commands=(CommandAnswer(words=words, status=1, errors="failed\n"),))


def commands_of(
    requests: Iterable[Request], markers: Mapping[str, str], values: Mapping[str, object]
) -> Iterator[tuple[str, ...]]:
    """The words of commands, with parameters in braces, up to the first word of another argument."""
    own = {text for text in _texts_in(values) if text not in markers.values()}
    for request in requests:
        if request.kind != "command":
            continue
        words = request.words
        if words[:2] == SHELL and len(words) > 2:
            words = tuple(words[2].split())
        found: list[str] = []
        for word in words[:_WORDS_KNOWN]:
            for name, marker in markers.items():
                word = word.replace(marker, "{" + name + "}")
            if found and (word in own or any(len(text) >= _SHORTEST_VALUE and text in word for text in own)):
                break
            found.append(word)
        if found:
            yield tuple(found)


def _texts_in(values: Mapping[str, object]) -> Iterator[str]:
    """The texts and numbers in the arguments."""
    left = list(values.values())
    for value in islice(left, _VALUES_READ):  # which grows
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)
        elif isinstance(value, list | tuple | set):
            left += list(value)[:_VALUES_READ]
        elif isinstance(value, dict):
            left += [*value.keys(), *value.values()][:_VALUES_READ]
