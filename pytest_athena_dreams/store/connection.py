"""A connection to SQLite whose errors say what to do.

Invariants: WAL, so that readers and the one writer don't wait for each other; no transaction but explicit
ones; every error of SQLite's leaves as a ``StoreError`` that names the file and the remedy.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import StoreError, StorePathError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BEYOND = 2**62
"""A row id that no table reaches."""
BUSY_SECONDS = 30.0
"""How long a statement waits for a lock that another process holds."""

_OPENING_REMEDIES = {
    "SQLITE_BUSY": f"another process has held its lock for {BUSY_SECONDS:.0f} s; wait for it to end",
    "SQLITE_CANTOPEN": "its folder must exist, and both must be readable and writable",
    "SQLITE_CORRUPT": "restore a copy, or rescue what is left with: sqlite3 FILE .recover",
    "SQLITE_FULL": "free some space on its disk",
    "SQLITE_IOERR": "its disk must work and have space, and no limit of file sizes (ulimit -f) be reached",
    "SQLITE_READONLY": "make the file and its folder writable, or work on a copy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table, as SQLite describes it. ``default`` is the SQL of its default value."""

    name: str
    type: str
    required: bool
    default: str | None
    in_key: bool


class Database:
    """A connection that is not in a transaction by itself, and gives rows as dicts."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement. Raises ``sqlite3.Error``."""
        return self.conn.execute(sql, parameters)

    def query(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[dict[str, Any]]:
        """Run a query now; its rows are read as they are asked for. Raises ``sqlite3.Error``."""
        cursor = self.execute(sql, parameters)
        names = [name for name, *_ in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def table_names(self) -> list[str]:
        """The names of all tables."""
        return [name for (name,) in self.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def columns(self, table: str) -> list[Column]:
        """The columns of ``table``, in order; none if there is no such table."""
        return [
            Column(name=name, type=kind, required=bool(required), default=default, in_key=bool(place))
            for _, name, kind, required, default, place in self.execute(f'PRAGMA table_info("{table}")')
        ]

    def unique(self, table: str) -> list[list[str]]:
        """The columns of each unique index of ``table``."""
        query = 'SELECT name FROM pragma_index_list(?) WHERE "unique"'
        names = [name for (name,) in self.execute(query, [table])]
        columns = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"
        return [[column for (column,) in self.execute(columns, [name])] for name in names]

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()


def storable(value: Any) -> Any:
    """Return ``value`` as SQLite can hold it: in text, lone surrogates become backslash escapes."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def connect(path: str | os.PathLike[str], mode: Literal["ro", "rw", "rwc"]) -> sqlite3.Connection:
    """Open the file at ``path``, or with ``rwc`` create it if it is missing.

    With ``ro`` nothing may write to it meanwhile: no lock is taken. Raises ``StoreError``.
    """
    _check_kind(path, missing_ok=mode == "rwc")
    uri = f"{Path(path).absolute().as_uri()}?mode={mode}{'&immutable=1' if mode == 'ro' else ''}"
    with explained(path):
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            # Enough in WAL mode: a killed process loses nothing, a power cut at most the last transactions.
            connection.execute("PRAGMA synchronous = normal")
        except BaseException:
            connection.close()
            raise
    # What another program has written need not be UTF-8, and one bad row must not hide the others.
    connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
    return connection


def is_frozen(path: str | os.PathLike[str]) -> bool:
    """Whether nothing can be written at ``path``, as on a read-only file system.

    Raises ``StoreError`` if the file can't be read there either: changes beside it are not in it yet.
    """
    if not os.path.isfile(path) or os.access(path, os.W_OK) or os.access(Path(path).parent, os.W_OK):
        return False
    log = Path(f"{os.fspath(path)}-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"store {path} can't be written, and {log.name} has changes that are not in it yet; "
            "copy both to a folder that can be written, and use the copy"
        )
    return True


def _check_kind(path: str | os.PathLike[str], *, missing_ok: bool) -> None:
    """Raise ``StorePathError`` unless ``path`` is a file that could be a store."""
    if os.path.isdir(path):
        raise StorePathError(f"{path} is a directory, but a store is a file")
    if not os.path.exists(path) and not missing_ok:
        raise StorePathError(f"no store at {path}; make one with: athena-dreams init --store {path}")
    if os.path.exists(path) and not os.path.isfile(path):
        raise StorePathError(f"{path} is a device, pipe or socket, but a store is a regular file")


def use_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL mode, unless it is in it already. Raises ``sqlite3.Error``."""
    # SQLite does not wait for the lock that the switch needs; two processes may be making the same store.
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def transaction(db: Database, name: str, *, write: bool) -> Iterator[Database]:
    """One unit of work on the store ``name``; an exception undoes all of it. They don't nest."""
    with explained(name):
        # Immediate: a transaction that reads first and then comes to write would otherwise fail at once,
        # without waiting, if another process has written meanwhile.
        db.conn.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield db
            db.conn.execute("COMMIT")
        finally:
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")


@contextmanager
def explained(name: str | os.PathLike[str]) -> Iterator[None]:
    """Turn an error of SQLite's into a ``StoreError`` about the store ``name``."""
    try:
        yield
    except OverflowError as error:
        raise StoreError(f"store {name}: {error}; an integer in it has at most 64 bits") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", "")
        if code == "SQLITE_NOTADB":
            raise StorePathError(f"{name} is not an SQLite database") from error
        remedies = [remedy for prefix, remedy in _OPENING_REMEDIES.items() if code.startswith(prefix)]
        raise StoreError("; ".join([f"store {name}: {error}", *remedies])) from error


def insert(db: Database, table: str, row: Mapping[str, Any], *, replace: bool = False) -> int:
    """Insert ``row``, in place of one with the same key if it may ``replace`` it, and return its rowid."""
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    cursor = db.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    assert cursor.lastrowid is not None
    return cursor.lastrowid
