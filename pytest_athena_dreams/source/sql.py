"""The tables that a source's statements of SQL name, with the columns that the statements show."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..drawable import Table
from .syntax import syntax

TABLES, TABLE_COLUMNS = 6, 16
"""Maximum tables of a source, and columns of a table."""
_SQL_NAME = r"([A-Za-z_]\w{0,40})"
_CREATES = re.compile(r"\bCREATE\s+TABLE\b", re.I)
_USES = re.compile(rf"\b(?:FROM|UPDATE|INTO|JOIN)\s+{_SQL_NAME}", re.I)
_SQL_WORDS = re.compile(r"'[^']*'|[A-Za-z_]\w*|[<>=!]+|\?|\d+")
_EQUALS = re.compile(rf"\b{_SQL_NAME}\s*(?:=|==|<>|!=)\s*'([^']{{0,40}})'", re.I)
_KEYWORD_TEXT = """
select from where and or not null is in order by desc asc limit update set insert into values delete
join on as group having count sum max min avg coalesce lower upper distinct replace ignore like
between exists left inner offset case when then else end returning begin commit rollback immediate
pragma table create if primary key integer text real blob default union all using over datetime now
abs length substr ifnull cast true false
"""
_SQL_KEYWORDS = frozenset(_KEYWORD_TEXT.split())


def tables(code: str) -> tuple[Table, ...]:
    """The tables that ``code`` uses and does not make, in the order of their names in it."""
    found = syntax(code)
    texts = (
        []
        if found is None
        else [
            node.value
            for node in found.nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    )
    if any(map(_CREATES.search, texts)):
        return ()
    columns: dict[str, dict[str, None]] = {}
    values: dict[str, dict[str, dict[str, None]]] = {}
    for text in texts:
        names = [name for name in _USES.findall(text) if name.lower() not in _SQL_KEYWORDS]
        if not names or not re.match(r"\s*(?:SELECT|UPDATE|INSERT|DELETE|WITH)\b", text, re.I):
            continue
        own = columns.setdefault(names[0], {})
        own |= dict.fromkeys(_columns(text, names))
        for column, value in _EQUALS.findall(text):
            values.setdefault(names[0], {}).setdefault(column, {})[value] = None
    return tuple(
        Table(
            name=name,
            columns=tuple(own)[:TABLE_COLUMNS],
            values=tuple((column, tuple(known)) for column, known in values.get(name, {}).items()),
        )
        for name, own in columns.items()
        if own
    )[:TABLES]


def _columns(text: str, names: list[str]) -> Iterator[str]:
    """Words of a statement that are neither keywords nor tables."""
    for word in _SQL_WORDS.findall(text):
        if (word[0].isalpha() or word[0] == "_") and word.lower() not in _SQL_KEYWORDS and word not in names:
            yield word
