"""Classes as entry points: an object is made, and then its methods are called, one after another.

The calls come in one argument, ``CALLS``, as steps: a name, arguments, keyword arguments. The name of an
attribute that is read begins with a dot. The results are given one by one, so a step that raises ends the
sequence after the results of those before it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .describe import Describer

CALLS = "then_calls"
"""The keyword argument that holds the calls after the construction."""
METHODS_OF_CLASS = 20
"""Maximum methods of a class to call."""
_SPECIAL = frozenset(
    {"__len__", "__contains__", "__iter__", "__getitem__", "__setitem__", "__bool__", "__str__"}
)
"""Special methods that are called like others."""

_ANY_KEY = {"kind": "union", "args": [{"kind": "str"}, {"kind": "int"}]}
"""The type of a method's parameter without an annotation."""

Step = tuple[str, tuple[Any, ...], dict[str, Any]]


def in_sequence(cls: type) -> Callable[..., Any]:
    """A function that makes an object of ``cls`` and, if it is given calls, makes these."""

    def entry(*args: Any, **kwargs: Any) -> Any:
        steps = kwargs.pop(CALLS, None)
        made = cls(*args, **kwargs)
        return made if steps is None else _results(made, steps)

    return entry


def _results(made: Any, steps: list[Step]) -> Iterator[Any]:
    for name, args, kwargs in steps:
        if name.startswith("."):
            yield getattr(made, name[1:])
        else:
            yield getattr(made, name)(*args, **kwargs)


def methods(cls: type) -> list[str]:
    """Public methods that the class or one of its bases in the same code defines, and special ones."""
    found: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        if base.__module__ != cls.__module__:
            continue
        for name, member in vars(base).items():
            if type(member) is FunctionType and (not name.startswith("_") or name in _SPECIAL):
                found[name] = None
    return list(found)[:METHODS_OF_CLASS]


def described(describer: Describer, cls: type, source: str) -> dict[str, Any] | None:
    """The parameter for the calls of a class that has methods, and adds these to the describer's classes."""
    names = methods(cls)
    if not names:
        return None
    kinds = []
    for name in names:
        function = inspect.getattr_static(cls, name)
        with describer.names_of(function):
            found = describer.parameters(inspect.signature(function), describer.scope.hints(function))[1:]
        reference = f":{cls.__qualname__}.{name}"
        given = [p for p in found if p["kind"] not in ("var_positional", "var_keyword")]
        given = [p if p["type"] is not None else p | {"type": _ANY_KEY} for p in given]
        describer.classes[reference] = {"name": reference, "kind": "method", "parameters": given}
        kinds.append({"kind": "class", "text": reference})
    read = [f".{name}" for name in visible(cls, source)]
    return {"name": CALLS, "kind": "keyword_only", "type": {"kind": "calls", "args": kinds, "values": read}}


def visible(cls: type, source: str) -> list[str]:
    """Public attributes that the constructor sets, and properties."""
    found = {
        name: None
        for name, member in vars(cls).items()
        if type(member) is property and not name.startswith("_")
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            for statement in node.body:
                if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
                    found |= dict.fromkeys(_set(statement))
    return [name for name in found if not name.startswith("_")]


def _set(function: ast.FunctionDef) -> Iterator[str]:
    """The attributes of its object that a constructor sets."""
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield from [node.attr] if getattr(node.value, "id", "") == "self" else []
