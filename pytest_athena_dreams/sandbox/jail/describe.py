"""Describes annotations as plain data, in the shape of ``signatures.TypeSpec``.

``kinds`` lists the kinds. Describing never fails: an annotation that can't be resolved is ``unsupported``, a
class that can't be built has the kind ``unknown``, each with the reason.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections import Counter, abc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import Any

from .canonical import canonical
from .classes import class_reference, describe_class, may_be_left_out
from .kinds import ALIASES, ANNOTATION_WRAPPERS, BOUNDS, GENERIC, PLAIN, SCALARS, YIELDING
from .names import Scope

ALIAS_LEVELS = 2
"""Levels to follow an alias that refers to itself."""
GENERIC_LENGTH = 200
"""Maximum characters of a generic class' arguments in its reference; longer ones, as of a class that nests
itself, are left out."""


class Describer:
    """Describes the annotations of one module; ``classes`` collects the classes that occur in them.

    ``owner`` is the class whose method is described. ``source`` is the module's: it shows the names that only
    type checkers import, and what a constructor does with its parameters.
    """

    def __init__(self, namespace: Mapping[str, Any], owner: type | None = None, source: str = "") -> None:
        self.owner = owner
        self.source = source
        self.scope = Scope(namespace, source)
        self.classes: dict[str, dict[str, Any]] = {}
        self._scopes = {str(namespace.get("__name__", "dream")): self.scope}
        self._open: Counter[Any] = Counter()
        self._bound: dict[Any, dict[str, Any]] = {}

    def function(self, function: Callable[..., Any]) -> dict[str, Any]:
        """The parameters and return type of a function, in the shape of ``signatures.Signature``.

        Raises ``ValueError`` or ``TypeError`` if ``inspect`` finds no signature.
        """
        signature = inspect.signature(function)
        made_by = inspect.getattr_static(function, "__init__") if isinstance(function, type) else function
        with self.names_of(made_by):
            hints = self.scope.hints(made_by)
            parameters = self.parameters(signature, hints)
            returns = self.annotation("return", signature.return_annotation, hints)
        return {"parameters": parameters, "returns": returns}

    def result(self, function: Callable[..., Any]) -> dict[str, Any] | None:
        """Only the return type of a function; ``None`` if it has none or ``inspect`` finds no signature."""
        if type(function) is not types.FunctionType or vars(function):
            try:
                returns: dict[str, Any] | None = self.function(function)["returns"]
            except (TypeError, ValueError):
                return None
            return returns
        raw = function.__annotations__.get("return", inspect.Parameter.empty)
        if raw is inspect.Parameter.empty or type(raw) is type:  # nothing to resolve
            return self.annotation("return", raw, {})
        with self.names_of(function):
            alone = types.SimpleNamespace(__annotations__={"return": raw})
            return self.annotation("return", raw, self.scope.hints(alone))

    def parameters(self, signature: inspect.Signature, hints: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The parameters of a signature, each in the shape of ``signatures.Parameter``."""
        found: list[dict[str, Any]] = []
        for p in signature.parameters.values():
            hint = hints.get(p.name)
            if p.kind is p.VAR_KEYWORD and _is_unpacked(hint):
                found += self.keys(typing.get_args(hint)[0])
            elif p.kind is p.VAR_POSITIONAL and _is_unpacked(hint):
                given = self._unpacked(p.name, hint)
                if any(x["kind"] == "positional_only" for x in given):  # those before them become required
                    found = [
                        {k: v for k, v in x.items() if k not in ("has_default", "default")} for x in found
                    ]
                found += given
            else:
                found.append(self._parameter(p, hints))
        return found

    def _unpacked(self, name: str, hint: Any) -> list[dict[str, Any]]:
        """The parameters for ``*args: *tuple[…]``: one for each item, or any number of one type."""
        inner = typing.get_args(hint)[0] if typing.get_origin(hint) is not tuple else hint
        items = typing.get_args(inner)
        if typing.get_origin(inner) is not tuple:  # a type variable for all of them
            return [{"name": name, "kind": "var_positional", "type": self.spec(inner)}]
        if len(items) == 2 and items[1] is Ellipsis:
            return [{"name": name, "kind": "var_positional", "type": self.spec(items[0])}]
        found: list[dict[str, Any]] = []
        for n, item in enumerate(items):
            if _is_unpacked(item):
                found += self._unpacked(f"{name}[{n}]", item)
            else:
                found.append({"name": f"{name}[{n}]", "kind": "positional_only", "type": self.spec(item)})
        return found

    def _parameter(self, p: inspect.Parameter, hints: Mapping[str, Any]) -> dict[str, Any]:
        described: dict[str, Any] = {
            "name": p.name,
            "kind": p.kind.name.lower(),
            "type": self.annotation(p.name, p.annotation, hints),
        }
        if p.default is not inspect.Parameter.empty:
            described |= {"has_default": True, "default": canonical(p.default, consume=False)}
        return described

    def annotation(self, name: str, raw: Any, hints: Mapping[str, Any]) -> dict[str, Any] | None:
        """The type of the parameter ``name``; ``None`` if it has no annotation."""
        return None if raw is inspect.Parameter.empty else self.spec(hints.get(name, raw))

    def spec(self, annotation: Any) -> dict[str, Any]:
        """Describe one annotation; ``unsupported``, with the reason, if it can't be resolved."""
        try:
            return self._spec(annotation)
        except Exception as exc:  # whatever the code of an annotation or a class raises
            return unsupported(annotation, f"{type(exc).__name__}: {exc}")

    def _spec(self, annotation: Any) -> dict[str, Any]:
        if isinstance(annotation, str | typing.ForwardRef):
            text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
            return self._alias(text, lambda: self.scope.evaluate(text))
        plain = PLAIN.get(annotation) if isinstance(annotation, abc.Hashable) else None
        if plain is not None:
            return plain
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        special = self._special(annotation, origin, args)
        if special is not None:
            return special
        base = origin or annotation
        if not args and isinstance(base, abc.Hashable) and base in PLAIN:  # such as typing.Sized
            return PLAIN[base]
        if base is tuple:
            return self._tuple(annotation, args)
        if base in GENERIC:
            kind, count = GENERIC[base]
            described = [self.spec(arg) for arg in args[:count]]
            return {"kind": kind, "args": described or [{"kind": "any"}] * count}
        if base in YIELDING:
            kind, which = YIELDING[base]
            return {"kind": kind, "args": [self.spec(args[which] if args else Any)]}
        if base is abc.Callable:
            return {"kind": "callable", "args": [self.spec(args[-1])]}
        if base is typing.IO and args == (bytes,):
            return {"kind": "typing.BinaryIO"}
        if base is type:
            return {"kind": "type", "args": [self.spec(args[0] if args else Any)]}
        if isinstance(base, type):
            return self._class(base, args)
        return unsupported(annotation, "no strategy for it")

    def _special(self, annotation: Any, origin: Any, args: tuple[Any, ...]) -> dict[str, Any] | None:
        """The forms of ``typing`` that are not classes; ``None`` for any other annotation."""
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
            if annotation in self._bound:
                return self._bound[annotation]
            options = annotation.__constraints__ or ((annotation.__bound__,) if annotation.__bound__ else ())
            return {"kind": "typevar", "text": annotation.__name__, "args": [self.spec(o) for o in options]}
        if hasattr(annotation, "__supertype__"):
            return self.spec(annotation.__supertype__)
        if type(annotation).__name__ == "TypeAliasType":
            return self._alias(annotation, lambda: annotation.__value__)
        if type(origin).__name__ == "TypeAliasType":
            return self._alias(origin, lambda: origin.__value__[args])
        if annotation is typing.Self and self.owner is not None:
            return self._class(self.owner, ())
        if name in ANNOTATION_WRAPPERS and args:
            return self.spec(args[0])
        if name in ("TypeGuard", "TypeIs"):
            return {"kind": "bool"}
        if isinstance(annotation, _TYPE_PARAMETERS):
            return {"kind": "any"}
        if type(annotation).__name__ == "InitVar":
            return self.spec(annotation.type)
        if name in ("NoReturn", "Never"):
            return unsupported(annotation, "there is no such value")
        return None

    def _alias(self, alias: Any, value: Callable[[], Any]) -> dict[str, Any]:
        """The meaning of an alias, followed ``ALIAS_LEVELS`` deep if it refers to itself."""
        if self._open[alias] > ALIAS_LEVELS:
            return unsupported(alias, "it refers to itself without end")
        self._open[alias] += 1
        try:
            return self._spec(value())
        finally:
            self._open[alias] -= 1

    def _literal(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return ["enum", self._enum(type(value))["text"], value.name, None]
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
        name = ALIASES.get(name, name).replace("pathlib._local.", "pathlib.")  # as Python 3.13 has it
        if name == "numpy.ndarray" and len(args) == 2:
            scalar = typing.get_args(args[1]) or (None,)
            return {"kind": name, "text": getattr(scalar[0], "__name__", "")}
        if name in SCALARS:
            return {"kind": name, "args": [self.spec(arg) for arg in args[:2]]} if args else {"kind": name}
        if issubclass(cls, Enum):
            return self._enum(cls)
        bound = self._bindings(cls, args)
        key = ", ".join(map(_key, bound.values())) if args else ""
        reference = class_reference(cls) + (f"[{key}]" if 0 < len(key) <= GENERIC_LENGTH else "")
        if reference not in self.classes:
            self.classes[reference] = {"name": reference, "kind": "object"}  # met again within itself
            with self._inside(cls, bound):
                self.classes[reference] = {"name": reference, **describe_class(self, cls)}
        return {"kind": "class", "text": reference}

    def _enum(self, cls: type[Enum]) -> dict[str, Any]:
        reference = class_reference(cls)
        members = [str(name) for name in cls.__members__]
        self.classes[reference] = {"name": reference, "kind": "enum", "members": members}
        return {"kind": "enum", "text": reference}

    def keys(self, cls: Any) -> list[dict[str, Any]]:
        """The keys of a ``TypedDict``, as keyword parameters."""
        return [
            {
                "name": key,
                "kind": "keyword_only",
                "type": self.spec(hint),
                "has_default": may_be_left_out(hint, key in cls.__optional_keys__),
            }
            for key, hint in (self.scope.hints(cls) or cls.__annotations__).items()
        ]

    def _bindings(self, cls: type, args: tuple[Any, ...]) -> dict[Any, dict[str, Any]]:
        """The types bound to the type variables of a class and its bases, as far as they are given."""
        found = dict(zip(getattr(cls, "__parameters__", ()), map(self.spec, args), strict=False))
        outer = self._bound
        self._bound = outer | found
        try:
            for base in getattr(cls, "__orig_bases__", ()):
                origin = typing.get_origin(base)
                if origin not in (None, typing.Generic, typing.Protocol):
                    found |= self._bindings(origin, typing.get_args(base))
        finally:
            self._bound = outer
        return found

    @contextmanager
    def _inside(self, cls: type, bound: Mapping[Any, dict[str, Any]]) -> Iterator[None]:
        """Resolve in the scope of a class: its module's names, its type variables, and ``Self``."""
        outer = self.owner, self.scope, self._bound
        self.owner, self.scope, self._bound = cls, self._scope(cls.__module__), dict(bound)
        try:
            yield
        finally:
            self.owner, self.scope, self._bound = outer

    @contextmanager
    def names_of(self, function: Any) -> Iterator[None]:
        """Resolve in the scope of the module that wrote a function."""
        outer = self.scope
        module = getattr(inspect.unwrap(function), "__globals__", {}).get("__name__")
        self.scope = self._scope(module) if isinstance(module, str) else outer
        try:
            yield
        finally:
            self.scope = outer

    def _scope(self, module: str) -> Scope:
        if module not in self._scopes:
            self._scopes[module] = Scope.of_module(module)
        return self._scopes[module]


def _is_unpacked(hint: Any) -> bool:
    """Whether ``hint`` is ``*tuple[…]`` or ``Unpack[…]``."""
    return getattr(typing.get_origin(hint), "_name", "") == "Unpack" or getattr(hint, "__unpacked__", False)


def _constraints(note: object) -> list[list[Any]]:
    """The (name, bound) pairs of an ``annotated_types`` constraint; empty for other metadata."""
    if type(note).__module__ != "annotated_types":
        return []
    names = BOUNDS.get(type(note).__name__, ())
    found = [[name, getattr(note, name)] for name in names if getattr(note, name, None) is not None]
    return [[name, canonical(bound, consume=False)] for name, bound in found]


def unsupported(raw: Any, reason: str) -> dict[str, Any]:
    """An annotation whose values can't be drawn, with the reason."""
    text = raw if type(raw) is str else inspect.formatannotation(raw)
    return {"kind": "unsupported", "text": f"{text[:200]} ({reason[:200]})"}


def _key(spec: dict[str, Any]) -> str:
    """A short text for a described type, used in the reference of a generic class."""
    inner = [*map(_key, spec.get("args", ())), *map(str, spec.get("values", ()))]
    name = spec.get("text") or spec["kind"]
    return f"{name}[{', '.join(inner)}]" if inner else str(name)


_TYPE_PARAMETERS = (typing.ParamSpec, typing.TypeVarTuple, typing.ParamSpecArgs, typing.ParamSpecKwargs)
