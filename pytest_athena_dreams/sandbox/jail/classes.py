"""Describes how to build the classes that annotations name, in the shape of ``signatures.ClassSpec``."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .typenames import made_by_class_statement

if TYPE_CHECKING:
    from .describe import Describer


class _Empty(typing.Protocol):
    pass


_NO_MEMBERS = frozenset(
    {*vars(_Empty), *vars(typing.Protocol), "__annotations__", "__hash__", "__slots__"}
) - {"__call__"}
_CALLABLE = {"kind": "callable", "args": [{"kind": "any"}]}


def class_reference(cls: type) -> str:
    """``module:qualified name``, without the module for the code's own classes."""
    module = "" if cls.__module__ == "dream" else cls.__module__
    return f"{module}:{cls.__qualname__}"


def describe_class(describer: Describer, cls: type) -> dict[str, Any]:
    """How ``cls`` is built, by kind; ``unknown`` with a reason if that can't be determined."""
    # The jail builds what fits these two without them, so they may be defined for type checkers alone.
    if type(cls).__name__ == "_TypedDictMeta":
        return {"kind": "typeddict", "parameters": describer.keys(cls)}
    if getattr(cls, "_is_protocol", False):
        return {"kind": "protocol", "parameters": _protocol(describer, cls)}
    if "<locals>" in cls.__qualname__:
        return _unknown("is defined within a function")
    if cls.__module__ != "dream" and _imported(cls) is not cls:
        return _unknown("can't be imported by its name")
    if inspect.isabstract(cls):
        concrete = [describer.spec(sub) for sub in _subclasses(cls)]
        return {"kind": "abstract", "options": concrete}
    if issubclass(cls, BaseException) and not isinstance(_init(cls), types.FunctionType):
        if issubclass(cls, UnicodeError) and cls is not UnicodeError:
            return _unknown("needs more than a message")
        if not issubclass(cls, BaseExceptionGroup):
            return {"kind": "object", "parameters": [_MESSAGE]}
        errors = {"kind": "tuple", "args": [describer.spec(Exception)]}
        group = {"name": "errors", "kind": "positional_only", "type": errors}
        return {"kind": "object", "parameters": [_MESSAGE, group]}
    content = _content(cls)
    if content is not None:
        values = {"name": "values", "kind": "positional_only", "type": describer.spec(content)}
        return {"kind": "object", "parameters": [values]}
    try:
        signature = inspect.signature(cls)
    except (TypeError, ValueError):  # written in C, or its signature is
        return _unknown("has no signature")
    parameters = _constructor(describer, cls, signature)
    return {"kind": "object", "parameters": parameters, "assignable": _assignable(cls, describer.source)}


def _content(cls: type) -> Any:
    """The builtin type whose value makes an object of its subclass ``cls``; ``None`` if ``cls`` is no such.

    A subclass with a constructor of its own takes what that says.
    """
    if any(isinstance(made, types.FunctionType) for made in (cls.__new__, _init(cls))):
        return None
    base = next(base for base in cls.__mro__ if not made_by_class_statement(base))
    if base is cls or base not in _MADE_OF_ITS_OWN:
        return None
    return _as_base(cls, base)


def _as_base(cls: type, base: type) -> Any:
    """``base`` with the arguments that its subclass ``cls`` gives it: ``dict[str, int]``."""
    for generic in vars(cls).get("__orig_bases__", ()):
        origin = typing.get_origin(generic)
        if origin is base:
            return generic
        if isinstance(origin, type) and issubclass(origin, base):
            found, args = _as_base(origin, base), typing.get_args(generic)
            return found[args] if 0 < len(getattr(found, "__parameters__", ())) == len(args) else found
    parents = [parent for parent in cls.__bases__ if parent is not base and issubclass(parent, base)]
    return _as_base(parents[0], base) if parents else base


_MADE_OF_ITS_OWN = frozenset({bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple})
_MESSAGE = {"name": "message", "kind": "positional_only", "type": {"kind": "str"}}


def _imported(cls: type) -> Any:
    found: Any = sys.modules.get(cls.__module__)
    for name in cls.__qualname__.split("."):
        found = getattr(found, name, None)
    return found


def _unknown(reason: str) -> dict[str, Any]:
    return {"kind": "unknown", "reason": reason}


def _constructor(describer: Describer, cls: type, signature: inspect.Signature) -> list[dict[str, Any]]:
    hints: Mapping[str, Any] = {}
    made_by = [source for source in (cls.__new__, _init(cls)) if isinstance(source, types.FunctionType)]
    with describer.names_of(made_by[-1] if made_by else cls):
        for source in (cls, *made_by):  # the later ones know better
            hints = {**hints, **describer.scope.hints(source)}
        parameters = describer.parameters(signature, hints)
    return [p for p in parameters if p["kind"] not in ("var_positional", "var_keyword")]


def _assignable(cls: type, source: str) -> list[str]:
    """The parameters of ``cls`` that its objects store as attributes, if these can be assigned later."""
    if dataclasses.is_dataclass(cls):
        frozen = cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
        return [] if frozen else [field.name for field in dataclasses.fields(cls) if field.init]
    owner = next(base for base in cls.__mro__ if "__init__" in vars(base))
    body = ast.parse(source).body if owner.__module__ == "dream" else []
    for part in (*owner.__qualname__.split("."), "__init__"):
        found = [node for node in body if isinstance(node, _SCOPE_STATEMENTS) and node.name == part]
        body = found[-1].body if found else []
    return [name for statement in body if (name := _stored(statement)) is not None]


_SCOPE_STATEMENTS = (ast.ClassDef, ast.FunctionDef)


def _stored(statement: ast.stmt) -> str | None:
    """``x`` in ``self.x = x``, ``self.x = list(x)``, ``self.x = x or []`` and the like, or ``None``."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if len(targets) == 1 and isinstance(targets[0], ast.Attribute) and isinstance(statement, _ASSIGNMENTS):
        names = {node.id for node in ast.walk(statement.value or targets[0]) if isinstance(node, ast.Name)}
        if names - {"list", "tuple", "set", "dict"} == {targets[0].attr}:
            return targets[0].attr
    return None


_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)


def _protocol(describer: Describer, cls: type) -> list[dict[str, Any]]:
    """The members of a protocol; a method's type is ``callable``."""
    found = []
    hints = describer.scope.hints(cls)
    for name in _protocol_members(cls):
        member = inspect.getattr_static(cls, name, None)
        if isinstance(member, property):
            described = describer.spec(_returns(describer, member.fget))
        elif isinstance(member, types.FunctionType):
            described = {"kind": "callable", "args": [describer.spec(_returns(describer, member))]}
        elif isinstance(member, classmethod | staticmethod):
            described = _CALLABLE
        else:
            described = describer.spec(hints.get(name, Any))
        found.append({"name": name, "kind": "keyword_only", "type": described})
    return found


def _returns(describer: Describer, function: Any) -> Any:
    raw = getattr(function, "__annotations__", {}).get("return", Any)
    return describer.scope.hints(function).get("return", raw)


def _init(cls: type) -> Any:
    return inspect.getattr_static(cls, "__init__")


def may_be_left_out(hint: Any, optional: bool) -> bool:
    """Whether a key of a ``TypedDict`` may be missing, also where its annotation was postponed."""
    return {typing.Required: False, typing.NotRequired: True}.get(typing.get_origin(hint), optional)


def _protocol_members(cls: type) -> list[str]:
    protocols = [base for base in cls.__mro__ if getattr(base, "_is_protocol", False)]
    named = {name for base in protocols for name in (*vars(base), *vars(base).get("__annotations__", {}))}
    return sorted(named - _NO_MEMBERS)


def _subclasses(cls: type) -> list[type]:
    """Concrete subclasses in the code itself or in the same package, in order of definition."""
    found: list[type] = []
    sub: type
    package = cls.__module__.partition(".")[0]
    for sub in type.__subclasses__(cls):
        if sub.__module__ == "dream" or sub.__module__.partition(".")[0] == package:
            found += _subclasses(sub) if inspect.isabstract(sub) else [sub]
    return found
