"""The code that was tested: each text once, under a digest that results link to.

Invariant: a text is never changed, and stays as long as a result links to it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from .links import CODES_TABLE, unnamed

if TYPE_CHECKING:
    from collections.abc import Collection

    from .connection import Database
    from .database import Store


def code_digest(text: str) -> str:
    """A short name for a text, which nobody can find a second text for: 128 bits of BLAKE2b, as hex."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def with_digest(db: Database) -> None:
    """Give SQL the function ``athena_digest``, which is :func:`code_digest`; null is as the empty text."""
    db.conn.create_function("athena_digest", 1, lambda text: code_digest(text or ""), deterministic=True)


def put_code(db: Database, text: str | None) -> str | None:
    """Store a text, and return its digest; ``db`` is in a transaction. No text has none."""
    if text is None:
        return None
    digest = code_digest(text)
    db.execute("INSERT INTO dream_codes (digest, code) VALUES (?, ?) ON CONFLICT DO NOTHING", [digest, text])
    return digest


def link_present_code(store: Store, db: Database, run_id: int, dreams: Collection[int]) -> None:
    """Link the results of dreams in a run to the code that they and their procedures have now."""
    dream, base = store.dream_procedures, store.procedures
    listed = json.dumps(sorted(dreams))
    chosen = f"{dream.key} IN (SELECT value FROM json_each(:dreams))"
    own = f"SELECT {dream.joined_code} AS code FROM dream_procedures WHERE {chosen}"
    bases = (
        f"SELECT {base.joined_code} AS code FROM procedures"
        f" WHERE {base.key} IN (SELECT base_procedure_id FROM dream_procedures WHERE {chosen})"
    )
    with_digest(db)
    for query in (own, bases):
        db.execute(
            f"INSERT INTO dream_codes (digest, code) SELECT athena_digest(code), code FROM ({query})"
            " WHERE code IS NOT NULL ON CONFLICT DO NOTHING",
            {"dreams": listed},
        )
    digest = "SELECT CASE WHEN {0} IS NOT NULL THEN athena_digest({0}) END FROM {1}"
    db.execute(
        "UPDATE dream_test_results SET dream_code = ("
        f"{digest.format(dream.joined_code, 'dream_procedures')} WHERE {dream.key} = dream_id),"
        f" procedure_code = ({digest.format(base.joined_code, 'procedures')}"
        f" JOIN dream_procedures ON {base.key} = base_procedure_id WHERE {dream.key} = dream_id)"
        " WHERE run_id = :run AND dream_id IN (SELECT value FROM json_each(:dreams))",
        {"run": run_id, "dreams": listed},
    )


def drop_unused_codes(db: Database) -> None:
    """Delete the texts that no result links to; ``db`` is in a transaction."""
    db.execute(f"DELETE FROM {CODES_TABLE} WHERE {unnamed(CODES_TABLE)}")
