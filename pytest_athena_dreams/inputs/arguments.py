"""The arguments of one call: how they travel into the jail, and how they read as Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from ..signatures import ParameterKind, Signature
from ..worlds import World, attached
from .graphs import Wiring, wired
from .recipes import Recipe, pickled, source
from .steps import THEN_CALLS, lines


@dataclass(frozen=True, slots=True)
class Arguments:
    """Positional and keyword arguments of one call; ``wiring`` are references between objects in them.

    ``world`` is what surrounds the call, ``None`` for code that does not act.
    """

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    wiring: Wiring = ()
    world: World | None = None

    def payload(self) -> bytes:
        """The pickle that the jail loads, afresh for every call, with the call's world."""
        payload = pickled(self._wired())
        return payload if self.world is None else attached(payload, self.world)

    def call(self, name: str) -> str:
        """The call as Python source, on one line."""
        args, kwargs = self._wired()
        steps = kwargs.get(THEN_CALLS)
        if steps is not None:
            kwargs = {key: value for key, value in kwargs.items() if key != THEN_CALLS}
            return lines(Arguments(args, kwargs).call(name), steps)
        parts = [source(arg) for arg in args]
        parts += [f"{key}={source(value)}" for key, value in kwargs.items()]
        return f"{name}({', '.join(parts)})"

    def _wired(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return wired((self.args, self.kwargs), self.wiring) if self.wiring else (self.args, self.kwargs)

    def without_step(self, number: int) -> Arguments | None:
        """A sequence of calls without one of them; ``None`` if it has no such call."""
        steps = list(self.kwargs.get(THEN_CALLS, ()))
        if number >= len(steps):
            return None
        del steps[number]
        return replace(self, kwargs=self.kwargs | {THEN_CALLS: steps})

    def by_name(self, signature: Signature) -> dict[str, Any]:
        """The arguments by parameter; what ``*args`` takes is left out."""
        return dict(zip(_positional(signature), self.args, strict=False)) | self.kwargs

    def by_keyword(self, signature: Signature) -> Arguments:
        """The same call with a keyword for each argument that can have one; none can before ``*args``."""
        first = len(list(takewhile(lambda p: p.kind is ParameterKind.POSITIONAL_ONLY, signature.parameters)))
        names = [p.name for p in signature.parameters if p.kind is ParameterKind.POSITIONAL_OR_KEYWORD]
        if len(self.args) > first + len(names):
            return self
        named = dict(zip(names, self.args[first:], strict=False))
        return replace(self, args=self.args[:first], kwargs=named | self.kwargs)

    def replaced(self, signature: Signature, values: Mapping[str, Any]) -> Arguments:
        """The same call with other values for the parameters in ``values``."""
        names = _positional(signature)
        named = [values.get(name, arg) for name, arg in zip(names, self.args, strict=False)]
        args = (*named, *self.args[len(names) :])
        kwargs = {key: values.get(key, value) for key, value in self.kwargs.items()}
        return replace(self, args=args, kwargs=kwargs)


def _positional(signature: Signature) -> list[str]:
    """The parameters that positional arguments are for, in their order, up to ``*args``."""
    before = takewhile(lambda p: p.kind is not ParameterKind.VAR_POSITIONAL, signature.parameters)
    return [p.name for p in before if p.kind in _POSITIONAL]


def is_plain(values: Iterable[object]) -> bool:
    """Whether ``values`` are of builtin types that have an order, and so is all that is in them."""
    left = list(values)
    for value in left:
        if type(value) is list or type(value) is tuple:
            left += value
        elif type(value) is dict:
            left += [*value.keys(), *value.values()]
        elif type(value) is Recipe and value.maker in ("iterator", "generator"):
            left += value.args
        elif value is not None and type(value) not in _ATOMS:
            return False
    return True


VARIADIC = (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD)
"""The kinds of parameters that take any number of arguments."""
_ATOMS = (bool, int, float, complex, str, bytes)
_POSITIONAL = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD)
