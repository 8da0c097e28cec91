"""Copies of a store with a part of its dreams each, for runs that share them out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from ..sharding import Shard
from .codes import drop_unused_codes
from .database import Store
from .links import DREAMS_TABLE, forget

if TYPE_CHECKING:
    from .connection import Database


def split(store: Store, count: int, folder: Path) -> list[tuple[Path, int]]:
    """Write ``count`` stores to ``folder``, which hold one shard each; gives each path and number of dreams.

    Each has all procedures and runs, and of its dreams all results. A store appears whole or not at all.
    Raises ``StoreError``, also if one of the files exists.
    """
    paths = [folder / f"{Path(store.name).stem}-{number}-of-{count}.db" for number in range(1, count + 1)]
    if taken := next((path for path in paths if path.exists()), None):
        raise StoreError(f"{taken} exists: remove it, or choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    return [(path, _part(store, path, Shard(n, count))) for n, path in enumerate(paths, start=1)]


def _part(store: Store, path: Path, shard: Shard) -> int:
    """Write one store, and give its number of dreams."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        store.copy_to(unfinished)
        with Store.open(unfinished) as part:
            with part.writing() as db:
                left = _keep(part, db, shard)
            part.compact()
        os.replace(unfinished, path)
    finally:
        for ending in ("", "-wal", "-shm"):
            Path(f"{unfinished}{ending}").unlink(missing_ok=True)
    return left


def _keep(part: Store, db: Database, shard: Shard) -> int:
    """Delete the dreams of other shards; gives how many are left."""
    dream = part.dream_procedures
    db.conn.create_function("athena_holds", 2, shard.holds, deterministic=True)
    name = "coalesce((SELECT name FROM procedures WHERE {key} = base_procedure_id), base_procedure_name, '')"
    others = f"NOT athena_holds({name.format(key=part.procedures.key)}, ifnull({dream.code}, ''))"
    forget(db, DREAMS_TABLE, f"SELECT {dream.key} FROM dream_procedures WHERE {others}", [])
    db.execute(f"DELETE FROM dream_procedures WHERE {others}")
    drop_unused_codes(db)
    return int(db.execute("SELECT count(*) FROM dream_procedures").fetchone()[0])
