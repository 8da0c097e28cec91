"""The arguments of one call: how they travel into the jail, and how they read as Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..models import ParameterKind, Signature
from .recipes import pickled, source


@dataclass(frozen=True, slots=True)
class Arguments:
    """Positional and keyword arguments of one call."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> bytes:
        """The pickle that the jail loads, afresh for every call."""
        return pickled((self.args, self.kwargs))

    def call(self, name: str) -> str:
        """The call as Python source, on one line."""
        parts = [source(arg) for arg in self.args]
        parts += [f"{key}={source(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(parts)})"

    def by_name(self, signature: Signature) -> dict[str, Any]:
        """The arguments by parameter; what ``*args`` takes is left out."""
        names = [p.name for p in signature.parameters if p.kind in _POSITIONAL]
        return dict(zip(names, self.args, strict=False)) | self.kwargs

    def replaced(self, signature: Signature, values: Mapping[str, Any]) -> Arguments:
        """The same call with other values for the parameters in ``values``."""
        names = [p.name for p in signature.parameters if p.kind in _POSITIONAL]
        named = [values.get(name, arg) for name, arg in zip(names, self.args, strict=False)]
        args = (*named, *self.args[len(names) :])
        return Arguments(args, {key: values.get(key, value) for key, value in self.kwargs.items()})


def is_plain(values: Iterable[object]) -> bool:
    """Whether ``values`` are of builtin types that have an order, and so is all that is in them."""
    left = list(values)
    for value in left:
        if type(value) is list or type(value) is tuple:
            left += value
        elif type(value) is dict:
            left += [*value.keys(), *value.values()]
        elif value is not None and type(value) not in _ATOMS:
            return False
    return True


_ATOMS = (bool, int, float, complex, str, bytes)
_POSITIONAL = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD)
