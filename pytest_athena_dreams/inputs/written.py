"""Strategies for documents as a source reads them, written as JSON or TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from ..drawable import Document
from .scalars import Strategy
from .weights import weighted

_MEMBERS = 3
"""Maximum items of a list, and of a mapping."""
_FORMATS = {".json": "json", ".toml": "toml"}


def texts_of(documents: Sequence[Document], suffix: str, word: Strategy) -> list[Strategy]:
    """Strategies for texts of the documents that a file with this suffix may hold."""
    form = _FORMATS.get(suffix)
    fitting = [one for one in documents if one.form == form] if form is not None else documents
    return [_value(one, word).map(json.dumps if one.form == "json" else _toml) for one in fitting]


def _value(part: Document, word: Strategy) -> Strategy:
    """A value for one part: seldom without one of its keys."""
    if part.keys:
        every = {name: _value(inner, word) for name, inner in part.keys.items()}
        some = st.fixed_dictionaries({}, optional=every)
        return weighted((7, st.fixed_dictionaries(every)), (1, some))
    if part.value is not None:
        return st.dictionaries(word, _value(part.value, word), max_size=_MEMBERS)
    if part.item is not None:
        return st.lists(_value(part.item, word), max_size=_MEMBERS)
    number = st.one_of(st.integers(0, 9), st.integers(0, 100), st.floats(0, 100).map(lambda x: round(x, 2)))
    if part.kind == "number":
        return number
    return word if part.kind == "text" else st.one_of(word, st.integers(0, 9), st.booleans())


def _toml(value: Any) -> str:
    """An object as TOML: a line for each leaf."""
    if not isinstance(value, dict):
        return ""
    return "".join(
        f"{'.'.join(map(json.dumps, path))} = {json.dumps(leaf)}\n" for path, leaf in _leaves(value)
    )


def _leaves(value: dict[str, Any]) -> Iterator[tuple[list[str], Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from (([name, *path], leaf) for path, leaf in _leaves(inner))
        elif not isinstance(inner, dict):
            yield [name], inner
