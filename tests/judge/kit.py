"""Values in canonical form, drawn from the grammar's own table."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from pytest_athena_dreams.sandbox.jail.canonical import canonical
from pytest_athena_dreams.sandbox.jail.grammar import GRAMMAR, Kind

HEX = st.binary(max_size=3).map(bytes.hex)
UTF8 = st.text(st.characters(), max_size=3).map(lambda text: text.encode("utf-8", "surrogatepass").hex())
NAMES = st.sampled_from(["P", "Q", "collections.OrderedDict", "decimal.Decimal"])
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | FLOATS | st.text(max_size=3)


def field(kind: Kind, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What a field of ``kind`` may hold."""
    special = st.sampled_from(["nan", "inf", "-inf"])
    return {
        Kind.INTEGER: st.integers().map(hex),
        Kind.SPECIAL: special,
        Kind.FLOAT: FLOATS | special.map(lambda name: ["float", name]),
        Kind.HEX: HEX,
        Kind.UTF8: UTF8,
        Kind.TEXT: st.text(max_size=3) | UTF8.map(lambda text: ["str", text]),
        Kind.PLAIN: st.text(max_size=3),
        Kind.NAME: NAMES,
        Kind.COUNT: st.integers(-1, 9),
        Kind.FLAG: st.booleans(),
        Kind.VALUE: values,
        Kind.ITEMS: st.lists(values, max_size=3),
        Kind.UNORDERED: st.lists(values, max_size=3).map(lambda items: sorted(items, key=json.dumps)),
        Kind.PAIRS: st.lists(st.tuples(values, values).map(list), max_size=3),
        Kind.FIELDS: st.dictionaries(st.text(max_size=3), values, max_size=3).map(
            lambda fields: [[name, fields[name]] for name in sorted(fields)]
        ),
        Kind.PARTS: st.lists(st.tuples(st.text(max_size=3), HEX, HEX).map(list), max_size=3),
    }[kind]


def tagged(tag: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values with ``tag``."""
    return st.tuples(st.just(tag), *(field(kind, values) for kind in GRAMMAR[tag].values())).map(list)


VALUES = st.recursive(
    LEAVES, lambda inner: st.sampled_from(list(GRAMMAR)).flatmap(lambda tag: tagged(tag, inner)), max_leaves=6
)


def travelled(value: object) -> Any:
    """A value as the parent gets it: canonical, through JSON and back."""
    return json.loads(json.dumps(canonical(value, consume=True)))
