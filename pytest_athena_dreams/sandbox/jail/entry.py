"""Chooses the entry point of a loaded module.

It is the first of these that exists: the given entry point; a name of the procedure's function; the function
that the code defines under the procedure's name; a guess.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import BuiltinFunctionType, FunctionType
from typing import Any, NamedTuple

LISTED_FUNCTIONS = 20
"""Maximum functions and methods that an error lists."""
DECORATORS = 100
"""Maximum decorators to unwrap from one function."""
_MAIN = "main"
"""A function of this name usually demonstrates the others, so it is the last guess."""


class Entry(NamedTuple):
    """An entry point; ``owner`` is its class if it is a method that takes an instance first."""

    name: str
    call: Callable[..., Any]
    owner: type | None
    guessed: bool


def choose(
    namespace: dict[str, Any], filename: str, entry_point: str | None, fallbacks: Sequence[str], title: str
) -> Entry:
    """The entry point of the code in ``filename`` that filled ``namespace``.

    ``fallbacks`` may be bound to any callable. ``title`` may be free text, so it counts only if the code
    defines a function of that name. Raises ``AttributeError`` if nothing can be chosen, and ``TypeError`` if
    the chosen name is bound to something that can't be called.
    """
    for name in fallbacks if entry_point is None else [entry_point]:
        if name.partition(".")[0] in namespace:
            return _resolved(namespace, name)
    functions = _functions(namespace, filename)
    if entry_point is not None:
        raise AttributeError(f"no {entry_point!r} in the code, which defines {_listed(functions)}")
    if _defines(namespace, title):
        return _resolved(namespace, title)
    public = [name for name in functions if not name.startswith("_")] or _callables(namespace)
    if not public:
        raise AttributeError(f"no public function in the code, which {_offers(namespace, functions)}")
    likely = [name for name in public if name != _MAIN] or public
    return _resolved(namespace, likely[-1])._replace(guessed=len(public) > 1)


def callable_by_name(call: Callable[..., Any]) -> Callable[..., Any]:
    """``call`` with support for keywords: a function written in C may not accept its parameters' names.

    A keyword that it does not accept is passed by position, in the order of the call.
    """
    if type(call) is not BuiltinFunctionType:
        return call
    try:
        parameters = inspect.signature(call).parameters.values()
        known = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    except (TypeError, ValueError):
        known = set()

    def entry(*args: Any, **kwargs: Any) -> Any:
        unknown = [value for name, value in kwargs.items() if name not in known]
        return call(*args, *unknown, **{name: value for name, value in kwargs.items() if name in known})

    return entry


def _resolved(namespace: dict[str, Any], name: str) -> Entry:
    head, *rest = name.split(".")
    owner, value = None, namespace[head]
    for part in rest:
        owner, value = value, getattr(value, part)
    if not callable(value):
        raise TypeError(f"{name!r} is a {type(value).__name__}, not a function")
    method = isinstance(owner, type) and type(inspect.getattr_static(owner, rest[-1])) is FunctionType
    return Entry(name, value, owner if method else None, guessed=False)


def _defines(namespace: dict[str, Any], title: str) -> bool:
    """Whether the code itself defines a function, or a method of a class, of this name."""
    head, *rest = title.split(".")
    value = namespace.get(head)
    own = getattr(value, "__module__", None) == namespace["__name__"]
    if isinstance(value, type) and own:
        return len(rest) == 1 and callable(getattr(value, rest[0], None))
    imported = not own and getattr(value, "__name__", None) == head
    return callable(value) and not rest and not imported


def _functions(namespace: dict[str, Any], filename: str) -> list[str]:
    """Names of the functions that the code defines, in the order of the source."""
    found: dict[str, int] = {}
    for name, value in namespace.items():
        for _ in range(DECORATORS):
            wrapped = _attributes(value).get("__wrapped__")
            if wrapped is None:
                break
            value = wrapped
        if type(value) is FunctionType and value.__code__.co_filename == filename:
            found[name] = value.__code__.co_firstlineno
    return sorted(found, key=found.__getitem__)


def _callables(namespace: dict[str, Any]) -> list[str]:
    """Public names of objects that can be called, of classes that the code defines, as decorators return."""
    return [
        name
        for name, value in namespace.items()
        if not name.startswith("_")
        and type(value).__module__ == namespace["__name__"]
        and not isinstance(value, type)
        and callable(value)
    ]


def _attributes(value: object) -> dict[str, Any]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if type(own) is dict else {}


def _listed(functions: Sequence[str]) -> str:
    return ", ".join(functions[:LISTED_FUNCTIONS]) or "no function"


def _offers(namespace: dict[str, Any], functions: Sequence[str]) -> str:
    methods = [
        f"{name}.{method}"
        for name, cls in namespace.items()
        if isinstance(cls, type) and cls.__module__ == namespace["__name__"]
        for method, value in vars(cls).items()
        if type(value) is FunctionType and not method.startswith("_")
    ]
    if methods and not functions:
        return f"has the methods {_listed(methods)}; name an entry point"
    return f"defines {_listed(functions)}"
