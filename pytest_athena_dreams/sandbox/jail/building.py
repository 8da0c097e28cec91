"""Builds, in the child, values that can't be pickled: the parent sends recipes for them.

A recipe is ``(maker, reference, args, kwargs)``. A reference without a module names a class of the loaded
code, so procedure and dream each get instances of their own classes.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import io
import json
import pickle
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from types import FunctionType
from typing import IO, Any

from .canonical import canonical

_BytesIO = io.BytesIO


class Arguments(pickle.Unpickler):
    """Loads the arguments of one call and builds its recipes.

    ``_named`` holds, by number, objects that the arguments refer to again; it lives as long as the load.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._named: dict[int, Any] = {}

    def persistent_load(self, pid: Any) -> Any:
        maker, reference, args, kwargs = pid
        if maker == "named":
            number, value = args
            self._named[number] = value
            return value
        if maker == "same":
            return self._named[args[0]]
        return MAKERS[maker](reference, *args, **kwargs)


def loader(payload: bytes) -> Callable[[], Any]:
    """A function that builds new arguments from ``payload`` each time."""
    return lambda: Arguments(_BytesIO(payload)).load()


def resolve(reference: str) -> Any:
    """The class that ``module:qualified name`` names. Raises ``TypeError`` if the code lacks it."""
    module, _, path = reference.partition("[")[0].partition(":")
    found: Any = importlib.import_module(module) if module else sys.modules["dream"]
    try:
        return functools.reduce(getattr, path.split("."), found)
    except AttributeError:
        raise TypeError(f"the code has no {path!r}, which the procedure's inputs need") from None


def _call(reference: str, /, *args: Any, **kwargs: Any) -> Any:
    return resolve(reference)(*args, **kwargs)


def _assigned(_: str, value: Any, /, **attributes: Any) -> Any:
    """``value`` with attributes that its constructor could not take, because they lead back to it."""
    for name, attribute in attributes.items():
        setattr(value, name, attribute)
    return value


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
    """A function that returns one of ``results``, the same one for equal arguments."""

    def function(*args: Any, **kwargs: Any) -> Any:
        text = json.dumps([canonical(args, consume=False), canonical(kwargs, consume=False)])
        digest = hashlib.sha256(text.encode()).digest()
        return results[int.from_bytes(digest[:4], "big") % len(results)]

    return function


class _Context:
    """A context manager, synchronous and asynchronous, whose ``with`` block gets ``value``."""

    def __init__(self, _: str, value: Any) -> None:
        self._value = value

    def __enter__(self) -> Any:
        return self._value

    def __exit__(self, *_: object) -> None:
        return None

    async def __aenter__(self) -> Any:
        return self._value

    async def __aexit__(self, *_: object) -> None:
        return None


def _array(dtype: str, items: list[Any], shape: list[int]) -> Any:
    return importlib.import_module("numpy").array(items, dtype).reshape(shape)


def _traceback(_: str) -> Any:
    try:
        raise RuntimeError
    except RuntimeError as exc:
        return exc.__traceback__


def _view(kind: str, items: dict[Any, Any]) -> Any:
    return getattr(items, kind)()


def _protocol(reference: str, **members: Any) -> Any:
    """An object with the members of a protocol; its methods belong to its class, as usual."""
    methods = {
        name: (lambda _, *args, _member=member, **kwargs: _member(*args, **kwargs))
        for name, member in members.items()
        if isinstance(member, FunctionType)
    }
    value = type(reference.partition("[")[0].rpartition(":")[2], (), methods)()
    for name, member in members.items():
        if name not in methods:
            setattr(value, name, member)
    return value


MAKERS: dict[str, Callable[..., Any]] = {
    "call": _call,
    "step": lambda name, /, *args, **kwargs: (name, args, kwargs),
    "node": _call,
    "assigned": _assigned,
    "member": _member,
    "class": resolve,
    "iterator": lambda _, items: iter(items),
    "generator": _generator,
    "asynciterator": _async_iterator,
    "awaitable": _awaitable,
    "callable": _callable,
    "context": _Context,
    "traceback": _traceback,
    "array": _array,
    "view": _view,
    "protocol": _protocol,
}
"""Functions that build the value of a recipe from its reference and arguments, by maker."""
