"""The texts that a source compares a part of its data with, by the part's name or its place in a tuple.

``for what, name in events: if what == "add"`` says that the first of two may be ``add``. So do
``event.kind == "add"``, ``row["kind"] in KINDS`` and ``match event[0]``.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator

FIELD_WORDS = 12
"""Maximum texts of one field."""

Texts = Callable[[ast.AST], list[str]]


def fields(nodes: list[ast.AST], texts: Texts) -> dict[str, tuple[str, ...]]:
    """Texts by field; ``texts`` gives those that one side of a comparison shows."""
    places = dict(_places(nodes))
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for side, others in _comparisons(nodes):
        name = _field(side)
        words = [word for other in others for word in texts(other)]
        if name is None or not words:
            continue
        for key in (name, places.get(name)):
            if key is not None:
                found[key] |= dict.fromkeys(words)
    return {name: tuple(words)[:FIELD_WORDS] for name, words in found.items()}


def _comparisons(nodes: list[ast.AST]) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Each side of a comparison with the other ones."""
    for node in nodes:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for place, side in enumerate(sides):
                yield side, [*sides[:place], *sides[place + 1 :]]
        elif isinstance(node, ast.Match):
            values = [
                n.value for c in node.cases for n in ast.walk(c.pattern) if isinstance(n, ast.MatchValue)
            ]
            yield node.subject, [*values]


def _field(node: ast.AST) -> str | None:
    """The name of what an expression reads: a variable, an attribute, a key, or a place in a tuple."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        node = node.func.value  # name.lower()
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() | int() as key)):
            return str(key)
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *_]):
            return key
    return None


def _places(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    """The places in tuples from which variables are unpacked, by their names."""
    for node in nodes:
        targets: list[ast.expr] = []
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            targets = [node.target]
        elif isinstance(node, ast.Assign):
            targets = node.targets
        for target in targets:
            if isinstance(target, ast.Tuple):
                yield from ((n.id, str(at)) for at, n in enumerate(target.elts) if isinstance(n, ast.Name))
