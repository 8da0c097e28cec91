"""Procedures and dreams out of the store, as lines that an import takes.

Invariant: importing what was exported into a new store gives the same procedures and dreams, without ids,
runs and results.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .jsonl import DreamLine, ProcedureLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .database import Store

_BASE_COLUMNS = [name for name in ProcedureLine.__struct_fields__ if name not in {"code", "version"}]
_DREAM_COLUMNS = [name for name in DreamLine.__struct_fields__ if name not in {"procedure", "code"}]


def export_lines(store: Store, *, dreams: bool = True) -> Iterator[str]:
    """The lines, procedures by name and version first, each as JSON in ASCII.

    Empty values are left out, but for a tier, which would become 1.
    """
    base, dream = store.procedures, store.dream_procedures
    with store.reading() as db:
        columns = ", ".join(_BASE_COLUMNS)
        rows = db.query(
            f"SELECT {base.key} AS id, {columns}, {base.code} AS code, ifnull(version, 1) AS version"
            " FROM procedures ORDER BY name, project, version, 1"
        )
        procedures = {row.pop("id"): _without_nulls(row) for row in rows}
        for procedure in procedures.values():
            if procedure.get("private") is not None:
                procedure["private"] = bool(procedure["private"])
            yield json.dumps({"procedure": procedure})
        columns = ", ".join(_DREAM_COLUMNS)
        rows = db.query(
            f"SELECT {dream.key} AS id, base_procedure_id, {columns}, {dream.code} AS code"
            " FROM dream_procedures ORDER BY 1"
        )
        for row in rows if dreams else ():
            key, owner = row.pop("id"), row.pop("base_procedure_id")
            line = {"tier": row["tier"]} | _without_nulls(row)
            line.setdefault("label", f"dream-{key}")
            if owner in procedures:
                line["procedure"] = procedures[owner]
                line.pop("base_procedure_name", None)
            yield json.dumps(line)


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
