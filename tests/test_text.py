from __future__ import annotations

import ast
import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.text import RUNNERS, inert, printable, visible

_hostile = st.text(st.characters(codec=None))
_commands = st.text(st.sampled_from("#:[]a \t\n\r\u2028\u00a0")).map(lambda text: text[:12])


@pytest.fixture(autouse=True)
def no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RUNNERS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


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


@pytest.mark.usefixtures("runner")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain # text [1]: x::y, a[::2]", "plain # text [1]: x::y, a[::2]"),
        ("a ##[error]b", r"a \u0023#[error]b"),
        ("###[error]", r"#\u0023#[error]"),
        ("##vso[x] ##teamcity[y]", r"\u0023#vso[x] \u0023#teamcity[y]"),
        ("::error::x", r"\u003a:error::x"),
        ("  ::error::x", r"  \u003a:error::x"),
        ("a\n  ::error::x\n::y", "a\n  \\u003a:error::x\n\\u003a:y"),
        ("a\r::error::x", r"a\r::error::x"),
        ("a\u2028::error::x", r"a\u2028::error::x"),
    ],
)
def test_commands_of_a_runner_are_broken(text: str, shown: str) -> None:
    assert printable(text, multiline="\n" in text) == shown


@pytest.mark.usefixtures("runner")
@given(text=_commands, multiline=st.booleans(), wrapped=st.booleans())
def test_no_text_has_a_command_for_a_runner(text: str, multiline: bool, wrapped: bool) -> None:
    for shown in (printable(text, multiline=multiline), inert(text, wrapped=wrapped)):
        lines = re.split("[\r\n]", shown)
        assert not any("##[" in line or line.lstrip().startswith("::") for line in lines)
        assert inert(shown, wrapped=wrapped) == inert(inert(shown, wrapped=wrapped), wrapped=wrapped)
    assert "::" not in inert(text, wrapped=True)
    assert printable(printable(text)) == printable(text)


@pytest.mark.usefixtures("runner")
@given(text=_commands | _hostile)
def test_a_literal_means_the_same_without_its_commands(text: str) -> None:
    assert json.loads(inert(json.dumps(text))) == text
    source = ascii(text).replace("\\n", "\n") if "'" not in text and "\\" not in text else ascii(text)
    literal = f"''{source}''" if "\n" in source else source
    assert ast.literal_eval(inert(literal)) == ast.literal_eval(literal)


@given(text=_commands | _hostile)
def test_elsewhere_commands_are_text(text: str) -> None:
    assert inert(text) == text
    assert printable(text) == visible(text)


@pytest.mark.usefixtures("runner")
def test_breaking_commands_takes_time_that_grows_with_the_length_alone() -> None:
    for part in ("\n", " ", "#", ":", "a", "##" + "a" * 99, "\n \n:", "##["):
        text = "##::" + part * (10**6 // len(part))
        started = time.process_time()
        inert(text)
        assert time.process_time() - started < 2
