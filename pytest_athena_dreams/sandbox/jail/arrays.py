"""Arrays and frames of numpy and pandas as builtin values, so that different ones differ.

Nothing is imported here: a value of these libraries comes from a process that has imported them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_ARRAY_CLASSES = {
    "numpy": ("ndarray", "generic"),
    "pandas": ("DataFrame", "Series", "Index", "Timestamp", "Timedelta"),
}

_mro = type.__dict__["__mro__"].__get__
_module = type.__dict__["__module__"].__get__
_name = type.__dict__["__name__"].__get__


def plain(value: Any, cls: type) -> Any:
    """What an array, a frame or one of their scalars holds; ``None`` for any other value.

    Only for the libraries' own classes: one that a dream derives from them may say anything.
    """
    module = _module(cls)
    library = module.partition(".")[0] if type(module) is str else ""
    if library not in _ARRAY_CLASSES or getattr(sys.modules.get(library), _name(cls), None) is not cls:
        return None
    names = (_name(base) for base in _mro(cls))
    held = next((name for name in names if name in _ARRAY_CLASSES[library]), None)
    return _HELD[held](value) if held else None


def _array(value: Any) -> list[Any]:
    return [str(value.dtype), list(value.shape), value.tolist()]


def _frame(value: Any) -> list[Any]:
    columns = [[label, _series(value.iloc[:, n])] for n, label in enumerate(value.columns.tolist())]
    return [value.index.tolist(), columns]


def _series(value: Any) -> list[Any]:
    return [value.name, str(value.dtype), value.index.tolist(), value.tolist()]


_HELD: dict[str, Callable[[Any], Any]] = {
    "ndarray": _array,
    "generic": lambda value: [str(value.dtype), value.tolist()],
    "DataFrame": _frame,
    "Series": _series,
    "Index": lambda value: [value.name, str(value.dtype), value.tolist()],
    "Timestamp": str,
    "Timedelta": str,
}
