"""The wire: frames of an honest child are decoded unchanged, all others are rejected."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.sandbox import wire
from pytest_athena_dreams.sandbox.decoding import VALUE, ValueDecoder, WireError
from pytest_athena_dreams.sandbox.jail.canonical import canonical
from pytest_athena_dreams.sandbox.jail.frames import framed

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.binary()
TEXT = st.text(st.characters(), max_size=20)
VALUES = st.recursive(
    SCALARS | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(TEXT, inner, max_size=4)
        | st.sets(st.integers() | TEXT, max_size=4)
    ),
    max_leaves=30,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def returned(value: Any, *, nonce: str = "n", number: int = 1, **more: Any) -> bytes:
    result = {"value": value, "changed": None, "took": 0.5}
    message = {"kind": "returned", "nonce": nonce, "id": number, **result}
    return json.dumps(message | more).encode()


def raised(exception: Any) -> bytes:
    return json.dumps(
        {"kind": "raised", "nonce": "n", "id": 1, "raised": exception, "changed": None}
    ).encode()


def decode(body: bytes) -> wire.Reply:
    return wire.decode(body, nonce="n", number=1)


@given(VALUES)
def test_every_canonical_value_comes_through_unchanged(value: Any) -> None:
    written = canonical(value, consume=True)
    reply = decode(returned(written))
    assert isinstance(reply, wire.Returned)
    assert reply.value == written


@given(st.lists(VALUES, max_size=5), st.integers(0, 3000))
def test_a_cached_value_is_what_would_be_decoded_again(values: list[Any], cache_bytes: int) -> None:
    decoder = ValueDecoder(VALUE, cache_bytes)
    texts = [json.dumps(canonical(value, consume=True)).encode() for value in values]
    for text in texts * 2:
        assert decoder.decode(msgspec.Raw(text)) == json.loads(text)
    assert decoder.cached_bytes <= max([cache_bytes, *map(len, texts)])


def test_the_same_bytes_give_the_same_object() -> None:
    first, second = (decode(returned(["list", [1, 2, 3]])) for _ in range(2))
    assert isinstance(first, wire.Returned)
    assert isinstance(second, wire.Returned)
    assert first.value is second.value


@given(JSON)
def test_a_value_outside_the_grammar_is_refused(data: Any) -> None:
    try:
        reply = decode(returned(data))
    except WireError:
        return
    assert isinstance(reply, wire.Returned)
    assert reply.value == data
    assert data is None or isinstance(data, bool | int | float | str | list)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        decode(body)


@given(st.data())
def test_a_damaged_frame_is_refused_or_means_the_same_kind(data: st.DataObject) -> None:
    body = bytearray(returned(["list", [1, "two", ["float", "nan"]]]))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        reply = decode(bytes(body))
    except WireError:
        return
    assert isinstance(reply, wire.Returned)


@pytest.mark.parametrize(
    "value",
    [
        ["list", 1],
        ["list", [], []],
        ["nothing"],
        [],
        {},
        1 << 63,
        ["int", "31"],
        ["int", "0xg"],
        ["bytes", "abc"],
        ["float", "1e5"],
        ["dict", [["a"]]],
        ["object", 1, []],
        ["object", "P", [[["int", "0x1"], 1]]],
        ["ref", "1"],
    ],
    ids=repr,
)
def test_malformed_values_are_refused(value: Any) -> None:
    with pytest.raises(WireError, match="does not fit"):
        decode(returned(value))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (returned(1, nonce="other"), "nonce"),
        (returned(1, number=2), "request 2, but 1 was due"),
        (returned(1, extra=True), "unknown field"),
        (returned(1, took=-0.5), "Expected `float` >= 0"),
        (returned(1, took=None), "Expected `float`, got `null`"),
        (b'{"kind": "returned", "nonce": "n", "id": 1, "value": 1}', "missing required field"),
        (b'{"kind": "passed", "nonce": "n", "id": 1}', "Invalid value 'passed'"),
        (returned(1) + b"{}", "trailing"),
        (b'"\\ud800"', "does not fit"),
        (raised(None), "Expected `object`, got `null`"),
        (raised({"type": "E", "stage": "load", "message": "x" * 2000}), "stage 'load' in answer to"),
        (raised({"type": "E", "message": "x" * 4_000_000}), "a message of more than 4000 characters"),
        (returned([]).replace(b"[]", b"[" * 500 + b"]" * 500), "nested deeper"),
        (returned([]).replace(b"[]", b"[" * 50_000 + b"]" * 50_000), "does not fit"),
        (returned(0).replace(b": 0,", b": " + b"9" * 100_000 + b","), "does not fit"),
    ],
    ids=[
        "nonce",
        "number",
        "extra",
        "time before the call",
        "no time",
        "missing",
        "kind",
        "trailing",
        "surrogate",
        "no exception",
        "large exception",
        "too large an exception",
        "deep",
        "deeper",
        "digits",
    ],
)
def test_foreign_frames_are_refused(body: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        decode(body)


@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(1, 20))
def test_frames_are_cut_the_same_however_they_arrive(bodies: list[bytes], step: int) -> None:
    stream = b"".join(framed(body) for body in bodies)
    inbox, seen = wire.Inbox(50), []
    for i in range(0, len(stream), step):
        inbox.feed(stream[i : i + step])
        while (body := inbox.frame()) is not None:
            seen.append(body)
    assert seen == bodies
    assert inbox.empty


@pytest.mark.parametrize(
    "signature",
    [
        {"parameters": [{"name": "x", "kind": "keyword_only", "default": ["list", 1]}]},
        {"parameters": [{"name": "x", "kind": "sideways"}]},
        {"parameters": [{"name": "x", "kind": "keyword_only", "type": {"kind": "literal", "values": [{}]}}]},
        {"returns": {"kind": "union", "args": [{"kind": "literal", "values": [["no"]]}]}},
        {"classes": [{"name": "P", "kind": "object", "parameters": [{"name": "x"}]}]},
        {"classes": [{"name": "P", "kind": "abstract", "options": [{"kind": "literal", "values": [[]]}]}]},
        {"doc": 5},
    ],
    ids=["default", "kind", "literal", "nested literal", "class", "option", "doc"],
)
def test_a_malformed_signature_is_refused(signature: dict[str, Any]) -> None:
    message = {
        "kind": "loaded",
        "nonce": "n",
        "id": 1,
        "loaded": {"name": "f", "signature": {"name": "f"} | signature},
    }
    with pytest.raises(WireError, match="does not fit"):
        decode(json.dumps(message).encode())


def test_a_frame_above_the_cap_is_refused_by_its_header_alone() -> None:
    inbox = wire.Inbox(10)
    inbox.feed((11).to_bytes(4, "big"))
    with pytest.raises(WireError, match="11 bytes; at most 10 are allowed"):
        inbox.frame()
