"""The version of a store's schema: which migrations the file has had.

Invariant: ``SCHEMA_VERSION`` is the number of the last function in ``migrations``. That module is imported
only to migrate a file, because sqlite-utils imports pandas and numpy if they are installed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .connection import Database

SCHEMA_VERSION = 19
"""The newest schema that this version of the package knows."""
MIGRATION_SET = "athena_dreams"
"""What sqlite-utils calls our migrations in a file that may have those of other tools."""

_APPLIED = "_sqlite_migrations"
"""Where sqlite-utils lists the migrations of a file."""
_NUMBERED = re.compile(r"m(\d+)_")
"""How the name of a migration begins."""


def applied(db: Database) -> set[int]:
    """The numbers of the migrations that ``db`` has had, by any version of this package."""
    if _APPLIED not in db.table_names():
        return set()
    names = db.execute(f"SELECT name FROM {_APPLIED} WHERE migration_set = ?", [MIGRATION_SET])
    return {int(found[1]) for (name,) in names if (found := _NUMBERED.match(name))}


def pending(db: Database) -> set[int]:
    """The numbers of the migrations that ``db`` lacks."""
    return set(range(1, SCHEMA_VERSION + 1)) - applied(db)
