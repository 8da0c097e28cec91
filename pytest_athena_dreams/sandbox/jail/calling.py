"""Calls a loaded program once and writes the outcome as JSON.

Invariants: every call gets newly built arguments; once the result is in canonical form, no method that the
code defines is called, except ``utcoffset`` of a time zone and what its own streams do when they are flushed.
"""

from __future__ import annotations

import importlib
import io
import pickle
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from types import AsyncGeneratorType, CoroutineType
from typing import Any, NoReturn

from .canonical import ITERATOR_ITEMS, Interrupted, canonical, of_exception, of_result
from .compiled import Compiled
from .encoding import alike, encoded
from .following import Paths
from .printing import Printed
from .profile import profile
from .program import FILENAME, RECURSION_LIMIT, Program
from .raising import describe_exception
from .refusals import Refusals
from .tracing import Watch

Load = Callable[[], tuple[tuple[Any, ...], dict[str, Any]]]
"""Builds new arguments for a call, with the same values each time."""

_IMMUTABLE_TYPES = frozenset({int, float, complex, bool, str, bytes, type(None)})

# Bound here, so that nothing the code does to these modules changes a call.
_clock, _import = time.perf_counter, importlib.import_module
_BytesIO = io.BytesIO
_recursion_limit, _set_recursion_limit = sys.getrecursionlimit, sys.setrecursionlimit


class Calls:
    """Calls one loaded program. The recursion limit that its code sets applies only while its code runs."""

    def __init__(self, loaded: Program) -> None:
        self.watch: Watch | None = None
        self.paths: Paths | None = None
        self.refusals: Refusals | None = None
        self.printed: Printed | None = None
        self.compiled: Compiled | None = None
        self._entry = loaded.entry
        self._recursion = loaded.recursion

    def answer(self, load: Load) -> str:
        """Make one call; returns the body of its frame without nonce and number."""
        if self.paths is not None:
            self.paths.start()
            body = self._answer(load)
            raised = body.startswith('{"kind":"raised"')
            return encoded({"kind": "reached", "lines": self.paths.stop(raised=raised) + profile(body)})
        if self.watch is None:
            return self._answer(load)
        self.watch.start()
        self._answer(load)
        return encoded({"kind": "reached", "lines": self.watch.stop()})

    def _answer(self, load: Load) -> str:
        before: _Before | None = None
        raised: dict[str, Any] | None = None
        self._awaited = ""
        try:
            args, kwargs = load()
            if self.refusals is not None:
                self.refusals.start()
            if not _IMMUTABLE_TYPES.issuperset(map(type, (*args, *kwargs.values()))):
                before = _Before(load, args, kwargs)
            started = _clock()
            value = of_result(self._result(args, kwargs))  # an iterator's work is the call's
            took = _clock() - started
        except Interrupted as end:
            raised, value = _described(end.exception, end.items)
        except BaseException as exc:
            raised, value = _described(exc)
        _set_recursion_limit(RECURSION_LIMIT)
        changed = before.changed(args, kwargs) if before is not None else None
        now = "null" if changed is None else encoded(changed)
        if self._awaited:
            now += f',"awaited":"{self._awaited}"'
        if self.refusals is not None and (refused := self.refusals.stop()):
            now += f',"refused":{encoded(refused)}'
        if self.printed is not None and (printed := self.printed.taken()):
            now += f',"printed":{encoded(printed)}'
        if self.compiled is not None and (patterns := self.compiled.new()):
            now += f',"patterns":{encoded(patterns)}'
        if raised is not None:
            if value is not None:
                now += f',"value":{encoded(value)}'
            return f'{{"kind":"raised","raised":{encoded(raised)},"changed":{now}}}'
        return f'{{"kind":"returned","value":{encoded(value)},"took":{took!r},"changed":{now}}}'

    def _result(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the entry point. Its recursion limit stays, because a returned iterator runs its code too."""
        _set_recursion_limit(self._recursion)
        try:
            result = self._entry(*args, **kwargs)
            if type(result) is CoroutineType:
                self._awaited = "coroutine"
                result = _run(result)
            elif type(result) is AsyncGeneratorType:
                self._awaited = "async generator"
                result = _again(*_run(_items(result)))
            return result
        finally:
            self._recursion = _recursion_limit()
            _set_recursion_limit(max(self._recursion, RECURSION_LIMIT))


def _described(exc: BaseException, items: Any = None) -> tuple[dict[str, Any], Any]:
    return describe_exception(exc, "call", FILENAME), of_exception(exc, items)


class _Before:
    """Arguments before a call, which may change them in place.

    Plain builtins are compared by their pickles, which is much faster.
    """

    def __init__(self, load: Load, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._load = load
        self._pickle = _pickled(args, kwargs)
        self._described = _arguments(args, kwargs) if self._pickle is None else None

    def changed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any] | None:
        """The arguments now, in canonical form; ``None`` if they did not change."""
        if self._pickle is not None and _pickled(args, kwargs) == self._pickle:
            return None
        described = self._described or _arguments(*self._load())
        after = _arguments(args, kwargs)
        return None if alike(described, after) else after


class _Plain(pickle.Pickler):
    """Pickles plain builtins only: a value of another type may run the dream's code when it is pickled."""

    def reducer_override(self, value: Any) -> NoReturn:
        raise TypeError


def _pickled(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes | None:
    """The pickle of arguments; ``None`` unless they consist of plain builtins."""
    buffer = _BytesIO()
    try:
        _Plain(buffer, 5).dump((args, kwargs))
    except (TypeError, RecursionError):
        return None
    return buffer.getvalue()


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """``asyncio.run``; a lean server has not preloaded asyncio, so it is imported here."""
    return _import("asyncio").run(coroutine)


async def _items(generator: AsyncGeneratorType[Any, None]) -> tuple[list[Any], BaseException | None]:
    """The items of an asynchronous generator, up to one more than ``canonical`` takes, and what it raised."""
    found: list[Any] = []
    try:
        async for item in generator:
            found.append(item)
            if len(found) > ITERATOR_ITEMS:
                break
    except BaseException as exc:
        return found, exc
    return found, None


def _again(items: list[Any], raised: BaseException | None) -> Iterator[Any]:
    return iter(items) if raised is None else _until(items, raised)


def _until(items: list[Any], raised: BaseException) -> Iterator[Any]:
    yield from items
    raise raised


def _arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    return [canonical(args, consume=False), canonical(kwargs, consume=False)]
