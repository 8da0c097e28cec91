"""Annotations as plain data, in the shape of ``models.TypeSpec``.

The kinds are listed in ``kinds``.
"""

from __future__ import annotations

import collections
import inspect
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from .canonical import canonical
from .kinds import BOUNDS, GENERIC, PLAIN, SCALARS, WRAPPERS


class _Empty(typing.Protocol):
    pass


_NO_MEMBERS = frozenset(
    {*vars(_Empty), *vars(typing.Protocol), "__annotations__", "__hash__", "__slots__"}
) - {"__call__"}


class Describer:
    """Describes what one module annotates; ``classes`` collects the classes that were met on the way."""

    def __init__(self, namespace: Mapping[str, Any], owner: type | None = None) -> None:
        self.namespace = dict(namespace)
        self.owner = owner
        self.classes: dict[str, dict[str, Any]] = {}

    def function(self, function: Callable[..., Any]) -> dict[str, Any]:
        """The parameters and return type of a function, in the shape of ``models.Signature``.

        Raises ``ValueError`` or ``TypeError`` where Python itself can't tell the signature.
        """
        signature = inspect.signature(function)
        hints = self._hints(
            getattr(function, "__init__", function) if isinstance(function, type) else function
        )
        parameters = self.parameters(signature, hints)
        returns = self.annotation("return", signature.return_annotation, hints)
        return {"parameters": parameters, "returns": returns}

    def parameters(self, signature: inspect.Signature, hints: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The parameters of a signature, each in the shape of ``models.Parameter``."""
        return [self._parameter(p, hints) for p in signature.parameters.values()]

    def _parameter(self, p: inspect.Parameter, hints: Mapping[str, Any]) -> dict[str, Any]:
        described: dict[str, Any] = {
            "name": p.name,
            "kind": p.kind.name.lower(),
            "type": self.annotation(p.name, p.annotation, hints),
        }
        if p.default is not inspect.Parameter.empty:
            described |= {"has_default": True, "default": canonical(p.default, consume=False)}
        return described

    def _hints(self, function: object) -> dict[str, Any]:
        """All annotations resolved, or none where one of them can't be: then each is tried alone."""
        try:
            return typing.get_type_hints(function, self.namespace, include_extras=True)
        except Exception:
            return {}

    def annotation(self, name: str, raw: Any, hints: Mapping[str, Any]) -> dict[str, Any] | None:
        """The type of the parameter ``name``, ``None`` where nothing is annotated."""
        if raw is inspect.Parameter.empty:
            return None
        try:
            return self.spec(hints.get(name, raw))
        except Exception as exc:
            return _unsupported(raw, f"{type(exc).__name__}: {exc}")

    def spec(self, annotation: Any) -> dict[str, Any]:
        """One annotation. Raises whatever resolving a forward reference in it raises."""
        if isinstance(annotation, str | typing.ForwardRef):
            text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
            return self.spec(eval(text, self.namespace))
        plain = PLAIN.get(annotation) if isinstance(annotation, abc.Hashable) else None
        if plain is not None:
            return plain
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        special = self._special(annotation, origin, args)
        if special is not None:
            return special
        base = origin or annotation
        if base is tuple:
            return self._tuple(annotation, args)
        if base in GENERIC:
            kind, count = GENERIC[base]
            described = [self.spec(arg) for arg in args[:count]]
            return {"kind": kind, "args": described or [{"kind": "any"}] * count}
        if base is collections.Counter:
            return {"kind": "Counter", "args": [self.spec(args[0]) if args else {"kind": "any"}]}
        if base in (abc.Generator, abc.AsyncGenerator, abc.Coroutine):
            kind = {abc.Generator: "generator", abc.AsyncGenerator: "asynciterator"}.get(base, "awaitable")
            item = args[-1] if kind == "awaitable" and args else args[0] if args else Any
            return {"kind": kind, "args": [self.spec(item)]}
        if base is abc.Callable:
            return {"kind": "callable", "args": [self.spec(args[-1])]}
        if base is type:
            return {"kind": "type", "args": [self.spec(args[0])]}
        if isinstance(base, type):
            return self._class(base, args)
        return _unsupported(annotation, "no strategy for it")

    def _special(self, annotation: Any, origin: Any, args: tuple[Any, ...]) -> dict[str, Any] | None:
        """The forms of ``typing`` that are no classes."""
        name = getattr(origin or annotation, "__name__", None) or getattr(origin or annotation, "_name", None)
        if origin is typing.Annotated:
            bounds = [pair for note in annotation.__metadata__ for pair in _constraints(note)]
            base = self.spec(args[0])
            return {"kind": "annotated", "args": [base], "values": bounds} if bounds else base
        if origin in (typing.Union, types.UnionType):
            return {"kind": "union", "args": [self.spec(arg) for arg in args]}
        if origin is typing.Literal:
            return {"kind": "literal", "values": [self._literal(arg) for arg in args]}
        if isinstance(annotation, typing.TypeVar):
            options = annotation.__constraints__ or ((annotation.__bound__,) if annotation.__bound__ else ())
            return {"kind": "typevar", "text": annotation.__name__, "args": [self.spec(o) for o in options]}
        if hasattr(annotation, "__supertype__"):
            return self.spec(annotation.__supertype__)
        if type(annotation).__name__ == "TypeAliasType":
            return self.spec(annotation.__value__)
        if type(origin).__name__ == "TypeAliasType":
            return self.spec(origin.__value__[args])
        if annotation is typing.Self and self.owner is not None:
            return self._class(self.owner, ())
        if name in WRAPPERS and args:
            return self.spec(args[0])
        if name in ("TypeGuard", "TypeIs"):
            return {"kind": "bool"}
        if isinstance(annotation, typing.ParamSpec | typing.TypeVarTuple):
            return {"kind": "any"}
        return None

    def _literal(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return ["enum", self._enum(type(value))["text"], value.name]
        return canonical(value, consume=False)

    def _tuple(self, annotation: Any, args: tuple[Any, ...]) -> dict[str, Any]:
        if not args and annotation in (tuple, typing.Tuple):  # noqa: UP006 - the bare alias
            return {"kind": "tuple...", "args": [{"kind": "any"}]}
        if len(args) == 2 and args[1] is Ellipsis:
            return {"kind": "tuple...", "args": [self.spec(args[0])]}
        return {"kind": "tuple", "args": [self.spec(arg) for arg in args]}

    # Classes

    def _class(self, cls: type, args: tuple[Any, ...]) -> dict[str, Any]:
        name = f"{cls.__module__}.{cls.__qualname__}".removeprefix("builtins.")
        name = name.replace("pathlib._local.", "pathlib.")  # as Python 3.13 has it
        if name in SCALARS:
            return {"kind": name, "args": [self.spec(arg) for arg in args[:2]]} if args else {"kind": name}
        if issubclass(cls, Enum):
            return self._enum(cls)
        reference = _reference(cls)
        if reference not in self.classes:
            self.classes[reference] = {"name": reference, "kind": "object"}  # met again within itself
            self.classes[reference] = self._describe_class(cls, reference)
        return {"kind": "class", "text": reference}

    def _enum(self, cls: type[Enum]) -> dict[str, Any]:
        reference = _reference(cls)
        members = [str(name) for name in cls.__members__]
        self.classes[reference] = {"name": reference, "kind": "enum", "members": members}
        return {"kind": "enum", "text": reference}

    def _describe_class(self, cls: type, reference: str) -> dict[str, Any]:
        outer, self.owner = self.owner, cls
        try:
            if typing.is_typeddict(cls):
                return {"name": reference, "kind": "typeddict", "parameters": self._typed_dict(cls)}
            if getattr(cls, "_is_protocol", False):
                return {"name": reference, "kind": "protocol", "parameters": self._protocol(cls)}
            if inspect.isabstract(cls):
                concrete = [self.spec(sub) for sub in _subclasses(cls)]
                return {"name": reference, "kind": "abstract", "options": concrete}
            return {"name": reference, "kind": "object", "parameters": self._constructor(cls)}
        finally:
            self.owner = outer

    def _typed_dict(self, cls: Any) -> list[dict[str, Any]]:
        hints = typing.get_type_hints(cls, self._names(cls), include_extras=True)
        return [
            {
                "name": key,
                "kind": "keyword_only",
                "type": self.spec(hint),
                "has_default": _may_be_left_out(hint, key in cls.__optional_keys__),
            }
            for key, hint in hints.items()
        ]

    def _protocol(self, cls: type) -> list[dict[str, Any]]:
        """The members of a protocol; a method's type is ``callable``."""
        found = []
        hints = typing.get_type_hints(cls, self._names(cls))
        for name in _protocol_members(cls):
            member = inspect.getattr_static(cls, name, None)
            if isinstance(member, property):
                described = self.spec(self._hints(member.fget).get("return", Any))
            elif isinstance(member, types.FunctionType):
                returns = self.spec(self._hints(member).get("return", Any))
                described = {"kind": "callable", "args": [returns]}
            else:
                described = self.spec(hints.get(name, Any))
            found.append({"name": name, "kind": "keyword_only", "type": described})
        return found

    def _constructor(self, cls: type) -> list[dict[str, Any]]:
        if issubclass(cls, BaseException) and _init(cls) is _init(BaseException):
            return [{"name": "message", "kind": "positional_only", "type": {"kind": "str"}}]
        signature = inspect.signature(cls)
        hints: dict[str, Any] = {}
        for source in (cls.__new__, _init(cls), cls):
            try:
                found = typing.get_type_hints(source, self._names(cls), include_extras=True)
            except Exception:  # an unresolvable name: the parameters are then resolved one by one
                continue
            hints |= {name: hint for name, hint in found.items() if name not in hints}
        return [
            p for p in self.parameters(signature, hints) if p["kind"] not in ("var_positional", "var_keyword")
        ]

    def _names(self, cls: type) -> dict[str, Any]:
        module = sys.modules.get(cls.__module__)
        return {**(vars(module) if module else {}), **self.namespace}


def _reference(cls: type) -> str:
    module = "" if cls.__module__ == "dream" else cls.__module__
    return f"{module}:{cls.__qualname__}"


def _init(cls: type) -> Any:
    return inspect.getattr_static(cls, "__init__")


def _may_be_left_out(hint: Any, optional: bool) -> bool:
    """Whether a key of a ``TypedDict`` may be missing, also where its annotation was postponed."""
    return {typing.Required: False, typing.NotRequired: True}.get(typing.get_origin(hint), optional)


def _protocol_members(cls: type) -> list[str]:
    protocols = [base for base in cls.__mro__ if getattr(base, "_is_protocol", False)]
    named = {name for base in protocols for name in (*vars(base), *vars(base).get("__annotations__", {}))}
    return sorted(named - _NO_MEMBERS)


def _subclasses(cls: type) -> list[type]:
    """Concrete subclasses in the code itself, in the order in which they were defined."""
    found: list[type] = []
    sub: type
    for sub in cls.__subclasses__():
        if sub.__module__ in ("dream", cls.__module__):
            found += _subclasses(sub) if inspect.isabstract(sub) else [sub]
    return found


def _constraints(note: object) -> list[list[Any]]:
    """What an ``annotated_types`` constraint demands, read from its fields; other metadata says nothing."""
    if type(note).__module__ != "annotated_types":
        return []
    names = BOUNDS.get(type(note).__name__, ())
    found = [[name, getattr(note, name)] for name in names if getattr(note, name, None) is not None]
    return [[name, canonical(bound, consume=False)] for name, bound in found]


def _unsupported(raw: Any, reason: str) -> dict[str, Any]:
    text = raw if type(raw) is str else inspect.formatannotation(raw)
    return {"kind": "unsupported", "text": f"{text[:200]} ({reason[:200]})"}
