"""Text by the code: from its regular expressions, from the grammars of libraries, from its literals."""

from __future__ import annotations

import csv
import datetime
import io
import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import strategies as st

from pytest_athena_dreams.inputs.drawing import draw
from pytest_athena_dreams.inputs.grammars import GRAMMARS, text_in
from pytest_athena_dreams.inputs.mutation import mutated
from pytest_athena_dreams.inputs.pool import PoolSpec, draw_pool
from pytest_athena_dreams.inputs.texts import TextsByCode, _split_in_turn, matching, reads_text
from pytest_athena_dreams.signatures import Clues, Parameter, ParameterKind, Signature, TextClues, TypeSpec

from .kit import built, drawn, signature_of

TEXT = TypeSpec(kind="str")


def texts(strategy: st.SearchStrategy[str], count: int = 150) -> list[str]:
    found: list[str] = []
    draw(strategy, lambda text, _: found.append(text), examples=count, seed=1, share=4.0)
    return found


def by_code(literals: tuple[str, ...] = (), **clues: Any) -> list[str]:
    patterns, formats = clues.pop("patterns", ()), clues.pop("formats", ())
    given = Clues(parameters={"p": TextClues(**clues)}, patterns=patterns, formats=formats)
    return texts(TextsByCode(given, literals).of("p"))


PATTERNS = [
    r"\d{4}-\d\d",
    r"^(?P<sign>-)?(\d+)\s*(d|h)$",
    r"feat|fix",
    r"(?i)a[bc]+",
    r"\{(\w+)(!|\?[^{}]*)?\}",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_that_match_a_pattern(pattern: str) -> None:
    strategy = matching(pattern, 0)
    assert strategy is not None
    assert all(re.fullmatch(pattern, text) for text in texts(strategy, 50))


@pytest.mark.parametrize("pattern", ["(", r"((a+)+)\b", "(?L:x)"])
def test_patterns_that_are_left_out(pattern: str) -> None:
    """Invalid ones, those that may take exponential time, and those that no text has."""
    assert matching(pattern, 0) is None


@pytest.mark.parametrize("pattern", PATTERNS)
def test_some_texts_match_in_full_some_within_and_some_not_at_all(pattern: str) -> None:
    found = by_code(matched=True, patterns=((pattern, 0),))
    assert sum(bool(re.fullmatch(pattern, text)) for text in found) > 8  # Hypothesis draws few of them twice
    assert any(re.search(pattern.strip("^$"), text) and not re.fullmatch(pattern, text) for text in found)
    assert any(not re.search(pattern, text) for text in found)


def test_literals_are_repeated_reordered_and_in_another_case() -> None:
    found = by_code(("very", "good", "not"), separators=(" ",), read=True)
    assert any(re.fullmatch(r"(\w+) (\w+ )*\1.*", text) for text in found)
    assert any(text.find("good") > text.find("not") >= 0 for text in found)
    assert any(text.find("not") > text.find("good") >= 0 for text in found)
    assert any("VERY" in text or "Very" in text for text in found)
    assert any(text.count(" ") >= 4 for text in found)


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return bool(read(text)) or True
        except ValueError:
            return False

    return check


READERS: dict[str, Callable[[str], object]] = {
    "json": _reads(json.loads),
    "url": _reads(lambda text: urlsplit(text).port),
    "csv": _reads(lambda text: list(csv.reader(io.StringIO(text)))),
    "ip": _reads(ipaddress.ip_interface),
    "number": _reads(float),
    "date": _reads(datetime.datetime.fromisoformat),
    "hex": _reads(bytes.fromhex),
}


@pytest.mark.parametrize("grammar", sorted(GRAMMARS))
def test_texts_of_a_grammar_differ_and_most_can_be_read(grammar: str) -> None:
    found = texts(text_in(grammar, ("key", "name"), ()), 80)
    assert len(set(found)) > 15
    if grammar in READERS:
        assert sum(bool(READERS[grammar](text)) for text in found) > 25


@pytest.mark.parametrize("grammar", ["json", "csv", "ini", "url", "shell", "template"])
def test_a_grammar_uses_the_words_of_the_source(grammar: str) -> None:
    assert any("colour" in text for text in texts(text_in(grammar, ("colour",), ())))


def test_dates_in_the_formats_of_the_source() -> None:
    found = by_code(grammars=("date",), formats=("%d.%m.%y",))
    assert sum(bool(re.fullmatch(r"\d\d\.\d\d\.\d\d", text)) for text in found) > 10


def test_mutations_are_small() -> None:
    found = texts(mutated(st.just("abcdefgh")))
    assert len(set(found)) > 40
    assert sum(abs(len(text) - 8) <= 3 for text in found) > 70


def _signature(kind: str) -> Signature:
    parameter = Parameter(name="p", kind=ParameterKind.POSITIONAL_OR_KEYWORD, type=TypeSpec(kind=kind))
    return Signature(name="f", parameters=(parameter,))


def test_only_a_parameter_that_is_read_gets_text_by_the_code() -> None:
    clues = Clues(parameters={"p": TextClues(grammars=("json",))})
    assert reads_text(_signature("str"), clues)
    assert not reads_text(_signature("int"), clues)
    assert not reads_text(_signature("str"), Clues())
    with_clues = [x.args[0] for x in drawn(_signature("str"), 100, clues=clues)]
    without = [x.args[0] for x in drawn(_signature("str"), 100)]
    assert sum(text.startswith(("{", "[")) for text in with_clues) > 15
    assert sum(text.startswith(("{", "[")) for text in without) < 10


def test_separators_of_several_splits_are_nested() -> None:
    found = texts(_split_in_turn(["bytes"], ("=", ",", "-")), 300)
    assert any(re.fullmatch(r"bytes=\d+-\d+(,.*)?", text) for text in found)


def _matches(annotation: str, **options: Any) -> list[re.Match[str]]:
    signature, _ = signature_of(f"import re\ndef f(m: {annotation}, /): ...")
    spec = PoolSpec(signature=signature, size=20, seed=0, **options)
    return [built(call)[0][0] for call in draw_pool(spec).inputs.values()]


@pytest.mark.parametrize("annotation", ["re.Match", "re.Match[str]"])
def test_matches_are_those_of_the_patterns_of_the_source(annotation: str) -> None:
    found = _matches(annotation, literals=(), clues=Clues(patterns=((r"(\d+)-([a-z]*)", re.I),)))
    assert all(match[1].isdigit() and match.re.flags & re.I for match in found)
    assert {bool(match[2]) for match in found} == {True, False}


def test_matches_are_also_those_of_literals_that_name_a_group() -> None:
    found = _matches("re.Match[str]", literals=("no (pattern", r"^(?P<mark>[*+]) ?\w+"))
    assert {match["mark"] for match in found} == {"*", "+"}
