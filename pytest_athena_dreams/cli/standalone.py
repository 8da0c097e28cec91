"""What a regression test brings along: these functions are copied into its file as they stand here.

Invariants: the standard library alone; no function here knows of this package. ``TOLERANCE`` and
``SIGNED_ZERO`` are the test's own.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import hashlib
import inspect
import itertools
import json
import math
import random
import sys
import types
from typing import Any

TOLERANCE = 1e-9
SIGNED_ZERO = False


@dataclasses.dataclass(frozen=True)
class Own:
    """What an object holds whose class is none of Python's plain ones."""

    kind: str
    held: Any


def load(code: str) -> dict[str, Any]:
    module = types.ModuleType("dream")
    sys.modules["dream"] = module  # where dataclasses look for it
    exec(compile(code, "<dream>", "exec", dont_inherit=True), vars(module))
    return vars(module)


def found(names: dict[str, Any], entry: str) -> Any:
    head, *rest = entry.split(".")
    return functools.reduce(getattr, rest, names[head])


def call(code: str, entry: str, arguments: str, known: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The result of one call, and its arguments before and after it, as plain data."""
    names = load(code)
    function = found(names, entry)
    given = {"given": lambda *args, **kwargs: (args, kwargs)}
    args, kwargs = eval(f"given{arguments}", {**known, **names, **given})
    before = told([args, kwargs], take=False)
    random.seed(0)
    result = function(*args, **kwargs)
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    elif inspect.isasyncgen(result):
        result = iter(asyncio.run(items_of(result)))
    return told(result), before, told([args, kwargs], take=False)


def call_script(code: str, _: str, arguments: str, known: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The same for code that is no function: its names are given, and ``_result`` is its answer."""
    names = {"__name__": "dream", **eval(f"dict{arguments}", known)}
    exec(compile(code, "<dream>", "exec", dont_inherit=True), names)
    return told(names["_result"]), None, None


async def items_of(generator: Any) -> list[Any]:
    return [item async for item in generator]


def told(value: Any, above: tuple[int, ...] = (), take: bool = True) -> Any:
    """A value as plain data, so that classes of the procedure and of the dream compare by name and fields."""
    cls = type(value)
    if value is None or cls in (bool, int, float, complex, str, bytes, bytearray):
        return value
    if id(value) in above:
        return Own("cycle", len(above) - above.index(id(value)))
    below = functools.partial(told, above=(*above, id(value)), take=take)
    if cls in (list, tuple):
        return cls(map(below, value))
    if isinstance(value, dict):
        pairs = sorted(([below(k), below(v)] for k, v in dict.items(value)), key=repr)
        name = cls.__name__
        return Own("dict" if name in ("OrderedDict", "Counter", "defaultdict") else name, pairs)
    if isinstance(value, set | frozenset):
        return Own(cls.__qualname__, sorted(map(below, value), key=repr))
    if hasattr(cls, "__next__"):
        return Own("iterator", list(map(below, itertools.islice(value, 1000))) if take else None)
    for base in (int, float, complex, str, bytes, bytearray):
        if isinstance(value, base):
            return Own(cls.__qualname__, base.__repr__(value))
    if isinstance(value, list | tuple):
        return Own(cls.__qualname__, list(map(below, value)))
    if isinstance(value, BaseException):
        return Own(cls.__qualname__, below(value.args))
    if hasattr(value, "tolist"):  # an array
        return Own(cls.__qualname__, below(value.tolist()))
    if isinstance(value, type | types.FunctionType | types.MethodType | types.ModuleType):
        return Own(cls.__qualname__, None)
    slots = [name for base in cls.__mro__ for name in getattr(base, "__slots__", ())]
    fields = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    fields |= getattr(value, "__dict__", {})
    if cls.__module__ == "dream" or fields:
        return Own(cls.__qualname__, [[name, below(fields[name])] for name in sorted(fields)])
    return Own(cls.__qualname__, repr(value) if " at 0x" not in repr(value) else None)


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal as pytest-athena-dreams has it: exact types, floats that are close."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        if SIGNED_ZERO and a == b == 0:
            return math.copysign(1, a) == math.copysign(1, b)
        close = math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=min(1e-12, TOLERANCE))
        return close or (a != a and b != b)
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Own):
        return a.kind == b.kind and same(a.held, b.held)
    return bool(a == b)


def kind_of(value: Any) -> Any:
    return value.kind if isinstance(value, Own) else type(value)


def annotated(code: str, entry: str) -> Any:
    """The annotation of what a function returns."""
    return inspect.get_annotations(found(load(code), entry), eval_str=True)["return"]


def fits(value: Any, annotation: Any) -> bool:
    """Whether plain data is of an annotated type; of a type that is not known here, all is."""
    import typing

    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in (None, type(None)):
        return value is None
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, arg) for arg in args)
    if origin is typing.Literal:
        return any(same(value, arg) for arg in args)
    kind = origin or annotation
    wider = {float: (float, int), complex: (complex, float, int)}
    if kind in (bool, int, float, complex, str, bytes, bytearray):
        return isinstance(value, wider.get(kind, kind))
    if kind in (set, frozenset):
        return isinstance(value, Own) and value.kind == kind.__name__ and all_fit(value.held, args[:1])
    if kind is dict:
        return isinstance(value, Own) and value.kind == "dict" and all(each_fits(p, args) for p in value.held)
    if kind is list:
        return type(value) is list and all_fit(value, args)
    if kind is tuple:
        return type(value) is tuple and (
            all_fit(value, args[:1])
            if args[1:] == (...,) or not args
            else len(value) == len(args) and each_fits(value, args)
        )
    return True


def all_fit(values: Any, args: Any) -> bool:
    return not args or all(fits(value, args[0]) for value in values)


def each_fits(values: Any, args: Any) -> bool:
    return not args or all(map(fits, values, args))


def names_of(exc: BaseException) -> list[str]:
    """The class of an exception and all above it, by name."""
    return [base.__qualname__ for base in type(exc).__mro__]


# What stands in a call for a value that no literal makes


def generator(items: list[Any]) -> Any:
    yield from items


async def async_iterator(items: list[Any]) -> Any:
    for item in items:
        yield item


async def awaitable(value: Any) -> Any:
    return value


class context_giving:
    """A context manager that gives ``value`` on entering."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __enter__(self) -> Any:
        return self.value

    def __exit__(self, *_: object) -> None:
        return None

    async def __aenter__(self) -> Any:
        return self.value

    async def __aexit__(self, *_: object) -> None:
        return None


def function_giving(results: list[Any]) -> Any:
    """A function that gives one of ``results``, always the same for equal arguments."""

    def plain(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [type(value).__name__, list(map(plain, value))]
        if isinstance(value, dict):
            return ["dict", [[plain(k), plain(v)] for k, v in value.items()]]
        if isinstance(value, str | None) or (isinstance(value, int | float) and abs(value) < 2**63):
            return value
        raise TypeError(f"which result the function gave for {value!r} can't be told without the jail")

    def function(*args: Any, **kwargs: Any) -> Any:
        digest = hashlib.sha256(json.dumps([plain(args), plain(kwargs)]).encode()).digest()
        return results[int.from_bytes(digest[:4], "big") % len(results)]

    return function
