"""Values that only the jail can build: instances of the code's own classes, iterators, functions.

A recipe stands for such a value among drawn arguments. It travels as a persistent id of the pickle, and
``sandbox.jail.recipes`` builds it, in the procedure's and in the dream's namespace alike.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from typing import Any

from ..errors import StrategyError


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to build: ``maker`` names how, ``reference`` the class (``module:qualified name``).

    ``assignable`` are the arguments of a node (see ``graphs``) that can be assigned after its construction.
    """

    maker: str
    reference: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()
    assignable: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        name = self.reference.rpartition(":")[2]
        if self.maker == "member":
            return f"{name}.{self.args[0]}"
        if self.maker == "class":
            return name
        if self.maker == "view":
            return f"{source(self.args[0])}.{self.reference}()"
        if self.maker == "array":
            items, shape = map(source, self.args)
            return f"numpy.array({items}, {self.reference!r}).reshape({shape})"
        if self.maker == "same":
            return f"node{self.args[0]}"
        if self.maker == "named":
            return f"(node{self.args[0]} := {source(self.args[1])})"
        inner = ", ".join([*map(source, self.args), *(f"{k}={source(v)}" for k, v in self.kwargs)])
        function = (
            name if self.maker in ("call", "node", "step") else _STAND_IN_NAMES.get(self.maker, self.maker)
        )
        return f"{function}({inner})"


_STAND_IN_NAMES = {
    "iterator": "iter",
    "callable": "function_giving",
    "asynciterator": "async_iterator",
    "context": "context_giving",
    "assigned": "with_attributes",
}


LONG_TEXT = 200
"""Characters or bytes above which a text of equal ones is written as a product."""


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> Any:
        if type(value) is Recipe:
            return value.maker, value.reference, value.args, dict(value.kwargs)
        if type(value) in (set, frozenset) and len(value) > 1:  # else in the order of this process' hashes
            return "call", f"builtins:{type(value).__name__}", (sorted(value, key=source),), {}
        return None


def pickled(value: object) -> bytes:
    """``value`` as the jail loads it. Raises ``StrategyError`` for a value that can't travel."""
    file = io.BytesIO()
    try:
        _Pickler(file, protocol=5).dump(value)
    except (pickle.PicklingError, AttributeError, TypeError) as exc:
        raise StrategyError(
            f"{source(value)[:200]} can't travel into the jail: {exc}; a strategy of your own must draw "
            "values that pickle can write, of classes that the jail can import"
        ) from None
    return file.getvalue()


def source(value: Any) -> str:
    """Python source for a drawn value: ``repr``, but for floats without a literal, sets, and long texts."""
    if type(value) in (str, bytes) and len(value) > LONG_TEXT and value == value[:1] * len(value):
        return f"{value[:1]!r} * {len(value)}"
    if isinstance(value, float) and value - value != 0:
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
