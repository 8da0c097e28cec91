"""The world of a call as plain data: what surrounds it, what is changed in it, and what can be drawn in it.

Invariants: as those of ``models``: frozen, with a JSON round trip, and no I/O. Paths are relative to the
world's own folder, with ``/`` between their parts, and never leave it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

import msgspec

ROOT_PATH = "/world"
"""What observations call the folder of a world, whose real path differs from child to child."""
FILE_MODE, FOLDER_MODE = 0o644, 0o755
CLOCK = 1_736_942_400.25
"""What a world's clock shows first, in seconds since 1970: 2025-01-15 12:00:00."""
_WORLD_DEPTH = 16
"""Maximum parts of a path in a drawn world."""
_NAME_BYTES = 200
"""Maximum bytes of a name in a drawn world; file systems take 255."""
_MARK, _WORLD_LENGTH = b"\0world", 4
"""End of a payload that carries a world (a pickle ends with ``.``), and the bytes of its length before."""
SQLITE = b"SQLite format 3\0"
"""How a database begins."""
_BEYOND_CONTENTS = SQLITE, b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0"
"""How files begin whose bytes hold more than their contents: SQLite's, zip's, gzip's, bzip2's and xz's."""
TAR, TAR_PLACE = b"ustar", 257
"""What a tar archive holds, and at which byte."""
DATABASE_TEXT = "SQLite database, user version "
"""How the text of a database begins; its statements follow."""
_INSERTED_ROW = re.compile(r'^INSERT INTO "((?:[^"]|"")*)" VALUES(\(.*?\));$', re.MULTILINE | re.DOTALL)
_CREATED_TABLE = re.compile(r'^CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)', re.MULTILINE | re.IGNORECASE)
_SHOWN, _SHOWN_ROWS = 60, 120
"""Characters of a file's content, and of a database's rows, in one line of text."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file, folder or link. ``content`` is a file's bytes or a link's target; ``mode`` its permissions.

    ``age`` is for how many seconds it has not been changed when a call begins. ``text`` says for people what
    a database holds, if that was read.
    """

    kind: Literal["file", "folder", "link", "other"] = "file"
    content: bytes = b""
    mode: int = FILE_MODE
    age: int = 0
    text: str = ""

    def __str__(self) -> str:
        if self.kind != "file":
            target = f" to {_text(self.content)!r}" if self.kind == "link" else ""
            return f"a {self.kind}{target}" if self.kind != "other" else "neither file nor folder"
        text = self.text or _text(self.content)
        if text.startswith(DATABASE_TEXT):
            return _database(text)
        if self.content.startswith(SQLITE):
            return f"a SQLite database of {len(self.content)} bytes"
        words = "empty" if not text else repr(text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")
        words += f", {self.age} s old" if self.age else ""
        return words if self.mode == FILE_MODE else f"{words}, mode {self.mode:04o}"


def holds_more(entry: Entry | None) -> bool:
    """Whether the bytes of a file hold more than its contents: those of a database, an archive."""
    if entry is None or entry.kind != "file":
        return False
    return entry.content.startswith(_BEYOND_CONTENTS) or entry.content.startswith(TAR, TAR_PLACE)


FOLDER = Entry(kind="folder", mode=FOLDER_MODE)

Tree = Mapping[str, Entry]
"""Entries by path."""
Changes = Mapping[str, Entry | None]
"""What a call left at the paths that it changed; ``None`` for what it removed."""


class CommandAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What commands that begin with ``words`` do.

    They print the ``outputs`` to standard output, one each time and the last one from then on, and
    ``errors`` to standard error. ``status`` is their exit status.
    """

    words: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("",)
    errors: str = ""
    status: int = 0

    @property
    def said(self) -> str:
        """What they do, in words."""
        said = [f"exits {self.status}"] if self.status else []
        printed = ", then ".join(repr(_short(text)) for text in self.outputs)
        said += [f"prints {printed}"] if any(self.outputs) else []
        said += [f"complains {_short(self.errors)!r}"] if self.errors else []
        return ", ".join(said) or "succeeds"


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a call asked of its world, beside files, in canonical form.

    ``words`` are a command's arguments, or ``sh -c`` and a script. ``details`` are changes of its
    environment, ``None`` for a variable that is gone; ``body`` is its input, and ``folder`` where it runs,
    relative to the world. ``sees`` is what differed then in the files that it could read. Of a request of
    HTTP, ``words`` are method and URL, and ``details`` the headers that the code sets. Of mail, ``words`` are
    ``SEND``, the server, the sender and the recipients. A variable that the call leaves changed counts as a
    request too: ``words`` are its name.
    """

    kind: Literal["command", "http", "mail", "variable"] = "command"
    words: tuple[str, ...]
    folder: str = ""
    details: dict[str, str | None] = {}
    body: str = ""
    sees: dict[str, Entry | None] = {}

    @property
    def reads(self) -> bool:
        """Whether it only reads: what comes of that counts, not how often it is done."""
        return self.kind == "http" and self.words[0] in ("GET", "HEAD", "OPTIONS")

    @property
    def target(self) -> str:
        """What it acts on: order counts among requests with the same one."""
        if self.kind == "variable":
            return self.words[0]
        if self.kind != "command":
            return urlsplit(self.words[1]).netloc
        words = self.words[2].split() if self.words[:2] == SHELL and len(self.words) > 2 else self.words
        return words[0] if words else ""


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer to a request of HTTP: a status, and a body of the type ``kind``.

    With ``full``, the body is a list, whose items are repeated until there are as many as a page may have.
    """

    status: int = 200
    body: str = ""
    kind: str = "application/json"
    full: bool = False

    def __str__(self) -> str:
        repeated = " … until the page is full" if self.full else ""
        return f"{self.status} {_short(self.body)}{repeated}".rstrip()


class ServiceAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What requests with this method to URLs that begin like ``url`` get.

    They get the ``replies`` one after another, the last one from then on; with a ``fault``, their host
    refuses connections, closes them without an answer, or is silent until the time is up. If they are
    ``paged``, the URL says which reply comes, and a URL has the same reply each time.
    """

    method: str
    url: str
    replies: tuple[Reply, ...] = ()
    fault: Literal["", "refused", "broken", "silent"] = ""
    paged: bool = False

    @property
    def said(self) -> str:
        """What they get, in words."""
        return self.fault or ", then ".join(map(str, self.replies))


SHELL = "sh", "-c"
"""The first words of a script's request."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a world for people: a file with its content in words, or a request with the answer to it.

    ``name`` is a path, a command, a method and a URL, or a variable; empty where the kind has none.
    """

    kind: Literal["file", "command", "http", "mail", "variable", "input", "arguments", "clock"]
    name: str = ""
    value: str

    def __str__(self) -> str:
        if self.kind == "variable":
            return f"{self.name}={self.value}"
        return f"{self.name or _PART_NAMES.get(self.kind, self.kind)}: {self.value}"


_PART_NAMES = {"input": "standard input", "arguments": "command line"}


class World(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What surrounds a call: the files in its working folder, which is its home and temporary folder too.

    ``commands`` are answers to commands; others succeed and print nothing. Programs in ``absent`` are not
    installed. ``services`` are answers to requests of HTTP; others get an empty JSON object.
    ``variables`` are those of the environment beside the jail's own, ``input`` is standard input,
    ``arguments`` those of the command line, and ``clock`` the seconds since 1970 that it shows first.
    """

    files: dict[str, Entry] = {}
    commands: tuple[CommandAnswer, ...] = ()
    absent: tuple[str, ...] = ()
    services: tuple[ServiceAnswer, ...] = ()
    variables: dict[str, str] = {}
    input: str = ""
    arguments: tuple[str, ...] = ()
    clock: float = CLOCK

    def parts(self) -> Iterator[Part]:
        """What surrounds a call: answers first, then each file, and each folder that has nothing in it."""
        for program in self.absent:
            yield Part(kind="command", name=program, value="not installed")
        for answer in self.commands:
            if answer.words and answer.words[0] not in self.absent:
                yield Part(kind="command", name=" ".join(answer.words), value=answer.said)
        for service in self.services:
            name = f"{service.method} {service.url}" if service.url else ""
            yield Part(kind="http" if name else "mail", name=name, value=service.said)
        for name, value in sorted(self.variables.items()):
            yield Part(kind="variable", name=name, value=repr(value))
        if self.input:
            yield Part(kind="input", value=repr(_short(self.input)))
        if self.arguments:
            yield Part(kind="arguments", value=" ".join(self.arguments))
        if self.clock != CLOCK:
            time = f"{datetime.fromtimestamp(self.clock, UTC):%Y-%m-%d %H:%M:%S}"
            yield Part(kind="clock", value=time)
        above = {path.rpartition("/")[0] for path in self.files}
        for path, entry in self.files.items():
            if path not in above:
                yield Part(kind="file", name=path, value=str(entry))

    def lines(self) -> list[str]:
        """The parts, one a line."""
        return list(map(str, self.parts())) or ["no files"]


EMPTY = World()


class Place(msgspec.Struct, frozen=True, order=True):
    """A path that a procedure looks at, with parameters in braces, and whether it expects a folder there."""

    path: str
    folder: bool = False

    def filled(self, values: Mapping[str, object]) -> str | None:
        """The path for a call; ``None`` if a parameter has no text there, or the path is not a plain one."""
        path = self.path
        for name, value in values.items():
            if "{" + name + "}" in path:
                if not isinstance(value, str):
                    return None
                path = path.replace("{" + name + "}", value)
        return plain_path(path) if "{" not in path else None


def plain_path(path: str) -> str | None:
    """A relative path without ``.`` and empty parts; ``None`` for one that leaves its folder or is too long.

    The folder itself is the empty path.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or "\0" in path or len(parts) > _WORLD_DEPTH:
        return None
    try:
        return "/".join(parts) if all(len(part.encode()) <= _NAME_BYTES for part in parts) else None
    except UnicodeEncodeError:
        return None


def planted(entries: Iterable[tuple[str, Entry]]) -> World:
    """A world with these entries and the folders above them, without those that don't fit earlier ones."""
    files: dict[str, Entry] = {}
    for path, entry in entries:
        parts = path.split("/")
        above = ["/".join(parts[:n]) for n in range(1, len(parts))]
        taken = path in files and not (files[path].kind == entry.kind == "folder")
        if not path or taken or any(files.get(folder, FOLDER).kind != "folder" for folder in above):
            continue
        for folder in above:
            files.setdefault(folder, FOLDER)
        files[path] = entry
    return World(files=dict(sorted(files.items())))


def laid_over(world: World, given: World) -> World:
    """``given``, with what ``world`` has beside it. The same path, command or URL is that of ``given``."""
    commands = {answer.words: answer for answer in (*world.commands, *given.commands)}
    services = {(one.method, one.url): one for one in (*world.services, *given.services)}
    installed = {answer.words[0] for answer in given.commands if answer.words}
    return World(
        files=planted([*given.files.items(), *world.files.items()]).files,
        commands=tuple(commands.values()),
        absent=tuple(dict.fromkeys([*given.absent, *(x for x in world.absent if x not in installed)])),
        services=tuple(services.values()),
        variables={**world.variables, **given.variables},
        input=given.input or world.input,
        arguments=given.arguments or world.arguments,
        clock=world.clock if given.clock == CLOCK else given.clock,
    )


def attached(payload: bytes, world: World) -> bytes:
    """A call's payload with its world."""
    body = msgspec.msgpack.encode(world)
    return b"".join((payload, body, len(body).to_bytes(_WORLD_LENGTH), _MARK))


def detached(payload: bytes) -> tuple[bytes, World]:
    """A call's payload and its world, which is empty if it carries none."""
    if not payload.endswith(_MARK):
        return payload, EMPTY
    end = len(payload) - len(_MARK) - _WORLD_LENGTH
    start = end - int.from_bytes(payload[end : end + _WORLD_LENGTH])
    return payload[:start], msgspec.msgpack.decode(payload[start:end], type=World)


def _short(text: str) -> str:
    return text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")


def _database(text: str) -> str:
    """The tables and rows of a database on one line, out of its text."""
    tables: dict[str, list[str]] = {name: [] for name in _CREATED_TABLE.findall(text)}
    for name, row in _INSERTED_ROW.findall(text):
        tables.setdefault(name, []).append(" ".join(row.split()))
    said = ", ".join(f"{name} {' '.join(rows) or 'without rows'}" for name, rows in tables.items())
    said = said[:_SHOWN_ROWS] + ("…" if len(said) > _SHOWN_ROWS else "")
    return f"a SQLite database: {said or 'no tables'}"


def _text(content: bytes) -> str:
    return content.decode(errors="backslashreplace")
