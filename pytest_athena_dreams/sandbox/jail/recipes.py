"""Values that can't travel as themselves, built in the child from what the parent wrote.

A recipe is ``(maker, reference, args, kwargs)``; the classes of a reference without a module are those of
the code that is loaded, so procedure and dream each get instances of their own.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import pickle
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from .canonical import canonical


class Arguments(pickle.Unpickler):
    """Loads the arguments of one call, building recipes on the way."""

    def persistent_load(self, pid: Any) -> Any:
        maker, reference, args, kwargs = pid
        return _MAKERS[maker](reference, *args, **kwargs)


def resolve(reference: str) -> Any:
    """The class that ``module:qualified name`` names. Raises ``TypeError`` where the code lacks it."""
    module, _, path = reference.partition(":")
    found: Any = importlib.import_module(module) if module else sys.modules["dream"]
    try:
        return functools.reduce(getattr, path.split("."), found)
    except AttributeError:
        raise TypeError(f"the code has no {path!r}, which the procedure's inputs need") from None


def _call(reference: str, /, *args: Any, **kwargs: Any) -> Any:
    return resolve(reference)(*args, **kwargs)


def _member(reference: str, name: str) -> Any:
    return resolve(reference)[name]


def _generator(_: str, items: list[Any]) -> Iterator[Any]:
    yield from items


async def _async_iterator(_: str, items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


async def _awaitable(_: str, value: Any) -> Any:
    return value


def _callable(_: str, results: list[Any]) -> Callable[..., Any]:
    """A function that gives one of ``results``, always the same for equal arguments."""

    def function(*args: Any, **kwargs: Any) -> Any:
        told = json.dumps([canonical(args, consume=False), canonical(kwargs, consume=False)])
        digest = hashlib.sha256(told.encode()).digest()
        return results[int.from_bytes(digest[:4], "big") % len(results)]

    return function


def _view(kind: str, items: dict[Any, Any]) -> Any:
    return getattr(items, kind)()


def _protocol(reference: str, **members: Any) -> Any:
    """An object with the members of a protocol; those with double underscores belong to its class."""
    special = {
        name: (lambda _, *args, _member=member, **kwargs: _member(*args, **kwargs))
        for name, member in members.items()
        if name.startswith("__")
    }
    value = type(reference.rpartition(":")[2], (), special)()
    for name, member in members.items():
        if name not in special:
            setattr(value, name, member)
    return value


_MAKERS: dict[str, Callable[..., Any]] = {
    "call": _call,
    "member": _member,
    "class": resolve,
    "iterator": lambda _, items: iter(items),
    "generator": _generator,
    "asynciterator": _async_iterator,
    "awaitable": _awaitable,
    "callable": _callable,
    "view": _view,
    "protocol": _protocol,
}
