"""The canonical form: the tags that a value may have, and what the fields of each hold.

``canonical`` and ``large`` write this form inside the jail; ``sandbox.decoding`` checks it outside, and
``judge`` compares and shows it. A test checks that each of these handles every tag.

Untagged are ``null``, ``true`` and ``false``; a number without ``.`` or ``e``, which is an ``int`` of at most
64 bits; a number with one of them, a finite ``float``; and a string, a ``str`` that UTF-8 can hold. All other
values are arrays: a tag, then its fields.
"""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    """What one field holds."""

    INTEGER = auto()
    """An integer of any size, as hexadecimal text with its sign."""
    SPECIAL = auto()
    """``nan``, ``inf`` or ``-inf``."""
    FLOAT = auto()
    """A float, finite or not, in canonical form."""
    HEX = auto()
    """Bytes, as an even number of hexadecimal digits."""
    UTF8 = auto()
    """UTF-8 in hexadecimal digits, which may hold lone surrogates."""
    TEXT = auto()
    """A ``str`` in canonical form: untagged, or with the tag ``str``."""
    PLAIN = auto()
    """Text that UTF-8 can hold."""
    NAME = auto()
    """The name of a class, by ``typenames``."""
    COUNT = auto()
    """A whole number of at most 64 bits."""
    FLAG = auto()
    """``true`` or ``false``."""
    VALUE = auto()
    """A value."""
    ITEMS = auto()
    """Values, in order."""
    UNORDERED = auto()
    """Values, in the order of their JSON."""
    PAIRS = auto()
    """Pairs of values: keys and what they lead to, in the order of the dict."""
    FIELDS = auto()
    """Pairs of a text and a value: attributes, in the order of their names."""
    PARTS = auto()
    """Triples of a place and two digests in hexadecimal, as ``large`` makes them."""


GRAMMAR: dict[str, dict[str, Kind]] = {
    # A larger int than 64 bits hold, another float than a finite one, a str with lone surrogates.
    "int": {"digits": Kind.INTEGER},
    "float": {"name": Kind.SPECIAL},
    "str": {"utf8": Kind.UTF8},
    "bytes": {"bytes": Kind.HEX},
    "bytearray": {"bytes": Kind.HEX},
    "complex": {"real": Kind.FLOAT, "imaginary": Kind.FLOAT},
    "list": {"items": Kind.ITEMS},
    "tuple": {"items": Kind.ITEMS},
    "deque": {"items": Kind.ITEMS},
    "set": {"items": Kind.UNORDERED},
    "frozenset": {"items": Kind.UNORDERED},
    "dict": {"items": Kind.PAIRS},
    # A scalar of the standard library, such as a Decimal or a date, as its repr has it.
    "value": {"type": Kind.NAME, "text": Kind.PLAIN},
    # A member of an enumeration, and the value behind its name.
    "enum": {"type": Kind.NAME, "name": Kind.TEXT, "value": Kind.VALUE},
    # An instance of any other class, as its attributes have it.
    "object": {"type": Kind.NAME, "fields": Kind.FIELDS},
    # An instance of a subclass of a builtin, a view or an array: what it holds, and its own attributes.
    "sub": {"type": Kind.NAME, "value": Kind.VALUE, "fields": Kind.FIELDS},
    # What an iterator gave, up to a limit, whether there was more, and what it returned or raised at its end.
    "iterator": {"type": Kind.NAME, "items": Kind.ITEMS, "more": Kind.FLAG, "end": Kind.VALUE},
    # An exception; args are null where messages do not count, details are what a message is made of.
    "exception": {
        "type": Kind.NAME,
        "args": Kind.VALUE,
        "details": Kind.FIELDS,
        "fields": Kind.FIELDS,
    },
    # Nothing but its type is known: a function, a module, a lock.
    "opaque": {"type": Kind.NAME},
    # The container so many levels above this one, which holds itself.
    "ref": {"levels": Kind.COUNT},
    # A value that is too large to pass on in full; -1 characters are more than were counted.
    "cut": {"characters": Kind.COUNT, "parts": Kind.PARTS, "head": Kind.VALUE},
}
"""The fields of each tag, in order."""

ANY_TYPE = frozenset({"iterator"})
"""Tags of values that are equal whatever the names of their types are."""
DICTS = frozenset({"collections.OrderedDict", "collections.Counter", "collections.defaultdict"})
"""Subclasses of ``dict`` that are equal to a dict with the same items."""
