from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.text import printable

_hostile = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain, ünïcode, 日本語 and 🙂", "plain, ünïcode, 日本語 and 🙂"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\tb\nc\rd\0e\x7ff", r"a\tb\nc\rd\x00e\x7ff"),
        ("user\u202enimda\u2066", r"user\u202enimda\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028end\x85", r"line\u2028end\x85"),
        ("lone \ud800 and \udfff", r"lone \ud800 and \udfff"),
        ("tag \U000e0041", r"tag \U000e0041"),
        (r"a backslash \n stays", r"a backslash \n stays"),
    ],
)
def test_what_could_harm_a_terminal_is_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_newlines_and_tabs_stay_where_lines_may_be_many() -> None:
    assert printable("a\n\tb\r\x1b", multiline=True) == "a\n\tb" + r"\r\x1b"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("ab\ncd", 4, "ab\\…"),
        ("ab", 1, "…"),
        ("a", 1, "a"),
        ("a", 0, ""),
    ],
)
def test_a_limit_is_kept(text: str, limit: int, shown: str) -> None:
    assert printable(text, limit=limit) == shown


@given(text=_hostile)
def test_the_result_is_printable_whatever_the_text(text: str) -> None:
    assert printable(text).isprintable()
    printable(text).encode()
    assert printable(printable(text)) == printable(text)


@given(text=_hostile)
def test_with_many_lines_only_newlines_and_tabs_are_left(text: str) -> None:
    shown = printable(text, multiline=True)
    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert shown.count("\n") == text.count("\n")


@given(text=st.text(st.characters(codec="utf-8")))
def test_printable_text_is_left_alone(text: str) -> None:
    assert printable(text) == text or not text.isprintable()


@given(text=_hostile, limit=st.integers(0, 30), multiline=st.booleans())
def test_the_result_is_never_longer_than_the_limit(text: str, limit: int, multiline: bool) -> None:
    shown, whole = printable(text, limit=limit, multiline=multiline), printable(text, multiline=multiline)
    assert len(shown) <= limit
    assert shown == whole or whole.startswith(shown.removesuffix("…"))
