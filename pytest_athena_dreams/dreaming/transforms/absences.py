"""Gives an empty result for a file that is not there, instead of an error."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..parameters import parameters
from ..target import Target, Variant, imported, own_nodes

_EMPTY_RESULTS = {
    "list": "[]",
    "dict": "{}",
    "set": "set()",
    "tuple": "()",
    "str": '""',
    "int": "0",
    "bool": "False",
}


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each parameter that is a path of a file to read, and is not looked for already."""
    if {"exists", "is_file", "isfile", "FileNotFoundError"} & target.names:
        return
    for parameter in parameters(target.node):
        if not parameter.rebound and any(_reads(node, parameter.name) for node in own_nodes(target.node)):
            yield imported(
                target.opened(
                    f"if not os.path.exists({parameter.name}):\n    return {_empty(target)}\n",
                    f"line {target.node.lineno}: a missing file `{parameter.name}` gives an empty result",
                ),
                "os",
            )


def _empty(target: Target) -> str:
    returns = target.node.returns
    base = returns.value if isinstance(returns, ast.Subscript) else returns
    return _EMPTY_RESULTS.get(getattr(base, "id", ""), "None")


def _reads(node: ast.AST, name: str) -> bool:
    """Whether a node opens the file ``name`` to read it, or lists the folder."""
    match node:
        case ast.Call(func=ast.Name(id="open"), args=[ast.Name(id=own)], keywords=keywords):
            return own == name and not any(word.arg == "mode" for word in keywords)
        case ast.Call(func=ast.Name(id="open"), args=[ast.Name(id=own), ast.Constant(value="r" | "rb")]):
            return own == name
        case ast.Call(func=ast.Attribute(attr="listdir" | "scandir" | "stat"), args=[ast.Name(id=own)]):
            return own == name
        case ast.Attribute(
            value=ast.Call(func=ast.Name(id="Path") | ast.Attribute(attr="Path"), args=[ast.Name(id=own)]),
            attr="read_text" | "read_bytes" | "stat" | "iterdir",
        ):
            return own == name
    return False
