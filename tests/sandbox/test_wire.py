"""The wire: frames of an honest child are decoded unchanged, all others are rejected."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_athena_dreams.models import unpacked
from pytest_athena_dreams.sandbox import wire
from pytest_athena_dreams.sandbox.decoding import FRAME_LEVELS, LARGE, VALUE, ValueDecoder, WireError
from pytest_athena_dreams.sandbox.jail.canonical import DEPTH, canonical
from pytest_athena_dreams.sandbox.jail.frames import framed
from pytest_athena_dreams.sandbox.jail.refusals import MAX_REFUSALS, REFUSAL_LENGTH

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


def raised(exception: Any, *, number: int = 1) -> bytes:
    message = {"kind": "raised", "nonce": "n", "id": number, "raised": exception, "changed": None}
    return json.dumps(message).encode()


def decode(body: bytes) -> wire.Reply:
    return wire.decode(body, nonce="n", number=1)


@given(VALUES)
def test_every_canonical_value_comes_through_unchanged(value: Any) -> None:
    written = canonical(value, consume=True)
    reply = decode(returned(written))
    assert isinstance(reply, wire.Returned)
    assert reply.value == written


@given(st.lists(VALUES, max_size=5), st.integers(0, 3000))
@example([100, 200], 5)
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


def test_values_that_come_in_turns_are_kept() -> None:
    first, _, third = (decode(returned(["list", [n]])) for n in (1, 2, 1))
    assert isinstance(first, wire.Returned)
    assert isinstance(third, wire.Returned)
    assert first.value is third.value


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


@pytest.mark.parametrize("size", [0, 1, 4, 10])
def test_a_frame_as_long_as_the_cap_is_read(size: int) -> None:
    inbox = wire.Inbox(size)
    inbox.feed(framed(b"x" * size))
    assert inbox.ready
    assert inbox.frame() == b"x" * size
    assert (inbox.ready, inbox.empty) == (0, True)
    assert inbox.frame() is None


def test_whole_frames_before_one_above_the_cap_are_read_first() -> None:
    inbox = wire.Inbox(2)
    inbox.feed(framed(b"ab") + framed(b"c") + framed(b"abc"))
    assert [inbox.frame(), inbox.frame()] == [b"ab", b"c"]
    assert not inbox.empty
    with pytest.raises(WireError, match="3 bytes; at most 2 are allowed"):
        inbox.frame()


def test_a_part_of_a_frame_is_waited_for() -> None:
    inbox, whole = wire.Inbox(9), framed(b"body")
    for part in range(len(whole)):
        inbox.feed(whole[part : part + 1])
        assert not inbox.empty
        assert inbox.ready == (part == len(whole) - 1)
    assert inbox.frame() == b"body"


@pytest.mark.parametrize(
    ("number", "stage", "fits"),
    [
        (0, "load", True),
        (0, "compile", True),
        (0, "entry", True),
        (0, "call", False),
        (1, "call", True),
        (1, "load", False),
        (2, "call", True),
        (2, "entry", False),
    ],
)
def test_a_load_and_a_call_raise_at_stages_of_their_own(number: int, stage: str, fits: bool) -> None:
    body = raised({"type": "E", "stage": stage}, number=number)
    if fits:
        assert isinstance(wire.decode(body, nonce="n", number=number), wire.Threw)
        return
    with pytest.raises(WireError, match=f"stage '{stage}' in answer to request {number}"):
        wire.decode(body, nonce="n", number=number)


@pytest.mark.parametrize("number", [-(1 << 63), (1 << 63) - 1])
def test_whole_numbers_of_64_bits_are_plain_and_larger_ones_are_not(number: int) -> None:
    reply = decode(returned(number))
    assert isinstance(reply, wire.Returned)
    assert reply.value == number
    beyond = number + (1 if number > 0 else -1)
    with pytest.raises(WireError, match="does not fit"):
        decode(returned(beyond))
    reply = decode(returned(["int", hex(beyond)]))
    assert isinstance(reply, wire.Returned)


@pytest.mark.parametrize(
    "digits", ["0x", "-0x", "0X1", "0xA", "+0x1", " 0x1", "0x1\n", "--0x1", "0x1_0", "1"]
)
def test_a_large_number_is_written_in_one_way(digits: str) -> None:
    with pytest.raises(WireError, match="does not fit"):
        decode(returned(["int", digits]))


@given(st.binary(max_size=8))
@example(b"\xe0\xa0\x80")
@example(b"\xe0\x9f\xbf")
@example(b"\xed\xa0\x80\xed\xbf\xbf")
@example(b"\xc1\xbf")
@example(b"\xf0\x8f\xbf\xbf")
@example(b"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")
@example(b"\xf4\x90\x80\x80")
@example(b"\xf8\x88\x80\x80\x80")
def test_text_with_surrogates_is_utf_8_and_nothing_else(data: bytes) -> None:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        with pytest.raises(WireError, match="does not fit"):
            decode(returned(["str", data.hex()]))
    else:
        assert isinstance(decode(returned(["str", data.hex()])), wire.Returned)


@pytest.mark.parametrize("first", [0, 0x40, 0x7C0, 0xFC0, 0xD7C0, 0xDFC0, 0xFFC0, 0x3FFC0, 0xFFFC0, 0x10FFC0])
def test_every_length_of_utf_8_has_its_first_and_last_characters(first: int) -> None:
    for code in range(first, min(first + 0x80, 0x110000)):
        encoded = chr(code).encode("utf-8", "surrogatepass")
        assert isinstance(decode(returned(["str", encoded.hex()])), wire.Returned)


def test_a_value_may_be_nested_as_deep_as_the_limit_says() -> None:
    def nested(lists: int) -> bytes:
        return returned([]).replace(b"[]", b'["list", [' * lists + b"]]" * lists)

    assert isinstance(decode(nested(FRAME_LEVELS // 2)), wire.Returned)
    with pytest.raises(WireError, match=f"nested deeper than {FRAME_LEVELS} levels"):
        decode(nested(FRAME_LEVELS // 2 + 1))
    flat = ["list", [["list", [n]] for n in range(FRAME_LEVELS)] + ['[[\\"[' * FRAME_LEVELS]]
    assert isinstance(decode(returned(flat)), wire.Returned)


def test_an_exceptions_message_may_be_as_long_as_the_limit_says() -> None:
    assert isinstance(decode(raised({"type": "E", "message": "x" * wire.LONGEST_TEXT})), wire.Threw)
    with pytest.raises(WireError, match=f"more than {wire.LONGEST_TEXT} characters"):
        decode(raised({"type": "E", "message": "x" * (wire.LONGEST_TEXT + 1)}))


@pytest.mark.parametrize(
    ("refused", "fits"),
    [
        ([], True),
        (["x" * REFUSAL_LENGTH] * MAX_REFUSALS, True),
        (["x" * (REFUSAL_LENGTH + 1)], False),
        (["x"] * (MAX_REFUSALS + 1), False),
        ([1], False),
    ],
)
def test_refusals_are_few_and_short(refused: list[Any], fits: bool) -> None:
    if fits:
        reply = decode(returned(1, refused=refused))
        assert isinstance(reply, wire.Returned)
        assert reply.refused == tuple(refused)
        return
    with pytest.raises(WireError, match="does not fit"):
        decode(returned(1, refused=refused))


@pytest.mark.parametrize("size", [LARGE - 2, LARGE - 1, LARGE * 2])
def test_a_large_value_is_kept_packed_and_means_the_same(size: int) -> None:
    reply = decode(returned("x" * size))
    assert isinstance(reply, wire.Returned)
    assert unpacked(reply.value) == "x" * size
    assert (reply.value is unpacked(reply.value)) == (size + len('""') <= LARGE)


def test_a_frame_may_be_as_deep_as_the_deepest_honest_value() -> None:
    value: Any = 1
    for _ in range(DEPTH):
        value = {1: value}
    written = canonical(value, consume=True)
    reply = decode(returned(written))
    assert isinstance(reply, wire.Returned)
    assert reply.value == written


def test_levels_are_counted_past_what_was_closed_before() -> None:
    deep = b'["list", [["list", []], ' * FRAME_LEVELS + b"1" + b"]]" * FRAME_LEVELS
    with pytest.raises(WireError, match="nested deeper"):
        decode(returned([]).replace(b"[]", deep))
