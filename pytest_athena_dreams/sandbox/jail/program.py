"""A dream's source, loaded: its module, its entry point, and how to call it.

Invariants: the code runs as the module ``dream``, which is in ``sys.modules`` as long as it runs; a
``Failure`` says at which stage loading ended, and nothing else leaves this module.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .describe import describe
from .raising import describe_exception
from .source import declares, literals

FILENAME = "<dream>"


class Failure(Exception):
    """Loading ended early; ``raised`` is in the shape of ``models.Raised``."""

    def __init__(self, exc: BaseException, stage: str) -> None:
        super().__init__()
        self.raised = describe_exception(exc, stage, FILENAME)


def load(
    code: str, entry_point: str | None, fallbacks: Sequence[str]
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Run ``code`` and return its entry point and the entry point's description.

    Raises ``Failure`` where the code does not compile, does not run, or has no usable entry point.
    """
    try:
        tree = ast.parse(code, FILENAME)
        program: CodeType = compile(tree, FILENAME, "exec", dont_inherit=True)
        constants = literals(tree)
    except BaseException as exc:
        raise Failure(exc, "compile") from None
    module = ModuleType("dream")
    sys.modules["dream"] = module
    namespace = vars(module)
    try:
        exec(program, namespace)
    except BaseException as exc:
        raise Failure(exc, "load") from None
    try:
        name = _choose(namespace, entry_point, fallbacks)
        entry, described = _resolve(namespace, name)
        signature = describe(described, namespace)
        signature |= {"name": name, "literals": constants, "declares": declares(tree, signature["doc"])}
    except BaseException as exc:
        raise Failure(exc, "entry") from None
    return entry, signature


def _choose(namespace: dict[str, Any], entry_point: str | None, fallbacks: Sequence[str]) -> str:
    """The entry point's name: the one asked for, else a fallback, else the last public function."""
    functions = _functions(namespace)
    if entry_point is not None:
        if entry_point.partition(".")[0] in namespace:
            return entry_point
        raise AttributeError(f"no {entry_point!r} in the code, which defines {_listed(functions)}")
    for name in fallbacks:
        if name.partition(".")[0] in namespace:
            return name
    public = [name for name in functions if not name.startswith("_")]
    if not public:
        raise AttributeError(f"no public function in the code, which defines {_listed(functions)}")
    return public[-1]


def _listed(functions: Sequence[str]) -> str:
    return ", ".join(functions[:20]) or "no function"


def _functions(namespace: dict[str, Any]) -> list[str]:
    """Names of the functions that the code itself defines, in the order of its lines."""
    found: dict[str, int] = {}
    for name, value in namespace.items():
        for _ in range(100):  # through decorators that keep what they wrap
            wrapped = _attributes(value).get("__wrapped__")
            if wrapped is None:
                break
            value = wrapped
        if type(value) is FunctionType and value.__code__.co_filename == FILENAME:
            found[name] = value.__code__.co_firstlineno
    return sorted(found, key=found.__getitem__)


def _attributes(value: object) -> dict[str, Any]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if type(own) is dict else {}


def _resolve(namespace: dict[str, Any], name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """How to call ``name``, and the callable that has its signature.

    A method is called on a fresh instance each time, made without arguments.
    """
    head, *rest = name.split(".")
    value = namespace[head]
    for i, part in enumerate(rest):
        owner, value = value, getattr(value, part)
        last = i == len(rest) - 1 and isinstance(owner, type)
        if last and type(inspect.getattr_static(owner, part)) is FunctionType:
            return _method(owner, part), getattr(owner(), part)
    if not callable(value):
        raise TypeError(f"{name!r} is a {type(value).__name__}, not a function")
    return value, value


def _method(owner: type, name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(owner(), name)(*args, **kwargs)

    return call
