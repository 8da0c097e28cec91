"""The report as JSON, and its JSON Schema."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import msgspec

from ..text import inert
from .figures import NAME, VERSION, Report


def as_json(report: Report) -> str:
    """JSON in ASCII, safe to show on a terminal; lone surrogates stay as escapes."""
    return inert(json.dumps(msgspec.to_builtins(report), indent=1)) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of :func:`as_json`, made from the classes."""
    (root,), components = msgspec.json.schema_components((Report,), ref_template="#/$defs/{name}")
    for component in components.values():
        if "properties" in component:
            component["required"] = list(component["properties"])  # defaults are written too
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{NAME}:{VERSION}",
        "title": "The learning report of pytest-athena-dreams",
        **root,
        "$defs": components,
    }


def packaged_schema() -> dict[str, Any]:
    """The shipped JSON Schema, ``pytest_athena_dreams/report/schema.json``."""
    text = (files("pytest_athena_dreams.report") / "schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
