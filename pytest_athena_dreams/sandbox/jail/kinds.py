"""The kinds of types in descriptions of annotations:

- ``any``, ``none``, ``hashable`` and scalars by name: ``int``, ``str``, ``datetime.date`` … (``SCALARS``)
- containers with the types of their items: ``list set frozenset deque sequence iterable iterator
  asynciterator awaitable Counter`` (one), ``dict defaultdict OrderedDict ChainMap mappingproxy`` (two),
  ``generator`` (what it yields), ``contextmanager asynccontextmanager`` (what their ``with`` block gets),
  ``keys values`` (one), ``items`` (two), ``tuple`` (one an item), ``tuple...`` (one, any length)
- ``callable`` with what it returns; ``type`` with the class; ``typevar`` with its bound or constraints
- ``union`` with its alternatives, ``literal`` with canonical values
- ``annotated`` with the type and, as values, ``[constraint, bound]`` pairs
- ``class`` and ``enum`` with a reference in ``text`` to ``Signature.classes``
- ``unsupported`` with the annotation as written and the reason in ``text``

A reference is ``module:qualified name``, with an empty module for the code's own classes; the arguments of a
generic class follow in brackets.
"""

from __future__ import annotations

import collections
import contextlib
import inspect
import sys
import types
import typing
from collections import abc
from typing import Any

# fmt: off
SCALARS = frozenset({
    "int", "float", "complex", "bool", "str", "bytes", "bytearray", "memoryview", "range", "slice",
    "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta",
    "datetime.timezone", "datetime.tzinfo", "zoneinfo.ZoneInfo", "decimal.Decimal",
    "fractions.Fraction", "numbers.Number", "numbers.Complex", "numbers.Real", "numbers.Rational",
    "numbers.Integral", "uuid.UUID", "re.Pattern", "re.Match", "pathlib.Path", "pathlib.PurePath",
    "pathlib.PosixPath", "pathlib.PurePosixPath", "os.PathLike", "ipaddress.IPv4Address",
    "ipaddress.IPv6Address", "ipaddress.IPv4Network", "ipaddress.IPv6Network",
    "ipaddress.IPv4Interface", "ipaddress.IPv6Interface", "io.StringIO", "io.BytesIO", "typing.TextIO",
    "typing.BinaryIO", "typing.IO", "io.TextIOBase", "io.IOBase", "typing.SupportsInt",
    "typing.SupportsFloat", "typing.SupportsComplex", "typing.SupportsIndex", "typing.SupportsAbs",
    "typing.SupportsRound", "typing.SupportsBytes", "array.array", "types.ModuleType", "types.TracebackType",
    "types.SimpleNamespace", "random.Random", "numpy.ndarray", "pandas.DataFrame", "pandas.Series",
    "logging.Logger",
})
# fmt: on
"""Types that have their own strategies, by qualified name."""
ALIASES = {
    "module": "types.ModuleType",
    "traceback": "types.TracebackType",
    "_io.StringIO": "io.StringIO",
    "_io.BytesIO": "io.BytesIO",
    "pandas.core.frame.DataFrame": "pandas.DataFrame",  # before pandas 3
    "pandas.core.series.Series": "pandas.Series",
}
"""Types whose own name differs from the one they are imported by."""

GENERIC: dict[Any, tuple[str, int]] = {
    list: ("list", 1),
    set: ("set", 1),
    frozenset: ("frozenset", 1),
    dict: ("dict", 2),
    collections.deque: ("deque", 1),
    collections.defaultdict: ("defaultdict", 2),
    collections.OrderedDict: ("OrderedDict", 2),
    collections.ChainMap: ("ChainMap", 2),
    types.MappingProxyType: ("mappingproxy", 2),
    abc.Sequence: ("sequence", 1),
    abc.MutableSequence: ("list", 1),
    abc.Collection: ("sequence", 1),
    abc.Container: ("sequence", 1),
    abc.Reversible: ("sequence", 1),
    abc.Iterable: ("iterable", 1),
    abc.Iterator: ("iterator", 1),
    abc.AsyncIterable: ("asynciterator", 1),
    abc.AsyncIterator: ("asynciterator", 1),
    abc.Awaitable: ("awaitable", 1),
    abc.Mapping: ("dict", 2),
    abc.MutableMapping: ("dict", 2),
    abc.Set: ("set", 1),
    abc.MutableSet: ("set", 1),
    abc.KeysView: ("keys", 1),
    abc.ValuesView: ("values", 1),
    abc.ItemsView: ("items", 2),
}
YIELDING: dict[Any, tuple[str, int]] = {
    collections.Counter: ("Counter", 0),
    abc.Generator: ("generator", 0),
    abc.AsyncGenerator: ("asynciterator", 0),
    abc.Coroutine: ("awaitable", 2),
    contextlib.AbstractContextManager: ("contextmanager", 0),
    contextlib.AbstractAsyncContextManager: ("asynccontextmanager", 0),
}
"""Generic classes with one argument that matters, and its index."""
PLAIN: dict[Any, dict[str, Any]] = {
    Any: {"kind": "any"},
    object: {"kind": "any"},
    inspect.Parameter.empty: {"kind": "any"},
    None: {"kind": "none"},
    type(None): {"kind": "none"},
    abc.Hashable: {"kind": "hashable"},
    abc.Sized: {"kind": "list", "args": [{"kind": "int"}]},
    abc.ByteString if sys.version_info < (3, 14) else bytes: {"kind": "bytes"},
    typing.LiteralString: {"kind": "str"},
    typing.Callable: {"kind": "callable", "args": [{"kind": "any"}]},
    abc.Callable: {"kind": "callable", "args": [{"kind": "any"}]},
    types.FunctionType: {"kind": "callable", "args": [{"kind": "any"}]},
    type: {"kind": "type", "args": [{"kind": "any"}]},
}
ANNOTATION_WRAPPERS = frozenset(
    {"Required", "NotRequired", "ReadOnly", "Final", "ClassVar", "Unpack", "InitVar"}
)
BOUNDS = {
    "Ge": ("ge",), "Gt": ("gt",), "Le": ("le",), "Lt": ("lt",), "MultipleOf": ("multiple_of",),
    "MinLen": ("min_length",), "MaxLen": ("max_length",), "Len": ("min_length", "max_length"),
    "Interval": ("ge", "gt", "le", "lt"),
}  # fmt: skip
