"""Writes any Python value as plain JSON data without calling a method that the value's author wrote.

``grammar`` defines the form. An object that a value holds twice is written twice, so sharing is not visible.
"""

from __future__ import annotations

import collections
import math
import types
from collections.abc import Iterable
from enum import Enum
from json.encoder import encode_basestring_ascii
from typing import Any

from .arrays import plain
from .encoding import encoded, plain_float, plain_text
from .exceptions import arguments, attributes, details
from .large import cut
from .members import bases, class_data, fields, hides_state, instance_dict, members
from .standard import SCALAR_REPRS, WRITTEN_IN_C, c_data, exact_moment, maxlen, moment, nameless, reader
from .typenames import by_identity, genuine, made_by_class_statement, type_name

DEPTH = 100
"""Maximum levels of nesting; a deeper value is written as ``["opaque", "..."]``."""
NODES = 1_000_000
"""Maximum values within a value; one with more counts as too large to walk."""
BATCH_ITEMS = 6
"""With at least this many items, checking whether all can be written at once saves time."""
WHOLE_VALUE = 1 << 20
"""Characters of JSON above which a value is cut; a reply of ``isolation.REPLY`` bytes holds three."""
ITERATOR_ITEMS = 1_000
"""Maximum items to take from an iterator."""

_SEQUENCE_TAGS = by_identity({list: "list", tuple: "tuple", collections.deque: "deque"})
_SET_TAGS = by_identity({set: "set", frozenset: "frozenset"})
_HELD_TYPES = (
    int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict, collections.deque,
)  # fmt: skip
_CONTENT_IDS = frozenset(map(id, _HELD_TYPES))
_OPAQUE = (types.FunctionType, types.MethodType, types.CodeType)
_VIEW_IDS = frozenset(map(id, (type({}.keys()), type({}.values()), type({}.items()))))
_mro = type.__dict__["__mro__"].__get__
_attributes = type.__dict__["__dict__"].__get__
_issubclass, _type, _len, _id, _hex, _quoted = issubclass, type, len, id, hex, encode_basestring_ascii
_isfinite, _next, _isinstance, _deque = math.isfinite, next, isinstance, collections.deque
_stop_value = StopIteration.__dict__["value"].__get__


class _TooLarge(Exception):
    """More than ``NODES`` values."""


class Interrupted(Exception):
    """The value is an iterator that raised ``exception``, after the items in the canonical ``items``."""

    def __init__(self, exception: BaseException, items: Any) -> None:
        super().__init__()
        self.exception = exception
        self.items = items


def canonical(value: object, *, consume: bool) -> Any:
    """Return ``value`` as JSON data by ``grammar``.

    ``consume`` takes the items out of iterators, as a caller of the function would; without it, iterators are
    opaque and stay unchanged. If ``value`` itself is an iterator, its exceptions propagate.
    """
    try:
        return of_result(value, consume=consume)
    except Interrupted as end:
        raise end.exception from None


def of_result(value: object, *, consume: bool = True) -> Any:
    """``canonical``, which raises ``Interrupted`` if ``value`` itself is an iterator that raises."""
    walk = Walk(consume)
    try:
        return walk.whole(walk.of(value, 0))
    except _TooLarge:
        return ["cut", -1, [], ["opaque", type_name(_type(value))]]


def of_exception(exc: BaseException, items: Any = None) -> Any:
    """What a caller can read from a raised exception beside its type and its message, ``None`` for nothing.

    An iterator that raised it has given ``items`` before.
    """
    walk = Walk(consume=False)
    try:
        data = walk.whole(walk.raised(exc, _type(exc), 1))
    except _TooLarge:
        data = ["cut", -1, [], ["opaque", type_name(_type(exc))]]
    if data[0] == "exception" and not data[4]:
        data = None
    if items is not None:
        tag, name, given, *_ = items
        return [tag, name, given, False, data] if tag == "iterator" else items
    return data


class Walk:
    """One pass over one value. ``size`` is at least the number of characters of its JSON.

    ``size`` is the same for close floats and for iterators of different types. So two equal values are either
    both written in full or both cut. Classes are looked up by their ids; ``classes`` keeps them alive.
    """

    def __init__(self, consume: bool) -> None:
        self.consume = consume
        self.size = 0
        self.nodes = 0
        self.path: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.data: dict[int, dict[str, Any]] = {}
        self.hidden: dict[int, bool] = {}
        self.classes: list[type] = []

    def whole(self, data: Any) -> Any:
        """``data``, cut if it is too large."""
        return data if self.size <= WHOLE_VALUE else cut(data, self.size)

    def name(self, cls: type) -> str:
        name = self.names.get(_id(cls))
        if name is None:
            name = self.names[_id(cls)] = type_name(cls)
            self.classes.append(cls)
        return name

    def text(self, value: str) -> Any:
        written = plain_text(value)
        self.size += _len(_quoted(written)) + 1 if _type(written) is str else _len(written[1]) + 16
        return written

    def of(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > NODES:
            raise _TooLarge
        cls = _type(value)
        if value is None or cls is bool:
            self.size += 6
            return value
        if cls is int:
            if -1000 < value < 10_000:
                self.size += 5
                return value
            self.size += 21
            if -(1 << 63) <= value < 1 << 63:
                return value
            text = _hex(value)
            self.size += _len(text)
            return ["int", text]
        if cls is str:
            return self.text(value)
        if cls is float:
            self.size += 25
            return plain_float(value)
        return self._rest(value, cls, depth)

    def items(self, values: Iterable[Any], depth: int) -> list[Any]:
        """Write each of ``values``, all at once if possible."""
        items = list(values)
        if not BATCH_ITEMS <= _len(items) <= NODES - self.nodes or not self._plain(items):
            return [self.of(item, depth) for item in items]
        self.nodes += _len(items)
        return items

    def _plain(self, items: list[Any]) -> bool:
        """Whether ``items`` have one type and need no tags; if so, adds their size as ``of`` would."""
        cls, count = _type(items[0]), _len(items)
        if set(map(_id, map(_type, items))) != {_id(cls)}:
            return False
        if cls is int and min(items) >= -(1 << 63) and max(items) < 1 << 63:
            self.size += 21 * count - 16 * sum(1 for item in items if -1000 < item < 10_000)
        elif cls is float and all(map(_isfinite, items)):
            self.size += 25 * count
        elif cls is str and _type(text := plain_text("".join(items))) is str:
            self.size += _len(_quoted(text)) - 2 + 3 * count
        elif cls is bool or cls is type(None):
            self.size += 6 * count
        else:
            return False
        return True

    def _rest(self, value: Any, cls: type, depth: int) -> Any:
        self.size += 24
        if cls is complex:
            self.size += 50
            return ["complex", plain_float(value.real), plain_float(value.imag)]
        if cls is bytes or cls is bytearray:
            self.size += 2 * _len(value)
            return [cls.__name__, value.hex()]
        above = self.path.get(_id(value))
        if above is not None:
            return ["ref", depth - above]
        if depth >= DEPTH:
            return ["opaque", "..."]
        self.path[_id(value)] = depth
        try:
            return self._container(value, cls, depth + 1)
        finally:
            del self.path[_id(value)]

    def _container(self, value: Any, cls: type, depth: int) -> Any:
        key = _id(cls)
        if key in _SEQUENCE_TAGS:
            items = [_SEQUENCE_TAGS[key], self.items(value, depth)]
            if cls is not _deque or (limit := maxlen(value)) is None:
                return items
            self.size += 50
            return ["sub", "deque", items, [["maxlen", limit]]]
        if cls is dict:
            return ["dict", self._pairs(value, depth)]
        if key in _SET_TAGS:
            return [_SET_TAGS[key], sorted(self.items(value, depth), key=encoded)]
        name = self.name(cls)
        self.size += 124 if _iterates(cls) else 24 + 6 * _len(name)
        if key in _VIEW_IDS:
            return ["sub", name, ["list", self.items(value, depth)], []]
        if (parts := moment(value, cls)) or ((read := reader(cls)) and (parts := read(value))):
            return ["object", name, self.named(parts, depth)]
        if key in SCALAR_REPRS:
            return ["opaque", name] if nameless(value, cls) else self._scalar(value, cls, depth)
        if _issubclass(cls, Enum):
            return self._member(value, cls, depth)
        held = plain(value, cls)
        if held is not None:
            return ["sub", name, self.of(held, depth), []]
        for base in _mro(cls)[1:]:
            if _id(base) in _CONTENT_IDS:
                return ["sub", name, self._as(base, value, depth), self._fields(value, cls, depth)]
            if _id(base) in WRITTEN_IN_C:
                exact = exact_moment(base, value)
                held = self._scalar(value, base, depth) if exact is None else self.of(exact, depth)
                return ["sub", name, held, self._fields(value, cls, depth)]
        if (content := c_data(value, cls)) is not None:
            return ["sub", name, self.of(content, depth), self.named(instance_dict(value), depth)]
        if _issubclass(cls, type):
            return self._class(value, name, depth)
        if _issubclass(cls, _OPAQUE):
            return ["opaque", name]
        if _issubclass(cls, BaseException):
            return self.raised(value, cls, depth)
        if _iterates(cls):
            return self._iterator(value, name, depth)
        found = self._fields(value, cls, depth)
        if key not in self.hidden:
            self.hidden[key] = hides_state(cls)
        if self.hidden[key]:
            self.size += 6 * _len(name) + 24
            found.append(["state in C", ["opaque", name]])
        return ["object", name, found] if found or made_by_class_statement(cls) else ["opaque", name]

    def _member(self, value: Enum, cls: type, depth: int) -> Any:
        """A member of an enumeration, with what it holds beside its name and value."""
        name, own = self.name(cls), fields(value, cls)
        label: Any = own.get("_name_")
        held = self.of(own.get("_value_"), depth)
        data = ["enum", name, self.text(label if _type(label) is str else ""), held]
        more = {k: v for k, v in own.items() if not (k[:1] == "_" == k[-1:])}
        found = self.named(more, depth)
        for base in _mro(cls):
            if _id(base) in _CONTENT_IDS and (content := self._as(base, value, depth)) != held:
                found.append(["content", content])
        return ["sub", name, data, found] if found else data

    def _class(self, value: type, name: str, depth: int) -> Any:
        """A class by its name; one of the code's own also by its bases and its public attributes."""
        own = self.name(value)
        if genuine(value):
            return ["value", name, self.text(own)]
        parts = {"bases": [self.name(base) for base in bases(value)], "members": members(value), "name": own}
        return ["object", name, self.named(parts, depth)]

    def raised(self, exc: BaseException, cls: type, depth: int, *, full: bool = True) -> Any:
        """An exception, with its arguments and all that its message is made of if ``full``."""
        name = self.name(cls)
        self.size += 6 * _len(name) + 24
        args = self.of(arguments(exc, cls), depth) if full else None
        own = self.named(details(exc, cls), depth) if full else []
        return ["exception", name, args, own, self.named(attributes(exc, cls), depth)]

    def _pairs(self, value: dict[Any, Any], depth: int) -> list[Any]:
        self.size += 3 * dict.__len__(value)
        keys, values = self.items(dict.keys(value), depth), self.items(dict.values(value), depth)
        return [list(pair) for pair in zip(keys, values, strict=True)]

    def _scalar(self, value: Any, cls: type, depth: int) -> Any:
        name = self.name(cls)
        self.size += 6 * _len(name) + 24
        try:
            return ["value", name, self.text(SCALAR_REPRS[_id(cls)](value))]
        except ValueError:  # the repr of a Fraction of very large integers: write its fields
            return ["object", name, self._fields(value, cls, depth)]

    def _as(self, base: type, value: Any, depth: int) -> Any:
        """The content of an instance of a subclass of ``base``, read with ``base``'s own methods."""
        if base is int or base is float or base is complex:
            return self.of(base.__pos__(value), depth)
        if base is str:
            return self.of(str.__add__("", value), depth)
        if base is bytes or base is bytearray:
            return self.of(base(memoryview(value)), depth)
        if base is dict:
            return ["dict", self._pairs(value, depth)]
        items = self.items(base.__iter__(value), depth)  # type: ignore[attr-defined]
        key = _id(base)
        if key in _SET_TAGS:
            items.sort(key=encoded)
        return [_SET_TAGS.get(key) or _SEQUENCE_TAGS[key], items]

    def _fields(self, value: Any, cls: type, depth: int) -> list[Any]:
        data = self.data.get(_id(cls))
        if data is None:
            data = self.data[_id(cls)] = class_data(cls)
        return self.named({**data, **fields(value, cls)}, depth)

    def named(self, found: dict[str, Any], depth: int) -> list[Any]:
        """Write attributes in the order of their names."""
        self.size += 3 * _len(found)
        return [[self.text(name), self.of(found[name], depth)] for name in sorted(found)]

    def _iterator(self, value: Any, name: str, depth: int) -> Any:
        if not self.consume:
            return ["opaque", name]
        items: list[Any] = []
        end: Any = None
        try:
            while _len(items) <= ITERATOR_ITEMS:
                items.append(self.of(_next(value), depth))
        except StopIteration as stop:
            end = self.of(_stop_value(stop), depth)
        except _TooLarge:
            raise
        except BaseException as exc:
            if depth == 1:
                found = self.whole(["iterator", name, items, False, None]) if items else None
                raise Interrupted(exc, found) from None
            if not _isinstance(exc, Exception):
                raise
            end = self.raised(exc, _type(exc), depth, full=False)
        return ["iterator", name, items[:ITERATOR_ITEMS], _len(items) > ITERATOR_ITEMS, end]


def _iterates(cls: type) -> bool:
    return any("__next__" in _attributes(base) for base in _mro(cls))
