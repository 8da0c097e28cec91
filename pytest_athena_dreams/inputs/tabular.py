"""Arrays of numpy, frames and series of pandas, by Hypothesis' own extras: as recipes of plain data.

Raises ``UnmetAnnotation`` where the library is not installed beside pytest; the jail needs it too.
"""

from __future__ import annotations

import importlib
from typing import Any

from hypothesis import strategies as st

from ..signatures import TypeSpec
from .instances import UnmetAnnotation
from .recipes import Recipe
from .scalars import Scalars, Strategy

SIDE = 5
"""Maximum items along one dimension."""
_COLUMNS = ("a", "b", "c")


def frame(spec: TypeSpec, scalars: Scalars) -> Strategy:
    """The strategy of ``numpy.ndarray``, ``pandas.DataFrame`` or ``pandas.Series``; ``text`` is the dtype."""
    if spec.kind == "numpy.ndarray":
        return _arrays(spec.text, scalars)
    _extra("pandas")
    heights = st.integers(scalars.width.min_size, max(SIDE, scalars.width.min_size))
    columns = heights.flatmap(lambda rows: st.tuples(*(_column(rows, scalars) for _ in _COLUMNS)))
    if spec.kind == "pandas.Series":
        return columns.map(lambda drawn: Recipe("call", "pandas:Series", (drawn[0],)))
    width = st.integers(1, len(_COLUMNS))
    return st.builds(
        lambda n, drawn: Recipe("call", "pandas:DataFrame", (dict(zip(_COLUMNS[:n], drawn, strict=False)),)),
        width,
        columns,
    )


def _column(rows: int, scalars: Scalars) -> Strategy:
    """Values of one type; whole numbers and floats more than texts, for frames are mostly of numbers."""
    items = [scalars.ints(-(2**62), 2**62), scalars.floats(), scalars.text()]
    return st.one_of([st.lists(item, min_size=rows, max_size=rows) for item in items])


def _arrays(dtype: str, scalars: Scalars) -> Strategy:
    numpy = _extra("numpy")
    dtypes = [dtype] if dtype else ["float64", "int64"]
    shapes = numpy.array_shapes(min_dims=1, max_dims=2, min_side=scalars.width.min_size, max_side=SIDE)

    def array(drawn: Any) -> Recipe:
        return Recipe("array", drawn.dtype.str, (drawn.ravel().tolist(), list(drawn.shape)))

    def of(name: str) -> Strategy:
        elements: dict[str, Strategy] = {
            "float64": scalars.floats(),
            "int64": scalars.ints(-(2**62), 2**62),
        }
        finite = {} if name.startswith(("int", "uint", "bool", "str")) else {"allow_nan": False}
        drawn: Strategy = numpy.arrays(name, shapes, elements=elements.get(name, finite or None))
        return drawn.map(array)

    return st.one_of([of(name) for name in dtypes])


def _extra(library: str) -> Any:
    try:
        return importlib.import_module(f"hypothesis.extra.{library}")
    except ImportError as exc:
        raise UnmetAnnotation(f"{library} is not installed here ({exc})") from None
