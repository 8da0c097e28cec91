"""Which values fit which annotation: every kind, against every value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from pytest_athena_dreams.judge.annotations import COMPARED_LITERALS, fits
from pytest_athena_dreams.models import packed
from pytest_athena_dreams.signatures import TypeSpec
from tests.judge.kit import VALUES

VALUE: dict[str, Any] = {
    "none": None,
    "bool": True,
    "int": 3,
    "large int": ["int", hex(1 << 70)],
    "float": 1.5,
    "nan": ["float", "nan"],
    "complex": ["complex", 1.0, 2.0],
    "str": "a",
    "surrogate": ["str", "eda080"],
    "bytes": ["bytes", "61"],
    "bytearray": ["bytearray", "61"],
    "ints": ["list", [1, 2]],
    "texts": ["list", ["a", "b"]],
    "mixed": ["list", [1, "b"]],
    "empty list": ["list", []],
    "set": ["set", [1, 2]],
    "set of texts": ["set", ["a"]],
    "frozenset": ["frozenset", [1, 2]],
    "dict": ["dict", [["a", 1]]],
    "dict of texts": ["dict", [["a", "b"]]],
    "dict by number": ["dict", [[1, 1]]],
    "empty dict": ["dict", []],
    "pair": ["tuple", [1, "a"]],
    "pair of ints": ["tuple", [1, 2]],
    "single": ["tuple", [1]],
    "empty tuple": ["tuple", []],
    "object": ["object", "P", []],
    "opaque": ["opaque", "function"],
    "own int": ["sub", "Metres", 3, []],
    "own bool": ["sub", "Flag", True, []],
    "own float": ["sub", "Metres", 1.5, []],
    "own str": ["sub", "Name", "a", []],
    "own list": ["sub", "Ints", ["list", [1, 2]], []],
    "own list of texts": ["sub", "Texts", ["list", ["a"]], []],
    "own dict": ["sub", "Counts", ["dict", [["a", 1]]], []],
    "own pair": ["sub", "Pair", ["tuple", [1, "a"]], []],
}


def spec(kind: str, *args: TypeSpec, values: tuple[Any, ...] = ()) -> TypeSpec:
    return TypeSpec(kind=kind, args=args, values=values)


INT, STR, ANY = spec("int"), spec("str"), spec("any")
FITS = {
    "none": (spec("none"), "none"),
    "bool": (spec("bool"), "bool|own bool"),
    "int": (INT, "bool|int|large int|own int|own bool"),
    "float": (spec("float"), "bool|int|large int|float|nan|own int|own bool|own float"),
    "complex": (
        spec("complex"),
        "bool|int|large int|float|nan|complex|own int|own bool|own float",
    ),
    "str": (STR, "str|surrogate|own str"),
    "bytes": (spec("bytes"), "bytes"),
    "bytearray": (spec("bytearray"), "bytearray"),
    "list[int]": (spec("list", INT), "ints|empty list|own list"),
    "list[str]": (spec("list", STR), "texts|empty list|own list of texts"),
    "list[int | str]": (
        spec("list", spec("union", INT, STR)),
        "ints|texts|mixed|empty list|own list|own list of texts",
    ),
    "set[int]": (spec("set", INT), "set"),
    "frozenset[int]": (spec("frozenset", INT), "frozenset"),
    "dict[str, int]": (spec("dict", STR, INT), "dict|empty dict|own dict"),
    "dict[str, str]": (spec("dict", STR, STR), "dict of texts|empty dict"),
    "dict[int, int]": (spec("dict", INT, INT), "dict by number|empty dict"),
    "tuple[int, str]": (spec("tuple", INT, STR), "pair|own pair"),
    "tuple[int]": (spec("tuple", INT), "single"),
    "tuple[()]": (spec("tuple"), "empty tuple"),
    "tuple[int, ...]": (spec("tuple...", INT), "pair of ints|single|empty tuple"),
    "int | None": (spec("union", INT, spec("none")), "none|bool|int|large int|own int|own bool"),
    "Literal['a', 3]": (spec("literal", values=("a", 3)), "str|int"),
    "Literal[True]": (spec("literal", values=(True,)), "bool"),
    "Literal[1]": (spec("literal", values=(1,)), ""),
    "Literal[None]": (spec("literal", values=(None,)), "none"),
    "a kind that is not known": (spec("callable"), "|".join(VALUE)),
    "any": (ANY, "|".join(VALUE)),
}


@pytest.mark.parametrize(("annotation", "names"), FITS.values(), ids=FITS)
def test_what_fits(annotation: TypeSpec, names: str) -> None:
    fitting = {name for name in VALUE if fits(VALUE[name], annotation)}
    assert fitting == set(names.split("|")) - {""}


CUT_LIST, CUT_OWN, CUT_SET = (
    ["cut", 9, [], head] for head in (["list", [1]], ["sub", "Own", ["list", [1]], []], ["set", [1]])
)
CUT_TUPLE, CUT_TEXT, CUT_DICT = (["cut", 9, [], head] for head in (["tuple", [1]], "aaa", ["dict", []]))


@pytest.mark.parametrize(
    ("annotation", "fitting"),
    [
        (spec("list", STR), [CUT_LIST, CUT_OWN]),
        (spec("set", STR), [CUT_SET, CUT_OWN]),
        (spec("tuple", STR), [CUT_TUPLE, CUT_OWN]),
        (spec("tuple...", STR), [CUT_TUPLE, CUT_OWN]),
        (spec("dict", STR, STR), [CUT_DICT, CUT_OWN]),
        (STR, [CUT_TEXT]),
        (spec("callable"), [CUT_LIST, CUT_OWN, CUT_SET, CUT_TUPLE, CUT_TEXT, CUT_DICT]),
    ],
    ids=lambda each: each.kind if isinstance(each, TypeSpec) else "",
)
def test_of_a_value_that_is_cut_only_the_type_is_compared(annotation: TypeSpec, fitting: list[Any]) -> None:
    every = [CUT_LIST, CUT_OWN, CUT_SET, CUT_TUPLE, CUT_TEXT, CUT_DICT]
    assert [value for value in every if fits(value, annotation)] == [v for v in every if v in fitting]


@given(VALUES)
def test_a_packed_value_fits_as_what_it_holds_does(value: Any) -> None:
    for annotation, _ in FITS.values():
        assert fits(packed(json.dumps(value).encode()), annotation) == fits(value, annotation)


def test_more_literal_types_than_are_kept_are_told_apart() -> None:
    specs = [spec("literal", values=(n, f"{n}")) for n in range(COMPARED_LITERALS + 2)]
    for _ in range(2):
        for n, each in enumerate(specs):
            assert fits(n, each)
            assert fits(f"{n}", each)
            assert not fits(n + 1, each)
