"""Databases and archives are compared by what they hold, which a jail reads."""

from __future__ import annotations

import pickle

import pytest

from pytest_athena_dreams.models import ObservationKind
from pytest_athena_dreams.sandbox.client import SandboxPair, Source
from pytest_athena_dreams.sandbox.contents import CONTENT_CHARACTERS
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.worlds import EMPTY, Changes, Entry, World, attached, planted

from .kit import acted

BASE = "import sqlite3, zipfile\nbase = sqlite3.connect('d.db')\n"
ROWS = f"{BASE}base.execute('create table if not exists t (a, b)')\n"
END = "\nbase.commit()\nbase.close()"


def left(jail: SandboxPair, body: str, world: World = EMPTY) -> Changes:
    (seen,) = acted(jail, body, world)
    assert seen.kind is ObservationKind.RETURNED, seen
    assert seen.files is not None
    return seen.files


def bytes_left(jail: SandboxPair, body: str) -> Entry:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = Source(code=f"def f():\n{lines}", entry_point="f", audited=True, acts=True)
    with Runner(jail, source) as runner:
        (seen,) = runner.run([attached(pickle.dumps(((), {}), 5), EMPTY)], timeout=10, raw=True)
    entry = (seen.files or {})["d.db"]
    assert entry is not None
    return entry


def content(jail: SandboxPair, body: str, path: str) -> str:
    entry = left(jail, body)[path]
    assert entry is not None
    return entry.content.decode()


def test_a_database_reads_as_its_statements(jail: SandboxPair) -> None:
    text = content(jail, f"{ROWS}base.execute('insert into t values (1, 2)'){END}", "d.db")
    assert text.startswith("SQLite database, user version 0\nBEGIN TRANSACTION;\nCREATE TABLE t (a, b);")
    assert '\nINSERT INTO "t" VALUES(1,2);\n' in text


def test_another_way_to_the_same_rows_leaves_the_same(jail: SandboxPair) -> None:
    one = f"{ROWS}base.execute('insert into t values (1, 2)'){END}"
    other = (
        f"{ROWS}base.execute(\"insert into t values (1, '{'x' * 5000}')\")\nbase.commit()\n"
        f"base.execute('update t set b = 2'){END}"
    )
    assert left(jail, one) == left(jail, other)


@pytest.mark.parametrize(
    ("columns", "same"),
    [("a text primary key, b", True), ("a, b, primary key (a, b)", True), ("a integer primary key, b", False),
     ("a, b", False)],
)  # fmt: skip
def test_the_order_of_rows_with_a_key_of_their_own_does_not_count(
    jail: SandboxPair, columns: str, same: bool
) -> None:
    make = f"{BASE}base.execute('create table t ({columns})')\n"
    rows = [
        "base.execute(\"insert into t values (7, 'a;\\n')\")",
        "base.execute('insert into t values (8, 2)')",
    ]
    if "integer" in columns:  # the numbers follow the order
        rows = [row.replace("(7", "(null").replace("(8", "(null") for row in rows]
    one, other = (make + "\n".join(order) + END for order in (rows, rows[::-1]))
    assert (left(jail, one) == left(jail, other)) is same


def test_a_world_says_what_its_databases_hold(jail: SandboxPair) -> None:
    made = bytes_left(jail, f"{ROWS}base.execute(\"insert into t values (1, 'x\\ny')\"){END}")
    empty = bytes_left(jail, f"{ROWS}{END}")
    world = planted([("d.db", made), ("e.db", empty), ("f.txt", Entry(content=b"f"))])
    assert jail.contents.described(world).lines() == [
        "d.db: a SQLite database: t (1,'x y')",
        "e.db: a SQLite database: t without rows",
        "f.txt: 'f'",
    ]
    assert world.lines()[0].startswith("d.db: a SQLite database of ")


def test_a_database_whose_rows_stay_did_not_change(jail: SandboxPair) -> None:
    made = bytes_left(jail, f"{ROWS}base.execute('insert into t values (1, 2)'){END}")
    assert made.content.startswith(b"SQLite format 3\0")
    back = "base.commit()\nbase.execute('update t set a = 1')"
    touch = f"{BASE}base.execute('update t set a = 2')\n{back}{END}"
    assert left(jail, touch, planted([("d.db", made)])) == {}


def test_an_archive_reads_as_its_members_whenever_they_were_written(jail: SandboxPair) -> None:
    writes = "file.writestr('b', '2'); file.writestr('a', '1')"
    body = f"import zipfile\nwith zipfile.ZipFile('z', 'w') as file:\n    {writes}"
    text = content(jail, body, "z")
    assert text == "zip archive\na mode 600: b'1'\nb mode 600: b'2'"
    assert text == content(jail, f"time.sleep(9999)\n{body}", "z")


@pytest.mark.parametrize("magic", ["b'SQLite format 3\\\\0'", "b'PK\\\\3\\\\4'"])
def test_what_the_jail_can_not_read_stays_bytes(jail: SandboxPair, magic: str) -> None:
    body = f"open('x', 'wb').write({magic} + bytes(range(256)) * 9)".replace("\\\\", "\\")
    entry = left(jail, body)["x"]
    assert isinstance(entry, Entry)
    assert entry.content.endswith(bytes(range(256)))


def test_a_large_database_is_known_by_its_digest(jail: SandboxPair) -> None:
    text = content(
        jail, f"{ROWS}base.execute(\"insert into t values (1, '{'x' * CONTENT_CHARACTERS}')\"){END}", "d.db"
    )
    assert "characters with the SHA-256" in text
    assert len(text) < 200
