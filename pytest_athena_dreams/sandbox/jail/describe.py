"""An entry point's signature as plain data, in the shape of ``models.Signature``.

The kinds of a type:

- ``any``, ``none``, and the builtin scalars by name: ``int float complex bool str bytes bytearray``
- ``list set frozenset`` with one argument, ``dict`` with two, ``tuple`` with one an item,
  ``tuple...`` (any length) with one
- ``union`` with its alternatives, ``literal`` with canonical values
- ``unsupported`` with the annotation as written and the reason in ``text``
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from .canonical import canonical

_SCALARS = {int, float, complex, bool, str, bytes, bytearray}
_CONTAINERS: dict[Any, tuple[str, int]] = {
    list: ("list", 1),
    set: ("set", 1),
    frozenset: ("frozenset", 1),
    dict: ("dict", 2),
}
_ANY = {"kind": "any"}
DOC = 4_000
"""Characters of a docstring that are passed on."""


def describe(function: Callable[..., Any], namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Describe ``function``, whose annotations are resolved in ``namespace``.

    Raises ``ValueError`` or ``TypeError`` where Python itself can't tell the signature.
    """
    signature = inspect.signature(function)
    try:
        hints = typing.get_type_hints(function, dict(namespace), include_extras=True)
    except Exception:  # an unresolvable name, or any code that an annotation runs: told one by one
        hints = {}
    doc = getattr(function, "__doc__", None)
    return {
        "name": str(getattr(function, "__qualname__", "")),
        "parameters": [_parameter(p, hints, namespace) for p in signature.parameters.values()],
        "returns": _annotation("return", signature.return_annotation, hints, namespace),
        "doc": doc[:DOC] if type(doc) is str else "",
    }


def _parameter(p: inspect.Parameter, hints: dict[str, Any], namespace: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": p.name,
        "kind": p.kind.name.lower(),
        "type": _annotation(p.name, p.annotation, hints, namespace),
    }
    if p.default is not inspect.Parameter.empty:
        described |= {"has_default": True, "default": canonical(p.default, consume=False)}
    return described


def _annotation(
    name: str, raw: Any, hints: dict[str, Any], namespace: Mapping[str, Any]
) -> dict[str, Any] | None:
    if raw is inspect.Parameter.empty:
        return None
    if name in hints:
        return type_spec(hints[name])
    try:
        return type_spec(eval(raw, dict(namespace)) if type(raw) is str else raw)
    except Exception as exc:
        return _unsupported(raw, f"{type(exc).__name__}: {exc}")


def _unsupported(raw: Any, reason: str) -> dict[str, Any]:
    text = raw if type(raw) is str else inspect.formatannotation(raw)
    return {"kind": "unsupported", "text": f"{text[:200]} ({reason[:200]})"}


def type_spec(annotation: Any) -> dict[str, Any]:
    """An annotation as a dict in the shape of ``models.TypeSpec``."""
    if annotation is Any or annotation is object:
        return _ANY
    if annotation is None or annotation is type(None):
        return {"kind": "none"}
    if type(annotation) is type and annotation in _SCALARS:
        return {"kind": annotation.__name__}
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_spec(args[0])
    if origin in (typing.Union, types.UnionType):
        return {"kind": "union", "args": [type_spec(arg) for arg in args]}
    if origin is typing.Literal:
        return {"kind": "literal", "values": [canonical(arg, consume=False) for arg in args]}
    base = origin or annotation
    if base is tuple or base is typing.Tuple:  # noqa: UP006 - the bare alias has no origin
        if not args and annotation in (tuple, typing.Tuple):  # noqa: UP006
            return {"kind": "tuple...", "args": [_ANY]}
        if len(args) == 2 and args[1] is Ellipsis:
            return {"kind": "tuple...", "args": [type_spec(args[0])]}
        return {"kind": "tuple", "args": [type_spec(arg) for arg in args]}
    if isinstance(base, type) and base in _CONTAINERS:
        kind, count = _CONTAINERS[base]
        return {"kind": kind, "args": [type_spec(arg) for arg in args] or [_ANY] * count}
    return _unsupported(annotation, "this version has no strategy for it")
