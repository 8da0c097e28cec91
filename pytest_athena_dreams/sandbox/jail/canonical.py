"""Any Python value as plain JSON data, without calling a method that the value's author wrote.

The grammar, which the parent's ``judge`` reads:

======================================  =========================================================
JSON                                    Python value
======================================  =========================================================
``null true false``                     ``None``, ``True``, ``False``
a number without ``.`` or ``e``         an ``int`` of at most 64 bits
a number with ``.`` or ``e``            a finite ``float``
a string                                a ``str`` that UTF-8 can hold
``["int", hex]``                        a larger ``int``
``["float", "nan" | "inf" | "-inf"]``   the other floats
``["str", hex]``                        a ``str`` with lone surrogates (UTF-8, surrogatepass)
``["bytes" | "bytearray", hex]``        as named
``["complex", re, im]``                 re and im as floats above
``["list" | "tuple", [item…]]``         as named; ``deque`` and ``array`` too
``["set" | "frozenset", [item…]]``      in the order of their canonical JSON
``["dict", [[key, value]…]]``           in the order of the dict
``["value", type, text]``               a scalar of the standard library (``Decimal``, ``date`` …)
``["enum", type, name]``                an enum member
``["object", type, [[field, value]…]]`` an instance of a class of the dream's own, by its fields
``["sub", type, value]``                an instance of a subclass of a builtin, and what it holds
``["iterator", type, [item…], more]``   what an iterator gives, up to a cap; ``more`` is a bool
``["opaque", type]``                    anything else: functions, modules, locks
``["ref", n]``                          the container n levels above this one (a cycle)
``["raised", type]``                    reading the value (here: an iterator) raised
``["cut", type, size, digest, value]``  too large: SHA-256 of the whole, and the head of it
======================================  =========================================================

``type`` is the qualified name, with the module in front unless that is ``builtins`` or the dream.
"""
