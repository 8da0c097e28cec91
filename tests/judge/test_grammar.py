"""Every reader of the canonical form reads every tag of the grammar, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_athena_dreams.judge.annotations import fits
from pytest_athena_dreams.judge.contrast import contrast
from pytest_athena_dreams.judge.equality import difference, same_type, type_of
from pytest_athena_dreams.judge.ordering import without_order
from pytest_athena_dreams.judge.render import render
from pytest_athena_dreams.sandbox import wire
from pytest_athena_dreams.sandbox.decoding import WireError
from pytest_athena_dreams.sandbox.jail.grammar import GRAMMAR, Kind
from pytest_athena_dreams.sandbox.jail.large import cut
from pytest_athena_dreams.signatures import TypeSpec
from tests.judge.kit import VALUES, tagged

TAGS = pytest.mark.parametrize("tag", GRAMMAR)
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine


def decoded(value: Any) -> Any:
    """A value as it comes out of the jail."""
    message = {"kind": "returned", "nonce": "n", "id": 1, "value": value, "changed": None, "took": 0.5}
    reply = wire.decode(json.dumps(message).encode(), nonce="n", number=1)
    assert isinstance(reply, wire.Returned)
    return reply.value


def examples(tag: str) -> st.SearchStrategy[Any]:
    return tagged(tag, VALUES)


@TAGS
@FEW
@given(st.data())
def test_the_wire_lets_every_tag_through(tag: str, data: st.DataObject) -> None:
    value = data.draw(examples(tag))
    assert decoded(value) == value


@TAGS
@FEW
@given(st.data())
def test_every_tag_is_compared(tag: str, data: st.DataObject) -> None:
    one, other = data.draw(examples(tag)), data.draw(examples(tag))
    assert difference(one, json.loads(json.dumps(one))) is None
    found, back = difference(one, other), difference(other, one)
    assert (found is None) == (back is None)
    assert found is None or isinstance(found.expected + found.got, str)
    assert found or same_type(one, other)


@TAGS
@FEW
@given(st.data())
def test_every_tag_is_shown(tag: str, data: st.DataObject) -> None:
    one, other = data.draw(examples(tag)), data.draw(examples(tag))
    assert len(render(one, limit=80)) <= 80
    assert type_of(one)
    contrast([*["list"], [one] * 20], [*["list"], [other] * 30])


@TAGS
@FEW
@given(st.data())
def test_every_tag_is_held_against_every_annotation(tag: str, data: st.DataObject) -> None:
    value = data.draw(examples(tag))
    anything = TypeSpec(kind="any")
    for kind in ("none", "bool", "int", "str", "list", "set", "dict", "tuple", "tuple...", "any"):
        assert fits(value, TypeSpec(kind=kind, args=(anything, anything))) in (True, False)


@TAGS
@FEW
@given(st.data())
def test_every_tag_goes_into_the_parts_of_a_large_value(tag: str, data: st.DataObject) -> None:
    one = data.draw(examples(tag))
    value = cut(one, 9)
    assert decoded(value) == value
    assert difference(value, cut(json.loads(json.dumps(one)), 9)) is None


@TAGS
@FEW
@given(st.data())
def test_every_tag_has_a_fixed_order(tag: str, data: st.DataObject) -> None:
    value = data.draw(examples(tag))
    fixed = without_order(value)
    assert without_order(fixed) == fixed
    assert without_order(["list", [value, 1]]) == without_order(["list", [1, value]])
    assert type_of(fixed) == type_of(value)
    assert len(json.dumps(fixed)) == len(json.dumps(value))


UNKNOWN = ["no-such-tag", 1]
READERS: dict[str, Callable[[], object]] = {
    "wire": lambda: decoded(UNKNOWN),
    "equality": lambda: difference(UNKNOWN, ["no-such-tag", 2]),
    "render": lambda: render(UNKNOWN),
    "type": lambda: type_of(UNKNOWN),
    "matching": lambda: difference(["set", [UNKNOWN, 1]], ["set", [2, 1]]),
    "contrast": lambda: contrast(["list", [UNKNOWN] * 99], ["list", []]),
    "large": lambda: cut(UNKNOWN, 9),
    "ordering": lambda: without_order(UNKNOWN),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_no_reader_takes_a_tag_that_the_grammar_lacks(read: Callable[[], object]) -> None:
    with pytest.raises((WireError, KeyError)):
        read()


def test_every_kind_of_field_is_used() -> None:
    assert {kind for fields in GRAMMAR.values() for kind in fields.values()} == set(Kind)
