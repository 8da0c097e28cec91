"""The arguments of one call: how they travel into the jail, and how they read as Python."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Arguments:
    """Positional and keyword arguments of one call."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> bytes:
        """The pickle that the jail loads, afresh for every call."""
        return pickle.dumps((self.args, self.kwargs), protocol=5)

    def call(self, name: str) -> str:
        """The call as Python source, on one line."""
        parts = [source(arg) for arg in self.args]
        parts += [f"{key}={source(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(parts)})"


def source(value: Any) -> str:
    """Python source for a drawn value: ``repr``, but for floats that have no literal."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if type(value) is list:
        return f"[{', '.join(map(source, value))}]"
    if type(value) is tuple:
        return f"({', '.join(map(source, value))}{',' if len(value) == 1 else ''})"
    if type(value) is dict:
        return "{" + ", ".join(f"{source(k)}: {source(v)}" for k, v in value.items()) + "}"
    if type(value) in (set, frozenset) and value:
        inner = "{" + ", ".join(sorted(map(source, value))) + "}"
        return inner if type(value) is set else f"frozenset({inner})"
    return repr(value)
