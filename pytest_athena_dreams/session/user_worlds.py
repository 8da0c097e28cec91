"""The user's own worlds: from the hook first, then from the folder that the ini key ``athena_world`` names.

In the folder, ``files/`` holds files, ``commands.toml`` and ``http.toml`` hold answers, and ``world.toml``
variables, standard input and the command line. A folder that is named as a procedure holds the same for that
procedure, in addition. The controller reads it all; workers get it with the plan.
"""

from __future__ import annotations

import json
import os
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import pytest
from msgspec import UNSET, structs

from ..errors import WorldError
from ..worlds import FOLDER, CommandAnswer, Entry, Reply, ServiceAnswer, World, laid_over, plain_path, planted

GIVEN_BYTES = 1 << 18
"""Maximum bytes of the files of a world: each call starts with a copy of them."""
FILES_FOLDER = "files"
"""The name of the folder with files."""
_WORLD_TABLES = "commands.toml", "http.toml", "world.toml"

T = TypeVar("T")


class _Command(msgspec.Struct, forbid_unknown_fields=True):
    words: str | list[str]
    output: str | list[str] = ""
    errors: str = ""
    status: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0
    absent: bool = False


class _Commands(msgspec.Struct, forbid_unknown_fields=True):
    command: list[_Command] = []


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    url: Annotated[str, msgspec.Meta(pattern="^https?://")]
    method: Annotated[str, msgspec.Meta(pattern="^[A-Z]+$")] = "GET"
    status: Annotated[int, msgspec.Meta(ge=100, le=599)] = 200
    body: str | None = None
    json: Any = UNSET
    type: str = "application/json"
    fault: Literal["", "refused", "broken", "silent"] = ""


class _Requests(msgspec.Struct, forbid_unknown_fields=True):
    request: list[_Request] = []


class _Surroundings(msgspec.Struct, forbid_unknown_fields=True):
    variables: dict[str, str] = {}
    input: str = ""
    arguments: list[str] = []


_KNOWN: dict[type, str] = {
    _Commands: "each [[command]] has words, and may have output, errors, status, absent",
    _Requests: "each [[request]] has a url (http://… or https://…), and may have method, status, json or "
    'body, type, fault ("refused", "broken" or "silent")',
    _Surroundings: "it may have input, arguments and [variables], all of texts",
}
"""What each file may hold."""


@dataclass(frozen=True, slots=True)
class UserWorlds:
    """Looks up the user's world for a procedure; ``given`` are those of the folder, ``""`` for any."""

    config: pytest.Config
    given: Mapping[str, World]

    def __call__(self, procedure: str) -> World | None:
        """The user's world for a procedure's name. Raises ``WorldError``."""
        found = self.config.hook.pytest_athena_dreams_world(procedure=procedure)
        if found is not None and not isinstance(found, World):
            raise WorldError(
                f"invalid world for {procedure}: expected a pytest_athena_dreams.worlds.World from the hook "
                f"pytest_athena_dreams_world, got an object of type {type(found).__name__}"
            )
        return (
            _checked(found, procedure) if found is not None else self.given.get(procedure, self.given.get(""))
        )


def _checked(world: World, procedure: str) -> World:
    """A world of the hook with the folders above its files. Raises ``WorldError``."""
    try:
        sound = msgspec.msgpack.decode(msgspec.msgpack.encode(world), type=World)
    except (msgspec.ValidationError, TypeError, ValueError) as exc:
        raise WorldError(
            f"invalid world for {procedure} from the hook pytest_athena_dreams_world: {exc}; expected such as"
            ' World(files={"app.toml": Entry(content=b"a = 1")}, '
            'commands=(CommandAnswer(words=("git", "push"), status=1),))'
        ) from None
    for path in sound.files:
        if not path or plain_path(path) != path:
            raise WorldError(
                f"invalid path {path!r} in the world for {procedure} from the hook "
                "pytest_athena_dreams_world: expected one relative to the working folder, without '..'"
            )
    size = sum(len(entry.content) for entry in sound.files.values())
    if size > GIVEN_BYTES:
        raise WorldError(
            f"the files in the world for {procedure} from the hook pytest_athena_dreams_world have {size} "
            f"bytes, more than {GIVEN_BYTES}: leave some out"
        )
    return structs.replace(sound, files=planted(sound.files.items()).files)


def worlds_in(folder: Path) -> dict[str, World]:
    """The worlds in a folder, by procedure; ``""`` is that of any other. Raises ``WorldError``."""
    if not folder.is_dir():
        raise WorldError(f"invalid athena_world {str(folder)!r}: there is no such folder")
    whole = _read(folder)
    found = {"": whole}
    for inner in sorted(folder.iterdir()):
        if inner.is_dir() and inner.name != FILES_FOLDER:
            found[inner.name] = laid_over(whole, _read(inner))
        elif not inner.is_dir() and inner.name not in _WORLD_TABLES:
            raise WorldError(
                f"unknown file {inner} in the folder of athena_world: expected {FILES_FOLDER}/, "
                f"{', '.join(_WORLD_TABLES)}, or a folder that is named as a procedure"
            )
    return found


def _read(folder: Path) -> World:
    """The world in one folder."""
    world = planted(_files(folder / FILES_FOLDER)) if (folder / FILES_FOLDER).is_dir() else World()
    commands, requests, around = folder / "commands.toml", folder / "http.toml", folder / "world.toml"
    known = _table(commands, _Commands).command
    more = _table(around, _Surroundings)
    return structs.replace(
        world,
        commands=tuple(_command(one, commands) for one in known if not one.absent),
        absent=tuple(_words(one, commands)[0] for one in known if one.absent),
        services=tuple(_services(_table(requests, _Requests).request, requests)),
        variables=more.variables,
        input=more.input,
        arguments=tuple(more.arguments),
    )


def _table(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except FileNotFoundError:
        return kind()
    except msgspec.ValidationError as exc:
        raise WorldError(f"invalid file {path}: {exc}; {_KNOWN[kind]}") from None
    except (ValueError, OSError) as exc:
        raise WorldError(f"invalid file {path}: {exc}") from None


def _command(one: _Command, path: Path) -> CommandAnswer:
    outputs = (one.output,) if isinstance(one.output, str) else tuple(one.output)
    words = tuple(_words(one, path))
    return CommandAnswer(words=words, outputs=outputs or ("",), errors=one.errors, status=one.status)


def _words(one: _Command, path: Path) -> list[str]:
    try:
        words = shlex.split(one.words) if isinstance(one.words, str) else one.words
    except ValueError as exc:
        raise WorldError(f"invalid words {one.words!r} in {path}: {exc}") from None
    if not words:
        raise WorldError(f"a command without words in {path}: expected those that it begins with")
    return words


def _services(requests: list[_Request], path: Path) -> Iterator[ServiceAnswer]:
    """Answers for each method and URL; those of one that is there several times come in turn."""
    for one in requests:
        if one.json is not UNSET and one.body is not None:
            raise WorldError(f"a [[request]] of {one.url} in {path} has both json and body: leave one out")
    for method, url in dict.fromkeys((one.method, one.url) for one in requests):
        same = [one for one in requests if (one.method, one.url) == (method, url)]
        replies = tuple(_reply(one) for one in same if not one.fault)
        yield ServiceAnswer(method=method, url=url, replies=replies, fault=same[-1].fault)


def _reply(one: _Request) -> Reply:
    body = json.dumps(one.json) if one.json is not UNSET else one.body or ""
    return Reply(status=one.status, body=body, kind=one.type)


def _files(folder: Path) -> Iterator[tuple[str, Entry]]:
    room = GIVEN_BYTES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise WorldError(f"{path} is neither a file nor a folder, so no world can hold it")
        if path.is_dir():
            yield name, FOLDER
            continue
        content = path.read_bytes()
        room -= len(content)
        if room < 0:
            raise WorldError(f"the files in {folder} are larger than {GIVEN_BYTES} bytes: leave some out")
        yield name, Entry(content=content, mode=0o755 if os.access(path, os.X_OK) else 0o644)
