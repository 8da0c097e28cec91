"""Databases and archives as text, so that they are compared by what they hold and not by their bytes.

Invariants: the bytes come from untrusted code, so they are read in a jail, never in this process; what that
child says is text of bounded length. Bytes that it can't read are compared as bytes.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import structs

from ..models import Observation, ObservationKind, unpacked
from ..worlds import DATABASE_TEXT, SQLITE, TAR, TAR_PLACE, Entry, World, holds_more
from .load import Source

if TYPE_CHECKING:
    from .child import Child

CONTENT_CHARACTERS = 50_000
"""Characters of a text; a longer one is known by its digest."""
_READING_SECONDS = 5.0
_CACHED_CONTENTS = 2_000
_READER = f"""
import bz2, gzip, hashlib, io, lzma, sqlite3, tarfile, zipfile

PACKERS = {{b"\\x1f\\x8b": ("gzip", gzip), b"BZ": ("bzip2", bz2), b"\\xfd7": ("xz", lzma)}}

def contents(data):
    lines = archive(data) if data[:2] == b"PK" else database(data) if data[:6] == b"SQLite" else packed(data)
    text = "\\n".join(lines)
    if len(text) > {CONTENT_CHARACTERS}:
        text = f"{{len(text)}} characters with the SHA-256 {{hashlib.sha256(text.encode()).hexdigest()}}"
    return text

def database(data):
    base = sqlite3.connect(":memory:")
    base.text_factory = lambda raw: raw.decode(errors="backslashreplace")
    base.deserialize(data[:18] + b"\\1\\1" + data[20:])  # a log beside the file is not here
    yield f"{DATABASE_TEXT}{{base.execute('PRAGMA user_version').fetchone()[0]}}"
    keyed, rows = tuple(inserts(base)), []
    for statement in base.iterdump():
        if rows and not statement.startswith(rows[0][:rows[0].index(" VALUES(")]):
            yield from sorted(rows)
            rows = []
        if statement.startswith(keyed):
            rows.append(statement)
        else:
            yield statement
    yield from sorted(rows)

def inserts(base):
    # How rows begin of tables with a primary key other than a number: nobody numbered these rows.
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        quoted = name.replace('"', '""')
        keys = [row[2] for row in base.execute(f'PRAGMA table_info("{{quoted}}")') if row[5]]
        if keys and (len(keys) > 1 or keys[0].upper() != "INTEGER"):
            yield f'INSERT INTO "{{quoted}}" VALUES('

def archive(data):
    yield "zip archive"
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        if file.comment:
            yield f"comment: {{file.comment!r}}"
        for one in sorted(file.infolist(), key=lambda one: one.filename):
            yield f"{{one.filename}} mode {{one.external_attr >> 16:o}}: {{file.read(one)!r}}"

def packed(data):
    if data[:2] in PACKERS:
        name, packer = PACKERS[data[:2]]
        data = packer.decompress(data)
        yield name
    if data[{TAR_PLACE}:{TAR_PLACE + len(TAR)}] != {TAR!r}:
        yield repr(data)
        return
    yield "tar archive"
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as file:
        for one in sorted(file.getmembers(), key=lambda one: one.name):
            held = file.extractfile(one).read() if one.isreg() else one.linkname
            yield f"{{one.name}} type {{one.type.decode()}} mode {{one.mode:o}}: {{held!r}}"
"""


class Contents:
    """Reads contents in children that ``spawn`` starts; the first one when it is needed."""

    def __init__(self, spawn: Callable[[Source], Child]) -> None:
        self._spawn = spawn
        self._child: Child | None = None
        self._known: dict[bytes, bytes] = {}

    def close(self) -> None:
        """End the child, if there is one. Safe to call twice."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def read(self, observation: Observation, world: World) -> Observation:
        """``observation`` with the contents of databases and archives in place of their bytes.

        One whose contents are those that it has in ``world`` did not change.
        """
        if not observation.files or not any(map(holds_more, observation.files.values())):
            return observation
        files = {
            path: self._entry(entry) if entry is not None else None
            for path, entry in observation.files.items()
        }
        left = {path: entry for path, entry in files.items() if not self._unchanged(path, entry, world.files)}
        return structs.replace(observation, files=left)

    def described(self, world: World) -> World:
        """``world`` with the contents of its databases beside their bytes, for people."""
        files = {
            path: structs.replace(entry, text=self._entry(entry).content.decode())
            if entry.content.startswith(SQLITE)
            else entry
            for path, entry in world.files.items()
        }
        return structs.replace(world, files=files)

    def _unchanged(self, path: str, entry: Entry | None, before: Mapping[str, Entry]) -> bool:
        if entry is None or path not in before or not holds_more(before[path]):
            return False
        return self._entry(structs.replace(before[path], age=0)) == entry

    def _entry(self, entry: Entry) -> Entry:
        if not holds_more(entry):
            return entry
        digest = hashlib.sha256(entry.content).digest()
        if digest not in self._known:
            if len(self._known) >= _CACHED_CONTENTS:
                self._known.clear()
            self._known[digest] = self._text(entry.content)
        return structs.replace(entry, content=self._known[digest])

    def _text(self, content: bytes) -> bytes:
        if self._child is None or not self._child.alive:
            self._child = self._spawn(Source(code=_READER, entry_point="contents", described="not"))
        for seen in self._child.calls([pickle.dumps(((content,), {}), 5)], _READING_SECONDS):
            if seen.kind is ObservationKind.RETURNED and isinstance(text := unpacked(seen.value), str):
                return text.encode()
        return content
