"""Foreign keys: which columns name a row of another table, and what becomes of them if that row goes.

Invariants: a connection of this package does not enforce them, because rows of an Athena file may break its
own keys; so whoever deletes rows here calls :func:`forget`, which does what ``ON DELETE`` says. A connection
that enforces them deletes rows of Athena's tables as before: no key of a table of ours blocks it. A key names
only an ``id`` that is the rowid: other ids may be null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .shape import Shape
from .tables import DREAM_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .connection import Database

Action = Literal["CASCADE", "SET NULL", "NO ACTION"]
"""What becomes of a row if what it names is deleted: it goes too, loses the link, or prevents that."""

DREAMS_TABLE, PROCEDURES_TABLE = "dream_procedures", "procedures"
TESTS_TABLE, WRITINGS_TABLE, METRICS_TABLE = "dream_test_runs", "dream_generation_runs", "dream_metrics"
CALLS_TABLE, PATTERNS_TABLE, ADOPTIONS_TABLE, CODES_TABLE = (
    "dream_calls",
    "dream_failure_patterns",
    "dream_adoptions",
    "dream_codes",
)
ATHENAS = frozenset({DREAMS_TABLE, PROCEDURES_TABLE, WRITINGS_TABLE, METRICS_TABLE})
"""Tables that Athena may have made."""
_KEYS = {CODES_TABLE: "digest"}
"""The key of a table whose key is not ``id``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The column of a table that holds the key of a row of the table ``to``."""

    table: str
    column: str
    to: str
    action: Action

    @property
    def key(self) -> str:
        """The column that it names."""
        return _KEYS.get(self.to, "id")

    @property
    def sql(self) -> str:
        """The constraint."""
        return f'FOREIGN KEY ("{self.column}") REFERENCES "{self.to}" ("{self.key}") ON DELETE {self.action}'


_GOES: dict[str, dict[str, str]] = {
    "dream_test_results": {"dream_id": DREAMS_TABLE},
    "dream_failure_sightings": {"dream_id": DREAMS_TABLE, "pattern_id": PATTERNS_TABLE},
    "dream_repairs": {"dream_id": DREAMS_TABLE},
    "dream_causes": {"dream_id": DREAMS_TABLE},
    "dream_novelty": {"dream_id": DREAMS_TABLE},
    "dream_evaluations": {"dream_id": DREAMS_TABLE},
    "dream_origins": {"dream_id": DREAMS_TABLE, "run_id": WRITINGS_TABLE},
    "dream_refusals": {"dream_id": DREAMS_TABLE},
    "dream_generation_steps": {"run_id": WRITINGS_TABLE, "procedure_id": PROCEDURES_TABLE},
    "dream_drops": {"run_id": WRITINGS_TABLE, "procedure_id": PROCEDURES_TABLE},
}
_STAYS: dict[str, dict[str, str]] = {
    "dream_test_results": {"taken_from_dream": DREAMS_TABLE, "taken_from_run": TESTS_TABLE},
    PATTERNS_TABLE: {
        "first_run_id": TESTS_TABLE,
        "last_run_id": TESTS_TABLE,
        "sample_dream_id": DREAMS_TABLE,
    },
    CALLS_TABLE: {"run_id": WRITINGS_TABLE, "procedure_id": PROCEDURES_TABLE},
    "dream_evaluations": {"call_id": CALLS_TABLE},
    "dream_origins": {"call_id": CALLS_TABLE},
    ADOPTIONS_TABLE: {
        "dream_id": DREAMS_TABLE,
        "procedure_id": PROCEDURES_TABLE,
        "adopted_procedure_id": PROCEDURES_TABLE,
    },
    "dream_pruned": {"procedure_id": PROCEDURES_TABLE},
    "dream_nights": {
        "generation_run_id": WRITINGS_TABLE,
        "test_run_id": TESTS_TABLE,
        "metrics_id": METRICS_TABLE,
        "adoption_id": ADOPTIONS_TABLE,
    },
}
_PREVENTS: dict[str, dict[str, str]] = {
    "dream_refusals": {"code": CODES_TABLE},
    DREAMS_TABLE: {"base_procedure_id": PROCEDURES_TABLE},
    "dream_test_results": {"run_id": TESTS_TABLE, "dream_code": CODES_TABLE, "procedure_code": CODES_TABLE},
    "dream_failure_sightings": {"run_id": TESTS_TABLE},
}
_BY_ACTION: tuple[tuple[Action, dict[str, dict[str, str]]], ...] = (
    ("CASCADE", _GOES),
    ("SET NULL", _STAYS),
    ("NO ACTION", _PREVENTS),
)
LINKS = tuple(
    Link(table=table, column=column, to=to, action=action)
    for action, tables in _BY_ACTION
    for table, columns in tables.items()
    for column, to in columns.items()
)
"""All of them. That of ``dream_procedures`` is Athena's own; a store of ours has it too."""
INDEXED = (("dream_test_results", "taken_from_dream"), (PATTERNS_TABLE, "sample_dream_id"))
"""Columns with few values that need an index, or else deleting a dream would read the whole table."""


def links_to(table: str) -> Iterator[Link]:
    """The links that name rows of ``table``."""
    return (link for link in LINKS if link.to == table)


def forget(db: Database, table: str, chosen: str, parameters: Sequence[Any]) -> None:
    """Take away what names rows of ``table`` that are to be deleted, as their links say.

    ``chosen`` is SQL that gives their keys, and reads no table that is changed before ``table`` itself.
    """
    for link in links_to(table):
        where = f"WHERE {link.column} IN ({chosen})"
        if link.action == "CASCADE":
            db.execute(f"DELETE FROM {link.table} {where}", parameters)
        elif link.action == "SET NULL":
            db.execute(f"UPDATE {link.table} SET {link.column} = NULL {where}", parameters)


def unnamed(table: str) -> str:
    """The condition that no row names a row of ``table``."""
    named = " UNION ".join(
        f"SELECT {link.column} FROM {link.table} WHERE {link.column} IS NOT NULL" for link in links_to(table)
    )
    key = _KEYS.get(table, "id")
    return f"{table}.{key} NOT IN ({named})"


def add_foreign_keys(db: Database) -> None:
    """Give each table its foreign keys; ``db`` is in a transaction, and enforces none.

    SQLite can add a foreign key to a table only by making it anew (https://sqlite.org/lang_altertable.html,
    section 7). Each row keeps its values and its rowid, also one whose link leads nowhere.
    """
    legacy = db.execute("PRAGMA legacy_alter_table").fetchone()[0]
    # Or else renaming would check each view and trigger of the file, while some table is missing.
    db.execute("PRAGMA legacy_alter_table = on")
    try:
        for table in dict.fromkeys(link.table for link in LINKS):
            wanted = [link for link in LINKS if link.table == table and _is_possible(db, link)]
            if wanted:
                _make_anew(db, table, wanted)
    finally:
        db.execute(f"PRAGMA legacy_alter_table = {legacy}")


def _is_possible(db: Database, link: Link) -> bool:
    """Whether a link can be a foreign key in this file.

    A table that Athena made is never made anew: there our columns stand behind Athena's. An id of Athena's
    that may be null is no key.
    """
    names = [column.name for column in db.columns(link.table)]
    if not names:
        return False  # a later migration makes that table
    if link.table == DREAMS_TABLE and names[: len(DREAM_COLUMNS)] != list(DREAM_COLUMNS):
        return False
    return link.to not in ATHENAS or Shape.read(db, link.to).id_is_rowid


def _make_anew(db: Database, table: str, wanted: Sequence[Link]) -> None:
    """Make a table again with foreign keys, its indexes and triggers included."""
    (old,) = db.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone()
    present = {row[3] for row in db.execute(f'PRAGMA foreign_key_list("{table}")')}
    keys = [link for link in wanted if link.column not in present]
    if not keys:
        return
    others = db.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger')"
        " AND sql IS NOT NULL",
        [table],
    ).fetchall()
    new = f"athena_dreams_new_{table}"
    body = old[old.index("(") :]
    for link in keys:
        if link.action == "SET NULL":
            body = re.sub(rf'("{link.column}" INTEGER) NOT NULL', r"\1", body)
    end = body.rindex(")")
    constraints = "".join(f",\n   {link.sql}" for link in keys)
    db.execute(f'CREATE TABLE "{new}" {body[:end].rstrip()}{constraints}\n{body[end:]}')
    own = db.columns(table)
    rowid = [] if [column.type for column in own if column.in_key] == ["INTEGER"] else ["rowid"]
    columns = ", ".join([*(f'"{column.name}"' for column in own), *rowid])
    db.execute(f'INSERT INTO "{new}" ({columns}) SELECT {columns} FROM "{table}" ORDER BY rowid')
    db.execute(f'DROP TABLE "{table}"')
    db.execute(f'ALTER TABLE "{new}" RENAME TO "{table}"')
    for (sql,) in others:
        db.execute(sql)
